/* Builds are noted once for each file and content; the verdict is the newest one. */
#include "store/build_table.h"

#include <string.h>

#include "unit/store/stored_runs.h"

TestSuite(build_table, .init = open_runs, .fini = close_runs);

static void note(const struct build_row *row) {
    struct err err;
    cr_assert_eq(build_table_note(db, row, &err), 0, "%s", err.text);
}

static void expect_row(const char *where, const char *wanted) {
    sqlite3_stmt *stmt = NULL;
    struct err err;
    char *text = sqlite3_mprintf("SELECT sha256 || ' ' || coalesce(strategy, '-') || ' ' ||"
                                 " coalesce(version, '-') || ' ' || path || ' ' || size || ' ' ||"
                                 " first_seen || ' ' || last_seen || ' ' || verdict || ' ' ||"
                                 " coalesce(reason, '-') FROM build WHERE %s",
                                 where);
    cr_assert_eq(db_prepare(db, text, &stmt, &err), 0, "%s", err.text);
    sqlite3_free(text);
    cr_assert_eq(db_row(db, stmt, "read", &err), 1);
    cr_expect_str_eq((const char *)sqlite3_column_text(stmt, 0), wanted);
    cr_expect_eq(db_row(db, stmt, "read", &err), 0, "one row only");
    sqlite3_finalize(stmt);
}

Test(build_table, notes_a_build_and_updates_its_verdict) {
    struct build_row row = {.sha256 = "aa",
                            .path = "/p/x.so",
                            .size = 10,
                            .seen = 100,
                            .verdict = "crashed",
                            .reason = "it died"};
    note(&row);
    expect_row("1", "aa - - /p/x.so 10 100 100 crashed it died");
    row.strategy = "x";
    row.version = "1.0";
    row.seen = 300;
    row.verdict = "ok";
    row.reason = NULL;
    note(&row);
    expect_row("1", "aa x 1.0 /p/x.so 10 100 300 ok -");
    row.strategy = row.version = NULL; /* what was known stays known */
    row.seen = 200;                    /* and the newest time stays */
    row.verdict = "hung";
    row.reason = "no answer";
    note(&row);
    expect_row("1", "aa x 1.0 /p/x.so 10 100 300 hung no answer");
}

Test(build_table, another_content_or_path_is_another_build) {
    struct build_row row = {.sha256 = "aa",
                            .path = "/p/x.so",
                            .size = 10,
                            .seen = 100,
                            .verdict = "ok",
                            .strategy = "x",
                            .version = "1"};
    note(&row);
    row.sha256 = "bb";
    note(&row);
    row.path = "/q/x.so";
    note(&row);
    int64_t rows = 0;
    struct err err;
    cr_assert_eq(db_number(db, "SELECT count(*) FROM build", &rows, &err), 1);
    cr_expect_eq(rows, 3);
    expect_row("sha256 = 'bb' AND path = '/q/x.so'", "bb x 1 /q/x.so 10 100 100 ok -");
}

Test(build_table, a_reader_cannot_note) {
    struct build_row row = {.sha256 = "aa", .path = "p", .verdict = "ok"};
    struct err err;
    db_close(&db);
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0);
    cr_expect_eq(build_table_note(db, &row, &err), ERR_IO);
    cr_expect(strstr(err.text, "cannot note a build: ") != NULL, "%s", err.text);
}
