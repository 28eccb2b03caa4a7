/* SPDX-License-Identifier: MIT */
/* A bare read of a whole book: every column of every row of every table, through SQLite's own
 * interface. What `crm check` costs beyond it is the checking. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

static int fail(sqlite3 *database, const char *what)
{
    fprintf(stderr, "bare: %s: %s\n", what, sqlite3_errmsg(database));
    sqlite3_close(database);
    return 1;
}

/* Touches each value, so that none is left unread. */
static uint64_t read_row(sqlite3_stmt *statement, int columns)
{
    uint64_t bytes = 0;
    for (int i = 0; i < columns; i++) {
        switch (sqlite3_column_type(statement, i)) {
        case SQLITE_NULL:
            break;
        case SQLITE_INTEGER:
            bytes += (uint64_t)sqlite3_column_int64(statement, i) & 7;
            break;
        default:
            if (sqlite3_column_text(statement, i) != NULL)
                bytes += (uint64_t)sqlite3_column_bytes(statement, i);
        }
    }
    return bytes;
}

static int read_table(sqlite3 *database, const char *table, uint64_t *rows, uint64_t *bytes)
{
    char sql[256];
    sqlite3_stmt *statement = NULL;
    (void)snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", table);
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return code;
    int columns = sqlite3_column_count(statement);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        *bytes += read_row(statement, columns);
        ++*rows;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int main(int argc, char **argv)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *tables = NULL;
    uint64_t rows = 0, bytes = 0;
    if (argc != 2) {
        fputs("usage: bare crm.db\n", stderr);
        return 2;
    }
    if (sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(database, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1,
                           &tables, NULL) != SQLITE_OK)
        return fail(database, "cannot open the book");
    int code;
    while ((code = sqlite3_step(tables)) == SQLITE_ROW)
        if (read_table(database, (const char *)sqlite3_column_text(tables, 0), &rows, &bytes) !=
            SQLITE_OK)
            return fail(database, "cannot read a table");
    sqlite3_finalize(tables);
    if (code != SQLITE_DONE)
        return fail(database, "cannot list the tables");
    printf("%llu rows, %llu\n", (unsigned long long)rows, (unsigned long long)bytes);
    sqlite3_close(database);
    return 0;
}
