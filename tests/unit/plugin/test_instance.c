#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/reason.h"
#include "plugin/float_mode.h"
#include "strategy_world.h"

static struct world *w;

static void setup(void) {
    w = malloc(sizeof *w);
    world_init(w, 1, 100);
}

static void teardown(void) {
    world_fini(w);
    free(w);
}

TestSuite(instance, .init = setup, .fini = teardown);

/* ---- a strategy that writes down what happens to it: one letter a callback ---- */

struct params {
    int64_t period;
};
struct locals {
    qs_line line;
    int32_t reserved;
    double last;
};
struct state {
    int64_t bars;
};

static char diary[4096];
static qs_feed fed[64]; /* ctx.feed of each on_bar */
static int fed_count;

static void write_down(const char *word) {
    cr_assert_lt(strlen(diary) + strlen(word), sizeof diary);
    strcat(diary, word);
}

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    write_down("i");
    if (p->period > 0)
        l->line = qs_sma(c, QS_CLOSE, p->period);
    return 0;
}
static void on_start(qs_ctx *c) {
    (void)c;
    write_down("s");
}
static void on_bar(qs_ctx *c) {
    struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    write_down("b");
    fed[fed_count++ % 64] = qs_this_feed(c);
    l->last = qs_close(c, 0);
    s->bars++;
}
static void on_order(qs_ctx *c, const struct qs_order_event *e) {
    char word[64];
    (void)c;
    snprintf(word, sizeof word, "o%d(%s)", (int)e->order, e->reason_name);
    write_down(word);
}
static void on_fill(qs_ctx *c, const struct qs_fill *f) {
    char word[32];
    (void)c;
    snprintf(word, sizeof word, "f%d", (int)f->order);
    write_down(word);
}
static void on_trade(qs_ctx *c, const struct qs_trade *t) {
    char word[32];
    (void)c;
    snprintf(word, sizeof word, "t%g", t->quantity);
    write_down(word);
}
static void on_stop(qs_ctx *c) {
    (void)c;
    write_down("x");
}
static void on_destroy(qs_ctx *c) {
    (void)c;
    write_down("d");
}

static const struct qs_input inputs[] = {QS_INT(struct params, period, 1, 0, 1000), QS_INPUTS_END};
static const struct qs_variable variables[] = {QS_LOCAL_F64(struct locals, last),
                                               QS_STATE_I64(struct state, bars), QS_VARIABLES_END};
#define DIARY                                                                                      \
    .inputs = inputs, .variables = variables, .locals_size = sizeof(struct locals),                \
    .state_size = sizeof(struct state), .state_version = 1, .universe_min = 1, .universe_max = 8,  \
    .on_init = on_init, .on_start = on_start, .on_bar = on_bar, .on_order = on_order,              \
    .on_fill = on_fill, .on_trade = on_trade, .on_stop = on_stop, .on_destroy = on_destroy
static const struct qs_strategy schema = WORLD_SCHEMA(DIARY);

static void load_diary(int64_t period) {
    struct params params = {period};
    diary[0] = '\0';
    fed_count = 0;
    world_load(w, &schema, &params);
}

/* ---- warm-up ---- */

/* Number of the bar (from 1) with the first on_bar. */
static int first_bar(const struct qs_strategy *s, int64_t period) {
    struct params params = {period};
    diary[0] = '\0';
    world_load(w, s, &params);
    cr_assert_eq(world_start(w), 0, "%s", w->err.text);
    int64_t promised = instance_warm_up(w->instance, 0);
    for (int i = 1; i < 400; i++) {
        int started = world_close(w, 10.0 + i)->started;
        cr_assert_eq(started, strchr(diary, 'b') != NULL);
        if (started) {
            cr_expect_eq(promised, i);
            return i;
        }
    }
    return -1;
}

Test(instance, without_indicators_the_first_bar_counts) { cr_expect_eq(first_bar(&schema, 0), 1); }

/* Lookback of a mean of 5 is 4: the fifth bar gives it its first value. */
Test(instance, the_first_call_comes_with_the_bar_that_defines_the_last_line) {
    cr_expect_eq(first_bar(&schema, 5), 5);
}

Test(instance, or_with_the_one_after_it) {
    w->settings.first_call = FIRST_AFTER_READY;
    cr_expect_eq(first_bar(&schema, 5), 6);
}

Test(instance, the_schema_may_wait_longer) {
    static const struct qs_strategy waiting = WORLD_SCHEMA(DIARY, .warmup_steps = 20);
    cr_expect_eq(first_bar(&waiting, 5), 21);
}

Test(instance, the_run_may_wait_longer) {
    w->settings.warmup_steps = 30;
    cr_expect_eq(first_bar(&schema, 5), 31);
}

/* warmup_steps n means: at least n bars before the first call; first_call is about lines only. */
Test(instance, the_longest_wait_wins) {
    w->settings.warmup_steps = 3;
    w->settings.first_call = FIRST_AFTER_READY;
    cr_expect_eq(first_bar(&schema, 5), 6);
}

Test(instance, each_feed_must_be_warm) {
    world_init(w, 2, 100);
    load_diary(3); /* on feed 0 alone */
    cr_assert_eq(world_start(w), 0);
    for (int i = 0; i < 5; i++)
        cr_expect_eq(world_close(w, 10.0 + i)->started, 0); /* feed 1 has shown nothing */
    cr_expect_str_eq(diary, "i");
    world_bar(w, 1, 50.0);
    const struct intent_batch *batch;
    cr_assert_eq(world_step(w, &batch), 0);
    cr_expect_eq(batch->started, 1);
    cr_expect_str_eq(diary, "isb");
    cr_expect_eq(fed[0], 1);
}

/* ---- order of callbacks ---- */

Test(instance, on_start_comes_once_and_right_before_the_first_bar) {
    load_diary(3);
    cr_assert_eq(world_start(w), 0);
    for (int i = 0; i < 5; i++)
        world_close(w, 10.0 + i);
    const struct intent_batch *batch;
    cr_assert_eq(world_stop(w, &batch), 0);
    world_fini(w);
    cr_expect_str_eq(diary, "isbbbxd");
}

Test(instance, events_come_in_their_order_and_before_the_bar) {
    load_diary(0);
    cr_assert_eq(world_start(w), 0);
    world_close(w, 10.0);
    world_event(w, EVENT_FILL, 7, 0);
    world_event(w, EVENT_TRADE, 3, 0);
    world_event(w, EVENT_ORDER, 7, REASON_INSUFFICIENT_CASH);
    world_event(w, EVENT_ORDER, 8, 0);
    world_close(w, 11.0);
    cr_expect_str_eq(diary, "isb"
                            "f7t3o7(insufficient_cash)o8(none)b");
}

Test(instance, a_reason_that_nobody_knows_has_a_name) {
    load_diary(0);
    cr_assert_eq(world_start(w), 0);
    world_event(w, EVENT_ORDER, 1, 12345);
    world_event(w, EVENT_ORDER, 1, -1);
    world_event(w, 99, 1, 0); /* no such kind: nothing */
    world_close(w, 10.0);
    cr_expect_str_eq(diary, "iso1(unknown)o1(unknown)b");
}

Test(instance, on_bar_is_called_for_each_feed_that_closed) {
    world_init(w, 3, 100);
    load_diary(0);
    cr_assert_eq(world_start(w), 0);
    for (int32_t f = 0; f < 3; f++)
        world_bar(w, f, 10.0);
    cr_assert_eq(world_step(w, NULL), 0);
    world_bar(w, 2, 11.0);
    world_bar(w, 0, 11.0);
    cr_assert_eq(world_step(w, NULL), 0);
    cr_expect_str_eq(diary, "isbbbbb");
    static const qs_feed expected[] = {0, 1, 2, 2, 0}; /* as the engine lists them */
    cr_expect_arr_eq(fed, expected, sizeof expected);
}

Test(instance, an_instant_with_events_alone_has_no_bar) {
    load_diary(0);
    cr_assert_eq(world_start(w), 0);
    world_close(w, 10.0);
    world_event(w, EVENT_FILL, 1, 0);
    cr_assert_eq(world_step(w, NULL), 0);
    cr_expect_str_eq(diary, "isbf1");
}

Test(instance, before_the_start_nothing_is_told_not_even_the_end) {
    load_diary(50);
    cr_assert_eq(world_start(w), 0);
    world_close(w, 10.0);
    world_event(w, EVENT_FILL, 1, 0);
    const struct intent_batch *batch;
    cr_assert_eq(world_stop(w, &batch), 0);
    world_fini(w);
    cr_expect_str_eq(diary, "id");
}

Test(instance, the_last_events_come_before_on_stop) {
    load_diary(0);
    cr_assert_eq(world_start(w), 0);
    world_close(w, 10.0);
    world_event(w, EVENT_ORDER, 2, REASON_RUN_END);
    const struct intent_batch *batch;
    cr_assert_eq(world_stop(w, &batch), 0);
    cr_expect_str_eq(diary, "isbo2(run_end)x");
}

Test(instance, without_a_start_there_is_no_destroy) {
    load_diary(0);
    world_fini(w);
    cr_expect_str_eq(diary, "");
}

/* ---- where it is, for the parent ---- */

static struct progress progress;
static int seen_at[4][3]; /* phase, instance, bar in on_init, on_start, on_bar, on_stop */

static void look(int place) {
    seen_at[place][0] = (int)atomic_load(&progress.phase);
    seen_at[place][1] = (int)atomic_load(&progress.instance);
    seen_at[place][2] = (int)atomic_load(&progress.bar);
}
static int look_init(qs_ctx *c) {
    (void)c;
    look(0);
    return 0;
}
static void look_start(qs_ctx *c) {
    (void)c;
    look(1);
}
static void look_bar(qs_ctx *c) {
    (void)c;
    look(2);
}
static void look_stop(qs_ctx *c) {
    (void)c;
    look(3);
}

Test(instance, its_place_is_known_before_each_callback) {
    static const struct qs_strategy s =
        WORLD_SCHEMA(.warmup_steps = 1, .on_init = look_init, .on_start = look_start,
                     .on_bar = look_bar, .on_stop = look_stop);
    static const int expected[4][3] = {{PROGRESS_INIT, 5, 0},
                                       {PROGRESS_ON_START, 5, 2},
                                       {PROGRESS_BAR, 5, 2},
                                       {PROGRESS_STOP, 5, 2}};
    const struct intent_batch *batch;
    progress_init(&progress);
    cr_assert_eq(descriptor_check(&s, &w->descriptor, &w->err), 0);
    w->instance = instance_create(&(struct instance_spec){.schema = &s,
                                                          .descriptor = &w->descriptor,
                                                          .params = "",
                                                          .settings = &w->settings,
                                                          .progress = &progress,
                                                          .number = 5,
                                                          .feed_count = 1});
    w->port = instance_port(w->instance);
    cr_assert_eq(world_start(w), 0);
    world_close(w, 10.0);
    world_close(w, 10.0);
    progress_of(&progress, 9); /* another one was at work */
    cr_assert_eq(world_stop(w, &batch), 0);
    cr_expect_arr_eq(seen_at, expected, sizeof expected);
}

/* ---- variables ---- */

Test(instance, variables_are_read_by_place) {
    const char *name = NULL;
    double value = 0.0;
    load_diary(0);
    cr_assert_eq(world_start(w), 0);
    world_close(w, 10.0);
    world_close(w, 12.5);
    cr_assert_eq(w->port->variable(w->port->self, 0, &name, &value), 1);
    cr_expect_str_eq(name, "last");
    cr_expect_eq(value, 12.5);
    cr_assert_eq(w->port->variable(w->port->self, 1, &name, &value), 1);
    cr_expect_str_eq(name, "bars");
    cr_expect_eq(value, 2.0);
    cr_expect_eq(w->port->variable(w->port->self, 2, &name, &value), 0);
    cr_expect_eq(w->port->variable(w->port->self, -1, &name, &value), 0);
}

/* ---- misbehaviour ---- */

static int refuse(qs_ctx *c) {
    qs_log(c, QS_LOG_ERROR, "no");
    return -3;
}
static int ask_nonsense(qs_ctx *c) {
    qs_sma(c, QS_BARS, 5);
    qs_sma(c, QS_CLOSE, -5); /* the first one counts */
    return 0;
}
static void indicate(qs_ctx *c) { qs_sma(c, QS_CLOSE, 5); }
static void nothing(qs_ctx *c) { (void)c; }

Test(instance, on_init_may_refuse) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_init = refuse, .on_bar = nothing);
    const struct intent_batch *batch;
    world_load(w, &s, NULL);
    cr_expect_lt(world_start(w), 0);
    cr_expect(strstr(w->err.text, "on_init refused to start: no (it returned -3)"), "%s",
              w->err.text);
    cr_assert_eq(w->port->collect(w->port->self, &batch, &w->err), 0);
    cr_assert_eq(batch->count, 1);
    cr_expect_str_eq(world_text(batch, batch->items[0].text_at, batch->items[0].text_len), "no");
}

Test(instance, a_bad_indicator_stops_the_start_with_its_sentence) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_init = ask_nonsense, .on_bar = nothing);
    world_load(w, &s, NULL);
    cr_expect_lt(world_start(w), 0);
    cr_expect(strstr(w->err.text, "on_init: indicator sma: needs one column"), "%s", w->err.text);
}

Test(instance, an_indicator_outside_of_on_init_is_a_fault) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = indicate);
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    world_bar(w, 0, 10.0);
    cr_expect_lt(world_step(w, NULL), 0);
    cr_expect(strstr(w->err.text, "outside of on_init"), "%s", w->err.text);
}

static int order_too_early(qs_ctx *c) {
    qs_buy(c, 1.0);
    qs_cancel(c, 1);
    return 0;
}
static void order_too_late(qs_ctx *c) {
    qs_buy(c, 1.0);
    qs_flatten(c);
    qs_target(c, qs_units(1.0));
    qs_note(c, "last", "words");
}

Test(instance, orders_outside_of_their_phase_are_refused_with_the_reason) {
    static const struct qs_strategy s =
        WORLD_SCHEMA(.on_init = order_too_early, .on_bar = nothing, .on_stop = order_too_late);
    const struct intent_batch *batch;
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    batch = world_close(w, 10.0);
    cr_assert_eq(batch->count, 2);
    cr_expect_eq(batch->items[0].reason, REASON_WRONG_PHASE);
    cr_expect_eq(batch->items[1].reason, REASON_WRONG_PHASE);
    cr_assert_eq(world_stop(w, &batch), 0);
    cr_assert_eq(batch->count, 4);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(batch->items[i].reason, REASON_WRONG_PHASE);
    cr_expect_eq(batch->items[3].kind, INTENT_NOTE);
}

/* ---- intents ---- */

static void all_intents(qs_ctx *c) {
    struct qs_order_req r = qs_order_new(c, QS_SELL, qs_percent_equity(0.25));
    r.type = QS_STOP_LIMIT;
    r.tif = QS_DAY;
    r.flags = QS_REDUCE_ONLY;
    r.limit_price = 9.0;
    r.stop_price = 9.5;
    r.tag = "twenty-three bytes long";
    int64_t first = qs_submit(c, &r);
    cr_assert_eq(qs_cancel(c, first), first);
    cr_assert_eq(qs_flatten(c), first + 1);
    cr_assert_eq(qs_target(c, qs_units(-3.0)), first + 2);
    qs_plot(c, "p", 1.5);
    qs_note(c, "k", "text");
    qs_log(c, QS_LOG_WARN, "%d", 42);
    cr_assert_eq(qs_buy(c, 2.0), first + 3);
}

Test(instance, intents_leave_in_the_order_in_which_they_were_made) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = all_intents);
    static const int32_t kinds[] = {INTENT_ORDER, INTENT_CANCEL, INTENT_FLATTEN, INTENT_TARGET,
                                    INTENT_PLOT,  INTENT_NOTE,   INTENT_LOG,     INTENT_ORDER};
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    const struct intent_batch *b = world_close(w, 10.0);
    cr_assert_eq(b->count, ARRAY_LEN(kinds));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        cr_expect_eq(b->items[i].kind, kinds[i]);
    const struct intent *o = &b->items[0];
    cr_expect_eq(o->number, 1);
    cr_expect_eq(o->side, QS_SELL);
    cr_expect_eq(o->type, QS_STOP_LIMIT);
    cr_expect_eq(o->tif, QS_DAY);
    cr_expect_eq(o->flags, QS_REDUCE_ONLY);
    cr_expect_eq(o->size.kind, QS_SIZE_EQUITY);
    cr_expect_eq(o->size.value, 0.25);
    cr_expect_eq(o->limit_price, 9.0);
    cr_expect_eq(o->stop_price, 9.5);
    cr_expect_str_eq(world_text(b, o->key_at, o->key_len), "twenty-three bytes long");
    cr_expect_eq(b->items[1].number, 1);
    cr_expect_eq(b->items[3].size.value, -3.0);
    cr_expect_eq(b->items[4].value, 1.5);
    cr_expect_str_eq(world_text(b, b->items[5].text_at, b->items[5].text_len), "text");
    cr_expect_eq(b->items[6].level, QS_LOG_WARN);
    cr_expect_str_eq(world_text(b, b->items[6].text_at, b->items[6].text_len), "42");
    cr_expect_eq(b->items[7].number, 4);
    cr_expect_eq(world_close(w, 11.0)->items[0].number, 5); /* numbers go on */
}

static void flood(qs_ctx *c) {
    for (int i = 0; i < QS_INTENTS_MAX + 10; i++)
        qs_buy(c, 1.0);
}

Test(instance, intents_over_the_limit_are_refused_then_dropped_and_told) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = flood);
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    const struct intent_batch *b = world_close(w, 10.0);
    cr_assert_eq(b->count, QS_INTENTS_MAX + 1);
    cr_expect_eq(b->items[QS_INTENTS_MAX - 1].reason, REASON_NONE);
    cr_expect_eq(b->items[QS_INTENTS_MAX].reason, REASON_INTENT_LIMIT);
    cr_expect_eq(b->dropped, 9);
    b = world_close(w, 11.0); /* numbers count the dropped ones; the limit is one of a callback */
    cr_expect_eq(b->items[0].number, QS_INTENTS_MAX + 11);
    cr_expect_eq(b->items[0].reason, REASON_NONE);
    cr_assert_eq(world_stop(w, &b), 0);
    cr_assert_eq(b->count, 1);
    cr_expect_eq(b->items[0].kind, INTENT_LOG);
    cr_expect_eq(b->items[0].level, QS_LOG_WARN);
    cr_expect(strstr(world_text(b, b->items[0].text_at, b->items[0].text_len), " 18 "));
}

static void chatter(qs_ctx *c) {
    for (int i = 0; i < ANNOTATIONS_MAX + 5; i++)
        qs_plot(c, "k", i);
    qs_plot(c, "k", (double)NAN);
    qs_plot(c, "k", (double)INFINITY);
}

Test(instance, annotations_over_the_limit_are_dropped_and_told_at_the_end) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = chatter);
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    const struct intent_batch *b = world_close(w, 10.0);
    cr_expect_eq(b->count, ANNOTATIONS_MAX);
    cr_expect_eq(b->dropped, 7);
    cr_assert_eq(world_stop(w, &b), 0);
    cr_assert_eq(b->count, 1);
    cr_expect(strstr(world_text(b, b->items[0].text_at, b->items[0].text_len), " 7 "));
}

static const char *tag_to_try;
static void tagged(qs_ctx *c) {
    struct qs_order_req r = qs_order_new(c, QS_BUY, qs_units(1.0));
    r.tag = tag_to_try;
    qs_submit(c, &r);
}

static const struct intent *try_tag(const char *tag) {
    tag_to_try = tag;
    return &world_close(w, 10.0)->items[0];
}

Test(instance, tags_have_a_limit_and_are_utf8) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = tagged);
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    cr_expect_eq(try_tag(NULL)->reason, REASON_NONE);
    cr_expect_eq(try_tag("")->reason, REASON_NONE);
    cr_expect_eq(try_tag("12345678901234567890123")->reason, REASON_NONE);
    cr_expect_eq(try_tag("123456789012345678901234")->reason, REASON_BAD_TAG);
    cr_expect_eq(try_tag("\xc3\xa4")->reason, REASON_NONE);
    cr_expect_eq(try_tag("bad \xff")->reason, REASON_BAD_TAG);
    const struct intent *cut = try_tag("1234567890123456789012\xc3\xa4"); /* 24, cut inside */
    cr_expect_eq(cut->reason, REASON_BAD_TAG);
    cr_expect_eq(cut->key_len, 22);
}

static void long_words(qs_ctx *c) {
    char text[600];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    c->host->log(c, 99, text);
    c->host->log(c, -99, NULL);
    qs_note(c, text, text);
    qs_note(c, NULL, NULL);
}

Test(instance, words_are_cut_at_their_limits) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = long_words);
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    const struct intent_batch *b = world_close(w, 10.0);
    cr_assert_eq(b->count, 4);
    cr_expect_eq(b->items[0].text_len, INTENT_TEXT_MAX);
    cr_expect_eq(b->items[0].level, QS_LOG_ERROR);
    cr_expect_eq(b->items[1].text_len, 0);
    cr_expect_eq(b->items[1].level, QS_LOG_DEBUG);
    cr_expect_eq(b->items[2].key_len, INTENT_KEY_MAX);
    cr_expect_eq(b->items[2].text_len, INTENT_TEXT_MAX);
    cr_expect_eq(b->items[3].key_len, 0);
}

static void old_request(qs_ctx *c) {
    struct qs_order_req r = qs_order_new(c, QS_BUY, qs_units(1.0));
    r.struct_size = 8;
    qs_submit(c, &r);
    c->host->order(c, NULL);
}

Test(instance, requests_that_are_too_small_are_bad_orders) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = old_request);
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    const struct intent_batch *b = world_close(w, 10.0);
    cr_assert_eq(b->count, 2);
    cr_expect_eq(b->items[0].reason, REASON_BAD_ORDER);
    cr_expect_eq(b->items[1].reason, REASON_BAD_ORDER);
}

/* ---- the floating-point mode ---- */

#if defined(__x86_64__)
static void flush_denormals(qs_ctx *c) {
    (void)c;
    float_mode_set(float_mode_get() | 0x8040); /* what code built with -ffast-math does */
}

Test(instance, a_callback_that_changes_the_float_mode_ends_the_run_and_it_is_put_back) {
    static const struct qs_strategy s = WORLD_SCHEMA(.on_bar = flush_denormals);
    const struct intent_batch *batch;
    uint32_t before = float_mode_get();
    world_load(w, &s, NULL);
    cr_assert_eq(world_start(w), 0);
    int r = 0;
    for (int i = 0; r == 0 && i < 3; i++) {
        world_bar(w, 0, 10.0);
        r = world_step(w, NULL);
    }
    if (r == 0)
        r = world_stop(w, &batch); /* at the latest */
    cr_expect_lt(r, 0);
    cr_expect(strstr(w->err.text, "floating-point mode"), "%s", w->err.text);
    cr_expect_eq(float_mode_get(), before);
    volatile double tiny = DBL_MIN;
    cr_expect_neq(tiny / 2.0, 0.0);
}
#endif

/* ---- blocks ---- */

static void remember(qs_ctx *c) {
    struct state *s = qs_state(c);
    const struct params *p = qs_params(c);
    s->bars += p->period;
}

Test(instance, params_are_copied_and_blocks_begin_zeroed) {
    static const struct qs_strategy s =
        WORLD_SCHEMA(.inputs = inputs, .variables = variables, .locals_size = sizeof(struct locals),
                     .state_size = sizeof(struct state), .state_version = 1, .on_bar = remember);
    struct params params = {4};
    const char *name;
    double value;
    world_load(w, &s, &params);
    params.period = 1000;
    cr_assert_eq(world_start(w), 0);
    world_close(w, 10.0);
    world_close(w, 10.0);
    cr_assert_eq(w->port->variable(w->port->self, 1, &name, &value), 1);
    cr_expect_eq(value, 8.0);
    cr_assert_eq(w->port->variable(w->port->self, 0, &name, &value), 1);
    cr_expect_eq(value, 0.0);
}
