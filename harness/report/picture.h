#ifndef REPORT_PICTURE_H
#define REPORT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

/* The pictures of a scenario on one database: what plots.c draws and markdown.c embeds. */
enum picture {
    PICTURE_SPECTRUM,
    PICTURE_OVERSOLD,
    PICTURE_STATEMENTS,
    PICTURE_SEATS,
    PICTURE_ARRIVALS,
    PICTURE_WAITING,
    PICTURE_SWEEP_P99,
    PICTURE_SWEEP_AMPLIFICATION,
    PICTURE_SWEEP_WAITING,
    PICTURE_SCALING,
    PICTURE_KINDS
};
struct picture_kind {
    const char *suffix;  /* of the file's name, and of the script's: plots/SUFFIX.gp       */
    const char *title;   /* behind the scenario's title                                    */
    const char *caption; /* how to read it                                                 */
    bool sweep; /* drawn for scenarios with a sweep (but: scaling_applies(), waiting_applies()); the others for those
                   without */
};
extern const struct picture_kind picture_kinds[PICTURE_KINDS];

/* "rush-1000x10-sqlite-spectrum": the file's name without folder and ending. */
void picture_name(char *out, size_t size, const char *scenario, const char *db, enum picture);

#endif
