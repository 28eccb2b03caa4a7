/* SPDX-License-Identifier: MIT */
/* Opening and closing a book. */
#include "book.h"

#include "base/address.h"
#include "base/text.h"
#include "store/create.h"
#include "store/migrate.h"
#include "store/roles.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char book_database_name[] = "crm.db";
const char book_policy_name[] = "policy.yaml";

void crm_own_process(void)
{
    store_own_process();
}

crm_book *crm_book_new(void)
{
    crm_book *book = calloc(1, sizeof *book);
    if (book != NULL)
        book->timeout = STORE_TIMEOUT;
    return book;
}

void book_close(struct crm_book *book)
{
    store_close(book->store);
    policy_free(book->policy);
    book->store = NULL;
    book->policy = NULL;
    book->zone = NULL;
    book->calendars = NULL;
    book->login = NULL;
}

void crm_book_free(crm_book *book)
{
    if (book == NULL)
        return;
    book_close(book);
    arena_release(&book->arena);
    free(book);
}

void crm_book_set_now(crm_book *book, int64_t now)
{
    book->now = now;
    book->now_set = true;
}

void crm_book_set_now_text(crm_book *book, const char *text)
{
    book->now_text = text;
}

crm_status crm_book_set_actor(crm_book *book, const char *actor, const char *command)
{
    struct buffer masked cleanup(buffer_release) = {0};
    text_mask_passwords(&masked, command, strlen(command));
    book->actor = book->login != NULL ? book->login : arena_copy(&book->arena, actor);
    book->command = masked.failed ? NULL : arena_copy(&book->arena, buffer_string(&masked));
    if (book->actor == NULL || book->command == NULL)
        return error_no_memory(&book->error);
    return CRM_OK;
}

void crm_book_set_dry_run(crm_book *book, bool dry_run)
{
    book->dry_run = dry_run;
}

void crm_book_set_timeout(crm_book *book, int milliseconds)
{
    book->timeout = milliseconds > 0 ? milliseconds : 0;
}

void crm_book_set_progress(crm_book *book, crm_progress progress, void *context)
{
    book->progress = progress;
    book->progress_context = context;
}

void crm_book_set_data_directory(crm_book *book, const char *directory)
{
    book->data_directory = directory;
}

crm_status crm_book_set_database(crm_book *book, const char *address, bool lasting)
{
    if (address != NULL && address_check(address, &book->error) != CRM_OK)
        return book->error.status;
    book->database = address;
    book->database_lasting = lasting;
    return CRM_OK;
}

const char *crm_book_message(const crm_book *book)
{
    return book->error.message;
}

const char *crm_book_hint(const crm_book *book)
{
    return book->error.hint;
}

const char *crm_book_notice(const crm_book *book)
{
    return book->notice == NULL ? "" : book->notice;
}

char *book_path(const struct crm_book *book, struct arena *arena, const char *name)
{
    return arena_printf(arena, "%s/%s", book->directory, name);
}

void book_progress(struct crm_book *book, const char *what, int64_t done, int64_t total)
{
    if (book->progress != NULL)
        book->progress(book->progress_context, what, done, total);
}

struct field_context book_field_context(const struct crm_book *book)
{
    return (struct field_context){.today = book->today, .now = book->now, .zone = book->zone};
}

crm_status book_set_directory(struct crm_book *book, const char *directory)
{
    error_clear(&book->error);
    book_close(book);
    book->notice = NULL;
    if (*directory == '\0') {
        error_set(&book->error, CRM_USAGE, _("the name of the book's directory is empty"));
        return error_hint(&book->error, _("name one; . is the current directory"));
    }
    book->directory = arena_copy(&book->arena, directory);
    return book->directory == NULL ? error_no_memory(&book->error) : CRM_OK;
}

/* ---- Opening ---- */

static crm_status set_clock(struct crm_book *book)
{
    if (book->now_text != NULL) {
        if (!time_parse_iso(book->now_text, strlen(book->now_text), book->zone, &book->now)) {
            error_set(&book->error, CRM_USAGE, _("'%s' is no point in time"), book->now_text);
            return error_hint(&book->error, _("write it as 2026-01-31T09:00:00+08:00"));
        }
    } else if (!book->now_set) {
        error_set(&book->error, CRM_USAGE, _("the book was given no clock"));
        return error_hint(&book->error, _("call crm_book_set_now before crm_book_open"));
    }
    int second;
    zone_local(book->zone, book->now, &book->today, &second);
    date_format(book->today, book->today_text);
    return CRM_OK;
}

static void look(struct crm_book *book, struct policy *policy, instant now, day_number today)
{
    book->policy = policy;
    book->now = now;
    book->today = today;
    date_format(today, book->today_text);
}

void book_look(struct crm_book *book, struct policy *policy, day_number day,
               struct book_look *before)
{
    *before = (struct book_look){book->policy, book->now, book->today};
    instant end = zone_instant(book->zone, day + 1, 0) - 1;
    look(book, policy, end < book->now ? end : book->now, day);
}

void book_look_back(struct crm_book *book, const struct book_look *before)
{
    look(book, before->policy, before->now, before->today);
}

static crm_status say_no_policy(struct crm_book *book)
{
    const char *database = book_path(book, &book->arena, book_database_name);
    if (database != NULL && access(database, F_OK) == 0) {
        error_set(&book->error, CRM_NOT_FOUND, _("the book in '%s' has no policy.yaml"),
                  book->directory);
        return error_hint(&book->error,
                          _("copy it from a backup, or from a new book that crm init makes"));
    }
    error_set(&book->error, CRM_NOT_FOUND, _("there is no book in '%s'"), book->directory);
    return error_hint(&book->error, _("make one with: crm init %s"), book->directory);
}

static crm_status open_policy(struct crm_book *book)
{
    const char *path = book_path(book, &book->arena, book_policy_name);
    if (path == NULL)
        return error_no_memory(&book->error);
    if (access(path, F_OK) != 0)
        return say_no_policy(book);
    crm_status status = policy_load(path, &book->policy, &book->error);
    if (status != CRM_OK)
        return status;
    book->policy->file = book_policy_name;
    book->zone = book->policy->zone;
    return CRM_OK;
}

/* Where the book's records are: an address, or a file that must be there. */
static crm_status find_database(struct crm_book *book, const char **out)
{
    *out = book->database != NULL ? book->database : book->policy->database;
    if (*out != NULL)
        return CRM_OK;
    *out = book_path(book, &book->arena, book_database_name);
    if (*out == NULL)
        return error_no_memory(&book->error);
    if (access(*out, F_OK) == 0)
        return CRM_OK;
    error_set(&book->error, CRM_NOT_FOUND, _("the book in '%s' has no database (crm.db)"),
              book->directory);
    return error_hint(&book->error, _("make one with: crm init %s"), book->directory);
}

/* Most readers begin by asking whether the days of visits are those of the policy. */
static void announce_first_question(struct crm_book *book)
{
    const struct value name = value_text(STORE_SETTING_VISIT_DATES);
    store_announce(book->store, STORE_SETTING_SQL, &name, 1);
}

static crm_status open_database(struct crm_book *book, const char *path, crm_open_mode mode)
{
    crm_status status = store_open(path, mode == CRM_OPEN_WRITE ? STORE_WRITE : STORE_READ,
                                   &book->store, &book->error);
    if (status == CRM_OK)
        status = store_set_timeout(book->store, book->timeout);
    if (status == CRM_OK && mode != CRM_OPEN_WRITE)
        announce_first_question(book);
    if (status == CRM_OK)
        status = store_check_schema(book->store, &book->error);
    return status;
}

static void migration_progress(void *context, int64_t done, int64_t total)
{
    book_progress(context, _("keeping a copy of the older book"), done, total);
}

/* Also a reader brings an older book up to date: none of its questions fits the old tables. */
static crm_status open_store(struct crm_book *book, crm_open_mode mode)
{
    const char *path;
    crm_status status = find_database(book, &path);
    if (status == CRM_OK)
        status = open_database(book, path, mode);
    if (status != CRM_OK || !store_is_outdated(book->store))
        return status;
    store_close(book->store);
    book->store = NULL;
    status = store_migrate(path, migration_progress, book, &book->error);
    return status == CRM_OK ? open_database(book, path, mode) : status;
}

/* Who acts is the database's to say where it knows: a name on some machine is easily another's. */
static crm_status open_to_act(struct crm_book *book, crm_open_mode mode)
{
    crm_status status = open_store(book, mode);
    if (status == CRM_OK && mode == CRM_OPEN_WRITE)
        status = store_actor(book->store, &book->arena, &book->login);
    if (book->login != NULL)
        book->actor = book->login;
    return status;
}

/* Reports are read from the primary when the replica cannot be. It is one of the policy's database:
 * where CRM_DATABASE names another, it is left alone. */
static crm_status open_replica(struct crm_book *book, bool *opened)
{
    const char *address = book->policy->replica;
    if (address == NULL || book->database != NULL)
        return CRM_OK;
    crm_status status = open_database(book, address, CRM_OPEN_READ);
    *opened = status == CRM_OK && !store_is_outdated(book->store);
    if (*opened || status == CRM_NO_MEMORY)
        return status;
    store_close(book->store);
    book->store = NULL;
    book->notice = arena_printf(&book->arena, _("the replica cannot be read, the primary is: %s"),
                                status == CRM_OK ? _("its schema is of an older version")
                                                 : book->error.message);
    error_clear(&book->error);
    return book->notice == NULL ? error_no_memory(&book->error) : CRM_OK;
}

crm_status crm_book_open(crm_book *book, const char *directory, crm_open_mode mode)
{
    crm_status status = book_set_directory(book, directory);
    book->mode = mode;
    if (status == CRM_OK)
        status = open_policy(book);
    if (status == CRM_OK)
        status = set_clock(book);
    bool opened = false;
    if (status == CRM_OK && mode == CRM_OPEN_REPORT)
        status = open_replica(book, &opened);
    if (status == CRM_OK && !opened)
        status = open_to_act(book, mode);
    if (status != CRM_OK)
        book_close(book);
    return status;
}

/* A policy that is right, in place of one that is not. */
static crm_status use_default_policy(struct crm_book *book)
{
    struct buffer text cleanup(buffer_release) = {0};
    crm_status status = policy_default(&text, "UTC", "CNY", NULL);
    if (status != CRM_OK || text.failed)
        return error_no_memory(&book->error);
    status = policy_parse(book_policy_name, buffer_string(&text), text.length, &book->policy,
                          &book->error);
    if (status == CRM_OK)
        book->zone = book->policy->zone;
    return status;
}

static bool has_database(struct crm_book *book)
{
    const char *path = book_path(book, &book->arena, book_database_name);
    return book->database != NULL || (path != NULL && access(path, F_OK) == 0);
}

crm_status book_open_damaged(struct crm_book *book, const char *directory, crm_open_mode mode,
                             struct book_damage *out)
{
    crm_status status = book_set_directory(book, directory);
    book->mode = mode;
    if (status == CRM_OK)
        status = open_policy(book);
    if (status == CRM_INVALID || status == CRM_IO ||
        (status == CRM_NOT_FOUND && has_database(book))) {
        out->policy = book->error;
        status = use_default_policy(book);
    }
    if (status == CRM_OK)
        status = set_clock(book);
    if (status != CRM_OK)
        return status;
    error_clear(&book->error);
    status = open_to_act(book, mode);
    if (status == CRM_OK || status == CRM_NO_MEMORY || status == CRM_BUSY ||
        status == CRM_NEWER_SCHEMA || status == CRM_READONLY)
        return status;
    out->store = book->error;
    error_clear(&book->error);
    store_close(book->store);
    book->store = NULL;
    return CRM_OK;
}

crm_status book_want_write(struct crm_book *book)
{
    if (book->mode == CRM_OPEN_WRITE)
        return CRM_OK;
    struct store *reading = book->store;
    book->store = NULL;
    crm_status status = open_to_act(book, CRM_OPEN_WRITE);
    if (status == CRM_OK) {
        store_close(reading);
        book->mode = CRM_OPEN_WRITE;
        return CRM_OK;
    }
    store_close(book->store);
    book->store = reading;
    return status;
}
