/*
 * Runs the cases of a file through the engine and prints what became of them, in the formats of
 * README.md. Strategies here are scripts behind a strategy port, the feed is a plain merge of its
 * own: what is under test is engine/, sim/ and core/.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "engine/driver.h"
#include "engine/execute.h"
#include "sim/exchange.h"

#define SYMBOLS_MAX 16
#define STRATEGIES_MAX 8
#define LINE_MAX_LEN 4096

struct script_line {
    int64_t instant;
    struct intent intent;
    bool takes_number;
};

struct script {
    struct strategy_port port;
    char name[NAME_MAX_LEN];
    double share;
    struct script_line *lines;
    size_t count, cap, at;
    int64_t next_number;
    struct intent batch[2048];
    uint32_t batch_count;
    struct intent_batch out;
};

struct bars {
    int64_t *open_time, *close_time;
    double *column[5];
    int64_t count, cap;
};

struct run_case {
    char seed[64];
    struct settings settings;
    struct instrument symbols[SYMBOLS_MAX];
    struct feed feeds[SYMBOLS_MAX];
    struct bars bars[SYMBOLS_MAX];
    int32_t symbol_count, strategy_count;
    struct script scripts[STRATEGIES_MAX];
    int64_t at[SYMBOLS_MAX];
    int32_t closed[SYMBOLS_MAX];
    struct {
        double filled;
        int64_t strategy, number, symbol, state, reason;
    } * orders;
    size_t order_count, order_cap;
};

static _Noreturn void die(const char *what, const char *line) {
    fprintf(stderr, "oracle_run: %s: %s\n", what, line);
    exit(2);
}

static int find_word(const char *word, const char *const *words, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    die("unknown word", word);
}

static const char *const side_words[] = {"", "buy", "sell"};
static const char *const type_words[] = {"", "market", "limit", "stop", "stop_limit"};
static const char *const tif_words[] = {"gtc", "day", "ioc"};
static const char *const size_words[] = {"default",      "units", "equity",
                                         "buying_power", "risk",  "money"};

static struct qs_size read_size(const char *kind, const char *value, const char *distance) {
    struct qs_size size = {.kind = 99, .value = strtod(value, NULL)};
    if (strcmp(kind, "unknown") != 0)
        size.kind = find_word(kind, size_words, 6);
    size.stop_distance = strtod(distance, NULL);
    return size;
}

static void read_intent(struct run_case *c, char **w, int count) {
    struct script *s = &c->scripts[atoll(w[2])];
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->lines = mem_realloc_array(s->lines, s->cap, sizeof *s->lines);
    }
    struct script_line *line = &s->lines[s->count++];
    memset(line, 0, sizeof *line);
    line->instant = atoll(w[1]);
    line->takes_number = true;
    struct intent *in = &line->intent;
    if (strcmp(w[3], "cancel") == 0) {
        in->kind = INTENT_CANCEL;
        in->number = strtoll(w[4], NULL, 10);
        line->takes_number = false;
        return;
    }
    in->feed = (int32_t)atoll(w[4]);
    if (strcmp(w[3], "flatten") == 0) {
        in->kind = INTENT_FLATTEN;
    } else if (strcmp(w[3], "target") == 0) {
        in->kind = INTENT_TARGET;
        in->size = read_size(w[5], w[6], w[7]);
    } else {
        if (count < 14)
            die("short order", w[3]);
        in->kind = INTENT_ORDER;
        in->side = find_word(w[5], side_words, 3);
        in->type = find_word(w[6], type_words, 5);
        in->tif = find_word(w[7], tif_words, 3);
        in->flags = strcmp(w[8], "1") == 0 ? QS_REDUCE_ONLY : 0;
        in->size = read_size(w[9], w[10], w[11]);
        in->limit_price = strtod(w[12], NULL);
        in->stop_price = strtod(w[13], NULL);
    }
}

static void read_bar(struct run_case *c, char **w) {
    struct bars *b = &c->bars[atoll(w[1])];
    if (b->count == b->cap) {
        b->cap = b->cap ? b->cap * 2 : 256;
        b->open_time = mem_realloc_array(b->open_time, (size_t)b->cap, sizeof(int64_t));
        b->close_time = mem_realloc_array(b->close_time, (size_t)b->cap, sizeof(int64_t));
        for (int i = 0; i < 5; i++)
            b->column[i] = mem_realloc_array(b->column[i], (size_t)b->cap, sizeof(double));
    }
    b->open_time[b->count] = strtoll(w[2], NULL, 10);
    b->close_time[b->count] = strtoll(w[3], NULL, 10);
    for (int i = 0; i < 5; i++)
        b->column[i][b->count] = strtod(w[4 + i], NULL);
    b->count++;
}

static struct decimal read_step(const char *hex) {
    char text[64];
    struct decimal step = {0};
    double value = strtod(hex, NULL);
    snprintf(text, sizeof text, "%.15f", value);
    if (value != 0.0 && (!decimal_parse(text, &step) || decimal_to_f64(step) != value))
        die("a step that is no decimal", hex);
    return step;
}

static void read_symbol(struct run_case *c, char **w) {
    int32_t i = c->symbol_count++;
    struct instrument *s = &c->symbols[i];
    struct feed *f = &c->feeds[i];
    snprintf(s->symbol, sizeof s->symbol, "%s", w[2]);
    snprintf(f->symbol, sizeof f->symbol, "%s", w[2]);
    s->tick = read_step(w[4]);
    s->lot = read_step(w[5]);
    s->multiplier = strtod(w[6], NULL);
    f->timeframe = strtoll(w[3], NULL, 10);
    f->symbol_id = i;
    f->is_execution = true;
}

/* The settings table, read here without conf/ so that it is not under test as well. */
static const struct {
    const char *key, *choices;
    char kind;
    size_t offset;
    double fallback;
} table[] = {
#define NUMBER(key, field, fallback, ...)                                                          \
    {key, "", 'n', offsetof(struct settings, field), fallback},
#define COUNT(key, field, fallback, ...) {key, "", 'i', offsetof(struct settings, field), fallback},
#define CHOICE(key, field, fallback, choices, words)                                               \
    {key, choices, 'c', offsetof(struct settings, field), fallback},
#include "conf/settings.def"
#undef NUMBER
#undef COUNT
#undef CHOICE
};

static void store_setting(struct settings *settings, size_t row, double value) {
    char *at = (char *)settings + table[row].offset;
    if (table[row].kind == 'n')
        memcpy(at, &value, sizeof value);
    else if (table[row].kind == 'i')
        memcpy(at, &(int64_t){(int64_t)value}, sizeof(int64_t));
    else
        memcpy(at, &(int32_t){(int32_t)value}, sizeof(int32_t));
}

static void default_settings(struct settings *settings) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        store_setting(settings, i, table[i].fallback);
}

static void read_setting(struct run_case *c, char **w) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        double place = 0.0;
        if (strcmp(table[i].key, w[1]) != 0)
            continue;
        if (table[i].kind != 'c') {
            store_setting(&c->settings, i, strtod(w[2], NULL));
            return;
        }
        for (const char *word = table[i].choices; *word; word += strlen(word) + 1, place += 1.0)
            if (strcmp(word, w[2]) == 0) {
                store_setting(&c->settings, i, place);
                return;
            }
        die("unknown choice", w[2]);
    }
    if (strcmp(w[1], "netting") != 0) /* one by one: all that there is */
        die("unknown setting", w[1]);
}

static void read_strategy(struct run_case *c, char **w) {
    struct script *s = &c->scripts[c->strategy_count++];
    snprintf(s->name, sizeof s->name, "%s", w[2]);
    s->share = strtod(w[3], NULL);
}

/* Reads up to "end"; false at the end of the file. */
static bool read_case(FILE *in, struct run_case *c) {
    static char line[LINE_MAX_LEN];
    bool begun = false;
    while (fgets(line, sizeof line, in)) {
        char *w[32], *save = NULL;
        int count = 0;
        for (char *t = strtok_r(line, " \n", &save); t && count < 32;
             t = strtok_r(NULL, " \n", &save))
            w[count++] = t;
        if (count == 0 || w[0][0] == '#')
            continue;
        if (strcmp(w[0], "case") == 0) {
            begun = true;
            snprintf(c->seed, sizeof c->seed, "%s", w[1]);
            default_settings(&c->settings);
        } else if (strcmp(w[0], "set") == 0) {
            read_setting(c, w);
        } else if (strcmp(w[0], "symbol") == 0) {
            read_symbol(c, w);
        } else if (strcmp(w[0], "strategy") == 0) {
            read_strategy(c, w);
        } else if (strcmp(w[0], "bar") == 0) {
            read_bar(c, w);
        } else if (strcmp(w[0], "I") == 0) {
            read_intent(c, w, count);
        } else if (strcmp(w[0], "end") == 0) {
            return true;
        } else {
            die("unknown line", w[0]);
        }
    }
    if (begun)
        die("case without end", c->seed);
    return false;
}

/* ---- ports ---- */

static int next_instant(void *self, struct instant *ret, struct err *err) {
    struct run_case *c = self;
    int64_t time = INT64_MAX;
    (void)err;
    for (int32_t i = 0; i < c->symbol_count; i++)
        if (c->at[i] < c->bars[i].count && c->bars[i].close_time[c->at[i]] < time)
            time = c->bars[i].close_time[c->at[i]];
    if (time == INT64_MAX)
        return 0;
    *ret = (struct instant){.time = time, .feeds = c->closed};
    for (int32_t i = 0; i < c->symbol_count; i++)
        if (c->at[i] < c->bars[i].count && c->bars[i].close_time[c->at[i]] == time) {
            c->closed[ret->feed_count++] = i;
            c->at[i]++;
        }
    return 1;
}

static int script_start(void *self, const struct qs_view *view, struct strategy_needs *ret,
                        struct err *err) {
    (void)self;
    (void)view;
    (void)ret;
    (void)err;
    return 0;
}

static int script_post(void *self, const struct strategy_post *post, struct err *err) {
    struct script *s = self;
    (void)err;
    s->batch_count = 0;
    while (s->at < s->count && s->lines[s->at].instant < post->view->bars)
        if (s->lines[s->at++].instant == post->view->bars - 1) {
            struct intent in = s->lines[s->at - 1].intent;
            if (s->lines[s->at - 1].takes_number)
                in.number = ++s->next_number;
            s->batch[s->batch_count++] = in;
        }
    return 0;
}

static int script_collect(void *self, const struct intent_batch **ret, struct err *err) {
    struct script *s = self;
    (void)err;
    s->out =
        (struct intent_batch){.items = s->batch, .count = s->batch_count, .text = "", .started = 1};
    *ret = &s->out;
    return 0;
}

static int script_stop(void *self, const struct strategy_post *post, struct err *err) {
    struct script *s = self;
    (void)post;
    (void)err;
    s->batch_count = 0;
    return 0;
}

static int script_variable(void *self, int32_t place, const char **name, double *value) {
    (void)self;
    (void)place;
    (void)name;
    (void)value;
    return 0;
}

static int script_indicator(void *self, int32_t line, struct strategy_indicator *ret) {
    (void)self;
    (void)line;
    (void)ret;
    return 0;
}

/* ---- results ---- */

static void put_order(struct run_case *c, const struct j_order *o) {
    if ((size_t)o->id > c->order_cap) {
        c->order_cap = (size_t)o->id * 2;
        c->orders = mem_realloc_array(c->orders, c->order_cap, sizeof *c->orders);
    }
    c->order_count = (size_t)o->id;
    memset(&c->orders[o->id - 1], 0, sizeof *c->orders);
    c->orders[o->id - 1].strategy = o->strategy;
    c->orders[o->id - 1].number = o->number;
    c->orders[o->id - 1].symbol = o->symbol;
}

/* The fill whose allocation comes next, and the equity lines of the newest instant: written again
 * at the end of a run they replace the first. */
static struct {
    struct j_fill fill;
    int64_t time;
    char lines[4096];
    size_t len;
} seen;

static void flush_equity(void) {
    fwrite(seen.lines, 1, seen.len, stdout);
    seen.len = 0;
}

static void put_equity(int64_t time, bool first, const char *format, ...) {
    va_list args;
    if (first && seen.len > 0 && seen.time != time)
        flush_equity();
    if (first)
        seen.len = 0;
    seen.time = time;
    va_start(args, format);
    seen.len +=
        (size_t)vsnprintf(seen.lines + seen.len, sizeof seen.lines - seen.len, format, args);
    va_end(args);
}

static void put_record(struct run_case *c, const struct journal_record *r) {
    union {
        struct j_order order;
        struct j_order_event event;
        struct j_fill fill;
        struct j_allocation allocation;
        struct j_trade trade;
        struct j_equity equity;
        struct j_ledger ledger;
        struct j_position position;
        char room[1024];
    } u;
    journal_read(r, &u);
    if (r->kind == JOURNAL_ORDER) {
        put_order(c, &u.order);
    } else if (r->kind == JOURNAL_ORDER_EVENT) {
        c->orders[u.event.order - 1].state = u.event.state;
        c->orders[u.event.order - 1].reason = u.event.reason;
        printf("event %lld %lld %s %s\n", (long long)u.event.time, (long long)u.event.order,
               order_state_name(u.event.state), reason_name(u.event.reason));
    } else if (r->kind == JOURNAL_FILL) {
        seen.fill = u.fill;
    } else if (r->kind == JOURNAL_ALLOCATION) {
        const struct j_fill *f = &seen.fill;
        c->orders[f->order - 1].filled += fabs(f->quantity);
        printf("fill %lld %lld %lld %lld %la %la %la %la %la\n", (long long)f->ts_event,
               (long long)f->ts_known, (long long)f->order, (long long)f->symbol, f->quantity,
               f->price, f->fee, fabs(u.allocation.closed), u.allocation.realized);
    } else if (r->kind == JOURNAL_TRADE) {
        printf("trade %lld %lld %la %lld %lld %la %la %la %la %la\n", (long long)u.trade.strategy,
               (long long)u.trade.symbol, u.trade.quantity, (long long)u.trade.entry_time,
               (long long)u.trade.exit_time, u.trade.entry_price, u.trade.exit_price, u.trade.gross,
               u.trade.fees, u.trade.net);
    } else if (r->kind == JOURNAL_EQUITY) {
        put_equity(u.equity.time, true, "equity %lld %la %la\n", (long long)u.equity.time,
                   u.equity.cash, u.equity.equity);
        if (c->strategy_count == 1)
            put_equity(u.equity.time, false, "ledger %lld 0 %la %la\n", (long long)u.equity.time,
                       u.equity.cash, u.equity.equity);
    } else if (r->kind == JOURNAL_LEDGER) {
        put_equity(u.ledger.time, false, "ledger %lld %lld %la %la\n", (long long)u.ledger.time,
                   (long long)u.ledger.strategy, u.ledger.cash, u.ledger.equity);
    } else if (r->kind == JOURNAL_POSITION) {
        printf("position %lld %lld %la %la\n", (long long)u.position.strategy,
               (long long)u.position.symbol, u.position.quantity, u.position.average_price);
    }
}

static int print_records(void *self, const void *bytes, size_t len, struct err *err) {
    const uint8_t *at = bytes;
    while (len > 0) {
        struct journal_record record;
        size_t size;
        int r = journal_next(at, len, &record, &size, err);
        if (r <= 0)
            die("bad journal", err->text);
        put_record(self, &record);
        at += size;
        len -= size;
    }
    return 0;
}

/* ---- one case ---- */

static void bind_strategies(struct run_case *c, struct strategy *strategies,
                            const int32_t *all_feeds) {
    for (int32_t i = 0; i < c->strategy_count; i++) {
        struct script *s = &c->scripts[i];
        s->port = (struct strategy_port){.self = s,
                                         .start = script_start,
                                         .post = script_post,
                                         .collect = script_collect,
                                         .stop = script_stop,
                                         .variable = script_variable,
                                         .indicator = script_indicator};
        snprintf(strategies[i].name, sizeof strategies[i].name, "%s", s->name);
        strategies[i].id = i;
        strategies[i].budget = c->settings.initial_cash * s->share;
        strategies[i].port = &s->port;
        strategies[i].feeds = all_feeds;
        strategies[i].feed_count = c->symbol_count;
        strategies[i].history = 16;
    }
}

static void run_case(struct run_case *c) {
    static struct strategy strategies[STRATEGIES_MAX];
    int32_t all_feeds[SYMBOLS_MAX];
    struct silo silo = {.name = "main", .initial = c->settings.initial_cash};
    struct feed_port source = {.self = c, .next = next_instant};
    struct sink_port sink = {.self = c, .write = print_records};
    struct journal journal;
    struct exchange exchange;
    struct err err = {0};
    memset(strategies, 0, sizeof strategies);
    for (int32_t i = 0; i < c->symbol_count; i++) {
        struct bars *b = &c->bars[i];
        all_feeds[i] = i;
        c->feeds[i].bars =
            (struct bar_columns){b->open_time, b->close_time, b->column[0], b->column[1],
                                 b->column[2], b->column[3],  b->column[4], b->count};
    }
    bind_strategies(c, strategies, all_feeds);
    journal_init(&journal, &sink);
    struct engine e = {.settings = &c->settings,
                       .feeds = c->feeds,
                       .feed_count = c->symbol_count,
                       .symbols = c->symbols,
                       .symbol_count = c->symbol_count,
                       .strategies = strategies,
                       .strategy_count = c->strategy_count,
                       .silos = &silo,
                       .silo_count = 1,
                       .source = &source,
                       .journal = &journal};
    engine_init(&e);
    exchange_init(&exchange, &c->settings, c->feeds, e.marks, c->symbol_count, execute_sink(&e));
    e.broker = &exchange.port;
    printf("case %s\n", c->seed);
    if (driver_run(&e, &err) < 0 || driver_seal(&e, &err) < 0)
        die("the run failed", err.text);
    flush_equity();
    for (size_t i = 0; i < c->order_count; i++)
        printf("order %zu %lld %lld %lld %s %s %la\n", i + 1, (long long)c->orders[i].strategy,
               (long long)c->orders[i].number, (long long)c->orders[i].symbol,
               order_state_name(c->orders[i].state), reason_name(c->orders[i].reason),
               c->orders[i].filled);
    printf("end\n");
    fflush(stdout);
    exchange_fini(&exchange);
    engine_fini(&e);
    journal_fini(&journal);
}

static void free_case(struct run_case *c) {
    for (int i = 0; i < SYMBOLS_MAX; i++) {
        mem_free(c->bars[i].open_time);
        mem_free(c->bars[i].close_time);
        for (int k = 0; k < 5; k++)
            mem_free(c->bars[i].column[k]);
    }
    for (int i = 0; i < STRATEGIES_MAX; i++)
        mem_free(c->scripts[i].lines);
    mem_free(c->orders);
}

int main(int argc, char **argv) {
    if (argc != 2)
        die("usage: oracle_run FILE", "");
    FILE *in = fopen(argv[1], "r");
    if (!in)
        die(argv[1], strerror(errno));
    static struct run_case c;
    for (;;) {
        memset(&c, 0, sizeof c);
        if (!read_case(in, &c))
            break;
        run_case(&c);
        free_case(&c);
    }
    free_case(&c);
    fclose(in);
    return 0;
}
