# SPDX-License-Identifier: MIT
# Personal data: who may read the files, what lists mask, what no message and no log tells.

load helper

setup_test() {
    new_book
    crm add "Lakeside Tea House" --key lakeside --phone 057188886666 --email info@lakeside.example \
        --address "杭州市西湖区文三路 90 号" >/dev/null
    crm add contact "王芳" --customer lakeside --phone 13812345678 --email fang@lakeside.example \
        --wechat wangfang1990 --birthday 1990-05-12 >/dev/null
    crm add staff "Li Wei" --login li --email li.wei@example.com >/dev/null
}

# A policy with a field of its own for each type, all of them personal.
own_fields() {
    cat >>.crm/policy.yaml <<'YAML'
fields:
  contact:
    passport: {type: text, sensitive: yes}
    born: {type: date, sensitive: yes}
    children: {type: integer, sensitive: yes}
    smoker: {type: boolean, sensitive: yes}
    blood: {type: enum, choices: [a, b, o], sensitive: yes}
    shoe: {type: text}
YAML
}

# ---- Files ----------------------------------------------------------------------------------

# Modes of everything in the book, one path a line.
modes() {
    find .book .book/* -printf '%m %P\n' | sort -u
}

for_umask() {
    umask "$1"
    printf '{"year":2026,"days":[{"name":"元旦","date":"2026-01-01","isOffDay":true}]}' >cn-2026.json
    call crm init .book --zone Asia/Shanghai
    [ "$status" = 0 ]
    call crm --book .book calendar import cn-2026.json
    [ "$status" = 0 ]
    call crm --book .book add Acme
    [ "$status" = 0 ]
    on_postgres || { [ -f .book/crm.db-wal ] && [ -f .book/crm.db-shm ]; }
    modes >found
    [ "$(grep -cvE '^(700 |600 )' found)" = 0 ] || { cat found && false; }
    [ "$(grep -c '^700 ' found)" = 3 ]
    grep -q '^600 calendars/cn-2026.json' found
}

@test "files of a book are for its owner alone, whatever the umask" {
    need_file "modes of its files"
    (for_umask 000)
    rm -rf .book
    (for_umask 077)
}

@test "refused rows go to a file for its owner alone; one that is there keeps its mode" {
    printf 'name,email\nAda,nonsense\n' >in.csv
    (umask 000 && crm import in.csv --as customer --errors out.csv >/dev/null)
    [ "$(stat -c %a out.csv)" = 600 ]
    chmod 644 out.csv
    crm import in.csv --as customer --errors out.csv >/dev/null
    [ "$(stat -c %a out.csv)" = 644 ]
}

# ---- Lists ----------------------------------------------------------------------------------

@test "a list masks personal fields and keeps enough to recognise them" {
    call crm list contact --fields name,phone,email,wechat,birthday
    expect 0 '{"name":"王芳","phone":"138••••5678","email":"f••••@lakeside.example","wechat":"wan••••1990","birthday":"1990-••••"}' ""
    call crm list --fields key,phone,email,address
    expect 0 '{"key":"lakeside","phone":"057••••6666","email":"i••••@lakeside.example","address":"杭州市••••90 号"}' ""
    call crm list staff --fields login,email
    expect 0 '{"login":"li","email":"l••••@example.com"}' ""
}

@test "every format masks the same" {
    for format in table csv tsv json jsonl markdown; do
        call crm list contact --format $format
        [ "$status" = 0 ]
        [[ $out == *"138••••5678"* ]]
        [[ $out != *13812345678* && $out != *1990-05* && $out != *fang@* ]]
    done
}

@test "a name is no secret: a list without names would be of no use" {
    call crm list contact --fields number,name
    expect 0 '{"number":"P-1","name":"王芳"}' ""
}

@test "--sensitive and the policy show lists whole" {
    call crm list contact --sensitive --fields phone,birthday
    expect 0 '{"phone":"13812345678","birthday":"1990-05-12"}' ""
    sed -i 's/show_sensitive: no /show_sensitive: yes /' .crm/policy.yaml
    call crm list contact --fields phone,birthday
    expect 0 '{"phone":"13812345678","birthday":"1990-05-12"}' ""
}

@test "one record is shown whole: it was asked for by name" {
    call crm show P-1 --fields phone,email
    expect 0 '{"phone":"13812345678","email":"fang@lakeside.example"}' ""
    crm show lakeside >page.json
    [ "$(jq -r '.phone, .contacts[0].phone' page.json)" = $'057188886666\n13812345678' ]
    crm show lakeside --format csv | grep -q 057188886666
    call crm edit P-1 --title Owner --fields phone,title
    expect 0 '{"phone":"13812345678","title":"Owner"}' ""
}

@test "export is a copy, and complete" {
    call crm export contact --fields phone,birthday --format csv
    expect 0 $'phone,birthday\n13812345678,1990-05-12' ""
}

@test "what is not there is not masked, and a filter sees what the mask hides" {
    crm add contact "赵六" --customer lakeside >/dev/null
    call crm list contact phone=13812345678 --fields name
    expect 0 '{"name":"王芳"}' ""
    call crm list contact phone= --fields name,phone
    expect 0 '{"name":"赵六","phone":null}' ""
}

@test "a field of the policy's own may be personal: its list shows text of every type" {
    own_fields
    crm edit P-1 --set passport=E12345678 --set born=1990-05-12 --set children=2 --set smoker=yes \
        --set blood=o --set shoe=41 >/dev/null
    fields=passport,born,children,smoker,blood,shoe
    call crm list contact --fields $fields
    expect 0 '{"passport":"E1••••678","born":"1990-••••","children":"••••","smoker":"••••","blood":"••••","shoe":"41"}' ""
    call crm show P-1 --fields $fields
    expect 0 '{"passport":"E12345678","born":"1990-05-12","children":2,"smoker":true,"blood":"o","shoe":"41"}' ""
    call crm list contact --sensitive --fields children,smoker
    expect 0 '{"children":2,"smoker":true}' ""
    call crm export contact --fields passport,children
    expect 0 '{"passport":"E12345678","children":2}' ""
}

@test "no list of any command prints a phone, an e-mail address or a birthday" {
    crm visit add lakeside --channel phone --contact P-1 >/dev/null
    crm complain add lakeside "cold tea" --contact P-1 --owner li >/dev/null
    crm survey ask nps lakeside --contact P-1 --answer recommend=9 >/dev/null
    for command in list "list contact" "list staff" "list visit" "find tea" "find 王" tier "tier history" \
        "visit due" "visit list" "complain list" "survey list" remind "report revenue" "report book" \
        "report visits" "report complaints" "report satisfaction"; do
        # shellcheck disable=SC2086
        call crm $command
        [[ $out$err != *13812345678* && $out$err != *057188886666* ]]
        [[ $out$err != *fang@* && $out$err != *info@* && $out$err != *li.wei@* && $out$err != *1990-05-12* ]]
    done
    call crm survey result nps --by phone
    [ "$status" = 2 ]
}

# ---- Messages and logs ------------------------------------------------------------------------

@test "no message repeats a personal value" {
    own_fields
    for wrong in "edit P-1 --email secret.nowhere" "edit P-1 --birthday secret" \
        "edit P-1 --set born=secret" "edit P-1 --set children=secret" "edit P-1 --set blood=secret" \
        "edit P-1 --set smoker=secret" "list contact birthday=secret" "list contact born>secret" \
        "list contact children=secret" "add contact Ada --customer lakeside --email secret" \
        "add contact Ada --customer lakeside --birthday 1990-02-31secret"; do
        # shellcheck disable=SC2086
        call crm $wrong --format json
        [ "$status" != 0 ]
        [ -n "$err" ]
        [[ $err != *secret* ]] || { echo "$wrong: $err" && false; }
    done
}

@test "no message of an import repeats a personal value" {
    own_fields
    printf 'customer,name,email,birthday\nlakeside,Ada,secret.nowhere,\nlakeside,Bob,,secret\n' >in.csv
    call crm import in.csv --as contact
    [ "$status" = 3 ]
    [[ $err == *"email: not in its form"* && $err != *secret* ]]
    printf 'key,name,phone\na,Ada,secret\nb,Bob,secret\n' >in.csv
    call crm import in.csv --as customer --key phone
    [ "$status" = 3 ]
    [[ $err == *"phone"*"stands in line 2 already"* && $err != *secret* ]]
}

@test "the journal's commands keep no personal value" {
    on_postgres || command -v sqlite3 >/dev/null || skip "no sqlite3"
    own_fields
    printf '  customer:\n    home_phone: {type: text, sensitive: yes}\n' >>.crm/policy.yaml
    crm edit lakeside --set home_phone=13900000006 --phone 13900000003 --email x@other.secret >/dev/null
    echo '{"key":"lakeside","notes":"13900000004 phone = 13900000005"}' | crm import - --as customer --format json >/dev/null
    crm visit add lakeside --planned-on 2026-03-02 >/dev/null
    crm edit P-1 --phone 13900000001 --email=new.secret@example.com --set wechat=wechatsecret \
        --set passport=passportsecret --set shoe=42 --phone 13900000002 >/dev/null
    crm remind --new phone=13900000003 'email~other.secret' 13900000004 'phone = 13900000005' \
        home-phone=13900000006 status=active >/dev/null
    query_store 'SELECT command FROM journal' >commands
    grep -qxF "crm remind --new phone=•••• 'email~'•••• •••• •••• home-phone=•••• status=active" commands
    grep -qxF "crm edit P-1 --phone •••• --email=•••• --set wechat=•••• --set passport=•••• --set shoe=42 --phone ••••" commands
    [ "$(grep -cE '1390000|secret' commands)" = 0 ]
}
