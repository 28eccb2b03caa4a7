# SPDX-License-Identifier: MIT
# What every command keeps: options, exit status, formats, finding the book, output errors.

load helper

@test "--version prints name and number" {
    call crm --version
    expect 0 "crm 0.1.0" ""
}

@test "--version --format json is one object" {
    call crm --version --format json
    expect 0 '{"crm":"0.1.0","json":1}' ""
    call crm --format jsonl --version
    expect 0 '{"crm":"0.1.0","json":1}' ""
}

@test "no command is wrong usage" {
    call crm
    expect 2 "" $'crm: no command was given\nhint: crm help lists the commands'
}

@test "an unknown command is answered with the nearest one" {
    call crm lisst
    expect 2 "" $'crm: there is no command "lisst"\nhint: did you mean list?'
    call crm xyzzyfoo
    expect 2 "" $'crm: there is no command "xyzzyfoo"\nhint: crm help lists the commands'
}

@test "an unknown option is answered with the nearest one" {
    call crm list --fromat csv
    expect 2 "" $'crm: unknown option --fromat\nhint: did you mean --format?'
    call crm add Acme --industri=retail
    expect 2 "" $'crm: unknown option --industri\nhint: did you mean --industry?'
    call crm list -z
    expect 2 "" $'crm: unknown option -z\nhint: long options begin with two dashes'
}

@test "options are not abbreviated" {
    call crm list --form csv
    expect 2 "" -
}

@test "a missing value, a value too much, a wrong choice" {
    call crm list --format
    expect 2 "" $'crm: --format needs a value\nhint: --format FORMAT: format of the output'
    call crm list --quiet=yes
    expect 2 "" "crm: --quiet takes no value"
    call crm list --color sometimes
    expect 2 "" $'crm: --color: there is no "sometimes"\nhint: one of: auto, always, never'
}

@test "a missing argument and one too many" {
    call crm show
    expect 2 "" $'crm: crm show: REF is missing\nhint: REF: key, #id, external id or name'
    call crm init a b
    expect 2 "" $'crm: crm init: "b" is one argument too many\nhint: a value with blanks goes between quotes'
}

@test "errors are also one JSON line when JSON was asked for" {
    call crm --format jsonl lisst
    expect 2 "" $'crm: there is no command "lisst"\nhint: did you mean list?
{"error":"usage","message":"there is no command \\"lisst\\"","hint":"did you mean list?"}'
    call crm --format table lisst
    expect 2 "" $'crm: there is no command "lisst"\nhint: did you mean list?'
}

@test "an unknown format lists the formats" {
    new_book
    call crm list --format xml
    expect 2 "" -
    [[ $err == *xml* && $err == *jsonl* ]]
}

@test "--help prints to stdout and needs no book" {
    call crm list --help
    [ "$status" = 0 ]
    [[ $out == "usage: crm list [options] [KIND] [FILTER...]"* ]]
    [ -z "$err" ]
    call crm --help
    [ "$status" = 0 ]
    [[ $out == *"  init "* ]]
}

@test "without a book: one line and what to do" {
    call crm list
    expect 1 "" $'crm: there is no book in . or above\nhint: crm init makes one here; --book DIR names another'
}

@test "the book is .crm here or in a parent" {
    crm init >/dev/null
    [ -f .crm/policy.yaml ]
    on_postgres || [ -f .crm/crm.db ]
    crm add Acme >/dev/null
    mkdir -p deep/er
    cd deep/er
    call crm list --fields name --format csv
    expect 0 $'name\nAcme' ""
}

@test "a directory that is a book is found from inside, and by -C" {
    crm init b >/dev/null
    on_postgres || [ -f b/crm.db ]
    crm -C b add Acme >/dev/null
    call crm list -C b --fields name --format csv
    expect 0 $'name\nAcme' ""
    cd b/surveys
    call crm list --fields name --format csv
    expect 0 $'name\nAcme' ""
}

@test "--book beats CRM_BOOK, which beats the directory" {
    for name in one two three; do
        crm init $name >/dev/null
        crm --book $name add "In $name" >/dev/null
    done
    move_book three .crm
    call crm list --fields name --format csv
    expect 0 $'name\nIn three' ""
    CRM_BOOK=two call crm list --fields name --format csv
    expect 0 $'name\nIn two' ""
    CRM_BOOK=two call crm list --book one --fields name --format csv
    expect 0 $'name\nIn one' ""
}

@test "the user's own book comes last" {
    crm init "$HOME/.local/share/crm" >/dev/null
    crm add Acme >/dev/null
    call crm list --fields name --format csv
    expect 0 $'name\nAcme' ""
    XDG_DATA_HOME=$PWD/elsewhere call crm list
    expect 1 "" -
}

@test "options may stand before and after the command, arguments after --" {
    new_book
    call crm --format csv add --fields name,industry --industry retail -- --odd
    expect 0 $'name,industry\n--odd,retail' ""
    call crm list --fields=name --format=csv
    expect 0 $'name\n--odd' ""
}

@test "a full device is an output error" {
    [ -e /dev/full ] || skip "no /dev/full"
    call sh -c '"$CRM" --help >/dev/full'
    expect 1 "" -
    [[ $err == "crm: "*"No space left on device"* ]]
    new_book
    crm add Acme >/dev/null
    call sh -c '"$CRM" list >/dev/full'
    expect 1 "" -
    [[ $err == "crm: "*"No space left on device"* ]]
}

@test "a reader that leaves early does not undo a change" {
    crm init >/dev/null
    for n in $(seq 900); do
        printf '{"key":"customer-%s","name":"A name that fills the pipe %s"}\n' "$n" "$n"
    done >many.jsonl
    crm import many.jsonl --as customer >/dev/null
    # More than a pipe holds.
    call sh -c '"$CRM" tier apply | sed 1q'
    [ "$status" = 0 ]
    [ "$(crm list customer tier=C --fields key | wc -l)" = 900 ]
}

@test "a closed pipe is silent, even when the parent ignores SIGPIPE" {
    new_book
    crm add Acme >/dev/null
    call bash -c 'trap "" PIPE; { sleep 0.2; "$CRM" list; echo "$?" >code; } | true'
    expect 0 "" ""
    [ "$(cat code)" = 141 ]
}

@test "crm NAME runs crm-NAME from PATH, which finds the same book" {
    mkdir bin
    printf '#!/bin/sh\necho "$0: $*: $CRM_BOOK"\n' >bin/crm-hello
    chmod +x bin/crm-hello
    crm init b >/dev/null
    PATH=$PWD/bin:$PATH call crm --book b hello --all x
    expect 0 "$PWD/bin/crm-hello: --all x: b" ""
}

@test "an alias stands for a command" {
    mkdir -p "$HOME/.config/crm"
    cat >"$HOME/.config/crm/config.yaml" <<-'YAML'
	aliases:
	  v: --version --format json
	  named: [list, --fields, name, "--format=csv"]
	  quoted: "add 'Two Words' --fields name"
	  broken: {a: b}
	YAML
    call crm v
    expect 0 '{"crm":"0.1.0","json":1}' ""
    new_book
    call crm quoted --format csv
    expect 0 $'name\nTwo Words' ""
    call crm named
    expect 0 $'name\nTwo Words' ""
    call crm broken
    expect 3 "" -
    [[ $err == *"config.yaml:5:"* ]]
}

@test "an alias for an unknown command ends" {
    mkdir -p "$HOME/.config/crm"
    printf 'aliases:\n  loop: loop\n' >"$HOME/.config/crm/config.yaml"
    call crm loop
    expect 2 "" -
}

@test "messages are Chinese where asked for" {
    [ -n "$(find "$(dirname "$CRM_PROGRAM")/locale" -name crm.mo 2>/dev/null)" ] || skip "no translations built"
    call crm --lang zh_CN add --help
    [ "$status" = 0 ]
    [[ $out == *产品与需求的匹配程度* ]]
    call crm --lang=zh_CN --help
    [[ $out == 用法* ]]
    call crm lisst --lang zh_CN
    expect 2 "" -
    [[ $err == *提示* && $err != *"no command"* ]]
    LC_ALL=zh_CN.UTF-8 call crm --help
    [[ $out == 用法* ]]
    LC_ALL=zh_CN.UTF-8 call crm --lang en --help
    [[ $out == usage* ]]
}

@test "-C to a directory that there is not" {
    call crm -C nowhere list
    expect 1 "" "crm: there is no directory nowhere"
}

# What crm prints on a terminal of 6 lines and 40 columns.
terminal() {
    command -v script >/dev/null || skip "no script(1)"
    script -qec "stty rows 6 cols 40; $1" /dev/null </dev/null | tr -d '\r'
}

@test "on a terminal: a table, paged when longer than the screen, status kept" {
    new_book
    crm add Acme --key acme >/dev/null
    export CRM_PAGER="sed s/^/P:/"
    [[ $(terminal "'$CRM' list --fields key,name --color never") == *"acme  Acme"* ]]
    [[ $(terminal "'$CRM' list --fields key,name") != *P:* ]]
    [[ $(terminal "'$CRM' list --help") == "P:usage: crm list"* ]]
    [[ $(terminal "'$CRM' show nosuch; echo code \$?") == *"code 1" ]]
    export CRM_PAGER="head -n 1"
    [ "$(terminal "'$CRM' list --help; echo code \$?")" = $'usage: crm list [options] [KIND] [FILTER...]\ncode 0' ]
    export CRM_PAGER=no-such-pager
    [[ $(terminal "'$CRM' list --help") == *"usage: crm list"*"print the options of a command" ]]
}

@test "colour: on a terminal unless NO_COLOR, never, always" {
    new_book
    crm add Acme --key acme >/dev/null
    export TERM=xterm
    [[ $(terminal "'$CRM' list --fields key") == *$'\033'* ]]
    [[ $(NO_COLOR=1 terminal "'$CRM' list --fields key") != *$'\033'* ]]
    [[ $(terminal "'$CRM' list --fields key --color never") != *$'\033'* ]]
    call crm list --fields key --format table --color always
    [[ $out == *$'\033'* ]]
    call crm list --fields key --format table
    [[ $out != *$'\033'* ]]
}

@test "what is quoted in a message reaches a terminal as clean UTF-8" {
    call crm $'x\xffy\e[31m'
    expect 2 "" 'crm: there is no command "x�y?[31m"
hint: crm help lists the commands'
    call crm calendar due --from $'\xffmon\x07' --limit 4wh
    [ "$status" = 1 ]
    new_book
    call crm calendar due --from $'\xffmon\x07' --limit 4wh
    [ "$status" != 0 ]
    [[ $err != *$'\xff'* && $err != *$'\x07'* ]]
    iconv -f UTF-8 -t UTF-8 <<<"$err" >/dev/null
}
