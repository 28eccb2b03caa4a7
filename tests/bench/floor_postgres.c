/* SPDX-License-Identifier: MIT */
/* The least that a program over libpq can do for `crm show`: connect as crm does, ask the queries
 * of a file, one a line, one after the other, take every value, end.
 *
 *     floor_postgres ADDRESS FILE
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

/* Adds up the lengths of all values, so that each is looked at. */
static size_t take(const PGresult *result)
{
    size_t sum = 0;
    for (int row = 0; row < PQntuples(result); row++)
        for (int column = 0; column < PQnfields(result); column++)
            sum += strlen(PQgetvalue(result, row, column));
    return sum;
}

int main(int argc, char **argv)
{
    static char line[64 * 1024];
    const char *const names[] = {"dbname", "options", "client_encoding", NULL};
    const char *const values[] = {argv[1], "-c search_path=crm,pg_catalog -c jit=off", "UTF8",
                                  NULL};
    FILE *queries = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (queries == NULL)
        return 2;
    PGconn *connection = PQconnectdbParams(names, values, 1);
    size_t sum = 0;
    while (PQstatus(connection) == CONNECTION_OK && fgets(line, sizeof line, queries) != NULL) {
        PGresult *result = PQexecParams(connection, line, 0, NULL, NULL, NULL, NULL, 0);
        sum += take(result);
        PQclear(result);
    }
    printf("%zu\n", sum);
    PQfinish(connection);
    fclose(queries);
    return 0;
}
