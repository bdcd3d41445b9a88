#include "conf/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define STEP_SLACK 1e-6 /* of a step: 0.3 is no whole number of 0.1 in doubles */
#define NAMES_SHOWN 12

#define REFUSE(...) conf_fail_as(ERR_PARAM, &value->place, want.key, err, __VA_ARGS__)

/* A value of any kind. */
struct resolved {
    int64_t whole; /* int, bool, select */
    double number;
    bool given;
};

/* ---- refusals about names ---- */

static int refuse_name(const struct descriptor *desc, const struct param_conf *param,
                       struct err *err) {
    const char *names[QS_INPUTS_MAX];
    struct str list = {0};
    size_t count = 0;
    for (uint32_t i = 0; i < desc->input_count; i++) {
        if (desc->inputs[i].type == QS_INPUT_SYMBOL)
            continue;
        if (count < NAMES_SHOWN)
            str_appendf(&list, "%s%s", count == 0 ? "it has " : ", ", desc->inputs[i].name);
        names[count++] = desc->inputs[i].name;
    }
    if (count > NAMES_SHOWN)
        str_appendf(&list, " and %zu more", count - NAMES_SHOWN);
    if (count == 0)
        str_append(&list, "it has no params");
    char guess[128], shown[CONF_SHOW_MAX];
    conf_guess(guess, sizeof(guess), param->name, names, count, "");
    int rc = conf_fail_as(ERR_PARAM, &param->name_place, param->key, err,
                          "%s has no param %s (%s%s%s)", desc->id, conf_show(shown, param->name),
                          guess, guess[0] == '\0' ? "" : " ", str_text(&list));
    str_fini(&list);
    return rc;
}

static int refuse_symbol_input(const struct param_conf *param, struct err *err) {
    return conf_fail_as(ERR_PARAM, &param->name_place, param->key, err,
                        "it is a symbol, and symbols are bound as roles (write roles: {%s: "
                        "SYMBOL})",
                        param->name);
}

/* ---- values ---- */

/* Differences as uint64_t, since max - min may be more than int64_t holds. */
static int check_int_step(const struct descriptor_input *input, const struct conf_text *value,
                          struct conf_want want, int64_t x, struct err *err) {
    if (input->i_step <= 1)
        return 0;
    uint64_t step = (uint64_t)input->i_step;
    uint64_t over = ((uint64_t)x - (uint64_t)input->i_min) % step;
    if (over == 0)
        return 0;
    long long low = (long long)((uint64_t)x - over);
    if ((uint64_t)input->i_max - (uint64_t)low < step)
        return REFUSE("expected %lld plus a multiple of %lld, found %lld (take %lld)",
                      (long long)input->i_min, (long long)input->i_step, (long long)x, low);
    return REFUSE("expected %lld plus a multiple of %lld, found %lld (take %lld or %lld)",
                  (long long)input->i_min, (long long)input->i_step, (long long)x, low,
                  (long long)((uint64_t)low + step));
}

static int check_float_step(const struct descriptor_input *input, const struct conf_text *value,
                            struct conf_want want, double x, struct err *err) {
    if (!(input->f_step > 0.0))
        return 0;
    double steps = (x - input->f_min) / input->f_step;
    if (fabs(steps - nearbyint(steps)) <= STEP_SLACK)
        return 0;
    char min[STR_F64_MAX], step[STR_F64_MAX];
    str_format_f64(min, sizeof(min), input->f_min);
    str_format_f64(step, sizeof(step), input->f_step);
    return REFUSE("expected %s plus a multiple of %s, found %s (take a neighbour)", min, step,
                  value->text);
}

static int read_select(const struct descriptor *desc, const struct descriptor_input *input,
                       const struct conf_text *value, struct conf_want want, int64_t *ret,
                       struct err *err) {
    const char *names[DESCRIPTOR_OPTIONS_MAX];
    size_t index;
    CHECK(input->option_count <= ARRAY_LEN(names));
    for (uint32_t i = 0; i < input->option_count; i++)
        names[i] = descriptor_option(desc, input, i);
    int rc = conf_read_choice(value, want, names, input->option_count, &index, err);
    if (rc == 0)
        *ret = (int64_t)index;
    return rc;
}

static int read_value(const struct descriptor *desc, const struct descriptor_input *input,
                      const struct param_conf *param, struct resolved *ret, struct err *err) {
    struct conf_text value = {param->value.text, param->value.quoted, param->value.place};
    struct conf_want want = {.key = param->key, .code = ERR_PARAM};
    struct resolved x = {.given = true};
    bool on = false;
    int rc = 0;
    switch (input->type) {
    case QS_INPUT_INT:
        rc = conf_read_integer(&value, want, input->i_min, input->i_max, &x.whole, err);
        if (rc == 0)
            rc = check_int_step(input, &value, want, x.whole, err);
        break;
    case QS_INPUT_FLOAT:
        rc = conf_read_number(&value, want, input->f_min, input->f_max, &x.number, err);
        if (rc == 0)
            rc = check_float_step(input, &value, want, x.number, err);
        break;
    case QS_INPUT_BOOL:
        rc = conf_read_bool(&value, want, &on, err);
        x.whole = on;
        break;
    case QS_INPUT_SELECT:
        rc = read_select(desc, input, &value, want, &x.whole, err);
        break;
    default:
        return refuse_symbol_input(param, err);
    }
    if (rc == 0)
        *ret = x;
    return rc;
}

/* ---- results ---- */

static void write_field(const struct descriptor_input *input, const struct resolved *x,
                        unsigned char *block) {
    int32_t small = (int32_t)x->whole;
    switch (input->type) {
    case QS_INPUT_INT:
        memcpy(block + input->offset, &x->whole, sizeof(x->whole));
        break;
    case QS_INPUT_FLOAT:
        memcpy(block + input->offset, &x->number, sizeof(x->number));
        break;
    default:
        memcpy(block + input->offset, &small, sizeof(small));
        break;
    }
}

static void write_text(const struct descriptor *desc, const struct descriptor_input *input,
                       const struct resolved *x, struct param_text *ret) {
    memset(ret, 0, sizeof(*ret));
    str_copy_fixed(ret->name, sizeof(ret->name), input->name);
    ret->given = x->given;
    if (input->type == QS_INPUT_FLOAT)
        str_format_f64(ret->text, sizeof(ret->text), x->number);
    else if (input->type == QS_INPUT_INT)
        snprintf(ret->text, sizeof(ret->text), "%lld", (long long)x->whole);
    else if (input->type == QS_INPUT_BOOL)
        str_copy_fixed(ret->text, sizeof(ret->text), x->whole != 0 ? "true" : "false");
    else
        str_copy_fixed(ret->text, sizeof(ret->text),
                       descriptor_option(desc, input, (uint32_t)x->whole));
}

static int resolve(const struct descriptor *desc, const struct param_conf *params, size_t count,
                   struct resolved values[QS_INPUTS_MAX], struct err *err) {
    for (uint32_t i = 0; i < desc->input_count; i++)
        values[i] =
            (struct resolved){desc->inputs[i].i_default, desc->inputs[i].f_default + 0.0, false};
    for (size_t i = 0; i < count; i++) {
        const struct descriptor_input *input = descriptor_find_input(desc, params[i].name);
        if (input == NULL)
            return refuse_name(desc, &params[i], err);
        int rc = read_value(desc, input, &params[i], &values[input - desc->inputs], err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int params_resolve(const struct descriptor *desc, const struct param_conf *params, size_t count,
                   void *block, struct param_text *ret_texts, size_t *ret_count, struct err *err) {
    struct resolved values[QS_INPUTS_MAX];
    CHECK(desc->input_count <= QS_INPUTS_MAX);
    CHECK(block != NULL || desc->params_size == 0);
    int rc = resolve(desc, params, count, values, err);
    if (rc < 0)
        return rc;
    if (desc->params_size > 0)
        memset(block, 0, desc->params_size);
    size_t texts = 0;
    for (uint32_t i = 0; i < desc->input_count; i++) {
        const struct descriptor_input *input = &desc->inputs[i];
        if (input->type == QS_INPUT_SYMBOL)
            continue;
        write_field(input, &values[i], block);
        if (ret_texts != NULL)
            write_text(desc, input, &values[i], &ret_texts[texts]);
        texts++;
    }
    if (ret_count != NULL)
        *ret_count = texts;
    return 0;
}
