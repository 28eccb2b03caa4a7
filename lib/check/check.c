/* SPDX-License-Identifier: MIT */
/* `crm check`: goes through a book from the engine up to its files, and says what is wrong where.
 */
#include "check/check.h"

#include "base/decimal.h"
#include "base/text.h"
#include "store/roles.h"

#include <stdlib.h>
#include <string.h>

static const char *const part_names[CHECK_PARTS] = {
    [CHECK_INTEGRITY] = "integrity",   [CHECK_SCHEMA] = "schema", [CHECK_JOURNAL] = "journal",
    [CHECK_REFERENCES] = "references", [CHECK_VALUES] = "values", [CHECK_COMPLAINTS] = "complaints",
    [CHECK_DERIVED] = "derived",       [CHECK_POLICY] = "policy", [CHECK_FILES] = "files",
};
static const char summary_name[] = "summary";

const char *crm_check_name(size_t index)
{
    return index < CHECK_PARTS ? part_names[index] : NULL;
}

/* ---- Saying what is wrong ---- */

enum { SHOWN_BYTES = 120 };

enum {
    COLUMN_CHECK,
    COLUMN_KIND,
    COLUMN_RECORD,
    COLUMN_FIELD,
    COLUMN_STORED,
    COLUMN_EXPECTED,
    COLUMN_PROBLEM,
    COLUMN_SEVERITY,
    COLUMN_REPAIRABLE,
    COLUMN_REPAIRED,
    COLUMN_HINT,
    COLUMNS
};

static crm_status begin(struct check *check)
{
    static const struct choice severities[] = {
        {"error", N_("error")}, {"warning", N_("warning")}, {"ok", N_("ok")}};
    const struct column columns[COLUMNS] = {
        [COLUMN_CHECK] = {.name = "check", .label = _("Check")},
        [COLUMN_KIND] = {.name = "kind", .label = _("Kind")},
        [COLUMN_RECORD] = {.name = "record", .label = _("Record")},
        [COLUMN_FIELD] = {.name = "field", .label = _("Field")},
        [COLUMN_STORED] = {.name = "stored", .label = _("Stored")},
        [COLUMN_EXPECTED] = {.name = "expected", .label = _("Expected")},
        [COLUMN_PROBLEM] = {.name = "problem", .label = _("Problem")},
        [COLUMN_SEVERITY] = {.name = "severity",
                             .label = _("Severity"),
                             .type = DATA_ENUM,
                             .choices = severities,
                             .choice_count = sizeof severities / sizeof *severities},
        [COLUMN_REPAIRABLE] = {.name = "repairable",
                               .label = _("Repairable"),
                               .type = DATA_BOOLEAN},
        [COLUMN_REPAIRED] = {.name = "repaired",
                             .label = _("Repaired"),
                             .type = DATA_BOOLEAN,
                             .flags = check->repair ? 0 : COLUMN_HIDDEN},
        [COLUMN_HINT] = {.name = "hint", .label = _("How to mend it"), .flags = COLUMN_HIDDEN},
    };
    const struct table table = {.name = "check", .columns = columns, .count = COLUMNS};
    return sink_begin(check->sink, &table);
}

/* Under a table each way of mending is said once. */
static crm_status keep_hint(struct check *check, const char *hint)
{
    for (size_t i = 0; i < check->hint_count; i++)
        if (strcmp(check->hints[i], hint) == 0)
            return CRM_OK;
    const char **hints =
        array_grow(check->hints, &check->hint_room, check->hint_count + 1, sizeof *hints);
    if (hints == NULL)
        return error_no_memory(&check->book->error);
    check->hints = hints;
    hints[check->hint_count] = arena_copy(&check->arena, hint);
    if (hints[check->hint_count] == NULL)
        return error_no_memory(&check->book->error);
    check->hint_count++;
    return CRM_OK;
}

static void count(struct check *check, const struct finding *finding, bool repaired)
{
    check->repaired += repaired;
    if (repaired)
        return;
    check->errors += !finding->warning;
    check->warnings += finding->warning;
    check->repairable += finding->repairable;
}

crm_status check_say(struct check *check, const struct finding *finding)
{
    bool repaired = check->repair && finding->repairable;
    if (check->scratch.failed) /* some of its texts are missing */
        return error_no_memory(&check->book->error);
    const char *hint = finding->hint;
    if (hint == NULL && finding->repairable)
        hint = _("crm check --repair mends it");
    const struct value row[COLUMNS] = {
        [COLUMN_CHECK] = value_text(part_names[finding->part]),
        [COLUMN_KIND] = value_text(finding->kind),
        [COLUMN_RECORD] = value_text(finding->record),
        [COLUMN_FIELD] = value_text(finding->field),
        [COLUMN_STORED] = value_text(finding->stored),
        [COLUMN_EXPECTED] = value_text(finding->expected),
        [COLUMN_PROBLEM] = value_text(finding->problem),
        [COLUMN_SEVERITY] = value_text(finding->warning ? "warning" : "error"),
        [COLUMN_REPAIRABLE] = value_integer(finding->repairable),
        [COLUMN_REPAIRED] = value_integer(repaired),
        [COLUMN_HINT] = value_text(repaired ? NULL : hint),
    };
    count(check, finding, repaired);
    crm_status status = sink_row(check->sink, row);
    if (status == CRM_OK && hint != NULL && !repaired)
        status = keep_hint(check, hint);
    arena_clear(&check->scratch);
    return status;
}

const char *check_record(struct check *check, const struct kind *kind, int64_t id)
{
    return arena_printf(&check->scratch, "%s%lld", kind->prefix != NULL ? kind->prefix : "#",
                        (long long)id);
}

const char *check_text(struct check *check, const struct field *field, const struct value *value)
{
    struct buffer text cleanup(buffer_release) = {0};
    char number[24];
    bool decimal = field != NULL && field->type == DATA_DECIMAL;
    switch (value->type) {
    case VALUE_NULL:
        return NULL;
    case VALUE_INTEGER:
        if (decimal)
            decimal_format(value->integer, number);
        if (decimal)
            return arena_copy(&check->scratch, number);
        return arena_printf(&check->scratch, "%lld", (long long)value->integer);
    case VALUE_REAL:
        return arena_printf(&check->scratch, "%.17g", value->real);
    case VALUE_TEXT:
        break;
    }
    if (field != NULL && (field->flags & FIELD_SENSITIVE))
        return NULL;
    bool cut = value->length > SHOWN_BYTES;
    size_t length = cut ? text_valid_prefix(value->text, SHOWN_BYTES) : value->length;
    text_repair(&text, value->text, length > 0 || !cut ? length : SHOWN_BYTES);
    buffer_text(&text, cut ? "…" : "");
    check->scratch.failed |= text.failed;
    return text.failed ? NULL : arena_copy(&check->scratch, buffer_string(&text));
}

crm_status check_failed(struct check *check, enum check_part part, const char *what,
                        crm_status status)
{
    struct error *error = &check->book->error;
    if (status == CRM_OK || status == CRM_NO_MEMORY || status == CRM_BUSY ||
        check->sink->failure != CRM_OK)
        return status;
    const char *problem = arena_copy(&check->scratch, error->message);
    const char *hint = arena_copy(&check->scratch, error->hint);
    if (problem == NULL || hint == NULL)
        return error_no_memory(error);
    error_clear(error);
    const struct finding finding = {
        .part = part, .kind = what, .problem = problem, .hint = *hint == '\0' ? NULL : hint};
    return check_say(check, &finding);
}

crm_status check_say_derived(struct check *check, const struct kind *kind, const char *record,
                             const char *field, const struct value *stored,
                             const struct value *expected)
{
    const struct field *about = kind_field(kind, field);
    const struct finding finding = {.part = CHECK_DERIVED,
                                    .kind = kind->name,
                                    .record = record,
                                    .field = field,
                                    .stored = check_text(check, about, stored),
                                    .expected = check_text(check, about, expected),
                                    .problem = _("not what the records come to"),
                                    .repairable = true};
    return check_say(check, &finding);
}

size_t check_kind_index(const struct kind *kind)
{
    size_t index = 0;
    while (schema_kinds[index] != kind)
        index++;
    return index;
}

/* ---- The whole run ---- */

static void check_release(struct check *check)
{
    for (size_t i = 0; check->tables != NULL && i < schema_kind_count; i++) {
        id_map_release(&check->tables[i].ids);
        id_map_release(&check->tables[i].added);
        id_map_release(&check->tables[i].gone);
        lost_release(&check->tables[i].erased);
    }
    free(check->tables);
    id_map_release(&check->entries);
    free(check->customers);
    free(check->hints);
    arena_release(&check->arena);
    arena_release(&check->scratch);
}

static crm_status choose(struct check *check, const crm_check_options *options)
{
    struct error *error = &check->book->error;
    for (size_t i = 0; i < options->count; i++) {
        size_t part = 0;
        while (part < CHECK_PARTS && strcmp(part_names[part], options->names[i]) != 0)
            part++;
        if (part < CHECK_PARTS) {
            check->wanted[part] = true;
            continue;
        }
        const char *nearest = text_nearest(options->names[i], part_names, CHECK_PARTS);
        error_set(error, CRM_USAGE, _("there is no check '%s'"), options->names[i]);
        if (nearest != NULL)
            return error_hint(error, _("did you mean '%s'?"), nearest);
        return error_hint(error, _("crm check --help lists them"));
    }
    for (size_t part = 0; part < CHECK_PARTS && options->count == 0; part++)
        check->wanted[part] = true;
    return CRM_OK;
}

/* To whoever sees a part the rest would seem lost. */
static crm_status need_whole(struct check *check)
{
    if (check->book->store == NULL)
        return CRM_OK;
    return store_need_whole(check->book->store,
                            _("your role shows a part of the book: what is not seen would seem "
                              "lost"),
                            _("ask an administrator of the book to check it"), &check->book->error);
}

/* Everything that reads the database. */
static crm_status check_store(struct check *check)
{
    static crm_status (*const parts[])(struct check *) = {
        check_integrity, check_schema,     check_journal,       check_filing,
        check_present,   check_records,    check_journal_added, check_unique,
        check_own,       check_complaints, check_derived};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == CRM_OK; i++)
        status = parts[i](check);
    return status;
}

static crm_status check_all(struct check *check, const struct book_damage *damage)
{
    crm_status status = CRM_OK;
    if (damage->store.status != CRM_OK) {
        check->book->error = damage->store;
        status = check_failed(check, CHECK_INTEGRITY, NULL, damage->store.status);
    } else {
        status = check->repair ? book_begin(check->book) : store_begin_reading(check->book->store);
        if (status == CRM_OK)
            status = check_store(check);
    }
    if (status == CRM_OK)
        status = check_policy(check, &damage->policy);
    if (status == CRM_OK)
        status = check_files(check);
    if (check->repair)
        return book_end(check->book, status);
    if (check->book->store != NULL)
        store_end_reading(check->book->store);
    return status;
}

static crm_status summarize(struct check *check)
{
    int64_t rows = 0;
    for (size_t i = 0; i < schema_kind_count; i++)
        rows += check->tables[i].rows;
    const char *problem = arena_printf(
        &check->scratch,
        _("%lld rows and %lld entries read; errors: %zu, warnings: %zu, repaired: %zu"),
        (long long)rows, (long long)check->entry_count, check->errors, check->warnings,
        check->repaired);
    const char *last = check->last_entry == 0
                           ? NULL
                           : arena_printf(&check->scratch, "%lld", (long long)check->last_entry);
    if (check->scratch.failed)
        return error_no_memory(&check->book->error);
    const struct value row[COLUMNS] = {
        [COLUMN_CHECK] = value_text(summary_name),
        [COLUMN_KIND] = value_text(last == NULL ? NULL : "journal"),
        [COLUMN_RECORD] = value_text(last),
        [COLUMN_FIELD] = value_text(last == NULL ? NULL : "hash"),
        [COLUMN_STORED] = value_text(last == NULL ? NULL : check->last_hash),
        [COLUMN_PROBLEM] = value_text(problem),
        [COLUMN_SEVERITY] = value_text(check->errors > 0     ? "error"
                                       : check->warnings > 0 ? "warning"
                                                             : "ok"),
        [COLUMN_REPAIRABLE] = value_integer(check->repairable > 0),
        [COLUMN_REPAIRED] = value_integer(check->repaired > 0),
    };
    crm_status status = sink_row(check->sink, row);
    for (size_t i = 0; i < check->hint_count && status == CRM_OK; i++)
        status = sink_note(check->sink, "%s", check->hints[i]);
    return status == CRM_OK ? sink_end(check->sink) : status;
}

static crm_status conclude(struct check *check)
{
    struct error *error = &check->book->error;
    if (check->errors == 0)
        return CRM_OK;
    error_set(error, CRM_CORRUPT,
              dngettext(CRM_TEXT_DOMAIN, "%zu thing in the book is wrong",
                        "%zu things in the book are wrong", check->errors),
              check->errors);
    if (check->repairable > 0)
        return error_hint(error, _("crm check --repair mends what can be derived"));
    return error_hint(error, _("see the column hint of each: --format json"));
}

/* What is derived comes out of the policy: by another one right figures would be made wrong. */
static crm_status refuse_repair(struct check *check, const struct error *policy)
{
    struct error *error = &check->book->error;
    if (policy->status != CRM_INVALID) {
        *error = *policy;
        return policy->status;
    }
    error_set(error, CRM_INVALID, "%s", policy->message);
    return error_hint(error, _("mend policy.yaml first: what is derived depends on it"));
}

static crm_status run(struct check *check, const crm_check_options *options)
{
    struct book_damage damage = {0};
    struct crm_book *book = check->book;
    crm_status status = choose(check, options);
    if (status == CRM_OK)
        status = book_open_damaged(book, options->directory,
                                   check->repair ? CRM_OPEN_WRITE : CRM_OPEN_READ, &damage);
    check->policy_known = damage.policy.status == CRM_OK;
    if (status == CRM_OK)
        status = need_whole(check);
    if (status == CRM_OK && check->repair && !check->policy_known)
        status = refuse_repair(check, &damage.policy);
    check->tables = calloc(schema_kind_count, sizeof *check->tables);
    if (status == CRM_OK && check->tables == NULL)
        status = error_no_memory(&book->error);
    if (status == CRM_OK)
        status = begin(check);
    if (status == CRM_OK)
        status = check_all(check, &damage);
    if (status == CRM_OK)
        status = summarize(check);
    return status == CRM_OK ? conclude(check) : status;
}

crm_status crm_check(crm_book *book, const crm_check_options *options, crm_sink *sink)
{
    struct check check cleanup(check_release) = {
        .book = book, .sink = sink, .repair = options->repair};
    return run(&check, options);
}
