/*
 * Booking and marking. A position keeps its average price for the public figures and lots for the
 * round trips; running extremes are kept once per position and handed to its lots only when a fill
 * changes the set of lots, so that a bar costs the same whatever the number of lots.
 *
 * So does a fill. What a lot lived through, the older ones did too: extremes are noted at the
 * newest lot that saw them, and a lot's own are those noted at it and behind it. The newest lot
 * (LIFO) has them all; when it goes, the one before it inherits. For the oldest (FIFO) the notes
 * behind it are summed up once for all lots of that time (they are "settled"), and of what came
 * later two numbers are kept.
 */
#include "core/ledger.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "core/order.h"

/* What is left of a position after sums of fractions: below this share of what was traded it is
 * zero. */
#define DUST 1e-12
/* Made before the first bar: most strategies never need more. */
#define LOTS_AT_START 4

static struct lot *lot_at(struct position *p, int32_t i) {
    return &p->lots[(p->lot_first + i) & (p->lot_cap - 1)];
}

/* Room for cap lots, a power of two. */
static void lot_reserve(struct position *p, int32_t cap) {
    struct lot *lots = mem_zalloc((size_t)cap, sizeof *lots);
    for (int32_t i = 0; i < p->lot_count; i++)
        lots[i] = *lot_at(p, i);
    mem_free(p->lots);
    p->lots = lots;
    p->lot_cap = cap;
    p->lot_first = 0;
}

void ledger_init(struct ledger *l, const struct settings *settings, int32_t symbol_count,
                 double initial) {
    memset(l, 0, sizeof *l);
    l->settings = settings;
    l->symbol_count = symbol_count;
    l->positions = mem_zalloc((size_t)symbol_count, sizeof *l->positions);
    l->open = mem_zalloc((size_t)symbol_count, sizeof *l->open);
    for (int32_t i = 0; i < symbol_count; i++)
        lot_reserve(&l->positions[i], LOTS_AT_START);
    l->acct.initial = initial;
    l->acct.cash = initial;
    l->acct.equity = initial;
    l->acct.equity_low = initial;
    l->acct.equity_high = initial;
    l->acct.peak = initial;
    l->acct.leverage = settings->account == ACCOUNT_CASH ? 1.0 : settings->leverage;
    l->acct.buying_power = ledger_buying_power(settings, initial, initial, 0.0);
}

void ledger_fini(struct ledger *l) {
    for (int32_t i = 0; l->positions && i < l->symbol_count; i++)
        mem_free(l->positions[i].lots);
    mem_free(l->positions);
    mem_free(l->open);
    memset(l, 0, sizeof *l);
}

static struct lot *lot_push(struct position *p) {
    if (p->lot_count == p->lot_cap)
        lot_reserve(p, p->lot_cap * 2);
    return lot_at(p, p->lot_count++);
}

/* Not fmin and fmax: these are calls, and may give either of 0 and -0. */
static inline double lower(double a, double b) { return b < a ? b : a; }
static inline double higher(double a, double b) { return b > a ? b : a; }

static void extend_lot(struct lot *lot, double low, double high) {
    lot->low = lower(lot->low, low);
    lot->high = higher(lot->high, high);
}

/* The oldest `count` lots saw these prices. */
static void extend_oldest(struct position *p, int32_t count, double low, double high) {
    if (count > p->settled) {
        extend_lot(lot_at(p, count - 1), low, high);
        p->rest_low = lower(p->rest_low, low);
        p->rest_high = higher(p->rest_high, high);
    } else if (count == p->settled) {
        p->settled_low = lower(p->settled_low, low);
        p->settled_high = higher(p->settled_high, high);
    } else { /* settled in the instant of their purchase */
        for (int32_t i = 0; i < count; i++)
            extend_lot(lot_at(p, i), low, high);
    }
}

static void unsettle(struct position *p) {
    p->settled = 0;
    p->settled_low = p->rest_low = INFINITY;
    p->settled_high = p->rest_high = -INFINITY;
}

static void settle(struct position *p) {
    for (int32_t i = p->lot_count - 2; i >= 0; i--) {
        const struct lot *newer = lot_at(p, i + 1);
        extend_lot(lot_at(p, i), newer->low, newer->high);
    }
    unsettle(p);
    p->settled = p->lot_count;
}

/* The lot that goes next, with all that it saw in its own extremes. */
static struct lot *lot_to_close(struct position *p, bool lifo) {
    if (lifo)
        return lot_at(p, p->lot_count - 1);
    if (p->settled == 0)
        settle(p);
    struct lot *lot = lot_at(p, 0);
    extend_lot(lot, lower(p->settled_low, p->rest_low), higher(p->settled_high, p->rest_high));
    return lot;
}

static void drop_lot(struct position *p, bool lifo) {
    p->lot_count--;
    if (!lifo) {
        p->lot_first = (p->lot_first + 1) & (p->lot_cap - 1);
        p->settled--;
    } else if (p->lot_count > 0) {
        const struct lot *gone = lot_at(p, p->lot_count);
        extend_lot(lot_at(p, p->lot_count - 1), gone->low, gone->high);
    }
}

/* The running extremes become the lots' own; they start anew at `price`. */
static void fold_extremes(struct position *p, double price, double multiplier) {
    double low = lower(p->low, price), high = higher(p->high, price);
    double q = p->pub.quantity, avg = p->pub.average_price;
    if (p->lot_count > 0)
        extend_oldest(p, p->lot_count, low, high);
    if (q != 0.0) {
        double at_low = q * (low - avg) * multiplier, at_high = q * (high - avg) * multiplier;
        p->round.worst = lower(p->round.worst, lower(at_low, at_high));
        p->round.best = higher(p->round.best, higher(at_low, at_high));
    }
    p->low = price;
    p->high = price;
}

static void emit_lot(const struct booking *b, const struct lot *lot, double units, double entry_fee,
                     double exit_fee, ledger_round_fn each, void *user) {
    double at_low = units * (lot->low - lot->price) * b->multiplier;
    double at_high = units * (lot->high - lot->price) * b->multiplier;
    struct round r = {.symbol = b->symbol,
                      .entry_event = lot->entry_event,
                      .entry_known = lot->entry_known,
                      .exit_event = b->ts_event,
                      .exit_known = b->ts_known,
                      .quantity = units,
                      .entry_price = lot->price,
                      .exit_price = b->price,
                      .entry_order = lot->entry_order,
                      .exit_order = b->order};
    r.gross = units * (b->price - lot->price) * b->multiplier;
    r.fees = entry_fee + exit_fee;
    r.net = r.gross - r.fees;
    r.mae = lower(0.0, lower(at_low, at_high));
    r.mfe = higher(0.0, higher(at_low, at_high));
    if (each)
        each(user, &r);
}

/* Take `units` (signed like the position) out of the lots, oldest or newest first. */
static void close_lots(struct ledger *l, struct position *p, const struct booking *b, double units,
                       double fee, ledger_round_fn each, void *user) {
    bool lifo = l->settings->trades == TRADES_LIFO;
    double left = fabs(units), sign = units > 0.0 ? 1.0 : -1.0, total = left;
    while (p->lot_count > 0 && left > 0.0) {
        struct lot *lot = lot_to_close(p, lifo);
        double size = fabs(lot->quantity);
        bool whole = size <= left || size - left <= DUST * total;
        double part = whole ? size : left;
        double entry_fee = whole ? lot->fee : lot->fee * (part / size);
        emit_lot(b, lot, sign * part, entry_fee, fee * (part / total), each, user);
        left -= part;
        if (whole) {
            drop_lot(p, lifo);
        } else {
            lot->quantity -= sign * part;
            lot->fee -= entry_fee;
        }
    }
}

static void emit_flat(struct position *p, const struct booking *b, ledger_round_fn each,
                      void *user) {
    struct round_trip *t = &p->round;
    struct round r = {.symbol = b->symbol,
                      .entry_event = t->entry_event,
                      .entry_known = t->entry_known,
                      .exit_event = b->ts_event,
                      .exit_known = b->ts_known,
                      .quantity = t->entered,
                      .entry_price = t->entered_value / t->entered,
                      .exit_price = t->exited_value / t->entered,
                      .gross = t->gross,
                      .fees = t->fees,
                      .net = t->gross - t->fees,
                      .mae = t->worst,
                      .mfe = t->best,
                      .entry_order = t->entry_order,
                      .exit_order = b->order};
    if (each)
        each(user, &r);
}

static void open_list_add(struct ledger *l, int32_t symbol) {
    int32_t i = l->open_count++;
    while (i > 0 && l->open[i - 1] > symbol) {
        l->open[i] = l->open[i - 1];
        i--;
    }
    l->open[i] = symbol;
}

static void open_list_remove(struct ledger *l, int32_t symbol) {
    int32_t i = 0;
    while (l->open[i] != symbol)
        i++;
    l->open_count--;
    for (; i < l->open_count; i++)
        l->open[i] = l->open[i + 1];
}

/* The part that closes; units has the sign of the position. Returns money realized. */
static double close_part(struct ledger *l, struct position *p, const struct booking *b,
                         double units, double fee, ledger_round_fn each, void *user) {
    double realized = units * (b->price - p->pub.average_price) * b->multiplier;
    double rest = p->pub.quantity - units;
    if (l->settings->trades == TRADES_FLAT) {
        p->round.exited_value += units * b->price;
        p->round.gross += realized;
        p->round.fees += fee;
    } else {
        close_lots(l, p, b, units, fee, each, user);
    }
    p->pub.realized_pnl += realized;
    if (fabs(rest) <= DUST * fabs(units))
        rest = 0.0;
    p->pub.quantity = rest;
    if (rest == 0.0) {
        if (l->settings->trades == TRADES_FLAT)
            emit_flat(p, b, each, user);
        memset(&p->round, 0, sizeof p->round);
        p->lot_count = 0;
        p->pub.average_price = 0.0;
        p->pub.opened = 0;
        open_list_remove(l, b->symbol);
    }
    return realized;
}

/* The part that opens; units signed. */
static void open_part(struct ledger *l, struct position *p, const struct booking *b, double units,
                      double fee) {
    double held = p->pub.quantity;
    if (held == 0.0) {
        open_list_add(l, b->symbol);
        unsettle(p);
        p->pub.average_price = b->price;
        p->pub.opened = b->ts_event;
        p->round.entry_event = b->ts_event;
        p->round.entry_known = b->ts_known;
        p->round.entry_order = b->order;
    } else {
        p->pub.average_price = (held * p->pub.average_price + units * b->price) / (held + units);
    }
    p->pub.quantity = held + units;
    p->low = b->price;
    p->high = b->price;
    if (l->settings->trades == TRADES_FLAT) {
        p->round.entered += units;
        p->round.entered_value += units * b->price;
        p->round.fees += fee;
    } else {
        *lot_push(p) = (struct lot){.quantity = units,
                                    .price = b->price,
                                    .fee = fee,
                                    .low = b->price,
                                    .high = b->price,
                                    .entry_event = b->ts_event,
                                    .entry_known = b->ts_known,
                                    .entry_order = b->order,
                                    .instant = b->instant};
        p->rest_low = lower(p->rest_low, b->price);
        p->rest_high = higher(p->rest_high, b->price);
    }
}

/* How much of the position did not live through the bar in progress. */
static void note_fresh(struct position *p, const struct booking *b, double opened) {
    double held = p->pub.quantity;
    bool inside = b->phase == PHASE_BAR || (b->phase != PHASE_OPEN && b->ts_event == b->ts_known);
    if (p->booked != b->instant)
        p->fresh = 0.0;
    p->booked = b->instant;
    if (inside)
        p->fresh += opened;
    if (p->fresh * held <= 0.0)
        p->fresh = inside && opened == held ? held : 0.0;
    else if (fabs(p->fresh) > fabs(held))
        p->fresh = held;
}

void ledger_apply(struct ledger *l, const struct booking *b, struct booked *ret,
                  ledger_round_fn each, void *user) {
    CHECK(b->symbol >= 0 && b->symbol < l->symbol_count);
    CHECK(isfinite(b->quantity) && b->quantity != 0.0 && isfinite(b->price) && isfinite(b->fee));
    struct position *p = &l->positions[b->symbol];
    double held = p->pub.quantity, q = b->quantity, value = q * b->price * b->multiplier;
    double closing = 0.0;
    if (held * q < 0.0) {
        closing = fabs(q) < fabs(held) ? q : -held;
        if (fabs(q - closing) <= DUST * fabs(q))
            closing = q;
    }
    double close_fee = closing == 0.0 ? 0.0 : b->fee * (closing / q), realized = 0.0;
    if (held != 0.0)
        fold_extremes(p, b->price, b->multiplier);
    if (closing != 0.0)
        realized = close_part(l, p, b, -closing, close_fee, each, user);
    if (q != closing)
        open_part(l, p, b, q - closing, b->fee - close_fee);
    note_fresh(p, b, q - closing);
    p->pub.fees += b->fee;
    l->acct.cash -= value;
    l->acct.cash -= b->fee;
    l->turnover += fabs(value);
    l->changed = true;
    *ret = (struct booked){.closed = closing, .realized = realized, .position = p->pub.quantity};
}

/* Most accounts have leverage 1, and a division is the slowest thing here; x / 1 is x. */
static double margin_of(double gross, double leverage) {
    return leverage == 1.0 ? gross : gross / leverage;
}

double ledger_buying_power(const struct settings *s, double cash, double equity, double gross) {
    if (s->account == ACCOUNT_CASH)
        return cash > 0.0 ? cash : 0.0;
    double available = equity - margin_of(gross, s->leverage);
    return available > 0.0 ? available * s->leverage : 0.0;
}

bool ledger_can_open(const struct settings *s, double cash, double equity, double gross,
                     double side, double units, double price, double multiplier, double fee,
                     double *ret_needed, double *ret_available) {
    double needed = units * price * multiplier + fee;
    *ret_needed = needed;
    if (s->account == ACCOUNT_CASH) {
        *ret_available = cash;
        return side < 0.0 || cash - units * price * multiplier - fee >= 0.0;
    }
    *ret_available = ledger_buying_power(s, cash, equity, gross);
    return needed <= *ret_available;
}

/* A bar in which part of the position is fresh: its extremes are those of the older lots alone. */
static void extend_older(struct position *p, const struct mark *m) {
    double older = (p->pub.quantity - p->fresh) * m->multiplier;
    double at_low = older * (mark_low(m) - p->pub.average_price);
    double at_high = older * (mark_high(m) - p->pub.average_price);
    int32_t count = p->lot_count;
    while (count > 0 && lot_at(p, count - 1)->instant == p->booked)
        count--;
    if (count > 0)
        extend_oldest(p, count, mark_low(m), mark_high(m));
    p->round.worst = lower(p->round.worst, lower(at_low, at_high));
    p->round.best = higher(p->round.best, higher(at_low, at_high));
}

/* Value of one position at its mark, and with the extremes of the bar that it lived through. */
struct worth {
    double value, low, high;
};

static struct worth mark_position(struct position *p, const struct mark *m, int64_t number) {
    double close = mark_close(m), low = close, high = close, fresh = 0.0;
    if (m->instant == number) {
        low = mark_low(m);
        high = mark_high(m);
        if (UNLIKELY(p->fresh != 0.0 && p->booked == number))
            fresh = p->fresh * m->multiplier;
    }
    double units = p->pub.quantity * m->multiplier, older = units - fresh;
    double at_low = older * low, at_high = older * high, rest = fresh * close;
    if (UNLIKELY(fresh != 0.0)) {
        extend_older(p, m);
        low = high = close;
    }
    p->low = low < p->low ? low : p->low;
    p->high = high > p->high ? high : p->high;
    return (struct worth){.value = units * close,
                          .low = (units > 0.0 ? at_low : at_high) + rest,
                          .high = (units > 0.0 ? at_high : at_low) + rest};
}

void ledger_mark(struct ledger *l, const struct mark *marks, int64_t number) {
    struct qs_account *a = &l->acct;
    double net = 0.0, gross = 0.0, low_sum = 0.0, high_sum = 0.0;
    l->changed = false;
    for (int32_t i = 0; i < l->open_count; i++) {
        struct worth worth = mark_position(&l->positions[l->open[i]], &marks[l->open[i]], number);
        net += worth.value;
        gross += fabs(worth.value);
        low_sum += worth.low;
        high_sum += worth.high;
    }
    a->net = net;
    a->gross = gross;
    a->equity = a->cash + net;
    a->equity_low = a->cash + low_sum;
    a->equity_high = a->cash + high_sum;
    a->margin = margin_of(gross, a->leverage);
    a->buying_power = ledger_buying_power(l->settings, a->cash, a->equity, gross);
    a->peak = a->equity > a->peak ? a->equity : a->peak;
}
