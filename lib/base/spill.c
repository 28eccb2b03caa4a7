/* SPDX-License-Identifier: MIT */
/* Bytes in memory and in a temporary file that goes with its process. */
#include "base/spill.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool write_all(int file, const char *data, size_t length, int64_t at)
{
    while (length > 0) {
        ssize_t written = pwrite(file, data, length, at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        at += written;
        length -= (size_t)written;
    }
    return true;
}

static void move_to_file(struct spill *spill)
{
    if (spill->file == NULL)
        spill->file = tmpfile();
    if (spill->file == NULL ||
        !write_all(fileno(spill->file), spill->memory.data, spill->memory.length, spill->filed)) {
        spill->failed = true;
        return;
    }
    spill->filed += (int64_t)spill->memory.length;
    buffer_clear(&spill->memory);
}

void spill_append(struct spill *spill, const void *data, size_t length)
{
    if (spill->failed)
        return;
    buffer_append(&spill->memory, data, length);
    spill->failed = spill->memory.failed;
    if (!spill->failed && spill->memory.length >= SPILL_MEMORY)
        move_to_file(spill);
}

int64_t spill_length(const struct spill *spill)
{
    return spill->filed + (int64_t)spill->memory.length;
}

void spill_cut(struct spill *spill, int64_t length)
{
    if (length >= spill->filed) {
        spill->memory.length = (size_t)(length - spill->filed);
        return;
    }
    spill->filed = length; /* what lies beyond is written over */
    buffer_clear(&spill->memory);
}

void spill_release(struct spill *spill)
{
    buffer_release(&spill->memory);
    if (spill->file != NULL)
        (void)fclose(spill->file);
    *spill = (struct spill){0};
}

/* The window over the byte that is read next. */
static bool fill_window(struct spill_reader *reader)
{
    const struct spill *spill = reader->spill;
    int64_t left = spill->filed - reader->at;
    size_t wanted = left < SPILL_WINDOW ? (size_t)left : SPILL_WINDOW, got = 0;
    while (got < wanted) {
        ssize_t part = pread(fileno(spill->file), reader->window + got, wanted - got,
                             reader->at + (int64_t)got);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return false;
        got += (size_t)part;
    }
    reader->begin = reader->at;
    reader->in_window = wanted;
    return true;
}

static bool read_part(struct spill_reader *reader, char *out, size_t wanted, size_t *got)
{
    const struct spill *spill = reader->spill;
    const char *from = reader->window;
    int64_t begin = reader->begin, end = begin + (int64_t)reader->in_window;
    if (reader->at >= spill->filed) {
        from = spill->memory.data;
        begin = spill->filed;
        end = spill_length(spill);
    } else if (reader->at >= end) {
        if (!fill_window(reader))
            return false;
        begin = reader->begin;
        end = begin + (int64_t)reader->in_window;
    }
    size_t there = (size_t)(end - reader->at);
    *got = there < wanted ? there : wanted;
    if (*got == 0)
        return false;
    memcpy(out, from + (reader->at - begin), *got);
    reader->at += (int64_t)*got;
    return true;
}

bool spill_read(struct spill_reader *reader, void *out, size_t length)
{
    char *to = out;
    for (size_t got; length > 0; to += got, length -= got)
        if (!read_part(reader, to, length, &got))
            return false;
    return true;
}
