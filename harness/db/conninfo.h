#ifndef DB_CONNINFO_H
#define DB_CONNINFO_H

#include <libpq-fe.h>
#include <stddef.h>

/* How to reach a PostgreSQL server, and how to speak of that without giving a secret away. */
struct conninfo {
    PQconninfoOption *options; /* NULL: none */
};

/* text: a libpq connection string or URI. 0, or -1 after filling reason, which never quotes the text: libpq's own
 * message would, and a string it cannot parse may have its password anywhere. */
int conninfo_parse(struct conninfo *, const char *text, char *reason, size_t reason_size);
void conninfo_free(struct conninfo *); /* zeroed: a no-op */

/* A new connection, silent about notices; NULL after filling error with one scrubbed line. Any thread. */
PGconn *conninfo_connect(const struct conninfo *, const char *application, char *error, size_t error_size);
/* "host=db.example port=5432 dbname=shop user=ana": what was given, secret and debug options left out. */
void conninfo_describe(const struct conninfo *, char *out, size_t size);
/* Replaces every secret value by *** and line ends by "; ". */
void conninfo_scrub(const struct conninfo *, char *text);

#endif
