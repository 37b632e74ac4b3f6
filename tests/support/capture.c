#include "tests/support/capture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static char said[65536];
static int file = -1, stderr_copy = -1;

void capture_begin(void)
{
    file = memfd_create("stderr", MFD_CLOEXEC);
    stderr_copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (file < 0 || stderr_copy < 0 || dup2(file, STDERR_FILENO) < 0)
        abort();
}

const char *capture_end(void)
{
    ssize_t length = pread(file, said, sizeof(said) - 1, 0);

    if (length < 0 || dup2(stderr_copy, STDERR_FILENO) < 0)
        abort();
    said[length] = '\0';
    close(file);
    close(stderr_copy);
    return said;
}
