/*
 * From the plugin's struct to our copy. Its memory is read once, in this order: the frozen prefix,
 * which protects the rest; the struct; the tables by the element size that they were built with;
 * the texts up to their limit. What can't be copied is refused here, all else by
 * descriptor_validate.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "plugin/descriptor.h"

#define REFUSE(err, ...) err_set(err, ERR_PLUGIN, __VA_ARGS__)

#define PREFIX_SIZE 16        /* magic, struct_size, abi_major, abi_minor, flags */
#define ELEMENT_SIZE_MAX 4096 /* of a table's entry, from a later minor */

_Static_assert(offsetof(struct qs_strategy, input_size) == PREFIX_SIZE, "the prefix is frozen");
_Static_assert(sizeof(struct qs_strategy) == 176,
               "size of ABI 0.1: a new minor has its own minimum");

static bool is_aligned(const void *pointer) { return ((uintptr_t)pointer & 7) == 0; }

static int check_prefix(const struct qs_strategy *prefix, struct err *err) {
    if (prefix->magic != QS_MAGIC)
        return REFUSE(err,
                      "magic: expected 0x%08x, found 0x%08x (define the schema with "
                      "QS_STRATEGY)",
                      QS_MAGIC, prefix->magic);
    if (prefix->abi_major != QS_ABI_MAJOR)
        return REFUSE(err, "abi_major: expected %d, found %u (rebuild with the SDK of this host)",
                      QS_ABI_MAJOR, (unsigned)prefix->abi_major);
    if (prefix->abi_minor > QS_ABI_MINOR)
        return REFUSE(err,
                      "abi_minor: expected at most %d, found %u (rebuild with the SDK of this "
                      "host, or use a newer host)",
                      QS_ABI_MINOR, (unsigned)prefix->abi_minor);
    if (prefix->abi_minor == 0)
        return REFUSE(err,
                      "abi_minor: expected 1 to %d, found 0 (rebuild with the SDK of this host)",
                      QS_ABI_MINOR);
    if (prefix->struct_size < sizeof(struct qs_strategy))
        return REFUSE(err,
                      "struct_size: expected at least %zu, found %u (define the schema with "
                      "QS_STRATEGY and rebuild)",
                      sizeof(struct qs_strategy), prefix->struct_size);
    if (prefix->flags != 0)
        return REFUSE(err, "flags: expected 0, found 0x%x (this host knows no flags: set 0)",
                      prefix->flags);
    return 0;
}

static int check_element_size(const char *field, uint32_t found, size_t min, struct err *err) {
    if (found >= min && found <= ELEMENT_SIZE_MAX && found % 8 == 0)
        return 0;
    return REFUSE(err,
                  "%s: expected %zu, found %u (define the schema with QS_STRATEGY and rebuild)",
                  field, min, found);
}

/* The element sizes and the pointers that everything else goes through. */
static int check_frame(const struct qs_strategy *s, struct err *err) {
    int rc = check_element_size("input_size", s->input_size, sizeof(struct qs_input), err);
    if (rc == 0)
        rc = check_element_size("variable_size", s->variable_size, sizeof(struct qs_variable), err);
    if (rc == 0 && !is_aligned(s->inputs))
        rc = REFUSE(err, "inputs: expected an aligned table, found %p (use QS_INPUTS)",
                    (const void *)s->inputs);
    if (rc == 0 && !is_aligned(s->variables))
        rc = REFUSE(err, "variables: expected an aligned table, found %p (use QS_VARIABLES)",
                    (const void *)s->variables);
    if (rc == 0 && s->reserved != 0)
        rc = REFUSE(err, "reserved: expected 0, found %u (leave it out)", s->reserved);
    return rc;
}

/* At most cap - 1 bytes and a terminator. */
static int copy_text(const char *text, char *dst, size_t cap, const char *field, struct err *err) {
    if (!text)
        return REFUSE(err, "%s: expected a text, found NULL (give it one)", field);
    size_t len = 0;
    for (; text[len] != '\0'; len++) {
        if (len == cap - 1)
            return REFUSE(err,
                          "%s: expected at most %zu bytes, found more (shorten it, or end it "
                          "with a NUL)",
                          field, cap - 1);
        dst[len] = text[len];
    }
    dst[len] = '\0';
    return 0;
}

static int copy_options(struct descriptor *d, uint32_t index, const char *const *options,
                        struct err *err) {
    struct descriptor_input *in = &d->inputs[index];
    in->option_first = d->option_count;
    if (!is_aligned(options))
        return REFUSE(err, "inputs[%u].options: expected an aligned table, found %p (use QS_NAMES)",
                      index, (const void *)options);
    for (uint32_t k = 0; options && options[k]; k++) {
        if (k == DESCRIPTOR_OPTIONS_MAX)
            return REFUSE(err,
                          "inputs[%u].options: expected at most %d names and NULL at the end, "
                          "found more (end the table with NULL, or offer fewer choices)",
                          index, DESCRIPTOR_OPTIONS_MAX);
        if (d->option_count == DESCRIPTOR_POOL_MAX)
            return REFUSE(err,
                          "inputs[%u].options: expected at most %d options in all selects, "
                          "found more (offer fewer choices)",
                          index, DESCRIPTOR_POOL_MAX);
        char field[64];
        (void)snprintf(field, sizeof field, "inputs[%u].options[%u]", index, k);
        int rc =
            copy_text(options[k], d->options[d->option_count], sizeof d->options[0], field, err);
        if (rc != 0)
            return rc;
        d->option_count++;
        in->option_count++;
    }
    return 0;
}

/* Default and bounds; those that the type fixes are filled in. */
static void copy_range(struct descriptor_input *in, const struct qs_input *raw) {
    switch (in->type) {
    case QS_INPUT_INT:
        in->i_default = raw->i[0];
        in->i_min = raw->i[1];
        in->i_max = raw->i[2];
        in->i_step = raw->i[3];
        break;
    case QS_INPUT_FLOAT:
        in->f_default = raw->f[0];
        in->f_min = raw->f[1];
        in->f_max = raw->f[2];
        in->f_step = raw->f[3];
        break;
    case QS_INPUT_BOOL:
    case QS_INPUT_SELECT:
        in->i_default = raw->i[0];
        in->i_max = in->type == QS_INPUT_BOOL ? 1 : (int64_t)in->option_count - 1;
        in->i_step = 1;
        break;
    default:
        break;
    }
}

static int copy_input(struct descriptor *d, uint32_t index, const struct qs_input *raw,
                      struct err *err) {
    struct descriptor_input *in = &d->inputs[index];
    char field[64];
    in->type = raw->type;
    in->offset = raw->offset;
    in->size = raw->size;
    (void)snprintf(field, sizeof field, "inputs[%u].name", index);
    int rc = copy_text(raw->name, in->name, sizeof in->name, field, err);
    if (rc == 0) {
        (void)snprintf(field, sizeof field, "inputs[%u].label", index);
        rc =
            copy_text(raw->label ? raw->label : raw->name, in->label, sizeof in->label, field, err);
    }
    if (rc == 0 && index == 0)
        d->params_size = raw->owner_size;
    if (rc == 0 && raw->owner_size != d->params_size)
        rc = REFUSE(err,
                    "inputs[%u].owner_size: expected %u as in inputs[0], found %u (all inputs "
                    "must be fields of one struct)",
                    index, d->params_size, raw->owner_size);
    if (rc == 0 && in->type == QS_INPUT_SELECT)
        rc = copy_options(d, index, raw->options, err);
    else if (rc == 0)
        in->option_first = d->option_count;
    if (rc == 0) {
        copy_range(in, raw);
        d->symbol_count += in->type == QS_INPUT_SYMBOL;
    }
    return rc;
}

static int copy_inputs(struct descriptor *d, const struct qs_strategy *s, struct err *err) {
    const unsigned char *at = (const unsigned char *)s->inputs;
    for (uint32_t i = 0; at; i++, at += s->input_size) {
        struct qs_input raw;
        memcpy(&raw, at, sizeof raw);
        if (!raw.name && raw.type == 0)
            break;
        if (i == QS_INPUTS_MAX)
            return REFUSE(err,
                          "inputs: expected at most %d and a zeroed entry at the end, found "
                          "more (end the table, e.g. by QS_INPUTS, or declare fewer)",
                          QS_INPUTS_MAX);
        int rc = copy_input(d, i, &raw, err);
        if (rc != 0)
            return rc;
        d->input_count = i + 1;
    }
    return 0;
}

static int copy_variables(struct descriptor *d, const struct qs_strategy *s, struct err *err) {
    const unsigned char *at = (const unsigned char *)s->variables;
    for (uint32_t i = 0; at; i++, at += s->variable_size) {
        struct qs_variable raw;
        memcpy(&raw, at, sizeof raw);
        if (!raw.name && raw.block == 0)
            break;
        if (i == QS_VARIABLES_MAX)
            return REFUSE(err,
                          "variables: expected at most %d and a zeroed entry at the end, found "
                          "more (end the table, e.g. by QS_VARIABLES, or declare fewer)",
                          QS_VARIABLES_MAX);
        struct descriptor_variable *v = &d->variables[i];
        v->block = raw.block;
        v->type = raw.type;
        v->offset = raw.offset;
        v->size = raw.size;
        char field[64];
        (void)snprintf(field, sizeof field, "variables[%u].name", i);
        int rc = copy_text(raw.name, v->name, sizeof v->name, field, err);
        if (rc != 0)
            return rc;
        (void)snprintf(field, sizeof field, "variables[%u].label", i);
        rc = copy_text(raw.label ? raw.label : raw.name, v->label, sizeof v->label, field, err);
        if (rc != 0)
            return rc;
        d->variable_count = i + 1;
    }
    return 0;
}

static uint32_t callbacks_of(const struct qs_strategy *s) {
    uint32_t mask = 0;
    mask |= s->on_init ? DESCRIPTOR_ON_INIT : 0;
    mask |= s->on_start ? DESCRIPTOR_ON_START : 0;
    mask |= s->on_bar ? DESCRIPTOR_ON_BAR : 0;
    mask |= s->on_tick ? DESCRIPTOR_ON_TICK : 0;
    mask |= s->on_order ? DESCRIPTOR_ON_ORDER : 0;
    mask |= s->on_fill ? DESCRIPTOR_ON_FILL : 0;
    mask |= s->on_trade ? DESCRIPTOR_ON_TRADE : 0;
    mask |= s->on_stop ? DESCRIPTOR_ON_STOP : 0;
    mask |= s->on_destroy ? DESCRIPTOR_ON_DESTROY : 0;
    return mask;
}

static int copy_identity(struct descriptor *d, const struct qs_strategy *s, struct err *err) {
    int rc = copy_text(s->id, d->id, sizeof d->id, "id", err);
    if (rc == 0)
        rc = copy_text(s->name ? s->name : d->id, d->name, sizeof d->name, "name", err);
    if (rc == 0)
        rc = copy_text(s->version, d->version, sizeof d->version, "version", err);
    if (rc == 0)
        rc = copy_text(s->description ? s->description : "", d->description, sizeof d->description,
                       "description", err);
    return rc;
}

static int copy_all(struct descriptor *d, const struct qs_strategy *s, struct err *err) {
    d->abi_major = s->abi_major;
    d->abi_minor = s->abi_minor;
    d->callbacks = callbacks_of(s);
    d->locals_size = s->locals_size;
    d->state_size = s->state_size;
    d->state_version = s->state_version;
    d->universe_min = s->universe_min;
    d->universe_max = s->universe_max;
    d->warmup_steps = s->warmup_steps;
    d->history = s->history ? s->history : QS_HISTORY_DEFAULT;
    int rc = copy_identity(d, s, err);
    if (rc == 0)
        rc = copy_inputs(d, s, err);
    if (rc == 0)
        rc = copy_variables(d, s, err);
    return rc;
}

int descriptor_check(const struct qs_strategy *schema, struct descriptor *ret, struct err *err) {
    if (!schema)
        return REFUSE(err,
                      "qs_schema: expected a pointer to the schema, found NULL (define it with "
                      "QS_STRATEGY)");
    if (!is_aligned(schema))
        return REFUSE(err,
                      "qs_schema: expected an aligned pointer, found %p (define the schema "
                      "with QS_STRATEGY)",
                      (const void *)schema);
    struct qs_strategy copy = {0};
    memcpy(&copy, schema, PREFIX_SIZE);
    int rc = check_prefix(&copy, err);
    if (rc != 0)
        return rc;
    memcpy(&copy, schema, sizeof copy);
    rc = check_frame(&copy, err);
    if (rc != 0)
        return rc;

    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    rc = copy_all(desc, &copy, err);
    if (rc == 0)
        rc = descriptor_validate(desc, err);
    if (rc == 0)
        *ret = *desc;
    mem_free(desc);
    return rc;
}
