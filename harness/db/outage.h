#ifndef DB_OUTAGE_H
#define DB_OUTAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* What a fault run does to a database's server and to its own connections there, and how it finds out afterwards what
 * became of them. Only a kind of database that has a server has one (kind.h). Main thread; said otherwise, with the
 * line in reason. */

struct database;
struct db;

/* What a server says of a transaction by its number. */
enum fate {
    FATE_COMMITTED,
    FATE_ABORTED,
    FATE_RUNNING,  /* or prepared */
    FATE_FORGOTTEN /* too old, or never handed out */
};

struct outage {
    /* NULL, or why the environment forbids it: known before anything is opened. Static text. */
    const char *(*refuses)(double ack_loss, int64_t crash_ns);
    /* Where the server listens. 0 / -1. */
    int (*address)(struct database *, struct sockaddr_storage *, socklen_t *, char *reason, size_t reason_size);
    /* From now on the connections that are opened for statements are known, and go through the socket in dir, port
     * `port`, without TLS; dir NULL: to the server itself. 0 / -1. */
    int (*begin)(struct database *, const char *dir, const char *port, char *reason, size_t reason_size);
    /* Ends that; nothing that was opened meanwhile is open any more. Not begun: a no-op. */
    void (*end)(struct database *);
    /* The server's process behind a connection. Any thread. */
    int (*process)(const struct db *);
    /* The server ends one connection that was opened since begin(), drawn by `draw`: 1; 0: there was none. */
    int (*kill)(struct database *, uint64_t draw);
    /* Our own server: stopped at once, without a checkpoint, and started again. 0; -1 after saying why. */
    int (*crash)(struct database *);
    /* Waits until the server processes that `pids` were are gone, those of connections that are open apart, and ends
     * those that do not go by themselves: nothing they were at can commit any more. How many had to be ended; -1 after
     * saying why. */
    int (*fence)(struct database *, const int *pids, size_t n);
    /* What became of transactions, by number. 0 / -1 after saying why. */
    int (*fates)(struct database *, const int64_t *xids, size_t n, enum fate *out);
};

/* The outage of a database, or of one by name without opening it; NULL: nothing can be done to it. */
const struct outage *database_outage(const struct database *);
const struct outage *database_outage_of(const char *name);

#endif
