/* SPDX-License-Identifier: MIT */
/* The records: each table is read once, and all that can be said of a row is said then. */
#include "check/records.h"

#include "base/decimal.h"
#include "domain/sales.h"

#include <stdlib.h>
#include <string.h>

enum { PROGRESS_ROWS = 1 << 16 };

static void pass_release(struct pass *pass)
{
    for (size_t i = 0; pass->columns != NULL && i < pass->count; i++)
        free(pass->columns[i].check.known);
    free(pass->columns);
    free(pass->select);
    sales_check_release(&pass->sales);
}

/* ---- Naming the row at hand ---- */

static const char *row_name(void *context)
{
    const struct pass *pass = context;
    struct buffer name cleanup(buffer_release) = {0};
    if (pass->id_at != NOWHERE)
        return check_record(pass->check, pass->kind, pass->row[pass->id_at].integer);
    for (size_t i = 0; i < pass->count; i++) {
        const struct field *field = pass->columns[i].check.field;
        if (strstr(pass->kind->cluster, field->name) == NULL)
            continue;
        const char *text = check_text(pass->check, field, &pass->row[i]);
        buffer_printf(&name, "%s%s=%s", name.length > 0 ? " " : "", field->name,
                      text == NULL ? "" : text);
    }
    return name.failed ? NULL : arena_copy(&pass->check->scratch, buffer_string(&name));
}

crm_status pass_say(struct pass *pass, struct finding finding, const struct value *stored)
{
    finding.kind = pass->kind->name;
    finding.record = row_name(pass);
    if (finding.record == NULL)
        return error_no_memory(&pass->check->book->error);
    if (stored != NULL)
        finding.stored = check_text(pass->check, kind_field(pass->kind, finding.field), stored);
    return check_say(pass->check, &finding);
}

/* ---- References ---- */

static const char *history_hint(void)
{
    return _("crm log shows what happened to it; crm undo or a backup has what is missing");
}

static crm_status say_dangling(struct pass *pass, const struct field *field,
                               const struct value *value)
{
    const struct finding finding = {.part = CHECK_REFERENCES,
                                    .field = field->name,
                                    .problem = value->type == VALUE_INTEGER
                                                   ? _("refers to a record that there is not")
                                                   : _("no number of a record"),
                                    .hint = history_hint()};
    return pass_say(pass, finding, value);
}

/* Whoever refers to his own kind may come before the record that he names. */
static crm_status wait(struct pass *pass, const struct field *field, int64_t target)
{
    struct check *check = pass->check;
    struct waiting *items =
        array_grow(pass->waiting, &pass->waiting_room, pass->waiting_count + 1, sizeof *items);
    if (items == NULL)
        return error_no_memory(&check->book->error);
    pass->waiting = items;
    items[pass->waiting_count++] = (struct waiting){field, pass->row[pass->id_at].integer, target};
    return CRM_OK;
}

static crm_status judge_reference(struct pass *pass, const struct pass_column *column,
                                  const struct value *value)
{
    struct table_facts *target = column->target;
    if (value->type != VALUE_INTEGER)
        return say_dangling(pass, column->check.field, value);
    if (id_map_get(&target->ids, value->integer) != 0 || target->partial)
        return CRM_OK;
    if (target == pass->facts)
        return wait(pass, column->check.field, value->integer);
    return say_dangling(pass, column->check.field, value);
}

static crm_status judge_waiting(struct pass *pass)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < pass->waiting_count && status == CRM_OK; i++) {
        const struct waiting *item = &pass->waiting[i];
        if (id_map_get(&pass->facts->ids, item->target) != 0 || pass->facts->partial)
            continue;
        const struct value target = value_integer(item->target);
        const struct finding finding = {.part = CHECK_REFERENCES,
                                        .kind = pass->kind->name,
                                        .record =
                                            check_record(pass->check, pass->kind, item->record),
                                        .field = item->field->name,
                                        .stored = check_text(pass->check, NULL, &target),
                                        .problem = _("refers to a record that there is not"),
                                        .hint = history_hint()};
        status = check_say(pass->check, &finding);
    }
    free(pass->waiting);
    pass->waiting = NULL;
    return status;
}

/* ---- Values ---- */

static crm_status say_missing(struct pass *pass, const struct field *field)
{
    const struct finding finding = {.part = CHECK_VALUES,
                                    .field = field->name,
                                    .problem = _("required, and empty"),
                                    .hint = _("give the field its right value: crm edit")};
    return pass_say(pass, finding, NULL);
}

static crm_status judge_value(struct pass *pass, const struct pass_column *column,
                              const struct value *value)
{
    struct verdict verdict;
    crm_status status = value_judge(pass->check, &column->check, value, &verdict);
    if (status != CRM_OK || verdict.good)
        return status;
    const struct finding finding = {.part = CHECK_VALUES,
                                    .field = column->check.field->name,
                                    .expected = verdict.expected,
                                    .problem = verdict.problem,
                                    .hint = _("give the field its right value: crm edit")};
    return pass_say(pass, finding, value);
}

/* Words that the policy knows no more are no damage: policies change. */
static crm_status judge_words(struct pass *pass)
{
    struct crm_book *book = pass->check->book;
    struct record record = {.kind = pass->kind, .values = pass->values};
    for (size_t i = 0; i < pass->count; i++)
        pass->values[pass->columns[i].check.field - pass->kind->fields] = pass->row[i];
    crm_status status = derived_check(book, &record);
    if (status != CRM_INVALID)
        return status;
    const char *problem = arena_copy(&pass->check->scratch, book->error.message);
    const char *hint = arena_copy(&pass->check->scratch, book->error.hint);
    error_clear(&book->error);
    const struct finding finding = {
        .part = CHECK_VALUES, .problem = problem, .hint = hint, .warning = true};
    return pass_say(pass, finding, NULL);
}

/* ---- Entries ---- */

static crm_status flush_entry(struct pass *pass)
{
    struct id_map *added = &pass->facts->added;
    bool kept =
        pass->entry_rows == 0 ||
        id_map_put(added, pass->entry, id_map_get(added, pass->entry) + (uint64_t)pass->entry_rows);
    pass->entry_rows = 0;
    return kept ? CRM_OK : error_no_memory(&pass->check->book->error);
}

static crm_status count_entry(struct pass *pass, const struct value *entry)
{
    struct check *check = pass->check;
    if (pass->entry == entry->integer && pass->entry_rows > 0) {
        pass->entry_rows++;
        return CRM_OK;
    }
    crm_status status = flush_entry(pass);
    pass->entry = entry->integer;
    pass->entry_rows = 1;
    if (status != CRM_OK || !check->entries_known || id_map_get(&check->entries, pass->entry) != 0)
        return status;
    const struct finding finding = {
        .part = CHECK_JOURNAL,
        .field = "entry",
        .problem = _("the journal has no such entry: no command wrote this row"),
        .hint = _("look where it came from; crm remove takes it away again")};
    return pass_say(pass, finding, entry);
}

/* ---- Rows ---- */

static crm_status judge_columns(struct pass *pass)
{
    const bool *wanted = pass->check->wanted;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < pass->count && status == CRM_OK; i++) {
        const struct pass_column *column = &pass->columns[i];
        const struct value *value = &pass->row[i];
        if (value->type == VALUE_NULL) {
            if (column->required && wanted[CHECK_VALUES])
                status = say_missing(pass, column->check.field);
        } else if (column->target != NULL) {
            if (wanted[CHECK_REFERENCES])
                status = judge_reference(pass, column, value);
        } else if (wanted[CHECK_VALUES]) {
            status = judge_value(pass, column, value);
        }
    }
    return status;
}

static crm_status note_row(struct pass *pass)
{
    struct check *check = pass->check;
    crm_status status = CRM_OK;
    if (pass->id_at != NOWHERE) {
        int64_t id = pass->row[pass->id_at].integer;
        uint64_t about = pass->kind == &kind_order ? sales_check_order(pass) : 1;
        if (!id_map_put(&pass->facts->ids, id, about))
            return error_no_memory(&check->book->error);
        if (pass->kind == &kind_customer)
            status = sales_check_customer(check, id);
    }
    if (++pass->facts->rows % PROGRESS_ROWS == 0)
        book_progress(check->book, _(pass->kind->label), pass->facts->rows, 0);
    return status;
}

static crm_status visit_row(void *context, const struct value *row)
{
    struct pass *pass = context;
    const bool *wanted = pass->check->wanted;
    pass->row = row;
    crm_status status = note_row(pass);
    if (status == CRM_OK)
        status = judge_columns(pass);
    if (status == CRM_OK && pass->has_words && wanted[CHECK_VALUES])
        status = judge_words(pass);
    if (status == CRM_OK && pass->custom_at != NOWHERE && wanted[CHECK_VALUES] &&
        !value_is_null(&row[pass->custom_at]))
        status = value_judge_custom(pass->check, pass->kind, &row[pass->custom_at], row_name, pass);
    if (status == CRM_OK)
        status = count_entry(pass, &row[pass->entry_at]);
    if (status == CRM_OK && pass->kind == &kind_line)
        status = sales_check_line(pass);
    return status;
}

/* ---- A table ---- */

static size_t add_column(struct pass *pass, size_t *columns, const char *sql)
{
    pass->select[*columns] = sql;
    return (*columns)++;
}

static crm_status make_columns(struct pass *pass)
{
    const struct kind *kind = pass->kind;
    size_t columns = 0;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->expression != NULL)
            continue;
        struct pass_column *column = &pass->columns[pass->count++];
        *column = (struct pass_column){
            .check = {.field = field, .at = columns, .known = known_texts_new()},
            .required = (field->flags & FIELD_REQUIRED) != 0};
        if (column->check.known == NULL)
            return error_no_memory(&pass->check->book->error);
        if (field->type == DATA_REFERENCE)
            column->target = &pass->check->tables[check_kind_index(schema_kind(field->reference))];
        (void)add_column(pass, &columns, field->name);
    }
    pass->entry_at = add_column(pass, &columns, "entry");
    pass->id_at = kind->cluster == NULL ? add_column(pass, &columns, "id") : NOWHERE;
    pass->custom_at = kind->custom ? add_column(pass, &columns, "custom") : NOWHERE;
    if (kind == &kind_order)
        pass->counted_at = add_column(pass, &columns, SALES_ORDER_COUNTS);
    pass->select_count = columns;
    sales_check_places(pass);
    return CRM_OK;
}

static crm_status prepare(struct pass *pass)
{
    enum { MORE = 4 }; /* entry, id, custom, counted */
    size_t fields = pass->kind->field_count;
    pass->columns = calloc(fields, sizeof *pass->columns);
    pass->select = calloc(fields + MORE, sizeof *pass->select);
    pass->values = arena_array(&pass->check->arena, fields, sizeof *pass->values);
    if (pass->columns == NULL || pass->select == NULL || pass->values == NULL)
        return error_no_memory(&pass->check->book->error);
    pass->has_words = pass->check->policy_known && derived_has_words(pass->kind);
    return make_columns(pass);
}

static crm_status read_table(struct pass *pass)
{
    struct check *check = pass->check;
    struct arena arena cleanup(arena_release) = {0};
    const struct store_select select = {.columns = pass->select,
                                        .column_count = pass->select_count,
                                        .from = arena_printf(&arena, "FROM %s", pass->kind->table),
                                        .order = pass->kind->cluster != NULL ? pass->kind->cluster
                                                                             : "id",
                                        .as_stored = true};
    if (select.from == NULL)
        return error_no_memory(&check->book->error);
    crm_status status = store_each(check->book->store, &select, NULL, 0, visit_row, pass);
    if (status == CRM_OK)
        return flush_entry(pass);
    pass->facts->partial = true;
    return check_failed(check, CHECK_INTEGRITY, pass->kind->name, status);
}

static crm_status check_kind(struct check *check, const struct kind *kind)
{
    struct pass pass cleanup(pass_release) = {
        .check = check, .kind = kind, .facts = &check->tables[check_kind_index(kind)]};
    crm_status status = prepare(&pass);
    if (status == CRM_OK && kind == &kind_line && check->wanted[CHECK_DERIVED])
        status = sales_check_begin(&pass);
    if (status == CRM_OK)
        status = read_table(&pass);
    if (status == CRM_OK)
        status = judge_waiting(&pass);
    if (status == CRM_OK && kind == &kind_line && check->wanted[CHECK_DERIVED])
        status = sales_check_end(&pass);
    return status;
}

/* What only the sums need, when nothing else is asked for. */
static bool has_sums(const struct kind *kind)
{
    return kind == &kind_customer || kind == &kind_order || kind == &kind_line;
}

crm_status check_records(struct check *check)
{
    const bool *wanted = check->wanted;
    bool all = wanted[CHECK_REFERENCES] || wanted[CHECK_VALUES] || wanted[CHECK_JOURNAL];
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        if (all || (wanted[CHECK_DERIVED] && has_sums(schema_kinds[i])))
            status = check_kind(check, schema_kinds[i]);
    return status;
}
