#ifndef DB_STATEMENT_NAME_H
#define DB_STATEMENT_NAME_H

/* First letter of what a prepared statement is called on a PostgreSQL server: who reads a connection's bytes
 * (harness/fault) sees by it what may change rows, a function called in a SELECT included. */
#define STATEMENT_NAME_READ  's'
#define STATEMENT_NAME_WRITE 'w'

#endif
