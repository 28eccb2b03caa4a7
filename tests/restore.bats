# SPDX-License-Identifier: MIT
# crm restore: a whole book, or nothing.

load helper

small_book() {
    new_book
    crm add "Lakeside Tea House" --key lakeside >/dev/null
    crm backup book.tar >/dev/null
}

@test "the restored book is the same" {
    sh "$TESTS/demo" --quiet "$CRM" .crm
    crm backup book.tar >/dev/null
    call crm restore book.tar again
    expect 0 - ""
    [ "$(jq -r .book <<<"$out")" = again ]
    for kind in customer contact staff product order line note visit complaint survey_answer tier_change; do
        diff <(crm export "$kind") <(crm --book again export "$kind")
    done
    for report in revenue pareto visits complaints satisfaction concentration book; do
        diff <(crm report "$report") <(crm --book again report "$report")
    done
    diff <(crm remind) <(crm --book again remind)
    diff <(crm survey templates) <(crm --book again survey templates)
    on_postgres || diff <(sqlite3 .crm/crm.db .dump) <(sqlite3 again/crm.db .dump)
    diff -r .crm again -x 'crm.db*'
    [ "$(stat -c %Y .crm/policy.yaml)" = "$(stat -c %Y again/policy.yaml)" ]
}

@test "the restored book is private and in use as any other" {
    small_book
    (umask 0 && crm restore book.tar deep/er/again >/dev/null)
    [ "$(find deep/er/again -type f ! -perm 600; find deep/er/again -type d ! -perm 700)" = "" ]
    [ "$(sqlite3 deep/er/again/crm.db 'PRAGMA journal_mode')" = wal ]
    crm --book deep/er/again add Second >/dev/null
    [ "$(crm --book deep/er/again list | grep -c .)" = 2 ]
    [ "$(in_directory deep/er)" = "again " ]
}

@test "it goes where a new book would" {
    small_book
    mv .crm old
    crm restore book.tar >/dev/null
    [ -f .crm/crm.db ]
    CRM_BOOK="env" crm restore book.tar >/dev/null
    [ -f env/crm.db ]
    crm restore book.tar --book there >/dev/null
    [ -f there/crm.db ]
    crm restore - pipe <book.tar >/dev/null
    [ -f pipe/crm.db ]
}

@test "only where nothing is" {
    small_book
    call crm restore book.tar
    expect 1 "" -
    [[ $err == "crm: '.crm' is not empty: it holds "* ]]
    mkdir full && touch full/something
    call crm restore book.tar full
    expect 1 "" $'crm: \'full\' is not empty: it holds something\nhint: choose a directory that is empty, or a new one'
    touch file
    call crm restore book.tar file
    expect 1 "" $'crm: \'file\' is no directory\nhint: choose a directory that is empty, or a new one'
    [ "$(in_directory full)" = "something " ]
    # An empty directory stays the one it is: somebody may stand in it.
    mkdir empty
    inode=$(stat -c %i empty)
    call crm restore book.tar empty/
    expect 0 - ""
    [ "$(stat -c %i empty)" = "$inode" ]
    [ "$(in_directory empty)" = "calendars crm.db policy.yaml surveys " ]
    mkdir here
    (cd here && crm restore ../book.tar . >/dev/null && crm list >/dev/null)
}

@test "--verify and --dry-run only look" {
    small_book
    call crm restore --verify book.tar
    expect 0 - ""
    [ "$(jq -c '[.file, .book, .records, .entries]' <<<"$out")" = '["book.tar",null,1,1]' ]
    call crm restore -n book.tar new
    expect 0 - ""
    [ ! -e new ]
    call crm restore -n book.tar
    expect 1 "" -
    call crm restore --verify - <book.tar
    expect 0 - ""
}

@test "what is no backup is refused" {
    small_book
    call crm restore missing.tar new
    expect 1 "" "crm: missing.tar: No such file or directory"
    printf 'key,name\n' >list.csv
    call crm restore list.csv new
    expect 3 "" $'crm: list.csv is no backup that crm made\nhint: one that was encrypted or compressed is read through a pipe: age -d FILE | crm restore -'
    : >empty.tar
    call crm restore empty.tar new
    expect 3 "" -
    gzip -k book.tar
    call crm restore book.tar.gz new
    expect 3 "" -
    on_postgres || cp .crm/crm.db book.db
    : >>book.db
    call crm restore book.db new
    expect 3 "" -
    tar -cf other.tar list.csv
    call crm restore other.tar new
    expect 3 "" $'crm: other.tar is no backup that crm made\nhint: it holds list.csv, which no backup does at that place'
    call crm restore .crm new
    expect 3 "" $'crm: .crm: a directory, not a file\nhint: name a file in it'
    [ ! -e new ]
    [[ $(in_directory .) != *"restore "* ]]
}

# Packs what is in a directory, with right sums, as a backup that somebody made by hand.
pack() {
    local directory=$1 file=$2
    shift 2
    (cd "$directory" && sha256sum "$@" >SHA256SUMS && tar --format=ustar -cf "../$file" "$@" SHA256SUMS)
}

@test "a backup of a newer crm, or with what none holds, is refused" {
    small_book
    mkdir unpacked
    tar -xf book.tar -C unpacked
    pack unpacked same.tar crm-backup.json policy.yaml crm.db
    call crm restore same.tar same
    expect 0 - ""
    sed -i 's/"schema":[0-9]*/"schema":999/' unpacked/crm-backup.json
    pack unpacked newer.tar crm-backup.json policy.yaml crm.db
    call crm restore newer.tar new
    expect 1 "" -
    [[ $err == *"schema version 999"*"use the crm that wrote it, or a newer one"* ]]
    tar -xf book.tar -C unpacked crm-backup.json
    pack unpacked half.tar crm-backup.json policy.yaml
    call crm restore half.tar new
    expect 3 "" $'crm: half.tar holds no whole book\nhint: use another backup'
    # Nothing is written outside of the place.
    mkdir -p unpacked/sub
    echo x | tee escape unpacked/sub/evil unpacked/.hidden >/dev/null
    for name in ../escape sub/evil .hidden; do
        (cd unpacked && tar -P --format=ustar -cf ../evil.tar crm-backup.json "$name")
        call crm restore evil.tar new
        expect 3 "" -
        [[ $err == *"it holds $name, which no backup does"* ]]
    done
    ln -s /etc/passwd unpacked/link.yaml
    (cd unpacked && tar --format=ustar -cf ../link.tar crm-backup.json link.yaml)
    call crm restore link.tar new
    expect 1 "" -
    # Right sums, but a database that is another one.
    sqlite3 unpacked/crm.db "UPDATE journal SET hash = 'x'"
    pack unpacked other.tar crm-backup.json policy.yaml crm.db
    call crm restore other.tar new
    expect 1 "" $'crm: the database in other.tar is not the one that the backup was made of\nhint: use another backup'
    printf 'no database' >unpacked/crm.db
    pack unpacked other.tar crm-backup.json policy.yaml crm.db
    call crm restore other.tar new
    expect 1 "" -
    [ ! -e new ]
    [[ $(in_directory .) != *"restore "* ]]
}

@test "the copy of a book on a server does not write to that server" {
    small_book
    mkdir unpacked
    tar -xf book.tar -C unpacked
    printf 'database: postgresql://live/book \nreplica: postgresql://live/copy\n# end\n' >>unpacked/policy.yaml
    pack unpacked server.tar crm-backup.json policy.yaml crm.db
    call crm restore --format table server.tar new
    expect 0 - ""
    [[ $out == *"this one is in its own file, and its policy.yaml names no server."* ]]
    tail -n 3 new/policy.yaml | diff - <(printf '# database: crm.db\n# replica: none\n# end\n')
    [ "$(crm --book new list --fields key)" = '{"key":"lakeside"}' ]
}

@test "a backup that is cut off is refused, wherever the cut is" {
    small_book
    size=$(stat -c %s book.tar)
    for length in 1 511 512 513 1024 3000 100000 $((size - 2000)) $((size - 1024)) $((size - 512)) $((size - 1)); do
        head -c "$length" book.tar >cut.tar
        call crm restore cut.tar new
        [ "$status" = 1 ] || [ "$status" = 3 ] || { echo "$length: status $status"; return 1; }
        [ ! -e new ]
        call crm restore --verify cut.tar
        [ "$status" = 1 ] || [ "$status" = 3 ]
    done
    [[ $(in_directory .) != *"restore "* ]]
}

@test "one wrong byte anywhere is noticed, or means nothing" {
    small_book
    crm restore book.tar good >/dev/null
    size=$(stat -c %s book.tar)
    RANDOM=1
    noticed=0
    for _ in $(seq 60); do
        place=$(((RANDOM * 32768 + RANDOM) % size))
        cp book.tar wrong.tar
        byte=$(od -An -tu1 -j "$place" -N 1 book.tar)
        printf '%b' "\\x$(printf %02x $(((byte + 1) % 256)))" |
            dd of=wrong.tar bs=1 seek="$place" conv=notrunc status=none
        if crm restore wrong.tar new >/dev/null 2>&1; then
            diff -r good new || { echo "byte $place was not noticed"; return 1; }
            rm -r new
        else
            noticed=$((noticed + 1))
            [ ! -e new ] || return 1
        fi
    done
    [ "$noticed" -ge 55 ]
}

@test "what is damaged is named" {
    small_book
    place=$(grep -abo 'time_zone' book.tar | head -n 1 | cut -d: -f1)
    printf X | dd of=book.tar bs=1 seek="$place" conv=notrunc status=none
    call crm restore book.tar new
    expect 1 "" $'crm: the backup book.tar is damaged: policy.yaml is not what was stored\nhint: use another one, or another copy of it'
}

@test "a restoration that was killed is no hindrance, another one under way is" {
    small_book
    mkdir -p .new.crm-restore/calendars empty/.crm-restore
    touch .new.crm-restore/crm.db empty/.crm-restore/policy.yaml
    call crm restore book.tar new
    expect 0 - ""
    call crm restore book.tar empty
    expect 0 - ""
    [ "$(in_directory empty)" = "calendars crm.db policy.yaml surveys " ]
    mkdir .third.crm-restore
    exec 9<.third.crm-restore
    flock 9
    call crm restore book.tar third
    expect 75 "" $'crm: another restoration to \'third\' is under way\nhint: try again when it has ended'
}

@test "long and foreign names of files come back" {
    new_book
    long=$(printf 'a%.0s' $(seq 150))
    echo one >".crm/surveys/$long.yaml"
    echo two >".crm/surveys/Zufriedenheit für 客户.yaml"
    crm backup book.tar >/dev/null
    tar -tf book.tar | grep -qF "surveys/$long.yaml"
    crm restore book.tar new >/dev/null
    diff -r .crm/surveys new/surveys
    printf three >$'.crm/surveys/two\nlines.yaml'
    call crm backup other.tar
    expect 3 "" -
    [[ $err == *"has a character that a backup cannot hold"* ]]
    [ ! -e other.tar ]
}

@test "a book is restored into a database, and comes back from there" {
    need_postgres
    small_book
    address=$(new_database)
    call crm restore --database "$address" book.tar team
    expect 0 - ""
    [ "$(in_directory team)" = "calendars policy.yaml surveys " ]
    grep -qF "database: \"$address\"" team/policy.yaml
    diff <(crm export customer) <("$CRM_PROGRAM" --book team export customer)
    call crm restore --database "$address" book.tar other
    expect 1 "" -
    [ ! -e other ]
    "$CRM_PROGRAM" --book team backup back.tar >/dev/null
    call "$CRM_PROGRAM" --format table restore back.tar home-again
    expect 0 - ""
    [[ $out == *"its policy.yaml names no server."* ]]
    diff <(crm export customer) <("$CRM_PROGRAM" --book home-again export customer)
}

@test "--verify takes no place for a book" {
    new_book
    crm backup b.tar -q
    call crm restore b.tar other --verify
    expect 2 "" "crm: --verify only reads: it takes no place for a book
hint: crm restore --verify FILE"
    [ ! -e other ]
}
