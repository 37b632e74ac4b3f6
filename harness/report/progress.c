#include "harness/report/progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"

enum { BAR_WIDTH = 10 };
#define REDRAW_NS (100 * NS_PER_MS)

struct progress {
    enum progress_mode mode;
    bool live;
    size_t trials, done;
    int64_t began_ns;
    pthread_mutex_t lock;
    const char *db, *variant;
    int64_t capacity;
    const _Atomic int64_t *sold; /* NULL between trials */
    pthread_t drawer;
    _Atomic uint32_t stop;
};

void progress_bar(char *out, size_t size, int64_t sold, int64_t capacity)
{
    int64_t width = capacity < BAR_WIDTH ? capacity : BAR_WIDTH, marks = sold * width / capacity;
    char bar[2 * BAR_WIDTH + 1];

    if (marks > 2 * width)
        marks = 2 * width;
    if (sold > capacity && marks == width)
        marks++;
    memset(bar, ' ', sizeof bar);
    memset(bar, '#', (size_t)marks);
    bar[marks > width ? marks : width] = '\0';
    snprintf(out, size, "[%s] %lld/%lld%s", bar, (long long)sold, (long long)capacity,
             sold > capacity    ? " OVERSOLD"
             : sold == capacity ? " SOLD OUT"
                                : "");
}

/* The registered wiper cannot carry an argument: there is one live line per process. */
static _Atomic bool line_drawn;

static void wipe(void)
{
    if (atomic_exchange(&line_drawn, false))
        fputs("\r\033[K", stderr);
}

static int64_t left_ns(const struct progress *progress)
{
    int64_t spent_ns = clock_now_ns() - progress->began_ns;

    return progress->done == 0
               ? -1
               : (int64_t)((double)spent_ns / (double)progress->done * (double)(progress->trials - progress->done));
}

static void minutes(char *out, size_t size, int64_t ns)
{
    snprintf(out, size, "%lld:%02lld", (long long)(ns / NS_PER_S / 60), (long long)(ns / NS_PER_S % 60));
}

static unsigned columns(void)
{
    struct winsize window;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : 80;
}

/* Locked. */
static void draw(struct progress *progress)
{
    char line[200], bar[80], spent[16], left[32] = "";
    unsigned width = columns();

    if (progress->sold == NULL)
        return;
    progress_bar(bar, sizeof bar, atomic_load_explicit(progress->sold, memory_order_relaxed), progress->capacity);
    minutes(spent, sizeof spent, clock_now_ns() - progress->began_ns);
    if (left_ns(progress) >= 0) {
        memcpy(left, ", about ", 9);
        minutes(left + 8, sizeof left - 8, left_ns(progress));
        strcat(left, " left");
    }
    snprintf(line, sizeof line, "%3zu/%zu  %s%s  %-8s %-11s %s", progress->done, progress->trials, spent, left,
             progress->db, progress->variant, bar);
    if (width < sizeof line)
        line[width - 1] = '\0';
    atomic_store(&line_drawn, true);
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
}

static void *redraw(void *arg)
{
    struct progress *progress = arg;

    while (!wait_change(&progress->stop, 0, clock_now_ns() + REDRAW_NS)) {
        pthread_mutex_lock(&progress->lock);
        draw(progress);
        pthread_mutex_unlock(&progress->lock);
    }
    return NULL;
}

static bool start_drawer(struct progress *progress)
{
    sigset_t all, before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&progress->drawer, NULL, redraw, progress) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct progress *progress_open(enum progress_mode mode, size_t trials)
{
    struct progress *progress = mode == PROGRESS_NONE ? NULL : calloc(1, sizeof *progress);
    const char *term = getenv("TERM");

    if (progress == NULL)
        return NULL;
    progress->mode = mode;
    progress->trials = trials;
    progress->began_ns = clock_now_ns();
    pthread_mutex_init(&progress->lock, NULL);
    if (mode == PROGRESS_AUTO && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0) {
        progress->live = start_drawer(progress);
        say_before_line(wipe);
    }
    return progress;
}

void progress_begin(struct progress *progress, const char *db, const char *variant, int64_t capacity,
                    const _Atomic int64_t *sold)
{
    if (progress == NULL)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->db = db;
    progress->variant = variant;
    progress->capacity = capacity;
    progress->sold = sold;
    pthread_mutex_unlock(&progress->lock);
}

void progress_end(struct progress *progress, int64_t sold, bool audited)
{
    char bar[80];

    if (progress == NULL)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->sold = NULL;
    progress->done++;
    pthread_mutex_unlock(&progress->lock);
    if (progress->mode != PROGRESS_PLAIN || !audited)
        return;
    progress_bar(bar, sizeof bar, sold, progress->capacity);
    fprintf(stderr, "%-8s %-12s %s\n", progress->db, progress->variant, bar);
}

void progress_block(struct progress *progress, int64_t block, int64_t blocks)
{
    char spent[16], left[16];

    if (progress == NULL || progress->mode != PROGRESS_AUTO || progress->live)
        return;
    minutes(spent, sizeof spent, clock_now_ns() - progress->began_ns);
    minutes(left, sizeof left, left_ns(progress) > 0 ? left_ns(progress) : 0);
    fprintf(stderr, "block %lld of %lld: %zu of %zu trials, %s, about %s left\n", (long long)block, (long long)blocks,
            progress->done, progress->trials, spent, left);
}

void progress_close(struct progress *progress)
{
    if (progress == NULL)
        return;
    if (progress->live) {
        atomic_store(&progress->stop, 1);
        wait_wake(&progress->stop, 1);
        pthread_join(progress->drawer, NULL);
        wipe();
        say_before_line(NULL);
    }
    pthread_mutex_destroy(&progress->lock);
    free(progress);
}
