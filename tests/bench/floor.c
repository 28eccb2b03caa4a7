/* SPDX-License-Identifier: MIT */
/* The least that a program over the same libraries can do: opens a book's database, looks one
 * customer up by its key, prints the row and ends. What crm costs beyond it is crm's own. */
#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdio.h>
#include <yaml.h>

static int fail(sqlite3 *database, const char *what)
{
    fprintf(stderr, "floor: %s: %s\n", what, sqlite3_errmsg(database));
    sqlite3_close(database);
    return 1;
}

static int print_customer(sqlite3 *database, const char *key)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, "SELECT key, name, tier FROM customer WHERE key = $1", -1,
                           &statement, NULL) != SQLITE_OK)
        return fail(database, "cannot ask");
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const unsigned char *text = sqlite3_column_text(statement, i);
            printf("%s%s", i > 0 ? "\t" : "", text == NULL ? (const unsigned char *)"" : text);
        }
        putchar('\n');
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW)
        return fail(database, "no such customer");
    sqlite3_close(database);
    return fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    /* Named, so that the linker keeps the libraries that crm is linked with. */
    if (argc != 3 || yaml_get_version_string() == NULL || cJSON_Version() == NULL) {
        fputs("usage: floor crm.db KEY\n", stderr);
        return 2;
    }
    sqlite3 *database = NULL;
    if (sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return fail(database, "cannot open the book");
    return print_customer(database, argv[2]);
}
