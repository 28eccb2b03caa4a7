# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Private PostgreSQL clusters for tests, of Debian's packages or any other: in a directory of their
# own, on a socket in it, without TCP. Whoever sources this owns what it starts, and stops it.
#
#   cluster_find               succeeds when a server is installed
#   cluster_make DIR           initdb; its superuser is crm
#   cluster_start DIR [SETTING=VALUE…]
#   cluster_stop DIR           fast; nothing when it does not run
#   cluster_kill DIR           as a power cut would
#   cluster_promote DIR        a standby becomes the primary
#   cluster_follow FROM DIR [NAME]  a streaming standby of FROM, made by pg_basebackup
#   cluster_remove DIR         stops it and removes the directory
#
# DIR/socket is the directory of the socket; several clusters have several directories.

# Server programs stand outside of PATH where several versions may be installed.
cluster_find() {
    local directory
    for directory in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV); do
        [ ! -x "$directory/initdb" ] || PATH=$directory:$PATH && break
    done
    command -v initdb >/dev/null && command -v pg_ctl >/dev/null && command -v psql >/dev/null
}

# The server refuses to run as root: then as the user that its package made.
as_server() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif command -v setpriv >/dev/null; then
        setpriv --reuid=postgres --regid=postgres --init-groups "$@"
    else
        su -s /bin/sh postgres -c 'exec "$0" "$@"' -- "$@"
    fi
}

# A directory that the server's user may use, whoever we are. Everybody may pass through it, only
# its owner may read the data; who reaches the socket is let in.
cluster_directory() {
    mkdir -p "$1" && chmod 700 "$1" || return 1
    [ "$(id -u)" != 0 ] || chown postgres: "$1"
}

# Texts sort by a language's rules and times are shown in a foreign way: what crm prints must not
# depend on either.
cluster_make() {
    cluster_directory "$1" && cluster_directory "$1/socket" || return 1
    local locale=(--locale=C.UTF-8)
    if initdb --help | grep -q -- --icu-locale; then
        locale+=(--locale-provider=icu --icu-locale=und)
    fi
    (cd "$1" && as_server initdb --pgdata="$1/data" --username=crm --auth=trust --encoding=UTF8 \
        "${locale[@]}" --no-sync --no-instructions) >"$1.log" 2>&1 || { cat "$1.log" && return 1; }
}

# Nothing is synced unless a SETTING says so: a test's cluster is thrown away.
cluster_start() {
    local directory=$1 setting options
    shift
    options="-c listen_addresses= -c unix_socket_directories=$directory/socket"
    for setting in fsync=off full_page_writes=off synchronous_commit=off autovacuum=off jit=off \
        shared_buffers=64MB max_connections=60 timezone=America/St_Johns datestyle=German \
        log_min_messages=fatal max_wal_size=256MB "$@"; do
        options+=" -c '${setting//\'/\'\\\'\'}'"
    done
    (cd "$directory" && as_server pg_ctl --silent --wait --timeout=60 --pgdata="$directory/data" \
        --log="$directory/log" --options="$options" start) >/dev/null </dev/null ||
        { cat "$directory/log" && return 1; }
}

cluster_ctl() {
    local directory=$1
    shift
    [ ! -f "$directory/data/postmaster.pid" ] ||
        (cd "$directory" && as_server pg_ctl --silent --pgdata="$directory/data" "$@") >/dev/null 2>&1
}

cluster_stop() {
    cluster_ctl "$1" --wait --mode=fast stop
}

cluster_promote() {
    cluster_ctl "$1" --wait promote
}

# All of its processes at once, so that none says goodbye.
cluster_kill() {
    local leader children
    leader=$(head -n 1 "$1/data/postmaster.pid") || return 1
    children=$(cat "/proc/$leader/task/$leader/children" 2>/dev/null)
    # shellcheck disable=SC2086
    kill -KILL "$leader" && { kill -KILL $children 2>/dev/null || true; }
}

cluster_follow() {
    cluster_directory "$2" && cluster_directory "$2/socket" || return 1
    (cd "$2" && as_server pg_basebackup --pgdata="$2/data" --host="$1/socket" --username=crm \
        --checkpoint=fast --wal-method=stream --no-sync --write-recovery-conf \
        --dbname="application_name=${3:-standby}") >"$2.log" 2>&1 || { cat "$2.log" && return 1; }
}

cluster_remove() {
    [ ! -d "$1" ] || cluster_ctl "$1" --wait --mode=immediate stop
    rm -rf "$1" "$1.log"
}
