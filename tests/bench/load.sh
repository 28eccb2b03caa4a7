#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How each command's cost grows with the book: one book grows from the first size to the last, by
# imports, and every command is measured at each size. run.sh calls it.
#
#   SIZES='1000 10000' tests/bench/load.sh [BUILD]
#
# SIZES counts customers, each with ten order lines; some have contacts, visits, complaints, changes
# of tier. The last of the usual sizes needs 5 GB in BUILD/bench/load, which is removed at the end,
# and a quarter of an hour; KEEP=yes keeps the book.
#
# A command is of one of three classes:
#   constant  costs the same in a book of any size
#   result    costs as many times more as it handles more: rows shown, lines imported
#   whole     reads or writes the whole book
# Constant ones are judged by instructions, which are the same on a busy machine, the others by the
# processor's time. One that grows more than half as much again as its class allows is flagged, and
# this fails.
set -euo pipefail
export LC_ALL=C.UTF-8
unset CRM_BOOK CRM_NOW CRM_DATABASE LANGUAGE

sources=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
read -ra sizes <<<"${SIZES:-1000 10000 100000 1000000}"
runs=${RUNS:-5}
place=$build/bench/load
run=()      # crm at some time of the first of June 2026
lines=0     # in the book
customers=0 # in the book
number=0    # of whatever needs one of its own
counting=no # whether instructions are counted, not times taken

at() {
  run=("$build/crm" --book "$place/book" --now "2026-06-01T$1:00Z" -q)
}

# ---- Measuring -----------------------------------------------------------------------------------

# measure COMMAND COUNT ARGUMENT…: notes what one run costs; it handles COUNT rows.
measure() {
  local name=$1 count=$2
  shift 2
  if [ "$counting" = yes ]; then
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$place/count" \
      "${run[@]}" "$@" >/dev/null || fails "$@"
    note "$name" "$count" "$(awk '/Collected/ { print $4 / 1e6 }' "$place/count")" ,
    return
  fi
  local TIMEFORMAT='%3U %3S'
  { time /usr/bin/time -o "$place/peak" -f %M "${run[@]}" "$@" >/dev/null 2>"$place/said"; } \
    2>"$place/time" || fails "$@"
  note "$name" "$count" '' "$(awk '{ print ($1 + $2) * 1000 }' "$place/time"),$(awk '{ print $1 / 1024 }' "$place/peak")"
}

fails() {
  echo "load: fails at $customers customers: crm $*" >&2
  cat "$place/said" >&2
  exit 1
}

# note COMMAND COUNT INSTRUCTIONS TIME,PEAK: what is empty was not measured.
note() {
  echo "$customers,$1,$2,$3,$4" >>"$place/measured"
}

quietly() {
  "${run[@]}" "$@" >/dev/null
}

# ---- The book ------------------------------------------------------------------------------------

# grow CUSTOMERS: what is missing to that size comes by import, which is measured.
grow() {
  local kind before=$customers upto=$(($1 * 10 / 3 * 3))
  customers=$1
  for kind in customers contacts visits complaints tier_changes; do
    "$place/generate" "$kind" "$1" "$before" >"$place/rows.csv"
    grown "import $kind" --as "${kind%s}"
  done
  "$place/generate" lines "$upto" "$1" "$lines" "$before" >"$place/rows.csv"
  grown "import lines" --as order --map "$sources/orders.yaml"
  rm "$place/rows.csv"
  lines=$upto
}

grown() {
  measure "$1" "$(($(wc -l <"$place/rows.csv") - 1))" import "$place/rows.csv" "${@:2}"
}

# A customer of the middle of the book, another one each time.
somebody() {
  number=$((number + 1))
  customer=$(printf 'K%07d' $((customers / 2 + number % 400)))
}

# ---- Commands ------------------------------------------------------------------------------------

small_writes() {
  local visit complaint
  somebody
  measure add 1 add "负载 $number" --key "load-$number"
  measure edit 1 edit "$customer" --notes "seen $number"
  measure undo 1 undo
  measure 'visit add' 1 visit add "$customer" --channel phone --outcome 4
  visit=$("${run[@]}" visit add "$customer" --planned-on 2026-06-01 --format jsonl | jq -r .number)
  measure 'visit done' 1 visit done "$visit" --channel phone --outcome 4
  measure 'complain add' 1 complain add "$customer" 到货少一箱 --owner lin
  complaint=$("${run[@]}" list complaint customer="$customer" --format jsonl | jq -r .number | tail -n 1)
  quietly complain resolve "$complaint" --solution 补发
  quietly complain close "$complaint"
  measure 'tier set' 1 tier set "$customer" C --reason again
  # As far behind the book's own lines as no size reaches, and so few that they meet a small part of
  # the smallest book's customers.
  "$place/generate" lines $((99000000 + number * 99)) "$customers" $((99000000 + (number - 1) * 99)) 0 \
    >"$place/rows.csv"
  measure 'import 99 lines' 1 import "$place/rows.csv" --as order --map "$sources/orders.yaml"
}

small_reads() {
  somebody
  measure show 1 show "$customer"
  measure 'show --as-of' 1 show "$customer" --as-of "2026-06-01T$hour:00:00Z"
  measure 'list key=' 1 list "key=$customer"
  measure 'log REF' 1 log "$customer"
  measure 'log' 1 log -n 20
  measure 'tier why' 1 tier why "$customer"
  measure remind 1 remind
  measure 'visit due' 1 visit due
  measure 'report revenue' 1 report revenue --by month --from 2014 --to 2018
}

long_ones() {
  measure list "$customers" list customer --format jsonl
  measure 'export customer' "$customers" export customer --format csv
  measure 'export order' "$customers" export order --format csv
  measure 'tier' "$customers" tier
  measure check "$customers" check
  rm -f "$place/backup"
  measure backup "$customers" backup "$place/backup"
  rm -f "$place/backup"
}

class_of() {
  case $1 in
  'import 99 lines') echo constant ;;
  list | export* | import*) echo result ;;
  # Who brings the first 80 percent of a year's revenue, the revenue of all tells.
  check | backup | tier | "tier why") echo whole ;;
  *) echo constant ;;
  esac
}

# ---- The table -----------------------------------------------------------------------------------

# middle COMMAND SIZE COLUMN: the median of what was measured.
middle() {
  awk -F, -v name="$1" -v size="$2" -v column="$3" \
    '$1 == size && $2 == name && $column != "" { print $column }' "$place/measured" |
    sort -g | awk '{ value[NR] = $1 } END { print (NR > 0 ? value[int((NR + 1) / 2)] : "-") }'
}

# line COMMAND COLUMN JUDGED: its cost at each size; one that grows more than it may is flagged.
line() {
  local size costs=() handled=()
  for size in "${sizes[@]}"; do
    costs+=("$(middle "$1" "$size" "$2")")
    handled+=("$(middle "$1" "$size" 3)")
  done
  [ "${costs[0]}" != - ] || return 0
  awk -v name="$1" -v class="$(class_of "$1")" -v costs="${costs[*]}" -v handled="${handled[*]}" -v judged="$3" \
    -v sizes="${sizes[*]}" 'BEGIN {
      n = split(costs, cost, " "); split(handled, rows, " "); split(sizes, size, " ")
      allowed = class == "result" ? rows[n] / rows[1] : class == "whole" ? size[n] / size[1] : 1
      growth = cost[1] > 0 ? cost[n] / cost[1] : 1
      printf "%-26s %-8s", name, class
      for (i = 1; i <= n; i++) printf " %10.1f", cost[i]
      printf " %9.2f%s\n", growth, (judged ~ class && growth > 1.5 * allowed ? "  GROWS" : "")
    }'
}

# table COLUMN TITLE CLASSES: the classes are those that this measure judges.
table() {
  local name
  printf '\n%-35s' "$2"
  printf ' %10d' "${sizes[@]}"
  echo '    growth'
  cut -d, -f2 "$place/measured" | awk '!seen[$0]++' | while IFS= read -r name; do
    line "$name" "$1" "$3"
  done | tee -a "$place/table"
}

# ---- All of it -----------------------------------------------------------------------------------

for tool in jq valgrind /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "load: $tool is missing" >&2; exit 1; }
done
rm -rf "$place"
mkdir -p "$place"
"${CC:-cc}" -std=c11 -O2 -o "$place/generate" "$sources/generate.c"
"$build/crm" init "$place/book" >/dev/null
at 00:00
quietly add staff 林涛 --login lin
hour=0
for size in "${sizes[@]}"; do
  # Time goes on, so that what grew stands before what is written then.
  hour=$(printf %02d $((10#$hour + 1)))
  at "$hour:00"
  grow "$size"
  at "$hour:30"
  for ((i = 0; i < runs; i++)); do
    small_writes
    small_reads
  done
  counting=yes
  small_writes
  small_reads
  counting=no
  for ((i = 0; i < runs && (i == 0 || size <= 100000); i += 2)); do
    long_ones
  done
  echo "$size customers, $lines order lines: $(du -m "$place/book/crm.db" | cut -f1) MiB" >&2
done
table 4 'millions of instructions' constant
table 5 'ms of the processor' 'result whole'
table 6 'peak, MiB' none
grows=$(grep -c GROWS "$place/table" || true)
[ "${KEEP:-no}" = yes ] || rm -rf "$place"
[ "$grows" = 0 ] || { echo "grow more than they should: $grows"; exit 1; }
