#include "harness/scenario/doc.h"

#include <string.h>

#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/scenario/cell.h"

/* ---- prose ------------------------------------------------------------------------------------------------------- */

static const char readme_top[] =
    "# Scenarios\n"
    "\n"
    "<!-- Generated from the option table and the scenario files by `lastseat help readme`; edits are lost. -->\n"
    "\n"
    "A scenario is one question, written as an INI file: how many users want how many seats, on which databases, and\n"
    "which strategies answer. `lastseat run rush-1000x10` runs a scenario of this folder, `lastseat run my/own.ini` "
    "one of\n"
    "your own; `lastseat check` tells whether a file is right, `lastseat show` prints it with every key it left out.\n"
    "\n"
    "## The scenarios here\n"
    "\n";

static const char readme_file[] =
    "\n"
    "## A file\n"
    "\n"
    "```ini\n"
    "# The first comment is the question.\n"
    "[inventory]\n"
    "seats = 5\n"
    "[load]\n"
    "users = 15   ; a comment behind a value starts with a blank and a semicolon\n"
    "```\n"
    "\n"
    "- One `key = value` to a line, at most 199 bytes, below a `[section]`. Comments start with `#` or `;`.\n"
    "- Times carry a unit: `250us`, `20ms`, `5s`, `2m`. Shares are percentages: `30%`.\n"
    "- Drawn times: `exp:300ms` (exponential, mean 300 ms), `uniform:1ms..5ms`, for backoff `jitter:1ms..20ms`.\n"
    "- Drawn events: `zipf:1.1` (event k is wanted 1 / k^1.1 times as often as event 1), `hot:90%` (event 1 by 90 %).\n"
    "- Drawn groups: `1:60%, 2:25%, 4:15%`; the shares come to 100 %, and no group may be larger than the house.\n"
    "- An unknown section or key, a key set twice, or a value out of range is an error that names the line (exit 2).\n"
    "- Precedence, highest first: `--set load.users=50` on the command line, the file, the scenario it `extends`, the\n"
    "  default.\n"
    "\n"
    "## Every key\n";

static const char readme_users[] =
    "\n"
    "### What users do besides\n"
    "\n"
    "All of it is drawn from the seed: every variant of a block meets the same users, and switching one key on leaves "
    "the\n"
    "draws of the others as they were.\n"
    "\n"
    "- **A double click** (`repeat`) sends the same wish as a second request, with an id of its own, due at the same\n"
    "  moment: by a thread of its own, or, with fewer workers than users, right behind the first. Wishes that were "
    "booked\n"
    "  twice are counted (`repeated`) and held against nobody, since no strategy promises otherwise.\n"
    "- **A cancel** (`cancel`, `cancel_after`) comes after the answer that the seats are booked, and is tried again "
    "like a\n"
    "  request when it loses a race. It is no request: it is counted and timed apart. Seats that are left over at an "
    "event\n"
    "  where bookings were given back are not held against a strategy: whoever was refused may have come while they "
    "were\n"
    "  taken. That no more seats were sold at any moment than there are is checked all the same. A cancel "
    "that\n"
    "  would be due after the end of closed load, or after run.timeout or Ctrl-C has ended a trial, is not made.\n"
    "- **Browsers** (`browsers`, `browse_every`) look at a fixed pace, one after the other, over the pool of the "
    "server\n"
    "  they are dealt to; every look that was due before the last answer to a request or cancel is made, however "
    "late.\n"
    "- **Patience** counts from the moment a request was due, the wait for a worker included. Nothing that a database "
    "or a\n"
    "  service thread has begun is cut short by it: who is booked after his patience ended is booked. Who leaves is\n"
    "  `timed_out`, and was not refused.\n";

static const char readme_strategies[] =
    "\n"
    "### [strategy.NAME]\n"
    "\n"
    "The options of one strategy (`lastseat show NAME` lists them), and the keys of `[retry]` for it alone,\n"
    "written `retry.attempts`. On the command line: `--set strategy.queue.batch=64`.\n"
    "\n"
    "```ini\n"
    "[strategy.queue]\n"
    "batch = 64\n"
    "[strategy.optimistic]\n"
    "retry.attempts = unlimited\n"
    "```\n"
    "\n"
    "### [sweep]\n"
    "\n"
    "`section.key = value, value, …` runs every cell once for each value; several lines run every combination. What a\n"
    "sweep says about `strategy.NAME.option` multiplies the cells of that strategy only. A sweep outranks the plain "
    "key of\n"
    "its own file, and setting the plain key in a file that extends it, or with `--set`, ends the sweep. Keys of\n"
    "`[scenario]` and `[run]`, lists and texts cannot be swept.\n"
    "\n"
    "```ini\n"
    "[sweep]\n"
    "load.users = 50, 100, 200\n"
    "strategy.queue.batch = 1, 64\n"
    "```\n"
    "\n"
    "## Variants\n"
    "\n"
    "A variant is a strategy with its options, written `name:option=value:option=value`, the same in `[run] "
    "strategies`,\n"
    "in `--strategy` and in every result. Several variants of one strategy may run side by side:\n"
    "`strategies = pessimistic, pessimistic:check=count`. What a variant's own text sets outranks `[strategy.NAME]`.\n"
    "`core`, `all` (every honest strategy) and `rogues` (the deliberately broken ones) stand for sets. The floor, "
    "which\n"
    "does no work at all, runs by itself beside every scenario.\n";

/* ---- keys -------------------------------------------------------------------------------------------------------- */

/* One cell of a Markdown table: a bar would end it. */
static void cell_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static const char *default_of(const struct option *row)
{
    return row->fallback[0] != '\0' ? row->fallback : "none";
}

static bool begins_section(const struct option *row)
{
    return row == scenario_options || strcmp(row->section, row[-1].section) != 0;
}

void doc_scenario_help(FILE *out)
{
    enum { HELP_INDENT = 21 };
    char domain[OPTION_TEXT_SIZE], values[2 * OPTION_TEXT_SIZE];

    fputs("A scenario file: [section] lines, key = value lines, comments with # or ;\n"
          "Precedence: --set section.key=value, the file, what it extends, the default.\n",
          out);
    for (const struct option *row = scenario_options; row->name != NULL; row++) {
        if (begins_section(row))
            fprintf(out, "\n[%s]\n", row->section);
        option_domain(row, domain, sizeof(domain));
        fprintf(out, "  %-18s ", row->name);
        snprintf(values, sizeof(values), "%s (default %s)", domain, default_of(row));
        text_wrap(out, HELP_INDENT, values);
        fprintf(out, "%*s", HELP_INDENT, "");
        text_wrap(out, HELP_INDENT, row->help);
    }
    fputs("\n[strategy.NAME]\n"
          "  OPTION             an option of that strategy (lastseat show NAME)\n"
          "  retry.attempts     as [retry] attempts, for that strategy alone\n"
          "  retry.backoff      as [retry] backoff, for that strategy alone\n"
          "  retry.on           as [retry] on, for that strategy alone\n"
          "\n[sweep]\n"
          "  SECTION.KEY        values separated by commas: every cell runs with each of\n"
          "                     them, every combination of several lines;\n"
          "                     strategy.NAME.OPTION multiplies NAME only\n",
          out);
}

static void key_tables(FILE *out)
{
    char domain[OPTION_TEXT_SIZE];

    for (const struct option *row = scenario_options; row->name != NULL; row++) {
        if (begins_section(row))
            fprintf(out, "\n### [%s]\n\n| Key | Values | Default | Meaning |\n|---|---|---|---|\n", row->section);
        option_domain(row, domain, sizeof(domain));
        fprintf(out, "| `%s` | ", row->name);
        cell_text(out, domain);
        fprintf(out, " | %s%s%s | ", row->fallback[0] != '\0' ? "`" : "", default_of(row),
                row->fallback[0] != '\0' ? "`" : "");
        cell_text(out, row->help);
        fputs(" |\n", out);
    }
}

int doc_scenario_readme(FILE *out)
{
    struct text_list names = { 0 };
    int failed = scenario_names(&names) == 0 ? EXIT_OK : EXIT_ERROR;

    if (failed == EXIT_OK) {
        fputs(readme_top, out);
        fputs("| Name | Question |\n|---|---|\n", out);
    }
    for (size_t i = 0; i < names.n && failed == EXIT_OK; i++) {
        struct scenario s;

        failed = scenario_load(&s, names.items[i], NULL, 0);
        if (failed != EXIT_OK)
            break;
        fprintf(out, "| [%s](%s.ini) | ", s.name, s.name);
        cell_text(out, s.question);
        fputs(" |\n", out);
        scenario_free(&s);
    }
    if (failed == EXIT_OK) {
        fputs(readme_file, out);
        key_tables(out);
        fputs(readme_users, out);
        fputs(readme_strategies, out);
    }
    text_list_free(&names);
    return failed;
}

/* ---- strategies -------------------------------------------------------------------------------------------------- */

/* Words for the bits that are set, or what is said when none is. */
static void bit_words(FILE *out, unsigned bits, const char *none, const char *const *words)
{
    const char *between = "";

    for (unsigned b = 0; words[b] != NULL; b++)
        if ((bits & (1u << b)) != 0) {
            fprintf(out, "%s%s", between, words[b]);
            between = ", ";
        }
    if (between[0] == '\0')
        fputs(none, out);
}

static void option_cells(FILE *out, const struct option *row)
{
    char domain[OPTION_TEXT_SIZE];

    if (row == NULL || row->name == NULL)
        fputs("none", out);
    for (const char *between = ""; row != NULL && row->name != NULL; row++, between = "; ") {
        option_domain(row, domain, sizeof(domain));
        fprintf(out, "%s`%s` = ", between, row->name);
        cell_text(out, domain);
        fprintf(out, " (%s)", row->fallback);
    }
}

/* Whether it keeps with several application servers what it promises with one. */
static void server_cell(FILE *out, struct cell *cell)
{
    unsigned one = cell_promises(cell), many;

    cell->scenario.instances = 3;
    many = cell_promises(cell);
    cell->scenario.instances = 1;
    if (one == many) {
        fputs(one == 0 ? "-" : "any number", out);
        return;
    }
    fputs("one; with more: ", out);
    bit_words(out, many, "nothing", cell_promise_names);
}

static void strategy_row(FILE *out, const struct strategy *strategy)
{
    struct cell cell = { 0 };

    option_defaults(scenario_options, &cell.scenario);
    if (variant_parse(&cell.variant, strategy->name, "strategy") == EXIT_OK) {
        fprintf(out, "| `%s` | ", strategy->name);
        cell_text(out, strategy->summary);
        fputs(" | ", out);
        bit_words(out, cell_promises(&cell), "none", cell_promise_names);
        fputs(" | ", out);
        server_cell(out, &cell);
        fputs(" | ", out);
        bit_words(out, cell_needs(&cell), "nothing", cell_cap_names);
        fputs(" | ", out);
        option_cells(out, strategy->options);
        fputs(" |\n", out);
    }
    cell_free(&cell);
}

static void rogue_row(FILE *out, const struct strategy *strategy)
{
    const char *anomalies[ANOMALY_COUNT + 1] = { NULL };

    for (enum anomaly a = 0; a < ANOMALY_COUNT; a++)
        anomalies[a] = anomaly_name(a);
    fprintf(out, "| `%s` | ", strategy->name);
    cell_text(out, strategy->summary);
    fputs(" | ", out);
    bit_words(out, strategy->shows, "nothing", anomalies);
    fputs(" | ", out);
    bit_words(out, strategy->needs, "nothing", cell_cap_names);
    fputs(" | ", out);
    option_cells(out, strategy->options);
    fputs(" |\n", out);
}

void doc_strategy_catalogue(FILE *out)
{
    fputs("| Strategy | Idea | Promises (default options, one server) | Servers | Needs of the database | "
          "Options (default) |\n"
          "|---|---|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < registry_count; i++)
        if ((registry[i].strategy->traits & TRAIT_ROGUE) == 0)
            strategy_row(out, registry[i].strategy);
    fputs("\nBroken on purpose, in `rogues/`: what the audit must find in each.\n"
          "\n"
          "| Rogue | Mistake | Anomaly | Needs of the database | Options (default) |\n"
          "|---|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < registry_count; i++)
        if ((registry[i].strategy->traits & TRAIT_ROGUE) != 0)
            rogue_row(out, registry[i].strategy);
}
