# SPDX-License-Identifier: MIT
# crm-map(5) on what shops and ledgers export, warts and all: made-up rows in their real shapes.

# The helper sets these.
# shellcheck disable=SC2154
load helper

setup_test() {
    command -v jq >/dev/null || skip "no jq"
    new_book
    exports=$TESTS/data/exports
}

# rows READ ADDED SKIPPED: of the last import, with none refused; then the same file again.
rows() {
    [ "$status" = 0 ] || { echo "$err"; return 1; }
    [ "$(jq -c '[.read, .added, .skipped, .refused]' <<<"$out")" = "[$1,$2,$3,0]" ] ||
        { echo "$out"; return 1; }
}

# revenue CURRENCY AMOUNT ORDERS YEAR
revenue() {
    crm report revenue --by year --from "$4" --to "$4" |
        jq -e --arg c "$1" --argjson r "$2" --argjson o "$3" \
            'select(.currency == $c) | .revenue == $r and .orders == $o' >/dev/null ||
        { crm report revenue --by year --from "$4" --to "$4"; return 1; }
}

same_again() {
    call crm import "$@"
    [ "$(jq -c '.read == .same' <<<"$out")" = true ] || { echo "$out$err"; return 1; }
}

@test "online-retail: credit notes, blank customers, a pound sign in Latin-1" {
    iconv -f utf-8 -t latin1 "$exports/online-retail.csv" >retail.csv
    call crm import retail.csv --as order --map online-retail
    [ "$status" = 3 ]
    [[ $err == *'retail.csv:5:25: byte A3 is not valid UTF-8 here'* ]]
    [[ $err == *'--encoding gb18030, or windows-1252 for western text'* ]]
    call crm import retail.csv --as order --map online-retail --encoding windows-1252
    rows 7 7 0
    revenue GBP 19.54 4 2010
    revenue GBP -11062.06 1 2011
    [ "$(crm list customer --fields key,country | jq -c '[.key, .country]' | sort)" = \
        $'["12583","France"]\n["17850","United Kingdom"]\n["no-code","United Kingdom"]' ]
    [ "$(crm list product code=85123a | jq -r .name)" = 'PACK OF 6 £1 MUGS' ]
    same_again retail.csv --as order --map online-retail --encoding windows-1252
    same_again "$exports/online-retail.csv" --as order --map online-retail
}

@test "online-retail reads its second edition too" {
    cat >two.csv <<'END'
Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
489434,85048,15CM CHRISTMAS GLASS BALL,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom
END
    call crm import two.csv --as order --map online-retail
    rows 1 1 0
    revenue GBP 83.4 1 2009
}

@test "superstore-en: dollars, percentages, a product with two names" {
    call crm import "$exports/superstore-en.csv" --as order --map superstore-en
    rows 3 3 0
    revenue USD 1993.9 1 2016
    revenue USD 957.5775 1 2015
    [ "$(crm list line external_id=2 | jq -c '[.ordered_on, .discount, .profit]')" = \
        '["2016-11-08",0.2,-383.03]' ]
    [ "$(crm list line external_id=3 | jq -c '[.description, .profit]')" = \
        '["Hon Deluxe Chairs",-383.031]' ]
    [ "$(crm list customer key=SO-20335 | jq -c '[.postcode, .province]')" = '[null,"Vermont"]' ]
    same_again "$exports/superstore-en.csv" --as order --map superstore-en
}

@test "shopify: an order's data on its first line, guests, cancelled and in two currencies" {
    call crm import "$exports/shopify.csv" --as order --map shopify
    rows 4 4 0
    revenue USD 28.5 1 2024
    [ "$(crm list order | jq -c '[.number, .ordered_on, .customer, .currency, .status, .amount]')" = \
        '["#1001","2024-01-31","ann@example.com","USD","completed",28.5]
["#1002","2024-02-01","guest","USD","cancelled",9.75]
["#1003","2024-02-01","guest","CAD","open",9.75]' ] || { crm list order; return 1; }
    [ "$(crm list customer key=ann@example.com --sensitive | jq -c '[.name, .postcode, .phone]')" = \
        '["Ann Lee","10001","+1 212-555-0100"]' ]
    same_again "$exports/shopify.csv" --as order --map shopify
}

@test "taobao: GB18030, protected numbers, closed orders" {
    iconv -f utf-8 -t gb18030 "$exports/taobao.csv" >taobao.csv
    call crm import taobao.csv --as order --map taobao
    rows 3 3 0
    [ "$(jq -r .encoding <<<"$out")" = gb18030 ]
    revenue CNY 214.8 2 2024
    [ "$(crm list order number=2345678901234568084 | jq -c '[.status, .notes]')" = \
        '["cancelled",null]' ]
    [ "$(crm list customer --sensitive | jq -r '[.key, .phone] | @tsv' | sort)" = \
        $'tb_小鱼儿\t13800000001\n爱吃的猫2008\t13800000002' ]
    same_again taobao.csv --as order --map taobao
}

@test "a ledger grouped by customer, with a column that has no name" {
    cat >map.yaml <<'END'
as: order
skip_lines: 3
short_rows: pad
dates: MM/DD/YYYY
numbers: {thousands: ',', currency: $}
returns: keep
fill_down: '#1'
rows:
  - {column: '#1', equals: TOTAL, then: stop}
  - {column: Date, blank: yes}
fields:
  order.number: Num
  order.ordered_on: Date
  customer.name: '#1'
  product.name: Product/Service
  line.quantity: Qty
  line.unit_price: Sales Price
  line.amount: Amount
END
    call crm import "$exports/quickbooks.csv" --as order --map map.yaml
    rows 3 3 4
    revenue CNY 1331 3 2024
    [ "$(crm list customer | jq -r '[.name, .revenue_total] | @tsv' | sort)" = \
        $'Amy\'s Bird Sanctuary\t1250\nJeff\'s Jalopies, "Inc."\t81' ]
}

@test "a German ledger: decimal commas, a sign behind, a delimiter at the line's end" {
    iconv -f utf-8 -t windows-1252 "$exports/erp.csv" >erp.csv
    cat >map.yaml <<'END'
as: order
encoding: windows-1252
skip_lines: 3
short_rows: pad
dates: DD.MM.YYYY
numbers: {decimal: ',', thousands: '.', currency: €}
returns: keep
rows:
  - {column: Beleg-Nr., equals: Summe, then: stop}
  - {column: Artikel, equals: Zwischensumme}
fields:
  order.number: Beleg-Nr.
  order.ordered_on: Belegdatum
  order.currency: {value: EUR}
  customer.key: Kd.-Nr.
  customer.name: Name 1
  product.code: Artikel
  line.quantity: Menge
  line.amount: Netto €
END
    call crm import erp.csv --as order --map map.yaml
    rows 3 3 1
    revenue EUR 11346.16 3 2024
    [ "$(crm list customer | jq -r '[.key, .name, .revenue_total] | @tsv' | sort)" = \
        $'0010023\tBäckerei Weiß & Söhne\t12346.66\n0010107\tStadtwerke "Süd" AG\t-1000.5' ]
    [ "$(crm list line order_ref=GU-24001 | jq -c '[.quantity, .unit_price]')" = '[-2,500.25]' ]
}

@test "a Chinese ledger: titles, sub-totals, three forms of dates, two of the yen sign" {
    iconv -f utf-8 -t gb18030 "$exports/kingdee.csv" >kingdee.csv
    cat >map.yaml <<'END'
as: order
skip_lines: 2
numbers: {thousands: ',', currency: [¥, ￥]}
returns: keep
rows:
  - {column: 日期, equals: 合计, then: stop}
  - {column: 单据编号, equals: 小计}
fields:
  order.number: 单据编号
  order.ordered_on: 日期
  customer.key: 客户代码
  customer.name: 客户名称
  staff.name: 业务员
  product.name: 物料名称
  line.quantity: 数量
  line.unit_price: 含税单价
  line.amount: 金额
END
    call crm import kingdee.csv --as order --map map.yaml
    rows 3 3 1
    revenue CNY 682.75 2 2024
    [ "$(crm list customer | jq -r '[.key, .name, .owner, .revenue_total] | @tsv' | sort)" = \
        $'01.0001\t深圳市　宏达电子有限公司\t张伟\t1300\n02.0001\t北京ＡＢＣ公司\t\t-617.25' ]
}

@test "an index column without a name, NULL for blank, statuses in lower case" {
    cat >map.yaml <<'END'
as: order
blanks: [NULL]
fields:
  order.number: order_id
  order.ordered_on: order_purchase_timestamp
  order.status:
    column: order_status
    values: {delivered: completed, canceled: cancelled}
    otherwise: {value: open}
  customer.key: customer_unique_id
  product.code: product_id
  line.line_number: order_item_id
  line.amount: {column: price, blank: skip}
END
    call crm import "$exports/olist.csv" --as order --map map.yaml
    rows 4 4 1
    revenue CNY 109.88 2 2017
    [ "$(crm list order ordered_on=2018-07-24 | jq -r .status)" = cancelled ]
    [ "$(jq -c '.notes[0].columns' <<<"$out")" = '["#1","freight_value"]' ]
    same_again "$exports/olist.csv" --as order --map map.yaml
}

@test "a name that stands twice is refused where the map means it, not elsewhere" {
    printf 'n,d,c,a,a,\n1,2024-01-05,x,5,7,\n' >two.csv
    cat >map.yaml <<'END'
fields: {order.number: n, order.ordered_on: d, customer.key: c, line.amount: a}
END
    call crm --format table import two.csv --as order --map map.yaml
    expect 3 "" 'crm: two.csv:1: columns 4 and 5 have the same name "a"
hint: name them differently, or call them #4 and #5 in a map'
    sed -i "s/line.amount: a/line.amount: '#5'/" map.yaml
    call crm import two.csv --as order --map map.yaml
    rows 1 1 0
    revenue CNY 7 1 2024
    printf 'key,name,\na,A,\n' >c.csv
    call crm --format table import c.csv --as customer
    expect 3 "" "crm: c.csv:1: column 3 has no name
hint: rename the column, or say what it is by --map (crm-map(5))"
}

@test "a line before its discount, and the discount as money" {
    cat >map.yaml <<'END'
fields: {order.number: n, order.ordered_on: d, customer.key: c, line.quantity: q,
         line.full_amount: f, line.discount_amount: o}
END
    printf 'n,d,c,q,f,o\n1,2024-01-05,x,2,80,8\n2,2024-01-05,x,2,80,\n' >o.csv
    call crm import o.csv --as order --map map.yaml
    rows 2 2 0
    [ "$(crm list line | jq -c '[.amount, .unit_price, .discount]')" = \
        $'[72,40,0.1]\n[80,40,null]' ] || { crm list line; return 1; }
    printf 'n,d,c,q,f,o\n1,2024-01-05,x,2,,8\n' >o.csv
    call crm --format table import o.csv --as order --map map.yaml
    expect 3 "" "crm: o.csv:2: the line has no amount
hint: fill in the amount, or quantity and unit price"
}

@test "tabs between cells: with quotes, unless the map says tsv" {
    cat >map.yaml <<'END'
fields: {order.number: n, order.ordered_on: d, customer.key: {column: c}, line.amount: a}
END
    printf 'n\td\tc\ta\n1\t2024-01-05\t"a ""b"" \\t"\t5\n' >o.tsv
    crm import o.tsv --as order --map map.yaml >/dev/null
    [ "$(crm list customer | jq -r .name)" = 'a "b" \t' ]
    echo 'format: tsv' >>map.yaml
    printf 'n\td\tc\ta\n2\t2024-01-05\t"q" \\\\ z\t5\n' >o.tsv
    crm import o.tsv --as order --map map.yaml >/dev/null
    [ "$(crm list customer 'name~z' | jq -r .name)" = '"q" \ z' ] || { crm list customer; return 1; }
}

@test "tags between Chinese commas" {
    printf '客户,标签\n甲,"VIP、老客户，华东； 大客户,VIP"\n' >c.csv
    printf 'fields: {name: 客户, tags: 标签}\n' >map.yaml
    crm import c.csv --as customer --map map.yaml >/dev/null
    [ "$(crm list customer | jq -c .tags)" = '["VIP","老客户","华东","大客户"]' ]
}

@test "times as databases write them need no format" {
    printf '%s\n' n,d,c,a '1,2024-01-05 23:59:59.1234567+00,x,1' '2,2024-01-05 23:59:59-05:00,x,1' \
        '3,2024-01-05T10:00:00.000,x,1' '4,2024-01-05 00:00:00.000,x,1' >o.csv
    cat >map.yaml <<'END'
fields: {order.number: n, order.ordered_on: d, customer.key: c, line.amount: a}
END
    call crm import o.csv --as order --map map.yaml
    rows 4 4 0
    [ "$(crm list order | jq -r .ordered_on | uniq)" = 2024-01-05 ]
}

@test "a map is a path, a map of the program's own, or neither" {
    printf 'n\n1\n' >o.csv
    call crm --format table import o.csv --as order --map retail
    expect 1 "" 'crm: there is no map "retail"
hint: give the path of a map, or one of: online-retail, shopify, superstore-en, superstore-zh, taobao'
    printf 'as: ordr\nfields: {name: n}\n' >plain
    call crm --format table import o.csv --as customer --map plain
    [ "$status" = 3 ]
    [[ $err == "crm: plain:1:5: key 'as': there is no kind of record 'ordr'"* ]]
    mkdir folder
    call crm --format table import o.csv --as customer --map folder
    [ "$status" != 0 ]
    [[ $err == 'crm: folder: a directory, not a file'* ]]
}
