#ifndef DB_SERVER_H
#define DB_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/process.h"
#include "harness/db/work.h"

/* A private PostgreSQL server: initdb, Unix socket only, real durability, gone when the run ends. Main thread only.
 *     /tmp/lastseat-XXXXXX/            mode 0700: socket, log of initdb, and the marker of our ownership (`owner`)
 *     DIR/lastseat-pg-PID-START-N/     its data, below [db] dir where the server's user can reach that, else /var/tmp
 */

struct server_request {
    const char *dir; /* absolute */
    int max_connections;
    bool fsync, keep;
};

#define SERVER_SOCKET_SIZE 64

struct server {
    char socket_dir[SERVER_SOCKET_SIZE];
    struct work data;
    struct process_user user;
    char bin[WORK_PATH_SIZE];
    pid_t pid; /* 0: not running */
};

#define SERVER_USER "lastseat"
#define SERVER_PORT "5432"

/* 0; or -1 with one line in reason and nothing left behind. */
int server_open(struct server *, const struct server_request *, char *reason, size_t reason_size);
/* Stops it and removes both directories, but for the data of a kept one. Zeroed: a no-op. */
void server_close(struct server *);

/* A crash: stops it at once, as if the power of that process had gone, and starts it again where it lies. 0; or -1 with
 * one line in reason, and it does not run. */
int server_crash(struct server *, char *reason, size_t reason_size);

/* Directory of initdb and postgres: 0, or -1 with one line in reason. */
int server_find(char *bin, size_t size, char *reason, size_t reason_size);

/* Stops the server that runs in this data directory, if there is one: only a process named postgres that works there.
 */
void server_stop_stray(const char *data_dir);
/* Async-signal-safe: tells every server of ours to stop at once. */
void server_abandon(void);

#endif
