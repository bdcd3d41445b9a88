#include "report/strategy_sums.h"

#include <math.h>

#include "base/mem.h"

void strategy_sums(const struct collector *c, struct strategy_sum *ret) {
    const int64_t count = c->names.strategy_count;
    bool *holds = mem_zalloc((size_t)count + 1, sizeof(*holds));
    for (int64_t i = 0; i < count; i++)
        ret[i] = (struct strategy_sum){.equity = c->names.strategies[i].budget};
    for (int64_t i = 0; i < c->trade_count; i++) {
        ret[c->trades[i].strategy].net += c->trades[i].net;
        ret[c->trades[i].strategy].trades++;
    }
    for (int64_t i = 0; i < c->allocation_count; i++) {
        const struct j_allocation *a = &c->allocations[i];
        ret[a->strategy].equity += a->realized - a->fee;
    }
    for (int64_t i = 0; i < c->position_count; i++) {
        const struct j_position *position = &c->positions[i];
        ret[position->strategy].equity += position->quantity *
                                          (position->mark - position->average_price) *
                                          c->names.symbols[position->symbol].multiplier;
        holds[position->strategy] = true;
    }
    for (int64_t i = 0; i < count; i++) {
        struct strategy_sum *sum = &ret[i];
        if (holds[i])
            sum->open = sum->equity - c->names.strategies[i].budget - sum->net;
        if (!c->has_end)
            sum->open = sum->equity = (double)NAN;
    }
    mem_free(holds);
}
