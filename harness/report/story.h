#ifndef REPORT_STORY_H
#define REPORT_STORY_H

#include <stdio.h>

#include "harness/explore/exploration.h"

/* What exploring the schedules of a strategy came to, for people: what was found, one schedule as a story in numbered
 * steps, what it came to, what was explored and what was not. story.c decides the steps and their words; a terminal,
 * Markdown and SVG show the same. Main thread. */

/* Steps of a schedule, before any is told. A step is a call, or what one actor does in a transaction as long as nobody
 * comes between. Without rows, statements or a cell: for choosing the shortest. Pure. */
int story_length(const struct trace *);

/* No line is wider than `width` columns, from 40, but for the command at the end. */
void story_text(FILE *, const struct exploration *, int width, bool colour);
/* What was found, on one line of any length: for a row of many strategies. */
void story_line(FILE *, const struct exploration *);
/* A section that begins with a heading of the second level. */
void story_markdown(FILE *, const struct exploration *);
/* A picture by itself. */
void story_svg(FILE *, const struct exploration *);
/* One row for programs, below a header line: kind is honest, control or rogue; result expected, unexpected (not what it
 * says of itself) or skipped (reason says why); shows the anomaly that a rogue names; broken schedules and faults are
 * told by what they broke ("oversold 2; drift 4"); *_trips are round trips of a schedule in which A books and then B is
 * refused, when that one was played; seats and replay are the schedule to tell. No field but reason has a comma. */
void story_csv_head(FILE *);
void story_csv(FILE *, const struct exploration *);
void story_csv_skipped(FILE *, const struct cell *);

/* ---- what the three share ---- */

enum story_kind {
    STORY_HEAD,   /* who                                                            */
    STORY_CALL,   /* "look: SELECT …", "COMMIT", "joins the line"                   */
    STORY_ANSWER, /* "→ available = 1"                                              */
    STORY_WAIT,   /* "waits for A's lock"                                           */
    STORY_WAKE,   /* "… gets the lock", in the step of whoever let it go            */
    STORY_TOLD,   /* how a try ended                                                */
    STORY_ROWS    /* a committed row, or what is left in a gate, that has changed   */
};

/* What goes on in the background of a column. */
enum story_bar { STORY_IDLE, STORY_IN_TX, STORY_WAITING };

#define STORY_HEADS (-1) /* the step of the heads */

struct story_line {
    int step;   /* STORY_HEADS; 0: before the first call; from 1   */
    int column; /* an actor's, or story.columns: rows afterwards   */
    enum story_kind kind;
    bool bad; /* part of the damage                              */
    int code; /* where SQL begins in text, to its end; -1: none  */
    const char *text;
    size_t offset; /* of text while it is written                     */
};

struct story_step {
    int column; /* whose                                            */
    enum story_bar during[TRACE_ACTORS], after[TRACE_ACTORS];
};

/* Sentences, each "" where there is nothing to say. */
enum story_part {
    STORY_HEADLINE,
    STORY_VERDICT,
    STORY_LEAD, /* introduces the steps */
    STORY_REST, /* moves that are not told */
    STORY_END,  /* what the steps came to */
    STORY_EXPLORED,
    STORY_UNEXPLORED,
    STORY_COMMAND,
    STORY_PARTS
};

struct story {
    const struct exploration *of;
    const char *part[STORY_PARTS];
    bool is_broken;          /* what was explored; else it holds                    */
    bool ends_bad;           /* the schedule that is told                           */
    bool has_rows;           /* there is a column of rows afterwards                */
    int columns;             /* actors that make a call, users first                */
    int actor[TRACE_ACTORS]; /* by column: index into trace.actors */
    struct story_step *step; /* 0 .. steps */
    int steps;
    struct story_line *line;
    size_t lines, room;
    char *text; /* of all lines and parts */
};

/* 0, or -1 after saying why; story_free() in both cases. The exploration is borrowed. */
int story_tell(struct story *, const struct exploration *);
void story_free(struct story *);

#endif
