#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures what crm promises about speed and memory, one line for each promise. `make bench` calls it.
#
#   tests/bench/run.sh [BUILD [PATTERN]]    only promises whose name matches PATTERN
#
# Times are medians of alternating runs against the peer named, and only their ratio counts. On a
# machine that others use too, BENCH_TIME=cpu counts the processor's time in place of the clock's.
# Books are made once, in BUILD/bench; remove that directory to have them made anew.
set -euo pipefail
export LC_ALL=C.UTF-8
unset CRM_BOOK CRM_NOW LANGUAGE

sources=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
pattern=${2:-.}
place=$build/bench
crm=$build/crm
now=2026-06-01T09:00:00Z
# A customer with orders, and a day between them.
customer=K0000005
then=2016-06-01T09:00:00Z
missed=0
# shellcheck source=tests/bench/figures.bash
. "$sources/figures.bash"

need() {
  local tool
  for tool in hyperfine jq valgrind strace sqlite3 git cc pkg-config; do
    command -v "$tool" >/dev/null || { echo "bench: $tool is missing" >&2; exit 1; }
  done
  [ -x /usr/bin/time ] || { echo "bench: /usr/bin/time is missing" >&2; exit 1; }
}

tools() {
  local name
  mkdir -p "$place"
  for name in floor generate first bare; do
    [ "$place/$name" -nt "$sources/$name.c" ] && continue
    # shellcheck disable=SC2046  # each flag is a word
    "${CC:-cc}" -std=c11 -D_XOPEN_SOURCE=700 -O2 -o "$place/$name" "$sources/$name.c" \
      $(pkg-config --cflags --libs sqlite3 yaml-0.1 libcjson)
  done
}

# book NAME CUSTOMERS LINES: with the same customers and orders each time.
book() {
  [ -e "$place/$1/made" ] && return
  rm -rf "${place:?}/$1"
  "$crm" init "$place/$1" >/dev/null
  "$place/generate" customers "$2" >"$place/rows.csv"
  "$crm" --book "$place/$1" -q import "$place/rows.csv" --as customer >/dev/null
  "$place/generate" lines "$3" "$2" >"$place/rows.csv"
  "$crm" --book "$place/$1" -q import "$place/rows.csv" --as order --map "$sources/orders.yaml" \
    >/dev/null
  rm "$place/rows.csv"
  sqlite3 "$place/$1/crm.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
  touch "$place/$1/made"
}

busy_customer() {
  [ -e "$1/busy" ] && return
  fill_page "$1" "$customer" "$then"
  sqlite3 "$1/crm.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
  touch "$1/busy"
}

# ---- Measuring -----------------------------------------------------------------------------------

instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
    awk '/Collected/ { printf "%.2f\n", $4 / 1e6 }'
}

peak() { # in MiB
  /usr/bin/time -f %M "$@" 2>&1 >/dev/null | awk 'END { printf "%.1f\n", $1 / 1024 }'
}

syncs() {
  strace -f -e trace=fsync,fdatasync,sync_file_range,msync "$@" 2>&1 >/dev/null |
    awk '/sync\(/ { calls++ } END { print calls + 0 }'
}

wanted() { [[ $1 =~ $pattern ]]; }

# ---- The promises --------------------------------------------------------------------------------

start() {
  local words
  for words in "--version" "--help" "complete -- li"; do
    wanted "crm $words" || continue
    says "crm $words / git --version" "most 1.25" x \
      "$(against 10 30 "$crm $words" 'git --version')"
  done
}

libraries() {
  wanted ldd || return 0
  local others
  others=$(ldd "$crm" | awk '{ sub(/.*\//, "", $1); print $1 }' | sort -u |
    awk '!/^(linux-vdso|ld-linux.*|libc|libm|libcrm|libsqlite3|libyaml-0|libcjson|libutf8proc)\.so/ {
      others++ } END { print others + 0 }')
  says "ldd: libraries beyond libc m crm sqlite3 yaml cjson utf8proc" "most 0" "" "$others"
}

show() {
  wanted show || return 0
  local show="$crm --book $place/10000 --now $then show $customer"
  says "show in 10,000 customers / floor" "most 1.6" x \
    "$(against 10 30 "$show" "$place/floor $place/10000/crm.db $customer")"
  # shellcheck disable=SC2086  # a command and its words
  says "show in 10,000 customers, instructions" "most 4.5" M "$(instructions $show)"
}

# Adds so many customers and counts those that took at most two syncs, as percent.
few_syncs() {
  local i few=0
  for ((i = 0; i < $1; i++)); do
    [ "$(syncs "$crm" --book "$place/1000" add customer "同步 $RANDOM $i")" -le 2 ] && few=$((few + 1))
  done
  echo $((few * 100 / $1))
}

add() {
  wanted add || return 0
  says "add: runs with at most two syncs" "least 90" % "$(few_syncs 60)"
  rm -rf "$place/peer"
  cp -r "$place/1000" "$place/peer"
  # As much as crm stores, but for the journal.
  cat >"$place/insert.sql" <<'SQL'
PRAGMA foreign_keys = ON;
INSERT INTO customer (entry, key, name, kind, status, orders, revenue_total, profit_total,
  open_complaints, next_visit_on)
VALUES (1, hex(randomblob(8)), '新客户', 'company', 'active', 0, 0, 0, 0, '2027-06-01');
SQL
  says "add / sqlite3 shell doing the same INSERT" "most 0.9" x \
    "$(against 10 10 "$crm --book $place/1000 add customer 新客户" \
      "sqlite3 $place/peer/crm.db '.read $place/insert.sql'")"
  says "add: a million customers / a thousand" "most 1.25" x \
    "$(against 10 10 "$crm --book $place/1000000 add customer 新客户" \
      "$crm --book $place/1000 add customer 新客户")"
  sqlite3 "$place/1000000/crm.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
}

# The statement behind `list customer`, for the peer: references are shown by the key they name.
list_statement() {
  "$crm" --book "$place/1000" list customer --format csv | sed -n 1p | tr , '\n' |
    sed 's/^owner$/r1.login AS owner/; s/^parent$/r2.key AS parent/
         s/^referred_by$/r3.key AS referred_by/; /^r[0-9]/!s/^/t./' | paste -sd, |
    sed 's/^/SELECT /'
  echo "FROM customer t LEFT JOIN staff r1 ON r1.id = t.owner
    LEFT JOIN customer r2 ON r2.id = t.parent LEFT JOIN customer r3 ON r3.id = t.referred_by"
}

list() {
  wanted list || return 0
  local format list="$crm --book $place/1000000 list customer --format"
  list_statement >"$place/list.sql"
  for format in json csv; do
    says "list of a million, sqlite3 -$format / ${format/json/jsonl}" "least 3" x \
      "$(against 5 1 "sqlite3 -$format $place/1000000/crm.db '.read $place/list.sql'" \
        "$list ${format/json/jsonl}")"
  done
  # shellcheck disable=SC2086  # a command and its words
  says "list of a million, jsonl: peak" "most 8" MiB "$(peak $list jsonl)"
  # shellcheck disable=SC2086
  says "list of a million, csv: peak" "most 8" MiB "$(peak $list csv)"
  local round
  : >"$place/a"
  : >"$place/b"
  for round in 1 2 3 4 5 6 7; do
    # shellcheck disable=SC2086
    "$place/first" 31 $list jsonl >>"$place/a"
    "$place/first" 31 "$place/floor" "$place/1000000/crm.db" $customer >>"$place/b"
  done
  says "list of a million: first row / floor" "most 1.5" x \
    "$(ratio "$(median <"$place/a")" "$(median <"$place/b")")"
}

remind() {
  wanted remind || return 0
  local remind="--now $now remind" due
  due=$("$crm" --book "$place/1000000" --now $now remind --format jsonl | wc -l)
  says "remind with $due due / floor" "most 1.6" x \
    "$(against 10 20 "$crm --book $place/1000000 $remind" \
      "$place/floor $place/1000000/crm.db $customer")"
  says "remind with $due due: a million customers / a thousand" "most 1.15" x \
    "$(against 10 20 "$crm --book $place/1000000 $remind" "$crm --book $place/1000 $remind")"
}

# A book with the days off of twenty years, of which a limit needs one or two.
calendar() {
  wanted calendar || return 0
  local year due="--now $now calendar due --from 2026-09-30T16:00 --limit 16wh"
  for year in $(seq 2010 2029); do
    jq -n --arg year "$year" '{year: ($year | tonumber), days: [range(1; 13) as $month | range(1; 4) |
      {name: "off", date: "\($year)-\(100 + $month | tostring[1:])-0\(.)", isOffDay: true}]}' \
      >"$place/days.json"
    "$crm" --book "$place/1000" -q calendar import "$place/days.json" --name bench >/dev/null
  done
  cp "$place/1000/policy.yaml" "$place/policy"
  sed -i 's/^    # holidays: cn/    holidays: bench/' "$place/1000/policy.yaml"
  says "calendar due with twenty years of days off / floor" "most 1.6" x \
    "$(against 10 30 "$crm --book $place/1000 $due" "$place/floor $place/1000/crm.db $customer")"
  cp "$place/policy" "$place/1000/policy.yaml"
}

# Ten thousand customers are due and were given before. What is new costs as an item of `remind` does;
# what was given, an entry of the index of days and one of the ledger.
remind_new() {
  wanted "remind --new" || return 0
  local old=$place/remind all new goal
  book remind 100000 0
  "$crm" --book "$old" --now "$now" list key=nobody >/dev/null
  sqlite3 "$old/crm.db" "DELETE FROM reminder_given; UPDATE customer SET next_visit_on =
    CASE WHEN id <= 10000 THEN '2026-04-01' ELSE '2027-01-01' END"
  "$crm" --book "$old" --now "$now" remind --new >/dev/null
  all=$(instructions "$crm" --book "$old" --now "$now" remind)
  says "remind, 10000 due" "most 250" M "$all"
  for new in 0 10 100 1000; do
    sqlite3 "$old/crm.db" "UPDATE customer SET next_visit_on = '2026-06-01'
      WHERE id BETWEEN 50001 AND 50000 + $new; PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
    goal=$((75 + 4 * new / 100))
    says "remind --new, $new new and 10000 given" "most $goal" M \
      "$(instructions "$crm" --book "$old" --now "$now" remind --new --dry-run)"
  done
}

# Twenty are to be asked by time, and twenty of the best tier have a festival.
remind_few() {
  wanted "remind by time" || return 0
  local size few
  for size in 1000 100000; do
    few=$place/few$size
    [ -e "$few/made" ] && continue
    rm -rf "$few"
    "$crm" init "$few" >/dev/null
    awk -v size="$size" 'BEGIN { print "key,name,since"
      for (i = 1; i <= size; i++)
        printf "K%d,Customer %d,%s\n", i, i, i <= 20 ? "2025-11-15" : "2026-05-01" }' >"$place/rows.csv"
    "$crm" --book "$few" --now "$now" -q import "$place/rows.csv" --as customer >/dev/null
    sed -i 's/^  # ask:.*/  ask: [{every: 6mo}]/; /^  #   - {/d
      s/^    # mid-autumn:.*/    mid-autumn: {lead: 200d, tiers: [A]}/' "$few/policy.yaml"
    seq 31 50 | while read -r few_of; do
      "$crm" --book "$few" --now "$now" -q tier set "K$few_of" A --reason bench >/dev/null
    done
    "$crm" --book "$few" --now "$now" list key=nobody >/dev/null
    touch "$few/made"
  done
  says "remind by time and festival, 20 each: 100,000 / 1,000" "most 1.1" x \
    "$(ratio "$(instructions "$crm" --book "$place/few100000" --now "$now" remind)" \
      "$(instructions "$crm" --book "$place/few1000" --now "$now" remind)")"
}

report() {
  wanted report || return 0
  local size month="--now 2014-12-31T09:00:00Z report revenue --by month"
  for size in 1000 1000000; do
    says "report revenue --by month, $size customers / floor" "most 2" x \
      "$(against 10 20 "$crm --book $place/$size $month" \
        "$place/floor $place/$size/crm.db $customer")"
  done
}

# CHECK_ROWS=10000000 measures a larger book, which takes some minutes to make.
check() {
  wanted check || return 0
  local rows=${CHECK_ROWS:-1000000}
  book "check$rows" $((rows * 67 / 1000)) $((rows * 7 / 10))
  # The visits of a book that was only imported are settled by the first who reads.
  "$crm" --book "$place/check$rows" --now $now list key=$customer >/dev/null
  says "check of a book of $rows rows / bare read" "most 3" x \
    "$(against 5 1 "$crm --book $place/check$rows --now $now check" \
      "$place/bare $place/check$rows/crm.db")"
  says "check of a book of $rows rows: peak" "most 64" MiB \
    "$(peak "$crm" --book "$place/check$rows" --now $now check)"
}

import() {
  wanted import || return 0
  [ -x "$sources/import.sh" ] || return 0
  "$sources/import.sh" "$build" || missed=$((missed + 1))
}

# SIZES='100000 1000000' evaluates a book of a million customers, too.
tier() {
  wanted tier || return 0
  "$sources/tier.sh" "$build" || missed=$((missed + 1))
}

# One book grows to a million customers: a quarter of an hour. SIZES='1000 10000' takes some minutes.
load() {
  wanted load || return 0
  "$sources/load.sh" "$build" || missed=$((missed + 1))
}

# Books of its own, which are removed at the end.
plan() {
  wanted plan || return 0
  "$sources/plan.sh" "$build" || missed=$((missed + 1))
}

postgres() {
  wanted postgres || return 0
  "$sources/postgres.sh" "$build" || missed=$((missed + 1))
}

need
tools
# They make books of their own.
if [ "$pattern" = load ] || [ "$pattern" = plan ]; then
  "$pattern"
  exit $((missed > 0))
fi
book 1000 1000 3000
book 10000 10000 30000
busy_customer "$place/10000"
book 1000000 1000000 300000
awk -F': *' '/^model name/ { cpu = $2 } END { printf "%s, %d cores, ", cpu, cores }' \
  cores="$(nproc)" /proc/cpuinfo
echo "$(uname -sr), SQLite $(sqlite3 --version | cut -d' ' -f1), $(git --version)"
start
libraries
show
add
list
remind
remind_new
remind_few
calendar
report
check
import
tier
plan
postgres
load
[ "$missed" = 0 ] || { echo "not met: $missed"; exit 1; }
