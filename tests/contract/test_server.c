#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/process.h"
#include "harness/base/tree.h"
#include "harness/db/database.h"
#include "harness/db/server.h"
#include "harness/db/work.h"

/* The life of the throw-away server: nothing of it outlives its owner. */

/* Process 1 lives, but it did not start this many ticks after boot. */
#define NEVER UINT64_C(999999999999)

static char dir[64]; /* fresh for each test, open to every user */

static int make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/var/tmp/server-XXXXXX");
    return mkdtemp(dir) != NULL ? chmod(dir, 0777) : -1;
}

/* Fails when a test left anything in it. */
static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

static bool exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static int entries(const char *path)
{
    const struct dirent *entry;
    DIR *d = opendir(path);
    int n = 0;

    assert_non_null(d);
    while ((entry = readdir(d)) != NULL)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

static void start(struct server *server, bool fsync, bool keep)
{
    const struct server_request request = { .dir = dir, .max_connections = 20, .fsync = fsync, .keep = keep };
    char reason[512] = "";

    assert_int_equal(server_open(server, &request, reason, sizeof reason), 0);
    assert_string_equal(reason, "");
}

static void read_file(const char *path, const char *name, char *out, size_t size)
{
    char file[1024];
    size_t n;
    FILE *in;

    snprintf(file, sizeof file, "%s/%s", path, name);
    in = fopen(file, "r");
    assert_non_null(in);
    n = fread(out, 1, size - 1, in);
    out[n] = '\0';
    fclose(in);
}

static void started_and_closed(void **state)
{
    char text[65536], expected[600], socket_dir[SERVER_SOCKET_SIZE], data[WORK_PATH_SIZE];
    struct server server;
    struct stat st;
    uint64_t began;
    pid_t pid;

    (void)state;
    start(&server, true, false);
    pid = server.pid;
    began = process_start(pid);
    assert_true(process_is_alive(pid, began));
    assert_int_not_equal(getsid(pid), getsid(0)); /* Ctrl-C in the terminal does not reach it */
    assert_int_equal(lstat(server.socket_dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(strncmp(server.data.path, dir, strlen(dir)), 0);
    assert_int_equal(stat(server.data.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(st.st_uid, server.user.change ? server.user.uid : geteuid());
    if (geteuid() == 0)
        assert_int_not_equal(st.st_uid, 0);
    snprintf(expected, sizeof expected, "lastseat\npid %d\nstart %llu\ndata %s\n", (int)getpid(),
             (unsigned long long)process_start(getpid()), server.data.path);
    read_file(server.socket_dir, "owner", text, sizeof text);
    assert_string_equal(text, expected);
    read_file(server.data.path, "postgresql.conf", text, sizeof text);
    assert_non_null(strstr(text, "\nlisten_addresses = ''\n"));
    assert_non_null(strstr(text, "\nfsync = on\n"));
    assert_true(process_tree_cpu_ns(pid) > 0);
    /* Ours and alive: no leftover. */
    database_sweep_leftovers(dir);
    assert_true(process_is_alive(pid, began));
    assert_true(exists(server.data.path));

    snprintf(socket_dir, sizeof socket_dir, "%s", server.socket_dir);
    snprintf(data, sizeof data, "%s", server.data.path);
    server_close(&server);
    assert_false(process_is_alive(pid, began));
    assert_false(exists(socket_dir));
    assert_false(exists(data));
    server_close(&server); /* once more is a no-op */
}

static void without_fsync(void **state)
{
    struct server server;
    char text[65536];

    (void)state;
    start(&server, false, false);
    read_file(server.data.path, "postgresql.conf", text, sizeof text);
    assert_non_null(strstr(text, "\nfsync = off\n"));
    server_close(&server);
}

/* --keep: the data stays, the process and the socket do not, and a sweep leaves it alone. */
static void kept(void **state)
{
    char data[WORK_PATH_SIZE], socket_dir[SERVER_SOCKET_SIZE], file[WORK_PATH_SIZE + 32];
    struct server server;
    pid_t pid;

    (void)state;
    start(&server, true, true);
    pid = server.pid;
    snprintf(socket_dir, sizeof socket_dir, "%s", server.socket_dir);
    snprintf(data, sizeof data, "%s", server.data.path);
    server_close(&server);
    assert_int_equal(kill(pid, 0), -1);
    assert_false(exists(socket_dir));
    database_sweep_leftovers(dir);
    snprintf(file, sizeof file, "%s/PG_VERSION", data);
    assert_true(exists(file));
    snprintf(file, sizeof file, "%s/postmaster.pid", data);
    assert_false(exists(file)); /* shut down in order */
    assert_int_equal(tree_remove(data), 0);
}

/* Told to stop at once, as the second Ctrl-C does. */
static void abandoned(void **state)
{
    struct server server;
    int exit_code = 0;

    (void)state;
    start(&server, true, false);
    database_abandon();
    assert_true(process_wait(server.pid, 10 * NS_PER_S, &exit_code));
    server.pid = 0;
    server_close(&server);
    database_abandon(); /* nobody left to tell */
}

/* What a child that opens databases and is killed leaves behind: its directories, by name. */
struct victim {
    char socket_dir[SERVER_SOCKET_SIZE], data[WORK_PATH_SIZE];
    pid_t server;
};

static void be_victim(int out, bool with_sqlite)
{
    const struct server_request request = { .dir = dir, .max_connections = 5, .fsync = true };
    const struct database_request files = { .dir = dir, .max_connections = 5 };
    struct database *database;
    struct victim victim = { .server = 0 };
    struct server server;
    char reason[512];

    if (server_open(&server, &request, reason, sizeof reason) != 0 ||
        (with_sqlite && database_open(&database, "sqlite", &files, reason, sizeof reason) != 0)) {
        fprintf(stderr, "%s\n", reason);
        _exit(1);
    }
    memcpy(victim.socket_dir, server.socket_dir, sizeof victim.socket_dir);
    memcpy(victim.data, server.data.path, sizeof victim.data);
    victim.server = server.pid;
    if (write(out, &victim, sizeof victim) != (ssize_t)sizeof victim)
        _exit(1);
    for (;;)
        pause();
}

static pid_t fork_victim(struct victim *victim)
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    if ((pid = fork()) == 0) {
        close(ends[0]);
        be_victim(ends[1], true);
    }
    assert_true(pid > 0);
    close(ends[1]);
    assert_int_equal(read(ends[0], victim, sizeof *victim), (ssize_t)sizeof *victim);
    close(ends[0]);
    return pid;
}

static void wait_gone(pid_t pid, uint64_t began)
{
    const struct timespec pause = { .tv_nsec = 10 * NS_PER_MS };
    int tries;

    for (tries = 0; process_is_alive(pid, began) && tries < 1000; tries++)
        nanosleep(&pause, NULL);
    assert_false(process_is_alive(pid, began));
}

static void owner_is_killed(void **state)
{
    struct victim victim;
    uint64_t began;
    pid_t pid;

    (void)state;
    pid = fork_victim(&victim);
    began = process_start(victim.server);
    assert_true(process_is_alive(victim.server, began));
    database_sweep_leftovers(dir); /* while its owner lives nothing is touched */
    assert_true(process_is_alive(victim.server, began));
    assert_true(exists(victim.data));
    assert_int_equal(entries(dir), 2);

    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    wait_gone(victim.server, began); /* it does not outlive its owner, sweep or no sweep */
    assert_true(exists(victim.data));
    assert_true(exists(victim.socket_dir));
    database_sweep_leftovers(dir);
    assert_false(exists(victim.data));
    assert_false(exists(victim.socket_dir));
    assert_int_equal(entries(dir), 0);
}

static void forge_owner(const char *socket_dir, const char *data, pid_t pid, uint64_t start)
{
    char path[SERVER_SOCKET_SIZE + 16];
    FILE *out;

    snprintf(path, sizeof path, "%s/owner", socket_dir);
    unlink(path);
    out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "lastseat\npid %d\nstart %llu\ndata %s\n", (int)pid, (unsigned long long)start, data);
    fclose(out);
}

/* A server that runs on although its owner is dead (here: our own, said to be somebody's who never was) is stopped. Its
 * data carries our living name, so that stays. */
static void stray_server(void **state)
{
    struct server server;
    uint64_t began;
    pid_t pid;
    int exit_code;

    (void)state;
    start(&server, true, false);
    pid = server.pid;
    began = process_start(pid);
    forge_owner(server.socket_dir, server.data.path, 1, NEVER);
    /* The number is nobody's here, but whoever holds the lock lives: in another container, say. */
    database_sweep_leftovers(dir);
    assert_true(process_is_alive(pid, began));
    assert_true(exists(server.socket_dir));
    assert_true(exists(server.data.path));
    close(server.data.lock);
    server.data.lock = -1;
    database_sweep_leftovers(dir);
    assert_false(process_is_alive(pid, began));
    assert_false(exists(server.socket_dir));
    assert_true(exists(server.data.path));
    assert_true(process_wait(pid, 10 * NS_PER_S, &exit_code));
    server.pid = 0;
    server_close(&server);
}

/* Only what carries our marker is touched: other people's directories in /tmp may be called anything. */
static void foreign_directories(void **state)
{
    char plain[64] = "/tmp/lastseat-foreign-XXXXXX", lure[64] = "/tmp/lastseat-lure-XXXXXX", precious[128];
    char open_to_all[64] = "/tmp/lastseat-open-XXXXXX", named[160];

    (void)state;
    assert_non_null(mkdtemp(plain));
    assert_non_null(mkdtemp(lure));
    assert_non_null(mkdtemp(open_to_all));
    snprintf(precious, sizeof precious, "%s/precious", dir);
    assert_int_equal(mkdir(precious, 0700), 0);
    forge_owner(lure, precious, 1, NEVER);
    forge_owner(open_to_all, precious, 1, NEVER);
    assert_int_equal(chmod(open_to_all, 0777), 0);
    snprintf(named, sizeof named, "%s/lastseat-notes", dir);
    assert_int_equal(mkdir(named, 0700), 0);
    database_sweep_leftovers(dir);
    assert_true(exists(plain));
    assert_true(exists(open_to_all));
    assert_true(exists(precious));
    assert_true(exists(named));
    assert_false(exists(lure)); /* the marker was ours, its data directory was not */
    assert_int_equal(rmdir(plain), 0);
    assert_int_equal(tree_remove(open_to_all), 0);
    assert_int_equal(rmdir(precious), 0);
    assert_int_equal(rmdir(named), 0);
}

static void link_is_not_followed(void **state)
{
    char target[128], name[160], file[160];
    int fd;

    (void)state;
    snprintf(target, sizeof target, "%s/target", dir);
    snprintf(file, sizeof file, "%s/file", target);
    snprintf(name, sizeof name, "%s/lastseat-pg-1-999999999999-0", dir);
    assert_int_equal(mkdir(target, 0700), 0);
    assert_true((fd = open(file, O_WRONLY | O_CREAT, 0600)) >= 0);
    close(fd);
    assert_int_equal(symlink(target, name), 0);
    database_sweep_leftovers(dir);
    assert_true(exists(file));
    assert_int_equal(unlink(name), 0);
    /* The same name as a real directory is a leftover, with links inside it removed but not followed. */
    assert_int_equal(mkdir(name, 0700), 0);
    snprintf(name, sizeof name, "%s/lastseat-pg-1-999999999999-0/link", dir);
    assert_int_equal(symlink(target, name), 0);
    database_sweep_leftovers(dir);
    *strrchr(name, '/') = '\0';
    assert_false(exists(name));
    assert_true(exists(file));
    assert_int_equal(tree_remove(target), 0);
}

/* Data goes where the server's user can reach it. */
static void unreachable_directory(void **state)
{
    const struct server_request request = { .dir = dir, .max_connections = 5, .fsync = true };
    struct server server;
    char reason[512];

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(dir, 0700), 0);
    assert_int_equal(server_open(&server, &request, reason, sizeof reason), 0);
    assert_int_equal(strncmp(server.data.path, "/var/tmp/lastseat-pg-", 21), 0);
    assert_int_equal(entries(dir), 0);
    server_close(&server);
}

static void failing_initdb(void **state)
{
    char bin[128], program[160], path[512], before[4096];
    const struct server_request request = { .dir = dir, .max_connections = 5, .fsync = true };
    static const char *const names[] = { "initdb", "postgres", "pg_config" };
    struct server server;
    char reason[512];
    size_t i;

    (void)state;
    snprintf(before, sizeof before, "%s", getenv("PATH"));
    snprintf(bin, sizeof bin, "%s/bin", dir);
    assert_int_equal(mkdir(bin, 0755), 0);
    for (i = 0; i < 3; i++) {
        FILE *out;

        snprintf(program, sizeof program, "%s/%s", bin, names[i]);
        assert_non_null(out = fopen(program, "w"));
        if (i == 2)
            fprintf(out, "#!/bin/sh\necho %s\n", bin);
        else
            fprintf(out,
                    "#!/bin/sh\necho starting\necho '%s: error: the disk is on fire'\necho '%s: hint: run'\nexit 1\n",
                    names[i], names[i]);
        fclose(out);
        assert_int_equal(chmod(program, 0755), 0);
    }
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", bin);
    setenv("PATH", path, 1);
    assert_int_equal(server_open(&server, &request, reason, sizeof reason), -1);
    setenv("PATH", before, 1);
    assert_string_equal(reason, "initdb: error: the disk is on fire");
    assert_int_equal(entries(dir), 1); /* bin: nothing of ours is left */
    assert_int_equal(tree_remove(bin), 0);
}

static void failing_start(void **state)
{
    const struct server_request request = { .dir = dir, .max_connections = 300000, .fsync = true };
    struct server server;
    char reason[512];

    (void)state;
    assert_int_equal(server_open(&server, &request, reason, sizeof reason), -1);
    assert_int_equal(strncmp(reason, "FATAL:", 6), 0);
    assert_int_equal(server.pid, 0);
    assert_int_equal(entries(dir), 0);
}

static void as_another_user(const struct passwd *user, int out)
{
    if (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0 || chdir("/") != 0)
        _exit(1);
    be_victim(out, false);
}

/* Started by a normal user it runs as that user; root's sweep and other users' leave it alone. */
static void unprivileged(void **state)
{
    const struct passwd *nobody = getpwnam("nobody");
    struct victim victim;
    struct stat st;
    uint64_t began;
    int ends[2];
    pid_t pid, sweeper;

    (void)state;
    if (geteuid() != 0 || nobody == NULL)
        skip();
    assert_int_equal(pipe(ends), 0);
    if ((pid = fork()) == 0) {
        close(ends[0]);
        as_another_user(nobody, ends[1]);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &victim, sizeof victim), (ssize_t)sizeof victim);
    close(ends[0]);
    began = process_start(victim.server);
    assert_int_equal(stat(victim.data, &st), 0);
    assert_int_equal(st.st_uid, nobody->pw_uid);
    assert_int_equal(strncmp(victim.data, dir, strlen(dir)), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    wait_gone(victim.server, began);
    if ((sweeper = fork()) == 0) {
        if (setgroups(0, NULL) != 0 || setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0)
            _exit(1);
        database_sweep_leftovers(dir);
        _exit(0);
    }
    waitpid(sweeper, NULL, 0);
    assert_false(exists(victim.data));
    assert_false(exists(victim.socket_dir));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(started_and_closed),  TEST(without_fsync),        TEST(kept),
        TEST(abandoned),           TEST(owner_is_killed),      TEST(stray_server),
        TEST(foreign_directories), TEST(link_is_not_followed), TEST(unreachable_directory),
        TEST(failing_initdb),      TEST(failing_start),        TEST(unprivileged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
