#ifndef EXPLORE_WRAPPER_H
#define EXPLORE_WRAPPER_H

#include "harness/db/driver.h"

/* A driver that stands between db.c and the database's own one: a player's calls wait for their turn, are noted in the
 * trace, and one of them can be made to fail. Calls of any other thread pass. */
struct wrapper {
    struct db_driver driver; /* first; for database_wrap() */
    const struct db_driver *own;
};

void wrapper_init(struct wrapper *, const struct db_driver *own);

#endif
