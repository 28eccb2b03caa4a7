/* SPDX-License-Identifier: MIT */
/* Options of a command, whatever table they come from, and the parser of the command line. */
#ifndef CRM_CMD_OPTIONS_H
#define CRM_CMD_OPTIONS_H

#include "command.h"

enum option_source {
    OPTION_OWN,   /* the command's table */
    OPTION_FIELD, /* a field of the kind */
    OPTION_SET,   /* --set FIELD=VALUE: custom fields, which only the book knows */
    OPTION_WRITE, /* of every command that writes */
    OPTION_GLOBAL /* of every command */
};

#define OPTION_NAME_SIZE 64

/* One option as parser, help, completion and introspection see it. */
struct option_view {
    enum option_source source;
    size_t next; /* number in its source of the option after it */
    char name[OPTION_NAME_SIZE];
    const struct option *row; /* NULL for OPTION_FIELD */
    size_t kind, field;       /* OPTION_FIELD */
    char letter;
    bool takes_value;      /* a word follows, or =VALUE */
    const char *otherwise; /* not NULL: =VALUE may follow, and means this without it */
    bool negatable;        /* --no-NAME exists */
    bool repeats;
    const char *type;     /* flag, text, date, choice, list, integer, or the field's type */
    const char *argument; /* translated; NULL without a value */
    const char *help;     /* translated */
    enum completion complete;
    const char *of;
};

/* Moves a view, zeroed at first, to the next option of a command (NULL: those before any command)
 * in the order of help; false at the end. `kind` is the kind whose fields are options, NULL for
 * none. */
bool option_next(const struct command *command, const char *kind, struct option_view *view);
/* The values that an option may have, NULL at the end. */
const char *option_choice(const struct option_view *view, size_t index);
/* Label of a field's choice for people, else "". */
const char *option_choice_label(const struct option_view *view, size_t index);

/* What stands where on a command line: found before options can be understood. */
struct layout {
    const struct command *path[4]; /* from the top; path[0] NULL: no built-in command */
    size_t depth;
    int name_at[4];     /* indices of the path's words */
    int unknown_at;     /* index of a word that is no command, 0: none */
    int first_argument; /* index of the first argument, 0: none */
    int argument_count;
    int open_option;     /* index of a last option whose value is missing, 0: none */
    bool only_arguments; /* a "--" was seen */
};
/* Skips options and finds the command's words. */
struct layout layout_find(int argc, char **argv);
/* The kind whose fields are options there; NULL for none. *named tells whether the first argument
 * names it. */
const char *layout_kind(const struct layout *layout, char **argv, bool *named);

/* Parses all words into *call. CRM_USAGE with a message otherwise. */
crm_status options_parse(struct call *call, const struct layout *layout, int argc, char **argv);
/* Parses the words before `end`, where there is no command yet. */
crm_status options_parse_globals(struct call *call, int end, char **argv);

#endif
