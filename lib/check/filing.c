/* SPDX-License-Identifier: MIT */
/* Whose history an image is part of. The column is in no digest, for it follows from the values:
 * here it is computed from them again. */
#include "check/check.h"

#include "base/text.h"
#include "journal/image.h"

#include <string.h>

static crm_status say_misfiled(struct check *check, const struct image *image,
                               const struct value *expected)
{
    const struct value stored =
        image->customer == 0 ? value_null() : value_integer(image->customer);
    const struct finding finding = {
        .part = CHECK_JOURNAL,
        .kind = "journal_image",
        .record = arena_printf(&check->scratch, "%lld/%lld", (long long)image->entry,
                               (long long)image->number),
        .field = "customer",
        .stored = check_text(check, NULL, &stored),
        .expected = check_text(check, NULL, expected),
        .problem = _("filed under another customer than the one that it is about"),
        .hint = _("compare the entry with that of a backup: somebody wrote past crm")};
    return finding.record == NULL ? error_no_memory(&check->book->error)
                                  : check_say(check, &finding);
}

/* ---- By the values of the image ---- */

struct filing {
    struct check *check;
    bool told; /* of the image at hand */
};

static crm_status judge_reading(void *context, const struct reading *reading)
{
    struct filing *filing = context;
    const struct value none = value_null();
    const struct value *stored = values_find(&reading->before, "customer");
    const struct value *expected = stored == NULL ? &none : stored;
    int64_t customer = expected->type == VALUE_INTEGER ? expected->integer : 0;
    if (filing->told || customer == reading->image.customer)
        return CRM_OK;
    filing->told = true;
    return say_misfiled(filing->check, &reading->image, expected);
}

static bool has_customer(const struct kind *kind)
{
    const struct field *field = kind_field(kind, "customer");
    return field != NULL && field->expression == NULL;
}

/* A change tells of the customer where it changed, or is a part of the key. */
static bool tells_customer(const struct image *image)
{
    return image->kind != NULL && !image_is_erased(image) && has_customer(image->kind) &&
           (image->removed || strstr(image->before, "\"customer\":") != NULL);
}

static crm_status visit_image(void *context, const struct value *row)
{
    struct filing filing = {.check = context};
    struct error *error = &filing.check->book->error;
    const struct image image = image_of(row);
    const struct value record = value_integer(image.record);
    if (image.kind == &kind_customer)
        return image.record == image.customer ? CRM_OK
                                              : say_misfiled(filing.check, &image, &record);
    if (!tells_customer(&image))
        return CRM_OK;
    crm_status status = image_read(filing.check->book, &image, judge_reading, &filing);
    if (status != CRM_CORRUPT)
        return status;
    error_clear(error); /* its digest tells */
    return CRM_OK;
}

/* ---- By the record, which has been that customer's since ---- */

static crm_status visit_record(void *context, const struct value *row)
{
    const struct image image = {
        .entry = row[0].integer,
        .number = row[1].integer,
        .customer = row[2].type == VALUE_INTEGER ? row[2].integer : 0,
    };
    return say_misfiled(context, &image, &row[3]);
}

/* Unless a later image tells, or is erased: it may have told. */
static crm_status judge_by_records(struct check *check, const struct kind *kind)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_text(kind->name);
    const char *sql = arena_printf(
        &arena,
        "SELECT i.entry, i.number, i.customer, t.customer FROM journal_image i JOIN %s t "
        "ON t.id = i.record WHERE i.kind = $1 AND i.action = 'changed' AND t.entry < i.entry "
        "AND i.customer IS DISTINCT FROM t.customer AND NOT EXISTS (SELECT 1 "
        "FROM journal_image l WHERE l.kind = i.kind AND l.record = i.record "
        "AND (l.entry > i.entry OR (l.entry = i.entry AND l.number >= i.number)) "
        "AND (l.before_values IS NULL OR l.action = 'removed' "
        "OR l.before_values LIKE '%%\"customer\":%%')) ORDER BY i.entry, i.number",
        kind->table);
    return sql == NULL ? error_no_memory(&check->book->error)
                       : store_query(check->book->store, sql, &parameter, 1, visit_record, check);
}

crm_status check_filing(struct check *check)
{
    if (!check->wanted[CHECK_JOURNAL])
        return CRM_OK;
    crm_status status =
        store_query(check->book->store,
                    "SELECT " IMAGE_COLUMNS " FROM journal_image i ORDER BY i.entry, i.number",
                    NULL, 0, visit_image, check);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        if (schema_kinds[i]->cluster == NULL && has_customer(schema_kinds[i]))
            status = judge_by_records(check, schema_kinds[i]);
    return status == CRM_OK ? status : check_failed(check, CHECK_JOURNAL, "journal_image", status);
}
