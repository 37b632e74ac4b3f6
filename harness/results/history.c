#include "harness/results/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/results/csv.h"

/* With a hash of ten characters behind it a name stays within NAME_MAX. */
#define NAME_KEPT 240

static uint32_t fnv1a(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

void history_name(const struct cell *cell, char out[HISTORY_NAME_SIZE])
{
    size_t used = 0;
    const char *c = cell->id;

    for (; *c != '\0' && used < NAME_KEPT - 1; c++) {
        if (*c == '/')
            out[used++] = '_';
        out[used++] = *c == '/' ? '_' : *c;
    }
    out[used] = '\0';
    if (*c != '\0')
        snprintf(out + used, HISTORY_NAME_SIZE - used, "~%08" PRIx32, fnv1a(cell->id));
}

/* Times count from the opening of the gate. */
static void write_record(struct output *o, const struct record *r, int64_t start_ns)
{
    csv_text(o, op_name((enum op)r->op));
    if (r->op == OP_RESERVE)
        csv_int(o, r->request);
    else
        csv_blank(o);
    if (r->ref != 0)
        csv_int(o, r->ref);
    else
        csv_blank(o);
    csv_int(o, r->user);
    csv_int(o, r->event);
    csv_int(o, r->seats);
    csv_int(o, r->due_ns - start_ns);
    csv_int(o, r->invoke_ns - start_ns);
    if (r->first_ns != 0)
        csv_int(o, r->first_ns - start_ns);
    else
        csv_blank(o);
    csv_int(o, r->return_ns - start_ns);
    csv_text(o, r->op == OP_RESERVE ? outcome_name((enum outcome)r->outcome)
                                    : aside_name((enum op)r->op, (enum aside_outcome)r->outcome));
    csv_text(o, r->reason != REASON_NONE ? reason_name((enum reason)r->reason) : "");
    csv_int(o, r->attempts);
    csv_int(o, r->statements);
    csv_blank(o); /* order: of strategies that keep one */
    csv_end(o);
}

static int write_requests(struct output *o, const struct folder *folder, const char *name, const struct trial *t)
{
    if (output_open(o, folder, name) != EXIT_OK)
        return EXIT_ERROR;
    csv_header(o, "op,request,ref,user,event,seats,due_ns,invoke_ns,first_ns,return_ns,outcome,reason,attempts,"
                  "statements,order");
    for (size_t i = 0; i < t->record_count; i++)
        write_record(o, &t->records[i], t->start_ns);
    for (size_t i = 0; i < t->cancel_count; i++)
        write_record(o, &t->cancels[i], t->start_ns);
    return output_close(o, false);
}

static int write_ledger(struct output *o, const struct folder *folder, const char *name, const struct witnesses *w)
{
    if (output_open(o, folder, name) != EXIT_OK)
        return EXIT_ERROR;
    csv_header(o, "id,request,event,user,seats");
    for (size_t i = 0; i < w->booking_count; i++) {
        const struct booking *b = &w->bookings[i];

        csv_int(o, b->id);
        csv_int(o, b->request);
        csv_int(o, b->event);
        csv_int(o, b->user);
        csv_int(o, b->seats);
        csv_end(o);
    }
    return output_close(o, false);
}

static int write_counters(struct output *o, const struct folder *folder, const char *name, const struct trial *t,
                          const struct witnesses *w)
{
    if (output_open(o, folder, name) != EXIT_OK)
        return EXIT_ERROR;
    csv_header(o, "kind,app,event,capacity,initial,value");
    for (size_t i = 0; i < w->counter_count; i++) {
        csv_text(o, "counter");
        csv_blank(o);
        csv_int(o, w->counters[i].event);
        csv_int(o, w->counters[i].capacity);
        csv_blank(o);
        csv_int(o, w->counters[i].available);
        csv_end(o);
    }
    for (size_t i = 0; i < w->remainder_count; i++) {
        csv_text(o, "own");
        csv_blank(o);
        csv_int(o, w->remainders[i].event);
        csv_blank(o);
        csv_blank(o);
        csv_int(o, w->remainders[i].left);
        csv_end(o);
    }
    for (size_t i = 0; i < t->gate_count; i++) {
        csv_text(o, "gate");
        csv_int(o, t->gates[i].app);
        csv_int(o, t->gates[i].event);
        csv_blank(o);
        csv_int(o, t->gates[i].initial);
        csv_int(o, t->gates[i].left);
        csv_end(o);
    }
    return output_close(o, false);
}

static int write_seats(struct output *o, const struct folder *folder, const char *name, const struct witnesses *w)
{
    if (output_open(o, folder, name) != EXIT_OK)
        return EXIT_ERROR;
    csv_header(o, "event,seat,request");
    for (size_t i = 0; i < w->seat_count; i++) {
        csv_int(o, w->seats[i].event);
        csv_int(o, w->seats[i].seat);
        if (w->seats[i].request != 0)
            csv_int(o, w->seats[i].request);
        else
            csv_blank(o);
        csv_end(o);
    }
    return output_close(o, false);
}

int history_write(const struct folder *folder, const struct cell *cell, int64_t number, const struct trial *t,
                  const struct witnesses *w)
{
    char dir[HISTORY_NAME_SIZE + 16], path[sizeof dir + 40], name[HISTORY_NAME_SIZE];
    struct output o;
    int code;

    history_name(cell, name);
    snprintf(dir, sizeof dir, "history/%s", name);
    if ((code = folder_mkdir(folder, "history")) != EXIT_OK || (code = folder_mkdir(folder, dir)) != EXIT_OK)
        return code;
    snprintf(path, sizeof path, "%s/%" PRId64 ".csv", dir, number);
    if ((code = write_requests(&o, folder, path, t)) != EXIT_OK || w == NULL)
        return code;
    snprintf(path, sizeof path, "%s/%" PRId64 ".ledger.csv", dir, number);
    if ((code = write_ledger(&o, folder, path, w)) != EXIT_OK)
        return code;
    snprintf(path, sizeof path, "%s/%" PRId64 ".counters.csv", dir, number);
    if ((code = write_counters(&o, folder, path, t, w)) != EXIT_OK || w->seat_count == 0)
        return code;
    snprintf(path, sizeof path, "%s/%" PRId64 ".seats.csv", dir, number);
    return write_seats(&o, folder, path, w);
}
