#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/scenario/reader.h"
#include "harness/scenario/scenario.h"
#include "strategies/strategy.h"
#include "tests/support/capture.h"
#include "tests/support/folder.h"

static int set_up(void **state)
{
    (void)state;
    folder_open();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_close();
    return 0;
}

static int load_set(struct scenario *s, const char *name, const char *key, const char *value)
{
    struct setting setting = { key, value };

    return scenario_load(s, name, &setting, 1);
}

/* Loads and forgets: for what is refused. */
static int load(const char *name)
{
    struct scenario s;
    int status = scenario_load(&s, name, NULL, 0);

    scenario_free(&s);
    return status;
}

static int set(const char *name, const char *key, const char *value)
{
    struct scenario s;
    int status = load_set(&s, name, key, value);

    scenario_free(&s);
    return status;
}

/* x.ini of this text is refused with this line. */
#define refuses(text, line)                                                                                            \
    do {                                                                                                               \
        folder_write("x.ini", text);                                                                                   \
        capture_says(load("x"), EXIT_USAGE, line);                                                                     \
    } while (0)

/* ---- what a file says -------------------------------------------------------------------------------------------- */

static void an_empty_file_is_all_defaults(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("x.ini", "");
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_string_equal(s.name, "x");
    assert_string_equal(s.place, "scenarios/x.ini");
    assert_string_equal(s.question, "");
    assert_string_equal(s.title, "");
    assert_int_equal(s.events, 1);
    assert_int_equal(s.seats, 10);
    assert_int_equal(s.model, LOAD_BURST);
    assert_int_equal(s.users, 1000);
    assert_int_equal(s.workers, WORKERS_AUTO);
    assert_int_equal(s.duration_ns, 0);
    assert_int_equal(s.checkout.kind, LAW_FIXED);
    assert_int_equal(s.checkout.lo_ns, 0);
    assert_true(s.abandon == 0);
    assert_int_equal(s.pick.kind, PICK_UNIFORM);
    assert_int_equal(s.patience.kind, LAW_NONE);
    assert_int_equal(sizes_largest(&s.sizes), 1);
    assert_true(s.repeat == 0);
    assert_true(s.cancel == 0);
    assert_int_equal(s.cancel_after.lo_ns, 0);
    assert_int_equal(s.browsers, 0);
    assert_int_equal(s.browse_every_ns, 5 * NS_PER_MS);
    assert_int_equal(s.instances, 1);
    assert_int_equal(s.use.n, 2);
    assert_int_equal(s.pool, 16);
    assert_int_equal(s.pool_timeout_ns, 30 * NS_PER_S);
    assert_int_equal(s.db.lock_timeout_ns, 10 * NS_PER_S);
    assert_int_equal(s.db.statement_timeout_ns, 30 * NS_PER_S);
    assert_int_equal(s.db.durability, DURABILITY_FULL);
    assert_int_equal(s.db.journal, JOURNAL_WAL);
    assert_int_equal(s.db.busy.kind, LAW_NONE);
    assert_int_equal(s.db.rtt_ns, 0);
    assert_int_equal(s.retry.attempts, 4);
    assert_int_equal(s.retry.on, RETRY_ON_CONFLICT);
    assert_int_equal(s.retry.backoff.kind, LAW_JITTER);
    assert_int_equal(s.retry.backoff.lo_ns, NS_PER_MS);
    assert_int_equal(s.retry.backoff.hi_ns, 20 * NS_PER_MS);
    assert_int_equal(s.strategies.n, 1);
    assert_string_equal(s.strategies.items[0], "core");
    assert_int_equal(s.trials, 10);
    assert_int_equal(s.warmup, WARMUP_AUTO);
    assert_true(s.precision == 0);
    assert_int_equal(s.seed, 42);
    assert_int_equal(s.timeout_ns, 120 * NS_PER_S);
    assert_int_equal(s.history, HISTORY_ALL);
    scenario_free(&s);
    scenario_free(&s);
    scenario_free(NULL);
}

static void comments_blanks_and_line_ends(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("x.ini", "\xEF\xBB\xBF\r\n; Who wins? \n#  The first, \r\n#\n#or the last?\n\n# not part of it\n"
                          "  [load] ; behind a section\r\nusers=15\t\n\n; a comment\n  ; an indented one\n"
                          "duration = 0ms ; behind a value\n\n[scenario]\ntitle = a;b # c\n[strategy.queue]");
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_string_equal(s.question, "Who wins? The first, or the last?");
    assert_int_equal(s.users, 15);
    assert_string_equal(s.title, "a;b # c");
    scenario_free(&s);

    folder_write("x.ini", "\xEF\xBB\xBF[load]\nusers = 7");
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_int_equal(s.users, 7);
    scenario_free(&s);
}

static void a_line_of_199_bytes_is_whole(void **state)
{
    char text[512];
    struct scenario s;

    (void)state;
    snprintf(text, sizeof(text), "[load]\nusers = %191s\n", "15");
    assert_int_equal(strlen(text), 7 + READER_LINE_MAX + 1);
    folder_write("x.ini", text);
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_int_equal(s.users, 15);
    scenario_free(&s);
    snprintf(text, sizeof(text), "[load]\nusers = %192s\n", "15");
    refuses(text, "scenarios/x.ini:2: a line of 200 bytes; write at most 199");
}

static void mistakes_of_form(void **state)
{
    (void)state;
    refuses("users = 3\n", "scenarios/x.ini:1: 'users' stands before the first [section]");
    refuses("[load]\nwhat is this\n",
            "scenarios/x.ini:2: 'what is this' is neither [section], key = value nor a comment");
    refuses("[load]\nusers: 3\n", "scenarios/x.ini:2: 'users: 3' is neither [section], key = value nor a comment");
    refuses("[load]\n= 3\n", "scenarios/x.ini:2: '= 3' is neither [section], key = value nor a comment");
    refuses("[load\nusers = 3\n", "scenarios/x.ini:1: '[load' is no [section]; close it with ']'");
    refuses("[]\n", "scenarios/x.ini:1: '[]' is no [section]; close it with ']'");
    refuses("[load] users = 3\n", "scenarios/x.ini:1: 'users = 3' stands behind [load]; give it a line of its own");
    refuses("[load] # load\n", "scenarios/x.ini:1: '# load' stands behind [load]; give it a line of its own");
    refuses("[load];x\n", "scenarios/x.ini:1: ';x' stands behind [load]; give it a line of its own");
    refuses("[load]\nusers =\n", "scenarios/x.ini:2: [load] users has no value; write one, or leave the line out");
    refuses("[load]\nusers = ; 3\n", "scenarios/x.ini:2: [load] users has no value; write one, or leave the line out");
    refuses("[load]\nusers = 3\n\nusers = 4\n",
            "scenarios/x.ini:4: [load] users is set a second time; it stands in line 2 already");
    refuses("[load]\nusers = 3\n[db]\npool = 3\n[load]\nmodel = burst\n",
            "scenarios/x.ini:5: [load] begins a second time; it stands in line 1 already");
}

static void what_libinih_would_merge_or_cut(void **state)
{
    char name[80];
    char text[128];

    (void)state;
    refuses("[run]\nstrategies = naive\n  atomic\n", "scenarios/x.ini:3: 'atomic' is indented below a value; a value "
                                                     "stands on one line, and keys begin at its start");
    refuses("[load]\nusers = 3\n  workers = 3\n", "scenarios/x.ini:3: 'workers = 3' is indented below a value; a value "
                                                  "stands on one line, and keys begin at its start");
    refuses("[load]\nusers = 3\n\n\t[db]\npool = 3\n", "scenarios/x.ini:4: '[db]' is indented below a value; a value "
                                                       "stands on one line, and keys begin at its start");
    memset(name, 'x', sizeof(name));
    snprintf(text, sizeof(text), "[strategy.%.41s]\n", name);
    refuses(text, "scenarios/x.ini:1: [strategy.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx] is longer than 49 bytes");
    folder_put("x.ini", "[load]\nusers = 1\0\n", 19);
    capture_says(load("x"), EXIT_USAGE, "scenarios/x.ini:2: a NUL byte; this is not a text file");
}

static void mistakes_of_meaning(void **state)
{
    (void)state;
    refuses("# q\n\n[inventory]\nseets = 10\n",
            "scenarios/x.ini:4: unknown key 'seets' in [inventory]; did you mean 'seats'?");
    refuses("[inventory]\nusers = 10\n",
            "scenarios/x.ini:2: unknown key 'users' in [inventory]; did you mean [load] users?");
    refuses("[inventory]\ncolour = red\n",
            "scenarios/x.ini:2: unknown key 'colour' in [inventory] (lastseat help scenario)");
    refuses("[lod]\nusers = 3\n", "scenarios/x.ini:1: unknown section [lod]; did you mean [load]?");
    refuses("[ load ]\n", "scenarios/x.ini:1: unknown section [ load ]; did you mean [load]?");
    refuses("[zebra]\n", "scenarios/x.ini:1: unknown section [zebra] (lastseat help scenario)");
    refuses("[strategy.]\n", "scenarios/x.ini:1: unknown section [strategy.]; did you mean [strategy.NAME]?");
    refuses("[strategy.quue]\n",
            "scenarios/x.ini:1: unknown strategy 'quue'; did you mean 'queue'? (lastseat list strategies)");
    refuses("[strategy.naive:form=count]\n",
            "scenarios/x.ini:1: unknown strategy 'naive:form=count' (lastseat list strategies)");
    refuses("[checkout]\ntime = 20\n", "scenarios/x.ini:2: [checkout] time: '20' has no unit; write 20ms, 5s, …");
    refuses("[load]\nusers = 0\n", "scenarios/x.ini:2: [load] users: '0' is out of range; write 1..1000000");
    refuses("[load]\nusers = -5\n", "scenarios/x.ini:2: [load] users: '-5' is out of range; write 1..1000000");
    refuses("[load]\nusers = 99999999999999999999\n",
            "scenarios/x.ini:2: [load] users: '99999999999999999999' is out of range; write 1..1000000");
    refuses("[load]\nusers = 10 # ten\n", "scenarios/x.ini:2: [load] users: '10 # ten' is not a whole number; write "
                                          "1..1000000 (a comment behind a value starts with ' ;')");
    refuses("[db]\nuse = sqlite, mysql\n",
            "scenarios/x.ini:2: [db] use: unknown value 'mysql'; write a list of: sqlite, postgres, null");
    refuses("[db]\nuse = sqlite,\n", "scenarios/x.ini:2: [db] use: 'sqlite,' has an empty place between its commas; "
                                     "write a list of: sqlite, postgres, null");
}

static void mistakes_about_users(void **state)
{
    (void)state;
    refuses("[load]\npick = zipf\n", "scenarios/x.ini:2: [load] pick: 'zipf' needs an exponent; write zipf:1.1");
    refuses("[load]\npick = hot\n", "scenarios/x.ini:2: [load] pick: 'hot' needs a share; write hot:90%");
    refuses("[load]\npatience = 0ms\n",
            "scenarios/x.ini:2: [load] patience: '0ms' is out of range; write none | a duration: 1us..1h | exp:300ms | "
            "uniform:1ms..5ms");
    refuses("[request]\nseats = 1:60%, 2:25%\n",
            "scenarios/x.ini:2: [request] seats: the shares come to 85%, not to 100%");
    refuses("[request]\nrepeat = 5\n", "scenarios/x.ini:2: [request] repeat: '5' has no unit; write a share: 0%..100%");
    refuses("[mix]\ncancel = 101%\n",
            "scenarios/x.ini:2: [mix] cancel: '101%' is out of range; write a share: 0%..100%");
    refuses("[mix]\ncancel_after = soon\n",
            "scenarios/x.ini:2: [mix] cancel_after: 'soon' is not understood; write a duration: 0ms..10m | exp:300ms | "
            "uniform:1ms..5ms");
    refuses("[mix]\nbrowse = 10/s\n", "scenarios/x.ini:2: unknown key 'browse' in [mix]; did you mean 'browsers'?");
    refuses("[mix]\nbrowse_every = 10us\n",
            "scenarios/x.ini:2: [mix] browse_every: '10us' is out of range; write a duration: 100us..1m");
}

static void a_group_must_fit_into_the_house(void **state)
{
    (void)state;
    refuses(
        "[inventory]\nseats = 3\n[request]\nseats = 1:60%, 2:25%, 4:15%\n",
        "scenarios/x.ini: request.seats has groups of 4, but inventory.seats = 3: no event could ever take one; lower "
        "the one or raise the other");
    folder_write("x.ini", "[inventory]\nseats = 4\n[request]\nseats = 1:60%, 2:25%, 4:15%\n");
    assert_int_equal(load("x"), EXIT_OK);
}

static void only_the_first_mistake_is_told(void **state)
{
    (void)state;
    /* In the order of lines, whatever their kind. */
    refuses("[load]\nuzers = 3\nusers\n[", "scenarios/x.ini:2: unknown key 'uzers' in [load]; did you mean 'users'?");
    refuses("[load]\nusers\nuzers = 3\n", "scenarios/x.ini:2: 'users' is neither [section], key = value nor a comment");
    refuses("[scenario]\nextends = nowhere\n[load]\nusers = x\n",
            "scenarios/x.ini:4: [load] users: 'x' is not a whole number; write 1..1000000");
}

static void keys_that_contradict_each_other(void **state)
{
    (void)state;
    refuses("[load]\nmodel = closed\n", "scenarios/x.ini: closed load has no end; set load.duration, such as 2s");
    refuses(
        "[load]\nmodel = closed\nduration = 1s\nusers = 4\nworkers = 2\n",
        "scenarios/x.ini: 2 workers for 4 users: in closed load each user is a worker; set load.workers = auto and at "
        "most 10000 users");
    refuses("[load]\nduration = 2s\n", "scenarios/x.ini: load.duration = 2s means nothing to a burst; set load.model = "
                                       "closed, or leave it out");
    refuses(
        "[load]\nmodel = closed\nduration = 2s\n[run]\ntimeout = 2s\n",
        "scenarios/x.ini: load.duration = 2s is not below run.timeout = 2s: no trial would count; raise run.timeout");
    refuses("[load]\nmodel = lockstep\nduration = 1s\n",
            "scenarios/x.ini: load.duration = 1s means nothing to lock-step; set load.model = closed, or leave it out");
    refuses("[load]\nmodel = lockstep\nusers = 10\nworkers = 2\n",
            "scenarios/x.ini: in lock-step each user is a worker; set load.workers = auto and at most 10000 users");
    refuses("[load]\nmodel = lockstep\n", "scenarios/x.ini: there is no clock in lock-step; set retry.backoff = none");
    refuses("[load]\nmodel = lockstep\n[retry]\nbackoff = none\n[checkout]\ntime = 1ms\n",
            "scenarios/x.ini: there is no clock in lock-step; set checkout.time = 0ms");
    refuses("[load]\nmodel = open\nrate = 5/s\n",
            "scenarios/x.ini: open load has no end; set load.duration, such as 2s");
    refuses("[load]\nmodel = open\nduration = 2s\n",
            "scenarios/x.ini: open load has no rate; set load.rate, such as 500/s");
    refuses("[load]\nrate = 5/s\n", "scenarios/x.ini: load.rate = 5/s means nothing to a burst; set load.model = open, "
                                    "or leave it out");
    refuses("[load]\nmodel = closed\nduration = 2s\nrate = 0.5/s\n",
            "scenarios/x.ini: load.rate = 0.5/s means nothing to closed load; set load.model = open, or leave it out");
    refuses(
        "[load]\nmodel = open\nduration = 1m\nrate = 100000/s\n",
        "scenarios/x.ini: load.rate = 100000/s for 1m is 6000000 requests, and a trial holds at most 2000000; lower "
        "load.rate or load.duration");
    refuses("[load]\nmodel = open\nduration = 1s\nrate = 0.5/s\n",
            "scenarios/x.ini: load.rate = 0.5/s for 1s is not one request; raise load.rate or load.duration");
    refuses(
        "[load]\nmodel = open\nduration = 1m\nrate = 5/s\ndrain = 1m\n",
        "scenarios/x.ini: load.duration = 1m and load.drain = 1m are not below run.timeout = 2m: a trial that falls "
        "behind would not count; raise run.timeout");
    refuses("[load]\nusers = 10\nworkers = 11\n",
            "scenarios/x.ini: load.workers = 11 is more than load.users = 10; set at most one per user");
    refuses("[load]\nusers = 10\nworkers = 2\n[checkout]\ntime = 5ms\n",
            "scenarios/x.ini: 2 workers for 10 users cannot wait at checkout for all of them; set load.workers = auto, "
            "or checkout.time = 0ms");
    refuses(
        "[load]\nusers = 10001\n[checkout]\ntime = exp:1ms\n",
        "scenarios/x.ini: 10000 workers for 10001 users cannot wait at checkout for all of them; set load.workers = "
        "auto and at most 10000 users, or checkout.time = 0ms");
    folder_write("x.ini", "[load]\nusers = 10001\n");
    assert_int_equal(load("x"), EXIT_OK);
}

static void workers_are_one_per_user(void **state)
{
    struct scenario s = { .users = 15 };

    (void)state;
    assert_int_equal(scenario_workers(&s), 15);
    s.users = 1000000;
    assert_int_equal(scenario_workers(&s), 10000);
    s.workers = 3;
    assert_int_equal(scenario_workers(&s), 3);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static void files_that_are_no_scenario(void **state)
{
    static char big[READER_FILE_MAX + 1];

    (void)state;
    memset(big, '\n', sizeof(big));
    folder_put("x.ini", big, READER_FILE_MAX);
    assert_int_equal(load("x"), EXIT_OK);
    folder_put("x.ini", big, sizeof(big));
    capture_says(load("x"), EXIT_USAGE, "scenarios/x.ini is larger than 1 MiB: this is not a scenario file");
    capture_says(load("scenarios/"), EXIT_USAGE, "scenarios/ is a folder, not a scenario file");
    capture_says(load("./scenarios"), EXIT_USAGE, "./scenarios is a folder, not a scenario file");
    capture_says(load("nowhere/x.ini"), EXIT_USAGE, "cannot read nowhere/x.ini: No such file or directory");
    assert_int_equal(symlink("loop.ini", "scenarios/loop.ini"), 0);
    capture_says(load("scenarios/loop.ini"), EXIT_USAGE,
                 "cannot read scenarios/loop.ini: Too many levels of symbolic links");
    assert_int_equal(mkfifo("scenarios/pipe.ini", 0600), 0);
    capture_says(load("pipe"), EXIT_USAGE, "scenarios/pipe.ini is no regular file, not a scenario file");
    folder_write("a b.ini", "");
    capture_says(
        load("a b"), EXIT_USAGE,
        "scenarios/a b.ini: a scenario's name has letters, digits, '.', '_' and '-', at most 63; rename the file");
}

/* Root reads everything: a child that is nobody tries. */
static void an_unreadable_file(void **state)
{
    pid_t child;
    int status;

    (void)state;
    folder_write("secret.ini", "");
    assert_int_equal(chmod("scenarios/secret.ini", 0), 0);
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(chmod("scenarios", 0755), 0);
    capture_begin();
    child = fork();
    if (child == 0)
        _exit(geteuid() == 0 && setuid(65534) != 0 ? 99 : load("secret"));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_string_equal(capture_end(), "lastseat: cannot read scenarios/secret.ini: Permission denied\n");
    assert_int_equal(WEXITSTATUS(status), EXIT_USAGE);
}

static void names_and_paths(void **state)
{
    struct text_list names = { 0 };
    struct scenario s;

    (void)state;
    folder_write("rush-1000x10.ini", "[load]\nusers = 77\n");
    folder_write("b.ini", "");
    folder_write("notes.txt", "");
    folder_write(".hidden.ini", "");
    assert_int_equal(scenario_names(&names), 0);
    assert_int_equal(names.n, 2);
    assert_string_equal(names.items[0], "b");
    assert_string_equal(names.items[1], "rush-1000x10");
    text_list_free(&names);
    assert_int_equal(scenario_load(&s, "scenarios/rush-1000x10.ini", NULL, 0), EXIT_OK);
    assert_string_equal(s.name, "rush-1000x10");
    assert_int_equal(s.users, 77);
    scenario_free(&s);
    capture_says(load("rush-1000x01"), EXIT_USAGE,
                 "unknown scenario 'rush-1000x01'; did you mean 'rush-1000x10'? (lastseat list scenarios)");
    capture_says(load("nothing-like-it"), EXIT_USAGE, "unknown scenario 'nothing-like-it' (lastseat list scenarios)");
    capture_says(load(""), EXIT_USAGE, "unknown scenario '' (lastseat list scenarios)");
    assert_int_equal(setenv("LASTSEAT_HOME", "/nonexistent", 1), 0);
    capture_says(load("b"), EXIT_USAGE,
                 "cannot read the scenarios in /nonexistent/scenarios: No such file or directory; "
                 "set LASTSEAT_HOME to the folder that holds scenarios/");
}

/* ---- layers ------------------------------------------------------------------------------------------------------ */

static void each_layer_outranks_the_one_below(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("a.ini",
                 "# of a\n[scenario]\ntitle = A\n[load]\nusers = 10\n[inventory]\nseats = 3\n[run]\ntrials = 5\n");
    folder_write("b.ini", "# of b\n[scenario]\nextends = a\n[load]\nusers = 20\n[inventory]\nseats = 4\n");
    assert_int_equal(load_set(&s, "b", "load.users", "40"), EXIT_OK);
    assert_int_equal(s.users, 40);
    assert_int_equal(s.seats, 4);
    assert_int_equal(s.trials, 5);
    assert_int_equal(s.pool, 16);
    assert_string_equal(s.title, "A");
    assert_string_equal(s.question, "of b");
    scenario_free(&s);
}

static void extends_finds_its_file(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("a.ini", "[load]\nusers = 10\n");
    assert_int_equal(mkdir("mine", 0700), 0);
    /* Beside the file first, then among the shipped ones; a path is seen from the file. */
    folder_write("../mine/b.ini", "[scenario]\nextends = a\n[inventory]\nseats = 3\n");
    folder_write("../mine/c.ini", "[scenario]\nextends = b\n");
    folder_write("../mine/d.ini", "[scenario]\nextends = ../scenarios/a.ini\n");
    assert_int_equal(scenario_load(&s, "mine/c.ini", NULL, 0), EXIT_OK);
    assert_int_equal(s.users, 10);
    assert_int_equal(s.seats, 3);
    scenario_free(&s);
    assert_int_equal(scenario_load(&s, "mine/d.ini", NULL, 0), EXIT_OK);
    assert_int_equal(s.users, 10);
    scenario_free(&s);
}

static void extends_goes_wrong(void **state)
{
    (void)state;
    refuses("\n[scenario]\nextends = y\n", "scenarios/x.ini:3: unknown scenario 'y' (lastseat list scenarios)");
    folder_write("small.ini", "");
    refuses("[scenario]\nextends = smalll\n",
            "scenarios/x.ini:2: unknown scenario 'smalll'; did you mean 'small'? (lastseat list scenarios)");
    refuses("[scenario]\nextends = ./y.ini\n",
            "scenarios/x.ini:2: cannot read scenarios/./y.ini: No such file or directory");
    refuses("[scenario]\nextends = x\n",
            "scenarios/x.ini:2: extends = x leads back to scenarios/x.ini; a scenario cannot extend itself");
    folder_write("a.ini", "[scenario]\nextends = b\n");
    folder_write("b.ini", "\n[scenario]\nextends = x\n");
    refuses("[scenario]\nextends = a\n",
            "scenarios/b.ini:3: extends = x leads back to scenarios/x.ini; a scenario cannot extend itself");
    folder_write("b.ini", "[scenario]\n[load]\nuzers = 4\n");
    capture_says(load("x"), EXIT_USAGE, "scenarios/b.ini:3: unknown key 'uzers' in [load]; did you mean 'users'?");
}

static void settings_of_the_command_line(void **state)
{
    (void)state;
    folder_write("x.ini", "");
    capture_says(set("x", "load.users", "abc"), EXIT_USAGE,
                 "--set load.users=abc: 'abc' is not a whole number; write 1..1000000");
    capture_says(set("x", "load.uzers", "3"), EXIT_USAGE,
                 "--set load.uzers=3: unknown key 'uzers' in [load]; did you mean 'users'?");
    capture_says(set("x", "lod.users", "3"), EXIT_USAGE,
                 "--set lod.users=3: unknown section [lod]; did you mean [load]?");
    capture_says(set("x", "users", "3"), EXIT_USAGE,
                 "--set users=3: 'users' has no section; did you mean 'load.users'?");
    capture_says(set("x", "zebra", "3"), EXIT_USAGE,
                 "--set zebra=3: 'zebra' is not section.key; write --set load.users=50");
    capture_says(set("x", "load.", "3"), EXIT_USAGE,
                 "--set load.=3: 'load.' is not section.key; write --set load.users=50");
    capture_says(set("x", ".users", "3"), EXIT_USAGE,
                 "--set .users=3: '.users' is not section.key; write --set load.users=50");
    capture_says(set("x", "load.users", ""), EXIT_USAGE, "--set load.users=: no value; write one, or leave --set out");
    capture_says(set("x", "scenario.extends", "y"), EXIT_USAGE,
                 "--set scenario.extends=y: extends belongs into a file; run the other scenario instead");
    capture_says(set("x", "load.workers", "2000"), EXIT_USAGE,
                 "scenarios/x.ini: load.workers = 2000 is more than load.users = 1000; set at most one per user");
    capture_says(set("x", "sweep.load.users", "50, x"), EXIT_USAGE,
                 "--set sweep.load.users=50, x: 'x' is not a whole number; write 1..1000000");
}

static void overrides_of_strategies(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("a.ini", "[strategy.queue]\nbatch = 4\nretry.attempts = 9\n[strategy.naive]\nform = count\n");
    folder_write("x.ini", "[scenario]\nextends = a\n[strategy.queue]\nbatch = 8\n");
    assert_int_equal(load_set(&s, "x", "strategy.naive.form", "counter"), EXIT_OK);
    assert_int_equal(s.override_count, 3);
    assert_string_equal(s.overrides[0].strategy, "queue");
    assert_string_equal(s.overrides[0].key, "batch");
    assert_string_equal(s.overrides[0].value, "8");
    assert_string_equal(s.overrides[0].place, "scenarios/x.ini:4");
    assert_string_equal(s.overrides[1].key, "retry.attempts");
    assert_string_equal(s.overrides[1].place, "scenarios/a.ini:3");
    assert_string_equal(s.overrides[2].value, "counter");
    assert_string_equal(s.overrides[2].place, "--set strategy.naive.form=counter");
    scenario_free(&s);
    assert_int_equal(load_set(&s, "x", "strategy.queue.retry.attempts", "3"), EXIT_OK);
    assert_string_equal(s.overrides[1].value, "3");
    scenario_free(&s);
}

/* ---- sweeps ------------------------------------------------------------------------------------------------------ */

static void a_sweep_holds_its_values_tidied(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("x.ini",
                 "[sweep]\nload.users = 50,100\ncheckout.time = 1000us, exp:5ms\nstrategy.queue.batch = 1, 64\n"
                 "strategy.queue.retry.attempts = 1, unlimited\n");
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_int_equal(s.sweep_count, 4);
    assert_string_equal(s.sweeps[0].key, "load.users");
    assert_int_equal(s.sweeps[0].values.n, 2);
    assert_string_equal(s.sweeps[0].values.items[1], "100");
    assert_string_equal(s.sweeps[0].place, "scenarios/x.ini:2");
    assert_string_equal(s.sweeps[1].values.items[0], "1ms");
    assert_string_equal(s.sweeps[3].key, "strategy.queue.retry.attempts");
    scenario_free(&s);
}

static void a_plain_key_above_ends_a_sweep(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("a.ini", "[sweep]\nload.users = 50, 100\nstrategy.queue.batch = 1, 64\n[load]\nusers = 7\n");
    assert_int_equal(scenario_load(&s, "a", NULL, 0), EXIT_OK);
    assert_int_equal(s.sweep_count, 2);
    scenario_free(&s);
    assert_int_equal(load_set(&s, "a", "load.users", "60"), EXIT_OK);
    assert_int_equal(s.users, 60);
    assert_int_equal(s.sweep_count, 1);
    assert_string_equal(s.sweeps[0].key, "strategy.queue.batch");
    scenario_free(&s);
    assert_int_equal(load_set(&s, "a", "strategy.queue.batch", "8"), EXIT_OK);
    assert_int_equal(s.sweep_count, 1);
    assert_string_equal(s.sweeps[0].key, "load.users");
    scenario_free(&s);
    assert_int_equal(load_set(&s, "a", "sweep.load.users", "5"), EXIT_OK);
    assert_int_equal(s.sweep_count, 2);
    assert_int_equal(s.sweeps[0].values.n, 1);
    scenario_free(&s);
    folder_write("b.ini", "[scenario]\nextends = a\n[load]\nusers = 9\n");
    assert_int_equal(scenario_load(&s, "b", NULL, 0), EXIT_OK);
    assert_int_equal(s.users, 9);
    assert_int_equal(s.sweep_count, 1);
    scenario_free(&s);
}

static void sweeps_that_are_wrong(void **state)
{
    (void)state;
    refuses("[sweep]\nusers = 1, 2\n",
            "scenarios/x.ini:2: 'users' cannot be swept; write section.key, such as load.users = 50, 100");
    refuses("[sweep]\nload.uzers = 1, 2\n",
            "scenarios/x.ini:2: sweep of load.uzers: unknown key 'uzers' in [load]; did you mean 'users'?");
    refuses("[sweep]\nload.users = 0, 2\n",
            "scenarios/x.ini:2: [sweep] load.users: '0' is out of range; write 1..1000000");
    refuses("[sweep]\nload.users = 50,,60\n",
            "scenarios/x.ini:2: [sweep] load.users: an empty place between commas; write 50, 100, …");
    refuses("[sweep]\nload.users = 50, 050\n", "scenarios/x.ini:2: [sweep] load.users: '50' stands there twice");
    refuses("[sweep]\nrun.trials = 1, 2\n",
            "scenarios/x.ini:2: run.trials cannot be swept: it says what runs, not what a cell is");
    refuses("[sweep]\ndb.use = sqlite, postgres\n",
            "scenarios/x.ini:2: db.use cannot be swept: it says what runs, not what a cell is");
    refuses("[sweep]\nretry.on = conflict, unknown\n",
            "scenarios/x.ini:2: retry.on cannot be swept: its commas are those of a list");
    refuses("[sweep]\nstrategy.queue = 1\n",
            "scenarios/x.ini:2: 'strategy.queue' cannot be swept; write section.key, such as load.users = 50, 100");
    folder_write("x.ini", "");
    capture_says(
        set("x", "sweep.load.users",
            "11111,11112,11113,11114,11115,11116,11117,11118,11119,11120,11121,11122,11123,11124,11125,11126,"
            "11127,11128,11129,11130,11131,11132,11133,11134,11135,11136,11137,11138"),
        EXIT_USAGE,
        "--set sweep.load.users=11111,11112,11113,11114,11115,11116,11117,11118,11119,11120,11121,11122,11123,"
        "11124,11125,11126,11127,11128,11129,11130,11131,11132,11133,11134,11135,11136,11137,11138: load.users "
        "has more values than a line of 199 bytes holds; sweep fewer");
}

/* ---- copies and the resolved file -------------------------------------------------------------------------------- */

static const char full_of_keys[] =
    "# Is it one question, and a long one, which does not fit into a hundred columns and is therefore wrapped when it "
    "is\n"
    "# written?\n"
    "[scenario]\ntitle = All of it\nextends = base\n[inventory]\nevents = 3\nseats = 7\n"
    "[load]\nmodel = closed\nusers = 20\nworkers = 20\nduration = 1500ms\narrivals = constant\ndrain = 2s\nlate = "
    "50ms\npick = zipf:1.1\npatience = exp:2s\n"
    "[request]\nseats = 1:60%, 2:25%, 4:15%\nrepeat = 5%\n"
    "[mix]\ncancel = 20%\ncancel_after = exp:300ms\nbrowsers = 4\nbrowse_every = 7ms\n"
    "[checkout]\ntime = uniform:1ms..5ms\nabandon = 12.5%\n[app]\ninstances = 4\n"
    "[db]\nuse = sqlite\ndir = /var/tmp/x y\npool = 3\npool_timeout = 1s\nlock_timeout = 2s\nstatement_timeout = 3s\n"
    "durability = async\njournal = delete\nbusy = poll:1ms\nrtt = 250us\n"
    "[retry]\nattempts = unlimited\nbackoff = none\n"
    "[run]\nstrategies = naive:form=count, queue\ntrials = 3\nwarmup = 1\nseed = 9223372036854775807\ntimeout = 1m\n"
    "history = none\n"
    "[strategy.queue]\nbatch = 4\n[strategy.naive]\nretry.attempts = 2\nform = count\n[sweep]\nload.users = 20, 30\n"
    "strategy.queue.cap = 0, 5\n";

static void write_to(const struct scenario *s, char *out, size_t size)
{
    FILE *file = fmemopen(out, size, "w");

    assert_non_null(file);
    scenario_write(s, file);
    assert_int_equal(fclose(file), 0);
}

static void what_is_written_can_be_run_again(void **state)
{
    char first[8192], second[8192];
    struct scenario s, copy;

    (void)state;
    folder_write("base.ini", "[strategy.queue]\nretry.backoff = 5ms\n");
    folder_write("x.ini", full_of_keys);
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    write_to(&s, first, sizeof(first));
    assert_null(strstr(first, "extends"));
    assert_non_null(strstr(first, "seed = 9223372036854775807\n"));
    assert_non_null(strstr(first, "\n[strategy.queue]\nretry.backoff = 5ms\nbatch = 4\n"));

    /* A copy owns all it has. */
    assert_int_equal(scenario_copy(&copy, &s), 0);
    scenario_free(&s);
    write_to(&copy, second, sizeof(second));
    assert_string_equal(second, first);
    assert_string_equal(copy.sweeps[1].place, "scenarios/x.ini:60");
    scenario_free(&copy);

    folder_write("y.ini", first);
    assert_int_equal(scenario_load(&s, "y", NULL, 0), EXIT_OK);
    assert_int_equal(s.model, LOAD_CLOSED);
    assert_int_equal(s.retry.attempts, INT64_MAX);
    assert_string_equal(s.db_dir, "/var/tmp/x y");
    assert_int_equal(s.pick.exponent, 1100);
    assert_int_equal(s.sizes.n, 3);
    assert_int_equal(s.browse_every_ns, 7 * NS_PER_MS);
    write_to(&s, second, sizeof(second));
    assert_string_equal(second, first);
    scenario_free(&s);
}

/* Each value of a sweep is one kind of user; shares hold commas, so what is swept is a single size. */
static void who_users_are_can_be_swept(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("x.ini", "[sweep]\nload.pick = zipf:1.10, uniform, hot:50%\nrequest.seats = 1, 2:100%\n"
                          "mix.cancel = 0%, 20%\nload.patience = none, 2000ms\n");
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_int_equal(s.sweep_count, 4);
    assert_string_equal(s.sweeps[0].values.items[0], "zipf:1.1");
    assert_string_equal(s.sweeps[1].values.items[1], "2");
    assert_string_equal(s.sweeps[3].values.items[1], "2s");
    scenario_free(&s);
    refuses("[sweep]\nrequest.seats = 1:60%, 2:40%\n",
            "scenarios/x.ini:2: [sweep] request.seats: the shares come to 60%, not to 100%");
}

static void one_key_is_set_and_sweeps_stay(void **state)
{
    struct scenario s;

    (void)state;
    folder_write("x.ini", "[sweep]\nload.users = 5, 6\n");
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_int_equal(scenario_set(&s, "load.users", "5", "x.ini:2"), EXIT_OK);
    assert_int_equal(s.users, 5);
    assert_int_equal(s.sweep_count, 1);
    capture_says(scenario_set(&s, "load.users", "0", "x.ini:2"), EXIT_USAGE,
                 "x.ini:2: [load] users: '0' is out of range; write 1..1000000");
    capture_says(scenario_set(&s, "users", "5", "x.ini:2"), EXIT_USAGE,
                 "x.ini:2: unknown section [] (lastseat help scenario)");
    assert_int_equal(s.users, 5);
    scenario_free(&s);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(an_empty_file_is_all_defaults),
        in_a_folder(comments_blanks_and_line_ends),
        in_a_folder(a_line_of_199_bytes_is_whole),
        in_a_folder(mistakes_of_form),
        in_a_folder(what_libinih_would_merge_or_cut),
        in_a_folder(mistakes_of_meaning),
        in_a_folder(mistakes_about_users),
        in_a_folder(a_group_must_fit_into_the_house),
        in_a_folder(only_the_first_mistake_is_told),
        in_a_folder(keys_that_contradict_each_other),
        cmocka_unit_test(workers_are_one_per_user),
        in_a_folder(files_that_are_no_scenario),
        in_a_folder(an_unreadable_file),
        in_a_folder(names_and_paths),
        in_a_folder(each_layer_outranks_the_one_below),
        in_a_folder(extends_finds_its_file),
        in_a_folder(extends_goes_wrong),
        in_a_folder(settings_of_the_command_line),
        in_a_folder(overrides_of_strategies),
        in_a_folder(a_sweep_holds_its_values_tidied),
        in_a_folder(a_plain_key_above_ends_a_sweep),
        in_a_folder(sweeps_that_are_wrong),
        in_a_folder(what_is_written_can_be_run_again),
        in_a_folder(who_users_are_can_be_swept),
        in_a_folder(one_key_is_set_and_sweeps_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
