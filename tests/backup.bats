# SPDX-License-Identifier: MIT
# crm backup: the whole book in one file, while others use it.

load helper

setup_test() {
    new_book
    crm add staff "Chen Yu" --login chen >/dev/null
    crm add "Lakeside Tea House" --key lakeside --owner chen >/dev/null
    printf 'id: own\n' >.crm/surveys/own.yaml
    printf '{}' >.crm/calendars/中国-2026.json
    before=$(in_directory .crm)
}

@test "a backup is one private file, and says what is in it" {
    umask 022
    call crm backup book.tar
    expect 0 - ""
    [ "$(jq -r '[.file, .book, .made_at, .records, .entries, .seconds] | map(tostring) | join(" ")' <<<"$out")" = \
        "book.tar null 2026-03-02T09:00:00+08:00 2 2 0" ]
    [ "$(jq .bytes <<<"$out")" = "$(stat -c %s book.tar)" ]
    [[ "$(jq -r .head <<<"$out")" =~ ^[0-9a-f]{64}$ ]]
    [ "$(jq -r .head <<<"$out")" = "$(query_store 'SELECT hash FROM journal ORDER BY id DESC LIMIT 1')" ]
    [ "$(stat -c %a book.tar)" = 600 ]
    [ "$(in_directory .)" = ".crm .err .out book.tar home " ]
}

@test "never onto the book itself, nor among its files" {
    before=$(book_state)
    ln -s .crm linked
    for file in .crm/crm.db .crm/policy.yaml .crm/calendars/中国-2026.json .crm/new.tar linked/crm.db; do
        call crm backup --force "$file"
        expect 2 "" $'crm: \''"$file"$'\' is a place within the book\nhint: keep the copy apart from the book'
    done
    (cd .crm && call crm backup -f crm.db && expect 2 "" -)
    [ "$(book_state)" = "$before" ]
    [ "$(in_directory .crm/surveys)" = "own.yaml " ]
    crm check integrity journal references >/dev/null
}

@test "tar and sha256sum read it, and what they unpack is a book" {
    crm backup book.tar >/dev/null
    [ "$(tar -tf book.tar | tr '\n' ' ')" = "crm-backup.json calendars/ calendars/中国-2026.json policy.yaml surveys/ surveys/own.yaml crm.db SHA256SUMS " ]
    mkdir unpacked
    tar -xf book.tar -C unpacked
    (cd unpacked && sha256sum --quiet -c SHA256SUMS)
    [ "$(jq -r .crm_backup unpacked/crm-backup.json)" = 1 ]
    cmp .crm/policy.yaml unpacked/policy.yaml
    [ "$(sqlite3 unpacked/crm.db 'PRAGMA integrity_check')" = ok ]
    [ "$(find unpacked -type f ! -perm 600; find unpacked/* -type d ! -perm 700)" = "" ]
    diff <(crm export customer) <(crm --book unpacked export customer)
    # It is written like any other, and its backup holds nothing of the first.
    crm --book unpacked add Second >/dev/null
    crm --book unpacked add Third >/dev/null
    [ "$(sqlite3 unpacked/crm.db 'PRAGMA journal_mode')" = wal ]
    crm --book unpacked backup second.tar >/dev/null
    [ "$(tar -tf second.tar | grep -c .)" = 8 ]
}

damaged_book() {
    cp -r .crm damaged
    sqlite3 damaged/crm.db 'PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE' >/dev/null
    page=$(sqlite3 damaged/crm.db "SELECT rootpage FROM sqlite_schema WHERE name = 'customer'")
    printf 'damage' | dd of=damaged/crm.db bs=1 seek=$(((page - 1) * 4096)) conv=notrunc status=none
    call crm --book damaged backup --force book.tar
    expect 1 "" -
    [[ $err == *damaged* ]]
    [ "$(cat book.tar)" = mine ]
    [ "$(in_directory .)" = ".crm .err .out book.tar damaged home " ]
}

@test "a file is replaced only when that is asked for, and only by a whole one" {
    echo mine >book.tar
    call crm backup book.tar
    expect 1 "" $'crm: there is a file \'book.tar\' already\nhint: choose another name, or replace it with --force'
    [ "$(cat book.tar)" = mine ]
    # A damaged book takes no backup's place.
    if ! on_postgres; then damaged_book; fi
    call crm backup -f book.tar
    expect 0 - ""
    call crm restore --verify book.tar
    expect 0 - ""
}

@test "where nothing can be written, nothing is left" {
    call crm backup nowhere/book.tar
    expect 1 "" $'crm: nowhere/book.tar.partial: No such file or directory\nhint: look at the directory\'s permissions and free space'
    mkdir directory
    call crm backup --force directory
    expect 2 "" -
    [[ $err == *"'directory' is no file"* ]]
    mkfifo pipe
    call crm backup --force pipe
    expect 2 "" -
    [ -p pipe ]
    call crm backup ""
    [ "$status" != 0 ]
    call crm backup
    expect 2 "" -
    call crm backup x --to-command cat
    expect 2 "" -
    [ "$(in_directory .)" = ".crm .err .out directory home pipe " ]
}

@test "standard output and a command get the bytes of the file" {
    crm backup book.tar >/dev/null
    crm backup - >output.tar
    cmp book.tar output.tar
    crm backup - | cmp book.tar
    call crm backup --to-command 'cat >command.tar'
    expect 0 - ""
    [ "$(jq -c '[.file, .records]' <<<"$out")" = "[null,2]" ]
    cmp book.tar command.tar
    [ "$(in_directory .crm)" = "$before" ]
}

@test "a command that fails fails the backup, and is named" {
    call crm backup --to-command 'cat >/dev/null; exit 3'
    expect 1 "" $'crm: the command "cat >/dev/null; exit 3" ended with status 3\nhint: there is no backup; do not trust what it left'
    call crm backup --to-command 'head -c 100 >/dev/null'
    expect 1 "" $'crm: the command "head -c 100 >/dev/null" ended before it had read the whole backup\nhint: there is no backup; do not trust what it left'
    # shellcheck disable=SC2016
    call crm backup --to-command 'kill -9 $$'
    expect 1 "" -
    [[ $err == *"was ended by signal 9"* ]]
    call crm backup --to-command no-such-program
    expect 1 "" -
    [[ $err == *'"no-such-program" ended with status 127'* ]]
    [ "$(in_directory .crm)" = "$before" ]
}

@test "an output that is full or closed leaves nothing" {
    [ -e /dev/full ] || skip "no /dev/full"
    call sh -c '"$CRM" backup - >/dev/full'
    expect 1 "" -
    [[ $err == *"the backup could not be written"* ]]
    call bash -c 'set -o pipefail; "$CRM" backup - | head -c 100 >/dev/null'
    [ "$status" = 1 ]
    [ "$(in_directory .crm)" = "$before" ]
}

@test "what a killed backup left is taken away by the next" {
    # The command waits while the bytes pass it, so that the program is in the middle.
    mkfifo gate
    "$CRM" backup --to-command 'exec cat gate' & # itself, not a shell around it
    backup=$!
    for _ in $(seq 100); do
        [ ! -e .crm/backup-1.partial.db ] || break
        sleep 0.05
    done
    [ "$(stat -c %a .crm/backup-1.partial.db)" = 600 ]
    kill -9 "$backup"
    wait "$backup" || true
    : >gate
    [ -e .crm/backup-1.partial.db ]
    crm backup - >/dev/null
    [ "$(in_directory .crm)" = "$before" ]
    # The same beside a file.
    echo rest >book.tar.partial
    echo rest >book.tar.partial.db
    call crm backup book.tar
    expect 0 - ""
    [ "$(in_directory .)" = ".crm .err .out book.tar gate home " ]
}

@test "two backups do not mix" {
    exec 9>book.tar.partial
    flock 9
    call crm backup book.tar
    expect 75 "" $'crm: another backup is writing \'book.tar.partial\'\nhint: try again when it has ended'
    exec 9>.crm/backup-1.partial
    flock 9
    crm backup - | crm restore --verify - >/dev/null
    [ -e .crm/backup-1.partial ]
}

@test "the same book at the same time gives the same bytes" {
    crm backup one.tar >/dev/null
    crm backup two.tar >/dev/null
    cmp one.tar two.tar
}

@test "the lines for cron in the manual work" {
    command -v mandoc >/dev/null || skip "no mandoc"
    mkdir bin
    ln -s "$CRM" bin/crm
    crontab=$(mandoc -T ascii -O width=200 "$ROOT/man/crm-backup.1" | grep -oE 'crm backup .*date.*')
    [ "$(grep -c . <<<"$crontab")" = 2 ]
    while read -r line; do
        PATH=$PWD/bin:$PATH call sh -c "${line//\\%/%}"
        expect 0 "" ""
    done <<<"$crontab"
    [ -f "book-$(date +%u).tar" ] && [ -f "book-$(date +%Y-%m).tar" ]
}
