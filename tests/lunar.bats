# SPDX-License-Identifier: MIT
# crm calendar lunar and next: days by both calendars, and those that come back every year.

load helper

setup_test() {
    new_book
}

@test "a day by both calendars, there and back" {
    call crm calendar lunar 2020-05-23
    expect 0 '{"solar":"2020-05-23","year":2020,"month":4,"day":1,"leap":true,"text":"二〇二〇年闰四月初一","festival":null}' ""
    call crm calendar lunar 2020-4-1 --from-lunar --leap --fields solar
    expect 0 '{"solar":"2020-05-23"}' ""
    call crm calendar lunar 2026-8-15 --from-lunar
    expect 0 '{"solar":"2026-09-25","year":2026,"month":8,"day":15,"leap":false,"text":"二〇二六年八月十五","festival":"mid-autumn"}' ""
    call crm --now 2026-02-17T01:00:00+08:00 calendar lunar --fields year,month,day,festival
    expect 0 '{"year":2026,"month":1,"day":1,"festival":"spring-festival"}' ""
    call crm calendar lunar 2026-09-25 --explain --fields why
    expect 0 '{"why":"the month began on 2026-09-11 and has 29 days"}' ""
}

@test "days that are not there are refused with what is" {
    call crm calendar lunar 2026-12-30 --from-lunar
    expect 3 "" "crm: there is no lunar day 2026-12-30
hint: that month has 29 days"
    call crm calendar lunar 2025-7-1 --from-lunar --leap
    expect 3 "" "crm: there is no lunar day 2025-7-1 in a leap month
hint: the leap month of 2025 follows month 6"
    call crm calendar lunar 2026-4-1 --from-lunar --leap
    expect 3 "" "crm: there is no lunar day 2026-4-1 in a leap month
hint: that year has no leap month"
    call crm calendar lunar 2101-01-01
    expect 3 "" "crm: 2101-01-01: the lunar calendar is not known there
hint: its table goes from 1901-01-01 to 2100-12-31"
    for bad in 2026-8 8-15 2026-8-15x 02026-8-15 2026-008-15 "" x; do
        call crm calendar lunar "$bad" --from-lunar
        [ "$status" = 3 ] && [ -z "$out" ]
    done
    call crm calendar lunar 2026-04-01 --leap
    [ "$status" = 2 ] && [ -z "$out" ]
}

@test "the published festivals" {
    while read -r festival dates; do
        for date in $dates; do
            call crm calendar next "$festival" --from "${date%%-*}-01-10" --fields date
            expect 0 "{\"date\":\"$date\"}" ""
        done
    done <<'ROWS'
春节 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03
端午 2026-06-19
中秋节 2026-09-25 2027-09-15
double-ninth 2026-10-18
清明 2026-04-05 2028-04-04
冬至 2026-12-22 2028-12-21
ROWS
}

@test "what comes back every year, and why it falls where it does" {
    call crm calendar next "lunar 12-30" --count 2 --explain --fields date,why
    expect 0 '{"date":"2027-02-05","why":"that month has no 30th day"}
{"date":"2028-01-25","why":"that month has no 30th day"}' ""
    call crm calendar next "lunar leap 6-1" --from 2025-01-01 --count 2 --leap --explain --fields date,why
    expect 0 '{"date":"2025-07-25","why":"as named"}
{"date":"2026-07-14","why":"no leap month of that number in that year, or it does not count"}' ""
    call crm calendar next "农历闰6-1" --from 2025-01-01 --fields date
    expect 0 '{"date":"2025-06-25"}' ""
    call crm calendar next 02-29 --from 2027-01-01 -n 2 --explain --fields date,why
    expect 0 '{"date":"2027-02-28","why":"that year has no February 29"}
{"date":"2028-02-29","why":"as named"}' ""
    # The day itself counts; times before today too.
    call crm calendar next 春节 --from 2026-02-17 --format table
    expect 0 "Date        Days until then  Weekday  Lunar date
2026-02-17              -13  Tuesday  二〇二六年正月初一" ""
    # The table ends within what was asked for: what there is.
    call crm calendar next 春节 --from 2099-01-01 --count 5 --fields date
    expect 0 '{"date":"2099-01-21"}
{"date":"2100-02-09"}' ""
    call crm calendar next 春节 --from 2100-03-01
    expect 3 ""
    for bad in 13-01 02-30 "lunar 8-31" "lunar 0-1" "8" "lunar" "leap 6-1" "8-15 " "8-15-1" "midautumn"; do
        call crm calendar next "$bad"
        [ "$status" = 3 ] && [ -z "$out" ] && [[ $err == *"such as mid-autumn"* ]]
    done
    call crm calendar next 10-01 --count 0
    expect 3 ""
}
