#ifndef DB_WORK_H
#define DB_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A directory of our own below [db] dir, for database files or a server's data. Its name says what it holds, whose it
 * is (process and start time of that process) and it is locked while its owner lives, so that a leftover is known
 * beyond doubt, even where process numbers mean nothing (a directory shared between containers):
 *     lastseat-WHAT-PID-START-N               removed by work_close(), or swept when PID is dead
 *     lastseat-kept-WHAT-UTC-PID-N            --keep: stays, never swept */
#define WORK_PATH_SIZE 480

struct work {
    char path[WORK_PATH_SIZE]; /* absolute if dir is */
    int lock;                  /* open directory, flock()ed; -1: none */
    bool keep;
};

/* what: lower-case letters. 0, or -1 with one line in reason. */
int work_open(struct work *, const char *dir, const char *what, bool keep, char *reason, size_t reason_size);
/* Removes it and all within, but for keep. Zeroed or closed: a no-op. */
void work_close(struct work *);

/* The name's owner; false when it is not the name of a work directory that may be swept. Pure. */
bool work_parse(const char *name, pid_t *pid, uint64_t *start);
/* True when nobody holds the lock of this directory and its owner is dead. */
bool work_is_leftover(const char *path);
/* True when its owner lives, whatever his number says: somebody holds the lock of this directory, or it cannot be
 * asked. Any name will do; one that is not there is nobody's. */
bool work_is_held(const char *path);

/* Is it on a file system that keeps nothing over a restart (tmpfs, ramfs)? */
bool work_is_volatile(const char *path);

#endif
