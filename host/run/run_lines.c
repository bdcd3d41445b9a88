#include "run/run_lines.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <quasar/indicators.h>

#include "base/mem.h"
#include "plugin/lines.h"

#define HISTORY 2 /* nothing is read back */

/* The lines of one strategy, and how they are called. */
struct rebuilt {
    struct lines lines;
    struct str *names; /* by line */
    int32_t *places;   /* the feed id of each bound feed */
    int32_t place_count;
    const struct feed *feeds;
    int32_t feed_count;
};

static void bind(const struct collector *c, int64_t strategy, struct rebuilt *r) {
    r->places = mem_zalloc((size_t)c->binding_count + 1, sizeof *r->places);
    for (int64_t i = 0; i < c->binding_count; i++) {
        const struct j_binding *b = &c->bindings[i];
        if (b->strategy == strategy && b->place == r->place_count && b->feed >= 0 &&
            b->feed < r->feed_count)
            r->places[r->place_count++] = (int32_t)b->feed;
    }
}

/* "close", "AAPL.close", "ema(close, 12)". */
static void source_name(const struct rebuilt *r, int64_t source, struct str *str) {
    static const char *const columns[] = {"open", "high", "low",   "close", "volume",
                                          "hl2",  "hlc3", "ohlc4", "bars"};
    if (source >= 0) {
        str_append(str, str_text(&r->names[source]));
        return;
    }
    int64_t place = -(source / 16) - 1, column = -(source % 16);
    if (r->place_count > 1 && place < r->place_count)
        str_appendf(str, "%s.", r->feeds[r->places[place]].symbol);
    str_append(str, column < (int64_t)ARRAY_LEN(columns) ? columns[column] : "?");
}

static void name_lines(struct rebuilt *r, const struct j_indicator *x, int32_t first) {
    const struct ta_info *info = ta_info((int32_t)x->kind);
    const int64_t n[] = {x->n0, x->n1, x->n2};
    struct str name = {0};
    str_appendf(&name, "%s(", info->name);
    source_name(r, x->source, &name);
    for (int i = 0; i < info->param_count && i < (int)ARRAY_LEN(n); i++)
        str_appendf(&name, ", %lld", (long long)n[i]);
    if (info->has_k)
        str_appendf(&name, ", %g", x->k);
    str_append_char(&name, ')');
    for (int32_t i = 0; i < info->out_count; i++) {
        str_append(&r->names[first + i], str_text(&name));
        if (info->out_count > 1)
            str_appendf(&r->names[first + i], ".%s", info->out_names[i]);
    }
    str_fini(&name);
}

static bool is_small(int64_t value) { return value >= INT32_MIN && value <= INT32_MAX; }

static void make_lines(const struct collector *c, int64_t strategy, struct rebuilt *r) {
    for (int64_t i = 0; i < c->indicator_count; i++) {
        const struct j_indicator *x = &c->indicators[i];
        struct err ignored;
        if (x->strategy != strategy || !is_small(x->kind) || !is_small(x->source) ||
            !is_small(x->n0) || !is_small(x->n1) || !is_small(x->n2))
            continue;
        struct qs_indicator_req request = {.struct_size = sizeof request,
                                           .kind = (int32_t)x->kind,
                                           .source = (int32_t)x->source,
                                           .n = {(int32_t)x->n0, (int32_t)x->n1, (int32_t)x->n2},
                                           .k = x->k};
        int32_t count = r->lines.count;
        int32_t first = lines_add(&r->lines, &request, r->place_count, &ignored);
        if (first < 0 || r->lines.count == count)
            continue;
        r->names = mem_realloc_array(r->names, (size_t)r->lines.count, sizeof *r->names);
        memset(&r->names[count], 0, (size_t)(r->lines.count - count) * sizeof *r->names);
        name_lines(r, x, first);
    }
}

static void play(struct rebuilt *r, int64_t time) {
    lines_settle(&r->lines, r->place_count);
    for (int32_t place = 0; place < r->place_count; place++) {
        const struct bar_columns *b = &r->feeds[r->places[place]].bars;
        struct qs_feed_view view = {.open = b->open,
                                    .high = b->high,
                                    .low = b->low,
                                    .close = b->close,
                                    .volume = b->volume,
                                    .open_time = b->open_time,
                                    .close_time = b->close_time};
        for (view.now = 0; view.now < b->count && b->close_time[view.now] <= time; view.now++)
            lines_push(&r->lines, &view, place);
    }
}

static void tell(const struct rebuilt *r, struct str *values) {
    for (int32_t i = 0; i < r->lines.count && i < RUN_LINES_MAX; i++) {
        const struct qs_line_view *v = &r->lines.views[i];
        double value = v->count > 0 ? v->values[(v->count - 1) & v->mask] : (double)NAN;
        char text[STR_F64_MAX] = "-";
        if (!isnan(value))
            str_format_f64(text, sizeof text, value);
        str_appendf(values, "%s\t%s\n", str_text(&r->names[i]), text);
    }
}

void run_lines_text(const struct collector *c, int64_t strategy, const struct feed *feeds,
                    int32_t feed_count, int32_t seed, int64_t time, struct str *values) {
    struct rebuilt *r = mem_zalloc(1, sizeof *r); /* lines are large */
    r->feeds = feeds;
    r->feed_count = feed_count;
    lines_init(&r->lines, HISTORY, seed);
    bind(c, strategy, r);
    make_lines(c, strategy, r);
    play(r, time);
    tell(r, values);
    for (int32_t i = 0; i < r->lines.count; i++)
        str_fini(&r->names[i]);
    mem_free(r->names);
    mem_free(r->places);
    lines_fini(&r->lines);
    mem_free(r);
}
