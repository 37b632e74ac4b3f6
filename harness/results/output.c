#include "harness/results/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"

int output_open(struct output *o, const struct folder *folder, const char *name)
{
    char *path;

    o->folder = folder;
    o->fd = -1;
    o->error = 0;
    o->in_row = false;
    o->sum = SUM_EMPTY;
    o->used = 0;
    snprintf(o->name, sizeof o->name, "%s", name);
    if (asprintf(&path, "%s/%s", folder->temp, name) < 0) {
        folder_complain(folder, name, ENOMEM);
        return EXIT_ERROR;
    }
    o->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (o->fd < 0)
        folder_complain(folder, name, errno);
    free(path);
    return o->fd >= 0 ? EXIT_OK : EXIT_ERROR;
}

static void write_all(struct output *o, const char *bytes, size_t n)
{
    o->sum = sum_bytes(o->sum, bytes, n);
    while (n > 0 && o->error == 0) {
        ssize_t written = write(o->fd, bytes, n);

        if (written >= 0) {
            bytes += written;
            n -= (size_t)written;
        } else if (errno != EINTR) {
            o->error = errno;
        }
    }
}

void output_bytes(struct output *o, const void *bytes, size_t n)
{
    if (n > sizeof o->buffer - o->used) {
        write_all(o, o->buffer, o->used);
        o->used = 0;
    }
    if (n > sizeof o->buffer) {
        write_all(o, bytes, n);
        return;
    }
    memcpy(o->buffer + o->used, bytes, n);
    o->used += n;
}

int output_check(const struct output *o)
{
    if (o->error == 0)
        return EXIT_OK;
    folder_complain(o->folder, o->name, o->error);
    return EXIT_ERROR;
}

int output_close(struct output *o, bool sync)
{
    int code;

    if (o->folder == NULL)
        return EXIT_OK;
    write_all(o, o->buffer, o->used);
    if (sync && o->error == 0 && fsync(o->fd) != 0)
        o->error = errno;
    if (close(o->fd) != 0 && o->error == 0)
        o->error = errno;
    code = output_check(o);
    o->folder = NULL;
    return code;
}

void output_drop(struct output *o)
{
    if (o->folder != NULL && o->fd >= 0)
        close(o->fd);
    o->folder = NULL;
}

static int dump(const char *bytes, size_t n, void *output)
{
    output_bytes(output, bytes, n);
    return 0;
}

int output_json(const struct folder *folder, const char *name, const json_t *json)
{
    /* Nine digits are more than any fraction here can claim, and 0.021 stays 0.021. */
    const size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(9);
    struct output o;

    if (output_open(&o, folder, name) != EXIT_OK)
        return EXIT_ERROR;
    if (json_dump_callback(json, dump, &o, flags) != 0) {
        output_drop(&o);
        return say_out_of_memory("results");
    }
    output_bytes(&o, "\n", 1);
    return output_close(&o, true);
}

int output_scenario(const struct folder *folder, const struct cell *cell)
{
    struct output o;
    char name[96], *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);
    int status;

    if (file == NULL)
        return say_out_of_memory("results");
    scenario_write(&cell->scenario, file);
    if (fclose(file) != 0) {
        free(text);
        return say_out_of_memory("results");
    }
    snprintf(name, sizeof name, "scenario/%s.ini", cell->group);
    if ((status = folder_mkdir(folder, "scenario")) == EXIT_OK && (status = output_open(&o, folder, name)) == EXIT_OK) {
        output_bytes(&o, text, n);
        status = output_close(&o, false);
    }
    free(text);
    return status;
}

int output_copy_json(const json_t *json, const char *to)
{
    const size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(12);

    errno = 0;
    if (strcmp(to, "-") == 0 ? json_dumpf(json, stdout, flags) == 0 && putchar('\n') != EOF && fflush(stdout) == 0
                             : json_dump_file(json, to, flags) == 0)
        return EXIT_OK;
    say_error("--json %s: %s", to, errno != 0 ? strerror(errno) : "cannot be written");
    return EXIT_ERROR;
}
