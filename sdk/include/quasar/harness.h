/*
 * quasar/harness.h - a strategy in a unit test: bars in, intents out, without qshost.
 *
 *   create -> params, feeds, settings -> bar -> look at intents, logs, plots, lines -> bar -> ...
 * -> stop
 *                                         ^---- fill or end its orders, set cash and positions
 *
 * Indicators, warm-up, callbacks, their order, limits, sizes and ledgers are the host's own code,
 * so what is true here is true in a run. What is missing is the market: nothing fills unless the
 * test says so, costs are what the test gives, and no order is refused for want of money. A refused
 * call returns -1 (NULL, NaN), changes nothing, and qs_test_error() says why in one sentence. A
 * strategy that broke its contract stays broken: every later call returns the same error.
 *
 * Use it from one thread. Pointers that a function returns belong to the test and live until the
 * next call that runs the strategy (a bar, stop, destroy). Link with -lquasar-harness -lm, or in
 * CMake with Quasar::harness.
 */
#ifndef QUASAR_HARNESS_H
#define QUASAR_HARNESS_H

#include <stdint.h>

#include <quasar/strategy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lengths of bars, ns. */
#define QS_TEST_MINUTE INT64_C(60000000000)
#define QS_TEST_HOUR INT64_C(3600000000000)
#define QS_TEST_DAY INT64_C(86400000000000)

/* Close time of the first bar that is given without times is this plus the bar's length:
 * 2000-01-03T00:00:00Z, a Monday. */
#define QS_TEST_BEGIN INT64_C(946857600000000000)

struct qs_test;

/* ---- life ------------------------------------------------------------------------------------ */

/* A strategy with the defaults of its inputs and 100000 of cash. schema: of qs_schema(), which must
 * outlive the test. Never NULL: a schema that the host would refuse gives a test that is broken
 * from the start. The caller destroys it. */
QS_EXPORT struct qs_test *qs_test_create(const struct qs_strategy *schema);

/* on_destroy, then frees everything and clears the caller's pointer; *test may be NULL. */
QS_EXPORT void qs_test_destroy(struct qs_test **test);

/* The sentence of the last call that was refused; "" as long as none was. */
QS_EXPORT const char *qs_test_error(const struct qs_test *test);

/* ---- before the first bar: inputs, feeds, settings ---------------------------------------------
 */
/* All return 0, or -1 when the name is unknown, the value is out of its range or off its step, or
 * the strategy has started already. */

QS_EXPORT int qs_test_set_int(struct qs_test *test, const char *input, int64_t value);
QS_EXPORT int qs_test_set_float(struct qs_test *test, const char *input, double value);
/* on: 0 or 1. */
QS_EXPORT int qs_test_set_bool(struct qs_test *test, const char *input, int on);
/* option: the word of one of the input's options. */
QS_EXPORT int qs_test_set_select(struct qs_test *test, const char *input, const char *option);

/* Binds one more feed: a symbol (at most 31 bytes) at bars of `timeframe` ns. Returns its number,
 * 0, 1, 2 ..., or -1. The first feeds are the symbol inputs in the order of the schema, those after
 * them the universe. Feeds of one symbol share its position. Without any call the strategy gets the
 * fewest feeds that it takes, of days: TEST, TEST1 ... */
QS_EXPORT qs_feed qs_test_add_feed(struct qs_test *test, const char *symbol, int64_t timeframe);

/* Price step, size step (0 = none) and money per price unit of a feed's symbol; 0, 0, 1 where
 * nothing is said. */
QS_EXPORT int qs_test_instrument(struct qs_test *test, qs_feed feed, double tick, double lot,
                                 double multiplier);

/* A setting of the run, written as in run.yaml: ema_seed (sma, first), cross (not_above, strict,
 * last_nonzero), first_call (ready, after_ready), warmup_steps, initial_cash, leverage, account
 * (margin, cash), trades (fifo, lifo, flat), sizing.type (percent_equity, fixed, risk, money),
 * sizing.value. */
QS_EXPORT int qs_test_setting(struct qs_test *test, const char *key, const char *value);

/* Runs on_init. The first bar does that too; call it to see whether on_init refuses: then -1, and
 * the error says what it returned. What it logged can be read. */
QS_EXPORT int qs_test_start(struct qs_test *test);

/* ---- bars --------------------------------------------------------------------------------------
 */
/* Each returns how many trading intents the strategy made in that instant (0 while it warms up), or
 * -1. Prices must be finite and above zero, low <= open, close <= high, volume >= 0. */

/* One bar of feed 0, right after its last one. */
QS_EXPORT int qs_test_bar(struct qs_test *test, double open, double high, double low, double close,
                          double volume);
/* The same, flat: open = high = low = close, volume 0. */
QS_EXPORT int qs_test_close(struct qs_test *test, double close);

/* For several feeds: put the bars that close at one moment, then run that instant. A bar whose
 * times are both 0 follows its feed's last one. put returns 0 or -1. */
QS_EXPORT int qs_test_put(struct qs_test *test, qs_feed feed, const struct qs_bar *bar);
QS_EXPORT int qs_test_step(struct qs_test *test);

/* The end: on_stop, after the events that were still to be told. No bars after that. 0 or -1. */
QS_EXPORT int qs_test_stop(struct qs_test *test);

/* How many bars of a feed it takes until the first on_bar, that bar included: lookbacks,
 * warmup_steps and first_call together. Starts the strategy. -1 when there is no such feed. */
QS_EXPORT int64_t qs_test_warm_up(struct qs_test *test, qs_feed feed);
/* 1 when on_start has run. */
QS_EXPORT int qs_test_started(const struct qs_test *test);

/* ---- what it intends ---------------------------------------------------------------------------
 */

enum { QS_TEST_ORDER = 1, QS_TEST_CANCEL = 2, QS_TEST_FLATTEN = 3, QS_TEST_TARGET = 4 };

/* One intent of the last instant, in the order in which they were made. */
struct qs_seen_intent {
    int32_t kind;   /* QS_TEST_*: what was called; the rest where that has it */
    int32_t feed;   /* as the strategy named it */
    int64_t number; /* what the call returned; of a cancel: the order to cancel */
    int32_t side;   /* QS_BUY, QS_SELL; of a flatten or target: the side that came of it, or 0 */
    int32_t type, tif, flags;
    struct qs_size size;            /* as asked for */
    double limit_price, stop_price; /* as asked for */
    double units; /* what the size came to, in whole lots; 0 where no order came of it */
    char tag[QS_TAG_MAX + 1];
    const char *reason; /* why no order came of it, e.g. "bad_price", "unchanged"; else "none" */
};

/* Of the last instant (or of on_init, on_stop). */
QS_EXPORT int qs_test_intent_count(const struct qs_test *test);
/* NULL when there is no such one. */
QS_EXPORT const struct qs_seen_intent *qs_test_intent(const struct qs_test *test, int index);

/* ---- what becomes of its orders
 * ------------------------------------------------------------------ */
/* An order that is well formed is open from the end of its instant on, until the test fills or ends
 * it, or the strategy cancels it. All of that is told to the strategy (on_order, on_fill, on_trade)
 * with the next instant, before on_bar; position and money change at once. 0 or -1. */

/* Fills all that is left of an order at `price`, whatever its type and prices say; fee in money. A
 * reduce-only order is cut to what is held. */
QS_EXPORT int qs_test_fill(struct qs_test *test, int64_t order, double price, double fee);
/* A part of it: `units` above zero, at most what is left. */
QS_EXPORT int qs_test_fill_part(struct qs_test *test, int64_t order, double units, double price,
                                double fee);
/* Ends it unfilled: state QS_ORDER_CANCELED, QS_ORDER_EXPIRED or QS_ORDER_REJECTED, with the name
 * of a reason, e.g. "day_expired", "insufficient_margin" (README, "What becomes of an intent"). */
QS_EXPORT int qs_test_end_order(struct qs_test *test, int64_t order, int32_t state,
                                const char *reason);

/* ---- what it holds
 * ------------------------------------------------------------------------------- */
/* They start the strategy and tell it nothing. 0 or -1. */

/* Gives it `units` (signed; 0 = flat) of a feed's symbol, as if bought or sold at average_price
 * without fee; what was held goes at its own average price. Cash changes by that. A bar of
 * the symbol must have closed. */
QS_EXPORT int qs_test_set_position(struct qs_test *test, qs_feed feed, double units,
                                   double average_price);
QS_EXPORT int qs_test_set_cash(struct qs_test *test, double cash);
/* Sets the cash so that equity at the newest closes is this. */
QS_EXPORT int qs_test_set_equity(struct qs_test *test, double equity);

/* ---- what it shows
 * ------------------------------------------------------------------------------- */

/* The context that the callbacks get: all readers of strategy.h work on it between two bars, e.g.
 * qs_equity(qs_test_ctx(t)), qs_held_of(qs_test_ctx(t), 0), qs_open_orders(), qs_line_at(). Lines
 * are numbered from 0 in the order in which on_init asked for them. Starts the strategy; NULL when
 * that fails. Do not make intents with it. */
QS_EXPORT const struct qs_ctx *qs_test_ctx(struct qs_test *test);

enum { QS_TEST_LOG = 1, QS_TEST_NOTE = 2, QS_TEST_PLOT = 3 };

/* A log line, note or plot of the last instant. */
struct qs_seen_annotation {
    int32_t kind;     /* QS_TEST_LOG, _NOTE, _PLOT */
    int32_t level;    /* log: QS_LOG_* */
    const char *key;  /* note, plot; else "" */
    const char *text; /* log, note; else "" */
    double value;     /* plot */
};

QS_EXPORT int qs_test_annotation_count(const struct qs_test *test);
/* NULL when there is no such one. */
QS_EXPORT const struct qs_seen_annotation *qs_test_annotation(const struct qs_test *test,
                                                              int index);
/* 1 when a log line of the last instant contains `part`. */
QS_EXPORT int qs_test_logged(const struct qs_test *test, const char *part);
/* The last note or plot of that key in the last instant; NULL, NaN when there is none. */
QS_EXPORT const char *qs_test_note(const struct qs_test *test, const char *key);
QS_EXPORT double qs_test_plot(const struct qs_test *test, const char *key);

/* A declared variable's value now; NaN when the strategy declares none of that name. */
QS_EXPORT double qs_test_variable(struct qs_test *test, const char *name);

#ifdef __cplusplus
}
#endif
#endif
