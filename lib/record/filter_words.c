/* SPDX-License-Identifier: MIT */
/* The words of a filter: what each asks for, and when one filter leaves nothing to another. */
#include "record/filter.h"

#include "base/decimal.h"

#include <string.h>

static const struct filter_word operations[] = {
    /* The longer of two that begin alike comes first. */
    {"!=", FILTER_NOT_EQUAL, "<>"},
    {"<=", FILTER_LESS_EQUAL, "<="},
    {">=", FILTER_GREATER_EQUAL, ">="},
    {"=", FILTER_EQUAL, "="},
    {"<", FILTER_LESS, "<"},
    {">", FILTER_GREATER, ">"},
    {"~", FILTER_CONTAINS, NULL},
};

bool filter_condition(const char *word, struct arena *arena, struct filter_condition *out)
{
    size_t name = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (name == 0)
        return false;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        size_t length = strlen(operations[i].word);
        if (strncmp(word + name, operations[i].word, length) != 0)
            continue;
        char *field = arena_copy_length(arena, word, name);
        for (char *at = field; at != NULL && *at != '\0'; at++)
            if (*at == '-') /* as options are written: --need-fit */
                *at = '_';
        *out = (struct filter_condition){&operations[i], field, word + name + length};
        return true;
    }
    return false;
}

static const char blanks[] = " \t\r\n";

/* Cuts the next word out of the text, in place; NULL when a quote in it is not closed. */
static const char *cut_word(char **text)
{
    char *at = *text, *to = at;
    const char *word = at;
    bool quoted = false;
    for (; *at != '\0' && (quoted || strchr(blanks, *at) == NULL); at++) {
        if (*at == '"')
            quoted = !quoted;
        else
            *to++ = *at;
    }
    *text = at + (*at != '\0');
    *to = '\0';
    return quoted ? NULL : word;
}

crm_status filter_split(const char *text, struct arena *arena, struct crm_filter *out,
                        struct error *error)
{
    char *at = arena_copy(arena, text);
    const char **words = arena_array(arena, strlen(text) / 2 + 1, sizeof *words);
    size_t count = 0;
    if (at == NULL || words == NULL)
        return error_no_memory(error);
    for (at += strspn(at, blanks); *at != '\0'; at += strspn(at, blanks)) {
        const char *word = words[count++] = cut_word(&at);
        if (word == NULL) {
            error_set(error, CRM_INVALID, _("filter: a quote is not closed"));
            return error_hint(error, _("write another \" where the words end that belong "
                                       "together"));
        }
        if (*word != '\0' && strchr("=!<>~", *word) != NULL) {
            error_set(error, CRM_INVALID, _("filter: no field stands before '%s'"), word);
            return error_hint(error, _("write field, sign and value without blanks, such as "
                                       "revenue_total>100000"));
        }
    }
    *out = (struct crm_filter){words, count};
    return CRM_OK;
}

/* ---- What one filter leaves to another --------------------------------------------------- */

static bool is_number(const struct policy *policy, const char *name)
{
    const struct field *field = kind_field(&kind_customer, name);
    enum data_type type = field != NULL ? field->type : DATA_TEXT;
    for (size_t i = 0; field == NULL && i < policy->field_count; i++)
        if (custom_is_of(&policy->fields[i], &kind_customer) &&
            strcmp(policy->fields[i].name, name) == 0)
            type = policy->fields[i].type;
    return type == DATA_INTEGER || type == DATA_DECIMAL || type == DATA_REAL;
}

static bool is_one_of(const char *value, const char *values)
{
    size_t length = strlen(value);
    for (const char *at = values; at != NULL;) {
        size_t each = strcspn(at, ",");
        if (each == length && strncmp(at, value, length) == 0)
            return true;
        at = at[each] == ',' ? at + each + 1 : NULL;
    }
    return false;
}

/* Whether numbers beyond `narrow` (or equal to it) are all beyond `wide`. */
static bool bound_covers(const struct filter_condition *wide, const struct filter_condition *narrow)
{
    enum filter_operation outer = wide->operation->operation, inner = narrow->operation->operation;
    int64_t at, from;
    if (!decimal_parse(wide->value, strlen(wide->value), &at, NULL) ||
        !decimal_parse(narrow->value, strlen(narrow->value), &from, NULL))
        return false;
    bool open = outer == FILTER_GREATER || outer == FILTER_LESS;
    if (outer == FILTER_GREATER || outer == FILTER_GREATER_EQUAL)
        return (inner == FILTER_EQUAL || inner == FILTER_GREATER ||
                inner == FILTER_GREATER_EQUAL) &&
               (from > at || (from == at && (!open || inner == FILTER_GREATER)));
    if (outer == FILTER_LESS || outer == FILTER_LESS_EQUAL)
        return (inner == FILTER_EQUAL || inner == FILTER_LESS || inner == FILTER_LESS_EQUAL) &&
               (from < at || (from == at && (!open || inner == FILTER_LESS)));
    return false;
}

/* Whether whoever passes the word `narrow` passes `wide`, too. CRM_NO_MEMORY without a message. */
static crm_status word_covers(const struct policy *policy, const char *wide, const char *narrow,
                              struct arena *arena, bool *covers)
{
    struct filter_condition outer, inner;
    *covers = strcmp(wide, narrow) == 0;
    if (*covers || !filter_condition(wide, arena, &outer) ||
        !filter_condition(narrow, arena, &inner))
        return CRM_OK;
    if (outer.field == NULL || inner.field == NULL)
        return CRM_NO_MEMORY;
    if (strcmp(outer.field, inner.field) != 0)
        return CRM_OK;
    bool equal = outer.operation->operation == FILTER_EQUAL &&
                 inner.operation->operation == FILTER_EQUAL && strchr(inner.value, ',') == NULL;
    *covers = (equal && is_one_of(inner.value, outer.value)) ||
              (is_number(policy, outer.field) && bound_covers(&outer, &inner));
    return CRM_OK;
}

crm_status filter_covers(const struct policy *policy, const struct crm_filter *wide,
                         const struct crm_filter *narrow, bool *covers, struct error *error)
{
    struct arena arena cleanup(arena_release) = {0};
    crm_status status = CRM_OK;
    *covers = true;
    for (size_t i = 0; i < wide->count && *covers && status == CRM_OK; i++) {
        *covers = false;
        for (size_t j = 0; j < narrow->count && !*covers && status == CRM_OK; j++)
            status = word_covers(policy, wide->words[i], narrow->words[j], &arena, covers);
    }
    return status == CRM_OK ? CRM_OK : error_no_memory(error);
}

/* ---- Filters of a policy that is no book's yet ------------------------------------------- */

static crm_status check_filter(const void *context, struct policy *policy, const char *text,
                               struct error *error)
{
    const struct crm_book *asked = context;
    struct query query cleanup(query_release) = {0};
    struct crm_filter filter;
    /* Without a store: only what the words say is looked at. */
    struct crm_book book = {
        .policy = policy, .zone = policy->zone, .now = asked->now, .today = asked->today};
    crm_status status = filter_split(text, &query.arena, &filter, error);
    if (status != CRM_OK)
        return status;
    status = filter_sql(&book, &kind_customer, "t", &filter, &query);
    *error = book.error;
    return status;
}

static crm_status covers_filter(const void *context, struct policy *policy, const char *wide,
                                const char *narrow, bool *covers, struct error *error)
{
    struct arena arena cleanup(arena_release) = {0};
    struct crm_filter outer, inner;
    crm_status status = filter_split(wide, &arena, &outer, error);
    (void)context;
    if (status == CRM_OK)
        status = filter_split(narrow, &arena, &inner, error);
    return status == CRM_OK ? filter_covers(policy, &outer, &inner, covers, error) : status;
}

struct policy_filters filter_checks(const struct crm_book *book)
{
    return (struct policy_filters){book, check_filter, covers_filter};
}
