/* Excursions of many lots, against lots that are all told of every price. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "core/ledger.h"
#include "core/order.h"

#define STEPS 4000

struct plain_lot {
    double quantity, price, low, high;
    int64_t order;
};

static struct plain_lot lots[STEPS];
static int first, end; /* those still open */
static int closed, most;
static uint64_t seed;

static uint64_t any(void) {
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void tell(int count, double low, double high) {
    for (int i = first; i < first + count; i++) {
        lots[i].low = fmin(lots[i].low, low);
        lots[i].high = fmax(lots[i].high, high);
    }
}

static void check_round(void *user, const struct round *r) {
    const struct settings *settings = user;
    struct plain_lot *lot = &lots[settings->trades == TRADES_LIFO ? end - 1 : first];
    double at_low = r->quantity * (lot->low - lot->price);
    double at_high = r->quantity * (lot->high - lot->price);
    cr_assert_eq(r->entry_price, lot->price);
    cr_assert_eq(r->entry_order, lot->order);
    cr_assert_eq(r->exit_order, r->exit_event); /* orders are numbered as steps here */
    cr_assert_eq(r->mae, fmin(0.0, fmin(at_low, at_high)));
    cr_assert_eq(r->mfe, fmax(0.0, fmax(at_low, at_high)));
    lot->quantity -= r->quantity;
    closed++;
    if (lot->quantity != 0.0)
        return;
    if (settings->trades == TRADES_LIFO)
        end--;
    else
        first++;
}

/* One fill a bar, at its open or inside; multiples of 1/16, so that all is exact. What was bought
 * inside a bar sees its close alone; what was sold sees nothing after. Purchases and sales come in
 * streaks, so that there are many lots at times. */
static void compare(int trades, double side) {
    struct settings settings = {.trades = trades, .leverage = 1.0};
    struct ledger ledger;
    double open = 1000.0, high, low, close, volume = 1.0, held = 0.0;
    int64_t open_time = 0, close_time = 0;
    struct bar_columns bars = {&open_time, &close_time, &open, &high, &low, &close, &volume, 1};
    struct mark mark = {.bars = &bars, .newest = 0, .multiplier = 1.0};
    first = end = closed = most = 0;
    ledger_init(&ledger, &settings, 1, 1e9);
    for (int64_t step = 1; step <= STEPS; step++) {
        open = fmax(16.0, open + ((double)(any() % 65) - 32.0) / 16.0);
        close = open + ((double)(any() % 33) - 16.0) / 16.0;
        high = fmax(open, close) + (double)(any() % 33) / 16.0;
        low = fmin(open, close) - (double)(any() % 33) / 16.0;
        bool is_inside = any() % 2, is_sale = held > 0.0 && any() % 8 < (step / 500 % 2 ? 5 : 1);
        double price = is_inside ? (any() % 2 ? low : high) : open;
        double units = (double)(1 + any() % 4);
        units = is_sale ? -fmin(held, 2.0 * units) : units;
        tell(end - first, price, price);
        if (!is_sale)
            lots[end++] = (struct plain_lot){side * units, price, price, price, step};
        struct booked done;
        ledger_apply(&ledger,
                     &(struct booking){.phase = is_inside ? PHASE_BAR : PHASE_OPEN,
                                       .quantity = side * units,
                                       .price = price,
                                       .multiplier = 1.0,
                                       .ts_event = step,
                                       .ts_known = step,
                                       .order = step,
                                       .instant = step},
                     &done, check_round, &settings);
        held += units;
        most = end - first > most ? end - first : most;
        bool is_fresh = is_inside && !is_sale;
        tell(end - first - is_fresh, low, high);
        tell(end - first, close, close);
        mark.instant = step;
        ledger_mark(&ledger, &mark, step);
    }
    ledger_fini(&ledger);
    cr_expect_gt(closed, 1000);
    cr_expect_gt(most, 200);
}

Test(ledger_lots, have_seen_the_same_prices_with_fifo) {
    seed = 1;
    compare(TRADES_FIFO, 1.0);
}
Test(ledger_lots, have_seen_the_same_prices_with_lifo) {
    seed = 2;
    compare(TRADES_LIFO, 1.0);
}
Test(ledger_lots, have_seen_the_same_prices_when_short) {
    seed = 3;
    compare(TRADES_FIFO, -1.0);
}
