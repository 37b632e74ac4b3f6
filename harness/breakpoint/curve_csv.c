#include "harness/breakpoint/curve_csv.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/results/csv.h"

static void write_broke(struct output *o, unsigned broken)
{
    char text[128] = "";
    size_t used = 0;
    int p;

    for (p = 0; p < PREDICATE_COUNT; p++)
        if ((broken >> p & 1u) != 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? " " : "", predicate_names[p]);
    csv_text(o, text);
}

static void write_trial(struct output *o, const struct cell *cell, size_t number, const struct observation *seen)
{
    csv_text(o, cell->id);
    csv_int(o, (int64_t)number);
    csv_int(o, seen->level);
    csv_int(o, seen->p99_ns);
    if (seen->floor_p99_ns >= 0)
        csv_int(o, seen->floor_p99_ns);
    else
        csv_blank(o);
    csv_int(o, seen->sold);
    csv_int(o, seen->oversold);
    csv_int(o, seen->unsold);
    csv_int(o, seen->astray);
    csv_int(o, seen->errors);
    csv_real(o, seen->statements);
    csv_real(o, seen->amplification);
    csv_int(o, seen->stall_ns);
    csv_int(o, seen->set_aside);
    write_broke(o, seen->broken);
    csv_end(o);
}

int curve_csv_trials(const struct folder *folder, const struct cells *cells, const struct hunt *hunts)
{
    struct output o;
    size_t i, k;

    if (output_open(&o, folder, "curve.csv") != EXIT_OK)
        return EXIT_ERROR;
    csv_header(&o, "cell,trial,level,p99_ns,floor_p99_ns,sold,oversold,unsold,astray,errors,statements_per_request,"
                   "amplification,stall_ns,set_aside,broke");
    for (i = 0; i < cells->n; i++)
        for (k = 0; k < hunts[i].n; k++)
            write_trial(&o, &cells->cell[i], k + 1, &hunts[i].seen[k]);
    return output_close(&o, false);
}

static void write_number(struct output *o, const json_t *value)
{
    if (json_is_integer(value))
        csv_int(o, json_integer_value(value));
    else if (json_is_number(value))
        csv_real(o, json_number_value(value));
    else
        csv_blank(o);
}

static void write_text(struct output *o, const json_t *cell, const char *key)
{
    const char *text = json_string_value(json_object_get(cell, key));

    csv_text(o, text != NULL ? text : "");
}

/* The median p99 at a level; nothing where there is none. */
static void write_p99(struct output *o, const json_t *cell, const char *end)
{
    const json_t *level, *at = json_object_get(cell, end);
    size_t i;

    json_array_foreach(json_object_get(cell, "levels"), i, level)
    {
        if (json_is_integer(at) && json_integer_value(json_object_get(level, "level")) == json_integer_value(at)) {
            write_number(o, json_object_get(json_object_get(level, "p99_ns"), "median"));
            return;
        }
    }
    csv_blank(o);
}

int curve_csv_cells(const struct folder *folder, const json_t *dossier)
{
    const json_t *cell, *params;
    struct output o;
    size_t i;

    if (output_open(&o, folder, "breakpoint.csv") != EXIT_OK)
        return EXIT_ERROR;
    csv_header(&o, "cell,db,variant,attempts,backoff,slo_ns,axis,most,end,holds,breaks,cause,holds_again,"
                   "p99_holds_ns,p99_breaks_ns,trials,breaks_at");
    json_array_foreach(json_object_get(dossier, "cells"), i, cell)
    {
        params = json_object_get(cell, "params");
        write_text(&o, cell, "id");
        write_text(&o, cell, "db");
        write_text(&o, cell, "variant");
        write_text(&o, params, "retry.attempts");
        write_text(&o, params, "retry.backoff");
        write_number(&o, json_object_get(json_object_get(dossier, "limits"), "slo_ns"));
        write_text(&o, dossier, "axis");
        write_number(&o, json_object_get(json_object_get(dossier, "limits"), "most"));
        write_text(&o, cell, "end");
        write_number(&o, json_object_get(cell, "holds"));
        write_number(&o, json_object_get(cell, "breaks"));
        write_text(&o, cell, "cause");
        write_number(&o, json_object_get(cell, "holds_again"));
        write_p99(&o, cell, "holds");
        write_p99(&o, cell, "breaks");
        write_number(&o, json_object_get(cell, "trials"));
        write_text(&o, cell, "text");
        csv_end(&o);
    }
    return output_close(&o, false);
}
