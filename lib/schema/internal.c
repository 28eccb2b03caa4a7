/* SPDX-License-Identifier: MIT */
/* Tables that serve the program and are no records of the user's. */
#include "schema/tables.h"

/* One entry for each command that wrote; rows carry its number. */
static const struct field journal_fields[] = {
    {.name = "happened_at", .label = N_("At"), .type = DATA_TIME, .flags = FIELD_REQUIRED},
    {.name = "actor", .label = N_("By"), .flags = FIELD_REQUIRED},
    {.name = "command", .label = N_("Command"), .flags = FIELD_REQUIRED},
};
static const struct kind kind_journal = {
    .name = "journal", .label = N_("Journal"), .table = "journal", FIELDS(journal_fields)};

/* Sums by month and currency, so that revenue by month costs what is printed, not what is stored.
 */
static const struct field month_fields[] = {
    {.name = "month_of", .label = N_("Month"), .flags = FIELD_REQUIRED},
    {.name = "currency", .label = N_("Currency"), .flags = FIELD_REQUIRED},
    {.name = "revenue", .label = N_("Revenue"), .type = DATA_DECIMAL, .flags = FIELD_REQUIRED},
    {.name = "profit", .label = N_("Profit"), .type = DATA_DECIMAL, .flags = FIELD_REQUIRED},
    {.name = "orders", .label = N_("Orders"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
    {.name = "customers", .label = N_("Customers"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
};
static const struct kind kind_month_total = {.name = "month_total",
                                             .label = N_("Month"),
                                             .table = "month_total",
                                             FIELDS(month_fields),
                                             .cluster = "month_of, currency"};

/* Which reminder was given to whom in which state: each is given once. */
static const struct field given_fields[] = {
    {.name = "item", .label = N_("Item"), .flags = FIELD_REQUIRED},
    {.name = "state", .label = N_("State"), .flags = FIELD_REQUIRED},
    {.name = "recipient", .label = N_("Recipient"), .flags = FIELD_REQUIRED},
    {.name = "given_at", .label = N_("At"), .type = DATA_TIME, .flags = FIELD_REQUIRED},
};
static const struct kind kind_reminder_given = {.name = "reminder_given",
                                                .label = N_("Reminder"),
                                                .table = "reminder_given",
                                                FIELDS(given_fields),
                                                .cluster = "item, state, recipient"};

/* Single facts about the book: the policy by which derived facts were last computed. */
static const struct field setting_fields[] = {
    {.name = "name", .label = N_("Name"), .flags = FIELD_REQUIRED},
    {.name = "setting", .label = N_("Value"), .flags = FIELD_REQUIRED},
};
static const struct kind kind_setting = {.name = "setting",
                                         .label = N_("Setting"),
                                         .table = "book_setting",
                                         FIELDS(setting_fields),
                                         .cluster = "name"};

const struct kind *const schema_internal_kinds[] = {&kind_journal, &kind_month_total,
                                                    &kind_reminder_given, &kind_setting};
const size_t schema_internal_kind_count = LENGTH(schema_internal_kinds);
