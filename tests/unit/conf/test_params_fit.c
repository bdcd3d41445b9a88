/* A schema that changed under params that were given. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "conf/params.h"
#include "conf/params_fit.h"

struct block {
    int64_t fast, grid;
    double size, share;
    int32_t on, side, pair, other;
};

static struct descriptor *desc;
static struct strategy_conf strategy;
static struct str notes;

static struct descriptor_input *add(int32_t type, const char *name, size_t offset) {
    struct descriptor_input *input = &desc->inputs[desc->input_count++];
    input->type = type;
    input->offset = (uint32_t)offset;
    snprintf(input->name, sizeof(input->name), "%s", name);
    return input;
}

static void setup(void) {
    desc = mem_zalloc(1, sizeof(*desc));
    snprintf(desc->id, sizeof(desc->id), "demo");
    desc->params_size = sizeof(struct block);
    struct descriptor_input *input = add(QS_INPUT_INT, "fast", offsetof(struct block, fast));
    input->i_default = 12, input->i_min = 1, input->i_max = 200;
    input = add(QS_INPUT_FLOAT, "size", offsetof(struct block, size));
    input->f_default = 1.5, input->f_min = 0.1, input->f_max = 10.0;
    input = add(QS_INPUT_BOOL, "on", offsetof(struct block, on));
    input->i_default = 1, input->i_max = 1;
    input = add(QS_INPUT_SELECT, "side", offsetof(struct block, side));
    input->i_default = 1, input->i_max = 1, input->option_first = 0, input->option_count = 2;
    add(QS_INPUT_SYMBOL, "pair", offsetof(struct block, pair));
    input = add(QS_INPUT_INT, "grid", offsetof(struct block, grid));
    input->i_default = 3, input->i_min = 3, input->i_max = 20, input->i_step = 5;
    input = add(QS_INPUT_FLOAT, "share", offsetof(struct block, share));
    input->f_default = 0.0, input->f_min = 0.0, input->f_max = 1.0, input->f_step = 0.1;
    snprintf(desc->options[0], sizeof(desc->options[0]), "short");
    snprintf(desc->options[1], sizeof(desc->options[1]), "long");
    desc->option_count = 2;
}

static void teardown(void) {
    mem_free(desc);
    mem_free(strategy.params);
    mem_free(strategy.roles);
    str_fini(&notes);
}

TestSuite(params_fit, .init = setup, .fini = teardown);

static void give(const char *name, const char *text, bool quoted) {
    struct param_conf param = {.value.quoted = quoted};
    snprintf(param.name, sizeof(param.name), "%s", name);
    snprintf(param.key, sizeof(param.key), "params.%s", name);
    snprintf(param.value.text, sizeof(param.value.text), "%s", text);
    strategy.params =
        mem_realloc_array(strategy.params, strategy.param_count + 1, sizeof(*strategy.params));
    strategy.params[strategy.param_count++] = param;
}

static void bind(const char *name, const char *symbol) {
    struct role_conf role = {0};
    snprintf(role.name, sizeof(role.name), "%s", name);
    snprintf(role.feed.symbol, sizeof(role.feed.symbol), "%s", symbol);
    strategy.roles =
        mem_realloc_array(strategy.roles, strategy.role_count + 1, sizeof(*strategy.roles));
    strategy.roles[strategy.role_count++] = role;
}

Test(params_fit, what_fits_stays_and_nothing_is_said) {
    give("grid", "8", false);
    give("size", "10", false);
    give("side", "short", true);
    give("on", "yes", false);
    bind("pair", "KO");
    cr_assert_eq(params_fit(desc, &strategy, &notes), 0);
    cr_assert_str_eq(str_text(&notes), "");
    cr_assert_eq(strategy.param_count, 4);
    cr_assert_eq(strategy.role_count, 1);
}

/* Each row: a param that the schema refuses, and the note. */
static const struct {
    const char *name, *text;
    bool quoted;
    const char *note;
} rows[] = {
    {"fast", "300", false, "params.fast: 300 is over the maximum of 200: reset to 12\n"},
    {"fast", "0", false, "params.fast: 0 is under the minimum of 1: reset to 12\n"},
    {"fast", "20.0", false, "params.fast: 20.0 is no whole number of 64 bits: reset to 12\n"},
    {"fast", "9223372036854775808", false,
     "params.fast: 9223372036854775808 is no whole number of 64 bits: reset to 12\n"},
    {"fast", "12", true, "params.fast: '12' is a text, not a number: reset to 12\n"},
    {"fast", "long", false, "params.fast: 'long' is no whole number of 64 bits: reset to 12\n"},
    {"grid", "4", false, "params.grid: 4 is off the steps of 5 from 3: reset to 3\n"},
    {"size", "10.5", false, "params.size: 10.5 is over the maximum of 10: reset to 1.5\n"},
    {"size", "-1", false, "params.size: -1 is under the minimum of 0.1: reset to 1.5\n"},
    {"size", "big\nred", false, "params.size: 'big red' is no number: reset to 1.5\n"},
    {"share", "0.25", false, "params.share: 0.25 is off the steps of 0.1 from 0: reset to 0\n"},
    {"on", "2", false, "params.on: 2 is neither true nor false: reset to true\n"},
    {"side", "both", false,
     "params.side: 'both' is none of its options, short, long: reset to long\n"},
    {"pair", "12", false, "params.pair: is a symbol now, bound by roles: dropped (it was '12')\n"},
    {"slow", "26", false, "params: demo has no param 'slow' any more: dropped (it was '26')\n"},
};

Test(params_fit, each_reason_has_its_note) {
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        give("size", "2", false);
        give(rows[i].name, rows[i].text, rows[i].quoted);
        give("grid", "13", false);
        str_clear(&notes);
        cr_expect_eq(params_fit(desc, &strategy, &notes), 1);
        cr_expect_str_eq(str_text(&notes), rows[i].note);
        cr_assert_eq(strategy.param_count, 2);
        cr_expect_str_eq(strategy.params[0].name, "size");
        cr_expect_str_eq(strategy.params[1].name, "grid");
        strategy.param_count = 0;
    }
}

Test(params_fit, roles_of_inputs_that_are_gone_or_are_no_symbols_are_dropped) {
    bind("hedge", "PEP");
    bind("pair", "KO");
    bind("fast", "IBM");
    cr_assert_eq(params_fit(desc, &strategy, &notes), 2);
    cr_assert_str_eq(str_text(&notes),
                     "roles: demo has no role 'hedge' any more: dropped (it was PEP)\n"
                     "roles: demo has no role 'fast' any more: dropped (it was IBM)\n");
    cr_assert_eq(strategy.role_count, 1);
    cr_assert_str_eq(strategy.roles[0].feed.symbol, "KO");
}

Test(params_fit, a_strategy_that_lost_all_inputs_keeps_no_params) {
    give("fast", "20", false);
    desc->input_count = 0;
    desc->params_size = 0;
    cr_assert_eq(params_fit(desc, &strategy, &notes), 1);
    cr_assert_eq(strategy.param_count, 0);
}

/* What stays is exactly what is accepted alone, in its order; and it is accepted together. */
Test(params_fit, what_stays_is_what_params_resolve_accepts) {
    static const char *const names[] = {"fast", "size", "on",    "side", "pair",
                                        "grid", "slow", "share", ""};
    static const char *const texts[] = {"1",  "200", "201", "0.1", "0.05", "8",     "yes",
                                        "no", "0",   "-3",  "1e3", "long", "short", ""};
    struct rng rng;
    struct block block;
    struct err err;
    rng_seed(&rng, 7);
    for (int round = 0; round < 2000; round++) {
        bool accepted[ARRAY_LEN(names)];
        size_t expected = 0;
        strategy.param_count = 0;
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            give(names[i], texts[rng_below(&rng, ARRAY_LEN(texts))], rng_below(&rng, 4) == 0);
            accepted[i] =
                params_resolve(desc, &strategy.params[i], 1, &block, NULL, NULL, &err) == 0;
            expected += accepted[i];
        }
        str_clear(&notes);
        cr_assert_eq(params_fit(desc, &strategy, &notes), ARRAY_LEN(names) - expected);
        cr_assert_eq(strategy.param_count, expected);
        for (size_t i = 0, kept = 0; i < ARRAY_LEN(names); i++)
            if (accepted[i])
                cr_assert_str_eq(strategy.params[kept++].name, names[i]);
        int rc =
            params_resolve(desc, strategy.params, strategy.param_count, &block, NULL, NULL, &err);
        cr_assert_eq(rc, 0, "%s", err.text);
    }
}
