/*
 * A descriptor as JSON, as `qshost schema ID --json` prints it. A file of its own so that all else
 * of the descriptor needs no JSON library: it is part of the SDK's harness.
 */
#include "base/check.h"
#include "base/json.h"
#include "plugin/descriptor.h"

static void json_input(struct jv *array, const struct descriptor *d,
                       const struct descriptor_input *in) {
    struct jv *o = jv_push_object(array);
    jv_put_str(o, "name", in->name);
    jv_put_str(o, "type", descriptor_type_name(in->type));
    jv_put_str(o, "label", in->label);
    switch (in->type) {
    case QS_INPUT_INT:
        jv_put_i64(o, "default", in->i_default);
        jv_put_i64(o, "min", in->i_min);
        jv_put_i64(o, "max", in->i_max);
        jv_put_i64(o, "step", in->i_step);
        break;
    case QS_INPUT_FLOAT:
        jv_put_f64(o, "default", in->f_default);
        jv_put_f64(o, "min", in->f_min);
        jv_put_f64(o, "max", in->f_max);
        jv_put_f64(o, "step", in->f_step);
        break;
    case QS_INPUT_BOOL:
        jv_put_bool(o, "default", in->i_default != 0);
        break;
    case QS_INPUT_SELECT: {
        jv_put_str(o, "default", descriptor_option(d, in, (uint32_t)in->i_default));
        struct jv *options = jv_put_array(o, "options");
        for (uint32_t i = 0; i < in->option_count; i++)
            jv_push_str(options, descriptor_option(d, in, i));
        break;
    }
    default:
        break;
    }
}

static void json_callbacks(struct jv *array, uint32_t mask) {
    static const char *const names[] = {"on_init", "on_start", "on_bar",  "on_tick",   "on_order",
                                        "on_fill", "on_trade", "on_stop", "on_destroy"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (mask & (1u << i))
            jv_push_str(array, names[i]);
}

struct jv *descriptor_to_json(const struct descriptor *desc) {
    struct jv *o = jv_object();
    jv_put_str(o, "id", desc->id);
    jv_put_str(o, "name", desc->name);
    jv_put_str(o, "version", desc->version);
    jv_put_str(o, "description", desc->description);
    jv_putf(o, "abi", "%u.%u", (unsigned)desc->abi_major, (unsigned)desc->abi_minor);
    jv_put_str(o, "build", desc->build);
    jv_put_str(o, "path", desc->path);
    struct jv *inputs = jv_put_array(o, "inputs");
    for (uint32_t i = 0; i < desc->input_count; i++)
        json_input(inputs, desc, &desc->inputs[i]);
    struct jv *variables = jv_put_array(o, "variables");
    for (uint32_t i = 0; i < desc->variable_count; i++) {
        const struct descriptor_variable *v = &desc->variables[i];
        struct jv *item = jv_push_object(variables);
        jv_put_str(item, "name", v->name);
        jv_put_str(item, "type", v->type == QS_VAR_F64 ? "float" : "int");
        jv_put_str(item, "label", v->label);
        jv_put_str(item, "block", v->block == QS_IN_STATE ? "state" : "locals");
    }
    uint32_t min, max;
    descriptor_universe(desc, &min, &max);
    struct jv *universe = jv_put_object(o, "universe");
    jv_put_i64(universe, "min", min);
    jv_put_i64(universe, "max", max);
    jv_put_i64(o, "warmup_steps", desc->warmup_steps);
    jv_put_i64(o, "history", desc->history);
    jv_put_i64(o, "params_size", desc->params_size);
    jv_put_i64(o, "locals_size", desc->locals_size);
    jv_put_i64(o, "state_size", desc->state_size);
    jv_put_i64(o, "state_version", desc->state_version);
    json_callbacks(jv_put_array(o, "callbacks"), desc->callbacks);
    return o;
}
