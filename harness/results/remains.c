#include "harness/results/remains.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/say.h"

/* Start time of a process in clock ticks since boot: with the pid it names a process for good. -1 when it is gone. */
static int64_t start_time(int64_t pid)
{
    char path[64], text[1024];
    const char *after;
    int64_t ticks = -1;
    FILE *file;
    size_t n;

    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    file = fopen(path, "re");
    if (file == NULL)
        return -1;
    n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    /* The program's name, field 2, may hold blanks and brackets: fields are counted from its last bracket. The start
     * time is field 22, the 20th after it. */
    after = strrchr(text, ')');
    for (int field = 2; after != NULL && field < 22; field++)
        after = strchr(after + 1, ' ');
    if (after != NULL)
        ticks = strtoll(after, NULL, 10);
    return ticks;
}

void remains_mark(char *out, size_t size)
{
    int64_t pid = getpid();

    snprintf(out, size, ".lastseat-%" PRId64 "-%" PRId64, pid, start_time(pid));
}

static bool owner_is_gone(const char *name)
{
    int64_t pid, start;
    int end = 0;

    if (sscanf(name, ".lastseat-%" SCNd64 "-%" SCNd64 "%n", &pid, &start, &end) != 2)
        return false;
    if (strncmp(name + end, ".run-", 5) != 0 && strcmp(name + end, ".latest") != 0)
        return false;
    return start_time(pid) != start;
}

int remains_hold(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), error;

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

static bool is_held(const char *path)
{
    int fd = remains_hold(path);

    if (fd < 0)
        return errno == EWOULDBLOCK;
    close(fd);
    return false;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

void remains_remove(const char *path)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        say_warning("results: cannot remove %s: %s; remove it by hand", path, strerror(errno));
}

void remains_sweep(const char *parent)
{
    DIR *dir = opendir(parent);
    const struct dirent *entry;
    struct stat st;
    char *path;

    if (dir == NULL)
        return; /* making the new folder there will say why */
    while ((entry = readdir(dir)) != NULL) {
        if (!owner_is_gone(entry->d_name) || asprintf(&path, "%s/%s", parent, entry->d_name) < 0)
            continue;
        if (lstat(path, &st) == 0 && st.st_uid == geteuid() && !is_held(path))
            remains_remove(path);
        free(path);
    }
    closedir(dir);
}
