#include "harness/db/leftover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/process.h"
#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/base/tree.h"
#include "harness/db/kind.h"
#include "harness/db/server.h"
#include "harness/db/work.h"

#define PREFIX      "lastseat-"
#define MARKER      "owner"
#define TEMPORARY   "/tmp"
#define DATA_PLACES "/var/tmp"

struct marker {
    pid_t pid;
    uint64_t start;
    char data_dir[WORK_PATH_SIZE];
};

int leftover_mark(const char *socket_dir, const char *data_dir)
{
    char path[WORK_PATH_SIZE];
    int fd, length;

    if (text_format(path, sizeof path, "%s/%s", socket_dir, MARKER) != 0)
        return -1;
    if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
        return -1;
    length =
        dprintf(fd, "lastseat\npid %d\nstart %" PRIu64 "\ndata %s\n", (int)getpid(), process_start(getpid()), data_dir);
    if (close(fd) != 0)
        return -1;
    return length > 0 ? 0 : -1;
}

/* The temporary directory is everybody's: a marker counts only when it is a plain file that we could have written, and
 * the directory it lies in is ours or our server's. */
static int read_marker(const char *socket_dir, struct marker *marker)
{
    struct process_user server;
    struct stat dir, file;
    char path[WORK_PATH_SIZE];
    int number, fields = 0;
    FILE *in;
    int fd;

    if (text_format(path, sizeof path, "%s/%s", socket_dir, MARKER) != 0 || lstat(socket_dir, &dir) != 0 ||
        !S_ISDIR(dir.st_mode) || (dir.st_mode & 077) != 0 || process_user(&server) != 0)
        return -1;
    if (dir.st_uid != geteuid() && !(server.change && dir.st_uid == server.uid))
        return -1;
    if ((fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        return -1;
    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_uid != geteuid() || (in = fdopen(fd, "r")) == NULL) {
        close(fd);
        return -1;
    }
    fields = fscanf(in, "lastseat pid %d start %" SCNu64 " data %479[^\n]", &number, &marker->start, marker->data_dir);
    fclose(in);
    marker->pid = number;
    return fields == 3 ? 0 : -1;
}

/* Does the marker speak of a work directory of the same owner? Nothing else may be removed on its word. */
static bool names_work(const struct marker *marker)
{
    const char *slash = strrchr(marker->data_dir, '/');
    uint64_t start;
    pid_t pid;

    return slash != NULL && work_parse(slash + 1, &pid, &start) && pid == marker->pid && start == marker->start;
}

static void remove_leftover(const char *path, pid_t owner)
{
    if (tree_remove(path) == 0)
        say_note("removed what a killed run (process %d) left behind: %s", (int)owner, path);
    else
        say_warning("cannot remove what a killed run (process %d) left behind: %s: %m", (int)owner, path);
}

static void sweep_socket_dir(const char *path)
{
    struct marker marker;

    if (read_marker(path, &marker) != 0 || process_is_alive(marker.pid, marker.start))
        return;
    /* The number may be of another container's process; the lock is not. */
    if (work_is_held(marker.data_dir))
        return;
    server_stop_stray(marker.data_dir);
    if (names_work(&marker) && work_is_leftover(marker.data_dir))
        remove_leftover(marker.data_dir, marker.pid);
    remove_leftover(path, marker.pid);
}

static void sweep_work_dir(const char *path)
{
    struct process_user server;
    struct stat st;
    uint64_t start;
    pid_t pid;

    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || process_user(&server) != 0 ||
        (st.st_uid != geteuid() && !(server.change && st.st_uid == server.uid)) || !work_is_leftover(path))
        return;
    work_parse(strrchr(path, '/') + 1, &pid, &start);
    server_stop_stray(path);
    remove_leftover(path, pid);
}

static void sweep(const char *dir, void (*each)(const char *path))
{
    char path[WORK_PATH_SIZE];
    const struct dirent *entry;
    DIR *entries = opendir(dir);

    if (entries == NULL)
        return;
    while ((entry = readdir(entries)) != NULL)
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
            text_format(path, sizeof path, "%s/%s", dir, entry->d_name) == 0)
            each(path);
    closedir(entries);
}

void leftover_sweep(const char *dir)
{
    char *absolute = realpath(dir, NULL);

    sweep(TEMPORARY, sweep_socket_dir);
    sweep(TEMPORARY, sweep_work_dir);
    sweep(DATA_PLACES, sweep_work_dir);
    if (absolute != NULL)
        sweep(absolute, sweep_work_dir);
    free(absolute);
}
