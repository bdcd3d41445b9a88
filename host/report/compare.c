/* Puts the parts together: trades, decisions, and whether the inputs are the same. */
#include "report/compare.h"

#include "base/mem.h"
#include "report/compare_inputs.h"
#include "report/compare_pairs.h"

/* Hashes decide where both runs have one. */
static bool are_same(const char *before, const char *after, bool otherwise) {
    return before != NULL && after != NULL ? str_eq(before, after) : otherwise;
}

static void find_inputs(struct comparison *c) {
    const struct run_facts *before = c->before->facts, *after = c->after->facts;
    struct compare_inputs inputs;
    compare_inputs_make(c, &inputs);
    bool same_texts = inputs.count_of[INPUT_PARAM] + inputs.count_of[INPUT_SETTING] +
                          inputs.count_of[INPUT_SYMBOL] + inputs.count_of[INPUT_MONEY] ==
                      0;
    c->same_bars = are_same(before->bars_hash, after->bars_hash, inputs.count_of[INPUT_BARS] == 0);
    c->same_config = are_same(before->config_hash, after->config_hash, same_texts);
    c->same_journal = are_same(before->journal_hash, after->journal_hash, false);
    compare_inputs_fini(&inputs);
}

void comparison_make(const struct report *before, const struct report *after,
                     struct comparison *ret) {
    struct compare_pairs pairs;
    *ret = (struct comparison){.before = before, .after = after};
    compare_pairs_init(&pairs, &before->collector->names, &after->collector->names);
    compare_find_trades(ret, &pairs);
    compare_find_decision(ret, &pairs);
    compare_pairs_fini(&pairs);
    find_inputs(ret);
}

void comparison_fini(struct comparison *comparison) {
    mem_free(comparison->trades);
    *comparison = (struct comparison){0};
}

void compare_sight_fini(struct compare_sight *sight) {
    str_fini(&sight->values);
    *sight = (struct compare_sight){0};
}

bool compare_results_are_same(const struct comparison *c) {
    const struct metrics *before = &c->before->metrics, *after = &c->after->metrics;
    if (c->added + c->gone + c->changed > 0 ||
        !compare_bits_are_equal(before->final_equity, after->final_equity) ||
        !compare_bits_are_equal(collector_initial(c->before->collector),
                                collector_initial(c->after->collector)))
        return false;
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (!compare_metrics_are_equal(&before->items[i], &after->items[i]))
            return false;
    }
    return true;
}

bool compare_metrics_are_equal(const struct metric *before, const struct metric *after) {
    if (before->reason != NULL || after->reason != NULL)
        return str_eq(before->reason, after->reason);
    return compare_bits_are_equal(before->value, after->value);
}
