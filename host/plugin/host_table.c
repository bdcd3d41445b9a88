/*
 * The host's functions as a plugin sees them. They copy what they are given and check its form;
 * they decide nothing. A pointer that a plugin hands over may be wild: then it is the worker that
 * dies.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "core/reason.h"
#include "plugin/instance_state.h"

static struct instance *instance_of(struct qs_ctx *c) { return (struct instance *)(void *)c; }

struct intent *instance_intent(struct instance *in, int32_t kind) {
    struct intent *items = (struct intent *)(uintptr_t)in->batch.items;
    if (in->batch.count == in->intent_cap) {
        in->intent_cap = in->intent_cap ? in->intent_cap * 2 : 32;
        items = mem_realloc_array(items, in->intent_cap, sizeof *items);
        in->batch.items = items;
    }
    struct intent *x = &items[in->batch.count++];
    memset(x, 0, sizeof *x);
    x->kind = kind;
    return x;
}

/* Copy at most max bytes of text into the batch; false (and what fits) when it is longer or not
 * UTF-8. */
static bool keep_text(struct instance *in, const char *text, size_t max, uint32_t *ret_at,
                      uint32_t *ret_len) {
    size_t len = text ? strnlen(text, max + 1) : 0, bad = 0;
    bool whole = len <= max;
    if (!whole)
        len = max;
    if (!str_is_utf8(text ? text : "", len, &bad)) {
        len = bad;
        whole = false;
    }
    char *kept = (char *)(uintptr_t)in->batch.text;
    if (in->batch.text_len + len > in->text_cap) {
        in->text_cap = (in->batch.text_len + (uint32_t)len) * 2 + 256;
        kept = mem_realloc_array(kept, in->text_cap, 1);
        in->batch.text = kept;
    }
    if (text && len > 0)
        memcpy(kept + in->batch.text_len, text, len);
    *ret_at = in->batch.text_len;
    *ret_len = (uint32_t)len;
    in->batch.text_len += (uint32_t)len;
    return whole;
}

static bool may_intend(const struct instance *in) {
    return in->phase != PROGRESS_INIT && in->phase != PROGRESS_STOP &&
           in->phase != PROGRESS_DESTROY;
}

/* A new trading intent with its first reason; NULL when even its refusal is over the limit. */
static struct intent *trading_intent(struct instance *in, int32_t kind) {
    if (in->orders_in_callback > QS_INTENTS_MAX) {
        in->batch.dropped++;
        return NULL;
    }
    struct intent *x = instance_intent(in, kind);
    if (!may_intend(in))
        x->reason = REASON_WRONG_PHASE;
    else if (in->orders_in_callback == QS_INTENTS_MAX)
        x->reason = REASON_INTENT_LIMIT;
    in->orders_in_callback++;
    return x;
}

static int64_t host_order(struct qs_ctx *c, const struct qs_order_req *req) {
    struct instance *in = instance_of(c);
    int64_t number = ++in->next_number;
    struct intent *x = trading_intent(in, INTENT_ORDER);
    if (!x)
        return number;
    x->number = number;
    if (!req || req->struct_size < sizeof *req) {
        x->reason = x->reason ? x->reason : REASON_BAD_ORDER;
        return number;
    }
    x->feed = req->feed;
    x->side = req->side;
    x->type = req->type;
    x->tif = req->tif;
    x->flags = req->flags;
    x->size = req->size;
    x->limit_price = req->limit_price;
    x->stop_price = req->stop_price;
    if (!keep_text(in, req->tag, QS_TAG_MAX, &x->key_at, &x->key_len) && !x->reason)
        x->reason = REASON_BAD_TAG;
    return number;
}

static int64_t host_cancel(struct qs_ctx *c, int64_t order) {
    struct intent *x = trading_intent(instance_of(c), INTENT_CANCEL);
    if (x)
        x->number = order;
    return order;
}

static int64_t host_flatten(struct qs_ctx *c, int32_t feed) {
    struct instance *in = instance_of(c);
    int64_t number = ++in->next_number;
    struct intent *x = trading_intent(in, INTENT_FLATTEN);
    if (x) {
        x->number = number;
        x->feed = feed;
    }
    return number;
}

static int64_t host_target(struct qs_ctx *c, int32_t feed, const struct qs_size *size) {
    struct instance *in = instance_of(c);
    int64_t number = ++in->next_number;
    struct intent *x = trading_intent(in, INTENT_TARGET);
    if (x) {
        x->number = number;
        x->feed = feed;
        x->size = *size;
    }
    return number;
}

void instance_fault(struct instance *in, const struct err *err) {
    if (!in->faulted)
        in->fault = *err;
    in->faulted = true;
}

static int32_t host_indicator(struct qs_ctx *c, const struct qs_indicator_req *req) {
    struct instance *in = instance_of(c);
    struct err err = {0};
    int32_t line;
    if (in->phase != PROGRESS_INIT)
        line = err_set(&err, ERR_PLUGIN,
                       "an indicator was asked for outside of on_init (make all "
                       "of them there and keep the handles in locals)");
    else if (req->struct_size < sizeof *req)
        line = err_set(&err, ERR_PLUGIN,
                       "qs_indicator_req.struct_size: expected at least %zu, "
                       "found %u (rebuild with this SDK)",
                       sizeof *req, req->struct_size);
    else
        line = lines_add(&in->lines, req, in->spec.feed_count, &err);
    if (line < 0) {
        instance_fault(in, &err);
        return -1;
    }
    c->line_count = in->lines.count;
    return line;
}

/* Room for one more annotation in this post? */
static bool may_annotate(struct instance *in) {
    if (in->annotations_in_post >= ANNOTATIONS_MAX) {
        in->batch.dropped++;
        return false;
    }
    in->annotations_in_post++;
    return true;
}

static void host_log(struct qs_ctx *c, int32_t level, const char *text) {
    struct instance *in = instance_of(c);
    if (!may_annotate(in))
        return;
    struct intent *x = instance_intent(in, INTENT_LOG);
    x->level = level < QS_LOG_DEBUG ? QS_LOG_DEBUG : level > QS_LOG_ERROR ? QS_LOG_ERROR : level;
    keep_text(in, text, INTENT_TEXT_MAX, &x->text_at, &x->text_len);
}

static void host_note(struct qs_ctx *c, const char *key, const char *text) {
    struct instance *in = instance_of(c);
    if (!may_annotate(in))
        return;
    struct intent *x = instance_intent(in, INTENT_NOTE);
    keep_text(in, key, INTENT_KEY_MAX, &x->key_at, &x->key_len);
    keep_text(in, text, INTENT_TEXT_MAX, &x->text_at, &x->text_len);
}

static void host_plot(struct qs_ctx *c, const char *key, double value) {
    struct instance *in = instance_of(c);
    if (!isfinite(value)) {
        in->batch.dropped++;
        return;
    }
    if (!may_annotate(in))
        return;
    struct intent *x = instance_intent(in, INTENT_PLOT);
    x->value = value;
    keep_text(in, key, INTENT_KEY_MAX, &x->key_at, &x->key_len);
}

static const void *host_extension(struct qs_ctx *c, const char *id) {
    (void)c;
    (void)id;
    return NULL; /* ABI 0.1 has none */
}

const struct qs_host host_table = {
    .struct_size = sizeof(struct qs_host),
    .abi_major = QS_ABI_MAJOR,
    .abi_minor = QS_ABI_MINOR,
    .order = host_order,
    .cancel = host_cancel,
    .flatten = host_flatten,
    .target = host_target,
    .indicator = host_indicator,
    .log = host_log,
    .note = host_note,
    .plot = host_plot,
    .extension = host_extension,
};
