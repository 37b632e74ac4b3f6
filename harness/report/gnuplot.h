#ifndef REPORT_GNUPLOT_H
#define REPORT_GNUPLOT_H

#include <stddef.h>
#include <stdio.h>

enum gnuplot_status {
    GNUPLOT_DREW,
    GNUPLOT_MISSING, /* there is no gnuplot; nothing was said */
    GNUPLOT_FAILED   /* said in one line                      */
};

#define GNUPLOT_SECONDS 30

/* Where the scripts are: $LASTSEAT_HOME/plots, else plots/ beside the executable, else ./plots: the first that holds
 * style.gp. Caller frees; NULL after one line: none does. */
char *gnuplot_folder(void);
/* Runs `gnuplot -d -e VARIABLES SCRIPT` without a shell, for at most so many seconds. Ctrl-C in the
 * terminal does not reach it, our end does. name is what is drawn, for the
 * message; NULL: a failure is the caller's to tell. Main thread. */
enum gnuplot_status gnuplot_run(const char *script, const char *variables, const char *name, int seconds);
/* Writes `key='text';` with what gnuplot's single quotes need. */
void gnuplot_text(FILE *variables, const char *key, const char *text);
/* One word for gnuplot's word(), into a variable that is being written: in double quotes, so that it may hold blanks.
 */
void gnuplot_word(FILE *variables, const char *text);

#endif
