#include "harness/run/weather.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"

#define SLEEP_NS    NS_PER_MS
#define STACK_BYTES ((size_t)256 * 1024)

void weather_stall(struct hist *hiccups, int64_t excess_ns)
{
    hist_record(hiccups, excess_ns);
    for (excess_ns -= SLEEP_NS; excess_ns >= SLEEP_NS; excess_ns -= SLEEP_NS)
        hist_record(hiccups, excess_ns);
}

int weather_parse_stat(const char *line, int64_t *steal, int64_t *all)
{
    enum { STEAL = 7, FIELDS }; /* user nice system idle iowait irq softirq steal; guests are in the first two */
    long long ticks[FIELDS];

    if (sscanf(line, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &ticks[0], &ticks[1], &ticks[2], &ticks[3],
               &ticks[4], &ticks[5], &ticks[6], &ticks[STEAL]) != FIELDS)
        return -1;
    *steal = ticks[STEAL];
    *all = 0;
    for (int i = 0; i < FIELDS; i++)
        *all += ticks[i];
    return 0;
}

static void read_stat(int64_t *steal_ns, int64_t *all_ns)
{
    int64_t tick_ns = NS_PER_S / sysconf(_SC_CLK_TCK);
    FILE *file = fopen("/proc/stat", "re");
    char line[256];

    *steal_ns = *all_ns = -1;
    if (file == NULL)
        return;
    if (fgets(line, sizeof line, file) != NULL && weather_parse_stat(line, steal_ns, all_ns) == 0) {
        *steal_ns *= tick_ns;
        *all_ns *= tick_ns;
    }
    fclose(file);
}

/* The second number of a thread's schedstat, ns; 0 where there is none. */
static int64_t delay_of(pid_t thread)
{
    long long ran, waited;
    char path[64];
    FILE *file;
    bool read;

    snprintf(path, sizeof path, "/proc/self/task/%d/schedstat", (int)thread);
    if ((file = fopen(path, "re")) == NULL)
        return 0;
    read = fscanf(file, "%lld %lld", &ran, &waited) == 2;
    fclose(file);
    return read ? waited : 0;
}

static int64_t delays(const struct weather_watch *w)
{
    int64_t sum = 0;

    for (int i = 0; i < w->asked; i++)
        sum += delay_of(w->threads[i]);
    return sum;
}

/* Every so many-th thread but the main one, which only waits meanwhile. */
static void choose_threads(struct weather_watch *w)
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *entry;
    pid_t main_thread = getpid();
    int every, i = 0;

    w->asked = w->alive = 0;
    if (tasks == NULL)
        return;
    while (readdir(tasks) != NULL)
        w->alive++;
    w->alive -= 3; /* ".", ".." and the main thread */
    every = w->alive / WEATHER_THREADS + 1;
    rewinddir(tasks);
    while ((entry = readdir(tasks)) != NULL) {
        pid_t thread = (pid_t)atol(entry->d_name);

        if (thread > 0 && thread != main_thread && i++ % every == 0 && w->asked < WEATHER_THREADS)
            w->threads[w->asked++] = thread;
    }
    closedir(tasks);
}

static int64_t my_cpu_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void *watch(void *arg)
{
    struct weather_watch *w = arg;
    struct hist *hiccups = &w->weather->hiccups;
    int64_t due_ns, now_ns;

    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    w->weather->realtime = pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){ 1 }) == 0;
    for (;;) {
        due_ns = clock_now_ns() + SLEEP_NS;
        if (wait_change(&w->stop, 0, due_ns))
            break;
        now_ns = clock_now_ns();
        weather_stall(hiccups, now_ns > due_ns ? now_ns - due_ns : 0);
    }
    w->weather->watch_cpu_ns = my_cpu_ns();
    return NULL;
}

static bool start_watch(struct weather_watch *w)
{
    sigset_t all, before;
    pthread_attr_t attr;
    bool started;

    if (hist_init(&w->weather->hiccups) != 0)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    started = pthread_create(&w->thread, &attr, watch, w) == 0;
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

void weather_begin(struct weather_watch *w, struct weather *weather)
{
    memset(w, 0, sizeof *w);
    w->weather = weather;
    choose_threads(w);
    w->delays_ns = delays(w);
    read_stat(&w->steal_ns, &w->processors_ns);
    w->running = start_watch(w);
}

static int64_t since(int64_t before, int64_t now)
{
    return before < 0 || now < 0 ? -1 : now - before;
}

void weather_end(struct weather_watch *w)
{
    int64_t steal_ns, all_ns;

    read_stat(&steal_ns, &all_ns);
    w->weather->steal_ns = since(w->steal_ns, steal_ns);
    w->weather->processors_ns = since(w->processors_ns, all_ns);
    if (!w->running)
        return;
    atomic_store(&w->stop, 1);
    wait_wake(&w->stop, 1);
    pthread_join(w->thread, NULL);
    w->running = false;
}

void weather_delays(struct weather_watch *w)
{
    w->weather->run_delay_ns = -1;
    if (w->asked > 0 && access("/proc/self/schedstat", R_OK) == 0)
        w->weather->run_delay_ns = (int64_t)((double)(delays(w) - w->delays_ns) * (double)w->alive / (double)w->asked);
}

int weather_add(struct weather *sum, const struct weather *more)
{
    if (more->steal_ns >= 0 && more->processors_ns >= 0) {
        sum->steal_ns += more->steal_ns;
        sum->processors_ns += more->processors_ns;
    }
    sum->realtime |= more->realtime;
    if (more->hiccups.total == 0)
        return 0;
    if (sum->hiccups.counts == NULL && hist_init(&sum->hiccups) != 0)
        return -1;
    hist_add(&sum->hiccups, &more->hiccups);
    return 0;
}

void weather_free(struct weather *weather)
{
    hist_destroy(&weather->hiccups);
}
