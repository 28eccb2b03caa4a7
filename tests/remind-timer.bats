# SPDX-License-Identifier: MIT
# crm remind --install-timer, with a crontab program of the test's own.

# The helper sets these.
# shellcheck disable=SC2154
load helper

# A book whose path every quoting has to stand; what the crontab holds is in tab.
setup_test() {
    book="$PWD/it's 100% \$HOME \"b\""
    new_book "$book"
    crm --book "$book" add staff "Amy" --login amy >/dev/null
    crm --book "$book" add Acme --since 2024-01-15 --owner amy >/dev/null
    mkdir bin
    cat >bin/crontab <<'EOF'
#!/bin/sh
[ ! -e "$HOME/denied" ] || { echo "you are not allowed to use this program" >&2; exit 1; }
case $1 in
-l) [ -e "$HOME/tab" ] && cat "$HOME/tab" || { echo "no crontab for somebody" >&2; exit 1; } ;;
-) cat >"$HOME/tab.new" && [ ! -e "$HOME/full" ] && mv "$HOME/tab.new" "$HOME/tab" ;;
esac
EOF
    chmod +x bin/crontab
    PATH=$PWD/bin:$PATH
    unset CRM_NOW
}

timer() {
    crm --book "$book" remind --install-timer "$@"
}

timer_of() {
    crm --book "$book" remind "--install-timer=$1" "${@:2}"
}

@test "a line for cron is printed, and nothing is installed" {
    call timer
    [ "$status" = 0 ]
    [ -z "$err" ]
    [[ $out == "30 8 * * * CRM_BOOK="*"' remind --new --format table # crm remind "* ]]
    [ ! -e "$HOME/tab" ]
    call timer_of cron --at 6:05 --write --dry-run
    [[ $out == "5 6 * * * "* ]]
    [ ! -e "$HOME/tab" ]
}

@test "what cron hands to the shell reminds, of any book, once" {
    need_file "the line names a directory"
    timer --for amy >line
    # As cron does it: five fields, then a command in which \% is a percent sign.
    sed 's/^\([^ ]* \)\{5\}//; s/\\%/%/g' line >words
    call env -i HOME="$HOME" PATH=/usr/bin:/bin sh -c "$(cat words)"
    [ "$status" = 0 ]
    [[ $out == *"Acme"* ]]
    call env -i HOME="$HOME" PATH=/usr/bin:/bin sh -c "$(cat words)"
    expect 0 "" ""
}

@test "--write adds one line, replaces its own, and keeps all others" {
    call timer --write
    [ "$(cat "$HOME/tab")" = "${out%$'\n'}" ]
    printf '# mine\nMAILTO=me\n\n5 4 * * * backup # crm remind\n' >"$HOME/tab"
    cp "$HOME/tab" before
    timer --write >one
    diff <(cat before one) "$HOME/tab"
    timer --write --for amy >two
    diff <(cat before one two) "$HOME/tab"
    timer --write --at 7:00 >three
    diff <(cat before three two) "$HOME/tab"
    # What is there already is not written again.
    touch "$HOME/full"
    call timer --write --at 7:00
    [ "$status" = 0 ]
}

@test "a crontab that cannot be read or written stays as it is" {
    printf '5 4 * * * backup' >"$HOME/tab"
    touch "$HOME/denied"
    call timer --write
    expect 1 "" "crm: the crontab cannot be read: you are not allowed to use this program"
    rm "$HOME/denied"
    touch "$HOME/full"
    call timer --write
    expect 1 "" "crm: crontab did not take the line"
    [ "$(cat "$HOME/tab")" = "5 4 * * * backup" ]
    rm "$HOME/full"
    timer --write >one
    [ "$(cat "$HOME/tab")" = "5 4 * * * backup
$(cat one)" ]
}

@test "units for systemd are printed, or written and not enabled" {
    call timer_of systemd --at 07:45
    [ "$status" = 0 ]
    [[ $out == "# $HOME/.config/systemd/user/crm-remind-"*".service"*"
ExecStart=\""*"\" remind --new --format table
"*"OnCalendar=*-*-* 07:45:00
Persistent=true
"* ]]
    [ ! -e "$HOME/.config" ]
    call timer_of systemd --at 07:45 --write --for amy
    [[ $err == "crm: now run: systemctl --user daemon-reload && systemctl --user enable --now crm-remind-"*".timer"* ]]
    units=("$HOME"/.config/systemd/user/crm-remind-*)
    [ "${#units[@]}" = 2 ]
    grep -q '^OnCalendar=\*-\*-\* 07:45:00$' "${units[1]}"
    grep -qF "Environment=\"CRM_BOOK=$(sed 's/%/%%/g; s/"/\\"/g' <<<"$book")\"" "${units[0]}"
    grep -q ' --for "amy"$' "${units[0]}"
    # The same again replaces them; another book or member of the staff has units of its own.
    timer_of systemd --write --for amy --at 9:00 -q >/dev/null
    timer_of systemd --write -q >/dev/null
    units=("$HOME"/.config/systemd/user/crm-remind-*)
    [ "${#units[@]}" = 4 ]
    if command -v systemd-analyze >/dev/null; then
        systemd-analyze verify --user "${units[@]}" 2>verified || true
        ! grep -E 'crm-remind.*(Failed|Invalid|Unknown|ignoring)' verified
    fi
}

@test "wrong words are refused" {
    call timer_of launchd
    [ "$status" = 2 ]
    for at in 24:00 8 08:60 8:5 morning 8:300; do
        call timer --at "$at"
        expect 2 "" "crm: --at: '$at' is no time of the day
hint: write it so: 08:30"
    done
    call crm --book "$book" remind --write
    [ "$status" = 2 ]
    call timer --new
    [ "$status" = 2 ]
    call timer --for nobody
    [ "$status" = 1 ]
    call timer acme
    [ "$status" = 2 ]
}
