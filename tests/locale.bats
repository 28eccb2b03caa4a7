# SPDX-License-Identifier: MIT
# Languages: what people read is translated, what programs read is not.

# The helper sets these.
# shellcheck disable=SC2154
load helper

setup_test() {
    command -v msgfmt >/dev/null || skip "gettext's tools are missing"
    new_book .crm
    crm add "Acme Ltd" --kind company --tags "vip" >/dev/null
}

@test "labels and choices are Chinese in a table, and aligned" {
    call crm --lang zh_CN list customer --fields key,status,tags,orders --format table
    expect 0 "代号      状态  标签  订单数
acme-ltd  活跃  vip        0" ""
}

@test "LANGUAGE chooses the language too, --lang goes before it" {
    LANGUAGE=zh_CN call crm list customer --fields key,status --format table
    expect 0 "代号      状态
acme-ltd  活跃" ""
    LANGUAGE=zh_CN call crm --lang en list customer --fields key,status --format table
    expect 0 "Key       Status
acme-ltd  active" ""
}

@test "keys and values of JSON and CSV stay English" {
    call crm --lang zh_CN list customer --fields key,status
    expect 0 '{"key":"acme-ltd","status":"active"}' ""
    call crm --lang zh_CN list customer --fields key,status --format csv
    expect 0 "key,status
acme-ltd,active" ""
}

@test "errors are Chinese, their JSON names English" {
    call crm --lang zh_CN list customer --fields kye --format jsonl
    [ "$status" = 2 ]
    [[ $err == *'没有列“kye”；可选：key, name, '* ]]
    [[ $err == *'"error":"usage"'* ]]
}
