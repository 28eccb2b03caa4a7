# SPDX-License-Identifier: MIT
# crm edit: changes fields of one record.

load helper

setup_test() {
    new_book
    crm add Acme --phone 1 --city Suzhou >/dev/null
}

@test "only the fields given are changed; an empty value clears" {
    call crm edit acme --phone 2 --fields key,phone,city
    expect 0 '{"key":"acme","phone":"2","city":"Suzhou"}' ""
    call crm edit acme --phone= --fields phone,city
    expect 0 '{"phone":null,"city":"Suzhou"}' ""
    call crm edit acme --name "Acme Ltd" --fields key,name
    expect 0 '{"key":"acme","name":"Acme Ltd"}' ""
}

@test "kinds are named before the reference" {
    crm add staff "Li Na" --login lina >/dev/null
    call crm edit staff lina --visits-per-day 4 --fields login,visits_per_day
    expect 0 '{"login":"lina","visits_per_day":4}' ""
    call crm edit customer acme --city Wuxi --fields city
    expect 0 '{"city":"Wuxi"}' ""
    call crm edit staf lina --email a@example.org
    expect 2 "" $'crm: there is no kind "staf"\nhint: did you mean staff?'
}

@test "nothing to change" {
    call crm edit acme
    expect 2 "" $'crm: crm edit: nothing to change\nhint: name a field: --phone 021-5550100; "" clears it'
}

@test "what is there already is no change, and no entry of the journal" {
    cat >>.crm/policy.yaml <<'YAML'
fields:
  customer:
    rank: {type: integer}
    partner: {type: boolean}
YAML
    crm edit acme --set rank=3 --set partner=yes --need-fit 2 --tags "b a" >/dev/null
    crm add order N-1 --customer acme --ordered-on 2026-01-10 >/dev/null
    crm list customer >/dev/null
    entries=$(crm log | wc -l)
    call crm edit acme --name Acme --phone 1 --segment= --need-fit 2 --tags "b a" --set rank=3 \
        --set partner=yes --fields key,phone,rank
    expect 0 '{"key":"acme","phone":"1","rank":3}' ""
    call crm edit order N-1 --customer acme --ordered-on 2026-01-10 --fields number
    expect 0 '{"number":"N-1"}' ""
    [ "$(crm log | wc -l)" = "$entries" ]
    crm edit acme --phone 1 --set rank=4 >/dev/null
    [ "$(crm log -n 1 --fields what)" = '{"what":{"customer":{"changed":1}}}' ]
    crm edit acme --set rank= >/dev/null
    [ "$(crm log | wc -l)" = $((entries + 2)) ]
}

@test "an unknown and an ambiguous name" {
    call crm edit nosuch --phone 2
    expect 1 "" -
    [[ $err == *nosuch* ]]
    crm add "Acme Two" >/dev/null
    call crm edit Acm --phone 2
    expect 4 "" -
    [[ $err == *acme-two* ]]
}

@test "refused input and --dry-run change nothing" {
    call crm edit acme --city Wuxi --status foo
    expect 3 "" -
    call crm edit acme --city Wuxi --dry-run --fields city
    expect 0 '{"city":"Wuxi"}' ""
    call crm show acme --fields city
    expect 0 '{"city":"Suzhou"}' ""
}

@test "a cleared field with a default gets that back" {
    crm edit acme --status lost >/dev/null
    call crm edit acme --status= --fields status
    expect 0 '{"status":"active"}' ""
    crm add order N1 --customer acme --status cancelled >/dev/null
    call crm edit order N1 --status= --fields status
    expect 0 '{"status":"completed"}' ""
    call crm edit order N1 --currency=
    expect 3 "" $'crm: order: \'currency\' cannot be empty\nhint: give it: currency of all amounts'
}

@test "nobody stands above himself" {
    crm add Beta --parent acme >/dev/null
    crm add Gamma --parent beta >/dev/null
    call crm edit acme --parent acme
    expect 4 "" -
    call crm edit acme --parent gamma
    expect 4 "" $'crm: parent: the customer would come to stand above itself\nhint: look at the \'parent\' of each of them with crm show'
    call crm edit gamma --parent acme --fields parent
    expect 0 '{"parent":"acme"}' ""
}

declare_fields() {
    cat >>.crm/policy.yaml <<'YAML'
fields:
  customer:
    visits_max: {type: integer}
    rebate: {type: decimal}
    ratio: {type: real}
    vip: {type: boolean}
    signed: {type: date}
    seen: {type: time}
    labels: {type: tags}
    colour: {type: enum, choices: [red, blue]}
    remark: {type: text}
YAML
}

@test "custom fields of all types" {
    declare_fields
    call crm edit acme --set visits_max=12 --set rebate=-1.5 --set ratio=0.25 --set vip=yes \
        --set signed=2026-01 --set seen=2026-01-01T03:00 --set labels=b,a,b --set colour=red \
        --set remark='"}, {\"x\":1' \
        --fields visits_max,rebate,ratio,vip,signed,seen,labels,colour,remark
    expect 0 '{"visits_max":12,"rebate":-1.5,"ratio":0.2500,"vip":true,"signed":"2026-01-01","seen":"2026-01-01T03:00:00+08:00","labels":["b","a"],"colour":"red","remark":"\"}, {\\\"x\\\":1"}' ""
    call crm edit acme --set vip=no --set signed= --fields visits_max,vip,signed,remark
    expect 0 '{"visits_max":12,"vip":false,"signed":null,"remark":"\"}, {\\\"x\\\":1"}' ""
    local wrong
    for wrong in visits_max=1.5 rebate=x ratio=inf ratio=0x10 vip=perhaps signed=2026-02-30 \
        seen=later colour=green; do
        call crm edit acme --set "$wrong"
        expect 3 "" -
        [[ $err == "crm: ${wrong%%=*}: "* ]]
    done
}

@test "custom fields that the policy no longer declares are kept" {
    cp .crm/policy.yaml before
    declare_fields
    crm edit acme --set vip=yes --set remark=old >/dev/null
    cp .crm/policy.yaml after
    { cat before; printf 'fields:\n  customer:\n    remark: {}\n'; } >.crm/policy.yaml
    call crm edit acme --set remark=new --fields remark
    expect 0 '{"remark":"new"}' ""
    call crm edit acme --set remark= --fields remark
    expect 0 '{"remark":null}' ""
    cp after .crm/policy.yaml
    call crm show acme --fields vip,remark
    expect 0 '{"vip":true,"remark":null}' ""
}

# Values are stored as texts; then the policy says that they are something else.
change_types() {
    cp .crm/policy.yaml before
    printf 'fields:\n  customer:\n' | tee -a .crm/policy.yaml before >/dev/null
    printf '    %s: {}\n' points rebate ratio vip signed seen colour >>.crm/policy.yaml
    printf '    label: {type: integer}\n' >>.crm/policy.yaml
    crm edit acme --set points=abc --set rebate=12 --set ratio=x --set vip=maybe --set signed=last-ye-ar \
        --set seen=soon --set colour='dark "blue"' --set label=7 >/dev/null
    cat >>before <<'YAML'
    points: {type: integer}
    rebate: {type: decimal}
    ratio: {type: real}
    vip: {type: boolean}
    signed: {type: date}
    seen: {type: time}
    colour: {type: enum, choices: [red, "it's $5"]}
    label: {type: text}
YAML
    mv before .crm/policy.yaml
}
CHANGED=points,rebate,ratio,vip,signed,seen,colour,label
AS_STORED='{"points":"abc","rebate":"12","ratio":"x","vip":"maybe","signed":"last-ye-ar","seen":"soon","colour":"dark \"blue\"","label":"7"}'

@test "what was stored before a custom field had its type is shown, and counts as missing" {
    change_types
    call crm show acme --fields $CHANGED
    expect 0 "$AS_STORED" ""
    call crm list customer --fields $CHANGED
    expect 0 "$AS_STORED" ""
    call crm export customer --fields $CHANGED
    expect 0 "$AS_STORED" ""
    call crm show acme --fields vip,rebate --format csv
    expect 0 $'vip,rebate\nmaybe,12' ""
    call crm show acme --format table
    [[ $out == *maybe* && $out == *last-ye-ar* ]]
    local filter
    for filter in points=0 'points<1' 'rebate>=0' rebate=12 'ratio>-1' vip=no 'signed>2000-01-01' \
        'seen<2100-01-01' 'colour=dark "blue"' colour:blue; do
        call crm list customer "$filter" --fields key
        expect 0 "" ""
    done
    for filter in points= rebate= ratio= vip= signed= seen= colour= label=7; do
        call crm list customer "$filter" --fields key
        expect 0 '{"key":"acme"}' ""
    done
}

@test "crm check names what is not of a custom field's type, and crm edit and import mend it" {
    change_types
    call crm check values --format csv --fields record,field,stored,hint
    [ "$status" = 1 ]
    [ "$(grep -c 'crm edit' <<<"$out")" = 8 ]
    [[ $out == *"#1,points,abc,"* && $out == *"#1,rebate,12,"* && $out == *"#1,label,7,"* ]]
    call crm edit acme --set points=5 --set rebate=12 --set ratio=0.5 --set vip= --set signed=2026-01-02 \
        --set colour="it's \$5" --set label=7 --fields $CHANGED
    expect 0 '{"points":5,"rebate":12,"ratio":0.5000,"vip":null,"signed":"2026-01-02","seen":"soon","colour":"it'"'"'s $5","label":"7"}' ""
    call crm list customer "colour=it's \$5" vip= 'signed>2026-01-01' 'rebate>=12' --fields key
    expect 0 '{"key":"acme"}' ""
    printf 'key,seen\nacme,\n' >seen.csv
    call crm import seen.csv --as customer --fields changed,same
    expect 0 '{"changed":1,"same":0}' -
    call crm check values
    [ "$status" = 0 ]
}

@test "import gives a custom field its right value where another type was stored" {
    change_types
    printf '{"key":"acme","points":0,"rebate":12,"label":"7","vip":"no"}\n' >new.jsonl
    call crm import new.jsonl --as customer --fields changed,same
    expect 0 '{"changed":1,"same":0}' -
    call crm import new.jsonl --as customer --fields changed,same
    expect 0 '{"changed":0,"same":1}' -
    call crm show acme --fields points,rebate,label,vip
    expect 0 '{"points":0,"rebate":12,"label":"7","vip":false}' ""
}

@test "a required custom field cannot be emptied" {
    printf 'fields:\n  customer:\n    region_code: {required: yes}\n' >>.crm/policy.yaml
    call crm add New
    expect 3 "" -
    call crm add New --set region_code=7 --fields region_code
    expect 0 '{"region_code":"7"}' ""
    call crm edit new --set region_code=
    expect 3 "" -
    [[ $err == *"'region_code' cannot be empty"* ]]
}

@test "what a message quotes is cut between characters" {
    local long
    long=$(printf '客%.0s' {1..40})
    call crm edit acme --need-fit "$long"
    expect 3 "" -
    printf '%s' "$err" | iconv -f UTF-8 -t UTF-8 >/dev/null
}
