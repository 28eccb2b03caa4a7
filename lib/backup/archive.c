/* SPDX-License-Identifier: MIT */
/* Writing an archive: header, bytes and padding of each member, then the sums. */
#include "backup/archive.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

/* What eleven octal digits can say. */
static const int64_t largest_octal = 077777777777;

const char archive_sums_name[] = "SHA256SUMS";

unsigned archive_checksum(const struct archive_header *header)
{
    const unsigned char *bytes = (const void *)header;
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof *header; i++)
        sum += bytes[i];
    for (size_t i = 0; i < sizeof header->checksum; i++)
        sum += ' ' - (unsigned)(unsigned char)header->checksum[i];
    return sum;
}

size_t archive_padding(int64_t size)
{
    return (size_t)((ARCHIVE_BLOCK - size % ARCHIVE_BLOCK) % ARCHIVE_BLOCK);
}

static crm_status put(struct archive_writer *writer, const void *data, size_t length)
{
    writer->length += (int64_t)length;
    return writer->write(writer->context, data, length);
}

static crm_status put_padding(struct archive_writer *writer, int64_t size)
{
    static const char zeros[ARCHIVE_BLOCK];
    size_t length = archive_padding(size);
    return length == 0 ? CRM_OK : put(writer, zeros, length);
}

static void octal(char *out, size_t size, int64_t number)
{
    for (size_t at = size - 1; at > 0; at--, number /= 8)
        out[at - 1] = (char)('0' + number % 8);
    out[size - 1] = '\0';
}

static crm_status put_header(struct archive_writer *writer, const char *name, char type,
                             int64_t size)
{
    struct archive_header header = {.magic = "ustar", .version = {'0', '0'}, .type = type};
    size_t length = strlen(name);
    memcpy(header.name, name, length < sizeof header.name ? length : sizeof header.name);
    octal(header.mode, sizeof header.mode, type == '5' ? 0700 : 0600);
    octal(header.owner, sizeof header.owner, 0);
    octal(header.group, sizeof header.group, 0);
    octal(header.size, sizeof header.size, size <= largest_octal ? size : 0);
    octal(header.modified, sizeof header.modified, writer->modified > 0 ? writer->modified : 0);
    octal(header.checksum, sizeof header.checksum - 1, archive_checksum(&header));
    header.checksum[sizeof header.checksum - 1] = ' ';
    return put(writer, &header, sizeof header);
}

/* "LENGTH key=value\n", where the length counts its own digits too. */
static void pax_record(struct buffer *out, const char *key, const char *value)
{
    size_t rest = strlen(key) + strlen(value) + 3, length = rest + 1;
    for (size_t before = 0; before != length;) {
        char digits[24];
        before = length;
        length = rest + (size_t)snprintf(digits, sizeof digits, "%zu", before);
    }
    buffer_printf(out, "%zu %s=%s\n", length, key, value);
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* What the old header has no room for stands in a member before it. */
static crm_status put_extension(struct archive_writer *writer, const char *name, int64_t size)
{
    struct buffer text cleanup(buffer_release) = {0};
    if (strlen(name) > sizeof((struct archive_header *)0)->name || !is_ascii(name))
        pax_record(&text, "path", name);
    if (size > largest_octal) {
        char number[24];
        (void)snprintf(number, sizeof number, "%lld", (long long)size);
        pax_record(&text, "size", number);
    }
    if (text.failed)
        return error_no_memory(writer->error);
    if (text.length == 0)
        return CRM_OK;
    crm_status status = put_header(writer, "PaxHeaders/extension", 'x', (int64_t)text.length);
    if (status == CRM_OK)
        status = put(writer, buffer_string(&text), text.length);
    return status == CRM_OK ? put_padding(writer, (int64_t)text.length) : status;
}

static crm_status begin_member(struct archive_writer *writer, const char *name, char type,
                               int64_t size)
{
    for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
        if (*at >= ' ' && *at != '\\' && *at != 0x7f)
            continue;
        error_set(writer->error, CRM_INVALID,
                  _("the name of a file in the book has a character that a backup cannot hold"));
        return error_hint(writer->error, _("rename it: %s"), name);
    }
    crm_status status = put_extension(writer, name, size);
    return status == CRM_OK ? put_header(writer, name, type, size) : status;
}

static void note_sum(struct archive_writer *writer, struct digest *digest, const char *name)
{
    char sum[DIGEST_TEXT];
    digest_end(digest, sum);
    buffer_printf(&writer->sums, "%s  %s\n", sum, name);
}

crm_status archive_add_directory(struct archive_writer *writer, const char *name)
{
    return begin_member(writer, name, '5', 0);
}

static crm_status add_text(struct archive_writer *writer, const char *name, const void *data,
                           size_t length)
{
    crm_status status = begin_member(writer, name, '0', (int64_t)length);
    if (status == CRM_OK && length > 0)
        status = put(writer, data, length);
    return status == CRM_OK ? put_padding(writer, (int64_t)length) : status;
}

crm_status archive_add(struct archive_writer *writer, const char *name, const void *data,
                       size_t length)
{
    struct digest digest;
    digest_begin(&digest);
    digest_add(&digest, data, length);
    note_sum(writer, &digest, name);
    return add_text(writer, name, data, length);
}

static crm_status add_bytes(struct archive_writer *writer, int file, int64_t size, const char *path,
                            struct digest *digest, void (*each)(void *, size_t), void *context)
{
    struct buffer piece cleanup(buffer_release) = {0};
    char *data = buffer_reserve(&piece, PIECE);
    if (data == NULL)
        return error_no_memory(writer->error);
    crm_status status = CRM_OK;
    for (int64_t left = size; left > 0 && status == CRM_OK;) {
        ssize_t got = read(file, data, left < PIECE ? (size_t)left : PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_fail(writer->error, path);
        if (got == 0)
            return error_set(writer->error, CRM_IO, _("'%s' became shorter while it was read"),
                             path);
        digest_add(digest, data, (size_t)got);
        left -= got;
        status = put(writer, data, (size_t)got);
        if (each != NULL)
            each(context, (size_t)got);
    }
    return status;
}

crm_status archive_add_file(struct archive_writer *writer, const char *name, const char *path,
                            bool own_time, void (*each)(void *context, size_t length),
                            void *context)
{
    struct stat state;
    struct digest digest;
    int file cleanup(file_close) = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &state) != 0)
        return file_fail(writer->error, path);
    digest_begin(&digest);
    int64_t usual = writer->modified;
    if (own_time)
        writer->modified = state.st_mtime;
    crm_status status = begin_member(writer, name, '0', state.st_size);
    writer->modified = usual;
    if (status == CRM_OK)
        status = add_bytes(writer, file, state.st_size, path, &digest, each, context);
    if (status == CRM_OK)
        status = put_padding(writer, state.st_size);
    note_sum(writer, &digest, name);
    return status;
}

/* Two blocks of zeros are the end of any tar archive. */
crm_status archive_end(struct archive_writer *writer)
{
    static const char end[2 * ARCHIVE_BLOCK];
    if (writer->sums.failed)
        return error_no_memory(writer->error);
    crm_status status =
        add_text(writer, archive_sums_name, buffer_string(&writer->sums), writer->sums.length);
    return status == CRM_OK ? put(writer, end, sizeof end) : status;
}

void archive_writer_release(struct archive_writer *writer)
{
    buffer_release(&writer->sums);
}
