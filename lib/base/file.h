/* SPDX-License-Identifier: MIT */
/* Files that must be on the disk when it is said that they are, and those that are read whole. */
#ifndef CRM_BASE_FILE_H
#define CRM_BASE_FILE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* All return false with errno set when it failed. */

/* All of it, however many pieces the system takes it in. */
bool file_write(int file, const void *data, size_t length);
bool file_sync(const char *path);
/* The directory in which `path` stands: the name is on the disk then. */
bool file_sync_name(const char *path);

/* The directories above `path`, as `mkdir -p` makes them. */
crm_status file_make_parents(const char *path, struct error *error);
/* What may stand under a name: files of a book are plain ones, for nobody may ever write into a
 * pipe; where a person names one, the shell's pipe will do as well. */
enum file_form { FILE_PLAIN, FILE_OR_PIPE };
#define FILE_READ_MOST ((size_t)1024 * 1024)
/* All bytes of a file, at the end of `out`. CRM_NOT_FOUND, without a message, when there is none;
 * CRM_INVALID for what is of another form or larger than FILE_READ_MOST; CRM_IO when reading fails.
 */
crm_status file_read(const char *path, enum file_form form, struct buffer *out,
                     struct error *error);
crm_status file_refuse_size(const char *path, struct error *error);
/* CRM_INVALID says what stands there when it is of another form; else CRM_OK, with nothing said. */
crm_status file_refuse_special(const char *path, enum file_form wanted, struct error *error);

/* As error_system, with a hint. */
crm_status file_fail(struct error *error, const char *path);
/* For `cleanup(file_close)`; -1 is no file. */
void file_close(const int *file);

#endif
