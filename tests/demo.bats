# SPDX-License-Identifier: MIT
# make demo's script: runs, and says the same each time.

load helper

@test "the demonstration runs, and its output is the same every time" {
    call "$TESTS/demo" "$CRM" book
    expect 0 - ""
    first=$out
    ! on_postgres || rm -r book # a book without a file is not taken for an earlier run's
    call "$TESTS/demo" "$CRM" book
    expect 0 "${first%$'\n'}" ""
    [[ $out == *$'\n# The book is in '"$PWD/book: try "* ]]
}

@test "the sample book is sound: the file again changes nothing" {
    "$TESTS/demo" --quiet "$CRM" .crm
    call crm import "$TESTS/data/demo/orders.csv" --as order --map "$TESTS/data/demo/orders.yaml" \
        --fields read,added,changed,same,refused
    expect 0 '{"read":293,"added":0,"changed":0,"same":293,"refused":0}' ""
}

@test "a directory that holds something else is left alone" {
    mkdir mine && echo letter >mine/letter
    call "$TESTS/demo" --quiet "$CRM" mine
    [ "$(cat mine/letter)" = letter ]
}
