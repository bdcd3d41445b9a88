/* What is refused is asked of params_resolve, param by param; here is only said why, for people who
 * have just changed their schema. */
#include "conf/params_fit.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "conf/params.h"

/* The schema, its defaults as texts, and room for a block that nobody reads. */
struct fit {
    const struct descriptor *desc;
    struct param_text *defaults;
    size_t default_count;
    void *scratch;
    struct str *notes;
};

static bool is_accepted(struct fit *fit, const struct param_conf *param) {
    struct err ignored;
    return params_resolve(fit->desc, param, 1, fit->scratch, NULL, NULL, &ignored) == 0;
}

static const char *default_of(const struct fit *fit, const char *name) {
    for (size_t i = 0; i < fit->default_count; i++)
        if (str_eq(fit->defaults[i].name, name))
            return fit->defaults[i].text;
    return "";
}

/* ---- why ---- */

static void say_int(struct str *notes, const struct descriptor_input *input, int64_t x) {
    if (x > input->i_max)
        str_appendf(notes, "is over the maximum of %lld", (long long)input->i_max);
    else if (x < input->i_min)
        str_appendf(notes, "is under the minimum of %lld", (long long)input->i_min);
    else
        str_appendf(notes, "is off the steps of %lld from %lld", (long long)input->i_step,
                    (long long)input->i_min);
}

static void say_float(struct str *notes, const struct descriptor_input *input, double x) {
    char min[STR_F64_MAX], max[STR_F64_MAX], step[STR_F64_MAX];
    str_format_f64(min, sizeof(min), input->f_min);
    str_format_f64(max, sizeof(max), input->f_max);
    str_format_f64(step, sizeof(step), input->f_step);
    if (x > input->f_max)
        str_appendf(notes, "is over the maximum of %s", max);
    else if (x < input->f_min)
        str_appendf(notes, "is under the minimum of %s", min);
    else
        str_appendf(notes, "is off the steps of %s from %s", step, min);
}

static void say_options(struct str *notes, const struct descriptor *desc,
                        const struct descriptor_input *input) {
    str_append(notes, "is none of its options, ");
    for (uint32_t i = 0; i < input->option_count; i++)
        str_appendf(notes, "%s%s", i == 0 ? "" : ", ", descriptor_option(desc, input, i));
}

static void say_why(const struct fit *fit, const struct descriptor_input *input,
                    const struct conf_value *value) {
    int64_t whole;
    double number;
    if (input->type == QS_INPUT_SELECT)
        say_options(fit->notes, fit->desc, input);
    else if (input->type == QS_INPUT_BOOL)
        str_append(fit->notes, "is neither true nor false");
    else if (value->quoted)
        str_append(fit->notes, "is a text, not a number");
    else if (input->type == QS_INPUT_INT && str_parse_i64(value->text, &whole))
        say_int(fit->notes, input, whole);
    else if (input->type == QS_INPUT_FLOAT && str_parse_f64(value->text, &number))
        say_float(fit->notes, input, number);
    else
        str_append(fit->notes,
                   input->type == QS_INPUT_INT ? "is no whole number of 64 bits" : "is no number");
}

static void say_dropped(const struct fit *fit, const struct param_conf *param) {
    const struct descriptor_input *input = descriptor_find_input(fit->desc, param->name);
    char name[CONF_SHOW_MAX], value[CONF_SHOW_MAX];
    conf_show(name, param->name);
    conf_show(value, param->value.text);
    bool is_plain = !param->value.quoted && conf_is_literal(param->value.text);
    if (input == NULL) {
        str_appendf(fit->notes, "params: %s has no param %s any more: dropped (it was %s)",
                    fit->desc->id, name, value);
        return;
    }
    str_appendf(fit->notes, "params.%s: ", param->name);
    if (input->type == QS_INPUT_SYMBOL) {
        str_appendf(fit->notes, "is a symbol now, bound by roles: dropped (it was %s)", value);
        return;
    }
    str_appendf(fit->notes, "%s ", is_plain ? param->value.text : value);
    say_why(fit, input, &param->value);
    str_appendf(fit->notes, ": reset to %s", default_of(fit, param->name));
}

/* Ends a note; what a value held, it stays one line. */
static void end_note(struct str *notes, size_t from) {
    for (size_t i = from; i < notes->len; i++)
        if ((unsigned char)notes->data[i] < 0x20 || notes->data[i] == 0x7f)
            notes->data[i] = ' ';
    str_append_char(notes, '\n');
}

/* ---- what stays ---- */

static size_t fit_params(struct fit *fit, struct strategy_conf *strategy) {
    size_t kept = 0, count = strategy->param_count;
    for (size_t i = 0; i < count; i++) {
        const struct param_conf *param = &strategy->params[i];
        size_t from = fit->notes->len;
        if (is_accepted(fit, param)) {
            if (kept != i)
                strategy->params[kept] = *param;
            kept++;
        } else {
            say_dropped(fit, param);
            end_note(fit->notes, from);
        }
    }
    strategy->param_count = kept;
    return count - kept;
}

static size_t fit_roles(struct fit *fit, struct strategy_conf *strategy) {
    size_t kept = 0, count = strategy->role_count;
    for (size_t i = 0; i < count; i++) {
        const struct role_conf *role = &strategy->roles[i];
        const struct descriptor_input *input = descriptor_find_input(fit->desc, role->name);
        char name[CONF_SHOW_MAX];
        size_t from = fit->notes->len;
        if (input != NULL && input->type == QS_INPUT_SYMBOL) {
            if (kept != i)
                strategy->roles[kept] = *role;
            kept++;
        } else {
            str_appendf(fit->notes, "roles: %s has no role %s any more: dropped (it was %s)",
                        fit->desc->id, conf_show(name, role->name), role->feed.symbol);
            end_note(fit->notes, from);
        }
    }
    strategy->role_count = kept;
    return count - kept;
}

size_t params_fit(const struct descriptor *desc, struct strategy_conf *strategy,
                  struct str *notes) {
    struct fit fit = {.desc = desc, .notes = notes};
    fit.scratch = mem_zalloc((size_t)desc->params_size + 1, 1);
    fit.defaults = mem_zalloc((size_t)desc->input_count + 1, sizeof(*fit.defaults));
    int rc = params_resolve(desc, NULL, 0, fit.scratch, fit.defaults, &fit.default_count, NULL);
    CHECK(rc == 0);
    size_t dropped = fit_params(&fit, strategy) + fit_roles(&fit, strategy);
    mem_free(fit.defaults);
    mem_free(fit.scratch);
    return dropped;
}
