/* SPDX-License-Identifier: MIT */
/* Values of a row by its map. */
#include "import/map.h"

#include "base/decimal.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct span {
    const char *text;
    size_t length;
};

/* ---- Cells ------------------------------------------------------------------------------- */

/* Bytes of the space character at `text`, 0 for anything else: blank, tab, line ends, no-break and
 * full-width space, byte order mark. */
static size_t space_length(const char *text, size_t length)
{
    if (length == 0)
        return 0;
    if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'))
        return 1;
    if (length >= 2 && memcmp(text, "\xC2\xA0", 2) == 0)
        return 2;
    if (length >= 3 &&
        (memcmp(text, "\xE3\x80\x80", 3) == 0 || memcmp(text, "\xEF\xBB\xBF", 3) == 0))
        return 3;
    return 0;
}

static size_t space_length_before(const char *end, size_t length)
{
    for (size_t n = 1; n <= 3 && n <= length; n++)
        if (space_length(end - n, n) == n)
            return n;
    return 0;
}

static bool is_stripped(const struct map *map, char character)
{
    return map->strip != NULL && character != '\0' && strchr(map->strip, character) != NULL;
}

static struct span trim(const struct map *map, struct span span)
{
    size_t space;
    while ((space = space_length(span.text, span.length)) > 0 ||
           (span.length > 0 && is_stripped(map, span.text[0]))) {
        space += space == 0;
        span.text += space;
        span.length -= space;
    }
    while ((space = space_length_before(span.text + span.length, span.length)) > 0 ||
           (span.length > 0 && is_stripped(map, span.text[span.length - 1])))
        span.length -= space == 0 ? 1 : space;
    /* Excel's way to keep a number text: ="00123". */
    if (span.length >= 3 && memcmp(span.text, "=\"", 2) == 0 && span.text[span.length - 1] == '"') {
        span.text += 2;
        span.length -= 3;
    }
    return span;
}

/* Whether there is nothing to take off: most cells begin and end with a letter or a digit. */
static bool is_trimmed(const struct map *map, struct span span)
{
    /* Bytes with which spaces and ="…" begin, and those with which they end. */
    static const bool first[256] = {
        ['\0'] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true,
        [' '] = true,  ['='] = true,  [0xC2] = true, [0xE3] = true, [0xEF] = true};
    static const bool last[256] = {
        ['\0'] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true,
        ['\r'] = true, [' '] = true,  [0x80] = true, [0xA0] = true, [0xBF] = true};
    return map->strip == NULL && !first[(unsigned char)span.text[0]] &&
           !last[(unsigned char)span.text[span.length - 1]];
}

static bool span_equals(struct span span, const char *text)
{
    return strlen(text) == span.length && memcmp(text, span.text, span.length) == 0;
}

static struct span raw_cell(const struct map *map, int column)
{
    const struct cell *cell = &map->source->cells[column];
    struct span span = {cell->text, cell->length};
    if (map->trim && span.length > 0 && !is_trimmed(map, span))
        span = trim(map, span);
    for (size_t i = 0; span.length > 0 && i < map->blank_count; i++)
        if (span_equals(span, map->blanks[i]))
            return (struct span){"", 0};
    return span;
}

static struct span cell(const struct map *map, int column)
{
    for (size_t i = 0; i < map->fill_count; i++)
        if (map->fills[i].bound == column)
            return (struct span){map->fills[i].text == NULL ? "" : map->fills[i].text,
                                 map->fills[i].length};
    return raw_cell(map, column);
}

static bool keep(struct map *map, struct map_fill *fill, struct span span)
{
    char *text = array_grow(fill->text, &fill->capacity, span.length + 1, 1);
    if (text == NULL) {
        error_no_memory(map->source->error);
        return false;
    }
    memcpy(text, span.text, span.length);
    fill->text = text;
    fill->length = span.length;
    return true;
}

static bool fill_down(struct map *map)
{
    if (map->fill_count == 0)
        return true;
    if (map->within != NULL) {
        struct span group = raw_cell(map, map->within_bound);
        const struct map_fill *last = &map->within_value;
        bool same = group.length == 0 || (group.length == last->length && last->text != NULL &&
                                          memcmp(group.text, last->text, group.length) == 0);
        for (size_t i = 0; i < map->fill_count && !same; i++)
            map->fills[i].length = 0;
        if (!same && !keep(map, &map->within_value, group))
            return false;
    }
    for (size_t i = 0; i < map->fill_count; i++) {
        struct span span = raw_cell(map, map->fills[i].bound);
        if (span.length > 0 && !keep(map, &map->fills[i], span))
            return false;
    }
    return true;
}

/* ---- Rules ------------------------------------------------------------------------------- */

static const char *row_text(struct map *map, struct span span)
{
    return arena_copy_length(&map->row, span.text, span.length);
}

static bool equals_any(const struct map_rule *rule, struct span span)
{
    for (size_t i = 0; i < rule->value_count; i++)
        if (span_equals(span, rule->values[i]))
            return true;
    return false;
}

static bool rule_holds(struct map *map, const struct map_rule *rule)
{
    struct span span = cell(map, rule->bound);
    bool holds = false;
    int64_t number;
    const char *text;
    switch (rule->test) {
    case TEST_EQUALS:
        holds = equals_any(rule, span);
        break;
    case TEST_MATCHES:
        text = row_text(map, span);
        holds = text != NULL && regexec(rule->pattern, text, 0, NULL, 0) == 0;
        break;
    case TEST_BLANK:
        holds = (span.length == 0) == rule->blank;
        break;
    case TEST_BELOW:
        holds = number_format_read(&map->numbers, span.text, span.length, &number, NULL) &&
                number < rule->below;
        break;
    }
    return holds != rule->negated;
}

static enum map_row apply_rule(struct map *map, const struct map_rule *rule)
{
    switch (rule->action) {
    case ACTION_SKIP:
        return MAP_SKIPPED;
    case ACTION_STOP:
        return MAP_STOPPED;
    case ACTION_REFUSE:
        error_set(map->source->error, CRM_INVALID, "%s", rule->reason);
        rows_error_place(map->source, (size_t)rule->bound);
        return MAP_REFUSED;
    case ACTION_SET:
        map->overrides[rule->field] = rule->value;
        break;
    }
    return MAP_ROW;
}

enum map_row map_begin_row(struct map *map)
{
    arena_clear(&map->row);
    if (map->source->column_count > map->bound_columns && map_bind_new(map) != CRM_OK)
        return MAP_REFUSED;
    if (!fill_down(map))
        return MAP_REFUSED;
    if (map->rule_count > 0)
        memset(map->overrides, 0, map->field_count * sizeof *map->overrides);
    for (size_t i = 0; i < map->rule_count; i++) {
        if (map->rules[i].bound < 0 || !rule_holds(map, &map->rules[i]))
            continue;
        enum map_row result = apply_rule(map, &map->rules[i]);
        if (result != MAP_ROW)
            return result;
    }
    return MAP_ROW;
}

/* ---- Values ------------------------------------------------------------------------------ */

/* Parts that are not blank, with the separator between them. */
static struct span join(struct map *map, const struct map_field *field)
{
    size_t room = 1;
    for (size_t i = 0; i < field->column_count; i++)
        room +=
            field->bound[i] < 0 ? 0 : cell(map, field->bound[i]).length + strlen(field->separator);
    char *text = arena_alloc(&map->row, room);
    struct span out = {text == NULL ? "" : text, 0};
    for (size_t i = 0; text != NULL && i < field->column_count; i++) {
        struct span part = field->bound[i] < 0 ? (struct span){"", 0} : cell(map, field->bound[i]);
        if (part.length == 0)
            continue;
        if (out.length > 0) {
            memcpy(text + out.length, field->separator, strlen(field->separator));
            out.length += strlen(field->separator);
        }
        memcpy(text + out.length, part.text, part.length);
        out.length += part.length;
    }
    return out;
}

/* The text in the file, before anything is done to it. */
static struct span source_text(struct map *map, const struct map_field *field, bool *given)
{
    *given = true;
    if (field->constant != NULL)
        return (struct span){field->constant, strlen(field->constant)};
    if (field->joined)
        return join(map, field);
    for (size_t i = 0; i < field->column_count; i++) {
        if (field->bound[i] < 0)
            continue;
        /* JSON null is given and blank; a key that is not there is not given. */
        *given = map->source->cells[field->bound[i]].offset > 0 ||
                 map->source->cells[field->bound[i]].given;
        return cell(map, field->bound[i]);
    }
    *given = false;
    return (struct span){"", 0};
}

static struct span extract(struct map *map, const regex_t *pattern, struct span span)
{
    const char *text = row_text(map, span);
    regmatch_t groups[2];
    if (text == NULL || regexec(pattern, text, 2, groups, 0) != 0)
        return (struct span){"", 0};
    const regmatch_t *group = groups[1].rm_so >= 0 ? &groups[1] : &groups[0];
    return (struct span){text + group->rm_so, (size_t)(group->rm_eo - group->rm_so)};
}

static crm_status refuse_value(struct map *map, size_t index, struct span span, const char *what)
{
    const struct map_field *field = &map->fields[index];
    struct error *error = map->source->error;
    if (field->field->flags & FIELD_SENSITIVE)
        error_set(error, CRM_INVALID, "%s: %s", field->name, what);
    else
        error_set(error, CRM_INVALID, "%s: \"%.*s\" %s", field->name,
                  (int)(span.length < 80 ? span.length : 80), span.text, what);
    return CRM_INVALID;
}

static crm_status translate(struct map *map, size_t index, struct span *span)
{
    const struct map_field *field = &map->fields[index];
    for (size_t i = 0; i < field->translation_count; i++) {
        const struct translation *t = &field->translations[i];
        if (span_equals(*span, t->from)) {
            *span = (struct span){t->to, strlen(t->to)};
            return CRM_OK;
        }
    }
    if (field->otherwise == OTHERWISE_TEXT)
        *span = (struct span){field->otherwise_text, strlen(field->otherwise_text)};
    if (field->otherwise != OTHERWISE_REFUSE || span->length == 0)
        return CRM_OK;
    refuse_value(map, index, *span, _("is none of the values that the map translates"));
    return error_hint(map->source->error, _("add it to `values:`, or set `otherwise: keep`"));
}

/* More digits than an amount can have, and nothing else. */
static bool is_too_large(struct span span)
{
    size_t digits = 0;
    while (digits < span.length && span.text[digits] >= '0' && span.text[digits] <= '9')
        digits++;
    return digits == span.length && digits > 14;
}

static crm_status parse_number(struct map *map, size_t index, struct span span, struct value *out,
                               bool *rounded)
{
    const struct map_field *field = &map->fields[index];
    const struct number_format *format = field->numbers == NULL ? &map->numbers : field->numbers;
    int64_t number;
    bool cut = false;
    if (!number_format_read(format, span.text, span.length, &number, &cut)) {
        if (is_too_large(span)) {
            refuse_value(map, index, span, _("is too large a number"));
            return error_hint(map->source->error, _("is it a number of something else?"));
        }
        refuse_value(map, index, span, _("is no number"));
        return error_hint(
            map->source->error,
            _("correct it, or say in the map how numbers are written: numbers: {thousands: \",\", "
              "currency: [¥]}"));
    }
    if (field->negate)
        number = -number;
    if (field->field->type == DATA_INTEGER && (cut || number % DECIMAL_ONE != 0)) {
        refuse_value(map, index, span, _("is no whole number"));
        return error_hint(map->source->error, _("write it without decimals"));
    }
    *rounded = *rounded || cut;
    *out = value_integer(field->field->type == DATA_INTEGER ? number / DECIMAL_ONE : number);
    return CRM_OK;
}

/* As stored: a day as it stands in the file, a time in UTC. */
static void format_civil(const struct map *map, const struct map_field *field,
                         const struct civil_time *civil, char out[TIME_TEXT])
{
    if (field->field->type != DATA_TIME) {
        date_format(civil->date, out);
        return;
    }
    instant at = civil->has_offset || map->context.field.zone == NULL
                     ? (instant)civil->date * 86400 + civil->second - civil->offset
                     : zone_instant(map->context.field.zone, civil->date, civil->second);
    time_format_utc(at, out);
}

/* Whether it is a date in one of the formats that the map names. */
static bool read_date(struct map *map, size_t index, struct span span, struct value *out)
{
    struct map_field *field = &map->fields[index];
    *out = value_text(field->memo_value);
    if (span.length == field->memo_length && memcmp(span.text, field->memo, span.length) == 0)
        return true;
    const struct map_dates *dates = field->dates == NULL ? &map->dates : field->dates;
    struct civil_time civil;
    for (size_t i = 0; i < dates->count && span.length < sizeof field->memo; i++) {
        if (!date_format_read(dates->formats[i], span.text, span.length, &civil))
            continue;
        memcpy(field->memo, span.text, span.length);
        field->memo_length = span.length;
        format_civil(map, field, &civil, field->memo_value);
        *out = value_text(field->memo_value);
        return true;
    }
    return false;
}

static crm_status parse_date(struct map *map, size_t index, struct span span, struct value *out)
{
    if (read_date(map, index, span, out))
        return CRM_OK;
    refuse_value(map, index, span, _("is no date in a format that the map names"));
    return error_hint(map->source->error,
                      _("correct it, or add its format to the map, such as dates: [M/D/YYYY]"));
}

static crm_status parse(struct map *map, size_t index, struct span span, struct value *out,
                        bool *rounded)
{
    const struct map_field *field = &map->fields[index];
    /* Without a map values are as export writes them, and the field's own parser is exact. */
    if (map->name != NULL && field->field->form == form_birthday &&
        read_date(map, index, span, out))
        return CRM_OK;
    if (map->name != NULL && field->field->check == NULL && field->field->form == NULL &&
        !field->field->bounded) {
        switch (field->field->type) {
        case DATA_DECIMAL:
        case DATA_INTEGER:
            return parse_number(map, index, span, out, rounded);
        case DATA_DATE:
        case DATA_TIME:
            return parse_date(map, index, span, out);
        case DATA_TEXT:
        case DATA_REFERENCE:
            *out = value_text_length(span.text, span.length);
            return field_check_text(field->field, span.text, span.length, map->source->error);
        default:
            break;
        }
    }
    return field_parse(field->field, span.text, span.length, &map->context.field, &map->row, out,
                       rounded, map->source->error);
}

static crm_status finish_blank(struct map *map, size_t index, struct value *out, bool *skip)
{
    const struct map_field *field = &map->fields[index];
    *out = value_null();
    *skip = field->blank == BLANK_SKIP;
    if (field->blank != BLANK_REFUSE)
        return CRM_OK;
    error_set(map->source->error, CRM_INVALID, _("%s is blank"), field->name);
    error_hint(map->source->error,
               _("fill it in, or say in the map what a blank means: default, or blank: skip"));
    return rows_error_place(map->source, map_column(map, index));
}

crm_status map_value(struct map *map, size_t index, struct value *out, bool *given, bool *skip,
                     bool *rounded)
{
    const struct map_field *field = &map->fields[index];
    const char *override = map->rule_count > 0 ? map->overrides[index] : NULL;
    *skip = false;
    struct span span = {override, override == NULL ? 0 : strlen(override)};
    *given = true;
    crm_status status = CRM_OK;
    if (override == NULL) {
        span = source_text(map, field, given);
        if (field->extract != NULL)
            span = extract(map, field->extract, span);
        if (field->translation_count > 0)
            status = translate(map, index, &span);
        if (span.length == 0 && field->fallback != NULL) {
            span = (struct span){field->fallback, strlen(field->fallback)};
            *given = true;
        }
    }
    if (status == CRM_OK && span.length == 0)
        return finish_blank(map, index, out, skip);
    if (status == CRM_OK)
        status = parse(map, index, span, out, rounded);
    return status == CRM_OK ? CRM_OK : rows_error_place(map->source, map_column(map, index));
}
