/* Law 1 at the port: the same strategy behind the direct and behind the loopback port makes the
 * same intents, bit for bit, whatever it reads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "plugin/loopback.h"
#include "strategy_world.h"

/* ---- a strategy that does at random what depends on all that it can read ---- */

struct params {
    int64_t seed;
};
struct locals {
    qs_line lines[4];
};
struct state {
    uint64_t mixed;
    double sum;
};

static void mix(struct state *s, const void *bytes, size_t size) {
    const unsigned char *p = bytes;
    for (size_t i = 0; i < size; i++)
        s->mixed = (s->mixed ^ p[i]) * 0x100000001b3u;
}

static void mix_f64(struct state *s, double x) {
    x = isnan(x) ? 1.5 : x; /* NaNs differ in their bits for no reason of ours */
    mix(s, &x, sizeof x);
}

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    s->mixed = (uint64_t)p->seed + 0x9e3779b97f4a7c15u;
    mix_f64(s, qs_equity(c));
    mix_f64(s, qs_feed_of(c, 1)->tick);
    l->lines[0] = qs_ema(c, QS_CLOSE, 3);
    l->lines[1] = qs_sma(c, qs_src(1, QS_HL2), 5);
    l->lines[2] = qs_atr(c, QS_BARS, 4);
    l->lines[3] = qs_sma(c, l->lines[0], 2);
    qs_log(c, QS_LOG_INFO, "seed %d", (int)p->seed);
    if (s->mixed % 3 == 0)
        qs_buy(c, 1.0);
    return 0;
}

static void mix_orders(qs_ctx *c, struct state *s) {
    uint32_t count;
    const struct qs_order *orders = qs_open_orders(c, &count);
    mix(s, &count, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        mix(s, &orders[i].id, sizeof orders[i].id);
        mix_f64(s, orders[i].quantity);
        mix(s, orders[i].tag, strlen(orders[i].tag));
    }
}

static void mix_all(qs_ctx *c, struct state *s) {
    const struct locals *l = qs_locals(c);
    for (qs_feed f = -1; f <= qs_feed_count(c); f++) {
        struct qs_bar bar = {0};
        mix_f64(s, (double)qs_depth(c, f));
        mix_f64(s, qs_close_of(c, f, (int64_t)(s->mixed % 12)));
        if (qs_bar_of(c, f, (int64_t)(s->mixed % 9), &bar))
            mix(s, &bar, sizeof bar);
        mix_f64(s, qs_held_of(c, f) + qs_open_pnl_of(c, f) + qs_closed(c, f));
    }
    for (int i = 0; i < 4; i++)
        mix_f64(s, qs_line_at(c, l->lines[i], (int64_t)(s->mixed % 11)));
    mix_f64(s, qs_cross_over(c, l->lines[0], l->lines[3]) - qs_cross_under(c, QS_CLOSE, 1));
    mix(s, qs_ledger(c), sizeof(struct qs_account));
    mix(s, qs_silo(c), sizeof(struct qs_account));
    mix_orders(c, s);
    qs_time now = qs_now(c);
    mix(s, &now, sizeof now);
}

static void act(qs_ctx *c) {
    struct state *s = qs_state(c);
    char text[32];
    mix_all(c, s);
    for (uint64_t i = s->mixed % 4; i > 0; i--) {
        uint64_t dice = (s->mixed >> (8 * i)) % 9;
        double x = (double)(s->mixed % 1000) / 8.0;
        struct qs_order_req r = qs_order_new(c, (int32_t)(dice % 4), qs_risk(x, 1.0));
        snprintf(text, sizeof text, "%.*s", (int)(s->mixed % 30),
                 "abcdefghijklmnopqrstuvwxyz01234");
        r.feed = (int32_t)dice - 2;
        r.tag = text;
        if (dice == 0)
            qs_cancel(c, (int64_t)(s->mixed % 50));
        else if (dice == 1)
            qs_flatten(c);
        else if (dice == 2)
            qs_target_of(c, 1, qs_percent_equity(-x));
        else if (dice == 3)
            qs_plot(c, text, x);
        else if (dice == 4)
            qs_note(c, text, "n");
        else if (dice == 5)
            qs_log(c, (int32_t)(s->mixed % 6), "%s", text);
        else
            qs_submit(c, &r);
    }
}

static void on_order(qs_ctx *c, const struct qs_order_event *e) {
    mix(qs_state(c), &e->order, sizeof e->order);
    mix(qs_state(c), e->reason_name, strlen(e->reason_name));
    act(c);
}
static void on_fill(qs_ctx *c, const struct qs_fill *f) {
    mix(qs_state(c), f, sizeof *f);
    act(c);
}
static void on_trade(qs_ctx *c, const struct qs_trade *t) {
    mix(qs_state(c), t, sizeof *t);
    act(c);
}

static const struct qs_input inputs[] = {QS_INT(struct params, seed, 1, 0, 1000000), QS_INPUTS_END};
/* By hand: QS_STATE_I64 wants an int64_t, and the hash must wrap around. */
static const struct qs_variable variables[] = {
    {QS_IN_STATE, QS_VAR_I64, (uint32_t)offsetof(struct state, mixed), 8, "mixed", NULL},
    QS_VARIABLES_END};
static const struct qs_strategy schema =
    WORLD_SCHEMA(.inputs = inputs, .variables = variables, .locals_size = sizeof(struct locals),
                 .state_size = sizeof(struct state), .state_version = 1, .universe_min = 2,
                 .universe_max = 2, .history = 7, .on_init = on_init, .on_start = act,
                 .on_bar = act, .on_order = on_order, .on_fill = on_fill, .on_trade = on_trade,
                 .on_stop = act);

/* ---- two worlds ---- */

static void load(struct world *x, int64_t seed) {
    struct params params = {seed};
    world_init(x, 2, 7);
    world_load(x, &schema, &params);
}

static void shake_money(struct world *x, struct rng *rng) {
    x->account.equity = 1000.0 + (double)rng_below(rng, 4096) / 16.0;
    x->silo.cash = (double)rng_below(rng, 1u << 20);
    x->position[rng_below(rng, 2)].quantity = (double)rng_below(rng, 9) - 4.0;
    x->view.order_count = (uint32_t)rng_below(rng, 5);
    for (uint32_t i = 0; i < x->view.order_count; i++) {
        memset(&x->orders[i], 0, sizeof x->orders[i]);
        x->orders[i].id = (int64_t)rng_below(rng, 100);
        snprintf(x->orders[i].tag, sizeof x->orders[i].tag, "t%d", (int)rng_below(rng, 999));
    }
}

static void random_instant(struct world *x, struct rng *rng) {
    uint64_t which = rng_below(rng, 4); /* 0: events alone */
    for (int32_t f = 0; f < 2; f++)
        if (which & (1u << f))
            world_bar(x, f, 50.0 + (double)rng_below(rng, 640) / 64.0);
    shake_money(x, rng);
    for (uint64_t i = rng_below(rng, 4); i > 0; i--)
        world_event(x, 1 + (int32_t)rng_below(rng, 3), (int64_t)rng_below(rng, 100),
                    (int32_t)rng_below(rng, 24));
}

static void expect_same(const struct intent_batch *a, const struct intent_batch *b, int64_t seed) {
    cr_assert_eq(a->count, b->count, "seed %lld", (long long)seed);
    cr_assert_eq(a->text_len, b->text_len, "seed %lld", (long long)seed);
    cr_assert_eq(a->dropped, b->dropped);
    cr_assert_eq(a->started, b->started);
    if (a->count > 0)
        cr_assert_arr_eq(a->items, b->items, a->count * sizeof *a->items, "seed %lld",
                         (long long)seed);
    if (a->text_len > 0)
        cr_assert_arr_eq(a->text, b->text, a->text_len, "seed %lld", (long long)seed);
}

static uint64_t run_seed(int64_t seed) {
    struct world *direct = malloc(sizeof *direct), *other = malloc(sizeof *other);
    struct rng one, two;
    const struct intent_batch *a, *b;
    uint64_t made = 0;
    load(direct, seed);
    load(other, seed);
    struct loopback *loopback = loopback_create(other->port);
    other->port = loopback_port(loopback);
    rng_seed(&one, (uint64_t)seed);
    rng_seed(&two, (uint64_t)seed);
    cr_assert_eq(world_start(direct), 0);
    cr_assert_eq(world_start(other), 0);
    for (int i = 0; i < 120; i++) {
        random_instant(direct, &one);
        random_instant(other, &two);
        cr_assert_eq(world_step(direct, &a), 0);
        cr_assert_eq(world_step(other, &b), 0, "%s", other->err.text);
        expect_same(a, b, seed);
        made += a->count;
    }
    cr_assert_eq(world_stop(direct, &a), 0);
    cr_assert_eq(world_stop(other, &b), 0);
    expect_same(a, b, seed);
    const char *name;
    double x, y;
    cr_assert(direct->port->variable(direct->port->self, 0, &name, &x));
    cr_assert(other->port->variable(other->port->self, 0, &name, &y));
    cr_assert_eq(x, y);
    loopback_destroy(&loopback);
    world_fini(direct);
    world_fini(other);
    free(direct);
    free(other);
    return made;
}

Test(loopback, intents_are_those_of_the_direct_port_bit_for_bit) {
    uint64_t made = 0;
    for (int64_t seed = 1; seed <= 200; seed++)
        made += run_seed(seed);
    cr_expect_gt(made, 20000); /* else the strategy was too quiet to prove anything */
}

static int refuse(qs_ctx *c) {
    (void)c;
    return 5;
}

Test(loopback, a_refused_start_is_told_through_it) {
    static const struct qs_strategy bad = WORLD_SCHEMA(.on_init = refuse, .on_bar = act);
    struct world *x = malloc(sizeof *x);
    world_init(x, 1, 7);
    world_load(x, &bad, NULL);
    struct loopback *loopback = loopback_create(x->port);
    x->port = loopback_port(loopback);
    cr_expect_lt(world_start(x), 0);
    cr_expect(strstr(x->err.text, "it returned 5"), "%s", x->err.text);
    loopback_destroy(&loopback);
    loopback_destroy(&loopback); /* NULL is fine */
    world_fini(x);
    free(x);
}
