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

@test "the policy's own words are Chinese in tables, as they are in JSON; others stay" {
    sed -i 's/\[quality, delivery, service, price, other\]/[quality, 包装]/' .crm/policy.yaml
    crm add staff Amy --login amy >/dev/null
    crm complain add acme-ltd "wet" --category quality --severity high --owner amy >/dev/null
    crm complain add acme-ltd "torn" --category 包装 --owner amy >/dev/null
    call crm --lang zh_CN complain list --fields number,category,severity --format table
    expect 0 "编号  类别  严重程度
C-1   质量  高
C-2   包装  一般" ""
    call crm --lang zh_CN complain list --fields number,category
    expect 0 '{"number":"C-1","category":"quality"}
{"number":"C-2","category":"包装"}' ""
    call crm --lang zh_CN report complaints --by severity --fields severity,opened --format table
    [[ $out == *$'严重程度  提出\n高           1\n一般         1'* ]]
}

@test "a visit's channel and a tier's reason are Chinese in tables" {
    crm visit add acme-ltd --channel face >/dev/null
    call crm --lang zh_CN visit list --fields number,channel --format table
    expect 0 "编号  渠道
V-1   面谈" ""
    crm tier set acme-ltd A --reason "老客户" >/dev/null
    crm tier unset acme-ltd >/dev/null
    call crm --lang zh_CN tier history acme-ltd --fields reason --format table
    expect 0 "理由
老客户
解除锁定" ""
    call crm --lang zh_CN policy show --format table
    [[ $out == *"出处"* && $out == *" 默认"* && $out != *" default"* ]]
}

@test "one English heading with two meanings has two Chinese ones" {
    call crm --lang zh_CN report --format table
    [[ $out == "报表 "*" 标题 "*" 分组"* ]]
    crm add contact 李雷 --customer acme-ltd --title 采购 >/dev/null
    call crm --lang zh_CN list contact --fields title --format table
    expect 0 "职务
采购" ""
    call crm --lang zh_CN report book --fields from,active --format table
    expect 0 "客户簿总览
自        2025-04-01
活跃客户  1" ""
}

@test "kinds are named in Chinese within a sentence, and without underscores in English" {
    crm visit add acme-ltd --channel face >/dev/null
    crm survey ask nps acme-ltd --answer recommend=9 >/dev/null
    call crm --lang zh_CN remind --for nobody --format table
    expect 1 "" $'crm: 没有员工“nobody”\n提示: 查找请用：crm list staff \'nobody\''
    call crm --lang zh_CN remove acme-ltd --format table
    [ "${err%%$'\n'*}" = 'crm: 客户“acme-ltd”被引用于：1 回访, 1 调查回答' ]
    call crm remove acme-ltd --format table
    [ "${err%%$'\n'*}" = "crm: customer 'acme-ltd' is referred to by: 1 visit, 1 survey answer" ]
}

@test "the system's own reasons are readable where the locale has no letters for them" {
    LC_ALL=C call crm --lang zh_CN import nofile.csv --as customer --format table
    [ "$status" = 1 ]
    [[ $err == 'crm: 无法打开 nofile.csv：'* && $err != *'??'* ]]
    LC_ALL=C LANGUAGE=zh_CN call crm policy check nofile --format table
    [[ $err != *'??'* ]]
}

@test "one English word that is two in Chinese has two labels" {
    crm add "Two words" --key acme2 >/dev/null
    crm tier apply >/dev/null
    crm visit add acme2 --channel face >/dev/null
    sed 's/B: 95/B: 90/' .crm/policy.yaml >new.yaml
    call crm --lang zh_CN tier history --by month --format table
    [[ $out == *$'\n期间    月\n'* && $out != *操作人* ]]
    call crm --lang zh_CN tier simulate --policy new.yaml --since 2026-03-02 --format table
    [[ $out == *$'\n重新评定自  2026-03-02\n'* ]]
    call crm --lang zh_CN visit why acme2 --format table
    [[ $out == *"渠道          不限"* && $out == *"回访      面谈"* ]]
    call crm --lang zh_CN init other --format table
    expect 0 $'客户簿  other' ""
}
