#ifndef SCENARIO_DOC_H
#define SCENARIO_DOC_H

#include <stdio.h>

/* Text made from the tables the program runs by, so that it cannot fall behind them. */

/* `lastseat help scenario`: every key by section, for a terminal. */
void doc_scenario_help(FILE *out);
/* scenarios/README.md: reads the shipped scenarios. EXIT_OK, or their error after one line. */
int doc_scenario_readme(FILE *out);
/* The strategies as a Markdown table: idea, promises, needs, options. */
void doc_strategy_catalogue(FILE *out);

#endif
