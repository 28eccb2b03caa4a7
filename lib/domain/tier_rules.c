/* SPDX-License-Identifier: MIT */
/* The method `rules`: the first tier whose filter a customer passes. */
#include "domain/tier_rules.h"

#include "record/record.h"

#include <string.h>

enum { MOST_WORDS = 32 };

/* Words are separated by blanks; "…" holds one together. The text is cut up in place. */
static size_t split_words(char *text, const char **words)
{
    size_t count = 0;
    char *to = text;
    for (char *at = text; *at != '\0' && count < MOST_WORDS;) {
        bool quoted = false;
        at += strspn(at, " \t\n");
        if (*at == '\0')
            break;
        words[count++] = to;
        for (; *at != '\0' && (quoted || strchr(" \t\n", *at) == NULL); at++) {
            if (*at == '"')
                quoted = !quoted;
            else
                *to++ = *at;
        }
        at += *at != '\0';
        *to++ = '\0';
    }
    return count;
}

struct choosing {
    const struct tier_evaluation *evaluation;
    int tier;
};

static crm_status choose(void *context, const struct value *row)
{
    const struct choosing *choosing = context;
    struct tier_subject *subject = tier_subject_find(choosing->evaluation, row[0].integer);
    if (subject != NULL && !subject->chosen) {
        subject->chosen = true;
        subject->reached = choosing->tier;
    }
    return CRM_OK;
}

static crm_status apply_rule(struct crm_book *book, const struct tier_threshold *rule,
                             const struct tier_evaluation *evaluation)
{
    struct query query cleanup(query_release) = {0};
    const char *words[MOST_WORDS];
    char *text = arena_copy(&query.arena, rule->filter);
    if (text == NULL)
        return error_no_memory(&book->error);
    const struct crm_filter filter = {words, split_words(text, words)};
    buffer_text(&query.sql, "SELECT t.id FROM customer t WHERE 1 = 1");
    crm_status status = filter_sql(book, &kind_customer, "t", &filter, &query);
    if (status != CRM_OK)
        return error_place(&book->error, "policy.yaml", rule->line, 0);
    struct choosing choosing = {evaluation, rule->tier};
    return store_query(book->store, buffer_string(&query.sql), query.parameters, query.count,
                       choose, &choosing);
}

crm_status tier_rules_load(struct crm_book *book, const struct tier_evaluation *evaluation)
{
    const struct tier_scheme *scheme = evaluation->scheme;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < scheme->threshold_count && status == CRM_OK; i++)
        status = apply_rule(book, &scheme->thresholds[i], evaluation);
    return status;
}
