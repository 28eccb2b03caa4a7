#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Import of order lines against the sqlite3 shell: .import and INSERT … SELECT into the same tables.
# run.sh calls it.
#
#   tests/bench/import.sh [BUILD [RUNS [LINES [CUSTOMERS]]]]
#
# Runs alternate, so that a change of the machine's mood meets both; medians count.
set -euo pipefail
export LC_ALL=C.UTF-8
unset CRM_BOOK CRM_NOW LANGUAGE

sources=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
runs=${2:-5} lines=${3:-1000000} customers=${4:-100000}
crm=$build/crm
place=$build/bench/import
missed=0
# shellcheck source=tests/bench/figures.bash
. "$sources/figures.bash"

prepare() {
  rm -rf "$place"
  mkdir -p "$place"
  "${CC:-cc}" -std=c11 -O2 -o "$place/generate" "$sources/generate.c"
  "$place/generate" lines "$lines" "$customers" >"$place/lines.csv"
  "$place/generate" lines "$((lines / 4))" "$customers" >"$place/quarter.csv"
  cat >"$place/peer.sql" <<EOF
.mode csv
CREATE TEMP TABLE raw ("order",date,customer,product,product_name,quantity,amount,profit);
.import --skip 1 $place/lines.csv raw
BEGIN;
INSERT INTO journal (happened_at, actor, command, command_digest, added, images_digest,
                     previous_hash, hash)
  VALUES ('2026-01-01T00:00:00Z', 'peer', 'import', '', '{}', '', '', '');
INSERT INTO customer (key, name, kind, status, entry)
  SELECT customer, customer, 'company', 'active', 1 FROM raw GROUP BY customer;
INSERT INTO product (code, name, entry)
  SELECT product, min(product_name), 1 FROM raw GROUP BY product;
INSERT INTO sales_order (number, customer, ordered_on, currency, status, entry)
  SELECT r."order", c.id, min(r.date), 'CNY', 'completed', 1
  FROM raw r JOIN customer c ON c.key = r.customer GROUP BY r."order", c.id;
INSERT INTO order_line (customer, ordered_on, order_ref, line_number, product, quantity, amount,
                        profit, currency, counted, entry)
  SELECT c.id, r.date, o.id, row_number() OVER (PARTITION BY o.id ORDER BY r.rowid), p.id,
         CAST(round(r.quantity * 10000) AS INTEGER), CAST(round(r.amount * 10000) AS INTEGER),
         CAST(round(r.profit * 10000) AS INTEGER), 'CNY', 1, 1
  FROM raw r JOIN customer c ON c.key = r.customer
       JOIN sales_order o ON o.number = r."order" AND o.customer = c.id
       JOIN product p ON p.code = r.product;
COMMIT;
EOF
}

new_book() {
  rm -rf "$place/book"
  "$crm" init "$place/book" >/dev/null
}

# measure NAME COMMAND…: adds "seconds KiB" of one run to the file NAME.
measure() {
  local name=$1
  shift
  /usr/bin/time -a -o "$place/$name" -f '%e %M' "$@" >/dev/null
}

orders() {
  measure "$1" "$crm" --book "$place/book" -q import "$place/$2.csv" --as order \
    --map "$sources/orders.yaml"
}

# middle NAME COLUMN
middle() {
  cut -d' ' -f"$2" "$place/$1" | median
}

prepare
for ((run = 0; run < runs; run++)); do
  new_book
  orders quarter quarter
  new_book
  orders first lines
  orders again lines
  new_book
  orders undone lines
  measure undo "$crm" --book "$place/book" -q undo
  new_book
  measure peer sh -c 'sqlite3 "$1" <"$2"' sh "$place/book/crm.db" "$place/peer.sql"
done

says "import $lines lines: rows/s / sqlite3 .import" "least 2.5" x \
  "$(ratio "$(middle peer 1)" "$(middle first 1)")"
says "import the same file again / the first time" "most 0.8" x \
  "$(ratio "$(middle again 1)" "$(middle first 1)")"
says "undo of that import / the import" "most 1.5" x \
  "$(ratio "$(middle undo 1)" "$(middle undone 1)")"
says "undo of that import: peak memory" "most 64" MiB "$(ratio "$(middle undo 2)" 1024)"
says "import $lines lines: peak memory" "most 48" MiB "$(ratio "$(middle first 2)" 1024)"
says "import $lines lines: peak / that of a quarter of them" "most 1.25" x \
  "$(ratio "$(middle first 2)" "$(middle quarter 2)")"
rm -rf "$place"
[ "$missed" = 0 ]
