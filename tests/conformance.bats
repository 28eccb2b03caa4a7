# SPDX-License-Identifier: MIT
# Help, manual and program say the same: all compared with what crm introspect says.

load helper

setup_test() {
    command -v jq >/dev/null || skip "no jq"
    crm introspect >model.json
}

# Each command and subcommand that does something, as "visit add", one a line.
commands() {
    jq -r 'def walk(path): (path + [.name]) as $p
             | (if .runs then ($p | join(" ")) else empty end), (.subcommands[] | walk($p));
           .commands[] | select(.hidden | not) | walk([])' model.json
}

# Options of one command's own, sorted; those of every command are documented in crm(1).
options_of() {
    jq -r --arg path "$1" '
        def at(words): if (words | length) == 0 then . else
            ((.commands // .subcommands)[] | select(.name == words[0])) | at(words[1:]) end;
        at($path / " ") | .options[] | "--" + .name' model.json | sort
}

global_options() {
    jq -r '.options[] | "--" + .name' model.json | sort
}

help_options() {
    # shellcheck disable=SC2086
    crm $1 --help | sed -nE 's/^  (-., |    )(--(\[no-\])?[^ []*).*/\2/p' | sed 's/\[no-\]//' | sort
}

@test "--help lists exactly the options of introspect" {
    failed=0
    while read -r name; do
        diff <(sort -u <(options_of "$name") <(global_options)) <(help_options "$name") ||
            { echo "^^ crm $name --help"; failed=1; }
    done < <(commands)
    [ "$failed" = 0 ]
}

@test "--help of every command names itself and fits its pipe" {
    while read -r name; do
        # shellcheck disable=SC2086
        call crm $name --help
        [ "$status" = 0 ] && [ -z "$err" ]
        [[ $out == "usage: crm $name"* ]]
    done < <(commands)
}

page_of() {
    printf '%s/man/crm-%s.1' "$ROOT" "${1%% *}"
}

# Long options that a page documents: .It Fl -name in its lists.
page_options() {
    sed -nE 's/\\&//g; s/^\.It (.*)/\1/p' "$1" | grep -oE 'Fl -[a-z][a-z0-9-]*' | sed 's/Fl /-/' | sort -u
}

# Fields as options are documented once, in crm-add(1).
own_options() {
    jq -r --arg name "$1" '
        [.commands[] | select(.name == $name) | recurse(.subcommands[]) | .options[]
         | select(.field | not) | "--" + .name] | unique | .[]' model.json | sort -u
}

@test "every command has a manual page that names the same options" {
    failed=0
    for name in $(jq -r '.commands[] | select(.hidden | not) | .name' model.json); do
        page=$(page_of "$name")
        if [ ! -f "$page" ]; then
            echo "no man/${page##*/}"
            failed=1
            continue
        fi
        # Options in the page that are neither own, fields, nor global do not exist.
        fields=$(jq -r '.kinds[].fields[].name | gsub("_"; "-") | "--" + ., "--no-" + .' model.json | sort -u)
        missing=$(comm -23 <(own_options "$name") <(page_options "$page"))
        invented=$(comm -13 <(sort -u <(own_options "$name") <(global_options) <(printf '%s\n' "$fields")) \
            <(page_options "$page"))
        [ -z "$missing$invented" ] ||
            { echo "man/${page##*/}: missing: $missing; invented: $invented"; failed=1; }
    done
    [ "$failed" = 0 ]
}

@test "crm(1) documents the options of every command and lists every command" {
    failed=0
    diff <(global_options) <(page_options "$ROOT/man/crm.1") || failed=1
    for name in $(jq -r '.commands[] | select(.hidden | not) | .name' model.json); do
        grep -q "Xr crm-$name 1" "$ROOT/man/crm.1" || { echo "crm(1) lacks $name"; failed=1; }
    done
    [ "$failed" = 0 ]
}

@test "crm-add(1) lists the fields of every kind: make man-fields" {
    jq -r -f "$ROOT/man/fields.jq" model.json >expected
    grep -q "^\.It Fl -industry" expected
    sed -n '/man-fields: begin/,/man-fields: end/{//!p}' "$ROOT/man/crm-add.1" >found
    diff expected found
}

@test "every manual page is clean" {
    command -v mandoc >/dev/null || skip "no mandoc"
    call mandoc -Tlint -W warning "$ROOT"/man/*.[15]
    expect 0 "" ""
}
