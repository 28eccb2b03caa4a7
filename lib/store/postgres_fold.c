/* SPDX-License-Identifier: MIT */
/* crm.lower(text): folding of letters as lib/base/text_fold.c does it (NFKC_Casefold), so that what
 * is found does not hang on the engine. */
#include "store/postgres.h"

/* Characters of which nothing is left. */
#define IGNORED                                                                                    \
    "\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F"              \
    "\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0"            \
    "\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0001\\U000E0020-\\U000E007F\\U000E0100-" \
    "\\U000E01EF"

/* Letters that the server's lower() leaves apart, or changes where folding does not: sharp s, final
 * sigma, iota below, Cherokee, and old forms of Cyrillic letters. */
#define FOLDED_OTHERWISE                                                                           \
    "\\u00DF\\u1E9E\\u03A3\\u03C2\\u0345\\u13A0-\\u13FD\\uAB70-\\uABBF\\u1C80-\\u1C88"             \
    "\\u1F80-\\u1FFF"

/* Letters that become another one each: ranges, or one with one. */
static const struct range {
    unsigned from, to, count;
} ranges[] = {{0x03C2, 0x03C3, 1}, {0xAB70, 0x13A0, 80}, {0x13F8, 0x13F0, 6}, {0x1C80, 0x0432, 1},
              {0x1C81, 0x0434, 1}, {0x1C82, 0x043E, 1},  {0x1C83, 0x0441, 1}, {0x1C84, 0x0442, 2},
              {0x1C86, 0x044A, 1}, {0x1C87, 0x0463, 1},  {0x1C88, 0xA64B, 1}};

/* Two letters may have the same fold: a range of one that repeats. */
static void letters(struct buffer *sql, bool to)
{
    buffer_text(sql, "U&'");
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (unsigned at = 0; at < ranges[i].count; at++) {
            bool repeats = to && ranges[i].from == 0x1C84;
            buffer_printf(sql, "\\%04X", (to ? ranges[i].to : ranges[i].from) + (repeats ? 0 : at));
        }
    buffer_character(sql, '\'');
}

/* Takes text in NFKC. */
static void rare_function(struct buffer *sql)
{
    buffer_text(sql, "CREATE FUNCTION crm.lower_rare(text) RETURNS text "
                     "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ "
                     "SELECT normalize(translate(replace(replace(normalize(regexp_replace("
                     "pg_catalog.lower($1 COLLATE \"und-x-icu\") COLLATE \"C\", '[" IGNORED "]', "
                     "'', 'g'), NFD), U&'\\0345', U&'\\03B9'), U&'\\00DF', 'ss'), ");
    letters(sql, false);
    buffer_text(sql, ", ");
    letters(sql, true);
    buffer_text(sql, "), NFKC) $$;");
}

/* ASCII, which is most, goes the short way. */
static const char fold_function[] =
    "CREATE FUNCTION crm.lower(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ "
    "SELECT CASE WHEN octet_length($1) = char_length($1) "
    "THEN pg_catalog.lower($1 COLLATE \"C\") "
    "WHEN normalize($1, NFKC) COLLATE \"C\" ~ '[" IGNORED FOLDED_OTHERWISE "]' "
    "THEN crm.lower_rare(normalize($1, NFKC)) "
    "ELSE pg_catalog.lower(normalize($1, NFKC) COLLATE \"und-x-icu\") COLLATE \"C\" END $$";

crm_status postgres_create_fold(struct store *store)
{
    struct buffer sql cleanup(buffer_release) = {0};
    rare_function(&sql);
    buffer_text(&sql, fold_function);
    return sql.failed ? error_no_memory(store->error)
                      : postgres_execute(store, buffer_string(&sql));
}
