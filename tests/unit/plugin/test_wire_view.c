/* Hostile bytes: whatever arrives, it is taken whole and sound, or refused. Most useful under ASan.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "core/reason.h"
#include "plugin/wire_view.h"
#include "strategy_world.h"

static struct world *w;
static struct shadow shadow;
static struct str bytes;
static struct err err;

static void setup(void) {
    w = malloc(sizeof *w);
    world_init(w, 3, 20);
    shadow_init(&shadow, &w->view);
    shadow.history = 20;
    str_init(&bytes);
}

static void teardown(void) {
    shadow_fini(&shadow);
    str_fini(&bytes);
    free(w);
}

TestSuite(wire_view, .init = setup, .fini = teardown);

/* ---- posts ---- */

static void put_instant(double close) {
    world_bar(w, 0, close);
    world_bar(w, 2, close + 5.0);
    w->view.bars++;
    w->view.now = w->view.bars * 60;
    w->view.order_count = 2;
    w->orders[0].id = 4;
    w->orders[1].id = 9;
    w->event_count = 0;
    world_event(w, EVENT_ORDER, 4, REASON_DAY_EXPIRED);
    world_event(w, EVENT_FILL, 9, 0);
    struct strategy_post post = world_post(w);
    str_clear(&bytes);
    wire_put_post(&bytes, &post);
    w->closed_count = 0;
}

Test(wire_view, a_post_arrives_as_it_was) {
    struct strategy_post seen;
    for (int i = 0; i < 50; i++) {
        w->position[1].quantity = i;
        w->account.equity = 1000.0 + i;
        put_instant(10.0 + i);
        cr_assert_eq(wire_take_post(&shadow, bytes.data, bytes.len, &seen, &err), 0);
    }
    cr_expect_eq(seen.view->now, w->view.now);
    cr_expect_eq(seen.view->bars, 50);
    cr_expect_eq(seen.closed_count, 2);
    cr_expect_eq(seen.closed[1], 2);
    cr_expect_eq(seen.view->feeds[0].now, 49);
    cr_expect_eq(seen.view->feeds[0].depth, 20);
    cr_expect_eq(seen.view->feeds[1].now, -1);
    cr_expect_eq(seen.view->feeds[2].close[48], 10.0 + 48 + 5.0);
    cr_expect_eq(seen.view->feeds[2].open_time[49], w->open_time[2][49]);
    cr_expect_eq(seen.view->positions[1]->quantity, 49.0);
    cr_expect_eq(seen.view->account->equity, 1049.0);
    cr_expect_eq(seen.view->order_count, 2);
    cr_expect_eq(seen.view->orders[1].id, 9);
    cr_expect_eq(seen.event_count, 2);
    cr_expect_eq(seen.events[0].as.order.reason, REASON_DAY_EXPIRED);
    cr_expect_eq(seen.events[1].as.fill.order, 9);
}

/* A copy of exactly len bytes, so that ASan sees each byte read behind it. */
static char *exact(const char *data, size_t len) {
    char *copy = malloc(len ? len : 1);
    if (len > 0)
        memcpy(copy, data, len);
    return copy;
}

Test(wire_view, a_post_cut_anywhere_is_refused) {
    struct strategy_post seen;
    put_instant(10.0);
    for (size_t len = 0; len < bytes.len; len++) {
        char *cut = exact(bytes.data, len);
        cr_assert_lt(wire_take_post(&shadow, cut, len, &seen, &err), 0, "%zu bytes", len);
        free(cut);
    }
    str_append_char(&bytes, 'x');
    cr_expect_lt(wire_take_post(&shadow, bytes.data, bytes.len, &seen, &err), 0);
    cr_expect(strstr(err.text, "torn"));
}

Test(wire_view, a_mutated_post_is_refused_or_stays_inside_its_bounds) {
    struct strategy_post seen;
    struct rng rng;
    int taken = 0;
    put_instant(10.0);
    rng_seed(&rng, 1);
    for (int round = 0; round < 20000; round++) {
        char *bad = exact(bytes.data, bytes.len);
        for (uint64_t k = 1 + rng_below(&rng, 4); k > 0; k--)
            bad[rng_below(&rng, rng_below(&rng, 2) ? 64 : bytes.len)] = (char)rng_u64(&rng);
        if (wire_take_post(&shadow, bad, bytes.len, &seen, &err) == 0) {
            taken++;
            cr_assert_leq(seen.closed_count, 3);
            for (int32_t i = 0; i < seen.closed_count; i++)
                cr_assert(seen.closed[i] >= 0 && seen.closed[i] < 3);
            cr_assert_leq(seen.view->feeds[0].depth, 20);
        }
        free(bad);
    }
    cr_expect_gt(taken, 100);
    cr_expect_lt(taken, 19900);
}

/* ---- intents ---- */

static struct intent items[8];
static struct intent *got;
static uint32_t got_cap;
static const char words[] = "tag-key-text";

static void put_items(uint32_t count) {
    struct intent_batch b = {.items = items,
                             .count = count,
                             .text = words,
                             .text_len = sizeof words - 1,
                             .dropped = 3,
                             .started = 1};
    str_clear(&bytes);
    wire_put_intents(&bytes, &b);
}

static int take(const char *data, size_t len, struct intent_batch *ret) {
    return wire_take_intents(data, len, &got, &got_cap, ret, &err);
}

/* One of each kind, all sound. */
static void fill_items(void) {
    memset(items, 0, sizeof items);
    items[0] = (struct intent){.kind = INTENT_ORDER, .number = 1, .side = QS_BUY, .key_len = 3};
    items[1] = (struct intent){.kind = INTENT_CANCEL, .number = 1};
    items[2] = (struct intent){.kind = INTENT_FLATTEN, .number = 2};
    items[3] = (struct intent){.kind = INTENT_TARGET, .number = 3, .reason = REASON_WRONG_PHASE};
    items[4] = (struct intent){.kind = INTENT_PLOT, .value = 1.5, .key_at = 4, .key_len = 3};
    items[5] = (struct intent){
        .kind = INTENT_NOTE, .key_at = 4, .key_len = 3, .text_at = 8, .text_len = 4};
    items[6] =
        (struct intent){.kind = INTENT_LOG, .level = QS_LOG_WARN, .text_at = 8, .text_len = 4};
}

Test(wire_view, intents_arrive_as_they_were) {
    struct intent_batch b;
    fill_items();
    put_items(7);
    cr_assert_eq(take(bytes.data, bytes.len, &b), 0, "%s", err.text);
    cr_assert_eq(b.count, 7);
    cr_expect_arr_eq(b.items, items, 7 * sizeof *items);
    cr_expect_eq(b.text_len, sizeof words - 1);
    cr_expect_arr_eq(b.text, words, sizeof words - 1);
    cr_expect_eq(b.dropped, 3);
    cr_expect_eq(b.started, 1);
    put_items(0);
    cr_assert_eq(take(bytes.data, bytes.len, &b), 0);
    cr_expect_eq(b.count, 0);
    mem_free(got);
}

Test(wire_view, a_batch_cut_anywhere_is_refused) {
    struct intent_batch b;
    fill_items();
    put_items(7);
    for (size_t len = 0; len < bytes.len; len++) {
        char *cut = exact(bytes.data, len);
        cr_assert_lt(take(cut, len, &b), 0, "%zu bytes", len);
        free(cut);
    }
    mem_free(got);
}

static void expect_refused(const char *what) {
    struct intent_batch b;
    put_items(7);
    cr_expect_lt(take(bytes.data, bytes.len, &b), 0, "%s was taken", what);
    fill_items();
}

/* Each of these would reach an array or the journal behind the port. */
Test(wire_view, what_no_strategy_can_make_is_refused) {
    fill_items();
    items[0].kind = 0;
    expect_refused("kind 0");
    items[1].kind = 5;
    expect_refused("a trading kind that does not exist");
    items[6].kind = 19;
    expect_refused("an annotation that does not exist");
    items[0].kind = -1;
    expect_refused("a negative kind");
    items[0].key_at = sizeof words - 1;
    expect_refused("a tag that ends outside");
    items[0].key_at = UINT32_MAX;
    expect_refused("a tag that begins far outside");
    items[0].key_at = 2;
    items[0].key_len = UINT32_MAX - 1;
    expect_refused("a length that wraps");
    items[2].key_len = 12;
    expect_refused("a flatten with a tag");
    items[3].text_len = 1;
    expect_refused("a target with a text");
    items[4].value = (double)NAN;
    expect_refused("a plot of NaN");
    items[6].level = 4;
    expect_refused("a level that does not exist");
    items[3].reason = REASON_COUNT;
    expect_refused("a reason that does not exist");
    items[3].reason = -1;
    expect_refused("a negative reason");
    items[2].number = 1;
    expect_refused("a number twice");
    items[0].number = 0;
    expect_refused("number 0");
    mem_free(got);
}

Test(wire_view, a_tag_as_long_as_the_orders_field_is_the_longest) {
    char text[QS_TAG_MAX + 1];
    struct intent_batch b = {.items = items, .count = 1, .text = text}, seen;
    memset(text, 'x', sizeof text);
    fill_items();
    for (uint32_t len = QS_TAG_MAX; len <= QS_TAG_MAX + 1; len++) {
        b.text_len = items[0].key_len = len;
        str_clear(&bytes);
        wire_put_intents(&bytes, &b);
        cr_expect_eq(take(bytes.data, bytes.len, &seen) == 0, len == QS_TAG_MAX);
    }
    mem_free(got);
}

Test(wire_view, texts_are_utf8_without_a_terminator) {
    static const char *const bad[] = {"\xff-key-text ", "ta\xc3-key-text ", "t\0g-key-text "};
    struct intent_batch b = {.items = items, .count = 1, .text_len = 12}, seen;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        fill_items();
        b.text = bad[i];
        str_clear(&bytes);
        wire_put_intents(&bytes, &b);
        cr_expect_lt(take(bytes.data, bytes.len, &seen), 0, "text %zu was taken", i);
    }
    mem_free(got);
}

static void expect_sound(const struct intent_batch *b) {
    for (uint32_t i = 0; i < b->count; i++) {
        const struct intent *x = &b->items[i];
        cr_assert((x->kind >= INTENT_ORDER && x->kind <= INTENT_TARGET) ||
                  (x->kind >= INTENT_PLOT && x->kind <= INTENT_LOG));
        cr_assert_leq(x->key_len, x->kind < INTENT_PLOT ? QS_TAG_MAX : INTENT_KEY_MAX);
        cr_assert_leq((uint64_t)x->key_at + x->key_len, b->text_len);
        cr_assert_leq((uint64_t)x->text_at + x->text_len, b->text_len);
        cr_assert(x->reason >= 0 && x->reason < REASON_COUNT);
    }
}

Test(wire_view, a_mutated_batch_is_refused_or_sound) {
    struct intent_batch b;
    struct rng rng;
    int taken = 0;
    fill_items();
    put_items(7);
    rng_seed(&rng, 2);
    for (int round = 0; round < 40000; round++) {
        char *bad = exact(bytes.data, bytes.len);
        for (uint64_t k = 1 + rng_below(&rng, 4); k > 0; k--)
            bad[rng_below(&rng, bytes.len)] ^= (char)(1u << rng_below(&rng, 8));
        if (take(bad, bytes.len, &b) == 0) {
            taken++;
            expect_sound(&b);
        }
        free(bad);
    }
    cr_expect_gt(taken, 100);
    cr_expect_lt(taken, 39900);
    mem_free(got);
}
