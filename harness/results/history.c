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
    csv_int(o, r->app);
    csv_int(o, r->checkout_ns);
    csv_end(o);
}

/* What every part is written from. */
struct source {
    const struct trial *trial;
    const struct witnesses *witnesses;
};

static int64_t write_requests(struct output *o, const struct source *from)
{
    const struct trial *t = from->trial;

    csv_header(o, "op,request,ref,user,event,seats,due_ns,invoke_ns,first_ns,return_ns,outcome,reason,attempts,"
                  "statements,order,app,checkout_ns");
    for (size_t i = 0; i < t->record_count; i++)
        write_record(o, &t->records[i], t->start_ns);
    for (size_t i = 0; i < t->cancel_count; i++)
        write_record(o, &t->cancels[i], t->start_ns);
    return (int64_t)(t->record_count + t->cancel_count);
}

static int64_t write_ledger(struct output *o, const struct source *from)
{
    const struct witnesses *w = from->witnesses;

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
    return (int64_t)w->booking_count;
}

static int64_t write_holds(struct output *o, const struct source *from)
{
    const struct witnesses *w = from->witnesses;

    csv_header(o, "id,request,event,user,seats,expired");
    for (size_t i = 0; i < w->hold_count; i++) {
        const struct hold *h = &w->holds[i];

        csv_int(o, h->id);
        csv_int(o, h->request);
        csv_int(o, h->event);
        csv_int(o, h->user);
        csv_int(o, h->seats);
        csv_int(o, h->expired);
        csv_end(o);
    }
    return (int64_t)w->hold_count;
}

static int64_t write_counters(struct output *o, const struct source *from)
{
    const struct witnesses *w = from->witnesses;
    const struct trial *t = from->trial;

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
    return (int64_t)(w->counter_count + w->remainder_count + t->gate_count);
}

static int64_t write_seats(struct output *o, const struct source *from)
{
    const struct witnesses *w = from->witnesses;

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
    return (int64_t)w->seat_count;
}

static bool is_kept(const struct source *from, enum history_part part)
{
    const struct witnesses *w = from->witnesses;

    if (part == HISTORY_REQUESTS)
        return true;
    if (w == NULL)
        return false;
    if (part == HISTORY_HOLDS)
        return w->hold_count > 0;
    return part != HISTORY_SEATS || w->seat_count > 0;
}

static int write_part(const struct folder *folder, const char *path, const struct source *from, enum history_part part,
                      struct history_file *file)
{
    static int64_t (*const writers[HISTORY_PARTS])(struct output *, const struct source *) = {
        [HISTORY_REQUESTS] = write_requests, [HISTORY_LEDGER] = write_ledger, [HISTORY_HOLDS] = write_holds,
        [HISTORY_COUNTERS] = write_counters, [HISTORY_SEATS] = write_seats,
    };
    struct output o;
    int code = output_open(&o, folder, path);

    if (code != EXIT_OK)
        return code;
    file->rows = writers[part](&o, from);
    code = output_close(&o, false);
    file->sum = o.sum;
    return code;
}

int history_write(const struct folder *folder, const struct cell *cell, int64_t number, const struct trial *t,
                  const struct witnesses *w, struct history_file files[HISTORY_PARTS])
{
    char dir[HISTORY_NAME_SIZE + 16], path[sizeof dir + 40], name[HISTORY_NAME_SIZE];
    const struct source from = { t, w };
    int code;

    history_name(cell, name);
    snprintf(dir, sizeof dir, "history/%s", name);
    for (int part = 0; part < HISTORY_PARTS; part++)
        files[part].rows = -1;
    if ((code = folder_mkdir(folder, "history")) != EXIT_OK || (code = folder_mkdir(folder, dir)) != EXIT_OK)
        return code;
    for (int part = 0; part < HISTORY_PARTS && code == EXIT_OK; part++) {
        snprintf(path, sizeof path, "%s/%" PRId64 "%s", dir, number, history_suffixes[part]);
        if (is_kept(&from, (enum history_part)part))
            code = write_part(folder, path, &from, (enum history_part)part, &files[part]);
    }
    return code;
}

json_t *history_document(const struct history_file files[HISTORY_PARTS])
{
    json_t *object = json_object();
    char sum[17];
    int failed = 0;

    for (int part = 0; part < HISTORY_PARTS; part++) {
        if (files[part].rows < 0)
            continue;
        snprintf(sum, sizeof sum, "%016" PRIx64, files[part].sum);
        failed |= json_object_set_new(object, history_part_names[part],
                                      json_pack("{s:I, s:s}", "rows", (json_int_t)files[part].rows, "fnv1a", sum));
    }
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}
