/*
 * Orders come from a free list; a strategy's open orders are an array in id order, which makes
 * finding one a binary search and showing them a copy.
 */
#include "engine/oms.h"

#include <string.h>

#include "base/mem.h"

#define ORDER_CHUNK 64

static void grow_pool(struct engine *e) {
    struct order *chunk = mem_zalloc(ORDER_CHUNK, sizeof *chunk);
    /* chunk[0] only links the chunks, for engine_fini */
    chunk[0].next = e->order_chunks;
    e->order_chunks = chunk;
    for (int i = 1; i < ORDER_CHUNK; i++) {
        chunk[i].next = e->free_orders;
        e->free_orders = &chunk[i];
    }
}

static struct strategy_event *reserve_events(struct strategy *s, uint32_t cap) {
    struct strategy_event *events = (struct strategy_event *)(uintptr_t)s->post.events;
    events = mem_realloc_array(events, cap, sizeof *events);
    s->post.events = events;
    s->event_cap = cap;
    return events;
}

void oms_reserve(struct engine *e) {
    grow_pool(e);
    for (int32_t i = 0; i < e->strategy_count; i++)
        (void)reserve_events(&e->strategies[i], 64);
}

struct order *oms_new(struct engine *e) {
    if (!e->free_orders)
        grow_pool(e);
    struct order *o = e->free_orders;
    e->free_orders = o->next;
    memset(o, 0, sizeof *o);
    o->id = ++e->next_order;
    return o;
}

struct strategy_event *oms_event(struct strategy *s, int32_t kind) {
    struct strategy_event *events = (struct strategy_event *)(uintptr_t)s->post.events;
    if (s->post.event_count == s->event_cap)
        events = reserve_events(s, s->event_cap ? s->event_cap * 2 : 64);
    struct strategy_event *event = &events[s->post.event_count++];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    return event;
}

static void tell_state(struct strategy *s, const struct order *o, int32_t reason, int64_t time) {
    if (!oms_is_heard(s, EVENT_ORDER))
        return;
    struct strategy_event *event = oms_event(s, EVENT_ORDER);
    event->as.order = (struct qs_order_event){
        .order = o->number, .time = time, .feed = o->feed, .state = o->state, .reason = reason};
}

void oms_announce(struct engine *e, struct order *o) {
    o->state = QS_ORDER_NEW;
    o->accepted = e->time;
    e->counts.orders++;
    journal_put_order(e->journal, &(struct j_order){.time = e->time,
                                                    .id = o->id,
                                                    .strategy = o->strategy,
                                                    .number = o->number,
                                                    .symbol = o->symbol,
                                                    .side = o->side,
                                                    .type = o->type,
                                                    .tif = o->tif,
                                                    .flags = o->flags,
                                                    .quantity = o->quantity,
                                                    .limit_price = o->limit_price,
                                                    .stop_price = o->stop_price,
                                                    .reference = o->reference,
                                                    .tag = o->tag});
    oms_set_state(e, o, QS_ORDER_NEW, REASON_NONE, e->time, 0.0, 0.0);
}

bool oms_open(struct engine *e, struct order *o) {
    struct strategy *s = &e->strategies[o->strategy];
    if (s->open_count == OPEN_ORDERS_MAX)
        return false;
    s->open[s->open_count++] = o;
    s->view.orders_changed = true;
    e->open_orders++;
    return true;
}

/* Place of the first open order whose number is not below `number`. */
static int32_t open_place(const struct strategy *s, int64_t number) {
    int32_t low = 0, high = s->open_count;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (s->open[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct order *oms_find(struct strategy *s, int64_t number) {
    int32_t place = open_place(s, number);
    return place < s->open_count && s->open[place]->number == number ? s->open[place] : NULL;
}

static void leave_open_list(struct engine *e, struct strategy *s, const struct order *o) {
    int32_t place = open_place(s, o->number);
    if (place == s->open_count || s->open[place] != o)
        return; /* rejected before it was opened */
    s->open_count--;
    memmove(&s->open[place], &s->open[place + 1],
            (size_t)(s->open_count - place) * sizeof *s->open);
    e->open_orders--;
}

void oms_set_state(struct engine *e, struct order *o, int32_t state, int32_t reason, int64_t time,
                   double needed, double available) {
    struct strategy *s = &e->strategies[o->strategy];
    o->state = state;
    s->view.orders_changed = true;
    journal_put_order_event(e->journal, &(struct j_order_event){.time = time,
                                                                .order = o->id,
                                                                .state = state,
                                                                .reason = reason,
                                                                .needed = needed,
                                                                .available = available});
    tell_state(s, o, reason, time);
    if (state == QS_ORDER_REJECTED)
        e->counts.rejected++;
    if (state >= QS_ORDER_FILLED) {
        leave_open_list(e, s, o);
        o->ended_next = e->ended_orders;
        e->ended_orders = o;
    }
}

void oms_refuse_intent(struct engine *e, struct strategy *s, const struct intent *in,
                       int32_t reason) {
    e->counts.rejected++;
    if (!oms_is_heard(s, EVENT_ORDER))
        return;
    struct strategy_event *event = oms_event(s, EVENT_ORDER);
    event->as.order = (struct qs_order_event){.order = in->number,
                                              .time = e->time,
                                              .feed = in->feed,
                                              .state = QS_ORDER_REJECTED,
                                              .reason = reason};
}

void oms_recycle(struct engine *e) {
    while (e->ended_orders) {
        struct order *o = e->ended_orders;
        e->ended_orders = o->ended_next;
        o->next = e->free_orders;
        e->free_orders = o;
    }
}
