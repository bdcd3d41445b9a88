#include "harness_state.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

int qs_test_intent_count(const struct qs_test *t) { return (int)t->intent_count; }

const struct qs_seen_intent *qs_test_intent(const struct qs_test *t, int index) {
    return index >= 0 && (uint32_t)index < t->intent_count ? &t->intents[index] : NULL;
}

const struct qs_ctx *qs_test_ctx(struct qs_test *t) {
    if (!t->instance && test_running(t) < 0)
        return NULL;
    return instance_ctx(t->instance);
}

int qs_test_annotation_count(const struct qs_test *t) { return (int)t->annotation_count; }

const struct qs_seen_annotation *qs_test_annotation(const struct qs_test *t, int index) {
    return index >= 0 && (uint32_t)index < t->annotation_count ? &t->annotations[index] : NULL;
}

int qs_test_logged(const struct qs_test *t, const char *part) {
    for (uint32_t i = 0; i < t->annotation_count; i++)
        if (t->annotations[i].kind == QS_TEST_LOG && strstr(t->annotations[i].text, part))
            return 1;
    return 0;
}

static const struct qs_seen_annotation *last_of(const struct qs_test *t, int32_t kind,
                                                const char *key) {
    for (uint32_t i = t->annotation_count; i-- > 0;)
        if (t->annotations[i].kind == kind && str_eq(t->annotations[i].key, key))
            return &t->annotations[i];
    return NULL;
}

const char *qs_test_note(const struct qs_test *t, const char *key) {
    const struct qs_seen_annotation *a = last_of(t, QS_TEST_NOTE, key);
    return a ? a->text : NULL;
}

double qs_test_plot(const struct qs_test *t, const char *key) {
    const struct qs_seen_annotation *a = last_of(t, QS_TEST_PLOT, key);
    return a ? a->value : (double)NAN;
}

double qs_test_variable(struct qs_test *t, const char *name) {
    const char *found;
    double value;
    if (!t->instance && test_running(t) < 0)
        return (double)NAN;
    struct strategy_port *port = instance_port(t->instance);
    for (int32_t i = 0; port->variable(port->self, i, &found, &value); i++)
        if (str_eq(found, name))
            return value;
    test_refuse(t, "variable %s: strategy %s declares none of that name", name ? name : "(null)",
                t->descriptor->id);
    return (double)NAN;
}
