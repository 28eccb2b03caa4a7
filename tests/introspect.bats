# SPDX-License-Identifier: MIT
# crm introspect: the program's own model.

load helper

setup_test() {
    command -v jq >/dev/null || skip "no jq"
}

@test "one object with version, formats, options, commands and kinds" {
    call crm introspect
    [ "$status" = 0 ]
    [ "$(jq -r 'keys_unsorted | join(" ")' <<<"$out")" = "crm json formats options commands kinds" ]
    [ "$(jq -c '.formats' <<<"$out")" = '["table","jsonl","json","csv","tsv","markdown"]' ]
    [ "$(jq -r '.json' <<<"$out")" = 1 ]
}

@test "--fields chooses its parts" {
    call crm introspect --fields crm,json
    expect 0 '{"crm":"0.1.0","json":1}' ""
}

@test "fields of a kind are options of add and edit, positional ones of edit only" {
    model=$(crm introspect)
    options() {
        jq -r --arg c "$1" '.commands[] | select(.name == $c) | .options[] | select(.field) | .field' <<<"$model" | sort
    }
    given=$(jq -r '.kinds[] | select(.name == "customer") | .fields[] | select(.derived | not) | .name' <<<"$model" | sort)
    [ -n "$given" ]
    [ "$(options edit)" = "$given" ]
    positional=$(jq -r '.kinds[] | select(.name == "customer") | .fields[] | select(.positional) | .name' <<<"$model")
    [ "$positional" = name ]
    [ "$(options add)" = "$(grep -vx name <<<"$given")" ]
}

@test "choices of a field and of its option are the same" {
    model=$(crm introspect)
    [ "$(jq -c '.kinds[] | select(.name == "customer") | .fields[] | select(.name == "status") | [.choices[].name]' <<<"$model")" = \
        "$(jq -c '.commands[] | select(.name == "add") | .options[] | select(.name == "status") | .choices' <<<"$model")" ]
}

@test "every reference names a kind" {
    [ "$(crm introspect | jq -r '[.kinds[].name] as $kinds | [.kinds[].fields[].reference // empty] - $kinds | length')" = 0 ]
}

@test "names of commands and options are words for a shell" {
    names=$(crm introspect | jq -r '.. | objects | select(has("help") or has("summary")) | .name // empty')
    grep -q '^introspect$' <<<"$names"
    call grep -Ev '^[a-z][a-z0-9_-]*$|^[A-Z][A-Z0-9,_-]*$' <<<"$names"
    expect 1 "" ""
}
