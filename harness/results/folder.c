#include "harness/results/folder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/home.h"
#include "harness/base/say.h"
#include "harness/results/remains.h"

/* A name no longer than this leaves room for "-2" and for the temporary name's beginning within NAME_MAX. */
#define NAME_PART 120

static bool exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static const char *remedy(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "free some space, or choose another disk with --out DIR";
    case ENOENT:
    case ENOTDIR:
        return "create the folder it should stand in first, or choose another with --out DIR";
    case EMFILE:
    case ENFILE:
        return "raise the limit of open files (ulimit -n)";
    default:
        return "choose a folder you may write to with --out DIR";
    }
}

void folder_complain(const struct folder *f, const char *name, int error)
{
    say_error("results: %s%s%s: %s; %s", f->path, name[0] != '\0' ? "/" : "", name, strerror(error), remedy(error));
}

char *folder_root(void)
{
    char root[PATH_MAX];

    /* results/ itself may not be there yet; scenarios/ tells a project's folder. */
    return home_part(root, sizeof root, "results", "scenarios") == 0 ? strdup(root) : NULL;
}

char *folder_beside(const char *out)
{
    char *copy, *dir;

    if (out == NULL)
        return folder_root();
    if ((copy = strdup(out)) == NULL)
        return NULL;
    dir = strdup(dirname(copy));
    free(copy);
    return dir;
}

static bool same_folder(const char *a, const char *b)
{
    struct stat first, second;

    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

char *folder_shown(const char *path)
{
    static const char here[] = "results/latest";
    char *root = folder_root(), *latest = NULL;

    if (root != NULL && asprintf(&latest, "%s/latest", root) < 0)
        latest = NULL;
    free(root);
    if (latest != NULL && !same_folder(latest, path)) {
        free(latest);
        return strdup(path);
    }
    if (latest != NULL && same_folder(here, path)) {
        free(latest);
        return strdup(here);
    }
    return latest;
}

/* Splits --out DIR into where and what. */
static int split_out(struct folder *f, const char *out)
{
    char *copy = strdup(out), *slash;
    size_t n;

    if (copy == NULL)
        return say_out_of_memory("results");
    for (n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    slash = strrchr(copy, '/');
    if (slash == NULL) {
        f->parent = strdup(".");
        f->name = copy;
    } else {
        f->name = strdup(slash + 1);
        slash[1] = '\0';
        if (slash > copy)
            *slash = '\0';
        f->parent = copy;
    }
    f->path = f->name != NULL && f->parent != NULL ? strdup(out) : NULL;
    if (f->path == NULL)
        return say_out_of_memory("results");
    f->path[n] = '\0';
    return EXIT_OK;
}

static int open_out(struct folder *f, const char *out)
{
    int code;

    if (out[0] == '\0') {
        say_error("--out: needs the name of a folder that does not exist yet");
        return EXIT_USAGE;
    }
    if ((code = split_out(f, out)) != EXIT_OK)
        return code;
    if (exists(f->path)) {
        say_error("--out: %s exists already; name a folder that does not, or remove it first", f->path);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

static int open_default(struct folder *f, const char *name)
{
    f->set_latest = true;
    f->parent = folder_root();
    f->name = strndup(name, NAME_PART);
    if (f->parent == NULL || f->name == NULL)
        return say_out_of_memory("results");
    if (asprintf(&f->path, "%s/%s", f->parent, f->name) < 0) {
        f->path = NULL;
        return say_out_of_memory("results");
    }
    if (mkdir(f->parent, 0777) != 0 && errno != EEXIST) {
        say_error("results: %s: %s; %s or set LASTSEAT_HOME", f->parent, strerror(errno), remedy(errno));
        return EXIT_ERROR;
    }
    return EXIT_OK;
}

/* Replaces the planned path by the first of name, name-2, name-3, … that is free. */
static int free_path(struct folder *f)
{
    for (int i = 2; exists(f->path); i++) {
        free(f->path);
        if (asprintf(&f->path, "%s/%s-%d", f->parent, f->name, i) < 0) {
            f->path = NULL;
            return say_out_of_memory("results");
        }
    }
    return EXIT_OK;
}

/* One process may write two runs of one name: the second temporary name gets a number. */
static int make_temp(struct folder *f)
{
    char mark[64], *temp;

    remains_mark(mark, sizeof mark);
    for (int i = 1;; i++) {
        if (asprintf(&temp, "%s/%s.run-%.*s-%d", f->parent, mark, NAME_PART, f->name, i) < 0)
            return say_out_of_memory("results");
        if (mkdir(temp, 0777) == 0) {
            f->temp = temp;
            f->hold = remains_hold(temp);
            return EXIT_OK;
        }
        free(temp);
        if (errno != EEXIST) {
            folder_complain(f, "", errno);
            return EXIT_ERROR;
        }
    }
}

int folder_begin(struct folder *f, const char *out, const char *name)
{
    int code;

    memset(f, 0, sizeof *f);
    f->hold = -1;
    code = out != NULL ? open_out(f, out) : open_default(f, name);
    if (code != EXIT_OK)
        return code;
    remains_sweep(f->parent);
    if ((code = free_path(f)) != EXIT_OK)
        return code;
    return make_temp(f);
}

int folder_mkdir(const struct folder *f, const char *name)
{
    char *path;
    int failed, error;

    if (asprintf(&path, "%s/%s", f->temp, name) < 0)
        return say_out_of_memory("results");
    failed = mkdir(path, 0777) != 0 && errno != EEXIST;
    error = errno;
    free(path);
    if (!failed)
        return EXIT_OK;
    folder_complain(f, name, error);
    return EXIT_ERROR;
}

/* The link is made under another name and renamed, so that nobody ever finds it missing. Without it the run is whole
 * all the same: a warning. */
static void set_latest(const struct folder *f)
{
    char mark[64], *made = NULL, *latest = NULL;

    remains_mark(mark, sizeof mark);
    if (asprintf(&made, "%s/%s.latest", f->parent, mark) < 0)
        made = NULL;
    if (asprintf(&latest, "%s/latest", f->parent) < 0)
        latest = NULL;
    if (made != NULL && latest != NULL) {
        unlink(made);
        if (symlink(strrchr(f->path, '/') + 1, made) != 0 || rename(made, latest) != 0) {
            say_warning("results: cannot set the link %s: %s; the run is in %s", latest, strerror(errno), f->path);
            unlink(made);
        }
    }
    free(made);
    free(latest);
}

static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system that cannot refuse to replace; what is there is refused by looking. */
    if (exists(to)) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

static void let_go(struct folder *f)
{
    if (f->hold >= 0)
        close(f->hold);
    f->hold = -1;
}

int folder_finish(struct folder *f)
{
    char *planned = strdup(f->path);

    assert(f->temp != NULL);
    if (planned == NULL)
        return say_out_of_memory("results");
    while (rename_new(f->temp, f->path) != 0) {
        int error = errno;

        if (error == EEXIST && free_path(f) == EXIT_OK)
            continue;
        if (error != EEXIST)
            folder_complain(f, "", error);
        free(planned);
        return EXIT_ERROR;
    }
    free(f->temp);
    f->temp = NULL;
    let_go(f);
    if (f->set_latest)
        set_latest(f);
    else if (strcmp(planned, f->path) != 0)
        say_warning("results: somebody made %s meanwhile; the run is in %s", planned, f->path);
    free(planned);
    return EXIT_OK;
}

void folder_discard(struct folder *f)
{
    if (f == NULL)
        return;
    if (f->temp != NULL)
        remains_remove(f->temp);
    if (f->temp != NULL)
        let_go(f);
    free(f->temp);
    free(f->path);
    free(f->name);
    free(f->parent);
    memset(f, 0, sizeof *f);
}
