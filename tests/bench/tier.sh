#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An evaluation of tiers against the same by SQL window functions on the same file, and against
# DuckDB where it is installed. run.sh calls it for a hundred thousand customers.
#
#   SIZES='100000 1000000' tests/bench/tier.sh [BUILD]
#
# SIZES counts customers, each with ten order lines. Books are made once, in BUILD/bench; the larger
# one needs 4 GB and some minutes. Both sides print the customers whose tier is to change: first all
# of them, since nobody has one; then, as on every other day, those who move from one day to the
# next.
set -euo pipefail
export LC_ALL=C.UTF-8
unset CRM_BOOK CRM_NOW CRM_DATABASE LANGUAGE

sources=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
read -ra sizes <<<"${SIZES:-100000}"
place=$build/bench
crm=$build/crm
missed=0
# shellcheck source=tests/bench/figures.bash
. "$sources/figures.bash"

today=2017-12-31
yesterday=2017-12-30
year_ago=2016-12-31
two_years_ago=2015-12-31
at=(--now "${today}T09:00:00Z" -q)

# make SIZE: customers and orders, and one policy for each way to evaluate them.
make_book() {
  local book=$place/tier$1
  [ -e "$book/made" ] && return
  rm -rf "$book"
  "$crm" init --zone UTC "$book" >/dev/null
  "$place/generate" customers "$1" >"$place/rows.csv"
  "$crm" --book "$book" -q import "$place/rows.csv" --as customer >/dev/null
  "$place/generate" lines $(($1 * 10)) "$1" >"$place/rows.csv"
  "$crm" --book "$book" -q import "$place/rows.csv" --as order --map "$sources/orders.yaml" >/dev/null
  rm "$place/rows.csv"
  sed -i 's/^    # stars:/    whole:\n      method: pareto\n      period: 50y\n      thresholds: {A: 80, B: 95}\
    four:\n      method: score\n      indicators:\
        revenue: {source: revenue, mapping: percentile, weight: 25, missing: zero}\
        profit: {source: profit, mapping: percentile, weight: 25, missing: zero}\
        orders: {source: orders, mapping: percentile, weight: 25, missing: zero}\
        growth: {source: growth, low: -100, high: 100, weight: 25, missing: zero}\
      thresholds: {A: 75, B: 50}\n&/' "$book/policy.yaml"
  sqlite3 "$book/crm.db" 'PRAGMA wal_checkpoint(TRUNCATE); ANALYZE' >/dev/null
  touch "$book/made"
}

# By share of the revenue after that day. SQLite, and with another first line DuckDB.
share_statement() {
  cat <<SQL
WITH sums AS (
  SELECT c.id, c.key, c.name, c.tier, coalesce(l.amount, 0) AS amount FROM customer c
  LEFT JOIN (SELECT customer, sum(amount) AS amount FROM order_line
    WHERE ordered_on > '$1' AND ordered_on <= '$today' AND counted = 1 AND currency = 'CNY'
    GROUP BY customer) l ON l.customer = c.id
  WHERE c.status IN ('active', 'dormant')),
shares AS (
  SELECT *, sum(amount) OVER (ORDER BY amount DESC, id ROWS UNBOUNDED PRECEDING) AS upto,
    sum(amount) OVER () AS whole FROM sums),
tiers AS (
  SELECT *, CASE WHEN amount > 0 AND upto * 100 <= whole * 80 THEN 'A'
    WHEN amount > 0 AND upto * 100 <= whole * 95 THEN 'B' ELSE 'C' END AS reached FROM shares)
SELECT key, name, reached, tier, round(100.0 * upto / whole, 4) FROM tiers
WHERE tier IS NULL OR tier <> reached ORDER BY id;
SQL
}

four_statement() {
  cat <<SQL
WITH sums AS (
  SELECT c.id, c.key, c.name, c.tier, c.first_order_on <= '$today' AS known,
    coalesce(l.revenue, 0) AS revenue, coalesce(l.profit, 0) AS profit, coalesce(l.orders, 0) AS orders,
    coalesce((l.revenue - l.before) * 100.0 / CASE WHEN l.before > 0 THEN l.before END, 0) AS growth FROM customer c
  LEFT JOIN (SELECT customer, sum(amount) FILTER (WHERE ordered_on > '$year_ago') AS revenue,
      sum(profit) FILTER (WHERE ordered_on > '$year_ago') AS profit,
      count(DISTINCT order_ref) FILTER (WHERE ordered_on > '$year_ago') AS orders,
      sum(amount) FILTER (WHERE ordered_on <= '$year_ago') AS before FROM order_line
    WHERE ordered_on > '$two_years_ago' AND ordered_on <= '$today' AND counted = 1
      AND currency = 'CNY'
    GROUP BY customer) l ON l.customer = c.id
  WHERE c.status IN ('active', 'dormant')),
scores AS (
  SELECT *, max(0, min(25, (growth + 100) / 8.0)) + CASE WHEN known THEN 25 * (
    percent_rank() OVER (PARTITION BY known ORDER BY revenue)
    + percent_rank() OVER (PARTITION BY known ORDER BY profit)
    + percent_rank() OVER (PARTITION BY known ORDER BY orders)) ELSE 0 END AS score
  FROM sums),
tiers AS (
  SELECT *, CASE WHEN score >= 75 THEN 'A' WHEN score >= 50 THEN 'B' ELSE 'C' END AS reached
  FROM scores)
SELECT key, name, reached, tier, round(score, 4) FROM tiers
WHERE tier IS NULL OR tier <> reached ORDER BY id;
SQL
}

# The classes that both find are the same, but for who lies on a line of floating point.
same() {
  "$crm" --book "$1" "${at[@]}" tier --scheme "$2" --format csv --fields customer,tier | sed 1d \
    >"$place/found"
  sqlite3 -csv "$1/crm.db" ".read $place/$2.sql" | cut -d, -f1,3 >"$place/expected"
  [ "$(diff "$place/found" "$place/expected" | grep -c '^>')" -le "$3" ] || {
    echo "bench: tier --scheme $2 and its SQL differ" >&2
    exit 1
  }
}

# compare BOOK SCHEME WORDS SLACK
compare() {
  local tier="$crm --book $1 ${at[*]} tier --scheme $2 --format csv"
  same "$1" "$2" "$4"
  says "tier of $3: SQL windows / crm" "least 15" x \
    "$(against 3 1 "sqlite3 -csv $1/crm.db '.read $place/$2.sql'" "$tier")"
  # shellcheck disable=SC2086  # a command and its words
  says "tier of $3: peak" "most 150" MiB \
    "$(/usr/bin/time -f %M $tier 2>&1 >/dev/null | awk 'END { printf "%.1f\n", $1 / 1024 }')"
}

# both SIZE SCHEME WORDS SLACK: when nobody has a tier, and a day after all were given theirs.
both() {
  local given=$place/given
  compare "$place/tier$1" "$2" "$1 customers, $3" "$4"
  rm -rf "$given"
  cp -r "$place/tier$1" "$given"
  sed -i "s/^  main: abc/  main: $2/" "$given/policy.yaml"
  "$crm" --book "$given" --now "${yesterday}T09:00:00Z" -q tier apply >/dev/null
  sqlite3 "$given/crm.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
  compare "$given" "$2" "$1 customers a day later, $3" "$4"
}

duckdb_too() {
  local book=$place/tier$1 table
  command -v duckdb >/dev/null || { echo "tier: duckdb is not installed: not compared"; return; }
  rm -f "$book/duck"
  for table in customer order_line; do
    duckdb "$book/duck" "INSTALL sqlite; LOAD sqlite;
      CREATE TABLE $table AS SELECT * FROM sqlite_scan('$book/crm.db', '$table')" >/dev/null
  done
  says "tier of $1 customers, all their orders / DuckDB" "most 0.35" x \
    "$(against 5 1 "$crm --book $book ${at[*]} tier --scheme whole --format csv" \
      "duckdb -csv $book/duck '.read $place/whole.sql'")"
}

nothing_to_do() {
  local given=("$crm" --book "$place/given" --now "${yesterday}T09:00:00Z" -q)
  says "tier apply of $1 customers, nothing changes: syncs" "most 0" "" \
    "$(strace -f -e trace=fsync,fdatasync,sync_file_range,msync "${given[@]}" tier apply 2>&1 \
      >/dev/null | awk '/sync\(/ { calls++ } END { print calls + 0 }')"
  rm -rf "$place/given"
}

share_statement "$year_ago" >"$place/abc.sql"
share_statement 1900-01-01 >"$place/whole.sql"
four_statement >"$place/four.sql"
for size in "${sizes[@]}"; do
  make_book "$size"
  both "$size" abc "share of a year" 0
  both "$size" whole "share of all their orders" 0
  both "$size" four "four indicators" $((size / 1000))
  duckdb_too "$size"
  nothing_to_do "$size"
done
[ "$missed" = 0 ]
