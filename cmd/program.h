/* SPDX-License-Identifier: MIT */
/* The parts of the program around a command: environment, terminal, help, other programs. */
#ifndef CRM_CMD_PROGRAM_H
#define CRM_CMD_PROGRAM_H

#include "command.h"
#include "options.h"

/* Frees what call_allocate gave. */
void call_release(struct call *call);

/* ---- environment.c: the only reader of the environment ------------------------------------ */

/* Sets the language of messages: `name` if not NULL, else as the environment says. */
void environment_language(struct call *call, const char *name);
/* Directory of the book: --book, CRM_BOOK, .crm or a book here or above, else the user's own; for
 * COMMAND_BOOK_CREATE where it is to be made. CRM_NOT_FOUND when there is none. */
crm_status environment_place(struct call *call);
/* Clock, data directory and time-out of call->book. */
crm_status environment_book(struct call *call);
/* Who acts, and with which command, if the command may write. */
crm_status environment_actor(struct call *call, const char *line);
/* This program, as an absolute path where that can be told. */
const char *environment_program(struct call *call);
/* Where systemd looks for units of the user's; NULL when there is no home directory. */
char *environment_units(struct call *call);
/* Path of a file of the user's configuration; NULL when there is no home directory. */
char *environment_config(struct call *call, const char *name);
/* Directory of the manual pages that belong to this program, with a slash at its end; NULL when
 * they are not beside it. */
const char *environment_manual(struct call *call);
const char *environment_pager(void);
bool environment_no_color(void);
/* For programs started by this one: the book that the options chose. */
void environment_export(struct call *call);

/* ---- command_line.c ------------------------------------------------------------------------ */

/* The command for the journal, without the values of personal fields, as far as the book's policy
 * is known; to be freed. NULL when memory is exhausted. */
char *command_line(const struct call *call, int argc, char **argv);

/* ---- screen.c: the terminal ----------------------------------------------------------------- */

struct screen {
    bool terminal; /* stdout is one */
    bool paged;    /* goes through the pager when it is longer than the screen */
    bool held;     /* shown when the command succeeds, and not otherwise */
    int width, height;
    char *text; /* what is held back to the end; NULL: not held back */
    size_t length;
    FILE *stream;
};

/* Prepares call->stream. `paged`: on a terminal it may go through the pager. `held`: nothing is
 * written before screen_close, and nothing at all when the command failed: it tells what was not
 * stored. */
crm_status screen_open(struct screen *screen, struct call *call, bool paged, bool held);
/* Writes what was held back. `status` is what the command came to; CRM_IO, with a message, when it
 * was CRM_OK but stdout could not be written. */
crm_status screen_close(struct screen *screen, struct call *call, crm_status status);
bool screen_color(const struct screen *screen, const struct call *call);
/* The crm_progress of a terminal: one line on stderr. *context is a bool, set when it was shown. */
void screen_progress(void *context, const char *what, int64_t done, int64_t total);
/* Wipes that line. */
void screen_progress_end(bool shown);

/* ---- usage.c: --help ------------------------------------------------------------------------ */

/* The list of commands. */
void usage_program(FILE *stream);
/* Synopsis, arguments, options and subcommands of the command, the last of call->path. */
void usage_command(FILE *stream, const struct call *call, const struct command *command);

/* ---- external.c: aliases and crm-NAME -------------------------------------------------------- */

/* argv[at] is no built-in command: runs crm-NAME from PATH, or returns CRM_OK with *argc and *argv
 * replaced by what an alias stands for, or fails with the nearest name as hint. */
crm_status external_run(struct call *call, int at, int *argc, char ***argv, bool expanded);

#endif
