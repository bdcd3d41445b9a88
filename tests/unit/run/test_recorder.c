/*
 * A small honest journal, written by hand for a plan of three daily bars (closes 11, 12, 13), and
 * what becomes of it when one number in it lies. The worker that sends it is nobody's friend.
 */
#include <math.h>
#include <unistd.h>

#include "base/time.h"
#include "engine/intent.h"
#include "run/recorder.h"
#include "unit/run/plans.h"

#define DAY_1 INT64_C(1704067200000000000) /* date -u -d 2024-01-01 +%s; bars close a day later */
#define T1 (DAY_1 + TIME_DAY)
#define T2 (DAY_1 + 2 * TIME_DAY)
#define T3 (DAY_1 + 3 * TIME_DAY)

static struct run_conf *conf;
static struct plan *plan;
static struct recorder recorder;
static struct kept bytes;
static struct journal journal;
static struct sink_port sink = {&bytes, keep_bytes};

/* 10 bought at the second open, 11, for a fee of 5. */
static struct story {
    struct j_start start;
    struct j_order order;
    struct j_order_event new, active, filled;
    struct j_intent intent;
    struct j_equity equity[3];
    struct j_fill fill;
    struct j_allocation allocation;
    struct j_trade trade; /* only with has_trade */
    bool has_trade;
    struct j_position position;
    struct j_bars bars;
    struct j_end end;
    bool without_end;
} story;

static void tell_the_truth(void) {
    static char hex[HASH128_HEX_SIZE];
    hash128_hex(plan->series[0]->bars_hash, hex);
    story = (struct story){
        .start = {.time = T1, .strategy = 0, .bars = 1},
        .order = {.time = T1,
                  .id = 1,
                  .number = 1,
                  .side = QS_BUY,
                  .type = QS_MARKET,
                  .quantity = 10.0,
                  .reference = 11.0,
                  .tag = ""},
        .new = {.time = T1, .order = 1, .state = QS_ORDER_NEW},
        .active = {.time = T1, .order = 1, .state = QS_ORDER_ACTIVE},
        .intent = {.time = T1,
                   .number = 1,
                   .kind = INTENT_ORDER,
                   .side = QS_BUY,
                   .type = QS_MARKET,
                   .size_kind = QS_SIZE_UNITS,
                   .size_value = 10.0,
                   .order = 1},
        .fill = {.id = 1,
                 .ts_event = T1,
                 .ts_known = T2,
                 .order = 1,
                 .quantity = 10.0,
                 .price = 11.0,
                 .raw = 11.0,
                 .fee = 5.0},
        .allocation = {.fill = 1, .quantity = 10.0, .fee = 5.0, .position = 10.0},
        .filled = {.time = T1, .order = 1, .state = QS_ORDER_FILLED},
        /* cash 1000 - 10 * 11 - 5; marked at 12 (9 to 13) and 13 (10 to 14) */
        .equity = {{.time = T1, .cash = 1000, .equity = 1000, .low = 1000, .high = 1000},
                   {.time = T2,
                    .cash = 885,
                    .equity = 1005,
                    .low = 975,
                    .high = 1015,
                    .gross = 120,
                    .net = 120},
                   {.time = T3,
                    .cash = 885,
                    .equity = 1015,
                    .low = 985,
                    .high = 1025,
                    .gross = 130,
                    .net = 130}},
        .trade = {.id = 1,
                  .entry_time = T1,
                  .exit_time = T2,
                  .entry_known = T2,
                  .exit_known = T2,
                  .quantity = 1.0,
                  .entry_price = 11.0,
                  .exit_price = 12.0,
                  .gross = 1.0,
                  .net = 1.0},
        .position = {.time = T3, .quantity = 10.0, .average_price = 11.0, .mark = 13.0},
        .bars = {.feed = 0, .rows = 3, .first = DAY_1, .last = T3, .hash = hex},
        .end = {.time = T3, .instants = 3, .bars = 3, .orders = 1, .fills = 1}};
}

static void write_story(void) {
    journal_init(&journal, &sink);
    plan_write_header(plan, &journal);
    journal_put_start(&journal, &story.start);
    journal_put_order(&journal, &story.order);
    journal_put_order_event(&journal, &story.new);
    journal_put_order_event(&journal, &story.active);
    journal_put_intent(&journal, &story.intent);
    journal_put_equity(&journal, &story.equity[0]);
    journal_put_fill(&journal, &story.fill);
    journal_put_allocation(&journal, &story.allocation);
    if (story.has_trade)
        journal_put_trade(&journal, &story.trade);
    journal_put_order_event(&journal, &story.filled);
    journal_put_equity(&journal, &story.equity[1]);
    journal_put_equity(&journal, &story.equity[2]);
    journal_put_position(&journal, &story.position);
    journal_put_bars(&journal, &story.bars);
    if (!story.without_end)
        journal_put_end(&journal, &story.end);
    cr_assert_eq(journal_flush(&journal, &err), 0);
    journal_fini(&journal);
}

static void setup(void) {
    plans_setup();
    write_days("aaa_1d.csv", 10);
    conf = conf_of("strategy: one\ninitial_cash: 1000\ndata: [{file: aaa_1d.csv}]\n");
    cr_assert_eq(plan_of(conf, &plan), 0, "%s", err.text);
    cr_assert_eq(recorder_init(&recorder, plan, NULL, NULL, &err), 0, "%s", err.text);
    tell_the_truth();
}

static void teardown(void) {
    recorder_fini(&recorder);
    plan_destroy(&plan);
    run_conf_destroy(&conf);
    mem_free(bytes.bytes);
    plans_teardown();
}
TestSuite(recorder, .init = setup, .fini = teardown);

static int take(void) {
    write_story();
    return recorder_take(&recorder, bytes.bytes, bytes.len, &err);
}

/* The journal as told is refused with a sentence that has these words. */
static void refused(const char *words) {
    int rc = take();
    cr_expect_eq(rc, ERR_FORMAT, "%s: found %d", words, rc);
    cr_expect_not_null(strstr(err.text, words), "wants: %s\nfound: %s", words, err.text);
}

/* ---- the truth ---- */

Test(recorder, takes_an_honest_journal_and_keeps_its_tables) {
    cr_assert_eq(take(), 0, "%s", err.text);
    cr_expect(hash128_eq(recorder_hash(&recorder), hash128(bytes.bytes, bytes.len)));
    cr_expect_eq(recorder.collector.order_count, 1);
    cr_expect_eq(recorder.collector.fill_count, 1);
    cr_expect_eq(recorder.collector.position_count, 1);
    cr_expect(recorder.collector.has_end);
    cr_expect_eq(recorder.conservation.checked, 3); /* accounts */
    cr_expect_eq(recorder_finish(&recorder, NULL, &err), 0);
}

Test(recorder, does_not_care_where_blocks_end) {
    struct journal_record record;
    size_t size;
    write_story();
    for (size_t at = 0; at < bytes.len; at += size) {
        cr_assert_eq(journal_next(bytes.bytes + at, bytes.len - at, &record, &size, &err), 1);
        cr_assert_eq(recorder_take(&recorder, bytes.bytes + at, size, &err), 0, "%s", err.text);
    }
    cr_expect(hash128_eq(recorder_hash(&recorder), hash128(bytes.bytes, bytes.len)));
    cr_expect_eq(recorder_take(&recorder, bytes.bytes, 0, &err), 0);
}

Test(recorder, writes_the_file_that_reads_back_with_the_same_hash) {
    char path[128];
    struct journal_reader reader = {0};
    struct journal_record record;
    snprintf(path, sizeof path, "%s/run.qsj", folder);
    recorder_fini(&recorder);
    cr_assert_eq(recorder_init(&recorder, plan, path, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(take(), 0, "%s", err.text);
    struct hash128 hash = recorder_hash(&recorder);
    cr_assert_eq(recorder_finish(&recorder, "{\"run\": 1}", &err), 0, "%s", err.text);
    cr_assert_eq(journal_file_open(path, &reader, &err), 0, "%s", err.text);
    while (journal_file_next(&reader, &record, &err) > 0) {
    }
    cr_expect(reader.complete);
    cr_expect_str_eq(reader.meta, "{\"run\": 1}");
    cr_expect(hash128_eq(journal_file_hash(&reader), hash));
    journal_file_close(&reader);
}

/* Record by record up to the first lie; what came before it is in the file. */
static int take_one_by_one(void) {
    struct journal_record record;
    size_t size;
    int rc = 0;
    write_story();
    for (size_t at = 0; rc == 0 && at < bytes.len; at += size) {
        cr_assert_eq(journal_next(bytes.bytes + at, bytes.len - at, &record, &size, &err), 1);
        rc = recorder_take(&recorder, bytes.bytes + at, size, &err);
    }
    return rc;
}

Test(recorder, leaves_a_refused_run_as_interrupted) {
    char path[128];
    struct journal_reader reader = {0};
    struct journal_record record;
    snprintf(path, sizeof path, "%s/run.qsj", folder);
    recorder_fini(&recorder);
    cr_assert_eq(recorder_init(&recorder, plan, path, NULL, &err), 0, "%s", err.text);
    story.equity[1].cash = 1e6;
    cr_expect_eq(take_one_by_one(), ERR_FORMAT);
    recorder_fini(&recorder);
    cr_assert_eq(journal_file_open(path, &reader, &err), 0, "%s", err.text);
    int equities = 0;
    while (journal_file_next(&reader, &record, &err) > 0)
        equities += record.kind == JOURNAL_EQUITY;
    cr_expect_not(reader.complete);
    cr_expect_eq(equities, 1); /* the lie is not in it */
    journal_file_close(&reader);
}

Test(recorder, leaves_no_file_where_the_first_block_is_refused) {
    char path[128];
    snprintf(path, sizeof path, "%s/run.qsj", folder);
    recorder_fini(&recorder);
    cr_assert_eq(recorder_init(&recorder, plan, path, NULL, &err), 0, "%s", err.text);
    cr_expect_eq(access(path, F_OK), 0);
    story.equity[1].cash = 1e6;
    cr_expect_eq(take(), ERR_FORMAT);
    recorder_fini(&recorder);
    cr_expect_neq(access(path, F_OK), 0);
}

Test(recorder, refuses_a_place_where_no_file_can_be) {
    recorder_fini(&recorder);
    cr_expect_lt(recorder_init(&recorder, plan, "/nonexistent/run.qsj", NULL, &err), 0);
    cr_expect_not_null(strstr(err.text, "/nonexistent/run.qsj"), "%s", err.text);
    recorder_fini(&recorder); /* harmless */
}

/* ---- bytes ---- */

Test(recorder, refuses_a_block_that_ends_inside_a_record) {
    write_story();
    for (size_t cut = 1; cut < 8; cut++) {
        recorder_fini(&recorder);
        cr_assert_eq(recorder_init(&recorder, plan, NULL, NULL, &err), 0);
        cr_expect_eq(recorder_take(&recorder, bytes.bytes, bytes.len - cut, &err), ERR_FORMAT);
        cr_expect_str_eq(err.text, "journal: a block ends inside a record");
    }
}

Test(recorder, refuses_every_cut_that_is_not_between_records) {
    struct journal_record record;
    size_t size, at = 0;
    write_story();
    cr_assert_eq(journal_next(bytes.bytes, bytes.len, &record, &size, &err), 1);
    for (size_t len = 1; len <= bytes.len; len++) {
        if (len > at + size) {
            at += size;
            cr_assert_eq(journal_next(bytes.bytes + at, bytes.len - at, &record, &size, &err), 1);
        }
        struct recorder own;
        cr_assert_eq(recorder_init(&own, plan, NULL, NULL, &err), 0);
        cr_assert_eq(recorder_take(&own, bytes.bytes, len, &err), len == at + size ? 0 : ERR_FORMAT,
                     "%zu bytes", len);
        recorder_fini(&own);
    }
}

Test(recorder, refuses_bytes_that_are_no_journal) {
    char noise[64];
    memset(noise, 'x', sizeof noise);
    cr_expect_eq(recorder_take(&recorder, noise, sizeof noise, &err), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "journal: "));
}

/* Whatever byte is wrong, the answer is a code: no crash, no hang (and nothing for the sanitizers).
 */
Test(recorder, survives_every_flipped_byte) {
    int refusals = 0;
    write_story();
    for (size_t at = 0; at < bytes.len; at++)
        for (int flip = 0; flip < 2; flip++) {
            struct recorder own;
            uint8_t before = bytes.bytes[at];
            bytes.bytes[at] = (uint8_t)(before ^ (flip ? 0x80 : 0x01));
            cr_assert_eq(recorder_init(&own, plan, NULL, NULL, &err), 0);
            int rc = recorder_take(&own, bytes.bytes, bytes.len, &err);
            cr_assert_leq(rc, 0);
            refusals += rc < 0;
            recorder_fini(&own);
            bytes.bytes[at] = before;
        }
    cr_expect_gt(refusals, 1000);
}

/* ---- ids ---- */

Test(recorder, refuses_an_order_of_a_strategy_that_is_not_there) {
    story.order.strategy = 1;
    refused("a record 'order' of strategy 1 (there are 1)");
}
Test(recorder, refuses_an_order_of_a_symbol_that_is_not_there) {
    story.order.symbol = -1;
    refused("a record 'order' of symbol -1 (there are 1)");
}
Test(recorder, refuses_an_event_of_an_order_that_is_not_there) {
    story.filled.order = 2;
    refused("a record 'order_event' of order 2 (there is none)");
}
Test(recorder, refuses_a_fill_that_is_not_the_next) {
    story.fill.id = 2;
    refused("fill");
}
Test(recorder, refuses_a_fill_of_an_order_that_is_not_there) {
    story.fill.order = 7;
    refused("a record 'fill' of order 7 (there is none)");
}
Test(recorder, refuses_an_allocation_of_another_fill) {
    story.allocation.fill = 2;
    refused("allocation");
}
Test(recorder, refuses_an_allocation_to_nobody) {
    story.allocation.strategy = 5;
    refused("a record 'allocation' of strategy 5 (there are 1)");
}
Test(recorder, refuses_the_equity_of_a_silo_that_is_not_there) {
    story.equity[1].silo = 1;
    refused("a record 'equity' of silo 1 (there are 1)");
}
Test(recorder, refuses_bars_of_a_feed_that_is_not_there) {
    story.bars.feed = 1;
    refused("a record 'bars' of feed 1 (there are 1)");
}

/* ---- money ---- */

Test(recorder, refuses_cash_that_the_fills_do_not_make) {
    story.equity[1].cash = story.equity[2].cash = 886.0;
    story.equity[1].equity = 1006.0;
    refused("cash");
}
Test(recorder, refuses_equity_at_another_price_than_the_bars_close) {
    story.equity[1].equity = 1015.0; /* marked at 13, the close of tomorrow */
    story.equity[1].gross = story.equity[1].net = 130.0;
    refused("equity");
}
Test(recorder, refuses_gross_exposure_that_is_not_there) {
    story.equity[2].gross = 0.0;
    refused("gross");
}
Test(recorder, refuses_a_fee_that_the_account_never_paid) {
    story.fill.fee = story.allocation.fee = 4.0;
    refused("cash");
}
Test(recorder, refuses_an_allocation_of_more_than_was_filled) {
    story.allocation.quantity = story.allocation.position = 11.0;
    refused("allocat");
}
Test(recorder, refuses_a_position_that_the_fills_did_not_leave) {
    story.position.quantity = 9.0;
    refused("position");
}
Test(recorder, refuses_a_position_at_another_mark) {
    story.position.mark = 14.0;
    refused("");
}
Test(recorder, refuses_a_round_trip_that_never_was) {
    story.has_trade = true;
    refused("trade");
}
Test(recorder, refuses_numbers_that_are_none) {
    story.fill.price = NAN;
    refused("");
}

/* ---- the end ---- */

/* Disabled tests from here on are known gaps: the parent has the plan, and could know better. */

Test(recorder, refuses_a_record_after_the_end) {
    write_story();
    cr_assert_eq(recorder_take(&recorder, bytes.bytes, bytes.len, &err), 0, "%s", err.text);
    bytes.len = 0;
    journal_init(&journal, &sink);
    journal_put_equity(&journal, &story.equity[2]);
    cr_assert_eq(journal_flush(&journal, &err), 0);
    journal_fini(&journal);
    cr_expect_eq(recorder_take(&recorder, bytes.bytes, bytes.len, &err), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "after the end"), "%s", err.text);
}

Test(recorder, refuses_an_end_that_counts_wrong) {
    story.end.fills = 2;
    refused("end");
}

/* "The run is whole" must be asked of the records: a worker may say that it is done at any time. */
Test(recorder, finishes_no_run_without_its_end) {
    story.without_end = true;
    cr_assert_eq(take(), 0, "%s", err.text);
    cr_expect_lt(recorder_finish(&recorder, NULL, &err), 0);
}

/* ---- what the worker was told ---- */

/* The same honest books, but of another run than the one that was asked for: ten times the cash. */
Test(recorder, refuses_a_header_that_is_not_the_plans) {
    struct run_conf *other = conf_of("strategy: one\ninitial_cash: 10000\n"
                                     "data: [{file: aaa_1d.csv}]\n");
    struct plan *mine = plan;
    cr_assert_eq(plan_of(other, &plan), 0, "%s", err.text);
    for (int i = 0; i < 3; i++) {
        story.equity[i].cash += 9000.0;
        story.equity[i].equity += 9000.0;
        story.equity[i].low += 9000.0;
        story.equity[i].high += 9000.0;
    }
    write_story();
    plan_destroy(&plan);
    run_conf_destroy(&other);
    plan = mine;
    cr_expect_lt(recorder_take(&recorder, bytes.bytes, bytes.len, &err), 0);
}

/* The parent has the bars and knows their hash. */
Test(recorder, refuses_bars_with_another_hash_than_the_plans) {
    story.bars.hash = "00000000000000000000000000000000";
    cr_expect_lt(take(), 0);
}
