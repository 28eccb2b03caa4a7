#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Care dates 客户关怀: birthdays, founding days and festivals.
load helper

setup_test() {
    new_book
    crm -q add staff "Li Wei" --login li >/dev/null
}

# ---- What is kept -----------------------------------------------------------------------------

@test "a birthday is kept without year, without day, of a leap month, each in one form" {
    crm -q add "Wang Fang" --key wang --kind person >/dev/null
    while IFS='|' read -r given stored calendar; do
        crm edit wang --birthday "$given" --birthday-calendar "$calendar" >/dev/null
        [ "$(query_store 'SELECT birthday, birthday_calendar FROM customer')" = "$stored|$calendar" ]
    done <<END
1980-5-12|1980-05-12|solar
5-12|05-12|solar
1980-05|1980-05|solar
5|05|solar
02-30|02-30|lunar
闰6-1|leap 06-01|lunar
1987-leap 6-1|1987-leap 06-01|lunar
END
    # Lists show the year at most.
    for stored in 1980-05-12 1980-05 05-12 05; do
        crm edit wang --birthday "$stored" --birthday-calendar solar >/dev/null
        crm list customer --fields birthday
    done >said
    [ "$(jq -r .birthday said | tr '\n' ' ')" = "1980-•••• 1980-•••• •••• •••• " ]
    # A contact's as well.
    crm -q add contact "Chen Yu" --customer wang --birthday 8月15日 --birthday-calendar lunar >/dev/null
    [ "$(query_store 'SELECT birthday FROM contact')" = 08-15 ]
    call crm list contact birthday=8-15 --fields name,birthday --sensitive
    expect 0 '{"name":"Chen Yu","birthday":"08-15"}' ""
    call crm check
    [ "$status" = 0 ]
}

@test "a day that the calendar does not have is refused, however it comes about" {
    crm -q add "Wang Fang" --key wang --kind person --birthday 02-30 --birthday-calendar lunar >/dev/null
    before=$(book_state)
    call crm edit wang --birthday-calendar solar
    expect 3 "" "crm: birthday: the solar calendar has no such day
hint: of the lunar calendar it is with --birthday-calendar lunar"
    call crm edit wang --birthday 05-31
    expect 3 "" "crm: birthday: no lunar month has that day
hint: a lunar month has 29 or 30 days; with --birthday-calendar solar it is a solar day"
    call crm add "Lin" --kind person --birthday "leap 6-1"
    expect 3 "" "crm: birthday: the solar calendar has no such day
hint: of the lunar calendar it is with --birthday-calendar lunar"
    call crm edit wang --birthday 1980
    expect 3 "" "crm: birthday: not in its form
hint: write 1980-05-12; without the year 05-12, without the day 1980-05, in a leap month of the lunar calendar leap 06-01"
    [ "$(book_state)" = "$before" ]
}

@test "crm check tells of days and words that there are no more" {
    put_care '  occasions: {shop: {day: 10-18}}'
    crm -q add Ada --key ada --festivals shop >/dev/null
    crm -q add Bob --key bob --birthday 02-28 >/dev/null
    put_care '  lead: 7d'
    query_store "UPDATE customer SET birthday = '02-30' WHERE key = 'bob'"
    crm check >said || true
    [ "$(jq -r 'select(.check == "values") | [.record, .severity, .problem] | join(" ")' said)" = \
        "#1 warning festivals: 'shop' is no festival
#2 warning birthday: the solar calendar has no such day" ] || { cat said; false; }
}

@test "imports take the same forms, and with a map its dates" {
    printf 'key,name,birthday,birthday_calendar\na,Ada,5-12,\nb,Bob,闰6-1,lunar\n' >people.csv
    crm import people.csv --as customer >/dev/null
    [ "$(query_store 'SELECT key, birthday FROM customer ORDER BY key')" = $'a|05-12\nb|leap 06-01' ]
    crm export customer --format csv >out.csv
    call crm import out.csv --as customer
    [ "$(jq -r .same <<<"$out")" = 2 ]
    printf 'as: customer\ndates: [M/D/YYYY]\nfields:\n  customer.key: No\n  customer.name: Name\n  customer.birthday: Born\n' >map.yaml
    printf 'No,Name,Born\nc,Cai,5/12/1980\nd,Dai,8-15\n' >people.csv
    call crm import people.csv --as customer --map map.yaml
    [ "$status" = 0 ] || { echo "$err"; false; }
    [ "$(query_store "SELECT key, birthday FROM customer WHERE key > 'b' ORDER BY key")" = $'c|1980-05-12\nd|08-15' ]
    printf 'No,Name,Born\ne,Eve,32/32/1980\n' >people.csv
    call crm import people.csv --as customer --map map.yaml
    [ "$status" = 3 ]
    [[ $err == *"birthday: not in its form"* && $err != *32/32* ]]
}

@test "festivals, occasions and the days of visits are known words and days" {
    crm -q add "Acme" --key acme --festivals "中秋节,春节" --founded-on 1990-03-15 \
        --visit-every 4w --visit-channel phone --visit-days "3-15, lunar 8-1, 清明" >/dev/null
    call crm list customer --fields festivals,founded_on,visit_every,visit_channel,visit_days
    expect 0 '{"festivals":["mid-autumn","spring-festival"],"founded_on":"1990-03-15","visit_every":"4w","visit_channel":"phone","visit_days":"03-15, lunar 8-1, qingming"}' ""
    crm visit add acme --channel phone --occasion 生日 >/dev/null
    crm visit add acme --planned-on tomorrow >/dev/null
    crm visit done V-2 --channel phone --occasion 中秋 >/dev/null
    [ "$(crm list visit --fields number,occasion)" = $'{"number":"V-1","occasion":"birthday"}\n{"number":"V-2","occasion":"mid-autumn"}' ]
    before=$(book_state)
    while IFS='|' read -r option value message; do
        call crm edit acme "$option" "$value"
        [ "$status" = 3 ]
        [[ $err == "crm: $message"* ]] || { echo "$err"; false; }
    done <<END
--festivals|diwali|festivals: 'diwali' is no festival
--visit-every|2wd|visit_every: '2wd' is not counted in days
--visit-every|0d|visit_every: '0d' is too short or too long
--visit-channel|fax|visit_channel: the policy knows no 'fax'
--visit-days|3-15, 2-30|visit_days: '2-30' is no day of a year
END
    call crm visit add acme --channel phone --occasion diwali
    [ "$status" = 3 ]
    [[ $err == "crm: occasion: 'diwali' is no festival"* ]]
    [ "$(book_state)" = "$before" ]
}

# ---- What is due ------------------------------------------------------------------------------

# A company with a person, and the policy's own days. 2026-03-02 is a Monday.
fill() {
    crm -q add "Lakeside Tea House" --key lakeside --owner li --founded-on 1996-03-05 --language zh >/dev/null
    crm -q add contact 王芳 --customer lakeside --title 经理 --birthday 1980-03-04 --role decision_maker >/dev/null
}

# put_care YAML: the section `care`, in place of the one of `init`.
put_care() {
    awk '/^care:/ { skip = 1; next } /^[^ #]/ { skip = 0 } !skip' .crm/policy.yaml >rest.yaml
    printf 'care:\n%s\n' "$1" | cat rest.yaml - >.crm/policy.yaml
    crm policy check >/dev/null
}

# The Spring Festival from a Sunday to a Monday, the Saturday before worked; Labour Day to May 5.
import_holidays() {
    local day
    {
        printf '{"year": 2026, "days": [{"name": "春节", "date": "2026-02-14", "isOffDay": false}'
        for day in 02-1{5..9} 02-2{0..3} 05-0{1..5}; do
            printf ',{"name": "放假", "date": "2026-%s", "isOffDay": true}' "$day"
        done
        echo ']}'
    } >2026.json
    crm -q calendar import 2026.json --name cn >/dev/null
    sed -i 's/^    # holidays: cn/    holidays: cn/' .crm/policy.yaml
}

# days OPTION…: what is listed, shortly.
days() {
    crm care "$@" | jq -r '[.person // .customer, .occasion, .day, .state] | join(" ")'
}

@test "birthdays and founding days are listed and reminded of" {
    fill
    call crm care --within 7d
    expect 0 '{"customer":"lakeside","name":"Lakeside Tea House","tier":null,"contact":"P-1","person":"王芳","occasion":"birthday","day":"2026-03-04","from":"2026-02-27","state":"due","years":null,"round":false,"last_on":null,"last_channel":null,"last_by":null,"owner":"li","why":"birthday of 王芳; never greeted before"}
{"customer":"lakeside","name":"Lakeside Tea House","tier":null,"contact":null,"person":null,"occasion":"founding","day":"2026-03-05","from":"2026-02-26","state":"due","years":30,"round":true,"last_on":null,"last_channel":null,"last_by":null,"owner":"li","why":"founding day, 30 years, a round number; never greeted before"}' ""
    call crm remind kind=company
    expect 0 '{"id":"care:birthday:P-1:2026-03-04","kind":"care","customer":"lakeside","name":"Lakeside Tea House","tier":null,"due":"2026-03-04","state":"due","late":-2,"unit":"days","owner":"li","why":"birthday of 王芳; never greeted before"}
{"id":"care:founding:1:2026-03-05","kind":"care","customer":"lakeside","name":"Lakeside Tea House","tier":null,"due":"2026-03-05","state":"due","late":-3,"unit":"days","owner":"li","why":"founding day, 30 years, a round number; never greeted before"}' ""
    # A week before, only --within shows them; in the end they are overdue, and then gone.
    call crm remind --now 2026-02-20
    expect 0 "" ""
    call crm remind --now 2026-02-20 --within 7d --fields state,late
    expect 0 $'{"state":"coming","late":-12}\n{"state":"coming","late":-13}' ""
    call crm remind --now 2026-03-18 --fields state,late
    expect 0 $'{"state":"overdue","late":14}\n{"state":"overdue","late":13}' ""
    call crm remind --now 2026-03-20
    expect 0 "" ""
    # Of the owner only.
    crm -q add staff Wang --login wang >/dev/null
    call crm care --for wang
    expect 0 "" ""
    [ "$(days --for li | wc -l)" = 2 ]
    call crm care tier=A
    expect 0 "" ""
}

@test "a visit with the occasion does it, and is told of a year later" {
    fill
    crm -q visit add lakeside --channel phone --staff li --contact P-1 --occasion birthday >/dev/null
    [ "$(days)" = "lakeside founding 2026-03-05 due" ]
    crm -q visit add lakeside --planned-on 2026-03-05 --occasion founding >/dev/null
    [ "$(days)" = "lakeside founding 2026-03-05 due" ]
    crm -q visit done V-2 --channel face --occasion founding --now 2026-03-05T10:00 >/dev/null
    call crm care --now 2026-03-06
    expect 0 "" ""
    call crm care --now 2027-03-03 --fields occasion,last_on,last_channel,last_by,why
    expect 0 '{"occasion":"birthday","last_on":"2026-03-02","last_channel":"phone","last_by":"li","why":"birthday of 王芳; last on 2026-03-02 by phone, li"}
{"occasion":"founding","last_on":"2026-03-05","last_channel":"face","last_by":"li","why":"founding day, 31 years; last on 2026-03-05 by face, li"}' ""
    # Taken back, it is to be done again.
    crm -q undo >/dev/null
    [ "$(days --now 2026-03-06)" = "lakeside founding 2026-03-05 overdue" ]
}

@test "each reminder is given once while due and once when overdue" {
    fill
    [ "$(crm remind --new | wc -l)" = 2 ]
    call crm remind --new
    expect 0 "" ""
    # A week without cron: nothing is lost.
    [ "$(crm remind --new --now 2026-03-11 --fields state)" = $'{"state":"overdue"}\n{"state":"overdue"}' ]
    call crm remind --new --now 2026-03-12
    expect 0 "" ""
}

@test "who asked not to be contacted is left alone" {
    fill
    crm -q edit P-1 --do-not-contact >/dev/null
    # Nobody else is there to be congratulated on the founding day either.
    call crm care
    expect 0 "" ""
    crm -q add contact Chen --customer lakeside >/dev/null
    [ "$(days)" = "lakeside founding 2026-03-05 due" ]
    call crm care greeting P-1 birthday
    expect 4 "" "crm: 王芳 asked not to be contacted
hint: if that has changed: crm edit P-… --no-do-not-contact"
    crm -q edit lakeside --status lost >/dev/null
    call crm care
    expect 0 "" ""
}

@test "a customer's own birthday, and those of roles and tiers that the policy names" {
    fill
    crm -q add "Lin Yue" --key lin --kind person --birthday 03-06 >/dev/null
    crm -q add contact Chen --customer lakeside --birthday 03-05 --role user >/dev/null
    [ "$(days | grep birthday)" = "王芳 birthday 2026-03-04 due
Chen birthday 2026-03-05 due
lin birthday 2026-03-06 coming" ]
    put_care '  occasions: {birthday: {roles: [decision_maker], lead: 1w}, founding: {remind: no}}'
    [ "$(days)" = "王芳 birthday 2026-03-04 due
lin birthday 2026-03-06 due" ]
    crm -q tier set lin A --reason test >/dev/null
    put_care '  occasions: {birthday: {tiers: [A]}, founding: {tiers: [B]}}'
    [ "$(days)" = "lin birthday 2026-03-06 due" ]
}

@test "lunar birthdays: the 30th of a short month, leap months, days not known" {
    crm -q add "Lake" --key lake >/dev/null
    # Month 12 of 2025 has 29 days; 2025 had a leap month 6, 2026 has none.
    crm -q add contact Thirty --customer lake --birthday 12-30 --birthday-calendar lunar >/dev/null
    crm -q add contact Leap --customer lake --birthday "leap 6-1" --birthday-calendar lunar >/dev/null
    crm -q add contact Vague --customer lake --birthday 1980-05 >/dev/null
    [ "$(days --now 2026-02-13 --within 1w)" = "Thirty birthday 2026-02-16 due" ]
    [ "$(days --now 2026-07-13 --within 1w)" = "Leap birthday 2026-07-14 due" ]
    [ "$(days --now 2025-06-24 --within 1w)" = "Leap birthday 2025-06-25 due" ]
    # The first of May 2026 is a Friday, but off by the list of holidays.
    [ "$(days --now 2026-04-28 --within 1w)" = "Vague birthday 2026-05-01 due" ]
    import_holidays
    [ "$(days --now 2026-04-28 --within 1w)" = "Vague birthday 2026-05-06 coming" ]
    [ "$(crm care --now 2026-04-28 | jq -r .why)" = "birthday of Vague; the day is not known: the first working day of the month; never greeted before" ]
    put_care '  leap_month: yes'
    [ "$(days --now 2025-07-22 --within 1w)" = "Leap birthday 2025-07-25 due" ]
    [ "$(days --now 2026-07-10 --within 1w)" = "Leap birthday 2026-07-14 due" ]
}

@test "what falls after a holiday is told before it, as far as holidays are known" {
    crm -q add "Lake" --key lake --founded-on 2001-02-25 >/dev/null
    import_holidays
    # A week before is within the Spring Festival, 2026-02-15 to 02-23; the Saturday before is worked.
    [ "$(crm care --now 2026-02-10 --within 1w --fields day,from)" = '{"day":"2026-02-25","from":"2026-02-14"}' ]
    [ "$(days --now 2026-02-13 --within 0d)" = "" ]
    [ "$(crm remind --now 2026-02-14T09:00 --fields due,state)" = '{"due":"2026-02-25","state":"due"}' ]
    # There is no list of 2027.
    [ "$(crm care --now 2027-02-17 --fields from,why)" = \
        '{"from":"2027-02-18","why":"founding day, 26 years; holidays are not known so far; never greeted before"}' ]
}

@test "festivals: the customer's own, or those of the tier, and days of the firm's own" {
    put_care '  occasions:
    清明: {tiers: [A, B], lead: 1w}
    shop: {day: 04-08, label: 店庆, tiers: [A]}
    mid-autumn: {remind: no, tiers: [A]}'
    for key in own tier none other; do crm -q add "$key" --key "$key" >/dev/null; done
    for key in own tier none; do crm -q tier set "$key" A --reason test >/dev/null; done
    crm -q edit own --festivals "劳动节,shop" >/dev/null
    crm -q edit none --festivals 无 >/dev/null
    [ "$(days --now 2026-04-01 --within 30d)" = "tier qingming 2026-04-05 due
own shop 2026-04-08 due
tier shop 2026-04-08 due
own labour-day 2026-05-01 coming" ]
    [ "$(crm care --now 2026-04-01 key=own --within 0d | jq -r .why)" = "店庆; never greeted before" ]
    crm -q visit add own --channel phone --occasion shop --now 2026-04-08T10:00 >/dev/null
    [ "$(days key=own --now 2026-04-09)" = "own labour-day 2026-05-01 coming" ]
    call crm edit own --festivals "none,shop"
    [ "$status" = 3 ]
    call crm care --now 2026-09-20 --format table
    expect 0 "" ""
}

# ---- Greetings --------------------------------------------------------------------------------

@test "a greeting is printed from the policy's template" {
    fill
    call crm care greeting P-1
    expect 0 "王经理：祝您生日快乐，万事顺意！" ""
    call crm care greeting lakeside
    expect 0 "王经理：祝贺Lakeside Tea House成立30周年！" ""
    # Late, it is still for that day; once done, for the next.
    call crm care greeting lakeside founding --now 2026-03-06
    expect 0 "王经理：祝贺Lakeside Tea House成立30周年！" ""
    crm -q visit add lakeside --channel phone --occasion founding --now 2026-03-06 >/dev/null
    call crm care greeting lakeside founding --now 2026-03-07
    expect 0 "王经理：祝贺Lakeside Tea House成立31周年！" ""
    call crm care greeting lakeside 中秋
    expect 0 "王经理：中秋将至，谨致问候，祝您和家人安康。" ""
    crm -q edit lakeside --language English >/dev/null
    call crm care greeting P-1 birthday
    expect 0 "Dear 王芳, happy birthday, and all the best for the year ahead." ""
    call crm care greeting lakeside founding
    expect 0 "Dear 王芳, congratulations on 30 years of Lakeside Tea House." ""
    crm -q edit lakeside --language fr >/dev/null
    call crm care greeting lakeside founding
    expect 1 "" "crm: no greeting of the policy is for 'founding' in the language fr
hint: add one to 'care.greetings' in policy.yaml; one with {years} or {title} is used only where these are known"
    put_care '  greetings: [{occasion: founding, text: "{years} ans de {customer} ! {salutation}"}]'
    call crm care greeting lakeside founding
    expect 0 "30 ans de Lakeside Tea House ! 王经理" ""
    crm add "Hilltop" --key hilltop >/dev/null
    crm add contact "Ada" --customer hilltop --birthday 04-01 >/dev/null
    call crm care greeting hilltop
    expect 1 "" "crm: no care date of Hilltop is known for the year to come
hint: name the occasion: birthday, founding, or a festival; or the contact whose birthday it is, such as P-1"
    call crm care greeting lakeside easter
    expect 3 "" "crm: occasion: 'easter' is no festival
hint: known are new-year, laba, new-years-eve, spring-festival, lantern, womens-day, qingming, labour-day, dragon-boat, qixi, zhongyuan, teachers-day, mid-autumn, national-day, double-ninth, winter-solstice, christmas"
    crm -q add "Nobody" --key nobody >/dev/null
    call crm care greeting nobody
    expect 1 "" "crm: no care date of Nobody is known for the year to come
hint: name the occasion: birthday, founding, or a festival; or the contact whose birthday it is, such as P-1"
}

@test "policy check finds what is wrong with care dates" {
    awk '/^care:/ { skip = 1; next } /^[^ #]/ { skip = 0 } !skip' .crm/policy.yaml >rest.yaml
    while IFS='|' read -r care message; do
        printf 'care:\n  %s\n' "$care" | cat rest.yaml - >.crm/policy.yaml
        call crm policy check
        [ "$status" = 1 ] || [ "$status" = 3 ] || { echo "$care: $status"; false; }
        [[ $out$err == *"$message"* ]] || { echo "$care: $out$err"; false; }
    done <<'END'
occasions: {easter: {lead: 3d}}|'easter' is no festival, and has no day of its own
occasions: {shop: {day: 02-31}}|'02-31' is no day of a year
occasions: {our shop: {day: 02-01}}|'our shop' cannot be the name of an occasion
occasions: {birthday: {day: 02-01}}|holds for occasions of the firm's own
occasions: {birthday: {tiers: [Z]}}|there is no tier 'Z'
occasions: {birthday: {roles: [boss]}}|there is no role of a contact 'boss'
occasions: {founding: {roles: [user]}}|holds for birthdays only
greetings: [{text: 'Dear {nam}'}]|there is no placeholder 'nam'
greetings: [{text: 'Dear {name'}]|the brace is not closed
greetings: [{occasion: easter, text: x}]|there is no occasion 'easter'
lead: 2wd|'2wd' is not counted in days
END
}
