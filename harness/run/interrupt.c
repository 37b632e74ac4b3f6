#include "harness/run/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/db/database.h"

static _Atomic int raised;

static void on_signal(int number)
{
    (void)number;
    if (atomic_fetch_add(&raised, 1) > 0) {
        database_abandon();
        _exit(EXIT_INTERRUPTED);
    }
    atomic_store(&wait_stop, 1);
    wait_wake(&wait_stop, INT32_MAX);
}

void interrupt_install(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a server that is gone shows as an error of the call, not as our death */
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is a full disk: the write says so                  */
}

bool interrupt_raised(void)
{
    return atomic_load(&raised) > 0;
}

void interrupt_rearm(void)
{
    atomic_store(&wait_stop, 0);
    if (interrupt_raised())
        atomic_store(&wait_stop, 1);
}
