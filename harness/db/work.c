#include "harness/db/work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/process.h"
#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/base/tree.h"
#include "harness/db/kind.h"

static int name_work(struct work *work, const char *dir, const char *what)
{
    static _Atomic int opened;
    int n = atomic_fetch_add(&opened, 1);
    time_t now = time(NULL);
    struct tm utc;
    char stamp[32];

    if (!work->keep)
        return text_format(work->path, sizeof work->path, "%s/lastseat-%s-%d-%" PRIu64 "-%d", dir, what, (int)getpid(),
                           process_start(getpid()), n);
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    return text_format(work->path, sizeof work->path, "%s/lastseat-kept-%s-%s-%d-%d", dir, what, stamp, (int)getpid(),
                       n);
}

int work_open(struct work *work, const char *dir, const char *what, bool keep, char *reason, size_t reason_size)
{
    work->keep = keep;
    work->lock = -1;
    if (name_work(work, dir, what) != 0) {
        snprintf(reason, reason_size, "the path of [db] dir is too long: %.60s…", dir);
        goto fail;
    }
    if (mkdir(work->path, 0700) != 0) {
        snprintf(reason, reason_size, "cannot create %s: %m", work->path);
        goto fail;
    }
    work->lock = open(work->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (work->lock < 0 || flock(work->lock, LOCK_EX | LOCK_NB) != 0) {
        snprintf(reason, reason_size, "cannot lock %s: %m", work->path);
        goto fail_lock;
    }
    return 0;

fail_lock:
    if (work->lock >= 0)
        close(work->lock);
    rmdir(work->path);
fail:
    memset(work, 0, sizeof *work);
    return -1;
}

void work_close(struct work *work)
{
    if (work->path[0] == '\0')
        return;
    if (!work->keep && tree_remove(work->path) != 0)
        say_warning("cannot remove %s: %m", work->path);
    close(work->lock);
    memset(work, 0, sizeof *work);
}

bool work_parse(const char *name, pid_t *pid, uint64_t *start)
{
    char what[16];
    int n, length = 0, number;

    if (sscanf(name, "lastseat-%15[a-z]-%d-%" SCNu64 "-%d%n", what, &number, start, &n, &length) != 4 ||
        name[length] != '\0' || number <= 0)
        return false;
    *pid = number;
    return true;
}

bool work_is_held(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool held;

    if (fd < 0)
        return errno != ENOENT;
    held = flock(fd, LOCK_EX | LOCK_NB) != 0;
    close(fd);
    return held;
}

bool work_is_leftover(const char *path)
{
    const char *slash = strrchr(path, '/');
    uint64_t start;
    pid_t pid;

    if (!work_parse(slash != NULL ? slash + 1 : path, &pid, &start) || process_is_alive(pid, start))
        return false;
    return access(path, F_OK) == 0 && !work_is_held(path);
}

bool work_is_volatile(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}
