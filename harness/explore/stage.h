#ifndef EXPLORE_STAGE_H
#define EXPLORE_STAGE_H

#include "harness/explore/players.h"

/* Where the players of one schedule stand and move, one call at a time. Main thread. */

/* Waits until everybody stands still. False: somebody has not come back for longer than any call takes; who is in
 * trace.astray. */
bool stage_settle(struct players *);
/* Whose call could be made now, as bits. */
unsigned stage_ready(const struct players *);
/* Of those who are ready, users who have lost a race and let others go first, as bits; at least one of `ready` is not
 * among them. With tries without end (players.never_give_up) nothing else would keep a user from trying for ever while
 * whoever is in his way stands still, which no real scheduler does. Nothing is lost: until somebody has moved since his
 * try began, the next one would only be answered the same. */
unsigned stage_yielding(const struct players *, unsigned ready);
bool stage_users_ended(const struct players *);
/* Somebody waits for a lock in the database. */
bool stage_waiting(const struct players *);
/* The clock's bit when it may move now: there may be something to be over, and it has moves left. */
unsigned stage_clock_ready(const struct players *);
/* It has moved: the next move of the trace, made by the stage. */
void stage_time_passed(struct players *, int who);
/* Lets one make its call, the next of the trace, unless it is kept out. False: as stage_settle(). */
bool stage_move(struct players *, int who);
/* When all users have ended, services go on by themselves until their lanes are closed; else ends every thread at its
 * next call, one that makes none where it is. Joins the users. */
void stage_leave(struct players *);

#endif
