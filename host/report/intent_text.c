/* The fields are said one after the other; what a kind has no use for comes at the end, if set. */
#include "report/intent_text.h"

#include <ctype.h>
#include <inttypes.h>

#include <quasar/types.h>

#include "core/reason.h"
#include "engine/intent.h"

static void say_f64(struct str *str, const char *before, double value) {
    str_append(str, before);
    str_append_f64(str, value);
}

/* A name out of `count` that begin at `first`; else the word and the number. */
static void say_name(struct str *str, int64_t value, int64_t first, int64_t last, const char *name,
                     const char *word) {
    if (value >= first && value <= last)
        str_append(str, name);
    else
        str_appendf(str, "%s %" PRId64, word, value);
}

static void say_side(struct str *str, int64_t side) {
    say_name(str, side, QS_BUY, QS_SELL, order_side_name(side), "side");
}

static void say_size(struct str *str, const struct j_intent *r) {
    switch (r->size_kind) {
    case QS_SIZE_DEFAULT:
        str_append(str, "default size");
        if (r->size_value != 0.0)
            say_f64(str, " with unused value ", r->size_value);
        break;
    case QS_SIZE_UNITS:
        str_append_f64(str, r->size_value);
        break;
    case QS_SIZE_EQUITY:
        str_append_f64(str, r->size_value);
        str_append(str, " of equity");
        break;
    case QS_SIZE_BUYING_POWER:
        str_append_f64(str, r->size_value);
        str_append(str, " of buying power");
        break;
    case QS_SIZE_RISK:
        str_append_f64(str, r->size_value);
        say_f64(str, " of equity at risk over ", r->stop_distance);
        return;
    case QS_SIZE_MONEY:
        str_append_f64(str, r->size_value);
        str_append(str, " of money");
        break;
    default:
        str_append_f64(str, r->size_value);
        str_appendf(str, " of size kind %" PRId64, r->size_kind);
        break;
    }
    if (r->stop_distance != 0.0)
        say_f64(str, " with stop distance ", r->stop_distance);
}

static void say_type(struct str *str, int64_t type) {
    say_name(str, type, QS_MARKET, QS_STOP_LIMIT, order_type_name(type), "type");
}

static void say_tif(struct str *str, int64_t tif) {
    if (tif < QS_GTC || tif > QS_IOC) {
        str_appendf(str, "time in force %" PRId64, tif);
        return;
    }
    for (const char *at = order_tif_name(tif); *at != '\0'; at++)
        str_append_char(str, (char)toupper(*at));
}

static void say_flags(struct str *str, int64_t flags) {
    if ((flags & QS_REDUCE_ONLY) != 0)
        str_append(str, " reduce only");
    if ((flags & ~(int64_t)QS_REDUCE_ONLY) != 0)
        str_appendf(str, " unknown flags %#" PRIx64, (uint64_t)flags & ~(uint64_t)QS_REDUCE_ONLY);
}

static void say_unused_prices(struct str *str, const struct j_intent *r, bool has_limit,
                              bool has_stop) {
    if (!has_limit && r->limit_price != 0.0)
        say_f64(str, ", unused limit ", r->limit_price);
    if (!has_stop && r->stop_price != 0.0)
        say_f64(str, ", unused stop ", r->stop_price);
}

static void say_order(struct str *str, const struct j_intent *r, const char *symbol) {
    bool has_limit = r->type == QS_LIMIT || r->type == QS_STOP_LIMIT;
    bool has_stop = r->type == QS_STOP || r->type == QS_STOP_LIMIT;
    say_side(str, r->side);
    str_append_char(str, ' ');
    say_size(str, r);
    str_appendf(str, " %s ", symbol);
    if (has_stop)
        say_f64(str, "stop ", r->stop_price);
    if (has_limit)
        say_f64(str, has_stop ? " limit " : "limit ", r->limit_price);
    if (!has_stop && !has_limit)
        say_type(str, r->type);
    if (r->type != QS_MARKET || r->tif != QS_GTC) {
        str_append_char(str, ' ');
        say_tif(str, r->tif);
    }
    say_flags(str, r->flags);
    say_unused_prices(str, r, has_limit, has_stop);
}

/* Of kinds that have no form of their own: fields that are set all the same. */
static void say_unused_form(struct str *str, const struct j_intent *r, bool has_size) {
    if (!has_size && (r->size_kind != 0 || r->size_value != 0.0 || r->stop_distance != 0.0)) {
        str_append(str, ", unused size ");
        say_size(str, r);
    }
    if (r->side != 0) {
        str_append(str, ", unused ");
        say_side(str, r->side);
    }
    if (r->type != 0) {
        str_append(str, ", unused ");
        say_type(str, r->type);
    }
    if (r->tif != QS_GTC) {
        str_append(str, ", unused ");
        say_tif(str, r->tif);
    }
    if (r->flags != 0) {
        str_append(str, ", unused");
        say_flags(str, r->flags);
    }
    say_unused_prices(str, r, false, false);
}

void intent_text(const struct j_intent *r, const char *symbol, struct str *str) {
    const char *name = symbol != NULL ? symbol : "(no symbol)";
    switch (r->kind) {
    case INTENT_ORDER:
        say_order(str, r, name);
        return;
    case INTENT_CANCEL:
        str_appendf(str, "cancel order %" PRId64, r->number);
        if (symbol != NULL)
            str_appendf(str, " %s", symbol);
        break;
    case INTENT_FLATTEN:
        str_appendf(str, "flatten %s", name);
        break;
    case INTENT_TARGET:
        str_append(str, "target ");
        say_size(str, r);
        str_appendf(str, " %s", name);
        break;
    default:
        str_appendf(str, "kind %" PRId64 " %s", r->kind, name);
        break;
    }
    say_unused_form(str, r, r->kind == INTENT_TARGET);
}
