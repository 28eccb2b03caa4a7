/* SPDX-License-Identifier: MIT */
/* Which records are about a person, found from the descriptors: a new kind is found with them. */
#include "journal/subject.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 /* parameters in one list */ };

/* ---- Lists ---- */

static crm_status add_id(struct crm_book *book, struct id_list *list, int64_t id)
{
    return id_list_add(list, id) ? CRM_OK : error_no_memory(&book->error);
}

/* Where store_query puts the ids of its rows. */
struct collecting {
    struct crm_book *book;
    struct id_list *list;
};

static crm_status collect_id(void *context, const struct value *row)
{
    const struct collecting *collecting = context;
    return add_id(collecting->book, collecting->list, row[0].integer);
}

static crm_status collect(const struct subject *subject, const struct query *query,
                          struct id_list *list)
{
    struct collecting collecting = {subject->book, list};
    if (query->sql.failed)
        return error_no_memory(&subject->book->error);
    crm_status status = store_query(subject->book->store, buffer_string(&query->sql),
                                    query->parameters, query->count, collect_id, &collecting);
    id_list_sort(list);
    return status;
}

void subject_query(const struct subject *subject, struct query *query)
{
    query_value(query, value_integer(subject->id));
    buffer_clear(&query->sql);
}

/* Where store_query puts images. */
static crm_status add_image(void *context, const struct value *row)
{
    struct subject *subject = context;
    struct image_key *grown = array_grow(subject->images, &subject->image_capacity,
                                         subject->image_count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&subject->book->error);
    subject->images = grown;
    grown[subject->image_count++] = (struct image_key){row[0].integer, row[1].integer};
    return CRM_OK;
}

/* ---- Which records are about the person ---- */

static struct subject_part *part_of(const struct subject *subject, const struct kind *kind)
{
    size_t i = 0;
    while (subject->parts[i].kind != kind)
        i++;
    return &subject->parts[i];
}

static bool is_reference(const struct field *field)
{
    return field->type == DATA_REFERENCE && field->expression == NULL;
}

/* A reference that every record has says whose it is; else any reference to what belongs. */
static bool is_owned(const struct subject *subject, const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (is_reference(&kind->fields[i]) && (kind->fields[i].flags & FIELD_REQUIRED) &&
            strcmp(kind->fields[i].reference, subject->kind->name) == 0)
            return true;
    return false;
}

static void add_condition(const struct subject *subject, const struct field *field, bool owned,
                          struct buffer *where)
{
    const struct kind *target = schema_kind(field->reference);
    const struct subject_part *part = part_of(subject, target);
    const char *separator = where->length > 0 ? " OR " : "";
    if (target == subject->kind)
        buffer_printf(where, "%st.%s = $1", separator, field->name);
    else if (!owned && part->where != NULL)
        buffer_printf(where, "%st.%s IN (SELECT t.id FROM %s t WHERE %s)", separator, field->name,
                      target->table, part->where);
}

/* Kinds stand behind those that they refer to: their conditions are there already. */
static crm_status make_condition(struct subject *subject, struct subject_part *part)
{
    struct buffer where cleanup(buffer_release) = {0};
    const struct kind *kind = part->kind;
    const bool owned = is_owned(subject, kind);
    if (kind == subject->kind)
        buffer_text(&where, "t.id = $1");
    for (size_t i = 0; kind != subject->kind && !subject->kind->agent && i < kind->field_count; i++)
        if (is_reference(&kind->fields[i]))
            add_condition(subject, &kind->fields[i], owned, &where);
    if (where.length > 0)
        part->where = arena_printf(&subject->arena, "(%s)", buffer_string(&where));
    return where.failed || (where.length > 0 && part->where == NULL)
               ? error_no_memory(&subject->book->error)
               : CRM_OK;
}

static crm_status make_parts(struct subject *subject)
{
    crm_status status = CRM_OK;
    subject->parts = arena_array(&subject->arena, schema_kind_count, sizeof *subject->parts);
    if (subject->parts == NULL)
        return error_no_memory(&subject->book->error);
    for (size_t i = 0; i < schema_kind_count; i++)
        subject->parts[i].kind = schema_kinds[i];
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = make_condition(subject, &subject->parts[i]);
    return status;
}

static crm_status collect_live(struct subject *subject, struct subject_part *part)
{
    struct query query cleanup(query_release) = {0};
    if (part->where == NULL || part->kind->cluster != NULL)
        return CRM_OK;
    subject_query(subject, &query);
    buffer_printf(&query.sql, "SELECT t.id FROM %s t WHERE %s", part->kind->table, part->where);
    return collect(subject, &query, &part->ids);
}

/* Appends "(1, 2, …)": a chunk of the ids, from `from` on. */
static void chunk_sql(struct query *query, const struct id_list *ids, size_t from)
{
    buffer_character(&query->sql, '(');
    for (size_t i = from; i < ids->count && i < from + CHUNK; i++) {
        buffer_text(&query->sql, i > from ? ", " : "");
        query_value(query, value_integer(ids->items[i]));
    }
    buffer_character(&query->sql, ')');
}

/* Those that were merged into one of the part's, and are not there as records of their own. */
static crm_status collect_merged_once(const struct subject *subject,
                                      const struct subject_part *part, struct id_list *out)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < part->ids.count && status == CRM_OK; i += CHUNK) {
        struct query query cleanup(query_release) = {0};
        buffer_text(&query.sql, "SELECT m.record FROM merged_record m WHERE m.kind = ");
        query_value(&query, value_text(part->kind->name));
        buffer_text(&query.sql, " AND m.merged_into IN ");
        chunk_sql(&query, &part->ids, i);
        buffer_printf(&query.sql,
                      " AND m.entry > 0 AND NOT EXISTS (SELECT 1 FROM %s t WHERE t.id = m.record)",
                      part->kind->table);
        status = collect(subject, &query, out);
    }
    return status;
}

/* The persons as other records that were merged into theirs, over any number of steps. A record
 * that came back is another one again. */
static crm_status collect_merged(struct subject *subject, struct subject_part *part)
{
    size_t before;
    crm_status status = CRM_OK;
    if (part->where == NULL || !part->kind->merges)
        return CRM_OK;
    do {
        struct id_list found = {0};
        before = part->ids.count;
        status = collect_merged_once(subject, part, &found);
        for (size_t i = 0; i < found.count && status == CRM_OK; i++)
            status = add_id(subject->book, &part->ids, found.items[i]);
        id_list_release(&found);
        id_list_sort(&part->ids);
    } while (status == CRM_OK && part->ids.count > before);
    return status;
}

/* ---- Records that were removed: known by what their last values refer to ---- */

struct removed_search {
    struct subject *subject;
    struct subject_part *part;
};

static bool refers_to_subject(const struct removed_search *search, const struct values *values)
{
    const struct kind *kind = search->part->kind;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (!is_reference(field) || strcmp(field->reference, kind->name) == 0)
            continue;
        const struct subject_part *target = part_of(search->subject, schema_kind(field->reference));
        if (id_list_has(&target->ids, values_integer(values, field->name)))
            return true;
    }
    return false;
}

static crm_status look_at_removed(void *context, const struct value *row)
{
    const struct removed_search *search = context;
    struct crm_book *book = search->subject->book;
    struct arena arena cleanup(arena_release) = {0};
    struct values values;
    crm_status status = values_read(book, row[1].text, &arena, &values);
    if (status != CRM_OK || !refers_to_subject(search, &values))
        return status;
    return add_id(book, &search->part->ids, row[0].integer);
}

/* Of what another customer had and gave away, not all images name the one who had it last. */
static crm_status look_at_last_owner(void *context, const struct value *row)
{
    const struct removed_search *search = context;
    struct crm_book *book = search->subject->book;
    struct arena arena cleanup(arena_release) = {0};
    struct values values;
    crm_status status = values_read(book, row[1].text, &arena, &values);
    const struct value parameters[] = {value_text(search->part->kind->name), row[0],
                                       value_integer(values_integer(&values, "entry")), row[2]};
    if (status == CRM_OK && search->part->kind->person)
        return add_id(book, &search->part->ids, row[0].integer);
    return status == CRM_OK
               ? store_query(book->store,
                             "SELECT i.entry, i.number FROM journal_image i WHERE i.kind = $1 "
                             "AND i.record = $2 AND i.entry BETWEEN $3 AND $4",
                             parameters, 4, add_image, search->subject)
               : status;
}

/* What a customer had last: the images say whose it was. */
static crm_status collect_last_owned(struct removed_search *search)
{
    struct subject *subject = search->subject;
    const struct id_list *customers = &part_of(subject, &kind_customer)->ids;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < customers->count && status == CRM_OK; i += CHUNK) {
        struct query query cleanup(query_release) = {0};
        buffer_text(&query.sql, "SELECT i.record, i.before_values, i.entry FROM journal_image i "
                                "WHERE i.action = 'removed' AND i.record IS NOT NULL "
                                "AND i.before_values IS NOT NULL AND i.kind = ");
        query_value(&query, value_text(search->part->kind->name));
        buffer_text(&query.sql, " AND i.customer IN ");
        chunk_sql(&query, customers, i);
        if (query.sql.failed)
            return error_no_memory(&subject->book->error);
        status = store_query(subject->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, look_at_last_owner, search);
    }
    return status;
}

static crm_status collect_removed(struct subject *subject, struct subject_part *part)
{
    struct removed_search search = {subject, part};
    const struct value kind = value_text(part->kind->name);
    if (part->where == NULL || part->kind == subject->kind || part->kind->cluster != NULL)
        return CRM_OK;
    crm_status status =
        subject->kind == &kind_customer
            ? collect_last_owned(&search)
            : store_query(subject->book->store,
                          "SELECT i.record, i.before_values FROM journal_image i "
                          "WHERE i.kind = $1 AND i.action = 'removed' AND i.record IS NOT NULL "
                          "AND i.before_values IS NOT NULL",
                          &kind, 1, look_at_removed, &search);
    id_list_sort(&part->ids);
    return status;
}

/* ---- The journal ---- */

/* Images whose `column`, which refers to records of `kind`, is one of the ids from `from` on. What
 * was written before the record was made is about another one, which had its number. */
static crm_status collect_chunk(struct subject *subject, const char *column,
                                const struct kind *kind, const struct id_list *ids, size_t from)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql, "SELECT i.entry, i.number FROM journal_image i WHERE i.%s IN ",
                  column);
    chunk_sql(&query, ids, from);
    if (strcmp(column, "record") == 0) {
        buffer_text(&query.sql, " AND i.kind = ");
        query_value(&query, value_text(kind->name));
    }
    if (kind->cluster == NULL)
        buffer_printf(
            &query.sql,
            " AND NOT EXISTS (SELECT 1 FROM %s t WHERE t.id = i.%s AND t.entry > i.entry)",
            kind->table, column);
    if (query.sql.failed)
        return error_no_memory(&subject->book->error);
    return store_query(subject->book->store, buffer_string(&query.sql), query.parameters,
                       query.count, add_image, subject);
}

/* Merges of the records $1 …; what handed their values on, as later merges of the survivor do; and
 * the undoing of either. */
static void handed_on_sql(const struct subject_part *part, size_t from, struct query *query)
{
    const struct value kind = value_text(part->kind->name);
    buffer_text(&query->sql, "WITH RECURSIVE merging (entry, gone, survivor) AS (SELECT "
                             "abs(m.entry), m.record, m.merged_into FROM merged_record m "
                             "WHERE m.kind = ");
    query_value(query, kind);
    buffer_text(&query->sql, " AND m.record IN ");
    chunk_sql(query, &part->ids, from);
    buffer_text(&query->sql,
                " UNION SELECT n.entry, coalesce(n.gone, merging.gone), "
                "coalesce(n.survivor, merging.survivor) FROM merging JOIN ("
                "SELECT j.id AS entry, j.undoes AS undoes, CAST(NULL AS BIGINT) AS gone, "
                "CAST(NULL AS BIGINT) AS survivor FROM journal j WHERE j.undoes IS NOT NULL "
                "UNION ALL SELECT abs(m.entry), 0, m.record, m.merged_into FROM merged_record m "
                "WHERE m.kind = ");
    query_value(query, kind);
    buffer_text(&query->sql, ") n ON n.undoes = merging.entry OR (n.gone = merging.survivor "
                             "AND n.entry > merging.entry))");
}

/* A record that one of the persons was merged into took over what it lacked, and gave it back when
 * that was undone: these images hold the person's values. */
static crm_status collect_taken_over(struct subject *subject, const struct subject_part *part,
                                     size_t from)
{
    struct query query cleanup(query_release) = {0};
    if (!part->kind->merges)
        return CRM_OK;
    handed_on_sql(part, from, &query);
    buffer_text(&query.sql,
                " SELECT i.entry, i.number FROM merging JOIN journal_image i "
                "ON i.entry = merging.entry AND (i.record = merging.gone OR "
                "(i.record = merging.survivor AND i.action = 'changed')) WHERE i.kind = ");
    query_value(&query, value_text(part->kind->name));
    if (query.sql.failed)
        return error_no_memory(&subject->book->error);
    return store_query(subject->book->store, buffer_string(&query.sql), query.parameters,
                       query.count, add_image, subject);
}

static int compare_images(const void *a, const void *b)
{
    const struct image_key *x = a, *y = b;
    int order = (x->entry > y->entry) - (x->entry < y->entry);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static void settle_images(struct subject *subject)
{
    struct image_key *images = subject->images;
    size_t kept = 0;
    if (subject->image_count > 1)
        qsort(images, subject->image_count, sizeof *images, compare_images);
    for (size_t i = 0; i < subject->image_count; i++)
        if (kept == 0 || compare_images(&images[kept - 1], &images[i]) != 0)
            images[kept++] = images[i];
    subject->image_count = kept;
}

static crm_status collect_images(struct subject *subject)
{
    crm_status status = CRM_OK;
    for (size_t k = 0; k < schema_kind_count; k++) {
        const struct subject_part *part = &subject->parts[k];
        bool customers = part->kind == &kind_customer;
        for (size_t i = 0; i < part->ids.count && status == CRM_OK; i += CHUNK) {
            status = collect_chunk(subject, "record", part->kind, &part->ids, i);
            if (status == CRM_OK && customers)
                status = collect_chunk(subject, "customer", part->kind, &part->ids, i);
            if (status == CRM_OK)
                status = collect_taken_over(subject, part, i);
        }
    }
    settle_images(subject);
    return status;
}

/* A record that was removed names the entry that once added it. */
static crm_status add_entry_of_removed(void *context, const struct reading *reading)
{
    struct subject *subject = context;
    struct id_list *entries = &subject->entries;
    int64_t entry = values_integer(&reading->before, "entry");
    bool last = entries->count > 0 && entries->items[entries->count - 1] == entry;
    return entry == 0 || last ? CRM_OK : add_id(subject->book, entries, entry);
}

static crm_status add_entries_of_removed(void *context, const struct value *row)
{
    struct subject *subject = context;
    const struct image image = image_of(row);
    return image_read(subject->book, &image, add_entry_of_removed, subject);
}

static crm_status collect_entries_of_images(struct subject *subject)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < subject->image_count && status == CRM_OK; i++) {
        const struct image_key *key = &subject->images[i];
        const struct value parameters[] = {value_integer(key->entry), value_integer(key->number)};
        if (i == 0 || key->entry != key[-1].entry)
            status = add_id(subject->book, &subject->entries, key->entry);
        if (status == CRM_OK)
            status = store_query(subject->book->store,
                                 "SELECT " IMAGE_COLUMNS " FROM journal_image i "
                                 "WHERE i.entry = $1 AND i.number = $2 AND i.action = 'removed'",
                                 parameters, 2, add_entries_of_removed, subject);
    }
    return status;
}

static crm_status collect_entries(struct subject *subject)
{
    crm_status status = CRM_OK;
    for (size_t k = 0; k < schema_kind_count && status == CRM_OK; k++) {
        const struct subject_part *part = &subject->parts[k];
        struct query query cleanup(query_release) = {0};
        if (part->where == NULL)
            continue;
        subject_query(subject, &query);
        buffer_printf(&query.sql, "SELECT DISTINCT t.entry FROM %s t WHERE %s", part->kind->table,
                      part->where);
        status = collect(subject, &query, &subject->entries);
    }
    if (status == CRM_OK)
        status = collect_entries_of_images(subject);
    id_list_sort(&subject->entries);
    return status;
}

/* ---- All of it ---- */

static crm_status refuse_kind(struct crm_book *book, const struct kind *kind)
{
    error_set(&book->error, CRM_USAGE, _("a %s is no person"), _(kind->noun));
    return error_hint(&book->error, _("name a customer, a contact or one of the staff"));
}

static crm_status find_person(struct subject *subject, const char *kind_name, const char *reference)
{
    struct crm_book *book = subject->book;
    crm_status status = record_kind(book, kind_name, reference, &subject->kind);
    if (status == CRM_OK && !subject->kind->person)
        status = refuse_kind(book, subject->kind);
    return status == CRM_OK
               ? history_resolve(book, subject->kind, reference, &subject->id, &subject->removed)
               : status;
}

/* Whom a record that is gone was merged into, over any number of steps, and who is there. */
static crm_status find_survivor(struct subject *subject)
{
    struct value survivor = value_null();
    const struct value parameters[] = {value_text(subject->kind->name), value_integer(subject->id)};
    const char *sql = arena_printf(
        &subject->arena,
        "WITH RECURSIVE heir (id) AS (SELECT m.merged_into FROM merged_record m WHERE m.kind = $1 "
        "AND m.record = $2 AND m.entry > 0 UNION SELECT m.merged_into FROM heir "
        "JOIN merged_record m ON m.kind = $1 AND m.record = heir.id AND m.entry > 0) "
        "SELECT t.id FROM heir JOIN %s t ON t.id = heir.id LIMIT 1",
        subject->kind->table);
    if (sql == NULL)
        return error_no_memory(&subject->book->error);
    crm_status status =
        store_row_values(subject->book->store, &subject->arena, sql, parameters, 2, &survivor, 1);
    subject->survivor = status == CRM_OK ? survivor.integer : 0;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

crm_status subject_find(struct crm_book *book, const char *kind_name, const char *reference,
                        struct subject *out)
{
    *out = (struct subject){.book = book};
    crm_status status = find_person(out, kind_name, reference);
    if (status == CRM_OK)
        status = make_parts(out);
    if (status == CRM_OK && out->removed)
        status = find_survivor(out);
    if (status == CRM_OK)
        status = add_id(book, &part_of(out, out->kind)->ids, out->id);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        status = collect_live(out, &out->parts[i]);
        if (status == CRM_OK)
            status = collect_removed(out, &out->parts[i]);
        if (status == CRM_OK)
            status = collect_merged(out, &out->parts[i]);
    }
    if (status == CRM_OK)
        status = collect_images(out);
    return status == CRM_OK ? collect_entries(out) : status;
}

void subject_release(struct subject *subject)
{
    for (size_t i = 0; subject->parts != NULL && i < schema_kind_count; i++)
        id_list_release(&subject->parts[i].ids);
    id_list_release(&subject->entries);
    free(subject->images);
    arena_release(&subject->arena);
}

/* ---- Mentions ---- */

struct mentioning {
    const struct kind *kind;
    const struct field *field;
    subject_mention each;
    void *context;
};

static crm_status hand_over_mention(void *context, const struct value *row)
{
    const struct mentioning *mentioning = context;
    return mentioning->each(mentioning->context, mentioning->kind, mentioning->field, row[0].text);
}

void subject_name_sql(struct buffer *sql, const struct kind *kind)
{
    const struct field *key = kind->key == NULL ? NULL : kind_field(kind, kind->key);
    if (kind->prefix != NULL)
        buffer_printf(sql, "'%s' || t.id", kind->prefix);
    else if (key != NULL)
        field_sql(sql, key, "t");
    else
        buffer_text(sql, "'#' || t.id");
}

static crm_status mention(const struct subject *subject, struct mentioning *mentioning)
{
    struct query query cleanup(query_release) = {0};
    subject_query(subject, &query);
    buffer_text(&query.sql, "SELECT ");
    subject_name_sql(&query.sql, mentioning->kind);
    buffer_printf(&query.sql, " FROM %s t WHERE t.%s = $1 ORDER BY t.id", mentioning->kind->table,
                  mentioning->field->name);
    if (query.sql.failed)
        return error_no_memory(&subject->book->error);
    return store_query(subject->book->store, buffer_string(&query.sql), query.parameters,
                       query.count, hand_over_mention, mentioning);
}

crm_status subject_mentions(const struct subject *subject, subject_mention each, void *context)
{
    crm_status status = CRM_OK;
    for (size_t k = 0; k < schema_kind_count && status == CRM_OK; k++) {
        const struct kind *kind = schema_kinds[k];
        /* All others are about the person. */
        bool names_only = subject->kind->agent || kind == subject->kind;
        for (size_t i = 0; names_only && i < kind->field_count && status == CRM_OK; i++) {
            struct mentioning mentioning = {kind, &kind->fields[i], each, context};
            if (is_reference(&kind->fields[i]) && kind->cluster == NULL &&
                strcmp(kind->fields[i].reference, subject->kind->name) == 0)
                status = mention(subject, &mentioning);
        }
    }
    return status;
}
