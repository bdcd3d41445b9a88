/* One function a record; what a later record leans on has been checked by an earlier one. */
#include "report/collector.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <quasar/types.h>

#include "base/mem.h"
#include "base/str.h"

void collector_init(struct collector *c) {
    *c = (struct collector){0};
    names_init(&c->names);
}

static void free_texts(struct collected_text *texts, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        mem_free(texts[i].key);
        mem_free(texts[i].value);
    }
    mem_free(texts);
}

void collector_fini(struct collector *c) {
    free_texts(c->settings, c->setting_count);
    free_texts(c->params, c->param_count);
    for (int64_t i = 0; i < c->order_count; i++) {
        if (c->orders[i].tag[0] != '\0') {
            void *tag;
            memcpy(&tag, &c->orders[i].tag, sizeof(tag));
            mem_free(tag);
        }
    }
    for (int64_t i = 0; i < c->names.silo_count && i < c->series_cap; i++)
        account_series_fini(&c->series[i]);
    account_series_fini(&c->total);
    names_fini(&c->names);
    words_fini(&c->words);
    mem_free(c->bindings);
    mem_free(c->indicators);
    mem_free(c->bars);
    mem_free(c->intent_rows);
    mem_free(c->orders);
    mem_free(c->fills);
    mem_free(c->allocations);
    mem_free(c->trades);
    mem_free(c->positions);
    mem_free(c->series);
    *c = (struct collector){0};
}

static int bad_number(const char *what, struct err *err) {
    return err_set(err, ERR_FORMAT, "journal: a record '%s' with a number that is not finite",
                   what);
}

static int check_room(const char *what, int64_t count, struct err *err) {
    if (count < COLLECTOR_ROWS_MAX)
        return 0;
    return err_set(err, ERR_LIMIT, "journal: more than %d records '%s'", COLLECTOR_ROWS_MAX, what);
}

static size_t reason_place(int64_t reason) {
    return reason >= 0 && reason < REASON_COUNT ? (size_t)reason : REASON_COUNT;
}

static int take_run(struct collector *c, const struct j_run *r, struct err *err) {
    if (c->has_run)
        return err_set(err, ERR_FORMAT, "journal: a second record 'run'");
    if (r->format != JOURNAL_FORMAT)
        return err_set(err, ERR_FORMAT,
                       "journal: format %" PRId64 " (this qshost reads %d: made by a newer one?)",
                       r->format, JOURNAL_FORMAT);
    c->has_run = true;
    c->format = r->format;
    str_copy_fixed(c->engine, sizeof(c->engine), r->engine);
    return 0;
}

static int take_text(struct collected_text **texts, int64_t *count, int64_t *cap,
                     struct collected_text text, const char *what, struct err *err) {
    int rc = check_room(what, *count, err);
    if (rc != 0)
        return rc;
    *texts = grow(*texts, *count, cap, sizeof(**texts));
    (*texts)[(*count)++] = (struct collected_text){
        .strategy = text.strategy, .key = mem_strdup(text.key), .value = mem_strdup(text.value)};
    return 0;
}

static int take_setting(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_setting r;
    journal_read(record, &r);
    struct collected_text text = {0};
    memcpy(&text.key, &r.key, sizeof(text.key));
    memcpy(&text.value, &r.value, sizeof(text.value));
    return take_text(&c->settings, &c->setting_count, &c->setting_cap, text, "setting", err);
}

static int take_param(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_param r;
    journal_read(record, &r);
    struct collected_text text = {.strategy = r.strategy};
    memcpy(&text.key, &r.name, sizeof(text.key));
    memcpy(&text.value, &r.value, sizeof(text.value));
    int rc = names_check_strategy(&c->names, "param", r.strategy, err);
    if (rc != 0)
        return rc;
    return take_text(&c->params, &c->param_count, &c->param_cap, text, "param", err);
}

static int take_binding(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_binding r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "binding", r.strategy, err);
    if (rc == 0)
        rc = names_check_feed(&c->names, "binding", r.feed, err);
    if (rc == 0)
        rc = check_room("binding", c->binding_count, err);
    if (rc != 0)
        return rc;
    c->bindings = grow(c->bindings, c->binding_count, &c->binding_cap, sizeof(*c->bindings));
    c->bindings[c->binding_count++] = r;
    return 0;
}

static int take_start(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_start r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "start", r.strategy, err);
    if (rc != 0)
        return rc;
    if (!c->has_start || r.time < c->start_time) {
        c->start_time = r.time;
        c->start_bars = r.bars;
    }
    c->has_start = true;
    return 0;
}

static int take_intent(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_intent r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "intent", r.strategy, err);
    if (rc == 0 && r.symbol != -1)
        rc = names_check_symbol(&c->names, "intent", r.symbol, err);
    if (rc == 0)
        rc = check_room("intent", c->intents, err);
    if (rc == 0 && c->intents > 0 && r.time < c->intent_rows[c->intents - 1].time)
        rc = err_set(err, ERR_FORMAT,
                     "journal: an intent at %" PRId64 " ns after one at %" PRId64
                     " ns (times ascend)",
                     r.time, c->intent_rows[c->intents - 1].time);
    if (rc != 0)
        return rc;
    c->intent_rows = grow(c->intent_rows, c->intents, &c->intent_cap, sizeof(*c->intent_rows));
    c->intent_rows[c->intents++] = r;
    if (r.order == 0)
        c->refused[reason_place(r.reason)]++;
    return 0;
}

static int take_order(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_order r;
    journal_read(record, &r);
    int64_t last = c->order_count > 0 ? c->orders[c->order_count - 1].id : 0;
    int rc = names_check_strategy(&c->names, "order", r.strategy, err);
    if (rc == 0)
        rc = names_check_symbol(&c->names, "order", r.symbol, err);
    if (rc == 0)
        rc = check_room("order", c->order_count, err);
    if (rc == 0 && r.id <= last)
        rc = err_set(err, ERR_FORMAT,
                     "journal: order %" PRId64 " after order %" PRId64 " (ids ascend from 1)", r.id,
                     last);
    if (rc != 0)
        return rc;
    r.tag = r.tag[0] == '\0' ? "" : mem_strdup(r.tag);
    c->orders = grow(c->orders, c->order_count, &c->order_cap, sizeof(*c->orders));
    c->orders[c->order_count++] = r;
    return 0;
}

const struct j_order *collector_order(const struct collector *c, int64_t id) {
    int64_t low = 0, high = c->order_count;
    if (id >= 1 && id <= high && c->orders[id - 1].id == id)
        return &c->orders[id - 1]; /* ids count up from 1, but in a filtered journal */
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (c->orders[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->order_count && c->orders[low].id == id ? &c->orders[low] : NULL;
}

static int check_order(const struct collector *c, const char *what, int64_t id, struct err *err) {
    if (collector_order(c, id) != NULL)
        return 0;
    return err_set(err, ERR_FORMAT, "journal: a record '%s' of order %" PRId64 " (there is none)",
                   what, id);
}

static int take_order_event(struct collector *c, const struct journal_record *record,
                            struct err *err) {
    struct j_order_event r;
    journal_read(record, &r);
    int rc = check_order(c, "order_event", r.order, err);
    if (rc != 0)
        return rc;
    if (r.state < QS_ORDER_NEW || r.state > QS_ORDER_REJECTED)
        return err_set(err, ERR_FORMAT,
                       "journal: order %" PRId64 " in state %" PRId64 " (there is none)", r.order,
                       r.state);
    if (r.state == QS_ORDER_REJECTED) {
        if (c->rejected[reason_place(r.reason)]++ == 0)
            c->rejected_first[reason_place(r.reason)] = r;
        c->rejected_total++;
    }
    if (r.state == QS_ORDER_CANCELED || r.state == QS_ORDER_EXPIRED)
        c->canceled[reason_place(r.reason)]++;
    return 0;
}

static int take_fill(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_fill r;
    journal_read(record, &r);
    int rc = check_order(c, "fill", r.order, err);
    if (rc == 0)
        rc = names_check_symbol(&c->names, "fill", r.symbol, err);
    if (rc == 0)
        rc = check_room("fill", c->fill_count, err);
    if (rc == 0 && r.id != c->fill_count + 1)
        rc = err_set(err, ERR_FORMAT,
                     "journal: fill %" PRId64 " after %" PRId64 " fills (ids count up from 1)",
                     r.id, c->fill_count);
    if (rc == 0 && (!isfinite(r.quantity) || !isfinite(r.price) || !isfinite(r.raw) ||
                    !isfinite(r.fee) || r.quantity == 0.0))
        rc = bad_number("fill", err);
    if (rc != 0)
        return rc;
    double multiplier = c->names.symbols[r.symbol].multiplier;
    c->traded_value += fabs(r.quantity) * r.price * multiplier;
    c->fees += r.fee;
    c->slippage += r.quantity * (r.price - r.raw) * multiplier;
    c->fills = grow(c->fills, c->fill_count, &c->fill_cap, sizeof(*c->fills));
    c->fills[c->fill_count++] = r;
    return 0;
}

static int take_allocation(struct collector *c, const struct journal_record *record,
                           struct err *err) {
    struct j_allocation r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "allocation", r.strategy, err);
    if (rc == 0)
        rc = check_room("allocation", c->allocation_count, err);
    if (rc == 0 && (r.fill < 1 || r.fill != c->fill_count))
        rc = err_set(err, ERR_FORMAT,
                     "journal: an allocation of fill %" PRId64 " (expected fill %" PRId64
                     ": allocations follow their fill)",
                     r.fill, c->fill_count);
    if (rc == 0 && (!isfinite(r.quantity) || !isfinite(r.fee) || !isfinite(r.closed) ||
                    !isfinite(r.realized) || !isfinite(r.position)))
        rc = bad_number("allocation", err);
    if (rc != 0)
        return rc;
    c->allocations =
        grow(c->allocations, c->allocation_count, &c->allocation_cap, sizeof(*c->allocations));
    c->allocations[c->allocation_count++] = r;
    return 0;
}

static int take_trade(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_trade r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "trade", r.strategy, err);
    if (rc == 0)
        rc = names_check_symbol(&c->names, "trade", r.symbol, err);
    if (rc == 0)
        rc = check_room("trade", c->trade_count, err);
    if (rc == 0 && r.id != c->trade_count + 1)
        rc = err_set(err, ERR_FORMAT,
                     "journal: trade %" PRId64 " after %" PRId64 " trades (ids count up from 1)",
                     r.id, c->trade_count);
    if (rc == 0 && r.exit_known < r.entry_known)
        rc = err_set(err, ERR_FORMAT, "journal: trade %" PRId64 " ends before it begins", r.id);
    if (rc == 0 && r.entry_order != 0)
        rc = check_order(c, "trade", r.entry_order, err);
    if (rc == 0 && r.exit_order != 0)
        rc = check_order(c, "trade", r.exit_order, err);
    if (rc == 0 && (!isfinite(r.quantity) || !isfinite(r.entry_price) || !isfinite(r.exit_price) ||
                    !isfinite(r.gross) || !isfinite(r.fees) || !isfinite(r.net) ||
                    !isfinite(r.mae) || !isfinite(r.mfe)))
        rc = bad_number("trade", err);
    if (rc != 0)
        return rc;
    c->trades = grow(c->trades, c->trade_count, &c->trade_cap, sizeof(*c->trades));
    c->trades[c->trade_count++] = r;
    return 0;
}

static int take_equity(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_equity r;
    journal_read(record, &r);
    int rc = names_check_silo(&c->names, "equity", r.silo, err);
    if (rc != 0)
        return rc;
    return account_series_add(
        &c->series[r.silo],
        &(struct account_row){
            .time = r.time, .equity = r.equity, .low = r.low, .high = r.high, .gross = r.gross},
        err);
}

static int take_position(struct collector *c, const struct journal_record *record,
                         struct err *err) {
    struct j_position r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "position", r.strategy, err);
    if (rc == 0)
        rc = names_check_symbol(&c->names, "position", r.symbol, err);
    if (rc == 0)
        rc = check_room("position", c->position_count, err);
    if (rc == 0 && (!isfinite(r.quantity) || !isfinite(r.average_price) || !isfinite(r.mark)))
        rc = bad_number("position", err);
    if (rc != 0)
        return rc;
    c->positions = grow(c->positions, c->position_count, &c->position_cap, sizeof(*c->positions));
    c->positions[c->position_count++] = r;
    return 0;
}

static int take_log(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_log r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "log", r.strategy, err);
    if (rc != 0)
        return rc;
    c->logs++;
    words_take_log(&c->words, &r);
    return 0;
}

static int take_variable(struct collector *c, const struct journal_record *record,
                         struct err *err) {
    struct j_variable r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "variable", r.strategy, err);
    if (rc == 0)
        words_take_variable(&c->words, &r);
    return rc;
}

static int take_bars(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_bars r;
    journal_read(record, &r);
    int rc = names_check_feed(&c->names, "bars", r.feed, err);
    if (rc == 0)
        rc = check_room("bars", c->bars_count, err);
    if (rc != 0)
        return rc;
    c->bars = grow(c->bars, c->bars_count, &c->bars_cap, sizeof(*c->bars));
    struct collected_bars *bars = &c->bars[c->bars_count++];
    *bars =
        (struct collected_bars){.feed = r.feed, .rows = r.rows, .first = r.first, .last = r.last};
    str_copy_fixed(bars->hash, sizeof(bars->hash), r.hash);
    return 0;
}

static int take_silo(struct collector *c, const struct journal_record *record, struct err *err) {
    int rc = names_take(&c->names, record, err);
    if (rc != 0)
        return rc;
    int64_t last = c->names.silo_count - 1;
    c->series = grow(c->series, last, &c->series_cap, sizeof(*c->series));
    account_series_init(&c->series[last]);
    return 0;
}

static int take_setup(struct collector *c, const struct journal_record *record, struct err *err) {
    struct j_run run;
    switch (record->kind) {
    case JOURNAL_RUN:
        journal_read(record, &run);
        return take_run(c, &run, err);
    case JOURNAL_SETTING:
        return take_setting(c, record, err);
    case JOURNAL_PARAM:
        return take_param(c, record, err);
    case JOURNAL_BINDING:
        return take_binding(c, record, err);
    case JOURNAL_SILO:
        return take_silo(c, record, err);
    default:
        return names_take(&c->names, record, err);
    }
}

static int take_indicator(struct collector *c, const struct journal_record *record,
                          struct err *err) {
    struct j_indicator r;
    journal_read(record, &r);
    int rc = names_check_strategy(&c->names, "indicator", r.strategy, err);
    if (rc == 0)
        rc = check_room("indicator", c->indicator_count, err);
    if (rc != 0)
        return rc;
    c->indicators =
        grow(c->indicators, c->indicator_count, &c->indicator_cap, sizeof(*c->indicators));
    c->indicators[c->indicator_count++] = r;
    return 0;
}

static int take(struct collector *c, const struct journal_record *record, struct err *err) {
    switch (record->kind) {
    case JOURNAL_INDICATOR:
        return take_indicator(c, record, err);
    case JOURNAL_EQUITY:
        return take_equity(c, record, err);
    case JOURNAL_START:
        return take_start(c, record, err);
    case JOURNAL_INTENT:
        return take_intent(c, record, err);
    case JOURNAL_ORDER:
        return take_order(c, record, err);
    case JOURNAL_ORDER_EVENT:
        return take_order_event(c, record, err);
    case JOURNAL_FILL:
        return take_fill(c, record, err);
    case JOURNAL_ALLOCATION:
        return take_allocation(c, record, err);
    case JOURNAL_TRADE:
        return take_trade(c, record, err);
    case JOURNAL_POSITION:
        return take_position(c, record, err);
    case JOURNAL_BARS:
        return take_bars(c, record, err);
    case JOURNAL_PLOT:
        c->plots++;
        return 0;
    case JOURNAL_NOTE:
        c->notes++;
        return 0;
    case JOURNAL_LOG:
        return take_log(c, record, err);
    case JOURNAL_VARIABLE:
        return take_variable(c, record, err);
    case JOURNAL_END:
        journal_read(record, &c->end);
        c->has_end = true;
        return 0;
    default:
        return take_setup(c, record, err);
    }
}

int collector_take(struct collector *c, const struct journal_record *record, struct err *err) {
    int rc;
    c->records++;
    if (!c->has_run && record->kind != JOURNAL_RUN)
        rc = err_set(err, ERR_FORMAT, "journal: it begins with '%s' (expected 'run')",
                     journal_layout(record->kind)->name);
    else if (c->has_end && record->kind != JOURNAL_BARS)
        rc = err_set(err, ERR_FORMAT, "journal: a record '%s' after the end",
                     journal_layout(record->kind)->name);
    else
        rc = take(c, record, err);
    if (rc != 0)
        err_prepend(err, "record %" PRIu64 ": ", c->records);
    return rc;
}

double collector_initial(const struct collector *c) {
    double sum = 0.0;
    for (int64_t i = 0; i < c->names.silo_count; i++)
        sum += c->names.silos[i].initial_cash;
    return sum;
}

const struct account_series *collector_account(struct collector *c) {
    if (c->names.silo_count == 1)
        return &c->series[0];
    if (c->has_total)
        return &c->total;
    double *initial = mem_zalloc((size_t)c->names.silo_count, sizeof(*initial));
    for (int64_t i = 0; i < c->names.silo_count; i++)
        initial[i] = c->names.silos[i].initial_cash;
    account_series_sum(c->series, initial, c->names.silo_count, &c->total);
    mem_free(initial);
    c->has_total = true;
    return &c->total;
}

const char *collector_setting(const struct collector *c, const char *key) {
    for (int64_t i = 0; i < c->setting_count; i++) {
        if (str_eq(c->settings[i].key, key))
            return c->settings[i].value;
    }
    return NULL;
}
