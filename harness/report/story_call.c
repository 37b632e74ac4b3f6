#include "harness/report/story_call.h"

#include <inttypes.h>

#include "harness/report/story_sql.h"

void story_call_user(FILE *out, const struct trace *trace, int64_t user)
{
    int i;

    for (i = 0; i < trace->actor_count; i++)
        if (!trace->actors[i].is_service && trace->actors[i].user == user) {
            putc(trace->actors[i].letter, out);
            return;
        }
    fprintf(out, "user %" PRId64, user);
}

static const char *sql_of(const struct statement *statement, enum dialect dialect)
{
    const char *sql = statement->sql.in[dialect];

    return sql != NULL ? sql : "";
}

void story_call_name(FILE *out, const struct move *move)
{
    if (move->statement == NULL)
        return;
    fputs(move->statement->name, out);
    if (move->call.kind == CALL_RUN_MANY && move->call.n > 1)
        fprintf(out, " ×%d", move->call.n);
    fputs(": ", out);
}

static const char *begin_words(enum tx_mode mode, enum dialect dialect)
{
    if (dialect == DIALECT_SQLITE)
        return mode == TX_WRITE ? "BEGIN IMMEDIATE" : "BEGIN";
    if (mode == TX_REPEATABLE_READ)
        return "BEGIN ISOLATION LEVEL REPEATABLE READ";
    return mode == TX_SERIALIZABLE ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN";
}

bool story_call_sql(FILE *out, const struct move *move, enum dialect dialect)
{
    switch (move->call.kind) {
    case CALL_BEGIN:
        fputs(begin_words(move->call.mode, dialect), out);
        return true;
    case CALL_RUN:
    case CALL_RUN_MANY:
        if (move->statement == NULL)
            return false;
        story_sql_write(out, sql_of(move->statement, dialect), move->args, move->call.nargs);
        return true;
    case CALL_COMMIT:
        fputs("COMMIT", out);
        return true;
    case CALL_ROLLBACK:
        fputs("ROLLBACK", out);
        return true;
    default:
        return false;
    }
}

static void write_taken(FILE *out, const struct trace *trace, const struct move *move)
{
    int i;

    fputs("takes ", out);
    for (i = 0; i < TRACE_USERS && move->taken[i] != 0; i++) {
        fputs(i > 0 ? ", " : "", out);
        story_call_user(out, trace, move->taken[i]);
    }
    fputs(" from the line", out);
}

static void write_gate(FILE *out, const struct move *move)
{
    const struct call *call = &move->call;

    if (call->kind == CALL_GATE_LEFT)
        fprintf(out, "looks at the gate: %" PRId64 " left", move->answer);
    else if (call->kind == CALL_GATE_GIVE)
        fprintf(out, "gives %" PRId64 " back to the gate", call->seats);
    else if (move->answer != 0)
        fprintf(out, "takes %" PRId64 " from the gate", call->seats);
    else
        fprintf(out, "asks the gate for %" PRId64 ": no", call->seats);
}

/* What a user is told, and what a service answers. */
static const char *const verdict_words[VERDICT_COUNT] = {
    [VERDICT_BOOKED] = "booked",       [VERDICT_SOLD_OUT] = "sold out", [VERDICT_CONFLICT] = "conflict",
    [VERDICT_TIMED_OUT] = "timed out", [VERDICT_SHED] = "turned away",  [VERDICT_ABANDONED] = "left",
    [VERDICT_UNKNOWN] = "unknown",     [VERDICT_FAILED] = "failed",     [VERDICT_PARKED] = "parked",
};

void story_call_deed(FILE *out, const struct trace *trace, const struct move *move)
{
    switch (move->call.kind) {
    case CALL_CHECKOUT:
        fputs(move->answer != 0 ? "checkout: decides to pay" : "checkout: leaves", out);
        break;
    case CALL_GATE_TAKE:
    case CALL_GATE_GIVE:
    case CALL_GATE_LEFT:
        write_gate(out, move);
        break;
    case CALL_LOCK:
        fputs(move->answer == DB_OK ? "takes the lock of the server" : "finds the lock of the server taken", out);
        break;
    case CALL_UNLOCK:
        fputs("gives the lock of the server back", out);
        break;
    case CALL_ARRIVE:
        fputs("comes, may look at the server's memory", out);
        break;
    case CALL_PARK:
        fputs(move->answer != 0 ? "joins the line" : "finds the line full", out);
        break;
    case CALL_LANE_TAKE:
        write_taken(out, trace, move);
        break;
    case CALL_FINISH:
        fputs("answers ", out);
        story_call_user(out, trace, move->user);
        fprintf(out, ": %s",
                move->answer >= 0 && move->answer < VERDICT_COUNT ? verdict_words[move->answer] : "unknown");
        break;
    case CALL_ANSWER:
        fputs("gets the answer", out);
        break;
    case CALL_PAUSE:
        fputs("wakes up", out);
        break;
    case CALL_TIME:
        fputs("passes: holds are over", out);
        break;
    default:
        break;
    }
}

static const char *const failures[DB_STATUS_COUNT] = {
    [DB_BUSY] = "busy: another transaction holds the lock",
    [DB_CONFLICT] = "refused: it conflicts with another transaction",
    [DB_DEADLOCK] = "deadlock: this transaction is the victim",
    [DB_CONSTRAINT] = "refused by a constraint",
    [DB_LOCK_TIMEOUT] = "waited too long for the lock",
    [DB_STATEMENT_TIMEOUT] = "ran too long",
    [DB_POOL_TIMEOUT] = "no connection was free",
    [DB_ROLLED_BACK] = "answered ROLLBACK: the transaction had failed before",
    [DB_LOST] = "the connection is lost",
    [DB_IN_DOUBT] = "the answer is lost",
    [DB_FULL] = "refused: no space",
    [DB_ERROR] = "refused: an error",
};

static const char *const faults[FAULT_KINDS] = {
    [FAULT_BEFORE] = "FAULT: the connection is lost before this takes effect",
    [FAULT_AFTER] = "FAULT: this takes effect, then the connection is lost before the answer",
    [FAULT_ERROR] = "FAULT: the database answers an error",
};

static void write_columns(FILE *out, const char *sql, const struct row *row)
{
    struct story_sql_column column[DB_COLUMNS];
    int n = story_sql_columns(sql, column, DB_COLUMNS), i;

    if (n == 1 && column[0].is_constant)
        fprintf(out, "%" PRId64 " row%s", row->rows, row->rows == 1 ? "" : "s");
    else if (row->rows > 1)
        fprintf(out, "%" PRId64 " rows, the first: ", row->rows);
    if (n == 1 && column[0].is_constant)
        return;
    if (n == 0 || (n == 1 && column[0].length == 0))
        fprintf(out, "reads %" PRId64, row->column[0]);
    for (i = 0; i < n && (n > 1 || column[i].length > 0); i++) {
        fputs(i > 0 ? ", " : "", out);
        if (column[i].length > 0)
            fprintf(out, "%.*s = ", column[i].length, column[i].name);
        fprintf(out, "%" PRId64, row->column[i]);
    }
}

static void write_read(FILE *out, const char *sql, const struct row *row)
{
    fputs("→ ", out);
    if (row->rows > 0)
        write_columns(out, sql, row);
    else
        fputs(story_sql_locks(sql) ? "no row: nothing is locked" : "no row", out);
}

static void write_change(FILE *out, const char *sql, const struct row *row)
{
    fprintf(out, "→ %s ", story_sql_verb(sql));
    if (row->changed == 0)
        fputs("no row", out);
    else
        fprintf(out, "%" PRId64 " row%s", row->changed, row->changed == 1 ? "" : "s");
    if (row->rows > 0) {
        fputs(": ", out);
        write_columns(out, sql, row);
    }
}

bool story_call_answer(FILE *out, const struct move *move, enum dialect dialect)
{
    const char *sql;

    if (move->call.kind > CALL_ROLLBACK)
        return false;
    if (move->fault != FAULT_NONE || move->status != DB_OK) {
        fprintf(out, "→ %s", move->fault != FAULT_NONE ? faults[move->fault] : failures[move->status]);
        return true;
    }
    if (move->statement == NULL)
        return false;
    sql = sql_of(move->statement, dialect);
    if (move->statement->kind == STATEMENT_READ)
        write_read(out, sql, &move->row);
    else
        write_change(out, sql, &move->row);
    return true;
}

static const char *const reason_words[REASON_COUNT] = {
    [REASON_STALE] = "stale",
    [REASON_HELD] = "held by others",
    [REASON_EXPIRED] = "the hold had expired",
    [REASON_BUSY] = "busy",
    [REASON_SERIALIZATION] = "serialization",
    [REASON_DEADLOCK] = "deadlock",
    [REASON_POOL_TIMEOUT] = "no connection was free",
    [REASON_LOCK_TIMEOUT] = "the lock",
    [REASON_STATEMENT_TIMEOUT] = "the statement",
    [REASON_CONSTRAINT] = "a constraint",
    [REASON_ROLLED_BACK] = "COMMIT was answered ROLLBACK",
    [REASON_QUEUE_FULL] = "the line is full",
    [REASON_LOST] = "the connection was lost",
    [REASON_FULL] = "no space",
    [REASON_ERROR] = "an error",
};

/* The call whose answer nobody got: of the user, or of the service that answers for him. */
static const struct move *in_doubt(const struct trace *trace, const struct move *told)
{
    const struct move *move;

    for (move = told; move >= trace->moves; move--)
        if (move->call.kind <= CALL_ROLLBACK && move->status == DB_IN_DOUBT)
            return move;
    return NULL;
}

static void write_unknown(FILE *out, const struct trace *trace, const struct move *told)
{
    const struct move *move = in_doubt(trace, told);

    fputs("told: unknown", out);
    if (move != NULL)
        fprintf(out, " - the answer to %s was lost",
                move->call.kind == CALL_COMMIT || move->statement == NULL ? "COMMIT" : move->statement->name);
}

bool story_call_told(FILE *out, const struct trace *trace, const struct move *move)
{
    const char *why = reason_words[move->reason];

    if (!move->attempt_ended || move->verdict == VERDICT_PARKED)
        return false;
    if (move->verdict == VERDICT_UNKNOWN)
        write_unknown(out, trace, move);
    else if (move->verdict == VERDICT_ABANDONED)
        fputs("goes away", out);
    else if (move->verdict == VERDICT_CONFLICT)
        fprintf(out, "conflict%s%s%s: %s", why != NULL ? " (" : "", why != NULL ? why : "", why != NULL ? ")" : "",
                move->tries_again ? "tries again" : "no try left, gives up");
    else
        fprintf(out, "told: %s%s%s", verdict_words[move->verdict], why != NULL ? " - " : "", why != NULL ? why : "");
    return true;
}

bool story_call_hurts(const struct trace *trace, const struct move *move)
{
    const unsigned too_much = 1u << ANOMALY_OVERSOLD | 1u << ANOMALY_LOST | 1u << ANOMALY_DUPLICATE;
    const unsigned too_little = 1u << ANOMALY_UNSOLD | 1u << ANOMALY_FALSE_SOLD_OUT | 1u << ANOMALY_GHOST;

    if (!move->attempt_ended || move->tries_again)
        return false;
    return (trace->anomalies & (move->verdict == VERDICT_BOOKED ? too_much : too_little)) != 0;
}

/* A transaction of this actor is open after move `last`. */
static bool is_open(const struct trace *trace, int actor, size_t last)
{
    size_t i;

    for (i = last + 1; i-- > 0;) {
        const struct move *move = &trace->moves[i];

        if (move->actor != actor)
            continue;
        if (move->attempt_ended || move->call.kind == CALL_COMMIT || move->call.kind == CALL_ROLLBACK)
            return false;
        return move->in_tx || (move->call.kind == CALL_BEGIN && move->status == DB_OK);
    }
    return false;
}

int story_call_holder(const struct trace *trace, size_t i)
{
    const struct move *move = &trace->moves[i];
    int actor, holder = -1;

    if (move->woken_at >= 0 && trace->moves[move->woken_at].actor != move->actor)
        return trace->moves[move->woken_at].actor;
    for (actor = 0; actor < trace->actor_count; actor++) {
        if (actor == move->actor || !is_open(trace, actor, i))
            continue;
        if (holder >= 0)
            return -1;
        holder = actor;
    }
    return holder;
}
