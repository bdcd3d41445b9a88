/* Lookups in short lists, and the settings that the metrics need, read from their texts. */
#include "report/report.h"

#include "base/str.h"
#include "core/settings.h"

static int read_number(const struct collector *c, const char *key, double *ret, struct err *err) {
    const char *text = collector_setting(c, key);
    if (text == NULL)
        return 0; /* an older journal: the metric's own default */
    if (!str_parse_f64(text, ret))
        return err_set(err, ERR_FORMAT, "journal: setting %s is '%s' (expected a number)", key,
                       text);
    return 0;
}

static int read_rules(const struct collector *c, struct metric_rules *ret, struct err *err) {
    struct metric_rules rules = {.calendar = CALENDAR_ALWAYS};
    const char *calendar = collector_setting(c, "calendar");
    if (str_eq(calendar, "weekdays"))
        rules.calendar = CALENDAR_WEEKDAYS;
    else if (calendar != NULL && !str_eq(calendar, "24/7"))
        return err_set(err, ERR_FORMAT,
                       "journal: setting calendar is '%s' (expected 24/7 or weekdays)", calendar);
    int rc = read_number(c, "trading_days", &rules.trading_days, err);
    if (rc == 0)
        rc = read_number(c, "risk_free", &rules.risk_free, err);
    if (rc == 0)
        rc = read_number(c, "min_return", &rules.min_return, err);
    if (rc == 0)
        *ret = rules;
    return rc;
}

int report_make(struct collector *c, const struct run_facts *facts, struct report *ret,
                struct err *err) {
    struct metric_input input = {.initial = collector_initial(c),
                                 .has_start = c->has_start,
                                 .start = c->start_time,
                                 .trades = c->trades,
                                 .trade_count = c->trade_count,
                                 .traded_value = c->traded_value,
                                 .fees = c->fees,
                                 .slippage = c->slippage};
    int rc = read_rules(c, &input.rules, err);
    if (rc != 0)
        return rc;
    input.account = collector_account(c);
    ret->collector = c;
    ret->facts = facts;
    metrics_compute(&input, &ret->metrics);
    return 0;
}

const struct run_build *report_build(const struct report *report, const char *strategy) {
    for (size_t i = 0; i < report->facts->build_count; i++) {
        if (str_eq(report->facts->builds[i].strategy, strategy))
            return &report->facts->builds[i];
    }
    return NULL;
}

const char *report_default(const struct report *report, const char *key) {
    for (size_t i = 0; i < report->facts->default_count; i++) {
        if (str_eq(report->facts->defaults[i].key, key))
            return report->facts->defaults[i].value;
    }
    return NULL;
}

const char *report_param_default(const struct report *report, const char *strategy,
                                 const char *name) {
    for (size_t i = 0; i < report->facts->param_default_count; i++) {
        const struct param_default *known = &report->facts->param_defaults[i];
        if (str_eq(known->strategy, strategy) && str_eq(known->name, name))
            return known->value;
    }
    return NULL;
}

bool report_param_is_given(const struct report *report, const char *strategy, const char *name) {
    for (size_t i = 0; i < report->facts->given_count; i++) {
        const struct param_given *given = &report->facts->given[i];
        if (str_eq(given->strategy, strategy) && str_eq(given->name, name))
            return true;
    }
    return false;
}

bool report_is_optimistic(const char *key, const char *value) {
    static const struct setting_default table[] = {
        {"fill_model", "close_to_close"},
        {"limit_touch", "touch"},
        {"stop_gap", "trigger"},
        {"account", "cash"},
        {"check_mark", "bar_close"},
        {"cash_check", "none"},
        {"slippage_bps", "0"},
        {"zero_volume", "fill"},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_eq(table[i].key, key) && str_eq(table[i].value, value))
            return true;
    }
    return false;
}

const struct collected_bars *report_bars(const struct report *report, int64_t feed) {
    const struct collector *c = report->collector;
    for (int64_t i = 0; i < c->bars_count; i++) {
        if (c->bars[i].feed == feed)
            return &c->bars[i];
    }
    return NULL;
}

bool report_is_stale(const struct report *report, int64_t symbol, int64_t *ret_last) {
    const struct collector *c = report->collector;
    int64_t last = INT64_MIN, timeframe = names_timeframe(&c->names, symbol);
    for (int64_t i = 0; i < c->bars_count; i++) {
        const struct collected_bars *bars = &c->bars[i];
        if (c->names.feeds[bars->feed].symbol == symbol && bars->rows > 0 && bars->last > last)
            last = bars->last;
    }
    double gap = (double)c->end.time - (double)last;
    if (last == INT64_MIN || !c->has_end || !(gap > 3.0 * (double)timeframe))
        return false;
    *ret_last = last;
    return true;
}
