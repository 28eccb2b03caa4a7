# SPDX-License-Identifier: MIT
# crm survey: templates, asking, files of answers and what they come to.

# The helper sets these.
# shellcheck disable=SC2154
load helper

setup_test() {
    new_book .crm
    crm add "Acme Ltd" --key acme --segment retail >/dev/null
    crm add "Bolt" --key bolt --segment trade >/dev/null
}

# answers COUNT CUSTOMER VALUE: so many lines of a file.
answers() {
    for ((i = 0; i < $1; i++)); do
        printf '%s,%s\n' "$2" "$3"
    done
}

in_range() {
    jq -e --argjson low "$2" --argjson high "$3" "$1 >= \$low and $1 <= \$high" <<<"$out" >/dev/null
}

@test "templates lists those of the program and of the book" {
    call crm survey templates
    expect 0 '{"template":"csat","version":1,"title":"Customer satisfaction","language":"en","questions":4,"shipped":true}
{"template":"nps","version":1,"title":"Net promoter score","language":"en","questions":2,"shipped":true}' ""
    printf 'id: nps\nversion: 7\ntitle: Ours\nquestions:\n- {id: recommend, type: nps, text: Well?}\n' \
        >.crm/surveys/nps.yaml
    call crm survey templates
    expect 0 '{"template":"csat","version":1,"title":"Customer satisfaction","language":"en","questions":4,"shipped":true}
{"template":"nps","version":7,"title":"Ours","language":"en","questions":1,"shipped":false}' ""
    rm .crm/surveys/nps.yaml
    call crm --lang zh_CN survey templates --fields title
    expect 0 '{"title":"客户满意度调查"}
{"title":"净推荐值调查"}' ""
}

@test "ask stores answers with the template's version and the day" {
    crm add staff "Me" --login "$(id -un)" >/dev/null
    call crm survey ask nps acme --answer recommend=9 --answer "reason=they call back"
    expect 0 "{\"response\":1,\"customer\":\"acme\",\"contact\":null,\"staff\":\"$(id -un)\",\"template\":\"nps\",\"template_version\":1,\"answered_on\":\"2026-03-02\",\"question\":\"recommend\",\"answer\":9,\"answer_text\":null,\"external_id\":null}
{\"response\":1,\"customer\":\"acme\",\"contact\":null,\"staff\":\"$(id -un)\",\"template\":\"nps\",\"template_version\":1,\"answered_on\":\"2026-03-02\",\"question\":\"reason\",\"answer\":null,\"answer_text\":\"they call back\",\"external_id\":null}" ""
    [ "$(crm list customer key=acme --fields last_survey_on)" = '{"last_survey_on":"2026-03-02"}' ]
    call crm survey ask nps bolt --answer recommend=3 --on 2026-02-28 --fields response,answered_on
    expect 0 '{"response":2,"answered_on":"2026-02-28"}' ""
    call crm survey list segment=trade --fields customer,answer
    expect 0 '{"customer":"bolt","answer":3}' ""
}

@test "an answer out of range is refused with question and range" {
    call crm survey ask nps acme --answer recommend=11 --format table
    expect 3 "" "crm: recommend: '11' is no whole number within 0-10"
    call crm survey ask csat acme --answer satisfaction=0 --format table
    expect 3 "" "crm: satisfaction: '0' is no whole number within 1-5"
    call crm survey ask nps acme --answer recomend=9 --format table
    expect 3 "" "crm: survey nps has no question 'recomend'
hint: did you mean 'recommend'?"
    call crm survey ask nps acme --answer recommend=9 --answer recommend=8
    expect 3 ""
    call crm survey ask nps acme --answer recommend
    expect 2 ""
    call crm survey ask nps acme --answer recommend=
    expect 3 ""
    call crm survey ask nps nobody --answer recommend=9
    expect 1 ""
    call crm survey ask nsp acme --answer recommend=9 --format table
    expect 1 "" "crm: there is no survey 'nsp'
hint: there are: csat, nps"
    call crm survey ask nps acme --answer recommend=9 --on tomorrow
    expect 3 ""
    call crm survey ask ../nps acme --answer recommend=9
    expect 1 ""
    call crm survey list
    expect 0 "" ""
}

@test "nobody is asked too often, whatever the survey" {
    crm survey ask nps acme --answer recommend=9 --on 2026-01-31 >/dev/null
    call crm survey ask csat acme --answer satisfaction=5 --format table
    expect 4 "" "crm: acme answered a survey on 2026-01-31 and is not asked again before 2026-05-01
hint: surveys.min_days of the policy is 90; --force asks now"
    call crm survey ask csat acme --answer satisfaction=5 --force --fields answer
    expect 0 '{"answer":5}' ""
    export CRM_NOW=2026-05-30T12:00:00+08:00
    call crm survey ask nps acme --answer recommend=9
    expect 4 ""
    CRM_NOW=2026-05-31T12:00:00+08:00
    call crm survey ask nps acme --answer recommend=9 --fields answered_on
    expect 0 '{"answered_on":"2026-05-31"}' ""
}

@test "contacts are the customer's and may refuse" {
    crm add contact "Ann" --customer acme --do-not-contact >/dev/null
    crm add contact "Ben" --customer bolt >/dev/null
    call crm survey ask nps acme --contact P-2 --answer recommend=9
    expect 3 ""
    call crm survey ask nps acme --contact P-1 --answer recommend=9 --format table
    expect 4 "" "crm: contact P-1 does not want to be contacted
hint: ask somebody else, or --force"
    call crm survey ask nps bolt --contact P-2 --answer recommend=9 --fields contact
    expect 0 '{"contact":"P-2"}' ""
}

@test "without answers a terminal is needed" {
    call crm survey ask nps acme --format table
    expect 2 "" "crm: crm survey ask: no answers, and no terminal to ask for them
hint: give them: --answer QUESTION=ANSWER"
}

@test "on a terminal it asks, again if need be" {
    command -v script >/dev/null || skip "no script(1)"
    printf '12\n9\n\n' | script -qefc "$CRM survey ask nps acme --format jsonl" seen >/dev/null
    grep -q "How likely is it that you would recommend us" seen
    grep -q "recommend (0-10): " seen
    grep -q "recommend: '12' is no whole number within 0-10" seen
    call crm survey list --fields question,answer
    expect 0 '{"question":"recommend","answer":9}' ""
}

@test "import stores all or nothing, and says where" {
    printf 'customer,recommend,reason,date\nacme,10,good,2026-01-05\nbolt,3,,2026-02-01\nacme,,slow,2026-02-02\n' >a.csv
    call crm survey import nps a.csv
    expect 0 '{"file":"a.csv","template":"nps","read":3,"added":3,"same":0,"answers":4}' ""
    [ "$(crm list customer key=acme --fields last_survey_on)" = '{"last_survey_on":"2026-02-02"}' ]
    crm export survey_answer >before
    while IFS='|' read -r text message; do
        printf '%b' "$text" >b.csv
        call crm survey import nps b.csv --format table
        [ "$status" = 3 ] && [ -z "$out" ]
        [ "${err%%$'\n'*}" = "crm: b.csv:$message" ]
    done <<'ROWS'
customer,recommend\nacme,9\nbolt,13\n|3:6: recommend: '13' is no whole number within 0-10
customer,recommend\nacme,9\nnobody,3\n|3:1: there is no customer 'nobody'
customer,recommend\nacme,9\n,3\n|3: the customer is missing
customer,recommend\nacme,9\nbolt,\n|3: nothing was answered
customer,recomend\nacme,9\n|1: survey nps has no question 'recomend'
recommend\n9\n|1: there is no column 'customer'
customer,recommend,date\nacme,9,2027-01-01\n|2:8: date: '2027-01-01' is in the future
ROWS
    crm export survey_answer >after
    cmp before after
    call crm survey import nps nowhere.csv
    expect 1 ""
    call crm survey import nps .
    expect 3 ""
}

@test "import again by external id; JSON Lines and standard input too" {
    local more=$'customer,recommend,external_id\nbolt,2,f-2\nacme,10,f-1\nbolt,7,f-3\n'
    printf '%s\n' '{"customer":"acme","recommend":10,"external_id":"f-1"}' \
        '{"customer":"bolt","recommend":2,"external_id":"f-2"}' >a.jsonl
    call crm survey import nps a.jsonl --fields added,same
    expect 0 '{"added":2,"same":0}' ""
    call_in "$more" crm survey import nps - --fields added,same
    expect 0 '{"added":1,"same":2}' ""
    call crm survey result nps --fields n
    expect 0 '{"n":3}' ""
}

@test "the published net promoter scores" {
    { echo customer,recommend; answers 3 acme 10; answers 5 acme 8; answers 2 acme 4; } >ten.csv
    crm survey import nps ten.csv >/dev/null
    call crm survey result nps --fields template,question,metric,value,n,missing
    expect 0 '{"template":"nps","question":"recommend","metric":"nps","value":10.00,"n":10,"missing":0}' ""
    { echo customer,recommend; answers 15 acme 9; answers 6 bolt 7; } >more.csv
    crm survey import nps more.csv >/dev/null
    crm survey ask nps bolt --answer reason=none --force >/dev/null
    call crm survey result nps
    [ "$(jq -c '[.n, .missing, .value]' <<<"$out")" = '[31,1,51.61]' ]
    in_range '(.high - .value)' 21.65 21.75
    in_range '(.value - .low)' 21.65 21.75
}

@test "the published satisfaction of 47 in 50" {
    { echo customer,satisfaction; answers 30 acme 5; answers 17 bolt 4; answers 3 acme 2; } >a.csv
    crm survey import csat a.csv >/dev/null
    call crm survey result csat question=satisfaction
    out=$(head -n 1 <<<"$out")
    [ "$(jq -c '[.metric, .value, .n, .few]' <<<"$out")" = '["csat",94,50,false]' ]
    in_range .low 83.75 83.85
    in_range .high 97.85 97.95
}

@test "groups that are too small are listed without a value" {
    { echo customer,recommend; answers 12 acme 10; answers 9 bolt 3; } >a.csv
    crm survey import nps a.csv >/dev/null
    call crm survey result nps --by segment --fields by,group,n,value,low
    expect 0 '{"by":"segment","group":"retail","n":12,"value":100.00,"low":100.00}
{"by":"segment","group":"trade","n":9,"value":null,"low":null}' ""
    call crm survey result nps --by segment --format table
    [[ $out == *"Groups of fewer than 10 answers are not ranked"* ]]
    sed -i 's/^  min_n: 10 /  min_n: 2 /' .crm/policy.yaml
    call crm survey result nps --by segment --fields group,value
    expect 0 '{"group":"retail","value":100.00}
{"group":"trade","value":-100.00}' ""
}

@test "results by time, customer and filter" {
    sed -i 's/^  min_n: 10 /  min_n: 1 /' .crm/policy.yaml
    printf 'customer,recommend,date\nacme,10,2025-12-31\nacme,8,2026-01-01\nbolt,9,2026-03-01\n' >a.csv
    crm survey import nps a.csv >/dev/null
    for by in month quarter year version key; do
        crm survey result nps --by $by --fields group,n | tr '\n' ' '
        echo
    done >seen
    diff seen - <<'ROWS'
{"group":"2025-12","n":1} {"group":"2026-01","n":1} {"group":"2026-03","n":1} 
{"group":"2025-Q4","n":1} {"group":"2026-Q1","n":2} 
{"group":"2025","n":1} {"group":"2026","n":2} 
{"group":"1","n":3} 
{"group":"acme","n":2} {"group":"bolt","n":1} 
ROWS
    call crm survey result nps segment=retail "answered_on>=2026" --fields n,value
    expect 0 '{"n":1,"value":0.00}' ""
    call crm survey result nps --by segmnt --format table
    expect 2 "" "crm: answers cannot be grouped by 'segmnt'
hint: did you mean 'segment'?"
    call crm survey result csat --fields question,n,value
    [ "$(head -n 1 <<<"$out")" = '{"question":"satisfaction","n":0,"value":null}' ]
}

@test "templates of the book: scales and choices" {
    cat >.crm/surveys/repair.yaml <<'YAML'
id: repair
version: 2
title: After a repair
questions:
  - {id: easy, type: ces, text: How easy was it?}
  - {id: mood, type: scale, min: 1, max: 4, labels: {1: angry, 4: happy}, text: How do you feel?}
  - {id: heard, type: multi, choices: {shop: our shop, web: our site}, text: How did you hear?}
  - {id: where, type: choice, choices: [north, south], text: Where?}
YAML
    crm survey ask repair acme --answer easy=7 --answer mood=4 --answer heard=web,shop --answer where=south >/dev/null
    crm survey ask repair bolt --answer easy=5 --answer mood=2 --answer "heard=our site" >/dev/null
    crm survey list --fields question,answer,answer_text | head -n 4 >seen
    diff seen - <<'ROWS'
{"question":"easy","answer":7,"answer_text":null}
{"question":"mood","answer":4,"answer_text":null}
{"question":"heard","answer":null,"answer_text":"shop,web"}
{"question":"where","answer":null,"answer_text":"south"}
ROWS
    crm survey result repair --fields question,metric,answer,value,spread,n,missing >seen
    diff seen - <<'ROWS'
{"question":"easy","metric":"ces","answer":null,"value":6.00,"spread":1.41,"n":2,"missing":0}
{"question":"mood","metric":"mean","answer":null,"value":3.00,"spread":1.41,"n":2,"missing":0}
{"question":"heard","metric":"share","answer":"shop","value":50.00,"spread":null,"n":2,"missing":0}
{"question":"heard","metric":"share","answer":"web","value":100.00,"spread":null,"n":2,"missing":0}
{"question":"where","metric":"share","answer":"north","value":0.00,"spread":null,"n":1,"missing":1}
{"question":"where","metric":"share","answer":"south","value":100.00,"spread":null,"n":1,"missing":1}
ROWS
    sed -i 's/min: 1, max: 4, labels: {1: angry, 4: happy}/min: -2, max: 2/' .crm/surveys/repair.yaml
    call crm survey ask repair acme --force --answer mood=3 --format table
    expect 3 "" "crm: mood: '3' is no whole number within -2..2"
    call crm survey ask repair acme --force --answer where=east --format table
    expect 3 "" "crm: where: 'east' is none of the choices: north, south"
}

@test "a template with a mistake names its place" {
    printf 'id: x\nversion: 1\ntitle: X\nquestions:\n- {id: a, type: kano, text: A}\n' >.crm/surveys/x.yaml
    call crm survey ask x acme --answer a=1 --format table
    [ "$status" = 3 ]
    [[ $err == *"surveys/x.yaml:5:17: key 'questions[1].type': this crm does not know questions of type kano yet"* ]]
    printf 'id: y\n' >.crm/surveys/x.yaml
    call crm survey templates
    expect 3 ""
}

@test "no file of YAML brings it down" {
    need_shared
    for file in "$SHARED"/torture/yaml/*; do
        cp "$file" .crm/surveys/x.yaml
        call crm survey result x --format table
        [ "$status" = 3 ] || [ "$status" = 0 ] || { echo "$file: $status"; return 1; }
        [ "$(wc -l <<<"$err")" -le 3 ]
    done
}

@test "a dry run shows and forgets" {
    call crm survey ask nps acme --answer recommend=9 --dry-run --fields answer
    expect 0 '{"answer":9}' -
    printf 'customer,recommend\nacme,9\n' >a.csv
    call crm survey import nps a.csv --dry-run --fields added
    expect 0 '{"added":1}' -
    call crm survey list
    expect 0 "" ""
}
