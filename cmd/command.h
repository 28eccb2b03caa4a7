/* SPDX-License-Identifier: MIT */
/* The framework of the `crm` program: a command is a static table, from which parsing, --help,
 * completion and `crm introspect` are made.
 *
 * To add a command NAME:
 *   1. cmd/NAME.c: define `const struct command command_NAME` (see cmd/show.c for a small one,
 *      cmd/add.c for one that takes the fields of a kind as options);
 *   2. declare it below and put it into the table of cmd/main.c;
 *   3. man/crm-NAME.1 and tests/NAME.bats; tests/conformance.bats compares the three.
 *
 * A run function calls the library and returns its status. It never prints errors, exits, reads the
 * environment or opens the book: the dispatcher does, from the command's flags. */
#ifndef CRM_CMD_COMMAND_H
#define CRM_CMD_COMMAND_H

#include "crm.h"

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define _(text)  dgettext("crm", (text))
#define N_(text) (text)

#if defined(__GNUC__)
#define CMD_PRINTF(text_at, first) __attribute__((format(printf, text_at, first)))
#else
#define CMD_PRINTF(text_at, first)
#endif

/* ---- Tables ----------------------------------------------------------------------------- */

/* What a value or an argument is, for completion. */
enum completion {
    COMPLETE_NONE,
    COMPLETE_RECORD,  /* a record of the kind `of` (NULL: of the kind named before it) */
    COMPLETE_KIND,    /* a record kind */
    COMPLETE_FIELD,   /* a field of the kind `of` (NULL: of the kind named before it) */
    COMPLETE_FILTER,  /* field=value, for list and its like */
    COMPLETE_FORMAT,  /* an output format */
    COMPLETE_COMMAND, /* a command */
    COMPLETE_REPORT,  /* a report */
    COMPLETE_CHECK,   /* a check of crm check */
    COMPLETE_GROUP,   /* a way of grouping a report */
    COMPLETE_FILE,
    COMPLETE_DIRECTORY
};

/* The type decides what the target holds and how the text is read. */
enum option_type {
    OPTION_FLAG,    /* bool; --name, --no-name */
    OPTION_TEXT,    /* const char *, NULL when not given */
    OPTION_DATE,    /* const char *, read by the library (today, +3d, 2026-12, …) */
    OPTION_CHOICE,  /* const char *, one of `choices` */
    OPTION_LIST,    /* struct words: may be given several times */
    OPTION_INTEGER, /* int64_t; what `defaults` says when not given */
    OPTION_COUNT    /* int64_t, from 1; what `defaults` says when not given */
};

/* Words of an OPTION_LIST, in the order given. */
struct words {
    const char **items;
    size_t count;
};

struct option {
    const char *name; /* without dashes; NULL ends the table */
    char letter;      /* 0: none */
    enum option_type type;
    size_t target;        /* offsetof in the command's struct of options */
    const char *argument; /* N_("DATE"); NULL for flags */
    const char *help;     /* N_("…"): one line, lower case, no full stop */
    enum completion complete;
    const char *of;             /* kind for COMPLETE_RECORD and COMPLETE_FIELD, report for
                                   COMPLETE_GROUP; NULL for a group: of any */
    const char *const *choices; /* OPTION_CHOICE: ends with NULL */
    const char *otherwise;      /* OPTION_CHOICE: what --name alone means; then a value can only
                                   stand behind "=" */
};

struct argument {
    const char *name; /* N_("REF"); NULL ends the table */
    const char *help; /* N_("…"): one line */
    bool optional;
    bool repeats; /* takes all words that are left */
    enum completion complete;
    const char *of;
    const char *const *choices; /* completed, not checked; ends with NULL */
};

enum command_flags {
    COMMAND_NO_BOOK = 1,     /* call->book is there, but closed */
    COMMAND_BOOK_READ = 2,   /* the book is open for reading */
    COMMAND_BOOK_WRITE = 4,  /* open for writing; the command takes --dry-run */
    COMMAND_BOOK_CREATE = 8, /* makes the book: call->book is closed, call->place says where */
    COMMAND_DOCUMENT = 16,   /* its output is one JSON document, on a terminal too */
    COMMAND_PLAIN = 32,      /* prints no rows: call->sink is NULL */
    COMMAND_HIDDEN = 64,     /* not listed by help */
    COMMAND_BOOK_MAY_WRITE =
        128,                    /* with COMMAND_BOOK_READ: the library may reopen it for writing */
    COMMAND_BOOK_DAMAGED = 256, /* the library opens the book, at call->place, as far as it can */
    COMMAND_BOOK_REPORT = 512,  /* with COMMAND_BOOK_READ: a replica, a little behind, will do */
    COMMAND_BOOK_NAMED = 1024   /* with COMMAND_BOOK_READ: the first argument is its directory */
};

/* Whether the command takes the fields of a kind as options: --field-name VALUE. They arrive in
 * call->fields as text. */
enum fields_use {
    FIELDS_NONE,
    FIELDS_ADD, /* those of a new record; positional ones are arguments: see call_bind_arguments */
    FIELDS_EDIT /* all that can be given, positional ones too */
};

struct call;

struct command {
    const char *name;        /* NULL ends a table of subcommands */
    const char *summary;     /* N_("…"): one line, lower case, no full stop */
    const char *description; /* N_("…"): more for --help; may be NULL */
    unsigned flags;          /* enum command_flags */
    const struct argument *arguments;
    const struct option *options;
    size_t options_size;  /* sizeof the command's struct of options */
    const void *defaults; /* its initial value; NULL: all zero */
    enum fields_use fields;
    const char *fields_of; /* kind; NULL: the kind named by the first word, else customer */
    const char *const *fields_only; /* names of the fields taken, ends with NULL; NULL: all */
    const struct command *subcommands;
    /* The format when none is asked for; NULL, or nothing: by the kind of stdout. */
    const char *(*default_format)(const struct call *call);
    crm_status (*run)(struct call *call); /* NULL: only its subcommands do something */
};

/* ---- A call ----------------------------------------------------------------------------- */

/* The options that every command takes. */
struct globals {
    const char *directory; /* -C */
    const char *book;
    const char *now;
    const char *format; /* NULL: by the kind of stdout */
    const char *fields;
    bool sensitive;
    const char *color;
    const char *language;
    bool quiet;
    bool dry_run;
    bool version;
    bool help;
};

/* One run of one command. */
struct call {
    const struct command *command;
    const struct command *path[4]; /* from the top: tier, apply; ends with NULL */
    struct globals globals;
    const void *options; /* the command's struct of options */
    const char **arguments;
    size_t argument_count;
    const char *kind; /* whose fields are options; NULL without FIELDS_… */
    crm_assignment *fields;
    size_t field_count, field_capacity;
    crm_assignment *typed; /* the fields as they were typed, each time: values within argv */
    size_t typed_count;
    bool kind_named; /* the first argument named the kind and was taken off */

    crm_book *book;
    crm_sink *sink;
    FILE *stream;         /* for text that is no rows; may be paged */
    const char *place;    /* directory of the book */
    struct block *memory; /* of call_allocate */
    int exit_code;        /* instead of 0 when the command succeeds: `remind --exit-code` */

    /* A failure found by the program itself; "" when it is the book's. */
    char message[768];
    char hint[384];
};

/* ---- For run functions ------------------------------------------------------------------- */

/* The failure of the program's own; returns `status`. */
crm_status call_fail(struct call *call, crm_status status, const char *format, ...)
    CMD_PRINTF(3, 4);
/* Adds how to mend it; returns `status`. */
crm_status call_hint(struct call *call, crm_status status, const char *format, ...)
    CMD_PRINTF(3, 4);
/* Adds the nearest command as hint; returns `status`. */
crm_status call_hint_command(struct call *call, crm_status status, const char *word);
/* Adds an assignment, replacing an earlier one of that field (tags are joined). `field` and `value`
 * are borrowed. */
crm_status call_assign(struct call *call, const char *field, const char *value);
/* Turns the arguments into assignments of the kind's positional fields, in their order. CRM_USAGE
 * when there are too many, or too few for the required ones. */
crm_status call_bind_arguments(struct call *call);
/* `[KIND] REF`, and what it names: *kind is NULL when none was named. CRM_USAGE when the first of
 * two words is no kind. */
extern const struct argument record_arguments[];
/* `[KIND] [FILTER…]`, `[FILTER…]` of customers, and `REF` of a customer. */
extern const struct argument kind_filter_arguments[], customer_filter_arguments[],
    customer_arguments[];
crm_status call_record(struct call *call, const char **kind, const char **reference);
/* Fails: that word is no kind, with the nearest one as hint. */
crm_status call_unknown_kind(struct call *call, const char *word);
/* For `[KIND] REF …`: takes a leading kind name off the arguments, if at least `keep` are left.
 * NULL: none was named. */
const char *call_take_kind(struct call *call, size_t keep);
/* The words from argument `first` on, as a filter. Borrowed. */
crm_filter call_filter(const struct call *call, size_t first);
/* A path from the command line, seen from the directory that -C names. */
const char *call_path(struct call *call, const char *path);
/* "crm visit add": the command as it is typed. Returns `out`. */
char *call_name(const struct call *call, char *out, size_t size);
/* Seconds that pass, for summaries; NULL with a fixed clock, with which all output is fixed. */
double (*call_clock(const struct call *call))(void);
/* Zeroed memory that lives as long as the call; ends the program with a sentence when there is
 * none. */
void *call_allocate(struct call *call, size_t count, size_t size);

/* ---- The program ------------------------------------------------------------------------- */

extern const struct command command_add, command_backup, command_calendar, command_care,
    command_check, command_complain, command_complete, command_copy, command_edit, command_export,
    command_find, command_forget, command_help, command_import, command_init, command_introspect,
    command_list, command_log, command_merge, command_policy, command_remind, command_remove,
    command_report, command_restore, command_show, command_staff, command_survey, command_tier,
    command_undo, command_visit;

/* All built-in commands in the order of help; ends with NULL. */
extern const struct command *const commands[];

#endif
