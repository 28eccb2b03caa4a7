/* SPDX-License-Identifier: MIT */
/* Care dates for people: why, the list, and the greeting. */
#include "base/lunar.h"
#include "domain/care.h"
#include "domain/visit.h"
#include "rules/care.h"

#include <string.h>

/* ---- Why ---- */

const char *care_label(const struct policy *policy, const char *occasion)
{
    const struct care_occasion *own = policy_occasion(policy, occasion);
    if (own != NULL && own->label != NULL)
        return own->label;
    return field_label_of(kind_field(&kind_visit, "occasion"), occasion);
}

static void say_what(const struct crm_book *book, const struct care_item *item, struct buffer *out)
{
    if (item->person != NULL)
        buffer_printf(out, _("birthday of %s"), item->person);
    else if (strcmp(item->occasion, OCCASION_FOUNDING) == 0)
        buffer_printf(out,
                      dngettext(CRM_TEXT_DOMAIN, "founding day, %d year", "founding day, %d years",
                                (unsigned long)item->years),
                      item->years);
    else
        buffer_text(out, care_label(book->policy, item->occasion));
    if (item->round && strcmp(item->occasion, OCCASION_FOUNDING) == 0)
        buffer_text(out, _(", a round number"));
}

static void say_day(const struct care_item *item, struct buffer *out)
{
    struct lunar_date date;
    char text[LUNAR_TEXT];
    if (item->day_unknown)
        buffer_text(out, _("; the day is not known: the first working day of the month"));
    else if (item->lunar && lunar_from_day(item->day, &date))
        buffer_printf(out, _("; lunar %s"), lunar_format(date, text));
    if (item->calendar_ends)
        buffer_text(out, _("; holidays are not known so far"));
}

static void say_last(const struct care_item *item, struct buffer *out)
{
    char day[DATE_TEXT];
    if (!item->greeted) {
        buffer_text(out, _("; never greeted before"));
        return;
    }
    date_format(item->last_on, day);
    buffer_printf(out, _("; last on %s"), day);
    if (item->last_channel != NULL)
        buffer_printf(out, _(" by %s"),
                      field_label_of(kind_field(&kind_visit, "channel"), item->last_channel));
    if (item->last_by != NULL)
        buffer_printf(out, ", %s", item->last_by);
}

const char *care_why(const struct crm_book *book, const struct care_item *item, struct arena *arena)
{
    struct buffer text cleanup(buffer_release) = {0};
    say_what(book, item, &text);
    say_day(item, &text);
    say_last(item, &text);
    return text.failed ? NULL : arena_copy(arena, buffer_string(&text));
}

/* ---- The list as a table ---- */

static const struct choice states[] = {
    {"coming", N_("coming")}, {"due", N_("due")}, {"overdue", N_("overdue")}};

static struct value day_value(bool known, day_number day, char text[DATE_TEXT])
{
    date_format(day, text);
    return value_text(known ? text : NULL);
}

/* The age of a person is nobody's business. */
static struct value years_value(const struct care_item *item)
{
    const bool tells = item->years > 0 && strcmp(item->occasion, OCCASION_FOUNDING) == 0;
    return tells ? value_integer(item->years) : value_null();
}

static crm_status write_item(struct crm_book *book, const struct care_item *item,
                             struct arena *arena, crm_sink *sink)
{
    char day[DATE_TEXT], from[DATE_TEXT], last[DATE_TEXT];
    const char *why = care_why(book, item, arena);
    const char *contact = item->contact == 0 ? NULL
                                             : arena_printf(arena, "%s%lld", kind_contact.prefix,
                                                            (long long)item->contact);
    if (why == NULL || (item->contact != 0 && contact == NULL))
        return error_no_memory(&book->error);
    const struct value values[] = {value_text(item->key),
                                   value_text(item->name),
                                   value_text(item->tier),
                                   value_text(contact),
                                   value_text(item->person),
                                   value_text(item->occasion),
                                   day_value(true, item->day, day),
                                   day_value(true, item->from, from),
                                   value_text(care_state_name(item->state)),
                                   years_value(item),
                                   value_integer(item->round),
                                   day_value(item->greeted, item->last_on, last),
                                   value_text(item->greeted ? item->last_channel : NULL),
                                   value_text(item->greeted ? item->last_by : NULL),
                                   value_text(item->owner),
                                   value_text(why)};
    return sink_row(sink, values);
}

/* The words of occasions with labels, those of the policy among them. */
static const struct choice *occasion_labels(const struct policy *policy, struct arena *arena,
                                            size_t *count)
{
    const struct choice *known = field_labels(kind_field(&kind_visit, "occasion"), count);
    struct choice *all = arena_array(arena, *count + policy->occasion_count, sizeof *all);
    if (all == NULL)
        return NULL;
    memcpy(all, known, *count * sizeof *all);
    for (size_t i = 0; i < policy->occasion_count; i++)
        if (policy->occasions[i].day != NULL)
            all[(*count)++] = (struct choice){policy->occasions[i].name,
                                              care_label(policy, policy->occasions[i].name)};
    return all;
}

static crm_status write_list(struct crm_book *book, struct care_list *list, crm_sink *sink)
{
    size_t count;
    const struct choice *occasions = occasion_labels(book->policy, &list->arena, &count);
    struct column last_channel = field_column(kind_field(&kind_visit, "channel"));
    last_channel.name = "last_channel";
    last_channel.label = _("Last by way of");
    last_channel.flags |= COLUMN_SPARE;
    const struct column columns[] = {
        {.name = "customer", .label = _("Customer"), .type = DATA_REFERENCE},
        {.name = "name", .label = _("Name"), .flags = COLUMN_SPARE},
        {.name = "tier", .label = _("Tier"), .flags = COLUMN_SPARE},
        {.name = "contact", .label = _("Contact"), .type = DATA_REFERENCE},
        {.name = "person", .label = _("Person")},
        {.name = "occasion", .label = _("Occasion"), .choices = occasions, .choice_count = count},
        {.name = "day", .label = _("Day"), .type = DATA_DATE},
        {.name = "from", .label = _("Told from"), .type = DATA_DATE, .flags = COLUMN_HIDDEN},
        {.name = "state",
         .label = _("State"),
         .type = DATA_ENUM,
         .choices = states,
         .choice_count = sizeof states / sizeof *states},
        {.name = "years", .label = _("Years"), .type = DATA_INTEGER},
        {.name = "round", .label = _("Round"), .type = DATA_BOOLEAN, .flags = COLUMN_HIDDEN},
        {.name = "last_on", .label = _("Last on"), .type = DATA_DATE},
        last_channel,
        {.name = "last_by", .label = _("Last by"), .type = DATA_REFERENCE, .flags = COLUMN_SPARE},
        {.name = "owner", .label = _("Owner"), .type = DATA_REFERENCE},
        {.name = "why", .label = _("Why"), .flags = COLUMN_HIDDEN}};
    const struct table table = {
        .name = "care", .columns = columns, .count = sizeof columns / sizeof *columns};
    if (occasions == NULL)
        return error_no_memory(&book->error);
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < list->count && status == CRM_OK; i++)
        status = write_item(book, &list->items[i], &list->arena, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status crm_care(crm_book *book, const crm_filter *filter, const char *within, const char *staff,
                    crm_sink *sink)
{
    struct care_request request = {.filter = filter};
    struct care_list list cleanup(care_list_release) = {0};
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = book_view(book);
    if (status == CRM_OK)
        status = visit_horizon(book, within != NULL ? within : "30d", &request.until);
    if (status == CRM_OK && staff != NULL)
        status = record_resolve(book, &kind_staff, staff, &request.staff);
    if (status == CRM_OK)
        status = care_dates(book, &request, &list);
    if (status == CRM_OK)
        status = write_list(book, &list, sink);
    return book_end(book, status);
}

/* ---- The greeting ---- */

/* Whom, and for what. */
struct greeted {
    struct arena arena;
    int64_t customer, contact;
    struct care_words words;
    const char *language; /* NULL: not known */
    const char *occasion;
};

static void greeted_release(struct greeted *greeted)
{
    arena_release(&greeted->arena);
}

static const char *text_of(const struct value *value)
{
    return value->type == VALUE_TEXT && value->length > 0 ? value->text : NULL;
}

static crm_status refuse_contact(struct crm_book *book, const char *name)
{
    error_set(&book->error, CRM_CONFLICT, _("%s asked not to be contacted"), name);
    return error_hint(&book->error, _("if that has changed: crm edit P-… --no-do-not-contact"));
}

static crm_status load_contact(struct crm_book *book, const char *reference,
                               struct greeted *greeted)
{
    enum { NAME, TITLE, CUSTOMER, CUSTOMER_NAME, LANGUAGE, REFUSES, COLUMNS };
    struct value row[COLUMNS];
    crm_status status = record_resolve(book, &kind_contact, reference, &greeted->contact);
    const struct value id = value_integer(greeted->contact);
    if (status == CRM_OK)
        status = store_row_values(book->store, &greeted->arena,
                                  "SELECT c.name, c.title, c.customer, t.name, t.language, "
                                  "coalesce(c.do_not_contact, 0) FROM contact c "
                                  "JOIN customer t ON t.id = c.customer WHERE c.id = $1",
                                  &id, 1, row, COLUMNS);
    if (status != CRM_OK)
        return status;
    greeted->customer = row[CUSTOMER].integer;
    greeted->words.name = row[NAME].text;
    greeted->words.title = text_of(&row[TITLE]);
    greeted->words.customer = row[CUSTOMER_NAME].text;
    greeted->language = text_of(&row[LANGUAGE]);
    return row[REFUSES].integer != 0 ? refuse_contact(book, greeted->words.name) : CRM_OK;
}

/* The customer, in the person of the first contact who may be addressed. */
static crm_status load_customer(struct crm_book *book, const char *reference,
                                struct greeted *greeted)
{
    enum { NAME, LANGUAGE, PERSON, TITLE, COLUMNS };
    struct value row[COLUMNS];
    crm_status status = record_resolve(book, &kind_customer, reference, &greeted->customer);
    const struct value id = value_integer(greeted->customer);
    if (status == CRM_OK)
        status = store_row_values(
            book->store, &greeted->arena,
            "SELECT t.name, t.language, c.name, c.title FROM customer t LEFT JOIN contact c "
            "ON c.customer = t.id AND coalesce(c.do_not_contact, 0) = 0 WHERE t.id = $1 "
            "ORDER BY coalesce(c.is_primary, 0) DESC, c.id LIMIT 1",
            &id, 1, row, COLUMNS);
    if (status != CRM_OK)
        return status;
    greeted->words.customer = row[NAME].text;
    greeted->words.name = text_of(&row[PERSON]) != NULL ? row[PERSON].text : row[NAME].text;
    greeted->words.title = text_of(&row[TITLE]);
    greeted->language = text_of(&row[LANGUAGE]);
    return CRM_OK;
}

/* Its day tells how many years it has been: the last one as long as that may be made up for. */
static crm_status find_occasion(struct crm_book *book, const char *given, struct greeted *greeted)
{
    const struct care_request request = {.customer = greeted->customer,
                                         .contact = greeted->contact,
                                         .until = book->today + 366,
                                         .greeted_too = true};
    struct care_list list cleanup(care_list_release) = {0};
    crm_status status = care_dates(book, &request, &list);
    greeted->occasion = given;
    for (size_t i = 0; i < list.count && status == CRM_OK; i++) {
        const struct care_item *item = &list.items[i];
        const bool same = given == NULL || strcmp(item->occasion, given) == 0;
        const bool past = item->done && item->day < book->today;
        if (!same || past || item->contact != greeted->contact)
            continue;
        greeted->occasion = arena_copy(&greeted->arena, item->occasion);
        greeted->words.years = item->years;
        return greeted->occasion == NULL ? error_no_memory(&book->error) : CRM_OK;
    }
    if (status != CRM_OK || given != NULL)
        return status;
    const bool person = greeted->contact != 0;
    error_set(&book->error, CRM_NOT_FOUND, _("no care date of %s is known for the year to come"),
              person ? greeted->words.name : greeted->words.customer);
    return error_hint(&book->error,
                      person ? _("name the occasion: birthday, founding, or a festival")
                             : _("name the occasion: birthday, founding, or a festival; or the "
                                 "contact whose birthday it is, such as P-1"));
}

static crm_status read_occasion(struct crm_book *book, const char *text, struct arena *arena,
                                const char **out)
{
    *out = NULL;
    crm_status status = text == NULL ? CRM_OK : form_occasion(text, arena, out, &book->error);
    return status == CRM_OK && *out != NULL ? care_check_occasion(book, *out) : status;
}

static crm_status write_greeting(struct crm_book *book, const struct greeted *greeted,
                                 const char **out)
{
    struct buffer text cleanup(buffer_release) = {0};
    const struct greeting *greeting =
        care_choose(book->policy, greeted->occasion, greeted->language, &greeted->words);
    if (greeting == NULL) {
        error_set(&book->error, CRM_NOT_FOUND, _("no greeting of the policy is for '%s'%s%s"),
                  greeted->occasion, greeted->language != NULL ? _(" in the language ") : "",
                  greeted->language != NULL ? greeted->language : "");
        return error_hint(&book->error,
                          _("add one to 'care.greetings' in policy.yaml; one with {years} or "
                            "{title} is used only where these are known"));
    }
    care_write(book->policy, greeting, greeted->occasion, &greeted->words, &text);
    *out = text.failed ? NULL : arena_copy(&book->arena, buffer_string(&text));
    return *out == NULL ? error_no_memory(&book->error) : CRM_OK;
}

crm_status crm_care_greeting(crm_book *book, const char *reference, const char *occasion,
                             const char **text)
{
    struct greeted greeted cleanup(greeted_release) = {0};
    const char *word = NULL;
    *text = NULL;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = book_view(book);
    if (status == CRM_OK)
        status = schema_kind_by_prefix(reference) == &kind_contact
                     ? load_contact(book, reference, &greeted)
                     : load_customer(book, reference, &greeted);
    if (status == CRM_OK)
        status = read_occasion(book, occasion, &greeted.arena, &word);
    if (status == CRM_OK)
        status = find_occasion(book, word, &greeted);
    if (status == CRM_OK)
        status = write_greeting(book, &greeted, text);
    return book_end(book, status);
}
