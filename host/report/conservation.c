/*
 * Books of its own, kept the plain way: cash by subtraction, lots in a list, results when they
 * close. Fills come before the account records of their instant, and allocations after their fill,
 * so whatever an account record claims can be compared on the spot.
 */
#include "report/conservation.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"
#include "report/conservation_books.h"

void conservation_init(struct conservation *c, conservation_mark_fn mark, void *self) {
    *c = (struct conservation){.mark = mark, .mark_self = self, .trades = TRADES_FIFO};
    names_init(&c->names);
}

void conservation_fini(struct conservation *c) {
    for (int64_t i = 0; i < c->book_count; i++)
        mem_free(c->books[i].lots);
    mem_free(c->books);
    mem_free(c->open);
    mem_free(c->cash);
    mem_free(c->turnover);
    mem_free(c->silo_cash);
    mem_free(c->silo_turnover);
    mem_free(c->silo_equity);
    mem_free(c->silo_open);
    mem_free(c->symbol_value);
    names_fini(&c->names);
    *c = (struct conservation){0};
}

/* The setup is over: what everybody starts with. */
static int make_ready(struct conservation *c, struct err *err) {
    int64_t strategies = c->names.strategy_count, silos = c->names.silo_count;
    int64_t books = strategies * c->names.symbol_count;
    if (books > CONSERVATION_BOOKS_MAX)
        return err_set(err, ERR_LIMIT,
                       "journal: %" PRId64 " strategies times %" PRId64 " symbols (at most %d)",
                       strategies, c->names.symbol_count, CONSERVATION_BOOKS_MAX);
    c->cash = mem_zalloc((size_t)strategies, sizeof(double));
    c->turnover = mem_zalloc((size_t)strategies, sizeof(double));
    c->silo_cash = mem_zalloc((size_t)silos, sizeof(double));
    c->silo_turnover = mem_zalloc((size_t)silos, sizeof(double));
    c->silo_equity = mem_zalloc((size_t)silos, sizeof(double));
    c->silo_open = mem_zalloc((size_t)silos, sizeof(double));
    c->books = mem_zalloc((size_t)books, sizeof(*c->books));
    c->book_count = books;
    for (int64_t i = 0; i < strategies; i++)
        c->cash[i] = c->names.strategies[i].budget;
    for (int64_t i = 0; i < silos; i++)
        c->silo_cash[i] = c->silo_equity[i] = c->names.silos[i].initial_cash;
    c->is_ready = true;
    return 0;
}

/* Each booking may round cash itself by half a step of it, which small trades on a large account do
 * not outgrow: so much turnover stands for four such steps. */
#define ROUNDING (0x1p-50 / 1e-9)

static double tolerance(double turnover) { return 1e-9 * turnover + 1e-9; }

struct claim {
    const char *what, *name, *field;
    int64_t time;
    double found, expected, tolerance;
};

static int compare(const struct claim *claim, struct err *err) {
    if (fabs(claim->found - claim->expected) <= claim->tolerance)
        return 0;
    char time[TIME_ISO_MAX];
    time_format_iso(time, sizeof(time), claim->time);
    return err_set(err, ERR_FORMAT,
                   "conservation: %s %s at %s: %s: found %.17g, expected %.17g (within %.3g)",
                   claim->what, claim->name, time, claim->field, claim->found, claim->expected,
                   claim->tolerance);
}

/* Whether the last fill was given away to the last unit. */
static int check_allocated(struct conservation *c, struct err *err) {
    if (!c->has_fill)
        return 0;
    c->has_fill = false;
    const char *symbol = c->names.symbols[c->fill.symbol].name;
    struct claim claim = {.what = "a fill of",
                          .name = symbol,
                          .field = "sum of its allocations",
                          .time = c->fill.ts_event,
                          .found = c->fill.quantity - c->left_quantity,
                          .expected = c->fill.quantity,
                          .tolerance = 1e-9 * fabs(c->fill.quantity)};
    int rc = compare(&claim, err);
    if (rc != 0)
        return rc;
    claim.field = "sum of its allocations' fees";
    claim.found = c->fill.fee - c->left_fee;
    claim.expected = c->fill.fee;
    claim.tolerance = tolerance(fabs(c->fill.fee));
    return compare(&claim, err);
}

static int take_fill(struct conservation *c, const struct j_fill *r, struct err *err) {
    int rc = check_allocated(c, err);
    if (rc == 0)
        rc = names_check_symbol(&c->names, "fill", r->symbol, err);
    if (rc != 0)
        return rc;
    if (!isfinite(r->quantity) || !isfinite(r->price) || !isfinite(r->fee))
        return err_set(err, ERR_FORMAT, "journal: a fill with a number that is not finite");
    c->fill = *r;
    c->left_quantity = r->quantity;
    c->left_fee = r->fee;
    c->has_fill = true;
    return 0;
}

static int check_booked(const struct conservation *c, const struct j_allocation *r,
                        const struct booked_share *booked, double held_before, struct err *err) {
    const struct name_strategy *strategy = &c->names.strategies[r->strategy];
    double units = 1e-9 * (fabs(held_before) + fabs(r->quantity));
    struct claim claim = {.what = "an allocation to",
                          .name = strategy->name,
                          .field = "units closed",
                          .time = c->fill.ts_event,
                          .found = r->closed,
                          .expected = booked->closed,
                          .tolerance = units};
    int rc = compare(&claim, err);
    if (rc != 0)
        return rc;
    claim.field = "realized";
    claim.found = r->realized;
    claim.expected = booked->realized;
    claim.tolerance = tolerance(c->turnover[r->strategy]);
    rc = compare(&claim, err);
    if (rc != 0)
        return rc;
    claim.field = "units held";
    claim.found = r->position;
    claim.expected = booked->held;
    claim.tolerance = fmax(units, booked->dust);
    return compare(&claim, err);
}

static int take_allocation(struct conservation *c, const struct j_allocation *r, struct err *err) {
    int rc = names_check_strategy(&c->names, "allocation", r->strategy, err);
    if (rc != 0)
        return rc;
    if (!c->has_fill || r->fill != c->fill.id)
        return err_set(err, ERR_FORMAT,
                       "conservation: an allocation of fill %" PRId64 " without its fill", r->fill);
    if (!isfinite(r->quantity) || !isfinite(r->fee) || r->quantity == 0.0)
        return err_set(err, ERR_FORMAT, "journal: an allocation whose numbers are no share");
    if (c->lots >= CONSERVATION_LOTS_MAX)
        return err_set(err, ERR_LIMIT, "journal: more than %d open lots", CONSERVATION_LOTS_MAX);
    double multiplier = c->names.symbols[c->fill.symbol].multiplier;
    double value = r->quantity * c->fill.price * multiplier;
    int64_t silo = c->names.strategies[r->strategy].silo;
    c->left_quantity -= r->quantity;
    c->left_fee -= r->fee;
    c->cash[r->strategy] -= value + r->fee;
    c->turnover[r->strategy] += fabs(value) + ROUNDING * fabs(c->cash[r->strategy]);
    c->silo_cash[silo] -= value + r->fee;
    c->silo_turnover[silo] += fabs(value) + ROUNDING * fabs(c->silo_cash[silo]);
    struct conservation_book *book = books_at(c, r->strategy, c->fill.symbol);
    double held_before = book->held;
    struct booked_share booked;
    books_apply(c, book,
                &(struct share){.quantity = r->quantity,
                                .price = c->fill.price,
                                .fee = r->fee,
                                .multiplier = multiplier,
                                .says_flat = r->position == 0.0},
                &booked);
    return check_booked(c, r, &booked, held_before, err);
}

static int take_trade(struct conservation *c, const struct j_trade *r, struct err *err) {
    int rc = names_check_strategy(&c->names, "trade", r->strategy, err);
    if (rc == 0)
        rc = names_check_symbol(&c->names, "trade", r->symbol, err);
    if (rc != 0)
        return rc;
    double multiplier = c->names.symbols[r->symbol].multiplier;
    double value = fabs(r->quantity) * (r->entry_price + r->exit_price) * multiplier;
    struct claim claim = {.what = "a trade of",
                          .name = c->names.symbols[r->symbol].name,
                          .field = "gross",
                          .time = r->exit_time,
                          .found = r->gross,
                          .expected = r->quantity * (r->exit_price - r->entry_price) * multiplier,
                          .tolerance = tolerance(value)};
    rc = compare(&claim, err);
    if (rc != 0)
        return rc;
    claim.field = "net";
    claim.found = r->net;
    claim.expected = r->gross - r->fees;
    rc = compare(&claim, err);
    books_at(c, r->strategy, r->symbol)->claimed += r->net;
    return rc;
}

/* What books hold at marks. */
struct worth {
    double gross, net;
    bool is_flat, is_known;
    bool has_closed; /* some listed book is flat */
};

/* The gross exposure of the values gathered in symbol_value, which become 0: an account holds one
 * position of a symbol, whoever of its strategies it belongs to. */
static double take_gross(struct conservation *c) {
    double gross = 0.0;
    for (int64_t i = 0; i < c->open_count; i++) {
        double *value = &c->symbol_value[c->open[i] % c->names.symbol_count];
        gross += fabs(*value);
        *value = 0.0;
    }
    return gross;
}

/* Adds up the open books of a silo (strategy -1) or of one strategy; compares their round trips. */
static int sum_books(struct conservation *c, int64_t silo, int64_t strategy, int64_t time,
                     struct worth *ret, struct err *err) {
    *ret = (struct worth){.is_flat = true, .is_known = c->mark != NULL};
    if (c->symbol_value == NULL)
        c->symbol_value = mem_zalloc((size_t)c->names.symbol_count, sizeof(double));
    for (int64_t i = 0; i < c->open_count; i++) {
        int64_t owner = c->open[i] / c->names.symbol_count;
        int64_t symbol = c->open[i] % c->names.symbol_count;
        const struct conservation_book *book = &c->books[c->open[i]];
        if (c->names.strategies[owner].silo != silo || (strategy >= 0 && owner != strategy))
            continue;
        struct claim claim = {.what = "the trades of",
                              .name = c->names.strategies[owner].name,
                              .field = "sum of their net",
                              .time = time,
                              .found = book->claimed,
                              .expected = book->expected,
                              .tolerance = tolerance(c->turnover[owner])};
        int rc = compare(&claim, err);
        if (rc != 0)
            return rc;
        double mark = 0.0;
        ret->has_closed |= book->held == 0.0;
        if (book->held == 0.0)
            continue;
        ret->is_flat = false;
        if (ret->is_known)
            ret->is_known = c->mark(c->mark_self, symbol, time, &mark);
        double value = book->held * mark * c->names.symbols[symbol].multiplier;
        ret->net += value;
        c->symbol_value[symbol] += value;
    }
    ret->gross = take_gross(c);
    return 0;
}

/* Books that are flat and were compared need no more looks. */
static void drop_flat(struct conservation *c, int64_t silo) {
    int64_t kept = 0;
    for (int64_t i = 0; i < c->open_count; i++) {
        struct conservation_book *book = &c->books[c->open[i]];
        int64_t owner = c->open[i] / c->names.symbol_count;
        if (book->held == 0.0 && c->names.strategies[owner].silo == silo)
            book->listed = false;
        else
            c->open[kept++] = c->open[i];
    }
    c->open_count = kept;
}

static int compare_account(struct conservation *c, struct claim *claim,
                           const struct j_ledger *found, double cash, const struct worth *worth,
                           struct err *err) {
    /* sums of large values round in the last bits, however little was traded */
    claim->tolerance += 0x1p-50 * (fabs(found->equity) + fabs(cash) + worth->gross);
    claim->field = "cash";
    claim->found = found->cash;
    claim->expected = cash;
    c->checked++;
    int rc = compare(claim, err);
    if (rc != 0 || (!worth->is_known && !worth->is_flat))
        return rc;
    claim->field = "equity";
    claim->found = found->equity;
    claim->expected = cash + worth->net;
    rc = compare(claim, err);
    if (rc != 0)
        return rc;
    claim->field = "gross";
    claim->found = found->gross;
    claim->expected = worth->gross;
    rc = compare(claim, err);
    if (rc != 0)
        return rc;
    claim->field = "net";
    claim->found = found->net;
    claim->expected = worth->net;
    return compare(claim, err);
}

static int take_equity(struct conservation *c, const struct j_equity *r, struct err *err) {
    struct worth worth;
    int rc = names_check_silo(&c->names, "equity", r->silo, err);
    if (rc == 0)
        rc = check_allocated(c, err);
    if (rc == 0)
        rc = sum_books(c, r->silo, -1, r->time, &worth, err);
    if (rc != 0)
        return rc;
    struct claim claim = {.what = "silo",
                          .name = c->names.silos[r->silo].name,
                          .time = r->time,
                          .tolerance = tolerance(c->silo_turnover[r->silo])};
    struct j_ledger found = {
        .cash = r->cash, .equity = r->equity, .gross = r->gross, .net = r->net};
    c->silo_equity[r->silo] = r->equity;
    if (worth.has_closed)
        drop_flat(c, r->silo);
    return compare_account(c, &claim, &found, c->silo_cash[r->silo], &worth, err);
}

static int take_ledger(struct conservation *c, const struct j_ledger *r, struct err *err) {
    struct worth worth;
    int rc = names_check_strategy(&c->names, "ledger", r->strategy, err);
    if (rc != 0)
        return rc;
    const struct name_strategy *strategy = &c->names.strategies[r->strategy];
    rc = sum_books(c, strategy->silo, r->strategy, r->time, &worth, err);
    if (rc != 0)
        return rc;
    struct claim claim = {.what = "strategy",
                          .name = strategy->name,
                          .time = r->time,
                          .tolerance = tolerance(c->turnover[r->strategy])};
    return compare_account(c, &claim, r, c->cash[r->strategy], &worth, err);
}

static int take_position(struct conservation *c, const struct j_position *r, struct err *err) {
    int rc = names_check_strategy(&c->names, "position", r->strategy, err);
    if (rc == 0)
        rc = names_check_symbol(&c->names, "position", r->symbol, err);
    if (rc != 0)
        return rc;
    const struct conservation_book *book = books_at(c, r->strategy, r->symbol);
    double multiplier = c->names.symbols[r->symbol].multiplier;
    struct claim claim = {.what = "the position in",
                          .name = c->names.symbols[r->symbol].name,
                          .field = "quantity",
                          .time = r->time,
                          .found = r->quantity,
                          .expected = book->held,
                          .tolerance = 1e-9 * book->moved};
    rc = compare(&claim, err);
    if (rc != 0)
        return rc;
    claim.field = "average price";
    claim.found = r->average_price;
    claim.expected = book->average;
    claim.tolerance = tolerance(fabs(book->average));
    rc = compare(&claim, err);
    c->silo_open[c->names.strategies[r->strategy].silo] +=
        books_open_result(c, book, r->mark, multiplier);
    return rc;
}

/* Start + closed + open = end, per silo, from what the records claim. */
static int take_end(struct conservation *c, const struct j_end *r, struct err *err) {
    int rc = check_allocated(c, err);
    double *result = mem_zalloc((size_t)c->names.silo_count, sizeof(*result));
    for (int64_t i = 0; i < c->book_count; i++)
        result[c->names.strategies[i / c->names.symbol_count].silo] += c->books[i].claimed;
    for (int64_t i = 0; rc == 0 && i < c->names.silo_count; i++) {
        double initial = c->names.silos[i].initial_cash;
        struct claim claim = {.what = "silo",
                              .name = c->names.silos[i].name,
                              .field = "equity against trades and open positions",
                              .time = r->time,
                              .found = c->silo_equity[i] - initial,
                              .expected = result[i] + c->silo_open[i],
                              .tolerance = tolerance(c->silo_turnover[i])};
        rc = compare(&claim, err);
    }
    mem_free(result);
    return rc;
}

static int take_fact(struct conservation *c, const struct journal_record *record, struct err *err) {
    union {
        struct j_fill fill;
        struct j_allocation allocation;
        struct j_trade trade;
        struct j_equity equity;
        struct j_ledger ledger;
        struct j_position position;
        struct j_end end;
    } r;
    int rc = c->is_ready ? 0 : make_ready(c, err);
    if (rc != 0)
        return rc;
    journal_read(record, &r);
    switch (record->kind) {
    case JOURNAL_FILL:
        return take_fill(c, &r.fill, err);
    case JOURNAL_ALLOCATION:
        return take_allocation(c, &r.allocation, err);
    case JOURNAL_TRADE:
        return take_trade(c, &r.trade, err);
    case JOURNAL_EQUITY:
        return take_equity(c, &r.equity, err);
    case JOURNAL_LEDGER:
        return take_ledger(c, &r.ledger, err);
    case JOURNAL_POSITION:
        return take_position(c, &r.position, err);
    default:
        return take_end(c, &r.end, err);
    }
}

static int take_setup(struct conservation *c, const struct journal_record *record,
                      struct err *err) {
    if (c->is_ready)
        return err_set(err, ERR_FORMAT, "journal: a record '%s' after the first fact",
                       journal_layout(record->kind)->name);
    struct j_setting setting;
    if (record->kind != JOURNAL_SETTING)
        return names_take(&c->names, record, err);
    journal_read(record, &setting);
    if (str_eq(setting.key, "trades"))
        c->trades = str_eq(setting.value, "lifo")   ? TRADES_LIFO
                    : str_eq(setting.value, "flat") ? TRADES_FLAT
                                                    : TRADES_FIFO;
    return 0;
}

int conservation_take(struct conservation *c, const struct journal_record *record,
                      struct err *err) {
    int rc = 0;
    c->records++;
    switch (record->kind) {
    case JOURNAL_SETTING:
    case JOURNAL_SYMBOL:
    case JOURNAL_FEED:
    case JOURNAL_SILO:
    case JOURNAL_STRATEGY:
        rc = take_setup(c, record, err);
        break;
    case JOURNAL_FILL:
    case JOURNAL_ALLOCATION:
    case JOURNAL_TRADE:
    case JOURNAL_EQUITY:
    case JOURNAL_LEDGER:
    case JOURNAL_POSITION:
    case JOURNAL_END:
        rc = take_fact(c, record, err);
        break;
    default:
        break;
    }
    if (rc != 0)
        err_prepend(err, "record %" PRIu64 ": ", c->records);
    return rc;
}
