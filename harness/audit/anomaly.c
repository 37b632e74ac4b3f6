#include "harness/audit/anomaly.h"

#include <stddef.h>

const struct anomaly_words anomaly_words[ANOMALY_COUNT] = {
    [ANOMALY_OVERSOLD] = { "oversells", "oversold", "seat", "" },
    [ANOMALY_PROBED] = { "oversells", "failed", "probe", " of what must hold at every moment" },
    [ANOMALY_LOST] = { "loses", "lost", "confirmed booking", "" },
    [ANOMALY_GHOST] = { "loses", "holds", "booking", " nobody was told of" },
    [ANOMALY_TORN] = { "loses", "booked", "request", " with more or fewer seats than asked for" },
    [ANOMALY_DUPLICATE] = { "duplicates", "booked", "request", " more than once" },
    [ANOMALY_UNSOLD] = { "undersells", "left", "seat", " unsold that somebody had asked for" },
    [ANOMALY_FALSE_SOLD_OUT] = { "undersells", "told", "request", " \"sold out\" while seats were free" },
    [ANOMALY_DRIFT] = { "drifts", "counter and bookings differ by", "seat", "" },
    [ANOMALY_GATE_DRIFT] = { "drifts", "gate and bookings differ by", "seat", "" },
    [ANOMALY_UNFAIR] = { "unfair", "passed over", "request", " for others who asked only after the answer" },
};

const char *anomaly_name(enum anomaly anomaly)
{
    static const char *const names[ANOMALY_COUNT] = {
        [ANOMALY_OVERSOLD] = "oversold",
        [ANOMALY_LOST] = "lost",
        [ANOMALY_GHOST] = "ghost",
        [ANOMALY_DUPLICATE] = "duplicate",
        [ANOMALY_UNSOLD] = "unsold",
        [ANOMALY_DRIFT] = "drift",
        [ANOMALY_GATE_DRIFT] = "gate_drift",
        [ANOMALY_TORN] = "torn",
        [ANOMALY_FALSE_SOLD_OUT] = "false_sold_out",
        [ANOMALY_UNFAIR] = "unfair",
        [ANOMALY_PROBED] = "probe_violations",
    };

    return names[anomaly];
}

int64_t anomaly_amount(const struct audit *audit, enum anomaly anomaly)
{
    const int64_t amounts[ANOMALY_COUNT] = {
        [ANOMALY_OVERSOLD] = audit->oversold,
        [ANOMALY_LOST] = audit->lost,
        [ANOMALY_GHOST] = audit->ghost,
        [ANOMALY_DUPLICATE] = audit->duplicate,
        [ANOMALY_UNSOLD] = audit->unsold,
        [ANOMALY_DRIFT] = audit->drift,
        [ANOMALY_GATE_DRIFT] = audit->gate_drift,
        [ANOMALY_TORN] = audit->torn,
        [ANOMALY_FALSE_SOLD_OUT] = audit->false_sold_out,
        [ANOMALY_UNFAIR] = audit->unfair,
        [ANOMALY_PROBED] = audit->probes.violations,
    };

    return amounts[anomaly];
}

bool anomaly_breaks(enum anomaly anomaly, unsigned promises)
{
    switch (anomaly) {
    case ANOMALY_OVERSOLD:
    case ANOMALY_PROBED:
        return (promises & PROMISE_NO_OVERSELL) != 0;
    case ANOMALY_UNSOLD:
    case ANOMALY_FALSE_SOLD_OUT:
        return (promises & PROMISE_SELLS_OUT) != 0;
    case ANOMALY_TORN:
        return (promises & PROMISE_ALL_OR_NOTHING) != 0;
    case ANOMALY_UNFAIR:
        return (promises & PROMISE_IN_ORDER) != 0;
    default:
        return true;
    }
}
