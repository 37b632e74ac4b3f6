#ifndef REPORT_PAINT_H
#define REPORT_PAINT_H

/* The colours of what goes to a terminal: escape sequences, and what ends each. */
#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[1;31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

#endif
