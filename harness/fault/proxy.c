#include "harness/fault/proxy.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/rng.h"
#include "harness/base/tree.h"
#include "harness/base/wait.h"
#include "harness/db/leftover.h"
#include "harness/fault/wire.h"

#define DIR_TEMPLATE "/tmp/lastseat-XXXXXX"
#define SOCKET_NAME  ".s.PGSQL." PROXY_PORT
#define CHUNK        8192
#define BACKLOG      4096
#define PAUSE_NS     (10 * NS_PER_MS) /* a connection more or less late is nothing beside what ran out */

/* Bytes that were taken from one side and wait until the other takes them. */
struct queued {
    unsigned char bytes[CHUNK + 2 * WIRE_HELD];
    size_t at, size;
};

/* One connection: both of its ends. Its thread's alone, but for the list and the two descriptors, which the main thread
 * may shut down under the proxy's lock. */
struct leg {
    struct proxy *proxy;
    struct leg *next;
    int client, server;
    struct wire up, down;
    struct queued to_server, to_client;
    bool eats; /* the server's next answer is the last, and nobody's */
    bool cut;
};

enum fate { PASS, CUT_BEFORE, CUT_AFTER };

/* The n-th commit of a trial has the n-th draw, whichever connection it comes by. */
static enum fate draw(struct proxy *proxy)
{
    struct rng rng;

    if (atomic_load(&proxy->calm))
        return PASS;
    rng_init(&rng, rng_mix(proxy->seed, (uint64_t)atomic_fetch_add(&proxy->commits, 1), 0));
    if (rng_unit(&rng) >= proxy->share)
        return PASS;
    if (rng_below(&rng, 2) == 0) {
        atomic_fetch_add(&proxy->before, 1);
        return CUT_BEFORE;
    }
    atomic_fetch_add(&proxy->after, 1);
    return CUT_AFTER;
}

static void from_client(struct leg *leg, const unsigned char *bytes, size_t n)
{
    struct queued *out = &leg->to_server;
    size_t at = 0, taken;

    while (at < n && !leg->cut && !leg->eats) {
        enum wire_mark mark =
            wire_scan(&leg->up, bytes + at, n - at, leg->down.status == 'I', &taken, out->bytes, &out->size);

        at += taken;
        if (mark != WIRE_COMMIT)
            continue;
        switch (draw(leg->proxy)) {
        case CUT_BEFORE:
            leg->cut = true;
            break;
        case CUT_AFTER:
            leg->eats = true;
            wire_let_go(&leg->up, out->bytes, &out->size);
            break;
        case PASS:
            wire_let_go(&leg->up, out->bytes, &out->size);
            break;
        }
    }
    /* What a client says first decides for both: behind a request for TLS nothing can be read. */
    leg->down.opaque = leg->down.opaque || leg->up.opaque;
}

static void from_server(struct leg *leg, const unsigned char *bytes, size_t n)
{
    struct queued *out = &leg->to_client;
    size_t at = 0, taken;

    while (at < n && !leg->cut) {
        if (wire_scan(&leg->down, bytes + at, n - at, false, &taken, out->bytes, &out->size) == WIRE_READY)
            leg->cut = leg->eats;
        at += taken;
    }
    if (leg->eats)
        out->size = out->at = 0;
}

/* Reads what has come on one side. False: that side has ended. */
static bool take(struct leg *leg, int fd, void (*pass)(struct leg *, const unsigned char *, size_t))
{
    unsigned char bytes[CHUNK];
    ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n > 0)
        pass(leg, bytes, (size_t)n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool give(int fd, struct queued *queued)
{
    ssize_t n = send(fd, queued->bytes + queued->at, queued->size - queued->at, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n > 0 && (queued->at += (size_t)n) == queued->size)
        queued->at = queued->size = 0;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* A side that has ended: what it said last still goes to the other, as long as that listens. */
static void drain(int fd, struct queued *queued)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

    while (queued->size > 0 && poll(&poll_fd, 1, -1) > 0 && (poll_fd.revents & (POLLERR | POLLHUP)) == 0 &&
           give(fd, queued))
        continue;
}

static short wanted(const struct queued *reads_into, const struct queued *writes)
{
    return (short)((reads_into->size == 0 ? POLLIN : 0) | (writes->size > 0 ? POLLOUT : 0));
}

/* Neither side is read while what it said before is still on its way: no more than a chunk is ever kept. */
static void carry(struct leg *leg)
{
    const short ended = POLLHUP | POLLERR;

    while (!leg->cut) {
        struct pollfd fds[] = { { .fd = leg->client, .events = wanted(&leg->to_server, &leg->to_client) },
                                { .fd = leg->server, .events = wanted(&leg->to_client, &leg->to_server) } };

        if (leg->eats)
            fds[0].events = 0;
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        if ((fds[0].revents & POLLOUT) != 0 && !give(leg->client, &leg->to_client))
            return;
        if ((fds[1].revents & POLLOUT) != 0 && !give(leg->server, &leg->to_server))
            return;
        if ((fds[0].revents & POLLIN) != 0 && !take(leg, leg->client, from_client)) {
            drain(leg->server, &leg->to_server);
            return;
        }
        if ((fds[1].revents & POLLIN) != 0 && !take(leg, leg->server, from_server)) {
            drain(leg->client, &leg->to_client);
            return;
        }
        if (((fds[0].revents & ended) != 0 && (fds[0].revents & POLLIN) == 0) ||
            ((fds[1].revents & ended) != 0 && (fds[1].revents & POLLIN) == 0))
            return;
    }
}

static void leave(struct leg *leg)
{
    struct proxy *proxy = leg->proxy;
    struct leg **at = &proxy->legs;

    pthread_mutex_lock(&proxy->lock);
    while (*at != leg)
        at = &(*at)->next;
    *at = leg->next;
    close(leg->client);
    close(leg->server);
    free(leg);
    pthread_cond_signal(&proxy->gone);
    pthread_mutex_unlock(&proxy->lock);
}

static void *leg_main(void *arg)
{
    carry(arg);
    leave(arg);
    return NULL;
}

/* Locked. */
static bool start_leg(struct leg *leg)
{
    pthread_attr_t detached;
    pthread_t thread;
    int failed;

    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    failed = pthread_create(&thread, &detached, leg_main, leg);
    pthread_attr_destroy(&detached);
    return failed == 0;
}

static int dial(const struct proxy *proxy)
{
    int fd = socket(proxy->server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)&proxy->server, proxy->server_size) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The server may be down: its client is then hung up on, as by the server. */
static void welcome(struct proxy *proxy, int client)
{
    struct leg *leg = calloc(1, sizeof *leg);
    int server = leg != NULL ? dial(proxy) : -1;
    bool started = false;

    if (server >= 0) {
        *leg = (struct leg){ .proxy = proxy, .client = client, .server = server };
        wire_init(&leg->up, WIRE_CLIENT);
        wire_init(&leg->down, WIRE_SERVER);
        pthread_mutex_lock(&proxy->lock);
        leg->next = proxy->legs;
        proxy->legs = leg;
        if (!(started = !proxy->closing && start_leg(leg)))
            proxy->legs = leg->next;
        pthread_mutex_unlock(&proxy->lock);
    }
    if (started)
        return; // cppcheck-suppress memleak; its thread has it
    if (server >= 0)
        close(server);
    close(client);
    free(leg);
}

/* Whoever cannot be taken for want of descriptors or memory waits in the socket's queue until there are some. */
static void pause_accepting(void)
{
    static _Atomic uint32_t never;

    wait_change(&never, 0, clock_now_ns() + PAUSE_NS);
}

static void *accept_main(void *arg)
{
    struct proxy *proxy = arg;
    int client;

    for (;;) {
        if ((client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
            welcome(proxy, client);
        else if (errno == EINVAL || errno == EBADF)
            return NULL; /* shut down */
        else if (errno != EINTR && errno != ECONNABORTED)
            pause_accepting();
    }
}

static int listen_on(struct proxy *proxy)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    snprintf(address.sun_path, sizeof address.sun_path, "%s/" SOCKET_NAME, proxy->dir);
    proxy->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return proxy->listener >= 0 && bind(proxy->listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
                   listen(proxy->listener, BACKLOG) == 0
               ? 0
               : -1;
}

/* Its threads take no signals: the main thread's handlers are meant for the main thread. */
static int start(struct proxy *proxy)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&proxy->acceptor, NULL, accept_main, proxy);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    proxy->accepting = failed == 0;
    return failed == 0 ? 0 : -1;
}

int proxy_open(struct proxy *proxy, const struct sockaddr_storage *server, socklen_t server_size, double share,
               uint64_t seed, char *reason, size_t reason_size)
{
    memset(proxy, 0, sizeof *proxy);
    proxy->server = *server;
    proxy->server_size = server_size;
    proxy->share = share;
    proxy->seed = seed;
    proxy->listener = -1;
    pthread_mutex_init(&proxy->lock, NULL);
    pthread_cond_init(&proxy->gone, NULL);
    snprintf(proxy->dir, sizeof proxy->dir, "%s", DIR_TEMPLATE);
    if (mkdtemp(proxy->dir) == NULL) {
        snprintf(reason, reason_size, "cannot create %s: %m", DIR_TEMPLATE);
        proxy->dir[0] = '\0';
        return -1;
    }
    /* It has no data of its own to be swept with it. */
    if (leftover_mark(proxy->dir, "none") == 0 && listen_on(proxy) == 0 && start(proxy) == 0)
        return 0;
    snprintf(reason, reason_size, "cannot listen in %s: %m", proxy->dir);
    proxy_close(proxy);
    return -1;
}

void proxy_calm(struct proxy *proxy)
{
    atomic_store(&proxy->calm, true);
}

void proxy_close(struct proxy *proxy)
{
    const struct leg *leg;

    if (proxy->dir[0] == '\0')
        return;
    if (proxy->accepting) {
        shutdown(proxy->listener, SHUT_RDWR);
        pthread_join(proxy->acceptor, NULL);
    }
    if (proxy->listener >= 0)
        close(proxy->listener);
    pthread_mutex_lock(&proxy->lock);
    proxy->closing = true;
    for (leg = proxy->legs; leg != NULL; leg = leg->next) {
        shutdown(leg->client, SHUT_RDWR);
        shutdown(leg->server, SHUT_RDWR);
    }
    while (proxy->legs != NULL)
        pthread_cond_wait(&proxy->gone, &proxy->lock);
    pthread_mutex_unlock(&proxy->lock);
    pthread_cond_destroy(&proxy->gone);
    pthread_mutex_destroy(&proxy->lock);
    tree_remove(proxy->dir);
    proxy->dir[0] = '\0';
}
