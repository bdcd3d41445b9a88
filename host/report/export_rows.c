/* Trades, fills, signals, accounts, annotations; orders are in export_orders.c. */
#include "report/export_rows.h"

#include <inttypes.h>
#include <math.h>

#include <quasar/types.h>

#include "base/mem.h"
#include "core/reason.h"
#include "engine/intent.h"

void exporter_init(struct exporter *x) {
    *x = (struct exporter){0};
    names_init(&x->names);
}

void exporter_fini(struct exporter *x) {
    export_writer_fini(&x->writer);
    names_fini(&x->names);
    mem_free(x->orders);
    for (int64_t i = 0; i < x->tag_count; i++)
        mem_free(x->tags[i].text);
    mem_free(x->tags);
    mem_free(x->accounts);
    *x = (struct exporter){0};
}

static const char *strategy_name(const struct exporter *x, int64_t id) {
    return x->names.strategies[id].name;
}

static const char *symbol_name(const struct exporter *x, int64_t id) {
    return x->names.symbols[id].name;
}

static void put_order(struct export_writer *w, int64_t id) {
    if (id != 0)
        export_i64(w, id);
    else
        export_nothing(w);
}

int export_row_trade(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct export_writer *w = &x->writer;
    struct j_trade r;
    if (record->kind != JOURNAL_TRADE)
        return 0;
    journal_read(record, &r);
    int rc = names_check_strategy(&x->names, "trade", r.strategy, err);
    if (rc == 0)
        rc = names_check_symbol(&x->names, "trade", r.symbol, err);
    if (rc != 0)
        return rc;
    export_i64(w, r.id);
    export_text(w, strategy_name(x, r.strategy));
    export_text(w, symbol_name(x, r.symbol));
    export_text(w, r.quantity < 0.0 ? "short" : "long");
    export_f64(w, r.quantity);
    export_time(w, r.entry_time);
    export_f64(w, r.entry_price);
    export_time(w, r.exit_time);
    export_f64(w, r.exit_price);
    export_f64(w, r.gross);
    export_f64(w, r.fees);
    export_f64(w, r.net);
    export_f64(w, r.mae);
    export_f64(w, r.mfe);
    export_time(w, r.entry_known);
    export_time(w, r.exit_known);
    put_order(w, r.entry_order);
    put_order(w, r.exit_order);
    export_text(w, export_tag_of(x, r.entry_order));
    export_text(w, export_tag_of(x, r.exit_order));
    return 0;
}

int export_row_fill(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct export_writer *w = &x->writer;
    const struct j_fill *fill = &x->fill;
    struct j_allocation r;
    if (record->kind == JOURNAL_FILL) {
        journal_read(record, &x->fill);
        return names_check_symbol(&x->names, "fill", x->fill.symbol, err);
    }
    if (record->kind != JOURNAL_ALLOCATION)
        return 0;
    journal_read(record, &r);
    int rc = names_check_strategy(&x->names, "allocation", r.strategy, err);
    if (rc != 0)
        return rc;
    if (r.fill != fill->id || fill->id == 0)
        return err_set(err, ERR_FORMAT,
                       "journal: an allocation of fill %" PRId64 " without its fill", r.fill);
    export_i64(w, fill->id);
    export_time(w, fill->ts_event);
    export_time(w, fill->ts_known);
    export_i64(w, fill->order);
    export_text(w, strategy_name(x, r.strategy));
    export_text(w, symbol_name(x, fill->symbol));
    export_text(w, r.quantity < 0.0 ? "sell" : "buy");
    export_f64(w, r.quantity);
    export_f64(w, fill->price);
    export_f64(w, fill->raw);
    export_f64(w, r.fee);
    export_f64(w, r.closed);
    export_f64(w, r.realized);
    export_f64(w, r.position);
    export_text(w, fill_phase_name(fill->phase));
    return 0;
}

static void price_or_nothing(struct export_writer *w, double price) {
    if (price != 0.0)
        export_f64(w, price);
    else
        export_nothing(w);
}

/* Side, type, tif and flags: of an order intent only. */
static void signal_form(struct export_writer *w, const struct j_intent *r) {
    if (r->kind != INTENT_ORDER) {
        for (int i = 0; i < 4; i++)
            export_nothing(w);
        return;
    }
    export_text(w, order_side_name(r->side));
    export_text(w, order_type_name(r->type));
    export_text(w, order_tif_name(r->tif));
    export_bool(w, (r->flags & QS_REDUCE_ONLY) != 0);
}

int export_row_signal(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct export_writer *w = &x->writer;
    struct j_intent r;
    if (record->kind != JOURNAL_INTENT)
        return 0;
    journal_read(record, &r);
    int rc = names_check_strategy(&x->names, "intent", r.strategy, err);
    if (rc == 0 && r.symbol != -1)
        rc = names_check_symbol(&x->names, "intent", r.symbol, err);
    if (rc != 0)
        return rc;
    bool has_size = r.kind == INTENT_ORDER || r.kind == INTENT_TARGET;
    export_time(w, r.time);
    export_text(w, strategy_name(x, r.strategy));
    export_i64(w, r.number);
    export_text(w, intent_kind_name(r.kind));
    export_text(w, r.symbol >= 0 ? symbol_name(x, r.symbol) : NULL);
    signal_form(w, &r);
    export_text(w, has_size ? size_kind_name(r.size_kind) : NULL);
    if (has_size)
        export_f64(w, r.size_value);
    else
        export_nothing(w);
    price_or_nothing(w, r.stop_distance);
    price_or_nothing(w, r.limit_price);
    price_or_nothing(w, r.stop_price);
    if (r.order != 0)
        export_i64(w, r.order);
    else
        export_nothing(w);
    export_text(w, r.reason != 0 ? reason_name(r.reason) : NULL);
    export_text(w, r.reason != 0 ? reason_words(r.reason) : NULL);
    return 0;
}

/* ---- accounts ---- */

static void account_row(struct exporter *x, int64_t owner) {
    struct export_writer *w = &x->writer;
    struct export_account *account = &x->accounts[owner];
    const struct j_equity *r = &account->row;
    if (!account->is_waiting)
        return;
    account->is_waiting = false;
    account->peak = fmax(account->peak, r->equity);
    export_time(w, r->time);
    export_text(w, x->has_strategies ? strategy_name(x, owner) : x->names.silos[owner].name);
    export_f64(w, r->cash);
    export_f64(w, r->equity);
    if (!x->has_strategies) {
        export_f64(w, r->low);
        export_f64(w, r->high);
    }
    export_f64(w, r->gross);
    export_f64(w, r->net);
    if (!x->has_strategies) {
        export_f64(w, r->gross / r->equity);
        export_f64(w, r->equity / account->peak - 1.0);
    }
}

/* Room for every owner, the peak of each being what it started with. */
static void open_accounts(struct exporter *x, int64_t count) {
    if (count <= x->account_count)
        return;
    x->accounts = mem_realloc_array(x->accounts, (size_t)count, sizeof(*x->accounts));
    for (int64_t i = x->account_count; i < count; i++)
        x->accounts[i] = (struct export_account){
            .peak = x->has_strategies ? 0.0 : x->names.silos[i].initial_cash};
    x->account_count = count;
}

static void take_account(struct exporter *x, int64_t owner, const struct j_equity *row) {
    struct export_account *account = &x->accounts[owner];
    if (account->is_waiting && account->row.time != row->time)
        account_row(x, owner);
    account->row = *row;
    account->is_waiting = true;
}

void export_rest(struct exporter *x) {
    for (int64_t i = 0; i < x->account_count; i++)
        account_row(x, i);
}

int export_row_equity(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct j_equity r;
    if (record->kind != JOURNAL_EQUITY)
        return 0;
    journal_read(record, &r);
    int rc = names_check_silo(&x->names, "equity", r.silo, err);
    if (rc != 0)
        return rc;
    open_accounts(x, x->names.silo_count);
    take_account(x, r.silo, &r);
    return 0;
}

/* The strategy that has a silo for itself, whose account is therefore its ledger; -1: none. */
static int64_t only_strategy(const struct exporter *x, int64_t silo) {
    int64_t found = -1;
    for (int64_t i = 0; i < x->names.strategy_count; i++) {
        if (x->names.strategies[i].silo != silo)
            continue;
        if (found >= 0 || x->names.strategies[i].budget != x->names.silos[silo].initial_cash)
            return -1;
        found = i;
    }
    return found;
}

int export_row_ledger(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct j_equity row;
    struct j_ledger r;
    int64_t owner;
    x->has_strategies = true;
    if (record->kind == JOURNAL_EQUITY) {
        journal_read(record, &row);
        int rc = names_check_silo(&x->names, "equity", row.silo, err);
        if (rc != 0)
            return rc;
        owner = only_strategy(x, row.silo);
        if (owner < 0)
            return 0;
    } else if (record->kind == JOURNAL_LEDGER) {
        journal_read(record, &r);
        int rc = names_check_strategy(&x->names, "ledger", r.strategy, err);
        if (rc != 0)
            return rc;
        owner = r.strategy;
        row = (struct j_equity){
            .time = r.time, .cash = r.cash, .equity = r.equity, .gross = r.gross, .net = r.net};
    } else {
        return 0;
    }
    open_accounts(x, x->names.strategy_count);
    take_account(x, owner, &row);
    return 0;
}

/* ---- annotations ---- */

int export_row_plot(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct j_plot r;
    if (record->kind != JOURNAL_PLOT)
        return 0;
    journal_read(record, &r);
    int rc = names_check_strategy(&x->names, "plot", r.strategy, err);
    if (rc != 0)
        return rc;
    export_time(&x->writer, r.time);
    export_text(&x->writer, strategy_name(x, r.strategy));
    export_text(&x->writer, r.key);
    export_f64(&x->writer, r.value);
    return 0;
}

int export_row_note(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct j_note r;
    if (record->kind != JOURNAL_NOTE)
        return 0;
    journal_read(record, &r);
    int rc = names_check_strategy(&x->names, "note", r.strategy, err);
    if (rc != 0)
        return rc;
    export_time(&x->writer, r.time);
    export_text(&x->writer, strategy_name(x, r.strategy));
    export_text(&x->writer, r.key);
    export_text(&x->writer, r.text);
    return 0;
}

int export_row_variable(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct j_variable r;
    if (record->kind != JOURNAL_VARIABLE)
        return 0;
    journal_read(record, &r);
    int rc = names_check_strategy(&x->names, "variable", r.strategy, err);
    if (rc != 0)
        return rc;
    export_time(&x->writer, r.time);
    export_text(&x->writer, strategy_name(x, r.strategy));
    export_text(&x->writer, r.name);
    export_f64(&x->writer, r.value);
    return 0;
}

int export_row_log(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct j_log r;
    if (record->kind != JOURNAL_LOG)
        return 0;
    journal_read(record, &r);
    int rc = names_check_strategy(&x->names, "log", r.strategy, err);
    if (rc != 0)
        return rc;
    export_time(&x->writer, r.time);
    export_text(&x->writer, strategy_name(x, r.strategy));
    export_text(&x->writer, log_level_name(r.level));
    export_text(&x->writer, r.text);
    return 0;
}
