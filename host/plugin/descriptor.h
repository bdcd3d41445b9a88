/*
 * What a strategy says of itself, as our own flat copy: no pointer of it leads into a plugin.
 *
 *   worker   const struct qs_strategy * -> descriptor_check -> descriptor_encode -> bytes
 *   parent   bytes (hostile) -> descriptor_decode -> struct descriptor
 *
 * Not a loader, and not the values of params: only their declaration. Invariant: whatever
 * descriptor_check or descriptor_decode returned keeps every rule below, so that later code may use
 * offsets, counts and names without looking twice. All texts are terminated UTF-8. About 80 KiB and
 * free of pointers: copy it by assignment, allocate it where there are many.
 */
#ifndef QS_PLUGIN_DESCRIPTOR_H
#define QS_PLUGIN_DESCRIPTOR_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include <quasar/abi.h>

#include "base/err.h"

struct jv;  /* base/json.h */
struct str; /* base/str.h */

/* Texts, in bytes without the terminator; longer ones are refused. */
#define DESCRIPTOR_ID_MAX QS_NAME_MAX
#define DESCRIPTOR_LABEL_MAX 127 /* names and labels for people */
#define DESCRIPTOR_VERSION_MAX 63
#define DESCRIPTOR_DESCRIPTION_MAX 1023

#define DESCRIPTOR_OPTIONS_MAX 64         /* of one select */
#define DESCRIPTOR_POOL_MAX 512           /* options of all selects together */
#define DESCRIPTOR_PARAMS_MAX (64u << 10) /* bytes of the params block */
#define DESCRIPTOR_LOCALS_MAX (16u << 20)
#define DESCRIPTOR_WARMUP_MAX ((uint32_t)QS_HISTORY_MAX)

/* Callbacks that are there: bits of struct descriptor.callbacks. */
enum {
    DESCRIPTOR_ON_INIT = 1 << 0,
    DESCRIPTOR_ON_START = 1 << 1,
    DESCRIPTOR_ON_BAR = 1 << 2, /* always set */
    DESCRIPTOR_ON_TICK = 1 << 3,
    DESCRIPTOR_ON_ORDER = 1 << 4,
    DESCRIPTOR_ON_FILL = 1 << 5,
    DESCRIPTOR_ON_TRADE = 1 << 6,
    DESCRIPTOR_ON_STOP = 1 << 7,
    DESCRIPTOR_ON_DESTROY = 1 << 8
};

/* One input. [offset, offset + size) lies in the params block, is aligned for its type and meets no
 * other input. */
struct descriptor_input {
    int32_t type;    /* QS_INPUT_* */
    uint32_t offset; /* of the field in the params block */
    uint32_t size;   /* of the field: 8 for int and float, 4 for bool, select, symbol */
    uint32_t option_first, option_count; /* select: options[option_first ..] of the descriptor */
    int64_t i_default, i_min, i_max, i_step; /* int; bool 0..1; select 0..option_count - 1 */
    double f_default, f_min, f_max, f_step;  /* float, all finite; step 0 = any */
    char name[DESCRIPTOR_ID_MAX + 1];        /* [a-z_][a-z0-9_]*, unique */
    char label[DESCRIPTOR_LABEL_MAX + 1];    /* the name where the plugin gave none */
};

/* One variable that is shown; [offset, offset + 8) lies in its block and is aligned. */
struct descriptor_variable {
    int32_t block; /* QS_IN_LOCALS or QS_IN_STATE */
    int32_t type;  /* QS_VAR_F64 or QS_VAR_I64 */
    uint32_t offset;
    uint32_t size;                        /* 8 */
    char name[DESCRIPTOR_ID_MAX + 1];     /* [a-z_][a-z0-9_]*, unique */
    char label[DESCRIPTOR_LABEL_MAX + 1]; /* the name where the plugin gave none */
};

struct descriptor {
    char id[DESCRIPTOR_ID_MAX + 1];                   /* [a-z][a-z0-9_]* */
    char name[DESCRIPTOR_LABEL_MAX + 1];              /* the id where the plugin gave none */
    char version[DESCRIPTOR_VERSION_MAX + 1];         /* semver */
    char description[DESCRIPTOR_DESCRIPTION_MAX + 1]; /* may be empty */
    uint16_t abi_major, abi_minor;
    uint32_t callbacks; /* DESCRIPTOR_ON_* */

    uint32_t params_size; /* sizeof the params struct; 0 without inputs */
    uint32_t locals_size;
    uint32_t state_size;
    uint32_t state_version;              /* > 0 where state_size > 0 */
    uint32_t universe_min, universe_max; /* as declared; see descriptor_universe */
    uint32_t warmup_steps;
    uint32_t history; /* bars readable back; QS_HISTORY_DEFAULT applied */

    uint32_t input_count, symbol_count; /* symbol_count of the inputs are roles */
    uint32_t variable_count, option_count;
    struct descriptor_input inputs[QS_INPUTS_MAX]; /* in the order of the plugin */
    struct descriptor_variable variables[QS_VARIABLES_MAX];
    char options[DESCRIPTOR_POOL_MAX][DESCRIPTOR_ID_MAX + 1];

    /* Which file it was read from; filled by loader_open and probe_read, never by the plugin. */
    char build[65];      /* SHA-256 of the bytes, hex */
    char path[PATH_MAX]; /* where the user has it */
};

/* Reads the plugin's own struct, field by field. Only in a worker: a wild pointer in it is a
 * SIGSEGV. ERR_PLUGIN with "field: expected, found (cure)". build and path of ret are left empty.
 */
int descriptor_check(const struct qs_strategy *schema, struct descriptor *ret,
                     struct err *err) NODISCARD;

/* The rules that both of them share, on the flat copy: texts terminated and UTF-8, names, ranges,
 * offsets, counts, sizes. ERR_PLUGIN. */
int descriptor_validate(const struct descriptor *desc, struct err *err) NODISCARD;

/* Appends the canonical bytes (versioned, little endian; without build and path). */
void descriptor_encode(const struct descriptor *desc, struct str *str);

/* Reads exactly those bytes; checks every length and every rule of the struct again. ERR_FORMAT. */
int descriptor_decode(const void *data, size_t len, struct descriptor *ret,
                      struct err *err) NODISCARD;

/* All of it, as `qshost schema ID --json` prints it. The caller frees. */
struct jv *descriptor_to_json(const struct descriptor *desc) NODISCARD;

/* By name; NULL when there is none. */
const struct descriptor_input *descriptor_find_input(const struct descriptor *desc,
                                                     const char *name);

/* The index-th option of a select (CHECK: in range). */
const char *descriptor_option(const struct descriptor *desc, const struct descriptor_input *input,
                              uint32_t index);

/* "int", "float", "bool", "select", "symbol". */
const char *descriptor_type_name(int32_t input_type);

/* How many feeds the run must bind beside those of the symbol inputs: the declared bounds, or for
 * 0, 0 exactly one, or none where there are symbol inputs. */
void descriptor_universe(const struct descriptor *desc, uint32_t *ret_min, uint32_t *ret_max);

#endif
