/*
 * quasar/types.h - the plain values that cross the border between a strategy and its host.
 *
 * Everything here is data: fixed-width integers, doubles, pointers to what the host owns. No bool,
 * enum, bit-field or long in a struct, so that the layout is the same for every compiler. Structs
 * grow only at their end. Times are nanoseconds since 1970-01-01T00:00:00Z, prices are in the
 * currency of the instrument, quantities in its units (shares, coins, contracts), signed: negative
 * means short or sold. A pointer handed to a callback dies when the callback returns.
 */
#ifndef QUASAR_TYPES_H
#define QUASAR_TYPES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int64_t qs_time; /* nanoseconds UTC */
typedef int32_t qs_feed; /* number of a bound feed, 0 .. feed_count - 1 */
typedef int32_t qs_line; /* an indicator's output, or (negative) a column of a feed */

/* Which side an order is on. */
enum { QS_BUY = 1, QS_SELL = 2 };

/* Order types. */
enum { QS_MARKET = 1, QS_LIMIT = 2, QS_STOP = 3, QS_STOP_LIMIT = 4 };

/* Time in force: until cancelled (default), until the end of the day on which the order first meets
 * a bar, or at the first price it meets and never again. */
enum { QS_GTC = 0, QS_DAY = 1, QS_IOC = 2 };

/* Order flags. A reduce-only order never opens or flips: it is cut to what is held at the fill. */
enum { QS_REDUCE_ONLY = 1 };

/* Life of an order: NEW -> ACTIVE -> PARTIAL -> FILLED | CANCELED | EXPIRED | REJECTED. */
enum {
    QS_ORDER_NEW = 1,
    QS_ORDER_ACTIVE = 2,
    QS_ORDER_PARTIAL = 3,
    QS_ORDER_FILLED = 4,
    QS_ORDER_CANCELED = 5,
    QS_ORDER_EXPIRED = 6,
    QS_ORDER_REJECTED = 7
};

/* Kinds of size; see struct qs_size. */
enum {
    QS_SIZE_DEFAULT = 0,      /* what the run's `sizing` says */
    QS_SIZE_UNITS = 1,        /* value units of the instrument */
    QS_SIZE_EQUITY = 2,       /* value (a fraction) of the strategy's equity */
    QS_SIZE_BUYING_POWER = 3, /* value (a fraction) of what can still be bought */
    QS_SIZE_RISK = 4,         /* lose value (a fraction) of equity over stop_distance */
    QS_SIZE_MONEY = 5         /* worth value in money */
};

/* Log levels. */
enum { QS_LOG_DEBUG = 0, QS_LOG_INFO = 1, QS_LOG_WARN = 2, QS_LOG_ERROR = 3 };

/* How much. The host turns it into units when the order is accepted, or when it fills, as the run's
 * setting size_resolve says. */
struct qs_size {
    int32_t kind; /* QS_SIZE_* */
    int32_t reserved;
    double value;         /* meaning by kind; >= 0 in orders, any sign in targets */
    double stop_distance; /* price units, > 0; only for QS_SIZE_RISK */
};

/* One closed bar. */
struct qs_bar {
    qs_time open_time;
    qs_time close_time; /* the bar is known from here on */
    double open, high, low, close;
    double volume; /* units; 0 where the source has none */
};

/* A bound feed: one symbol at one timeframe, as columns. Entry `now` is the newest closed bar and
 * `depth` entries back from it may be read. Use the readers of strategy.h, which check. */
struct qs_feed_view {
    const double *open, *high, *low, *close, *volume;
    const qs_time *open_time, *close_time;
    int64_t now;        /* -1 before the first bar */
    int64_t depth;      /* bars that may be read, at most the declared history */
    int64_t timeframe;  /* length of a bar, ns */
    const char *symbol; /* lives as long as the strategy */
    double tick, lot;   /* price and size steps; 0 = none */
    double multiplier;  /* money per price unit and unit of quantity */
};

/* What the strategy holds of a feed's symbol: its own ledger, not the account's. Changes only with
 * fills. */
struct qs_position {
    double quantity;      /* signed units; 0 = flat */
    double average_price; /* of the opening fills; 0 when flat */
    double realized_pnl;  /* money, gross of fees, since the start */
    double fees;          /* money, since the start */
    qs_time opened;       /* when the position left zero; 0 when flat */
};

/* Money of the strategy's own ledger, marked at the newest closes. */
struct qs_account {
    double initial;      /* what the strategy was given */
    double cash;         /* after all purchases, sales and fees */
    double equity;       /* cash + positions at mark */
    double equity_low;   /* lowest equity inside this instant's bars */
    double equity_high;  /* highest equity inside this instant's bars */
    double gross;        /* sum of |quantity| * mark */
    double net;          /* sum of quantity * mark */
    double margin;       /* gross / leverage */
    double buying_power; /* what can still be opened, money */
    double leverage;     /* the leverage allowed */
    double peak;         /* highest equity so far, the initial cash included */
};

/* An open order of the strategy. */
struct qs_order {
    int64_t id; /* the number that qs_submit() and its short forms returned */
    int32_t feed;
    int32_t side, type, tif, flags, state;
    double quantity; /* units asked for; 0 while the size is resolved at the fill */
    double filled;   /* units */
    double limit_price, stop_price;
    qs_time created;
    char tag[24];
};

/* A change of an order's state. */
struct qs_order_event {
    int64_t order; /* the strategy's number */
    qs_time time;  /* when it happened */
    int32_t feed;
    int32_t state;  /* QS_ORDER_* */
    int32_t reason; /* code; 0 = nothing to say */
    int32_t reserved;
    const char *reason_name; /* e.g. "insufficient_cash"; never NULL */
};

/* A fill of one of the strategy's orders (its share of it). */
struct qs_fill {
    int64_t order;    /* the strategy's number */
    qs_time ts_event; /* when it happened */
    qs_time ts_known; /* when it could be known */
    int32_t feed;
    int32_t reserved;
    double quantity; /* signed units */
    double price;
    double fee;      /* money, >= 0 */
    double closed;   /* signed units of it that closed what was held */
    double realized; /* money made on the closed part, gross of fees */
};

/* A closed round trip. */
struct qs_trade {
    qs_time entry_time, exit_time;
    int32_t feed;
    int32_t reserved;
    double quantity; /* signed units: negative = short */
    double entry_price, exit_price;
    double gross, fees, net; /* money */
    double mae, mfe;         /* worst and best excursion, money: mae <= 0 <= mfe */
};

/* All that a strategy sees of the world during one callback. Frozen: nothing in it changes before
 * the callback returns. */
struct qs_view {
    qs_time now;                                /* this instant */
    const struct qs_feed_view *feeds;           /* feed_count of them */
    const struct qs_position *const *positions; /* one for each feed (feeds of a symbol share it) */
    const struct qs_account *account;           /* the strategy's ledger */
    const struct qs_account *silo;              /* the whole broker account */
    const struct qs_order *orders;              /* the strategy's open orders, oldest first */
    uint32_t feed_count;
    uint32_t order_count;
    int64_t bars; /* instants seen so far, this one included */
};

/* One indicator output: entry k back from now is values[(count - 1 - k) & mask]. The ring holds at
 * least two entries, NaN where nothing was written yet. */
struct qs_line_view {
    const double *values;
    int64_t mask;  /* capacity - 1, a power of two less one */
    int64_t count; /* values written so far */
    int64_t limit; /* how far back may be read */
};

#ifdef __cplusplus
}
#endif
#endif
