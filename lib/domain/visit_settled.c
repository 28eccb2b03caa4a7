/* SPDX-License-Identifier: MIT */
/* What the dates kept with customers were computed by, and computing all of them anew when that has
 * changed. */
#include "base/file.h"
#include "domain/visit.h"
#include "output/sink.h"
#include "rules/asking.h"
#include "store/create.h"
#include "store/roles.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static const char setting_name[] = STORE_SETTING_VISIT_DATES;

/* 64-bit FNV-1a. */
static const uint64_t FNV_BEGIN = 14695981039346656037U;

static uint64_t mix(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 1099511628211U;
    return hash;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    return text == NULL ? mix(hash, "", 1) : mix(hash, text, strlen(text) + 1);
}

static uint64_t mix_number(uint64_t hash, int64_t number)
{
    return mix(hash, &number, sizeof number);
}

static uint64_t mix_duration(uint64_t hash, struct duration duration)
{
    return mix_number(mix_number(hash, duration.count), (int64_t)duration.unit);
}

static uint64_t mix_asking(uint64_t hash, const struct policy *policy)
{
    for (size_t i = 0; i < policy->survey_rule_count; i++) {
        const struct survey_rule *rule = &policy->survey_rules[i];
        if (rule->after == ASK_BY_TIME)
            hash = mix_duration(mix_number(hash, rule->tier), rule->every);
    }
    return mix_number(hash, policy->survey_min_days);
}

static uint64_t mix_policy(uint64_t hash, const struct policy *policy)
{
    hash = mix_text(hash, policy->time_zone);
    for (size_t i = 0; i < policy->channel_count; i++)
        hash = mix_text(hash, policy->channels[i]);
    for (size_t i = 0; i < policy->tier_count; i++) {
        const struct cadence *cadence = &policy->cadences[i];
        hash = mix_text(hash, policy->tiers[i]);
        hash = mix_duration(mix_duration(hash, cadence->every), cadence->first);
        hash = mix_number(hash, cadence->channel);
    }
    hash = mix_duration(hash, policy->plan_ahead);
    if (asking_by_time(policy))
        hash = mix_asking(hash, policy);
    /* Of the working week only matters which days are in it. */
    for (int day = 0; day < 7 && policy->calendar_count > 0; day++)
        hash = mix_number(hash, policy->calendars[0].week_count[day] > 0);
    return hash;
}

/* The day lists of that name in one directory, in any order: name and content, since a copied book
 * has the same days. One that cannot be read has none. */
static crm_status mix_day_lists(struct arena *arena, const char *directory, const char *name,
                                uint64_t *hash)
{
    struct buffer text cleanup(buffer_release) = {0};
    uint64_t sum = 0;
    DIR *stream = opendir(directory);
    if (stream == NULL && errno == ENOMEM)
        return CRM_NO_MEMORY;
    for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        if (strncmp(entry->d_name, name, strlen(name)) != 0)
            continue;
        const char *path = arena_printf(arena, "%s/%s", directory, entry->d_name);
        buffer_clear(&text);
        if (path == NULL || file_read(path, FILE_PLAIN, &text, NULL) != CRM_OK)
            continue;
        sum += mix(mix_text(FNV_BEGIN, entry->d_name), text.data, text.length);
    }
    if (stream != NULL)
        (void)closedir(stream);
    *hash = mix_number(*hash, (int64_t)sum);
    return arena->failed || text.failed ? CRM_NO_MEMORY : CRM_OK;
}

static crm_status fingerprint(struct crm_book *book, char out[17])
{
    struct arena arena cleanup(arena_release) = {0};
    const struct policy *policy = book->policy;
    uint64_t hash = mix_policy(FNV_BEGIN, policy);
    const char *holidays = policy->calendar_count > 0 ? policy->calendars[0].holidays : NULL;
    if (holidays != NULL) {
        const char *own = book_path(book, &arena, "calendars");
        const char *shipped = arena_printf(&arena, "%s/calendars", book->data_directory);
        if (own == NULL || shipped == NULL ||
            mix_day_lists(&arena, own, holidays, &hash) != CRM_OK ||
            (book->data_directory != NULL &&
             mix_day_lists(&arena, shipped, holidays, &hash) != CRM_OK))
            return error_no_memory(&book->error);
    }
    (void)snprintf(out, 17, "%016llx", (unsigned long long)hash);
    return CRM_OK;
}

crm_status visit_is_settled(struct crm_book *book, bool *settled)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value name = value_text(setting_name);
    struct value stored;
    char wanted[17];
    crm_status status = fingerprint(book, wanted);
    *settled = false;
    if (status == CRM_OK)
        status = store_row_values(book->store, &arena, STORE_SETTING_SQL, &name, 1, &stored, 1);
    if (status == CRM_OK)
        *settled = stored.type == VALUE_TEXT && strcmp(stored.text, wanted) == 0;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

static crm_status note_fingerprint(struct crm_book *book, const char *text)
{
    const struct value parameters[] = {value_text(setting_name), value_text(text)};
    return store_run(book->store,
                     "INSERT INTO book_setting (name, setting) VALUES ($1, $2) "
                     "ON CONFLICT (name) DO UPDATE SET setting = excluded.setting",
                     parameters, 2);
}

crm_status visit_note_settled(struct crm_book *book)
{
    char text[17];
    crm_status status = fingerprint(book, text);
    return status == CRM_OK ? note_fingerprint(book, text) : status;
}

crm_status visit_refresh_all(struct crm_book *book)
{
    char text[17];
    crm_status status = fingerprint(book, text);
    if (status == CRM_OK)
        status = visit_refresh_range(book, 0, INT64_MAX);
    return status == CRM_OK ? note_fingerprint(book, text) : status;
}

/* The days of some customers alone would pass for those of all. */
static crm_status refuse_restricted(struct crm_book *book)
{
    return store_need_whole(
        book->store,
        _("the policy was changed, and not all customers are yours to compute visits anew"),
        _("ask an administrator of the book to run: crm visit due"), &book->error);
}

/* Waits at most so long for other writers. */
static crm_status settle(struct crm_book *book, int timeout)
{
    int usual = book->timeout;
    crm_status status = refuse_restricted(book);
    if (status != CRM_OK)
        return status;
    status = book_set_timeout(book, timeout);
    if (status == CRM_OK)
        status = book_want_write(book);
    if (status == CRM_OK)
        status = book_begin(book);
    if (status == CRM_OK) {
        book_derives(book);
        status = visit_refresh_all(book);
    }
    if (!book->dry_run || status != CRM_OK)
        status = book_end(book, status);
    crm_status restored = book_set_timeout(book, usual);
    return status == CRM_OK ? restored : status;
}

crm_status visit_settle(struct crm_book *book)
{
    bool current = false;
    crm_status status = visit_is_settled(book, &current);
    return status == CRM_OK && !current ? settle(book, book->timeout) : status;
}

crm_status visit_settle_to_read(struct crm_book *book, struct crm_sink *sink)
{
    bool current = false;
    crm_status status = visit_is_settled(book, &current);
    if (status != CRM_OK || current)
        return status;
    status = settle(book, 0); /* nor does a reader wait for a writer */
    if (status == CRM_OK || status == CRM_NO_MEMORY)
        return status;
    status = sink_note(sink, _("next visits may be out of date: %s"), book->error.message);
    error_clear(&book->error);
    return status;
}
