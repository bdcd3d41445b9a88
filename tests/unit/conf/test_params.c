#include <criterion/criterion.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/params.h"

struct block {
    int64_t fast;
    double size;
    int32_t on;
    int32_t side;
    int32_t pair;
    int32_t unused;
    int64_t grid;
    double share;
};

static struct descriptor *desc;
static struct block block;
static struct param_text texts[QS_INPUTS_MAX];
static size_t text_count;

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
    input->f_default = 1.0, input->f_min = 0.1, input->f_max = 10.0;
    input = add(QS_INPUT_BOOL, "on", offsetof(struct block, on));
    input->i_default = 1, input->i_max = 1;
    input = add(QS_INPUT_SELECT, "side", offsetof(struct block, side));
    input->i_default = 1, input->i_max = 2, input->option_first = 1, input->option_count = 3;
    add(QS_INPUT_SYMBOL, "pair", offsetof(struct block, pair));
    input = add(QS_INPUT_INT, "grid", offsetof(struct block, grid));
    input->i_default = 3, input->i_min = 3, input->i_max = 20, input->i_step = 5;
    input = add(QS_INPUT_FLOAT, "share", offsetof(struct block, share));
    input->f_default = 0.0, input->f_min = 0.0, input->f_max = 1.0, input->f_step = 0.1;
    static const char *const options[] = {"another's", "long", "short", "both"};
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        snprintf(desc->options[i], sizeof(desc->options[i]), "%s", options[i]);
    desc->option_count = ARRAY_LEN(options);
    memset(&block, 0xAA, sizeof(block));
}

static void teardown(void) { mem_free(desc); }

TestSuite(params, .init = setup, .fini = teardown);

static int give(const char *name, const char *text, bool quoted, struct err *err) {
    struct param_conf param = {.name_place = {"run.yaml", 4, 3},
                               .value = {.quoted = quoted, .place = {"run.yaml", 4, 9}}};
    snprintf(param.name, sizeof(param.name), "%s", name);
    snprintf(param.key, sizeof(param.key), "params.%s", name);
    snprintf(param.value.text, sizeof(param.value.text), "%s", text);
    return params_resolve(desc, &param, 1, &block, texts, &text_count, err);
}

static void accepted(const char *name, const char *text) {
    struct err err = {0};
    cr_assert_eq(give(name, text, false, &err), 0, "%s", err.text);
}

static void refused(const char *name, const char *text, const char *sentence) {
    struct err err = {0};
    struct block before = block;
    cr_assert_eq(give(name, text, false, &err), ERR_PARAM);
    cr_assert_str_eq(err.text, sentence);
    cr_assert_eq(memcmp(&before, &block, sizeof(block)), 0);
}

Test(params, nothing_given_is_the_defaults) {
    struct err err;
    cr_assert_eq(params_resolve(desc, NULL, 0, &block, texts, &text_count, &err), 0);
    struct block expected = {.fast = 12, .size = 1.0, .on = 1, .side = 1, .grid = 3};
    cr_assert_eq(memcmp(&block, &expected, sizeof(block)), 0);
    static const char *const canonical[][2] = {{"fast", "12"},    {"size", "1"}, {"on", "true"},
                                               {"side", "short"}, {"grid", "3"}, {"share", "0"}};
    cr_assert_eq(text_count, ARRAY_LEN(canonical));
    for (size_t i = 0; i < text_count; i++) {
        cr_assert_str_eq(texts[i].name, canonical[i][0]);
        cr_assert_str_eq(texts[i].text, canonical[i][1]);
        cr_assert_not(texts[i].given);
    }
}

Test(params, values_go_into_their_fields_and_no_others) {
    accepted("fast", "200");
    struct block expected = {.fast = 200, .size = 1.0, .on = 1, .side = 1, .grid = 3};
    cr_assert_eq(memcmp(&block, &expected, sizeof(block)), 0);
    cr_assert(texts[0].given);
    cr_assert_str_eq(texts[0].text, "200");
    accepted("size", "2.50");
    cr_assert_eq(block.size, 2.5);
    cr_assert_str_eq(texts[1].text, "2.5");
    accepted("on", "Off");
    cr_assert_eq(block.on, 0);
    cr_assert_str_eq(texts[2].text, "false");
    accepted("side", "both");
    cr_assert_eq(block.side, 2);
    cr_assert_str_eq(texts[3].text, "both");
}

Test(params, both_ends_of_a_range_are_in_it) {
    accepted("fast", "1");
    accepted("size", "0.1");
    accepted("size", "10");
    accepted("share", "1");
}

Test(params, integers_are_integers) {
    refused(
        "fast", "500",
        "run.yaml:4:9: params.fast: expected an integer from 1 to 200, found 500 (at most 200)");
    refused("fast", "0",
            "run.yaml:4:9: params.fast: expected an integer from 1 to 200, found 0 (at least 1)");
    refused(
        "fast", "20.0",
        "run.yaml:4:9: params.fast: expected an integer from 1 to 200, found '20.0' (no fraction and no exponent)");
    refused("fast", "fast",
            "run.yaml:4:9: params.fast: expected an integer from 1 to 200, found "
            "'fast' (write a whole number)");
    refused("fast", "99999999999999999999",
            "run.yaml:4:9: params.fast: expected an integer from 1 to 200, found "
            "'99999999999999999999' (it does not fit in 64 bits)");
}

Test(params, quotes_make_no_numbers) {
    struct err err = {0};
    cr_assert_eq(give("fast", "20", true, &err), ERR_PARAM);
    cr_assert_str_eq(err.text, "run.yaml:4:9: params.fast: expected an integer, found the text "
                               "'20' (remove the quotes)");
    cr_assert_eq(give("side", "long", true, &err), 0);
    cr_assert_eq(block.side, 0);
}

Test(params, floats_are_finite_and_in_range) {
    refused("size", "nan",
            "run.yaml:4:9: params.size: expected a number from 0.1 to 10, found "
            "'nan' (write a plain number)");
    refused("size", "-inf",
            "run.yaml:4:9: params.size: expected a number from 0.1 to 10, found "
            "'-inf' (write a plain number)");
    refused("size", "10.000001",
            "run.yaml:4:9: params.size: expected a number from 0.1 to 10, "
            "found 10.000001 (at most 10)");
}

Test(params, steps_are_counted_from_the_minimum) {
    accepted("grid", "8");
    accepted("grid", "18");
    refused("grid", "10",
            "run.yaml:4:9: params.grid: expected 3 plus a multiple of 5, found 10 "
            "(take 8 or 13)");
    refused("grid", "20",
            "run.yaml:4:9: params.grid: expected 3 plus a multiple of 5, found 20 "
            "(take 18)");
}

Test(params, every_tenth_is_a_step_of_a_tenth) {
    for (int i = 0; i <= 10; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d.%d", i / 10, i % 10);
        accepted("share", text);
        cr_assert_eq(block.share, (double)i / 10.0);
    }
    refused("share", "0.25",
            "run.yaml:4:9: params.share: expected 0 plus a multiple of 0.1, found "
            "0.25 (take a neighbour)");
}

Test(params, steps_over_the_whole_range_of_int64) {
    desc->inputs[0].i_min = INT64_MIN;
    desc->inputs[0].i_max = INT64_MAX;
    desc->inputs[0].i_step = 10;
    /* INT64_MIN = ...808, so the grid has a digit 8 below zero and a 2 above it */
    accepted("fast", "-9223372036854775798");
    accepted("fast", "2");
    accepted("fast", "9223372036854775802");
    refused("fast", "9223372036854775807",
            "run.yaml:4:9: params.fast: expected -9223372036854775808 plus a multiple of 10, found "
            "9223372036854775807 (take 9223372036854775802)");
}

Test(params, minus_zero_is_zero) {
    accepted("share", "-0");
    cr_assert_not(signbit(block.share));
    cr_assert_str_eq(texts[5].text, "0");
}

Test(params, bools_and_words_are_known_words) {
    refused("on", "2",
            "run.yaml:4:9: params.on: expected true or false, found '2' (yes, no, on, "
            "off, 1 and 0 will do too)");
    refused("side", "shrt",
            "run.yaml:4:9: params.side: expected long, short or both, found 'shrt' "
            "(did you mean short?)");
    refused("side", "1",
            "run.yaml:4:9: params.side: expected long, short or both, found '1' "
            "(choose one of them)");
    refused("side", "another's",
            "run.yaml:4:9: params.side: expected long, short or both, found "
            "'another's' (choose one of them)");
}

Test(params, unknown_names_show_those_that_there_are) {
    refused("fsat", "3",
            "run.yaml:4:3: params.fsat: demo has no param 'fsat' (did you mean fast? "
            "it has fast, size, on, side, grid, share)");
    refused("period", "3",
            "run.yaml:4:3: params.period: demo has no param 'period' (it has fast, "
            "size, on, side, grid, share)");
    desc->input_count = 0;
    refused("period", "3",
            "run.yaml:4:3: params.period: demo has no param 'period' (it has no params)");
}

Test(params, symbols_are_roles) {
    refused("pair", "GOOG",
            "run.yaml:4:3: params.pair: it is a symbol, and symbols are bound as "
            "roles (write roles: {pair: SYMBOL})");
}

Test(params, a_strategy_without_params_needs_no_block) {
    struct err err;
    desc->input_count = 0;
    desc->params_size = 0;
    cr_assert_eq(params_resolve(desc, NULL, 0, NULL, NULL, NULL, &err), 0);
}

Test(params, a_value_of_the_command_line_names_its_option) {
    struct err err = {0};
    struct param_conf param = {.name = "fast",
                               .key = "strategies.b.params.fast",
                               .name_place = {.name = "--set"},
                               .value = {.text = "500", .place = {.name = "--set"}}};
    cr_assert_eq(params_resolve(desc, &param, 1, &block, NULL, NULL, &err), ERR_USAGE);
    cr_assert_str_eq(err.text, "--set: strategies.b.params.fast: expected an integer from 1 to "
                               "200, found 500 (at most 200)");
    param.value.place = (struct conf_place){.name = "preset slow"};
    cr_assert_eq(params_resolve(desc, &param, 1, &block, NULL, NULL, &err), ERR_PARAM);
    cr_assert_str_eq(err.text, "preset slow: strategies.b.params.fast: expected an integer from 1 "
                               "to 200, found 500 (at most 200)");
}
