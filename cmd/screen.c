/* SPDX-License-Identifier: MIT */
/* The terminal: its size and colours, the pager, the progress line. */
#include "program.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void measure(struct screen *screen)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        screen->width = size.ws_col;
        screen->height = size.ws_row;
    } else {
        screen->width = 80;
        screen->height = 24;
    }
}

crm_status screen_open(struct screen *screen, struct call *call, bool paged, bool held)
{
    *screen = (struct screen){.terminal = isatty(STDOUT_FILENO) == 1, .stream = stdout};
    if (screen->terminal)
        measure(screen);
    screen->paged = screen->terminal && paged;
    screen->held = held;
    if (screen->paged || held) {
        screen->stream = open_memstream(&screen->text, &screen->length);
        if (screen->stream == NULL)
            return call_fail(call, CRM_NO_MEMORY, _("out of memory"));
    }
    call->stream = screen->stream;
    return CRM_OK;
}

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 0;
    for (const char *at = text; (at = memchr(at, '\n', length - (size_t)(at - text))) != NULL; at++)
        lines++;
    return lines;
}

/* False when there is no pager to be had. The reader may leave early; that is no failure. */
static bool page(const struct screen *screen)
{
    const char *pager = environment_pager();
    if (pager[0] == '\0' || strcmp(pager, "cat") == 0)
        return false;
    fflush(stdout);
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    FILE *pipe = popen(pager, "w");
    bool started = pipe != NULL;
    int ended = 0;
    if (started) {
        fwrite(screen->text, 1, screen->length, pipe);
        ended = pclose(pipe);
    }
    signal(SIGPIPE, before);
    /* 127: the shell did not find it. */
    return started && !(WIFEXITED(ended) && WEXITSTATUS(ended) == 127);
}

/* Ends the text that was held back. False when it is not whole: memory was exhausted. The C library
 * may close the stream well and yet have found no room to hand its text over. */
static bool end_text(struct screen *screen)
{
    bool whole = ferror(screen->stream) == 0;
    whole = fclose(screen->stream) == 0 && whole;
    screen->stream = NULL;
    return whole && screen->text != NULL;
}

static void show_text(const struct screen *screen)
{
    bool long_text =
        screen->paged && count_lines(screen->text, screen->length) >= (size_t)screen->height;
    if (!long_text || !page(screen))
        fwrite(screen->text, 1, screen->length, stdout);
}

crm_status screen_close(struct screen *screen, struct call *call, crm_status status)
{
    errno = 0;
    if (screen->stream != NULL && screen->stream != stdout) {
        if (!end_text(screen) && status == CRM_OK)
            status = call_fail(call, CRM_NO_MEMORY, _("out of memory"));
        errno = 0;
        if (screen->text != NULL && (status == CRM_OK || !screen->held))
            show_text(screen);
        free(screen->text);
    }
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (status != CRM_OK || written)
        return status;
    if (errno == ENOMEM)
        return call_fail(call, CRM_NO_MEMORY, _("out of memory"));
    return call_fail(call, CRM_IO, _("cannot write the output: %s"),
                     errno != 0 ? strerror(errno) : _("writing failed"));
}

bool screen_color(const struct screen *screen, const struct call *call)
{
    const char *color = call->globals.color;
    if (color != NULL && strcmp(color, "auto") != 0)
        return strcmp(color, "always") == 0;
    return screen->terminal && !environment_no_color();
}

void screen_progress(void *context, const char *what, int64_t done, int64_t total)
{
    bool *shown = context;
    *shown = true;
    enum { BAR = 30 };
    char bar[BAR + 1] = "";
    if (total <= 0) {
        fprintf(stderr, "\r\033[K%s %" PRId64, what, done);
        return;
    }
    int filled = done >= total ? BAR : (int)((double)done / (double)total * BAR);
    memset(bar, '#', (size_t)filled);
    memset(bar + filled, '.', (size_t)(BAR - filled));
    fprintf(stderr, "\r\033[K%s [%s] %d%%", what, bar, (int)((double)done / (double)total * 100));
}

void screen_progress_end(bool shown)
{
    if (shown)
        fputs("\r\033[K", stderr);
}
