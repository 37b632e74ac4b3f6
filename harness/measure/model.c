#include "harness/measure/model.h"

struct model_race model_race(int64_t n, int64_t s, int64_t a)
{
    struct model_race race;
    int64_t w = n < s ? n : s;

    race.sold = w = w < a ? w : a;
    race.swaps = w * n - w * (w - 1) / 2;
    race.reads = race.swaps + (a > w ? n - w : 0);
    return race;
}
