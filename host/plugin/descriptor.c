/*
 * A descriptor as bytes: magic, version, then the fields in the order of the
 * struct, little endian, texts as u16 length and bytes. The decoder reads through one bounded
 * reader, which gives zeros once it has run dry; then the rules are checked as for a plugin.
 */
#include "plugin/descriptor.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/str.h"

#define WIRE_MAGIC 0x43534451u /* "QDSC" */
#define WIRE_VERSION 1

/* ---- bytes out ---- */

static void put_uint(struct str *str, uint64_t value, int bytes) {
    char raw[8];
    for (int i = 0; i < bytes; i++)
        raw[i] = (char)(unsigned char)(value >> (8 * i));
    str_append_n(str, raw, (size_t)bytes);
}

static void put_u16(struct str *str, uint16_t value) { put_uint(str, value, 2); }
static void put_u32(struct str *str, uint32_t value) { put_uint(str, value, 4); }
static void put_i32(struct str *str, int32_t value) { put_uint(str, (uint32_t)value, 4); }
static void put_i64(struct str *str, int64_t value) { put_uint(str, (uint64_t)value, 8); }

static void put_f64(struct str *str, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_uint(str, bits, 8);
}

static void put_text(struct str *str, const char *text) {
    size_t len = strlen(text);
    CHECK(len <= UINT16_MAX);
    put_u16(str, (uint16_t)len);
    str_append_n(str, text, len);
}

static void put_input(struct str *str, const struct descriptor *d,
                      const struct descriptor_input *in) {
    put_i32(str, in->type);
    put_u32(str, in->offset);
    put_u32(str, in->size);
    put_text(str, in->name);
    put_text(str, in->label);
    const int64_t ints[] = {in->i_default, in->i_min, in->i_max, in->i_step};
    const double floats[] = {in->f_default, in->f_min, in->f_max, in->f_step};
    for (int i = 0; i < 4; i++)
        put_i64(str, ints[i]);
    for (int i = 0; i < 4; i++)
        put_f64(str, floats[i]);
    put_u32(str, in->option_count);
    for (uint32_t i = 0; i < in->option_count; i++)
        put_text(str, descriptor_option(d, in, i));
}

void descriptor_encode(const struct descriptor *desc, struct str *str) {
    put_u32(str, WIRE_MAGIC);
    put_u16(str, WIRE_VERSION);
    put_text(str, desc->id);
    put_text(str, desc->name);
    put_text(str, desc->version);
    put_text(str, desc->description);
    put_u16(str, desc->abi_major);
    put_u16(str, desc->abi_minor);
    const uint32_t numbers[] = {desc->callbacks,    desc->params_size,   desc->locals_size,
                                desc->state_size,   desc->state_version, desc->universe_min,
                                desc->universe_max, desc->warmup_steps,  desc->history,
                                desc->input_count,  desc->variable_count};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        put_u32(str, numbers[i]);
    for (uint32_t i = 0; i < desc->input_count; i++)
        put_input(str, desc, &desc->inputs[i]);
    for (uint32_t i = 0; i < desc->variable_count; i++) {
        const struct descriptor_variable *v = &desc->variables[i];
        put_i32(str, v->block);
        put_i32(str, v->type);
        put_u32(str, v->offset);
        put_u32(str, v->size);
        put_text(str, v->name);
        put_text(str, v->label);
    }
}

/* ---- bytes in ---- */

struct reader {
    const unsigned char *at;
    size_t left;
    const char *bad; /* the first thing that was wrong; NULL = nothing */
};

static uint64_t get_uint(struct reader *r, size_t bytes) {
    if (r->left < bytes) {
        r->bad = r->bad ? r->bad : "they end too early";
        r->left = 0;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)r->at[i] << (8 * i);
    r->at += bytes;
    r->left -= bytes;
    return value;
}

static uint16_t get_u16(struct reader *r) { return (uint16_t)get_uint(r, 2); }
static uint32_t get_u32(struct reader *r) { return (uint32_t)get_uint(r, 4); }
static int32_t get_i32(struct reader *r) { return (int32_t)get_u32(r); }
static int64_t get_i64(struct reader *r) { return (int64_t)get_uint(r, 8); }

static double get_f64(struct reader *r) {
    uint64_t bits = get_uint(r, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void get_text(struct reader *r, char *dst, size_t cap) {
    size_t len = get_u16(r);
    dst[0] = '\0';
    if (len > r->left || len >= cap || memchr(r->at, '\0', len)) {
        r->bad = r->bad ? r->bad : "a text is too long or holds a NUL";
        r->left = 0;
        return;
    }
    memcpy(dst, r->at, len);
    dst[len] = '\0';
    r->at += len;
    r->left -= len;
}

/* A count that may not pass max; 0 when it does. */
static uint32_t get_count(struct reader *r, uint32_t max) {
    uint32_t count = get_u32(r);
    if (count <= max)
        return count;
    r->bad = r->bad ? r->bad : "a count is too large";
    r->left = 0;
    return 0;
}

static void get_input(struct reader *r, struct descriptor *d, struct descriptor_input *in) {
    in->type = get_i32(r);
    in->offset = get_u32(r);
    in->size = get_u32(r);
    get_text(r, in->name, sizeof in->name);
    get_text(r, in->label, sizeof in->label);
    int64_t *ints[] = {&in->i_default, &in->i_min, &in->i_max, &in->i_step};
    double *floats[] = {&in->f_default, &in->f_min, &in->f_max, &in->f_step};
    for (int i = 0; i < 4; i++)
        *ints[i] = get_i64(r);
    for (int i = 0; i < 4; i++)
        *floats[i] = get_f64(r);
    in->option_first = d->option_count;
    in->option_count = get_count(
        r, (uint32_t)min_size(DESCRIPTOR_OPTIONS_MAX, DESCRIPTOR_POOL_MAX - d->option_count));
    for (uint32_t i = 0; i < in->option_count; i++)
        get_text(r, d->options[d->option_count++], sizeof d->options[0]);
    d->symbol_count += in->type == QS_INPUT_SYMBOL;
}

static void get_descriptor(struct reader *r, struct descriptor *d) {
    if (get_u32(r) != WIRE_MAGIC || get_u16(r) != WIRE_VERSION)
        r->bad = r->bad ? r->bad : "they don't begin as a descriptor";
    get_text(r, d->id, sizeof d->id);
    get_text(r, d->name, sizeof d->name);
    get_text(r, d->version, sizeof d->version);
    get_text(r, d->description, sizeof d->description);
    d->abi_major = get_u16(r);
    d->abi_minor = get_u16(r);
    uint32_t *numbers[] = {&d->callbacks,    &d->params_size,   &d->locals_size,
                           &d->state_size,   &d->state_version, &d->universe_min,
                           &d->universe_max, &d->warmup_steps,  &d->history};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        *numbers[i] = get_u32(r);
    d->input_count = get_count(r, QS_INPUTS_MAX);
    d->variable_count = get_count(r, QS_VARIABLES_MAX);
    for (uint32_t i = 0; i < d->input_count; i++)
        get_input(r, d, &d->inputs[i]);
    for (uint32_t i = 0; i < d->variable_count; i++) {
        struct descriptor_variable *v = &d->variables[i];
        v->block = get_i32(r);
        v->type = get_i32(r);
        v->offset = get_u32(r);
        v->size = get_u32(r);
        get_text(r, v->name, sizeof v->name);
        get_text(r, v->label, sizeof v->label);
    }
    if (!r->bad && r->left > 0)
        r->bad = "bytes are left over";
}

int descriptor_decode(const void *data, size_t len, struct descriptor *ret, struct err *err) {
    struct reader reader = {data, len, NULL};
    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    int rc = 0;
    get_descriptor(&reader, desc);
    if (reader.bad)
        rc = err_set(err, ERR_FORMAT, "%zu bytes of a descriptor: %s", len, reader.bad);
    else if (desc->abi_major != QS_ABI_MAJOR || desc->abi_minor > QS_ABI_MINOR)
        rc = err_set(err, ERR_FORMAT, "descriptor of ABI %u.%u: this host has %d.%d",
                     (unsigned)desc->abi_major, (unsigned)desc->abi_minor, QS_ABI_MAJOR,
                     QS_ABI_MINOR);
    else if ((rc = descriptor_validate(desc, err)) != 0) {
        rc = ERR_FORMAT;
        if (err)
            err->code = rc;
    }
    if (rc == 0)
        *ret = *desc;
    mem_free(desc);
    return rc;
}

/* ---- questions ---- */

const struct descriptor_input *descriptor_find_input(const struct descriptor *desc,
                                                     const char *name) {
    for (uint32_t i = 0; i < desc->input_count; i++)
        if (strcmp(desc->inputs[i].name, name) == 0)
            return &desc->inputs[i];
    return NULL;
}

const char *descriptor_option(const struct descriptor *desc, const struct descriptor_input *input,
                              uint32_t index) {
    CHECK(index < input->option_count);
    CHECK(input->option_first + index < desc->option_count);
    return desc->options[input->option_first + index];
}

const char *descriptor_type_name(int32_t input_type) {
    switch (input_type) {
    case QS_INPUT_INT:
        return "int";
    case QS_INPUT_FLOAT:
        return "float";
    case QS_INPUT_BOOL:
        return "bool";
    case QS_INPUT_SELECT:
        return "select";
    case QS_INPUT_SYMBOL:
        return "symbol";
    default:
        return "unknown";
    }
}

void descriptor_universe(const struct descriptor *desc, uint32_t *ret_min, uint32_t *ret_max) {
    bool unsaid = desc->universe_min == 0 && desc->universe_max == 0;
    uint32_t implied = desc->symbol_count > 0 ? 0 : 1;
    *ret_min = unsaid ? implied : desc->universe_min;
    *ret_max = unsaid ? implied : desc->universe_max;
}
