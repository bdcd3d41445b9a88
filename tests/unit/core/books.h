/*
 * A ledger with bars of its own, for the tests of core/: fills by one call, round trips collected.
 * Times are small numbers: bar i closes at 10 * (i + 1) and opens at 10 * i.
 */
#ifndef TESTS_CORE_BOOKS_H
#define TESTS_CORE_BOOKS_H

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "core/ledger.h"

enum { BOOK_SYMBOLS = 3, BOOK_BARS = 16, BOOK_ROUNDS = 64 };

struct books {
    struct settings settings;
    struct ledger ledger;
    struct mark marks[BOOK_SYMBOLS];
    struct bar_columns bars[BOOK_SYMBOLS];
    int64_t open_time[BOOK_BARS], close_time[BOOK_BARS];
    double open[BOOK_SYMBOLS][BOOK_BARS], high[BOOK_SYMBOLS][BOOK_BARS];
    double low[BOOK_SYMBOLS][BOOK_BARS], close[BOOK_SYMBOLS][BOOK_BARS];
    double volume[BOOK_SYMBOLS][BOOK_BARS];
    struct round rounds[BOOK_ROUNDS];
    int round_count;
    struct booked last;
    int64_t number; /* of the instant */
    int64_t clock;  /* ts_event of the next fill; ts_known is one later */
};

static inline void books_begin(struct books *b, double cash) {
    for (int i = 0; i < BOOK_SYMBOLS; i++) {
        b->bars[i] = (struct bar_columns){.open_time = b->open_time,
                                          .close_time = b->close_time,
                                          .open = b->open[i],
                                          .high = b->high[i],
                                          .low = b->low[i],
                                          .close = b->close[i],
                                          .volume = b->volume[i]};
        b->marks[i] = (struct mark){.bars = &b->bars[i], .newest = -1, .multiplier = 1.0};
    }
    for (int i = 0; i < BOOK_BARS; i++) {
        b->open_time[i] = 10 * i;
        b->close_time[i] = 10 * (i + 1);
    }
    if (b->settings.leverage == 0.0)
        b->settings.leverage = 1.0;
    ledger_init(&b->ledger, &b->settings, BOOK_SYMBOLS, cash);
}

static inline void books_end(struct books *b) { ledger_fini(&b->ledger); }

static inline void books_keep_round(void *user, const struct round *r) {
    struct books *b = user;
    cr_assert_lt(b->round_count, BOOK_ROUNDS);
    b->rounds[b->round_count++] = *r;
}

/* A fill of symbol 0 unless said otherwise. */
static inline void books_fill(struct books *b, int symbol, int phase, double quantity, double price,
                              double fee) {
    struct booking booking = {.symbol = symbol,
                              .phase = phase,
                              .quantity = quantity,
                              .price = price,
                              .multiplier = b->marks[symbol].multiplier,
                              .fee = fee,
                              .ts_event = b->clock,
                              .ts_known = b->clock + 1,
                              .order = b->clock / 100 + 1,
                              .instant = b->number};
    ledger_apply(&b->ledger, &booking, &b->last, books_keep_round, b);
    b->clock += 100;
}

static inline void books_trade(struct books *b, double quantity, double price, double fee) {
    books_fill(b, 0, PHASE_OPEN, quantity, price, fee);
}

/* The next bar of a symbol closes in the instant that is in progress. */
static inline void books_bar(struct books *b, int symbol, double open, double high, double low,
                             double close) {
    int64_t at = b->bars[symbol].count++;
    cr_assert_lt(at, BOOK_BARS);
    b->open[symbol][at] = open;
    b->high[symbol][at] = high;
    b->low[symbol][at] = low;
    b->close[symbol][at] = close;
    b->volume[symbol][at] = 1.0;
    b->marks[symbol].newest = at;
    b->marks[symbol].instant = b->number;
}

static inline void books_mark(struct books *b) { ledger_mark(&b->ledger, b->marks, b->number); }

/* A whole instant with one bar of symbol 0. */
static inline void books_instant(struct books *b, double open, double high, double low,
                                 double close) {
    b->number++;
    books_bar(b, 0, open, high, low, close);
    books_mark(b);
}

#define same(found, expected)                                                                      \
    cr_expect_float_eq(found, expected, 1e-9, "%s: found %.17g, expected %.17g", #found,           \
                       (double)(found), (double)(expected))

#endif
