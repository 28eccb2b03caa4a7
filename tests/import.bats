# SPDX-License-Identifier: MIT
# crm import: files, maps, what is refused, and what comes back.
# shellcheck disable=SC2086 # $map is several words

load helper

setup_test() {
    command -v jq >/dev/null || skip "no jq"
    new_book
}

# The summary without what differs from run to run.
counts() {
    jq -c '[.read, .added, .changed, .same, .refused, .skipped, .rounded]' <<<"$out"
}

orders_map() {
    cat >orders.yaml <<'EOF'
as: order
fields:
  order.number: number
  order.ordered_on: day
  customer.key: customer
  product.code: product
  line.quantity: quantity
  line.amount: amount
EOF
}

header=number,day,customer,product,quantity,amount

# refused EXPECTED-MESSAGE ARGUMENT…
refused() {
    local message=$1 before
    shift
    before=$(book_state)
    call crm --format table import "$@"
    [ "$status" = 3 ] || { echo "status $status: $err"; return 1; }
    [ "$(head -n 1 <<<"$err")" = "crm: $message" ] || { echo "$err"; return 1; }
    [ "$(wc -l <<<"$err")" -le 3 ]
    [ -z "$out" ]
    [ "$(book_state)" = "$before" ]
}

@test "an amount that is computed is rounded once" {
    printf 'o,c,d,q,p,r\nO-1,c1,2026-02-01,0.5,0.0003,0.2\n' >once.csv
    cat >once.yaml <<'EOF'
as: order
fields:
  order.number: o
  customer.key: c
  order.ordered_on: d
  line.quantity: q
  line.unit_price: p
  line.discount: r
EOF
    call crm import once.csv --as order --map once.yaml
    [ "$status" -eq 0 ]
    [ "$(crm list line | jq .amount)" = 0.0001 ]
}

@test "customers by column names: added, same, changed" {
    printf 'key,name,city\nacme,Acme Ltd,London\nzeta,Zeta,Rome\n' >c.csv
    call crm import c.csv --as customer
    [ "$(counts)" = '[2,2,0,0,0,0,0]' ]
    call crm import c.csv --as customer
    [ "$(counts)" = '[2,0,0,2,0,0,0]' ]
    sed -i s/Rome/Oslo/ c.csv
    call crm import c.csv --as customer
    [ "$(counts)" = '[2,0,1,1,0,0,0]' ]
    [ "$(crm list customer city=Oslo | jq -r .key)" = zeta ]
}

@test "standard input, JSON Lines, null clears and a missing key keeps" {
    call_in $'{"key":"a","name":"A","city":"X","phone":"1"}\n' crm import - --as customer
    [ "$status" = 0 ]
    call_in $'key,name\na,B\n' crm import - --as customer
    [ "$(crm list customer --sensitive | jq -c '[.name, .city, .phone]')" = '["B","X","1"]' ]
    printf '{"key":"a","city":null}\n' >c.jsonl
    call crm import c.jsonl --as customer
    [ "$(crm list customer --sensitive | jq -c '[.name, .city, .phone]')" = '["B",null,"1"]' ]
}

@test "--key names what a row finds its record by" {
    printf 'external_id,name\n7,A\n' | crm import - --as customer >/dev/null
    printf 'external_id,name\n7,B\n' >c.csv
    call crm import c.csv --as customer --key external_id
    [ "$(counts)" = '[1,0,1,0,0,0,0]' ]
    call crm import c.csv --as customer --key phone
    expect 2 "" - && [[ $err == *'phone cannot be a key: no column gives it'* ]]
}

@test "references: in the book, further down, and missing" {
    printf 'login,name\nli,Li Lei\n' | crm import - --as staff >/dev/null
    printf 'key,name,parent,owner\nsub,Sub,top,Li Lei\ntop,Top,,li\n' >c.csv
    call crm import c.csv --as customer
    [ "$(counts)" = '[2,2,0,0,0,0,0]' ]
    [ "$(crm list customer key=sub | jq -c '[.parent, .owner]')" = '["top","li"]' ]
    printf 'key,name,owner\nx,X,nobody\n' >c.csv
    refused 'c.csv:2:5: owner: there is no staff "nobody"' c.csv --as customer
}

@test "orders from a flat file: customers, products, lines and sums" {
    orders_map
    printf '%s\n' $header A1,2018-01-05,c1,p1,2,10.5 A1,2018-01-05,c1,p2,1,4.25 \
        A1,2018-02-01,c2,p1,1,5 >o.csv
    call crm import o.csv --as order --map orders.yaml
    [ "$(jq -c '[.read, .added, .customers, .products, .orders]' <<<"$out")" = '[3,3,2,2,2]' ]
    [ "$(crm list order | jq -c '[.number, .customer, .lines, .amount]')" = \
        $'["A1","c1",2,14.75]\n["A1","c2",1,5]' ]
    [ "$(crm list customer key=c1 | jq -c '[.orders, .revenue_total, .first_order_on]')" = \
        '[1,14.75,"2018-01-05"]' ]
    call crm import o.csv --as order --map orders.yaml
    [ "$(counts)" = '[3,0,0,3,0,0,0]' ]
}

@test "orders: a changed line, a new line, and what lines say otherwise" {
    cat >m.yaml <<'EOF'
fields: {order.number: number, order.ordered_on: day, order.city: city, customer.key: customer,
         line.external_id: id, line.amount: amount}
EOF
    printf '%s\n' id,number,day,city,customer,amount 1,A,2018-01-05,Rome,c,1 \
        2,A,2018-01-06,Oslo,c,2 >o.csv
    crm import o.csv --as order --map m.yaml >/dev/null
    [ "$(crm list line | jq -c '[.external_id, .ordered_on, .city, .amount]')" = \
        $'["1","2018-01-05",null,1]\n["2","2018-01-06","Oslo",2]' ]
    printf '%s\n' id,number,day,city,customer,amount 2,A,2018-01-05,Oslo,c,3 \
        3,A,2018-01-05,Oslo,c,4 >o.csv
    call crm import o.csv --as order --map m.yaml
    [ "$(counts)" = '[2,1,1,0,0,0,0]' ]
    # The order now says Oslo; the line that relied on Rome says it itself.
    [ "$(crm list order | jq -r .city)" = Oslo ]
    [ "$(crm list line | jq -c '[.external_id, .city, .amount]' | sort)" = \
        $'["1","Rome",1]\n["2",null,3]\n["3",null,4]' ]
    [ "$(crm list customer | jq -c '[.orders, .revenue_total]')" = '[1,8]' ]
    printf '%s\n' id,number,day,city,customer,amount 4,A,2018-01-05,Oslo,c,3 \
        4,A,2018-01-05,Oslo,c,4 >o.csv
    refused 'o.csv:3:1: line.external_id "4" stands twice in this order' o.csv --as order --map m.yaml
}

@test "orders that come back later in the file keep counting their lines" {
    orders_map
    { echo $header; for i in $(seq 3000); do echo "N$i,2018-01-05,c,p,1,1"; done
      for i in $(seq 3000); do echo "N$i,2018-01-05,c,q,1,2"; done; } >o.csv
    call crm import o.csv --as order --map orders.yaml
    [ "$(counts)" = '[6000,6000,0,0,0,0,0]' ]
    [ "$(crm list customer | jq -c '[.orders, .revenue_total]')" = '[3000,9000]' ]
    call crm import o.csv --as order --map orders.yaml
    [ "$(counts)" = '[6000,0,0,6000,0,0,0]' ]
}

@test "cancelled orders count in no figure; returns are what the map says" {
    cat >m.yaml <<'EOF'
returns: keep
rows: [{column: number, matches: '^C', set: {order.status: cancelled}}]
fields: {order.number: number, order.ordered_on: day, customer.key: customer, line.amount: amount}
EOF
    printf '%s\n' number,day,customer,amount A,2018-01-05,c,10 B,2018-01-05,c,-4 \
        C1,2018-01-05,c,7 >o.csv
    call crm import o.csv --as order --map m.yaml
    [ "$(crm list customer | jq -c '[.orders, .revenue_total]')" = '[2,6]' ]
    sed -i '/returns/d' m.yaml
    refused 'o.csv:3:16: quantity or amount is negative' o.csv --as order --map m.yaml
}

@test "amounts and prices from one another, rounded amounts counted" {
    cat >m.yaml <<'EOF'
fields: {order.number: n, order.ordered_on: d, customer.key: c, line.quantity: q,
         line.unit_price: p, line.discount: s}
EOF
    printf 'n,d,c,q,p,s\nA,2018-01-05,c,3,9.99,10%%\n' >o.csv
    crm import o.csv --as order --map m.yaml >/dev/null
    [ "$(crm list line | jq -c '[.amount, .discount]')" = '[26.973,0.1]' ]
    sed -i 's/line.unit_price: p/line.amount: p/' m.yaml
    printf 'n,d,c,q,p,s\nB,2018-01-05,c,2,129.69600000000003,0.4\n' >o.csv
    call crm import o.csv --as order --map m.yaml
    [ "$(jq -c '[.rounded, .rounded_by]' <<<"$out")" = '[1,{"line.amount":1}]' ]
    [ "$(crm list line amount=129.696 | jq -c .unit_price)" = 108.08 ]
}

@test "bad input is refused with its place and changes nothing" {
    orders_map
    map="--as order --map orders.yaml"
    printf '%s\nA,2018-01-01,c,p,1,1\n' $header >ok.csv
    crm import ok.csv $map >/dev/null
    printf 'number,dya,customer,product,quantity,amount\n' >x.csv
    refused 'orders.yaml:4:21: order.ordered_on: x.csv has no column "day"' x.csv $map
    [[ $err == *'did you mean "dya"?'* ]]
    printf '%s\nB,2018-01-01,c,p,1,1\nB,2018-13-01,c,p,1,1\n' $header >x.csv
    refused 'x.csv:3:3: order.ordered_on: "2018-13-01" is no date in a format that the map names' x.csv $map
    printf '%s\nB,2018-01-01,c,p,twelve,1\n' $header >x.csv
    refused 'x.csv:2:18: line.quantity: "twelve" is no number' x.csv $map
    printf '%s\nB,2018-01-01,"c,p,1,1\nC,2018-01-01,c,p,1,1\n' $header >x.csv
    refused 'x.csv:2:14: the quote opened here is not closed' x.csv $map
    printf '%s\nB,2018-01-01,c\xff,p,1,1\n' $header >x.csv
    refused 'x.csv:2:15: byte FF is not valid UTF-8 here' x.csv $map
    printf '%s\nB,2018-01-01,c\0,p,1,1\n' $header >x.csv
    refused 'x.csv:2:15: a NUL byte' x.csv $map
    printf '%s\nB,2018-01-01,c,p,1\n' $header >x.csv
    refused 'x.csv:2: 5 fields where there are 6 columns' x.csv $map
    { printf '%s\nB,2018-01-01,' $header; head -c 1100000 /dev/zero | tr '\0' x; } >x.csv
    refused 'x.csv:2:14: a field of more than 1048576 bytes' x.csv $map
    printf '%s\nB,2018-01-01,,p,1,1\n' $header >x.csv
    refused 'x.csv:2:14: customer.key is blank' x.csv $map
    : >x.csv
    refused 'x.csv is empty' x.csv $map
    mkdir d.csv
    refused 'd.csv is a directory' d.csv $map
    printf 'fields:\n  order.nubmer: a\n' >m.yaml
    refused 'm.yaml:2:3: no field "order.nubmer" can be given' ok.csv --as order --map m.yaml
    printf 'fields: [a\n' >m.yaml
    call crm --format table import ok.csv --as order --map m.yaml
    [ "$status" = 3 ] && [[ $err == 'crm: m.yaml:'* ]]
}

@test "bad input without a map" {
    printf 'key,nmae\na,x\n' >x.csv
    refused 'x.csv:1: a customer has no field "nmae"' x.csv --as customer
    printf 'key,name\na,x\nb,y\na,z\n' >x.csv
    refused 'x.csv:4: key "a" stands in line 2 already' x.csv --as customer
    printf 'key,name,key\na,x,b\n' >x.csv
    refused 'x.csv:1: columns 1 and 3 have the same name "key"' x.csv --as customer
    printf 'key,name,status\na,x,great\n' >x.csv
    refused "x.csv:2:5: status: unknown value: 'great'" x.csv --as customer
    printf 'key,city\na,x\n' >x.csv
    refused "x.csv:2: customer: 'name' is missing" x.csv --as customer
    printf '{"key":"a","name":}\n' >x.jsonl
    refused 'x.jsonl:1:19: this is no JSON value' x.jsonl --as customer
}

@test "--errors keeps what is right and lists the rest" {
    orders_map
    printf '%s\nA,2018-01-01,c,p,1,1\nB,soon,c,p,1,1\nC,2018-01-01,c\nD,2018-01-01,new,p,x,1\nE,2018-01-02,c,p,1,2\n' \
        $header >o.csv
    call crm import o.csv --as order --map orders.yaml --errors bad.csv
    [ "$status" = 0 ]
    [ "$(counts)" = '[5,2,0,0,3,0,0]' ]
    [ "$(cut -d, -f1 bad.csv | tr '\n' ' ')" = 'line 3 4 5 ' ]
    [[ $(sed -n 2p bad.csv) == *'B,soon,c,p,1,1'* ]]
    [ "$(crm list customer | jq -r .key)" = c ]
}

@test "flat orders from JSON Lines; another key is refused" {
    orders_map
    printf '%s\n' '{"number":"A","day":"2018-01-05","customer":"c","product":"p","quantity":2,"amount":10.50}' \
        '{"number":"A","day":"2018-01-05","customer":"c","product":"q","quantity":1,"amount":1e1,"more":1}' >o.jsonl
    call crm import o.jsonl --as order --map orders.yaml
    [ "$(counts)" = '[2,2,0,0,0,0,0]' ]
    [ "$(jq -c .notes <<<"$out")" = '[{"note":"columns_not_used","columns":["more"]}]' ]
    [ "$(crm list customer | jq -c '[.key, .revenue_total]')" = '["c",20.5]' ]
    call crm import o.jsonl --as order --map orders.yaml --key number
    [ "$status" = 2 ] && [[ $err == *'a flat order file takes no other key'* ]]
    printf '{"number":"B"}\n' >o.jsonl
    refused 'o.jsonl:1:1: customer.key is blank' o.jsonl --as order --map orders.yaml
}

@test "orders: fields of the policy's own are stored, blank ones filled" {
    orders_map
    cat >>.crm/policy.yaml <<'END'
fields:
  order:
    lane: {type: integer}
    note: {}
  customer:
    size_of_fleet: {type: integer}
END
    cat >>orders.yaml <<'END'
  order.lane: lane
  order.note: note
  customer.size_of_fleet: fleet
END
    printf '%s,lane,note,fleet\nA,2018-01-05,c,p,2,10,7,,\nB,2018-01-05,c,p,2,10,,,\n' $header >o.csv
    call crm import o.csv --as order --map orders.yaml
    [ "$(counts)" = '[2,2,0,0,0,0,0]' ]
    [ "$(crm export order | jq -c '[.number, .lane, .note]' | tr '\n' ' ')" = \
        '["A",7,null] ["B",null,null] ' ]
    call crm import o.csv --as order --map orders.yaml
    [ "$(counts)" = '[2,0,0,2,0,0,0]' ]
    printf '%s,lane,note,fleet\nA,2018-01-05,c,p,2,10,,"a ""b""",12\nB,2018-01-05,c,p,2,10,8,,\n' $header >o.csv
    call crm import o.csv --as order --map orders.yaml
    [ "$(counts)" = '[2,0,2,0,0,0,0]' ]
    [ "$(crm export order | jq -c '[.number, .lane, .note]' | tr '\n' ' ')" = \
        '["A",7,"a \"b\""] ["B",8,null] ' ]
    [ "$(crm export customer | jq .size_of_fleet)" = 12 ]
    call crm import o.csv --as order --map orders.yaml
    [ "$(counts)" = '[2,0,0,2,0,0,0]' ]
}

# Orders enough to drive those before them out of the importer's memory.
many_orders() {
    seq 1000 | sed 's/.*/M&,2018-01-06,d,p,1,1,x,1/'
}

@test "one number of a line twice in an order, however far apart" {
    orders_map
    echo '  line.external_id: id' >>orders.yaml
    { echo $header,id,place; echo A,2018-01-05,c,p,2,10,x,1; many_orders; echo A,2018-02-05,c,p,2,11,y,2
      echo A,2018-01-05,c,p,2,12,x,1; } >o.csv
    refused 'o.csv:1004:23: line.external_id "x" stands twice in this order' \
        o.csv --as order --map orders.yaml
    call crm import o.csv --as order --map orders.yaml --errors bad.csv
    [ "$(counts)" = '[1003,1002,0,0,1,0,0]' ]
    [ "$(crm list line customer=c | jq -c '[.line_number, .external_id, (.amount | tonumber)]' | sort | tr '\n' ' ')" = \
        '[1,"x",10] [2,"y",11] ' ]
    sed '$d' o.csv >right.csv
    call crm import right.csv --as order --map orders.yaml
    [ "$(counts)" = '[1002,0,0,1002,0,0,0]' ]
    { echo $header,id,place; echo A,2018-01-05,c,p,2,10,n1,1; many_orders; echo A,2018-01-05,c,p,2,11,n2,2
      many_orders | sed 's/x,1/z,1/'; echo A,2018-01-05,c,p,2,11,n1,2; } >o.csv
    refused 'o.csv:2004:23: line.external_id "n1" stands twice in this order' \
        o.csv --as order --map orders.yaml
    sed '$d' o.csv >right.csv
    call crm import right.csv --as order --map orders.yaml
    [ "$(counts)" = '[2002,1002,0,1000,0,0,0]' ]
    [ "$(crm list line customer=c | jq -c '[.line_number, .external_id]' | sort | tr '\n' ' ')" = \
        '[1,"x"] [2,"y"] [3,"n1"] [4,"n2"] ' ]
    sed -i 's/line.external_id: id/line.line_number: place/' orders.yaml
    { echo $header,id,place; echo E,2018-01-05,c,p,2,10,x,1; many_orders; echo E,2018-03-05,c,p,2,12,z,1; } >o.csv
    refused 'o.csv:1003:25: line.line_number 1 stands twice in this order' \
        o.csv --as order --map orders.yaml
}

@test "a quote that is never closed ends the import, whatever becomes of refused rows" {
    orders_map
    printf '%s\nA,2018-01-01,c,p,1,1\nB,2018-01-02,"c,p,1,1\nC,2018-01-03,c,p,1,1\n' $header >o.csv
    refused 'o.csv:3:14: the quote opened here is not closed' \
        o.csv --as order --map orders.yaml --errors bad.csv
    [ "$(crm list customer | wc -l)" = 0 ]
}

@test "lines by --as line: sums as if each had been added by hand" {
    printf 'key,name\nc,C\nd,D\n' >c.csv
    crm -q import c.csv --as customer
    printf 'number,customer,ordered_on\nA,c,2018-01-05\nB,c,2018-02-05\nA,d,2018-01-07\n' >o.csv
    crm -q import o.csv --as order
    printf 'customer,order_ref,line_number,amount,profit\nc,A,1,10,1\nd,A,1,5,2\nc,A,2,20,\nc,B,1,7.5,1\nd,A,2,-1,0\n' >l.csv
    call crm import l.csv --as line
    [ "$(counts)" = '[5,5,0,0,0,0,0]' ]
    sums=$(query_store 'SELECT key, orders, revenue_total, profit_total, first_order_on, last_order_on FROM customer ORDER BY 1;
        SELECT * FROM month_total ORDER BY 1')
    [ "$sums" = 'c|2|375000|20000|2018-01-05|2018-02-05
d|1|40000|20000|2018-01-07|2018-01-07
2018-01|CNY|340000|30000|2|2
2018-02|CNY|75000|10000|1|1' ] || { echo "$sums"; return 1; }
    call crm import l.csv --as line
    [ "$(counts)" = '[5,0,0,5,0,0,0]' ]
    sed -i 's/c,A,2,20,/c,A,2,30,/' l.csv
    call crm import l.csv --as line
    [ "$(counts)" = '[5,0,1,4,0,0,0]' ]
    [ "$(query_store 'SELECT sum(revenue) FROM month_total')" = 515000 ]
    on_postgres || [ "$(query_store 'PRAGMA foreign_key_check')" = '' ]
    printf 'number,customer,ordered_on\nX,c,2018-03-05\nY,d,2018-03-05\n' >o.csv
    crm -q import o.csv --as order
    printf 'customer,order_ref,line_number,amount,ordered_on\nc,X,,1,\nc,X,4,2,\nc,X,,3,\nc,X,2,4,\nd,Y,,5,\nc,X,,6,\nc,X,1,7,2018-03-09\nd,X,9,1,\nc,Y,1,1,\n' >l.csv
    call crm import l.csv --as line --errors bad.csv
    [ "$(counts)" = '[9,6,1,0,2,0,0]' ]
    [ "$(query_store "SELECT o.number, l.line_number, l.amount / 10000, l.ordered_on FROM order_line l
        JOIN sales_order o ON o.id = l.order_ref WHERE o.number IN ('X', 'Y') ORDER BY 1, 2" | tr '\n' ' ')" = \
        'X|1|7|2018-03-09 X|2|4|2018-03-05 X|4|2|2018-03-05 X|5|3|2018-03-05 X|6|6|2018-03-05 Y|1|5|2018-03-05 ' ]
}

@test "the first lines of a book give the sums that later ones give" {
    orders_map
    printf '  order.currency: currency\n  order.status: status\n  line.profit: profit\n' >>orders.yaml
    {
        echo $header,currency,status,profit
        seq 300 | awk '{ printf "N%d,2018-%02d-%02d,c%d,p,1,%d.25,%s,%s,%s\n", $1 / 2, $1 / 2 % 12 + 1,
            $1 / 2 % 28 + 1, int($1 / 2) % 7, $1, int($1 / 2) % 7 == 3 && int($1 / 2) % 2 ? "EUR" : "CNY",
            int($1 / 2) % 11 == 5 ? "cancelled" : "completed", $1 % 3 ? $1 / 10 : "" }'
    } >all.csv
    head -n 121 all.csv >first.csv
    { head -n 1 all.csv; tail -n +122 all.csv; } >rest.csv
    sums() {
        query_store 'SELECT key, orders, revenue_total, profit_total, currency, first_order_on,
            last_order_on, next_visit_on FROM customer ORDER BY key; SELECT * FROM month_total ORDER BY 1, 2' "$1"
    }
    crm -q import all.csv --as order --map orders.yaml >/dev/null
    new_book halves
    crm --book halves -q import first.csv --as order --map orders.yaml >/dev/null
    crm --book halves -q import rest.csv --as order --map orders.yaml >/dev/null
    [ "$(sums .crm)" = "$(sums halves)" ]
    [ "$(sums .crm | wc -l)" -ge 19 ]
    [ "$(query_store 'SELECT count(*) FROM customer WHERE currency IS NULL')" = 1 ]
}

@test "--dry-run counts and stores nothing" {
    orders_map
    printf '%s\nA,2018-01-01,c,p,1,1\n' $header >o.csv
    before=$(book_state)
    call crm import o.csv --as order --map orders.yaml --dry-run
    [ "$(counts)" = '[1,1,0,0,0,0,0]' ]
    [ "$(book_state)" = "$before" ]
}

@test "Excel's Unicode text and files with a byte order mark" {
    printf 'key\tname\na\t客户\n' | iconv -t UTF-16 >x.txt
    call crm import x.txt --as customer
    [ "$(jq -r .encoding <<<"$out")" = utf-16le ]
    [ "$(crm list customer | jq -r .name)" = 客户 ]
    printf '\xef\xbb\xbfkey;name\nb;B\n' >x.csv
    call crm import x.csv --as customer
    [ "$(counts)" = '[1,1,0,0,0,0,0]' ]
}

# The maps among the examples of the manual page, as 1.yaml, 2.yaml, …
manual_maps() {
    awk '/^\.Sh EXAMPLES/ { on = 1 } on && /^\.Ed/ { copy = 0 }
         copy { print > n ".yaml" } on && /^\.Bd/ { n++; copy = 1 }' "$ROOT/man/crm-map.5"
}

@test "the maps of the manual page read what they are said to read" {
    manual_maps
    printf '%s\n' InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country \
        '536365,85123A,HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom' \
        'C536379,85123A,HOLDER,-1,12/1/2010 9:41,2.55,,United Kingdom' \
        '536380,B,Adjust bad debt,1,12/1/2010 9:41,11062.06,,United Kingdom' >1.csv
    call crm import 1.csv --as order --map 1.yaml
    [ "$(counts)" = '[2,2,0,0,0,1,0]' ]
    [ "$(crm list line | jq -c '[.ordered_on, .customer, .amount]')" = \
        $'["2010-12-01","17850",15.3]\n["2010-12-01","no-code",-2.55]' ]

    printf '%s\n' 'Row ID,Order ID,Order Date,Customer ID,Customer Name,Sales' \
        '1,CA-1,11/8/2016,CG-1,Claire,"$1,234.50"' '2,CA-1,11/8/2016,CG-1,Claire,($4.50)' >2.csv
    call crm import 2.csv --as order --map 2.yaml
    [ "$(counts)" = '[2,2,0,0,0,0,0]' ]
    [ "$(crm list customer key=CG-1 | jq -c '[.name, .revenue_total]')" = '["Claire",1230]' ]

    printf '%s\n' '订单编号,买家会员名,订单状态,收货省份,收货城市,收货地址,商家编码,宝贝标题,宝贝总数量,买家实际支付金额,订单创建时间' \
        '="001234",tb1,交易成功,浙江省,杭州市,文一路,S1,杯子,2,39.80,2018-01-05 10:11:12' \
        "'5678,tb1,交易关闭,浙江省,杭州市,文一路,S1,杯子,2,39.80,2018-01-05 10:11:12" >3.csv
    call crm import 3.csv --as order --map 3.yaml
    [ "$(counts)" = '[1,1,0,0,0,1,0]' ]
    [ "$(crm list order customer=tb1 | jq -c '[.number, .status]')" = '["001234","completed"]' ]
    [ "$(crm list customer key=tb1 --sensitive | jq -r .address)" = 浙江省杭州市文一路 ]

    printf '%s\n' 'Name,Email,Currency,Created at,Billing City,Lineitem sku,Lineitem name,Lineitem quantity,Lineitem price,Lineitem discount' \
        '#1001,a@b.example,EUR,2018-01-05 10:00:00 +0100,Berlin,S1,Cup,2,5.00,1.00' \
        '#1001,,,,,S2,Mug,1,7.00,0.00' '#1002,,USD,2018-01-06 10:00:00 +0100,,S1,Cup,1,5.00,0' >4.csv
    call crm import 4.csv --as order --map 4.yaml
    [ "$(counts)" = '[3,3,0,0,0,0,0]' ]
    [ "$(crm list order number='#1001' | jq -c '[.customer, .currency, .lines, .amount]')" = \
        '["a@b.example","EUR",2,16]' ]
    [ "$(crm list order number='#1002' | jq -c '[.customer, .currency]')" = '["guest","USD"]' ]

    printf '%s\n' 销售台账 2018年1月 '单号,日期,客户,业务员,金额' \
        'X1,2018年1月5日,C01 大发公司,张伟,"¥1,234,567.80"' '合计,,,,"1,234,567.80"' >5.csv
    call crm import 5.csv --as order --map 5.yaml
    [ "$(counts)" = '[1,1,0,0,0,0,0]' ]
    [ "$(crm list customer key=C01 | jq -c '[.name, .owner, .revenue_total]')" = \
        '["大发公司","张伟",1234567.8]' ]

    printf '43659|1|2011-05-31 00:00:00||||||||29825|7||||||||3||2024.994|0.00\n' >6.csv
    call crm import 6.csv --as order --map 6.yaml
    [ "$(counts)" = '[1,1,0,0,0,0,0]' ] || { cat "$BATS_TEST_TMPDIR/.err"; return 1; }
    [ "$(crm list line customer=29825-7 | jq -c .amount)" = 6074.982 ]

    printf '%s\n' 客户编号,公司名称,业务员,建档日期 K1,大同公司,张伟,2017/3/4 >7.csv
    call crm import 7.csv --as customer --map 7.yaml
    [ "$(counts)" = '[1,1,0,0,0,0,0]' ]
    [ "$(crm list customer external_id=K1 | jq -c '[.name, .owner, .since]')" = \
        '["大同公司","张伟","2017-03-04"]' ]
}

@test "who is named by lines that are known already is added all the same" {
    printf '%s\n' 'as: order' 'fields:' '  order.number: no' '  order.ordered_on: day' \
        '  customer.key: customer' '  staff.login: by' '  line.amount: amount' >by.yaml
    printf '%s\n' no,day,customer,by,amount 1,2018-01-02,acme,li,10 1,2018-01-02,acme,li,20 >1.csv
    call crm import 1.csv --as order --map by.yaml
    [ "$(counts)" = '[2,2,0,0,0,0,0]' ]
    sed -i s/,li,20/,wang,20/ 1.csv
    call crm import 1.csv --as order --map by.yaml
    [ "$(counts)" = '[2,0,0,2,0,0,0]' ]
    [ "$(jq -c .staff <<<"$out")" = 1 ]
    [ "$(crm list staff | jq -c .login | tr '\n' ' ')" = '"li" "wang" ' ]
    [ "$(crm list customer key=acme | jq -c .owner)" = '"li"' ]
    call crm check
    [ "$status" = 0 ]
}

@test "the real order file: read, again, in GB18030, and through export" {
    need_shared
    data=$SHARED/superstore-cn
    call crm import "$data/orders_utf8.csv" --as order --map superstore-zh
    [ "$(counts)" = '[10000,10000,0,0,0,0,8726]' ]
    [ "$(jq -c '[.customers, .products, .orders, .rounded_by]' <<<"$out")" = \
        '[790,1955,4979,{"line.amount":4444,"line.profit":4282}]' ]
    [ "$(jq -c '.notes | map({(.field // .note): .records}) | add' <<<"$out")" = \
        '{"customer.region":769,"customer.province":779,"customer.city":780,"product.name":22,"orders_with_differing_lines":6,"lines_with_another_product_name":104}' ]
    for kind in customer product order line; do crm export $kind >$kind.jsonl; done
    call crm import "$data/orders_utf8.csv" --as order --map superstore-zh
    [ "$(counts)" = '[10000,0,0,10000,0,0,8726]' ]
    new_book gb
    call crm --book gb import "$data/orders_gb18030.csv" --as order --map superstore-zh
    [ "$(counts)" = '[10000,10000,0,0,0,0,8726]' ]
    new_book copy
    for kind in customer product order line; do
        crm --book gb export $kind | cmp - $kind.jsonl
        crm --book copy import $kind.jsonl --as $kind >/dev/null
        crm --book copy export $kind | cmp - $kind.jsonl
    done
    # What is kept of sums is the same, whichever way the rows came.
    for book in gb copy; do
        crm --book $book list customer --fields key,orders,revenue_total,profit_total,currency,last_order_on >$book.sums
        crm --book $book report revenue --by month --from 2014-01-01 --to 2017-12-31 >$book.months
    done
    cmp gb.sums copy.sums && cmp gb.months copy.months
    [ "$(jq -s 'map(.revenue_total * 10000 | round) | add' gb.sums)" = 161175482370 ]
}

@test "all naughty strings can be a customer's name" {
    need_shared
    jq -c 'to_entries[] | select(.value | gsub("[[:space:]]"; "") | length > 0)
           | {key: "k\(.key)", name: .value}' "$SHARED/torture/utf8/blns.json" >names.jsonl
    call crm import names.jsonl --as customer
    [ "$status" = 0 ] || { echo "$err"; return 1; }
    crm export customer | jq -c '{key, name}' | cmp - names.jsonl
    for format in csv tsv; do
        crm --format $format export customer >names.$format
        new_book $format-book
        call crm --book $format-book import names.$format --as customer
        [ "$status" = 0 ] || { echo "$err"; return 1; }
        crm --book $format-book export customer | jq -c '{key, name}' | cmp - names.jsonl
    done
}

@test "torture files are read or refused" {
    need_shared
    for file in "$SHARED"/torture/json/*.json "$SHARED"/torture/csv-spectrum/csvs/*.csv \
        "$SHARED"/torture/utf8/*; do
        call timeout 10 "$CRM" import "$file" --as customer --dry-run
        [ "$status" = 0 ] || [ "$status" = 3 ] || { echo "$file: $status $err"; return 1; }
    done
    printf 'key,name\na,b\n' >x.csv
    for file in "$SHARED"/torture/yaml/*; do
        [ -f "$file" ] || continue
        call timeout 10 "$CRM" import x.csv --as customer --map "$file" --dry-run
        [ "$status" = 3 ] || { echo "$file: $status $err"; return 1; }
    done
}

@test "the summary for a person leaves out lists in which nothing is" {
    printf 'key,name\na,A\n' >a.csv
    call crm import a.csv --as customer --format table
    [ "$status" = 0 ]
    [[ $out == $'Import\nFile           a.csv\n'* && $out != *'{}'* && $out != *'[]'* ]]
    call crm import a.csv --as customer --fields rounded_by,notes
    expect 0 '{"rounded_by":{},"notes":[]}' ""
}

@test "amounts whose sum is too large are refused as such" {
    printf '%s\n' number,customer,ordered_on,amount O1,a,2026-01-05,900000000000000 \
        O2,b,2026-01-06,900000000000000 >o.csv
    cat >map.yaml <<'END'
as: order
fields:
  order.number: number
  customer.key: customer
  customer.name: customer
  order.ordered_on: ordered_on
  line.amount: amount
END
    call crm import o.csv --as order --map map.yaml
    expect 3 "" $'crm: a sum of amounts is too large\nhint: look for a line with a mistaken amount'
    [ "$(crm list | wc -l)" = 0 ]
}
