/* Inputs are checked as the host checks params: kind, range, step; nothing is rounded to fit. */
#include "harness_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define STEP_SLACK 1e-6 /* of a step: 0.3 is no whole number of 0.1 in doubles */

/* ---- inputs ---- */

static const struct descriptor_input *find_input(struct qs_test *t, const char *name, int32_t type,
                                                 const char *call) {
    const struct descriptor *d = t->descriptor;
    if (test_before_start(t, call) < 0)
        return NULL;
    const struct descriptor_input *in = descriptor_find_input(d, name ? name : "");
    if (!in) {
        test_refuse(t, "%s: strategy %s has no input %s", call, d->id, name ? name : "(null)");
        return NULL;
    }
    if (in->type != type) {
        test_refuse(t, "%s: input %s is of type %s", call, name, descriptor_type_name(in->type));
        return NULL;
    }
    return in;
}

int qs_test_set_int(struct qs_test *t, const char *input, int64_t value) {
    const struct descriptor_input *in = find_input(t, input, QS_INPUT_INT, "set_int");
    if (!in)
        return -1;
    if (value < in->i_min || value > in->i_max)
        return test_refuse(t, "input %s: expected %lld to %lld, found %lld", input,
                           (long long)in->i_min, (long long)in->i_max, (long long)value);
    if (in->i_step > 1 && ((uint64_t)value - (uint64_t)in->i_min) % (uint64_t)in->i_step != 0)
        return test_refuse(t, "input %s: expected %lld plus a multiple of %lld, found %lld", input,
                           (long long)in->i_min, (long long)in->i_step, (long long)value);
    memcpy(t->params + in->offset, &value, sizeof value);
    return 0;
}

int qs_test_set_float(struct qs_test *t, const char *input, double value) {
    const struct descriptor_input *in = find_input(t, input, QS_INPUT_FLOAT, "set_float");
    if (!in)
        return -1;
    if (!(value >= in->f_min && value <= in->f_max))
        return test_refuse(t, "input %s: expected %g to %g, found %g", input, in->f_min, in->f_max,
                           value);
    double steps = in->f_step > 0.0 ? (value - in->f_min) / in->f_step : 0.0;
    if (fabs(steps - nearbyint(steps)) > STEP_SLACK)
        return test_refuse(t, "input %s: expected %g plus a multiple of %g, found %g", input,
                           in->f_min, in->f_step, value);
    memcpy(t->params + in->offset, &value, sizeof value);
    return 0;
}

int qs_test_set_bool(struct qs_test *t, const char *input, int on) {
    const struct descriptor_input *in = find_input(t, input, QS_INPUT_BOOL, "set_bool");
    int32_t value = on;
    if (!in)
        return -1;
    if (on != 0 && on != 1)
        return test_refuse(t, "input %s: expected 0 or 1, found %d", input, on);
    memcpy(t->params + in->offset, &value, sizeof value);
    return 0;
}

int qs_test_set_select(struct qs_test *t, const char *input, const char *option) {
    const struct descriptor_input *in = find_input(t, input, QS_INPUT_SELECT, "set_select");
    if (!in)
        return -1;
    for (uint32_t i = 0; i < in->option_count; i++) {
        if (!str_eq(descriptor_option(t->descriptor, in, i), option))
            continue;
        int32_t value = (int32_t)i;
        memcpy(t->params + in->offset, &value, sizeof value);
        return 0;
    }
    return test_refuse(t, "input %s: it has no option %s (the first one is %s)", input,
                       option ? option : "(null)", descriptor_option(t->descriptor, in, 0));
}

/* ---- feeds ---- */

static int32_t symbol_of(struct qs_test *t, const char *name) {
    for (int32_t i = 0; i < t->symbol_count; i++)
        if (strcmp(t->symbols[i].symbol, name) == 0)
            return i;
    if (t->symbol_count == t->symbol_cap) {
        t->symbol_cap = t->symbol_cap ? t->symbol_cap * 2 : 4;
        t->symbols = mem_realloc_array(t->symbols, (size_t)t->symbol_cap, sizeof *t->symbols);
    }
    struct instrument *symbol = &t->symbols[t->symbol_count];
    *symbol = (struct instrument){.multiplier = 1.0};
    (void)str_copy_fixed(symbol->symbol, sizeof symbol->symbol, name);
    return t->symbol_count++;
}

qs_feed qs_test_add_feed(struct qs_test *t, const char *symbol, int64_t timeframe) {
    if (test_before_start(t, "add_feed") < 0)
        return -1;
    if (!symbol || !symbol[0] || strlen(symbol) >= SYMBOL_MAX)
        return test_refuse(t, "add_feed: expected a symbol of 1 to %d bytes", SYMBOL_MAX - 1);
    if (timeframe <= 0)
        return test_refuse(t, "add_feed: %s: expected a timeframe above 0 ns, found %lld", symbol,
                           (long long)timeframe);
    for (int32_t i = 0; i < t->feed_count; i++)
        if (strcmp(t->feeds[i].symbol, symbol) == 0 && t->feeds[i].timeframe == timeframe)
            return test_refuse(t, "add_feed: %s at that timeframe is feed %d already", symbol, i);
    if (t->feed_count == QS_FEEDS_MAX)
        return test_refuse(t, "add_feed: more than %d feeds", QS_FEEDS_MAX);
    if (t->feed_count == t->feed_cap) {
        t->feed_cap = t->feed_cap ? t->feed_cap * 2 : 4;
        t->feeds = mem_realloc_array(t->feeds, (size_t)t->feed_cap, sizeof *t->feeds);
    }
    struct test_feed *f = &t->feeds[t->feed_count];
    *f = (struct test_feed){.timeframe = timeframe, .symbol_id = symbol_of(t, symbol)};
    (void)str_copy_fixed(f->symbol, sizeof f->symbol, symbol);
    return t->feed_count++;
}

static bool step_of(double value, struct decimal *ret) {
    char text[STR_F64_MAX];
    str_format_f64(text, sizeof text, value);
    return value >= 0.0 && isfinite(value) && decimal_parse(text, ret);
}

int qs_test_instrument(struct qs_test *t, qs_feed feed, double tick, double lot,
                       double multiplier) {
    struct decimal tick_step, lot_step;
    if (test_before_start(t, "instrument") < 0)
        return -1;
    if (feed < 0 || feed >= t->feed_count)
        return test_refuse(t, "instrument: there is no feed %d (add it first)", feed);
    if (!step_of(tick, &tick_step) || !step_of(lot, &lot_step))
        return test_refuse(t, "instrument: expected a tick and a lot of 0 or more, found %g and %g",
                           tick, lot);
    if (!(multiplier > 0.0) || !isfinite(multiplier))
        return test_refuse(t, "instrument: expected a multiplier above 0, found %g", multiplier);
    struct instrument *symbol = &t->symbols[t->feeds[feed].symbol_id];
    symbol->tick = tick_step;
    symbol->lot = lot_step;
    symbol->multiplier = multiplier;
    return 0;
}

static void add_default_feeds(struct qs_test *t, int32_t count) {
    char name[SYMBOL_MAX] = "TEST";
    for (int32_t i = 0; i < count; i++) {
        if (i > 0)
            snprintf(name, sizeof name, "TEST%d", i);
        (void)qs_test_add_feed(t, name, QS_TEST_DAY);
    }
}

static bool earlier(const struct test_feed *a, const struct test_feed *b) {
    if (a->timeframe != b->timeframe)
        return a->timeframe < b->timeframe;
    return strcmp(a->symbol, b->symbol) < 0;
}

/* By insertion: a test has few feeds. */
static void sort_feeds(struct qs_test *t) {
    t->call_order = mem_zalloc((size_t)t->feed_count, sizeof *t->call_order);
    t->closed = mem_zalloc((size_t)t->feed_count, sizeof *t->closed);
    for (int32_t i = 0; i < t->feed_count; i++) {
        int32_t at = i;
        for (; at > 0 && earlier(&t->feeds[i], &t->feeds[t->call_order[at - 1]]); at--)
            t->call_order[at] = t->call_order[at - 1];
        t->call_order[at] = i;
    }
    bool *seen = mem_zalloc((size_t)t->symbol_count, sizeof *seen);
    for (int32_t i = 0; i < t->feed_count; i++) {
        struct test_feed *f = &t->feeds[t->call_order[i]];
        f->is_execution = !seen[f->symbol_id];
        seen[f->symbol_id] = true;
    }
    mem_free(seen);
}

int test_bind_feeds(struct qs_test *t) {
    const struct descriptor *d = t->descriptor;
    uint32_t least, most;
    int32_t number = 0, roles = (int32_t)d->symbol_count;
    descriptor_universe(d, &least, &most);
    if (t->feed_count == 0)
        add_default_feeds(t, (int32_t)max_i64(roles + (int64_t)least, 1));
    int32_t rest = t->feed_count - roles;
    if (rest < 0 || (uint32_t)rest < least || (uint32_t)rest > most)
        return test_refuse(t,
                           "strategy %s takes %d feeds for its symbol inputs and %u to %u beside "
                           "them, found %d in all (qs_test_add_feed)",
                           d->id, roles, least, most, t->feed_count);
    for (uint32_t i = 0; i < d->input_count; i++) {
        if (d->inputs[i].type != QS_INPUT_SYMBOL)
            continue;
        memcpy(t->params + d->inputs[i].offset, &number, sizeof number);
        number++;
    }
    sort_feeds(t);
    return 0;
}

/* ---- settings ---- */

struct choice {
    const char *key;
    size_t offset;
    const char *words[5];
};

static const struct choice choices[] = {
    {"ema_seed", offsetof(struct settings, ema_seed), {"sma", "first"}},
    {"cross", offsetof(struct settings, cross), {"not_above", "strict", "last_nonzero"}},
    {"first_call", offsetof(struct settings, first_call), {"ready", "after_ready"}},
    {"account", offsetof(struct settings, account), {"margin", "cash"}},
    {"trades", offsetof(struct settings, trades), {"fifo", "lifo", "flat"}},
    {"sizing.type",
     offsetof(struct settings, sizing_type),
     {"percent_equity", "fixed", "risk", "money"}},
};

struct number {
    const char *key;
    size_t offset;
    double min, max;
};

static const struct number numbers[] = {
    {"initial_cash", offsetof(struct settings, initial_cash), 1e-9, 1e15},
    {"leverage", offsetof(struct settings, leverage), 0.01, 1000.0},
    {"sizing.value", offsetof(struct settings, sizing_value), 0.0, 1e12},
};

static int set_choice(struct qs_test *t, const struct choice *c, const char *value) {
    for (int32_t i = 0; c->words[i]; i++) {
        if (strcmp(c->words[i], value) != 0)
            continue;
        memcpy((char *)&t->settings + c->offset, &i, sizeof i);
        return 0;
    }
    return test_refuse(t, "setting %s: it cannot be %s (it can be %s or %s)", c->key, value,
                       c->words[0], c->words[1]);
}

int qs_test_setting(struct qs_test *t, const char *key, const char *value) {
    double x;
    int64_t whole;
    if (test_before_start(t, "setting") < 0)
        return -1;
    if (!key || !value)
        return test_refuse(t, "setting: expected a key and a value, found NULL");
    for (size_t i = 0; i < ARRAY_LEN(choices); i++)
        if (strcmp(choices[i].key, key) == 0)
            return set_choice(t, &choices[i], value);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (strcmp(numbers[i].key, key) != 0)
            continue;
        if (!str_parse_f64(value, &x) || x < numbers[i].min || x > numbers[i].max)
            return test_refuse(t, "setting %s: expected a number from %g to %g, found %s", key,
                               numbers[i].min, numbers[i].max, value);
        memcpy((char *)&t->settings + numbers[i].offset, &x, sizeof x);
        return 0;
    }
    if (strcmp(key, "warmup_steps") != 0)
        return test_refuse(t, "setting %s: the harness has none of that name", key);
    if (!str_parse_i64(value, &whole) || whole < 0 || whole > 100000000)
        return test_refuse(t, "setting %s: expected 0 to 100000000 bars, found %s", key, value);
    t->settings.warmup_steps = whole;
    return 0;
}
