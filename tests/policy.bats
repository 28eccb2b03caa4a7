# SPDX-License-Identifier: MIT
# crm policy: check and show.

load helper

@test "a new book's policy has no problems" {
    new_book
    call crm policy check
    expect 0 "" ""
}

@test "check needs no book when a file is named" {
    printf 'currency: EUR\n' >good.yaml
    call crm policy check good.yaml
    expect 0 "" ""
}

@test "every problem is a row with file, line, column and key, in the order of lines" {
    printf 'complaints:\n  at_risk: 120\ncurrencey: EUR\nsurveys: {min_n: ten}\n' >p.yaml
    call crm policy check p.yaml
    expect 3 '{"file":"p.yaml","line":2,"column":12,"key":"complaints.at_risk","message":"120 is not within 1 and 100","hint":null}
{"file":"p.yaml","line":3,"column":1,"key":"currencey","message":"there is no such key","hint":"did you mean '"'currency'"'?"}
{"file":"p.yaml","line":4,"column":18,"key":"surveys.min_n","message":"'"'ten'"' is no whole number","hint":null}' \
        $'crm: p.yaml: 3 problems\nhint: crm-policy(5) explains every key'
}

@test "check works in a book that a broken policy keeps from opening" {
    new_book
    printf 'time_zone: UTC\ncurrency: yuan\n' >.crm/policy.yaml
    call crm list
    [ "$status" -eq 3 ]
    [[ $err == "crm: "*"policy.yaml:2:11: key 'currency': 'yuan' is no currency"* ]]
    call crm policy check --format csv --fields line,column,key,message
    expect 3 $'line,column,key,message\n2,11,currency,\'yuan\' is no currency' -
    [[ $err == *"policy.yaml: 1 problem"* ]]
    call crm policy show
    [ "$status" -eq 3 ]
}

@test "a file that is no YAML has one row with the place" {
    printf 'a: [1\nb: 2\n' >p.yaml
    call crm policy check p.yaml --fields line,column,key
    expect 3 '{"line":2,"column":2,"key":null}' $'crm: p.yaml: 1 problem\nhint: crm-policy(5) explains every key'
}

@test "a missing file, a directory without policy, and no book are errors" {
    call crm policy check none.yaml
    expect 1 "" "crm: none.yaml: No such file or directory"
    mkdir empty
    call crm policy check empty
    expect 1 "" "crm: empty/policy.yaml: No such file or directory"
    call crm policy check
    [ "$status" -eq 1 ]
    [ -z "$out" ]
}

@test "a directory is looked into for its policy" {
    new_book other
    printf 'surveys: {min_n: 0}\n' >other/policy.yaml
    call crm policy check other --fields file,line
    expect 3 '{"file":"other/policy.yaml","line":1}' -
}

@test "show lists every rule with the line it comes from, or default" {
    new_book
    printf 'currency: EUR\nsurveys:\n  min_n: 30\n' >.crm/policy.yaml
    crm policy show >rows
    [ "$(jq -c 'select(.key == "currency") | [.value, .origin]' rows)" = '["EUR","policy.yaml:1"]' ]
    [ "$(jq -c 'select(.key == "surveys.min_n") | [.value, .origin]' rows)" = '["30","policy.yaml:3"]' ]
    [ "$(jq -c 'select(.key == "surveys.min_days") | [.value, .origin]' rows)" = '["90","default"]' ]
    [ "$(jq -c 'select(.key == "visits.cadence.B.channel") | [.value, .origin]' rows)" = '["phone","default"]' ]
    [ "$(jq -r 'select(.key == "calendars.office.week.mon") | .value' rows)" = "09:00-12:00, 13:00-18:00" ]
    [ "$(jq -r 'select(.key == "complaints.limits[6].respond") | .value' rows)" = 30m ]
    [ "$(jq -r 'select(.help == null or .help == "") | .key' rows)" = "" ]
}

@test "a policy changed by hand takes effect at the next command" {
    new_book
    call crm policy show --format csv --fields value
    [[ $out == *CNY* ]]
    sed 's/^currency: .*/currency: USD/' .crm/policy.yaml >changed
    cp changed .crm/policy.yaml
    call crm policy show --format csv --fields value
    [[ $out == *USD* && $out != *CNY* ]]
}

@test "policy without a subcommand and an unknown one are wrong usage" {
    call crm policy
    [ "$status" -eq 2 ]
    call crm policy chek
    expect 2 "" $'crm: crm policy: there is no "chek"\nhint: did you mean crm policy check?'
}

@test "the manual's example is a good policy" {
    sed -n '/^tiers:$/,/^\.Ed$/p' "$ROOT/man/crm-policy.5" | grep -v '^\.Ed' >example.yaml
    [ "$(wc -l <example.yaml)" -gt 15 ]
    call crm policy check example.yaml
    expect 0 "" ""
}

@test "files made to break YAML parsers are answered" {
    need_shared
    for file in "$SHARED"/torture/yaml/*.yaml; do
        call crm policy check "$file"
        [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || { echo "$file: $status"; false; }
    done
}

# ---- Everything in one run ----

@test "a fault in one member does not hide those of its neighbours and of the whole" {
    cat >p.yaml <<'EOF'
time_zone: Asia/Shangai
tiers:
  schemes:
    abc: {thresholds: {A: 95, B: 80}}
    s:
      method: score
      indicators:
        revenue: {source: revenue, low: 7, high: 7, weight: 50}
        grade: {source: credit_grade, weight: 30}
      thresholds: {A: 80, B: 60}
visits:
  chanels: [fax]
  cadence:
    A: {every: 3mo, channel: fax}
    B: {every: 6mo, minutes: 9999}
calendars:
  office:
    week: {mon: [18:00-09:00]}
complaints:
  limits:
    - {tier: D, respond: 3h}
    - {severity: high, respond: 5d, resolve: 1h}
    - {severity: low, respond: 5h}
    - {severity: low, respond: 6h}
EOF
    call crm policy check --format csv --fields line,column,message p.yaml
    expect 3 "line,column,message
1,12,\"unknown time zone: \"\"Asia/Shangai\"\"\"
4,34,80 is not above the line of the tier before it
7,7,\"the weights sum to 80, not to 100\"
8,50,low and high are equal
9,25,\"the source credit_grade needs bands, each with a label\"
12,3,there is no such key
13,3,the tier 'C' has no cadence
14,30,there is no channel 'fax'
15,30,9999 is not within 0 and 1440
18,18,'18:00-09:00' ends before it begins
21,14,there is no tier 'D'
22,33,the time to respond exceeds that to resolve
24,7,never holds: line 23 has the same conditions" -
}

@test "a fault beside what is compared does not hide the comparison" {
    cat >p.yaml <<'EOF'
tiers:
  schemes:
    s:
      method: score
      margin: much
      indicators:
        a:
          source: field
          field: need_fitt
          weight: much
        b:
          source: years
          mapping: bands
          weight: 40
          bands:
            - {from: 0, to: 5, points: 120}
            - {from: 6, to: 10, points: 2}
            - {from: 9, points: -1}
      thresholds: {A: 60, B: 80}
visits:
  channels: [phone, face, phone]
  ahead: soon
  cadence:
    A: {every: 0d, channel: fax}
    B: {every: 6mo, grace: long}
complaints:
  at_risk: 0
  limits:
    - {severity: low, respond: 5h}
    - {severity: low, respond: 6h}
EOF
    call crm policy check --format csv --fields line,column,message p.yaml
    expect 3 "line,column,message
5,15,'much' is no number
9,18,a customer has no field 'need_fitt'
10,19,'much' is no number
16,40,120 is not within 0 and 100
17,15,there is a hole between 5 and 6
18,15,the band from 9 overlaps the one to 10
18,33,-1 is not within 0 and 100
19,30,80 is not below the line of the tier before it
21,27,'phone' is named twice
22,10,\"not a duration: \"\"soon\"\"\"
23,3,the tier 'C' has no cadence
24,16,an interval of 0 makes visits due for ever
24,29,there is no channel 'fax'
25,28,\"not a duration: \"\"long\"\"\"
27,12,0 is not within 1 and 100
30,7,never holds: line 29 has the same conditions" -
    # Every tier that lacks a line, and the one that has one too many.
    printf 'tiers: {schemes: {abc: {thresholds: {C: 99}}}}\n' >p.yaml
    call crm policy check --format csv --fields column,message p.yaml
    expect 3 "column,message
25,the tier 'A' has no line
25,the tier 'B' has no line
38,the last tier has no line: it takes the rest" -
    # Of several rules each is read.
    printf 'tiers: {schemes: {s: {method: rules, thresholds: {A: [], Z: x=1, B: ower=lin}}}}\n' >p.yaml
    call crm policy check --format csv --fields key,message p.yaml
    expect 3 "key,message
tiers.schemes.s.thresholds.A,must be a limit
tiers.schemes.s.thresholds.Z,there is no tier 'Z'
tiers.schemes.s.thresholds.B,filter: customer has no field 'ower'" -
}

@test "a file as an editor of Windows writes it, with a byte order mark, and one with tabs" {
    printf '\xef\xbb\xbftime_zone: UTC\r\ncurrency: EUR\r\n' >p.yaml
    call crm policy check p.yaml
    expect 0 "" ""
    printf '\xef\xbb\xbftime_zone: UTC\r\ncurency: EUR\r\n' >p.yaml
    call crm policy check p.yaml --fields line,column,key
    expect 3 '{"line":2,"column":1,"key":"curency"}' -
    printf 'visits:\n\tahead: 3d\n' >p.yaml
    call crm policy check p.yaml --fields line,column,message,hint
    expect 3 '{"line":2,"column":1,"message":"no valid YAML: found character that cannot start any token","hint":"it is a tab: indent with spaces"}' -
}

@test "a faulty weight, band or limit is not judged a second time" {
    cat >p.yaml <<'EOF'
tiers:
  schemes:
    s:
      method: score
      indicators:
        a: {source: years, weight: much}
        b: {source: years, mapping: bands, weight: 40, bands: [{from: x, points: 1}, {from: 5, points: 2}]}
      thresholds: {A: 80, B: 60}
complaints:
  limits:
    - {tier: nobody, respond: 1h}
    - {respond: 2h}
EOF
    call crm policy check --format csv --fields line,column,message p.yaml
    expect 3 "line,column,message
6,36,'much' is no number
7,71,'x' is no number
11,14,there is no tier 'nobody'" -
}

@test "filters of rules are read, with the fields of the firm's own" {
    cat >p.yaml <<'EOF'
tiers:
  schemes:
    good:
      method: rules
      thresholds: {A: 'level=gold owner=li since>2020', B: revenue_total>=1000}
    bad:
      method: rules
      thresholds: {A: levle=gold, B: need_fit>much}
    worse:
      method: rules
      thresholds: {A: revenue_total > 1000, B: '"tags=vip'}
fields:
  customer:
    level: {type: enum, choices: [gold, silver]}
EOF
    call crm policy check --format csv --fields line,column,key,message,hint p.yaml
    expect 3 "line,column,key,message,hint
8,23,tiers.schemes.bad.thresholds.A,filter: customer has no field 'levle',did you mean 'level'?
8,38,tiers.schemes.bad.thresholds.B,need_fit: not a whole number: 'much',\"write digits only, such as 12\"
11,23,tiers.schemes.worse.thresholds.A,filter: no field stands before '>',\"write field, sign and value without blanks, such as revenue_total>100000\"
11,48,tiers.schemes.worse.thresholds.B,filter: a quote is not closed,\"write another \"\" where the words end that belong together\"" -
}

@test "a rule that an earlier one leaves nothing to is found" {
    cat >p.yaml <<'EOF'
tiers:
  names: [A, B, C, D, E]
  schemes:
    r:
      method: rules
      thresholds:
        A: 'revenue_total>1000 status=active,dormant'
        B: 'status=active revenue_total>=1001 city=Lyon'
        C: 'revenue_total>=1000 status=active'
        D: 'revenue_total>2000'
visits:
  cadence: {A: {every: 1mo}, B: {every: 1mo}, C: {every: 1mo}, D: {every: 1mo}, E: {every: 1mo}}
complaints: {limits: []}
EOF
    call crm policy check --format csv --fields line,column,message,hint p.yaml
    expect 3 "line,column,message,hint
8,12,never holds: line 7 takes every such customer,the first rule that fits holds: put the narrower one first" -
}

@test "a period that sees nothing, and care dates of many years at once, are refused" {
    new_book .crm
    sed 's/period: 12mo/period: 0d/; s/birthday: {lead: 3d/birthday: {lead: 2y/; s/^  grace: 14d/  grace: 367d/' .crm/policy.yaml >new.yaml
    call crm policy check new.yaml
    [ "$status" = 3 ]
    [ "$(jq -r '"\(.key): \(.message), \(.hint)"' <<<"$out")" = "tiers.schemes.abc.period: '0d' is too short, null
care.grace: '367d' is too long, at most 366 days
care.occasions.birthday.lead: '2y' is too long, at most 366 days" ]
    sed 's/period: 12mo/period: 1d/; s/birthday: {lead: 3d/birthday: {lead: 1y/; s/^  grace: 14d/  grace: 366d/' .crm/policy.yaml >new.yaml
    call crm policy check new.yaml
    expect 0 "" ""
}
