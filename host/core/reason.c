/* Tables of names: the reasons from core/reason.def, the rest by the numbers of quasar/types.h. */
#include "core/reason.h"

#include <stddef.h>

#include <quasar/types.h>

#include "base/check.h"
#include "core/order.h"

static const char *const names[REASON_COUNT] = {
#define REASON(code, id, name, words) [code] = name,
#include "core/reason.def"
#undef REASON
};

static const char *const sentences[REASON_COUNT] = {
#define REASON(code, id, name, words) [code] = words,
#include "core/reason.def"
#undef REASON
};

static const char *pick(const char *const *table, size_t count, int64_t index, const char *none) {
    if (index < 0 || (uint64_t)index >= count || table[index] == NULL)
        return none;
    return table[index];
}

const char *reason_name(int64_t code) { return pick(names, ARRAY_LEN(names), code, "unknown"); }

const char *reason_words(int64_t code) {
    return pick(sentences, ARRAY_LEN(sentences), code, "unknown");
}

const char *order_state_name(int64_t state) {
    static const char *const table[] = {
        [QS_ORDER_NEW] = "NEW",           [QS_ORDER_ACTIVE] = "ACTIVE",
        [QS_ORDER_PARTIAL] = "PARTIAL",   [QS_ORDER_FILLED] = "FILLED",
        [QS_ORDER_CANCELED] = "CANCELED", [QS_ORDER_EXPIRED] = "EXPIRED",
        [QS_ORDER_REJECTED] = "REJECTED",
    };
    return pick(table, ARRAY_LEN(table), state, "UNKNOWN");
}

const char *order_side_name(int64_t side) {
    static const char *const table[] = {[QS_BUY] = "buy", [QS_SELL] = "sell"};
    return pick(table, ARRAY_LEN(table), side, "unknown");
}

const char *order_type_name(int64_t type) {
    static const char *const table[] = {
        [QS_MARKET] = "market",
        [QS_LIMIT] = "limit",
        [QS_STOP] = "stop",
        [QS_STOP_LIMIT] = "stop_limit",
    };
    return pick(table, ARRAY_LEN(table), type, "unknown");
}

const char *order_tif_name(int64_t tif) {
    static const char *const table[] = {[QS_GTC] = "gtc", [QS_DAY] = "day", [QS_IOC] = "ioc"};
    return pick(table, ARRAY_LEN(table), tif, "unknown");
}

const char *fill_phase_name(int64_t phase) {
    static const char *const table[] = {
        [PHASE_OPEN] = "open",
        [PHASE_BAR] = "bar",
        [PHASE_CLOSE] = "close",
        [PHASE_END] = "end",
    };
    return pick(table, ARRAY_LEN(table), phase, "unknown");
}

const char *size_kind_name(int64_t kind) {
    static const char *const table[] = {
        [QS_SIZE_DEFAULT] = "default", [QS_SIZE_UNITS] = "units",
        [QS_SIZE_EQUITY] = "equity",   [QS_SIZE_BUYING_POWER] = "buying_power",
        [QS_SIZE_RISK] = "risk",       [QS_SIZE_MONEY] = "money",
    };
    return pick(table, ARRAY_LEN(table), kind, "unknown");
}

const char *log_level_name(int64_t level) {
    static const char *const table[] = {
        [QS_LOG_DEBUG] = "debug",
        [QS_LOG_INFO] = "info",
        [QS_LOG_WARN] = "warn",
        [QS_LOG_ERROR] = "error",
    };
    return pick(table, ARRAY_LEN(table), level, "unknown");
}
