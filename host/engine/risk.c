#include "engine/risk.h"

#include <math.h>

#include "core/costs.h"

int32_t risk_reason(const struct settings *s) {
    return s->account == ACCOUNT_CASH ? REASON_INSUFFICIENT_CASH : REASON_INSUFFICIENT_MARGIN;
}

static struct projection *projection_now(struct engine *e, struct strategy *s) {
    struct projection *p = &s->projection;
    if (p->instant != e->number) {
        p->instant = e->number;
        p->cash = s->ledger.acct.cash;
        p->equity = s->ledger.acct.equity;
        p->gross = s->ledger.acct.gross;
    }
    return p;
}

static double *projected_units(struct engine *e, struct strategy *s, int32_t symbol) {
    struct projection *p = &s->projection;
    if (p->stamp[symbol] != e->number) {
        p->stamp[symbol] = e->number;
        p->units[symbol] = s->ledger.positions[symbol].pub.quantity;
    }
    return &p->units[symbol];
}

/* What a projection would be after `units` more of a symbol at `price`. */
static struct ledger_money project(const struct mark *m, const struct projection *p, double held,
                                   double units, double price, double fee) {
    struct ledger_money money = {.cash = p->cash - units * price * m->multiplier - fee};
    money.equity = p->equity + units * (mark_close(m) - price) * m->multiplier - fee;
    money.gross = p->gross + (fabs(held + units) - fabs(held)) * mark_close(m) * m->multiplier;
    return money;
}

struct risk_verdict risk_at_acceptance(struct engine *e, struct strategy *s, int32_t symbol,
                                       double units, double price, bool reduce_only) {
    const struct settings *set = e->settings;
    const struct mark *m = &e->marks[symbol];
    struct projection *p = projection_now(e, s);
    double *held = projected_units(e, s, symbol);
    double closing = 0.0;
    if (*held * units < 0.0)
        closing = fabs(units) < fabs(*held) ? units : -*held;
    if (reduce_only)
        units = closing;
    if (units == 0.0)
        return (struct risk_verdict){.passed = true};
    double fee = costs_commission(set, m->multiplier, units, price);
    double opening = units - closing, close_fee = fee * (closing / units);
    struct risk_verdict verdict = {.passed = true};
    if (opening != 0.0 && set->cash_check != CHECK_FILL && set->cash_check != CHECK_NONE) {
        struct ledger_money closed = project(m, p, *held, closing, price, close_fee);
        verdict.passed = ledger_can_open(
            set, closed.cash, closed.equity, closed.gross, units > 0.0 ? 1.0 : -1.0, fabs(opening),
            price, m->multiplier, fee - close_fee, &verdict.needed, &verdict.available);
    }
    if (verdict.passed) {
        struct ledger_money after = project(m, p, *held, units, price, fee);
        p->cash = after.cash;
        p->equity = after.equity;
        p->gross = after.gross;
        *held += units;
    }
    return verdict;
}

struct ledger_money risk_money_at_fill(const struct engine *e, const struct strategy *s,
                                       const struct execution *x, double units, double cash) {
    const struct ledger *l = &s->ledger;
    int32_t symbol = x->order->symbol;
    bool at_close = e->settings->check_mark == MARK_BAR_CLOSE;
    bool this_instant = x->phase == PHASE_CLOSE && x->ts_event == x->ts_known;
    double net = 0.0, gross = 0.0;
    for (int32_t i = 0; i < l->open_count; i++) {
        int32_t other = l->open[i];
        const struct mark *m = &e->marks[other];
        double known = this_instant ? mark_close(m) : mark_known_before(m, e->number);
        double price = at_close ? mark_close(m) : other == symbol ? x->raw : known;
        double held = other == symbol ? units : l->positions[other].pub.quantity;
        double value = held * price * m->multiplier;
        net += value;
        gross += fabs(value);
    }
    return (struct ledger_money){.cash = cash, .equity = cash + net, .gross = gross};
}
