/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD library for tests: makes the n-th call of a kind fail, or ends the process there.
 *
 *   CRM_FAULT=CLASSES:ACTION:N[:on]
 *
 * CLASSES are letters: w write, s sync, t truncate, n names, o open, r read, m memory, N network.
 * ACTION is the name of an error (EIO, ENOSPC, EINTR, EMFILE, EACCES, ENOMEM; of the network EPIPE,
 * ECONNRESET, ETIMEDOUT, ECONNREFUSED), CLOSED (the other side has gone), SHORT (half is written or
 * read), KILL (SIGKILL before the call), HALF (half is written, then SIGKILL) or POWER (as KILL,
 * and what was never synced is partly lost). N counts from 1; with `:on` all later calls fail too.
 * Where POWER is never reached, the power fails at the end of the process. A connection that failed
 * once is gone.
 *
 *   CRM_FAULT_AFTER=MICROSECONDS   SIGKILL at that time
 *   CRM_FAULT_LIMIT=SECONDS        SIGALRM then: the program hangs
 *   CRM_FAULT_SEED=NUMBER          for POWER
 *   CRM_FAULT_REPORT=FILE          gets "met" when the fault is met, "calls N" at a regular end
 *   CRM_FAULT_SQLITE_MALLOC=1      SQLite keeps its own allocator, of which each block is one call
 *
 * The environment is cleared of all these, and of LD_PRELOAD: children run undisturbed. */
#undef _FILE_OFFSET_BITS /* which gives open64 and others a second definition */
#define _GNU_SOURCE
#include "plan.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum action { ACTION_NONE, ACTION_ERROR, ACTION_SHORT, ACTION_KILL, ACTION_HALF, ACTION_POWER };

static struct plan {
    unsigned classes;
    enum action action;
    int error;
    long number;
    bool on;
    unsigned seed;
    bool own_malloc; /* SQLite is to keep its own */
    char report[1024];
    long calls;
    bool met;
    bool ready;
} plan;

/* ---- The plan ---- */

static void say(const char *text)
{
    if (plan.report[0] == '\0')
        return;
    long file = syscall(SYS_openat, AT_FDCWD, plan.report, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0)
        return;
    (void)syscall(SYS_write, file, text, strlen(text));
    (void)syscall(SYS_close, file);
}

static _Noreturn void die(void)
{
    for (;;)
        (void)syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

static _Noreturn void lose_power(void)
{
    plan.ready = false;
    power_fail(plan.seed);
    die();
}

static _Noreturn void write_half_and_die(int file, const void *data, size_t bytes, off_t offset)
{
    if (data != NULL && offset >= 0)
        (void)syscall(SYS_pwrite64, file, data, bytes / 2, offset);
    else if (data != NULL)
        (void)syscall(SYS_write, file, data, bytes / 2);
    die();
}

enum verdict plan_ask(enum call_class class, int file, const void *data, size_t bytes, off_t offset)
{
    if (!plan.ready || (plan.classes & class) == 0 || file == STDERR_FILENO)
        return VERDICT_GO;
    plan.calls++;
    if (plan.calls != plan.number && !(plan.on && plan.calls > plan.number))
        return VERDICT_GO;
    if (!plan.met)
        say("met\n");
    plan.met = true;
    switch (plan.action) {
    case ACTION_ERROR:
        errno = plan.error;
        return VERDICT_FAIL;
    case ACTION_SHORT:
        return VERDICT_SHORT;
    case ACTION_KILL:
        die();
    case ACTION_HALF:
        write_half_and_die(file, data, bytes, offset);
    case ACTION_POWER:
        lose_power();
    case ACTION_NONE:
        break;
    }
    return VERDICT_GO;
}

static void read_classes(const char *text, size_t length)
{
    static const char letters[] = "wstnormN";
    for (size_t i = 0; i < length; i++) {
        const char *at = strchr(letters, text[i]);
        if (at == NULL)
            _exit(126);
        plan.classes |= 1U << (at - letters);
    }
}

static void read_action(const char *text, size_t length)
{
    static const struct {
        const char *name;
        enum action action;
        int error;
    } actions[] = {
        {"EIO", ACTION_ERROR, EIO},       {"ENOSPC", ACTION_ERROR, ENOSPC},
        {"EINTR", ACTION_ERROR, EINTR},   {"EMFILE", ACTION_ERROR, EMFILE},
        {"EACCES", ACTION_ERROR, EACCES}, {"ENOMEM", ACTION_ERROR, ENOMEM},
        {"EPIPE", ACTION_ERROR, EPIPE},   {"ECONNRESET", ACTION_ERROR, ECONNRESET},
        {"CLOSED", ACTION_ERROR, 0},      {"ETIMEDOUT", ACTION_ERROR, ETIMEDOUT},
        {"SHORT", ACTION_SHORT, 0},       {"ECONNREFUSED", ACTION_ERROR, ECONNREFUSED},
        {"KILL", ACTION_KILL, 0},         {"HALF", ACTION_HALF, 0},
        {"POWER", ACTION_POWER, 0},       {"COUNT", ACTION_NONE, 0},
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strlen(actions[i].name) != length || strncmp(actions[i].name, text, length) != 0)
            continue;
        plan.action = actions[i].action;
        plan.error = actions[i].error;
        return;
    }
    _exit(126); /* a slip in a test is not to look like a fault never met */
}

static void read_plan(const char *text)
{
    const char *action = strchr(text, ':');
    const char *number = action == NULL ? NULL : strchr(action + 1, ':');
    if (number == NULL)
        _exit(126);
    read_classes(text, (size_t)(action - text));
    read_action(action + 1, (size_t)(number - action) - 1);
    char *end;
    plan.number = strtol(number + 1, &end, 10);
    plan.on = strcmp(end, ":on") == 0;
    if (plan.number < 1 || (!plan.on && *end != '\0'))
        _exit(126);
}

static void kill_after(long microseconds)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec when = {.it_value = {.tv_sec = microseconds / 1000000,
                                           .tv_nsec = microseconds % 1000000 * 1000 + 1}};
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
        timer_settime(timer, 0, &when, NULL) != 0)
        _exit(126);
}

static const char *take(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

__attribute__((constructor)) static void begin(void)
{
    static const char *const names[] = {
        "CRM_FAULT_LIMIT",  "CRM_FAULT",  "CRM_FAULT_AFTER",        "CRM_FAULT_SEED",
        "CRM_FAULT_REPORT", "LD_PRELOAD", "CRM_FAULT_SQLITE_MALLOC"};
    const char *text = take("CRM_FAULT"), *after = take("CRM_FAULT_AFTER");
    (void)snprintf(plan.report, sizeof plan.report, "%s", take("CRM_FAULT_REPORT"));
    (void)alarm((unsigned)strtoul(take("CRM_FAULT_LIMIT"), NULL, 10));
    plan.seed = (unsigned)strtoul(take("CRM_FAULT_SEED"), NULL, 10);
    plan.own_malloc = *take("CRM_FAULT_SQLITE_MALLOC") != '\0';
    if (*text != '\0')
        read_plan(text);
    if (*after != '\0')
        kill_after(strtol(after, NULL, 10));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unsetenv(names[i]);
    plan.ready = *text != '\0';
}

__attribute__((destructor)) static void end(void)
{
    if (!plan.ready)
        return;
    char line[32];
    (void)snprintf(line, sizeof line, "calls %ld\n", plan.calls);
    say(line);
    if (plan.action == ACTION_POWER)
        lose_power();
}

/* ---- What stands behind ---- */

/* The function of that name behind this library. */
static void *behind(const char *name)
{
    bool ready = plan.ready;
    plan.ready = false;
    void *function = dlsym(RTLD_NEXT, name);
    plan.ready = ready;
    if (function == NULL)
        _exit(126);
    return function;
}

/* Defines `next`, a pointer to the function of that name behind. A union, because C knows no way
 * from a pointer to data to one to a function. */
#define BEHIND(function)                                                                           \
    static union {                                                                                 \
        void *data;                                                                                \
        __typeof__(function) *call;                                                                \
    } next;                                                                                        \
    if (next.data == NULL)                                                                         \
    next.data = behind(#function)

ssize_t true_pread(int file, void *data, size_t bytes, off_t offset)
{
    return syscall(SYS_pread64, file, data, bytes, offset);
}

ssize_t true_pwrite(int file, const void *data, size_t bytes, off_t offset)
{
    return syscall(SYS_pwrite64, file, data, bytes, offset);
}

int true_ftruncate(int file, off_t length)
{
    return (int)syscall(SYS_ftruncate, file, length);
}

/* ---- Writing ---- */

ssize_t write(int file, const void *data, size_t bytes)
{
    enum verdict verdict = plan_ask(CALL_WRITE, file, data, bytes, -1);
    if (verdict == VERDICT_FAIL)
        return -1;
    if (verdict == VERDICT_SHORT && bytes > 1)
        bytes /= 2;
    if (plan.action == ACTION_POWER)
        power_note_write(file, bytes, lseek(file, 0, SEEK_CUR));
    return syscall(SYS_write, file, data, bytes);
}

ssize_t pwrite64(int file, const void *data, size_t bytes, off_t offset)
{
    enum verdict verdict = plan_ask(CALL_WRITE, file, data, bytes, offset);
    if (verdict == VERDICT_FAIL)
        return -1;
    if (verdict == VERDICT_SHORT && bytes > 1)
        bytes /= 2;
    if (plan.action == ACTION_POWER)
        power_note_write(file, bytes, offset);
    return syscall(SYS_pwrite64, file, data, bytes, offset);
}

ssize_t pwrite(int file, const void *data, size_t bytes, off_t offset)
{
    return pwrite64(file, data, bytes, offset);
}

int ftruncate64(int file, off_t length)
{
    if (plan_ask(CALL_TRUNCATE, file, NULL, 0, -1) != VERDICT_GO)
        return -1;
    if (plan.action == ACTION_POWER)
        power_note_cut(file, length);
    return true_ftruncate(file, length);
}

int ftruncate(int file, off_t length)
{
    return ftruncate64(file, length);
}

static int sync_file(int file, long number)
{
    if (plan_ask(CALL_SYNC, file, NULL, 0, -1) != VERDICT_GO)
        return -1;
    int result = (int)syscall(number, file);
    if (result == 0 && plan.action == ACTION_POWER)
        power_note_sync(file);
    return result;
}

int fsync(int file)
{
    return sync_file(file, SYS_fsync);
}

int fdatasync(int file)
{
    return sync_file(file, SYS_fdatasync);
}

/* The C library writes its streams by itself: for those that are files, these calls stand for it.
 * What is in the buffer then is lost, as it would be. EINTR does not happen to them: the program
 * handles no signals. */
static enum verdict ask_stream(enum call_class class, FILE *stream)
{
    int file = stream == NULL ? STDOUT_FILENO : fileno(stream);
    if (file < 0 || (plan.action == ACTION_ERROR && plan.error == EINTR))
        return VERDICT_GO;
    return plan_ask(class, file, NULL, 0, -1);
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
    BEHIND(fwrite);
    switch (ask_stream(CALL_WRITE, stream)) {
    case VERDICT_FAIL: {
        int error = errno;
        stream->_flags |= _IO_ERR_SEEN;
        errno = error;
        return 0;
    }
    case VERDICT_SHORT: /* the C library goes on by itself */
    case VERDICT_GO:
        break;
    }
    return next.call(data, size, count, stream);
}

int fflush(FILE *stream)
{
    BEHIND(fflush);
    return ask_stream(CALL_WRITE, stream) == VERDICT_FAIL ? EOF : next.call(stream);
}

int fclose(FILE *stream)
{
    BEHIND(fclose);
    bool written = stream != NULL && fileno(stream) >= 0 && __fwriting(stream) != 0;
    bool fails = written && ask_stream(CALL_WRITE, stream) == VERDICT_FAIL;
    int error = errno, result = next.call(stream);
    if (!fails)
        return result;
    errno = error;
    return EOF;
}

/* ---- Names ---- */

static bool name_fails(void)
{
    return plan_ask(CALL_NAME, -1, NULL, 0, -1) != VERDICT_GO;
}

int rename(const char *from, const char *to)
{
    return name_fails() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to)
{
    return name_fails() ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path)
{
    return name_fails() ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int mkdir(const char *path, mode_t mode)
{
    return name_fails() ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* ---- Opening and reading ---- */

static bool open_fails(void)
{
    return plan_ask(CALL_OPEN, -1, NULL, 0, -1) != VERDICT_GO;
}

int openat64(int directory, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_fails() ? -1 : (int)syscall(SYS_openat, directory, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return openat64(AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return openat64(AT_FDCWD, path, flags, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    BEHIND(fopen64);
    return open_fails() ? NULL : next.call(path, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    return fopen64(path, mode);
}

ssize_t read(int file, void *data, size_t bytes)
{
    enum verdict verdict = plan_ask(CALL_READ, file, NULL, 0, -1);
    if (verdict == VERDICT_FAIL)
        return -1;
    return syscall(SYS_read, file, data, verdict == VERDICT_SHORT && bytes > 1 ? bytes / 2 : bytes);
}

ssize_t pread64(int file, void *data, size_t bytes, off_t offset)
{
    enum verdict verdict = plan_ask(CALL_READ, file, NULL, 0, -1);
    if (verdict == VERDICT_FAIL)
        return -1;
    return true_pread(file, data, verdict == VERDICT_SHORT && bytes > 1 ? bytes / 2 : bytes,
                      offset);
}

ssize_t pread(int file, void *data, size_t bytes, off_t offset)
{
    return pread64(file, data, bytes, offset);
}

size_t fread(void *data, size_t size, size_t count, FILE *stream)
{
    BEHIND(fread);
    if (ask_stream(CALL_READ, stream) != VERDICT_FAIL)
        return next.call(data, size, count, stream);
    int error = errno;
    stream->_flags |= _IO_ERR_SEEN;
    errno = error;
    return 0;
}

/* ---- Network ---- */

/* Asked before a call on a connection. What fails for good takes the connection with it: a client
 * may go on to read what the server said last, and would wait for a server that waits for it. */
static enum verdict ask_network(int socket)
{
    enum verdict verdict = plan_ask(CALL_NETWORK, socket, NULL, 0, -1);
    int error = errno;
    if (verdict == VERDICT_FAIL && error != EINTR)
        (void)syscall(SYS_shutdown, socket, SHUT_RDWR);
    errno = error;
    return verdict;
}

/* To wait for a connection that was interrupted is another call's business. */
int connect(int socket, __CONST_SOCKADDR_ARG address, socklen_t length)
{
    bool fails = plan.action == ACTION_KILL ||
                 (plan.action == ACTION_ERROR && plan.error != EINTR && plan.error != 0);
    if (fails && ask_network(socket) == VERDICT_FAIL)
        return -1;
    return (int)syscall(SYS_connect, socket, address.__sockaddr__, length);
}

ssize_t send(int socket, const void *data, size_t bytes, int flags)
{
    enum verdict verdict = ask_network(socket);
    if (verdict == VERDICT_FAIL) {
        errno = errno == 0 ? EPIPE : errno;
        return -1;
    }
    size_t part = verdict == VERDICT_SHORT && bytes > 1 ? bytes / 2 : bytes;
    return syscall(SYS_sendto, socket, data, part, flags, NULL, 0);
}

ssize_t recv(int socket, void *data, size_t bytes, int flags)
{
    enum verdict verdict = ask_network(socket);
    if (verdict == VERDICT_FAIL)
        return errno == 0 ? 0 : -1;
    size_t part = verdict == VERDICT_SHORT && bytes > 1 ? bytes / 2 : bytes;
    return syscall(SYS_recvfrom, socket, data, part, flags, NULL, NULL);
}

/* ---- Memory ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static bool memory_fails(void)
{
    if (plan_ask(CALL_MEMORY, -1, NULL, 0, -1) == VERDICT_GO)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return memory_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return memory_fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return memory_fails() ? NULL : __libc_realloc(block, size);
}

void *true_malloc(size_t size)
{
    return __libc_malloc(size);
}

void true_free(void *block)
{
    __libc_free(block);
}

/* Debian's C library crashes by itself when it looks up users without memory. */
struct passwd *getpwuid(uid_t user)
{
    BEHIND(getpwuid);
    bool ready = plan.ready;
    plan.ready = false;
    struct passwd *entry = next.call(user);
    plan.ready = ready;
    return entry;
}

/* What libraries do when they are loaded is their own business: GnuTLS, which PostgreSQL's client
 * brings along, tells of it by itself. */
void *dlopen(const char *file, int mode)
{
    BEHIND(dlopen);
    bool ready = plan.ready;
    plan.ready = plan.ready && (plan.classes & CALL_MEMORY) == 0;
    void *library = next.call(file, mode);
    plan.ready = ready;
    return library;
}

/* PostgreSQL's client waits for ever when it has no memory to note the end of a pipeline. */
struct pg_conn;
struct pg_result *PQmakeEmptyPGresult(struct pg_conn *connection, int status);
struct pg_result *PQmakeEmptyPGresult(struct pg_conn *connection, int status)
{
    enum { PIPELINE_SYNC = 10 };
    static union {
        void *data;
        __typeof__(PQmakeEmptyPGresult) *call;
    } next;
    bool ready = plan.ready;
    plan.ready = false;
    if (next.data == NULL) /* loaded by the program, it does not stand behind this library */
        next.data = dlsym(dlopen("libpq.so.5", RTLD_NOW | RTLD_NOLOAD), "PQmakeEmptyPGresult");
    if (next.data == NULL)
        _exit(126);
    plan.ready = ready && status != PIPELINE_SYNC;
    struct pg_result *result = next.call(connection, status);
    plan.ready = ready;
    return result;
}

/* The program gives SQLite an allocator that cuts small blocks off large ones, which would hide
 * most of them from here. SQLite itself comes this way too, later, for what nobody has set. */
int sqlite3_config(int option, ...);
int sqlite3_config(int option, ...)
{
    enum { SINGLE_THREAD = 1, MALLOC = 4, MEMORY_STATUS = 9, PAGE_CACHE = 18 };
    BEHIND(sqlite3_config);
    va_list arguments;
    va_start(arguments, option);
    int result = 0;
    if (option == MALLOC && plan.own_malloc)
        plan.own_malloc = false;
    else if (option == MALLOC || option == PAGE_CACHE)
        result = next.call(option, va_arg(arguments, void *));
    else if (option == MEMORY_STATUS)
        result = next.call(option, va_arg(arguments, int));
    else if (option == SINGLE_THREAD)
        result = next.call(option);
    else
        _exit(126); /* one that this library does not know how to hand on */
    va_end(arguments);
    return result;
}
