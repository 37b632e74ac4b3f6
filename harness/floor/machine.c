#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/floor/floors.h"

#define CLOCK_CALLS 10000

/* Beyond this the file begins anew: a fast disk is not filled. */
#define FILE_MOST (INT64_C(64) * 1024 * 1024)

static int64_t read_clock(void *arg)
{
    (void)arg;
    for (int i = 0; i < CLOCK_CALLS; i++)
        clock_now_ns();
    return CLOCK_CALLS;
}

int machine_clock(struct floors *f)
{
    return floors_loop(f, "clock_read", FLOOR_NS, read_clock, NULL);
}

struct append {
    const char *dir;
    int fd;
    size_t bytes;
    int64_t written;
    const char *block;
};

static int64_t append_and_sync(void *arg)
{
    struct append *a = arg;
    ssize_t n;

    if (a->written >= FILE_MOST) {
        a->written = 0;
        if (ftruncate(a->fd, 0) != 0 || lseek(a->fd, 0, SEEK_SET) != 0)
            goto fail;
    }
    if ((n = write(a->fd, a->block, a->bytes)) != (ssize_t)a->bytes) {
        errno = n >= 0 ? ENOSPC : errno;
        goto fail;
    }
    if (fdatasync(a->fd) != 0)
        goto fail;
    a->written += (int64_t)a->bytes;
    return 1;

fail:
    say_error("calibrate: cannot write to %s: %s; choose another place with --dir DIR", a->dir, strerror(errno));
    return -1;
}

int machine_sync(struct floors *f)
{
    static const char block[8192];
    struct append append = { .dir = f->dir, .fd = -1, .block = block };
    char *path = NULL;
    int status;

    if (asprintf(&path, "%s/.lastseat-probe-XXXXXX", f->dir) < 0) {
        say_error("calibrate: out of memory");
        return EXIT_ERROR;
    }
    if ((append.fd = mkostemp(path, O_CLOEXEC)) < 0) {
        say_error("calibrate: cannot write to %s: %s; choose another place with --dir DIR", f->dir, strerror(errno));
        free(path);
        return EXIT_ERROR;
    }
    unlink(path);
    free(path);
    append.bytes = 4096;
    status = floors_loop(f, "fdatasync_4k", FLOOR_NS, append_and_sync, &append);
    append.bytes = 8192;
    if (status == EXIT_OK)
        status = floors_loop(f, "fdatasync_8k", FLOOR_NS, append_and_sync, &append);
    close(append.fd);
    return status;
}
