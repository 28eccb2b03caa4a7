/* SPDX-License-Identifier: MIT */
/* Who of the staff may do what in a book that is in a database. */
#include "record/record.h"

#include "domain/visit.h"
#include "store/roles.h"

static const char *const column_names[] = {"staff", "name", "role", "database_user", "department"};
enum { COLUMNS = sizeof column_names / sizeof *column_names };

static crm_status begin_rows(struct crm_sink *sink)
{
    static const struct choice roles[] = {{"reader", N_("reader")},
                                          {"manager", N_("manager")},
                                          {"administrator", N_("administrator")}};
    struct column columns[COLUMNS] = {
        {.name = column_names[0], .label = _("Staff")},
        {.name = column_names[1], .label = _("Name")},
        {.name = column_names[2],
         .label = _("Role"),
         .type = DATA_ENUM,
         .choices = roles,
         .choice_count = sizeof roles / sizeof *roles},
        {.name = column_names[3], .label = _("Database user")},
        {.name = column_names[4], .label = _("Department")},
    };
    const struct table table = {.name = "staff", .columns = columns, .count = COLUMNS};
    return sink_begin(sink, &table);
}

static crm_status write_row(void *context, const struct value *row)
{
    return sink_row(context, row);
}

/* ---- grant ---- */

struct person {
    int64_t id;
    struct value facts[3]; /* login, name, department */
};

static crm_status find_person(struct crm_book *book, const char *login, struct arena *arena,
                              struct person *out)
{
    crm_status status = record_resolve(book, &kind_staff, login, &out->id);
    const struct value id = value_integer(out->id);
    return status == CRM_OK
               ? store_row_values(book->store, arena,
                                  "SELECT login, name, department FROM staff WHERE id = $1", &id, 1,
                                  out->facts, 3)
               : status;
}

static crm_status parse_role(struct crm_book *book, const char *word, enum store_role *out)
{
    if (store_role_parse(word, out))
        return CRM_OK;
    error_set(&book->error, CRM_USAGE, _("there is no role '%s'"), word);
    return error_hint(&book->error, _("give one of reader, manager, administrator"));
}

/* A manager's department is his own unless another is named; a reader without one sees all. */
static const char *department_of(const crm_staff_role *wanted, enum store_role role,
                                 const struct person *person)
{
    if (role == STORE_ADMINISTRATOR)
        return NULL;
    if (wanted->department != NULL)
        return wanted->department[0] == '\0' ? NULL : wanted->department;
    return role == STORE_MANAGER ? person->facts[2].text : NULL;
}

static crm_status grant(struct crm_book *book, const crm_staff_role *wanted, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct store_access access = {0};
    struct person person = {0};
    crm_status status = parse_role(book, wanted->role, &access.role);
    if (status == CRM_OK)
        status = find_person(book, wanted->staff, &arena, &person);
    if (status != CRM_OK)
        return status;
    access.staff = person.id;
    access.user = wanted->database_user != NULL ? wanted->database_user : person.facts[0].text;
    access.department = department_of(wanted, access.role, &person);
    status = store_grant(book->store, &access);
    if (status == CRM_OK)
        status = begin_rows(sink);
    const struct value row[COLUMNS] = {person.facts[0], person.facts[1],
                                       value_text(store_role_name(access.role)),
                                       value_text(access.user), value_text(access.department)};
    if (status == CRM_OK)
        status = sink_row(sink, row);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status crm_staff_grant(crm_book *book, const crm_staff_role *role, crm_sink *sink)
{
    crm_status status = book_begin(book);
    /* Who sees some customers only cannot compute the visits of all. */
    if (status == CRM_OK)
        status = visit_settle(book);
    return book_end(book, status == CRM_OK ? grant(book, role, sink) : status);
}

/* ---- revoke ---- */

static crm_status revoke(struct crm_book *book, const char *login)
{
    struct arena arena cleanup(arena_release) = {0};
    struct person person = {0};
    crm_status status = find_person(book, login, &arena, &person);
    if (status == CRM_OK)
        status = store_revoke(book->store, person.id);
    if (status != CRM_NOT_FOUND || book->error.message[0] != '\0')
        return status;
    error_set(&book->error, CRM_NOT_FOUND, _("%s has no role in the database"),
              person.facts[0].text);
    return error_hint(&book->error, _("crm staff list shows who has"));
}

crm_status crm_staff_revoke(crm_book *book, const char *staff)
{
    crm_status status = book_begin(book);
    return status == CRM_OK ? book_end(book, revoke(book, staff)) : status;
}

/* ---- list ---- */

crm_status crm_staff_list(crm_book *book, crm_sink *sink)
{
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = begin_rows(sink);
    if (status == CRM_OK)
        status = store_each_access(book->store, write_row, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}
