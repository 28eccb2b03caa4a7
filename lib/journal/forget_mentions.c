/* SPDX-License-Identifier: MIT */
/* What is left of a person in the words of others, and in what the journal keeps of those. */
#include "journal/forget.h"

#include <string.h>

/* Bytes of the shortest name that is looked for as a part of words: "Li" is a part of many. */
enum { SHORTEST_SEARCHED = 4 };

struct mentioning {
    const struct forgetting *forgetting;
    struct crm_sink *sink;
    bool found; /* in the image at hand */
};

/* ---- Records ---- */

static bool is_searchable(const struct kind *kind)
{
    bool searched = false;
    for (size_t i = 0; i < kind->field_count; i++)
        searched = searched || (kind->fields[i].flags & FIELD_SEARCH) != 0;
    return searched && kind->cluster == NULL;
}

static crm_status write_record(void *context, const struct value *row)
{
    const struct mentioning *mentioning = context;
    const struct value mention[] = {row[0], row[1], value_null()};
    return sink_row(mentioning->sink, mention);
}

/* Records of that kind whose words hold one of the names. */
static crm_status mentions_in_kind(struct mentioning *mentioning, const struct kind *kind)
{
    const struct forgetting *forgetting = mentioning->forgetting;
    struct query query cleanup(query_release) = {0};
    crm_status status = CRM_OK;
    buffer_text(&query.sql, "SELECT ");
    query_value(&query, value_text(kind->name));
    buffer_text(&query.sql, ", ");
    subject_name_sql(&query.sql, kind);
    buffer_printf(&query.sql, " FROM %s t WHERE 1 = 0", kind->table);
    for (size_t i = 0; i < forgetting->own_names && status == CRM_OK; i++) {
        const struct crm_filter words = {&forgetting->names.items[i].text, 1};
        if (strlen(forgetting->names.items[i].text) < SHORTEST_SEARCHED)
            continue;
        buffer_text(&query.sql, " OR (1 = 1");
        status = search_sql(forgetting->book, kind, "t", &words, &query);
        buffer_character(&query.sql, ')');
    }
    buffer_text(&query.sql, " ORDER BY t.id");
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&forgetting->book->error);
    return status == CRM_OK ? store_query(forgetting->book->store, buffer_string(&query.sql),
                                          query.parameters, query.count, write_record, mentioning)
                            : status;
}

/* ---- Images ---- */

static bool has_words(const struct kind *kind, const struct member *member)
{
    const struct field *field = kind_field(kind, member->name);
    return member->value.type == VALUE_TEXT &&
           (field == NULL || (field->type == DATA_TEXT && field->form == NULL));
}

static crm_status look_at_values(struct mentioning *mentioning, const struct kind *kind,
                                 const struct values *values)
{
    const struct forgetting *forgetting = mentioning->forgetting;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < values->count && status == CRM_OK && !mentioning->found; i++)
        if (has_words(kind, &values->items[i]))
            status = forget_names_in(forgetting, forgetting->own_names, values->items[i].value.text,
                                     &mentioning->found);
    return status;
}

static crm_status look_at_row(void *context, const struct reading *reading)
{
    struct mentioning *mentioning = context;
    crm_status status = look_at_values(mentioning, reading->image.kind, &reading->before);
    return status == CRM_OK ? look_at_values(mentioning, reading->image.kind, &reading->after)
                            : status;
}

static crm_status write_image(const struct mentioning *mentioning, const struct image *image)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *record = NULL;
    crm_status status = CRM_OK;
    if (image->record != 0)
        status = history_record_name(mentioning->forgetting->book, image->kind, image->record,
                                     &arena, &record);
    const struct value mention[] = {value_text(image->kind->name), value_text(record),
                                    value_integer(image->entry)};
    return status == CRM_OK ? sink_row(mentioning->sink, mention) : status;
}

static crm_status look_at_image(void *context, const struct value *row)
{
    struct mentioning *mentioning = context;
    const struct image image = image_of(row);
    if (image.kind == NULL)
        return CRM_OK;
    mentioning->found = false;
    crm_status status = image_read(mentioning->forgetting->book, &image, look_at_row, mentioning);
    return status == CRM_OK && mentioning->found ? write_image(mentioning, &image) : status;
}

/* ---- Both ---- */

crm_status forget_write_mentions(const struct forgetting *forgetting, struct crm_sink *sink)
{
    const struct column columns[] = {{.name = "kind", .label = _("Kind")},
                                     {.name = "record", .label = _("Record")},
                                     {.name = "entry", .label = _("Entry"), .type = DATA_INTEGER}};
    const struct table table = {.name = "mentions",
                                .title = _("Words that still name the person, or one so called"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    struct mentioning mentioning = {.forgetting = forgetting, .sink = sink};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        if (forgetting->own_names > 0 && is_searchable(schema_kinds[i]))
            status = mentions_in_kind(&mentioning, schema_kinds[i]);
    /* Images of this very entry keep no values: where they are there already, it erases them. */
    const struct value entry = value_integer(forgetting->book->entry);
    if (status == CRM_OK && forgetting->own_names > 0)
        status = store_query(forgetting->book->store,
                             "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.entry <> $1 "
                             "AND i.before_values IS NOT NULL ORDER BY i.entry, i.number",
                             &entry, 1, look_at_image, &mentioning);
    return status == CRM_OK ? sink_end(sink) : status;
}
