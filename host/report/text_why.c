/* Why nothing was traded, or nothing closed: the first cause that explains it all, in numbers, and
 * what to change. */
#include "report/text_why.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/time.h"
#include "report/text_page.h"
#include "report/text_value.h"

const char *text_cure(int64_t reason) {
    switch (reason) {
    case REASON_INSUFFICIENT_CASH:
        return "raise initial_cash or ask for less (the strategy's size, or sizing)";
    case REASON_INSUFFICIENT_MARGIN:
        return "ask for less, or raise leverage";
    case REASON_ZERO_SIZE:
        return "ask for more, or raise initial_cash: what was asked for is under one lot";
    case REASON_BAD_SIZE:
    case REASON_BAD_PRICE:
        return "look at how the strategy computes it: 0, NaN and negative numbers are refused";
    case REASON_BAD_ORDER:
    case REASON_BAD_FEED:
    case REASON_BAD_TAG:
    case REASON_WRONG_PHASE:
    case REASON_UNKNOWN_ORDER:
        return "look at the call in the strategy";
    case REASON_NO_PRICE:
        return "wait for the first bar of that feed";
    case REASON_NOTHING_TO_CLOSE:
        return "leave out QS_REDUCE_ONLY where a position is to be opened";
    case REASON_INTENT_LIMIT:
    case REASON_ORDER_LIMIT:
        return "ask less often, or cancel what is not needed any more";
    default:
        return NULL;
    }
}

/* The reason met most often, orders and intents together; its count in *ret_count. */
static int64_t top_reason(const struct collector *c, int64_t *ret_count) {
    int64_t top = 0;
    *ret_count = 0;
    for (int64_t i = 0; i <= REASON_COUNT; i++) {
        int64_t count = c->rejected[i] + c->refused[i];
        if (count > *ret_count) {
            *ret_count = count;
            top = i;
        }
    }
    return top;
}

static void say_refused(const struct collector *c, struct str *line) {
    int64_t count, reason = top_reason(c, &count);
    str_appendf(line,
                "No trades: everything the strategy wished for was refused (%" PRId64 " intents).",
                c->intents);
    if (count == 0)
        return;
    str_appendf(line, " %s is %s: %s", count == c->intents ? "Every one" : "Most often it",
                reason_name(reason), reason_words(reason));
    const struct j_order_event *first = &c->rejected_first[reason];
    if (c->rejected[reason] > 0 && first->needed > 0.0) {
        char needed[64], available[64];
        text_money(needed, sizeof(needed), first->needed);
        text_money(available, sizeof(available), first->available);
        str_appendf(line, " (the first needed %s and had %s)", needed, available);
    }
    str_append_char(line, '.');
    if (text_cure(reason) != NULL)
        str_appendf(line, " What helps: %s.", text_cure(reason));
}

/* The least bars of a feed; instants when nobody counted. */
static int64_t bars_there(const struct collector *c) {
    int64_t rows = c->bars_count > 0 ? INT64_MAX : c->end.instants;
    for (int64_t i = 0; i < c->bars_count; i++)
        rows = c->bars[i].rows < rows ? c->bars[i].rows : rows;
    return rows;
}

static void say_warm_up(const struct report *report, struct str *line) {
    int64_t there = bars_there(report->collector);
    str_append(line, "No trades: the warm-up is longer than the data, so no callback ever came (");
    if (report->facts->warmup_bars > 0)
        str_appendf(line, "it needs %" PRId64 " bars, and there are %" PRId64 ").",
                    report->facts->warmup_bars, there);
    else
        str_appendf(line, "%" PRId64 " bars, and it needs more).", there);
    str_append(line, " What helps: more data, shorter periods, or an earlier start.");
}

/* An instant of the run. */
static void say_time(const struct collector *c, char *buffer, int64_t time) {
    text_bar_time(buffer, TIME_ISO_MAX, time, names_timeframe(&c->names, -1));
}

static void say_no_signals(const struct report *report, struct str *line) {
    const struct collector *c = report->collector;
    char from[TIME_ISO_MAX];
    say_time(c, from, c->start_time);
    str_appendf(line,
                "No trades: in %" PRId64 " bars after its warm-up the strategy wished for nothing. "
                "They begin at %s.",
                report->metrics.rows, from);
    if (c->notes + c->plots + c->logs == 0)
        str_append(line, " What helps: qs_note or qs_plot in on_bar shows what it sees (then "
                         "qshost export RUN notes).");
    else
        str_append(line, " What it saw is in its notes, plots and log (qshost export).");
}

/* The order with a price that came nearest to the one at which it was asked. */
static const struct j_order *nearest_miss(const struct collector *c, double *ret_part) {
    const struct j_order *nearest = NULL;
    *ret_part = INFINITY;
    for (int64_t i = 0; i < c->order_count; i++) {
        const struct j_order *order = &c->orders[i];
        double price = order->limit_price != 0.0 ? order->limit_price : order->stop_price;
        double part = fabs(price - order->reference) / order->reference;
        if (price > 0.0 && order->reference > 0.0 && part < *ret_part) {
            nearest = order;
            *ret_part = part;
        }
    }
    return nearest;
}

static void say_never_filled(const struct collector *c, struct str *line) {
    double part;
    const struct j_order *order = nearest_miss(c, &part);
    str_appendf(line, "No trades: %" PRId64 " orders were accepted and none was ever filled.",
                c->order_count - c->rejected_total);
    if (order == NULL)
        return;
    char when[TIME_ISO_MAX];
    say_time(c, when, order->time);
    str_appendf(line, " The nearest was order %" PRId64 " of %s: %s %s at %.8g, %.3g %% from the ",
                order->id, when, order_side_name(order->side), order_type_name(order->type),
                order->limit_price != 0.0 ? order->limit_price : order->stop_price, 100.0 * part);
    str_appendf(line,
                "price of that moment, %.8g. What helps: prices nearer to the market, or "
                "orders that live longer (GTC).",
                order->reference);
}

void text_why_sentence(const struct report *report, struct str *str) {
    const struct collector *c = report->collector;
    if (c->trade_count > 0 || report->facts->interruption != NULL)
        return;
    if (c->fill_count > 0)
        str_appendf(str,
                    "No closed trades: %" PRId64 " fills, and what they opened is still held at "
                    "the end.",
                    c->fill_count);
    else if (!c->has_start)
        say_warm_up(report, str);
    else if (c->intents == 0)
        say_no_signals(report, str);
    else if (c->rejected_total == c->order_count)
        say_refused(c, str);
    else
        say_never_filled(c, str);
}

void text_why(struct page *p) {
    struct str line;
    str_init(&line);
    text_why_sentence(p->report, &line);
    if (line.len > 0) {
        str_append_char(p->str, '\n');
        page_warning(p, str_text(&line));
    }
    str_fini(&line);
}
