/* SPDX-License-Identifier: MIT */
/* Whom to greet: birthdays, founding days and festivals of the days to come. */
#include "domain/calendar.h"
#include "domain/care.h"
#include "rules/care.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_DAYS_AHEAD = 366,
    MOST_DAYS_MOVED = 31, /* by which the telling may be moved back to a working day */
    CHUNK = 30            /* days that are asked for at once, for the sake of their parameters */
};

/* A day on which an occasion falls that is told by the end of the request. */
struct care_day {
    day_number day, from;
    bool calendar_ends;
    struct care_keys keys;
};

/* What is asked of the store. */
struct question {
    const char *occasion;
    const struct care_occasion *rule; /* NULL: the policy says nothing */
    const char *columns;              /* contact, person, born, calendar */
    const char *from;                 /* the tables, the customer's alias t */
    const char *visits;               /* which visits v count, beside the occasion's */
    const char *which;                /* condition: rows that can be greeted at all */
    const char *key;                  /* SQL; NULL: every such row on each of the days */
    bool listed;                      /* only where it is among the customer's own festivals */
    bool tiered;                      /* by the index of tiers: nothing else narrows it */
};

/* What the book knows at all: most have nothing of it, and shall not pay for the questions. */
struct known {
    bool contacts, customers, founded, festivals;
};

struct looking {
    struct crm_book *book;
    const struct care_request *request;
    struct care_list *list;
    const struct calendar *calendar;
    struct known known;
    day_number until;
    const struct question *question;
    const struct care_day *days;
    size_t day_count;
};

/* ---- Questions ---- */

#define NOBODY "CAST(NULL AS BIGINT) AS contact, CAST(NULL AS TEXT) AS person, "
#define MAY_CONTACT                                                                                \
    " AND (NOT EXISTS (SELECT 1 FROM contact n WHERE n.customer = t.id) OR EXISTS "                \
    "(SELECT 1 FROM contact n WHERE n.customer = t.id AND coalesce(n.do_not_contact, 0) = 0))"

static const struct question contacts_birthdays = {
    .occasion = OCCASION_BIRTHDAY,
    .columns = "c.id AS contact, c.name AS person, c.birthday AS born, "
               "c.birthday_calendar AS calendar",
    .from = "contact c JOIN customer t ON t.id = c.customer",
    .visits = " AND (v.contact = c.id OR v.contact IS NULL)",
    .which = "c.birthday IS NOT NULL AND coalesce(c.do_not_contact, 0) = 0",
    .key = BIRTHDAY_KEY_SQL("c.birthday")};
static const struct question customers_birthdays = {
    .occasion = OCCASION_BIRTHDAY,
    .columns = NOBODY "t.birthday AS born, t.birthday_calendar AS calendar",
    .from = "customer t",
    .visits = " AND v.contact IS NULL",
    .which = "t.birthday IS NOT NULL" MAY_CONTACT,
    .key = BIRTHDAY_KEY_SQL("t.birthday")};
static const struct question founding_days = {
    .occasion = OCCASION_FOUNDING,
    .columns = NOBODY "t.founded_on AS born, CAST(NULL AS TEXT) AS calendar",
    .from = "customer t",
    .visits = "",
    .which = "t.founded_on IS NOT NULL" MAY_CONTACT,
    .key = "substr(t.founded_on, 6)"};
#define NOT_BORN NOBODY "CAST(NULL AS TEXT) AS born, CAST(NULL AS TEXT) AS calendar"
static const struct question own_festivals = {.occasion = "",
                                              .columns = NOT_BORN,
                                              .from = "customer t",
                                              .visits = "",
                                              .which = "t.festivals IS NOT NULL" MAY_CONTACT,
                                              .listed = true};
static const struct question tier_festivals = {.occasion = "",
                                               .columns = NOT_BORN,
                                               .from = "customer t",
                                               .visits = "",
                                               .which = "t.festivals IS NULL" MAY_CONTACT,
                                               .tiered = true};

enum { CUSTOMER, KEY, NAME, TIER, OWNER, CONTACT, PERSON, BORN, CALENDAR, DONE_AT, CHANNEL, BY };
static const char outer_columns[] =
    "SELECT x.customer, x.key, x.name, x.tier, x.owner, x.contact, x.person, x.born, x.calendar, "
    "v.done_at, v.channel, s.login FROM (SELECT t.id AS customer, t.key, t.name, t.tier, "
    "o.login AS owner, ";

static void in_words(struct query *query, const char *column, const char *const *words,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_printf(&query->sql, i == 0 ? " AND %s IN (" : ", ", column);
        query_value(query, value_text(words[i]));
    }
    if (count > 0)
        buffer_character(&query->sql, ')');
}

/* Every birthday has a calendar of its own: the rows of the other one are left out as they come. */
static void in_keys(const struct looking *looking, struct query *query)
{
    bool first = true;
    buffer_printf(&query->sql, " AND %s IN (", looking->question->key);
    for (size_t i = 0; i < looking->day_count; i++) {
        const struct care_keys *keys = &looking->days[i].keys;
        for (size_t j = 0; j < keys->solar_count + keys->lunar_count; j++, first = false) {
            buffer_text(&query->sql, first ? "" : ", ");
            query_value(query,
                        value_text(j < keys->solar_count ? keys->solar[j]
                                                         : keys->lunar[j - keys->solar_count]));
        }
    }
    buffer_character(&query->sql, ')');
}

/* A tag among those that one space separates. */
static void has_festival(struct query *query, const char *occasion)
{
    struct buffer pattern cleanup(buffer_release) = {0};
    buffer_text(&pattern, "% ");
    for (const char *at = occasion; *at != '\0'; at++) {
        if (strchr("%_\\", *at) != NULL)
            buffer_character(&pattern, '\\');
        buffer_character(&pattern, *at);
    }
    buffer_text(&pattern, " %");
    const char *copy = pattern.failed ? NULL : arena_copy(&query->arena, buffer_string(&pattern));
    query->sql.failed = query->sql.failed || copy == NULL;
    buffer_text(&query->sql, " AND ' ' || t.festivals || ' ' LIKE ");
    query_value(query, value_text(copy));
    buffer_text(&query->sql, " ESCAPE '\\'");
}

static void only(struct query *query, const char *column, int64_t id)
{
    if (id == 0)
        return;
    buffer_printf(&query->sql, " AND %s = ", column);
    query_value(query, value_integer(id));
}

static enum care_state state_of(const struct crm_book *book, const struct care_day *day)
{
    if (day->from > book->today)
        return CARE_COMING;
    return day->day >= book->today ? CARE_DUE : CARE_OVERDUE;
}

/* Of the one day of a festival; whose own days they are, that is known by each row alone. */
static void new_sql(const struct looking *looking, struct query *query)
{
    const struct given_to *to = looking->request->new_to;
    const struct care_day *day = looking->days;
    char *text = arena_alloc(&query->arena, DATE_TEXT);
    const char *item = arena_printf(&query->arena, "care:%s:", looking->question->occasion);
    query->sql.failed = query->sql.failed || text == NULL || item == NULL;
    if (query->sql.failed)
        return;
    date_format(day->day, text);
    given_begin_sql(to, query);
    query_value(query, value_text(item));
    buffer_text(&query->sql, " || t.id || ':' || ");
    query_value(query, value_text(text));
    given_state_sql(to, query);
    query_value(query, value_text(care_state_name(state_of(looking->book, day))));
    given_end_sql(query);
}

static void conditions_sql(const struct looking *looking, struct query *query)
{
    const struct question *question = looking->question;
    const struct care_occasion *rule = question->rule;
    if (question->key != NULL)
        in_keys(looking, query);
    if (question->listed)
        has_festival(query, question->occasion);
    else if (rule != NULL)
        in_words(query, question->tiered ? TIER_KEY_SQL("t.tier") : "t.tier", rule->tiers,
                 rule->tier_count);
    if (question->tiered)
        buffer_text(&query->sql, " AND t.tier IS NOT NULL");
    if (rule != NULL && rule->role_count > 0)
        in_words(query, "c.role", rule->roles, rule->role_count);
    only(query, "coalesce(t.owner, 0)", looking->request->staff);
    only(query, "t.id", looking->request->customer);
}

static crm_status question_sql(const struct looking *looking, struct query *query)
{
    const struct question *question = looking->question;
    buffer_text(&query->sql, outer_columns);
    buffer_printf(&query->sql,
                  "%s, (SELECT v.id FROM visit v WHERE v.customer = t.id AND v.done_at IS NOT NULL"
                  " AND v.occasion = ",
                  question->columns);
    query_value(query, value_text(question->occasion));
    buffer_printf(&query->sql,
                  "%s ORDER BY v.done_at DESC, v.id DESC LIMIT 1) AS last_visit FROM %s "
                  "LEFT JOIN staff o ON o.id = t.owner WHERE t.status <> 'lost'",
                  question->visits, question->from);
    if (looking->request->new_to != NULL && question->key == NULL)
        new_sql(looking, query);
    buffer_printf(&query->sql, " AND %s", question->which);
    conditions_sql(looking, query);
    crm_status status =
        filter_sql(looking->book, &kind_customer, "t", looking->request->filter, query);
    buffer_text(&query->sql, ") x LEFT JOIN visit v ON v.id = x.last_visit "
                             "LEFT JOIN staff s ON s.id = v.staff");
    return status == CRM_OK && query->sql.failed ? error_no_memory(&looking->book->error) : status;
}

/* ---- Answers ---- */

static const char *copy(struct care_list *list, const struct value *value, bool *failed)
{
    if (value->type != VALUE_TEXT)
        return NULL;
    const char *text = arena_copy_length(&list->arena, value->text, value->length);
    *failed = *failed || text == NULL;
    return text;
}

static crm_status damaged(struct looking *looking, const struct value *row)
{
    return error_set(&looking->book->error, CRM_CORRUPT,
                     _("customer #%lld: a date or time is damaged"),
                     (long long)row[CUSTOMER].integer);
}

/* When it was done last; false when never. */
static crm_status last_greeting(struct looking *looking, const struct value *row, bool *any,
                                day_number *day)
{
    instant at;
    int second;
    *any = row[DONE_AT].type == VALUE_TEXT;
    if (!*any)
        return CRM_OK;
    if (!time_parse_iso(row[DONE_AT].text, row[DONE_AT].length, NULL, &at))
        return damaged(looking, row);
    zone_local(looking->book->zone, at, day, &second);
    return CRM_OK;
}

static void put_years(const struct looking *looking, struct care_item *item)
{
    struct birthday birthday;
    const struct care_occasion *rule = looking->question->rule;
    if (item->born == NULL || !birthday_parse(item->born, &birthday))
        return;
    item->years = care_age(&birthday, item->lunar, item->day);
    item->day_unknown = birthday.day == 0;
    item->round = rule != NULL && care_is_round(item->years, rule->round);
}

static crm_status add(struct looking *looking, const struct value *row, const struct care_day *day)
{
    struct care_list *list = looking->list;
    bool failed = false, any;
    day_number last = 0;
    crm_status status = last_greeting(looking, row, &any, &last);
    const bool done = any && last >= day->day - CARE_SEASON && last <= day->day + CARE_SEASON;
    if (status != CRM_OK || (done && !looking->request->greeted_too))
        return status;
    struct care_item *items =
        array_grow(list->items, &list->capacity, list->count + 1, sizeof *items);
    if (items == NULL)
        return error_no_memory(&looking->book->error);
    list->items = items;
    struct care_item item = {.customer = row[CUSTOMER].integer,
                             .contact = value_is_null(&row[CONTACT]) ? 0 : row[CONTACT].integer,
                             .key = copy(list, &row[KEY], &failed),
                             .name = copy(list, &row[NAME], &failed),
                             .tier = copy(list, &row[TIER], &failed),
                             .owner = copy(list, &row[OWNER], &failed),
                             .person = copy(list, &row[PERSON], &failed),
                             .occasion = looking->question->occasion,
                             .born = copy(list, &row[BORN], &failed),
                             .day = day->day,
                             .from = day->from,
                             .state = state_of(looking->book, day),
                             .lunar = row[CALENDAR].type == VALUE_TEXT &&
                                      strcmp(row[CALENDAR].text, "lunar") == 0,
                             .calendar_ends = day->calendar_ends,
                             .done = done,
                             .greeted = any && !done,
                             .last_on = last,
                             .last_channel = copy(list, &row[CHANNEL], &failed),
                             .last_by = copy(list, &row[BY], &failed)};
    put_years(looking, &item);
    /* Who was founded that very day has no anniversary yet. */
    if (strcmp(item.occasion, OCCASION_FOUNDING) != 0 || item.years > 0)
        items[list->count++] = item;
    return failed ? error_no_memory(&looking->book->error) : CRM_OK;
}

static bool has_key(const struct care_keys *keys, bool lunar, const char *key)
{
    const size_t count = lunar ? keys->lunar_count : keys->solar_count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(lunar ? keys->lunar[i] : keys->solar[i], key) == 0)
            return true;
    return false;
}

/* One row may fall on two of the days: of a window of a year, the first and the last. */
static crm_status add_row(void *context, const struct value *row)
{
    struct looking *looking = context;
    struct arena arena cleanup(arena_release) = {0};
    struct birthday birthday;
    char key[BIRTHDAY_TEXT] = "";
    const bool lunar = row[CALENDAR].type == VALUE_TEXT && strcmp(row[CALENDAR].text, "lunar") == 0;
    if (looking->request->contact != 0 && row[CONTACT].integer != looking->request->contact)
        return CRM_OK;
    if (looking->question->key != NULL) {
        const char *born = arena_copy_length(&arena, row[BORN].text, row[BORN].length);
        if (born == NULL)
            return error_no_memory(&looking->book->error);
        if (!birthday_parse(born, &birthday))
            return damaged(looking, row);
        (void)birthday_key(birthday, key);
    }
    crm_status status = CRM_OK;
    for (size_t i = 0; i < looking->day_count && status == CRM_OK; i++)
        if (looking->question->key == NULL || has_key(&looking->days[i].keys, lunar, key))
            status = add(looking, row, &looking->days[i]);
    return status;
}

static crm_status ask(struct looking *looking, const struct question *question,
                      const struct care_day *days, size_t count)
{
    struct query query cleanup(query_release) = {0};
    looking->question = question;
    looking->days = days;
    looking->day_count = count;
    crm_status status = question_sql(looking, &query);
    return status == CRM_OK ? store_query(looking->book->store, buffer_string(&query.sql),
                                          query.parameters, query.count, add_row, looking)
                            : status;
}

/* ---- Days ---- */

static struct duration lead_of(const struct policy *policy, const struct care_occasion *rule)
{
    return rule != NULL && rule->has_lead ? rule->lead : policy->care_lead;
}

static day_number first_day(const struct crm_book *book)
{
    struct duration grace = book->policy->care_grace;
    grace.count = -grace.count;
    return date_add(book->today, grace);
}

static day_number last_day(const struct looking *looking, struct duration lead)
{
    return date_add(looking->until, lead) + MOST_DAYS_MOVED;
}

/* Whether what falls on that day is told by the end of the request, and from when. */
static crm_status look_at_day(struct looking *looking, struct duration lead, struct care_day *day,
                              bool *told)
{
    bool known = true;
    crm_status status = care_remind_on(looking->calendar, day->day, lead, &day->from, &known,
                                       &looking->book->error);
    day->calendar_ends = !known;
    *told = day->from <= looking->until;
    return status;
}

/* All days on which birthdays or founding days are told, some at a time. */
static crm_status each_day(struct looking *looking, const struct care_occasion *rule,
                           crm_status (*ask_for)(struct looking *looking,
                                                 const struct care_occasion *rule,
                                                 const struct care_day *days, size_t count))
{
    struct arena arena cleanup(arena_release) = {0};
    struct crm_book *book = looking->book;
    const struct duration lead = lead_of(book->policy, rule);
    struct care_day *days = arena_array(&arena, CHUNK, sizeof *days);
    size_t count = 0;
    crm_status status = days == NULL ? error_no_memory(&book->error) : CRM_OK;
    for (day_number day = first_day(book), last = last_day(looking, lead);
         day <= last && status == CRM_OK; day++) {
        bool told = false;
        days[count].day = day;
        status = look_at_day(looking, lead, &days[count], &told);
        if (status == CRM_OK && told)
            status = care_keys_of(looking->calendar, book->policy->care_leap_month, day,
                                  &days[count++].keys, &book->error);
        if (status == CRM_OK && count == CHUNK) {
            status = ask_for(looking, rule, days, count);
            count = 0;
        }
    }
    return status == CRM_OK && count > 0 ? ask_for(looking, rule, days, count) : status;
}

static crm_status ask_for_birthdays(struct looking *looking, const struct care_occasion *rule,
                                    const struct care_day *days, size_t count)
{
    struct question contacts = contacts_birthdays, customers = customers_birthdays;
    struct care_occasion all_roles = {0};
    contacts.rule = rule;
    crm_status status = looking->known.contacts ? ask(looking, &contacts, days, count) : CRM_OK;
    if (status != CRM_OK || looking->request->contact != 0 || !looking->known.customers)
        return status;
    if (rule != NULL) { /* a customer has no role */
        all_roles = *rule;
        all_roles.role_count = 0;
        customers.rule = &all_roles;
    }
    return ask(looking, &customers, days, count);
}

static crm_status ask_for_founding(struct looking *looking, const struct care_occasion *rule,
                                   const struct care_day *days, size_t count)
{
    struct question question = founding_days;
    question.rule = rule;
    return ask(looking, &question, days, count);
}

/* ---- Festivals ---- */

static crm_status ask_for_festival(struct looking *looking, const char *name,
                                   const struct care_occasion *rule, const struct care_day *day)
{
    struct question own = own_festivals, tiers = tier_festivals;
    own.occasion = tiers.occasion = name;
    tiers.rule = rule;
    crm_status status = looking->known.festivals ? ask(looking, &own, day, 1) : CRM_OK;
    return status == CRM_OK && rule != NULL && rule->tier_count > 0 ? ask(looking, &tiers, day, 1)
                                                                    : status;
}

static crm_status look_for_festival(struct looking *looking, const char *name,
                                    const struct yearly *when)
{
    const struct care_occasion *rule = policy_occasion(looking->book->policy, name);
    const struct duration lead = lead_of(looking->book->policy, rule);
    const day_number last = last_day(looking, lead);
    struct care_day day = {.day = first_day(looking->book) - 1};
    crm_status status = CRM_OK;
    if (rule != NULL && !rule->remind)
        return CRM_OK;
    while (status == CRM_OK && yearly_next(when, false, day.day + 1, &day.day) && day.day <= last) {
        bool told = false;
        status = look_at_day(looking, lead, &day, &told);
        if (status == CRM_OK && told)
            status = ask_for_festival(looking, name, rule, &day);
    }
    return status;
}

static crm_status look_for_festivals(struct looking *looking)
{
    const struct policy *policy = looking->book->policy;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < festival_count && status == CRM_OK; i++)
        status = look_for_festival(looking, festivals[i].name, &festivals[i].when);
    for (size_t i = 0; i < policy->occasion_count && status == CRM_OK; i++)
        if (policy->occasions[i].day != NULL)
            status =
                look_for_festival(looking, policy->occasions[i].name, &policy->occasions[i].when);
    return status;
}

/* ---- The list ---- */

static int compare(const void *a, const void *b)
{
    const struct care_item *x = a, *y = b;
    const int orders[] = {(x->day > y->day) - (x->day < y->day), strcmp(x->key, y->key),
                          strcmp(x->occasion, y->occasion),
                          (x->contact > y->contact) - (x->contact < y->contact)};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

static bool is_wanted(const struct policy *policy, const char *occasion)
{
    const struct care_occasion *rule = policy_occasion(policy, occasion);
    return rule == NULL || rule->remind;
}

static crm_status find_known(struct crm_book *book, struct known *known)
{
    enum { FACTS = 4 };
    static const char sql[] = "SELECT (SELECT 1 FROM contact WHERE birthday IS NOT NULL LIMIT 1), "
                              "(SELECT 1 FROM customer WHERE birthday IS NOT NULL LIMIT 1), "
                              "(SELECT 1 FROM customer WHERE founded_on IS NOT NULL LIMIT 1), "
                              "(SELECT 1 FROM customer WHERE festivals IS NOT NULL LIMIT 1)";
    struct arena arena cleanup(arena_release) = {0};
    struct value row[FACTS];
    crm_status status = store_row_values(book->store, &arena, sql, NULL, 0, row, FACTS);
    if (status == CRM_OK)
        *known = (struct known){!value_is_null(&row[0]), !value_is_null(&row[1]),
                                !value_is_null(&row[2]), !value_is_null(&row[3])};
    return status;
}

crm_status care_dates(struct crm_book *book, const struct care_request *request,
                      struct care_list *out)
{
    const struct policy *policy = book->policy;
    struct looking looking = {.book = book, .request = request, .list = out};
    const day_number most = book->today + MOST_DAYS_AHEAD;
    looking.until = request->until < most ? request->until : most;
    crm_status status = book_calendars(book, &looking.calendar);
    if (status == CRM_OK)
        status = find_known(book, &looking.known);
    if (status == CRM_OK && (looking.known.contacts || looking.known.customers) &&
        is_wanted(policy, OCCASION_BIRTHDAY))
        status = each_day(&looking, policy_occasion(policy, OCCASION_BIRTHDAY), ask_for_birthdays);
    if (status == CRM_OK && request->contact == 0 && looking.known.founded &&
        is_wanted(policy, OCCASION_FOUNDING))
        status = each_day(&looking, policy_occasion(policy, OCCASION_FOUNDING), ask_for_founding);
    if (status == CRM_OK && request->contact == 0)
        status = look_for_festivals(&looking);
    if (status == CRM_OK && out->count > 1)
        qsort(out->items, out->count, sizeof *out->items, compare);
    return status;
}

void care_list_release(struct care_list *list)
{
    free(list->items);
    arena_release(&list->arena);
}

const char *care_state_name(enum care_state state)
{
    static const char *const names[] = {"coming", "due", "overdue"};
    return names[state];
}
