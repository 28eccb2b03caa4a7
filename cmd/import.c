/* SPDX-License-Identifier: MIT */
/* crm import: records from CSV, TSV and JSON Lines. */
#include "command.h"

#include <string.h>

struct options {
    const char *as;
    const char *map;
    const char *key;
    const char *encoding;
    const char *errors;
};

static const struct option import_options[] = {
    {.name = "as",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, as),
     .argument = N_("KIND"),
     .help = N_("what a row is; order with a map: customers, products, staff and lines too"),
     .complete = COMPLETE_KIND},
    {.name = "map",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, map),
     .argument = N_("MAP"),
     .help = N_("file that says what the columns are, or the name of one that comes along; see "
                "crm-map(5)"),
     .complete = COMPLETE_FILE},
    {.name = "key",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, key),
     .argument = N_("FIELD,…"),
     .help = N_("fields by which a row finds its record; the kind's own when left out")},
    {.name = "encoding",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, encoding),
     .argument = N_("NAME"),
     .help = N_("utf-8, gb18030, utf-16 or any that iconv knows; found out when left out")},
    {.name = "errors",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, errors),
     .argument = N_("FILE"),
     .help = N_("write refused rows there and store the others"),
     .complete = COMPLETE_FILE},
    {0},
};

static const struct argument import_arguments[] = {
    {.name = N_("FILE"),
     .help = N_("CSV, TSV or JSON Lines; - is standard input"),
     .complete = COMPLETE_FILE},
    {0},
};

static crm_status run(struct call *call)
{
    const struct options *options = call->options;
    if (options->as == NULL) {
        call_fail(call, CRM_USAGE, _("crm import: as what?"));
        return call_hint(call, CRM_USAGE, _("add --as customer, --as order, …"));
    }
    bool standard_input = strcmp(call->arguments[0], "-") == 0;
    const crm_import_options import = {.file = standard_input ? "stdin" : call->arguments[0],
                                       .stream = standard_input ? stdin : NULL,
                                       .kind = options->as,
                                       .map = options->map,
                                       .key = options->key,
                                       .encoding = options->encoding,
                                       .errors = options->errors,
                                       .seconds = call_clock(call)};
    return crm_import(call->book, &import, call->sink);
}

const struct command command_import = {
    .name = "import",
    .summary = N_("read records from CSV, TSV or JSON Lines"),
    .description = N_("A row whose key is known changes that record. All rows are stored or none, "
                      "unless --errors collects the refused ones."),
    .flags = COMMAND_BOOK_WRITE,
    .arguments = import_arguments,
    .options = import_options,
    .options_size = sizeof(struct options),
    .run = run,
};
