/* Fuzz target: any bytes as the files of a stored trial, read and, where they are not refused, judged. First a digit:
 * the kind of ledger; then the files in the order of enum history_part, each up to a line of "%". */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/history_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static enum ledger chosen;

static enum ledger ledger_of(const void *options)
{
    (void)options;
    return chosen;
}

static const struct strategy strategy = { .name = "fuzz", .ledger = ledger_of };
static const struct registered registered = { .strategy = &strategy, .note = "", .file = "" };

/* 0 when nothing was refused. */
static int take(struct history_reader *h, const char *text, const char *end)
{
    for (int part = 0; part < HISTORY_PARTS && text < end; part++) {
        const char *stop = memmem(text, (size_t)(end - text), "%\n", 2);

        if (stop == NULL)
            stop = end;
        if (history_reader_take(h, (enum history_part)part, text, (size_t)(stop - text)) != 0)
            return -1;
        text = stop + 2 < end ? stop + 2 : end;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const char *text = (const char *)bytes;
    struct history_reader h = { .events = 3 };
    struct cell cell = { .scenario = { .events = 3, .seats = 4, .instances = 1, .hold_ttl_ns = 1000000000 },
                         .variant = { .registered = &registered } };
    struct audit audit;

    if (n < 2)
        return 0;
    chosen = (enum ledger)(text[0] & 3);
    if (take(&h, text + 1, text + n) == 0) {
        audit_judge(&audit, &cell, &h.trial, &h.witnesses);
        /* Sums are those of their parts, whatever the files say. */
        if (audit.drift != audit.leaked + audit.uncounted || audit.verdict > AUDIT_INVALID ||
            (int64_t)h.trial.record_count != h.trial.totals.requests)
            abort();
    }
    history_reader_free(&h);
    return 0;
}
