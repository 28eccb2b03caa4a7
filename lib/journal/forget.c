/* SPDX-License-Identifier: MIT */
/* Erasing a person's data: from the records, from the journal, from the file. */
#include "journal/forget.h"

#include "store/roles.h"

#include <stdlib.h>
#include <string.h>

static void forgetting_release(struct forgetting *forgetting)
{
    subject_release(&forgetting->subject);
    free(forgetting->names.items);
    free(forgetting->logins.items);
    arena_release(&forgetting->arena);
}

/* ---- Checks ---- */

/* A company is no person: what it bought and said is its own. */
static crm_status refuse_company(struct forgetting *forgetting)
{
    const struct subject *subject = &forgetting->subject;
    const struct value id = value_integer(subject->id);
    struct value row[2];
    if (subject->kind != &kind_customer || subject->removed)
        return CRM_OK;
    crm_status status =
        store_row_values(forgetting->book->store, &forgetting->arena,
                         "SELECT kind, key FROM customer WHERE id = $1", &id, 1, row, 2);
    if (status != CRM_OK || strcmp(row[0].text, "company") != 0)
        return status;
    error_set(&forgetting->book->error, CRM_CONFLICT, _("'%s' is a company, not a person"),
              row[1].text);
    return error_hint(&forgetting->book->error,
                      _("forget its contacts; or, if it is a person: crm edit %s --kind person"),
                      row[1].text);
}

static crm_status refuse_reason(const struct forgetting *forgetting, const char *reason)
{
    bool named = false;
    crm_status status = reason == NULL
                            ? CRM_OK
                            : forget_names_in(forgetting, forgetting->names.count, reason, &named);
    if (status != CRM_OK || !named)
        return status;
    error_set(&forgetting->book->error, CRM_INVALID, _("reason: it names the person"));
    return error_hint(&forgetting->book->error,
                      _("the reason stays in the journal: say it without name and number"));
}

/* ---- The entry ---- */

static void quote(struct buffer *line, const char *text)
{
    buffer_character(line, '\'');
    for (; *text != '\0'; text++)
        if (*text == '\'')
            buffer_text(line, "'\\''");
        else
            buffer_character(line, *text);
    buffer_character(line, '\'');
}

/* The command as the journal keeps it: the record by its number alone. */
static crm_status name_command(struct forgetting *forgetting, const char *reason)
{
    struct crm_book *book = forgetting->book;
    struct buffer line cleanup(buffer_release) = {0};
    buffer_printf(&line, "crm forget %s '#%lld'", forgetting->subject.kind->name,
                  (long long)forgetting->subject.id);
    if (reason != NULL) {
        buffer_text(&line, " --reason ");
        quote(&line, reason);
    }
    book->command = line.failed ? NULL : arena_copy(&book->arena, buffer_string(&line));
    return book->command == NULL ? error_no_memory(&book->error) : CRM_OK;
}

/* ---- What was done ---- */

static crm_status write_head(const struct forgetting *forgetting, const char *reason,
                             struct crm_sink *sink)
{
    const struct subject *subject = &forgetting->subject;
    const struct column columns[] = {
        {.name = "kind", .label = _("Kind")},
        {.name = "record", .label = _("Record")},
        {.name = "reason", .label = _("Reason")},
        {.name = "images", .label = _("Images erased"), .type = DATA_INTEGER},
        {.name = "commands", .label = _("Commands erased"), .type = DATA_INTEGER}};
    char record[24];
    (void)snprintf(record, sizeof record, "#%lld", (long long)subject->id);
    const struct value row[] = {value_text(subject->kind->name), value_text(record),
                                value_text(reason), value_integer(forgetting->images),
                                value_integer(forgetting->commands)};
    const struct table table = {.name = "forgotten",
                                .title = _("Forgotten"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns,
                                .record = true};
    return sink_page_begin(sink, &table, row);
}

static crm_status write_erased(const struct forgetting *forgetting, struct crm_sink *sink)
{
    const struct column columns[] = {
        {.name = "kind", .label = _("Kind")},
        {.name = "records", .label = _("Records"), .type = DATA_INTEGER}};
    const struct table table = {.name = "erased",
                                .title = _("Erased"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        const struct value row[] = {value_text(schema_kinds[i]->name),
                                    value_integer(forgetting->erased[i])};
        if (forgetting->erased[i] > 0)
            status = sink_row(sink, row);
    }
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status write_result(const struct forgetting *forgetting, const char *reason,
                               struct crm_sink *sink)
{
    if (sink == NULL)
        return CRM_OK;
    crm_status status = write_head(forgetting, reason, sink);
    if (status == CRM_OK)
        status = write_erased(forgetting, sink);
    if (status == CRM_OK)
        status = forget_write_mentions(forgetting, sink);
    return status == CRM_OK ? sink_page_end(sink) : status;
}

/* ---- All of it ---- */

static crm_status forget(struct forgetting *forgetting, const char *kind, const char *reference,
                         const char *reason)
{
    struct crm_book *book = forgetting->book;
    crm_status status = subject_find(book, kind, reference, &forgetting->subject);
    if (status == CRM_OK && forgetting->subject.kind == &kind_staff)
        status = store_refuse_holders(book->store, "SELECT id FROM staff WHERE id = $1",
                                      forgetting->subject.id);
    forgetting->erased =
        arena_array(&forgetting->arena, schema_kind_count, sizeof *forgetting->erased);
    if (status == CRM_OK && forgetting->erased == NULL)
        status = error_no_memory(&book->error);
    if (status == CRM_OK)
        status = refuse_company(forgetting);
    if (status == CRM_OK)
        status = forget_collect_names(forgetting);
    if (status == CRM_OK)
        status = refuse_reason(forgetting, reason);
    if (status == CRM_OK)
        status = name_command(forgetting, reason);
    if (status == CRM_OK)
        status = forget_records(forgetting);
    return status == CRM_OK ? forget_journal(forgetting) : status;
}

/* The data is gone from the book, but not from its file: that is to be told. */
static crm_status say_left(const struct forgetting *forgetting, crm_status status)
{
    struct error *error = &forgetting->book->error;
    const struct subject *subject = &forgetting->subject;
    char *why = arena_copy(&forgetting->book->arena, error->message);
    error_set(error, status, _("erased, but the book's file may still hold it: %s"),
              why == NULL ? "" : why);
    return error_hint(error, _("give the command again: crm forget %s '#%lld'"),
                      subject->kind->name, (long long)subject->id);
}

static crm_status scrub(const struct forgetting *forgetting, struct crm_sink *sink)
{
    bool whole = true;
    crm_status status = store_scrub(forgetting->book->store, &whole);
    if (status != CRM_OK)
        return say_left(forgetting, status);
    return whole || sink == NULL
               ? CRM_OK
               : sink_note(sink, _("erased, but old rows lie in the database until it is vacuumed, "
                                   "which its owner may have done: VACUUM"));
}

/* Two that were merged are one person; erased is the one that was named. */
static crm_status note_survivor(const struct forgetting *forgetting, struct crm_sink *sink)
{
    const struct subject *subject = &forgetting->subject;
    const char *name;
    struct arena arena cleanup(arena_release) = {0};
    if (subject->survivor == 0 || sink == NULL)
        return CRM_OK;
    crm_status status =
        history_record_name(forgetting->book, subject->kind, subject->survivor, &arena, &name);
    return status == CRM_OK ? sink_note(sink,
                                        _("it was merged into %s, which keeps what it took "
                                          "over: crm forget %s %s"),
                                        name, subject->kind->name, name)
                            : status;
}

crm_status crm_forget(crm_book *book, const char *kind, const char *reference, const char *reason,
                      crm_sink *sink)
{
    struct forgetting forgetting cleanup(forgetting_release) = {.book = book};
    const char *command = book->command;
    crm_status status = book_begin(book);
    book->erasing = true;
    if (status == CRM_OK)
        status = forget(&forgetting, kind, reference, reason);
    if (status == CRM_OK)
        status = note_survivor(&forgetting, sink);
    if (status == CRM_OK)
        status = write_result(&forgetting, reason, sink);
    status = book_end(book, status);
    book->erasing = false;
    book->command = command;
    if (status != CRM_OK || book->dry_run)
        return status;
    return scrub(&forgetting, sink);
}
