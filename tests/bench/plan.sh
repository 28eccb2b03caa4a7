#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Plans of visits: what they cost by the number of customers who are due, and beside an evaluation of
# tiers in a book of 100,000 customers and 1,000,000 orders. run.sh calls it.
#
#   SIZES='2500 5000 10000 20000' tests/bench/plan.sh [BUILD]
#
# Everybody is due within thirteen weeks. An owner has three hundred customers and five visits a day,
# so that most duties find room and some do not; every fifth customer is visited face to face. Costs
# by size are instructions, which are the same on a busy machine; seconds are the processor's.
set -euo pipefail
export LC_ALL=C.UTF-8
unset CRM_BOOK CRM_NOW CRM_DATABASE LANGUAGE

sources=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
read -ra sizes <<<"${SIZES:-2500 5000 10000 20000}"
orders=${ORDERS:-1000000}
place=$build/bench/plan
crm=$build/crm
missed=0
# shellcheck source=tests/bench/figures.bash
. "$sources/figures.bash"

# book CUSTOMERS [blank]: made anew; with `blank` the relation begins with the first order.
book() {
  run=("$crm" --book "$place/book$1" --now 2026-12-31T09:00:00Z -q)
  rm -rf "$place/book$1"
  "$crm" init "$place/book$1" >/dev/null
  awk -v n=$(($1 / 300 + 1)) 'BEGIN { print "login,name,visits_per_day"
    while (i < n) { i++; print "s" i ",s" i ",5" } }' \
    >"$place/rows.csv"
  "${run[@]}" import "$place/rows.csv" --as staff >/dev/null
  # Behind the fifty of old, who have been due for years.
  "$place/generate" customers $(($1 + 50)) 50 | awk -F, -v OFS=, -v n=$(($1 / 300 + 1)) -v blank="${2:-no}" '
    NR > 1 && blank == "blank" { $15 = "" }
    { print $0, NR == 1 ? "owner" : "s" NR % n + 1 }' >"$place/rows.csv"
  "${run[@]}" import "$place/rows.csv" --as customer >/dev/null
  awk -F, 'BEGIN { print "customer,scheme,tier,effective_on,reason" }
    NR > 1 && NR % 5 == 0 { print $1 ",abc,A,2026-12-01,bench" }' "$place/rows.csv" >"$place/tiers.csv"
  "${run[@]}" import "$place/tiers.csv" --as tier_change >/dev/null
  sqlite3 "$place/book$1/crm.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
  "${run[@]}" visit due >/dev/null # dates are settled by the first who reads
}

# Millions of instructions.
instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$place/count" "$@" >/dev/null
  awk '/Collected/ { printf "%.1f\n", $4 / 1e6 }' "$place/count"
}

# The middle one of five, of the processor.
seconds() {
  local TIMEFORMAT='%3U %3S' round
  for round in {1..5}; do
    { time "$@" >/dev/null; } 2>&1 | awk -v round="$round" 'NF == 2 { print $1 + $2, round }'
  done | median
}

peak() { # in MiB
  /usr/bin/time -f %M "$@" 2>&1 >/dev/null | awk 'END { printf "%.1f\n", $1 / 1024 }'
}

for tool in jq valgrind sqlite3 /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "plan: $tool is missing" >&2; exit 1; }
done
rm -rf "$place"
mkdir -p "$place"
"${CC:-cc}" -std=c11 -O2 -o "$place/generate" "$sources/generate.c"

# Visits planned, late ones among them, and duties not met.
results() {
  "$@" | jq -rs '[(map(select(.day != null)) | length), (map(select(.state == "late")) | length),
    (map(select(.day == null)) | length)] | "\(.[0]) visits, of them \(.[1]) late, \(.[2]) duties not met"'
}

for size in "${sizes[@]}"; do
  book "$size"
  plan=("${run[@]}" visit plan --until +15w --format jsonl)
  costs+=("$(instructions "${plan[@]}")")
  took=$(seconds "${plan[@]}")
  echo "$size due: $(results "${plan[@]}"); ${costs[-1]} M instructions, $took s, $(peak "${plan[@]}") MiB"
  [ "$size" != 10000 ] || says "visit plan, 10,000 due" "most 1" s "$took"
  [ "$size" = "${sizes[-1]}" ] || rm -r "$place/book$size"
done
says "visit plan, ${sizes[-1]} due / ${sizes[0]} due, by n log n" "most 1.1" x \
  "$(awk -v few="${costs[0]}" -v many="${costs[-1]}" -v n="${sizes[0]}" -v m="${sizes[-1]}" \
    'BEGIN { printf "%.2f\n", many / few / (m * log(m) / (n * log(n))) }')"
rm -r "$place/book${sizes[-1]}"

# Three lines an order.
book 100000 blank
"$place/generate" lines $((orders * 3)) 100050 0 50 >"$place/rows.csv"
"${run[@]}" import "$place/rows.csv" --as order --map "$sources/orders.yaml" >/dev/null
rm "$place/rows.csv"
run=("$crm" --book "$place/book100000" --now 2018-01-02T09:00:00Z -q)
"${run[@]}" visit due >/dev/null
"${run[@]}" tier apply >/dev/null # measured once everybody has a tier
for command in tier "tier apply" "visit due" "visit plan --until +13w"; do
  # shellcheck disable=SC2086  # a command and its words
  echo "100,000 customers, $orders orders, $command: $(seconds "${run[@]}" $command --format jsonl) s, $(
    peak "${run[@]}" $command --format jsonl) MiB"
done
rm -r "$place"
[ "$missed" = 0 ] || { echo "not met: $missed"; exit 1; }
