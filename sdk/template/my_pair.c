/*
 * My pair: of two symbols hold the one that has risen more.
 *
 * A template for strategies on several symbols: change what on_bar wants, and the inputs that it
 * reads. `qshost watch` builds and runs it whenever it is saved; its unit test is beside it (`make
 * test`).
 */
#include <quasar/strategy.h>

/* What a run may set. A qs_feed is a role: the run says which symbol plays it (roles: in run.yaml).
 */
struct params {
    qs_feed a, b;
    int64_t period;
    double money;
};

/* Handles and scratch. Zeroed by the host, filled by on_init, never saved. */
struct locals {
    qs_line a, b;
};

/* Once, before the first bar. qs_src names a column of a certain symbol. */
static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->a = qs_roc(c, qs_src(p->a, QS_CLOSE), p->period);
    l->b = qs_roc(c, qs_src(p->b, QS_CLOSE), p->period);
    return 0;
}

/* Once for each symbol whose bar has closed. What closes at the same moment is there in each of
 * these calls, so this decides in the call of b, when a has closed too. */
static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    if (qs_this_feed(c) != p->b || !qs_closed(c, p->a))
        return;
    int a_leads = qs_value(c, l->a) > qs_value(c, l->b);
    qs_feed leader = a_leads ? p->a : p->b, other = a_leads ? p->b : p->a;
    if (qs_held_of(c, other) != 0.0)
        qs_flatten_of(c, other);
    if (qs_held_of(c, leader) == 0.0)
        qs_target_of(c, leader, qs_money(p->money));
}

/* Inputs: struct, member, label; numbers have default, smallest, largest behind it. */
QS_STRATEGY(.id = "my_pair", .name = "My pair", .version = "0.1.0",
            .inputs = QS_INPUTS(QS_SYMBOL_AS(struct params, a, "First symbol"),
                                QS_SYMBOL_AS(struct params, b, "Second symbol"),
                                QS_INT_AS(struct params, period, "Rise over, bars", 20, 1, 500),
                                QS_FLOAT_AS(struct params, money, "Money", 10000.0, 1.0, 1e9)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
