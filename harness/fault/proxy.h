#ifndef FAULT_PROXY_H
#define FAULT_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Stands between the connections of a trial and their PostgreSQL server and loses the answers of commits: of a drawn
 * share, half are cut before the server hears of the commit, half when it has answered and before the client hears it.
 * A thread that accepts, and one per connection. Neither end uses TLS. */

#define PROXY_DIR_SIZE 64

struct proxy {
    char dir[PROXY_DIR_SIZE]; /* private; holds the socket that clients connect to, as port PROXY_PORT */
    struct sockaddr_storage server;
    socklen_t server_size;
    double share;
    uint64_t seed;
    int listener;
    pthread_t acceptor;
    bool accepting;
    pthread_mutex_t lock;
    pthread_cond_t gone;
    struct leg *legs; /* connections that live                     */
    bool closing;
    _Atomic bool calm;       /* nothing is cut any more                   */
    _Atomic int64_t commits; /* that came by while it was not calm        */
    _Atomic int64_t before;  /* cut before the server heard of them       */
    _Atomic int64_t after;   /* cut after it had answered                 */
};

#define PROXY_PORT "5432"

/* Main thread: makes the socket and starts to listen. share: 0..1. 0, or -1 with one line in reason and nothing left
 * behind. */
int proxy_open(struct proxy *, const struct sockaddr_storage *server, socklen_t server_size, double share,
               uint64_t seed, char *reason, size_t reason_size);
/* Any thread: from now on everything is passed on. */
void proxy_calm(struct proxy *);
/* Main thread: ends every connection that is left, joins, removes the socket. Zeroed or closed: a no-op. */
void proxy_close(struct proxy *);

#endif
