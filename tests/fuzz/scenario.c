/* Fuzz target: any bytes as a scenario file, through the reader, every key's value, and its expansion into cells. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/scenario/cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static int fd = -1;
    static char path[64];
    const struct scenario *only;
    struct scenario scenario;
    struct cells cells;

    if (fd < 0) {
        if ((fd = memfd_create("scenario", MFD_CLOEXEC)) < 0)
            abort();
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
        abort();
    if (scenario_load(&scenario, path, NULL, 0) == EXIT_OK) {
        only = &scenario;
        if (cells_expand(&cells, &only, 1, NULL, NULL) == EXIT_OK)
            cells_free(&cells);
    }
    scenario_free(&scenario);
    return 0;
}
