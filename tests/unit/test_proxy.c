/* The proxy's own: what it does when it cannot take another connection. What it does to those it has is a contract of
 * the faults (tests/contract/test_pg_faults.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/fault/proxy.h"

/* A server that only listens, and the proxy in front of it. */
struct stand {
    char dir[32];
    int server;
    struct proxy proxy;
};

static struct sockaddr_un address_in(const char *dir, const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", dir, name);

    assert_true(length > 0 && length < (int)sizeof address.sun_path);
    return address;
}

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    return fd;
}

static void open_stand(struct stand *stand)
{
    struct sockaddr_storage server = { .ss_family = AF_UNIX };
    struct sockaddr_un address;
    char reason[200];

    snprintf(stand->dir, sizeof stand->dir, "/tmp/proxy-test-XXXXXX");
    assert_non_null(mkdtemp(stand->dir));
    address = address_in(stand->dir, "server");
    memcpy(&server, &address, sizeof address);
    stand->server = new_socket();
    assert_int_equal(bind(stand->server, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(stand->server, 4), 0);
    assert_int_equal(proxy_open(&stand->proxy, &server, sizeof address, 0, 1, reason, sizeof reason), 0);
}

static void close_stand(struct stand *stand)
{
    struct sockaddr_un address = address_in(stand->dir, "server");

    proxy_close(&stand->proxy);
    close(stand->server);
    unlink(address.sun_path);
    rmdir(stand->dir);
}

static void call_in(const struct stand *stand, int client)
{
    const struct sockaddr_un address = address_in(stand->proxy.dir, ".s.PGSQL." PROXY_PORT);

    assert_int_equal(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
}

static bool has_caller(const struct stand *stand, int wait_ms)
{
    struct pollfd fds = { .fd = stand->server, .events = POLLIN };

    return poll(&fds, 1, wait_ms) == 1;
}

static int64_t cpu_ns(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * NS_PER_S + used.tv_nsec;
}

/* Without a descriptor for him, a caller waits and is taken later; the proxy waits too, and does not spin. The first
 * caller has the descriptor that was set aside for him, there is none for the server, and he is hung up on. */
static void test_no_descriptors(void **state)
{
    struct rlimit limit, none;
    struct stand stand;
    int64_t before_ns;
    int first, second;

    (void)state;
    open_stand(&stand);
    first = new_socket();
    second = new_socket();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){ .rlim_cur = 3, .rlim_max = limit.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    before_ns = cpu_ns();
    call_in(&stand, first);
    call_in(&stand, second);
    wait_until(clock_now_ns() + 500 * NS_PER_MS);
    assert_in_range(cpu_ns() - before_ns, 0, 20 * NS_PER_MS);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(has_caller(&stand, 10000));
    close(first);
    close(second);
    close_stand(&stand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
