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
