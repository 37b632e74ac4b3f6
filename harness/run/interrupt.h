#ifndef RUN_INTERRUPT_H
#define RUN_INTERRUPT_H

#include <stdbool.h>

/* SIGINT and SIGTERM. The first raises the stop flag (wait_stop): what runs is drained and a partial report written.
 * The second leaves at once, after telling our own server to stop. */
void interrupt_install(void);
bool interrupt_raised(void);
/* Main thread, all workers joined: lowers the stop flag that a trial's timeout raised, unless the user interrupted. */
void interrupt_rearm(void);

#endif
