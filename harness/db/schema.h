#ifndef DB_SCHEMA_H
#define DB_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/db/database.h"

/* The neutral schema: no UNIQUE and no CHECK but the primary key of events, so that it hides no bug the audit exists to
 * find. A strategy that is built on a constraint asks for it by its ddl. */
const char *schema_tables(enum dialect);

/* The clock of a place, lastseat_now() in SQL: microseconds of the database's clock, read when it is called. PostgreSQL
 * has it as a function in the place; SQLite is lent it by every connection. */
#define SCHEMA_CLOCK "lastseat_now"

/* SQL that fills the events of a house, and its seats where they are numbered; SCHEMA_FILL_SIZE bytes are enough. */
#define SCHEMA_FILL_SIZE 1024
void schema_fill(char *out, size_t size, enum dialect, const struct house *);

/* Parameters of a statement: the highest n of $n outside of quotes; -1 when n is over DB_PARAMS or 0. Pure. */
int schema_params(const char *sql);

/* Why a statement cannot be run at all: it is not there in this dialect, or takes another number of arguments. Fills
 * error, answers DB_ERROR. */
enum db_status schema_misfit(char *error, size_t size, const struct statement *, bool there, int params, int nargs);

#endif
