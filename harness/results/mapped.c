#include "harness/results/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int mapped_open(struct mapped *m, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
    struct stat st;
    void *at;

    *m = (struct mapped){ .bytes = "" };
    if (fd < 0)
        return errno;
    if (fstat(fd, &st) != 0) {
        error = errno;
    } else if (S_ISDIR(st.st_mode)) {
        error = EISDIR;
    } else if (st.st_size > 0) {
        m->n = (size_t)st.st_size;
        at = mmap(NULL, m->n, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED)
            error = errno;
        else
            m->bytes = at;
    }
    close(fd);
    return error;
}

void mapped_close(struct mapped *m)
{
    if (m->n > 0)
        munmap((void *)(uintptr_t)m->bytes, m->n);
}
