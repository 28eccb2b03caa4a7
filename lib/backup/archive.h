/* SPDX-License-Identifier: MIT */
/* The file that a backup is: a POSIX tar archive whose last member, SHA256SUMS, has a line for each
 * other one, as sha256sum writes them. Any tar unpacks it and `sha256sum -c` checks it; without its
 * end it is known to be cut off. It is written and read front to back, through a pipe as well. */
#ifndef CRM_BACKUP_ARCHIVE_H
#define CRM_BACKUP_ARCHIVE_H

#include "base/buffer.h"
#include "base/digest.h"

#include <stdio.h>

extern const char archive_sums_name[]; /* SHA256SUMS */

/* ---- Writing ---------------------------------------------------------------------------- */

/* Set `write` to `error`; the rest is its own. archive_writer_release at the end. */
struct archive_writer {
    crm_status (*write)(void *context, const void *data, size_t length);
    void *context;
    int64_t modified; /* time of members: seconds since 1970 */
    struct error *error;
    struct buffer sums;
    int64_t length; /* bytes written */
};

/* Names are relative, parts separated by one slash. CRM_INVALID for one that sha256sum would not
 * write as it is. A directory's ends with a slash. */
crm_status archive_add_directory(struct archive_writer *writer, const char *name);
crm_status archive_add(struct archive_writer *writer, const char *name, const void *data,
                       size_t length);
/* `each`, unless NULL, is told the bytes of each piece. `own_time`: the member has the file's. */
crm_status archive_add_file(struct archive_writer *writer, const char *name, const char *path,
                            bool own_time, void (*each)(void *context, size_t length),
                            void *context);
crm_status archive_end(struct archive_writer *writer);
void archive_writer_release(struct archive_writer *writer);

/* ---- Reading ---------------------------------------------------------------------------- */

/* Set `stream`, `name` (for messages) and `error`; the rest is its own. archive_reader_release at
 * the end. All failures but those of reading are CRM_CORRUPT; CRM_INVALID when the first bytes are
 * no tar archive's. */
struct archive_reader {
    FILE *stream;
    const char *name;
    struct error *error;
    struct buffer sums; /* of what was read, in the same form */
    struct buffer member;
    int64_t size, left; /* of the member */
    struct digest digest;
    int64_t modified; /* of the member: seconds since 1970 */
    bool directory;
    bool begun, ended;
    int64_t length; /* bytes read */
};

/* The next member: its name is in reader->member; SHA256SUMS is compared and not shown. At the end,
 * which is there only if all members are what the sums say and nothing follows, *more is false. */
crm_status archive_next(struct archive_reader *reader, bool *more);
/* The next piece of the member, *got 0 after the last. */
crm_status archive_read(struct archive_reader *reader, void *data, size_t size, size_t *got);
void archive_reader_release(struct archive_reader *reader);

/* ---- The form, for both ------------------------------------------------------------------- */

enum { ARCHIVE_BLOCK = 512 };

/* One block before each member. */
struct archive_header {
    char name[100], mode[8], owner[8], group[8], size[12], modified[12], checksum[8];
    char type; /* 0 file, 5 directory, x names of the next that have no room in it */
    char link[100], magic[6], version[2], owner_name[32], group_name[32];
    char device_major[8], device_minor[8], prefix[155], rest[12];
};

/* Sum of the block's bytes with the checksum taken for blanks. */
unsigned archive_checksum(const struct archive_header *header);
/* Bytes up to the next whole block. */
size_t archive_padding(int64_t size);

#endif
