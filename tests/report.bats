#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# crm report: periods, grouping, sums.

load helper

setup_test() {
    new_book
    for c in alpha:north beta:south; do
        crm add "${c%%:*}" --segment "${c#*:}" >/dev/null
    done
    crm add product Pen --code pen --category office >/dev/null
    crm add product Desk --code desk --category furniture >/dev/null
    crm add order A-1 --customer alpha --ordered-on 2025-05-31 --region 华东 >/dev/null
    crm add order A-2 --customer alpha --ordered-on 2026-02-01 >/dev/null
    crm add order B-1 --customer beta --ordered-on 2026-02-28 >/dev/null
    crm add line --order-ref A-1 --product pen --quantity 3 --unit-price 1.2345 --profit 1 >/dev/null
    crm add line --order-ref A-2 --product desk --amount 100.5 --profit -20.25 >/dev/null
    crm add line --order-ref A-2 --product pen --amount=-0.5 >/dev/null
    crm add line --order-ref B-1 --product pen --amount 7 --profit 2 >/dev/null
}

@test "revenue by month reads the sums kept by month, over whole months" {
    call crm report revenue
    expect 0 '{"month":"2025-05","revenue":3.7035,"profit":1,"orders":1,"customers":1,"currency":"CNY","from":"2025-04-01","to":"2026-03-31"}
{"month":"2026-02","revenue":107,"profit":-18.25,"orders":2,"customers":2,"currency":"CNY","from":"2025-04-01","to":"2026-03-31"}' ''
}

@test "revenue by month is the same from sums and from lines" {
    crm report revenue --by month --from 2025-01-01 --to 2026-12-31 --fields month,revenue,profit,orders,customers >sums
    crm report revenue --by month --from 2025-01-02 --to 2026-12-31 --fields month,revenue,profit,orders,customers >lines
    [ -s sums ]
    cmp sums lines
}

@test "revenue by segment falls, and defaults to twelve months to the day" {
    call crm report revenue --by segment
    expect 0 '{"segment":"north","revenue":103.7035,"profit":-19.25,"orders":2,"customers":1,"currency":"CNY","from":"2025-03-03","to":"2026-03-02"}
{"segment":"south","revenue":7,"profit":2,"orders":1,"customers":1,"currency":"CNY","from":"2025-03-03","to":"2026-03-02"}' ''
}

@test "two groupings give a row for each combination; limit cuts" {
    call crm report revenue --by category,customer --from 2026 --fields category,customer,revenue
    expect 0 '{"category":"furniture","customer":"alpha","revenue":100.5}
{"category":"office","customer":"beta","revenue":7}
{"category":"office","customer":"alpha","revenue":-0.5}' ''
    call crm report revenue --by category,customer --from 2026 --fields category,customer,revenue -n 1
    expect 0 '{"category":"furniture","customer":"alpha","revenue":100.5}' ''
}

@test "the region is that of delivery" {
    call crm report revenue --by region --from 2025 --fields region,revenue
    expect 0 '{"region":null,"revenue":107}
{"region":"华东","revenue":3.7035}' ''
}

@test "quarters are named by year and number" {
    call crm report revenue --by quarter --from 2025 --fields quarter,revenue
    expect 0 '{"quarter":"2025-Q2","revenue":3.7035}
{"quarter":"2026-Q1","revenue":107}' ''
}

@test "a filter is on the customer" {
    call crm report revenue segment=south --by year --fields year,revenue,customers
    expect 0 '{"year":"2026","revenue":7,"customers":1}' ''
}

@test "a cancelled order leaves every figure, and comes back" {
    crm edit order B-1 --status cancelled >/dev/null
    call crm report revenue --from 2026-02 --to 2026-02 --fields month,revenue,customers
    expect 0 '{"month":"2026-02","revenue":100,"customers":1}' ''
    crm edit order B-1 --status completed >/dev/null
    call crm report revenue --from 2026-02 --to 2026-02 --fields month,revenue,customers
    expect 0 '{"month":"2026-02","revenue":107,"customers":2}' ''
}

@test "moving an order to another customer and day moves its sums" {
    crm edit order A-2 --customer beta --ordered-on 2026-01-15 >/dev/null
    call crm report revenue --by customer,month --from 2026 --fields customer,month,revenue
    expect 0 '{"customer":"beta","month":"2026-01","revenue":100}
{"customer":"beta","month":"2026-02","revenue":7}' ''
    call crm list customer --fields key,orders,revenue_total,last_order_on
    expect 0 '{"key":"alpha","orders":1,"revenue_total":3.7035,"last_order_on":"2025-05-31"}
{"key":"beta","orders":2,"revenue_total":107,"last_order_on":"2026-02-28"}' ''
}

@test "merging customers keeps the sums" {
    crm report revenue --by month --fields month,revenue,profit,orders >before
    crm merge beta alpha >/dev/null
    crm report revenue --by month --fields month,revenue,profit,orders >after
    cmp before after
    call crm report revenue --by customer --from 2025 --fields customer,revenue,orders
    expect 0 '{"customer":"alpha","revenue":110.7035,"orders":3}' ''
}

@test "currencies are never added up" {
    crm add order E-1 --customer beta --currency EUR --ordered-on 2026-02-10 >/dev/null
    crm add line --order-ref E-1 --amount 50 >/dev/null
    call crm report revenue --by year --from 2026 --to 2026 --fields year,revenue,currency
    expect 0 '{"year":"2026","revenue":107,"currency":"CNY"}
{"year":"2026","revenue":50,"currency":"EUR"}' ''
    call crm list customer beta --fields orders,revenue_total,profit_total,currency
    expect 0 '{"orders":2,"revenue_total":null,"profit_total":null,"currency":null}' ''
    call crm list customer alpha --fields revenue_total,currency
    expect 0 '{"revenue_total":103.7035,"currency":"CNY"}' ''
}

@test "pareto: classes by cumulative share, by the policy's lines" {
    call crm report pareto --from 2025 --fields class,customers,revenue,share,cumulative
    expect 0 '{"class":"A","customers":0,"revenue":0,"share":0.00,"cumulative":0.00}
{"class":"B","customers":1,"revenue":103.7035,"share":93.68,"cumulative":93.68}
{"class":"C","customers":1,"revenue":7,"share":6.32,"cumulative":100.00}' ''
    call crm report pareto --from 2025 --measure profit --fields class,customers,profit
    expect 0 '{"class":"A","customers":0,"profit":0}
{"class":"B","customers":0,"profit":0}
{"class":"C","customers":2,"profit":-17.25}' ''
    call crm report pareto --by segment
    [ "$status" -eq 2 ]
}

@test "satisfaction: surveys of the period, in one table" {
    crm survey ask nps alpha --answer recommend=9 --on 2026-02-01 >/dev/null
    call crm report satisfaction --fields template,question,metric,value,n,from
    expect 0 '{"template":"nps","question":"recommend","metric":"nps","value":100.00,"n":1,"from":"2025-03-03"}' ''
    call crm report satisfaction --to 2025-12
    expect 0 '' ''
    call crm report satisfaction segment=south
    expect 0 '' ''
    call crm report satisfaction --by segment,tier
    [ "$status" -eq 2 ]
}

@test "visits fall into the months of the book's time zone, planned ones on their day" {
    local zone
    for zone in Pacific/Auckland Pacific/Niue Asia/Kolkata; do
        new_book zone
        sed -i "s#^time_zone: .*#time_zone: \"$zone\"#" zone/policy.yaml
        in_zone() { crm --book zone --now 2026-02-10T12:00:00Z "$@"; }
        in_zone add Acme >/dev/null
        in_zone visit add acme --channel phone --at 2026-01-31T23:30 >/dev/null
        in_zone visit add acme --channel phone --at 2026-02-01T00:30 >/dev/null
        in_zone visit add acme --planned-on 2026-02-28 >/dev/null
        in_zone visit add acme --planned-on 2026-03-01 >/dev/null
        call in_zone report visits --by month --from 2026-01 --to 2026-03 --fields month,done,planned
        expect 0 '{"month":"2026-01","done":1,"planned":0}
{"month":"2026-02","done":1,"planned":1}
{"month":"2026-03","done":0,"planned":1}' ""
        call in_zone report visits --by tier --from 2026-02-01 --to 2026-02-28 --fields done,planned
        expect 0 '{"done":1,"planned":1}' ""
        rm -r zone
    done
}

@test "book: one page of all, whose sections are the reports" {
    crm report revenue | jq -c . >alone
    crm report book | jq -c '.revenue[]' >section
    cmp alone section
    crm report book >page
    [ "$(jq -c '[.customers, .active, .without_tier, .buying, .from, .to]' page)" = \
        '[2,2,2,2,"2025-04-01","2026-03-31"]' ]
    [ "$(jq -c 'keys' page | grep -c '"complaints".*"pareto".*"satisfaction".*"visits"')" = 1 ]
}

@test "concentration: shares, index and the largest" {
    call crm report concentration --from 2025
    expect 0 '{"currency":"CNY","customers":2,"revenue":110.7035,"hhi":8815.3,"as_many_equal":1.1,"largest":"alpha","largest_share":93.68,"five_share":100.00,"ten_share":100.00,"from":"2025-01-01","to":"2026-03-02"}' ''
    call crm report concentration --from 2020 --to 2020
    expect 0 '' ''
}

@test "the sums of a real export are exact" {
    need_shared
    orders=$SHARED/superstore-cn/orders_utf8.csv
    [ -f "$orders" ] || skip "$orders is not here"
    crm init real >/dev/null
    crm -C real import "$orders" --as order --map superstore-zh >/dev/null
    period="--from 2014-01-01 --to 2017-12-31"
    # shellcheck disable=SC2086
    call crm -C real report revenue --by segment $period --fields segment,revenue,customers
    expect 0 '{"segment":"消费者","revenue":8061433.968,"customers":408}
{"segment":"公司","revenue":5160328.096,"customers":238}
{"segment":"小型企业","revenue":2895786.173,"customers":144}' ''
    # shellcheck disable=SC2086
    call crm -C real report revenue --by region $period --fields region,revenue
    expect 0 '{"region":"华东","revenue":4692464.994}
{"region":"中南","revenue":4147884.013}
{"region":"东北","revenue":2711223.389}
{"region":"华北","revenue":2447301.017}
{"region":"西南","revenue":1303124.508}
{"region":"西北","revenue":815550.316}' ''
    # shellcheck disable=SC2086
    call crm -C real report revenue --by year $period --fields year,revenue
    expect 0 '{"year":"2014","revenue":2939663.335}
{"year":"2015","revenue":3443376.335}
{"year":"2016","revenue":4246042.78}
{"year":"2017","revenue":5488465.787}' ''
    # shellcheck disable=SC2086
    call crm -C real report revenue --by customer $period -n 5 --fields customer,revenue
    expect 0 '{"customer":"徐婵-11005","revenue":82895.26}
{"customer":"田磊-16120","revenue":77369.334}
{"customer":"刘明-18295","revenue":68737.228}
{"customer":"武杰-14815","revenue":68112.016}
{"customer":"何惠-14395","revenue":68061.532}' ''
    # shellcheck disable=SC2086
    call crm -C real report pareto $period --fields class,customers
    expect 0 '{"class":"A","customers":435}
{"class":"B","customers":199}
{"class":"C","customers":156}' ''
}

@test "the table has the numbers of the JSON, its caption and its definition" {
    call crm report revenue --by segment --format table
    expect 0 - ''
    [[ $out == *"From 2025-03-03"*"To 2026-03-02"* ]]
    [[ $out == *"103.7035"* && $out == *"-19.25"* ]]
    [[ $out == *"cancelled orders left out"* ]]
}

@test "what there is not is refused with what there is" {
    call crm report revnue
    expect 2 '' "crm: there is no report 'revnue'
hint: did you mean 'revenue'?"
    call crm report revenue --by wether
    [ "$status" -eq 2 ]
    [[ $err == *"choose one of month, quarter, year, customer"* ]]
    call crm report revenue --from 2026-03-01 --to 2026-02-01
    [ "$status" -eq 2 ]
    [[ $err == *"begins on 2026-03-01, after its end on 2026-02-01"* ]]
    call crm report revenue colour=red
    [ "$status" -eq 2 ]
    [[ $err == *"no field 'colour'"* ]]
}

@test "a grouping is named once" {
    call crm report revenue --by month,month
    expect 2 "" $'crm: --by names \'month\' twice\nhint: name it once'
}
