#include "harness/results/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

static int put(int fd, const char *bytes, size_t n)
{
    ssize_t put;

    for (; n > 0; bytes += put, n -= (size_t)put)
        if ((put = write(fd, bytes, n)) < 0)
            return errno;
    return 0;
}

/* Takes all that a pipe brings into a file that nobody else sees. Its descriptor, or -1 with errno set. */
static int collect(int from)
{
    int fd = memfd_create("pipe", MFD_CLOEXEC), error = fd < 0 ? errno : 0;
    char bytes[CHUNK];
    ssize_t n = 1;

    while (error == 0 && n > 0) {
        if ((n = read(from, bytes, sizeof bytes)) < 0)
            error = errno;
        else
            error = put(fd, bytes, (size_t)n);
    }
    if (error == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

static int map(struct mapped *m, int fd)
{
    struct stat st;
    void *at;

    if (fstat(fd, &st) != 0)
        return errno;
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    if (!S_ISREG(st.st_mode))
        return ENOTSUP;
    if (st.st_size == 0)
        return 0;
    if ((at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
        return errno;
    *m = (struct mapped){ .bytes = at, .n = (size_t)st.st_size };
    return 0;
}

int mapped_open(struct mapped *m, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), error;
    struct stat st;

    *m = (struct mapped){ .bytes = "" };
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
        int pipe = fd;

        fd = collect(pipe);
        error = errno;
        close(pipe);
        errno = error;
    }
    if (fd < 0)
        return errno;
    error = map(m, fd);
    close(fd);
    return error;
}

void mapped_close(struct mapped *m)
{
    if (m->n > 0)
        munmap((void *)(uintptr_t)m->bytes, m->n);
}
