/* SPDX-License-Identifier: MIT */
/* External merge sort of rows. The engine's own sorter takes each row apart and together again more
 * than once; here a row is packed once and unpacked once. */
#include "record/import_sort.h"

#include "base/buffer.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUN_BYTES = 4 * 1024 * 1024 - 4096, /* packed rows sorted at a time */
    RUN_ROWS = 32 * 1024,               /* and at most so many */
    MOST_RUNS = 128,                    /* then they are merged into one */
    WINDOW = 16 * 1024,                 /* of a run that is written or read */
    DAY = 10,
    KEY_COLUMNS = 4,
    NUMBER_ROOM = 9, /* bytes that a packed number takes or touches at most */
    KEY_ROOM = sizeof(uint32_t) + KEY_COLUMNS * NUMBER_ROOM
};

/* What a row is ordered by: its first four columns, of the day the digits. */
struct sort_key {
    int64_t first;
    uint64_t day;
    int64_t third, fourth;
};

/* A row in memory. */
struct sort_entry {
    struct sort_key key;
    uint32_t offset, length; /* of its other columns in the packed rows */
};

/* A sorted run in a file, and its next row. */
struct sort_run {
    FILE *file;
    char *window;
    size_t room, at, end; /* in the window: bytes, those taken, those read */
    struct sort_key key;
    const char *rest; /* the row's other columns, packed */
    size_t length;    /* of them */
    bool more;
};

struct line_sorter {
    struct error *error;
    size_t columns;
    bool *stored;               /* of each column: whether it is kept; the others are null */
    struct sort_entry *entries; /* of the rows in memory */
    size_t entry_count, entry_at;
    struct buffer packed;
    struct buffer out; /* of the run being written */
    struct sort_run runs[MOST_RUNS];
    size_t run_count;
    size_t heap[MOST_RUNS]; /* runs by their next rows, the least first */
    size_t heap_count;
    bool taken; /* the run at the top has given its row: it must move on */
    bool reading;
    char day[DAY]; /* of the row given last */
};

crm_status line_sorter_new(size_t columns, const size_t *places, size_t count,
                           struct line_sorter **out, struct error *error)
{
    struct line_sorter *sorter = calloc(1, sizeof *sorter);
    struct sort_entry *entries = malloc(RUN_ROWS * sizeof *entries);
    bool *stored = calloc(columns, sizeof *stored);
    if (sorter == NULL || entries == NULL || stored == NULL) {
        free(sorter);
        free(entries);
        free(stored);
        return error_no_memory(error);
    }
    for (size_t i = 0; i < count; i++)
        stored[places[i]] = true;
    sorter->error = error;
    sorter->columns = columns;
    sorter->stored = stored;
    sorter->entries = entries;
    *out = sorter;
    return CRM_OK;
}

static void close_runs(struct line_sorter *sorter)
{
    for (size_t i = 0; i < sorter->run_count; i++) {
        free(sorter->runs[i].window);
        if (sorter->runs[i].file != NULL)
            fclose(sorter->runs[i].file);
        sorter->runs[i] = (struct sort_run){0};
    }
    sorter->run_count = 0;
    sorter->heap_count = 0;
    sorter->taken = false;
}

void line_sorter_free(struct line_sorter *sorter)
{
    if (sorter == NULL)
        return;
    close_runs(sorter);
    buffer_release(&sorter->packed);
    buffer_release(&sorter->out);
    free(sorter->entries);
    free(sorter->stored);
    free(sorter);
}

/* ---- Rows as bytes ----------------------------------------------------------------------- */

/* A tag for each value: 0 is null, 1…8 the bytes of a number, 9 a text with its length before it,
 * those above a text of so many bytes more than ten. Numbers have their sign in the lowest bit and
 * their low bytes first. */
enum { TAG_NULL = 0, TAG_TEXT = 9, TAG_SHORT = 10, SHORT_TEXT = 255 - TAG_SHORT };

/* All eight bytes, as one instruction: shorter loops end unforeseen. */
static void put_eight(char *out, uint64_t number)
{
    unsigned char *to = (unsigned char *)out;
    to[0] = (unsigned char)number;
    to[1] = (unsigned char)(number >> 8);
    to[2] = (unsigned char)(number >> 16);
    to[3] = (unsigned char)(number >> 24);
    to[4] = (unsigned char)(number >> 32);
    to[5] = (unsigned char)(number >> 40);
    to[6] = (unsigned char)(number >> 48);
    to[7] = (unsigned char)(number >> 56);
}

static uint64_t get_eight(const char *at)
{
    const unsigned char *from = (const unsigned char *)at;
    return (uint64_t)from[0] | (uint64_t)from[1] << 8 | (uint64_t)from[2] << 16 |
           (uint64_t)from[3] << 24 | (uint64_t)from[4] << 32 | (uint64_t)from[5] << 40 |
           (uint64_t)from[6] << 48 | (uint64_t)from[7] << 56;
}

/* The number's bytes that are not 0, at least one. */
static unsigned bytes_of(uint64_t number)
{
    unsigned bytes = 1;
    while (bytes < 8 && number >> (8 * bytes) != 0)
        bytes++;
    return bytes;
}

static char *pack_number(char *out, int64_t number)
{
    uint64_t rest = number < 0 ? (~(uint64_t)number << 1) | 1 : (uint64_t)number << 1;
    unsigned bytes = bytes_of(rest);
    *out = (char)bytes;
    put_eight(out + 1, rest);
    return out + 1 + bytes;
}

/* `tag` is behind; eight bytes may be read from `at`. */
static int64_t unpack_number(const char *at, unsigned tag)
{
    uint64_t number = get_eight(at) & (UINT64_MAX >> (64 - 8 * tag));
    uint64_t magnitude = number >> 1;
    return number & 1 ? (int64_t)~magnitude : (int64_t)magnitude;
}

static char *pack_text(char *out, const struct value *value)
{
    uint32_t length = (uint32_t)value->length;
    if (length <= SHORT_TEXT) {
        *out++ = (char)(TAG_SHORT + length);
    } else {
        *out++ = TAG_TEXT;
        memcpy(out, &length, sizeof length);
        out += sizeof length;
    }
    memcpy(out, value->text, length);
    return out + length;
}

static size_t packed_room(const struct line_sorter *sorter, const struct value *row)
{
    size_t room = 0;
    for (size_t i = KEY_COLUMNS; i < sorter->columns; i++)
        if (sorter->stored[i])
            room += NUMBER_ROOM + (row[i].type == VALUE_TEXT ? row[i].length : 0);
    return room;
}

/* YYYY-MM-DD without the dashes: in the same order as the text. */
static uint64_t pack_day(const struct value *day)
{
    static const unsigned char places[] = {0, 1, 2, 3, 5, 6, 8, 9};
    uint64_t digits = 0;
    for (size_t i = 0; i < sizeof places; i++)
        digits = digits << 8 | (unsigned char)day->text[places[i]];
    return digits;
}

static void unpack_day(uint64_t digits, char day[DAY])
{
    static const unsigned char places[] = {9, 8, 6, 5, 3, 2, 1, 0};
    day[4] = day[7] = '-';
    for (size_t i = 0; i < sizeof places; i++, digits >>= 8)
        day[places[i]] = (char)(digits & 0xFF);
}

static char *pack_key(char *out, const struct sort_key *key)
{
    put_eight(out, key->day);
    out = pack_number(out + 8, key->first);
    out = pack_number(out, key->third);
    return pack_number(out, key->fourth);
}

static int64_t take_number(const char **at)
{
    unsigned tag = (unsigned char)*(*at)++;
    int64_t number = unpack_number(*at, tag);
    *at += tag;
    return number;
}

/* Returns what is behind it. */
static const char *unpack_key(const char *at, struct sort_key *key)
{
    key->day = get_eight(at);
    at += 8;
    key->first = take_number(&at);
    key->third = take_number(&at);
    key->fourth = take_number(&at);
    return at;
}

static char *pack_rest(const struct line_sorter *sorter, const struct value *row, char *out)
{
    for (size_t i = KEY_COLUMNS; i < sorter->columns; i++) {
        if (!sorter->stored[i])
            continue;
        if (row[i].type == VALUE_INTEGER)
            out = pack_number(out, row[i].integer);
        else if (row[i].type == VALUE_TEXT)
            out = pack_text(out, &row[i]);
        else
            *out++ = TAG_NULL;
    }
    return out;
}

static void put_text(struct value *out, const char *text, size_t length)
{
    out->type = VALUE_TEXT;
    out->text = text;
    out->length = length;
}

static void put_number(struct value *out, int64_t number)
{
    out->type = VALUE_INTEGER;
    out->integer = number;
}

static void unpack_rest(const struct line_sorter *sorter, const char *at, struct value *row)
{
    for (size_t i = KEY_COLUMNS; i < sorter->columns; i++) {
        unsigned tag = sorter->stored[i] ? (unsigned char)*at++ : TAG_NULL;
        if (tag == TAG_NULL) {
            row[i].type = VALUE_NULL;
        } else if (tag < TAG_TEXT) {
            put_number(&row[i], unpack_number(at, tag));
            at += tag;
        } else {
            uint32_t length = tag - TAG_SHORT;
            if (tag == TAG_TEXT) {
                memcpy(&length, at, sizeof length);
                at += sizeof length;
            }
            put_text(&row[i], at, length);
            at += length;
        }
    }
}

/* ---- Runs -------------------------------------------------------------------------------- */

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    if (a->third != b->third)
        return a->third < b->third ? -1 : 1;
    return (a->fourth > b->fourth) - (a->fourth < b->fourth);
}

/* An entry begins with its key. */
static void sort_memory(struct line_sorter *sorter)
{
    qsort(sorter->entries, sorter->entry_count, sizeof *sorter->entries, compare_keys);
}

static crm_status fail_file(struct line_sorter *sorter)
{
    error_set(sorter->error, CRM_IO, _("cannot use a temporary file: %s"), strerror(errno));
    return error_hint(sorter->error, _("is there room in the directory for temporary files?"));
}

/* What is read and written has a window of our own. */
static crm_status open_run(struct line_sorter *sorter, FILE **out)
{
    *out = tmpfile();
    if (*out == NULL)
        return fail_file(sorter);
    setvbuf(*out, NULL, _IONBF, 0);
    buffer_clear(&sorter->out);
    return CRM_OK;
}

static crm_status write_window(struct line_sorter *sorter, FILE *file)
{
    size_t length = sorter->out.length;
    if (fwrite(sorter->out.data, 1, length, file) != length)
        return fail_file(sorter);
    buffer_clear(&sorter->out);
    return CRM_OK;
}

/* In a run each row has its length before it. */
static crm_status write_row(struct line_sorter *sorter, FILE *file, const struct sort_key *key,
                            const char *rest, size_t length)
{
    char *begin = buffer_reserve(&sorter->out, KEY_ROOM + length);
    if (begin == NULL)
        return error_no_memory(sorter->error);
    char *out = pack_key(begin + sizeof(uint32_t), key);
    memcpy(out, rest, length);
    out += length;
    uint32_t behind = (uint32_t)((size_t)(out - begin) - sizeof behind);
    memcpy(begin, &behind, sizeof behind);
    sorter->out.length += (size_t)(out - begin);
    return sorter->out.length < WINDOW ? CRM_OK : write_window(sorter, file);
}

static crm_status end_run(struct line_sorter *sorter, FILE *file)
{
    return sorter->out.length > 0 ? write_window(sorter, file) : CRM_OK;
}

/* The rows in memory go to a file of their own. */
static crm_status write_run(struct line_sorter *sorter)
{
    struct sort_run *run = &sorter->runs[sorter->run_count];
    sort_memory(sorter);
    crm_status status = open_run(sorter, &run->file);
    if (status != CRM_OK)
        return status;
    sorter->run_count++;
    for (size_t i = 0; i < sorter->entry_count && status == CRM_OK; i++) {
        const struct sort_entry *entry = &sorter->entries[i];
        status = write_row(sorter, run->file, &entry->key, sorter->packed.data + entry->offset,
                           entry->length);
    }
    if (status == CRM_OK)
        status = end_run(sorter, run->file);
    sorter->entry_count = 0;
    buffer_clear(&sorter->packed);
    return status;
}

/* At least `wanted` bytes into the window, unless the run ends before. */
static crm_status fill_window(struct line_sorter *sorter, struct sort_run *run, size_t wanted)
{
    if (run->end - run->at >= wanted)
        return CRM_OK;
    size_t room = wanted < WINDOW ? WINDOW : wanted;
    if (run->room < room) {
        char *window = realloc(run->window, room + NUMBER_ROOM);
        if (window == NULL)
            return error_no_memory(sorter->error);
        run->window = window;
        run->room = room;
    }
    memmove(run->window, run->window + run->at, run->end - run->at);
    run->end -= run->at;
    run->at = 0;
    run->end += fread(run->window + run->end, 1, run->room - run->end, run->file);
    return ferror(run->file) ? fail_file(sorter) : CRM_OK;
}

static crm_status read_row(struct line_sorter *sorter, struct sort_run *run)
{
    uint32_t length;
    crm_status status = fill_window(sorter, run, sizeof length);
    run->more = status == CRM_OK && run->at < run->end;
    if (!run->more)
        return status;
    if (run->end - run->at < sizeof length)
        return fail_file(sorter);
    memcpy(&length, run->window + run->at, sizeof length);
    run->at += sizeof length;
    status = fill_window(sorter, run, length);
    if (status != CRM_OK || run->end - run->at < length)
        return status == CRM_OK ? fail_file(sorter) : status;
    const char *begin = run->window + run->at;
    run->rest = unpack_key(begin, &run->key);
    run->length = length - (size_t)(run->rest - begin);
    run->at += length;
    return CRM_OK;
}

/* ---- Merging ----------------------------------------------------------------------------- */

static bool before(const struct line_sorter *sorter, size_t a, size_t b)
{
    return compare_keys(&sorter->runs[sorter->heap[a]].key, &sorter->runs[sorter->heap[b]].key) < 0;
}

static void sift_down(struct line_sorter *sorter, size_t at)
{
    for (;;) {
        size_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < sorter->heap_count && before(sorter, left, least))
            least = left;
        if (right < sorter->heap_count && before(sorter, right, least))
            least = right;
        if (least == at)
            return;
        size_t run = sorter->heap[at];
        sorter->heap[at] = sorter->heap[least];
        sorter->heap[least] = run;
        at = least;
    }
}

static crm_status begin_merge(struct line_sorter *sorter)
{
    sorter->heap_count = 0;
    sorter->taken = false;
    for (size_t i = 0; i < sorter->run_count; i++) {
        rewind(sorter->runs[i].file);
        crm_status status = read_row(sorter, &sorter->runs[i]);
        if (status != CRM_OK)
            return status;
        if (sorter->runs[i].more)
            sorter->heap[sorter->heap_count++] = i;
    }
    for (size_t i = sorter->heap_count; i > 0; i--)
        sift_down(sorter, i - 1);
    return CRM_OK;
}

/* The run with the least row, NULL at the end. */
static crm_status next_run(struct line_sorter *sorter, struct sort_run **out)
{
    *out = NULL;
    if (sorter->taken) {
        struct sort_run *top = &sorter->runs[sorter->heap[0]];
        crm_status status = read_row(sorter, top);
        if (status != CRM_OK)
            return status;
        if (!top->more)
            sorter->heap[0] = sorter->heap[--sorter->heap_count];
        sift_down(sorter, 0);
    }
    sorter->taken = sorter->heap_count > 0;
    if (sorter->taken)
        *out = &sorter->runs[sorter->heap[0]];
    return CRM_OK;
}

/* All runs become one, so that their number stays small in a file of any length. */
static crm_status merge_runs(struct line_sorter *sorter)
{
    struct sort_run *run = NULL;
    FILE *file = NULL;
    crm_status status = open_run(sorter, &file);
    if (status != CRM_OK)
        return status;
    status = begin_merge(sorter);
    do {
        if (status == CRM_OK)
            status = next_run(sorter, &run);
        if (status == CRM_OK && run != NULL)
            status = write_row(sorter, file, &run->key, run->rest, run->length);
    } while (status == CRM_OK && run != NULL);
    if (status == CRM_OK)
        status = end_run(sorter, file);
    close_runs(sorter);
    sorter->runs[sorter->run_count++].file = file;
    return status;
}

/* ---- For the importer -------------------------------------------------------------------- */

crm_status line_sorter_add(struct line_sorter *sorter, const struct value *row)
{
    size_t room = packed_room(sorter, row);
    crm_status status = CRM_OK;
    if (sorter->entry_count == RUN_ROWS || sorter->packed.length + room > RUN_BYTES) {
        status = sorter->entry_count > 0 ? write_run(sorter) : CRM_OK;
        if (status == CRM_OK && sorter->run_count == MOST_RUNS)
            status = merge_runs(sorter);
    }
    if (status != CRM_OK)
        return status;
    char *out = buffer_reserve(&sorter->packed, room);
    if (out == NULL)
        return error_no_memory(sorter->error);
    struct sort_entry *entry = &sorter->entries[sorter->entry_count++];
    entry->key = (struct sort_key){.first = row[0].integer,
                                   .day = pack_day(&row[1]),
                                   .third = row[2].integer,
                                   .fourth = row[3].integer};
    entry->offset = (uint32_t)sorter->packed.length;
    entry->length = (uint32_t)(pack_rest(sorter, row, out) - out);
    sorter->packed.length += entry->length;
    return CRM_OK;
}

static crm_status begin_reading(struct line_sorter *sorter)
{
    sorter->reading = true;
    if (sorter->run_count == 0) {
        sort_memory(sorter);
        return CRM_OK;
    }
    crm_status status = sorter->entry_count > 0 ? write_run(sorter) : CRM_OK;
    buffer_release(&sorter->packed);
    return status == CRM_OK ? begin_merge(sorter) : status;
}

static void give(struct line_sorter *sorter, const struct sort_key *key, const char *rest,
                 struct value *row)
{
    unpack_day(key->day, sorter->day);
    put_number(&row[0], key->first);
    put_text(&row[1], sorter->day, DAY);
    put_number(&row[2], key->third);
    put_number(&row[3], key->fourth);
    unpack_rest(sorter, rest, row);
}

crm_status line_sorter_next(struct line_sorter *sorter, struct value *row, bool *more)
{
    struct sort_run *run = NULL;
    crm_status status = sorter->reading ? CRM_OK : begin_reading(sorter);
    *more = false;
    if (status == CRM_OK && sorter->run_count == 0) {
        *more = sorter->entry_at < sorter->entry_count;
        const struct sort_entry *entry = &sorter->entries[sorter->entry_at];
        if (*more)
            give(sorter, &entry->key, sorter->packed.data + entry->offset, row);
        sorter->entry_at += *more;
        return CRM_OK;
    }
    if (status == CRM_OK)
        status = next_run(sorter, &run);
    *more = status == CRM_OK && run != NULL;
    if (*more)
        give(sorter, &run->key, run->rest, row);
    return status;
}
