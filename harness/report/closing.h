#ifndef REPORT_CLOSING_H
#define REPORT_CLOSING_H

#include <jansson.h>

/* What a person takes away from the table of one scenario on one database, in a few sentences, each made from run.json.
 * No single winner is crowned. Only cells that hold are ranked; of a sweep, those of its last point. */
enum closing_kind {
    CLOSING_BROKEN,  /* an honest strategy broke a promise it makes           */
    CLOSING_CONTROL, /* whether the scenario shows the race                   */
    CLOSING_NOTHING, /* it does not: it proved nothing                        */
    CLOSING_WHY,     /* with few variants: each one's own words for what happened */
    CLOSING_RANK,    /* who served, who refused fastest, who asked least      */
    CLOSING_ASIDE,   /* who is not ranked, and why                            */
    CLOSING_TURNED,  /* who turned people away while seats were free          */
    CLOSING_BOUND    /* what zero events in so many trials mean               */
};
typedef void closing_fn(void *arg, enum closing_kind, const char *text);

/* In the order above, one call per sentence; the text lives until fn returns. 0 / -1 after saying so. */
int closing_say(const json_t *run, const char *scenario, const char *db, closing_fn *, void *arg);

#endif
