/*
 * One pass, over which only sums are kept. Fills that the strategy could not know are those of
 * orders made at the instant or later; order ids ascend in time, so the first such id is enough to
 * tell.
 */
#include "report/sight.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "report/names.h"

struct seen_variable {
    char *name;
    double value; /* the newest so far */
};

struct sighting {
    int64_t strategy, symbol, time;
    struct names names;
    bool has_binding;
    int64_t place;   /* of the first binding so far */
    bool has_symbol; /* it was named by the caller */
    bool has_ledger;
    int64_t first_unseen_order; /* 0: none so far */
    bool is_fill_seen;          /* the last fill is of the symbol and was known */
    double fill_price;
    double average;
    int64_t values;
    struct seen_variable *variables; /* in the order in which they first came */
    int64_t variable_count, variable_cap, variable_next;
    struct compare_sight *sight;
};

static void add_clean(struct str *str, const char *text) {
    for (; *text != '\0'; text++) {
        bool is_control = (unsigned char)*text < ' ' || *text == 0x7f;
        str_append_char(str, is_control ? ' ' : *text);
    }
}

static void add_value(struct sighting *s, const char *name, const char *value) {
    struct str *values = &s->sight->values;
    if (s->values++ >= SIGHT_VALUES_MAX)
        return;
    add_clean(values, name);
    str_append_char(values, '\t');
    add_clean(values, value);
    str_append_char(values, '\n');
}

static void add_number(struct sighting *s, const char *name, double value) {
    char text[STR_F64_MAX];
    str_format_f64(text, sizeof(text), value);
    add_value(s, name, text);
}

static void take_account(struct sighting *s, double cash, double equity) {
    s->sight->has_account = true;
    s->sight->cash = cash;
    s->sight->equity = equity;
}

static void take_equity(struct sighting *s, const struct journal_record *record) {
    struct j_equity r;
    journal_read(record, &r);
    bool is_known = s->strategy >= 0 && s->strategy < s->names.strategy_count;
    if (is_known && !s->has_ledger && r.silo == s->names.strategies[s->strategy].silo &&
        r.time <= s->time)
        take_account(s, r.cash, r.equity);
}

static void take_ledger(struct sighting *s, const struct journal_record *record) {
    struct j_ledger r;
    journal_read(record, &r);
    if (r.strategy != s->strategy || r.time > s->time)
        return;
    s->has_ledger = true;
    take_account(s, r.cash, r.equity);
}

static void see_order(struct sighting *s, const struct j_order *r) {
    if (s->first_unseen_order == 0 && r->time >= s->time)
        s->first_unseen_order = r->id;
}

static void see_fill(struct sighting *s, const struct j_fill *r) {
    bool is_of_old_order = s->first_unseen_order == 0 || r->order < s->first_unseen_order;
    s->is_fill_seen = r->symbol == s->symbol && r->ts_known <= s->time && is_of_old_order;
    s->fill_price = r->price;
}

/* The average moves with what opens, as in core/ledger. */
static void see_allocation(struct sighting *s, const struct j_allocation *r) {
    if (!s->is_fill_seen || r->strategy != s->strategy)
        return;
    double opened = r->quantity - r->closed, kept = r->position - opened;
    if (r->position == 0.0)
        s->average = 0.0;
    else if (opened != 0.0)
        s->average = (s->average * kept + s->fill_price * opened) / r->position;
    s->sight->position = r->position;
}

/* It is recorded when it changed, so its newest value holds. They come in the same order again and
 * again: each is looked for behind the one before. */
static void see_variable(struct sighting *s, const struct j_variable *r) {
    if (r->strategy != s->strategy || r->time > s->time)
        return;
    for (int64_t i = 0; i < s->variable_count; i++) {
        int64_t at = (s->variable_next + i) % s->variable_count;
        if (str_eq(s->variables[at].name, r->name)) {
            s->variables[at].value = r->value;
            s->variable_next = at + 1;
            return;
        }
    }
    if (s->variable_count == SIGHT_VALUES_MAX)
        return;
    s->variables = grow(s->variables, s->variable_count, &s->variable_cap, sizeof *s->variables);
    s->variables[s->variable_count++] = (struct seen_variable){mem_strdup(r->name), r->value};
    s->variable_next = 0;
}

static void add_variables(struct sighting *s) {
    for (int64_t i = 0; i < s->variable_count; i++) {
        add_number(s, s->variables[i].name, s->variables[i].value);
        mem_free(s->variables[i].name);
    }
    mem_free(s->variables);
}

static void take_annotation(struct sighting *s, const struct journal_record *record) {
    union {
        struct j_plot plot;
        struct j_variable variable;
        struct j_note note;
    } r;
    journal_read(record, &r);
    switch (record->kind) {
    case JOURNAL_PLOT:
        if (r.plot.strategy == s->strategy && r.plot.time == s->time)
            add_number(s, r.plot.key, r.plot.value);
        return;
    case JOURNAL_VARIABLE:
        see_variable(s, &r.variable);
        return;
    default:
        if (r.note.strategy == s->strategy && r.note.time == s->time)
            add_value(s, r.note.key, r.note.text);
        return;
    }
}

/* Of a strategy that asked for no symbol: the one of its first feed. */
static void see_binding(struct sighting *s, const struct names *names, const struct j_binding *r) {
    if (s->has_symbol || r->strategy != s->strategy || (s->has_binding && r->place >= s->place))
        return;
    if (r->feed < 0 || r->feed >= names->feed_count)
        return;
    s->has_binding = true;
    s->place = r->place;
    s->symbol = names->feeds[r->feed].symbol;
}

static int take(struct sighting *s, const struct journal_record *record, struct err *err) {
    union {
        struct j_binding binding;
        struct j_order order;
        struct j_fill fill;
        struct j_allocation allocation;
    } r;
    switch (record->kind) {
    case JOURNAL_BINDING:
        journal_read(record, &r);
        see_binding(s, &s->names, &r.binding);
        return 0;
    case JOURNAL_EQUITY:
        take_equity(s, record);
        return 0;
    case JOURNAL_LEDGER:
        take_ledger(s, record);
        return 0;
    case JOURNAL_ORDER:
        journal_read(record, &r);
        see_order(s, &r.order);
        return 0;
    case JOURNAL_FILL:
        journal_read(record, &r);
        see_fill(s, &r.fill);
        return 0;
    case JOURNAL_ALLOCATION:
        journal_read(record, &r);
        see_allocation(s, &r.allocation);
        return 0;
    case JOURNAL_PLOT:
    case JOURNAL_VARIABLE:
    case JOURNAL_NOTE:
        take_annotation(s, record);
        return 0;
    default:
        return names_take(&s->names, record, err);
    }
}

static void set_average(const struct sighting *s) {
    struct compare_sight *sight = s->sight;
    sight->average_price[0] = '\0';
    if (sight->position != 0.0)
        snprintf(sight->average_price, sizeof(sight->average_price), "%.6g", s->average);
}

int sight_collect(struct record_source *source, int64_t strategy, int64_t symbol, int64_t time,
                  struct compare_sight *ret, struct err *err) {
    struct compare_sight sight = {0};
    struct sighting s = {.strategy = strategy,
                         .symbol = symbol,
                         .has_symbol = symbol >= 0,
                         .time = time,
                         .sight = &sight};
    struct journal_record record;
    int rc;
    names_init(&s.names);
    while ((rc = source->next(source->self, &record, err)) == 1) {
        rc = take(&s, &record, err);
        if (rc != 0)
            break;
    }
    names_fini(&s.names);
    add_variables(&s);
    if (rc != 0) {
        compare_sight_fini(&sight);
        return rc;
    }
    set_average(&s);
    *ret = sight;
    return 0;
}

void sight_set_position(struct compare_sight *sight, const struct collector *c, int64_t strategy,
                        int64_t symbol, int64_t time) {
    struct sighting s = {.strategy = strategy,
                         .symbol = symbol,
                         .has_symbol = symbol >= 0,
                         .time = time,
                         .sight = sight};
    int64_t share = 0;
    sight->position = 0.0;
    for (int64_t i = 0; i < c->binding_count; i++)
        see_binding(&s, &c->names, &c->bindings[i]);
    for (int64_t i = 0; i < c->order_count && s.first_unseen_order == 0; i++)
        see_order(&s, &c->orders[i]);
    for (int64_t i = 0; i < c->fill_count; i++) {
        see_fill(&s, &c->fills[i]);
        for (; share < c->allocation_count && c->allocations[share].fill == i + 1; share++)
            see_allocation(&s, &c->allocations[share]);
    }
    set_average(&s);
}

void sight_set_bar(struct compare_sight *sight, const char *feed, double open, double high,
                   double low, double close, double volume) {
    sight->has_bar = true;
    str_copy_fixed(sight->feed, sizeof(sight->feed), feed);
    sight->open = open;
    sight->high = high;
    sight->low = low;
    sight->close = close;
    sight->volume = volume;
}
