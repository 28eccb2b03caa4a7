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
    RUN_ROWS = 64 * 1024,               /* and at most so many */
    MOST_RUNS = 64,                     /* then they are merged into one */
    FILE_BUFFER = 16 * 1024,
    DAY = 10
};

/* What a row is ordered by, and where its packed form is. */
struct sort_key {
    int64_t first, third, fourth;
    char day[DAY];
    uint32_t length;
    uint32_t offset; /* in the packed rows; in a run: unused */
};

/* A sorted run in a file, and its next row. */
struct sort_run {
    FILE *file;
    struct sort_key key;
    char *row;
    size_t room;
    bool more;
};

struct line_sorter {
    struct error *error;
    size_t columns;
    struct sort_key *keys; /* of the rows in memory */
    size_t key_count, key_at;
    struct buffer packed;
    struct sort_run runs[MOST_RUNS];
    size_t run_count;
    size_t heap[MOST_RUNS]; /* runs by their next rows, the least first */
    size_t heap_count;
    bool taken; /* the run at the top has given its row: it must move on */
    bool reading;
};

crm_status line_sorter_new(size_t columns, struct line_sorter **out, struct error *error)
{
    struct line_sorter *sorter = calloc(1, sizeof *sorter);
    struct sort_key *keys = malloc(RUN_ROWS * sizeof *keys);
    if (sorter == NULL || keys == NULL) {
        free(sorter);
        free(keys);
        return error_no_memory(error);
    }
    sorter->error = error;
    sorter->columns = columns;
    sorter->keys = keys;
    *out = sorter;
    return CRM_OK;
}

static void close_runs(struct line_sorter *sorter)
{
    for (size_t i = 0; i < sorter->run_count; i++) {
        free(sorter->runs[i].row);
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
    free(sorter->keys);
    free(sorter);
}

/* ---- Rows as bytes ----------------------------------------------------------------------- */

/* A tag for each value: 0 is null, 1…8 the bytes of a number, 9 a text with its length before it.
 * Numbers have their sign in the lowest bit. */
enum { TAG_NULL = 0, TAG_TEXT = 9 };

static void pack_number(char **out, int64_t number)
{
    uint64_t rest = number < 0 ? (~(uint64_t)number << 1) | 1 : (uint64_t)number << 1;
    char *tag = (*out)++;
    int bytes = 0;
    do {
        *(*out)++ = (char)(rest & 0xFF);
        rest >>= 8;
        bytes++;
    } while (rest != 0);
    *tag = (char)bytes;
}

static size_t packed_room(const struct line_sorter *sorter, const struct value *row)
{
    size_t room = 0;
    for (size_t i = 0; i < sorter->columns; i++)
        room += 9 + (row[i].type == VALUE_TEXT ? row[i].length : 0);
    return room;
}

static size_t pack(const struct line_sorter *sorter, const struct value *row, char *begin)
{
    char *out = begin;
    for (size_t i = 0; i < sorter->columns; i++) {
        if (row[i].type == VALUE_INTEGER) {
            pack_number(&out, row[i].integer);
        } else if (row[i].type == VALUE_TEXT) {
            uint32_t length = (uint32_t)row[i].length;
            *out++ = TAG_TEXT;
            memcpy(out, &length, sizeof length);
            out += sizeof length;
            memcpy(out, row[i].text, length);
            out += length;
        } else {
            *out++ = TAG_NULL;
        }
    }
    return (size_t)(out - begin);
}

static void unpack(const struct line_sorter *sorter, const char *at, struct value *row)
{
    for (size_t i = 0; i < sorter->columns; i++) {
        int tag = (unsigned char)*at++;
        if (tag == TAG_NULL) {
            row[i] = value_null();
        } else if (tag == TAG_TEXT) {
            uint32_t length;
            memcpy(&length, at, sizeof length);
            at += sizeof length;
            row[i] = value_text_length(at, length);
            at += length;
        } else {
            uint64_t number = 0;
            for (int byte = 0; byte < tag; byte++)
                number |= (uint64_t)(unsigned char)*at++ << (8 * byte);
            uint64_t magnitude = number >> 1;
            row[i] = value_integer(number & 1 ? (int64_t)~magnitude : (int64_t)magnitude);
        }
    }
}

/* ---- Runs -------------------------------------------------------------------------------- */

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    int day = memcmp(a->day, b->day, DAY);
    if (day != 0)
        return day;
    if (a->third != b->third)
        return a->third < b->third ? -1 : 1;
    return (a->fourth > b->fourth) - (a->fourth < b->fourth);
}

static crm_status fail_file(struct line_sorter *sorter)
{
    error_set(sorter->error, CRM_IO, _("cannot use a temporary file: %s"), strerror(errno));
    return error_hint(sorter->error, _("is there room in the directory for temporary files?"));
}

static FILE *open_run(void)
{
    FILE *file = tmpfile();
    if (file != NULL)
        setvbuf(file, NULL, _IOFBF, FILE_BUFFER);
    return file;
}

static bool write_row(FILE *file, const struct sort_key *key, const char *row)
{
    return fwrite(key, sizeof *key, 1, file) == 1 &&
           fwrite(row, 1, key->length, file) == key->length;
}

static void sort_memory(struct line_sorter *sorter)
{
    qsort(sorter->keys, sorter->key_count, sizeof *sorter->keys, compare_keys);
}

/* The rows in memory go to a file of their own. */
static crm_status write_run(struct line_sorter *sorter)
{
    struct sort_run *run = &sorter->runs[sorter->run_count];
    sort_memory(sorter);
    run->file = open_run();
    if (run->file == NULL)
        return fail_file(sorter);
    sorter->run_count++;
    for (size_t i = 0; i < sorter->key_count; i++)
        if (!write_row(run->file, &sorter->keys[i], sorter->packed.data + sorter->keys[i].offset))
            return fail_file(sorter);
    if (fflush(run->file) != 0)
        return fail_file(sorter);
    sorter->key_count = 0;
    buffer_clear(&sorter->packed);
    return CRM_OK;
}

static crm_status read_row(struct line_sorter *sorter, struct sort_run *run)
{
    run->more = fread(&run->key, sizeof run->key, 1, run->file) == 1;
    if (!run->more)
        return ferror(run->file) ? fail_file(sorter) : CRM_OK;
    char *row = array_grow(run->row, &run->room, run->key.length, 1);
    if (row == NULL)
        return error_no_memory(sorter->error);
    run->row = row;
    return fread(row, 1, run->key.length, run->file) == run->key.length ? CRM_OK
                                                                        : fail_file(sorter);
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
    FILE *file = open_run();
    if (file == NULL)
        return fail_file(sorter);
    crm_status status = begin_merge(sorter);
    do {
        if (status == CRM_OK)
            status = next_run(sorter, &run);
        if (status == CRM_OK && run != NULL && !write_row(file, &run->key, run->row))
            status = fail_file(sorter);
    } while (status == CRM_OK && run != NULL);
    if (status == CRM_OK && fflush(file) != 0)
        status = fail_file(sorter);
    close_runs(sorter);
    sorter->runs[sorter->run_count++].file = file;
    return status;
}

/* ---- For the importer -------------------------------------------------------------------- */

crm_status line_sorter_add(struct line_sorter *sorter, const struct value *row)
{
    size_t room = packed_room(sorter, row);
    crm_status status = CRM_OK;
    if (sorter->key_count == RUN_ROWS || sorter->packed.length + room > RUN_BYTES) {
        status = sorter->key_count > 0 ? write_run(sorter) : CRM_OK;
        if (status == CRM_OK && sorter->run_count == MOST_RUNS)
            status = merge_runs(sorter);
    }
    if (status != CRM_OK)
        return status;
    char *out = buffer_reserve(&sorter->packed, room);
    if (out == NULL)
        return error_no_memory(sorter->error);
    struct sort_key *key = &sorter->keys[sorter->key_count++];
    *key = (struct sort_key){.first = row[0].integer,
                             .third = row[2].integer,
                             .fourth = row[3].integer,
                             .offset = (uint32_t)sorter->packed.length};
    memcpy(key->day, row[1].text, row[1].length < DAY ? row[1].length : DAY);
    key->length = (uint32_t)pack(sorter, row, out);
    sorter->packed.length += key->length;
    return CRM_OK;
}

static crm_status begin_reading(struct line_sorter *sorter)
{
    sorter->reading = true;
    if (sorter->run_count == 0) {
        sort_memory(sorter);
        return CRM_OK;
    }
    crm_status status = sorter->key_count > 0 ? write_run(sorter) : CRM_OK;
    buffer_release(&sorter->packed);
    return status == CRM_OK ? begin_merge(sorter) : status;
}

crm_status line_sorter_next(struct line_sorter *sorter, struct value *row, bool *more)
{
    struct sort_run *run = NULL;
    crm_status status = sorter->reading ? CRM_OK : begin_reading(sorter);
    *more = false;
    if (status == CRM_OK && sorter->run_count == 0) {
        *more = sorter->key_at < sorter->key_count;
        if (*more)
            unpack(sorter, sorter->packed.data + sorter->keys[sorter->key_at++].offset, row);
        return CRM_OK;
    }
    if (status == CRM_OK)
        status = next_run(sorter, &run);
    *more = status == CRM_OK && run != NULL;
    if (*more)
        unpack(sorter, run->row, row);
    return status;
}
