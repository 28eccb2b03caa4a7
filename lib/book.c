/* SPDX-License-Identifier: MIT */
/* Making, opening and closing a book; its transactions and journal entries. */
#include "book.h"

#include "base/file.h"
#include "base/text.h"
#include "domain/visit.h"
#include "store/create.h"
#include "store/journal.h"
#include "store/migrate.h"
#include "store/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char database_name[] = "crm.db";
static const char policy_name[] = "policy.yaml";

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

static void close_book(crm_book *book)
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
    close_book(book);
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

void crm_book_set_database(crm_book *book, const char *address, bool lasting)
{
    book->database = address;
    book->database_lasting = lasting;
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

/* ---- Making a book ---- */

static crm_status make_directory(struct crm_book *book, const char *path, mode_t mode)
{
    return mkdir(path, mode) == 0 || errno == EEXIST ? CRM_OK : file_fail(&book->error, path);
}

/* The book itself is private to its user. */
static crm_status make_directories(struct crm_book *book, const char *path)
{
    crm_status status = file_make_parents(path, &book->error);
    return status == CRM_OK ? make_directory(book, path, 0700) : status;
}

/* A new file with that content; an existing one is left alone and counts as CRM_EXISTS. */
static crm_status write_new_file(struct crm_book *book, const char *path, const char *data,
                                 size_t length)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return CRM_EXISTS;
    if (file < 0)
        return file_fail(&book->error, path);
    bool written = file_write(file, data, length) && fsync(file) == 0;
    crm_status status = written ? CRM_OK : file_fail(&book->error, path);
    if (close(file) != 0 && written)
        status = file_fail(&book->error, path);
    if (status != CRM_OK)
        (void)unlink(path);
    return status;
}

/* The commented policy of a new book, or the one laid there beforehand; refuses a zone that there
 * is not. */
static crm_status make_policy(struct crm_book *book, const char *zone, const char *currency,
                              struct buffer *out)
{
    const char *path = book_path(book, &book->arena, policy_name);
    crm_status status =
        policy_default(out, zone, currency, book->database_lasting ? book->database : NULL);
    if (status != CRM_OK || out->failed || path == NULL)
        return error_no_memory(&book->error);
    return access(path, F_OK) == 0 ? policy_load(path, &book->policy, &book->error)
                                   : policy_parse(policy_name, buffer_string(out), out->length,
                                                  &book->policy, &book->error);
}

/* Under its name it is whole: what an interrupted init leaves is not taken for the user's own. */
static crm_status write_policy(struct crm_book *book, struct buffer *text, bool *written)
{
    const char *path = book_path(book, &book->arena, policy_name);
    const char *temporary = book_path(book, &book->arena, "policy.yaml.new");
    if (path == NULL || temporary == NULL)
        return error_no_memory(&book->error);
    if (access(path, F_OK) == 0)
        return CRM_OK; /* a policy laid there beforehand is kept */
    (void)unlink(temporary);
    crm_status status = write_new_file(book, temporary, buffer_string(text), text->length);
    if (status == CRM_OK && rename(temporary, path) != 0)
        status = file_fail(&book->error, path);
    if (status != CRM_OK)
        (void)unlink(temporary);
    *written = status == CRM_OK;
    return status;
}

static crm_status say_other_policy(struct crm_book *book)
{
    error_set(&book->error, CRM_CONFLICT, _("the policy.yaml in '%s' does not name that database"),
              book->directory);
    return error_hint(&book->error,
                      _("write its address there, under database:, or leave out --database"));
}

/* A policy laid there beforehand says where the records are; one that cannot be read is for the
 * first command that needs it to tell of. */
static crm_status heed_policy(struct crm_book *book)
{
    struct policy *policy = NULL;
    const char *path = book_path(book, &book->arena, policy_name);
    if (path == NULL)
        return error_no_memory(&book->error);
    if (access(path, F_OK) != 0)
        return CRM_OK;
    crm_status status = policy_load(path, &policy, &book->error);
    if (status == CRM_NO_MEMORY)
        return status;
    error_clear(&book->error);
    const char *named = status == CRM_OK ? policy->database : NULL;
    const bool other = status == CRM_OK && book->database_lasting &&
                       (named == NULL || strcmp(named, book->database) != 0);
    const char *kept = named == NULL ? NULL : arena_copy(&book->arena, named);
    const bool lost = named != NULL && kept == NULL;
    policy_free(policy);
    if (other || lost)
        return other ? say_other_policy(book) : error_no_memory(&book->error);
    if (book->database == NULL)
        book->database = kept;
    return CRM_OK;
}

static crm_status say_exists(struct crm_book *book)
{
    const char *policy = book_path(book, &book->arena, policy_name);
    if (book->database != NULL && policy != NULL && access(policy, F_OK) != 0) {
        error_set(&book->error, CRM_EXISTS, _("there is a book in the database already"));
        return error_hint(&book->error,
                          _("choose another, or copy the policy.yaml of that book to '%s'"),
                          book->directory);
    }
    error_set(&book->error, CRM_EXISTS, _("there is a book in '%s' already"), book->directory);
    return error_hint(&book->error, _("choose another directory"));
}

/* A database without any table is what an interrupted init left behind: it is no book yet. */
static crm_status refuse_book(struct crm_book *book, const char *path)
{
    struct store *store = NULL;
    bool blank = false;
    if (book->database == NULL && access(path, F_OK) != 0)
        return CRM_OK;
    crm_status status = store_open(path, STORE_READ, &store, &book->error);
    if (status == CRM_OK)
        status = store_is_blank(store, &blank);
    store_close(store);
    if (status == CRM_NO_MEMORY || (status != CRM_OK && book->database != NULL))
        return status;
    return blank ? CRM_OK : say_exists(book);
}

/* The tables; and that no visit is to be computed, so that the first to read need not write. */
static crm_status fill_store(struct crm_book *book)
{
    crm_status status = store_begin(book->store);
    if (status == CRM_OK)
        status = store_create_schema(book->store, &book->error);
    if (status == CRM_OK)
        status = visit_note_settled(book);
    if (status == CRM_OK)
        return store_commit(book->store);
    store_rollback(book->store);
    return status;
}

static crm_status make_store(struct crm_book *book, const char *path)
{
    crm_status status = CRM_OK;
    if (book->database == NULL)
        status = write_new_file(book, path, "", 0); /* with our mode, not the engine's */
    if (status == CRM_OK || status == CRM_EXISTS)
        status = store_open(path, STORE_CREATE, &book->store, &book->error);
    if (status == CRM_OK)
        status = fill_store(book);
    return status == CRM_EXISTS ? say_exists(book) : status;
}

static const char *const rooms[] = {"calendars", "surveys"};

/* A policy that was left would be taken for the user's own, with an address that was wrong. */
static void take_parts_away(struct crm_book *book, bool made_directory)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *policy = book_path(book, &arena, policy_name);
    if (policy != NULL)
        (void)unlink(policy);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        const char *room = book_path(book, &arena, rooms[i]);
        if (room != NULL)
            (void)rmdir(room);
    }
    if (made_directory)
        (void)rmdir(book->directory);
}

static crm_status make_parts(struct crm_book *book, const char *database, struct buffer *policy)
{
    struct book_turn turn cleanup(book_end_turn) = BOOK_NO_TURN;
    const bool made_directory = access(book->directory, F_OK) != 0;
    bool written = false;
    crm_status status = make_directories(book, book->directory);
    /* Of several at once each would take what another has half made for a file laid there. */
    if (status == CRM_OK)
        status = book_take_turn(book, &turn);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms && status == CRM_OK; i++) {
        const char *path = book_path(book, &book->arena, rooms[i]);
        status = path == NULL ? error_no_memory(&book->error) : make_directory(book, path, 0700);
    }
    /* The policy comes before the store: a store without a policy would be half a book. */
    if (status == CRM_OK)
        status = write_policy(book, policy, &written);
    if (status == CRM_OK)
        status = make_store(book, database);
    if (status != CRM_OK && written && book->database != NULL)
        take_parts_away(book, made_directory);
    return status;
}

/* Everything is checked before anything is made. */
static crm_status make_book(struct crm_book *book, const char *zone, const char *currency)
{
    struct buffer policy cleanup(buffer_release) = {0};
    crm_status status = heed_policy(book);
    if (status != CRM_OK)
        return status;
    const char *database = book->database;
    if (database == NULL)
        database = book_path(book, &book->arena, database_name);
    if (database == NULL)
        return error_no_memory(&book->error);
    status = refuse_book(book, database);
    if (status == CRM_OK)
        status = check_currency(currency, strlen(currency), &book->error);
    if (status == CRM_OK)
        status = make_policy(book, zone, currency, &policy);
    return status == CRM_OK && !book->dry_run ? make_parts(book, database, &policy) : status;
}

static crm_status set_directory(struct crm_book *book, const char *directory)
{
    error_clear(&book->error);
    close_book(book);
    book->notice = NULL;
    if (*directory == '\0') {
        error_set(&book->error, CRM_USAGE, _("the name of the book's directory is empty"));
        return error_hint(&book->error, _("name one; . is the current directory"));
    }
    book->directory = arena_copy(&book->arena, directory);
    return book->directory == NULL ? error_no_memory(&book->error) : CRM_OK;
}

crm_status crm_book_init(crm_book *book, const char *directory, const char *zone,
                         const char *currency)
{
    crm_status status = set_directory(book, directory);
    if (status == CRM_OK)
        status = make_book(book, zone != NULL ? zone : "UTC", currency != NULL ? currency : "CNY");
    close_book(book);
    return status;
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

static crm_status say_no_policy(struct crm_book *book)
{
    const char *database = book_path(book, &book->arena, database_name);
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
    const char *path = book_path(book, &book->arena, policy_name);
    if (path == NULL)
        return error_no_memory(&book->error);
    if (access(path, F_OK) != 0)
        return say_no_policy(book);
    crm_status status = policy_load(path, &book->policy, &book->error);
    if (status == CRM_OK)
        book->zone = book->policy->zone;
    return status;
}

/* Where the book's records are: an address, or a file that must be there. */
static crm_status find_database(struct crm_book *book, const char **out)
{
    *out = book->database != NULL ? book->database : book->policy->database;
    if (*out != NULL)
        return CRM_OK;
    *out = book_path(book, &book->arena, database_name);
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
    crm_status status = set_directory(book, directory);
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
        close_book(book);
    return status;
}

/* A policy that is right, in place of one that is not. */
static crm_status use_default_policy(struct crm_book *book)
{
    struct buffer text cleanup(buffer_release) = {0};
    crm_status status = policy_default(&text, "UTC", "CNY", NULL);
    if (status != CRM_OK || text.failed)
        return error_no_memory(&book->error);
    status =
        policy_parse(policy_name, buffer_string(&text), text.length, &book->policy, &book->error);
    if (status == CRM_OK)
        book->zone = book->policy->zone;
    return status;
}

static bool has_database(struct crm_book *book)
{
    const char *path = book_path(book, &book->arena, database_name);
    return book->database != NULL || (path != NULL && access(path, F_OK) == 0);
}

crm_status book_open_damaged(struct crm_book *book, const char *directory, crm_open_mode mode,
                             struct book_damage *out)
{
    crm_status status = set_directory(book, directory);
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

/* ---- Turns ---- */

enum { TURN_STEP = 20 }; /* milliseconds */

static crm_status lock_directory(struct crm_book *book, int *turn)
{
    const struct timespec step = {.tv_nsec = TURN_STEP * 1000000L};
    *turn = open(book->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*turn < 0)
        return error_set(&book->error, CRM_IO, _("'%s' cannot be opened: %s"), book->directory,
                         strerror(errno));
    for (int waited = 0; flock(*turn, LOCK_EX | LOCK_NB) != 0; waited += TURN_STEP) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return CRM_OK; /* a file system without locks: then people must see to it */
        if (waited >= book->timeout) {
            error_set(&book->error, CRM_BUSY, _("the same command is still running in the book"));
            return error_hint(&book->error, _("try again when it has ended"));
        }
        (void)nanosleep(&step, NULL);
    }
    return CRM_OK;
}

crm_status book_take_turn(struct crm_book *book, struct book_turn *turn)
{
    crm_status status = lock_directory(book, &turn->directory);
    if (status != CRM_OK || book->store == NULL)
        return status;
    status = store_lock_turn(book->store);
    if (status == CRM_OK) {
        turn->store = book->store;
    } else if (status == CRM_BUSY) {
        error_set(&book->error, CRM_BUSY, _("the same command is still running in the book"));
        error_hint(&book->error, _("try again when it has ended"));
    }
    return status;
}

void book_end_turn(const struct book_turn *turn)
{
    if (turn->store != NULL)
        store_unlock_turn(turn->store);
    if (turn->directory >= 0)
        (void)close(turn->directory);
}

/* ---- Transactions ---- */

crm_status book_read(struct crm_book *book)
{
    error_clear(&book->error);
    if (book->store != NULL)
        return CRM_OK;
    error_set(&book->error, CRM_USAGE, _("the book is not open"));
    return error_hint(&book->error, _("call crm_book_open first"));
}

crm_status book_view(struct crm_book *book)
{
    crm_status status = book_read(book);
    return status == CRM_OK ? store_begin_reading(book->store) : status;
}

crm_status book_set_timeout(struct crm_book *book, int milliseconds)
{
    book->timeout = milliseconds;
    return store_set_timeout(book->store, milliseconds);
}

static crm_status begin_entry(struct crm_book *book)
{
    crm_status status = journal_begin(book->store, &book->entry);
    book->changes_before = store_total_changes(book->store);
    return status;
}

static crm_status erase_images(struct crm_book *book)
{
    const struct value entry = value_integer(book->entry);
    return store_run(book->store,
                     "UPDATE journal_image SET before_values = NULL, after_values = NULL, "
                     "salt = NULL WHERE entry = $1",
                     &entry, 1);
}

static crm_status end_entry(struct crm_book *book)
{
    char now[TIME_TEXT];
    if (book->derives)
        return journal_end_derived(book->store);
    time_format_utc(book->now, now);
    crm_status status = journal_end(book->store, now, book->actor != NULL ? book->actor : "unknown",
                                    book->command != NULL ? book->command : "");
    return status == CRM_OK && book->erasing ? erase_images(book) : status;
}

static crm_status give_up(struct crm_book *book, crm_status status)
{
    store_rollback(book->store);
    book->entry = 0;
    return status;
}

crm_status book_begin(struct crm_book *book)
{
    bool outermost = book->store == NULL || !store_in_transaction(book->store);
    crm_status status = outermost ? book_read(book) : CRM_OK;
    if (status == CRM_OK && book->mode != CRM_OPEN_WRITE)
        return error_set(&book->error, CRM_READONLY, _("the book was opened for reading only"));
    if (status == CRM_OK)
        status = store_begin(book->store);
    if (status == CRM_OK && outermost) {
        book->failed = CRM_OK;
        book->changed_no_rows = false;
        book->derives = false;
        status = begin_entry(book);
        if (status != CRM_OK)
            return give_up(book, status);
    }
    return status;
}

void book_derives(struct crm_book *book)
{
    book->derives = store_is_outermost(book->store);
}

crm_status book_end(struct crm_book *book, crm_status status)
{
    if (book->store == NULL)
        return status;
    if (!store_in_transaction(book->store)) {
        store_end_reading(book->store);
        return status;
    }
    if (!store_is_outermost(book->store)) {
        if (status != CRM_OK)
            book->failed = status;
        crm_status left = store_commit(book->store); /* of the inner pair: nothing is written */
        return status == CRM_OK ? left : status;
    }
    if (status == CRM_OK)
        status = book->failed;
    bool unchanged =
        store_total_changes(book->store) == book->changes_before && !book->changed_no_rows;
    if (status != CRM_OK || book->dry_run || unchanged)
        return give_up(book, status);
    status = end_entry(book);
    if (status != CRM_OK)
        return give_up(book, status);
    book->entry = 0;
    return store_commit(book->store);
}
