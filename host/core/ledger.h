/*
 * core/ledger.h - who holds what: cash, positions, lots, round trips. Arithmetic only.
 *
 *   fill --apply--> cash, position (average price), lots --> trades
 *   bar  --mark---> equity, its low and high, exposure, excursions
 *
 * The same struct serves a strategy's own ledger and a silo's account. The invariant, checked by
 * other code: equity = cash + sum(quantity * mark * multiplier). A buy takes quantity * price *
 * multiplier from cash, a sale adds it, fees come off.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include <quasar/types.h>

#include "core/feed.h"
#include "core/settings.h"

/* The newest prices of a symbol. */
struct mark {
    const struct bar_columns *bars; /* of its execution feed */
    int64_t newest;                 /* bar that closed last, -1 = none yet */
    int64_t instant;                /* number of the instant in which it closed, 0 = none yet */
    double multiplier;
    int64_t volume_seen_to; /* bars looked at for volume */
    bool has_volume;        /* one of them had some */
};

/* Prices and times of the newest bar; only once there is one. */
static inline double mark_open(const struct mark *m) { return m->bars->open[m->newest]; }
static inline double mark_high(const struct mark *m) { return m->bars->high[m->newest]; }
static inline double mark_low(const struct mark *m) { return m->bars->low[m->newest]; }
static inline double mark_close(const struct mark *m) { return m->bars->close[m->newest]; }
static inline int64_t mark_open_time(const struct mark *m) { return m->bars->open_time[m->newest]; }
static inline int64_t mark_close_time(const struct mark *m) {
    return m->bars->close_time[m->newest];
}
/* The newest close before instant `number`; the first close where there is none before. */
static inline double mark_known_before(const struct mark *m, int64_t number) {
    return m->bars->close[m->instant == number && m->newest > 0 ? m->newest - 1 : m->newest];
}
/* Whether the newest bar can fill orders: it has volume, or its feed never showed any. */
static inline bool mark_trades(struct mark *m) {
    while (!m->has_volume && m->volume_seen_to <= m->newest)
        m->has_volume = m->bars->volume[m->volume_seen_to++] > 0.0;
    return !m->has_volume || m->bars->volume[m->newest] > 0.0;
}

/* A part of a position that was opened by one fill. */
struct lot {
    double quantity; /* signed, what is left */
    double price;
    double fee;       /* entry fee of what is left */
    double low, high; /* extremes noted at it, of which older lots partake: see ledger.c */
    int64_t entry_event, entry_known;
    int64_t entry_order; /* as the booking says */
    int64_t instant;     /* in which it was booked */
};

/* Sums of a round trip from flat to flat. */
struct round_trip {
    double entered, entered_value; /* signed units, units * price */
    double exited_value;
    double fees, gross;
    double worst, best; /* excursion of the whole position, money */
    int64_t entry_event, entry_known;
    int64_t entry_order; /* that left flat */
};

struct position {
    struct qs_position pub;
    double low, high; /* running extremes since the last fill */
    double fresh; /* signed units opened inside the bars of instant `booked`, or at their close: of
                     its prices only the close surely came after */
    int64_t booked; /* instant of the newest fill */
    struct round_trip round;
    struct lot *lots; /* ring of lot_cap, a power of two */
    int32_t lot_first, lot_count, lot_cap;
    int32_t settled; /* oldest lots that know what was noted at one another (FIFO) */
    double settled_low, settled_high; /* what these saw since, and those behind them did not */
    double rest_low, rest_high;       /* what those behind them saw: these did too */
};

struct ledger {
    struct qs_account acct;
    const struct settings *settings;
    struct position *positions; /* one a symbol */
    int32_t *open;              /* symbols with a position, ascending */
    int32_t symbol_count, open_count;
    double turnover; /* sum of |quantity| * price * multiplier */
    bool changed;    /* booked since the last mark */
};

/* A fill (or a strategy's share of it) to be booked. */
struct booking {
    int32_t symbol;
    int32_t phase; /* enum fill_phase */
    double quantity, price, multiplier, fee;
    int64_t ts_event, ts_known;
    int64_t order;   /* whose fill it is; only handed on to rounds */
    int64_t instant; /* number of the instant in which it is booked */
};

/* What a booking did. */
struct booked {
    double closed;   /* signed units that closed what was held (sign of the fill) */
    double realized; /* money on them against the average price, gross */
    double position; /* units held after it */
};

/* A closed round trip. Its orders are that of the lot (flat to flat: the first to enter) and that
 * of the fill which closed it (flat to flat: the last to leave). */
struct round {
    int32_t symbol;
    int64_t entry_event, entry_known, exit_event, exit_known;
    double quantity, entry_price, exit_price, gross, fees, net, mae, mfe;
    int64_t entry_order, exit_order;
};
typedef void (*ledger_round_fn)(void *user, const struct round *round);

/* Zeroed ledger of `initial` cash over symbol_count symbols; borrows settings. */
void ledger_init(struct ledger *l, const struct settings *settings, int32_t symbol_count,
                 double initial);
void ledger_fini(struct ledger *l);

/* Book a fill: closes first (oldest lot first, newest, or flat to flat as settings->trades says;
 * each closed round trip goes to `each`, which may be NULL), then opens. Never refuses. */
void ledger_apply(struct ledger *l, const struct booking *b, struct booked *ret,
                  ledger_round_fn each, void *user);

/* Whether marking could change anything: something is held, or was booked since the last time. */
static inline bool ledger_moves(const struct ledger *l) { return l->open_count > 0 || l->changed; }
/* Mark everything at the marks of instant `number` and renew the account's figures. */
void ledger_mark(struct ledger *l, const struct mark *marks, int64_t number);

/* The money test (sim/README.md "The test of money"): may `units` > 0 be opened at `price` with
 * commission `fee`, given cash, equity and gross exposure? side +1 buys, -1 sells. *ret_needed and
 * *ret_available are what was compared. */
bool ledger_can_open(const struct settings *s, double cash, double equity, double gross,
                     double side, double units, double price, double multiplier, double fee,
                     double *ret_needed, double *ret_available);

/* What can still be opened, money. */
double ledger_buying_power(const struct settings *s, double cash, double equity, double gross);

#endif
