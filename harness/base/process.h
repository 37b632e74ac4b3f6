#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Child processes that run as somebody else, and what /proc says of processes. Main thread only. */

#define PROCESS_GROUPS 64

/* Who a child runs as. */
struct process_user {
    bool change; /* false: as we do */
    char name[32];
    uid_t uid;
    gid_t gid, groups[PROCESS_GROUPS];
    int group_count;
};
/* The server's user: `postgres`, else `nobody`, when we are root; else ourselves. 0, or -1: there is neither. */
int process_user(struct process_user *);
/* Can that user write into this directory? (Asked as that user: every directory above it counts.) */
bool process_reaches(const struct process_user *, const char *dir);

/* Starts argv (path first, NULL last) without a shell: in a session of its own, so that Ctrl-C in the terminal does not
 * reach it; with default signals; without PG* in its environment; output to log_fd; killed by `death` when our main
 * thread dies. The child, or -1 with errno. */
pid_t process_spawn(const struct process_user *, const char *const *argv, int log_fd, int death);
/* Waits for a child. True when it has ended; *exit_code is then its code, or -1 after a signal. */
bool process_wait(pid_t, int64_t timeout_ns, int *exit_code);
/* First line of what argv writes. 0, or -1: not there, failed, or wrote nothing. */
int process_first_line(const char *const *argv, char *out, size_t size);

/* Start time in ticks since boot: with the number it names a process for good. 0: no such process, or a zombie. */
uint64_t process_start(pid_t);
bool process_is_alive(pid_t, uint64_t start);
/* CPU of a process that has one thread, of its children that have ended and of those that live; -1 when it cannot be
 * read. */
int64_t process_tree_cpu_ns(pid_t);

#endif
