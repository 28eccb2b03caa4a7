/* SPDX-License-Identifier: MIT */
/* How long a program takes to its first line: the median of some runs, in microseconds.
 *
 *     first RUNS PROGRAM [ARGUMENT…]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_RUNS = 1000 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void run(char **argv, int output)
{
    dup2(output, STDOUT_FILENO);
    close(output);
    execvp(argv[0], argv);
    _exit(127);
}

/* Reads up to the first line's end; 0 when there is no such line. */
static int read_line(int input)
{
    char part[65536];
    ssize_t got;
    while ((got = read(input, part, sizeof part)) > 0)
        if (memchr(part, '\n', (size_t)got) != NULL)
            return 1;
    return 0;
}

/* Microseconds, negative when the program failed. */
static double time_first_line(char **argv)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    double started = now();
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run(argv, ends[1]);
    }
    close(ends[1]);
    int found = child > 0 && read_line(ends[0]);
    double taken = now() - started;
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGTERM);
        waitpid(child, NULL, 0);
    }
    return found ? taken : -1;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    double times[MOST_RUNS];
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    if (runs < 1 || runs > MOST_RUNS) {
        fputs("usage: first RUNS PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    for (int i = 0; i < runs; i++) {
        times[i] = time_first_line(argv + 2);
        if (times[i] < 0) {
            fprintf(stderr, "first: %s printed no line\n", argv[2]);
            return 1;
        }
    }
    qsort(times, (size_t)runs, sizeof *times, compare);
    printf("%.0f\n", times[runs / 2]);
    return 0;
}
