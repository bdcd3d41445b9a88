/*
 * The hot path of a backtest. An instant without fills and intents touches: the newest bar of each
 * feed, the marks, the open positions, one post and collect a strategy, one EQUITY record a silo.
 * It allocates nothing, takes no lock and makes no system call (but for a full block of the
 * journal).
 */
#include "engine/driver.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "engine/accept.h"
#include "engine/execute.h"
#include "engine/oms.h"
#include "engine/sizing.h"
#include "engine/variables.h"
#include "engine/view.h"

static void init_strategy(struct engine *e, struct strategy *s) {
    size_t symbols = (size_t)e->symbol_count;
    ledger_init(&s->ledger, e->settings, e->symbol_count, s->budget);
    s->local = mem_alloc((size_t)e->feed_count * sizeof *s->local);
    for (int32_t f = 0; f < e->feed_count; f++)
        s->local[f] = -1;
    for (int32_t i = 0; i < s->feed_count; i++)
        s->local[s->feeds[i]] = i;
    s->closed = mem_zalloc((size_t)s->feed_count, sizeof *s->closed);
    s->open = mem_zalloc(OPEN_ORDERS_MAX, sizeof(struct order *));
    s->projection.units = mem_zalloc(symbols, sizeof(double));
    s->projection.stamp = mem_zalloc(symbols, sizeof(int64_t));
    silo_of(e, s)->strategy_count++;
}

static void init_silo(struct engine *e, struct silo *silo, int32_t id) {
    ledger_init(&silo->own, e->settings, e->symbol_count, silo->initial);
    silo->ledger = &silo->own;
    for (int32_t i = 0; i < e->strategy_count; i++)
        if (silo->strategy_count == 1 && e->strategies[i].silo == id &&
            e->strategies[i].budget == silo->initial)
            silo->ledger = &e->strategies[i].ledger;
    if (silo->ledger == &silo->own)
        e->has_shared_silo = true;
    silo->unassigned = silo->initial;
    for (int32_t i = 0; i < e->strategy_count; i++)
        if (e->strategies[i].silo == id)
            silo->unassigned -= e->strategies[i].budget;
}

void engine_init(struct engine *e) {
    e->strategies_end = e->strategies + e->strategy_count;
    e->newest = mem_alloc((size_t)e->feed_count * sizeof *e->newest);
    for (int32_t f = 0; f < e->feed_count; f++)
        e->newest[f] = -1;
    e->marks = mem_zalloc((size_t)e->symbol_count, sizeof *e->marks);
    for (int32_t i = 0; i < e->symbol_count; i++)
        e->marks[i] = (struct mark){.newest = -1, .multiplier = e->symbols[i].multiplier};
    for (int32_t f = 0; f < e->feed_count; f++)
        if (e->feeds[f].is_execution)
            e->marks[e->feeds[f].symbol_id].bars = &e->feeds[f].bars;
    for (int32_t i = 0; i < e->strategy_count; i++)
        init_strategy(e, &e->strategies[i]);
    for (int32_t i = 0; i < e->silo_count; i++)
        init_silo(e, &e->silos[i], i);
    oms_reserve(e);
}

static void fini_strategy(struct strategy *s) {
    ledger_fini(&s->ledger);
    view_fini(&s->view);
    mem_free(s->local);
    mem_free(s->closed);
    mem_free(s->open);
    variables_fini(s);
    mem_free((void *)(uintptr_t)s->post.events);
    mem_free(s->projection.units);
    mem_free(s->projection.stamp);
}

void engine_fini(struct engine *e) {
    for (int32_t i = 0; i < e->strategy_count; i++)
        fini_strategy(&e->strategies[i]);
    for (int32_t i = 0; i < e->silo_count; i++)
        ledger_fini(&e->silos[i].own);
    while (e->order_chunks) {
        struct order *chunk = e->order_chunks;
        e->order_chunks = chunk->next;
        mem_free(chunk);
    }
    mem_free(e->newest);
    mem_free(e->marks);
    e->free_orders = e->ended_orders = NULL;
    e->newest = NULL;
    e->marks = NULL;
}

/* What a strategy computes is part of what it saw. */
static void note_indicators(struct engine *e, const struct strategy *s) {
    struct strategy_indicator x;
    for (int32_t line = 0; s->port->indicator(s->port->self, line, &x); line += x.lines)
        journal_put_indicator(e->journal, &(struct j_indicator){.strategy = s->id,
                                                                .line = x.line,
                                                                .lines = x.lines,
                                                                .source = x.source,
                                                                .kind = x.kind,
                                                                .n0 = x.n[0],
                                                                .n1 = x.n[1],
                                                                .n2 = x.n[2],
                                                                .k = x.k});
}

int driver_begin(struct engine *e, struct err *err) {
    for (int32_t i = 0; i < e->strategy_count; i++) {
        struct strategy *s = &e->strategies[i];
        view_init(e, s, s->history);
        s->post.view = &s->view.pub;
        s->post.closed = s->closed;
        struct strategy_needs needs = {.history = s->history};
        int r = s->port->start(s->port->self, &s->view.pub, &needs, err);
        if (r < 0)
            return err_prepend(err, "strategy %s: ", s->name);
        s->view.history = max_i64(s->history, needs.history);
        s->ignores = needs.ignores;
        note_indicators(e, s);
        variables_init(s);
    }
    return 0;
}

/* A bar of a symbol's execution feed closed. */
static inline void renew_mark(struct engine *e, const struct feed *feed, int64_t bar) {
    struct mark *m = &e->marks[feed->symbol_id];
    m->newest = bar;
    m->instant = e->number;
}

static void advance_feeds(struct engine *e, const struct instant *now) {
    for (int32_t i = 0; i < now->feed_count; i++) {
        const struct feed *feed = &e->feeds[now->feeds[i]];
        int64_t bar = ++e->newest[now->feeds[i]];
        if (feed->is_execution)
            renew_mark(e, feed, bar);
    }
    e->counts.bars += now->feed_count;
}

static void mark_silos(struct engine *e) {
    for (int32_t i = 0; i < e->silo_count; i++)
        if (e->silos[i].ledger == &e->silos[i].own)
            ledger_mark(&e->silos[i].own, e->marks, e->number);
}

static void mark_all(struct engine *e) {
    for (struct strategy *s = e->strategies; s < e->strategies_end; s++)
        if (ledger_moves(&s->ledger))
            ledger_mark(&s->ledger, e->marks, e->number);
    if (e->has_shared_silo)
        mark_silos(e);
    e->booked = false;
}

/* Returns how many of the strategy's feeds closed (which is in its post as well, but reading that
 * back next to event_count as one word would wait for both stores). */
static int32_t renew_view(struct engine *e, struct strategy *s, const struct instant *now) {
    int32_t closed = 0;
    for (int32_t i = 0; i < now->feed_count; i++) {
        int32_t local = s->local[now->feeds[i]];
        if (local < 0)
            continue;
        view_advance(&s->view, local);
        s->closed[closed++] = local;
    }
    s->post.closed_count = closed;
    if (s->view.orders_changed)
        view_refresh_orders(s);
    s->view.pub.now = e->time;
    s->view.pub.bars = e->number;
    return closed;
}

static int post_all(struct engine *e, const struct instant *now, struct err *err) {
    for (struct strategy *s = e->strategies; s < e->strategies_end; s++) {
        if (renew_view(e, s, now) == 0 && s->post.event_count == 0)
            continue;
        if (s->port->post(s->port->self, &s->post, err) < 0)
            return err_prepend(err, "strategy %s: ", s->name);
        s->posted = true;
    }
    return 0;
}

static void note_start(struct engine *e, struct strategy *s) {
    s->started = 1;
    journal_put_start(e->journal,
                      &(struct j_start){.time = e->time, .strategy = s->id, .bars = e->number});
}

static int collect_all(struct engine *e, struct err *err) {
    for (struct strategy *s = e->strategies; s < e->strategies_end; s++) {
        const struct intent_batch *batch;
        if (!s->posted)
            continue;
        s->posted = false;
        if (s->port->collect(s->port->self, &batch, err) < 0)
            return err_prepend(err, "strategy %s: ", s->name);
        s->post.event_count = 0;
        if (batch->started && !s->started)
            note_start(e, s);
        if (batch->count > 0)
            accept_intents(e, s, batch);
        if (UNLIKELY(s->variable_count > 0))
            variables_record(e, s, false);
    }
    return 0;
}

static void record_equity(struct engine *e) {
    for (int32_t i = 0; i < e->silo_count; i++) {
        const struct qs_account *a = &e->silos[i].ledger->acct;
        struct j_equity record = {.time = e->time,
                                  .silo = i,
                                  .cash = a->cash,
                                  .equity = a->equity,
                                  .low = a->equity_low,
                                  .high = a->equity_high,
                                  .gross = a->gross,
                                  .net = a->net};
        journal_put_equity(e->journal, &record);
    }
}

/* Ledgers of silos with several strategies, and the check that their sum is the account. */
static void record_ledgers(struct engine *e) {
    for (int32_t i = 0; i < e->silo_count; i++) {
        struct silo *silo = &e->silos[i];
        double cash = 0.0, equity = 0.0, turnover = silo->initial;
        if (silo->ledger != &silo->own)
            continue;
        for (int32_t k = 0; k < e->strategy_count; k++) {
            struct strategy *s = &e->strategies[k];
            const struct qs_account *a = &s->ledger.acct;
            if (s->silo != i)
                continue;
            cash += a->cash;
            equity += a->equity;
            turnover += s->ledger.turnover;
            journal_put_ledger(e->journal, &(struct j_ledger){.time = e->time,
                                                              .strategy = k,
                                                              .cash = a->cash,
                                                              .equity = a->equity,
                                                              .gross = a->gross,
                                                              .net = a->net});
        }
        double unspent = silo->unassigned;
        CHECKF(fabs(cash + unspent - silo->own.acct.cash) <= 1e-9 * turnover,
               "silo %s: cash %.17g, its strategies %.17g", silo->name, silo->own.acct.cash, cash);
        CHECKF(fabs(equity + unspent - silo->own.acct.equity) <= 1e-9 * turnover,
               "silo %s: equity %.17g, its strategies %.17g", silo->name, silo->own.acct.equity,
               equity);
    }
}

/* Whether every account is still one that numbers can hold. */
static bool holds_money(const struct engine *e) {
    for (int32_t i = 0; i < e->silo_count; i++) {
        const struct qs_account *a = &e->silos[i].ledger->acct;
        if (!(a->gross <= MONEY_MAX && fabs(a->cash) <= MONEY_MAX))
            return false;
    }
    return true;
}

static void fill_at_close(struct engine *e, const struct instant *now) {
    e->closing_market_orders = false;
    if (e->settings->fill_model == FILL_CLOSE_TO_CLOSE &&
        e->settings->close_fill_booking == CLOSE_FILL_INSTANT)
        e->broker->meet_close(e->broker->self, now);
    if (e->booked)
        mark_all(e);
}

int driver_step(struct engine *e, struct err *err) {
    struct instant now;
    if (e->settings->max_bars > 0 && e->number >= e->settings->max_bars)
        return 0;
    int r = e->source->next(e->source->self, &now, err);
    if (r <= 0)
        return r;
    CHECK(now.feed_count > 0 && (e->number == 0 || now.time > e->time));
    e->time = now.time;
    e->number++;
    advance_feeds(e, &now);
    if (e->open_orders > 0)
        e->broker->meet(e->broker->self, &now);
    mark_all(e);
    r = post_all(e, &now, err);
    if (r == 0)
        r = collect_all(e, err);
    if (r < 0)
        return r;
    if (e->closing_market_orders)
        fill_at_close(e, &now);
    if (UNLIKELY(!holds_money(e)))
        return err_set(err, ERR_LIMIT,
                       "the positions or losses of an account passed %g money (prices, multiplier "
                       "or leverage too large for it)",
                       MONEY_MAX);
    record_equity(e);
    if (e->has_shared_silo)
        record_ledgers(e);
    if (e->ended_orders)
        oms_recycle(e);
    return e->journal->failed ? journal_flush(e->journal, err) : 1;
}

static void cancel_at_end(void *user, struct order *o) {
    oms_set_state(user, o, QS_ORDER_CANCELED, REASON_RUN_END, ((struct engine *)user)->time, 0.0,
                  0.0);
}

static int stop_strategy(struct engine *e, struct strategy *s, struct err *err) {
    const struct intent_batch *batch;
    s->post.closed_count = 0;
    if (s->view.orders_changed)
        view_refresh_orders(s);
    int r = s->port->stop(s->port->self, &s->post, err);
    if (r == 0)
        r = s->port->collect(s->port->self, &batch, err);
    if (r < 0)
        return err_prepend(err, "strategy %s: ", s->name);
    accept_last_words(e, s, batch);
    variables_record(e, s, true);
    return 0;
}

static void record_positions(struct engine *e) {
    for (int32_t i = 0; i < e->strategy_count; i++) {
        const struct ledger *l = &e->strategies[i].ledger;
        for (int32_t k = 0; k < l->open_count; k++) {
            const struct position *p = &l->positions[l->open[k]];
            journal_put_position(e->journal,
                                 &(struct j_position){.time = e->time,
                                                      .strategy = i,
                                                      .symbol = l->open[k],
                                                      .quantity = p->pub.quantity,
                                                      .average_price = p->pub.average_price,
                                                      .mark = mark_close(&e->marks[l->open[k]])});
        }
    }
}

int driver_end(struct engine *e, struct err *err) {
    e->broker->each_open(e->broker->self, cancel_at_end, e);
    if (e->settings->close_at_end != END_OFF && e->number > 0) {
        execute_close_all(e);
        mark_all(e);
        record_equity(e);
        if (e->has_shared_silo)
            record_ledgers(e);
    }
    for (int32_t i = 0; i < e->strategy_count; i++) {
        int r = stop_strategy(e, &e->strategies[i], err);
        if (r < 0)
            return r;
    }
    record_positions(e);
    return 0;
}

int driver_seal(struct engine *e, struct err *err) {
    e->counts.instants = e->number;
    journal_put_end(e->journal, &(struct j_end){.time = e->time,
                                                .instants = e->counts.instants,
                                                .bars = e->counts.bars,
                                                .orders = e->counts.orders,
                                                .fills = e->counts.fills,
                                                .trades = e->counts.trades,
                                                .rejected = e->counts.rejected});
    return journal_flush(e->journal, err);
}

int driver_run(struct engine *e, struct err *err) {
    int r = driver_begin(e, err);
    while (r >= 0 && (r = driver_step(e, err)) > 0) {
    }
    return r < 0 ? r : driver_end(e, err);
}
