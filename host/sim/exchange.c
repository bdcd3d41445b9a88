#include "sim/exchange.h"

#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/time.h"
#include "core/reason.h"
#include "sim/match.h"

static void unlink_order(struct exchange *x, struct order *o) {
    struct order_list *list = &x->lists[o->symbol];
    *(o->previous ? &o->previous->next : &list->first) = o->next;
    *(o->next ? &o->next->previous : &list->last) = o->previous;
    o->next = o->previous = NULL;
    x->open_count--;
}

/* The order will meet the symbol's next bar: its prices should be near by then. Nothing is read. */
static void expect_bar(const struct mark *m) {
    __builtin_prefetch(&m->bars->open[m->newest + 1]);
    __builtin_prefetch(&m->bars->open_time[m->newest + 1]);
    __builtin_prefetch(&m->bars->high[m->newest + 1]);
    __builtin_prefetch(&m->bars->low[m->newest + 1]);
    __builtin_prefetch(&m->bars->volume[m->newest + 1]);
}

static void submit(void *self, struct order *o) {
    struct exchange *x = self;
    struct order_list *list = &x->lists[o->symbol];
    CHECK(!list->last || list->last->id < o->id);
    o->previous = list->last;
    o->next = NULL;
    *(list->last ? &list->last->next : &list->first) = o;
    list->last = o;
    x->open_count++;
    expect_bar(&x->marks[o->symbol]);
}

static void cancel(void *self, struct order *o) { unlink_order(self, o); }

enum { CLASS_STOP = 0, CLASS_LIMIT = 1, CLASS_MARKET = 2 };

/* Stops before limits before market orders; a triggered stop-limit is a limit. */
static int32_t class_of(const struct order *o) {
    if (o->type == QS_MARKET)
        return CLASS_MARKET;
    return o->type == QS_LIMIT || o->triggered ? CLASS_LIMIT : CLASS_STOP;
}

static void offer(struct exchange *x, struct order *o, const struct match *m, int32_t phase,
                  int64_t ts_event, int64_t ts_known) {
    x->sink.execute(x->sink.self, &(struct execution){.order = o,
                                                      .raw = m->raw,
                                                      .cap = m->cap,
                                                      .takes = m->takes,
                                                      .phase = phase,
                                                      .ts_event = ts_event,
                                                      .ts_known = ts_known});
    if (!order_is_open(o))
        unlink_order(x, o);
}

static void end(struct exchange *x, struct order *o, int32_t state, int32_t reason, int64_t time) {
    unlink_order(x, o);
    x->sink.end(x->sink.self, o, state, reason, time);
}

/* With close_to_close booked on the next bar, a market order gets the close it was decided on. */
static bool fills_at_signal_close(const struct settings *s, const struct order *o) {
    return s->fill_model == FILL_CLOSE_TO_CLOSE && s->close_fill_booking == CLOSE_FILL_NEXT_BAR &&
           o->type == QS_MARKET;
}

static void offer_open(struct exchange *x, const struct due *d, int64_t now) {
    struct order *o = d->order;
    const struct mark *m = &x->marks[o->symbol];
    struct match_bar bar = {mark_open(m), mark_high(m), mark_low(m), mark_close(m)};
    struct match found = match_open(x->settings, o, &bar, !o->met);
    int32_t phase = PHASE_OPEN;
    int64_t time = mark_open_time(m);
    o->met = true;
    if (found.triggers) {
        o->triggered = true;
        o->triggered_inside = INT64_MIN; /* at the open: the whole bar is left */
    }
    if (fills_at_signal_close(x->settings, o)) {
        found.raw = o->reference;
        if (x->settings->close_fill_stamp == STAMP_SIGNAL) {
            phase = PHASE_CLOSE;
            time = o->reference_time;
        }
    }
    if (found.fills)
        offer(x, o, &found, phase, time, now);
    else if (o->tif == QS_IOC)
        end(x, o, QS_ORDER_CANCELED, REASON_IOC_UNFILLED, mark_open_time(m));
}

static bool comes_before(const struct due *a, const struct due *b) {
    if (a->open_time != b->open_time)
        return a->open_time < b->open_time;
    if (a->class != b->class)
        return a->class < b->class;
    return a->order->id < b->order->id;
}

/* Shell sort: the keys are unique, and a few orders are the rule. */
static void sort_due(struct due *due, int32_t count) {
    int32_t gap = 1;
    while (gap < count / 3)
        gap = gap * 3 + 1;
    for (; gap > 0; gap /= 3)
        for (int32_t i = gap; i < count; i++) {
            struct due d = due[i];
            int32_t k = i;
            for (; k >= gap && comes_before(&d, &due[k - gap]); k -= gap)
                due[k] = due[k - gap];
            due[k] = d;
        }
}

static void push_due(struct exchange *x, struct order *o, int64_t open_time) {
    if (x->due_count == x->due_cap) {
        x->due_cap *= 2;
        x->due = mem_realloc_array(x->due, (size_t)x->due_cap, sizeof *x->due);
    }
    x->due[x->due_count++] =
        (struct due){open_time, x->settings->priority == PRIORITY_FIFO ? 0 : class_of(o), o};
}

/* The symbol with orders whose execution feed this is, or -1. */
static int32_t waiting_symbol(const struct exchange *x, const struct feed *feed) {
    return feed->is_execution && x->lists[feed->symbol_id].first ? feed->symbol_id : -1;
}

/* Whether the symbol's newest bar fills orders: one without volume does as zero_volume says. */
static bool bar_fills(const struct exchange *x, int32_t symbol) {
    return x->settings->zero_volume == ZERO_VOLUME_FILL || mark_trades(&x->marks[symbol]);
}

/* DAY orders of an earlier day expire before they see the bar. */
static bool outlived(struct exchange *x, struct order *o, int64_t open_time) {
    if (o->tif != QS_DAY || !o->has_day || time_day_floor(open_time) <= o->day)
        return false;
    end(x, o, QS_ORDER_EXPIRED, REASON_DAY_EXPIRED, o->day + TIME_DAY);
    return true;
}

static void gather_due(struct exchange *x, const struct instant *now) {
    x->due_count = 0;
    for (int32_t i = 0; i < now->feed_count; i++) {
        int32_t symbol = waiting_symbol(x, &x->feeds[now->feeds[i]]);
        if (symbol < 0)
            continue;
        const struct mark *m = &x->marks[symbol];
        for (struct order *o = x->lists[symbol].first, *next; o; o = next) {
            next = o->next;
            if (outlived(x, o, mark_open_time(m)) || !bar_fills(x, symbol))
                continue;
            o->day = o->has_day ? o->day : time_day_floor(mark_open_time(m));
            o->has_day = true;
            push_due(x, o, mark_open_time(m));
        }
    }
    sort_due(x->due, x->due_count);
}

/* One pass over a symbol's orders inside its bar: those of one class, or all with class -1. An
 * order that triggers here rests until the next bar. */
static void pass_inside(struct exchange *x, int32_t symbol, int32_t class, int64_t now) {
    const struct mark *m = &x->marks[symbol];
    struct match_bar bar = {mark_open(m), mark_high(m), mark_low(m), mark_close(m)};
    for (struct order *o = x->lists[symbol].first, *next; o; o = next) {
        next = o->next;
        if (o->type == QS_MARKET || (class >= 0 && class_of(o) != class) ||
            (o->triggered && o->triggered_inside == now))
            continue;
        struct match found = match_inside(x->settings, o, &bar);
        if (found.triggers) {
            o->triggered = true;
            o->triggered_inside = now;
        }
        if (found.fills)
            offer(x, o, &found, PHASE_BAR, mark_close_time(m), now);
    }
}

static void expire_after(struct exchange *x, int32_t symbol) {
    int64_t close_time = mark_close_time(&x->marks[symbol]);
    for (struct order *o = x->lists[symbol].first, *next; o; o = next) {
        next = o->next;
        if (o->tif == QS_DAY && o->has_day && close_time >= o->day + TIME_DAY)
            end(x, o, QS_ORDER_EXPIRED, REASON_DAY_EXPIRED, o->day + TIME_DAY);
    }
}

static void meet_inside(struct exchange *x, int32_t symbol, int64_t now) {
    if (x->settings->priority == PRIORITY_FIFO) {
        pass_inside(x, symbol, -1, now);
    } else {
        pass_inside(x, symbol, CLASS_STOP, now);
        pass_inside(x, symbol, CLASS_LIMIT, now);
    }
}

static void meet(void *self, const struct instant *now) {
    struct exchange *x = self;
    gather_due(x, now);
    for (int32_t i = 0; i < x->due_count; i++)
        offer_open(x, &x->due[i], now->time);
    for (int32_t i = 0; i < now->feed_count; i++) {
        int32_t symbol = waiting_symbol(x, &x->feeds[now->feeds[i]]);
        if (symbol < 0)
            continue;
        if (bar_fills(x, symbol))
            meet_inside(x, symbol, now->time);
        expire_after(x, symbol);
    }
}

static void meet_close(void *self, const struct instant *now) {
    struct exchange *x = self;
    x->due_count = 0;
    for (int32_t i = 0; i < now->feed_count; i++) {
        int32_t symbol = waiting_symbol(x, &x->feeds[now->feeds[i]]);
        if (symbol < 0 || !bar_fills(x, symbol))
            continue;
        for (struct order *o = x->lists[symbol].first; o; o = o->next)
            if (o->type == QS_MARKET && o->accepted == now->time)
                push_due(x, o, 0);
    }
    sort_due(x->due, x->due_count);
    for (int32_t i = 0; i < x->due_count; i++) {
        struct order *o = x->due[i].order;
        struct match found = {
            .fills = true, .takes = true, .raw = mark_close(&x->marks[o->symbol])};
        o->met = true;
        offer(x, o, &found, PHASE_CLOSE, now->time, now->time);
    }
}

static void each_open(void *self, void (*each)(void *user, struct order *order), void *user) {
    struct exchange *x = self;
    x->due_count = 0;
    for (int32_t symbol = 0; symbol < x->symbol_count; symbol++)
        for (struct order *o = x->lists[symbol].first; o; o = o->next) {
            push_due(x, o, 0);
            x->due[x->due_count - 1].class = 0;
        }
    sort_due(x->due, x->due_count);
    for (int32_t i = 0; i < x->due_count; i++) {
        struct order *o = x->due[i].order;
        unlink_order(x, o);
        each(user, o);
    }
}

void exchange_init(struct exchange *x, const struct settings *settings, const struct feed *feeds,
                   struct mark *marks, int32_t symbol_count, struct broker_sink sink) {
    *x = (struct exchange){.sink = sink,
                           .settings = settings,
                           .feeds = feeds,
                           .marks = marks,
                           .symbol_count = symbol_count};
    x->lists = mem_zalloc((size_t)symbol_count, sizeof *x->lists);
    x->due_cap = 64;
    x->due = mem_zalloc((size_t)x->due_cap, sizeof *x->due);
    x->port = (struct broker_port){.self = x,
                                   .submit = submit,
                                   .cancel = cancel,
                                   .meet = meet,
                                   .meet_close = meet_close,
                                   .each_open = each_open};
}

void exchange_fini(struct exchange *x) {
    mem_free(x->lists);
    mem_free(x->due);
    memset(x, 0, sizeof *x);
}
