#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <quasar/strategy.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "plugin/descriptor.h"

struct params {
    int64_t fast, slow;
    double size;
    int32_t on, mode;
    qs_feed hedge;
    int32_t unused;
};
struct locals {
    double a;
    int64_t b;
};

static void on_bar(qs_ctx *c) { (void)c; }
static int on_init(qs_ctx *c) {
    (void)c;
    return 0;
}

/* A schema that is right, in memory that the tests may change. */
static struct qs_input inputs[8];
static struct qs_variable variables[4];
static const char *options[80];
static struct qs_strategy schema;
static struct descriptor desc, other;
static struct err err;

static void setup(void) {
    const struct qs_input good_inputs[] = {
        QS_INT(struct params, fast, 12, 1, 200, 5),
        QS_INT_AS(struct params, slow, "Slow bars", 26, -3, 200),
        QS_FLOAT(struct params, size, 1.5, 0.25, 10.0, 0.25),
        QS_BOOL(struct params, on, 1),
        QS_SELECT(struct params, mode, 1, options),
        QS_SYMBOL(struct params, hedge),
        QS_INPUTS_END,
    };
    const struct qs_variable good_variables[] = {QS_LOCAL_F64(struct locals, a),
                                                 QS_STATE_I64(struct locals, b), QS_VARIABLES_END};
    memcpy(inputs, good_inputs, sizeof good_inputs);
    memcpy(variables, good_variables, sizeof good_variables);
    options[0] = "slow";
    options[1] = "quick";
    options[2] = NULL;
    schema = (struct qs_strategy){.magic = QS_MAGIC,
                                  .struct_size = sizeof schema,
                                  .abi_major = QS_ABI_MAJOR,
                                  .abi_minor = QS_ABI_MINOR,
                                  .input_size = sizeof(struct qs_input),
                                  .variable_size = sizeof(struct qs_variable),
                                  .id = "two_lines",
                                  .name = "Two lines",
                                  .version = "1.2.3-rc.1+build.5",
                                  .description = "Buys.\nSells.",
                                  .inputs = inputs,
                                  .variables = variables,
                                  .locals_size = sizeof(struct locals),
                                  .state_size = 16,
                                  .state_version = 4,
                                  .universe_min = 2,
                                  .universe_max = 5,
                                  .warmup_steps = 30,
                                  .on_init = on_init,
                                  .on_bar = on_bar};
    memset(&err, 0, sizeof err);
}

TestSuite(descriptor, .init = setup);

static void check_good(void) {
    cr_assert_eq(descriptor_check(&schema, &desc, &err), 0, "%s", err.text);
}

static void refused(const char *sentence) {
    memset(&other, 0x5a, sizeof other);
    desc = other;
    cr_expect_eq(descriptor_check(&schema, &desc, &err), ERR_PLUGIN, "accepted: %s", sentence);
    cr_expect_str_eq(err.text, sentence);
    cr_expect_eq(memcmp(&desc, &other, sizeof desc), 0, "the output was touched: %s", sentence);
}

Test(descriptor, copies_what_a_good_schema_says) {
    check_good();
    cr_expect_str_eq(desc.id, "two_lines");
    cr_expect_str_eq(desc.name, "Two lines");
    cr_expect_str_eq(desc.version, "1.2.3-rc.1+build.5");
    cr_expect_str_eq(desc.description, "Buys.\nSells.");
    cr_expect_eq(desc.abi_minor, QS_ABI_MINOR);
    cr_expect_eq(desc.callbacks, DESCRIPTOR_ON_INIT | DESCRIPTOR_ON_BAR);
    cr_expect_eq(desc.params_size, sizeof(struct params));
    cr_expect_eq(desc.locals_size, 16);
    cr_expect_eq(desc.state_version, 4);
    cr_expect_eq(desc.history, QS_HISTORY_DEFAULT);
    cr_expect_eq(desc.warmup_steps, 30);
    cr_assert_eq(desc.input_count, 6);
    cr_expect_eq(desc.symbol_count, 1);
    cr_expect_str_eq(desc.build, "");
    const struct descriptor_input *fast = &desc.inputs[0], *slow = &desc.inputs[1];
    cr_expect_eq(fast->i_default, 12);
    cr_expect_eq(fast->i_step, 5);
    cr_expect_str_eq(fast->label, "fast");
    cr_expect_eq(slow->offset, 8);
    cr_expect_eq(slow->i_min, -3);
    cr_expect_str_eq(slow->label, "Slow bars");
    cr_expect_eq(desc.inputs[2].f_min, 0.25);
    cr_expect_eq(desc.inputs[3].i_max, 1);
    cr_expect_eq(desc.inputs[4].i_max, 1);
    cr_expect_str_eq(descriptor_option(&desc, &desc.inputs[4], 1), "quick");
    cr_expect_eq(desc.inputs[5].type, QS_INPUT_SYMBOL);
    cr_assert_eq(desc.variable_count, 2);
    cr_expect_eq(desc.variables[1].block, QS_IN_STATE);
    cr_expect_eq(desc.variables[1].offset, 8);
}

Test(descriptor, fills_in_what_may_be_left_out) {
    schema.name = NULL;
    schema.description = NULL;
    schema.inputs = NULL;
    schema.variables = NULL;
    check_good();
    cr_expect_str_eq(desc.name, "two_lines");
    cr_expect_str_eq(desc.description, "");
    cr_expect_eq(desc.input_count, 0);
    cr_expect_eq(desc.params_size, 0);
}

Test(descriptor, ignores_the_unknown_tail_of_a_longer_struct) {
    struct {
        struct qs_strategy known;
        uint64_t later[4];
    } longer = {schema, {1, 2, 3, 4}};
    longer.known.struct_size = sizeof longer;
    cr_expect_eq(descriptor_check(&longer.known, &desc, &err), 0, "%s", err.text);
}

Test(descriptor, walks_tables_by_the_element_size_of_the_plugin) {
    struct longer_input {
        struct qs_input known;
        uint64_t later;
    } table[3] = {{inputs[0], 7}, {inputs[1], 7}, {{0}, 0}};
    schema.inputs = &table[0].known;
    schema.input_size = sizeof table[0];
    check_good();
    cr_assert_eq(desc.input_count, 2);
    cr_expect_str_eq(desc.inputs[1].name, "slow");
}

Test(descriptor, knows_the_feeds_that_a_run_must_bind) {
    uint32_t min, max;
    check_good();
    descriptor_universe(&desc, &min, &max);
    cr_expect(min == 2 && max == 5);
    desc.universe_min = desc.universe_max = 0;
    descriptor_universe(&desc, &min, &max);
    cr_expect(min == 0 && max == 0);
    desc.symbol_count = 0;
    descriptor_universe(&desc, &min, &max);
    cr_expect(min == 1 && max == 1);
}

Test(descriptor, refuses_a_wrong_prefix_before_it_reads_on) {
    struct qs_strategy good = schema;
    schema.magic = 1;
    schema.inputs = (const struct qs_input *)8; /* would crash */
    refused("magic: expected 0x51535452, found 0x00000001 (define the schema with QS_STRATEGY)");
    schema.magic = QS_MAGIC;
    schema.abi_major = 3;
    refused("abi_major: expected 0, found 3 (rebuild with the SDK of this host)");
    schema.abi_major = 0;
    schema.abi_minor = 2;
    refused("abi_minor: expected at most 1, found 2 (rebuild with the SDK of this host, or use a "
            "newer host)");
    schema.abi_minor = 0;
    refused("abi_minor: expected 1 to 1, found 0 (rebuild with the SDK of this host)");
    schema.abi_minor = 1;
    schema.struct_size = 40;
    refused("struct_size: expected at least 176, found 40 (define the schema with QS_STRATEGY and "
            "rebuild)");
    schema.struct_size = 176;
    schema.flags = 8;
    refused("flags: expected 0, found 0x8 (this host knows no flags: set 0)");
    schema = good;
    schema.input_size = 40;
    refused("input_size: expected 104, found 40 (define the schema with QS_STRATEGY and rebuild)");
    schema = good;
    schema.reserved = 9;
    refused("reserved: expected 0, found 9 (leave it out)");
    cr_expect_eq(descriptor_check(NULL, &desc, &err), ERR_PLUGIN);
    cr_expect_str_eq(err.text, "qs_schema: expected a pointer to the schema, found NULL (define it "
                               "with QS_STRATEGY)");
}

Test(descriptor, refuses_texts_that_are_missing_long_or_unreadable) {
    char long_text[2000];
    memset(long_text, 'a', sizeof long_text);
    schema.id = NULL;
    refused("id: expected a text, found NULL (give it one)");
    schema.id = long_text; /* not terminated within its memory's first 64 bytes */
    refused("id: expected at most 63 bytes, found more (shorten it, or end it with a NUL)");
    schema.id = "Two";
    refused("id: expected [a-z][a-z0-9_]*, found \"Two\" (rename it)");
    schema.id = "";
    refused("id: expected [a-z][a-z0-9_]*, found \"\" (rename it)");
    schema.id = "_x";
    refused("id: expected [a-z][a-z0-9_]*, found \"_x\" (rename it)");
    schema.id = "x";
    schema.name = "a\xff";
    refused("name: expected UTF-8, found byte 0xff at offset 1 (save the source as UTF-8)");
    schema.name = "a\033[2J";
    refused("name: expected readable text, found a control character at offset 1 (remove it)");
    schema.name = "a\xc2\x9b"; /* U+009B, the one-character CSI */
    refused("name: expected readable text, found a control character at offset 1 (remove it)");
    schema.name = "one\ntwo";
    refused("name: expected readable text, found a control character at offset 3 (remove it)");
    schema.name = "n\xc3\xa4me";
    check_good();
}

Test(descriptor, takes_exactly_the_semantic_versions) {
    static const char *const good[] = {"0.0.0",       "1.0.0",       "10.20.30",
                                       "1.0.0-alpha", "1.0.0-a.1.b", "1.0.0-0a",
                                       "1.0.0--",     "1.0.0+001",   "1.2.3-x+y.z"};
    static const char *const bad[] = {"",           "1",      "1.0",    "1.0.0.0", "01.0.0",
                                      "1.00.0",     "v1.0.0", "1.0.0-", "1.0.0+",  "1.0.0-01",
                                      "1.0.0-a..b", "1.0.0 ", " 1.0.0", "1.0.x",   "1.-1.0"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        schema.version = good[i];
        cr_expect_eq(descriptor_check(&schema, &desc, &err), 0, "%s: %s", good[i], err.text);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        schema.version = bad[i];
        cr_expect_eq(descriptor_check(&schema, &desc, &err), ERR_PLUGIN, "took \"%s\"", bad[i]);
    }
}

Test(descriptor, refuses_names_of_inputs_that_are_wrong_or_used_twice) {
    inputs[2].name = "fast";
    refused("inputs[2].name: expected a unique name, found a second \"fast\" (rename one of them)");
    inputs[2].name = "Size";
    refused("inputs[2].name: expected [a-z_][a-z0-9_]*, found \"Size\" (rename the field)");
    inputs[2].name = NULL;
    refused("inputs[2].name: expected a text, found NULL (give it one)");
    inputs[2].name = "size";
    inputs[2].type = 9;
    refused("inputs[2].type: expected 1 to 5 (QS_INPUT_*) for \"size\", found 9 (use QS_INT, "
            "QS_FLOAT, QS_BOOL, QS_SELECT or QS_SYMBOL)");
}

Test(descriptor, refuses_fields_in_the_wrong_place) {
    inputs[1].offset = 4;
    refused("inputs[1].offset: expected a multiple of 8, found 4 (don't pack the params struct)");
    inputs[1].offset = 0;
    refused("inputs[1].offset: expected bytes of its own for \"slow\", found 0, which inputs[0] "
            "\"fast\" has (one field for each input)");
    inputs[1].offset = 40;
    refused("inputs[1].offset: expected the field to end within the params' 40 bytes, found bytes "
            "40 to 47 (take the offset from that struct)");
    inputs[1].offset = 0xfffffff8u;
    refused("inputs[1].offset: expected the field to end within the params' 40 bytes, found bytes "
            "4294967288 to 4294967295 (take the offset from that struct)");
    inputs[1].offset = 8;
    inputs[1].size = 4;
    refused("inputs[1].size: expected 8 bytes for the int \"slow\", found 4 (declare the field as "
            "int64_t)");
    inputs[1].size = 8;
    inputs[3].offset = 20; /* the second half of size, which is 8 bytes at 16 */
    refused("inputs[3].offset: expected bytes of its own for \"on\", found 20, which inputs[2] "
            "\"size\" has (one field for each input)");
    inputs[3].offset = 24;
    inputs[4].owner_size = 48;
    refused(
        "inputs[4].owner_size: expected 40 as in inputs[0], found 48 (all inputs must be fields "
        "of one struct)");
    for (int i = 0; i < 6; i++)
        inputs[i].owner_size = (64 << 10) + 8;
    refused("inputs[0].owner_size: expected at most 65536, found 65544 (make the params struct "
            "smaller)");
}

Test(descriptor, refuses_ranges_that_their_own_default_breaks) {
    inputs[0].i[0] = 300;
    refused("inputs[0].default: expected 1 to 200 for \"fast\", found 300 (the order is default, "
            "min, max, step)");
    inputs[0].i[1] = 201;
    refused(
        "inputs[0].min: expected at most the max of \"fast\", which is 200, found 201 (the order "
        "is default, min, max, step)");
    inputs[0].i[0] = 12, inputs[0].i[1] = 1, inputs[0].i[3] = -1;
    refused("inputs[0].step: expected 0 or more for \"fast\", found -1 (0 = any)");
    inputs[0].i[3] = 0;
    inputs[2].f[0] = 10.5;
    refused(
        "inputs[2].default: expected 0.25 to 10 for \"size\", found 10.5 (the order is default, "
        "min, max, step)");
    inputs[2].f[0] = 1.0, inputs[2].f[2] = INFINITY;
    refused("inputs[2].max: expected a finite number for \"size\", found inf (give a bound that a "
            "run can have)");
    inputs[2].f[2] = 10.0, inputs[2].f[0] = NAN;
    refused(
        "inputs[2].default: expected a finite number for \"size\", found nan (give a bound that "
        "a run can have)");
    inputs[2].f[0] = 1.0;
    inputs[3].i[0] = 2;
    refused("inputs[3].default: expected 0 or 1 for the bool \"on\", found 2 (write 0 or 1)");
}

Test(descriptor, refuses_selects_without_or_with_too_many_or_equal_options) {
    inputs[4].i[0] = 2;
    refused("inputs[4].default: expected the index of one of the 2 options of \"mode\", found 2 "
            "(count from 0)");
    inputs[4].i[0] = 0;
    options[1] = "slow";
    refused("inputs[4].options[1]: expected a unique name, found a second \"slow\" (rename one of "
            "them)");
    options[1] = "";
    refused("inputs[4].options[1]: expected a name, found an empty text (name the choice)");
    options[0] = NULL;
    refused("inputs[4].options: expected at least one name for the select \"mode\", found none "
            "(QS_NAMES(\"a\", \"b\"))");
    for (int i = 0; i < 80; i++)
        options[i] = "x";
    refused("inputs[4].options: expected at most 64 names and NULL at the end, found more (end the "
            "table with NULL, or offer fewer choices)");
}

Test(descriptor, refuses_variables_outside_their_block) {
    variables[1].offset = 16;
    refused("variables[1].offset: expected \"b\" to end within the 16 bytes of the state, found "
            "offset 16 (declare that struct with QS_STATE)");
    variables[1].offset = 8;
    variables[1].name = "a";
    refused("variables[1].name: expected a unique name, found a second \"a\" (rename one of them)");
    variables[1].name = "b";
    variables[0].size = 4;
    refused(
        "variables[0].size: expected 8 bytes for \"a\", found 4 (declare the field as double or "
        "int64_t)");
    variables[0].size = 8;
    schema.locals_size = 0;
    refused("variables[0].offset: expected \"a\" to end within the 0 bytes of the locals, found "
            "offset 0 (declare that struct with QS_LOCALS)");
}

Test(descriptor, refuses_sizes_over_the_limits) {
    schema.on_bar = NULL;
    refused("on_bar: expected a function, found NULL (write one: nothing would ever be called)");
    schema.on_bar = on_bar;
    schema.locals_size = (16u << 20) + 1;
    refused("locals_size: expected at most 16777216, found 16777217 (make the locals smaller)");
    schema.locals_size = 16;
    schema.state_size = QS_STATE_MAX + 1;
    refused("state_size: expected at most 1048576, found 1048577 (make the state smaller)");
    schema.state_size = 16;
    schema.state_version = 0;
    refused("state_version: expected 1 or more where state_size is 16, found 0 (number the meaning "
            "of the state)");
    schema.state_version = 1;
    schema.universe_min = 6;
    refused("universe_min: expected at most universe_max, which is 5, found 6 (swap them or raise "
            "universe_max)");
    schema.universe_max = 4097;
    refused("universe_max: expected at most 4096, found 4097 (ask for fewer feeds)");
    schema.universe_min = schema.universe_max = 1;
    schema.history = QS_HISTORY_MAX + 1;
    refused("history: expected at most 1048576, found 1048577 (read back fewer bars)");
}

static size_t encode(struct str *bytes) {
    check_good();
    descriptor_encode(&desc, bytes);
    return bytes->len;
}

Test(descriptor, comes_back_from_its_bytes_as_it_was) {
    struct str bytes = {0}, again = {0};
    size_t len = encode(&bytes);
    cr_assert_eq(descriptor_decode(bytes.data, len, &other, &err), 0, "%s", err.text);
    cr_expect_eq(memcmp(&desc, &other, sizeof desc), 0);
    descriptor_encode(&other, &again);
    cr_expect_eq(again.len, len);
    cr_expect_eq(memcmp(again.data, bytes.data, len), 0);
    str_fini(&bytes);
    str_fini(&again);
}

Test(descriptor, refuses_bytes_that_end_early_or_go_on) {
    struct str bytes = {0};
    size_t len = encode(&bytes);
    for (size_t cut = 0; cut < len; cut++) {
        char *exact = mem_alloc(cut); /* so that a sanitizer sees a read behind the end */
        memcpy(exact, bytes.data, cut);
        cr_expect_eq(descriptor_decode(exact, cut, &other, &err), ERR_FORMAT, "took %zu", cut);
        mem_free(exact);
    }
    str_append_char(&bytes, 'x');
    cr_expect_eq(descriptor_decode(bytes.data, len + 1, &other, &err), ERR_FORMAT);
    str_fini(&bytes);
}

Test(descriptor, never_takes_changed_bytes_that_break_a_rule) {
    struct str bytes = {0};
    size_t len = encode(&bytes);
    int taken = 0;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
        if (descriptor_decode(bytes.data, len, &other, &err) == 0) {
            taken++;
            cr_expect_eq(descriptor_validate(&other, &err), 0, "%s", err.text);
        }
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    cr_expect_gt(taken, 0); /* e.g. another letter in the description */
    str_fini(&bytes);
}

Test(descriptor, survives_random_bytes_behind_a_good_beginning) {
    struct str bytes = {0};
    size_t len = encode(&bytes);
    unsigned seed = 12345;
    for (int round = 0; round < 20000; round++) {
        char copy[4096];
        cr_assert_leq(len, sizeof copy);
        memcpy(copy, bytes.data, len);
        for (int k = 0; k < 4; k++) {
            seed = seed * 1664525u + 1013904223u;
            copy[(seed >> 8) % len] = (char)(seed >> 24);
        }
        if (descriptor_decode(copy, len, &other, &err) == 0)
            cr_expect_eq(descriptor_validate(&other, &err), 0, "%s", err.text);
    }
    str_fini(&bytes);
}

Test(descriptor, finds_inputs_by_name) {
    check_good();
    cr_expect_eq(descriptor_find_input(&desc, "size"), &desc.inputs[2]);
    cr_expect_null(descriptor_find_input(&desc, "siz"));
}

Test(descriptor, prints_its_inputs_as_json) {
    check_good();
    struct jv *json = descriptor_to_json(&desc);
    const struct jv *list = jv_get(json, "inputs");
    cr_expect_str_eq(jv_get_str(json, "id", ""), "two_lines");
    cr_expect_eq(jv_count(list), 6);
    cr_expect_eq(jv_get_i64(jv_at(list, 0), "default", 0), 12);
    cr_expect_eq(jv_get_f64(jv_at(list, 2), "max", 0), 10.0);
    cr_expect_str_eq(jv_get_str(jv_at(list, 4), "default", ""), "quick");
    cr_expect_eq(jv_count(jv_get(jv_at(list, 4), "options")), 2);
    cr_expect_eq(jv_get_i64(jv_get(json, "universe"), "max", 0), 5);
    jv_free(json);
}
