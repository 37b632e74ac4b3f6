#include "harness/results/remains.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/process.h"
#include "harness/base/say.h"
#include "harness/base/tree.h"

void remains_mark(char *out, size_t size)
{
    pid_t pid = getpid();

    snprintf(out, size, ".lastseat-%d-%" PRIu64, (int)pid, process_start(pid));
}

static bool owner_is_gone(const char *name)
{
    uint64_t start;
    int pid, end = 0;

    if (sscanf(name, ".lastseat-%d-%" SCNu64 "%n", &pid, &start, &end) != 2)
        return false;
    if (strncmp(name + end, ".run-", 5) != 0 && strcmp(name + end, ".latest") != 0)
        return false;
    return !process_is_alive(pid, start);
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

void remains_remove(const char *path)
{
    if (tree_remove(path) != 0)
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
