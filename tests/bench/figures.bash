# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# How the scripts of this directory measure and report. Whoever sources this has set place, where
# files may be written, and missed=0.

# The middle one of the numbers on standard input.
median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f\n", a / b }'; }

# times RUNS COMMAND: seconds, one a line; of the processor's time the mean alone is known.
times() {
  hyperfine -N --warmup 1 --runs "$1" --style none --export-json "$place/times.json" "$2" \
    >/dev/null 2>&1 || { echo "bench: fails: $2" >&2; exit 1; }
  if [ "${BENCH_TIME:-clock}" = cpu ]; then
    jq -r '.results[0] | .user + .system' "$place/times.json"
  else
    jq -r '.results[0].times[]' "$place/times.json"
  fi
}

# against ROUNDS RUNS COMMAND PEER: the ratio of the medians over all rounds.
against() {
  local round
  : >"$place/a"
  : >"$place/b"
  for ((round = 0; round < $1; round++)); do
    times "$2" "$3" >>"$place/a"
    times "$2" "$4" >>"$place/b"
  done
  ratio "$(median <"$place/a")" "$(median <"$place/b")"
}

# says NAME GOAL UNIT VALUE: `most` or `least` before the goal says on which side of it is good.
says() {
  local verdict
  verdict=$(awk -v goal="${2#* }" -v side="${2% *}" -v value="$4" 'BEGIN {
    print (side == "most" ? value <= goal : value >= goal) ? "met" : "NOT MET" }')
  [ "$verdict" = met ] || missed=$((missed + 1))
  printf '%-62s at %-13s %8s %-6s %s\n' "$1" "$2 $3" "$4" "$3" "$verdict"
}

# Gives one customer of the book in $1 something in every section of its page; $2 is the customer,
# $3 the time.
fill_page() {
  local run=("$crm" --book "$1" --now "$3" -q)
  "${run[@]}" add staff 林涛 --login lin
  "${run[@]}" edit "$2" --owner lin
  "${run[@]}" add contact 王芳 --customer "$2" --role decision_maker --phone 13800000000
  "${run[@]}" visit add "$2" --at 2016-03-01T10:00 --channel face --staff lin \
    --outcome 4 --feedback 满意 --need 新型号
  "${run[@]}" visit add "$2" --at 2016-05-01T10:00 --channel phone --next-on 2016-06-10
  "${run[@]}" visit add "$2" --planned-on 2016-06-20
  "${run[@]}" complain add "$2" 到货少一箱 --owner lin --severity high
  "${run[@]}" survey ask nps "$2" --answer recommend=9
  "${run[@]}" tier apply
} >/dev/null
