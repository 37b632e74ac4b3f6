#include "harness/explore/search.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/rng.h"

/* A choice is also a move that was tried and kept out, so there may be more choices than moves. */
#define CHOICES (2 * SCHEDULE_MOVES)

/* How a schedule begins that is still to be played: the last choice is the one that has not been made before. */
struct beginning {
    struct beginning *next;
    uint64_t past; /* sum before the last choice: the same again, or the strategy is not deterministic */
    int n;
    uint8_t choice[];
};

/* Where a choice was made, and what else could have been chosen. */
struct fork {
    unsigned ready;
    int last, preemptions; /* before the choice                             */
    struct past past;      /* before the choice                             */
    struct footprint footprint[TRACE_ACTORS];
};

/* Pasts that were reached, alone or with who moved last, each with the fewest preemptions it took: open addressing. */
struct reached {
    struct {
        uint64_t key; /* 0: free */
        int preemptions;
    } * slot;
    size_t size, used;
};

struct search {
    struct chooser chooser;  /* first */
    unsigned clock;          /* players.clock */
    int most;                /* preemptions */
    struct beginning **left; /* by preemptions so far, 0..most: those with fewest go first */
    struct search_counts counts;
    struct reached reached, pasts, ends;
    /* the schedule that is played */
    struct beginning *playing;
    struct fork *forks; /* CHOICES */
    uint8_t choice[CHOICES];
    int choices, preemptions;
    size_t moves_before;
    struct past past;
};

/* ---- sets ---------------------------------------------------------------------------------------------------------
 */

static size_t find(const struct reached *set, uint64_t key)
{
    size_t i = key & (set->size - 1);

    while (set->slot[i].key != 0 && set->slot[i].key != key)
        i = (i + 1) & (set->size - 1);
    return i;
}

static int grow(struct reached *set)
{
    struct reached more = { .size = set->size == 0 ? 1024 : 2 * set->size, .used = set->used };
    size_t i;

    if ((more.slot = calloc(more.size, sizeof *more.slot)) == NULL)
        return -1;
    for (i = 0; i < set->size; i++)
        if (set->slot[i].key != 0)
            more.slot[find(&more, set->slot[i].key)] = set->slot[i];
    free(set->slot);
    *set = more;
    return 0;
}

/* Fewest preemptions it was reached with; INT_MAX: never. */
static int fewest(const struct reached *set, uint64_t key)
{
    size_t i;

    if (set->size == 0)
        return INT_MAX;
    key += key == 0;
    i = find(set, key);
    return set->slot[i].key == key ? set->slot[i].preemptions : INT_MAX;
}

/* 1: new, or reached with fewer preemptions than before; 0: nothing new; -1: out of memory. */
static int reach(struct reached *set, uint64_t key, int preemptions)
{
    size_t i;

    if (2 * set->used >= set->size && grow(set) != 0)
        return -1;
    key += key == 0;
    i = find(set, key);
    if (set->slot[i].key == key && set->slot[i].preemptions <= preemptions)
        return 0;
    set->used += set->slot[i].key == 0;
    set->slot[i].key = key;
    set->slot[i].preemptions = preemptions;
    return 1;
}

/* Who goes on after this choice for free: time that passes comes between, and whoever moved before still can. */
static int next_last(const struct search *search, int last, int who)
{
    return (search->clock & 1u << who) != 0 ? last : who;
}

/* ---- playing ------------------------------------------------------------------------------------------------------
 */

static void take_down(struct search *search, const struct players *players, unsigned ready, int last)
{
    struct fork *fork = &search->forks[search->choices];
    int i;

    search->clock = players->clock;
    fork->ready = ready;
    fork->last = last;
    fork->preemptions = search->preemptions;
    fork->past = search->past;
    for (i = 0; i < players->count; i++)
        if ((ready & 1u << i) != 0)
            fork->footprint[i] = footprint_of(&players->player[i]);
}

/* The choice before this one has been made: a player that was kept out has not moved. */
static void follow(struct search *search, const struct trace *trace)
{
    int before = search->choices - 1, who;

    if (before < 0 || trace->n == search->moves_before)
        return;
    who = search->choice[before];
    past_add(&search->past, who, search->forks[before].footprint[who]);
    search->moves_before = trace->n;
}

static int choose(struct chooser *chooser, const struct players *players, unsigned ready, int last)
{
    struct search *search = (struct search *)chooser;
    int who;

    follow(search, players->trace);
    if (search->choices == CHOICES)
        return play_go_on(players, ready, last);
    if (search->choices == search->playing->n - 1 && search->past.sum != search->playing->past)
        return -1;
    take_down(search, players, ready, last);
    who = search->choices < search->playing->n ? search->playing->choice[search->choices]
                                               : play_go_on(players, ready, last);
    search->preemptions += play_preempts(ready, last, who);
    search->choice[search->choices++] = (uint8_t)who;
    return who;
}

static int put_aside(struct search *search, int fork, int who, int preemptions)
{
    struct beginning *beginning = malloc(sizeof *beginning + (size_t)fork + 1);

    if (beginning == NULL)
        return -1;
    memcpy(beginning->choice, search->choice, (size_t)fork);
    beginning->choice[fork] = (uint8_t)who;
    beginning->n = fork + 1;
    beginning->past = search->forks[fork].past.sum;
    beginning->next = search->left[preemptions];
    search->left[preemptions] = beginning;
    return 0;
}

/* Where this choice leads: 1, or 0 when that has been reached with as few preemptions by the same actor, or with one
 * less by anybody, since to change from him to this one costs at most one; -1: out of memory. */
static int go(struct search *search, const struct fork *fork, int who, int preemptions)
{
    struct past past = fork->past;
    int same;

    past_add(&past, who, fork->footprint[who]);
    if (fewest(&search->pasts, past.sum) < preemptions)
        return 0;
    if ((same = reach(&search->reached, rng_mix(past.sum, (uint64_t)next_last(search, fork->last, who) + 1, 0),
                      preemptions)) <= 0)
        return same;
    return reach(&search->pasts, past.sum, preemptions) < 0 ? -1 : 1;
}

static int cost_of(const struct fork *fork, int who)
{
    return fork->preemptions + play_preempts(fork->ready, fork->last, who);
}

/* 1: to be followed; 0: it leads nowhere new, or is over the bound; -1. */
static int is_new(struct search *search, const struct fork *fork, int who)
{
    int preemptions = cost_of(fork, who), new;

    if (preemptions > search->most) {
        search->counts.cut++;
        return 0;
    }
    new = go(search, fork, who, preemptions);
    search->counts.pruned += new == 0;
    return new;
}

static int go_on(struct search *search, int at)
{
    const struct fork *fork = &search->forks[at];

    return go(search, fork, search->choice[at], cost_of(fork, search->choice[at]));
}

/* What else could have been chosen at this fork. */
static int branch(struct search *search, int at)
{
    const struct fork *fork = &search->forks[at];
    int who, new;

    for (who = 0; who < TRACE_ACTORS; who++) {
        if ((fork->ready & 1u << who) == 0 || who == search->choice[at])
            continue;
        if ((new = is_new(search, fork, who)) < 0 || (new > 0 && put_aside(search, at, who, cost_of(fork, who)) != 0))
            return -1;
    }
    return 0;
}

struct search *search_open(int preemptions)
{
    struct search *search = calloc(1, sizeof *search);

    if (search == NULL)
        return NULL;
    search->chooser = (struct chooser){ .choose = choose, .fault_at = -1 };
    search->most = preemptions;
    search->forks = calloc(CHOICES, sizeof *search->forks);
    search->left = calloc((size_t)preemptions + 1, sizeof(struct beginning *));
    if (search->left != NULL)
        search->left[0] = calloc(1, sizeof **search->left);
    if (search->forks != NULL && search->left != NULL && search->left[0] != NULL)
        return search;
    search_close(search);
    return NULL;
}

struct chooser *search_next(struct search *search)
{
    int fewest_first = 0;

    free(search->playing);
    while (fewest_first < search->most && search->left[fewest_first] == NULL)
        fewest_first++;
    search->playing = search->left[fewest_first];
    if (search->playing == NULL)
        return NULL;
    search->left[fewest_first] = search->playing->next;
    search->choices = search->preemptions = 0;
    search->moves_before = 0;
    memset(&search->past, 0, sizeof search->past);
    return &search->chooser;
}

bool search_learn(struct search *search, const struct trace *trace, int *failed)
{
    int at, new = 1;

    *failed = 0;
    follow(search, trace);
    for (at = search->playing->n; at<search->choices &&new> 0; at++)
        if (branch(search, at) != 0 || (new = go_on(search, at)) < 0)
            *failed = -1;
    if ((new = reach(&search->ends, search->past.sum, 0)) < 0)
        *failed = -1;
    search->counts.pruned += new == 0;
    return new > 0;
}

struct search_counts search_counts(const struct search *search)
{
    return search->counts;
}

void search_close(struct search *search)
{
    struct beginning *next;
    int i;

    if (search == NULL)
        return;
    free(search->playing);
    for (i = 0; search->left != NULL && i <= search->most; i++)
        for (; search->left[i] != NULL; search->left[i] = next) {
            next = search->left[i]->next;
            free(search->left[i]);
        }
    free(search->left);
    free(search->forks);
    free(search->reached.slot);
    free(search->pasts.slot);
    free(search->ends.slot);
    free(search);
}
