/* SPDX-License-Identifier: MIT */
/* A computer that loses power: of what was written and never synced, any part may be missing. */
#undef _FILE_OFFSET_BITS
#define _GNU_SOURCE
#include "plan.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SECTOR = 512, FILES = 64 };

/* What stood in a file before a write. The newest comes first. */
struct undo {
    struct undo *next;
    off_t offset;  /* of the bytes, a multiple of SECTOR; the old length for a cut */
    size_t length; /* of what stood there: less than was written at the end of a file */
    off_t size;    /* of the whole file before */
    unsigned char bytes[];
};

/* A descriptor of its own for each file that was written: the program may close its own. */
static struct watched {
    dev_t device;
    ino_t inode;
    int descriptor;
    struct undo *undo;
} files[FILES];
static size_t file_count;

static struct watched *watch(int file)
{
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    for (size_t i = 0; i < file_count; i++)
        if (files[i].device == status.st_dev && files[i].inode == status.st_ino)
            return &files[i];
    if (file_count == FILES)
        return NULL;
    /* A descriptor got by dup: opening the name anew and closing it would drop the locks that the
     * process holds on the file. This one is never closed. */
    long copy = syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, 500);
    if (copy < 0)
        return NULL;
    files[file_count] =
        (struct watched){.device = status.st_dev, .inode = status.st_ino, .descriptor = (int)copy};
    return &files[file_count++];
}

static void note(int file, off_t from, off_t to)
{
    struct watched *watched = watch(file);
    struct stat status;
    if (watched == NULL || fstat(file, &status) != 0)
        return;
    off_t begin = from / SECTOR * SECTOR;
    off_t end = to < status.st_size ? to : status.st_size;
    size_t length = end > begin ? (size_t)(end - begin) : 0;
    struct undo *undo = true_malloc(sizeof *undo + length);
    if (undo == NULL)
        _exit(126);
    ssize_t got = length == 0 ? 0 : true_pread(watched->descriptor, undo->bytes, length, begin);
    undo->offset = begin;
    undo->length = got < 0 ? 0 : (size_t)got;
    undo->size = status.st_size;
    undo->next = watched->undo;
    watched->undo = undo;
}

void power_note_write(int file, size_t bytes, off_t offset)
{
    if (offset >= 0)
        note(file, offset, offset + (off_t)bytes);
}

void power_note_cut(int file, off_t length)
{
    struct stat status;
    if (fstat(file, &status) == 0)
        note(file, length, status.st_size);
}

void power_note_sync(int file)
{
    struct watched *watched = watch(file);
    while (watched != NULL && watched->undo != NULL) {
        struct undo *next = watched->undo->next;
        true_free(watched->undo);
        watched->undo = next;
    }
}

/* xorshift: the same on every machine. */
static uint32_t draw(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* A sector is as it was, or as it was written. A file that grew may have its new length, or not. */
static void take_back(const struct watched *watched, const struct undo *undo, uint32_t *state)
{
    for (size_t at = 0; at < undo->length; at += SECTOR) {
        size_t part = undo->length - at < SECTOR ? undo->length - at : SECTOR;
        if (draw(state) % 2 == 0)
            (void)true_pwrite(watched->descriptor, undo->bytes + at, part,
                              undo->offset + (off_t)at);
    }
    struct stat status;
    if (fstat(watched->descriptor, &status) == 0 && status.st_size != undo->size &&
        draw(state) % 2 == 0)
        (void)true_ftruncate(watched->descriptor, undo->size);
}

void power_fail(unsigned seed)
{
    uint32_t state = seed * 2654435761U + 1;
    for (size_t i = 0; i < file_count; i++)
        for (const struct undo *undo = files[i].undo; undo != NULL; undo = undo->next)
            take_back(&files[i], undo, &state);
}
