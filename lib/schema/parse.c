/* SPDX-License-Identifier: MIT */
/* From text to a field's value, by the field's type. */
#include "schema/schema.h"

#include "base/decimal.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_TEXT = 1 << 20, LONGEST_TAGS = 1 << 14 };

/* What is being parsed, for the functions of the single types. */
struct parsing {
    const struct field *field;
    const char *text;
    size_t length;
    const struct field_context *context;
    struct arena *arena;
    bool *rounded;
    struct error *error;
};

/* How much of the text a message shows: whole characters. */
static int shown_length(const struct parsing *p)
{
    size_t length = p->length < 80 ? p->length : text_valid_prefix(p->text, 80);
    return (int)length;
}

static crm_status refuse(const struct parsing *p, const char *what, const char *hint)
{
    /* A sensitive text does not go into messages, which end in logs. */
    if (p->field->flags & FIELD_SENSITIVE)
        error_set(p->error, CRM_INVALID, "%s: %s", p->field->name, what);
    else
        error_set(p->error, CRM_INVALID, "%s: %s: '%.*s'", p->field->name, what, shown_length(p),
                  p->text);
    return error_hint(p->error, "%s", hint);
}

/* The error of a check that knew nothing of the field: named after it, and without its text when
 * that is personal. */
static crm_status refused_by_check(const struct parsing *p, const char *what)
{
    char hint[sizeof p->error->hint];
    if (!(p->field->flags & FIELD_SENSITIVE))
        return error_place(p->error, p->field->name, 0, 0);
    memcpy(hint, p->error->hint, sizeof hint);
    return refuse(p, what, hint);
}

crm_status field_check_text(const struct field *field, const char *text, size_t length,
                            struct error *error)
{
    if (!(field->flags & FIELD_SEEN) || text_is_visible(text, length))
        return CRM_OK;
    error_set(error, CRM_INVALID, _("%s: the text has no character that can be seen"), field->name);
    return error_hint(error, _("write it with letters or digits"));
}

static crm_status check_length(const struct parsing *p, size_t most)
{
    if (p->length <= most)
        return CRM_OK;
    error_set(p->error, CRM_INVALID, _("%s: the text has %zu bytes, more than %zu"), p->field->name,
              p->length, most);
    return error_hint(p->error, _("shorten it, or keep it in a file and note the file's name"));
}

static crm_status parse_text(const struct parsing *p, struct value *out)
{
    crm_status status = check_length(p, LONGEST_TEXT);
    *out = value_text_length(p->text, p->length);
    return status == CRM_OK ? field_check_text(p->field, p->text, p->length, p->error) : status;
}

static crm_status check_bounds(const struct parsing *p, int64_t number, int64_t unit)
{
    const struct field *field = p->field;
    if (!field->bounded || (number >= field->minimum * unit && number <= field->maximum * unit))
        return CRM_OK;
    char hint[96];
    (void)snprintf(hint, sizeof hint, _("give a number from %lld to %lld"),
                   (long long)field->minimum, (long long)field->maximum);
    return refuse(p, _("out of range"), hint);
}

static crm_status parse_integer(const struct parsing *p, struct value *out)
{
    int64_t decimal;
    bool rounded = false;
    if (!decimal_parse(p->text, p->length, &decimal, &rounded) || rounded ||
        decimal % DECIMAL_ONE != 0)
        return refuse(p, _("not a whole number"), _("write digits only, such as 12"));
    *out = value_integer(decimal / DECIMAL_ONE);
    return check_bounds(p, out->integer, 1);
}

static crm_status parse_decimal(const struct parsing *p, struct value *out)
{
    int64_t decimal;
    bool rounded = false;
    if (!decimal_parse(p->text, p->length, &decimal, &rounded))
        return refuse(p, _("not a number"),
                      _("write digits with a point, such as 1234.5, below 10^15"));
    if (rounded && p->rounded == NULL)
        return refuse(p, _("more than four decimals"), _("round it to four decimals"));
    if (rounded)
        *p->rounded = true;
    *out = value_integer(decimal);
    return check_bounds(p, decimal, DECIMAL_ONE);
}

/* The syntax is that of decimals, so that neither hexadecimal nor infinity comes in. */
static crm_status parse_real(const struct parsing *p, struct value *out)
{
    int64_t decimal;
    char *copy = arena_copy_length(p->arena, p->text, p->length);
    if (copy == NULL)
        return error_no_memory(p->error);
    if (!decimal_parse(p->text, p->length, &decimal, NULL))
        return refuse(p, _("not a number"),
                      _("write digits with a point, such as 1234.5, below 10^15"));
    *out = value_real(strtod(copy, NULL));
    return CRM_OK;
}

static bool is_word(const struct parsing *p, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == p->length && memcmp(*words, p->text, p->length) == 0)
            return true;
    return false;
}

static crm_status parse_boolean(const struct parsing *p, struct value *out)
{
    static const char *const yes[] = {"yes", "true", "1", "y", "是", NULL};
    static const char *const no[] = {"no", "false", "0", "n", "否", NULL};
    if (!is_word(p, yes) && !is_word(p, no))
        return refuse(p, _("neither yes nor no"), _("write yes or no"));
    *out = value_integer(is_word(p, yes));
    return CRM_OK;
}

static crm_status parse_date(const struct parsing *p, struct value *out)
{
    char *text = arena_copy_length(p->arena, p->text, p->length);
    char *iso = arena_alloc(p->arena, DATE_TEXT);
    if (text == NULL || iso == NULL)
        return error_no_memory(p->error);
    day_number day;
    if (date_parse(text, p->context->today, &day, p->error) != CRM_OK)
        return refused_by_check(p, _("not a date"));
    date_format(day, iso);
    *out = value_text(iso);
    return CRM_OK;
}

static crm_status parse_time(const struct parsing *p, struct value *out)
{
    char *text = arena_copy_length(p->arena, p->text, p->length);
    char *iso = arena_alloc(p->arena, TIME_TEXT);
    if (text == NULL || iso == NULL)
        return error_no_memory(p->error);
    instant at;
    if (time_parse(text, p->context->now, p->context->zone, &at, p->error) != CRM_OK)
        return refused_by_check(p, _("not a point in time"));
    time_format_utc(at, iso);
    *out = value_text(iso);
    return CRM_OK;
}

static crm_status parse_enum(const struct parsing *p, struct value *out)
{
    const struct field *field = p->field;
    struct buffer hint cleanup(buffer_release) = {0};
    buffer_text(&hint, _("choose one of "));
    for (size_t i = 0; i < field->choice_count; i++) {
        const char *name = field->choices[i].name;
        if (strlen(name) == p->length && memcmp(name, p->text, p->length) == 0) {
            *out = value_text(name);
            return CRM_OK;
        }
        buffer_printf(&hint, "%s%s", i > 0 ? ", " : "", name);
    }
    return refuse(p, _("unknown value"), buffer_string(&hint));
}

/* Bytes of the separator at `text`, Chinese commas and spaces included; 0 for anything else. */
static size_t separator_length(const char *text, size_t length)
{
    static const char *const separators[] = {",",  " ",  "\t", "\n",
                                             "，", "、", "；", "\xE3\x80\x80"};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        size_t size = strlen(separators[i]);
        if (length >= size && memcmp(text, separators[i], size) == 0)
            return size;
    }
    return 0;
}

/* Whether the word is one of those in `tags`, which are separated by one space. */
static bool has_tag(const char *tags, size_t length, const char *word, size_t word_length)
{
    for (size_t at = 0; at < length;) {
        const char *space = memchr(tags + at, ' ', length - at);
        size_t end = space == NULL ? length : (size_t)(space - tags);
        if (end - at == word_length && memcmp(tags + at, word, word_length) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

/* Words separated by commas or blanks become words separated by one space, each once. */
static crm_status parse_tags(const struct parsing *p, struct value *out)
{
    crm_status status = check_length(p, LONGEST_TAGS);
    if (status != CRM_OK)
        return status;
    char *tags = arena_alloc(p->arena, p->length + 1);
    if (tags == NULL)
        return error_no_memory(p->error);
    size_t used = 0;
    for (size_t at = 0; at < p->length;) {
        size_t end = at, separator = 0;
        while (end < p->length &&
               (separator = separator_length(p->text + end, p->length - end)) == 0)
            end++;
        if (end > at && !has_tag(tags, used, p->text + at, end - at)) {
            if (used > 0)
                tags[used++] = ' ';
            memcpy(tags + used, p->text + at, end - at);
            used += end - at;
        }
        at = end + separator;
    }
    *out = used == 0 ? value_null() : value_text_length(tags, used);
    return CRM_OK;
}

static crm_status parse_typed(const struct parsing *p, struct value *out)
{
    switch (p->field->type) {
    case DATA_INTEGER:
        return parse_integer(p, out);
    case DATA_DECIMAL:
        return parse_decimal(p, out);
    case DATA_REAL:
        return parse_real(p, out);
    case DATA_BOOLEAN:
        return parse_boolean(p, out);
    case DATA_DATE:
        return parse_date(p, out);
    case DATA_TIME:
        return parse_time(p, out);
    case DATA_ENUM:
        return parse_enum(p, out);
    case DATA_TAGS:
        return parse_tags(p, out);
    case DATA_TEXT:
    case DATA_REFERENCE:
    case DATA_JSON:
        break;
    }
    return parse_text(p, out);
}

/* Puts the form in which it is stored in the place of what was given. */
static crm_status apply_form(const struct parsing *p, struct value *out)
{
    const char *form = NULL;
    const char *text = arena_copy_length(p->arena, out->text, out->length);
    if (text == NULL)
        return error_no_memory(p->error);
    crm_status status = p->field->form(text, p->arena, &form, p->error);
    if (status == CRM_OK)
        *out = value_text(form);
    return status == CRM_INVALID ? refused_by_check(p, _("not in its form")) : status;
}

crm_status field_parse(const struct field *field, const char *text, size_t length,
                       const struct field_context *context, struct arena *arena, struct value *out,
                       bool *rounded, struct error *error)
{
    struct parsing parsing = {field, text, length, context, arena, rounded, error};
    *out = value_null();
    if (length == 0)
        return CRM_OK;
    if (memchr(text, '\0', length) != NULL) {
        error_set(error, CRM_INVALID, _("%s: the text contains a NUL byte"), field->name);
        return error_hint(error, _("remove the byte"));
    }
    size_t valid = text_valid_prefix(text, length);
    if (valid < length) {
        error_set(error, CRM_INVALID, _("%s: invalid UTF-8 at byte %zu"), field->name, valid + 1);
        return error_hint(error, _("convert the text to UTF-8"));
    }
    crm_status status = parse_typed(&parsing, out);
    if (status == CRM_OK && field->check != NULL && field->check(text, length, error) != CRM_OK)
        return refused_by_check(&parsing, _("not in its form"));
    if (status == CRM_OK && field->form != NULL && out->type == VALUE_TEXT)
        status = apply_form(&parsing, out);
    return status;
}
