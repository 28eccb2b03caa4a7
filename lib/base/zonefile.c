/* SPDX-License-Identifier: MIT */
/* Reads TZif (RFC 9636), versions 1 to 4, and the POSIX TZ text in its footer. Every count and
 * index comes from a file that may be damaged and is checked before use. */
#include "base/zone.h"

#include <string.h>

enum { HEADER = 44, TYPE_SIZE = 6 };

/* One header and the block of data that follows it. */
struct block {
    unsigned version;
    uint64_t utc_count, standard_count, leap_count, time_count, type_count, character_count;
    size_t time_size; /* bytes of a transition: 4 or 8 */
    const unsigned char *data;
    uint64_t length;
};

static int64_t big_endian(const unsigned char *data, size_t size)
{
    uint64_t number = (data[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++) {
        number = number << 8 | data[i];
    }
    return (int64_t)number;
}

static uint64_t count_at(const unsigned char *data)
{
    return (uint64_t)big_endian(data, 4) & UINT32_MAX;
}

static bool read_block(const unsigned char *data, size_t length, size_t time_size,
                       struct block *block)
{
    if (length < HEADER || memcmp(data, "TZif", 4) != 0) {
        return false;
    }
    *block = (struct block){.version = data[4],
                            .utc_count = count_at(data + 20),
                            .standard_count = count_at(data + 24),
                            .leap_count = count_at(data + 28),
                            .time_count = count_at(data + 32),
                            .type_count = count_at(data + 36),
                            .character_count = count_at(data + 40),
                            .time_size = time_size,
                            .data = data + HEADER};
    /* Counts have 32 bits, so the sum can't overflow. */
    block->length = block->time_count * (time_size + 1) + block->type_count * TYPE_SIZE +
                    block->character_count + block->leap_count * (time_size + 4) +
                    block->standard_count + block->utc_count;
    return block->length <= length - HEADER;
}

static bool read_types(const struct block *block, const unsigned char *types, int32_t *first)
{
    for (uint64_t i = 0; i < block->type_count; i++) {
        int64_t offset = big_endian(types + i * TYPE_SIZE, 4);
        if (offset < -ZONE_OFFSET_LIMIT || offset > ZONE_OFFSET_LIMIT) {
            return false;
        }
    }
    *first = (int32_t)big_endian(types, 4);
    return true;
}

static bool read_transitions(const struct block *block, const unsigned char *types,
                             instant *transitions, int32_t *offsets)
{
    const unsigned char *indexes = block->data + block->time_count * block->time_size;
    for (uint64_t i = 0; i < block->time_count; i++) {
        transitions[i] = big_endian(block->data + i * block->time_size, block->time_size);
        if (indexes[i] >= block->type_count || (i > 0 && transitions[i] <= transitions[i - 1])) {
            return false;
        }
        offsets[i] = (int32_t)big_endian(types + indexes[i] * TYPE_SIZE, 4);
    }
    return true;
}

/* "\nTZ\n" after the second block; an empty TZ leaves the zone without a rule. */
static bool read_footer(const unsigned char *data, size_t length, struct zone *zone)
{
    if (length < 2 || data[0] != '\n') {
        return false;
    }
    const unsigned char *text = data + 1;
    const unsigned char *end = memchr(text, '\n', length - 1);
    if (end == NULL) {
        return false;
    }
    zone->has_rule = end > text;
    return !zone->has_rule ||
           zone_rule_parse((const char *)text, (size_t)(end - text), &zone->rule);
}

static crm_status read_zone(struct arena *arena, const struct block *block, struct zone *zone,
                            struct error *error)
{
    const unsigned char *types = block->data + block->time_count * (block->time_size + 1);
    size_t count = (size_t)block->time_count;
    /* Files that count leap seconds number their seconds differently from everybody else. */
    if (block->type_count == 0 || block->leap_count > 0 ||
        !read_types(block, types, &zone->first)) {
        return error_set(error, CRM_CORRUPT, _("damaged time zone"));
    }
    instant *transitions = arena_array(arena, count + 1, sizeof *transitions);
    int32_t *offsets = arena_array(arena, count + 1, sizeof *offsets);
    if (transitions == NULL || offsets == NULL) {
        return error_no_memory(error);
    }
    if (!read_transitions(block, types, transitions, offsets)) {
        return error_set(error, CRM_CORRUPT, _("damaged time zone"));
    }
    zone->transitions = transitions;
    zone->offsets = offsets;
    zone->count = count;
    return CRM_OK;
}

crm_status zone_file_parse(struct arena *arena, const unsigned char *data, size_t length,
                           struct zone *zone, struct error *error)
{
    struct block block;
    bool sound = read_block(data, length, 4, &block);
    if (sound && block.version >= '2') {
        /* The first block is for old readers only: the second has 64-bit times. */
        data += HEADER + block.length;
        length -= HEADER + (size_t)block.length;
        sound =
            read_block(data, length, 8, &block) &&
            read_footer(data + HEADER + block.length, length - HEADER - (size_t)block.length, zone);
    }
    return sound ? read_zone(arena, &block, zone, error)
                 : error_set(error, CRM_CORRUPT, _("damaged time zone"));
}

/* ---- POSIX TZ ---- */

struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *cursor, char wanted)
{
    if (cursor->at == cursor->end || *cursor->at != wanted) {
        return false;
    }
    cursor->at++;
    return true;
}

static bool next_is_digit(const struct cursor *cursor)
{
    return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

static bool next_is_letter(const struct cursor *cursor)
{
    return cursor->at < cursor->end && ((*cursor->at >= 'A' && *cursor->at <= 'Z') ||
                                        (*cursor->at >= 'a' && *cursor->at <= 'z'));
}

static bool take_number(struct cursor *cursor, int least, int most, int *out)
{
    int number = 0, digits = 0;
    while (next_is_digit(cursor) && digits < 3) {
        number = number * 10 + (*cursor->at++ - '0');
        digits++;
    }
    *out = number;
    return digits > 0 && number >= least && number <= most;
}

/* CET or <+08>: the name itself is not kept. */
static bool take_name(struct cursor *cursor)
{
    const char *start = cursor->at;
    if (take(cursor, '<')) {
        while (cursor->at < cursor->end && *cursor->at != '>') {
            cursor->at++;
        }
        return take(cursor, '>');
    }
    while (next_is_letter(cursor)) {
        cursor->at++;
    }
    return cursor->at - start >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool take_clock(struct cursor *cursor, int most_hours, int32_t *seconds)
{
    bool negative = take(cursor, '-');
    if (!negative) {
        take(cursor, '+');
    }
    int hours, minutes = 0, rest = 0;
    if (!take_number(cursor, 0, most_hours, &hours)) {
        return false;
    }
    if (take(cursor, ':')) {
        if (!take_number(cursor, 0, 59, &minutes) ||
            (take(cursor, ':') && !take_number(cursor, 0, 59, &rest))) {
            return false;
        }
    }
    *seconds = (hours * 3600 + minutes * 60 + rest) * (negative ? -1 : 1);
    return true;
}

static bool take_shift(struct cursor *cursor, struct zone_shift *shift)
{
    *shift = (struct zone_shift){.second = 2 * 3600};
    bool sound;
    if (take(cursor, 'J')) {
        shift->kind = SHIFT_JULIAN;
        sound = take_number(cursor, 1, 365, &shift->day);
    } else if (take(cursor, 'M')) {
        shift->kind = SHIFT_MONTH_WEEK;
        sound = take_number(cursor, 1, 12, &shift->month) && take(cursor, '.') &&
                take_number(cursor, 1, 5, &shift->week) && take(cursor, '.') &&
                take_number(cursor, 0, 6, &shift->day);
    } else {
        shift->kind = SHIFT_DAY;
        sound = take_number(cursor, 0, 365, &shift->day);
    }
    return sound && (!take(cursor, '/') || take_clock(cursor, 167, &shift->second));
}

bool zone_rule_parse(const char *text, size_t length, struct zone_rule *rule)
{
    struct cursor cursor = {.at = text, .end = text + length};
    int32_t west;
    *rule = (struct zone_rule){0};
    if (!take_name(&cursor) || !take_clock(&cursor, 24, &west)) {
        return false;
    }
    rule->standard = -west; /* POSIX counts offsets westwards */
    if (cursor.at == cursor.end) {
        return true;
    }
    rule->has_daylight = true;
    rule->daylight = rule->standard + 3600;
    if (!take_name(&cursor)) {
        return false;
    }
    if (cursor.at < cursor.end && *cursor.at != ',') {
        if (!take_clock(&cursor, 24, &west)) {
            return false;
        }
        rule->daylight = -west;
    }
    return take(&cursor, ',') && take_shift(&cursor, &rule->start) && take(&cursor, ',') &&
           take_shift(&cursor, &rule->end) && cursor.at == cursor.end;
}
