/* SPDX-License-Identifier: MIT */
/* What to select for a kind, and how a sink shows it. */
#include "record/record.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { CUSTOM_DECIMALS = 4 /* of a real number */ };

static bool continues_name(char character)
{
    return isalnum((unsigned char)character) || character == '_' || character == '.';
}

/* The expression of a derived field is written over alias t. */
static void expression_sql(struct buffer *sql, const char *expression, const char *alias)
{
    for (const char *at = expression; *at != '\0'; at++) {
        bool starts = at == expression || !continues_name(at[-1]);
        if (starts && at[0] == 't' && at[1] == '.')
            buffer_text(sql, alias);
        else
            buffer_character(sql, *at);
    }
}

void field_sql(struct buffer *sql, const struct field *field, const char *alias)
{
    if (field->expression != NULL) {
        expression_sql(sql, field->expression, alias);
        return;
    }
    buffer_text(sql, alias);
    buffer_character(sql, '.');
    buffer_text(sql, field->name);
}

static bool is_left_out(const struct field *field, unsigned flags)
{
    return (flags & SELECT_STORED) && (field->flags & FIELD_DERIVED) &&
           !(field->flags & FIELD_IDENTITY);
}

struct column field_column(const struct field *field)
{
    struct column column = {.name = field->name, .label = _(field->label), .type = field->type};
    column.choices = field_labels(field, &column.choice_count);
    column.flags = field->flags & FIELD_SENSITIVE ? COLUMN_SENSITIVE : 0;
    if (field->form == form_birthday)
        column.flags |= COLUMN_DAY;
    return column;
}

/* The key of the record that a reference names, through a join of its own. */
static void reference_sql(struct buffer *sql, struct buffer *from, const struct field *field,
                          size_t number)
{
    const struct kind *kind = schema_kind(field->reference);
    char alias[32];
    (void)snprintf(alias, sizeof alias, "r%zu", number);
    buffer_printf(from, " LEFT JOIN %s %s ON %s.id = t.%s", kind->table, alias, alias, field->name);
    field_sql(sql, kind_field(kind, kind->key), alias);
}

/* A selection under construction. */
struct making {
    struct crm_book *book;
    const struct kind *kind;
    const struct crm_sink *sink;
    struct arena *arena;
    struct selection *out;
    struct buffer from;
    struct buffer expression; /* of the column under way */
};

static crm_status add_column(struct making *making, struct column column)
{
    struct buffer *sql = &making->expression;
    const char *text = arena_copy_length(making->arena, buffer_string(sql), sql->length);
    if (text == NULL || sql->failed)
        return error_no_memory(&making->book->error);
    buffer_clear(sql);
    making->out->sql[making->out->count] = text;
    making->out->columns[making->out->count++] = column;
    return CRM_OK;
}

static crm_status add_field(struct making *making, size_t index)
{
    const struct field *field = &making->kind->fields[index];
    struct buffer *sql = &making->expression;
    struct column column = field_column(field);
    if (making->out->stored) /* a copy is complete */
        column.flags = 0;
    column.flags |= field->flags & FIELD_COLUMN ? 0 : COLUMN_HIDDEN;
    if (making->sink != NULL && !sink_shows(making->sink, &column))
        buffer_text(sql, "NULL"); /* neither join nor subquery for what nobody sees */
    else if (field->type == DATA_REFERENCE)
        reference_sql(sql, &making->from, field, index);
    else
        field_sql(sql, field, "t");
    return add_column(making, column);
}

static crm_status add_custom(struct making *making)
{
    const struct policy *policy = making->book->policy;
    crm_status status = CRM_OK;
    making->out->custom_at = making->out->count;
    for (size_t i = 0; i < policy->field_count && status == CRM_OK; i++) {
        const struct custom_field *field = &policy->fields[i];
        if (!custom_is_of(field, making->kind))
            continue;
        bool masked = field->sensitive && !making->out->stored;
        unsigned flags = masked ? COLUMN_HIDDEN | COLUMN_SENSITIVE : COLUMN_HIDDEN;
        buffer_text(&making->expression, "NULL"); /* see selection_each */
        making->out->customs[making->out->custom_count++] = field;
        status = add_column(making, (struct column){.name = field->name,
                                                    .label = field->label,
                                                    .type = field->type,
                                                    .decimals = CUSTOM_DECIMALS,
                                                    .flags = flags});
    }
    return status;
}

crm_status selection_make(struct crm_book *book, const struct kind *kind, unsigned flags,
                          const struct crm_sink *sink, struct arena *arena, struct selection *out)
{
    size_t most = kind->field_count + book->policy->field_count;
    *out = (struct selection){.sql = arena_array(arena, most, sizeof *out->sql),
                              .columns = arena_array(arena, most, sizeof *out->columns),
                              .stored = (flags & SELECT_STORED) != 0};
    out->customs = arena_array(arena, book->policy->field_count + 1, sizeof *out->customs);
    if (out->sql == NULL || out->columns == NULL || out->customs == NULL)
        return error_no_memory(&book->error);
    struct making making = {book, kind, sink, arena, out, {0}, {0}};
    buffer_printf(&making.from, "FROM %s t", kind->table);
    crm_status status = CRM_OK;
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++)
        if (!is_left_out(&kind->fields[i], flags))
            status = add_field(&making, i);
    if (status == CRM_OK)
        status = add_custom(&making);
    out->from = arena_copy(arena, buffer_string(&making.from));
    if (out->from == NULL || making.from.failed)
        status = error_no_memory(&book->error);
    buffer_release(&making.from);
    buffer_release(&making.expression);
    return status;
}

/* ---- Rows ---- */

/* Rows whose last column is the object that the policy's own fields are stored in. */
struct filling {
    struct crm_book *book;
    const struct selection *selection;
    struct value *values; /* of one row */
    struct arena texts;   /* of the same */
    store_row each;
    void *context;
};

static crm_status fill_row(void *context, const struct value *row)
{
    struct filling *filling = context;
    const struct selection *selection = filling->selection;
    crm_status status = CRM_OK;
    arena_clear(&filling->texts);
    memcpy(filling->values, row, selection->count * sizeof *row);
    for (size_t i = 0; i < selection->custom_count && status == CRM_OK; i++)
        status = custom_read(filling->book, &row[selection->count], selection->customs[i],
                             &filling->texts, &filling->values[selection->custom_at + i]);
    return status == CRM_OK ? filling->each(filling->context, filling->values) : status;
}

crm_status selection_each(struct crm_book *book, const struct selection *selection,
                          const struct store_select *select, const struct query *query,
                          store_row each, void *context)
{
    struct arena arena cleanup(arena_release) = {0};
    struct store_select with_object = *select;
    with_object.columns = selection->sql;
    with_object.column_count = selection->count;
    if (selection->custom_count == 0)
        return store_each(book->store, &with_object, query->parameters, query->count, each,
                          context);
    const char **columns = arena_array(&arena, selection->count + 1, sizeof *columns);
    struct filling filling = {.book = book,
                              .selection = selection,
                              .values =
                                  arena_array(&arena, selection->count, sizeof *filling.values),
                              .each = each,
                              .context = context};
    if (columns == NULL || filling.values == NULL)
        return error_no_memory(&book->error);
    memcpy(columns, selection->sql, selection->count * sizeof *columns);
    columns[selection->count] = "t.custom";
    with_object.columns = columns;
    with_object.column_count++;
    crm_status status =
        store_each(book->store, &with_object, query->parameters, query->count, fill_row, &filling);
    arena_release(&filling.texts);
    return status;
}
