#ifndef DB_LEFTOVER_H
#define DB_LEFTOVER_H

/* The marker in a server's socket directory, and what a killed run left behind. */

/* 0 / -1 with errno. */
int leftover_mark(const char *socket_dir, const char *data_dir);
/* Directories of dead owners, in the temporary directory, in /var/tmp and in dir: see database_sweep_leftovers(). */
void leftover_sweep(const char *dir);

#endif
