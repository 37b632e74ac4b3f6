#include "harness/verbs/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/audit/doubted.h"
#include "harness/base/say.h"
#include "harness/db/outage.h"
#include "harness/run/baton.h"
#include "harness/run/interrupt.h"
#include "harness/scenario/plan.h"
#include "harness/verbs/blocks.h"

/* Per connection: SQLite keeps the database, the WAL and its index open; PostgreSQL a socket. RESERVE: what the program
 * has open itself. */
enum { DESCRIPTORS_PER_CONNECTION = 3, DESCRIPTOR_RESERVE = 64 };

static int64_t connections_of(const struct cell *cell)
{
    return cell->scenario.instances * cell->scenario.pool + 3; /* an observer, a probe and the audit */
}

static int check_descriptors(const struct cells *cells)
{
    struct rlimit limit;
    int64_t needed;
    size_t i;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return EXIT_OK;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    for (i = 0; i < cells->n; i++) {
        needed = connections_of(&cells->cell[i]) * DESCRIPTORS_PER_CONNECTION + DESCRIPTOR_RESERVE;
        if ((rlim_t)needed > limit.rlim_cur) {
            say_error("%s: %lld connections need %lld file descriptors, the limit is %llu: lower db.pool or raise "
                      "ulimit -n",
                      cells->cell[i].id, (long long)connections_of(&cells->cell[i]), (long long)needed,
                      (unsigned long long)limit.rlim_cur);
            return EXIT_USAGE;
        }
    }
    return EXIT_OK;
}

/* A database is opened once for all scenarios of a run. */
static int check_faults(const struct cells *cells)
{
    const struct outage *outage;
    const char *why;
    size_t i;

    for (i = 0; i < cells->n; i++) {
        const struct cell *cell = &cells->cell[i];

        if (cell->skip[0] != '\0' || (outage = database_outage_of(cell->db)) == NULL)
            continue;
        if ((why = outage->refuses(cell->scenario.ack_loss, cell->scenario.crash_ns)) != NULL) {
            say_error("%s: fault.%s", cell->group, why);
            return EXIT_USAGE;
        }
    }
    return EXIT_OK;
}

static int check_dir(const struct cells *cells)
{
    const struct cell *first = cells->cell;
    size_t i;

    for (i = 1; i < cells->n; i++)
        if (strcmp(cells->cell[i].scenario.db_dir, first->scenario.db_dir) != 0) {
            say_error(
                "%s and %s want their databases in different places: run them apart, or --set db.dir=DIR for both",
                first->group, cells->cell[i].group);
            return EXIT_USAGE;
        }
    return EXIT_OK;
}

int session_check(const struct cells *cells)
{
    int status = check_dir(cells);

    if (status == EXIT_OK)
        status = check_faults(cells);
    return status == EXIT_OK ? check_descriptors(cells) : status;
}

static size_t index_of(const char *name)
{
    size_t i;

    for (i = 0; database_names[i] != NULL && strcmp(database_names[i], name) != 0; i++)
        continue;
    return i;
}

struct database *session_database(const struct session *session, const struct cell *cell)
{
    return session->databases[index_of(cell->db)];
}

static void skip_cells(struct cells *cells, const char *name, const char *reason)
{
    size_t i;

    for (i = 0; i < cells->n; i++)
        if (strcmp(cells->cell[i].db, name) == 0 && cells->cell[i].skip[0] == '\0')
            snprintf(cells->cell[i].skip, sizeof cells->cell[i].skip, "%s", reason);
}

static bool needed(const struct cells *cells, const char *name, int64_t *connections)
{
    bool found = false;
    size_t i;

    for (i = 0; i < cells->n; i++) {
        const struct cell *cell = &cells->cell[i];

        if (strcmp(cell->db, name) != 0 || cell->skip[0] != '\0')
            continue;
        found = true;
        if (connections_of(cell) > *connections)
            *connections = connections_of(cell);
    }
    return found;
}

/* Settings a database cannot honour ("durability off" on a server of the user's): the cell is skipped. */
static void skip_refused(struct session *session)
{
    const char *reason;
    size_t i;

    for (i = 0; i < session->cells->n; i++) {
        struct cell *cell = &session->cells->cell[i];

        if (cell->skip[0] != '\0')
            continue;
        reason = database_refuses(session_database(session, cell), &cell->scenario.db);
        if (reason != NULL)
            snprintf(cell->skip, sizeof cell->skip, "%s", reason);
    }
}

int session_open(struct session *session, struct cells *cells, struct results *results, const char *results_dir,
                 const struct text_list *required, bool keep)
{
    const char *dir = cells->cell[0].scenario.db_dir;
    struct database_request request;
    char reason[DB_ERROR_SIZE];
    const char *why;
    size_t i;

    memset(session, 0, sizeof *session);
    session->cells = cells;
    session->results = results;
    session->keep = keep;
    if ((session->db_dir = strdup(dir[0] != '\0' ? dir : results_dir)) == NULL) {
        say_error("out of memory for a path");
        return EXIT_ERROR;
    }
    database_sweep_leftovers(session->db_dir);
    for (i = 0; database_names[i] != NULL; i++) {
        int64_t connections = 0;

        if (!needed(cells, database_names[i], &connections))
            continue;
        request =
            (struct database_request){ .dir = session->db_dir, .max_connections = (int)connections, .keep = keep };
        if (database_open(&session->databases[i], database_names[i], &request, reason, sizeof reason) == 0)
            continue;
        if (interrupt_raised())
            return EXIT_INTERRUPTED; /* that is why it did not come up */
        why = text_behind(database_names[i], reason);
        if (text_list_has(required, database_names[i])) {
            say_error("%s: %s", database_names[i], why);
            return EXIT_UNREACHABLE;
        }
        say_warning("%s is skipped: %s", database_names[i], why);
        skip_cells(cells, database_names[i], why);
    }
    skip_refused(session);
    return EXIT_OK;
}

static bool same_settings(const struct cell *a, const struct cell *b)
{
    return strcmp(a->db, b->db) == 0 && a->scenario.db.durability == b->scenario.db.durability &&
           a->scenario.db.journal == b->scenario.db.journal;
}

static int record_facts(struct session *session)
{
    const struct cell *cell = session->cells->cell;
    size_t i, j;

    for (i = 0; i < session->cells->n; i++) {
        struct database *database = session_database(session, &cell[i]);
        const struct db_settings *settings = &cell[i].scenario.db;

        if (cell[i].skip[0] != '\0' || (database_caps(database) & DB_CAN_HOLD_ROWS) == 0)
            continue;
        for (j = 0; j < i; j++)
            if (cell[j].skip[0] == '\0' && same_settings(&cell[i], &cell[j]))
                break;
        if (j == i && database_facts(
                          database, settings, results_fact,
                          results_facts_of(session->results, cell[i].db, database_durability(database, settings))) != 0)
            return EXIT_ERROR;
    }
    return EXIT_OK;
}

/* Statements per request of one user buying one seat: a fact of a strategy with its options on a database, so cells
 * that differ in neither share it. */
int session_solo(struct session *session, size_t i, double *per_request)
{
    struct database *database = session_database(session, &session->cells->cell[i]);
    struct trial trial;
    struct cell solo;
    int status;

    if (cell_solo(&solo, &session->cells->cell[i]) != 0) {
        say_error("out of memory for a solo trial");
        return EXIT_ERROR;
    }
    status = trial_run(&trial, &solo, database, 0, "solo", NULL);
    if (status == EXIT_OK) {
        *per_request = (double)trial.ops.statements / (double)trial.totals.requests;
        database_drop(database);
    }
    trial_free(&trial);
    cell_free(&solo);
    return status;
}

static int run_solos(struct session *session)
{
    const struct cell *cell = session->cells->cell;
    double *solos = calloc(session->cells->n, sizeof *solos);
    size_t i, j;
    int status = solos != NULL ? EXIT_OK : EXIT_ERROR;

    for (i = 0; i < session->cells->n && status == EXIT_OK; i++) {
        if (cell[i].skip[0] != '\0' || cell_is_floor(&cell[i]))
            continue;
        for (j = 0; j < i; j++)
            if (cell[j].skip[0] == '\0' && same_settings(&cell[i], &cell[j]) &&
                variant_does_same(&cell[i].variant, &cell[j].variant))
                break;
        if (j < i)
            solos[i] = solos[j];
        else
            status = session_solo(session, i, &solos[i]);
        if (status == EXIT_OK)
            results_solo(session->results, i, solos[i]);
    }
    free(solos);
    return status;
}

int session_prepare(struct session *session)
{
    int status = record_facts(session);

    return status == EXIT_OK ? run_solos(session) : status;
}

/* A place that stays must not be replaced by the next cell's. */
static void name_place(const struct session *session, size_t i, char *tag, size_t size)
{
    snprintf(tag, size, session->keep ? "cell_%zu" : "trial", i);
}

static int run_audited(struct session *session, size_t i, struct trial *trial, bool counts)
{
    const struct cell *cell = &session->cells->cell[i];
    struct database *database = session_database(session, cell);
    struct witnesses witnesses = { 0 };
    struct audit audit;
    int status = EXIT_OK;

    if ((database_caps(database) & DB_CAN_HOLD_ROWS) == 0) {
        progress_end(session->progress, 0, false);
        return counts ? results_trial(session->results, i, trial, NULL, NULL) : EXIT_OK;
    }
    if ((status = audit_read(&witnesses, cell, database)) != EXIT_OK) {
        progress_end(session->progress, 0, false); /* what it draws ends with the caller */
        return status;
    }
    audit_judge(&audit, cell, trial, &witnesses);
    audit_faults(&audit, cell, trial, &witnesses);
    progress_end(session->progress, audit.sold, true);
    if (counts)
        status = results_trial(session->results, i, trial, &audit, &witnesses);
    witnesses_free(&witnesses);
    return status;
}

static int run_cell(struct session *session, size_t i, int64_t block)
{
    const struct cell *cell = &session->cells->cell[i];
    struct trial_progress live = { 0 };
    struct trial trial;
    char tag[32];
    int status;

    name_place(session, i, tag, sizeof tag);
    progress_begin(session->progress, cell->db, cell->variant.name, cell->scenario.events * cell->scenario.seats,
                   &live.sold);
    status = trial_run(&trial, cell, session_database(session, cell), block, tag, &live);
    if (status == EXIT_OK)
        status = run_audited(session, i, &trial, block >= blocks_warmup(&cell->scenario));
    else
        progress_end(session->progress, 0, false);
    if (status == EXIT_OK)
        database_drop(session_database(session, cell));
    trial_free(&trial);
    return status;
}

static int run_block(struct session *session, const struct blocks *blocks, size_t *order, int64_t block)
{
    const struct cells *cells = session->cells;
    int status = EXIT_OK;

    plan_shuffle(order, cells->n, (uint64_t)cells->cell[0].scenario.seed, block);
    for (size_t i = 0; i < cells->n && status == EXIT_OK; i++)
        if (block < blocks->of[order[i]] && (status = baton_turn()) == EXIT_OK)
            status = interrupt_raised() ? EXIT_INTERRUPTED : run_cell(session, order[i], block);
    return status;
}

int session_run(struct session *session)
{
    const struct cells *cells = session->cells;
    size_t *order = calloc(cells->n, sizeof *order);
    struct blocks blocks;
    int status = EXIT_OK;

    if (blocks_open(&blocks, cells) != 0 || order == NULL) {
        say_error("out of memory for %zu cells", cells->n);
        status = EXIT_ERROR;
    }
    for (int64_t block = 0; status == EXIT_OK && block < blocks_last(&blocks); block++) {
        progress_expect(session->progress, (size_t)blocks_trials(&blocks));
        status = run_block(session, &blocks, order, block);
        if (status == EXIT_OK)
            status = blocks_extend(&blocks, cells, session->results, block + 1);
        if (status == EXIT_OK)
            progress_block(session->progress, block + 1, blocks_last(&blocks));
    }
    blocks_close(&blocks);
    free(order);
    return status;
}

void session_print_kept(const struct session *session)
{
    char line[1024], tag[32];
    size_t i;

    for (i = 0; i < session->cells->n; i++) {
        const struct cell *cell = &session->cells->cell[i];
        const struct database *database = session_database(session, cell);

        if (cell->skip[0] != '\0' || database == NULL || (database_caps(database) & DB_CAN_HOLD_ROWS) == 0)
            continue;
        name_place(session, i, tag, sizeof tag);
        database_keep_line(database, tag, line, sizeof line);
        say_note("kept %s: %s", cell->id, line);
    }
}

void session_close(struct session *session)
{
    size_t i;

    for (i = 0; i < sizeof session->databases / sizeof session->databases[0]; i++)
        database_close(session->databases[i]);
    free(session->db_dir);
    memset(session, 0, sizeof *session);
}
