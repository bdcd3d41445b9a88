/* A run into the database: every log kind, equal runs, what an end without an end leaves. */
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "run_store.h"

static const struct run_log all_bars = {RUN_LOG_BARS, 1};

static int64_t count_rows(const char *sql) {
    sqlite3 *handle = NULL;
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_open(store_path, &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(handle));
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    return count;
}

/* ---- log ---- */

static int64_t every, last_instant;

static bool is_logged(const struct journal_record *record) {
    int64_t time;
    if (!is_per_bar(record->kind))
        return true;
    if (every == 0)
        return false;
    memcpy(&time, record->body, 8);
    int64_t instant = time / INT64_C(60000000000); /* run_store.h: instant i at minute i */
    return instant % every == 0 || instant == last_instant;
}

static void check_log(struct run_log log, int instants) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(11, instants, 2, 3);
    every = log.kind == RUN_LOG_TRADES ? 0 : log.every;
    last_instant = instants;
    struct bytes expected = in_reading_order(&journal, is_logged);
    struct bytes found = read_run(db, record_run(db, &journal, log));
    assert_same(&expected, &found);
    db_close(&db);
    mem_free(journal.data);
    mem_free(expected.data);
    mem_free(found.data);
}

Test(run_writer, keeps_every_nth_instant_and_the_last, .init = store_setup,
     .fini = store_teardown) {
    check_log((struct run_log){RUN_LOG_EVERY, 10}, 100); /* the last is a tenth */
    check_log((struct run_log){RUN_LOG_EVERY, 10}, 101);
    check_log((struct run_log){RUN_LOG_EVERY, 10}, 109);
    check_log((struct run_log){RUN_LOG_EVERY, 10}, 3); /* the last only */
    check_log((struct run_log){RUN_LOG_EVERY, 1000000}, 500);
    check_log((struct run_log){RUN_LOG_EVERY, 2}, 9000); /* several chunks */
    check_log((struct run_log){RUN_LOG_EVERY, 1}, 30);
}

/* Kept instants are the 10th, 20th ... and the last: of each the record that says the value then.
 */
static void check_variables(int instants, const int *changes, const char *expected) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_sparse_journal(instants, changes);
    struct bytes found =
        read_run(db, record_run(db, &journal, (struct run_log){RUN_LOG_EVERY, 10}));
    struct journal_record record;
    struct j_variable variable;
    char words[256] = "";
    size_t len = 0;
    for (size_t at = 0; bytes_next(&found, &at, &record);) {
        if (record.kind != JOURNAL_VARIABLE)
            continue;
        journal_read(&record, &variable);
        len += (size_t)snprintf(words + len, sizeof words - len, "%g ", variable.value);
    }
    cr_expect_str_eq(words, expected);
    db_close(&db);
    mem_free(journal.data);
    mem_free(found.data);
}

Test(run_writer, keeps_the_value_of_a_variable_at_every_nth_instant, .init = store_setup,
     .fini = store_teardown) {
    check_variables(50, (const int[]){3, 7, 8, 25, 30, 41, 49, 0}, "8 30 49 ");
    check_variables(50, (const int[]){1, 0}, "1 ");
    check_variables(50, (const int[]){10, 11, 20, 0}, "10 20 "); /* 11 until 19 */
    check_variables(55, (const int[]){9, 51, 54, 54, 0}, "9 54 54 ");
    check_variables(4, (const int[]){2, 3, 0}, "3 ");
}

Test(run_writer, keeps_the_value_of_a_variable_over_the_end_of_a_chunk, .init = store_setup,
     .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    static int changes[90001];
    for (int i = 0; i < 9000; i++) /* at 5, 15, 25: none at a kept instant, each held over one */
        changes[i] = 10 * i + 5;
    struct bytes journal = make_sparse_journal(90000, changes);
    record_run(db, &journal, (struct run_log){RUN_LOG_EVERY, 10});
    db_close(&db);
    cr_assert_eq(count_rows("SELECT sum(rows) FROM strategy_chunk JOIN strategy_series USING "
                            "(strategy_run_id, series) WHERE kind = 43"),
                 9000);
    mem_free(journal.data);
}

Test(run_writer, keeps_no_columns_with_log_trades, .init = store_setup, .fini = store_teardown) {
    check_log((struct run_log){RUN_LOG_TRADES, 1}, 100);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_series"), 0);
}

Test(run_writer, keeps_steps_with_log_full_only, .init = store_setup, .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(1, 10, 1, 1);
    const struct run_step step = {0, 60, 2, "1m", UINT64_MAX};
    struct run_end end = make_end();
    struct err err;
    for (int full = 0; full < 2; full++) {
        struct run_writer *w =
            begin_run(db, (struct run_log){full ? RUN_LOG_FULL : RUN_LOG_BARS, 1});
        for (int i = 0; i < 3; i++)
            cr_assert_eq(run_writer_step(w, &step, &err), 0);
        cr_assert_eq(feed_run(w, &journal, &err), 0);
        cr_assert_eq(run_writer_finish(w, &end, &err), 0);
        run_writer_destroy(&w);
    }
    db_close(&db);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_step"), 3);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_step WHERE strategy_run_id = 2 AND "
                            "timeframe = '1m' AND intents = 2 AND context_hash = -1 AND "
                            "duration_ns IS NULL AND status = 'ok' AND time = 60"),
                 3);
    mem_free(journal.data);
}

/* ---- what is written ---- */

Test(run_writer, writes_equal_rows_for_equal_runs, .init = store_setup, .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(2, 5000, 2, 2), other = make_journal(3, 5000, 2, 2);
    struct str where;
    struct err err;
    bool same = false;
    str_init(&where);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(record_run(db, &journal, all_bars), i + 1);
    cr_assert_eq(record_run(db, &other, all_bars), 3);
    cr_assert_eq(run_table_compare(db, 1, db, 2, &same, &where, &err), 0, "%s", err.text);
    cr_assert(same, "%s", str_text(&where));
    cr_assert_eq(run_table_compare(db, 1, db, 3, &same, &where, &err), 0, "%s", err.text);
    cr_assert_not(same);
    str_fini(&where);
    db_close(&db);
    mem_free(journal.data);
    mem_free(other.data);
}

Test(run_writer, writes_the_runs_row_first_and_its_end_last, .init = store_setup,
     .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE), *reader = NULL;
    struct bytes journal = make_journal(4, 20, 1, 1);
    struct run_end end = make_end();
    struct err err;
    struct run_writer *w = begin_run(db, all_bars);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_run WHERE status = 'running' AND "
                            "strategies = 'test' AND symbols = 'X 1m' AND log = 'bars'"),
                 1);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_instance"), 1);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_feed"), 1);
    cr_assert_eq(feed_run(w, &journal, &err), 0);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_record"), 1, "the header is there");
    cr_assert_eq(db_open(store_path, DB_READ, &reader, &err), 0);
    assert_status(reader, run_writer_id(w), "running");
    db_close(&reader);
    cr_assert_eq(run_writer_finish(w, &end, &err), 0);
    assert_status(db, run_writer_id(w), "done");
    run_writer_destroy(&w);
    run_writer_destroy(&w);
    db_close(&db);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_metric WHERE (name = 'sharpe' AND value "
                            "= 1.5 AND reason IS NULL) OR (name = 'sortino' AND value IS NULL AND "
                            "reason = 'no losses')"),
                 2);
    cr_assert_eq(count_rows("SELECT count(*) FROM equity_curve WHERE low = 9e4"), 2);
    cr_assert_eq(count_rows("SELECT bars FROM strategy_run WHERE journal_hash = 'ff'"), 3);
    mem_free(journal.data);
}

Test(run_writer, gives_each_event_the_strategy_of_its_order, .init = store_setup,
     .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(4, 60, 1, 3);
    record_run(db, &journal, all_bars);
    db_close(&db);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_order_event"), 20);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_order_event e JOIN strategy_order o "
                            "USING (strategy_run_id, order_id) WHERE e.strategy_instance_id = "
                            "o.strategy_instance_id"),
                 20);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_fill"), 60, "three shares each");
    mem_free(journal.data);
}

Test(run_writer, keeps_a_failed_run_with_its_sentence, .init = store_setup,
     .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(6, 20, 1, 1);
    struct run_writer *w = begin_run(db, all_bars);
    struct err err;
    journal.len -= 200; /* the worker died */
    cr_assert_eq(feed_run(w, &journal, &err), 0);
    cr_assert_eq(run_writer_fail(w, "it crashed", "hello\n", 5, &err), 0, "%s", err.text);
    assert_status(db, run_writer_id(w), "failed");
    run_writer_destroy(&w);
    db_close(&db);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_run WHERE error = 'it crashed' AND "
                            "output = 'hello\n' AND ended_at = 5 AND journal_hash IS NULL"),
                 1);
    cr_assert_eq(count_rows("SELECT rows FROM strategy_chunk WHERE series = 0"), 20);
    mem_free(journal.data);
}

Test(run_writer, finds_its_column_among_thousands, .init = store_setup, .fini = store_teardown) {
    enum { KEYS = 3000, INSTANTS = 10 };
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = {0};
    struct sink_port sink = {&journal, bytes_sink};
    struct journal j;
    struct rng rng;
    struct err err;
    char key[16];
    rng_seed(&rng, 1);
    journal_init(&j, &sink);
    make_header(&j, 1, 1);
    for (int i = 0; i < INSTANTS * KEYS; i++) { /* in another order each instant */
        snprintf(key, sizeof(key), "k%d", i / KEYS % 2 ? i % KEYS : KEYS - 1 - i % KEYS);
        journal_put_plot(&j, &(struct j_plot){i / KEYS + 1, 0, rng_f64(&rng), key});
    }
    cr_assert_eq(journal_flush(&j, &err), 0);
    journal_fini(&j);
    struct bytes expected = in_reading_order(&journal, NULL);
    struct bytes found = read_run(db, record_run(db, &journal, all_bars));
    assert_same(&expected, &found);
    db_close(&db);
    mem_free(journal.data);
    mem_free(expected.data);
    mem_free(found.data);
}

/* ---- what goes wrong ---- */

Test(run_writer, leaves_a_run_interrupted_when_it_is_given_up, .init = store_setup,
     .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(6, 20, 1, 1);
    struct run_writer *w = begin_run(db, all_bars);
    struct err err;
    int64_t run = run_writer_id(w);
    cr_assert_eq(feed_run(w, &journal, &err), 0);
    run_writer_destroy(&w);
    assert_status(db, run, "interrupted");
    db_close(&db);
    mem_free(journal.data);
}

static void put_fill(struct journal *j, int64_t id) {
    journal_put_fill(j, &(struct j_fill){.id = id});
}

Test(run_writer, refuses_a_fill_that_belongs_to_nobody_and_is_dead_then, .init = store_setup,
     .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = {0};
    struct sink_port sink = {&journal, bytes_sink};
    struct journal j;
    struct err err, again;
    journal_init(&j, &sink);
    make_header(&j, 1, 1);
    put_fill(&j, 1);
    put_fill(&j, 2);
    cr_assert_eq(journal_flush(&j, &err), 0);
    journal_fini(&j);
    struct run_writer *w = begin_run(db, all_bars);
    struct run_end end = make_end();
    cr_assert_eq(feed_run(w, &journal, &err), ERR_FORMAT);
    cr_assert_not_null(strstr(err.text, "fill 1"));
    cr_assert_eq(run_writer_finish(w, &end, &again), ERR_FORMAT);
    cr_assert_str_eq(again.text, err.text);
    cr_assert_eq(run_writer_fail(w, err.text, NULL, 1, &again), 0, "%s", again.text);
    int64_t run = run_writer_id(w);
    run_writer_destroy(&w);
    assert_status(db, run, "failed");
    db_close(&db);
    mem_free(journal.data);
}

Test(run_writer, says_so_when_its_run_is_gone, .init = store_setup, .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct run_writer *w = begin_run(db, all_bars);
    struct run_end end = make_end();
    struct err err;
    count_rows("DELETE FROM strategy_run RETURNING 1");
    cr_assert_eq(run_writer_finish(w, &end, &err), ERR_NOT_FOUND);
    cr_assert_not_null(strstr(err.text, "deleted"), "%s", err.text);
    run_writer_destroy(&w);
    db_close(&db);
    cr_assert_eq(count_rows("SELECT count(*) FROM strategy_metric"), 0);
}

/* Records as fast as it can until it is killed. */
static void record_forever(const struct bytes *journal, int ready) {
    struct db *db = NULL;
    struct err err;
    if (db_open(store_path, DB_WRITE, &db, &err) != 0)
        _exit(1);
    for (int i = 0;; i++) {
        struct run_start start = make_start(all_bars);
        struct run_end end = make_end();
        struct run_writer *w = NULL;
        if (run_writer_begin(db, &start, &w, &err) != 0)
            _exit(1);
        if (i == 0 && write(ready, "r", 1) != 1)
            _exit(1);
        if (feed_run(w, journal, &err) != 0 || run_writer_finish(w, &end, &err) != 0)
            _exit(1);
        run_writer_destroy(&w);
    }
}

/* Which records must come without a hole: a kind, or a column of it. */
static uint64_t group_of(const struct journal_record *record) {
    uint64_t owner = 0, key = 0;
    if (is_per_bar(record->kind))
        memcpy(&owner, record->body + 8, 8);
    if (record->kind == JOURNAL_PLOT || record->kind == JOURNAL_VARIABLE)
        key = record->body[32]; /* the keys of run_store.h differ in their first letter */
    return (uint64_t)rank_of(record->kind) << 32 | owner << 8 | key;
}

/* Of each group, what is there must be the first records of the journal. Both in reading order. */
static void assert_prefix(const struct bytes *all, const struct bytes *part) {
    struct journal_record x, y;
    size_t at = 0, to = 0;
    bool has = bytes_next(part, &to, &y);
    uint64_t missing = UINT64_MAX;
    while (has && bytes_next(all, &at, &x)) {
        if (x.size != y.size || x.kind != y.kind || memcmp(x.body, y.body, x.size) != 0) {
            missing = group_of(&x);
            continue;
        }
        cr_assert_neq(group_of(&x), missing, "a hole in kind %d", x.kind);
        has = bytes_next(part, &to, &y);
    }
    cr_assert_not(has, "a record of kind %d that is none of the journal's", y.kind);
}

static void check_after_kill(const struct bytes *expected) {
    struct db *db = store_open(DB_READ);
    struct err err;
    int64_t last = count_rows("SELECT max(strategy_run_id) FROM strategy_run");
    for (int64_t run = 1; run <= last; run++) {
        struct run_row row;
        struct bytes found = read_run(db, run);
        cr_assert_eq(run_table_get(db, run, &row, &err), 0);
        if (strcmp(row.status, "done") == 0) {
            assert_same(expected, &found);
        } else {
            cr_assert_str_eq(row.status, "interrupted");
            cr_assert_eq(run, last);
            assert_prefix(expected, &found);
        }
        run_row_fini(&row);
        mem_free(found.data);
    }
    db_close(&db);
    cr_assert_eq(count_rows("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = "
                            "'ok'"),
                 1);
}

Test(run_writer, leaves_a_readable_database_when_it_is_killed, .timeout = 120) {
    struct bytes journal = make_journal(8, 30000, 1, 1);
    struct bytes expected = in_reading_order(&journal, NULL);
    struct rng rng;
    rng_seed(&rng, 5);
    for (int i = 0; i < 12; i++) {
        int ready[2];
        char byte;
        store_setup();
        cr_assert_eq(pipe(ready), 0);
        pid_t child = fork();
        if (child == 0)
            record_forever(&journal, ready[1]);
        close(ready[1]);
        cr_assert_eq(read(ready[0], &byte, 1), 1);
        usleep((useconds_t)(rng_u64(&rng) % 600000));
        kill(child, SIGKILL);
        cr_assert_eq(waitpid(child, NULL, 0), child);
        close(ready[0]);
        check_after_kill(&expected);
        store_teardown();
    }
    mem_free(journal.data);
    mem_free(expected.data);
}

/* RLIMIT_FSIZE stands for a disk that is full at `limit` bytes. */
static int record_limited(const struct bytes *journal, rlim_t limit, struct err *err) {
    struct db *db = store_open(DB_WRITE);
    struct run_end end = make_end();
    struct rlimit before, now;
    struct run_writer *w = begin_run(db, all_bars);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    now = before;
    now.rlim_cur = limit;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &now), 0);
    int rc = feed_run(w, journal, err);
    if (rc == 0)
        rc = run_writer_finish(w, &end, err);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    struct err again;
    if (rc != 0)
        cr_assert_eq(run_writer_finish(w, &end, &again), rc, "dead");
    if (rc != 0)
        cr_assert_str_eq(again.text, err->text);
    run_writer_destroy(&w);
    db_close(&db);
    return rc;
}

Test(run_writer, says_in_one_sentence_that_the_disk_is_full, .timeout = 120) {
    struct bytes journal = make_journal(8, 20000, 1, 1);
    struct bytes expected = in_reading_order(&journal, NULL);
    int refused = 0;
    for (rlim_t limit = 200000; limit < 16000000; limit = limit * 3 / 2) {
        struct err err = {0};
        store_setup();
        int rc = record_limited(&journal, limit, &err);
        refused += rc != 0;
        if (rc != 0) {
            cr_assert_eq(rc, ERR_IO, "%s", err.text);
            cr_assert_null(strchr(err.text, '\n'));
            cr_assert_not_null(strstr(err.text, "quasar.sqlite: cannot "), "%s", err.text);
        }
        check_after_kill(&expected);
        cr_assert_eq(count_rows("SELECT count(*) FROM strategy_run WHERE status = 'done'"),
                     rc == 0);
        store_teardown();
    }
    cr_assert_gt(refused, 2);
    mem_free(journal.data);
    mem_free(expected.data);
}
