#include "harness/report/story_fold.h"

size_t story_fold_next_move(const struct trace *trace, size_t i)
{
    size_t j = i + 1;

    while (j < trace->n && trace->moves[j].actor != trace->moves[i].actor)
        j++;
    return j;
}

bool story_fold_is_later(const struct trace *trace, size_t i)
{
    const struct move *move = &trace->moves[i];
    size_t next, j;

    if ((move->call.kind == CALL_LANE_TAKE || move->call.kind == CALL_PAUSE) && move->answer == 0)
        return true; /* the app closes: never told */
    if (move->call.kind != CALL_BEGIN || move->status != DB_OK || move->fault != FAULT_NONE || move->waited ||
        move->attempt_ended)
        return false;
    next = story_fold_next_move(trace, i);
    if (next == i + 1 || next == trace->n)
        return false;
    for (j = i; j < next; j++)
        if (trace->moves[j].waited || trace->moves[j].status == DB_BUSY || trace->moves[j].status == DB_CONFLICT)
            return false;
    return true;
}

/* The service has answered this user in the step. */
static bool is_answered(const struct story_folder *folder, int64_t user)
{
    int i;

    for (i = folder->last; i >= 0; i--) {
        const struct move *move = &folder->trace->moves[i];

        if (move->call.kind == CALL_FINISH && move->user == user)
            return true;
        if (move->call.kind != CALL_FINISH && move->call.kind != CALL_ANSWER)
            return false;
    }
    return false;
}

static bool joins(const struct story_folder *folder, const struct move *move)
{
    const struct move *last;

    if (folder->last < 0)
        return false;
    last = &folder->trace->moves[folder->last];
    if (move->call.kind == CALL_ANSWER)
        return is_answered(folder, move->user);
    if (move->actor != folder->actor)
        return false;
    if (move->call.kind == CALL_FINISH)
        return true;
    if (last->actor != move->actor)
        return false;
    if (move->in_tx || move->call.kind == CALL_ROLLBACK || move->call.kind == CALL_UNLOCK)
        return true;
    return !last->attempt_ended && (move->call.kind == CALL_CHECKOUT || folder->is_prelude);
}

/* By itself it would be a step that does nothing. */
static bool is_prelude(const struct move *move)
{
    return move->call.kind == CALL_ARRIVE || move->call.kind == CALL_PAUSE || move->call.kind == CALL_CHECKOUT ||
           (move->call.kind == CALL_LOCK && move->answer == DB_OK);
}

enum story_fold story_fold(struct story_folder *folder, size_t i)
{
    const struct move *move = &folder->trace->moves[i];
    bool joined;

    if (story_fold_is_later(folder->trace, i))
        return STORY_FOLD_LATER;
    joined = joins(folder, move);
    folder->is_prelude = is_prelude(move) && (!joined || folder->is_prelude);
    folder->last = (int)i;
    if (!joined)
        folder->actor = move->actor;
    return joined ? STORY_FOLD_JOINS : STORY_FOLD_BEGINS;
}
