#ifndef RUN_BATON_H
#define RUN_BATON_H

/* Two builds interleaved in one run (run --against): each is a process of its own that runs the whole plan, and only
 * the one that holds the baton works. LASTSEAT_BATON="IN,OUT,NAME" in the environment: who wants a turn writes '?' to
 * the descriptor OUT, which gives up the turn before, and waits for a '!' on IN; to end is to give up for good. Both
 * builds may be of different ages: this stays as it is **C**. */
#define BATON_VARIABLE "LASTSEAT_BATON"

/* Takes the descriptors out of the environment, once, before anything else is started. Without the variable there is
 * nobody to wait for. Main thread. */
void baton_open(void);
/* Waits for a turn. EXIT_OK; EXIT_INTERRUPTED when the user interrupted; EXIT_ERROR after one line when whoever deals
 * out the turns is gone. Main thread. */
int baton_turn(void);
/* What both runs record as run.json "interleaved"; NULL: alone. */
const char *baton_name(void);

#endif
