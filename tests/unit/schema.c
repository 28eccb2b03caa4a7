/* SPDX-License-Identifier: MIT */
/* Lints the descriptor tables themselves, and tests the checks of single fields. */
#include "schema/schema.h"

#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Words that cannot name a table or column without quotes, in SQLite or in PostgreSQL. */
static const char *const reserved[] = {
    "add",
    "all",
    "alter",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "autoincrement",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "commit",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "index",
    "initially",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "nothing",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "set",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "transaction",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
};

/* Every problem found is one line here: all are told at once. */
static struct buffer problems;

static void problem(const struct kind *kind, const struct field *field, const char *what)
{
    buffer_printf(&problems, "%s%s%s: %s\n", kind->name, field == NULL ? "" : ".",
                  field == NULL ? "" : field->name, what);
}

static void assert_no_problems(void)
{
    char *found = strdup(problems.failed ? "out of memory" : buffer_string(&problems));
    buffer_release(&problems);
    problems = (struct buffer){0};
    assert_non_null(found);
    assert_string_equal(found, "");
    free(found);
}

static bool is_name(const char *text)
{
    return text != NULL && *text >= 'a' && *text <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text);
}

static bool is_reserved(const char *word)
{
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(reserved[i], word) == 0)
            return true;
    return false;
}

static bool is_blank(const char *text)
{
    return text == NULL || *text == '\0';
}

static bool has(const struct field *field, unsigned flag)
{
    return (field->flags & flag) != 0;
}

typedef void kind_check(const struct kind *kind);

static void for_all_kinds(kind_check *check)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        check(schema_kinds[i]);
    for (size_t i = 0; i < schema_internal_kind_count; i++)
        check(schema_internal_kinds[i]);
    assert_no_problems();
}

/* ---- kinds ---- */

static void check_kind_names(const struct kind *kind)
{
    if (!is_name(kind->name))
        problem(kind, NULL, "its name is none");
    if (!is_name(kind->table))
        problem(kind, NULL, "its table's name is none");
    else if (is_reserved(kind->table))
        problem(kind, NULL, "its table is an SQL word");
    if (is_blank(kind->label))
        problem(kind, NULL, "no label");
    if (kind->field_count == 0)
        problem(kind, NULL, "no fields");
    if (schema_kind(kind->name) == kind && is_blank(kind->help))
        problem(kind, NULL, "no help");
}

static void kinds_are_named(void **state)
{
    (void)state;
    for_all_kinds(check_kind_names);
}

static const struct kind *kind_at(size_t index)
{
    return index < schema_kind_count ? schema_kinds[index]
                                     : schema_internal_kinds[index - schema_kind_count];
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void kinds_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < schema_kind_count + schema_internal_kind_count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct kind *kind = kind_at(i), *other = kind_at(j);
            if (same(kind->name, other->name))
                problem(kind, NULL, "a second kind of that name");
            if (same(kind->table, other->table))
                problem(kind, NULL, "a second kind in that table");
            if (same(kind->prefix, other->prefix))
                problem(kind, NULL, "a second kind of that prefix");
        }
    assert_no_problems();
}

static void check_naming_fields(const struct kind *kind)
{
    if (kind->key != NULL && kind_field(kind, kind->key) == NULL)
        problem(kind, NULL, "its key is no field");
    if (kind->title != NULL && kind_field(kind, kind->title) == NULL)
        problem(kind, NULL, "its title is no field");
    const struct field *part = kind->part_of == NULL ? NULL : kind_field(kind, kind->part_of);
    if (kind->part_of != NULL && (part == NULL || part->type != DATA_REFERENCE))
        problem(kind, NULL, "part of what is no reference");
    for (size_t i = 0; i < kind->field_count; i++) {
        if (has(&kind->fields[i], FIELD_KEY) && !same(kind->key, kind->fields[i].name))
            problem(kind, &kind->fields[i], "a second key");
        if (has(&kind->fields[i], FIELD_IDENTITY) && kind->prefix == NULL)
            problem(kind, &kind->fields[i], "an identity without a prefix");
    }
}

static void keys_and_titles_are_fields(void **state)
{
    (void)state;
    for_all_kinds(check_naming_fields);
}

/* A list such as "customer, ordered_on": stored columns, each once. */
static void check_columns(const struct kind *kind, const char *list)
{
    char copy[256], *rest = copy;
    assert_true(strlen(list) < sizeof copy);
    memcpy(copy, list, strlen(list) + 1);
    for (char *word; (word = strtok_r(rest, ", ", &rest)) != NULL;) {
        const struct field *field = kind_field(kind, word);
        if (field == NULL)
            problem(kind, NULL, word);
        else if (field->expression != NULL)
            problem(kind, field, "listed as a column, but not stored");
    }
}

static void check_lists(const struct kind *kind)
{
    for (size_t i = 0; i < kind->unique_count; i++)
        check_columns(kind, kind->unique[i]);
    for (size_t i = 0; i < kind->index_count; i++)
        check_columns(kind, kind->indexes[i]);
    if (kind->cluster != NULL)
        check_columns(kind, kind->cluster);
}

static void indexes_name_stored_columns(void **state)
{
    (void)state;
    for_all_kinds(check_lists);
}

/* ---- fields ---- */

/* Imports look for each row by the key, or by the number in another system where there is none;
 * rows of a clustered table lie with what they belong to. */
static void check_lookup(const struct kind *kind)
{
    const struct field *key = kind->key == NULL ? NULL : kind_field(kind, kind->key);
    const struct field *external = kind_field(kind, "external_id");
    bool keyed =
        kind->unique_count > 0 || kind->cluster != NULL || (key != NULL && key->flags & FIELD_KEY);
    if (!keyed && external != NULL && !(external->flags & FIELD_INDEXED))
        problem(kind, external, "would have imports read the whole table for each row");
}

static void imports_find_their_rows(void **state)
{
    (void)state;
    for_all_kinds(check_lookup);
}

static void check_field_name(const struct kind *kind, const struct field *field)
{
    static const char *const own[] = {"id", "custom", "entry"};
    enum { OWN_OF_ALL = 2 }; /* the store marks rows of records with their entry, but no others */
    const bool record = schema_kind(kind->name) == kind;
    if (!is_name(field->name)) {
        problem(kind, NULL, "a field without a proper name");
        return;
    }
    if (is_reserved(field->name))
        problem(kind, field, "an SQL word");
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(own[i], field->name) == 0 && (record || i < OWN_OF_ALL))
            problem(kind, field, "a column of the store's own");
    if (kind_field(kind, field->name) != field)
        problem(kind, field, "a second field of that name");
}

static void check_field_names(const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++)
        check_field_name(kind, &kind->fields[i]);
}

static void fields_are_named(void **state)
{
    (void)state;
    for_all_kinds(check_field_names);
}

static void check_field_words(const struct kind *kind, const struct field *field)
{
    if (is_blank(field->label))
        problem(kind, field, "no label");
    if (schema_kind(kind->name) != kind)
        return;
    if (is_blank(field->help))
        problem(kind, field, "no help");
    else if (field->help[strlen(field->help) - 1] == '.' || strchr(field->help, '\n') != NULL)
        problem(kind, field, "its help is not one line without a full stop");
}

static void check_kind_words(const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++)
        check_field_words(kind, &kind->fields[i]);
}

static void fields_are_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < schema_kind_count; i++)
        if (is_blank(schema_kinds[i]->label) || is_blank(schema_kinds[i]->noun))
            problem(schema_kinds[i], NULL, "a kind without label or noun");
    for_all_kinds(check_kind_words);
}

static void check_choices(const struct kind *kind, const struct field *field)
{
    if ((field->type == DATA_ENUM) != (field->choice_count > 0))
        problem(kind, field, "choices and enum go together");
    for (size_t i = 0; i < field->choice_count; i++) {
        if (!is_name(field->choices[i].name) || is_blank(field->choices[i].label))
            problem(kind, field, "a choice without name or label");
        for (size_t j = 0; j < i; j++)
            if (same(field->choices[i].name, field->choices[j].name))
                problem(kind, field, "a choice occurs twice");
    }
}

static void check_field_type(const struct kind *kind, const struct field *field)
{
    bool number = field->type == DATA_INTEGER || field->type == DATA_DECIMAL;
    check_choices(kind, field);
    if (strcmp(data_type_name(field->type), "") == 0)
        problem(kind, field, "its type has no name");
    if ((field->type == DATA_REFERENCE) != (field->reference != NULL))
        problem(kind, field, "reference and its kind go together");
    if (field->bounded && !number)
        problem(kind, field, "bounds on what is no number");
    if (field->bounded && field->minimum > field->maximum)
        problem(kind, field, "bounds that leave nothing");
    if (field->check != NULL && field->type != DATA_TEXT)
        problem(kind, field, "a check on what is no text");
    if (field->form != NULL && field->type != DATA_TEXT && field->type != DATA_TAGS)
        problem(kind, field, "a form of what is no text");
    if (field->index_as != NULL && (!has(field, FIELD_INDEXED) || has(field, FIELD_REQUIRED)))
        problem(kind, field, "an expression that is not indexed, or of every row");
}

static void check_field_flags(const struct kind *kind, const struct field *field)
{
    if (field->expression != NULL && !has(field, FIELD_DERIVED))
        problem(kind, field, "an expression that could be set");
    if (has(field, FIELD_POSITIONAL) && has(field, FIELD_DERIVED | FIELD_EVENT))
        problem(kind, field, "an argument that can't be given");
    if (has(field, FIELD_SEARCH) && field->type != DATA_TEXT && field->type != DATA_TAGS)
        problem(kind, field, "searched, but no text");
    if (has(field, FIELD_INDEXED) && field->expression != NULL)
        problem(kind, field, "indexed, but not stored");
    if (has(field, FIELD_IDENTITY) && !has(field, FIELD_DERIVED))
        problem(kind, field, "an identity that could be set");
}

static void check_fields(const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++) {
        check_field_type(kind, &kind->fields[i]);
        check_field_flags(kind, &kind->fields[i]);
    }
}

static void types_and_flags_agree(void **state)
{
    (void)state;
    for_all_kinds(check_fields);
}

static void check_default(const struct kind *kind, const struct field *field)
{
    struct arena arena = {0};
    struct error error = {0};
    struct value value = value_null();
    const struct field_context context = {.today = date_from_civil(2026, 3, 2)};
    crm_status status = field_parse(field, field->default_text, strlen(field->default_text),
                                    &context, &arena, &value, NULL, &error);
    if (status != CRM_OK)
        problem(kind, field, error.message);
    else if (value_is_null(&value))
        problem(kind, field, "a default that is nothing");
    arena_release(&arena);
}

static void check_defaults(const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].default_text != NULL)
            check_default(kind, &kind->fields[i]);
}

static void defaults_parse(void **state)
{
    (void)state;
    for_all_kinds(check_defaults);
}

/* ---- references ---- */

static size_t place_of(const struct kind *kind)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        if (schema_kinds[i] == kind)
            return i;
    return schema_kind_count;
}

static void check_references(const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->reference == NULL)
            continue;
        const struct kind *target = schema_kind(field->reference);
        if (target == NULL)
            problem(kind, field, "refers to no kind");
        else if (place_of(target) > place_of(kind))
            problem(kind, field, "refers to a kind whose table is made later");
        else if (target->cluster != NULL)
            problem(kind, field, "refers to a kind without id");
    }
}

static void references_point_to_earlier_kinds(void **state)
{
    (void)state;
    for_all_kinds(check_references);
}

/* Whether a record of the kind cannot be without one of `target`, through any number of others. */
static bool requires(const struct kind *kind, const struct kind *target, unsigned depth)
{
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->reference == NULL || !has(field, FIELD_REQUIRED))
            continue;
        const struct kind *next = schema_kind(field->reference);
        if (next == target || (depth > 0 && next != NULL && requires(next, target, depth - 1)))
            return true;
    }
    return false;
}

static void check_circle(const struct kind *kind)
{
    if (requires(kind, kind, 8))
        problem(kind, NULL, "no first record could ever be added");
}

static void references_form_no_required_circle(void **state)
{
    (void)state;
    for_all_kinds(check_circle);
}

static void prefixes_find_their_kind(void **state)
{
    (void)state;
    assert_ptr_equal(schema_kind_by_prefix("C-12"), &kind_complaint);
    assert_ptr_equal(schema_kind_by_prefix("V-7"), &kind_visit);
    assert_null(schema_kind_by_prefix("C-"));
    assert_null(schema_kind_by_prefix("C-1x"));
    assert_null(schema_kind_by_prefix("c-12"));
    assert_null(schema_kind_by_prefix("徐婵-11005"));
}

/* ---- checks of single fields ---- */

static crm_status credit(const char *code)
{
    return check_credit_code(code, strlen(code), NULL);
}

/* GB 32100-2015, and codes with each kind of damage. */
static void credit_codes(void **state)
{
    (void)state;
    assert_int_equal(credit("91350100M000100Y43"), CRM_OK);
    assert_int_equal(credit("91350100M000100Y4Z"), CRM_INVALID);
    assert_int_equal(credit("91350100M000100Y44"), CRM_INVALID);
    assert_int_equal(credit("91350100M000100Y4"), CRM_INVALID);
    assert_int_equal(credit("91350100M000100Y433"), CRM_INVALID);
    assert_int_equal(credit("91350100m000100y43"), CRM_INVALID);
    assert_int_equal(credit("9135O100M000100Y43"), CRM_INVALID);
    assert_int_equal(credit("19350100M000100Y43"), CRM_INVALID);
    assert_int_equal(credit(""), CRM_INVALID);
}

static crm_status email(const char *address)
{
    return check_email(address, strlen(address), NULL);
}

static void email_addresses(void **state)
{
    (void)state;
    assert_int_equal(email("name@example.com"), CRM_OK);
    assert_int_equal(email("王伟@例子.中国"), CRM_OK);
    assert_int_equal(email("name"), CRM_INVALID);
    assert_int_equal(email("@example.com"), CRM_INVALID);
    assert_int_equal(email("name@"), CRM_INVALID);
    assert_int_equal(email("a@b@example.com"), CRM_INVALID);
    assert_int_equal(email("a b@example.com"), CRM_INVALID);
    assert_int_equal(email("name@.com"), CRM_INVALID);
    assert_int_equal(email("name@example."), CRM_INVALID);
}

static crm_status currency(const char *code)
{
    return check_currency(code, strlen(code), NULL);
}

static void currencies(void **state)
{
    (void)state;
    assert_int_equal(currency("CNY"), CRM_OK);
    assert_int_equal(currency("cny"), CRM_INVALID);
    assert_int_equal(currency("CN"), CRM_INVALID);
    assert_int_equal(currency("CNYX"), CRM_INVALID);
    assert_int_equal(currency("¥"), CRM_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_named),
        cmocka_unit_test(kinds_differ),
        cmocka_unit_test(keys_and_titles_are_fields),
        cmocka_unit_test(indexes_name_stored_columns),
        cmocka_unit_test(imports_find_their_rows),
        cmocka_unit_test(fields_are_named),
        cmocka_unit_test(fields_are_described),
        cmocka_unit_test(types_and_flags_agree),
        cmocka_unit_test(defaults_parse),
        cmocka_unit_test(references_point_to_earlier_kinds),
        cmocka_unit_test(references_form_no_required_circle),
        cmocka_unit_test(prefixes_find_their_kind),
        cmocka_unit_test(credit_codes),
        cmocka_unit_test(email_addresses),
        cmocka_unit_test(currencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
