# SPDX-License-Identifier: MIT
# What an import refuses: one or two lines that name the place and the mend, status 3, and a book
# that is the same to the byte.

# The helper sets these.
# shellcheck disable=SC2154
load helper

setup_test() {
    new_book
    printf 'key,name\nacme,Acme\n' | crm import - --as customer >/dev/null
    cat >map.yaml <<'END'
as: order
fields: {order.number: n, order.ordered_on: d, customer.key: c, line.quantity: q, line.amount: a}
END
}

# Every file of the book but SQLite's shared memory: an index of the log that is no data and that
# each connection makes anew.
fingerprint() {
    (cd .crm && find . -type f ! -name '*-shm' -exec sha256sum {} + | sort)
    book_state
}

# refused MESSAGE HINT ARGUMENT…: HINT may be "" for a refusal that needs none.
refused() {
    local before wanted="crm: $1"
    [ -z "$2" ] || wanted+=$'\nhint: '$2
    shift 2
    before=$(fingerprint)
    call crm --format table import "$@"
    expect 3 "" "$wanted"
    [ "$(fingerprint)" = "$before" ] || { echo "the book was changed"; return 1; }
}

# order MESSAGE HINT LINE: a good line, then that one (a format of printf).
order() {
    # shellcheck disable=SC2059
    { printf 'n,d,c,q,a\n1,2024-01-05,acme,1,2\n' && printf "$3"; } >o.csv
    refused "$1" "$2" o.csv --as order --map map.yaml
}

# map MESSAGE HINT TEXT
map() {
    printf 'n,d,c,q,a\n1,2024-01-05,acme,1,2\n' >o.csv
    # shellcheck disable=SC2059
    printf "$3" >m.yaml
    refused "$1" "$2" o.csv --as order --map m.yaml
}

number_hint='correct it, or say in the map how numbers are written: numbers: {thousands: ",", currency: [¥]}'
date_hint='correct it, or add its format to the map, such as dates: [M/D/YYYY]'
blank_hint='fill it in, or say in the map what a blank means: default, or blank: skip'
text_hint='is it a text file with one record a line?'

@test "values that are not what they should be" {
    order 'o.csv:3:3: order.ordered_on: "2024-13-01" is no date in a format that the map names' \
        "$date_hint" '2,2024-13-01,acme,1,2\n'
    order 'o.csv:3:3: order.ordered_on: "03/04/2024" is no date in a format that the map names' \
        "$date_hint" '2,03/04/2024,acme,1,2\n'
    order 'o.csv:3:19: line.quantity: "two" is no number' "$number_hint" '2,2024-01-05,acme,two,2\n'
    order 'o.csv:3:21: line.amount: "1,234.50" is no number' "$number_hint" \
        '2,2024-01-05,acme,1,"1,234.50"\n'
    order 'o.csv:3:21: line.amount: "123456789012345678" is too large a number' \
        'is it a number of something else?' '2,2024-01-05,acme,1,123456789012345678\n'
    order 'o.csv:3:21: quantity or amount is negative' \
        'say in the map what that means: returns: keep (it lowers revenue) or skip' \
        '2,2024-01-05,acme,1,-5\n'
    order 'o.csv:3:1: order.number is blank' "$blank_hint" ',2024-01-05,acme,1,2\n'
    order 'o.csv:3:3: order.ordered_on is blank' "$blank_hint" '2,,acme,1,2\n'
    order 'o.csv:3:14: customer.key is blank' "$blank_hint" '2,2024-01-05,,1,2\n'
    order 'o.csv:3: the line has no amount' 'fill in the amount, or quantity and unit price' \
        '2,2024-01-05,acme,1,\n'
}

@test "lines that cannot be split" {
    order 'o.csv:3:14: the quote opened here is not closed' \
        'close it, or double it if it is part of the text' '2,2024-01-05,"acme,1,2\n3,2024-01-05,x,1,2\n'
    order 'o.csv:3:20: text after a closing quote' 'double the quotes that are part of the text' \
        '2,2024-01-05,"acme"x,1,2\n'
    order 'o.csv:3: 6 fields where there are 5 columns' \
        'is a delimiter or a quote left over in this line?' '2,2024-01-05,acme,1,2,3\n'
    order 'o.csv:3: 4 fields where there are 5 columns' \
        'is a delimiter or a quote missing? if such lines are right, set `short_rows: pad` in the map' \
        '2,2024-01-05,acme,1\n'
}

@test "text that is none" {
    order 'o.csv:3:14: byte FF is not valid UTF-8 here' \
        'repair the text, or name its encoding: --encoding gb18030, or windows-1252 for western text' \
        '2,2024-01-05,\xff\xfe,1,2\n'
    order 'o.csv:3:15: a NUL byte' 'is it UTF-16 or no text at all? try --encoding utf-16le' \
        '2,2024-01-05,a\x00b,1,2\n'
    printf 'n,d,c,q,a\n1,2024-01-05,\xbf\xcd\xbb\xa7,1,2\n2,2024-01-05,\xbf' >o.csv
    refused 'o.csv:3:14: the text is not valid gb18030 here' \
        'repair the text, or name its encoding with --encoding' o.csv --as order --map map.yaml \
        --encoding gb18030
}

@test "text that nobody sees, where it is to name a record" {
    order 'o.csv:3:14: key: the text has no character that can be seen' 'write it with letters or digits' \
        '2,2024-01-05,\x01\x02,1,2\n'
    order 'o.csv:3:1: number: the text has no character that can be seen' 'write it with letters or digits' \
        '\xe2\x80\x8b,2024-01-05,acme,1,2\n'
    printf 'key,name\n\x07,Moon\n' >c.csv
    refused 'c.csv:2:1: key: the text has no character that can be seen' 'write it with letters or digits' \
        c.csv --as customer
    # A name that is the key as well.
    sed 's/customer\.key/customer.name/' map.yaml >named.yaml
    printf 'n,d,c,q,a\n1,2024-01-05,acme,1,2\n2,2024-01-05,\x07,1,2\n' >o.csv
    refused 'o.csv:3:14: key: the text has no character that can be seen' 'write it with letters or digits' \
        o.csv --as order --map named.yaml
}

@test "a huge field, a huge row" {
    { printf 'n,d,c,q,a\n1,2024-01-05,acme,1,2\n2,2024-01-05,' && head -c 1100000 /dev/zero |
        tr '\0' x && printf ',1,2\n'; } >o.csv
    refused 'o.csv:3:14: a field of more than 1048576 bytes' "$text_hint" o.csv --as order \
        --map map.yaml
    { printf 'n,d,c,q,a\n1,2024-01-05,acme,1,2\n2' && head -c 5000000 /dev/zero | tr '\0' ,; } >o.csv
    refused 'o.csv:3: a row of more than 4194304 bytes' "$text_hint" o.csv --as order --map map.yaml
}

@test "files that hold no rows" {
    : >empty.csv
    refused 'empty.csv is empty' 'a file begins with a line of column names' empty.csv --as order \
        --map map.yaml
    printf '\n \n\n' >blank.csv
    refused 'blank.csv holds no rows' 'a file begins with a line of column names' blank.csv \
        --as order --map map.yaml
    mkdir folder.csv
    refused 'folder.csv is a directory' 'name one file in it' folder.csv --as order --map map.yaml
    local sheet='open it in a spreadsheet program and save it as CSV (UTF-8)'
    printf 'PK\003\004\024\000\006\000' >book.xlsx
    refused 'book.xlsx is a workbook or an archive, not text' "$sheet" book.xlsx --as order \
        --map map.yaml
    printf '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' >book.xls
    refused 'book.xls is a workbook or an archive, not text' "$sheet" book.xls --as order \
        --map map.yaml
    printf '<HTML><table><tr><td>n</td></tr></table>\n' >book.xls
    refused 'book.xls is HTML or XML, not rows of text' "$sheet" book.xls --as order --map map.yaml
    printf '[{"n":1}]\n' >list.json
    refused 'list.json:1:1: an array where each line must be an object' \
        "make one object a line of it: jq -c '.[]'" list.json --as order --map map.yaml
}

@test "columns that are not there, keys that come twice" {
    printf 'n,d,c,q,amount\n1,2024-01-05,acme,1,2\n' >o.csv
    refused 'map.yaml:2:96: line.amount: o.csv has no column "a"' \
        'its columns are: n, d, c, q, amount' o.csv --as order --map map.yaml
    printf 'key,nmae\nb,B\n' >c.csv
    refused 'c.csv:1: a customer has no field "nmae"' \
        'did you mean "name"? or say what the columns are by --map' c.csv --as customer
    printf 'key,name\nb,B\nc,C\nb,D\n' >c.csv
    refused 'c.csv:4: key "b" stands in line 2 already' 'remove one of the two lines' c.csv \
        --as customer
}

@test "maps with errors" {
    map "m.yaml:3:1: no valid YAML: did not find expected ',' or '}'" \
        'it happened while parsing a flow mapping that begins in line 2' \
        'as: order\nfields: {order.number: n\n'
    map 'm.yaml:2:1: no valid YAML: found a tab character that violates indentation' \
        'it is a tab: indent with spaces' 'as: order\n\tfields: x\n'
    map "m.yaml:2:1: key 'as': given twice, first in line 1" 'remove one of the two' \
        'as: order\nas: order\nfields: {order.number: n}\n'
    map 'm.yaml:2:24: anchors (&) and aliases (*) are not used' \
        'write the value out, or put it in quotes if it begins so' \
        'as: order\nfields: {order.number: *x}\n'
    map 'm.yaml:1: the map names no fields' 'add `fields:` with lines such as `name: Customer Name`' ''
    map 'm.yaml:1:1: invalid UTF-8 in the file' 'save the file as UTF-8 text' '\xff\xfe\n'
    map 'm.yaml:1:5: a NUL byte in the file' 'save the file as UTF-8 text' 'as: \x00\n'
    map "m.yaml:1:10: key 'returns': \"kep\" is not one of the words for it" \
        'choose one of refuse, keep, skip' 'returns: kep\nfields: {order.number: n}\n'
    map 'm.yaml:1:8: date format "dd/MM/yyyy": a letter that means nothing here' \
        'write it as in YYYY-MM-DD, M/D/YYYY h:mm, YYYY年M月D日 or excel' \
        'dates: dd/MM/yyyy\nfields: {order.number: n}\n'
    map 'm.yaml:2:1: unknown key "heador"' 'did you mean "header"?' \
        'fields: {order.number: n}\nheador: none\n'
    map 'm.yaml:1:10: no field "order.numbr" can be given' 'did you mean "order.number"?' \
        'fields: {order.numbr: n}\n'
}

@test "a policy with errors" {
    printf 'tiers: [\n' >.crm/policy.yaml
    printf 'key,name\nb,B\n' >c.csv
    local before
    before=$(fingerprint)
    call crm --format table import c.csv --as customer
    [ "$status" = 3 ]
    [[ $err == 'crm: '*'policy.yaml:2:1: no valid YAML: did not find expected node content'* ]]
    [ "$(wc -l <<<"${err%$'\n'}")" = 2 ]
    [ "$(fingerprint)" = "$before" ]
}
