#include "harness/db/server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/base/tree.h"
#include "harness/db/kind.h"
#include "harness/db/leftover.h"

/* Sockets need a short path (107 bytes), data does not. */
#define SOCKET_TEMPLATE "/tmp/lastseat-XXXXXX"
#define DATA_FALLBACK   "/var/tmp"
#define DEBIAN_SERVERS  "/usr/lib/postgresql"
#define START_LIMIT_NS  (60 * NS_PER_S)
#define STOP_LIMIT_NS   (20 * NS_PER_S)
/* Beside the run's connections: PostgreSQL's own 3 reserved ones, the audit, and whoever looks inside by psql. */
#define RESERVE 10
/* At most two run at once: durable, and with fsync off. */
#define SERVERS 4

static _Atomic pid_t running[SERVERS];

static void remember(pid_t pid)
{
    size_t i;

    for (i = 0; i < SERVERS; i++) {
        pid_t none = 0;

        if (atomic_compare_exchange_strong(&running[i], &none, pid))
            return;
    }
}

static void forget(pid_t pid)
{
    size_t i;

    for (i = 0; i < SERVERS; i++) {
        pid_t expected = pid;

        atomic_compare_exchange_strong(&running[i], &expected, 0);
    }
}

void server_abandon(void)
{
    size_t i;

    for (i = 0; i < SERVERS; i++) {
        pid_t pid = atomic_load(&running[i]);

        if (pid > 0)
            kill(pid, SIGQUIT);
    }
}

static bool has_server(const char *bin)
{
    char path[WORK_PATH_SIZE];

    return text_format(path, sizeof path, "%s/initdb", bin) == 0 && access(path, X_OK) == 0 &&
           text_format(path, sizeof path, "%s/postgres", bin) == 0 && access(path, X_OK) == 0;
}

/* First directory of PATH that has the program. */
static bool on_path(const char *program, char *dir, size_t size)
{
    const char *path = getenv("PATH");
    char file[WORK_PATH_SIZE];

    while (path != NULL && *path != '\0') {
        int length = (int)strcspn(path, ":");

        if (length > 0 && text_format(dir, size, "%.*s", length, path) == 0 &&
            text_format(file, sizeof file, "%s/%s", dir, program) == 0 && access(file, X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

static bool from_pg_config(char *bin, size_t size)
{
    char dir[WORK_PATH_SIZE - 16], program[WORK_PATH_SIZE];
    const char *const argv[] = { program, "--bindir", NULL };

    return on_path("pg_config", dir, sizeof dir) && text_format(program, sizeof program, "%s/pg_config", dir) == 0 &&
           process_first_line(argv, bin, size) == 0 && has_server(bin);
}

/* Debian keeps the servers of all versions side by side: the newest one. */
static bool from_debian(char *bin, size_t size)
{
    char candidate[WORK_PATH_SIZE];
    const struct dirent *entry;
    double newest = 0;
    DIR *dir = opendir(DEBIAN_SERVERS);

    if (dir == NULL)
        return false;
    while ((entry = readdir(dir)) != NULL) {
        double version = strtod(entry->d_name, NULL);

        if (version > newest &&
            text_format(candidate, sizeof candidate, "%s/%s/bin", DEBIAN_SERVERS, entry->d_name) == 0 &&
            has_server(candidate) && text_format(bin, size, "%s", candidate) == 0)
            newest = version;
    }
    closedir(dir);
    return newest > 0;
}

int server_find(char *bin, size_t size, char *reason, size_t reason_size)
{
    if (from_pg_config(bin, size) || from_debian(bin, size) || (on_path("initdb", bin, size) && has_server(bin)))
        return 0;
    snprintf(
        reason, reason_size,
        "no PostgreSQL server found (initdb, by pg_config, below %s, on PATH): install one ('make setup'), or name "
        "yours in LASTSEAT_PG",
        DEBIAN_SERVERS);
    return -1;
}

/* The last line that says something: errors of initdb and postgres end with hints and notes about cleaning up. */
static void last_line(const char *log, char *out, size_t size)
{
    char line[512];
    bool decisive = false;
    FILE *in = fopen(log, "re");

    snprintf(out, size, "see %s", log);
    if (in == NULL)
        return;
    while (fgets(line, sizeof line, in) != NULL) {
        const char *fatal = strstr(line, "FATAL:");
        bool speaks = fatal != NULL || strstr(line, "error:") != NULL;

        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || (decisive && !speaks))
            continue;
        decisive = speaks;
        snprintf(out, size, "%s", fatal != NULL ? fatal : line); /* without time and process */
    }
    fclose(in);
}

static int open_log(const char *dir, const char *name, bool again, char *path, size_t size)
{
    if (text_format(path, size, "%s/%s", dir, name) != 0)
        return -1;
    return open(path, O_WRONLY | O_CREAT | (again ? 0 : O_EXCL) | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static int make_data(struct server *server, const struct server_request *request, char *reason, size_t reason_size)
{
    const char *const places[] = { request->dir, DATA_FALLBACK };
    const char *what = request->fsync ? "pg" : "pgoff";
    size_t i;

    for (i = 0; i < sizeof places / sizeof *places; i++) {
        if (work_open(&server->data, places[i], what, request->keep, reason, reason_size) != 0)
            continue;
        if ((!server->user.change || chown(server->data.path, server->user.uid, server->user.gid) == 0) &&
            process_reaches(&server->user, server->data.path))
            return 0;
        snprintf(reason, reason_size, "the user %s cannot reach %s, nor %s", server->user.name, request->dir,
                 DATA_FALLBACK);
        server->data.keep = false;
        work_close(&server->data);
    }
    return -1;
}

static int make_socket_dir(struct server *server, char *reason, size_t reason_size)
{
    snprintf(server->socket_dir, sizeof server->socket_dir, "%s", SOCKET_TEMPLATE);
    if (mkdtemp(server->socket_dir) == NULL) {
        snprintf(reason, reason_size, "cannot create %s: %m", SOCKET_TEMPLATE);
        server->socket_dir[0] = '\0';
        return -1;
    }
    if (leftover_mark(server->socket_dir, server->data.path) != 0 ||
        (server->user.change && chown(server->socket_dir, server->user.uid, server->user.gid) != 0)) {
        snprintf(reason, reason_size, "cannot prepare %s: %m", server->socket_dir);
        return -1;
    }
    return 0;
}

static int run_initdb(struct server *server, char *reason, size_t reason_size)
{
    char program[WORK_PATH_SIZE + 16], log[WORK_PATH_SIZE];
    const char *const argv[] = { program, "-D",        server->data.path, "-A",         "trust", "-N",
                                 "-U",    SERVER_USER, "--encoding=UTF8", "--locale=C", NULL };
    int log_fd = open_log(server->socket_dir, "initdb.log", false, log, sizeof log);
    int exit_code = -1;
    pid_t pid;

    if (log_fd < 0) {
        snprintf(reason, reason_size, "cannot write the log of initdb in %s: %m", server->socket_dir);
        return -1;
    }
    snprintf(program, sizeof program, "%s/initdb", server->bin);
    pid = process_spawn(&server->user, argv, log_fd, SIGKILL);
    close(log_fd);
    if (pid > 0 && process_wait(pid, INT64_MAX, &exit_code) && exit_code == 0)
        return 0;
    last_line(log, reason, reason_size);
    return -1;
}

/* Everything not named here stays at PostgreSQL's default. Errors are counted by us: logging each would be a load that
 * the other database does not have. */
static int configure(const struct server *server, const struct server_request *request)
{
    char path[WORK_PATH_SIZE + 32];
    bool written;
    FILE *out;

    snprintf(path, sizeof path, "%s/postgresql.conf", server->data.path);
    if ((out = fopen(path, "ae")) == NULL)
        return -1;
    fprintf(out,
            "\n# lastseat\n"
            "listen_addresses = ''\nunix_socket_directories = '%s'\nport = %s\n"
            "max_connections = %d\nautovacuum = off\nfsync = %s\n"
            "log_min_messages = fatal\nlog_checkpoints = off\n",
            server->socket_dir, SERVER_PORT, request->max_connections + RESERVE, request->fsync ? "on" : "off");
    written = ferror(out) == 0;
    return fclose(out) == 0 && written ? 0 : -1;
}

/* Line `number` (from 1) of postmaster.pid. */
static bool pid_file_line(const char *data_dir, int number, char *out, size_t size)
{
    char path[WORK_PATH_SIZE + 32], line[WORK_PATH_SIZE + 32] = "";
    FILE *in;
    int i;

    snprintf(path, sizeof path, "%s/postmaster.pid", data_dir);
    if ((in = fopen(path, "re")) == NULL)
        return false;
    for (i = 0; i < number; i++)
        if (fgets(line, sizeof line, in) == NULL) {
            line[0] = '\0';
            break;
        }
    fclose(in);
    line[strcspn(line, " \n")] = '\0';
    return line[0] != '\0' && text_format(out, size, "%s", line) == 0;
}

/* A crash may have left the file of the process that was. */
static bool is_ready(const struct server *server)
{
    char pid[32], status[32];

    return pid_file_line(server->data.path, 1, pid, sizeof pid) && strtol(pid, NULL, 10) == server->pid &&
           pid_file_line(server->data.path, 8, status, sizeof status) && strcmp(status, "ready") == 0;
}

static int start(struct server *server, bool again, char *reason, size_t reason_size)
{
    char program[WORK_PATH_SIZE + 16], log[WORK_PATH_SIZE];
    const char *const argv[] = { program, "-D", server->data.path, NULL };
    int64_t deadline_ns = clock_now_ns() + START_LIMIT_NS;
    int log_fd = open_log(server->data.path, "server.log", again, log, sizeof log);
    int exit_code;

    if (log_fd < 0 || (server->user.change && fchown(log_fd, server->user.uid, server->user.gid) != 0)) {
        snprintf(reason, reason_size, "cannot write the server's log in %s: %m", server->data.path);
        if (log_fd >= 0)
            close(log_fd);
        return -1;
    }
    snprintf(program, sizeof program, "%s/postgres", server->bin);
    server->pid = process_spawn(&server->user, argv, log_fd, SIGQUIT);
    close(log_fd);
    if (server->pid < 0) {
        snprintf(reason, reason_size, "cannot start %s: %m", program);
        server->pid = 0;
        return -1;
    }
    remember(server->pid);
    while (!is_ready(server)) {
        if (process_wait(server->pid, 10 * NS_PER_MS, &exit_code)) {
            forget(server->pid);
            server->pid = 0;
            last_line(log, reason, reason_size);
            return -1;
        }
        if (clock_now_ns() > deadline_ns) {
            snprintf(reason, reason_size, "the server was not ready after %d s", (int)(START_LIMIT_NS / NS_PER_S));
            return -1;
        }
    }
    return 0;
}

int server_open(struct server *server, const struct server_request *request, char *reason, size_t reason_size)
{
    memset(server, 0, sizeof *server);
    if (process_user(&server->user) != 0) {
        snprintf(reason, reason_size, "PostgreSQL does not run as root, and there is no user postgres or nobody");
        return -1;
    }
    if (server_find(server->bin, sizeof server->bin, reason, reason_size) != 0 ||
        make_data(server, request, reason, reason_size) != 0)
        return -1;
    if (make_socket_dir(server, reason, reason_size) != 0 || run_initdb(server, reason, reason_size) != 0)
        goto fail;
    if (configure(server, request) != 0) {
        snprintf(reason, reason_size, "cannot write %s/postgresql.conf: %m", server->data.path);
        goto fail;
    }
    if (start(server, false, reason, reason_size) != 0)
        goto fail;
    return 0;

fail:
    server->data.keep = false;
    server_close(server);
    return -1;
}

int server_crash(struct server *server, char *reason, size_t reason_size)
{
    int exit_code;

    kill(server->pid, SIGQUIT); /* "immediate": no checkpoint, no word to anybody */
    if (!process_wait(server->pid, STOP_LIMIT_NS, &exit_code)) {
        snprintf(reason, reason_size, "the throw-away server (process %d) does not stop", (int)server->pid);
        return -1;
    }
    forget(server->pid);
    server->pid = 0;
    return start(server, true, reason, reason_size);
}

void server_close(struct server *server)
{
    int exit_code;

    if (server->pid > 0) {
        /* Data that nobody will read needs no last checkpoint. */
        kill(server->pid, server->data.keep ? SIGINT : SIGQUIT);
        if (!process_wait(server->pid, STOP_LIMIT_NS, &exit_code)) {
            say_warning("postgres: the throw-away server (process %d) does not stop; killing it", (int)server->pid);
            kill(server->pid, SIGKILL);
            process_wait(server->pid, INT64_MAX, &exit_code);
        }
        forget(server->pid);
    }
    work_close(&server->data);
    if (server->socket_dir[0] != '\0' && tree_remove(server->socket_dir) != 0)
        say_warning("cannot remove %s: %m", server->socket_dir);
    memset(server, 0, sizeof *server);
}

void server_stop_stray(const char *data_dir)
{
    const struct timespec pause = { .tv_nsec = 10 * NS_PER_MS };
    char text[32], link[48], exe[WORK_PATH_SIZE] = "", cwd[WORK_PATH_SIZE] = "";
    int64_t deadline_ns = clock_now_ns() + STOP_LIMIT_NS;
    uint64_t began;
    pid_t pid;

    if (!pid_file_line(data_dir, 1, text, sizeof text) || (pid = (pid_t)strtol(text, NULL, 10)) <= 1)
        return;
    began = process_start(pid);
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    if (readlink(link, exe, sizeof exe - 1) < 0 || strstr(exe, "/postgres") == NULL)
        return;
    snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
    if (readlink(link, cwd, sizeof cwd - 1) < 0 || strcmp(cwd, data_dir) != 0)
        return;
    kill(pid, SIGQUIT);
    while (process_is_alive(pid, began) && clock_now_ns() < deadline_ns)
        nanosleep(&pause, NULL);
}
