#ifndef RESULTS_FOLDER_H
#define RESULTS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* The folder of a run in the making. It is written under a temporary name beside its final one, so that the rename at
 * the end is atomic: a run folder is there whole or not at all. The temporary name,
 * ".lastseat-<pid>-<start>.run-<name>", says who owns it (a process by number and start time), so what a killed run
 * left is known and removed by the next. */
struct folder {
    char *parent;    /* where the run folder will stand                                        */
    char *name;      /* its name there, "-2" and so on apart                                   */
    char *temp;      /* path while it is written; NULL once renamed or removed                 */
    int hold;        /* keeps others from sweeping it, while there is a temp; -1: cannot be held */
    char *path;      /* final path: as planned, and as it came to be once folder_finish() is through */
    bool set_latest; /* `latest` follows the default folder, not --out                         */
};

/* out: --out DIR, or NULL for `name` below folder_root(). Main thread. EXIT_OK; EXIT_USAGE when out exists; EXIT_ERROR,
 * after one line. To be discarded in any case. */
int folder_begin(struct folder *, const char *out, const char *name);
/* A folder inside it; one that is there already is fine. EXIT_OK / EXIT_ERROR after one line. */
int folder_mkdir(const struct folder *, const char *name);
/* Renames it to its final name (with -2, -3, … when another run was faster) and sets `latest`. EXIT_OK / EXIT_ERROR. */
int folder_finish(struct folder *);
/* Removes the folder unless it was finished. NULL and zeroed are no-ops. */
void folder_discard(struct folder *);

/* Says in one line why something of the folder (name; "" for itself) could not be written: errno and the remedy. */
void folder_complain(const struct folder *, const char *name, int error);

/* Where databases live unless a scenario says otherwise, beside the results: the folder that will hold --out DIR, or
 * folder_root(). Caller frees; NULL when out of memory. */
char *folder_beside(const char *out);
/* Where run folders go: $LASTSEAT_HOME/results, else results/ beside the executable, else ./results when the
 * executable does not stand beside scenarios/. Caller frees; NULL when out of memory. */
char *folder_root(void);
/* The shortest way to name a finished run folder to who stands in the current one: results/latest where that is it,
 * else `latest` below folder_root(), else the path itself. Caller frees; NULL when out of memory. */
char *folder_shown(const char *path);

#endif
