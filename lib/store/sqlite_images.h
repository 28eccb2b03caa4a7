/* SPDX-License-Identifier: MIT */
/* Between the hook, which packs images, and the journal, which writes them: theirs alone. */
#ifndef CRM_STORE_SQLITE_IMAGES_H
#define CRM_STORE_SQLITE_IMAGES_H

#include "base/buffer.h"
#include "base/spill.h"
#include "store/journal.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_source.h"
#include "store/sqlite_watch.h"

/* An image on its way; its two texts follow, each with a NUL. */
struct packed_image {
    size_t watch;
    size_t before, after; /* bytes of text */
    int64_t record, customer, whole, row_count;
    bool has_record, has_customer, has_whole, removed;
};

/* An image whose customer is known by what it was part of, which is gone as well. */
struct orphan {
    int64_t number, whole;
    const struct kind *kind;
};

struct sqlite_journal {
    sqlite3 *database;
    struct error *error;
    struct watch watches[SQLITE_JOURNAL_TABLES];
    struct sqlite_journal_count counts[SQLITE_JOURNAL_TABLES];
    size_t watch_count, last_watch;
    int64_t entry; /* 0: nothing is noted */
    int depth;     /* of statements that write */
    bool listens;  /* the hook is set */
    bool failed;   /* no memory, no disk */
    struct spill spill;
    struct buffer before, after; /* of the row at hand */
    struct packed_image open;    /* that further removed rows are put into; without rows: none */
    struct buffer rows;          /* its text */
    int64_t number;              /* of the image written last */
    struct digest images;
    struct salts salts;
    char salt[SALT_TEXT], digest[DIGEST_TEXT]; /* of that one */
    struct spill_reader *reader;               /* while images are written */
    struct sqlite_source *source;              /* of all of them */
    sqlite3_stmt *insert, *insert_all;         /* one from bindings, all from the source */
    struct orphan *orphans;
    size_t orphan_count, orphan_capacity;
};

/* The table of that name; NULL when the journal does not look at it. */
struct watch *sqlite_images_watch(struct sqlite_journal *journal, const char *table);
/* Has the hook tell of each row that is changed from now on, or no longer. */
void sqlite_images_listen(struct sqlite_journal *journal, bool listens);
/* Packs the rows that wait for others like them. */
void sqlite_images_close(struct sqlite_journal *journal);

#endif
