/* SPDX-License-Identifier: MIT */
/* crm remind --install-timer: a line for cron, or units for systemd, that remind each morning. */
#include "remind_timer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Text that grows ---- */

struct text {
    struct call *call;
    char *start; /* NUL-terminated once something was added */
    size_t length, size;
};

static void add_bytes(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->size) {
        size_t size = 2 * (text->length + length + 128);
        char *grown = call_allocate(text->call, size, 1);
        if (text->length > 0)
            memcpy(grown, text->start, text->length);
        text->start = grown;
        text->size = size;
    }
    memcpy(text->start + text->length, bytes, length);
    text->length += length;
    text->start[text->length] = '\0';
}

static void add(struct text *text, const char *bytes)
{
    add_bytes(text, bytes, strlen(bytes));
}

/* As one word of the shell, within a line of a crontab, where a percent sign ends the command. */
static void add_for_cron(struct text *text, const char *word)
{
    add(text, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            add(text, "'\\''");
        else if (*word == '%')
            add(text, "\\%");
        else
            add_bytes(text, word, 1);
    }
    add(text, "'");
}

/* As one word of a unit file, where percent signs begin specifiers, and dollar signs, in a command,
 * variables. */
static void add_for_systemd(struct text *text, const char *before, const char *word, bool command)
{
    add(text, "\"");
    add(text, before);
    for (; *word != '\0'; word++) {
        if (*word == '"' || *word == '\\')
            add(text, "\\");
        if (*word == '%' || (command && *word == '$'))
            add_bytes(text, word, 1);
        add_bytes(text, word, 1);
    }
    add(text, "\"");
}

/* ---- What is asked for ---- */

struct timer {
    struct call *call;
    const struct remind_timer *asked;
    const char *program; /* absolute */
    const char *book;    /* absolute */
    int hour, minute;
};

static crm_status read_at(struct timer *timer)
{
    const char *at = timer->asked->at != NULL ? timer->asked->at : "08:30";
    size_t hours = strspn(at, "0123456789");
    timer->hour = atoi(at);
    timer->minute = at[hours] == ':' ? atoi(at + hours + 1) : 60;
    if (hours >= 1 && hours <= 2 && at[hours] == ':' && strspn(at + hours + 1, "0123456789") == 2 &&
        at[hours + 3] == '\0' && timer->hour < 24 && timer->minute < 60)
        return CRM_OK;
    call_fail(timer->call, CRM_USAGE, _("--at: '%s' is no time of the day"), at);
    return call_hint(timer->call, CRM_USAGE, _("write it so: 08:30"));
}

/* Neither kind of file can hold a line break within a word. */
static crm_status check_line(struct timer *timer, const char *word)
{
    if (word == NULL || strpbrk(word, "\r\n") == NULL)
        return CRM_OK;
    return call_fail(timer->call, CRM_INVALID,
                     _("a timer's line cannot hold the line break of '%s'"), word);
}

static crm_status find_places(struct timer *timer)
{
    char *book = call_allocate(timer->call, PATH_MAX, 1);
    timer->program = environment_program(timer->call);
    if (realpath(timer->call->place, book) == NULL)
        return call_fail(timer->call, CRM_IO, "%s: %s", timer->call->place, strerror(errno));
    timer->book = book;
    crm_status status = check_line(timer, timer->program);
    if (status == CRM_OK)
        status = check_line(timer, timer->book);
    return status == CRM_OK ? check_line(timer, timer->asked->staff) : status;
}

/* ---- cron ---- */

/* By its end the line is known again. */
static void add_mark(struct text *text, const struct timer *timer)
{
    add(text, " # crm remind ");
    add_for_cron(text, timer->book);
    if (timer->asked->staff != NULL) {
        add(text, " ");
        add_for_cron(text, timer->asked->staff);
    }
}

static const char *cron_line(const struct timer *timer)
{
    struct text line = {.call = timer->call};
    char time[32];
    snprintf(time, sizeof time, "%d %d * * * CRM_BOOK=", timer->minute, timer->hour);
    add(&line, time);
    add_for_cron(&line, timer->book);
    add(&line, " ");
    add_for_cron(&line, timer->program);
    if (timer->call->globals.language != NULL) {
        add(&line, " --lang ");
        add_for_cron(&line, timer->call->globals.language);
    }
    add(&line, " remind --new --format table");
    if (timer->asked->staff != NULL) {
        add(&line, " --for ");
        add_for_cron(&line, timer->asked->staff);
    }
    add_mark(&line, timer);
    return line.start;
}

/* Whoever has none is told so on standard error, with a failure: nothing else may be taken for it,
 * or all other lines would be lost. */
static crm_status read_crontab(const struct timer *timer, struct text *out)
{
    char bytes[4096];
    size_t count;
    fflush(NULL);
    FILE *pipe = popen("LC_ALL=C crontab -l 2>&1", "r");
    if (pipe == NULL)
        return call_fail(timer->call, CRM_IO, "crontab: %s", strerror(errno));
    add(out, "");
    while ((count = fread(bytes, 1, sizeof bytes, pipe)) > 0)
        add_bytes(out, bytes, count);
    bool whole = ferror(pipe) == 0;
    int ended = pclose(pipe);
    if (whole && ended == 0)
        return CRM_OK;
    if (whole && strstr(out->start, "no crontab for") != NULL) {
        out->length = 0;
        out->start[0] = '\0';
        return CRM_OK;
    }
    return call_fail(timer->call, CRM_IO, _("the crontab cannot be read: %.*s"),
                     (int)strcspn(out->start, "\n"), out->start);
}

static crm_status write_crontab(const struct timer *timer, const struct text *text)
{
    FILE *pipe = popen("crontab -", "w");
    if (pipe == NULL)
        return call_fail(timer->call, CRM_IO, "crontab: %s", strerror(errno));
    bool whole = fwrite(text->start, 1, text->length, pipe) == text->length && fflush(pipe) == 0;
    int ended = pclose(pipe);
    if (whole && ended == 0)
        return CRM_OK;
    return call_fail(timer->call, CRM_IO, _("crontab did not take the line"));
}

static bool ends_with(const char *line, size_t length, const char *end)
{
    size_t tail = strlen(end);
    return length >= tail && memcmp(line + length - tail, end, tail) == 0;
}

/* All other lines stay as they are; the timer's own is replaced where it stands. */
static bool replace_line(const struct text *old, const char *line, const char *mark,
                         struct text *out)
{
    bool done = false, same = false;
    for (const char *at = old->start; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        bool own = at[0] != '#' && ends_with(at, length, mark);
        same = same || (own && strlen(line) == length && memcmp(at, line, length) == 0);
        if (own && !done) {
            add(out, line);
            done = true;
        } else if (!own) {
            add_bytes(out, at, length);
        }
        if (!own || done)
            add(out, "\n");
        at += length + (at[length] == '\n');
    }
    if (!done) {
        add(out, line);
        add(out, "\n");
    }
    return same;
}

static crm_status install_cron(const struct timer *timer, const char *line)
{
    struct text old = {.call = timer->call}, fresh = {.call = timer->call};
    struct text mark = {.call = timer->call};
    add_mark(&mark, timer);
    crm_status status = read_crontab(timer, &old);
    if (status != CRM_OK || replace_line(&old, line, mark.start, &fresh))
        return status;
    return write_crontab(timer, &fresh);
}

/* ---- systemd ---- */

/* A name of its own for each book and member of the staff: 32-bit FNV-1a. */
static const char *unit_name(const struct timer *timer)
{
    const char *const parts[] = {timer->book, "\n", timer->asked->staff};
    uint32_t hash = 2166136261U;
    char *name = call_allocate(timer->call, 32, 1);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (const char *at = parts[i]; at != NULL && *at != '\0'; at++)
            hash = (hash ^ (unsigned char)*at) * 16777619U;
    snprintf(name, 32, "crm-remind-%08lx", (unsigned long)hash);
    return name;
}

static const char *service_text(const struct timer *timer)
{
    struct text unit = {.call = timer->call};
    add(&unit, "[Unit]\nDescription=crm remind\n\n[Service]\nType=oneshot\nEnvironment=");
    add_for_systemd(&unit, "CRM_BOOK=", timer->book, false);
    add(&unit, "\nExecStart=");
    add_for_systemd(&unit, "", timer->program, true);
    if (timer->call->globals.language != NULL) {
        add(&unit, " --lang ");
        add_for_systemd(&unit, "", timer->call->globals.language, true);
    }
    add(&unit, " remind --new --format table");
    if (timer->asked->staff != NULL) {
        add(&unit, " --for ");
        add_for_systemd(&unit, "", timer->asked->staff, true);
    }
    add(&unit, "\n");
    return unit.start;
}

static const char *timer_text(const struct timer *timer)
{
    struct text unit = {.call = timer->call};
    char time[128];
    snprintf(time, sizeof time, "OnCalendar=*-*-* %02d:%02d:00\nPersistent=true\n", timer->hour,
             timer->minute);
    add(&unit, "[Unit]\nDescription=crm remind\n\n[Timer]\n");
    add(&unit, time);
    add(&unit, "\n[Install]\nWantedBy=timers.target\n");
    return unit.start;
}

static crm_status make_directories(const struct timer *timer, char *path)
{
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char end = *at;
        *at = '\0';
        bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!made)
            return call_fail(timer->call, CRM_IO, "%s: %s", path, strerror(errno));
        *at = end;
        if (end == '\0')
            return CRM_OK;
    }
}

static crm_status write_unit(const struct timer *timer, const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool whole = file != NULL && fputs(text, file) >= 0;
    int reason = errno;
    if (file != NULL && fclose(file) != 0) {
        reason = whole ? errno : reason;
        whole = false;
    }
    return whole ? CRM_OK : call_fail(timer->call, CRM_IO, "%s: %s", path, strerror(reason));
}

static crm_status do_systemd(const struct timer *timer)
{
    struct call *call = timer->call;
    const char *const endings[] = {"service", "timer"};
    const char *const texts[] = {service_text(timer), timer_text(timer)};
    char *directory = environment_units(call);
    const char *name = unit_name(timer);
    const bool writes = timer->asked->write && !call->globals.dry_run;
    if (directory == NULL)
        return call_fail(call, CRM_IO, _("there is no home directory for systemd's units"));
    crm_status status = writes ? make_directories(timer, directory) : CRM_OK;
    for (int i = 0; i < 2 && status == CRM_OK; i++) {
        struct text path = {.call = call};
        add(&path, directory);
        add(&path, "/");
        add(&path, name);
        add(&path, ".");
        add(&path, endings[i]);
        fprintf(call->stream, "%s# %s\n%s", i > 0 ? "\n" : "", path.start, texts[i]);
        status = writes ? write_unit(timer, path.start, texts[i]) : CRM_OK;
    }
    if (status == CRM_OK && writes && !call->globals.quiet)
        fprintf(stderr,
                _("crm: now run: systemctl --user daemon-reload && systemctl --user enable "
                  "--now %s.timer\n"),
                name);
    return status;
}

crm_status remind_timer(struct call *call, const struct remind_timer *asked)
{
    struct timer timer = {.call = call, .asked = asked};
    crm_status status = read_at(&timer);
    /* Better said now than each morning. */
    if (status == CRM_OK && asked->staff != NULL)
        status = crm_record_show(call->book, "staff", asked->staff, NULL);
    if (status == CRM_OK)
        status = find_places(&timer);
    if (status != CRM_OK)
        return status;
    if (strcmp(asked->kind, "systemd") == 0)
        return do_systemd(&timer);
    const char *line = cron_line(&timer);
    if (asked->write && !call->globals.dry_run)
        status = install_cron(&timer, line);
    if (status == CRM_OK)
        fprintf(call->stream, "%s\n", line);
    return status;
}
