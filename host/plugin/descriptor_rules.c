/*
 * The rules of a descriptor, on our flat copy; nothing of a plugin is touched here. Each refusal is
 * "field: expected X, found Y (what to do)".
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "plugin/descriptor.h"

#define REFUSE(err, ...) err_set(err, ERR_PLUGIN, __VA_ARGS__)

static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alnum(char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }

/* [a-z][a-z0-9_]*, where first_underscore also a leading '_'. */
static bool is_name(const char *text, bool first_underscore) {
    if (!is_lower(text[0]) && !(first_underscore && text[0] == '_'))
        return false;
    for (const char *c = text + 1; *c; c++)
        if (!is_lower(*c) && !is_digit(*c) && *c != '_')
            return false;
    return true;
}

/* One number of a semver: no leading zero. Returns what follows it, NULL when there is none. */
static const char *skip_semver_number(const char *c) {
    if (!is_digit(*c) || (c[0] == '0' && is_digit(c[1])))
        return NULL;
    while (is_digit(*c))
        c++;
    return c;
}

/* Dot-separated identifiers up to one of `ends`; in a pre-release numbers have no leading zero. */
static const char *skip_semver_tail(const char *c, bool prerelease) {
    for (;;) {
        const char *start = c;
        bool digits = true;
        for (; is_alnum(*c) || *c == '-'; c++)
            digits = digits && is_digit(*c);
        if (c == start || (prerelease && digits && *start == '0' && c - start > 1))
            return NULL;
        if (*c != '.')
            return c;
        c++;
    }
}

/* Semantic Versioning 2.0.0. */
static bool is_semver(const char *c) {
    for (int part = 0; part < 3; part++) {
        c = skip_semver_number(c);
        if (!c || (part < 2 && *c++ != '.'))
            return false;
    }
    if (*c == '-' && !(c = skip_semver_tail(c + 1, true)))
        return false;
    if (*c == '+' && !(c = skip_semver_tail(c + 1, false)))
        return false;
    return *c == '\0';
}

/* Terminated within cap, UTF-8, nothing that moves a terminal's cursor (newlines and tabs where
 * `lines`). */
static int check_text(const char *text, size_t cap, bool lines, const char *field,
                      struct err *err) {
    size_t len = strnlen(text, cap);
    if (len == cap)
        return REFUSE(err, "%s: expected at most %zu bytes, found more (shorten it)", field,
                      cap - 1);
    size_t bad = 0;
    if (!str_is_utf8(text, len, &bad))
        return REFUSE(err,
                      "%s: expected UTF-8, found byte 0x%02x at offset %zu (save the source "
                      "as UTF-8)",
                      field, (unsigned)(unsigned char)text[bad], bad);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool control = c < 0x20 || c == 0x7f;
        if (lines && (c == '\n' || c == '\t'))
            control = false;
        if (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
            control = true; /* U+0080 .. U+009F */
        if (control)
            return REFUSE(err,
                          "%s: expected readable text, found a control character at offset "
                          "%zu (remove it)",
                          field, i);
    }
    return 0;
}

static int check_identity(const struct descriptor *d, struct err *err) {
    int rc = check_text(d->id, sizeof d->id, false, "id", err);
    if (rc == 0 && !is_name(d->id, false))
        rc = REFUSE(err, "id: expected [a-z][a-z0-9_]*, found \"%s\" (rename it)", d->id);
    if (rc == 0)
        rc = check_text(d->name, sizeof d->name, false, "name", err);
    if (rc == 0)
        rc = check_text(d->version, sizeof d->version, false, "version", err);
    if (rc == 0 && !is_semver(d->version))
        rc = REFUSE(err,
                    "version: expected a semantic version like \"1.0.0\", found \"%s\" (write "
                    "major.minor.patch)",
                    d->version);
    if (rc == 0)
        rc = check_text(d->description, sizeof d->description, true, "description", err);
    return rc;
}

static int check_limit(const char *field, uint32_t found, uint32_t max, const char *cure,
                       struct err *err) {
    if (found <= max)
        return 0;
    return REFUSE(err, "%s: expected at most %u, found %u (%s)", field, max, found, cure);
}

static int check_sizes(const struct descriptor *d, struct err *err) {
    if (!(d->callbacks & DESCRIPTOR_ON_BAR))
        return REFUSE(err, "on_bar: expected a function, found NULL (write one: nothing would ever "
                           "be called)");
    if (d->callbacks & ~(uint32_t)((DESCRIPTOR_ON_DESTROY << 1) - 1))
        return REFUSE(err, "callbacks: expected known bits, found 0x%x", d->callbacks);
    int rc = check_limit("locals_size", d->locals_size, DESCRIPTOR_LOCALS_MAX,
                         "make the locals smaller", err);
    if (rc == 0)
        rc = check_limit("state_size", d->state_size, QS_STATE_MAX, "make the state smaller", err);
    if (rc == 0 && d->state_size > 0 && d->state_version == 0)
        rc = REFUSE(err,
                    "state_version: expected 1 or more where state_size is %u, found 0 (number "
                    "the meaning of the state)",
                    d->state_size);
    if (rc == 0 && d->state_size == 0 && d->state_version != 0)
        rc = REFUSE(err,
                    "state_version: expected 0 where there is no state, found %u (declare the "
                    "state with QS_STATE, or drop the version)",
                    d->state_version);
    if (rc == 0)
        rc = check_limit("universe_max", d->universe_max, QS_FEEDS_MAX, "ask for fewer feeds", err);
    if (rc == 0 && d->universe_min > d->universe_max)
        rc = REFUSE(err,
                    "universe_min: expected at most universe_max, which is %u, found %u (swap "
                    "them or raise universe_max)",
                    d->universe_max, d->universe_min);
    if (rc == 0)
        rc = check_limit("warmup_steps", d->warmup_steps, DESCRIPTOR_WARMUP_MAX,
                         "wait for fewer bars", err);
    if (rc == 0)
        rc = check_limit("history", d->history, QS_HISTORY_MAX, "read back fewer bars", err);
    if (rc == 0 && d->history == 0)
        rc = REFUSE(err, "history: expected 1 or more, found 0");
    return rc;
}

static uint32_t size_of_type(int32_t type) {
    return type == QS_INPUT_INT || type == QS_INPUT_FLOAT ? 8 : 4;
}

/* Where the field lies: size by type, aligned, inside the struct, apart from those before it. */
static int check_place(const struct descriptor *d, uint32_t index, struct err *err) {
    const struct descriptor_input *in = &d->inputs[index];
    uint32_t size = size_of_type(in->type);
    if (in->size != size)
        return REFUSE(err,
                      "inputs[%u].size: expected %u bytes for the %s \"%s\", found %u (declare "
                      "the field as %s)",
                      index, size, descriptor_type_name(in->type), in->name, in->size,
                      in->type == QS_INPUT_INT     ? "int64_t"
                      : in->type == QS_INPUT_FLOAT ? "double"
                                                   : "int32_t");
    if (in->offset % size != 0)
        return REFUSE(err,
                      "inputs[%u].offset: expected a multiple of %u, found %u (don't pack the "
                      "params struct)",
                      index, size, in->offset);
    if ((uint64_t)in->offset + size > d->params_size)
        return REFUSE(err,
                      "inputs[%u].offset: expected the field to end within the params' %u "
                      "bytes, found bytes %u to %llu (take the offset from that struct)",
                      index, d->params_size, in->offset, (unsigned long long)in->offset + size - 1);
    for (uint32_t k = 0; k < index; k++) {
        const struct descriptor_input *other = &d->inputs[k];
        if (in->offset < other->offset + other->size && other->offset < in->offset + size)
            return REFUSE(err,
                          "inputs[%u].offset: expected bytes of its own for \"%s\", found %u, "
                          "which inputs[%u] \"%s\" has (one field for each input)",
                          index, in->name, in->offset, k, other->name);
    }
    return 0;
}

static int check_int_range(const struct descriptor_input *in, uint32_t index, struct err *err) {
    long long def = in->i_default, min = in->i_min, max = in->i_max, step = in->i_step;
    if (min > max)
        return REFUSE(err,
                      "inputs[%u].min: expected at most the max of \"%s\", which is %lld, found "
                      "%lld (the order is default, min, max, step)",
                      index, in->name, max, min);
    if (def < min || def > max)
        return REFUSE(err,
                      "inputs[%u].default: expected %lld to %lld for \"%s\", found %lld (the "
                      "order is default, min, max, step)",
                      index, min, max, in->name, def);
    if (step < 0)
        return REFUSE(err, "inputs[%u].step: expected 0 or more for \"%s\", found %lld (0 = any)",
                      index, in->name, step);
    return 0;
}

static int check_float_range(const struct descriptor_input *in, uint32_t index, struct err *err) {
    static const char *const names[] = {"default", "min", "max", "step"};
    const double values[] = {in->f_default, in->f_min, in->f_max, in->f_step};
    char text[4][STR_F64_MAX];
    for (int i = 0; i < 4; i++) {
        str_format_f64(text[i], sizeof text[i], values[i]);
        if (!isfinite(values[i]))
            return REFUSE(err,
                          "inputs[%u].%s: expected a finite number for \"%s\", found %s (give "
                          "a bound that a run can have)",
                          index, names[i], in->name, text[i]);
    }
    if (in->f_min > in->f_max)
        return REFUSE(err,
                      "inputs[%u].min: expected at most the max of \"%s\", which is %s, found "
                      "%s (the order is default, min, max, step)",
                      index, in->name, text[2], text[1]);
    if (in->f_default < in->f_min || in->f_default > in->f_max)
        return REFUSE(err,
                      "inputs[%u].default: expected %s to %s for \"%s\", found %s (the order is "
                      "default, min, max, step)",
                      index, text[1], text[2], in->name, text[0]);
    if (in->f_step < 0.0)
        return REFUSE(err, "inputs[%u].step: expected 0 or more for \"%s\", found %s (0 = any)",
                      index, in->name, text[3]);
    return 0;
}

static int check_options(const struct descriptor *d, uint32_t index, struct err *err) {
    const struct descriptor_input *in = &d->inputs[index];
    if (in->option_count == 0)
        return REFUSE(err,
                      "inputs[%u].options: expected at least one name for the select \"%s\", "
                      "found none (QS_NAMES(\"a\", \"b\"))",
                      index, in->name);
    if (in->i_default < 0 || in->i_default >= (int64_t)in->option_count)
        return REFUSE(err,
                      "inputs[%u].default: expected the index of one of the %u options of "
                      "\"%s\", found %lld (count from 0)",
                      index, in->option_count, in->name, (long long)in->i_default);
    for (uint32_t k = 0; k < in->option_count; k++) {
        char field[64];
        (void)snprintf(field, sizeof field, "inputs[%u].options[%u]", index, k);
        const char *option = d->options[in->option_first + k];
        int rc = check_text(option, sizeof d->options[0], false, field, err);
        if (rc != 0)
            return rc;
        if (option[0] == '\0')
            return REFUSE(err, "%s: expected a name, found an empty text (name the choice)", field);
        for (uint32_t other = 0; other < k; other++)
            if (strcmp(option, d->options[in->option_first + other]) == 0)
                return REFUSE(err,
                              "%s: expected a unique name, found a second \"%s\" (rename one of "
                              "them)",
                              field, option);
    }
    return 0;
}

/* The name of inputs[index] or variables[index]: pattern, length, not one of those before. */
static int check_name(const char *table, uint32_t index, const char *name, const char *label,
                      struct err *err) {
    char field[64];
    (void)snprintf(field, sizeof field, "%s[%u].name", table, index);
    int rc = check_text(name, DESCRIPTOR_ID_MAX + 1, false, field, err);
    if (rc == 0 && !is_name(name, true))
        rc = REFUSE(err, "%s: expected [a-z_][a-z0-9_]*, found \"%s\" (rename the field)", field,
                    name);
    if (rc == 0) {
        (void)snprintf(field, sizeof field, "%s[%u].label", table, index);
        rc = check_text(label, DESCRIPTOR_LABEL_MAX + 1, false, field, err);
    }
    return rc;
}

static int check_input(const struct descriptor *d, uint32_t index, struct err *err) {
    const struct descriptor_input *in = &d->inputs[index];
    int rc = check_name("inputs", index, in->name, in->label, err);
    for (uint32_t k = 0; rc == 0 && k < index; k++)
        if (strcmp(d->inputs[k].name, in->name) == 0)
            rc = REFUSE(err,
                        "inputs[%u].name: expected a unique name, found a second \"%s\" (rename "
                        "one of them)",
                        index, in->name);
    if (rc == 0 && (in->type < QS_INPUT_INT || in->type > QS_INPUT_SYMBOL))
        rc = REFUSE(err,
                    "inputs[%u].type: expected 1 to %d (QS_INPUT_*) for \"%s\", found %d (use "
                    "QS_INT, QS_FLOAT, QS_BOOL, QS_SELECT or QS_SYMBOL)",
                    index, QS_INPUT_SYMBOL, in->name, (int)in->type);
    if (rc == 0)
        rc = check_place(d, index, err);
    if (rc != 0)
        return rc;
    switch (in->type) {
    case QS_INPUT_INT:
        return check_int_range(in, index, err);
    case QS_INPUT_FLOAT:
        return check_float_range(in, index, err);
    case QS_INPUT_SELECT:
        return check_options(d, index, err);
    case QS_INPUT_BOOL:
        if (in->i_default == 0 || in->i_default == 1)
            return 0;
        return REFUSE(err,
                      "inputs[%u].default: expected 0 or 1 for the bool \"%s\", found %lld "
                      "(write 0 or 1)",
                      index, in->name, (long long)in->i_default);
    default:
        return 0;
    }
}

static int check_variable(const struct descriptor *d, uint32_t index, struct err *err) {
    const struct descriptor_variable *v = &d->variables[index];
    int rc = check_name("variables", index, v->name, v->label, err);
    for (uint32_t k = 0; rc == 0 && k < index; k++)
        if (strcmp(d->variables[k].name, v->name) == 0)
            rc = REFUSE(err,
                        "variables[%u].name: expected a unique name, found a second \"%s\" "
                        "(rename one of them)",
                        index, v->name);
    if (rc != 0)
        return rc;
    if (v->block != QS_IN_LOCALS && v->block != QS_IN_STATE)
        return REFUSE(err,
                      "variables[%u].block: expected 1 or 2 (QS_IN_*) for \"%s\", found %d (use "
                      "QS_LOCAL_F64 and its like)",
                      index, v->name, (int)v->block);
    if (v->type != QS_VAR_F64 && v->type != QS_VAR_I64)
        return REFUSE(err,
                      "variables[%u].type: expected 1 or 2 (QS_VAR_*) for \"%s\", found %d (use "
                      "QS_LOCAL_F64 and its like)",
                      index, v->name, (int)v->type);
    if (v->size != 8)
        return REFUSE(err,
                      "variables[%u].size: expected 8 bytes for \"%s\", found %u (declare the "
                      "field as double or int64_t)",
                      index, v->name, v->size);
    if (v->offset % 8 != 0)
        return REFUSE(err,
                      "variables[%u].offset: expected a multiple of 8, found %u (don't pack the "
                      "struct)",
                      index, v->offset);
    bool in_state = v->block == QS_IN_STATE;
    uint32_t block_size = in_state ? d->state_size : d->locals_size;
    if ((uint64_t)v->offset + 8 > block_size)
        return REFUSE(err,
                      "variables[%u].offset: expected \"%s\" to end within the %u bytes of the "
                      "%s, found offset %u (declare that struct with %s)",
                      index, v->name, block_size, in_state ? "state" : "locals", v->offset,
                      in_state ? "QS_STATE" : "QS_LOCALS");
    return 0;
}

/* Counts that bound the loops and the options' pool; wrong ones come only from hostile bytes. */
static int check_counts(const struct descriptor *d, struct err *err) {
    int rc = check_limit("inputs", d->input_count, QS_INPUTS_MAX, "declare fewer inputs", err);
    if (rc == 0)
        rc = check_limit("variables", d->variable_count, QS_VARIABLES_MAX,
                         "declare fewer variables", err);
    if (rc == 0)
        rc = check_limit("options of all selects", d->option_count, DESCRIPTOR_POOL_MAX,
                         "offer fewer choices", err);
    if (rc == 0)
        rc = check_limit("inputs[0].owner_size", d->params_size, DESCRIPTOR_PARAMS_MAX,
                         "make the params struct smaller", err);
    if (rc == 0 && d->input_count == 0 && d->params_size != 0)
        rc = REFUSE(err, "params_size: expected 0 without inputs, found %u", d->params_size);
    uint32_t pool = 0, symbols = 0;
    for (uint32_t i = 0; rc == 0 && i < d->input_count; i++) {
        const struct descriptor_input *in = &d->inputs[i];
        symbols += in->type == QS_INPUT_SYMBOL;
        if (in->option_count > DESCRIPTOR_OPTIONS_MAX || in->option_first != pool ||
            (in->type != QS_INPUT_SELECT && in->option_count != 0))
            rc = REFUSE(err,
                        "inputs[%u].options: expected at most %d, found %u (offer fewer "
                        "choices)",
                        i, DESCRIPTOR_OPTIONS_MAX, in->option_count);
        pool += in->option_count;
    }
    if (rc == 0 && (pool != d->option_count || symbols != d->symbol_count))
        rc = REFUSE(err, "inputs: expected %u options and %u symbols, found %u and %u", pool,
                    symbols, d->option_count, d->symbol_count);
    return rc;
}

int descriptor_validate(const struct descriptor *desc, struct err *err) {
    int rc = check_identity(desc, err);
    if (rc == 0)
        rc = check_sizes(desc, err);
    if (rc == 0)
        rc = check_counts(desc, err);
    for (uint32_t i = 0; rc == 0 && i < desc->input_count; i++)
        rc = check_input(desc, i, err);
    for (uint32_t i = 0; rc == 0 && i < desc->variable_count; i++)
        rc = check_variable(desc, i, err);
    return rc;
}
