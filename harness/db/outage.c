#include "harness/db/outage.h"

#include <string.h>

#include "harness/db/kind.h"

const struct outage *database_outage(const struct database *database)
{
    return database->kind->outage;
}

const struct outage *database_outage_of(const char *name)
{
#ifdef HAVE_LIBPQ
    if (strcmp(name, kind_postgres.name) == 0)
        return kind_postgres.outage;
#else
    (void)name;
#endif
    return NULL;
}
