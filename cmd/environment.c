/* SPDX-License-Identifier: MIT */
/* The only reader of the environment: language, place of the book, clock, user, directories. */
#include "program.h"

#include <limits.h>
#include <locale.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef CRM_LOCALEDIR
#define CRM_LOCALEDIR "/usr/local/share/locale"
#endif
#ifndef CRM_DATADIR
#define CRM_DATADIR "/usr/local/share/crm"
#endif

/* A variable that is set to something, else NULL. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static char *join(struct call *call, const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = call_allocate(call, size, 1);
    bool slash = directory[0] == '\0' || directory[strlen(directory) - 1] == '/';
    snprintf(path, size, "%s%s%s", directory, slash ? "" : "/", name);
    return path;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* ---- Directories of the installation ------------------------------------------------------- */

/* NULL when it cannot be told. */
static char *program_path(struct call *call)
{
    char *path = call_allocate(call, PATH_MAX, 1);
    return readlink("/proc/self/exe", path, PATH_MAX - 1) <= 0 ? NULL : path;
}

const char *environment_program(struct call *call)
{
    const char *path = program_path(call);
    return path != NULL ? path : "crm"; /* to be found by PATH */
}

/* Directory of this program, NULL when it cannot be told. */
static const char *program_directory(struct call *call)
{
    char *path = program_path(call);
    char *slash = path == NULL ? NULL : strrchr(path, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return path;
}

/* The first of the candidates beside the program that is a directory, else `otherwise`. A program
 * in its build directory finds the sources' files, an installed one those of its prefix. */
static const char *beside_program(struct call *call, const char *const *candidates,
                                  const char *otherwise)
{
    const char *program = program_directory(call);
    for (; program != NULL && *candidates != NULL; candidates++) {
        char *path = join(call, program, *candidates);
        if (is_directory(path))
            return path;
    }
    return otherwise;
}

static const char *data_directory(struct call *call)
{
    static const char *const candidates[] = {"../share/crm", "../lib/presets", "../../lib/presets",
                                             NULL};
    return beside_program(call, candidates, CRM_DATADIR);
}

const char *environment_manual(struct call *call)
{
    static const char *const candidates[] = {"../man", "../../man", "../share/man/man1", NULL};
    const char *found = beside_program(call, candidates, NULL);
    return found == NULL ? NULL : join(call, found, "");
}

/* ---- Language ---------------------------------------------------------------------------------
 */

/* The locale's own name of the language that the environment asks for; NULL for the plain one. */
static const char *wanted_language(void)
{
    const char *name = variable("LC_ALL");
    if (name == NULL)
        name = variable("LC_MESSAGES");
    if (name == NULL)
        name = variable("LANG");
    if (name == NULL || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0)
        return NULL;
    bool plain = strncmp(name, "C.", 2) == 0;
    return plain && variable("LANGUAGE") == NULL ? NULL : name;
}

void environment_language(struct call *call, const char *name)
{
    static const char *const candidates[] = {"../share/locale", "locale", NULL};
    const char *wanted = name != NULL ? name : wanted_language();
    if (wanted == NULL)
        return;
    /* Translations need any locale but "C"; which language is then chosen by LANGUAGE. So Chinese
     * works on a machine that has only C.UTF-8. */
    if (name != NULL || setlocale(LC_MESSAGES, "") == NULL) {
        if (setlocale(LC_MESSAGES, wanted) == NULL && setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
            return;
        if (name != NULL || variable("LANGUAGE") == NULL)
            setenv("LANGUAGE", wanted, 1);
    }
    bindtextdomain("crm", beside_program(call, candidates, CRM_LOCALEDIR));
    bind_textdomain_codeset("crm", "UTF-8");
    /* Where the system's reasons of errors stand: written like all other text. */
    bind_textdomain_codeset("libc", "UTF-8");
}

/* ---- The book -----------------------------------------------------------------------------------
 */

static bool is_book(struct call *call, const char *directory)
{
    return is_file(join(call, directory, "policy.yaml")) &&
           (is_file(join(call, directory, "crm.db")) ||
            is_directory(join(call, directory, "surveys"))); /* its database is elsewhere */
}

/* The book at `start` or in a directory above it: .crm in it, or the directory itself. */
static char *find_upwards(struct call *call, const char *start)
{
    char *directory = call_allocate(call, PATH_MAX, 1);
    if (realpath(start, directory) == NULL)
        return NULL;
    for (;;) {
        char *hidden = join(call, directory, ".crm");
        if (is_directory(hidden))
            return hidden;
        if (is_book(call, directory))
            return directory;
        char *slash = strrchr(directory, '/');
        if (slash == NULL || strcmp(directory, "/") == 0)
            return NULL;
        slash[slash == directory ? 1 : 0] = '\0';
    }
}

/* A directory of the user's: $VARIABLE/LEAF, else ~/OTHERWISE/LEAF; NULL without a home. */
static char *user_directory(struct call *call, const char *name, const char *otherwise,
                            const char *leaf)
{
    const char *base = variable(name);
    if (base != NULL && base[0] == '/')
        return join(call, base, leaf);
    const char *home = variable("HOME");
    if (home == NULL)
        return NULL;
    char *parent = join(call, home, otherwise);
    char *path = join(call, parent, leaf);
    return path;
}

static const char *inside(struct call *call, const char *directory, const char *path)
{
    return directory == NULL || path[0] == '/' ? path : join(call, directory, path);
}

/* The argument that is a directory, NULL when it was left out. */
static const char *directory_argument(const struct call *call)
{
    const struct argument *argument = call->command->arguments;
    for (size_t i = 0; i < call->argument_count && argument[i].name != NULL; i++)
        if (argument[i].complete == COMPLETE_DIRECTORY)
            return call->arguments[i];
    return NULL;
}

const char *call_path(struct call *call, const char *path)
{
    return inside(call, call->globals.directory, path);
}

static crm_status place_to_make(struct call *call)
{
    const char *chosen = call->globals.book, *named = directory_argument(call);
    if (named != NULL)
        chosen = inside(call, call->globals.directory, named);
    else if (chosen == NULL)
        chosen = variable("CRM_BOOK");
    call->place = chosen != NULL ? chosen : inside(call, call->globals.directory, ".crm");
    return CRM_OK;
}

crm_status environment_place(struct call *call)
{
    if ((call->command->flags & COMMAND_BOOK_CREATE) != 0)
        return place_to_make(call);
    if ((call->command->flags & COMMAND_BOOK_NAMED) != 0) {
        call->place = call_path(call, call->arguments[0]);
        return CRM_OK;
    }
    const char *start = call->globals.directory == NULL ? "." : call->globals.directory;
    call->place = call->globals.book;
    /* A directory named on the command line is nearer than the environment. */
    if (call->place == NULL && call->globals.directory == NULL)
        call->place = variable("CRM_BOOK");
    if (call->place == NULL)
        call->place = find_upwards(call, start);
    if (call->place != NULL)
        return CRM_OK;
    if (!is_directory(start))
        return call_fail(call, CRM_NOT_FOUND, _("there is no directory %s"), start);
    call->place = user_directory(call, "XDG_DATA_HOME", ".local/share", "crm");
    if (call->place != NULL && is_directory(call->place))
        return CRM_OK;
    call_fail(call, CRM_NOT_FOUND, _("there is no book in %s or above"), start);
    return call_hint(call, CRM_NOT_FOUND, _("crm init makes one here; --book DIR names another"));
}

static const char *actor(void)
{
    const struct passwd *entry = getpwuid(getuid());
    if (entry != NULL && entry->pw_name != NULL && entry->pw_name[0] != '\0')
        return entry->pw_name;
    const char *name = variable("LOGNAME");
    return name == NULL ? "unknown" : name;
}

/* CRM_TIMEOUT: seconds, with a fraction. */
static crm_status set_timeout(struct call *call)
{
    enum { LONGEST = 86400 };
    const char *text = variable("CRM_TIMEOUT");
    if (text == NULL)
        return CRM_OK;
    char *end = NULL;
    double timeout = strtod(text, &end);
    if (*end != '\0' || !(timeout >= 0 && timeout <= LONGEST)) {
        call_fail(call, CRM_USAGE, _("CRM_TIMEOUT is \"%s\""), text);
        return call_hint(call, CRM_USAGE, _("give seconds, such as 0.5 or 60"));
    }
    crm_book_set_timeout(call->book, (int)(timeout * 1000));
    return CRM_OK;
}

crm_status environment_book(struct call *call)
{
    const char *now = call->globals.now != NULL ? call->globals.now : variable("CRM_NOW");
    if (now != NULL)
        crm_book_set_now_text(call->book, now);
    else
        crm_book_set_now(call->book, (int64_t)time(NULL));
    crm_book_set_data_directory(call->book, data_directory(call));
    crm_book_set_dry_run(call->book, call->globals.dry_run);
    crm_status status = crm_book_set_database(call->book, variable("CRM_DATABASE"), false);
    return status == CRM_OK ? set_timeout(call) : status;
}

crm_status environment_actor(struct call *call, const char *line)
{
    bool writes = (call->command->flags &
                   (COMMAND_BOOK_WRITE | COMMAND_BOOK_MAY_WRITE | COMMAND_BOOK_CREATE)) != 0;
    return writes ? crm_book_set_actor(call->book, actor(), line) : CRM_OK;
}

static double seconds(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double (*call_clock(const struct call *call))(void)
{
    return call->globals.now == NULL && getenv("CRM_NOW") == NULL ? seconds : NULL;
}

void environment_export(struct call *call)
{
    if (call->globals.book != NULL) {
        setenv("CRM_BOOK", call->globals.book, 1);
    } else if (call->globals.directory != NULL) {
        const char *found = find_upwards(call, call->globals.directory);
        if (found != NULL)
            setenv("CRM_BOOK", found, 1);
    }
    if (call->globals.now != NULL)
        setenv("CRM_NOW", call->globals.now, 1);
}

/* ---- Preferences
 * ---------------------------------------------------------------------------------- */

char *environment_units(struct call *call)
{
    return user_directory(call, "XDG_CONFIG_HOME", ".config", "systemd/user");
}

char *environment_config(struct call *call, const char *name)
{
    char *directory = user_directory(call, "XDG_CONFIG_HOME", ".config", "crm");
    char *path = directory == NULL ? NULL : join(call, directory, name);
    return path;
}

const char *environment_pager(void)
{
    const char *pager = getenv("CRM_PAGER");
    if (pager == NULL)
        pager = getenv("PAGER");
    /* less: end at once when it fits, keep colours, leave the screen as it is. */
    return pager == NULL ? "less -FRX" : pager;
}

bool environment_no_color(void)
{
    const char *terminal = variable("TERM");
    return variable("NO_COLOR") != NULL || (terminal != NULL && strcmp(terminal, "dumb") == 0);
}
