/* The list of runs: finding, liveness as it is and not as the row says, deleting. */
#include "store/run_table.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/run_live.h"
#include "unit/store/stored_runs.h"

TestSuite(run_table, .init = open_runs, .fini = close_runs);

static int find(const char *text, int64_t *ret, struct err *err) {
    return run_table_find(db, text, ret, err);
}

Test(run_table, finds_by_number_and_last) {
    struct err err;
    int64_t run = 0;
    cr_expect_eq(find("last", &run, &err), ERR_NOT_FOUND);
    cr_expect(strstr(err.text, "there are no runs yet (qshost backtest") != NULL, "%s", err.text);
    cr_expect_eq(find("3", &run, &err), ERR_NOT_FOUND);
    add_run(db, 4, "done", NULL);
    add_run(db, 9, "failed", NULL);
    cr_expect_eq(find("last", &run, &err), 0);
    cr_expect_eq(run, 9);
    cr_expect_eq(find("4", &run, &err), 0);
    cr_expect_eq(run, 4);
    cr_expect_eq(find("5", &run, &err), ERR_NOT_FOUND);
    cr_expect(strstr(err.text, "run 5: there is none in ") == err.text, "%s", err.text);
    cr_expect(strstr(err.text, "(newest: 9; qshost runs lists them)") != NULL, "%s", err.text);
    static const char *const bad[] = {"", "x", "0", "-1", "4 ", "last ema", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_eq(find(bad[i], &run, &err), ERR_USAGE, "'%s'", bad[i]);
    cr_expect_eq(run, 4);
}

Test(run_table, last_of_a_strategy_is_done_and_alone_when_asked) {
    struct err err;
    int64_t run = 0;
    cr_expect_eq(run_table_last(db, "ema_cross", false, &run, &err), 0);
    add_run(db, 1, "done", NULL);
    add_run(db, 2, "done", "donchian");
    add_run(db, 3, "failed", NULL);
    cr_expect_eq(run_table_last(db, "ema_cross", false, &run, &err), 1);
    cr_expect_eq(run, 2);
    cr_expect_eq(run_table_last(db, "ema_cross", true, &run, &err), 1);
    cr_expect_eq(run, 1);
    cr_expect_eq(run_table_last(db, "donchian", false, &run, &err), 1);
    cr_expect_eq(run, 2);
    cr_expect_eq(run_table_last(db, "donchian", true, &run, &err), 0);
    cr_expect_eq(run_table_last(db, "ema", false, &run, &err), 0); /* the id, not the name */
}

Test(run_table, gives_every_column_of_a_row) {
    struct run_row row;
    struct err err;
    add_run(db, 1, "failed", NULL);
    cr_assert_eq(run_table_get(db, 1, &row, &err), 0, "%s", err.text);
    cr_expect(!row.has_counts && row.ended_at == 0);
    cr_expect(row.journal_hash == NULL && row.error == NULL && row.name == NULL);
    run_row_fini(&row);
    sql(db, "UPDATE strategy_run SET status = 'done', name = 'n', ended_at = 1363000001000000000,"
            " journal_hash = 'j', bars = 1, intents = 2, orders = 3, fills = 4, trades = 5,"
            " rejected = 6, initial_equity = 0.1, final_equity = 0.3, error = 'e', output = 'o',"
            " result = 'r'");
    cr_assert_eq(run_table_get(db, 1, &row, &err), 0, "%s", err.text);
    cr_expect(row.id == 1 && row.has_counts);
    cr_expect_str_eq(row.kind, "backtest");
    cr_expect_str_eq(row.status, "done");
    cr_expect_str_eq(row.name, "n");
    cr_expect_str_eq(row.host_version, "0.1");
    cr_expect_str_eq(row.strategies, "ema_cross");
    cr_expect_str_eq(row.symbols, "SPX 1d");
    cr_expect_str_eq(row.log, "bars");
    cr_expect_str_eq(row.config, "{}");
    cr_expect_str_eq(row.bars_hash, "b");
    cr_expect_str_eq(row.config_hash, "c");
    cr_expect_str_eq(row.code_hash, "d");
    cr_expect_str_eq(row.journal_hash, "j");
    cr_expect_str_eq(row.error, "e");
    cr_expect_str_eq(row.output, "o");
    cr_expect_str_eq(row.result, "r");
    cr_expect_eq(row.started_at, INT64_C(1363000000000000000));
    cr_expect_eq(row.ended_at, INT64_C(1363000001000000000));
    cr_expect(row.bars == 1 && row.intents == 2 && row.orders == 3 && row.fills == 4);
    cr_expect(row.trades == 5 && row.rejected == 6);
    cr_expect(row.initial_equity == 0.1 && row.final_equity == 0.3); /* to the bit */
    run_row_fini(&row);
    run_row_fini(&row);
    cr_expect_eq(run_table_get(db, 2, &row, &err), ERR_NOT_FOUND);
}

struct seen {
    int64_t ids[10];
    size_t count, stop_after;
};

static int see(void *self, const struct run_row *row, struct err *err) {
    struct seen *seen = self;
    seen->ids[seen->count++] = row->id;
    return seen->count == seen->stop_after ? err_set(err, ERR_LIMIT, "enough") : 0;
}

Test(run_table, lists_the_newest_first) {
    struct err err;
    struct seen seen = {.count = 0};
    for (int i = 1; i <= 5; i++)
        add_run(db, i, "done", i % 2 == 0 ? "donchian" : NULL);
    cr_assert_eq(run_table_list(db, NULL, 0, see, &seen, &err), 0);
    cr_expect(seen.count == 5 && seen.ids[0] == 5 && seen.ids[4] == 1);
    seen = (struct seen){.count = 0};
    cr_assert_eq(run_table_list(db, NULL, 2, see, &seen, &err), 0);
    cr_expect(seen.count == 2 && seen.ids[0] == 5 && seen.ids[1] == 4);
    seen = (struct seen){.count = 0};
    cr_assert_eq(run_table_list(db, "donchian", 0, see, &seen, &err), 0);
    cr_expect(seen.count == 2 && seen.ids[0] == 4 && seen.ids[1] == 2);
    seen = (struct seen){.stop_after = 3};
    cr_expect_eq(run_table_list(db, NULL, 0, see, &seen, &err), ERR_LIMIT);
    cr_expect_eq(seen.count, 3);
    cr_expect_str_eq(err.text, "enough");
}

Test(run_table, gives_metrics_of_the_whole_run) {
    struct err err;
    double value = 0.0;
    add_run(db, 1, "done", NULL);
    sql(db, "INSERT INTO strategy_metric VALUES (1, -1, 'sharpe', 1.25, NULL),"
            " (1, 0, 'sharpe', 9.0, NULL), (1, -1, 'sortino', NULL, 'no losses')");
    cr_expect_eq(run_table_metric(db, 1, "sharpe", &value, &err), 1);
    cr_expect_eq(value, 1.25);
    cr_expect_eq(run_table_metric(db, 1, "sortino", &value, &err), 0);
    cr_expect_eq(run_table_metric(db, 1, "nothing", &value, &err), 0);
    cr_expect_eq(run_table_metric(db, 2, "sharpe", &value, &err), 0);
    cr_expect_eq(value, 1.25);
}

Test(run_table, gives_instances) {
    struct err err;
    struct run_instance_row row;
    add_run(db, 1, "done", "donchian");
    cr_assert_eq(run_table_instance(db, 1, 0, &row, &err), 0);
    cr_expect_str_eq(row.name, "ema");
    cr_expect_str_eq(row.strategy, "ema_cross");
    cr_expect_str_eq(row.version, "1.0");
    cr_expect_str_eq(row.silo, "main");
    cr_expect_str_eq(row.build_sha256, "abc");
    cr_expect_str_eq(row.build_path, "/x/ema.so");
    cr_expect_str_eq(row.params, "{\"fast\": \"12\"}");
    cr_expect_eq(row.budget, 1000.0);
    run_instance_row_fini(&row);
    cr_expect_eq(run_table_instance(db, 1, 1, &row, &err), 0);
    run_instance_row_fini(&row);
    cr_expect_eq(run_table_instance(db, 1, 2, &row, &err), ERR_NOT_FOUND);
}

/* ---- liveness ---- */

static void expect_status(int64_t run, const char *wanted) {
    struct run_row row;
    struct err err;
    cr_assert_eq(run_table_get(db, run, &row, &err), 0, "%s", err.text);
    cr_expect_str_eq(row.status, wanted);
    run_row_fini(&row);
}

static void expect_stored(int64_t run, const char *wanted) {
    sqlite3_stmt *stmt = NULL;
    struct err err;
    cr_assert_eq(
        db_prepare(db, "SELECT status FROM strategy_run WHERE strategy_run_id = ?", &stmt, &err),
        0);
    sqlite3_bind_int64(stmt, 1, run);
    cr_assert_eq(db_row(db, stmt, "read", &err), 1);
    cr_expect_str_eq((const char *)sqlite3_column_text(stmt, 0), wanted);
    sqlite3_finalize(stmt);
}

/* A child that records run 1 as run_writer does, half of it, and waits to be killed. */
static pid_t start_recorder(void) {
    int said[2];
    char byte = 0;
    cr_assert_eq(pipe(said), 0);
    fflush(NULL);
    db_close(&db);
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        int fd = -1;
        cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0);
        cr_assert_eq(run_live_take(path, 1, &fd, &err), 0);
        add_run(db, 1, "running", NULL);
        cr_assert_eq(db_begin(db, &err), 0);
        sql(db, "INSERT INTO strategy_note VALUES (1, 1, 0, 5, 1, NULL, 'half')");
        if (write(said[1], "x", 1) != 1)
            _exit(2);
        for (;;)
            pause();
    }
    close(said[1]);
    cr_assert_eq(read(said[0], &byte, 1), 1);
    close(said[0]);
    return child;
}

Test(run_table, a_killed_recorder_reads_as_interrupted_and_is_settled_so) {
    struct err err;
    int status = -1;
    pid_t child = start_recorder();
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0, "%s", err.text);
    expect_status(1, "running");
    db_close(&db);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0, "%s", err.text);
    expect_status(1, "interrupted");
    expect_stored(1, "running"); /* a reader changes nothing */
    int64_t notes = -1;
    cr_assert_eq(db_number(db, "SELECT count(*) FROM strategy_note", &notes, &err), 1);
    cr_expect_eq(notes, 0); /* what was not committed is not there */
    db_close(&db);
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "%s", err.text);
    cr_assert_eq(run_table_settle(db, &err), 0, "%s", err.text);
    expect_stored(1, "interrupted");
    expect_status(1, "interrupted");
}

Test(run_table, settles_only_runs_that_nobody_holds) {
    struct err err;
    int fd = -1;
    add_run(db, 1, "done", NULL);
    add_run(db, 2, "running", NULL);
    add_run(db, 3, "running", NULL);
    add_run(db, 4, "running", NULL);
    add_run(db, 5, "failed", NULL);
    cr_assert_eq(run_live_take(path, 3, &fd, &err), 0);
    cr_assert_eq(run_table_settle(db, &err), 0, "%s", err.text);
    expect_stored(1, "done");
    expect_stored(2, "interrupted");
    expect_stored(3, "running");
    expect_stored(4, "interrupted");
    expect_stored(5, "failed");
    close(fd);
    expect_status(3, "interrupted");
    expect_stored(3, "running");
}

/* ---- deleting ---- */

static int64_t rows_of(int64_t run) {
    sqlite3_stmt *tables = NULL;
    struct err err;
    int64_t sum = 0;
    cr_assert_eq(db_prepare(db,
                            "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c"
                            " WHERE m.type = 'table' AND c.name = 'strategy_run_id'",
                            &tables, &err),
                 0);
    while (db_row(db, tables, "list", &err) == 1) {
        char text[200];
        int64_t rows = 0;
        snprintf(text, sizeof(text), "SELECT count(*) FROM %s WHERE strategy_run_id = %d",
                 (const char *)sqlite3_column_text(tables, 0), (int)run);
        cr_assert_eq(db_number(db, text, &rows, &err), 1);
        sum += rows;
    }
    sqlite3_finalize(tables);
    return sum;
}

static void fill_tables(int64_t run) {
    add_run(db, run, "done", "donchian");
    sql(db, "INSERT INTO strategy_note VALUES (%d, 1, 0, 5, 1, NULL, 'half')", (int)run);
    sql(db, "INSERT INTO equity_curve VALUES (%d, 1, 1.0, 1.0, 1.0)", (int)run);
    sql(db, "INSERT INTO strategy_chunk VALUES (%d, 0, 0, 1, 1, 1, x'00')", (int)run);
    sql(db, "INSERT INTO strategy_metric VALUES (%d, -1, 'sharpe', 1.25, NULL)", (int)run);
}

Test(run_table, deletes_a_run_whole_and_no_other) {
    struct err err;
    int64_t run = 0;
    fill_tables(1);
    fill_tables(2);
    cr_assert_eq(rows_of(1), 7); /* run, two instances, note, point, chunk, metric */
    cr_assert_eq(run_table_delete(db, 1, &err), 0, "%s", err.text);
    cr_expect_eq(rows_of(1), 0);
    cr_expect_eq(rows_of(2), 7);
    cr_expect_eq(run_table_delete(db, 1, &err), ERR_NOT_FOUND);
    cr_assert_eq(run_table_delete(db, 2, &err), 0);
    sql(db, "INSERT INTO strategy_run (kind, status, started_at, host_version, strategies,"
            " symbols, log, config, bars_hash, config_hash, code_hash)"
            " VALUES ('backtest', 'done', 0, '', '', '', '', '', '', '', '')");
    cr_assert_eq(find("last", &run, &err), 0);
    cr_expect_eq(run, 3); /* numbers are given once */
}

Test(run_table, does_not_delete_what_is_being_recorded) {
    struct err err;
    int fd = -1;
    add_run(db, 1, "running", NULL);
    cr_assert_eq(run_live_take(path, 1, &fd, &err), 0);
    cr_expect_eq(run_table_delete(db, 1, &err), ERR_BUSY);
    cr_expect(strstr(err.text, "run 1: cannot delete: it is being recorded") != NULL);
    expect_stored(1, "running");
    close(fd);
    cr_expect_eq(run_table_delete(db, 1, &err), 0, "%s", err.text); /* interrupted by now */
}
