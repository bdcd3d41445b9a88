#include "harness_state.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

void test_make_view(struct qs_test *t) {
    size_t n = (size_t)t->feed_count;
    t->views = mem_zalloc(n, sizeof *t->views);
    t->positions = mem_zalloc(n, sizeof *t->positions);
    t->marks = mem_zalloc((size_t)t->symbol_count, sizeof *t->marks);
    for (int32_t i = 0; i < t->symbol_count; i++)
        t->marks[i].multiplier = t->symbols[i].multiplier;
    for (size_t i = 0; i < n; i++) {
        const struct test_feed *f = &t->feeds[i];
        const struct instrument *symbol = &t->symbols[f->symbol_id];
        t->views[i] = (struct qs_feed_view){.now = -1,
                                            .timeframe = f->timeframe,
                                            .symbol = f->symbol,
                                            .tick = decimal_to_f64(symbol->tick),
                                            .lot = decimal_to_f64(symbol->lot),
                                            .multiplier = symbol->multiplier};
        t->positions[i] = &t->ledger.positions[f->symbol_id].pub;
    }
    t->view = (struct qs_view){.feeds = t->views,
                               .positions = t->positions,
                               .account = &t->ledger.acct,
                               .silo = &t->ledger.acct,
                               .feed_count = (uint32_t)t->feed_count};
}

/* ---- one bar ---- */

static bool price_ok(double price) { return isfinite(price) && price > 0.0; }

static int check_bar(struct qs_test *t, qs_feed feed, const struct qs_bar *b) {
    const struct test_feed *f = &t->feeds[feed];
    if (!price_ok(b->open) || !price_ok(b->high) || !price_ok(b->low) || !price_ok(b->close))
        return test_refuse(t, "bar of feed %d: prices must be finite and above 0", feed);
    if (b->low > b->open || b->low > b->close || b->high < b->open || b->high < b->close)
        return test_refuse(t,
                           "bar of feed %d: open %g and close %g must lie between low %g and high "
                           "%g",
                           feed, b->open, b->close, b->low, b->high);
    if (!isfinite(b->volume) || b->volume < 0.0)
        return test_refuse(t, "bar of feed %d: volume must be finite and not negative", feed);
    if (b->close_time <= b->open_time)
        return test_refuse(t, "bar of feed %d: it must close after it opens", feed);
    if (f->bars.count > 0 && b->open_time <= f->bars.open_time[f->bars.count - 1])
        return test_refuse(t, "bar of feed %d: it must open after the bar before it", feed);
    if (t->number > 0 && b->close_time <= t->view.now)
        return test_refuse(t, "bar of feed %d: it must close after the last instant", feed);
    for (int32_t i = 0; i < t->feed_count; i++)
        if (t->feeds[i].has_put && t->feeds[i].put.close_time != b->close_time)
            return test_refuse(t, "bar of feed %d: it does not close when that of feed %d does",
                               feed, i);
    return 0;
}

int qs_test_put(struct qs_test *t, qs_feed feed, const struct qs_bar *bar) {
    if (test_running(t) < 0)
        return -1;
    if (feed < 0 || feed >= t->feed_count)
        return test_refuse(t, "put: feed %d is not bound (there are %d)", feed, t->feed_count);
    struct test_feed *f = &t->feeds[feed];
    struct qs_bar b = *bar;
    if (f->has_put)
        return test_refuse(t, "put: feed %d has its bar of this instant already", feed);
    if (b.open_time == 0 && b.close_time == 0) {
        b.open_time = f->bars.count > 0 ? f->bars.close_time[f->bars.count - 1] : QS_TEST_BEGIN;
        b.close_time = b.open_time + f->timeframe;
    }
    if (check_bar(t, feed, &b) < 0)
        return -1;
    f->put = b;
    f->has_put = true;
    return 0;
}

static void grow(struct test_feed *f) {
    struct test_columns *c = &f->columns;
    f->cap = f->cap ? f->cap * 2 : 256;
    size_t n = (size_t)f->cap;
    f->bars.open = c->open = mem_realloc_array(c->open, n, sizeof *c->open);
    f->bars.high = c->high = mem_realloc_array(c->high, n, sizeof *c->high);
    f->bars.low = c->low = mem_realloc_array(c->low, n, sizeof *c->low);
    f->bars.close = c->close = mem_realloc_array(c->close, n, sizeof *c->close);
    f->bars.volume = c->volume = mem_realloc_array(c->volume, n, sizeof *c->volume);
    f->bars.open_time = c->open_time = mem_realloc_array(c->open_time, n, sizeof *c->open_time);
    f->bars.close_time = c->close_time = mem_realloc_array(c->close_time, n, sizeof *c->close_time);
}

static void append(struct test_feed *f) {
    struct test_columns *c = &f->columns;
    if (f->bars.count == f->cap)
        grow(f);
    int64_t i = f->bars.count++;
    c->open[i] = f->put.open;
    c->high[i] = f->put.high;
    c->low[i] = f->put.low;
    c->close[i] = f->put.close;
    c->volume[i] = f->put.volume;
    c->open_time[i] = f->put.open_time;
    c->close_time[i] = f->put.close_time;
    f->has_put = false;
}

static void show_bars(struct qs_test *t, int32_t feed) {
    const struct bar_columns *b = &t->feeds[feed].bars;
    struct qs_feed_view *v = &t->views[feed];
    v->open = b->open;
    v->high = b->high;
    v->low = b->low;
    v->close = b->close;
    v->volume = b->volume;
    v->open_time = b->open_time;
    v->close_time = b->close_time;
    v->now = b->count - 1;
    v->depth = min_i64(b->count, t->history);
}

static void renew_mark(struct qs_test *t, const struct test_feed *f) {
    struct mark *m = &t->marks[f->symbol_id];
    m->bars = &f->bars;
    m->newest = f->bars.count - 1;
    m->instant = t->number;
}

/* ---- an instant ---- */

/* The bars that were put become visible; returns how many. */
static int32_t advance(struct qs_test *t) {
    int32_t count = 0;
    for (int32_t i = 0; i < t->feed_count; i++) {
        int32_t feed = t->call_order[i];
        if (!t->feeds[feed].has_put)
            continue;
        t->view.now = t->feeds[feed].put.close_time;
        append(&t->feeds[feed]);
        show_bars(t, feed);
        if (t->feeds[feed].is_execution)
            renew_mark(t, &t->feeds[feed]);
        t->closed[count++] = feed;
    }
    return count;
}

/* A fill between two bars is known when the second has closed. */
static void date_fills(struct qs_test *t) {
    for (uint32_t i = 0; i < t->event_count; i++)
        if (t->events[i].kind == EVENT_FILL)
            t->events[i].as.fill.ts_known = t->view.now;
}

int qs_test_step(struct qs_test *t) {
    bool any = false;
    if (test_running(t) < 0)
        return -1;
    for (int32_t i = 0; i < t->feed_count; i++)
        any = any || t->feeds[i].has_put;
    if (!any)
        return test_refuse(t, "step: no bar was put into this instant");
    t->view.bars = ++t->number;
    int32_t count = advance(t);
    ledger_mark(&t->ledger, t->marks, t->number);
    date_fills(t);
    struct strategy_port *port = instance_port(t->instance);
    struct strategy_post post = {.view = &t->view,
                                 .closed = t->closed,
                                 .closed_count = count,
                                 .event_count = t->event_count,
                                 .events = t->events};
    int r = port->post(port->self, &post, &t->err);
    t->event_count = 0;
    if (r < 0) {
        err_prepend(&t->err, "%s: ", t->descriptor->id);
        return test_break(t);
    }
    return test_collect(t);
}

int qs_test_bar(struct qs_test *t, double open, double high, double low, double close,
                double volume) {
    struct qs_bar bar = {.open = open, .high = high, .low = low, .close = close, .volume = volume};
    return qs_test_put(t, 0, &bar) < 0 ? -1 : qs_test_step(t);
}

int qs_test_close(struct qs_test *t, double close) {
    return qs_test_bar(t, close, close, close, close, 0.0);
}
