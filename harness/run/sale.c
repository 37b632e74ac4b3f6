#include "harness/run/sale.h"

#include <stdlib.h>

#include "harness/base/ascending.h"

static int by_time(const void *a, const void *b)
{
    const struct sale *x = a, *y = b;

    return ascending(x->at_ns, y->at_ns);
}

struct sale *sale_list(const struct trial *trial, size_t *n)
{
    struct sale *sales = calloc(trial->record_count + trial->cancel_count + 1, sizeof *sales);
    size_t i;

    *n = 0;
    if (sales == NULL)
        return NULL;
    for (i = 0; i < trial->record_count; i++) {
        const struct record *record = &trial->records[i];

        if (record->outcome == OUTCOME_BOOKED)
            sales[(*n)++] = (struct sale){ record->return_ns - trial->start_ns, record->seats };
    }
    for (i = 0; i < trial->cancel_count; i++) {
        const struct record *record = &trial->cancels[i];

        if (record->outcome == ASIDE_DONE)
            sales[(*n)++] = (struct sale){ record->return_ns - trial->start_ns, -record->seats };
    }
    qsort(sales, *n, sizeof *sales, by_time);
    return sales;
}
