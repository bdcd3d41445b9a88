/* Orders and their events: the two tables that have to remember what an order was. */
#include <inttypes.h>

#include <quasar/types.h>

#include "base/mem.h"
#include "core/reason.h"
#include "report/export_rows.h"

#define ORDERS_MAX 50000000

/* The order of an id, or NULL; the newest is asked for most. */
static struct export_order *find_order(struct exporter *x, int64_t id) {
    int64_t low = 0, high = x->order_count;
    if (high > 0 && x->orders[high - 1].id == id)
        return &x->orders[high - 1];
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (x->orders[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < x->order_count && x->orders[low].id == id ? &x->orders[low] : NULL;
}

static int check_ids(struct exporter *x, const struct j_order *r, struct err *err) {
    int rc = names_check_strategy(&x->names, "order", r->strategy, err);
    if (rc == 0)
        rc = names_check_symbol(&x->names, "order", r->symbol, err);
    return rc;
}

static int remember(struct exporter *x, const struct j_order *r, struct err *err) {
    int64_t last = x->order_count > 0 ? x->orders[x->order_count - 1].id : 0;
    int rc = check_ids(x, r, err);
    if (rc != 0)
        return rc;
    if (r->id <= last)
        return err_set(err, ERR_FORMAT,
                       "journal: order %" PRId64 " after order %" PRId64 " (ids ascend from 1)",
                       r->id, last);
    if (x->order_count >= ORDERS_MAX)
        return err_set(err, ERR_LIMIT, "journal: more than %d orders", ORDERS_MAX);
    x->orders = grow(x->orders, x->order_count, &x->order_cap, sizeof(*x->orders));
    x->orders[x->order_count++] = (struct export_order){.id = r->id,
                                                        .state = QS_ORDER_NEW,
                                                        .state_time = r->time,
                                                        .strategy = (int32_t)r->strategy,
                                                        .symbol = (int32_t)r->symbol};
    return 0;
}

static int no_such_order(const char *what, int64_t id, struct err *err) {
    return err_set(err, ERR_FORMAT, "journal: a record '%s' of order %" PRId64 " (there is none)",
                   what, id);
}

int export_look_order(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct export_order *order;
    struct j_order_event event;
    struct j_order made;
    struct j_fill fill;
    switch (record->kind) {
    case JOURNAL_ORDER:
        journal_read(record, &made);
        return remember(x, &made, err);
    case JOURNAL_ORDER_EVENT:
        journal_read(record, &event);
        order = find_order(x, event.order);
        if (order == NULL)
            return no_such_order("order_event", event.order, err);
        order->state = event.state;
        order->state_time = event.time;
        order->reason = event.reason;
        return 0;
    case JOURNAL_FILL:
        journal_read(record, &fill);
        order = find_order(x, fill.order);
        if (order == NULL)
            return no_such_order("fill", fill.order, err);
        order->filled += fill.quantity < 0.0 ? -fill.quantity : fill.quantity;
        return 0;
    default:
        return 0;
    }
}

int export_look_tag(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct j_order r;
    if (record->kind != JOURNAL_ORDER)
        return 0;
    journal_read(record, &r);
    int64_t last = x->tag_count > 0 ? x->tags[x->tag_count - 1].order : 0;
    if (r.id <= last)
        return err_set(err, ERR_FORMAT,
                       "journal: order %" PRId64 " after order %" PRId64 " (ids ascend from 1)",
                       r.id, last);
    if (r.tag[0] == '\0')
        return 0;
    if (x->tag_count >= ORDERS_MAX)
        return err_set(err, ERR_LIMIT, "journal: more than %d orders", ORDERS_MAX);
    x->tags = grow(x->tags, x->tag_count, &x->tag_cap, sizeof(*x->tags));
    x->tags[x->tag_count++] = (struct export_tag){.order = r.id, .text = mem_strdup(r.tag)};
    return 0;
}

const char *export_tag_of(const struct exporter *x, int64_t order) {
    int64_t low = 0, high = x->tag_count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (x->tags[middle].order < order)
            low = middle + 1;
        else
            high = middle;
    }
    return low < x->tag_count && x->tags[low].order == order ? x->tags[low].text : NULL;
}

static void price_or_nothing(struct export_writer *w, double price) {
    if (price != 0.0)
        export_f64(w, price);
    else
        export_nothing(w);
}

int export_row_order(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct export_writer *w = &x->writer;
    struct j_order r;
    if (record->kind != JOURNAL_ORDER)
        return 0;
    journal_read(record, &r);
    int rc = check_ids(x, &r, err);
    if (rc != 0)
        return rc;
    const struct export_order *order = find_order(x, r.id);
    if (order == NULL) /* the file has grown since the first pass */
        return 0;
    export_i64(w, r.id);
    export_time(w, r.time);
    export_text(w, x->names.strategies[r.strategy].name);
    export_i64(w, r.number);
    export_text(w, x->names.symbols[r.symbol].name);
    export_text(w, order_side_name(r.side));
    export_text(w, order_type_name(r.type));
    export_text(w, order_tif_name(r.tif));
    export_bool(w, (r.flags & QS_REDUCE_ONLY) != 0);
    export_f64(w, r.quantity);
    price_or_nothing(w, r.limit_price);
    price_or_nothing(w, r.stop_price);
    price_or_nothing(w, r.reference);
    export_text(w, r.tag[0] != '\0' ? r.tag : NULL);
    export_text(w, order_state_name(order->state));
    export_time(w, order->state_time);
    export_text(w, order->reason != 0 ? reason_name(order->reason) : NULL);
    export_text(w, order->reason != 0 ? reason_words(order->reason) : NULL);
    export_f64(w, order->filled);
    return 0;
}

int export_row_event(struct exporter *x, const struct journal_record *record, struct err *err) {
    struct export_writer *w = &x->writer;
    struct j_order_event r;
    struct j_order made;
    if (record->kind == JOURNAL_ORDER) {
        journal_read(record, &made);
        return remember(x, &made, err);
    }
    if (record->kind != JOURNAL_ORDER_EVENT)
        return 0;
    journal_read(record, &r);
    const struct export_order *order = find_order(x, r.order);
    if (order == NULL)
        return no_such_order("order_event", r.order, err);
    export_time(w, r.time);
    export_i64(w, r.order);
    export_text(w, x->names.strategies[order->strategy].name);
    export_text(w, x->names.symbols[order->symbol].name);
    export_text(w, order_state_name(r.state));
    export_text(w, r.reason != 0 ? reason_name(r.reason) : NULL);
    export_text(w, r.reason != 0 ? reason_words(r.reason) : NULL);
    price_or_nothing(w, r.needed);
    price_or_nothing(w, r.available);
    return 0;
}
