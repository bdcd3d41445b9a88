/*
 * Shared by the tests of run_writer and run_reader: a folder with a database, a made-up journal
 * with every kind of record, and what the reader should make of it, put in order here a second
 * time.
 */
#ifndef TESTS_RUN_STORE_H
#define TESTS_RUN_STORE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "engine/journal.h"
#include "store/db.h"
#include "store/run_log.h"
#include "store/run_reader.h"
#include "store/run_table.h"
#include "store/run_writer.h"

struct bytes {
    uint8_t *data;
    size_t len, cap;
};

static inline void bytes_add(struct bytes *b, const void *data, size_t len) {
    if (b->cap - b->len < len) {
        b->cap = 2 * (b->cap + len);
        b->data = mem_realloc_array(b->data, b->cap, 1);
    }
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

static inline int bytes_sink(void *self, const void *data, size_t len, struct err *err) {
    (void)err;
    bytes_add(self, data, len);
    return 0;
}

static inline bool bytes_next(const struct bytes *b, size_t *at, struct journal_record *ret) {
    struct err err;
    size_t size = 0;
    int rc = journal_next(b->data + *at, b->len - *at, ret, &size, &err);
    cr_assert(rc >= 0, "%s", err.text);
    *at += size;
    return rc == 1;
}

static char store_folder[] = "/tmp/qs_run_store_XXXXXX";
static char store_path[96];

static inline void store_setup(void) {
    strcpy(store_folder, "/tmp/qs_run_store_XXXXXX");
    cr_assert_not_null(mkdtemp(store_folder));
    snprintf(store_path, sizeof(store_path), "%s/quasar.sqlite", store_folder);
}

static inline void store_teardown(void) {
    char command[160];
    snprintf(command, sizeof(command), "rm -rf %s", store_folder);
    cr_assert_eq(system(command), 0);
}

static inline struct db *store_open(enum db_mode mode) {
    struct db *db = NULL;
    struct err err;
    cr_assert_eq(db_open(store_path, mode, &db, &err), 0, "%s", err.text);
    return db;
}

/* ---- a journal ---- */

static const double odd_numbers[] = {0.0,
                                     NAN,
                                     INFINITY,
                                     -INFINITY,
                                     5e-324,
                                     -1.7976931348623157e308,
                                     1.0,
                                     -1.0,
                                     0.1,
                                     1e300,
                                     2.2250738585072014e-308,
                                     1e17 + 2,
                                     123456.78};

static inline double odd(struct rng *rng) {
    return rng_u64(rng) % 4 == 0 ? odd_numbers[rng_u64(rng) % ARRAY_LEN(odd_numbers)]
                                 : (rng_f64(rng) - 0.5) * 1e6;
}

static inline int64_t odd_integer(struct rng *rng) {
    uint64_t x = rng_u64(rng);
    return x % 8 == 0 ? INT64_MIN : x % 8 == 1 ? INT64_MAX : (int64_t)(x >> (x % 64));
}

static inline void make_header(struct journal *j, int silos, int strategies) {
    journal_put_run(j, &(struct j_run){.format = 1, .engine = "test"});
    journal_put_setting(j, &(struct j_setting){.key = "empty", .value = ""});
    journal_put_symbol(j, &(struct j_symbol){.id = 0, .tick = 0.01, .multiplier = 1, .name = "X"});
    journal_put_feed(j, &(struct j_feed){.timeframe = 60, .timeframe_name = "1m"});
    for (int i = 0; i < silos; i++)
        journal_put_silo(j, &(struct j_silo){.id = i, .initial_cash = 1e5, .name = "silo"});
    for (int i = 0; i < strategies; i++)
        journal_put_strategy(
            j, &(struct j_strategy){
                   .id = i, .silo = i % silos, .name = "s", .schema = "test", .version = "1"});
    journal_put_param(j, &(struct j_param){.name = "größe", .value = "1"});
    journal_put_binding(j, &(struct j_binding){0});
}

static inline void make_trade(struct journal *j, struct rng *rng, int64_t time, int64_t id,
                              int strategies) {
    static const char *const tags[] = {"", "entry", "über"};
    journal_put_intent(j, &(struct j_intent){.time = time,
                                             .strategy = id % strategies,
                                             .number = odd_integer(rng),
                                             .size_value = odd(rng),
                                             .stop_distance = odd(rng),
                                             .limit_price = odd(rng),
                                             .stop_price = odd(rng),
                                             .order = id,
                                             .reason = odd_integer(rng)});
    journal_put_order(j, &(struct j_order){.time = time,
                                           .id = id,
                                           .strategy = id % strategies,
                                           .number = odd_integer(rng),
                                           .quantity = odd(rng),
                                           .reference = odd(rng),
                                           .tag = tags[id % 3]});
    journal_put_order_event(
        j, &(struct j_order_event){
               .time = time, .order = id, .state = 2, .needed = odd(rng), .available = odd(rng)});
    journal_put_fill(j, &(struct j_fill){.id = id,
                                         .ts_event = time - 1,
                                         .ts_known = time,
                                         .order = id,
                                         .quantity = odd(rng),
                                         .price = odd(rng),
                                         .raw = odd(rng),
                                         .fee = odd(rng),
                                         .phase = id % 4});
    for (int s = 0; s < strategies && s < 3; s++)
        journal_put_allocation(j, &(struct j_allocation){.fill = id,
                                                         .strategy = s,
                                                         .quantity = odd(rng),
                                                         .fee = odd(rng),
                                                         .closed = odd(rng),
                                                         .realized = odd(rng),
                                                         .position = odd(rng)});
    journal_put_trade(j, &(struct j_trade){.id = id,
                                           .strategy = id % strategies,
                                           .entry_time = time - 5,
                                           .exit_time = time,
                                           .quantity = odd(rng),
                                           .entry_price = odd(rng),
                                           .net = odd(rng),
                                           .mae = odd(rng),
                                           .entry_order = 1,
                                           .exit_order = id});
}

static inline void make_instant(struct journal *j, struct rng *rng, int64_t time, int silos,
                                int strategies) {
    static const char *const keys[] = {"fast", "slow", "", "a rather long name of a line"};
    for (int s = 0; s < strategies; s++)
        for (size_t k = 0; k < ARRAY_LEN(keys); k++)
            if (k < 2 || rng_u64(rng) % 2)
                journal_put_plot(j, &(struct j_plot){time, s, odd(rng), keys[k]});
    for (int s = 0; s < silos; s++)
        journal_put_equity(j, &(struct j_equity){time, s, odd(rng), odd(rng), odd(rng), odd(rng),
                                                 odd(rng), odd(rng)});
    for (int s = 0; s < strategies; s++)
        journal_put_ledger(j, &(struct j_ledger){time, s, odd(rng), odd(rng), odd(rng), odd(rng)});
    for (int s = 0; s < strategies; s++)
        journal_put_variable(j, &(struct j_variable){time, s, odd(rng), keys[0]});
}

/* A whole journal of `instants` instants, odd numbers everywhere; free data. */
static inline struct bytes make_journal(uint64_t seed, int instants, int silos, int strategies) {
    struct bytes b = {0};
    struct sink_port sink = {&b, bytes_sink};
    struct journal j;
    struct rng rng;
    struct err err;
    static char long_text[JOURNAL_TEXT_MAX + 1];
    memset(long_text, 'x', JOURNAL_TEXT_MAX);
    rng_seed(&rng, seed);
    journal_init(&j, &sink);
    make_header(&j, silos, strategies);
    for (int s = 0; s < strategies; s++)
        journal_put_indicator(&j, &(struct j_indicator){.strategy = s, .lines = 1, .k = 2.0});
    for (int s = 0; s < strategies; s++)
        journal_put_start(&j, &(struct j_start){.time = 60, .strategy = s, .bars = 1});
    for (int i = 1; i <= instants; i++) {
        int64_t time = i * INT64_C(60000000000);
        if (i % 3 == 0)
            make_trade(&j, &rng, time, i / 3, strategies);
        if (i % 5 == 0)
            journal_put_note(&j, &(struct j_note){time, 0, "", i == 10 ? long_text : "a note"});
        if (i % 7 == 0)
            journal_put_log(&j, &(struct j_log){time, 0, i % 4 - 1, "a \"line\"\nof two"});
        make_instant(&j, &rng, time, silos, strategies);
    }
    journal_put_position(&j, &(struct j_position){.quantity = odd(&rng), .mark = odd(&rng)});
    journal_put_bars(&j, &(struct j_bars){.rows = instants, .hash = "abc"});
    journal_put_end(&j, &(struct j_end){.instants = instants});
    cr_assert_eq(journal_flush(&j, &err), 0);
    journal_fini(&j);
    return b;
}

/* Instants with an account each, at minute 1 to `instants`; a variable "x" changes, to the number
 * of the minute, at those that are listed (a 0 ends them). Free data. */
static inline struct bytes make_sparse_journal(int instants, const int *changes) {
    struct bytes b = {0};
    struct sink_port sink = {&b, bytes_sink};
    struct journal j;
    struct err err;
    journal_init(&j, &sink);
    make_header(&j, 1, 1);
    journal_put_start(&j, &(struct j_start){.time = 60, .bars = 1});
    for (int i = 1; i <= instants; i++) {
        int64_t time = i * INT64_C(60000000000);
        for (; *changes == i; changes++)
            journal_put_variable(&j, &(struct j_variable){time, 0, i, "x"});
        journal_put_equity(&j, &(struct j_equity){.time = time});
    }
    cr_assert_eq(journal_flush(&j, &err), 0);
    journal_fini(&j);
    return b;
}

/* ---- what the reader should give ---- */

struct expected {
    struct journal_record record;
    int rank;
    int64_t owner;
    const char *key;
    size_t place;
};

/* The order of run_reader.h. A share ranks with its fill, an indicator with the starts. */
static inline int rank_of(uint16_t kind) {
    static const uint16_t order[] = {
        JOURNAL_START, JOURNAL_INTENT, JOURNAL_ORDER,    JOURNAL_ORDER_EVENT, JOURNAL_FILL,
        JOURNAL_TRADE, JOURNAL_EQUITY, JOURNAL_LEDGER,   JOURNAL_PLOT,        JOURNAL_VARIABLE,
        JOURNAL_NOTE,  JOURNAL_LOG,    JOURNAL_POSITION, JOURNAL_BARS,        JOURNAL_END};
    if (kind == JOURNAL_ALLOCATION)
        kind = JOURNAL_FILL;
    if (kind == JOURNAL_INDICATOR)
        kind = JOURNAL_START;
    for (int i = 0; i < (int)ARRAY_LEN(order); i++)
        if (order[i] == kind)
            return i + 1;
    return 0;
}

static inline bool is_per_bar(uint16_t kind) {
    return kind == JOURNAL_EQUITY || kind == JOURNAL_LEDGER || kind == JOURNAL_PLOT ||
           kind == JOURNAL_VARIABLE;
}

static inline int compare_expected(const void *a, const void *b) {
    const struct expected *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->owner != y->owner)
        return x->owner < y->owner ? -1 : 1;
    int order = strcmp(x->key, y->key);
    if (order != 0)
        return order;
    return x->place < y->place ? -1 : 1;
}

/* All records for which `keep` is true (NULL: all), as the reader should give them. */
static inline struct bytes in_reading_order(const struct bytes *journal,
                                            bool (*keep)(const struct journal_record *record)) {
    struct expected *all = NULL;
    struct bytes out = {0};
    struct journal_record record;
    size_t count = 0, cap = 0;
    for (size_t at = 0; bytes_next(journal, &at, &record);) {
        if (keep && !keep(&record))
            continue;
        if (count == cap) {
            cap = 2 * cap + 64;
            all = mem_realloc_array(all, cap, sizeof(*all));
        }
        struct expected e = {
            .record = record, .rank = rank_of(record.kind), .key = "", .place = count};
        if (is_per_bar(record.kind)) {
            memcpy(&e.owner, record.body + 8, 8);
            if (record.kind == JOURNAL_PLOT || record.kind == JOURNAL_VARIABLE)
                e.key = (const char *)record.body + 32;
        }
        all[count++] = e;
    }
    qsort(all, count, sizeof(*all), compare_expected);
    for (size_t i = 0; i < count; i++) /* with its head, which lies before the body */
        bytes_add(&out, all[i].record.body - 8, all[i].record.size + 8);
    mem_free(all);
    return out;
}

/* ---- writing and reading ---- */

static inline struct run_start make_start(struct run_log log) {
    static const struct run_start_instance instance = {.name = "s",
                                                       .strategy = "test",
                                                       .version = "1",
                                                       .silo = "silo",
                                                       .build_sha256 = "00",
                                                       .build_path = "/s.so",
                                                       .params = "{}",
                                                       .budget = 1e5};
    static const struct run_start_feed feed = {
        .symbol = "X", .timeframe = "1m", .file = "/x.csv", .bars_hash = "abc", .rows = 1};
    return (struct run_start){.kind = "backtest",
                              .host_version = "0",
                              .config = "{}",
                              .bars_hash = "b",
                              .config_hash = "c",
                              .code_hash = "d",
                              .started_at = 1,
                              .log = log,
                              .instances = &instance,
                              .instance_count = 1,
                              .feeds = &feed,
                              .feed_count = 1};
}

static inline struct run_writer *begin_run(struct db *db, struct run_log log) {
    struct run_start start = make_start(log);
    struct run_writer *w = NULL;
    struct err err;
    cr_assert_eq(run_writer_begin(db, &start, &w, &err), 0, "%s", err.text);
    return w;
}

static inline int feed_run(struct run_writer *w, const struct bytes *journal, struct err *err) {
    struct journal_record record;
    for (size_t at = 0; bytes_next(journal, &at, &record);) {
        int rc = run_writer_take(w, &record, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static inline struct run_end make_end(void) {
    static const struct run_end_metric metrics[] = {{-1, "sharpe", 1.5, NULL},
                                                    {0, "sortino", 0.0, "no losses"}};
    static const struct run_end_equity equity[] = {{1, 1e5, 9e4, 1.1e5}, {2, 1e5, 9e4, 1.1e5}};
    return (struct run_end){.journal_hash = "ff",
                            .result = "{}",
                            .ended_at = 2,
                            .bars = 3,
                            .metrics = metrics,
                            .metric_count = 2,
                            .equity = equity,
                            .equity_count = 2};
}

/* A finished run of a journal; its id. */
static inline int64_t record_run(struct db *db, const struct bytes *journal, struct run_log log) {
    struct run_writer *w = begin_run(db, log);
    struct run_end end = make_end();
    struct err err;
    int64_t id = run_writer_id(w);
    cr_assert_eq(feed_run(w, journal, &err), 0, "%s", err.text);
    cr_assert_eq(run_writer_finish(w, &end, &err), 0, "%s", err.text);
    run_writer_destroy(&w);
    return id;
}

static inline int read_into(struct db *db, int64_t run, uint64_t kinds, int64_t from, int64_t to,
                            struct bytes *ret, struct err *err) {
    struct run_reader *reader = NULL;
    struct journal_record record;
    int rc = run_reader_open(db, run, kinds, from, to, &reader, err);
    if (rc != 0)
        return rc;
    while ((rc = run_reader_next(reader, &record, err)) == 1)
        bytes_add(ret, record.body - 8, record.size + 8);
    run_reader_close(&reader);
    return rc;
}

static inline struct bytes read_run(struct db *db, int64_t run) {
    struct bytes b = {0};
    struct err err;
    cr_assert_eq(read_into(db, run, RUN_READER_ALL, INT64_MIN, INT64_MAX, &b, &err), 0, "%s",
                 err.text);
    return b;
}

static inline void assert_same(const struct bytes *a, const struct bytes *b) {
    struct journal_record x, y;
    size_t at = 0, to = 0;
    for (int i = 0; bytes_next(a, &at, &x); i++) {
        cr_assert(bytes_next(b, &to, &y), "it ends at record %d", i);
        cr_assert_eq(x.kind, y.kind, "record %d: %d, not %d", i, y.kind, x.kind);
        cr_assert(x.size == y.size && memcmp(x.body, y.body, x.size) == 0, "record %d of kind %d",
                  i, x.kind);
    }
    cr_assert_eq(a->len, b->len);
}

static inline void assert_status(struct db *db, int64_t run, const char *status) {
    struct run_row row;
    struct err err;
    cr_assert_eq(run_table_get(db, run, &row, &err), 0, "%s", err.text);
    cr_assert_str_eq(row.status, status);
    run_row_fini(&row);
}

#endif
