/* SPDX-License-Identifier: MIT */
/* Making a book: its directories, its policy, its store. */
#include "book.h"

#include "base/file.h"
#include "base/text.h"
#include "domain/visit.h"
#include "store/create.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* What is asked for cannot be had beside a policy that says otherwise. */
static crm_status agree_with_policy(struct crm_book *book, const char *zone, const char *currency)
{
    const struct policy *policy = book->policy;
    bool same_zone = zone == NULL || strcmp(zone, policy->time_zone) == 0;
    if (same_zone && (currency == NULL || strcmp(currency, policy->currency) == 0))
        return CRM_OK;
    error_set(&book->error, CRM_CONFLICT, _("the policy.yaml in '%s' says: %s: %s"),
              book->directory, same_zone ? "currency" : "time_zone",
              same_zone ? policy->currency : policy->time_zone);
    return error_hint(&book->error, _("change it there, or leave out the option"));
}

/* The commented policy of a new book, or the one laid there beforehand; refuses a zone that there
 * is not. */
static crm_status make_policy(struct crm_book *book, const char *zone, const char *currency,
                              struct buffer *out)
{
    const char *path = book_path(book, &book->arena, book_policy_name);
    crm_status status =
        policy_default(out, zone, currency, book->database_lasting ? book->database : NULL);
    if (status != CRM_OK || out->failed || path == NULL)
        return error_no_memory(&book->error);
    if (access(path, F_OK) != 0)
        return policy_parse(book_policy_name, buffer_string(out), out->length, &book->policy,
                            &book->error);
    status = policy_load(path, &book->policy, &book->error);
    return status == CRM_OK ? agree_with_policy(book, zone, currency) : status;
}

/* Under its name it is whole: what an interrupted init leaves is not taken for the user's own. */
static crm_status write_policy(struct crm_book *book, struct buffer *text, bool *written)
{
    const char *path = book_path(book, &book->arena, book_policy_name);
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
    const char *path = book_path(book, &book->arena, book_policy_name);
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
    const char *policy = book_path(book, &book->arena, book_policy_name);
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
    const char *policy = book_path(book, &arena, book_policy_name);
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
        database = book_path(book, &book->arena, book_database_name);
    if (database == NULL)
        return error_no_memory(&book->error);
    status = refuse_book(book, database);
    if (status == CRM_OK)
        status =
            currency == NULL ? CRM_OK : check_currency(currency, strlen(currency), &book->error);
    if (status == CRM_OK)
        status = make_policy(book, zone, currency, &policy);
    return status == CRM_OK && !book->dry_run ? make_parts(book, database, &policy) : status;
}

crm_status crm_book_init(crm_book *book, const char *directory, const char *zone,
                         const char *currency)
{
    crm_status status = book_set_directory(book, directory);
    if (status == CRM_OK)
        status = make_book(book, zone, currency);
    book_close(book);
    return status;
}
