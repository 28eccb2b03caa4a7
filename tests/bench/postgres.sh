#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is promised of books on PostgreSQL, measured on a private cluster: a customer's page against
# a bare libpq program that asks the same queries, and import against psql \copy of the rows that it
# made into the same tables. run.sh calls it.
#
#   tests/bench/postgres.sh [BUILD [ROUNDS [LINES [CUSTOMERS]]]]
#
# Runs alternate; medians count. BENCH_TIME=cpu counts the processor's time in place of the clock's,
# the client's and the server's.
set -euo pipefail
export LC_ALL=C.UTF-8
unset CRM_BOOK CRM_NOW CRM_DATABASE LANGUAGE

sources=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
rounds=${2:-5} lines=${3:-100000} customers=${4:-10000}
crm=$build/crm
customer=K0000005 now=2016-06-01T09:00:00Z
missed=0
# shellcheck source=tests/bench/figures.bash
. "$sources/figures.bash"
# shellcheck source=tests/postgres/cluster.bash
. "$sources/../postgres/cluster.bash"
cluster_find || { echo "no PostgreSQL server is installed: nothing is measured on it" && exit 0; }

place=$(mktemp -d "${TMPDIR:-/tmp}/crm-bench.XXXXXX")
clean() {
  trap '' INT TERM HUP
  cluster_remove "$place/main"
  rm -rf "$place"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 755 "$place"

address() { echo "postgresql:///$1?host=$place/main/socket&user=crm"; }

sql() { psql -qXAt "$(address "$1")" -c "$2"; }

# A new book in a database of its own, both of that name.
new_book() {
  sql postgres "DROP DATABASE IF EXISTS $1" 2>/dev/null
  sql postgres "CREATE DATABASE $1"
  rm -rf "${place:?}/$1"
  "$crm" init "$place/$1" --database "$(address "$1")" >/dev/null
  sql postgres CHECKPOINT
}

import() {
  "$crm" --book "$place/$1" -q import "$place/$2.csv" --as order --map "$sources/orders.yaml"
}

prepare() {
  local flags
  flags="-I$(pg_config --includedir) -L$(pg_config --libdir) -lpq"
  "${CC:-cc}" -std=c11 -O2 -o "$place/generate" "$sources/generate.c"
  # shellcheck disable=SC2086  # each flag is a word
  "${CC:-cc}" -std=c11 -O2 -o "$place/floor" "$sources/floor_postgres.c" $flags
  cluster_make "$place/main" && cluster_start "$place/main"
}

# Of all processes that the server has ended so far, in seconds: one for each connection.
server_time() {
  sleep 0.5
  awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($14 + $15) / tick }' \
    "/proc/$(head -n 1 "$place/main/data/postmaster.pid")/stat"
}

# ---- A customer's page ---------------------------------------------------------------------------

# What the server was asked, one query a line, with the parameters put in.
asked() {
  awk '
    function finish(  i) {
      for (i = count; i > 0; i--)
        gsub("[$]" i, value[i], query)
      if (query != "")
        print query
      count = 0
    }
    / LOG:  execute [^ ]*: / { finish(); query = $0; sub(/^.* LOG:  execute [^ ]*: /, "", query) }
    / DETAIL:  parameters: / {
      while (match($0, /[$][0-9]+ = (NULL|\047[^\047]*\047)/)) {
        value[++count] = substr($0, RSTART, RLENGTH)
        sub(/^[^=]*= /, "", value[count])
        if (value[count] ~ /^\047[0-9]+\047$/)
          value[count] = substr(value[count], 2, length(value[count]) - 2)
        $0 = substr($0, RSTART + RLENGTH)
      }
    }
    END { finish() }' "$place/main/log"
}

show() {
  local command=("$crm" --book "$place/show" --now "$now" show "$customer")
  new_book show
  "$place/generate" customers 10000 >"$place/rows.csv"
  "$crm" --book "$place/show" -q import "$place/rows.csv" --as customer >/dev/null
  "$place/generate" lines 30000 10000 >"$place/rows.csv"
  import show rows >/dev/null
  fill_page "$place/show" "$customer" "$now"
  sql show 'VACUUM ANALYZE'
  : >"$place/main/log"
  CRM_DATABASE="$(address show)&options=-c%20log_statement%3Dall%20-c%20log_min_messages%3Dlog" \
    "${command[@]}" >/dev/null
  asked >"$place/queries.sql"
  says "PostgreSQL: show: messages to the server" "most 8" "" \
    "$(strace -f -e trace=sendto "${command[@]}" 2>&1 >/dev/null | grep -c sendto)"
  says "PostgreSQL: show / floor asking the same $(wc -l <"$place/queries.sql") queries" \
    "most 1.15" x "$(pages "${command[*]}" "$place/floor $(address show) $place/queries.sql")"
}

# pages COMMAND PEER: as `against`, with the server's time in the processor's.
pages() {
  local round runs=20
  [ "${BENCH_TIME:-clock}" = cpu ] || { against "$((rounds * 3))" "$runs" "$1" "$2" && return; }
  : >"$place/a.cpu"
  : >"$place/b.cpu"
  for ((round = 0; round < rounds; round++)); do
    whole_time "$runs" "$1" >>"$place/a.cpu"
    whole_time "$runs" "$2" >>"$place/b.cpu"
  done
  ratio "$(median <"$place/a.cpu")" "$(median <"$place/b.cpu")"
}

# whole_time RUNS COMMAND: of the processor, by client and server, for one run and its warm-up.
whole_time() {
  local before client
  before=$(server_time)
  client=$(times "$1" "$2")
  awk -v client="$client" -v before="$before" -v after="$(server_time)" -v runs="$(($1 + 1))" \
    'BEGIN { print client + (after - before) / runs }'
}

# ---- Import --------------------------------------------------------------------------------------

# spends NAME COMMAND…: adds the seconds of one run to the file NAME.
spends() {
  local name=$1 before
  shift
  before=$(server_time)
  /usr/bin/time -o "$place/spent" -f '%e %U %S' "$@" >/dev/null
  awk -v cpu="${BENCH_TIME:-clock}" -v server="$(server_time)" -v before="$before" \
    '{ print cpu == "cpu" ? $2 + $3 + server - before : $1 }' "$place/spent" >>"$place/$name"
}

# What an import wrote, table by table, those first that others refer to; and how psql reads it.
save_rows() {
  local table
  import "$1" lines >/dev/null
  echo 'BEGIN;' >"$place/copy.sql"
  for table in customer product sales_order order_line month_total; do
    psql -qX "$(address "$1")" -c "\\copy crm.$table TO '$place/$table.rows'"
    echo "\\copy crm.$table FROM '$place/$table.rows'" >>"$place/copy.sql"
  done
  echo 'COMMIT;' >>"$place/copy.sql"
}

imports() {
  local round
  "$place/generate" lines "$lines" "$customers" >"$place/lines.csv"
  new_book first
  save_rows first
  for ((round = 0; round < rounds; round++)); do
    new_book first
    spends import "$crm" --book "$place/first" -q import "$place/lines.csv" --as order \
      --map "$sources/orders.yaml"
    new_book peer
    spends copy psql -qX "$(address peer)" -f "$place/copy.sql"
  done
  [ "$(sql first 'SELECT count(*) FROM crm.order_line')" = \
    "$(sql peer 'SELECT count(*) FROM crm.order_line')" ] || { echo "bench: rows differ" >&2; exit 1; }
  says "PostgreSQL: import of $lines lines: rows/s / psql \\copy" "least 0.8" x \
    "$(ratio "$(median <"$place/copy")" "$(median <"$place/import")")"
}

prepare
show
imports
[ "$missed" = 0 ]
