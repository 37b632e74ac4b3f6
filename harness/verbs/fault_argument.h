#ifndef VERBS_FAULT_ARGUMENT_H
#define VERBS_FAULT_ARGUMENT_H

/* "ack-loss:1%" of --fault: the key of [fault] it stands for, and how often. EXIT_OK; EXIT_USAGE after one line. */
int fault_argument(const char *value, const char **key, const char **how);

#endif
