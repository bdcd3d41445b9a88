/*
 * quasar/abi.h - the contract between a strategy's .so and the host.
 *
 *   strategy.so -- qs_schema() --> const struct qs_strategy   who I am, what I need, my callbacks
 *   host --------- struct qs_ctx -> every callback            what you see, what you may call
 *
 * A .so exports one function, qs_schema(), and links against libc and libm alone: all that the host
 * offers comes in a table (struct qs_host). The first four fields of qs_strategy are frozen for
 * ever; everything else grows only at the end, and struct_size says how much of it a plugin knows.
 * A host refuses another abi_major, and an abi_minor newer than its own. Changes: sdk/CHANGES.md.
 * Strategy authors include <quasar/strategy.h>, never this file alone.
 */
#ifndef QUASAR_ABI_H
#define QUASAR_ABI_H

#include <stddef.h>
#include <stdint.h>

#include <quasar/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QS_MAGIC 0x51535452u /* "QSTR" */
#define QS_ABI_MAJOR 0
#define QS_ABI_MINOR 1

/* Limits that the host enforces; over them a build is refused or an intent is rejected. */
#define QS_INPUTS_MAX 64
#define QS_VARIABLES_MAX 64
#define QS_LINES_MAX 16384
#define QS_FEEDS_MAX 4096
#define QS_NAME_MAX 63 /* bytes of an id, an input's name */
#define QS_TAG_MAX 23  /* bytes of an order tag */
#define QS_STATE_MAX (1u << 20)
#define QS_HISTORY_DEFAULT 500
#define QS_HISTORY_MAX (1 << 20)
#define QS_INTENTS_MAX 1024 /* intents in one callback */

struct qs_ctx;

/* Kinds of input, and the C type of the field that takes it. */
enum {
    QS_INPUT_INT = 1,    /* int64_t */
    QS_INPUT_FLOAT = 2,  /* double */
    QS_INPUT_BOOL = 3,   /* int32_t, 0 or 1 */
    QS_INPUT_SELECT = 4, /* int32_t, index into options */
    QS_INPUT_SYMBOL = 5  /* qs_feed: the feed bound to this role */
};

/* One input: a param that the run may set. Written by the host into the params block at offset. */
struct qs_input {
    int32_t type;               /* QS_INPUT_* */
    uint32_t offset;            /* of the field in the params struct */
    uint32_t size;              /* of the field */
    uint32_t owner_size;        /* sizeof the params struct; the same in all inputs */
    const char *name;           /* [a-z_][a-z0-9_]*, unique; NULL ends the table */
    const char *label;          /* for people; NULL = name */
    int64_t i[4];               /* int: default, min, max, step; bool and select: default in i[0] */
    double f[4];                /* float: default, min, max, step (0 = any) */
    const char *const *options; /* select: NULL-terminated names */
};

/* Where a variable that is shown beside the params lives. */
enum { QS_IN_LOCALS = 1, QS_IN_STATE = 2 };
enum { QS_VAR_F64 = 1, QS_VAR_I64 = 2 };

/* One runtime variable, shown and recorded by name. */
struct qs_variable {
    int32_t block;    /* QS_IN_* */
    int32_t type;     /* QS_VAR_* */
    uint32_t offset;  /* in the block */
    uint32_t size;    /* of the field: 8 */
    const char *name; /* NULL ends the table */
    const char *label;
};

/* What qs_schema() returns: constant, valid as long as the .so is mapped. */
struct qs_strategy {
    /* frozen */
    uint32_t magic;       /* QS_MAGIC */
    uint32_t struct_size; /* sizeof(struct qs_strategy) when built */
    uint16_t abi_major, abi_minor;
    uint32_t flags; /* 0 */
    /* abi 0.1 */
    uint32_t input_size;    /* sizeof(struct qs_input) when built */
    uint32_t variable_size; /* sizeof(struct qs_variable) when built */
    const char *id;         /* [a-z][a-z0-9_]*, unique among strategies */
    const char *name;       /* for people */
    const char *version;    /* semver, e.g. "1.0.0" */
    const char *description;
    const struct qs_input *inputs;       /* ends with a zeroed entry; NULL = none */
    const struct qs_variable *variables; /* ends with a zeroed entry; NULL = none */
    uint32_t locals_size;                /* bytes, zeroed by the host before on_init */
    uint32_t state_size;                 /* bytes, at most QS_STATE_MAX */
    uint32_t state_version;              /* of the state's meaning; > 0 where state_size > 0 */
    uint32_t universe_min, universe_max; /* feeds taken beside symbol inputs; 0, 0 = exactly one,
                                            or none where there are symbol inputs */
    uint32_t warmup_steps;               /* bars to wait, at least; indicators add their own */
    uint32_t history;                    /* bars readable back; 0 = QS_HISTORY_DEFAULT */
    uint32_t reserved;
    /* callbacks: NULL = not needed */
    int (*on_init)(struct qs_ctx *);   /* set up indicators; 0, or the run does not start */
    void (*on_start)(struct qs_ctx *); /* right before the first on_bar */
    void (*on_bar)(struct qs_ctx *);   /* once for each closed feed of the instant */
    void (*on_tick)(struct qs_ctx *);  /* no host of ABI 0.1 has ticks: never called */
    void (*on_order)(struct qs_ctx *, const struct qs_order_event *);
    void (*on_fill)(struct qs_ctx *, const struct qs_fill *);
    void (*on_trade)(struct qs_ctx *, const struct qs_trade *);
    void (*on_stop)(struct qs_ctx *); /* once, after the last instant */
    void (*on_destroy)(struct qs_ctx *);
};

/* An order asked for; see qs_submit() in strategy.h. */
struct qs_order_req {
    uint32_t struct_size; /* sizeof(struct qs_order_req) */
    int32_t feed;
    int32_t side, type, tif, flags;
    struct qs_size size;
    double limit_price, stop_price;
    const char *tag; /* at most QS_TAG_MAX bytes of UTF-8, copied; NULL = none */
};

/* An indicator asked for; see indicators.h. */
struct qs_indicator_req {
    uint32_t struct_size; /* sizeof(struct qs_indicator_req) */
    int32_t kind;         /* QS_IND_* */
    int32_t source;       /* a qs_line: a column, or another indicator's output */
    int32_t n[3];
    double k;
};

/* What the host offers. Grows only at the end; optional things come by extension(). */
struct qs_host {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    int64_t (*order)(struct qs_ctx *, const struct qs_order_req *);
    int64_t (*cancel)(struct qs_ctx *, int64_t order);
    int64_t (*flatten)(struct qs_ctx *, int32_t feed);
    int64_t (*target)(struct qs_ctx *, int32_t feed, const struct qs_size *);
    int32_t (*indicator)(struct qs_ctx *, const struct qs_indicator_req *);
    void (*log)(struct qs_ctx *, int32_t level, const char *text);
    void (*note)(struct qs_ctx *, const char *key, const char *text);
    void (*plot)(struct qs_ctx *, const char *key, double value);
    const void *(*extension)(struct qs_ctx *, const char *id); /* NULL = not offered */
};

/* Rules for a cross, by the run's setting `cross`. */
enum { QS_CROSS_NOT_ABOVE = 0, QS_CROSS_STRICT = 1, QS_CROSS_LAST_NONZERO = 2 };

/* The handle that every callback gets. Owned by the host; one for each instance. */
struct qs_ctx {
    uint32_t struct_size;
    int32_t feed;       /* the feed whose bar closed, in on_bar; else 0 */
    int32_t cross_rule; /* QS_CROSS_* */
    int32_t line_count;
    const struct qs_view *view;
    const struct qs_line_view *lines;
    const void *params;
    void *locals;
    void *state;
    const struct qs_host *host;
};

/* The one symbol that a strategy's .so exports. Pure: the same pointer to the same constant data at
 * every call. */
const struct qs_strategy *qs_schema(void);

#ifdef __cplusplus
}
#endif
#endif
