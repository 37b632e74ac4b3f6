#include "harness/run/baton.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/run/interrupt.h"

enum { LOOK_MS = 200 };

static struct {
    bool open;
    int in, out;
    char name[64];
} baton;

void baton_open(void)
{
    const char *text = getenv(BATON_VARIABLE);

    if (text == NULL || sscanf(text, "%d,%d,%63[0-9A-Za-z-]", &baton.in, &baton.out, baton.name) != 3)
        return;
    baton.open = true;
    /* A server we start must not hold the other ends open. */
    fcntl(baton.in, F_SETFD, FD_CLOEXEC);
    fcntl(baton.out, F_SETFD, FD_CLOEXEC);
    unsetenv(BATON_VARIABLE);
}

static int complain(void)
{
    say_error("interleaved: the run that deals out the turns is gone");
    return EXIT_ERROR;
}

int baton_turn(void)
{
    struct pollfd wait = { .fd = baton.in, .events = POLLIN };
    char word = '?';

    if (!baton.open)
        return EXIT_OK;
    if (write(baton.out, &word, 1) != 1)
        return complain();
    while (!interrupt_raised()) {
        if (poll(&wait, 1, LOOK_MS) <= 0)
            continue;
        return read(baton.in, &word, 1) == 1 ? EXIT_OK : complain();
    }
    return EXIT_INTERRUPTED;
}

const char *baton_name(void)
{
    return baton.open ? baton.name : NULL;
}
