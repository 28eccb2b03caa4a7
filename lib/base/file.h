/* SPDX-License-Identifier: MIT */
/* Files that must be on the disk when it is said that they are. */
#ifndef CRM_BASE_FILE_H
#define CRM_BASE_FILE_H

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
/* As error_system, with a hint. */
crm_status file_fail(struct error *error, const char *path);
/* For `cleanup(file_close)`; -1 is no file. */
void file_close(const int *file);

#endif
