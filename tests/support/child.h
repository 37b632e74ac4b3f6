#ifndef TESTS_SUPPORT_CHILD_H
#define TESTS_SUPPORT_CHILD_H

/* Runs step(arg) in a process of its own, for what it does to itself (another user, a limit, a mount), and returns its
 * result, 0..255. The step must not assert. Main thread. */
int child_run(int (*step)(void *), void *arg);
/* In such a process: becomes a user to whom not everything is allowed. 0 / -1. */
int child_as_nobody(void);

#endif
