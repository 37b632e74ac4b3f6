/* The search against brute force: small random programs of two or three actors, without threads or a database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/rng.h"
#include "harness/explore/pct.h"
#include "harness/explore/search.h"

enum { MOST_ACTORS = 3, MOST_CALLS = 6, MOST_ENDS = 40000 };

/* What an actor calls, in order. CALL_ANSWER can be made only after somebody's CALL_FINISH. */
struct program {
    int actors, preemptions;
    int n[MOST_ACTORS];
    enum call_kind call[MOST_ACTORS][MOST_CALLS];
};

struct position {
    int done[MOST_ACTORS];
    int finished;
    int last, preemptions;
    struct past past;
};

struct ends {
    uint64_t sum[MOST_ENDS];
    size_t n;
};

static struct players players;
static struct trace trace;

static void stand(const struct program *program, const struct position *at, int actor)
{
    players.player[actor].players = &players;
    players.player[actor].asked.kind = program->call[actor][at->done[actor]];
}

static bool ended(const struct program *program, const struct position *at, int actor)
{
    return at->done[actor] == program->n[actor];
}

static unsigned ready_at(const struct program *program, const struct position *at)
{
    unsigned ready = 0;
    int i;

    for (i = 0; i < program->actors; i++)
        if (!ended(program, at, i) && (program->call[i][at->done[i]] != CALL_ANSWER || at->finished > 0))
            ready |= 1u << i;
    return ready;
}

static void make(const struct program *program, struct position *at, int actor)
{
    stand(program, at, actor);
    at->preemptions += play_preempts(ready_at(program, at), at->last, actor);
    past_add(&at->past, actor, footprint_of(&players.player[actor]));
    at->finished += program->call[actor][at->done[actor]] == CALL_FINISH;
    at->done[actor]++;
    at->last = actor;
}

static void add(struct ends *ends, uint64_t sum)
{
    size_t i;

    for (i = 0; i < ends->n; i++)
        if (ends->sum[i] == sum)
            return;
    assert_true(ends->n < MOST_ENDS);
    ends->sum[ends->n++] = sum;
}

static void by_force(const struct program *program, const struct position *at, struct ends *ends)
{
    unsigned ready = ready_at(program, at);
    struct position next;
    int i;

    if (ready == 0)
        add(ends, at->past.sum);
    for (i = 0; i < program->actors; i++) {
        if ((ready & 1u << i) == 0)
            continue;
        next = *at;
        make(program, &next, i);
        if (next.preemptions <= program->preemptions)
            by_force(program, &next, ends);
    }
}

static void play(const struct program *program, struct chooser *chooser, struct position *at)
{
    unsigned ready;
    int i, who;

    *at = (struct position){ .last = -1 };
    for (trace.n = 0; (ready = ready_at(program, at)) != 0; trace.n++) {
        for (i = 0; i < program->actors; i++)
            if (!ended(program, at, i))
                stand(program, at, i);
        who = chooser->choose(chooser, &players, ready, at->last);
        assert_true((ready & 1u << who) != 0);
        make(program, at, who);
    }
}

/* How many schedules were played. */
static int64_t by_search(const struct program *program, struct ends *ends)
{
    struct search *search = search_open(program->preemptions);
    struct chooser *chooser;
    struct position end;
    int64_t played = 0;
    int failed = 0;

    assert_non_null(search);
    while ((chooser = search_next(search)) != NULL) {
        size_t before = ends->n;
        bool new;

        play(program, chooser, &end);
        assert_true(end.preemptions <= program->preemptions);
        new = search_learn(search, &trace, &failed);
        assert_int_equal(failed, 0);
        add(ends, end.past.sum);
        assert_int_equal(new, ends->n > before);
        played++;
    }
    search_close(search);
    return played;
}

static void random_program(struct program *program, struct rng *rng)
{
    static const enum call_kind kinds[] = { CALL_CHECKOUT, CALL_GATE_LEFT, CALL_GATE_TAKE,
                                            CALL_PARK,     CALL_FINISH,    CALL_ANSWER };
    int i, c;

    memset(program, 0, sizeof *program);
    program->actors = 2 + (int)rng_below(rng, 2);
    program->preemptions = (int)rng_below(rng, 4);
    for (i = 0; i < program->actors; i++) {
        program->n[i] = 1 + (int)rng_below(rng, program->actors == 2 ? 6 : 4);
        for (c = 0; c < program->n[i]; c++)
            program->call[i][c] = kinds[rng_below(rng, sizeof kinds / sizeof kinds[0])];
    }
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static void test_finds_every_schedule_within_the_bound(void **state)
{
    static struct ends forced, searched;
    int64_t interleavings = 0, played = 0;
    struct program program;
    struct position begin = { .last = -1 };
    struct rng rng;
    int round;

    (void)state;
    rng_init(&rng, 20261121);
    for (round = 0; round < 2000; round++) {
        random_program(&program, &rng);
        players.count = program.actors;
        forced.n = searched.n = 0;
        by_force(&program, &begin, &forced);
        played += by_search(&program, &searched);
        interleavings += (int64_t)forced.n;
        qsort(forced.sum, forced.n, sizeof forced.sum[0], by_value);
        qsort(searched.sum, searched.n, sizeof searched.sum[0], by_value);
        if (forced.n != searched.n || memcmp(forced.sum, searched.sum, forced.n * sizeof forced.sum[0]) != 0)
            fail_msg("program %d: %zu different schedules by force, %zu by search", round, forced.n, searched.n);
    }
    /* It would be no search if it played far more than there is to find. */
    assert_true(played < 4 * interleavings);
}

static void test_more_preemptions_find_more(void **state)
{
    static struct ends few, many;
    struct program program = { .actors = 2, .preemptions = 0, .n = { 3, 3 } };
    int i, c;

    (void)state;
    players.count = 2;
    for (i = 0; i < 2; i++)
        for (c = 0; c < 3; c++)
            program.call[i][c] = CALL_GATE_TAKE;
    few.n = many.n = 0;
    by_search(&program, &few);
    assert_int_equal(few.n, 2); /* one after the other */
    program.preemptions = 100;
    by_search(&program, &many);
    assert_int_equal(many.n, 20); /* 6! / (3! 3!) */
}

static void order_of(uint64_t seed, int64_t number, char *out)
{
    struct program program = { .actors = 3, .n = { 4, 4, 4 } };
    struct position at = { .last = -1 };
    struct pct pct;
    unsigned ready;
    int who;

    players.count = 3;
    pct_init(&pct, seed, number, 12);
    for (trace.n = 0; (ready = ready_at(&program, &at)) != 0; trace.n++) {
        who = pct.chooser.choose(&pct.chooser, &players, ready, at.last);
        at.done[who]++;
        *out++ = (char)('A' + who);
    }
    *out = '\0';
}

static void test_random_schedules_repeat_with_the_seed(void **state)
{
    char first[16], again[16], all[200][16];
    int i, j, different = 0;

    (void)state;
    for (i = 0; i < 200; i++) {
        order_of(7, i, all[i]);
        order_of(7, i, again);
        assert_string_equal(all[i], again);
        for (j = 0; j < i && strcmp(all[i], all[j]) != 0; j++)
            continue;
        different += j == i;
    }
    assert_true(different > 50);
    order_of(7, 0, first);
    for (i = 0; i < 20; i++) {
        order_of(8 + (uint64_t)i, 0, again);
        if (strcmp(first, again) != 0)
            return;
    }
    fail_msg("20 other seeds gave the same schedule");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_every_schedule_within_the_bound),
        cmocka_unit_test(test_more_preemptions_find_more),
        cmocka_unit_test(test_random_schedules_repeat_with_the_seed),
    };

    players.trace = &trace;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
