/* SPDX-License-Identifier: MIT */
/* Tables that serve the program and are no records of the user's. */
#include "schema/tables.h"

/* One entry for each command that wrote; rows carry its number. Each entry's hash covers the hash
 * of the entry before it. What `forget` must be able to erase, command and salt, is covered by a
 * digest that stays. */
static const struct field journal_fields[] = {
    {.name = "happened_at", .label = N_("At"), .type = DATA_TIME, .flags = FIELD_REQUIRED},
    {.name = "actor", .label = N_("By"), .flags = FIELD_REQUIRED},
    {.name = "command", .label = N_("Command")},
    {.name = "salt", .label = N_("Salt")},
    {.name = "command_digest", .label = N_("Digest of the command"), .flags = FIELD_REQUIRED},
    {.name = "added", .label = N_("Added"), .flags = FIELD_REQUIRED},
    {.name = "images_digest", .label = N_("Digest of the images"), .flags = FIELD_REQUIRED},
    {.name = "undoes", .label = N_("Undoes"), .type = DATA_INTEGER, .flags = FIELD_INDEXED},
    {.name = "previous_hash", .label = N_("Hash of the entry before"), .flags = FIELD_REQUIRED},
    {.name = "hash", .label = N_("Hash"), .flags = FIELD_REQUIRED},
};
static const struct kind kind_journal = {
    .name = "journal", .label = N_("Journal"), .table = "journal", FIELDS(journal_fields)};

/* What an entry changed and removed. The values are JSON, but kept as text: their digest is over
 * the very bytes. */
static const struct field image_fields[] = {
    {.name = "entry", .label = N_("Entry"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
    {.name = "number", .label = N_("Number"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
    {.name = "kind", .label = N_("Kind"), .flags = FIELD_REQUIRED},
    {.name = "record", .label = N_("Record"), .type = DATA_INTEGER},
    {.name = "customer", .label = N_("Customer"), .type = DATA_INTEGER},
    {.name = "action", .label = N_("Action"), .flags = FIELD_REQUIRED},
    {.name = "row_count", .label = N_("Rows"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
    {.name = "before_values", .label = N_("Before")},
    {.name = "after_values", .label = N_("After")},
    {.name = "salt", .label = N_("Salt")},
    {.name = "digest", .label = N_("Digest"), .flags = FIELD_REQUIRED},
};
static const char *const image_indexes[] = {"kind, record", "customer"};
static const struct kind kind_journal_image = {.name = "journal_image",
                                               .label = N_("Image"),
                                               .table = "journal_image",
                                               FIELDS(image_fields),
                                               INDEXES(image_indexes),
                                               .cluster = "entry, number"};

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
    {.name = "entry", .label = N_("Entry"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
};
static const struct kind kind_reminder_given = {.name = "reminder_given",
                                                .label = N_("Reminder"),
                                                .table = "reminder_given",
                                                FIELDS(given_fields),
                                                .cluster = "item, state, recipient"};

/* Which record went where: what the journal keeps of the one is about the other. A merge that was
 * undone has its entry's number below zero; the record may go elsewhere then. */
static const struct field merged_fields[] = {
    {.name = "kind", .label = N_("Kind"), .flags = FIELD_REQUIRED},
    {.name = "record", .label = N_("Record"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
    {.name = "entry", .label = N_("Entry"), .type = DATA_INTEGER, .flags = FIELD_REQUIRED},
    {.name = "merged_into",
     .label = N_("Merged into"),
     .type = DATA_INTEGER,
     .flags = FIELD_REQUIRED},
};
static const struct kind kind_merged_record = {.name = "merged_record",
                                               .label = N_("Merged record"),
                                               .table = "merged_record",
                                               FIELDS(merged_fields),
                                               .cluster = "kind, record, entry"};

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

const struct kind *const schema_internal_kinds[] = {&kind_journal,       &kind_journal_image,
                                                    &kind_month_total,   &kind_reminder_given,
                                                    &kind_merged_record, &kind_setting};
const size_t schema_internal_kind_count = LENGTH(schema_internal_kinds);
