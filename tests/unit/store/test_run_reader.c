/* A run out of the database is the journal that went in, bit for bit; damage is a sentence. */
#include <sqlite3.h>

#include "run_store.h"

static const struct run_log all_bars = {RUN_LOG_BARS, 1};

static void round_trip(int instants, int silos, int strategies) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(7, instants, silos, strategies);
    struct bytes expected = in_reading_order(&journal, NULL);
    int64_t run = record_run(db, &journal, all_bars);
    struct bytes found = read_run(db, run);
    assert_same(&expected, &found);
    db_close(&db);
    mem_free(journal.data);
    mem_free(expected.data);
    mem_free(found.data);
}

Test(run_reader, gives_back_every_record_of_one_strategy, .init = store_setup,
     .fini = store_teardown) {
    round_trip(100, 1, 1);
}

Test(run_reader, gives_back_every_record_of_three_silos_and_five_strategies, .init = store_setup,
     .fini = store_teardown) {
    round_trip(300, 3, 5);
}

Test(run_reader, gives_back_runs_longer_than_a_chunk, .init = store_setup, .fini = store_teardown) {
    round_trip(4096 * 2 + 1, 1, 2);
}

Test(run_reader, gives_back_a_run_without_bars, .init = store_setup, .fini = store_teardown) {
    round_trip(0, 1, 1);
}

static const int64_t minute = INT64_C(60000000000);
static int64_t range_from, range_to;

static bool in_range(const struct journal_record *record) {
    int64_t time;
    if (!is_per_bar(record->kind))
        return true;
    memcpy(&time, record->body, 8);
    if (record->kind == JOURNAL_VARIABLE && range_from != INT64_MIN)
        time += minute; /* the one before, and there is one a minute */
    bool is_old = time < range_from;
    memcpy(&time, record->body, 8);
    return !is_old && time <= range_to;
}

Test(run_reader, gives_columns_of_a_range_of_time_only, .init = store_setup,
     .fini = store_teardown) {
    const int64_t ranges[][2] = {{1, 1},       {4096, 4096}, {4096, 4097},          {4000, 8300},
                                 {9000, 9999}, {10, 9},      {INT64_MIN, INT64_MAX}};
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(3, 9000, 1, 1);
    int64_t run = record_run(db, &journal, all_bars);
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        bool is_all = ranges[i][0] == INT64_MIN;
        struct bytes found = {0};
        struct err err;
        range_from = is_all ? INT64_MIN : ranges[i][0] * minute;
        range_to = is_all ? INT64_MAX : ranges[i][1] * minute;
        cr_assert_eq(read_into(db, run, RUN_READER_ALL, range_from, range_to, &found, &err), 0);
        struct bytes expected = in_reading_order(&journal, in_range);
        assert_same(&expected, &found);
        mem_free(found.data);
        mem_free(expected.data);
    }
    db_close(&db);
    mem_free(journal.data);
}

/* The minutes of the variable's records in that range, in words. */
static const char *variables_in(struct db *db, int64_t run, int64_t from, int64_t to) {
    static char words[256];
    struct bytes found = {0};
    struct journal_record record;
    struct j_variable variable;
    struct err err;
    size_t len = 0;
    cr_assert_eq(read_into(db, run, RUN_READER_KIND(JOURNAL_VARIABLE), from, to, &found, &err), 0,
                 "%s", err.text);
    words[0] = '\0';
    for (size_t at = 0; bytes_next(&found, &at, &record);) {
        if (record.kind != JOURNAL_VARIABLE)
            continue;
        journal_read(&record, &variable);
        cr_assert_eq(variable.time, (int64_t)variable.value * minute);
        len += (size_t)snprintf(words + len, sizeof words - len, "%g ", variable.value);
    }
    mem_free(found.data);
    return words;
}

Test(run_reader, gives_the_value_that_a_variable_had_before_a_range, .init = store_setup,
     .fini = store_teardown) {
    static const int changes[] = {2, 5, 6, 0};
    static const int none[] = {0};
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_sparse_journal(9, changes), bare = make_sparse_journal(9, none);
    int64_t run = record_run(db, &journal, all_bars), other = record_run(db, &bare, all_bars);
    cr_expect_str_eq(variables_in(db, run, INT64_MIN, INT64_MAX), "2 5 6 ");
    cr_expect_str_eq(variables_in(db, run, minute, minute), "");
    cr_expect_str_eq(variables_in(db, run, 2 * minute, 2 * minute), "2 ");
    cr_expect_str_eq(variables_in(db, run, 4 * minute, 4 * minute), "2 ");
    cr_expect_str_eq(variables_in(db, run, 5 * minute, 6 * minute), "2 5 6 ");
    cr_expect_str_eq(variables_in(db, run, 9 * minute, 9 * minute), "6 ");
    cr_expect_str_eq(variables_in(db, run, INT64_MAX, INT64_MAX), "6 ");
    cr_expect_str_eq(variables_in(db, other, 4 * minute, 4 * minute), "");
    db_close(&db);
    mem_free(journal.data);
    mem_free(bare.data);
}

static uint16_t wanted_kind;

static bool is_wanted_kind(const struct journal_record *record) {
    return record->kind <= JOURNAL_BINDING || record->kind == wanted_kind;
}

Test(run_reader, gives_the_header_and_what_was_asked_for, .init = store_setup,
     .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(5, 50, 2, 3);
    int64_t run = record_run(db, &journal, all_bars);
    for (wanted_kind = JOURNAL_START; wanted_kind <= JOURNAL_END; wanted_kind++) {
        struct bytes found = {0};
        struct err err;
        if (!journal_layout(wanted_kind))
            continue;
        cr_assert_eq(
            read_into(db, run, RUN_READER_KIND(wanted_kind), INT64_MIN, INT64_MAX, &found, &err),
            0);
        struct bytes expected = in_reading_order(&journal, is_wanted_kind);
        assert_same(&expected, &found);
        mem_free(found.data);
        mem_free(expected.data);
    }
    db_close(&db);
    mem_free(journal.data);
}

Test(run_reader, refuses_a_run_that_is_not_there, .init = store_setup, .fini = store_teardown) {
    struct db *db = store_open(DB_WRITE);
    struct run_reader *reader = NULL;
    struct err err;
    cr_assert_eq(run_reader_open(db, 12, RUN_READER_ALL, INT64_MIN, INT64_MAX, &reader, &err),
                 ERR_NOT_FOUND);
    cr_assert_null(reader);
    cr_assert_not_null(strstr(err.text, "there is no run 12"));
    db_close(&db);
}

/* ---- damage ---- */

static void tamper(const char *sql) {
    sqlite3 *handle = NULL;
    char *why = NULL;
    cr_assert_eq(sqlite3_open(store_path, &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql, why);
    cr_assert_gt(sqlite3_changes(handle), 0, "%s", sql);
    sqlite3_close(handle);
}

/* Each of them makes the run unreadable, with a sentence that names the place. */
static const char *const damages[][2] = {
    {"UPDATE strategy_trade SET exit_time = 'soon' WHERE trade_id = 2", "exit_time"},
    {"UPDATE strategy_trade SET net = x'00' WHERE trade_id = 2", "net"},
    {"UPDATE strategy_order SET tag = x'ff' WHERE order_id = 1", "tag"},
    {"UPDATE strategy_order SET tag = CAST(x'ff' AS TEXT) WHERE order_id = 1", "tag"},
    {"UPDATE strategy_order SET tag = CAST(x'610062' AS TEXT) WHERE order_id = 1", "tag"},
    {"UPDATE strategy_note SET text = printf('%.*c', 20000, 'x')", "text"},
    {"UPDATE strategy_record SET records = x'00' WHERE seq = 0", "strategy_record"},
    {"UPDATE strategy_record SET records = 'text'", "strategy_record"},
    {"UPDATE strategy_record SET records = substr(records, 1, length(records) - 8) WHERE seq = 0",
     "strategy_record"},
    {"UPDATE strategy_fill SET price = 1.25 WHERE fill_id = 1 AND strategy_instance_id = 1",
     "strategy_fill"},
    {"UPDATE strategy_series SET silo = NULL WHERE kind = 32", "strategy_series"},
    {"UPDATE strategy_series SET key = NULL WHERE kind = 40", "key"},
    {"UPDATE strategy_chunk SET data = x'' WHERE series = 0", "strategy_chunk"},
    {"UPDATE strategy_chunk SET data = 12", "strategy_chunk"},
    {"UPDATE strategy_chunk SET data = substr(data, 1, length(data) - 1)", "strategy_chunk"},
    {"UPDATE strategy_chunk SET data = CAST(substr(data, 1, 40) || x'77' || substr(data, 42) AS "
     "BLOB)",
     "strategy_chunk"},
    {"UPDATE strategy_chunk SET rows = rows - 1", "strategy_chunk"},
    {"UPDATE strategy_chunk SET last_time = last_time + 1", "strategy_chunk"},
};

static void damage(size_t i) {
    store_setup();
    struct db *db = store_open(DB_WRITE);
    struct bytes journal = make_journal(9, 30, 1, 2), found = {0};
    struct err err = {0};
    int64_t run = record_run(db, &journal, all_bars);
    db_close(&db);
    tamper(damages[i][0]);
    db = store_open(DB_READ);
    cr_assert_eq(read_into(db, run, RUN_READER_ALL, INT64_MIN, INT64_MAX, &found, &err), ERR_FORMAT,
                 "%s", damages[i][0]);
    cr_assert_not_null(strstr(err.text, damages[i][1]), "%s", err.text);
    db_close(&db);
    mem_free(journal.data);
    mem_free(found.data);
    store_teardown();
}

Test(run_reader, names_what_was_changed_by_hand) {
    for (size_t i = 0; i < ARRAY_LEN(damages); i++)
        damage(i);
}
