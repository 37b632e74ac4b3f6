#include "harness/results/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "harness/base/ascending.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/version.h"
#include "harness/results/redact.h"

/* Given by the Makefile; a build by hand says that it does not know. */
#ifndef BUILD_FLAGS
#define BUILD_FLAGS "unknown"
#endif
#ifndef BUILD_GIT
#define BUILD_GIT "unknown"
#endif
#ifndef BUILD_DIRTY
#define BUILD_DIRTY 0
#endif

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* A page of PostgreSQL, and more than a small commit of either database writes. */
#define PROBE_BYTES 8192
#define PROBE_NS    (200 * NS_PER_MS)
/* On a disk that answers at once the time alone would fill it: 16 MB are enough. */
#define PROBE_MOST  2000
#define CLOCK_CALLS 20000

/* The first line of a small file, or of the one in it that begins with `key` what stands behind its colon. */
static json_t *line_of(const char *path, const char *key)
{
    FILE *file = fopen(path, "re");
    json_t *found = NULL;
    char line[512];

    if (file == NULL)
        return json_null();
    while (found == NULL && fgets(line, sizeof line, file) != NULL) {
        const char *value = line;

        line[strcspn(line, "\n")] = '\0';
        if (key != NULL) {
            if (strncmp(line, key, strlen(key)) != 0 || (value = strchr(line, ':')) == NULL)
                continue;
            value += 1 + strspn(value + 1, " \t");
        }
        found = redact_string(value);
    }
    fclose(file);
    return found != NULL ? found : json_null();
}

static int64_t cores(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
}

/* The median of some rounds: one that was interrupted does not count. */
static int64_t clock_cost_ns(void)
{
    int64_t rounds[9];

    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
        int64_t start = clock_now_ns();

        for (int n = 1; n < CLOCK_CALLS; n++)
            clock_now_ns();
        rounds[i] = (clock_now_ns() - start) / CLOCK_CALLS;
    }
    qsort(rounds, sizeof rounds / sizeof rounds[0], sizeof rounds[0], ascending_int64);
    return rounds[sizeof rounds / sizeof rounds[0] / 2];
}

void environment_class(const char *path, char *out, size_t size)
{
    static const struct {
        unsigned long magic;
        const char *name;
    } known[] = {
        { 0xef53, "ext4" },      { 0x58465342, "xfs" },     { 0x9123683e, "btrfs" }, { 0x01021994, "tmpfs" },
        { 0x858458f6, "ramfs" }, { 0x794c7630, "overlay" }, { 0x2fc12fc1, "zfs" },   { 0xf2f52010, "f2fs" },
        { 0x6969, "nfs" },       { 0x01021997, "9p" },      { 0x65735546, "fuse" },  { 0xca451a4e, "bcachefs" },
        { 0xff534d42, "cifs" },  { 0xfe534d42, "smb" },
    };
    struct statfs fs;

    if (statfs(path, &fs) != 0) {
        snprintf(out, size, "unknown");
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if ((unsigned long)fs.f_type == known[i].magic) {
            snprintf(out, size, "%s", known[i].name);
            return;
        }
    }
    snprintf(out, size, "0x%lx", (unsigned long)fs.f_type);
}

/* Appends and flushes until time or count is up; the number of samples, or -1 with errno. */
static int append_and_sync(int fd, int64_t samples[PROBE_MOST])
{
    static const char page[PROBE_BYTES];
    int64_t before = clock_now_ns(), end = before + PROBE_NS;
    int n = 0;

    while (n < PROBE_MOST && before < end) {
        ssize_t written = write(fd, page, sizeof page);
        int64_t after;

        if (written != (ssize_t)sizeof page) {
            if (written >= 0)
                errno = ENOSPC;
            return -1;
        }
        if (fdatasync(fd) != 0)
            return -1;
        after = clock_now_ns();
        samples[n++] = after - before;
        before = after;
    }
    return n;
}

static json_t *fsync_probe(const char *dir)
{
    int64_t *samples = calloc(PROBE_MOST, sizeof *samples);
    char class[32], *path = NULL;
    int fd = -1, n = -1;
    json_t *probe;

    environment_class(dir, class, sizeof class);
    if (samples != NULL && asprintf(&path, "%s/.lastseat-probe-XXXXXX", dir) >= 0)
        fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        unlink(path);
        n = append_and_sync(fd, samples);
    }
    if (n < 0)
        say_warning("environment: cannot probe what a durable write costs in %s: %s", dir, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (n > 0)
        qsort(samples, (size_t)n, sizeof *samples, ascending_int64);
    /* As everywhere, a percentile needs 10 samples beyond it. */
    probe = json_pack("{s:s, s:i, s:o, s:o, s:i}", "dir_class", class, "bytes", PROBE_BYTES, "median_ns",
                      n >= 20 ? json_integer(samples[(n - 1) / 2]) : json_null(), "p99_ns",
                      n >= 1000 ? json_integer(samples[(n * 99 + 99) / 100 - 1]) : json_null(), "n", n > 0 ? n : 0);
    free(samples);
    free(path);
    return probe;
}

static json_t *kernel(void)
{
    struct utsname name;

    if (uname(&name) != 0)
        return json_null();
    return json_sprintf("%s %s %s", name.sysname, name.release, name.machine);
}

static json_t *open_files_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return json_null();
    return json_integer((json_int_t)limit.rlim_cur);
}

static int64_t memory_bytes(void)
{
    return (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}

json_t *environment_machine(const char *db_dir)
{
    char class[32];

    environment_class(db_dir, class, sizeof class);
    return json_pack("{s:o, s:I, s:I, s:o, s:s}", "cpu", line_of("/proc/cpuinfo", "model name"), "cores",
                     (json_int_t)cores(), "memory_bytes", (json_int_t)memory_bytes(), "kernel", kernel(), "dir_class",
                     class);
}

json_t *environment_read(const char *db_dir)
{
    double load;
    /* Before anything here costs time. */
    int has_load = getloadavg(&load, 1) == 1;

    return json_pack("{s:o, s:I, s:I, s:o, s:s, s:s, s:o, s:I, s:o, s:o, s:[], s:{s:s, s:s}, s:o}", "cpu",
                     line_of("/proc/cpuinfo", "model name"), "cores", (json_int_t)cores(), "memory_bytes",
                     (json_int_t)memory_bytes(), "kernel", kernel(), "compiler", COMPILER, "flags", BUILD_FLAGS,
                     "clock_source", line_of("/sys/devices/system/clocksource/clocksource0/current_clocksource", NULL),
                     "clock_ns", (json_int_t)clock_cost_ns(), "load_average", has_load ? json_real(load) : json_null(),
                     "fsync_probe", fsync_probe(db_dir), "databases", "libraries", "glibc", gnu_get_libc_version(),
                     "jansson", jansson_version_str(), "open_files_limit", open_files_limit());
}

json_t *environment_tool(void)
{
    return json_pack("{s:s, s:s, s:b}", "version", LASTSEAT_VERSION, "git", BUILD_GIT, "dirty", BUILD_DIRTY);
}
