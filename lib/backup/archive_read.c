/* SPDX-License-Identifier: MIT */
/* Reading an archive, where no byte is taken on trust: all of them are covered by the header's sum,
 * by SHA256SUMS, or must be zero. */
#include "backup/archive.h"

#include "base/file.h"
#include "base/memory.h"

#include <string.h>

enum {
    LONGEST_NAME = 4096,
    LONGEST_EXTENSION = 16384,
    SUM_DIGITS = DIGEST_TEXT - 1,
    SUM_MARGIN = SUM_DIGITS + 2 /* before the name in a line of SHA256SUMS */
};

static crm_status say_damaged(struct archive_reader *reader)
{
    error_set(reader->error, CRM_CORRUPT, _("the backup %s is damaged at byte %lld"), reader->name,
              (long long)reader->length);
    return error_hint(reader->error, _("use another one, or another copy of it"));
}

static crm_status say_cut(struct archive_reader *reader)
{
    error_set(reader->error, CRM_CORRUPT, _("the backup %s is cut off after %lld bytes"),
              reader->name, (long long)reader->length);
    return error_hint(reader->error, _("use another one, or another copy of it"));
}

static crm_status say_foreign(struct archive_reader *reader)
{
    error_set(reader->error, CRM_INVALID, _("%s is no backup that crm made"), reader->name);
    return error_hint(reader->error, _("one that was encrypted or compressed is read through a "
                                       "pipe: age -d FILE | crm restore -"));
}

/* All of `length` bytes. */
static crm_status take(struct archive_reader *reader, void *data, size_t length)
{
    size_t got = fread(data, 1, length, reader->stream);
    reader->length += (int64_t)got;
    if (got == length)
        return CRM_OK;
    return ferror(reader->stream) ? file_fail(reader->error, reader->name) : say_cut(reader);
}

static bool is_zero(const void *data, size_t length)
{
    const char *bytes = data;
    return length == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0);
}

static bool read_octal(const char *text, size_t size, int64_t *out)
{
    size_t at = 0;
    for (*out = 0; at < size && text[at] >= '0' && text[at] <= '7'; at++)
        *out = *out * 8 + (text[at] - '0');
    return at > 0 && (at == size || text[at] == '\0' || text[at] == ' ');
}

static bool is_header(const struct archive_header *header)
{
    int64_t sum;
    return memcmp(header->magic, "ustar", 5) == 0 &&
           read_octal(header->checksum, sizeof header->checksum, &sum) &&
           sum == (int64_t)archive_checksum(header);
}

static crm_status take_padding(struct archive_reader *reader, int64_t size)
{
    char zeros[ARCHIVE_BLOCK];
    size_t length = archive_padding(size);
    crm_status status = take(reader, zeros, length);
    return status == CRM_OK && !is_zero(zeros, length) ? say_damaged(reader) : status;
}

/* ---- Members ---- */

/* One "LENGTH key=value\n" at *at; false when it is none. */
static bool read_record(struct archive_reader *reader, const char **at, const char *end)
{
    const char *record = *at, *key = record;
    size_t length = 0;
    while (key < end && *key >= '0' && *key <= '9' && length < LONGEST_EXTENSION)
        length = length * 10 + (size_t)(*key++ - '0');
    if (length > (size_t)(end - record) || length < 5 || *key != ' ' || record[length - 1] != '\n')
        return false;
    size_t rest = (size_t)(record + length - 1 - ++key);
    if (rest > 5 && memcmp(key, "path=", 5) == 0) {
        buffer_clear(&reader->member);
        buffer_append(&reader->member, key + 5, rest - 5);
    } else if (rest > 5 && memcmp(key, "size=", 5) == 0) {
        reader->size = 0;
        for (const char *digit = key + 5; digit < key + rest; digit++) {
            if (*digit < '0' || *digit > '9' || reader->size > INT64_MAX / 100)
                return false;
            reader->size = reader->size * 10 + (*digit - '0');
        }
    }
    *at = record + length;
    return true;
}

/* What the extension says stays in `member` and `size` for the header that follows it. */
static crm_status take_extension(struct archive_reader *reader, int64_t size)
{
    struct buffer text cleanup(buffer_release) = {0};
    if (size <= 0 || size > LONGEST_EXTENSION)
        return say_damaged(reader);
    char *data = buffer_reserve(&text, (size_t)size);
    if (data == NULL)
        return error_no_memory(reader->error);
    crm_status status = take(reader, data, (size_t)size);
    for (const char *at = data; status == CRM_OK && at < data + size;)
        if (!read_record(reader, &at, data + size))
            status = say_damaged(reader);
    return status == CRM_OK ? take_padding(reader, size) : status;
}

static void name_of(const struct archive_header *header, struct buffer *out)
{
    if (header->prefix[0] != '\0') {
        buffer_append(out, header->prefix, strnlen(header->prefix, sizeof header->prefix));
        buffer_character(out, '/');
    }
    buffer_append(out, header->name, strnlen(header->name, sizeof header->name));
}

/* False when this is nothing that a backup holds. */
static bool describe(struct archive_reader *reader, const struct archive_header *header)
{
    int64_t size;
    if (!read_octal(header->size, sizeof header->size, &size) ||
        !read_octal(header->modified, sizeof header->modified, &reader->modified))
        return false;
    if (reader->size < 0)
        reader->size = size;
    if (reader->member.length == 0)
        name_of(header, &reader->member);
    reader->left = reader->size;
    reader->directory = header->type == '5';
    size_t length = reader->member.length;
    return length > 0 && length <= LONGEST_NAME &&
           memchr(reader->member.data, '\0', length) == NULL &&
           (header->type == '0' || header->type == '\0' || (reader->directory && size == 0));
}

/* The first one is also the sign of what this file is. */
static crm_status take_header(struct archive_reader *reader, struct archive_header *header)
{
    bool first = !reader->begun;
    reader->begun = true;
    crm_status status = take(reader, header, sizeof *header);
    if (status == CRM_OK && !is_zero(header, sizeof *header) && !is_header(header))
        status = say_damaged(reader);
    if (first && (status == CRM_CORRUPT || (status == CRM_OK && is_zero(header, sizeof *header))))
        return say_foreign(reader);
    return status;
}

static crm_status begin_member(struct archive_reader *reader, bool *end)
{
    struct archive_header header = {0};
    buffer_clear(&reader->member);
    reader->size = -1;
    crm_status status = take_header(reader, &header);
    *end = status == CRM_OK && is_zero(&header, sizeof header);
    if (status != CRM_OK || *end)
        return status;
    int64_t size;
    if (header.type == 'x') {
        if (!read_octal(header.size, sizeof header.size, &size))
            return say_damaged(reader);
        status = take_extension(reader, size);
        if (status == CRM_OK)
            status = take_header(reader, &header);
    }
    if (status == CRM_OK && !describe(reader, &header))
        status = say_damaged(reader);
    if (reader->member.failed)
        return error_no_memory(reader->error);
    digest_begin(&reader->digest);
    return status;
}

crm_status archive_read(struct archive_reader *reader, void *data, size_t size, size_t *got)
{
    *got = reader->left < (int64_t)size ? (size_t)reader->left : size;
    crm_status status = take(reader, data, *got);
    if (status != CRM_OK)
        return status;
    digest_add(&reader->digest, data, *got);
    reader->left -= (int64_t)*got;
    return CRM_OK;
}

/* What the caller did not want is read all the same. */
static crm_status end_member(struct archive_reader *reader)
{
    char sum[DIGEST_TEXT], piece[16384];
    crm_status status = CRM_OK;
    for (size_t got; reader->left > 0 && status == CRM_OK;)
        status = archive_read(reader, piece, sizeof piece, &got);
    if (status == CRM_OK)
        status = take_padding(reader, reader->size);
    if (status != CRM_OK || reader->directory)
        return status;
    digest_end(&reader->digest, sum);
    buffer_printf(&reader->sums, "%s  %s\n", sum, buffer_string(&reader->member));
    return reader->sums.failed ? error_no_memory(reader->error) : CRM_OK;
}

/* ---- The end ---- */

/* Names the first member whose line is not the one that was written. */
static crm_status say_changed(struct archive_reader *reader, const char *written)
{
    const char *found = buffer_string(&reader->sums);
    size_t line = 0;
    for (size_t at = 0; found[at] != '\0' && found[at] == written[at]; at++)
        if (found[at] == '\n')
            line = at + 1;
    const char *end = strchr(found + line, '\n');
    if (end == NULL || end - (found + line) <= SUM_MARGIN)
        return say_damaged(reader);
    const char *name = found + line + SUM_MARGIN;
    error_set(reader->error, CRM_CORRUPT,
              _("the backup %s is damaged: %.*s is not what was stored"), reader->name,
              (int)(end - name), name);
    return error_hint(reader->error, _("use another one, or another copy of it"));
}

static crm_status compare_sums(struct archive_reader *reader)
{
    struct buffer written cleanup(buffer_release) = {0};
    if (reader->size != (int64_t)reader->sums.length)
        return say_damaged(reader);
    char *data = buffer_reserve(&written, (size_t)reader->size + 1);
    if (data == NULL)
        return error_no_memory(reader->error);
    crm_status status = take(reader, data, (size_t)reader->size);
    if (status == CRM_OK)
        status = take_padding(reader, reader->size);
    if (status != CRM_OK)
        return status;
    data[reader->size] = '\0';
    return memcmp(data, buffer_string(&reader->sums), (size_t)reader->size) == 0
               ? CRM_OK
               : say_changed(reader, data);
}

/* The second block of zeros, then nothing but zeros, which a tape or a pipe may have added. */
static crm_status take_end(struct archive_reader *reader)
{
    char block[ARCHIVE_BLOCK];
    crm_status status = take(reader, block, sizeof block);
    if (status != CRM_OK)
        return status;
    for (size_t got = sizeof block; got > 0;) {
        if (!is_zero(block, got))
            return say_damaged(reader);
        got = fread(block, 1, sizeof block, reader->stream);
    }
    return ferror(reader->stream) ? file_fail(reader->error, reader->name) : CRM_OK;
}

static crm_status take_sums_and_end(struct archive_reader *reader)
{
    struct archive_header header = {0};
    crm_status status = compare_sums(reader);
    if (status == CRM_OK)
        status = take_header(reader, &header);
    if (status == CRM_OK && !is_zero(&header, sizeof header))
        status = say_damaged(reader);
    if (status == CRM_OK)
        status = take_end(reader);
    reader->ended = true;
    return status;
}

crm_status archive_next(struct archive_reader *reader, bool *more)
{
    *more = false;
    crm_status status = reader->begun ? end_member(reader) : CRM_OK;
    bool end = false;
    if (status == CRM_OK)
        status = begin_member(reader, &end);
    if (status != CRM_OK)
        return status;
    if (end)
        return say_cut(reader); /* before the sums */
    if (!reader->directory && strcmp(buffer_string(&reader->member), archive_sums_name) == 0)
        return take_sums_and_end(reader);
    *more = true;
    return CRM_OK;
}

void archive_reader_release(struct archive_reader *reader)
{
    buffer_release(&reader->sums);
    buffer_release(&reader->member);
}
