/* SPDX-License-Identifier: MIT */
/* libcrm: a customer book. The one public header.
 *
 * Conventions. Handles are opaque. Every fallible function returns a crm_status; the sentence that
 * belongs to it is read from the book it was called on (crm_book_message, crm_book_hint) and stays
 * until the next call on that book. Text is UTF-8. Getters borrow: what they return lives as long
 * as the handle. `*_free(NULL)` does nothing. The library never prints, never exits, and reads
 * neither the environment nor the clock: both are given to it. A book is used by one thread at a
 * time. */
#ifndef CRM_H
#define CRM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CRM_API __attribute__((visibility("default")))
#else
#define CRM_API
#endif

#define CRM_VERSION "0.1.0"
/* Version of the JSON contract: raised when a key or an enum value changes its meaning. */
#define CRM_JSON_VERSION 1

/* Status codes, by meaning. */
typedef enum crm_status {
    CRM_OK = 0,
    CRM_NOT_FOUND,    /* the thing named does not exist */
    CRM_EXISTS,       /* it exists already */
    CRM_INVALID,      /* input data refused */
    CRM_AMBIGUOUS,    /* the name fits several records */
    CRM_CONFLICT,     /* against the state of a record, or of another process */
    CRM_BUSY,         /* another process writes; trying again may help */
    CRM_READONLY,     /* the book cannot be written */
    CRM_NEWER_SCHEMA, /* the book was written by a newer crm */
    CRM_CORRUPT,      /* the book is damaged */
    CRM_IO,           /* reading or writing failed */
    CRM_NO_MEMORY,
    CRM_USAGE /* the call itself makes no sense: unknown name, missing argument */
} crm_status;

/* The stable English word for a status, as in {"error": "not_found"}. Never NULL. */
CRM_API const char *crm_status_name(crm_status status);

/* ---- The book --------------------------------------------------------------------------- */

/* A directory with crm.db, policy.yaml, calendars/ and surveys/. */
typedef struct crm_book crm_book;
/* Where rows go: a format and a stream. */
typedef struct crm_sink crm_sink;

typedef enum crm_open_mode {
    CRM_OPEN_READ,   /* nothing will be written */
    CRM_OPEN_REPORT, /* the same, and the policy's replica, a little behind, will do */
    CRM_OPEN_WRITE   /* may write; fails with CRM_READONLY when the file cannot be written */
} crm_open_mode;

/* Long work reports how far it is: `done` of `total` (0: unknown) units, never more than about
 * twenty times a second. */
typedef void (*crm_progress)(void *context, const char *what, int64_t done, int64_t total);

/* For a program that is about the book alone: no other thread, and no use of SQLite but through
 * this library. Spares what the engine does for such others, about a tenth of a short command. Call
 * it before anything else; once a book has been opened it does nothing. */
CRM_API void crm_own_process(void);
/* A new, closed handle; NULL when memory is exhausted. It carries the messages of opening. */
CRM_API crm_book *crm_book_new(void);
CRM_API void crm_book_free(crm_book *book);
/* Fixes the clock: seconds since 1970-01-01T00:00:00Z. Must be called before crm_book_open. */
CRM_API void crm_book_set_now(crm_book *book, int64_t now);
/* As above from text (ISO-8601; without an offset it is in the book's time zone). The text is
 * read when the book is opened. Borrowed until then. */
CRM_API void crm_book_set_now_text(crm_book *book, const char *text);
/* Who acts and with which command, for the journal. Copied. */
CRM_API crm_status crm_book_set_actor(crm_book *book, const char *actor, const char *command);
/* All writes are rolled back at the end of each call; results are shown as if they were kept. */
CRM_API void crm_book_set_dry_run(crm_book *book, bool dry_run);
/* How long the book waits while another process writes to it, before CRM_BUSY: 10000 unless set. To
 * be called before crm_book_open. Readers do not wait. */
CRM_API void crm_book_set_timeout(crm_book *book, int milliseconds);
CRM_API void crm_book_set_progress(crm_book *book, crm_progress progress, void *context);
/* Directory of the files that come with the library (import maps, survey templates, day lists).
 * Borrowed. */
CRM_API void crm_book_set_data_directory(crm_book *book, const char *directory);
/* Address (postgresql://…) of the book's database, in place of what its policy says. A lasting one
 * is written into the policy by crm_book_init. Borrowed; NULL: as the policy says. CRM_USAGE for
 * what is no address. */
CRM_API crm_status crm_book_set_database(crm_book *book, const char *address, bool lasting);

/* Makes a book in `directory`, which may exist but must hold no book, with a commented policy for
 * that time zone (IANA name) and currency (ISO 4217); both may be NULL: UTC and CNY. CRM_EXISTS
 * when there is one. */
CRM_API crm_status crm_book_init(crm_book *book, const char *directory, const char *zone,
                                 const char *currency);
/* Copies the open book into `directory`, which must not exist: its policy, calendars and surveys,
 * and all tables of its database as they are, into the one at `database` (postgresql://…, without a
 * book yet) or, NULL, into a file. Both are read back and compared; the copy is whole or not there
 * at all. A row for each table goes to the sink: kind, rows, digest, database. CRM_EXISTS when
 * there is something already, CRM_CORRUPT when both differ. */
CRM_API crm_status crm_book_copy(crm_book *book, const char *directory, const char *database,
                                 crm_sink *sink);
/* CRM_NOT_FOUND when `directory` holds no book. */
CRM_API crm_status crm_book_open(crm_book *book, const char *directory, crm_open_mode mode);
/* Whether that field of the kind is personal, the policy's own fields included: then its value
 * belongs into no log. True of a field that is not known, before the book is open. */
CRM_API bool crm_book_is_sensitive(const crm_book *book, const char *kind, const char *field);
/* What went wrong in the last call, and what to do about it; "" when nothing. Borrowed. */
CRM_API const char *crm_book_message(const crm_book *book);
CRM_API const char *crm_book_hint(const crm_book *book);
/* What a person should know although opening went well: that the replica was not reached. "" when
 * nothing. Borrowed. */
CRM_API const char *crm_book_notice(const crm_book *book);

/* ---- Sinks ------------------------------------------------------------------------------ */

typedef struct crm_sink_options {
    const char *format; /* table, jsonl, json, csv, tsv or markdown */
    FILE *stream;       /* written through; neither owned nor closed */
    const char *fields; /* comma-separated columns to keep, in that order; NULL for all */
    bool color;         /* table only: escape sequences */
    bool sensitive;     /* personal fields of lists whole, not masked; the policy may say so too */
    int width;          /* table only: columns of the screen, 0 for no limit */
} crm_sink_options;

/* Number of formats and the name of each, for completion and messages. */
CRM_API size_t crm_format_count(void);
CRM_API const char *crm_format_name(size_t index);
/* CRM_USAGE for an unknown format. `book` carries the message; the sink borrows the strings. */
CRM_API crm_status crm_sink_new(crm_book *book, const crm_sink_options *options, crm_sink **out);
/* Closes open brackets, flushes the stream; CRM_IO when anything could not be written. */
CRM_API crm_status crm_sink_finish(crm_sink *sink);
CRM_API void crm_sink_free(crm_sink *sink);

/* ---- Records ---------------------------------------------------------------------------- */

/* One field given as text, as on a command line. */
typedef struct crm_assignment {
    const char *field;
    const char *value; /* "" clears the field, or puts its default back */
} crm_assignment;

/* Words that select records, ANDed: see crm-list(1). */
typedef struct crm_filter {
    const char *const *words;
    size_t count;
} crm_filter;

/* Adds a record of that kind and writes it to the sink (NULL: nowhere). */
CRM_API crm_status crm_record_add(crm_book *book, const char *kind, const crm_assignment *fields,
                                  size_t count, crm_sink *sink);
/* Changes fields of one record. `kind` NULL: customer, or as the reference says (C-1, V-7). */
CRM_API crm_status crm_record_edit(crm_book *book, const char *kind, const char *reference,
                                   const crm_assignment *fields, size_t count, crm_sink *sink);
/* Removes a record that nothing refers to; CRM_CONFLICT names what does. */
CRM_API crm_status crm_record_remove(crm_book *book, const char *kind, const char *reference,
                                     crm_sink *sink);
/* Moves everything that refers to `from` over to `into`, fills blanks of `into` from `from`, and
 * removes `from`. */
CRM_API crm_status crm_record_merge(crm_book *book, const char *kind, const char *from,
                                    const char *into, crm_sink *sink);
/* One record; for a customer the whole page. */
CRM_API crm_status crm_record_show(crm_book *book, const char *kind, const char *reference,
                                   crm_sink *sink);
/* The same as it was at the end of a day, or at a point in time. `as_of`: as a person writes days
 * and times. Figures that follow from the records are those of that day; the policy is today's.
 * CRM_NOT_FOUND when the record was not there yet, or not any more; one that was removed since may
 * be named. Nothing is written. */
CRM_API crm_status crm_record_show_as_of(crm_book *book, const char *kind, const char *reference,
                                         const char *as_of, crm_sink *sink);
/* All records of the kind that pass the filter. */
CRM_API crm_status crm_record_list(crm_book *book, const char *kind, const crm_filter *filter,
                                   crm_sink *sink);
/* Records of all kinds that contain all of the words, one row each: kind, record, title, customer.
 */
CRM_API crm_status crm_record_find(crm_book *book, const crm_filter *words, crm_sink *sink);
/* As list, but all stored fields and no derived ones, in the form that import reads. */
CRM_API crm_status crm_record_export(crm_book *book, const char *kind, const crm_filter *filter,
                                     crm_sink *sink);
/* Everything held on one person (a customer, a contact or one of the staff) as one document: the
 * record, all records about it, references to it, and what the journal keeps, nothing masked. Who
 * was removed is still named by number. */
CRM_API crm_status crm_subject_export(crm_book *book, const char *kind, const char *reference,
                                      crm_sink *sink);
/* Erases what is personal in the record of a person and in all records about him or her, and what
 * the journal keeps of it, for good; what was done goes to the sink as a page. Sums, counts and the
 * journal's chain stay. `reason` (NULL: none) is kept. A customer that is a company is
 * CRM_CONFLICT, a reason that names the person CRM_INVALID. CRM_BUSY, with everything erased, when
 * the file could not be rewritten. */
CRM_API crm_status crm_forget(crm_book *book, const char *kind, const char *reference,
                              const char *reason, crm_sink *sink);
/* Calls `each` for every key of the kind that begins with `prefix`, at most `limit`, for
 * completion. `description` may be "". */
CRM_API crm_status crm_record_complete(
    crm_book *book, const char *kind, const char *prefix, size_t limit,
    void (*each)(void *context, const char *key, const char *description), void *context);

/* ---- The journal ------------------------------------------------------------------------- */

/* Which entries to tell of; all members may be NULL or 0. */
typedef struct crm_log_options {
    const char *from, *to; /* first and last day, as a person writes dates */
    const char *actor;     /* what this one did */
    int64_t limit;         /* most rows; 0: all */
} crm_log_options;

/* The entries of the journal, the last one first: entry, at, by, command, what, undoes, undone_by.
 */
CRM_API crm_status crm_log(crm_book *book, const crm_log_options *options, crm_sink *sink);
/* What one entry did, field by field: entry, at, by, command, kind, record, action, field, before,
 * after. Personal fields are masked unless the sink shows them. CRM_NOT_FOUND when there is no such
 * entry. */
CRM_API crm_status crm_log_entry(crm_book *book, int64_t entry, const crm_log_options *options,
                                 crm_sink *sink);
/* The same rows, the last entry first, of one record and of all that belongs to it: for a customer
 * everything that was had of it, what was removed included. A record that was removed may be named
 * too. `kind` NULL: as in crm_record_edit. */
CRM_API crm_status crm_log_record(crm_book *book, const char *kind, const char *reference,
                                  const crm_log_options *options, crm_sink *sink);

/* Takes back what an entry did (0: the last one that did something), as an entry of its own, which
 * can be undone in turn. Writes the entry that was undone to the sink, as crm_log does.
 * CRM_CONFLICT when it is undone already, when later entries build on it, which are named, or when
 * it did nothing that the journal keeps; then nothing is changed. */
CRM_API crm_status crm_undo(crm_book *book, int64_t entry, crm_sink *sink);

/* ---- Tiers ------------------------------------------------------------------------------ */

/* `scheme` is one of the policy, NULL the main one, everywhere. */

/* What an evaluation on this day would change, for the customers that pass the filter; the
 * evaluation itself is always over all of them. `all`: also those for whom nothing changes. */
CRM_API crm_status crm_tier_evaluate(crm_book *book, const char *scheme, const crm_filter *filter,
                                     bool all, crm_sink *sink);
/* The same, and writes it. When nothing changes nothing at all is written. */
CRM_API crm_status crm_tier_apply(crm_book *book, const char *scheme, bool all, crm_sink *sink);
/* How the tier of one customer comes about, term by term, by the same evaluation. */
CRM_API crm_status crm_tier_why(crm_book *book, const char *scheme, const char *customer,
                                crm_sink *sink);
/* Gives a tier by hand, which evaluations keep up to the day `until` (NULL: for good). */
CRM_API crm_status crm_tier_set(crm_book *book, const char *scheme, const char *customer,
                                const char *tier, const char *reason, const char *until,
                                crm_sink *sink);
/* Leaves the tier to the next evaluation again. CRM_CONFLICT when it was not set by hand. */
CRM_API crm_status crm_tier_unset(crm_book *book, const char *scheme, const char *customer,
                                  crm_sink *sink);
/* What another policy is tried on. */
typedef struct crm_tier_simulation {
    const char *policy; /* path of its file */
    const char *scheme; /* of that policy; NULL: its main one */
    const char *since;  /* evaluations from that day on are made again; NULL: just one, today */
    const char *part;   /* movement, movers, load, evaluations or moves alone; NULL: all */
} crm_tier_simulation;
/* Compares what the policy in force and the other one make of the same history: who moves from
 * which tier to which, and how many visits and staff hours a month that takes. Nothing is written.
 */
CRM_API crm_status crm_tier_simulate(crm_book *book, const crm_tier_simulation *request,
                                     crm_sink *sink);
/* Which tier changes; all members may be NULL. */
typedef struct crm_tier_period {
    const char *customer; /* of that one alone */
    const char *scheme;   /* NULL: of every scheme; with `by`, of the main one */
    const char *since;    /* first day */
    const char *until;    /* last day */
    const char *by;       /* month, quarter or year: counted by period, in place of a list */
    const char *part;     /* of these counts, periods or movement alone; NULL: all */
} crm_tier_period;
/* Tier changes in their order, or how many of them there were in each period. */
CRM_API crm_status crm_tier_history(crm_book *book, const crm_tier_period *request, crm_sink *sink);

/* ---- Visits ----------------------------------------------------------------------------- */

/* Adds a visit to that customer: done `at` that time (NULL: now), or planned when `fields` give a
 * planned_on and `at` is NULL. Its staff, unless given, is who acts, else the customer's owner. */
CRM_API crm_status crm_visit_add(crm_book *book, const char *customer, const char *at,
                                 const crm_assignment *fields, size_t count, crm_sink *sink);
/* A planned or missed visit took place `at` that time (NULL: now). CRM_CONFLICT when it is done
 * already. */
CRM_API crm_status crm_visit_done(crm_book *book, const char *visit, const char *at,
                                  const crm_assignment *fields, size_t count, crm_sink *sink);
/* A planned visit does not take place: cancelled, or missed when its day is over. */
CRM_API crm_status crm_visit_skip(crm_book *book, const char *visit, const char *reason,
                                  crm_sink *sink);
/* How the day of the customer's next visit comes about: the rule and its line in the policy,
 * contacts that count and those that do not, what is added, days off, grace, changes of tier. */
CRM_API crm_status crm_visit_why(crm_book *book, const char *customer, crm_sink *sink);
/* Visits due by now, most urgent first: of customers that pass the filter, of that owner (`staff`,
 * NULL: any), and those falling due `within` a time such as 7d (NULL: none). */
CRM_API crm_status crm_visit_due(crm_book *book, const crm_filter *filter, const char *within,
                                 const char *staff, crm_sink *sink);
/* A plan of the visits due until a day (text; NULL: four weeks from now): each on a working day, by
 * its owner's visits_per_day, city and load; the rules stand in crm-visit(1). Those that cannot be
 * planned come last and say why. With `save` they are written as planned visits. */
CRM_API crm_status crm_visit_plan(crm_book *book, const crm_filter *filter, const char *until,
                                  const char *staff, bool save, crm_sink *sink);

/* ---- Care dates ------------------------------------------------------------------------- */

/* Birthdays of customers and contacts, founding days, and festivals that customers observe, which
 * are told `within` a time (NULL: 30d; at most a year), and those past that may be made up for; in
 * the order of their days. Whoever was greeted already is left out. */
CRM_API crm_status crm_care(crm_book *book, const crm_filter *filter, const char *within,
                            const char *staff, crm_sink *sink);
/* The policy's greeting for a customer, or a contact (P-12), and an occasion: birthday, founding, a
 * festival, one of the policy's; NULL: the one whose day comes next. *text lives as long as the
 * book is open. CRM_NOT_FOUND when the policy has none for the occasion and the customer's
 * language, CRM_CONFLICT for a contact who asked not to be contacted. */
CRM_API crm_status crm_care_greeting(crm_book *book, const char *reference, const char *occasion,
                                     const char **text);

/* ---- Reminders -------------------------------------------------------------------------- */

/* What to remind of; all members may be NULL or false. */
typedef struct crm_reminder_request {
    const crm_filter *filter; /* on the customer */
    const char *staff;        /* only what is this one's to do */
    const char *within;       /* also what falls due in that time: 7d */
    /* Each item once per state and recipient (`staff`, or everybody). What is written is recorded
     * as given after the sink was finished and its stream flushed; if that fails, it comes again.
     */
    bool only_new;
} crm_reminder_request;

typedef struct crm_reminder_result {
    size_t count; /* items given */
    /* Items that are new, but kept for later: the policy has quiet hours now, or no working day.
     * They come with the first run from `until` on, a local time with its offset; "" without any.
     */
    size_t held;
    char until[26];
} crm_reminder_result;

/* Everything that needs a person, most urgent first. Nothing is written when there is nothing. */
CRM_API crm_status crm_remind(crm_book *book, const crm_reminder_request *request, crm_sink *sink,
                              crm_reminder_result *result);
/* How the item of that id comes about, step by step, and to whom it was given. CRM_NOT_FOUND when
 * the list has none of that id, not in ten years either. */
CRM_API crm_status crm_remind_why(crm_book *book, const char *id, crm_sink *sink);

/* ---- Calendars -------------------------------------------------------------------------- */

/* Copies an official day list of one year (JSON) into the book's calendars/, as NAME-YEAR.json.
 * `name` NULL: cn. CRM_INVALID, and nothing changed, when the list is not sound. */
CRM_API crm_status crm_calendar_import(crm_book *book, const char *file, const char *name,
                                       crm_sink *sink);
/* When a limit (4h, 2wd, …) that begins at `from` ends, or with `until`, when one that ends then
 * begins at the latest: one of them is NULL. `calendar` is one of the policy, NULL the first.
 * `explain` adds each interval, counted or skipped, and why. */
CRM_API crm_status crm_calendar_due(crm_book *book, const char *from, const char *until,
                                    const char *limit, const char *calendar, bool explain,
                                    crm_sink *sink);
/* Working time between two points in time, negative when `to` is the earlier one. */
CRM_API crm_status crm_calendar_between(crm_book *book, const char *from, const char *to,
                                        const char *calendar, bool explain, crm_sink *sink);
/* A day by both calendars, 1901-01-01 to 2100-12-31, after the Hong Kong Observatory. `date` is a
 * day as on a command line; with `from_lunar` a lunar one, 2026-8-15, of the leap month of that
 * number with `leap`. CRM_INVALID when there is no such day or the table does not hold it. */
CRM_API crm_status crm_calendar_lunar(crm_book *book, const char *date, bool from_lunar, bool leap,
                                      bool explain, crm_sink *sink);
/* The next `count` (1 to 200) occurrences of a yearly day: 10-01, lunar 8-15, lunar leap 6-1, or a
 * festival's name, from the day `from` on (NULL: today). `in_leap`: what belongs to a leap month
 * stays in it in years that have it. */
CRM_API crm_status crm_calendar_next(crm_book *book, const char *yearly, const char *from,
                                     int64_t count, bool in_leap, bool explain, crm_sink *sink);

/* ---- Complaints ------------------------------------------------------------------------- */

/* Opens a complaint at `at` (text as on a command line; NULL: now). It has an owner always: the one
 * given, else the customer's, else the actor if one of the staff, else CRM_INVALID. */
CRM_API crm_status crm_complaint_add(crm_book *book, const crm_assignment *fields, size_t count,
                                     const char *at, crm_sink *sink);

/* Something that happens to a complaint. Texts may be NULL. */
typedef struct crm_complaint_step {
    const char *event;        /* responded, assigned, paused, resumed, resolved, closed, reopened */
    const char *at;           /* when; NULL: now */
    const char *staff;        /* assigned: the new owner */
    const char *department;   /* assigned: the new department */
    const char *reason;       /* why, what was said, or how it was resolved */
    const char *cause;        /* resolved: one of the policy's causes */
    const char *satisfaction; /* closed: 1 to 5 */
} crm_complaint_step;

/* CRM_CONFLICT when that cannot happen in the state in which the complaint is, or not at that time.
 */
CRM_API crm_status crm_complaint_change(crm_book *book, const char *reference,
                                        const crm_complaint_step *step, crm_sink *sink);
/* How the complaint's limits come about: the line of the policy, each interval that counts or does
 * not, pauses, due time, what is left, and who is told when. */
CRM_API crm_status crm_complaint_why(crm_book *book, const char *reference, crm_sink *sink);
/* Complaints that pass the filter; `open`: not resolved yet; `breached`: past a limit. */
CRM_API crm_status crm_complaint_list(crm_book *book, const crm_filter *filter, bool open,
                                      bool breached, crm_sink *sink);

/* ---- Roles ------------------------------------------------------------------------------ */

/* For a book in a database alone: CRM_USAGE for one in a file. */
typedef struct crm_staff_role {
    const char *staff;         /* who, as on a command line */
    const char *role;          /* reader, manager or administrator */
    const char *database_user; /* as whom the database knows that one; NULL: by the login */
    const char *department;    /* whose customers are seen as well; "": none; NULL: a manager's own,
                                  and for a reader all */
} crm_staff_role;

/* Gives the role in place of any other; the database enforces it, whatever program asks. A user
 * that the database lacks is made. The row written is that of crm_staff_list. CRM_READONLY for
 * anybody but the owner of the book's database. */
CRM_API crm_status crm_staff_grant(crm_book *book, const crm_staff_role *role, crm_sink *sink);
/* CRM_NOT_FOUND when there is no role to take back. The database's user stays. */
CRM_API crm_status crm_staff_revoke(crm_book *book, const char *staff);
/* Everybody with a role: staff, name, role, database_user, department. */
CRM_API crm_status crm_staff_list(crm_book *book, crm_sink *sink);

/* ---- Surveys ---------------------------------------------------------------------------- */

/* Templates of the book and of the library: template, version, title, language, questions,
 * shipped. */
CRM_API crm_status crm_survey_templates(crm_book *book, crm_sink *sink);

typedef struct crm_question_info {
    const char *id;
    const char *type;   /* nps, csat, ces, scale, choice, multi, text */
    const char *text;   /* what is asked */
    const char *range;  /* what may be answered: "0-10", "shop, web"; "" for text */
    const char *labels; /* what answers mean: "1 bad, 5 good"; "" when they have no names */
} crm_question_info;
/* Calls `each` for every question of a template; anything but CRM_OK ends it. */
CRM_API crm_status crm_survey_questions(crm_book *book, const char *survey,
                                        crm_status (*each)(void *context,
                                                           const crm_question_info *question),
                                        void *context);
/* CRM_INVALID when that is no answer to that question. */
CRM_API crm_status crm_survey_check(crm_book *book, const char *survey, const char *question,
                                    const char *answer);

typedef struct crm_survey_options {
    const char *contact; /* who answers; NULL: nobody named */
    const char *on;      /* day of the answers; NULL: today */
    bool force;          /* although the customer was asked lately */
} crm_survey_options;
/* CRM_CONFLICT when the customer answered a survey too short a time ago. */
CRM_API crm_status crm_survey_may_ask(crm_book *book, const char *survey, const char *customer,
                                      const crm_survey_options *options);
/* Stores answers, one assignment a question, and writes them to the sink. */
CRM_API crm_status crm_survey_ask(crm_book *book, const char *survey, const char *customer,
                                  const crm_assignment *answers, size_t count,
                                  const crm_survey_options *options, crm_sink *sink);
/* Stores all responses of a file, or none. `stream` instead of opening the file, NULL: open. */
CRM_API crm_status crm_survey_import(crm_book *book, const char *survey, const char *file,
                                     FILE *stream, crm_sink *sink);
/* Figures by question: template, question, metric, value, low, high, n, missing, by, group. `by`:
 * month, quarter, year, version, or a field of the customer; NULL: all in one. */
CRM_API crm_status crm_survey_result(crm_book *book, const char *survey, const crm_filter *filter,
                                     const char *by, crm_sink *sink);

/* ---- Reports ----------------------------------------------------------------------------- */

typedef struct crm_report_info {
    const char *name;
    const char *title;      /* translated */
    const char *definition; /* translated: what the figures are */
    size_t group_count;     /* ways of grouping: crm_report_group */
} crm_report_info;

typedef struct crm_report_options {
    const char *from;    /* first day, as a person writes dates; NULL: twelve months before `to` */
    const char *to;      /* last day; NULL: today */
    const char *by;      /* comma-separated groupings; NULL: the report's first */
    const char *measure; /* "revenue" or "profit", for reports that measure; NULL: revenue */
    const char *window;  /* days before and after, for reports that compare: 8w; NULL: 60d */
    int64_t limit;       /* most rows; 0: all */
    crm_filter filter;   /* on customers */
} crm_report_options;

CRM_API size_t crm_report_count(void);
CRM_API bool crm_report_get(size_t index, crm_report_info *out);
/* Name of a way of grouping, NULL when out of range. */
CRM_API const char *crm_report_group(size_t index, size_t group);
/* One row for each report: report, title, by. */
CRM_API crm_status crm_report_list(crm_book *book, crm_sink *sink);
/* CRM_USAGE for an unknown report or grouping, or a period that ends before it begins. */
CRM_API crm_status crm_report_run(crm_book *book, const char *name,
                                  const crm_report_options *options, crm_sink *sink);

/* ---- Import ----------------------------------------------------------------------------- */

typedef struct crm_import_options {
    const char *file; /* path, or what to call `stream` in messages */
    FILE *stream;     /* read instead of the file; neither owned nor closed; may be NULL */
    const char *kind; /* what a row is; "order": customers, products, staff and lines too */
    const char *map;  /* path of a map (crm-map(5)), or the name of one that comes with the
                         library; NULL: the columns are named as the fields */
    const char *key;  /* comma-separated fields that name a record; NULL: the map's, the kind's */
    const char *encoding;    /* "utf-8", "gb18030", "utf-16", …; NULL: found out */
    const char *errors;      /* file for refused rows; NULL: one refused row refuses the file */
    double (*seconds)(void); /* a clock, for the summary; NULL: it says 0 */
} crm_import_options;

/* Adds the rows of a CSV, TSV or JSON Lines file, and changes the records that they find by their
 * key. All or nothing, unless `errors` names a file for what is refused. The summary goes to the
 * sink as one row. CRM_INVALID with file:line:column for refused input. */
CRM_API crm_status crm_import(crm_book *book, const crm_import_options *options, crm_sink *sink);

/* ---- Backup and restoration --------------------------------------------------------------- */

/* A backup is one POSIX tar archive: crm-backup.json (what it is), the policy, calendars/ and
 * surveys/, crm.db (an SQLite database, whatever engine the book is on) and SHA256SUMS. */
typedef struct crm_backup_options {
    const char *file; /* to write; NULL with `write` */
    bool replace;     /* a file of that name; otherwise CRM_EXISTS */
    /* Instead of a file: takes the bytes in order; `finish`, which may be NULL, is called after the
     * last of them. A status other than CRM_OK ends the backup with it; the message is the
     * caller's. */
    crm_status (*write)(void *context, const void *data, size_t length);
    crm_status (*finish)(void *context);
    void *context;
    double (*seconds)(void); /* a clock, for the summary; NULL: it says 0 */
} crm_backup_options;

/* Copies the whole book as it is at one moment, while others read and write. A file has its name
 * only once it was read back and is on the disk. Meanwhile a copy of the database, of mode 0600,
 * stands beside the file, or in the book; one that a killed process left is removed by the next.
 * The summary goes to the sink as one row. */
CRM_API crm_status crm_backup(crm_book *book, const crm_backup_options *options, crm_sink *sink);

typedef struct crm_restore_options {
    const char *file;        /* path, or what to call `stream` in messages */
    FILE *stream;            /* read instead of the file; neither owned nor closed; may be NULL */
    bool verify;             /* only reads, and says whether all is well; `directory` may be NULL */
    double (*seconds)(void); /* a clock, for the summary; NULL: it says 0 */
} crm_restore_options;

/* Makes the book of a backup in `directory`, which must be empty or not exist, all or nothing;
 * `book` must be closed. The records go where crm_book_set_database said, else into a file there.
 * CRM_EXISTS when something is there, CRM_CORRUPT for a backup that is
 * damaged or cut off, CRM_INVALID for what is no backup, CRM_NEWER_SCHEMA for one that a newer crm
 * wrote. */
CRM_API crm_status crm_restore(crm_book *book, const char *directory,
                               const crm_restore_options *options, crm_sink *sink);

/* ---- Kinds and fields: the program's model of itself ------------------------------------- */

typedef struct crm_choice_info {
    const char *name;  /* stable, English */
    const char *label; /* translated */
} crm_choice_info;

typedef struct crm_field_info {
    const char *name;
    const char *label; /* translated */
    const char *help;  /* translated, one line */
    const char *type;  /* text, integer, decimal, boolean, date, time, enum, tags, reference, … */
    const char *reference;     /* kind that a reference names, else NULL */
    const char *default_value; /* as text, NULL for none */
    bool required;
    bool derived;    /* kept by the program: can't be given */
    bool positional; /* given as an argument, not as an option */
    bool sensitive;  /* personal: masked in lists */
    size_t choice_count;
} crm_field_info;

typedef struct crm_kind_info {
    const char *name;
    const char *label; /* translated */
    const char *help;  /* translated, one line */
    const char *key;   /* the field that names a record */
    bool addable;      /* by `crm add KIND` */
    size_t field_count;
} crm_kind_info;

CRM_API size_t crm_kind_count(void);
/* False when the index is out of range. Everything in *out is static. */
CRM_API bool crm_kind_get(size_t index, crm_kind_info *out);
/* Index of the kind of that name, or -1. */
CRM_API int crm_kind_find(const char *name);
CRM_API bool crm_kind_field(size_t kind, size_t field, crm_field_info *out);
CRM_API bool crm_kind_field_choice(size_t kind, size_t field, size_t choice, crm_choice_info *out);
/* Index of the kind that a reference such as C-12 or V-7 names by its prefix, or -1. */
CRM_API int crm_kind_of_reference(const char *reference);

/* ---- For programs around the library ------------------------------------------------------- */

/* The candidate that `word` was probably meant to be; NULL when none is near. Borrowed. */
CRM_API const char *crm_suggest(const char *word, const char *const *candidates, size_t count);
/* Writes text as it may be shown on a terminal: invalid UTF-8 becomes U+FFFD, control characters
 * but line breaks become question marks. CRM_IO when the stream fails. */
CRM_API crm_status crm_plain_text(FILE *stream, const char *text);
/* Writes text as a JSON string, quotes included; invalid UTF-8 becomes U+FFFD. CRM_IO when the
 * stream fails. */
CRM_API crm_status crm_json_text(FILE *stream, const char *text);

/* Columns that text takes on a terminal. */
CRM_API size_t crm_text_width(const char *text);

typedef enum crm_cell_type {
    CRM_CELL_TEXT,
    CRM_CELL_INTEGER,
    CRM_CELL_BOOLEAN, /* "yes" or "no" */
    CRM_CELL_JSON     /* valid JSON, written as it is */
} crm_cell_type;

/* One value of a record that is no stored one. */
typedef struct crm_cell {
    const char *name;  /* key; English, stable */
    const char *label; /* for people; NULL: the name */
    crm_cell_type type;
    const char *value; /* NULL: none */
} crm_cell;

/* Writes one record: an object in JSON, lines of label and value in a table. */
CRM_API crm_status crm_sink_record(crm_sink *sink, const crm_cell *cells, size_t count);

/* Calls `word` for each word that the alias `name` stands for in a user's configuration file:
 *
 *     aliases:
 *       due: visit due --within 7d
 *       big: [list, customer, "tier=A"]
 *
 * CRM_NOT_FOUND, without a message, when there is no such file or alias. */
CRM_API crm_status crm_alias_words(crm_book *book, const char *path, const char *name,
                                   void (*word)(void *context, const char *word), void *context);

/* ---- Checking ---------------------------------------------------------------------------- */

typedef struct crm_check_options {
    const char *directory;    /* of the book, which need not be open: a damaged one cannot be */
    const char *const *names; /* checks to make, of crm_check_name; none: all */
    size_t count;
    bool repair; /* mends what can be derived, as one entry of the journal */
} crm_check_options;

/* Name of a check, in their order; NULL when out of range. */
CRM_API const char *crm_check_name(size_t index);
/* Goes through the whole book and writes a row for each thing that is wrong: check, kind, record,
 * field, stored, expected, problem, severity, repairable, repaired, hint; and a last one with the
 * check `summary`. CRM_CORRUPT when something is wrong and was not mended. */
CRM_API crm_status crm_check(crm_book *book, const crm_check_options *options, crm_sink *sink);

/* ---- Policy ----------------------------------------------------------------------------- */

/* One row for each problem of a policy: file, line, column, key, message, hint. `path` is a policy
 * file or the directory of a book; NULL: of the open book. The book may be closed: a book whose
 * policy is broken cannot be opened. CRM_INVALID when there are problems. */
CRM_API crm_status crm_policy_check(crm_book *book, const char *path, crm_sink *sink);
/* What holds in the open book, defaults included: key, value, origin ("policy.yaml:12" or
 * "default"), help. */
CRM_API crm_status crm_policy_show(crm_book *book, crm_sink *sink);

#ifdef __cplusplus
}
#endif

#endif
