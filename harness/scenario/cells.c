#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/scenario/cell.h"
#include "harness/scenario/choice.h"
#include "harness/scenario/layer.h"

/* A matrix of more cells than this is a mistake in a sweep, not an experiment. */
#define CELLS_MAX 10000
#define STRATEGY  "strategy."

/* One scenario on its way into cells: what its nested sweeps have set so far. */
struct expansion {
    struct cells *cells;
    const struct scenario *source;
    const struct text_list *dbs;
    struct text_list variants; /* their texts, sets resolved */
    struct text_list *swept;   /* of each of its sweeps the values, as they are printed */
    struct scenario point;     /* the sweep point's          */
    struct text_list keys, values;
};

static int out_of_memory(const struct expansion *x)
{
    say_error("%s: out of memory", x->source->place);
    return EXIT_ERROR;
}

static bool is_of_strategy(const struct sweep *sweep)
{
    return strncmp(sweep->key, STRATEGY, strlen(STRATEGY)) == 0;
}

/* "strategy.queue.batch" as the override it stands for; name and key are cut into the buffer. */
static struct override swept_override(const struct sweep *sweep, char *value, char *buffer, size_t size)
{
    struct override o = { .value = value };
    const char *key = layer_split(sweep->key, buffer, size);

    o.strategy = buffer + strlen(STRATEGY);
    o.key = (char *)(uintptr_t)key;
    memcpy(o.place, sweep->place, sizeof(o.place));
    return o;
}

static bool is_about(const struct sweep *sweep, const char *strategy)
{
    char section[OPTION_TEXT_SIZE];

    return is_of_strategy(sweep) && layer_split(sweep->key, section, sizeof(section)) != NULL &&
           strcmp(section + strlen(STRATEGY), strategy) == 0;
}

/* ---- what the scenario says about strategies --------------------------------------------------------------------- */

/* text: how its value is printed, OPTION_TEXT_SIZE bytes. */
static int check_override(const struct override *o, char *text)
{
    struct variant v;
    int failed = EXIT_USAGE;

    if (registry_get(o->strategy, o->place) != NULL)
        failed = variant_parse(&v, o->strategy, o->place);
    if (failed != EXIT_OK)
        return failed;
    failed = variant_override(&v, o, false);
    if (failed == EXIT_OK)
        variant_print(&v, o->key, text, OPTION_TEXT_SIZE);
    variant_free(&v);
    return failed;
}

/* A place of the command line quotes the key already. */
static int twice(const struct sweep *sweep, const char *value)
{
    if (strncmp(sweep->place, "--", 2) == 0)
        say_error("%s: '%s' stands there twice", sweep->place, value);
    else
        say_error("%s: [sweep] %s: '%s' stands there twice", sweep->place, sweep->key, value);
    return EXIT_USAGE;
}

/* Equal values would be two cells of one name: their histories would be one file. */
static int tidy_sweep(const struct expansion *x, const struct sweep *sweep, struct text_list *tidy)
{
    char buffer[OPTION_TEXT_SIZE], text[OPTION_TEXT_SIZE];
    int failed;

    if (!is_of_strategy(sweep)) /* tidied when it was read (layer.c) */
        return text_list_copy(tidy, &sweep->values) == 0 ? EXIT_OK : out_of_memory(x);
    for (size_t v = 0; v < sweep->values.n; v++) {
        const struct override o = swept_override(sweep, sweep->values.items[v], buffer, sizeof(buffer));

        if ((failed = check_override(&o, text)) != EXIT_OK)
            return failed;
        if (text_list_has(tidy, text))
            return twice(sweep, text);
        if (text_list_add(tidy, text, strlen(text)) != 0)
            return out_of_memory(x);
    }
    return EXIT_OK;
}

/* All of them, also of strategies that do not run this time: a misspelt line must not wait for its day. */
static int check_overrides(struct expansion *x)
{
    const struct scenario *s = x->source;
    char text[OPTION_TEXT_SIZE];
    int failed = EXIT_OK;

    if ((x->swept = calloc(s->sweep_count + 1, sizeof(*x->swept))) == NULL)
        return out_of_memory(x);
    for (size_t i = 0; i < s->override_count && failed == EXIT_OK; i++)
        failed = check_override(&s->overrides[i], text);
    for (size_t i = 0; i < s->sweep_count && failed == EXIT_OK; i++)
        failed = tidy_sweep(x, &s->sweeps[i], &x->swept[i]);
    return failed;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* The last word of a key, unless another swept key ends in it too. */
static const char *short_key(const struct scenario *s, const char *key)
{
    const char *last = strrchr(key, '.') + 1;

    for (size_t i = 0; i < s->sweep_count; i++) {
        const char *other = s->sweeps[i].key;

        if (strcmp(other, key) != 0 && strcmp(strrchr(other, '.') + 1, last) == 0)
            return key;
    }
    return last;
}

static int write_id(const struct expansion *x, struct cell *cell)
{
    size_t used = 0;
    int length;

    for (size_t i = 0; i < cell->sweep_keys.n && used < sizeof(cell->sweep); i++)
        used += (size_t)snprintf(cell->sweep + used, sizeof(cell->sweep) - used, "%s%s=%s", i > 0 ? "," : "",
                                 short_key(x->source, cell->sweep_keys.items[i]), cell->sweep_values.items[i]);
    length = snprintf(cell->id, sizeof(cell->id), "%s/%s/%s%s%s", cell->group, cell->db, cell->variant.name,
                      used > 0 ? "/" : "", cell->sweep);
    if (used < sizeof(cell->sweep) && (size_t)length < sizeof(cell->id))
        return EXIT_OK;
    say_error("%s: the name of cell '%.60s…' is too long; sweep fewer keys, or put options into "
              "[strategy.NAME]",
              x->source->place, cell->id);
    return EXIT_USAGE;
}

/* The scenario's overrides, then what is swept over them. */
static int apply_overrides(const struct expansion *x, struct variant *v)
{
    char buffer[OPTION_TEXT_SIZE];
    int failed = EXIT_OK;

    for (size_t i = 0; i < x->source->override_count && failed == EXIT_OK; i++)
        if (strcmp(x->source->overrides[i].strategy, v->registered->strategy->name) == 0)
            failed = variant_override(v, &x->source->overrides[i], false);
    for (size_t i = 0; i < x->source->sweep_count; i++)
        for (size_t k = 0; k < x->keys.n && failed == EXIT_OK; k++)
            if (is_of_strategy(&x->source->sweeps[i]) && strcmp(x->source->sweeps[i].key, x->keys.items[k]) == 0) {
                struct override o = swept_override(&x->source->sweeps[i], x->values.items[k], buffer, sizeof(buffer));

                failed = variant_override(v, &o, true);
            }
    return failed;
}

static int fill_cell(const struct expansion *x, struct cell *cell, const char *db, const char *variant)
{
    int failed;

    snprintf(cell->group, sizeof(cell->group), "%s", x->source->name);
    snprintf(cell->db, sizeof(cell->db), "%s", db);
    if (scenario_copy(&cell->scenario, &x->point) != 0 || text_list_copy(&cell->sweep_keys, &x->keys) != 0 ||
        text_list_copy(&cell->sweep_values, &x->values) != 0)
        return out_of_memory(x);
    failed = variant_parse(&cell->variant, variant, x->source->place);
    if (failed != EXIT_OK)
        return failed;
    cell->variant.retry = x->point.retry;
    if (cell->variant.registered->strategy->retry_on != 0)
        cell->variant.retry.on = cell->variant.registered->strategy->retry_on;
    failed = apply_overrides(x, &cell->variant);
    if (failed == EXIT_OK)
        failed = cell_check_options(cell);
    if (failed == EXIT_OK)
        failed = cell_check_backoff(cell);
    if (failed == EXIT_OK)
        failed = cell_check_pool(cell);
    if (failed == EXIT_OK)
        failed = write_id(x, cell);
    if (failed == EXIT_OK)
        cell_explain_skip(cell);
    return failed;
}

static int add_cell(struct expansion *x, const char *db, const char *variant)
{
    struct cells *cells = x->cells;
    struct cell *more;

    if (cells->n == CELLS_MAX) {
        say_error("%s: more than %d cells; sweep fewer values", x->source->place, CELLS_MAX);
        return EXIT_USAGE;
    }
    more = realloc(cells->cell, (cells->n + 1) * sizeof(*more));
    if (more == NULL)
        return out_of_memory(x);
    cells->cell = more;
    more[cells->n] = (struct cell){ 0 };
    return fill_cell(x, &more[cells->n++], db, variant);
}

/* ---- the nested loops -------------------------------------------------------------------------------------------- */

static int push(struct expansion *x, size_t sweep, size_t value)
{
    const char *key = x->source->sweeps[sweep].key, *text = x->swept[sweep].items[value];

    if (text_list_add(&x->keys, key, strlen(key)) != 0 || text_list_add(&x->values, text, strlen(text)) != 0)
        return out_of_memory(x);
    return EXIT_OK;
}

static void pop(struct expansion *x)
{
    free(x->keys.items[--x->keys.n]);
    free(x->values.items[--x->values.n]);
}

/* Every value of the sweeps of this strategy from number i on. */
static int expand_variant(struct expansion *x, size_t i, const char *db, const char *variant, const char *strategy)
{
    const struct scenario *s = x->source;
    int failed = EXIT_OK;

    while (i < s->sweep_count && !is_about(&s->sweeps[i], strategy))
        i++;
    if (i == s->sweep_count)
        return add_cell(x, db, variant);
    for (size_t v = 0; v < s->sweeps[i].values.n && failed == EXIT_OK; v++) {
        failed = push(x, i, v);
        if (failed != EXIT_OK)
            break;
        failed = expand_variant(x, i + 1, db, variant, strategy);
        pop(x);
    }
    return failed;
}

static int expand_point(struct expansion *x)
{
    char place[OPTION_TEXT_SIZE + 128];
    size_t used = (size_t)snprintf(place, sizeof(place), "%s", x->source->place);
    int failed;

    for (size_t i = 0; i < x->keys.n && used < sizeof(place); i++)
        used += (size_t)snprintf(place + used, sizeof(place) - used, "%s%s = %s", i == 0 ? " at " : ", ",
                                 x->keys.items[i], x->values.items[i]);
    failed = scenario_check(&x->point, place);
    for (size_t i = 0; i < registry_count && failed == EXIT_OK; i++)
        if ((registry[i].strategy->traits & TRAIT_FLOOR) != 0)
            failed = add_cell(x, "null", registry[i].strategy->name);
    for (size_t d = 0; d < x->dbs->n; d++)
        for (size_t v = 0; v < x->variants.n && failed == EXIT_OK; v++) {
            const char *text = x->variants.items[v];
            char *name = strndup(text, strcspn(text, ":"));

            failed = name != NULL ? expand_variant(x, 0, x->dbs->items[d], text, name) : out_of_memory(x);
            free(name);
        }
    return failed;
}

/* Every value of the sweeps from number i on, those of strategies apart. */
static int expand_sweeps(struct expansion *x, size_t i)
{
    const struct scenario *s = x->source;
    int failed = EXIT_OK;

    while (i < s->sweep_count && is_of_strategy(&s->sweeps[i]))
        i++;
    if (i == s->sweep_count)
        return expand_point(x);
    for (size_t v = 0; v < s->sweeps[i].values.n && failed == EXIT_OK; v++) {
        failed = scenario_set(&x->point, s->sweeps[i].key, s->sweeps[i].values.items[v], s->sweeps[i].place);
        if (failed == EXIT_OK)
            failed = push(x, i, v);
        if (failed != EXIT_OK)
            break;
        failed = expand_sweeps(x, i + 1);
        pop(x);
    }
    return failed;
}

/* ---- entry ------------------------------------------------------------------------------------------------------- */

static int expand(struct cells *cells, const struct scenario *s, const struct text_list *strategies,
                  const struct text_list *dbs)
{
    struct expansion x = { .cells = cells, .source = s };
    int failed = check_overrides(&x);

    if (failed == EXIT_OK && scenario_copy(&x.point, s) != 0)
        failed = out_of_memory(&x);
    if (failed == EXIT_OK)
        failed = choice_take(&x.point, strategies, dbs);
    x.dbs = &x.point.use;
    if (failed == EXIT_OK)
        failed = choice_variants(&x.variants, s, strategies);
    if (failed == EXIT_OK)
        failed = expand_sweeps(&x, 0);
    for (size_t i = 0; x.swept != NULL && i < s->sweep_count; i++)
        text_list_free(&x.swept[i]);
    free(x.swept);
    scenario_free(&x.point);
    text_list_free(&x.variants);
    text_list_free(&x.keys);
    text_list_free(&x.values);
    return failed;
}

/* Of all cells that it concerns, the first says it for the rest of its scenario. */
static void warn_holds(const struct cells *cells)
{
    const char *said = "";

    for (size_t i = 0; i < cells->n; i++)
        if (strcmp(said, cells->cell[i].group) != 0 && cell_warn_hold(&cells->cell[i]))
            said = cells->cell[i].group;
}

int cells_expand(struct cells *cells, const struct scenario *const *scenarios, size_t n,
                 const struct text_list *strategies, const struct text_list *dbs)
{
    int failed = EXIT_OK;

    *cells = (struct cells){ 0 };
    for (size_t i = 0; i < n && failed == EXIT_OK; i++) {
        for (size_t k = 0; k < i && failed == EXIT_OK; k++)
            if (strcmp(scenarios[k]->name, scenarios[i]->name) == 0) {
                say_error("scenario %s is named twice; leave one out", scenarios[i]->name);
                failed = EXIT_USAGE;
            }
        if (failed == EXIT_OK)
            failed = expand(cells, scenarios[i], strategies, dbs);
    }
    if (failed == EXIT_OK)
        warn_holds(cells);
    else
        cells_free(cells);
    return failed;
}

void cells_free(struct cells *cells)
{
    if (cells == NULL)
        return;
    for (size_t i = 0; i < cells->n; i++)
        cell_free(&cells->cell[i]);
    free(cells->cell);
    *cells = (struct cells){ 0 };
}
