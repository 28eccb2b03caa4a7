/* SPDX-License-Identifier: MIT */
/* Filters: words of the command line as conditions with bound values. */
#include "record/record.h"

#include "base/text.h"

#include <string.h>

enum operation { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, CONTAINS };

static const struct operation_word {
    const char *word;
    enum operation operation;
    const char *sql;
} operations[] = {
    /* The longer of two that begin alike comes first. */
    {"!=", NOT_EQUAL, "<>"}, {"<=", LESS_EQUAL, "<="}, {">=", GREATER_EQUAL, ">="},
    {"=", EQUAL, "="},       {"<", LESS, "<"},         {">", GREATER, ">"},
    {"~", CONTAINS, NULL},
};

/* One word of a filter that compares a field. */
struct condition {
    const struct operation_word *operation;
    const char *field; /* in the filter's arena */
    const char *value;
};

/* What the functions below need to know. */
struct filtering {
    struct crm_book *book;
    const struct kind *kind;
    const char *alias;
    struct query *query;
};

/* Splits "name OP value"; false when the word is no comparison but a word to search for. */
static bool split(const char *word, struct arena *arena, struct condition *out)
{
    size_t name = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (name == 0)
        return false;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        size_t length = strlen(operations[i].word);
        if (strncmp(word + name, operations[i].word, length) != 0)
            continue;
        out->operation = &operations[i];
        out->field = arena_copy_length(arena, word, name);
        out->value = word + name + length;
        return true;
    }
    return false;
}

/* '%folded%' with the pattern characters of LIKE escaped. */
static struct value contains_pattern(struct filtering *f, const char *text, size_t length)
{
    struct buffer folded cleanup(buffer_release) = {0};
    struct buffer pattern cleanup(buffer_release) = {0};
    if (text_fold(&folded, text, length) != CRM_OK)
        folded.failed = true;
    buffer_character(&pattern, '%');
    for (size_t i = 0; i < folded.length; i++) {
        if (strchr("%_\\", folded.data[i]) != NULL)
            buffer_character(&pattern, '\\');
        buffer_character(&pattern, folded.data[i]);
    }
    buffer_character(&pattern, '%');
    char *copy = arena_copy_length(&f->query->arena, buffer_string(&pattern), pattern.length);
    if (folded.failed || pattern.failed || copy == NULL) {
        f->query->sql.failed = true;
        return value_null();
    }
    return value_text_length(copy, pattern.length);
}

static void contains_sql(struct filtering *f, const char *expression, struct value pattern)
{
    buffer_printf(&f->query->sql, "lower(%s) LIKE ", expression);
    query_value(f->query, pattern);
    buffer_text(&f->query->sql, " ESCAPE '\\'");
}

/* One of the values that the field may have, parsed as the field's type. */
static crm_status parse_operand(struct filtering *f, const struct field *field, const char *text,
                                size_t length, enum operation operation, struct value *out)
{
    struct crm_book *book = f->book;
    const struct field_context context = book_field_context(book);
    if (field->type == DATA_REFERENCE) {
        char *reference = arena_copy_length(&f->query->arena, text, length);
        int64_t id = 0;
        if (reference == NULL)
            return error_no_memory(&book->error);
        crm_status status = record_resolve(book, schema_kind(field->reference), reference, &id);
        *out = value_integer(id);
        return status;
    }
    /* A check digit or the like is no business of a filter. */
    struct field plain = *field;
    plain.check = NULL;
    plain.bounded = false;
    bool ends = field->type == DATA_DATE && (operation == LESS_EQUAL || operation == GREATER);
    if (ends) {
        char *date = arena_copy_length(&f->query->arena, text, length);
        char *iso = arena_alloc(&f->query->arena, DATE_TEXT);
        day_number day;
        if (date == NULL || iso == NULL)
            return error_no_memory(&book->error);
        crm_status status = date_parse_end(date, book->today, &day, &book->error);
        if (status == CRM_OK)
            date_format(day, iso);
        *out = value_text(iso);
        return status;
    }
    return field_parse(&plain, text, length, &context, &f->query->arena, out, NULL, &book->error);
}

/* "2026-12" and "2026" as a value of an equal date mean any day in them. */
static bool is_part_of_date(const struct field *field, const char *text, size_t length)
{
    return (field->type == DATA_DATE || field->type == DATA_TIME) && (length == 4 || length == 7) &&
           strspn(text, "0123456789-") >= length;
}

/* expression = value, for one of several values. */
static crm_status equal_sql(struct filtering *f, const struct field *field, const char *expression,
                            const char *text, size_t length)
{
    struct query *query = f->query;
    if (length == 0) {
        buffer_printf(&query->sql, "%s IS NULL", expression);
        return CRM_OK;
    }
    if (is_part_of_date(field, text, length)) {
        buffer_printf(&query->sql, "substr(%s, 1, %zu) = ", expression, length);
        query_value(query, value_text_length(text, length));
        return CRM_OK;
    }
    if (field->type == DATA_TAGS) {
        struct buffer padded cleanup(buffer_release) = {0};
        buffer_printf(&padded, "' ' || %s || ' '", expression);
        const char *word = arena_printf(&query->arena, " %.*s ", (int)length, text);
        if (word == NULL || padded.failed)
            return error_no_memory(&f->book->error);
        contains_sql(f, buffer_string(&padded), contains_pattern(f, word, strlen(word)));
        return CRM_OK;
    }
    struct value value;
    crm_status status = parse_operand(f, field, text, length, EQUAL, &value);
    buffer_printf(&query->sql, "%s = ", expression);
    query_value(query, value);
    return status;
}

/* a,b,c: any of them. */
static crm_status any_of_sql(struct filtering *f, const struct field *field, const char *expression,
                             const char *values)
{
    crm_status status = CRM_OK;
    for (const char *at = values; at != NULL && status == CRM_OK;) {
        size_t length = strcspn(at, ",");
        if (at != values)
            buffer_text(&f->query->sql, " OR ");
        status = equal_sql(f, field, expression, at, length);
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return status;
}

static crm_status compare_sql(struct filtering *f, const struct field *field,
                              const char *expression, const struct condition *condition)
{
    struct query *query = f->query;
    enum operation operation = condition->operation->operation;
    if (operation == EQUAL)
        return any_of_sql(f, field, expression, condition->value);
    if (operation == NOT_EQUAL) {
        /* What is not known is not equal either; "" asks for all that is known. */
        buffer_text(&query->sql, "NOT coalesce((");
        crm_status status = any_of_sql(f, field, expression, condition->value);
        buffer_text(&query->sql, "), 1 = 0)");
        return status;
    }
    if (operation == CONTAINS) {
        contains_sql(f, expression,
                     contains_pattern(f, condition->value, strlen(condition->value)));
        return CRM_OK;
    }
    struct value value;
    crm_status status =
        parse_operand(f, field, condition->value, strlen(condition->value), operation, &value);
    buffer_printf(&query->sql, "%s %s ", expression, condition->operation->sql);
    query_value(query, value);
    return status;
}

/* A field by name, the policy's own included; false when there is none. */
static bool find_field(struct filtering *f, const struct kind *kind, const char *name,
                       const char *alias, struct field *out, struct buffer *expression)
{
    const struct field *field = kind_field(kind, name);
    if (field != NULL) {
        *out = *field;
        field_sql(expression, field, alias);
        return true;
    }
    const struct policy *policy = f->book->policy;
    for (size_t i = 0; i < policy->field_count; i++) {
        const struct custom_field *custom = &policy->fields[i];
        if (!custom_is_of(custom, kind) || strcmp(custom->name, name) != 0)
            continue;
        /* An enum's choices are the policy's; any text may be compared with it. */
        enum data_type type = custom->type == DATA_ENUM ? DATA_TEXT : custom->type;
        *out = (struct field){.name = custom->name, .type = type};
        custom_sql(expression, custom, alias);
        return true;
    }
    return false;
}

static crm_status unknown_field(struct filtering *f, const char *name)
{
    struct arena arena cleanup(arena_release) = {0};
    size_t count;
    const char **names = field_names(f->book, f->kind, 0, &arena, &count);
    const char *nearest = names == NULL ? NULL : text_nearest(name, names, count);
    error_set(&f->book->error, CRM_USAGE, _("filter: %s has no field '%s'"), f->kind->name, name);
    if (nearest != NULL)
        return error_hint(&f->book->error, _("did you mean '%s'?"), nearest);
    return error_hint(&f->book->error, _("see: crm introspect --format json"));
}

static crm_status condition_sql(struct filtering *f, const struct condition *condition)
{
    struct buffer expression cleanup(buffer_release) = {0};
    struct field field;
    if (find_field(f, f->kind, condition->field, f->alias, &field, &expression))
        return compare_sql(f, &field, buffer_string(&expression), condition);
    bool has_customer = kind_field(f->kind, "customer") != NULL;
    if (!has_customer ||
        !find_field(f, &kind_customer, condition->field, "fc", &field, &expression))
        return unknown_field(f, condition->field);
    buffer_printf(&f->query->sql, "%s.customer IN (SELECT fc.id FROM customer fc WHERE ", f->alias);
    crm_status status = compare_sql(f, &field, buffer_string(&expression), condition);
    buffer_text(&f->query->sql, ")");
    return status;
}

/* A bare word is looked for in all fields that are marked for it. */
static void search_word(struct filtering *f, const char *word)
{
    struct value pattern = contains_pattern(f, word, strlen(word));
    bool any = false;
    for (size_t i = 0; i < f->kind->field_count; i++) {
        const struct field *field = &f->kind->fields[i];
        if (!(field->flags & FIELD_SEARCH))
            continue;
        struct buffer expression cleanup(buffer_release) = {0};
        field_sql(&expression, field, f->alias);
        buffer_text(&f->query->sql, any ? " OR " : "");
        contains_sql(f, buffer_string(&expression), pattern);
        any = true;
    }
    if (!any)
        buffer_text(&f->query->sql, "1 = 0");
}

/* Words come from a command line, in whatever encoding the terminal has. */
static crm_status check_word(struct crm_book *book, const char *word)
{
    if (text_is_valid(word, strlen(word)))
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("filter: the word is not valid UTF-8"));
    return error_hint(&book->error, _("look at the terminal's encoding"));
}

crm_status search_sql(struct crm_book *book, const struct kind *kind, const char *alias,
                      const struct crm_filter *words, struct query *query)
{
    struct filtering f = {book, kind, alias, query};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < words->count && status == CRM_OK; i++) {
        status = check_word(book, words->words[i]);
        buffer_text(&query->sql, " AND (");
        search_word(&f, words->words[i]);
        buffer_text(&query->sql, ")");
    }
    return status;
}

crm_status filter_sql(struct crm_book *book, const struct kind *kind, const char *alias,
                      const struct crm_filter *filter, struct query *query)
{
    struct filtering f = {book, kind, alias, query};
    crm_status status = CRM_OK;
    size_t count = filter == NULL ? 0 : filter->count;
    for (size_t i = 0; i < count && status == CRM_OK; i++) {
        const char *word = filter->words[i];
        struct condition condition;
        status = check_word(book, word);
        buffer_text(&query->sql, " AND (");
        if (status == CRM_OK && split(word, &query->arena, &condition))
            status = condition_sql(&f, &condition);
        else
            search_word(&f, word);
        buffer_text(&query->sql, ")");
    }
    return status == CRM_OK && query->sql.failed ? error_no_memory(&book->error) : status;
}
