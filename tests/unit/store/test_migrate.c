/* What a file says that it is, the names of codes, and the views. */
#include "store/migrate.h"

#include <stdint.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "core/reason.h"
#include "unit/store/stored_runs.h"

TestSuite(migrate, .init = open_runs, .fini = close_runs);

static void expect_refused(enum db_mode mode, const char *why) {
    struct db *again = NULL;
    struct err err = {0};
    cr_expect_eq(db_open(path, mode, &again, &err), ERR_FORMAT, "%s", err.text);
    cr_expect(strstr(err.text, why) != NULL, "%s", err.text);
    cr_expect(strncmp(err.text, path, strlen(path)) == 0, "%s", err.text);
    cr_expect_null(again);
}

static int64_t number(const char *query) {
    int64_t value = INT64_MIN;
    struct err err;
    cr_assert_eq(db_number(db, query, &value, &err), 1, "%s", query);
    return value;
}

static void expect_text(const char *query, const char *wanted) {
    sqlite3_stmt *stmt = NULL;
    struct err err;
    cr_assert_eq(db_prepare(db, query, &stmt, &err), 0, "%s", err.text);
    cr_assert_eq(db_row(db, stmt, "read", &err), 1, "%s", query);
    cr_expect_str_eq((const char *)sqlite3_column_text(stmt, 0), wanted);
    sqlite3_finalize(stmt);
}

/* ---- ids ---- */

Test(migrate, a_new_file_has_our_ids) {
    cr_expect_eq(number("PRAGMA application_id"), 0x51534442);
    cr_expect_eq(number("PRAGMA user_version"), 1);
    enum migrate_state state;
    struct err err;
    cr_assert_eq(migrate_look(db, &state, &err), 0);
    cr_expect_eq(state, MIGRATE_CURRENT);
}

Test(migrate, a_newer_file_is_refused_with_what_to_do_and_left_alone) {
    sql(db, "PRAGMA user_version = 2");
    db_close(&db);
    expect_refused(DB_READ, "its tables are of version 2, this qshost knows 1 (update qshost");
    expect_refused(DB_WRITE, "its tables are of version 2, this qshost knows 1 (update qshost");
}

Test(migrate, a_foreign_file_is_refused_and_left_alone) {
    sqlite3 *foreign = NULL;
    db_close(&db);
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(sqlite3_open(path, &foreign), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(foreign, "CREATE TABLE theirs (a)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(foreign);
    expect_refused(DB_READ,
                   "it is the database of another program (choose another file with --db)");
    expect_refused(DB_WRITE, "it is the database of another program");
    cr_assert_eq(sqlite3_open(path, &foreign), SQLITE_OK);
    cr_assert_eq(
        sqlite3_exec(foreign, "PRAGMA application_id = 7; DROP TABLE theirs", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(foreign);
    expect_refused(DB_WRITE, "it is the database of another program");
    FILE *file = fopen(path, "r"); /* byte 18: 1 is a rollback journal, 2 would be WAL */
    cr_assert(fseek(file, 18, SEEK_SET) == 0);
    cr_expect_eq(fgetc(file), 1);
    fclose(file);
}

Test(migrate, tables_are_made_whole_or_not_at_all) {
    struct db *half = NULL;
    struct err err;
    char other[200];
    snprintf(other, sizeof(other), "%s/half.sqlite", folder);
    /* an empty database of WAL form: what is left when the maker is killed before its commit */
    sqlite3 *handle = NULL;
    cr_assert_eq(sqlite3_open(other, &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    cr_expect_eq(db_open(other, DB_READ, &half, &err), ERR_NOT_FOUND, "%s", err.text);
    cr_assert_eq(db_open(other, DB_WRITE, &half, &err), 0, "%s", err.text);
    db_close(&half);
    cr_assert_eq(db_open(other, DB_READ, &half, &err), 0, "%s", err.text);
    db_close(&half);
}

extern const char store_schema_sql[];

Test(migrate, the_schema_is_embedded_to_the_byte) {
    struct err err;
    char *text = NULL;
    cr_assert_eq(fs_read_all(QS_SOURCE_DIR "/host/store/schema.sql", 1000000, &text, NULL, &err), 0,
                 "%s", err.text);
    cr_expect(strcmp(text, store_schema_sql) == 0);
    mem_free(text);
}

/* ---- codes ---- */

Test(migrate, every_code_of_the_engine_has_its_name) {
    expect_text("SELECT name FROM code WHERE field = 'side' AND code = 1", "buy");
    expect_text("SELECT name FROM code WHERE field = 'type' AND code = 4", "stop_limit");
    expect_text("SELECT name FROM code WHERE field = 'tif' AND code = 2", "ioc");
    expect_text("SELECT name FROM code WHERE field = 'state' AND code = 7", "REJECTED");
    expect_text("SELECT name FROM code WHERE field = 'kind' AND code = 4", "target");
    expect_text("SELECT name FROM code WHERE field = 'phase' AND code = 3", "end");
    expect_text("SELECT name FROM code WHERE field = 'size_kind' AND code = 5", "money");
    expect_text("SELECT name FROM code WHERE field = 'level' AND code = 3", "error");
    expect_text("SELECT words FROM code WHERE field = 'reason' AND code = 4",
                "the size rounds to zero lots");
    for (int code = 0; code < REASON_COUNT; code++) {
        char query[100];
        snprintf(query, sizeof(query),
                 "SELECT count(*) FROM code WHERE field = 'reason' AND code = %d", code);
        cr_expect_eq(number(query), strcmp(reason_name(code), "unknown") != 0, "%d", code);
    }
    cr_expect_eq(number("SELECT count(*) FROM code WHERE name IN ('unknown', 'UNKNOWN')"), 0);
}

Test(migrate, names_that_a_file_lacks_are_added_when_it_is_opened_for_writing) {
    struct err err;
    int64_t before = number("SELECT count(*) FROM code");
    sql(db, "DELETE FROM code WHERE field = 'reason' AND code > 3");
    sql(db, "UPDATE code SET name = 'mine' WHERE field = 'side' AND code = 1");
    db_close(&db);
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "%s", err.text);
    cr_expect_eq(number("SELECT count(*) FROM code"), before);
    expect_text("SELECT name FROM code WHERE field = 'side' AND code = 1", "mine");
}

/* ---- views ---- */

/* 2013-03-01T00:00:00Z */
#define MARCH "1362096000000000000"

static void expect_row(const char *view, const char *wanted) {
    sqlite3_stmt *stmt = NULL;
    struct err err;
    struct str got;
    char query[100];
    str_init(&got);
    snprintf(query, sizeof(query), "SELECT * FROM %s", view);
    cr_assert_eq(db_prepare(db, query, &stmt, &err), 0, "%s", err.text);
    while (db_row(db, stmt, "read", &err) == 1) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const char *text = (const char *)sqlite3_column_text(stmt, i);
            str_appendf(&got, "%s%s", i == 0 ? "" : "|", text != NULL ? text : "");
        }
        str_append_char(&got, '\n');
    }
    sqlite3_finalize(stmt);
    cr_expect_str_eq(str_text(&got), wanted, "%s:\n%s", view, str_text(&got));
    str_fini(&got);
}

Test(migrate, views_show_names_and_iso_times) {
    add_run(db, 1, "done", NULL);
    /* two feeds of one symbol: views must not show a row twice */
    sql(db, "INSERT INTO strategy_feed VALUES (1, 0, 0, 'SPX', '1d', '/f', 9, 1, 2, 'h', 0),"
            " (1, 1, 0, 'SPX', '1h', '/g', 9, 1, 2, 'h', 0)");
    sql(db, "UPDATE strategy_run SET ended_at = started_at + 1500000000, initial_equity = 1000.0,"
            " final_equity = 1100.0, bars = 9, intents = 2, orders = 1, fills = 1, trades = 1,"
            " rejected = 0, started_at = " MARCH);
    sql(db, "UPDATE strategy_run SET ended_at = started_at + 1500000000");
    sql(db, "INSERT INTO strategy_order VALUES (1, 1, 0, " MARCH
            ", 1, 0, 1, 2, 0, 1, 10.0, 99.5, 0.0, 99.25, 'tag')");
    sql(db, "INSERT INTO strategy_order_event VALUES (1, 7, 0, " MARCH ", 1, 2, 0, 0.0, 0.0),"
            " (1, 8, 0, " MARCH ", 1, 7, 5, 50.5, 20.0)");
    sql(db, "INSERT INTO strategy_signal VALUES (1, 3, 0, " MARCH
            ", 1, 1, 0, 1, 2, 0, 1, 1, 10.0, 0.0, 99.5, 0.0, 1, 0),"
            " (1, 4, 0, " MARCH ", 1, 2, -1, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, 12)");
    sql(db, "INSERT INTO strategy_fill VALUES (1, 1, 0, " MARCH ", " MARCH
            ", 1, 0, -10.0, 99.5, 99.25, 0.5, 2, -10.0, 0.5, 0.0, 0.0, -10.0)");
    sql(db, "INSERT INTO strategy_trade VALUES (1, 1, 0, 0, " MARCH ", " MARCH ", " MARCH ", " MARCH
            ", -10.0, 99.5, 98.5, 10.0, 1.0, 9.0, -2.0, 3.0, 1, 2)");
    sql(db, "INSERT INTO equity_curve VALUES (1, " MARCH ", 1000.0, 990.0, 1010.0)");
    sql(db,
        "INSERT INTO strategy_position_snapshot VALUES (1, 0, 0, " MARCH ", 0, 10.0, 99.5, 1.5)");
    expect_row("runs", "1|backtest|done||ema_cross|SPX 1d|2013-03-01T00:00:00Z|"
                       "2013-03-01T00:00:01Z|1.5|9|2|1|1|1|0|1000.0|1100.0|0.1|bars|0.1||\n");
    expect_row("orders", "1|1|ema|SPX|2013-03-01T00:00:00Z|buy|limit|gtc|1|10.0|99.5||99.25|tag|"
                         "REJECTED|insufficient_cash|the cash of the strategy's ledger does not "
                         "pay for it\n");
    expect_row("order_events", "1|7|2013-03-01T00:00:00Z|ema|1|ACTIVE||||\n"
                               "1|8|2013-03-01T00:00:00Z|ema|1|REJECTED|insufficient_cash|the "
                               "cash of the strategy's ledger does not pay for it|50.5|20.0\n");
    expect_row("signals",
               "1|3|2013-03-01T00:00:00Z|ema|1|order|SPX|buy|limit|gtc|units|10.0||99.5||"
               "1||\n"
               "1|4|2013-03-01T00:00:00Z|ema|1|cancel|||||||||||unknown_order|a cancel "
               "of an order that is not open\n");
    expect_row("fills", "1|1|1|ema|SPX|2013-03-01T00:00:00Z|2013-03-01T00:00:00Z|close|sell|-10.0|"
                        "99.5|99.25|0.5|0.0|0.0|-10.0\n");
    expect_row("trades", "1|1|ema|SPX|short|-10.0|2013-03-01T00:00:00Z|99.5|2013-03-01T00:00:00Z|"
                         "98.5|10.0|1.0|9.0|-2.0|3.0|1|2|tag|\n");
    expect_row("equity_sampled", "1|2013-03-01T00:00:00Z|1000.0|990.0|1010.0\n");
    expect_row("positions", "1|0|ema|SPX|2013-03-01T00:00:00Z|10.0|99.5|1.5\n");
}
