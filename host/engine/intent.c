/* Names of what can be wished. */
#include "engine/intent.h"

const char *intent_kind_name(int64_t kind) {
    switch (kind) {
    case INTENT_ORDER:
        return "order";
    case INTENT_CANCEL:
        return "cancel";
    case INTENT_FLATTEN:
        return "flatten";
    case INTENT_TARGET:
        return "target";
    default:
        return "unknown";
    }
}
