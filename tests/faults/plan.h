/* SPDX-License-Identifier: MIT */
/* Which call of a process is to fail, and how: between the files of fault.so. */
#ifndef CRM_TESTS_FAULTS_PLAN_H
#define CRM_TESTS_FAULTS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Calls that are counted together. */
enum call_class {
    CALL_WRITE = 1,    /* write, pwrite, and what the C library writes to a file */
    CALL_SYNC = 2,     /* fsync, fdatasync */
    CALL_TRUNCATE = 4, /* ftruncate */
    CALL_NAME = 8,     /* rename, link, unlink, mkdir */
    CALL_OPEN = 16,    /* open, fopen */
    CALL_READ = 32,    /* read, pread, fread */
    CALL_MEMORY = 64,  /* malloc, calloc, realloc */
    CALL_NETWORK = 128 /* send, recv, connect */
};

enum verdict {
    VERDICT_GO,
    VERDICT_FAIL, /* errno is set */
    VERDICT_SHORT /* do half of it */
};

/* Asked before every call; does not return when the process is to die now. `bytes` of `data` are
 * what a call of CALL_WRITE would write to `file` at `offset` (-1: where the file stands). */
enum verdict plan_ask(enum call_class class, int file, const void *data, size_t bytes,
                      off_t offset);

/* ---- A computer that loses power (power.c) ---- */

/* Before `file` is written or cut at `offset`: remembers what stands there. */
void power_note_write(int file, size_t bytes, off_t offset);
void power_note_cut(int file, off_t length);
/* After a sync of `file`: nothing of it can be lost any more. */
void power_note_sync(int file);
/* Takes back, at random, some of what was written and never synced: pieces of 512 bytes that may
 * each have reached the disk or not, and lengths. */
void power_fail(unsigned seed);

/* The C library's own, whatever stands in front of them. */
ssize_t true_pread(int file, void *data, size_t bytes, off_t offset);
ssize_t true_pwrite(int file, const void *data, size_t bytes, off_t offset);
int true_ftruncate(int file, off_t length);
void *true_malloc(size_t size);
void true_free(void *block);

#endif
