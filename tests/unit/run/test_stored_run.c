/*
 * What was recorded, loaded: the same report as that of the run; and what is said of runs that did
 * not end.
 */
#include "run/stored_run.h"

#include "base/json.h"
#include "report/result_json.h"
#include "unit/run/recorded.h"

static struct stored_run stored;
static char *own_result; /* of the run itself */

static void setup(void) { recorded_setup(); }

static void teardown(void) {
    stored_run_close(&stored);
    mem_free(own_result);
    recorded_teardown();
}
TestSuite(stored_run, .init = setup, .fini = teardown);

static void tell(struct recorder *recorder) {
    struct sink_port sink = {recorder, recorder_take};
    cr_assert_eq(sink.write(sink.self, told.bytes, told.len, &err), 0, "%s", err.text);
}

/* A run that is done. */
static void record(const char *yaml) {
    struct recorder recorder;
    struct report report;
    begin_run(yaml);
    cr_assert_eq(recorder_init(&recorder, plan, NULL, writer, &err), 0);
    speak_whole_run();
    tell(&recorder);
    struct run_facts facts = {.journal_hash = "abc"};
    cr_assert_eq(report_make(&recorder.collector, &facts, &report, &err), 0, "%s", err.text);
    cr_assert_eq(record_finish(writer, &report, NULL, 2000, &err), 0, "%s", err.text);
    struct jv *result = result_json(&report);
    mem_free(own_result);
    own_result = jv_dump(jv_get(result, "metrics"), 0);
    jv_free(result);
    recorder_fini(&recorder);
    run_writer_destroy(&writer);
}

/* One that ends in the middle: failed, or without a word. */
static void record_half(bool fails) {
    struct recorder recorder;
    begin_run("strategy: one\ndata: [{file: aaa_1d.csv}]\ninitial_cash: 1000\n");
    cr_assert_eq(recorder_init(&recorder, plan, NULL, writer, &err), 0);
    speak();
    plan_write_header(plan, &speech);
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    end_speech();
    tell(&recorder);
    if (fails)
        cr_assert_eq(run_writer_fail(writer, "it fell over", NULL, 5, &err), 0);
    recorder_fini(&recorder);
}

static void load(int64_t run) {
    cr_assert_eq(stored_run_load(db, run, &stored, &err), 0, "%s", err.text);
}

static const char *ones = "strategy: one\ndata: [{file: aaa_1d.csv}]\ninitial_cash: 1000\n";

Test(stored_run, a_run_is_the_report_that_it_gave) {
    record(ones);
    load(1);
    struct jv *result = result_json(&stored.report);
    char *metrics = jv_dump(jv_get(result, "metrics"), 0);
    cr_expect_str_eq(metrics, own_result);
    cr_expect_null(stored.facts.interruption);
    cr_expect_null(stored.result); /* computed, not recalled */
    cr_expect_eq(stored.facts.number, 1);
    cr_expect_str_eq(stored.facts.journal_hash, "abc");
    cr_expect_eq(stored.collector.notes, 1);
    cr_expect_eq(stored.collector.plots, 3);
    cr_expect_eq(collector_account(&stored.collector)->count, 3);
    cr_expect_str_eq(stored.report.facts->builds[0].path, "/plugins/one.so");
    mem_free(metrics);
    jv_free(result);
}

Test(stored_run, metrics_of_a_run_that_recorded_few_bars_are_its_own) {
    static const char *const logs[] = {"trades", "every 2 bars", "every 99 bars"};
    for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
        char yaml[200];
        snprintf(yaml, sizeof yaml, "%slog: %s\n", ones, logs[i]);
        mem_free(own_result);
        own_result = NULL;
        record(yaml);
        load((int64_t)i + 1);
        struct jv *result = result_json(&stored.report);
        char *metrics = jv_dump(jv_get(result, "metrics"), 0);
        cr_expect_str_eq(metrics, own_result, "%s", logs[i]);
        cr_expect_not_null(stored.result);
        cr_expect_eq(stored.report.metrics.final_equity, 1000.0);
        mem_free(metrics);
        jv_free(result);
        stored_run_close(&stored);
    }
}

Test(stored_run, the_final_equity_of_such_a_run_is_its_rows) {
    char yaml[200];
    snprintf(yaml, sizeof yaml, "%slog: trades\n", ones);
    record(yaml);
    ask("UPDATE strategy_run SET final_equity = 777.5"); /* no bar says otherwise */
    load(1);
    cr_expect_eq(stored.report.metrics.final_equity, 777.5);
}

Test(stored_run, a_damaged_result_of_such_a_run_is_told) {
    char yaml[200];
    snprintf(yaml, sizeof yaml, "%slog: trades\n", ones);
    record(yaml);
    ask("UPDATE strategy_run SET result = '{\"metrics'");
    cr_expect_lt(stored_run_load(db, 1, &stored, &err), 0);
    cr_expect_not_null(strstr(err.text, "run 1: strategy_run: result: "), "%s", err.text);
}

Test(stored_run, a_failed_run_says_why) {
    record_half(true);
    load(1);
    cr_expect_str_eq(stored.facts.interruption, "This run failed: it fell over");
    cr_expect_not(stored.collector.has_end);
}

Test(stored_run, a_run_is_running_while_its_writer_lives_and_then_interrupted) {
    record_half(false);
    load(1);
    cr_expect_str_eq(stored.facts.interruption,
                     "This run is still running: what is here is its beginning");
    stored_run_close(&stored);
    run_writer_destroy(&writer);
    load(1);
    cr_expect_str_eq(stored.facts.interruption,
                     "This run was interrupted: its process ended before it did; what is here is "
                     "what was recorded");
}

Test(stored_run, a_failed_run_knows_how_long_its_data_are) {
    record_half(true);
    load(1);
    cr_expect_eq(stored.facts.data_bars, 3);
    cr_expect_eq(stored.facts.started, 1000);
    cr_expect_not(stored.facts.is_sparse);
    stored_run_close(&stored);
    ask("UPDATE strategy_run SET log = 'trades'");
    load(1);
    cr_expect(stored.facts.is_sparse);
}

Test(stored_run, params_that_were_given_are_those_of_the_config) {
    char yaml[200];
    snprintf(yaml, sizeof yaml, "%sparams: {fast: 7}\n", ones);
    record(yaml);
    record(ones);
    load(1);
    cr_expect(stored.facts.has_given);
    cr_expect(report_param_is_given(&stored.report, "one", "fast"));
    stored_run_close(&stored);
    load(2);
    cr_expect(stored.facts.has_given);
    cr_expect_not(report_param_is_given(&stored.report, "one", "fast"));
    stored_run_close(&stored);
    ask("UPDATE strategy_run SET config = '{' WHERE strategy_run_id = 1");
    load(1);
    cr_expect_not(stored.facts.has_given);
}

Test(stored_run, a_run_that_is_not_there_is_told) {
    record(ones);
    cr_expect_eq(stored_run_load(db, 7, &stored, &err), ERR_NOT_FOUND);
    cr_expect_not_null(strstr(err.text, "run 7: there is none"), "%s", err.text);
}

Test(stored_run, a_record_that_cannot_be_is_told_with_its_place) {
    char place[200];
    record(ones);
    ask("UPDATE strategy_chunk SET data = x'00'");
    cr_expect_lt(stored_run_load(db, 1, &stored, &err), 0);
    snprintf(place, sizeof place, "%s: run 1: ", db_path(db));
    cr_expect_eq(strncmp(err.text, place, strlen(place)), 0, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "strategy_chunk"), "%s", err.text);
}

Test(stored_run, closing_twice_or_nothing_is_fine) {
    stored_run_close(&stored);
    record(ones);
    load(1);
    stored_run_close(&stored);
    stored_run_close(&stored);
}

/* ---- for export ---- */

static int64_t count(const struct export_source *source, uint64_t kinds, uint16_t kind) {
    struct record_source records;
    struct journal_record record_;
    int64_t found = 0;
    int r;
    cr_assert_eq(source->open(source->self, kinds, &records, &err), 0, "%s", err.text);
    while ((r = records.next(records.self, &record_, &err)) == 1)
        found += record_.kind == kind;
    cr_assert_eq(r, 0, "%s", err.text);
    source->close(source->self);
    return found;
}

Test(stored_run, an_export_source_can_be_read_again) {
    struct stored_export export;
    struct export_source source;
    const char *why;
    record(ones);
    cr_assert_eq(stored_export_init(&export, db, 1, &source, &err), 0);
    cr_expect_str_eq(source.name, "run 1");
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(count(&source, RUN_READER_KIND(JOURNAL_EQUITY), JOURNAL_EQUITY), 3);
        cr_expect_eq(count(&source, RUN_READER_KIND(JOURNAL_PLOT), JOURNAL_EQUITY), 0);
    }
    cr_expect(source.is_whole(source.self, &why));
}

Test(stored_run, an_export_source_says_why_it_is_not_whole) {
    struct stored_export export;
    struct export_source source;
    const char *why;
    record_half(true);
    cr_assert_eq(stored_export_init(&export, db, 1, &source, &err), 0);
    cr_expect_not(source.is_whole(source.self, &why));
    cr_expect_str_eq(why, "it failed: it fell over");
    cr_expect_eq(stored_export_init(&export, db, 2, &source, &err), ERR_NOT_FOUND);
}
