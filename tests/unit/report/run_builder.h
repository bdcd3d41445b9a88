/*
 * A journal of a made-up run, for the tests of report/: random market, random fills, and books kept
 * here in the plainest way (no code of the engine or of report/). Header only: each test program
 * takes what it needs.
 */
#ifndef TESTS_RUN_BUILDER_H
#define TESTS_RUN_BUILDER_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "core/settings.h"
#include "engine/journal.h"
#include <quasar/types.h>

enum { RB_MAX = 4, RB_INSTANTS = 400, RB_LOTS = 4096 };

struct rb_lot {
    double quantity, price, fee;
    int64_t time;
};

struct rb_book {
    double held, average;
    struct rb_lot lots[RB_LOTS];
    int first, count;
    double entered, entered_value, exited_value, fees; /* flat */
    int64_t since;
};

struct builder {
    struct journal journal;
    struct sink_port sink;
    uint8_t *bytes;
    size_t len, cap;
    int silos, strategies, symbols, trades; /* trades: enum trade_matching */
    int instants;
    uint64_t random;
    double multiplier[RB_MAX], mark[RB_INSTANTS + 1][RB_MAX], cash[RB_MAX], start_cash[RB_MAX];
    int silo_of[RB_MAX];
    double unassigned[RB_MAX];
    struct rb_book books[RB_MAX][RB_MAX];
    int64_t orders, fills, trade_count;
    double net, fees; /* of all trades; of all fills */
};

static inline uint64_t rb_any(struct builder *b) {
    uint64_t z = (b->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline double rb_unit(struct builder *b) {
    return (double)(rb_any(b) >> 11) / 9007199254740992.0;
}

static inline int rb_write(void *self, const void *bytes, size_t len, struct err *err) {
    struct builder *b = self;
    (void)err;
    if (b->len + len > b->cap) {
        b->cap = 2 * (b->len + len);
        b->bytes = mem_realloc_array(b->bytes, b->cap, 1);
    }
    memcpy(b->bytes + b->len, bytes, len);
    b->len += len;
    return 0;
}

static inline void rb_trade(struct builder *b, int strategy, int symbol, int64_t entry, int64_t now,
                            double quantity, double in, double out, double fees) {
    double gross = quantity * (out - in) * b->multiplier[symbol];
    b->net += gross - fees;
    journal_put_trade(&b->journal, &(struct j_trade){.id = ++b->trade_count,
                                                     .strategy = strategy,
                                                     .symbol = symbol,
                                                     .entry_time = entry,
                                                     .exit_time = now,
                                                     .entry_known = entry,
                                                     .exit_known = now,
                                                     .quantity = quantity,
                                                     .entry_price = in,
                                                     .exit_price = out,
                                                     .gross = gross,
                                                     .fees = fees,
                                                     .net = gross - fees,
                                                     .mae = fmin(0, gross),
                                                     .mfe = fmax(0, gross)});
}

/* Closes `units` (signed as the fill) of what is held. */
static inline void rb_close(struct builder *b, int strategy, int symbol, double units, double price,
                            double fee, int64_t now) {
    struct rb_book *k = &b->books[strategy][symbol];
    double left = fabs(units);
    if (b->trades == TRADES_FLAT) {
        k->exited_value += fabs(units) * price;
        k->fees += fee;
        k->held += units;
        if (k->held == 0.0) {
            rb_trade(b, strategy, symbol, k->since, now, k->entered,
                     k->entered_value / fabs(k->entered), k->exited_value / fabs(k->entered),
                     k->fees);
            k->entered = k->entered_value = k->exited_value = k->fees = k->average = 0.0;
        }
        return;
    }
    while (left > 0.0) {
        struct rb_lot *lot =
            &k->lots[b->trades == TRADES_LIFO ? k->first + k->count - 1 : k->first];
        double part = fmin(left, fabs(lot->quantity));
        double entry_fee = lot->fee * (part / fabs(lot->quantity));
        rb_trade(b, strategy, symbol, lot->time, now, copysign(part, lot->quantity), lot->price,
                 price, entry_fee + fee * (part / fabs(units)));
        lot->fee -= entry_fee;
        lot->quantity -= copysign(part, lot->quantity);
        left -= part;
        if (lot->quantity == 0.0) {
            k->first += b->trades != TRADES_LIFO;
            k->count--;
        }
    }
    k->held += units;
    if (k->held == 0.0)
        k->average = 0.0;
}

static inline void rb_open(struct builder *b, int strategy, int symbol, double units, double price,
                           double fee, int64_t now) {
    struct rb_book *k = &b->books[strategy][symbol];
    if (k->held == 0.0)
        k->since = now;
    k->average = (k->average * k->held + price * units) / (k->held + units);
    k->held += units;
    k->entered += units;
    k->entered_value += fabs(units) * price;
    k->fees += fee;
    if (b->trades != TRADES_FLAT)
        k->lots[k->first + k->count++] = (struct rb_lot){units, price, fee, now};
}

static inline void rb_allocate(struct builder *b, int strategy, int symbol, double units,
                               double price, double fee, int64_t now) {
    struct rb_book *k = &b->books[strategy][symbol];
    double closed = 0.0;
    if (k->held * units < 0.0)
        closed = copysign(fmin(fabs(units), fabs(k->held)), units);
    double realized = -closed * (price - k->average) * b->multiplier[symbol];
    if (closed != 0.0)
        rb_close(b, strategy, symbol, closed, price, fee * (closed / units), now);
    if (units != closed)
        rb_open(b, strategy, symbol, units - closed, price, fee * ((units - closed) / units), now);
    b->cash[strategy] -= units * price * b->multiplier[symbol] + fee;
    journal_put_allocation(&b->journal, &(struct j_allocation){.fill = b->fills,
                                                               .strategy = strategy,
                                                               .quantity = units,
                                                               .fee = fee,
                                                               .closed = closed,
                                                               .realized = realized,
                                                               .position = k->held});
}

/* Quantities are multiples of 1/4, so that what is closed is closed exactly. */
static inline double rb_units(struct builder *b) {
    double units = (double)(1 + rb_any(b) % 40) / 4.0;
    return rb_any(b) % 2 ? units : -units;
}

static inline void rb_fill(struct builder *b, int strategy, int symbol, int at, int64_t now) {
    double raw = b->mark[at][symbol] * (0.99 + 0.02 * rb_unit(b));
    double units = rb_units(b), other = 0.0;
    if (rb_any(b) % 4 == 0 && b->books[strategy][symbol].held != 0.0)
        units = -b->books[strategy][symbol].held; /* to flat */
    int second = (strategy + 1) % b->strategies;
    if (second != strategy && rb_any(b) % 4 == 0)
        other = rb_units(b);
    if (units + other == 0.0)
        other = 0.0;
    double price = raw * (units > 0 ? 1.0002 : 0.9998), fee = 0.3 + 0.01 * rb_unit(b);
    journal_put_order(&b->journal, &(struct j_order){.time = now,
                                                     .id = ++b->orders,
                                                     .strategy = strategy,
                                                     .number = b->orders,
                                                     .symbol = symbol,
                                                     .side = units > 0 ? QS_BUY : QS_SELL,
                                                     .type = QS_MARKET,
                                                     .quantity = fabs(units),
                                                     .reference = raw,
                                                     .tag = b->orders % 3 ? "" : "tag, \"x\""});
    journal_put_order_event(
        &b->journal,
        &(struct j_order_event){.time = now, .order = b->orders, .state = QS_ORDER_ACTIVE});
    journal_put_fill(&b->journal, &(struct j_fill){.id = ++b->fills,
                                                   .ts_event = now,
                                                   .ts_known = now,
                                                   .order = b->orders,
                                                   .symbol = symbol,
                                                   .quantity = units + other,
                                                   .price = price,
                                                   .raw = raw,
                                                   .fee = fee});
    b->fees += fee;
    rb_allocate(b, strategy, symbol, units, price, other != 0.0 ? fee / 4 : fee, now);
    if (other != 0.0)
        rb_allocate(b, second, symbol, other, price, fee - fee / 4, now);
    journal_put_order_event(
        &b->journal,
        &(struct j_order_event){.time = now, .order = b->orders, .state = QS_ORDER_FILLED});
}

static inline void rb_worth(const struct builder *b, int strategy, int at, double *gross,
                            double *net) {
    for (int i = 0; i < b->symbols; i++) {
        double value = b->books[strategy][i].held * b->mark[at][i] * b->multiplier[i];
        *gross += fabs(value);
        *net += value;
    }
}

static inline void rb_accounts(struct builder *b, int at, int64_t now) {
    for (int silo = 0; silo < b->silos; silo++) {
        double cash = b->unassigned[silo], gross = 0.0, net = 0.0;
        for (int i = 0; i < b->strategies; i++)
            cash += b->silo_of[i] == silo ? b->cash[i] : 0.0;
        for (int s = 0; s < b->symbols; s++) { /* the account's one position of the symbol */
            double held = 0.0;
            for (int i = 0; i < b->strategies; i++)
                held += b->silo_of[i] == silo ? b->books[i][s].held : 0.0;
            gross += fabs(held * b->mark[at][s] * b->multiplier[s]);
            net += held * b->mark[at][s] * b->multiplier[s];
        }
        journal_put_equity(&b->journal, &(struct j_equity){.time = now,
                                                           .silo = silo,
                                                           .cash = cash,
                                                           .equity = cash + net,
                                                           .low = cash + net - 1,
                                                           .high = cash + net + 1,
                                                           .gross = gross,
                                                           .net = net});
    }
    for (int i = 0; b->strategies > b->silos && i < b->strategies; i++) {
        double gross = 0.0, net = 0.0;
        rb_worth(b, i, at, &gross, &net);
        journal_put_ledger(&b->journal, &(struct j_ledger){.time = now,
                                                           .strategy = i,
                                                           .cash = b->cash[i],
                                                           .equity = b->cash[i] + net,
                                                           .gross = gross,
                                                           .net = net});
    }
}

static inline void rb_setup(struct builder *b) {
    static const char *const trades[] = {"fifo", "lifo", "flat"};
    char name[24];
    struct journal *j = &b->journal;
    journal_put_run(j, &(struct j_run){.format = JOURNAL_FORMAT, .engine = "quasar test"});
    journal_put_setting(j, &(struct j_setting){.key = "trades", .value = trades[b->trades]});
    journal_put_setting(j, &(struct j_setting){.key = "calendar", .value = "24/7"});
    for (int i = 0; i < b->symbols; i++) {
        snprintf(name, sizeof(name), "SYM%d", i);
        b->multiplier[i] = i == 1 ? 10.0 : 1.0;
        journal_put_symbol(
            j, &(struct j_symbol){.id = i, .multiplier = b->multiplier[i], .name = name});
    }
    for (int i = 0; i < b->symbols; i++)
        journal_put_feed(
            j,
            &(struct j_feed){.id = i, .symbol = i, .timeframe = TIME_DAY, .timeframe_name = "1d"});
    for (int i = 0; i < b->silos; i++) {
        snprintf(name, sizeof(name), "silo%d", i);
        b->start_cash[i] = 100000.0;
        b->unassigned[i] = 100000.0;
        journal_put_silo(j, &(struct j_silo){.id = i, .initial_cash = 100000.0, .name = name});
    }
    for (int i = 0; i < b->strategies; i++) {
        snprintf(name, sizeof(name), "strategy%d", i);
        b->silo_of[i] = i % b->silos;
        b->cash[i] = 100000.0 / b->strategies;
        b->unassigned[b->silo_of[i]] -= b->cash[i];
        journal_put_strategy(j, &(struct j_strategy){.id = i,
                                                     .silo = b->silo_of[i],
                                                     .budget = b->cash[i],
                                                     .name = name,
                                                     .schema = "ema_cross",
                                                     .version = "1.0.0"});
        journal_put_param(j, &(struct j_param){.strategy = i, .name = "fast", .value = "12"});
        journal_put_binding(j, &(struct j_binding){.strategy = i, .feed = 0});
    }
}

static inline void rb_end(struct builder *b, int64_t now) {
    for (int i = 0; i < b->strategies; i++) {
        for (int k = 0; k < b->symbols; k++) {
            const struct rb_book *book = &b->books[i][k];
            if (book->held != 0.0)
                journal_put_position(&b->journal,
                                     &(struct j_position){.time = now,
                                                          .strategy = i,
                                                          .symbol = k,
                                                          .quantity = book->held,
                                                          .average_price = book->average,
                                                          .mark = b->mark[b->instants][k]});
        }
    }
    for (int i = 0; i < b->symbols; i++)
        journal_put_bars(
            &b->journal,
            &(struct j_bars){
                .feed = i, .rows = b->instants, .first = TIME_DAY, .last = now, .hash = "00ff"});
    journal_put_end(&b->journal, &(struct j_end){.time = now,
                                                 .instants = b->instants,
                                                 .bars = b->instants * b->symbols,
                                                 .orders = b->orders,
                                                 .fills = b->fills,
                                                 .trades = b->trade_count});
}

/* Instant i (1 ..) is at i days. Free with rb_free. */
static inline struct builder *rb_run(uint64_t seed, int silos, int strategies, int symbols,
                                     int trades, int instants) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->random = seed;
    b->silos = silos;
    b->strategies = strategies;
    b->symbols = symbols;
    b->trades = trades;
    b->instants = instants;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    for (int at = 1; at <= instants; at++) {
        int64_t now = at * TIME_DAY;
        for (int i = 0; i < symbols; i++)
            b->mark[at][i] = (at == 1 ? 100.0 : b->mark[at - 1][i]) * (0.97 + 0.06 * rb_unit(b));
        for (int i = 0; at > 3 && i < strategies; i++)
            if (rb_any(b) % 3 == 0)
                rb_fill(b, i, (int)(rb_any(b) % (uint64_t)symbols), at, now);
        for (int i = 0; at == 3 && i < strategies; i++)
            journal_put_start(&b->journal,
                              &(struct j_start){.time = now, .strategy = i, .bars = at});
        rb_accounts(b, at, now);
    }
    rb_end(b, instants * TIME_DAY);
    CHECK(journal_flush(&b->journal, NULL) == 0);
    return b;
}

static inline void rb_free(struct builder *b) {
    journal_fini(&b->journal);
    mem_free(b->bytes);
    mem_free(b);
}

static inline bool rb_mark(void *self, int64_t symbol, int64_t time, double *ret) {
    const struct builder *b = self;
    int64_t at = time / TIME_DAY;
    if (at < 1 || at > b->instants)
        return false;
    *ret = b->mark[at][symbol];
    return true;
}

/* The byte offset of field `name` in the nth (from 0) record of a kind; 0 when there is none.
 * Fields before the first text only. */
static inline size_t rb_field(const struct builder *b, uint16_t kind, int nth, const char *name) {
    struct journal_record record;
    size_t size = 0;
    for (size_t at = 0; journal_next(b->bytes + at, b->len - at, &record, &size, NULL) == 1;
         at += size) {
        if (record.kind != kind || nth-- > 0)
            continue;
        const struct journal_layout *layout = journal_layout(kind);
        for (uint16_t i = 0; i < layout->field_count; i++)
            if (strcmp(layout->fields[i].name, name) == 0)
                return at + 8 + 8 * (size_t)i;
    }
    return 0;
}

#endif
