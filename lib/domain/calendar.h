/* SPDX-License-Identifier: MIT */
/* The book's calendars: the policy's working hours with the day lists in calendars/. */
#ifndef CRM_CALENDAR_H
#define CRM_CALENDAR_H

#include "book.h"
#include "policy/daylist.h"
#include "rules/calendar.h"

/* One calendar for each of policy->calendars, in that order, in book->arena: the same ones until
 * the book is closed or a list imported. Day lists are read when a calculation first needs their
 * year. */
crm_status book_calendars(struct crm_book *book, const struct calendar **out);

/* File of a day list, "calendars/cn-2026.json", relative to the book. In `arena`. */
char *day_list_path(struct arena *arena, const char *name, int year);
/* Names of day lists are parts of file names: no slashes, spaces or control characters, no leading
 * dot, at most 64 bytes. */
bool day_list_name_is_valid(const char *name);

#endif
