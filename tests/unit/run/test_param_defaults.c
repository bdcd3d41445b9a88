/* Defaults of two strategies, as a report gets them; symbols have none. */
#include "run/param_defaults.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"

static void add_int(struct descriptor *desc, const char *name, int64_t standard) {
    struct descriptor_input *input = &desc->inputs[desc->input_count++];
    input->type = QS_INPUT_INT;
    input->offset = desc->params_size;
    input->i_default = standard;
    input->i_max = 200;
    input->size = 8;
    snprintf(input->name, sizeof(input->name), "%s", name);
    desc->params_size += 8;
}

static void is(const struct param_default *found, const char *strategy, const char *name,
               const char *value) {
    cr_assert_str_eq(found->strategy, strategy);
    cr_assert_str_eq(found->name, name);
    cr_assert_str_eq(found->value, value);
}

Test(param_defaults, are_those_of_the_schemas_under_the_names_in_the_run) {
    struct plan plan = {.strategy_count = 3};
    struct strategy_conf conf[3] = {0};
    struct param_defaults defaults;
    str_copy_fixed(conf[0].name, sizeof(conf[0].name), "first");
    str_copy_fixed(conf[1].name, sizeof(conf[1].name), "second");
    str_copy_fixed(conf[2].name, sizeof(conf[2].name), "none");
    plan.strategies = mem_zalloc(3, sizeof(*plan.strategies));
    for (int i = 0; i < 3; i++)
        plan.strategies[i].conf = &conf[i];
    add_int(&plan.strategies[0].descriptor, "fast", 12);
    add_int(&plan.strategies[0].descriptor, "slow", 26);
    struct descriptor *second = &plan.strategies[1].descriptor;
    snprintf(second->inputs[0].name, sizeof(second->inputs[0].name), "pair");
    second->inputs[0].type = QS_INPUT_SYMBOL;
    second->inputs[0].size = 4;
    second->input_count = 1;
    second->params_size = 8;
    add_int(second, "fast", 3);
    param_defaults_init(&defaults, &plan);
    cr_assert_eq(defaults.count, 3);
    is(&defaults.items[0], "first", "fast", "12");
    is(&defaults.items[1], "first", "slow", "26");
    is(&defaults.items[2], "second", "fast", "3");
    param_defaults_fini(&defaults);
    param_defaults_fini(&defaults);
    mem_free(plan.strategies);
}
