/* Tables out of a journal file: names and ISO times, one row a fact, quoting, and memory that does
 * not grow with the rows. */
#include "report/export.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "core/reason.h"
#include "engine/intent.h"
#include "store/journal_file.h"
#include "unit/report/run_builder.h"

static char path[] = "/tmp/qs_export_XXXXXX";
static char *text;
static size_t text_len;
static struct export_summary summary;

static void make_file(void) { close(mkstemp(path)); }

static void drop_file(void) {
    unlink(path);
    free(text);
}

static void save(struct builder *b, bool finish) {
    struct journal_writer writer;
    struct err err;
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(journal_file_create(path, &writer, &err), 0, "%s", err.text);
    cr_assert_eq(journal_file_append(&writer, b->bytes, b->len, &err), 0);
    if (finish)
        cr_assert_eq(journal_file_finish(&writer, "{}", false, &err), 0);
    else
        journal_file_drop(&writer);
}

/* From the file at path. */
static int run_export(const char *kind, bool is_json, FILE *to, struct err *err) {
    struct export_file file;
    struct export_source source = export_file_source(&file, path);
    return export_run(&source, export_kind_find(kind), is_json, to, &summary, err);
}

static int export(const char *kind, bool is_json, struct err *err) {
    free(text);
    FILE *file = open_memstream(&text, &text_len);
    int rc = run_export(kind, is_json, file, err);
    fclose(file);
    return rc;
}

static void good(const char *kind, bool is_json) {
    struct err err;
    cr_assert_eq(export(kind, is_json, &err), 0, "%s: %s", kind, err.text);
}

/* A run of one silo, strategy and symbol without instants, to be filled by the test. */
static struct builder *bare(void) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = b->symbols = 1;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    return b;
}

#define NOON (TIME_DAY + 12 * TIME_HOUR)

Test(export, writes_orders_with_their_last_state, .init = make_file, .fini = drop_file) {
    struct builder *b = bare();
    struct journal *j = &b->journal;
    journal_put_order(j, &(struct j_order){.time = NOON,
                                           .id = 1,
                                           .number = 1,
                                           .side = QS_BUY,
                                           .type = QS_LIMIT,
                                           .tif = QS_DAY,
                                           .quantity = 2.5,
                                           .limit_price = 0.1,
                                           .reference = 0.1,
                                           .tag = "a,\"b\""});
    journal_put_order_event(
        j, &(struct j_order_event){.time = NOON, .order = 1, .state = QS_ORDER_ACTIVE});
    journal_put_order(j, &(struct j_order){.time = NOON,
                                           .id = 3,
                                           .number = 2,
                                           .side = QS_SELL,
                                           .type = QS_MARKET,
                                           .flags = QS_REDUCE_ONLY,
                                           .quantity = 1e-7,
                                           .tag = ""});
    journal_put_order_event(
        j, &(struct j_order_event){
               .time = NOON, .order = 3, .state = QS_ORDER_REJECTED, .reason = REASON_ZERO_SIZE});
    journal_put_fill(j, &(struct j_fill){.id = 1, .order = 1, .quantity = 2.5, .price = 0.1});
    journal_put_order_event(
        j, &(struct j_order_event){.time = 2 * TIME_DAY, .order = 1, .state = QS_ORDER_FILLED});
    save(b, true);
    good("orders", false);
    cr_assert_str_eq(
        text,
        "id,time,strategy,number,symbol,side,type,tif,reduce_only,quantity,limit_price,stop_price,"
        "reference,tag,state,state_time,reason,words,filled\n"
        "1,1970-01-02T12:00:00Z,strategy0,1,SYM0,buy,limit,day,false,2.5,0.1,,0.1,\"a,\"\"b\"\"\","
        "FILLED,1970-01-03T00:00:00Z,,,2.5\n"
        "3,1970-01-02T12:00:00Z,strategy0,2,SYM0,sell,market,gtc,true,1e-7,,,,,REJECTED,"
        "1970-01-02T12:00:00Z,zero_size,the size rounds to zero lots,0\n");
    cr_assert_eq(summary.rows, 2);
    cr_assert(summary.is_whole);
    good("events", false);
    cr_assert_str_eq(text,
                     "time,order,strategy,symbol,state,reason,words,needed,available\n"
                     "1970-01-02T12:00:00Z,1,strategy0,SYM0,ACTIVE,,,,\n"
                     "1970-01-02T12:00:00Z,3,strategy0,SYM0,REJECTED,zero_size,the size rounds to "
                     "zero lots,,\n"
                     "1970-01-03T00:00:00Z,1,strategy0,SYM0,FILLED,,,,\n");
    rb_free(b);
}

Test(export, writes_signals_with_what_became_of_them, .init = make_file, .fini = drop_file) {
    struct builder *b = bare();
    journal_put_intent(&b->journal, &(struct j_intent){.time = NOON,
                                                       .number = 1,
                                                       .kind = INTENT_ORDER,
                                                       .side = QS_SELL,
                                                       .type = QS_STOP_LIMIT,
                                                       .tif = QS_IOC,
                                                       .size_kind = QS_SIZE_EQUITY,
                                                       .size_value = 0.25,
                                                       .limit_price = 9,
                                                       .stop_price = 10,
                                                       .order = 4});
    journal_put_intent(&b->journal, &(struct j_intent){.time = NOON,
                                                       .number = 1,
                                                       .kind = INTENT_CANCEL,
                                                       .symbol = -1,
                                                       .reason = REASON_UNKNOWN_ORDER});
    save(b, true);
    good("signals", false);
    const char *rows = strchr(text, '\n') + 1;
    cr_assert_str_eq(
        rows, "1970-01-02T12:00:00Z,strategy0,1,order,SYM0,sell,stop_limit,ioc,false,equity,"
              "0.25,,9,10,4,,\n"
              "1970-01-02T12:00:00Z,strategy0,1,cancel,,,,,,,,,,,,unknown_order,a cancel of an "
              "order that is not open\n");
    good("signals", true);
    struct err err;
    struct jv *json = jv_parse(text, text_len, &err);
    cr_assert_not_null(json, "%s", err.text);
    cr_assert_eq(jv_count(json), 2);
    cr_assert_eq(jv_get_i64(jv_at(json, 0), "order", -1), 4);
    cr_assert_eq(jv_kind(jv_get(jv_at(json, 1), "side")), JV_NULL);
    cr_assert_str_eq(jv_get_str(jv_at(json, 1), "reason", ""), "unknown_order");
    jv_free(json);
    rb_free(b);
}

Test(export, writes_equity_once_an_instant_with_leverage_and_drawdown, .init = make_file,
     .fini = drop_file) {
    struct builder *b = bare();
    struct journal *j = &b->journal;
    journal_put_equity(j, &(struct j_equity){.time = TIME_DAY,
                                             .cash = 50000,
                                             .equity = 80000,
                                             .low = 79000,
                                             .high = 81000,
                                             .gross = 40000,
                                             .net = 30000});
    journal_put_equity(
        j, &(struct j_equity){.time = 2 * TIME_DAY, .cash = 1, .equity = 1, .low = 1, .high = 1});
    journal_put_equity(
        j,
        &(struct j_equity){
            .time = 2 * TIME_DAY, .cash = 125000, .equity = 125000, .low = 125000, .high = 125000});
    save(b, true);
    good("equity", false);
    cr_assert_str_eq(text, "time,silo,cash,equity,low,high,gross,net,leverage,drawdown\n"
                           "1970-01-02T00:00:00Z,silo0,50000,80000,79000,81000,40000,30000,0.5,"
                           "-0.19999999999999996\n"
                           "1970-01-03T00:00:00Z,silo0,125000,125000,125000,125000,0,0,0,0\n");
    good("ledger", false); /* alone in its silo: the silo's account */
    cr_assert_str_eq(text, "time,strategy,cash,equity,gross,net\n"
                           "1970-01-02T00:00:00Z,strategy0,50000,80000,40000,30000\n"
                           "1970-01-03T00:00:00Z,strategy0,125000,125000,0,0\n");
    rb_free(b);
}

Test(export, writes_what_strategies_left, .init = make_file, .fini = drop_file) {
    struct builder *b = bare();
    struct journal *j = &b->journal;
    journal_put_plot(j, &(struct j_plot){.time = NOON, .key = "fast", .value = NAN});
    journal_put_note(j, &(struct j_note){.time = NOON, .key = "why", .text = "two\nlines\t\x01"});
    journal_put_log(j, &(struct j_log){.time = NOON, .level = QS_LOG_WARN, .text = "oh"});
    journal_put_variable(j, &(struct j_variable){.time = NOON, .name = "count", .value = 3});
    save(b, true);
    good("plots", false);
    cr_assert_str_eq(text, "time,strategy,key,value\n1970-01-02T12:00:00Z,strategy0,fast,\n");
    good("plots", true);
    cr_assert_str_eq(text, "[\n{\"time\":\"1970-01-02T12:00:00Z\",\"strategy\":\"strategy0\","
                           "\"key\":\"fast\",\"value\":null}\n]\n");
    good("notes", false);
    cr_assert_str_eq(text, "time,strategy,key,text\n"
                           "1970-01-02T12:00:00Z,strategy0,why,\"two\nlines\t\x01\"\n");
    good("notes", true);
    struct jv *json = jv_parse(text, text_len, NULL);
    cr_assert_str_eq(jv_get_str(jv_at(json, 0), "text", ""), "two\nlines\t\x01");
    jv_free(json);
    good("log", false);
    cr_assert_str_eq(text, "time,strategy,level,text\n1970-01-02T12:00:00Z,strategy0,warn,oh\n");
    good("variables", false);
    cr_assert_str_eq(text, "time,strategy,name,value\n1970-01-02T12:00:00Z,strategy0,count,3\n");
    good("trades", true);
    cr_assert_str_eq(text, "[]\n");
    rb_free(b);
}

static int64_t lines_of(const char *at) {
    int64_t count = 0;
    for (; *at != '\0'; at++)
        count += *at == '\n';
    return count;
}

Test(export, trades_name_their_orders_and_tags, .init = make_file, .fini = drop_file) {
    struct builder *b = bare();
    for (int64_t id = 1; id <= 3; id++)
        journal_put_order(&b->journal,
                          &(struct j_order){.time = NOON, .id = id, .tag = id == 2 ? "out" : ""});
    journal_put_trade(&b->journal, &(struct j_trade){.id = 1, .entry_order = 3, .exit_order = 2});
    journal_put_trade(&b->journal, &(struct j_trade){.id = 2});
    save(b, true);
    good("trades", true);
    struct jv *json = jv_parse(text, text_len, NULL);
    cr_assert_eq(jv_get_i64(jv_at(json, 0), "entry_order", -1), 3);
    cr_assert_eq(jv_get_i64(jv_at(json, 0), "exit_order", -1), 2);
    cr_assert_str_eq(jv_get_str(jv_at(json, 0), "entry_tag", "none"), "none");
    cr_assert_str_eq(jv_get_str(jv_at(json, 0), "exit_tag", "none"), "out");
    cr_assert_eq(jv_get_i64(jv_at(json, 1), "entry_order", -1), -1); /* null */
    jv_free(json);
    rb_free(b);
}

Test(export, has_a_row_for_each_fact_of_a_run, .init = make_file, .fini = drop_file) {
    struct builder *b = rb_run(9, 1, 2, 2, TRADES_FIFO, 300);
    save(b, true);
    good("trades", false);
    cr_assert_eq(lines_of(text), b->trade_count + 1);
    cr_assert_eq(summary.rows, b->trade_count);
    good("orders", false);
    cr_assert_eq(summary.rows, b->orders);
    good("events", false);
    cr_assert_eq(summary.rows, 2 * b->orders);
    good("fills", false);
    cr_assert_geq(summary.rows, b->fills);
    good("equity", false);
    cr_assert_eq(summary.rows, 300);
    good("ledger", false);
    cr_assert_eq(summary.rows, 600);
    /* the numbers come back bit for bit */
    good("trades", true);
    struct jv *json = jv_parse(text, text_len, NULL);
    double net = 0.0;
    for (size_t i = 0; i < jv_count(json); i++)
        net += jv_get_f64(jv_at(json, i), "net", NAN);
    cr_assert_eq(net, b->net);
    jv_free(json);
    rb_free(b);
}

Test(export, of_an_interrupted_run_gives_what_there_is_and_says_so, .init = make_file,
     .fini = drop_file) {
    struct builder *b = rb_run(9, 1, 1, 1, TRADES_FIFO, 50);
    save(b, false);
    good("equity", false);
    cr_assert_eq(summary.rows, 50);
    cr_assert_not(summary.is_whole);
    cr_assert(strncmp(summary.why, "interrupted after ", 18) == 0, "%s", summary.why);
    rb_free(b);
}

Test(export, refuses_bad_ids_with_file_and_record, .init = make_file, .fini = drop_file) {
    static const struct {
        const char *kind;
        uint16_t record;
        const char *field;
        const char *sentence;
    } cases[] = {
        {"trades", JOURNAL_TRADE, "symbol", "a record 'trade' of symbol 77 (there are 2)"},
        {"trades", JOURNAL_TRADE, "strategy", "of strategy 77"},
        {"fills", JOURNAL_FILL, "symbol", "of symbol 77"},
        {"fills", JOURNAL_ALLOCATION, "fill", "an allocation of fill 77 without its fill"},
        {"fills", JOURNAL_ALLOCATION, "strategy", "of strategy 77"},
        {"orders", JOURNAL_ORDER, "strategy", "of strategy 77"},
        {"orders", JOURNAL_ORDER_EVENT, "order", "of order 77 (there is none)"},
        {"orders", JOURNAL_FILL, "order", "of order 77 (there is none)"},
        {"events", JOURNAL_ORDER, "symbol", "of symbol 77"},
        {"events", JOURNAL_ORDER_EVENT, "order", "of order 77 (there is none)"},
        {"equity", JOURNAL_EQUITY, "silo", "of silo 77"},
        {"ledger", JOURNAL_LEDGER, "strategy", "of strategy 77"},
        {"ledger", JOURNAL_EQUITY, "silo", "of silo 77"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct builder *b = rb_run(99, 1, 2, 2, TRADES_FIFO, 30);
        struct err err = {0};
        int64_t id = 77;
        memcpy(b->bytes + rb_field(b, cases[i].record, 0, cases[i].field), &id, 8);
        save(b, true);
        cr_assert_eq(export(cases[i].kind, i % 2, &err), ERR_FORMAT, "case %zu", i);
        cr_assert(strstr(err.text, cases[i].sentence) != NULL, "case %zu: %s", i, err.text);
        cr_assert(strncmp(err.text, path, strlen(path)) == 0, "%s", err.text);
        cr_assert(strstr(err.text, ": record ") != NULL, "%s", err.text);
        rb_free(b);
    }
}

/* Allocations for 200,000 rows: hardly more than for 2,000. */
Test(export, needs_no_more_memory_for_more_rows, .init = make_file, .fini = drop_file) {
    uint64_t counted[2];
    struct err err;
    for (int round = 0; round < 2; round++) {
        struct builder *b = bare();
        for (int64_t i = 1; i <= (round ? 200000 : 2000); i++)
            journal_put_equity(&b->journal,
                               &(struct j_equity){.time = i, .equity = 1e5 + (double)i / 3});
        save(b, true);
        rb_free(b);
        FILE *file = fopen("/dev/null", "w");
        uint64_t before = mem_count();
        cr_assert_eq(run_export("equity", false, file, &err), 0);
        counted[round] = mem_count() - before;
        cr_assert_eq(summary.rows, round ? 200000 : 2000);
        fclose(file);
    }
    cr_assert_leq(counted[1], counted[0] + 4, "%lu and %lu", counted[0], counted[1]);
}

Test(export, says_when_the_disk_is_full, .init = make_file, .fini = drop_file) {
    struct builder *b = rb_run(9, 1, 1, 1, TRADES_FIFO, 50);
    struct err err = {0};
    save(b, true);
    FILE *full = fopen("/dev/full", "w");
    cr_assert_eq(run_export("equity", false, full, &err), ERR_IO);
    cr_assert(strstr(err.text, "No space left on device") != NULL, "%s", err.text);
    fclose(full);
    rb_free(b);
}

Test(export, knows_its_kinds_by_name) {
    struct str names;
    str_init(&names);
    export_kind_names(&names);
    cr_assert_str_eq(str_text(&names),
                     "trades, fills, orders, events, equity, signals, ledger, plots, "
                     "notes, variables, log");
    cr_assert_null(export_kind_find("trade"));
    cr_assert_str_eq(export_kind_suggest("trade"), "trades");
    str_fini(&names);
}

/* ---- columns ---- */

Test(export, has_words_for_each_column_and_the_header_has_them_all, .init = make_file,
     .fini = drop_file) {
    static const char *const types[] = {"integer", "text",  "bool",     "time",  "price",
                                        "units",   "money", "fraction", "number"};
    struct builder *b = bare();
    save(b, true);
    rb_free(b);
    for (int i = 0; i < EXPORT_TABLES; i++) {
        const struct export_table *table = &export_tables[i];
        struct str header = {0};
        const struct export_kind *kind = export_kind_find(table->name);
        cr_assert_not_null(kind);
        cr_assert_eq(export_kind_table(kind), table);
        for (int k = 0; k < table->column_count; k++) {
            const struct export_column *column = &table->columns[k];
            bool is_known = false;
            for (size_t t = 0; t < ARRAY_LEN(types); t++)
                is_known = is_known || str_eq(column->type, types[t]);
            cr_assert(is_known, "%s.%s: type %s", table->name, column->name, column->type);
            cr_assert_geq(strlen(column->words), 2, "%s.%s", table->name, column->name);
            for (int m = 0; m < k; m++)
                cr_assert_str_neq(column->name, table->columns[m].name, "%s", table->name);
            str_appendf(&header, "%s%s", k > 0 ? "," : "", column->name);
        }
        str_append_char(&header, '\n');
        good(table->name, false);
        cr_assert_str_eq(text, str_text(&header));
        str_fini(&header);
    }
}

Test(export, tells_people_the_columns_of_one_table_or_of_all) {
    struct str one = {0}, all = {0};
    export_columns_text(&export_tables[EXPORT_LEDGER], &one);
    cr_assert_eq(strstr(str_text(&one),
                        "ledger: each strategy's own account, bar by bar\n"
                        "  time      time   the bars' close\n"
                        "  strategy  text   the strategy's name in the run\n"
                        "  cash      money  of its budget, after its fills so far\n"),
                 str_text(&one), "%s", str_text(&one));
    export_columns_text(NULL, &all);
    for (int i = 0; i < EXPORT_TABLES; i++)
        for (int k = 0; k < export_tables[i].column_count; k++)
            cr_assert_not_null(strstr(str_text(&all), export_tables[i].columns[k].words));
    for (const char *line = str_text(&all); *line != '\0'; line += strcspn(line, "\n") + 1)
        cr_assert_leq(strcspn(line, "\n"), 100, "%.*s", (int)strcspn(line, "\n"), line);
    str_fini(&one);
    str_fini(&all);
}

/* ---- other sources ---- */

/* Records in memory; only those that were asked for. */
struct memory_source {
    const struct builder *builder;
    size_t at;
    uint64_t kinds;
    int opened, closed, fail_at; /* fail_at: the reading whose open fails */
};

#define HEADER 0x1feu /* RUN .. BINDING */

static int memory_next(void *self, struct journal_record *ret, struct err *err) {
    struct memory_source *m = self;
    for (size_t size = 0; m->at < m->builder->len;) {
        int rc = journal_next(m->builder->bytes + m->at, m->builder->len - m->at, ret, &size, err);
        m->at += size;
        if (rc != 1 || ((m->kinds | HEADER) >> ret->kind & 1) != 0)
            return rc;
    }
    return 0;
}

static int memory_open(void *self, uint64_t kinds, struct record_source *ret, struct err *err) {
    struct memory_source *m = self;
    if (++m->opened == m->fail_at)
        return err_set(err, ERR_BUSY, "the source is gone");
    m->at = 0;
    m->kinds = kinds;
    *ret = (struct record_source){m, memory_next};
    return 0;
}

static void memory_close(void *self) {
    struct memory_source *m = self;
    m->closed++;
}

static bool memory_is_whole(void *self, const char **ret_why) {
    (void)self;
    *ret_why = "interrupted: the lights went out";
    return false;
}

static struct export_source memory_source(struct memory_source *m) {
    return (struct export_source){m, memory_open, memory_close, memory_is_whole, "run 12"};
}

/* The kinds that a table asks for are enough for it: same bytes as from a file with everything. */
Test(export, from_any_source_is_the_same_and_asks_for_what_it_needs, .init = make_file,
     .fini = drop_file) {
    struct builder *b = rb_run(9, 2, 3, 2, TRADES_FIFO, 100);
    save(b, true);
    for (int i = 0; i < EXPORT_TABLES; i++) {
        struct memory_source m = {.builder = b};
        struct export_source source = memory_source(&m);
        struct export_summary found;
        struct err err;
        char *other = NULL;
        size_t len = 0;
        FILE *file = open_memstream(&other, &len);
        const struct export_kind *kind = export_kind_find(export_tables[i].name);
        cr_assert_eq(export_run(&source, kind, i % 2 == 0, file, &found, &err), 0);
        fclose(file);
        good(export_tables[i].name, i % 2 == 0);
        cr_assert_str_eq(other, text);
        free(other);
        cr_assert_eq(found.rows, summary.rows);
        cr_assert_not(found.is_whole);
        cr_assert_str_eq(found.why, "interrupted: the lights went out");
        cr_assert_eq(m.opened, i == EXPORT_ORDERS || i == EXPORT_TRADES ? 2 : 1);
        cr_assert_eq(m.closed, m.opened);
        cr_assert_neq(m.kinds, UINT64_MAX);
    }
    rb_free(b);
}

Test(export, closes_a_source_that_fails_and_names_it) {
    struct builder *b = rb_run(9, 1, 1, 1, TRADES_FIFO, 30);
    for (int fail_at = 1; fail_at <= 2; fail_at++) {
        struct memory_source m = {.builder = b, .fail_at = fail_at};
        struct export_source source = memory_source(&m);
        struct err err;
        FILE *file = fopen("/dev/null", "w");
        cr_assert_eq(export_run(&source, export_kind_find("orders"), false, file, &summary, &err),
                     ERR_BUSY);
        cr_assert_str_eq(err.text, "the source is gone");
        cr_assert_eq(m.closed, fail_at - 1);
        fclose(file);
    }
    struct memory_source m = {.builder = b};
    struct export_source source = memory_source(&m);
    struct err err;
    int64_t id = 77;
    memcpy(b->bytes + rb_field(b, JOURNAL_TRADE, 0, "symbol"), &id, 8);
    FILE *file = fopen("/dev/null", "w");
    cr_assert_eq(export_run(&source, export_kind_find("trades"), false, file, &summary, &err),
                 ERR_FORMAT);
    cr_assert(strncmp(err.text, "run 12: record ", 15) == 0, "%s", err.text);
    cr_assert_eq(m.closed, 2); /* after the orders' tags */
    fclose(file);
    rb_free(b);
}
