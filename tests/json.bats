# SPDX-License-Identifier: MIT
# The JSON of every command has the keys and types that crm-json(5) and crm introspect say.

load helper

setup_test() {
    command -v jq >/dev/null || skip "no jq"
    "$TESTS/demo" --quiet "$CRM" .crm
    cp "$TESTS"/data/demo/* .
    printf 'customer,satisfaction\nacme,5\n' >csat.csv
    printf 'tiers: {names: 3}\n' >bad.yaml
    crm visit add acme --planned-on tomorrow >/dev/null
    crm edit haitian --founded-on 2000-03-10 >/dev/null
    crm add contact Mentioned --customer acme >/dev/null
    crm add note haitian "Mentioned called" >/dev/null
    sed 's/A: 80, B: 95/A: 50, B: 60/' .crm/policy.yaml >other.yaml
    crm introspect >model.json
}

# command | where its keys are described: a section of the page, =KIND for a record, +KIND for one with
# more | arguments
cases() {
    cat <<'END'
init|init|init other
add|=customer|add Newcomer
edit|=customer|edit newcomer --phone 1
remove|=customer|remove newcomer
merge|=customer|merge moulin laowang
forget|forget|forget contact Mentioned --reason asked
show|show|show haitian
list|=customer|list
import|import|import orders.csv --as order --map orders.yaml
find|find|find 机器
tier|tier|--now 2027-01-01 tier
tier apply|tier|--now 2027-01-01 tier apply
tier why|tier why|tier why haitian
tier set|tier history|--now 2027-01-02 tier set haitian B --reason test
tier unset|tier history|--now 2027-01-02 tier unset haitian
tier history|tier history|tier history
tier history|tier history --by|tier history --by month
tier simulate|tier simulate|tier simulate --policy other.yaml --since -6mo
visit add|=visit|visit add acme --channel face
visit done|=visit|visit done V-18 --channel phone
visit skip|=visit|visit skip V-10 --reason moved
visit due|visit due|visit due --within 12mo
visit why|visit why|visit why haitian
visit list|=visit|visit list
visit plan|visit plan|visit plan --until +13w
visit review|report review|visit review
complain add|+complaint|complain add acme text
complain respond|+complaint|complain respond C-4
complain assign|+complaint|complain assign C-4 --to chen
complain pause|+complaint|complain pause C-4 --reason waiting
complain resume|+complaint|complain resume C-4
complain resolve|+complaint|complain resolve C-4 --cause defect
complain close|+complaint|complain close C-4
complain reopen|+complaint|complain reopen C-4
complain list|+complaint|complain list
complain why|complain why|complain why C-4
survey templates|survey templates|survey templates
survey ask|=survey_answer|survey ask nps fjord --answer recommend=9
survey import|survey import|survey import --dry-run csat csat.csv
survey list|=survey_answer|survey list
survey result|survey result|survey result nps
report|report|report
report|report revenue|report revenue --by month
report|report pareto|report pareto
report|report visits|report visits
report|report review|report review
report|report complaints|report complaints
report|report satisfaction|report satisfaction
report|report concentration|report concentration
report|report book|report book
remind|remind|remind
remind|remind --why|remind --why visit:7:2026-01-28
care|care|care
log|log|log
log|log REF|log haitian
log|log REF|log 2
undo|log|undo
calendar due|calendar due|calendar due --limit 4wh --explain
calendar between|calendar between|calendar between 2026-03-02 2026-03-03 --explain
calendar lunar|calendar lunar|calendar lunar 2026-09-25 --explain
calendar next|calendar next|calendar next mid-autumn --explain
policy check|policy check|policy check bad.yaml
policy show|policy show|policy show
backup|backup|backup book.tar
restore|backup|restore book.tar again
check|check|check
copy|copy|copy .crm elsewhere
END
}

# "key type" of every value that is not null, and "key null" for the others; sorted, each once.
shape() {
    jq -r '
        def kind: {"string":"text","array":"list"}[type] // type;
        def shape(place): to_entries[] | (place + .key) as $key | "\($key) \(.value | kind)",
            (.value | if type == "array" and ($key | test("notes|by") | not) then
                .[] | objects | shape($key + "[].") else empty end);
        shape("")' "$1" | sed 's/\.to_[A-Z] /.to_TIER /' | sort -u
}

# "key type" as a section of crm-json(5) has it.
documented() {
    awk -v wanted="$1" '
        /^\.It / { inside = ($0 == ".It Ic " wanted) }
        inside && /^\.Cm .* Pq / { print $2, $4 }' "$ROOT/man/crm-json.5" | sort -u
}

# The same of the fields of a kind.
fields_of() {
    jq -r --arg kind "$1" '
        def json: {"integer":"number","decimal":"number","real":"number","boolean":"boolean","tags":"list"}[.] // "text";
        .kinds[] | select(.name == $kind) | .fields[] | "\(.name) \(.type | json)"' model.json | sort -u
}

# check_shape FILE EXPECTED: same keys; same type where there is a value.
check_shape() {
    local keys
    keys=$(shape "$1" | cut -d' ' -f1 | sort -u)
    # A report's rows stand in the book's page under its name; they are checked on their own.
    if [ "$3" = "report book" ]; then
        keys=$(grep -vF '[]' <<<"$keys")
    fi
    diff <(cut -d' ' -f1 <<<"$2" | sort -u) <(echo "$keys") || return 1
    [ -z "$(comm -13 <(echo "$2") <(shape "$1" | grep -v ' null$' | grep -vF "${4:-nothing}"))" ]
}

@test "every command prints what crm-json(5) says" {
    failed=0
    while IFS='|' read -r _ section arguments; do
        # shellcheck disable=SC2086
        call crm --format jsonl $arguments
        [ -n "$out" ] || { echo "crm $arguments: nothing: $err"; failed=1; continue; }
        printf '%s' "$out" >rows
        case $section in
        =*) expected=$(fields_of "${section#=}") ;;
        +complaint) expected=$(sort -u <(fields_of complaint) <(documented complain)) ;;
        show) expected=$(sort -u <(fields_of customer) <(documented show)) ;;
        *) expected=$(documented "$section") ;;
        esac
        inner=
        [ "$section" != "report book" ] || inner='[]'
        check_shape rows "$expected" "$section" "$inner" || { echo "^^ crm $arguments"; failed=1; }
    done < <(cases)
    [ "$failed" = 0 ]
}

@test "no command is left out" {
    jq -r 'def walk(path): (path + [.name]) as $p
             | (if .runs then ($p | join(" ")) else empty end), (.subcommands[] | walk($p));
           .commands[] | select(.hidden | not) | walk([])' model.json | sort -u >all
    # export is compared with import, calendar import, introspect and staff with their pages; help and
    # greetings are text.
    { cases | cut -d'|' -f1; printf '%s\n' export 'calendar import' 'care greeting' introspect help 'staff grant' 'staff list' 'staff revoke'; } | sort -u >tested
    diff all tested
}

@test "roles of a book in a database" {
    need_postgres
    crm copy .crm team --database "$(new_database)" >/dev/null
    call crm --book team staff grant lin --role manager --database-user "lin_$BASHPID"
    [ "$status" = 0 ]
    diff <(shape <(printf '%s' "$out")) <(documented staff)
    diff <(shape <(crm --book team staff list)) <(documented staff)
    call crm --book team staff revoke lin
    expect 0 "" ""
    psql -qXd "host=$CRM_TEST_POSTGRES user=crm dbname=postgres" -c "DROP ROLE lin_$BASHPID"
}

@test "every report is in the page" {
    diff <(crm report | jq -r '"report " + .report' | sort) \
        <(sed -n 's/^\.It Ic \(report .*\)/\1/p' "$ROOT/man/crm-json.5" | sort)
}

@test "an imported day list" {
    call crm calendar import "$TESTS/data/daylist-2026.json"
    [ "$status" = 0 ]
    diff <(shape <(printf '%s' "$out")) <(documented "calendar import")
}

@test "export has the stored fields of each kind" {
    failed=0
    for kind in customer contact staff product order visit complaint survey_answer; do
        expected=$(jq -r --arg kind "$kind" '.kinds[] | select(.name == $kind) | .fields[]
            | select((.derived | not) or .name == "number") | .name' model.json | sort)
        diff <(crm export "$kind" | jq -r 'keys_unsorted[]' | sort -u) <(echo "$expected") ||
            { echo "^^ $kind"; failed=1; }
    done
    [ "$failed" = 0 ]
}

@test "json, jsonl and csv have the same keys and values" {
    for arguments in "list" "remind" "report pareto" "visit due" "survey result nps"; do
        # shellcheck disable=SC2086
        crm $arguments --format jsonl >rows
        # shellcheck disable=SC2086
        cmp <(crm $arguments --format json | jq -c '.[]') <(jq -c . rows)
        # shellcheck disable=SC2086
        [ "$(crm $arguments --format csv | head -n 1)" = "$(head -n 1 rows | jq -r 'keys_unsorted | join(",")')" ]
    done
}

@test "an error is a line of JSON too" {
    call crm show nosuch --format json
    expect 1 - -
    tail -n 1 <<<"${err%$'\n'}" | jq -e '.error == "not_found" and (.message | test("nosuch")) and has("hint")'
    for word in ok not_found exists invalid ambiguous conflict busy readonly newer_schema corrupt io no_memory usage; do
        [ $word = ok ] || grep -q "\b$word\b" "$ROOT/man/crm-json.5"
    done
}
