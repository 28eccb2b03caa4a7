# SPDX-License-Identifier: MIT
# crm forget and crm export --subject: what is held on a person, and how it is erased.

load helper

# Words by which the person, or something said of the person, could be told. None is a part of
# anything else that a book holds.
SECRETS="zhangweijie|13800010001|weijie@|wechatweijie|Gulangyu|zwj-ext|tea-lover|jasmine|quarrel|lukewarm|apologised|verbatimword|Xiamenmove|wifeliufang|13800020002|liufang@|1991-07|orderexternal|ordernote|lineexternal|visitexternal|passportE77|oldname|13900030003|pinnedreason|shipnote"

# A customer who is a person, with a record of every kind that can be about one.
setup_test() {
    new_book
    cat >>.crm/policy.yaml <<'YAML'
fields:
  customer:
    passport: {type: text, sensitive: yes}
    points: {type: integer}
  order:
    ship_note: {type: text}
YAML
    mkdir -p .crm/surveys
    cat >.crm/surveys/tea.yaml <<'YAML'
id: tea
version: 1
title: Tea
language: en
questions:
  - {id: recommend, type: nps, text: Would you recommend us}
  - {id: kind, type: choice, text: Which tea, choices: [green, black]}
  - {id: words, type: text, text: What else}
YAML
    {
        crm add staff "Li Wei" --login liwei --email liwei@example.com
        crm add "oldname zhangweijie" --key zhangweijie --kind person --phone 13900030003 --owner liwei
        crm edit zhangweijie --name zhangweijie --phone 13800010001 --email weijie@example.com \
            --wechat wechatweijie --address "Gulangyu 1" --external-id zwj-ext --tags tea-lover \
            --notes "drinks jasmine" --set passport=passportE77 --set points=12 --region South
        crm add "Friend" --kind person --referred-by zhangweijie
        crm add contact wifeliufang --customer zhangweijie --phone 13800020002 \
            --email liufang@example.com --birthday 1991-07-08
        crm add product "Green Tea" --code GT
        crm add order 7788 --customer zhangweijie --currency CNY --ordered-on 2026-02-01 \
            --external-id orderexternal --notes ordernote --set ship_note=shipnote
        crm add line --customer zhangweijie --order-ref O-1 --ordered-on 2026-02-01 --line-number 1 \
            --product GT --quantity 2 --amount 129.5 --external-id lineexternal
        crm complain add zhangweijie "lukewarm tea" --contact P-1 --owner liwei --category quality
        crm complain respond C-1 --reason "apologised to wifeliufang"
        crm visit add zhangweijie --channel phone --contact P-1 --feedback "a quarrel" \
            --external-id visitexternal
        crm survey ask tea zhangweijie --contact P-1 --answer recommend=9 --answer kind=green \
            --answer words=verbatimword --force
        crm add note zhangweijie "Xiamenmove in May"
        crm tier set zhangweijie A --reason pinnedreason
        crm remind --new
    } >/dev/null
}

# Everything that the book keeps: its files, and on PostgreSQL its database.
everything() {
    local place
    place=$(realpath .crm)
    ! on_postgres || pg_dump -h "$CRM_TEST_POSTGRES" -U crm "$(cat "$CRM_TEST_DATABASES/${place//\//=}")"
    find .crm -type f -exec cat {} +
}

# Fails when any of that still holds one of the words.
no_trace() {
    everything >whole
    ! grep -aqiE "${1:-$SECRETS}" whole || {
        grep -aoiE ".{0,30}(${1:-$SECRETS})" whole | head -n 5
        return 1
    }
}

need_query() {
    on_postgres || command -v sqlite3 >/dev/null || skip "no sqlite3"
}

# Every figure that reports print, but for names.
figures() {
    crm report revenue --by region --from 2025-01-01 --format csv
    crm report revenue --by product --from 2025-01-01 --format csv
    crm report complaints --by category --from 2025-01-01 --format csv
    crm report visits --from 2025-01-01 --format csv
    crm report satisfaction --from 2025-01-01 --format csv
    crm survey result tea --format csv
    crm list --fields tier,orders,revenue_total,last_visit_on,next_visit_on,open_complaints,last_survey_on --format csv
    crm list order --fields customer,ordered_on,amount,lines --format csv | cut -d, -f2-
}

# Kinds that can be about a customer or a contact: those that refer to one, those that refer to
# these, and so on.
kinds_about() {
    crm introspect | jq -r --arg root "$1" '
        def about(found): (found + [.kinds[] | select(.name | IN("staff", "product") | not)
            | select(any(.fields[]; .type == "reference" and (.reference | IN(found[])))) | .name]
            | unique) as $next | if $next == (found | unique) then $next else about($next) end;
        about([$root]) - [$root] | .[]'
}

# ---- Everything held on a person ---------------------------------------------------------------

@test "export --subject finds a record of every kind that can be about a customer" {
    crm export --subject zhangweijie >all.json
    [ "$(jq length all.json)" = 1 ]
    [ -n "$(kinds_about customer)" ]
    for kind in $(kinds_about customer); do
        # A new kind: add one of it in setup_test, then it is found without any code.
        [ "$(jq --arg kind "$kind" '.[0][$kind] | length' all.json)" -gt 0 ] || { echo "no $kind" && false; }
    done
    # Whole, unmasked, and with what the journal has.
    for word in ${SECRETS//|/ }; do
        grep -qi "$word" all.json || { echo "no $word" && false; }
    done
    [ "$(jq -r '.[0].phone, .[0].contact[0].birthday' all.json)" = $'13800010001\n1991-07-08' ]
    [ "$(jq -c '.[0].mentions' all.json)" = '[{"kind":"customer","record":"friend","field":"referred_by"}]' ]
    jq -e '.[0].log[] | select(.field == "phone" and .before == "13900030003" and .after == "13800010001")' all.json
    jq -e '.[0].log[] | select(.action == "added" and .kind == "note")' all.json
}

@test "export --subject of a contact has what is about the contact, not what is about others" {
    crm complain add zhangweijie "another thing" --owner liwei >/dev/null
    crm visit add zhangweijie --channel phone --feedback "without the contact" >/dev/null
    crm export contact --subject wifeliufang >one.json
    [ "$(jq -c '.[0] | [.name, .phone, (.complaint | length), (.complaint_event | length), (.visit | length),
        (.survey_answer | length), has("order"), has("note")]' one.json)" = \
        '["wifeliufang","13800020002",1,2,1,3,false,false]' ]
    [ "$(jq -r '.[0].visit[0].feedback' one.json)" = "a quarrel" ]
    # A visit because of the contact's complaint, whomever it met.
    crm visit add zhangweijie --channel face --complaint C-1 --feedback "about C-1" >/dev/null
    [ "$(crm export --subject P-1 | jq '.[0].visit | length')" = 2 ]
}

@test "export --subject of one of the staff names the records, without other people's data" {
    crm export staff --subject liwei >one.json
    [ "$(jq -r '.[0] | [.login, .email] | join(" ")' one.json)" = "liwei liwei@example.com" ]
    [ "$(jq -c '[.[0].mentions[] | [.kind, .record, .field]] | sort' one.json)" = \
        '[["complaint","C-1","owner"],["complaint_event","#1","staff"],["customer","zhangweijie","owner"],["visit","V-1","staff"]]' ]
    [ "$(grep -cE "13800010001|quarrel" one.json)" = 0 ]
}

@test "export --subject finds what the journal keeps of records that were removed and merged" {
    crm add contact "secondwife zwj" --customer zhangweijie --phone 13800040004 >/dev/null
    crm visit add zhangweijie --channel phone --contact P-2 --feedback "goneword" >/dev/null
    crm remove visit V-2 >/dev/null
    crm merge P-2 P-1 >/dev/null
    crm export --subject P-1 >one.json
    grep -q goneword one.json
    grep -q 13800040004 one.json
    crm remove note N-1 >/dev/null
    crm export --subject zhangweijie | grep -q Xiamenmove
    # One who was removed is still named by number.
    crm add contact "goneperson" --customer zhangweijie >/dev/null
    crm remove contact goneperson >/dev/null
    crm export --subject P-3 | jq -e '.[0].removed and (.[0].log[] | select(.before == "goneperson"))'
}

@test "export --subject: formats, and what it refuses" {
    call crm export --subject zhangweijie --format jsonl
    [ "$status" = 0 ]
    [ "$(wc -l <<<"${out%$'\n'}")" = 1 ]
    call crm export --subject zhangweijie --format table
    [ "$status" = 0 ]
    [[ $out == *wifeliufang* ]]
    call crm export --subject zhangweijie --format csv
    expect 2 - $'crm: the format "csv" holds one table, not a document\nhint: choose json, jsonl or table'
    call crm export --subject zhangweijie --fields name
    [ "$status" = 2 ]
    call crm export product --subject GT
    [ "$status" = 2 ]
    call crm export --subject nobody --format table
    [ "$status" = 1 ]
    call crm export --subject zhangweijie region=South
    [ "$status" = 2 ]
}

# ---- Forgetting --------------------------------------------------------------------------------

@test "forget erases a customer everywhere in the book's files; every figure stays" {
    figures >before
    grep -q 129.5 before
    call crm forget zhangweijie --reason "asked by letter of 1 March"
    [ "$status" = 0 ]
    [ "$err" = $'crm: backups made before this still hold what was erased\n' ]
    no_trace
    figures >after
    diff before after
    call crm list --fields key,name,phone,region key=forgotten-1
    expect 0 '{"key":"forgotten-1","name":"forgotten #1","phone":null,"region":"South"}' ""
    [ "$(crm list survey_answer | jq -c '[.question, .answer_text]')" = $'["recommend",null]\n["kind","green"]\n["words",null]' ]
    [ "$(crm show forgotten-1 | jq .points)" = 12 ]
    [ "$(crm list tier_change customer=forgotten-1 --fields reason | head -n 1)" = '{"reason":null}' ]
}

@test "forget tells what it erased, and --dry-run erases nothing" {
    crm export --subject zhangweijie >before
    call crm forget zhangweijie --reason "by letter" --dry-run
    [ "$status" = 0 ]
    [ -z "$err" ]
    [ "$(jq -c '[.kind, .record, .reason, (.images > 0), (.commands > 0), [.erased[].kind]]' <<<"$out")" = \
        '["customer","#1","by letter",true,true,["customer","contact","order","line","complaint","complaint_event","visit","survey_answer","tier_change","note"]]' ]
    crm export --subject zhangweijie | diff before -
    crm forget zhangweijie -q >/dev/null
}

@test "forget of a contact leaves the customer as it is" {
    call crm forget wifeliufang
    [ "$status" = 1 ]
    crm forget contact wifeliufang -q >/dev/null
    no_trace "wifeliufang|13800020002|liufang@|1991-07|quarrel|lukewarm|apologised|verbatimword"
    [ "$(crm list --sensitive key=zhangweijie --fields name,phone,notes)" = \
        '{"name":"zhangweijie","phone":"13800010001","notes":"drinks jasmine"}' ]
    [ "$(crm list note --fields text)" = '{"text":"Xiamenmove in May"}' ]
    [ "$(crm list contact --fields number,name,birthday,do_not_contact)" = \
        '{"number":"P-1","name":"forgotten #1","birthday":null,"do_not_contact":false}' ]
    [ "$(crm list complaint --fields number,contact,status)" = '{"number":"C-1","contact":"P-1","status":"responded"}' ]
}

@test "forget of one of the staff leaves what they did" {
    crm remind --new --for liwei >/dev/null
    crm forget staff liwei -q >/dev/null
    no_trace "liwei|Li Wei"
    [ "$(crm list --fields key,owner owner=forgotten-1)" = '{"key":"zhangweijie","owner":"forgotten-1"}' ]
    [ "$(crm list visit --fields staff,feedback)" = '{"staff":"forgotten-1","feedback":"a quarrel"}' ]
    # Reminders given to the one are not given again under the new login.
    call crm remind --new --for forgotten-1
    expect 0 "" ""
}

@test "forget of one of the staff leaves no login to whom reminders were given" {
    crm add staff "Nobody" --login zetlogin >/dev/null
    crm edit zhangweijie --owner zetlogin >/dev/null
    crm remind --new --for zetlogin --within 400d | grep -q .
    crm edit staff zetlogin --login zetsecond >/dev/null
    crm remind --new --for zetsecond --within 400d | grep -q .
    crm add staff "Merged" --login zetmerged >/dev/null
    crm edit zhangweijie --owner zetmerged >/dev/null
    crm remind --new --for zetmerged --within 400d | grep -q .
    crm merge staff zetmerged zetsecond >/dev/null
    # A login that another has now is not the person's any more.
    crm add staff "Other" --login zetlogin >/dev/null
    crm edit zhangweijie --owner "" >/dev/null
    crm remove staff zetsecond >/dev/null
    crm forget staff zetsecond -q >/dev/null
    no_trace "zetsecond|zetmerged"
    crm forget staff zetlogin -q >/dev/null
    no_trace "zet"
    crm check -q >/dev/null
}

@test "forget leaves no birthday among the reminders that were given" {
    crm add "Chen Yu" --kind person --birthday 03-03 >/dev/null
    crm add contact Bao --customer chen-yu --birthday 03-04 >/dev/null
    crm add contact Cao --customer chen-yu --birthday 03-05 >/dev/null
    crm remind --new >/dev/null
    given() { query_store "SELECT item FROM reminder_given WHERE item LIKE 'care:%' ORDER BY 1" | tr '\n' ' '; }
    customer=$(query_store "SELECT id FROM customer WHERE key = 'chen-yu'")
    [ "$(given)" = "care:birthday:$customer:2026-03-03 care:birthday:P-2:2026-03-04 care:birthday:P-3:2026-03-05 " ]
    crm forget P-2 --reason asked >/dev/null
    [ "$(given)" = "care:birthday:$customer:2026-03-03 care:birthday:P-3:2026-03-05 " ]
    crm forget chen-yu --reason asked >/dev/null
    [ -z "$(given)" ]
    call crm check
    [ "$status" = 0 ]
}

@test "forget finds what a merge, an edit and a removal left in the journal" {
    crm add "zhangweijie double" --key doublekey --kind person --phone 13800050005 >/dev/null
    crm merge doublekey zhangweijie >/dev/null
    crm remove note N-1 >/dev/null
    crm complain add zhangweijie "second lukewarm" --owner liwei >/dev/null
    crm forget zhangweijie -q >/dev/null
    no_trace "$SECRETS|doublekey|13800050005"
}

@test "forget finds what another had taken over by a merge that was undone" {
    crm edit zhangweijie --address "Gulangyu-lane 5" >/dev/null
    crm merge zhangweijie friend >/dev/null
    for _ in 1 2 3; do crm undo >/dev/null; done
    crm forget zhangweijie -q >/dev/null
    no_trace "Gulangyu|13800010001"
    crm check -q >/dev/null
    call crm show friend --fields key
    expect 0 '{"key":"friend"}' ""
}

@test "forget finds what was handed on by every merge: undone, repeated elsewhere, in a row" {
    crm add "Uniquedouble" --key uniquedouble --kind person --phone 13800070007 --address "Nullstreet 5" >/dev/null
    for key in other third last; do
        crm add "Person $key" --key "$key" --kind person >/dev/null
    done
    crm merge uniquedouble other >/dev/null
    crm undo >/dev/null
    crm merge uniquedouble third >/dev/null
    crm merge third last >/dev/null
    crm export --subject last | grep -q 13800070007
    call crm forget other
    [ "$status" = 0 ]
    # It gave back what it had taken over, and is another person.
    crm export --subject last | grep -q 13800070007
    call crm forget uniquedouble --format table
    [ "$status" = 0 ]
    [[ $out == *"it was merged into last, which keeps what it took over: crm forget customer last"* ]]
    [ "$(query_store "SELECT count(*) FROM journal_image WHERE before_values LIKE '%13800070007%'
        OR after_values LIKE '%13800070007%'")" = 0 ]
    crm check -q >/dev/null
    crm forget last -q >/dev/null
    no_trace "13800070007|Nullstreet"
    crm check -q >/dev/null
}

@test "what was merged twice, and redone, belongs to whom it went to" {
    crm add "Uniquedouble" --key uniquedouble --kind person --phone 13800070007 >/dev/null
    crm add "Other" --key other --kind person >/dev/null
    crm add "Third" --key third --kind person >/dev/null
    crm merge uniquedouble other >/dev/null
    crm undo >/dev/null
    crm merge uniquedouble third >/dev/null
    # The first merge is done again, in place of the second.
    crm undo >/dev/null
    local first
    first=$(crm log --fields entry,command,undoes | jq -r 'select(.undoes != null) | .entry' | tail -n 1)
    crm undo "$first" >/dev/null
    crm forget other -q >/dev/null
    no_trace 13800070007
    crm check -q >/dev/null
}

@test "forget finds what contacts handed on, and what came from another customer before it was removed" {
    crm add contact "Firstcontact" --customer zhangweijie --phone 13800080008 --notes handedon >/dev/null
    crm add contact "Othercontact" --customer friend >/dev/null
    crm merge P-2 P-3 >/dev/null
    crm undo >/dev/null
    crm remove P-2 >/dev/null
    crm add order 7799 --customer friend --notes movednote >/dev/null
    crm edit order 7799 --notes x >/dev/null
    crm edit order 7799 --customer zhangweijie >/dev/null
    crm remove order 7799 >/dev/null
    crm add contact "Movedcontact" --customer friend --notes movedwords >/dev/null
    crm edit P-4 --notes y >/dev/null
    crm edit P-4 --customer zhangweijie >/dev/null
    crm remove P-4 >/dev/null
    crm add contact "Mergedcontact" --customer friend --notes mergedwords >/dev/null
    crm edit P-5 --notes z >/dev/null
    crm merge P-5 P-1 >/dev/null
    crm forget zhangweijie -q >/dev/null
    no_trace "$SECRETS|firstcontact|13800080008|handedon|movednote|movedcontact|movedwords|mergedcontact|mergedwords"
    crm export --subject friend | grep -q Othercontact
    crm check -q >/dev/null
}

@test "the number of a person who is gone is not given to another" {
    need_query
    crm add "Uniquedouble" --key uniquedouble --kind person --phone 13800070007 >/dev/null
    crm merge uniquedouble zhangweijie >/dev/null
    crm add staff "Gonestaff" --login gonestaff >/dev/null
    crm remove staff gonestaff >/dev/null
    crm add "Newcomer" --key newcomer --kind person >/dev/null
    crm add staff "Newstaff" --login newstaff >/dev/null
    # What the journal keeps of the one is not told to the other, and is erased with the right one.
    for reference in "customer newcomer" "staff newstaff"; do
        # shellcheck disable=SC2086 # kind and name
        set -- $reference
        crm export "$1" --subject "$2" >one.json
        [ "$(jq -c '[.[0].log[].action] | unique' one.json)" = '["added"]' ]
        [ "$(grep -cE "uniquedouble|gonestaff|13800070007" one.json)" = 0 ]
    done
    crm forget newcomer -q >/dev/null
    crm export --subject zhangweijie | grep -q 13800070007
    crm forget zhangweijie -q >/dev/null
    no_trace "$SECRETS|uniquedouble|13800070007"
}

@test "export --subject leaves out what had the number of one of the records before" {
    crm tier set friend A --reason "othersreason" >/dev/null
    crm undo >/dev/null
    crm tier set zhangweijie B --reason "ownreason" >/dev/null
    crm export --subject zhangweijie >one.json
    grep -q ownreason one.json
    [ "$(grep -c othersreason one.json)" = 0 ]
}

@test "forget takes one who was removed, by number" {
    crm add contact goneperson --customer zhangweijie --phone 13800060006 >/dev/null
    crm visit add zhangweijie --channel phone --contact P-2 --feedback goneword >/dev/null
    crm remove visit V-2 >/dev/null
    crm remove contact goneperson >/dev/null
    crm forget contact goneperson -q >/dev/null
    no_trace "goneperson|13800060006|goneword"
    # The others are not touched.
    crm export --subject zhangweijie | grep -q Xiamenmove
}

@test "the commands of loads that did not name the person stay" {
    need_query
    {
        echo key,name,kind
        for i in {1..40}; do echo "c$i,Customer $i,company"; done
        echo "thisone,Uniquename Person,person"
    } >all.csv
    crm import all.csv --as customer >/dev/null
    crm edit thisone --notes "a note" >/dev/null
    crm forget thisone -q >/dev/null
    no_trace "uniquename|thisone"
    [ "$(query_store "SELECT command FROM journal WHERE command LIKE '%import%'")" = \
        "crm import all.csv --as customer" ]
    [ "$(query_store "SELECT count(*) FROM journal WHERE command LIKE '%a note%'")" = 0 ]
}

@test "a short name is found in commands as a word, and no command is taken for a name" {
    need_query
    crm add staff "Xu" --login xu >/dev/null
    crm edit friend --owner xu >/dev/null
    crm add "edit" --key edit --kind person >/dev/null
    for i in {1..40}; do echo "xuan-$i,Xuan $i,xu"; done | sed '1i key,name,owner' >many.csv
    crm import many.csv --as customer >/dev/null
    crm forget staff xu -q >/dev/null
    crm forget edit -q >/dev/null
    [ "$(query_store "SELECT count(*) FROM journal WHERE command LIKE '% xu%'")" = 0 ]
    [ "$(query_store "SELECT command FROM journal WHERE command LIKE '%import%'")" = "crm import many.csv --as customer" ]
    [ "$(query_store "SELECT count(*) FROM journal WHERE command LIKE 'crm edit zhangweijie%'")" = 1 ]
}

@test "a name in somebody else's words is told, a command that holds it is erased" {
    need_query
    crm add note friend "introduced by zhangweijie" >/dev/null
    crm forget zhangweijie >result 2>/dev/null
    [ "$(jq -c .mentions result)" = '[{"kind":"note","record":"N-2","entry":null}]' ]
    [ "$(query_store "SELECT count(*) FROM journal WHERE command LIKE '%zhangweijie%'")" = 0 ]
}

@test "a name that somebody else's words had before is told with the entry that keeps it" {
    local changed removed
    crm edit friend --city "call ZhangWeijie, 138 0001 0001" >/dev/null
    crm edit friend --city "Xi'an" >/dev/null
    changed=$(crm log -n 1 | jq .entry)
    crm add note friend "only zhangweijies" >/dev/null
    crm remove N-2 >/dev/null
    crm add contact Chen --customer friend --notes "sister of zhangweijie" >/dev/null
    crm remove contact Chen >/dev/null
    removed=$(crm log -n 1 | jq .entry)
    call crm forget zhangweijie
    [ "$(jq -c '.mentions[]' <<<"$out")" = \
        '{"kind":"customer","record":"friend","entry":'$((changed - 1))'}
{"kind":"customer","record":"friend","entry":'"$changed"'}
{"kind":"contact","record":"P-2","entry":'"$removed"'}' ]
}

@test "commands that name the person are found however they write the name" {
    need_query
    crm add "Anna O'Brien" --key aob --kind person --phone "+86 138-1234 5678" --email Anna@Example.com >/dev/null
    crm add "张伟杰" --key zwj --kind person --wechat "🌸🌸" >/dev/null
    local marker
    for marker in "spoke with anna o'brien m1" "ANNA  O’BRIEN m2" "Anna O'Brien, m3" "13812345678 m4" \
        "tel. 138 1234 5678: m5" "0086.13812345678 m6" "write to ANNA@EXAMPLE.COM m7" \
        "给 张 伟杰 打电话 m8" "an 🌸🌸 m9"; do
        crm add note friend "$marker" >/dev/null
    done
    crm add note friend "anna obrienne k1" >/dev/null
    crm add note friend "138 1234 5 67 k2" >/dev/null
    crm forget aob -q >/dev/null
    crm forget zwj -q >/dev/null
    [ "$(query_store "SELECT command FROM journal WHERE command LIKE 'crm add note friend%'")" = \
        "crm add note friend 'anna obrienne k1'
crm add note friend '138 1234 5 67 k2'" ]
}

@test "the entry says who, when, which record by its number, and why" {
    need_query
    crm forget zhangweijie --reason "the person's letter" -q >/dev/null
    [ "$(query_store 'SELECT command FROM journal ORDER BY id DESC LIMIT 1')" = \
        "crm forget customer '#1' --reason 'the person'\\''s letter'" ]
    # Of what it changed the journal keeps that it did, not what it was.
    [ "$(query_store 'SELECT count(before_values), count(after_values), count(salt), min(length(digest))
        FROM journal_image WHERE entry = (SELECT max(id) FROM journal)')" = "0|0|0|64" ]
}

@test "lines that were removed are erased with those of no other customer" {
    need_query
    crm add order 7799 --customer friend --ordered-on 2026-02-02 >/dev/null
    crm add line --order-ref 7799 --amount 5 --description friendly >/dev/null
    crm remove order 7788 >/dev/null
    crm remove order 7799 >/dev/null
    crm forget zhangweijie -q >/dev/null
    [ "$(query_store "SELECT sum(row_count) FROM journal_image WHERE kind = 'line' AND customer = 1
        AND before_values IS NULL AND salt IS NULL")" = 1 ]
    query_store "SELECT before_values FROM journal_image WHERE kind = 'line' AND customer = 2" |
        grep -qF '"friendly"'
    crm check >/dev/null
}

@test "the chain verifies after forgetting" {
    crm introspect | jq -e '.commands[] | select(.name == "check")' >/dev/null || skip "no crm check"
    crm forget zhangweijie -q >/dev/null
    crm forget staff liwei -q >/dev/null
    call crm check
    [ "$status" = 0 ] || { echo "$out$err" && false; }
}

@test "what was forgotten is not brought back by undo" {
    crm introspect | jq -e '.commands[] | select(.name == "undo")' >/dev/null || skip "no crm undo"
    crm forget zhangweijie -q >/dev/null
    for entry in $(crm log --format jsonl | jq .entry | sort -un); do
        crm undo "$entry" >/dev/null 2>&1 || true
    done
    no_trace
    call crm undo "$(crm log --format jsonl | jq 'select(.command // "" | startswith("crm forget")) | .entry' | head -n 1)"
    [ "$status" = 4 ]
    [[ $err == *"erased"* ]]
}

@test "forget again: nothing more to erase, nothing written" {
    need_query
    crm forget zhangweijie -q >/dev/null
    entries=$(query_store 'SELECT count(*) FROM journal')
    call crm forget '#1' -q
    [ "$status" = 0 ]
    [ "$(jq -c '[.images, .commands, .erased]' <<<"$out")" = '[0,0,[]]' ]
    [ "$(query_store 'SELECT count(*) FROM journal')" = "$entries" ]
}

# One command on the person #1 or what is about the person, with a word of its own. What is handed to
# others comes back: P-2 is not the person's.
random_command() {
    local word=zqword$1 contact=${contacts[RANDOM % ${#contacts[@]}]} kind
    case $((RANDOM % 12)) in
    0) kind=(--notes --key --address --wechat --name) && crm edit '#1' "${kind[RANDOM % 5]}" "$word" ;;
    1) contacts+=("$(crm add contact "$word" --customer '#1' --phone "139$((RANDOM + 10000000))" | jq -r .number)") ;;
    2) crm add note '#1' "$word" ;;
    3) crm visit add '#1' --channel phone --feedback "$word" --contact "$contact" ;;
    4) crm add order "$word" --customer '#1' --ordered-on 2026-02-02 --notes "$word" ;;
    5) crm edit "$contact" --notes "$word" ;;
    6) crm complain add '#1' "$word" --owner liwei --contact "$contact" ;;
    7) crm tier set '#1' B --reason "$word" ;;
    8) kind=(N O V C P) && crm remove "${kind[RANDOM % 5]}-$((RANDOM % 3 + 3))" ;;
    9) crm add "$word" --key "$word" --kind person --email "$word@example.com" && { crm merge "$word" '#1' || crm undo; } && return ;;
    10) crm merge '#1' friend && crm undo && crm undo && crm undo && return ;;
    11) crm merge "$contact" P-2 && crm undo && return ;;
    esac || return
    # Takes it back, or does it again.
    while ((RANDOM % 3 == 0)); do crm undo; done
}

@test "random commands about a person, of which forget leaves nothing" {
    local seed=${FORGET_SEED:-$((SRANDOM % 100000))} round contacts=(P-1)
    echo "seed $seed"
    RANDOM=$seed
    crm add contact "Theirs" --customer friend --notes "not the person's" >/dev/null
    for ((round = 0; round < ${FORGET_ROUNDS:-25}; round++)); do
        random_command "$round" >/dev/null 2>&1 || true
    done
    crm forget customer '#1' -q >/dev/null
    no_trace "$SECRETS|zqword"
    crm check -q >/dev/null
    crm export --subject friend | grep -q "not the person's"
}

@test "forget refuses a company, a product, nobody, and a reason that names the person" {
    crm add "Acme Ltd" >/dev/null
    call crm forget acme-ltd
    expect 4 "" $'crm: \'acme-ltd\' is a company, not a person\nhint: forget its contacts; or, if it is a person: crm edit acme-ltd --kind person'
    call crm forget product GT
    expect 2 "" $'crm: a product is no person\nhint: name a customer, a contact or one of the staff'
    call crm forget nobody
    [ "$status" = 1 ]
    call crm forget zhangweijie --reason "zhangweijie wrote from weijie@example.com"
    expect 3 "" $'crm: reason: it names the person\nhint: the reason stays in the journal: say it without name and number'
    crm export --subject zhangweijie | grep -q Gulangyu
}

@test "a reader keeps the file from being rewritten: the status says so, again finishes it" {
    need_file "the file is rewritten"
    command -v sqlite3 >/dev/null || skip "no sqlite3"
    mkfifo hold
    { echo "BEGIN; SELECT count(*) FROM customer;"; cat hold; } | sqlite3 .crm/crm.db >reading &
    exec 9>hold
    while [ ! -s reading ]; do sleep 0.05; done
    call crm forget zhangweijie -q
    [ "$status" = 75 ]
    [[ $err == "crm: erased, but the book's file may still hold it"*"crm forget customer '#1'"* ]]
    exec 9>&-
    wait
    crm forget customer '#1' -q >/dev/null
    no_trace
}

@test "forget in a book with many pages leaves nothing in any of them" {
    {
        echo key,name,kind,phone,notes
        for i in $(seq 1 3000); do
            echo "k$i,Person $i,person,1391111$((i + 10000)),\"$(printf 'note %.0s' {1..20}) mark$i\""
        done
    } >many.csv
    crm import many.csv --as customer >/dev/null
    for i in 7 1500 2999; do
        crm edit k$i --notes "longer $(printf 'longnote %.0s' {1..600}) mark$i" --name "Renamed mark$i" >/dev/null
        crm forget k$i -q >/dev/null
        no_trace "mark${i}[^0-9]|1391111$((i + 10000))|Person ${i}[^0-9]"
    done
    [ "$(crm list --format csv --fields key | wc -l)" = 3003 ]
}
