/*
 * The frozen bare loop that engine_ema_cross is measured against: an EMA 12/26 cross on one symbol,
 * market orders at the next open, slippage, commission, and per bar the same account as an EQUITY
 * record (time, cash, equity, its extremes, gross and net exposure) besides buying power and peak;
 * round trips first in first out. Nothing general, no journal, no hash: what a careful person would
 * write by hand for this one strategy. Frozen: it must not become faster or slower.
 */
#ifndef BARE_EMA_CROSS_H
#define BARE_EMA_CROSS_H

#include <math.h>
#include <stdint.h>

struct bare_bars {
    const int64_t *close_time;
    const double *open, *high, *low, *close;
    int64_t count;
};

struct bare_trade {
    int64_t entry_bar, exit_bar;
    double quantity, entry_price, exit_price, fees;
};

struct bare_row {
    int64_t time;
    double cash, equity, low, high, gross, net;
};

struct bare_result {
    struct bare_row *rows; /* one a bar, the caller's */
    double buying_power, peak;
    struct bare_trade *trades; /* room for trade_cap */
    int64_t trade_count, trade_cap;
};

struct bare_lot {
    double quantity, price, fee;
    int64_t bar;
};

#define BARE_LOTS 4096

static inline void bare_fill(struct bare_result *r, struct bare_lot *lots, int *lot_count,
                             double *cash, double *held, double side, double raw, int64_t bar) {
    double price = raw * (1.0 + side * 2.0 / 10000.0), fee = 0.005, left = 1.0;
    *cash -= side * price;
    *cash -= fee;
    *held += side;
    while (left > 0.0 && *lot_count > 0 && lots[0].quantity * side < 0.0) {
        struct bare_trade *t = &r->trades[r->trade_count++];
        *t = (struct bare_trade){lots[0].bar,   bar,   lots[0].quantity,
                                 lots[0].price, price, lots[0].fee + fee};
        for (int i = 1; i < *lot_count; i++)
            lots[i - 1] = lots[i];
        (*lot_count)--;
        left = 0.0;
    }
    if (left > 0.0)
        lots[(*lot_count)++] = (struct bare_lot){side, price, fee, bar};
}

/* One unit each time, 100,000 to start with. */
static __attribute__((noinline)) void bare_ema_cross(const struct bare_bars *b,
                                                     struct bare_result *r) {
    static struct bare_lot lots[BARE_LOTS];
    double fast = 0.0, slow = 0.0, cash = 100000.0, held = 0.0, before = NAN, side = 0.0;
    int lot_count = 0;
    for (int64_t i = 0; i < b->count; i++) {
        double close = b->close[i];
        if (side != 0.0) {
            bare_fill(r, lots, &lot_count, &cash, &held, side, b->open[i], i);
            side = 0.0;
        }
        double net = held * close, gross = fabs(net), equity = cash + net;
        r->rows[i] =
            (struct bare_row){.time = b->close_time[i],
                              .cash = cash,
                              .equity = equity,
                              .low = cash + (held > 0.0 ? held * b->low[i] : held * b->high[i]),
                              .high = cash + (held > 0.0 ? held * b->high[i] : held * b->low[i]),
                              .gross = gross,
                              .net = net};
        r->buying_power = equity > gross ? equity - gross : 0.0;
        r->peak = equity > r->peak ? equity : r->peak;
        fast = i < 12 ? fast + close : fast + (close - fast) * (2.0 / 13.0);
        slow = i < 26 ? slow + close : slow + (close - slow) * (2.0 / 27.0);
        if (i == 11)
            fast /= 12.0;
        if (i == 25)
            slow /= 26.0;
        if (i < 25)
            continue;
        double now = fast - slow;
        if (i > 25 && now > 0.0 && before <= 0.0)
            side = 1.0;
        if (i > 25 && now < 0.0 && before >= 0.0)
            side = -1.0;
        before = now;
    }
}

#endif
