# SPDX-License-Identifier: MIT
# Any text can be a customer's name: added, listed, exported, imported again, found, unchanged.

load helper

setup_test() {
    command -v jq >/dev/null || skip "no jq"
    new_book
}

# A list of the project's own, for machines without the public one.
own_list() {
    cat <<'END'
["undefined", "null", "NULL", "-1", "--help", "-", "1.00", "0x10", "NaN", "true", "#12", "C-1", "V-7",
 "a,b;c\td", "\"quoted\"", "it's", "back\\slash", "%s%n%d", "$(touch x)", "`id`", "'; DROP TABLE customer; --",
 "a=b", "name=x", "name~x", "two\nlines", "two\r\nlines", "  blank around  ", "\u3000全角空格\u3000", "=1+1", "@SUM(A1)",
 "田中さん", "徐婵-11005", "Ω≈ç√∫", "e\u0301", "\u202emirrored", "a\u200bb", "\ufeffmark", "\u0001\u001b[31m",
 "👩‍👩‍👧", "🏳️‍🌈", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "<script>alert(1)</script>", "ﷺ", "Ṱ̺̺", "\u007f", "\u0085", "\u2028"]
END
}

naughty_list() {
    if [ -d "$SHARED" ]; then
        jq -c . "$SHARED/torture/utf8/blns.json"
    else
        own_list | jq -c .
    fi
}

# {"key":…,"name":…} for each string that is not empty.
rows() {
    jq -c 'to_entries[] | select(.value != "") | {key: "n\(.key)", name: .value}' | sort
}

exported() {
    crm "$@" export customer --fields key,name | jq -c . | sort
}

check_import() {
    rows >rows.jsonl
    [ "$(wc -l <rows.jsonl)" -gt 40 ]
    crm import rows.jsonl --as customer >/dev/null
    exported >out.jsonl
    cmp rows.jsonl out.jsonl
    diff <(crm list --fields key,name | jq -c . | sort) rows.jsonl
    for format in csv tsv jsonl; do
        crm export customer --format "$format" >"all.$format"
        crm init "again-$format" >/dev/null
        crm -C "again-$format" import "all.$format" --as customer >/dev/null
        exported -C "again-$format" >out.jsonl
        cmp rows.jsonl out.jsonl
    done
}

# Key and name of each row, both ended by a NUL byte, which no name can hold.
pairs() {
    jq -j '.key, "\u0000", .name, "\u0000"' rows.jsonl
}

# Every string, as one word of a command line, finds its customer.
check_found() {
    local key name
    while IFS= read -r -d '' key && IFS= read -r -d '' name; do
        call crm find --fields record -- "$name"
        [[ $'\n'$out == *$'\n{"record":"'"$key"$'"}\n'* ]] ||
            { echo "$key is not found by its name: $err"; return 1; }
    done < <(pairs)
}

# Each Nth string, given on the command line.
check_add() {
    local key name number=0
    while IFS= read -r -d '' key && IFS= read -r -d '' name; do
        [ $((number++ % $1)) = 0 ] || continue
        call crm add customer --key "$key" --fields key,name -- "$name"
        [ "$status" = 0 ] && [ -z "$err" ]
        [ "$(jq -c . <<<"$out")" = "$(jq -c --arg key "$key" 'select(.key == $key)' rows.jsonl)" ]
    done < <(pairs)
}

@test "names of the project's own list: import, list, export, import again" {
    own_list >list.json
    check_import <list.json
}

@test "names of the project's own list: found, and added" {
    own_list | rows >rows.jsonl
    check_add 1
    check_found
}

@test "naughty strings: import, list, export, import again, found" {
    need_shared
    naughty_list >list.json
    check_import <list.json
    check_found
}

@test "naughty strings: added" {
    need_shared
    naughty_list | rows >rows.jsonl
    check_add 8
}

@test "all names in one table: no control character reaches a terminal" {
    own_list | rows >rows.jsonl
    crm import rows.jsonl --as customer >/dev/null
    crm list --format table --color always >screen
    [ "$(wc -l <screen)" -gt 40 ]
    [ "$(sed 's/\x1b\[[0-9;]*m//g' screen | LC_ALL=C tr -d '\n\200-\377' | LC_ALL=C tr -d '[:print:]' | wc -c)" = 0 ]
}
