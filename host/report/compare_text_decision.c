/* The first instant at which the two decide differently: what each wished, held and saw there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "report/compare.h"
#include "report/compare_inputs.h"
#include "report/compare_pairs.h"
#include "report/compare_sheet.h"
#include "report/compare_values.h"
#include "report/intent_text.h"
#include "report/text_value.h"

#define WISHES_MAX 8       /* rows of intents */
#define VALUES_FULL_MAX 24 /* from here on only values that differ are shown */
#define VALUES_MAX 100     /* rows of values */

/* ---- where ---- */

/* Instants of a run, and whether the account has a row of each. */
static int64_t instants(const struct report *report, bool *ret_is_whole) {
    int64_t rows = collector_account(report->collector)->count;
    int64_t told = report->collector->has_end ? report->collector->end.instants : rows;
    *ret_is_whole = told == rows;
    return told > rows ? told : rows;
}

struct lengths {
    int64_t longer, shorter;
    bool is_whole;
};

static struct lengths lengths_of(const struct comparison *c) {
    bool is_whole_before, is_whole_after;
    int64_t before = instants(c->before, &is_whole_before);
    int64_t after = instants(c->after, &is_whole_after);
    return (struct lengths){.longer = before > after ? before : after,
                            .shorter = before > after ? after : before,
                            .is_whole = is_whole_before && is_whole_after};
}

static void append_why(const struct comparison *c, struct str *line) {
    struct compare_inputs inputs;
    int count = 0;
    if (compare_results_are_same(c))
        return;
    compare_inputs_make(c, &inputs);
    str_append(line, ". Results differ all the same:");
    for (int kind = 0; kind < INPUT_KINDS; kind++) {
        bool is_other = inputs.count_of[kind] > 0 || (kind == INPUT_BARS && !c->same_bars);
        if (is_other && compare_input_moves_results((enum compare_input_kind)kind))
            str_appendf(line, "%s other %s", count++ > 0 ? "," : "",
                        kind == INPUT_SETTING ? "settings"
                        : kind == INPUT_SYMBOL
                            ? "symbols"
                            : compare_input_kind_name((enum compare_input_kind)kind));
    }
    if (!str_eq(c->before->collector->engine, c->after->collector->engine))
        str_appendf(line, "%s another engine", count++ > 0 ? "," : "");
    if (count == 0)
        str_append(line, " nothing in the records explains it");
    compare_inputs_fini(&inputs);
}

static void say_same(const struct comparison *c, struct sheet *sheet) {
    struct lengths lengths = lengths_of(c);
    int64_t common = lengths.is_whole ? c->decision.common_instants : lengths.shorter;
    struct str line = {0};
    if (common == lengths.longer) {
        str_append(&line, "Same decisions at all ");
        text_count(&line, common);
        str_append(&line, " instants");
    } else if (!lengths.is_whole) {
        str_append(&line, "Same decisions at all instants that both have");
    } else if (common == 0) {
        str_append(&line, "The runs have no instant in common");
    } else {
        str_append(&line, "Same decisions at all ");
        text_count(&line, common);
        str_append(&line, " instants that both have");
    }
    if (c->before->collector->intents == 0 && c->after->collector->intents == 0)
        str_append(&line, ": neither run wished for anything");
    append_why(c, &line);
    sheet_heading(sheet, str_text(&line));
    str_fini(&line);
}

static bool has_several(const struct comparison *c) {
    return c->before->collector->names.strategy_count > 1 ||
           c->after->collector->names.strategy_count > 1;
}

static void append_time(const struct comparison *c, struct str *line, int64_t time) {
    char text[TIME_ISO_MAX];
    int64_t before = names_timeframe(&c->before->collector->names, -1);
    int64_t after = names_timeframe(&c->after->collector->names, -1);
    text_bar_time(text, sizeof(text), time, before < after ? before : after);
    str_append(line, text);
}

/* What of the time before the difference is equal, or which run has none of it. */
static void append_before(const struct comparison *c, const struct compare_text *how, bool is_whole,
                          struct str *line) {
    const struct compare_decision *d = &c->decision;
    bool is_late_before = d->has_begin && d->time < d->before_begin;
    bool is_late_after = d->has_begin && d->time < d->after_begin;
    if (is_late_before || is_late_after) {
        str_appendf(line, " (%s begins at ", is_late_before ? how->before_name : how->after_name);
        append_time(c, line, is_late_before ? d->before_begin : d->after_begin);
        str_append(line, ")");
    } else if (!is_whole) {
        str_append(line, " (all instants before are equal)");
    } else if (d->common_instants < d->same_instants) {
        str_append(line, " (");
        text_count(line, d->common_instants);
        str_append(line, " instants before it are in both runs, and equal)");
    } else if (d->same_instants == 1) {
        str_append(line, " (the instant before is equal)");
    } else if (d->same_instants > 1) {
        str_append(line, " (the ");
        text_count(line, d->same_instants);
        str_append(line, " instants before are equal)");
    }
}

static void say_where(const struct comparison *c, const struct compare_text *how,
                      struct sheet *sheet) {
    const struct compare_decision *d = &c->decision;
    struct compare_pair pair = {d->before_strategy, d->after_strategy};
    struct lengths lengths = lengths_of(c);
    bool begin_together = d->before_begin == d->after_begin; /* else: bar so and so of which? */
    struct str line = {0};
    str_append(&line, "First different decision");
    if (has_several(c))
        str_appendf(&line, " (%s)", compare_pair_name(c, &pair));
    str_append(&line, ": ");
    if (lengths.is_whole && begin_together && d->same_instants < lengths.longer) {
        str_append(&line, "bar ");
        text_count(&line, d->same_instants + 1);
        str_append(&line, " of ");
        text_count(&line, lengths.longer);
        str_append(&line, ", ");
    }
    append_time(c, &line, d->time);
    append_before(c, how, lengths.is_whole, &line);
    sheet_heading(sheet, str_text(&line));
    str_fini(&line);
}

/* ---- what each saw ---- */

static bool has_bar(const struct compare_sight *sight) { return sight != NULL && sight->has_bar; }

static bool is_same_bar(const struct compare_sight *a, const struct compare_sight *b) {
    return str_eq(a->feed, b->feed) && compare_bits_are_equal(a->open, b->open) &&
           compare_bits_are_equal(a->high, b->high) && compare_bits_are_equal(a->low, b->low) &&
           compare_bits_are_equal(a->close, b->close) &&
           compare_bits_are_equal(a->volume, b->volume);
}

static void say_bar(struct sheet *sheet, const struct compare_sight *sight, const char *of) {
    const struct {
        const char *name;
        double value;
    } columns[] = {{" open ", sight->open},
                   {" high ", sight->high},
                   {" low ", sight->low},
                   {" close ", sight->close},
                   {" volume ", sight->volume}};
    struct str line = {0};
    str_appendf(&line, "bar%s%s  %s ", of != NULL ? " of " : "", of != NULL ? of : "", sight->feed);
    const size_t count = ARRAY_LEN(columns) - (sight->volume == 0.0); /* 0: the source has none */
    for (size_t i = 0; i < count; i++) {
        str_append(&line, columns[i].name);
        str_append_f64(&line, columns[i].value);
    }
    sheet_line(sheet, 2, 6, str_text(&line));
    str_fini(&line);
}

static void say_bars(const struct compare_text *how, struct sheet *sheet) {
    const struct compare_sight *before = how->before_sight, *after = how->after_sight;
    if (has_bar(before) && has_bar(after) && is_same_bar(before, after)) {
        say_bar(sheet, before, NULL);
        return;
    }
    if (has_bar(before))
        say_bar(sheet, before, how->before_name);
    if (has_bar(after))
        say_bar(sheet, after, how->after_name);
}

static char *position_text(const struct compare_sight *sight) {
    struct str text = {0};
    if (sight != NULL && sight->position == 0.0)
        str_append(&text, "flat");
    if (sight != NULL && sight->position != 0.0) {
        str_append_f64(&text, sight->position);
        str_appendf(&text, " at %s", sight->average_price);
    }
    return str_take(&text);
}

static void money_row(struct sides *sides, const char *name, const double *before,
                      const double *after) {
    char left[64] = "", right[64] = "";
    if (before != NULL)
        text_money(left, sizeof(left), *before);
    if (after != NULL)
        text_money(right, sizeof(right), *after);
    bool is_other = before != NULL && after != NULL && !compare_bits_are_equal(*before, *after);
    sides_add(sides, is_other, name, left, right);
}

static void account_rows(const struct compare_text *how, struct sides *sides) {
    const struct compare_sight *a = how->before_sight, *b = how->after_sight;
    if (a == NULL && b == NULL)
        return;
    char *before = position_text(a), *after = position_text(b);
    sides_add(sides, a != NULL && b != NULL && !str_eq(before, after), "position", before, after);
    mem_free(before);
    mem_free(after);
    bool has_a = a != NULL && a->has_account, has_b = b != NULL && b->has_account;
    if (!has_a && !has_b)
        return;
    money_row(sides, "equity", has_a ? &a->equity : NULL, has_b ? &b->equity : NULL);
    if (has_a && has_b && !compare_bits_are_equal(a->cash, b->cash))
        money_row(sides, "cash", &a->cash, &b->cash);
}

static void value_rows(const struct compare_text *how, struct sides *sides) {
    struct compare_values values;
    int64_t shown = 0, hidden = 0;
    bool has_both = how->before_sight != NULL && how->after_sight != NULL;
    compare_values_make(how->before_sight, how->after_sight, &values);
    for (int64_t i = 0; i < values.count; i++) {
        const struct compare_value *value = &values.items[i];
        bool is_other = has_both && !str_eq(value->before, value->after);
        if (shown == VALUES_MAX || (has_both && !is_other && values.count > VALUES_FULL_MAX)) {
            hidden++;
            continue;
        }
        sides_add(sides, is_other, value->name, value->before != NULL ? value->before : "none",
                  value->after != NULL ? value->after : "none");
        shown++;
    }
    if (hidden > 0) {
        char line[64];
        snprintf(line, sizeof(line), "(%" PRId64 " more)", hidden);
        sides_add(sides, false, line, "", "");
    }
    compare_values_fini(&values);
}

/* ---- what each wished ---- */

struct wisher {
    const struct report *report;
    int64_t strategy, count, at;
    const struct j_intent *next;
};

static char *absence(const struct wisher *w, int64_t time) {
    const struct account_series *account = collector_account(w->report->collector);
    const struct collector *c = w->report->collector;
    if (w->strategy < 0)
        return mem_strdup("- (no such strategy)");
    if (c->has_end && c->end.time < time)
        return mem_strdup("- (the run had ended)");
    if (account->count > 0 && time < account->time[0])
        return mem_strdup("- (the run had not begun)");
    return mem_strdup("nothing");
}

/* The next intent's text; "" when there are no more. */
static char *next_wish(struct wisher *w, int64_t time) {
    const struct collector *c = w->report->collector;
    struct str text = {0};
    if (w->count == 0 && w->at == 0) {
        w->at++;
        return absence(w, time);
    }
    if (w->at >= w->count)
        return str_take(&text);
    if (w->at == WISHES_MAX) {
        str_appendf(&text, "... and %" PRId64 " more", w->count - w->at);
        w->at = w->count;
        return str_take(&text);
    }
    intent_text(w->next, w->next->symbol >= 0 ? c->names.symbols[w->next->symbol].name : NULL,
                &text);
    w->at++;
    if (w->at < w->count)
        w->next = compare_next_intent(c, w->next);
    return str_take(&text);
}

static void wish_rows(const struct comparison *c, struct sides *sides) {
    const struct compare_decision *d = &c->decision;
    struct wisher left = {c->before, d->before_strategy, d->before_count, 0, d->before};
    struct wisher right = {c->after, d->after_strategy, d->after_count, 0, d->after};
    const char *label = "wished";
    do {
        char *before = next_wish(&left, d->time), *after = next_wish(&right, d->time);
        sides_add(sides, false, label, before, after);
        mem_free(before);
        mem_free(after);
        label = "";
    } while (left.at < left.count || right.at < right.count);
}

void compare_text_decision(const struct comparison *c, const struct compare_text *how,
                           struct str *str) {
    struct sheet sheet;
    struct sides sides = {0};
    sheet_init(&sheet, str, how->width);
    if (!c->decision.has_difference) {
        say_same(c, &sheet);
        return;
    }
    say_where(c, how, &sheet);
    say_bars(how, &sheet);
    wish_rows(c, &sides);
    account_rows(how, &sides);
    value_rows(how, &sides);
    sides_end(&sides, &sheet, how->before_name, how->after_name);
}
