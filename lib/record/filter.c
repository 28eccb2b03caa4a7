/* SPDX-License-Identifier: MIT */
/* Filters: words of the command line as conditions with bound values. */
#include "record/filter.h"

#include "base/text.h"

#include <string.h>

/* What the functions below need to know. */
struct filtering {
    struct crm_book *book;
    const struct kind *kind;
    const char *alias;
    struct query *query;
};

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

/* What a value of the filter means: the first and the last stored value of it. They differ for
 * days, months and years: 2026-12 is 31 days of a date, and each day 24 hours or so of a time. */
struct range {
    struct value first, last;
};

static struct value day_value(struct filtering *f, day_number day)
{
    char *iso = arena_alloc(&f->query->arena, DATE_TEXT);
    if (iso == NULL)
        f->query->sql.failed = true;
    else
        date_format(day, iso);
    return value_text(iso);
}

static struct value time_value(struct filtering *f, instant at)
{
    char *iso = arena_alloc(&f->query->arena, TIME_TEXT);
    if (iso == NULL)
        f->query->sql.failed = true;
    else
        time_format_utc(at, iso);
    return value_text(iso);
}

static crm_status date_range(struct filtering *f, const char *text, struct range *out)
{
    day_number first, last;
    crm_status status = date_parse(text, f->book->today, &first, &f->book->error);
    if (status == CRM_OK)
        status = date_parse_end(text, f->book->today, &last, &f->book->error);
    if (status == CRM_OK)
        *out = (struct range){day_value(f, first), day_value(f, last)};
    return status;
}

static crm_status time_range(struct filtering *f, const char *text, struct range *out)
{
    const struct crm_book *book = f->book;
    day_number first, last;
    instant at;
    if (date_parse(text, book->today, &first, NULL) == CRM_OK &&
        date_parse_end(text, book->today, &last, NULL) == CRM_OK) {
        *out = (struct range){time_value(f, zone_instant(book->zone, first, 0)),
                              time_value(f, zone_instant(book->zone, last + 1, 0) - 1)};
        return CRM_OK;
    }
    crm_status status = time_parse(text, book->now, book->zone, &at, &f->book->error);
    if (status == CRM_OK)
        *out = (struct range){time_value(f, at), time_value(f, at)};
    return status;
}

/* One of the values that the field may have, parsed as the field's type. */
static crm_status parse_range(struct filtering *f, const struct field *field, const char *text,
                              size_t length, struct range *out)
{
    struct crm_book *book = f->book;
    const struct field_context context = book_field_context(book);
    const char *copy = arena_copy_length(&f->query->arena, text, length);
    if (copy == NULL)
        return error_no_memory(&book->error);
    crm_status status;
    if (field->type == DATA_DATE || field->type == DATA_TIME) {
        status = field->type == DATA_DATE ? date_range(f, copy, out) : time_range(f, copy, out);
        if (status == CRM_INVALID && (field->flags & FIELD_SENSITIVE)) {
            error_set(&book->error, CRM_INVALID, "%s: %s", field->name, _("not a date"));
            error_hint(&book->error, _("write it as 2026-01-31"));
        }
        return status;
    }
    if (field->type == DATA_REFERENCE) {
        int64_t id = 0;
        /* Of a filter that is only checked nobody knows the records. */
        status = book->store == NULL
                     ? CRM_OK
                     : record_resolve(book, schema_kind(field->reference), copy, &id);
        out->first = value_integer(id);
    } else {
        /* A check digit or the like is no business of a filter. */
        struct field plain = *field;
        plain.check = NULL;
        plain.flags &= ~(unsigned)FIELD_SEEN;
        plain.bounded = false;
        status = field_parse(&plain, text, length, &context, &f->query->arena, &out->first, NULL,
                             &book->error);
        /* What has not the form is stored nowhere, but may be the beginning of what is. */
        if (status == CRM_INVALID && field->form != NULL && !(field->flags & FIELD_SENSITIVE)) {
            error_clear(&book->error);
            plain.form = NULL;
            status = field_parse(&plain, text, length, &context, &f->query->arena, &out->first,
                                 NULL, &book->error);
        }
    }
    out->last = out->first;
    return status;
}

static void tag_sql(struct filtering *f, const char *expression, const char *text, size_t length)
{
    struct buffer padded cleanup(buffer_release) = {0};
    buffer_printf(&padded, "' ' || %s || ' '", expression);
    const char *word = arena_printf(&f->query->arena, " %.*s ", (int)length, text);
    if (word == NULL || padded.failed)
        f->query->sql.failed = true;
    else
        contains_sql(f, buffer_string(&padded), contains_pattern(f, word, strlen(word)));
}

/* expression = value, for one of several values. */
static crm_status equal_sql(struct filtering *f, const struct field *field, const char *expression,
                            const char *text, size_t length)
{
    struct query *query = f->query;
    struct range range;
    if (length == 0) {
        buffer_printf(&query->sql, "%s IS NULL", expression);
        return CRM_OK;
    }
    if (field->type == DATA_TAGS) {
        tag_sql(f, expression, text, length);
        return CRM_OK;
    }
    crm_status status = parse_range(f, field, text, length, &range);
    if (status != CRM_OK)
        return status;
    bool one = range.first.type != VALUE_TEXT || strcmp(range.first.text, range.last.text) == 0;
    buffer_printf(&query->sql, "%s %s ", expression, one ? "=" : "BETWEEN");
    query_value(query, range.first);
    if (!one) {
        buffer_text(&query->sql, " AND ");
        query_value(query, range.last);
    }
    return CRM_OK;
}

/* Whether the whole text, commas included, names a record. */
static bool names_one_record(struct filtering *f, const struct field *field, const char *values)
{
    int64_t id;
    if (f->book->store == NULL)
        return true;
    bool found = record_resolve(f->book, schema_kind(field->reference), values, &id) == CRM_OK;
    error_clear(&f->book->error);
    return found;
}

/* a,b,c: any of them. A text may hold commas of its own: it is looked for whole, too. */
static crm_status any_of_sql(struct filtering *f, const struct field *field, const char *expression,
                             const char *values)
{
    crm_status status = CRM_OK;
    if (field->type == DATA_TEXT && strchr(values, ',') != NULL) {
        status = equal_sql(f, field, expression, values, strlen(values));
        buffer_text(&f->query->sql, " OR ");
    }
    if (field->type == DATA_REFERENCE && strchr(values, ',') != NULL &&
        names_one_record(f, field, values))
        return equal_sql(f, field, expression, values, strlen(values));
    for (const char *at = values; at != NULL && status == CRM_OK;) {
        size_t length = strcspn(at, ",");
        if (at != values)
            buffer_text(&f->query->sql, " OR ");
        status = equal_sql(f, field, expression, at, length);
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return status;
}

/* A reference contains a word when the key or the title of the record that it names does. */
static void reference_contains_sql(struct filtering *f, const struct field *field,
                                   const char *expression, struct value pattern)
{
    const struct kind *kind = schema_kind(field->reference);
    struct buffer key cleanup(buffer_release) = {0};
    field_sql(&key, kind_field(kind, kind->key), "fr");
    buffer_printf(&f->query->sql, "%s IN (SELECT fr.id FROM %s fr WHERE ", expression, kind->table);
    contains_sql(f, buffer_string(&key), pattern);
    if (kind->title != NULL) {
        buffer_clear(&key);
        field_sql(&key, kind_field(kind, kind->title), "fr");
        buffer_text(&f->query->sql, " OR ");
        contains_sql(f, buffer_string(&key), pattern);
    }
    buffer_text(&f->query->sql, ")");
    if (key.failed)
        f->query->sql.failed = true;
}

/* The choices of an enum stand in their order: low, normal, high. */
static crm_status compare_enum_sql(struct filtering *f, const struct field *field,
                                   const char *expression, const struct filter_condition *condition)
{
    enum filter_operation operation = condition->operation->operation;
    struct range range;
    size_t at = 0;
    crm_status status = parse_range(f, field, condition->value, strlen(condition->value), &range);
    if (status != CRM_OK)
        return status;
    while (strcmp(field->choices[at].name, range.first.text) != 0)
        at++;
    bool up = operation == FILTER_GREATER || operation == FILTER_GREATER_EQUAL;
    bool itself = operation == FILTER_LESS_EQUAL || operation == FILTER_GREATER_EQUAL;
    buffer_printf(&f->query->sql, "%s IN (NULL", expression);
    for (size_t i = 0; i < field->choice_count; i++)
        if ((i == at && itself) || (i != at && (i > at) == up))
            buffer_printf(&f->query->sql, ", '%s'", field->choices[i].name);
    buffer_text(&f->query->sql, ")");
    return CRM_OK;
}

/* Tiers stand in the policy's order, best first: S, A, B. */
static crm_status compare_tier_sql(struct filtering *f, const char *expression,
                                   const struct filter_condition *condition)
{
    const struct policy *policy = f->book->policy;
    enum filter_operation operation = condition->operation->operation;
    bool up = operation == FILTER_GREATER || operation == FILTER_GREATER_EQUAL;
    bool itself = operation == FILTER_LESS_EQUAL || operation == FILTER_GREATER_EQUAL;
    int at = policy_tier(policy, condition->value);
    if (at < 0) {
        error_set(&f->book->error, CRM_INVALID, _("the policy has no tier '%s'"), condition->value);
        return error_hint(&f->book->error, _("its tiers stand under tiers.names in policy.yaml"));
    }
    buffer_printf(&f->query->sql, "%s IN (NULL", expression);
    for (int i = 0; i < (int)policy->tier_count; i++) {
        if (i == at ? !itself : (i > at) != up)
            continue;
        buffer_text(&f->query->sql, ", ");
        query_value(f->query, value_text(policy->tiers[i]));
    }
    buffer_text(&f->query->sql, ")");
    return CRM_OK;
}

static crm_status order_sql(struct filtering *f, const struct field *field, const char *expression,
                            const struct filter_condition *condition)
{
    enum filter_operation operation = condition->operation->operation;
    struct range range;
    if (field->type == DATA_ENUM)
        return compare_enum_sql(f, field, expression, condition);
    if (field->flags & FIELD_TIER)
        return compare_tier_sql(f, expression, condition);
    crm_status status = parse_range(f, field, condition->value, strlen(condition->value), &range);
    if (status != CRM_OK)
        return status;
    bool from_end = operation == FILTER_LESS_EQUAL || operation == FILTER_GREATER;
    buffer_printf(&f->query->sql, "%s %s ", expression, condition->operation->sql);
    query_value(f->query, from_end ? range.last : range.first);
    return CRM_OK;
}

/* Some comparisons have no meaning for some types: an answer would be wrong, whatever it was. */
static crm_status check_operation(struct filtering *f, const struct field *field,
                                  const struct filter_condition *condition)
{
    enum filter_operation operation = condition->operation->operation;
    enum data_type type = field->type;
    if (operation == FILTER_EQUAL || operation == FILTER_NOT_EQUAL)
        return CRM_OK;
    bool contains = operation == FILTER_CONTAINS;
    bool number = type == DATA_INTEGER || type == DATA_DECIMAL || type == DATA_REAL;
    bool ordered =
        number || type == DATA_TEXT || type == DATA_ENUM || type == DATA_DATE || type == DATA_TIME;
    if (contains ? number || type == DATA_BOOLEAN || type == DATA_TIME : !ordered) {
        error_set(&f->book->error, CRM_USAGE, _("filter: '%s' cannot be compared by %s"),
                  field->name, condition->operation->word);
        return error_hint(&f->book->error, "%s",
                          contains && type != DATA_BOOLEAN ? _("use =, !=, <, <=, > or >=")
                                                           : _("use = or !="));
    }
    if (contains || condition->value[0] != '\0')
        return CRM_OK;
    error_set(&f->book->error, CRM_USAGE, _("filter: a value is missing behind %s%s"), field->name,
              condition->operation->word);
    return error_hint(&f->book->error, _("write %s= for records that have none"), field->name);
}

static crm_status compare_sql(struct filtering *f, const struct field *field,
                              const char *expression, const struct filter_condition *condition)
{
    struct query *query = f->query;
    crm_status status = check_operation(f, field, condition);
    if (status != CRM_OK)
        return status;
    switch (condition->operation->operation) {
    case FILTER_EQUAL:
        return any_of_sql(f, field, expression, condition->value);
    case FILTER_NOT_EQUAL:
        /* What is not known is not equal either; "" asks for all that is known. */
        buffer_text(&query->sql, "NOT coalesce((");
        status = any_of_sql(f, field, expression, condition->value);
        buffer_text(&query->sql, "), 1 = 0)");
        return status;
    case FILTER_CONTAINS: {
        struct value pattern = contains_pattern(f, condition->value, strlen(condition->value));
        if (field->type == DATA_REFERENCE)
            reference_contains_sql(f, field, expression, pattern);
        else
            contains_sql(f, expression, pattern);
        return CRM_OK;
    }
    default:
        return order_sql(f, field, expression, condition);
    }
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
        *out = (struct field){
            .name = custom->name, .type = type, .flags = custom->sensitive ? FIELD_SENSITIVE : 0};
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
    if (nearest == NULL && kind_field(f->kind, "customer") != NULL) {
        names = field_names(f->book, &kind_customer, 0, &arena, &count);
        nearest = names == NULL ? NULL : text_nearest(name, names, count);
    }
    error_set(&f->book->error, CRM_USAGE, _("filter: %s has no field '%s'"), f->kind->name, name);
    if (nearest != NULL)
        return error_hint(&f->book->error, _("did you mean '%s'?"), nearest);
    return error_hint(&f->book->error, _("see: crm introspect --format json"));
}

static crm_status condition_sql(struct filtering *f, const struct filter_condition *condition)
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
    if (*word == '\0') {
        buffer_text(&f->query->sql, "1 = 1"); /* nothing is asked for: anything will do */
        return;
    }
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

/* A list of what belongs to customers is also searched by whom it belongs to. */
static void search_customer(struct filtering *f, const char *word)
{
    if (*word == '\0' || kind_field(f->kind, "customer") == NULL)
        return;
    struct value pattern = contains_pattern(f, word, strlen(word));
    buffer_printf(&f->query->sql, " OR %s.customer IN (SELECT fc.id FROM customer fc WHERE ",
                  f->alias);
    contains_sql(f, "fc.key", pattern);
    buffer_text(&f->query->sql, " OR ");
    contains_sql(f, "fc.name", pattern);
    buffer_text(&f->query->sql, ")");
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
        struct filter_condition condition;
        status = check_word(book, word);
        buffer_text(&query->sql, " AND (");
        if (status == CRM_OK && filter_condition(word, &query->arena, &condition)) {
            status = condition.field == NULL ? error_no_memory(&book->error)
                                             : condition_sql(&f, &condition);
        } else {
            search_word(&f, word);
            search_customer(&f, word);
        }
        buffer_text(&query->sql, ")");
    }
    if (status == CRM_OK && query->full) {
        error_set(&book->error, CRM_USAGE, _("filter: more than %d values"), MOST_PARAMETERS);
        return error_hint(&book->error, _("ask for fewer at a time"));
    }
    return status == CRM_OK && query->sql.failed ? error_no_memory(&book->error) : status;
}
