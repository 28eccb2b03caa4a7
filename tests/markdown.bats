#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The format markdown.

load helper

setup_test() {
    new_book
    crm add "Acme | *Co*" --key acme --city 上海 --notes $'one\ntwo' >/dev/null
    crm add Beta --key beta >/dev/null
}

@test "a table: numbers to the right, markup escaped, line breaks kept" {
    call crm list customer --fields key,name,orders,notes --format markdown
    expect 0 '| Key | Name | Orders | Notes |
| :-- | :-- | --: | :-- |
| acme | Acme \| \*Co\* | 0 | one<br>two |
| beta | Beta | 0 |  |' ''
}

@test "a page: the record in two columns" {
    call crm show beta --fields key,name --format markdown
    expect 0 '| Customer | |
| :-- | :-- |
| Key | beta |
| Name | Beta |' ''
}
