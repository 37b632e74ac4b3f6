#include "harness/base/tree.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

/* Directories nftw() may hold open at once: deeper trees cost time, not failures. */
#define OPEN_DIRECTORIES 16

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    /* A server that is going down removes files of its own meanwhile. */
    return remove(path) != 0 && errno != ENOENT ? -1 : 0;
}

int tree_remove(const char *path)
{
    int tries = 3;

    while (nftw(path, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0) {
        if (errno == ENOENT && access(path, F_OK) != 0)
            return 0;
        if (--tries == 0)
            return -1;
    }
    return 0;
}
