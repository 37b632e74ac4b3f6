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
/* A run that goes on for longer than this says so. */
#define LONG_NS (60 * NS_PER_S)

struct progress {
    enum progress_mode mode;
    bool live;
    size_t trials, done;
    size_t measured; /* of those done, when the last block ended: trials differ, blocks hardly do */
    int64_t began_ns, measured_ns;
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

/* -1: not yet known. Within the first block by the trials so far, then by whole blocks. */
static int64_t left_ns(const struct progress *progress)
{
    int64_t now_ns = clock_now_ns(), until_ns = progress->measured > 0 ? progress->measured_ns : now_ns;
    size_t done = progress->measured > 0 ? progress->measured : progress->done;
    double each_ns;

    if (done == 0 || progress->trials <= progress->done)
        return done == 0 ? -1 : 0;
    each_ns = (double)(until_ns - progress->began_ns) / (double)done;
    until_ns += (int64_t)(each_ns * (double)(progress->trials - done));
    return until_ns > now_ns ? until_ns - now_ns : 0;
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

struct progress *progress_open(enum progress_mode mode)
{
    struct progress *progress = mode == PROGRESS_NONE ? NULL : calloc(1, sizeof *progress);
    const char *term = getenv("TERM");

    if (progress == NULL)
        return NULL;
    progress->mode = mode;
    progress->began_ns = clock_now_ns();
    pthread_mutex_init(&progress->lock, NULL);
    if (mode == PROGRESS_AUTO && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0) {
        progress->live = start_drawer(progress);
        say_before_line(wipe);
    }
    return progress;
}

void progress_expect(struct progress *progress, size_t trials)
{
    if (progress == NULL)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->trials = trials;
    pthread_mutex_unlock(&progress->lock);
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
    int64_t ns;

    if (progress == NULL)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->measured = progress->done;
    progress->measured_ns = clock_now_ns();
    ns = left_ns(progress);
    pthread_mutex_unlock(&progress->lock);
    minutes(spent, sizeof spent, progress->measured_ns - progress->began_ns);
    minutes(left, sizeof left, ns > 0 ? ns : 0);
    if (progress->mode != PROGRESS_AUTO || progress->live) {
        if (block == 1 && ns >= LONG_NS)
            say_note("the first of %lld blocks took %s: about %s left", (long long)blocks, spent, left);
        return;
    }
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
