/* SPDX-License-Identifier: MIT */
/* Stored values against their fields. There is one way of telling whether a field takes a value:
 * field_parse, from text. What is here turns stored values into text, and spares what is known. */
#include "check/values.h"

#include "base/decimal.h"
#include "base/text.h"
#include "record/record.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What was good before ---- */

enum { KNOWN_PLACES = 2048, KNOWN_BYTES = 31, KNOWN_NUMBERS = 64 };

struct known_texts {
    uint64_t numbers; /* a bit for each of 0 to 63 that was good */
    struct known_text {
        unsigned char length; /* 0: free */
        char text[KNOWN_BYTES];
    } places[KNOWN_PLACES];
};

struct known_texts *known_texts_new(void)
{
    return calloc(1, sizeof(struct known_texts));
}

static struct known_text *known_place(struct known_texts *known, const struct value *value)
{
    uint64_t first = 0, last = 0;
    size_t bytes = value->length < 8 ? value->length : 8;
    memcpy(&first, value->text, bytes);
    memcpy(&last, value->text + value->length - bytes, bytes);
    uint64_t hash =
        (first ^ (last << 1 | last >> 63) ^ value->length) * UINT64_C(0x9E3779B97F4A7C15);
    return &known->places[(hash >> 40) % KNOWN_PLACES];
}

static bool is_known(const struct known_text *place, const struct value *value)
{
    return place->length == value->length && memcmp(place->text, value->text, value->length) == 0;
}

static void note_known(struct known_text *place, const struct value *value)
{
    place->length = (unsigned char)value->length;
    memcpy(place->text, value->text, value->length);
}

/* ---- One value ---- */

/* Every whole number in this range can be given to a field without bounds of its own. */
#define WHOLE_LIMIT (INT64_MAX / DECIMAL_ONE)

static bool is_plainly_good(const struct field *field, const struct value *value)
{
    if (value->type != VALUE_INTEGER || field->bounded || field->check != NULL)
        return false;
    if (field->type == DATA_DECIMAL)
        return value->integer != INT64_MIN;
    return field->type == DATA_INTEGER && value->integer < WHOLE_LIMIT &&
           value->integer > -WHOLE_LIMIT;
}

/* The value as a person would give it; its length, or -1 for a type that no field stores so. */
static int text_form(enum data_type type, const struct value *value, char number[32],
                     const char **text)
{
    *text = number;
    if (value->type == VALUE_REAL)
        return snprintf(number, 32, "%.17g", value->real);
    if (value->type == VALUE_INTEGER && type == DATA_DECIMAL)
        return (int)decimal_format(value->integer, number);
    if (value->type == VALUE_INTEGER)
        return snprintf(number, 32, "%lld", (long long)value->integer);
    *text = value->text;
    return (int)value->length;
}

static crm_status no_memory(struct check *check)
{
    return error_no_memory(&check->book->error);
}

/* What parsing came to: refused, or another value than the one stored. */
static crm_status conclude(struct check *check, const struct field *field,
                           const struct value *stored, const struct value *parsed,
                           const struct error *error, struct verdict *out)
{
    *out = (struct verdict){.good = error->status == CRM_OK && value_equal(stored, parsed)};
    if (out->good)
        return CRM_OK;
    bool sensitive = (field->flags & FIELD_SENSITIVE) != 0;
    if (error->status == CRM_OK) {
        out->problem = _("not stored as crm writes it");
        out->expected = sensitive ? NULL : check_text(check, field, parsed);
        return CRM_OK;
    }
    out->problem = sensitive ? _("not a value that the field takes")
                             : arena_copy(&check->scratch, error->message);
    return out->problem == NULL ? no_memory(check) : CRM_OK;
}

/* By parsing it as if it were given. */
static crm_status judge_parsed(struct check *check, const struct field *field,
                               const struct value *value, struct verdict *out)
{
    const struct field_context context = book_field_context(check->book);
    char number[32];
    const char *text;
    struct error error;
    struct value parsed;
    error.status = CRM_OK;
    int length = text_form(field->type, value, number, &text);
    error.status =
        field_parse(field, text, (size_t)length, &context, &check->scratch, &parsed, NULL, &error);
    if (error.status == CRM_NO_MEMORY)
        return no_memory(check);
    out->good = error.status == CRM_OK && value_equal(value, &parsed);
    if (!out->good)
        return conclude(check, field, value, &parsed, &error, out);
    if (field->type != DATA_TEXT)
        arena_clear(&check->scratch);
    return CRM_OK;
}

crm_status value_judge(struct check *check, const struct column_check *column,
                       const struct value *value, struct verdict *out)
{
    struct known_texts *known = column->known;
    struct known_text *place = NULL;
    bool small =
        value->type == VALUE_INTEGER && value->integer >= 0 && value->integer < KNOWN_NUMBERS;
    out->good = is_plainly_good(column->field, value) ||
                (small && (known->numbers >> value->integer & 1) != 0);
    if (out->good)
        return CRM_OK;
    if (value->type == VALUE_TEXT && value->length > 0 && value->length <= KNOWN_BYTES) {
        place = known_place(known, value);
        out->good = is_known(place, value);
        if (out->good)
            return CRM_OK;
    }
    crm_status status = judge_parsed(check, column->field, value, out);
    if (status == CRM_OK && out->good && place != NULL)
        note_known(place, value);
    if (status == CRM_OK && out->good && small)
        known->numbers |= UINT64_C(1) << value->integer;
    return status;
}

/* ---- Custom fields: one JSON object ---- */

static struct value member_value(const struct custom_field *field, const cJSON *member)
{
    if (cJSON_IsString(member))
        return value_text(member->valuestring);
    if (!cJSON_IsNumber(member))
        return value_null();
    return field->type == DATA_REAL ? value_real(member->valuedouble)
                                    : value_integer((int64_t)member->valuedouble);
}

/* Members that the policy does not declare any more may stay. */
static crm_status judge_member(struct check *check, const struct kind *kind, const cJSON *member,
                               struct verdict *out)
{
    const struct custom_field *custom =
        custom_find(check->book->policy, kind, member->string, strlen(member->string));
    struct error error = {.status = CRM_OK};
    struct value parsed;
    char number[32];
    const char *text;
    *out = (struct verdict){.good = true};
    if (custom == NULL)
        return CRM_OK;
    const struct field field = {.name = custom->name,
                                .type = custom->type,
                                .flags = custom->sensitive ? FIELD_SENSITIVE : 0};
    const struct value value = member_value(custom, member);
    if (value_is_null(&value)) {
        *out = (struct verdict){.problem = _("neither a text nor a number")};
        return CRM_OK;
    }
    int length = text_form(custom->type, &value, number, &text);
    error.status =
        custom_parse(check->book, custom, text, (size_t)length, &check->scratch, &parsed, &error);
    if (error.status == CRM_NO_MEMORY)
        return no_memory(check);
    crm_status status = conclude(check, &field, &value, &parsed, &error, out);
    if (status == CRM_OK && !out->good && !custom->sensitive)
        out->stored = check_text(check, &field, &value);
    return status;
}

static crm_status say_custom(struct check *check, const struct kind *kind, const char *record,
                             const char *field, const struct verdict *verdict)
{
    const struct finding finding = {
        .part = CHECK_VALUES,
        .kind = kind->name,
        .record = record,
        .field = field,
        .stored = verdict->stored,
        .expected = verdict->expected,
        .problem = verdict->problem,
        .hint = _("give the field its right value: crm edit"),
    };
    return check_say(check, &finding);
}

static void free_json(cJSON **json)
{
    cJSON_Delete(*json);
}

crm_status value_judge_custom(struct check *check, const struct kind *kind,
                              const struct value *custom, const char *(*name)(void *context),
                              void *context)
{
    const char *end = NULL;
    cJSON *object cleanup(free_json) = NULL;
    errno = 0;
    if (custom->type == VALUE_TEXT && text_is_valid(custom->text, custom->length))
        object = cJSON_ParseWithLengthOpts(custom->text, custom->length, &end, false);
    if (object == NULL && errno == ENOMEM) /* of which cJSON says nothing */
        return error_no_memory(&check->book->error);
    bool whole = object != NULL && cJSON_IsObject(object) && end == custom->text + custom->length;
    if (!whole) {
        const struct verdict verdict = {.problem = _("not a JSON object")};
        return say_custom(check, kind, name(context), "custom", &verdict);
    }
    crm_status status = CRM_OK;
    for (const cJSON *member = object->child; member != NULL && status == CRM_OK;
         member = member->next) {
        struct verdict verdict;
        status = judge_member(check, kind, member, &verdict);
        if (status == CRM_OK && !verdict.good)
            status = say_custom(check, kind, name(context), member->string, &verdict);
    }
    return status;
}
