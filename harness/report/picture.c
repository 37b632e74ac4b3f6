#include "harness/report/picture.h"

#include <stdio.h>

const struct picture_kind picture_kinds[PICTURE_KINDS] = {
    [PICTURE_SPECTRUM] = { "spectrum", "how long until the answer",
                           "Percentile spectrum of system time (answer minus due time, less checkout) of all requests, "
                           "all trials merged. Further right is rarer; lower is faster. Grey and dashed: the floor.",
                           false },
    [PICTURE_OVERSOLD] = { "oversold", "seats sold",
                           "Seats sold against capacity: the median over trials, whiskers from the least to the most. "
                           "What reaches into the shaded part was sold although no seat was left.",
                           false },
    [PICTURE_STATEMENTS] = { "statements", "statements per request",
                             "Statements sent to the database per request, reads dark and writes light: the median "
                             "over trials.",
                             false },
    [PICTURE_SEATS] = { "seats", "seats left (first trial)",
                        "Seats left over time, by the answers users were given, in the first trial of each. Below zero "
                        "is oversold; a dot marks the last sale.",
                        false },
    [PICTURE_ARRIVALS] = { "arrivals", "winners by place in the line",
                           "Which share of the bookings went to the first so many of those who asked, by when they "
                           "came "
                           "to the app; all trials merged. A shape that fills its panel at once is first come first "
                           "served, one along the dashed line a lottery, below it late ones were better off. order: "
                           "the chance that a buyer came later than somebody who was refused.",
                           false },
    [PICTURE_WAITING] = { "waiting", "waiting before a request begins",
                          "p99 of service time, which counts from when a worker began a request, and of response time, "
                          "which counts from when it was due. The line between them is what a tester never sees who "
                          "sends the next request only when the last is answered; the number, how many times as long. "
                          "In "
                          "a burst it is waking and queueing for a worker.",
                          false },
    [PICTURE_SWEEP_P99] = { "sweep-p99", "p99 of all requests",
                            "p99 of system time of all requests: the median over trials with its 95 % interval. Grey "
                            "and dashed: the floor.",
                            true },
    [PICTURE_SWEEP_AMPLIFICATION] = { "sweep-amplification", "amplification",
                                      "Statements per request, divided by those of one user with one seat: the median "
                                      "over trials with its 95 % interval.",
                                      true },
    [PICTURE_SWEEP_WAITING] = { "sweep-waiting", "waiting before a request begins",
                                "p99 of response time divided by p99 of service time of a trial, all requests: the "
                                "median over trials "
                                "with its 95 % interval. In open load: the coordinated-omission factor.",
                                true },
    [PICTURE_SCALING] = { "scaling", "answers per second by users",
                          "Answers per second of so many users who ask again as soon as answered: the median over "
                          "trials "
                          "with its 95 % interval, and the Universal Scalability Law fitted through it. Capacity, not "
                          "what "
                          "users wait.",
                          true },
};

void picture_name(char *out, size_t size, const char *scenario, const char *db, enum picture kind)
{
    snprintf(out, size, "%s-%s-%s", scenario, db, picture_kinds[kind].suffix);
    /* A scenario is named by the stem of its file, a user's own included. */
    for (; *out != '\0'; out++)
        if (*out == '/' || (unsigned char)*out <= ' ')
            *out = '_';
}
