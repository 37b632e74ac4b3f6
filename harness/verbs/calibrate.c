#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/db/database.h"
#include "harness/report/floor_page.h"
#include "harness/results/calibration.h"
#include "harness/results/folder.h"
#include "harness/run/interrupt.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

#define WINDOW_NS (50 * NS_PER_MS)
#define USERS     1000

static void wipe(void)
{
    fputs("\r\033[K", stderr);
}

/* One line that is drawn over on a terminal; elsewhere the name of each floor. */
static void show_next(void *arg, const char *name)
{
    bool live = isatty(STDERR_FILENO) != 0;
    const struct floors *floors = arg;

    fprintf(stderr, live ? "\r\033[Kcalibrate: %zu measured, now %s" : "calibrate: %zu measured, now %s\n", floors->n,
            name);
    fflush(stderr);
    if (live)
        say_before_line(wipe);
}

static int choose_databases(struct floors *floors, const struct arguments *arguments)
{
    static const char *const own[] = { "sqlite", "postgres" };

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if ((arguments->databases.n == 0 || text_list_has(&arguments->databases, own[i])) &&
            text_list_add(&floors->dbs, own[i], strlen(own[i])) != 0) {
            say_error("out of memory for the command line");
            return EXIT_ERROR;
        }
    for (size_t i = 0; i < arguments->databases.n; i++)
        if (!text_list_has(&floors->dbs, arguments->databases.items[i])) {
            say_error("--db: '%s' is neither sqlite nor postgres", arguments->databases.items[i]);
            return EXIT_USAGE;
        }
    return EXIT_OK;
}

static int keep(const struct floors *floors, const struct arguments *arguments)
{
    char *path = calibration_path(arguments->calibration);
    json_t *calibration = calibration_of(floors);
    int status = EXIT_ERROR;

    if (calibration == NULL)
        say_error("calibrate: out of memory");
    else if (path != NULL)
        status = calibration_write(path, calibration);
    if (status == EXIT_OK && !arguments->quiet) {
        floor_page_table(calibration, stdout);
        printf("\nkept in %s\n", path);
    }
    json_decref(calibration);
    free(path);
    return status;
}

static int calibrate(struct floors *floors, const struct arguments *arguments)
{
    char *root = arguments->dir == NULL ? folder_root() : strdup(arguments->dir);
    int status;

    if (root == NULL) {
        say_error("out of memory for a path");
        return EXIT_ERROR;
    }
    if (arguments->dir == NULL)
        mkdir(root, 0777);
    floors->dir = root;
    floors->window_ns = WINDOW_NS;
    floors->users = USERS;
    floors->next = arguments->quiet ? NULL : show_next;
    floors->arg = floors;
    interrupt_install();
    database_sweep_leftovers(root);
    status = floors_measure(floors, &arguments->databases);
    say_before_line(NULL);
    if (!arguments->quiet && isatty(STDERR_FILENO))
        wipe();
    if (status == EXIT_OK)
        status = keep(floors, arguments);
    floors_free(floors);
    free(root);
    return status;
}

int verb_calibrate(int argc, char **argv)
{
    struct floors floors = { .n = 0 };
    struct arguments arguments;
    int status = arguments_parse(&arguments, argc, argv, CALIBRATE_OPTIONS);

    if (status == EXIT_OK && arguments.names.n > 0) {
        say_error("calibrate takes no name: lastseat calibrate [--db sqlite] [--dir DIR]");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK)
        status = choose_databases(&floors, &arguments);
    if (status == EXIT_OK)
        status = calibrate(&floors, &arguments);
    text_list_free(&floors.dbs);
    arguments_free(&arguments);
    return status;
}
