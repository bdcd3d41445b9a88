/*
 * A column of the picture stands for a run of rows: solid up to the lowest close in it, light up to
 * its highest high, so that no spike is lost however many rows a column has. Heights are eighths of
 * a line. Columns are bars, not hours: nights and weekends take no room.
 */
#include "report/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "report/text_value.h"

enum { WIDTH_MIN = 40, WIDTH_MAX = 400, ROWS_MAX = 60, DRAWDOWN_ROWS = 2, LABEL_MAX = 24 };

struct column {
    double close, lowest, highest; /* of closes: last, lowest; of highs */
    double drawdown;               /* deepest at a close, <= 0 */
};

struct canvas {
    struct column columns[WIDTH_MAX];
    int count;
    double bottom, top; /* of what is drawn */
    double drawdown;    /* deepest of all */
    bool ascii;
    int label; /* characters of an axis label */
    struct str *str;
};

static struct account_row row_at(const struct account_series *s, int64_t i) {
    return (struct account_row){s->time[i], s->equity[i], s->low[i], s->high[i], s->gross[i]};
}

/* The rows of the lowest low and of the highest high of [from, to), in their order: 1 or 2. */
static int64_t keep_extremes(const struct account_series *s, int64_t from, int64_t to,
                             struct account_row *ret) {
    int64_t low = from, high = from;
    for (int64_t i = from + 1; i < to; i++) {
        if (s->low[i] < s->low[low])
            low = i;
        if (s->high[i] > s->high[high])
            high = i;
    }
    ret[0] = row_at(s, low < high ? low : high);
    if (low == high)
        return 1;
    ret[1] = row_at(s, low < high ? high : low);
    return 2;
}

int64_t picture_downsample(const struct account_series *series, int64_t max,
                           struct account_row *ret) {
    CHECK(max >= 2);
    int64_t count = 0, inner = series->count - 2, buckets = (max - 2) / 2;
    if (series->count <= max) {
        for (; count < series->count; count++)
            ret[count] = row_at(series, count);
        return count;
    }
    ret[count++] = row_at(series, 0);
    for (int64_t i = 0; i < buckets; i++)
        count += keep_extremes(series, 1 + inner * i / buckets, 1 + inner * (i + 1) / buckets,
                               ret + count);
    ret[count++] = row_at(series, series->count - 1);
    return count;
}

/* ---- from rows to columns ---- */

/* The first row of a column; several columns share a row when there are few rows. */
static int64_t first_row(int64_t rows, int column, int columns) { return rows * column / columns; }

static double lower(double a, double b) { return b < a ? b : a; }
static double higher(double a, double b) { return b > a ? b : a; }

/* What the columns will span, however many they are. */
static void measure(const struct account_series *s, struct canvas *c) {
    c->bottom = INFINITY;
    c->top = -INFINITY;
    for (int64_t i = 0; i < s->count; i++) {
        c->bottom = lower(c->bottom, s->equity[i]);
        c->top = higher(c->top, higher(s->equity[i], s->high[i]));
    }
}

/* Of rows under one peak the lowest is the deepest, so one division does for all of them. */
static void deepen(struct column *column, double lowest, double peak) {
    if (peak > 0.0)
        column->drawdown = lower(column->drawdown, lowest / peak - 1.0);
}

static void fill_columns(const struct account_series *s, double initial, int count,
                         struct canvas *c) {
    double peak = initial;
    int64_t seen = 0; /* rows that the peak has met */
    c->count = count;
    for (int i = 0; i < count; i++) {
        int64_t from = first_row(s->count, i, count), to = first_row(s->count, i + 1, count);
        to = to > from ? to : from + 1;
        struct column column = {.lowest = INFINITY, .highest = -INFINITY};
        double under = INFINITY; /* the lowest since the peak */
        for (int64_t k = from; k < to; k++) {
            double equity = s->equity[k];
            if (k >= seen && equity > peak) {
                deepen(&column, under, peak);
                peak = equity;
                under = equity;
            }
            under = lower(under, equity);
            column.lowest = lower(column.lowest, equity);
            column.highest = higher(column.highest, higher(equity, s->high[k]));
        }
        deepen(&column, under, peak);
        seen = to > seen ? to : seen;
        column.close = s->equity[to - 1];
        c->columns[i] = column;
        c->drawdown = lower(c->drawdown, column.drawdown);
    }
}

/* 1 .. levels; the middle when there is no scale. */
static int level_of(double value, double bottom, double top, int levels) {
    if (!(top > bottom))
        return (levels + 1) / 2;
    return 1 + (int)lrint((value - bottom) / (top - bottom) * (levels - 1));
}

/* ---- cells ---- */

/* eighths: 0 (nothing) to 8 (full). */
static const char *solid_cell(int eighths, bool ascii) {
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[] = {" ", "_", "_", "_", "=", "=", "=", "=", "#"};
    return ascii ? plain[eighths] : blocks[eighths];
}

static int eighths_in(int level, int line) {
    int left = level - 8 * line;
    return left < 0 ? 0 : left > 8 ? 8 : left;
}

static void append_label(struct canvas *c, const char *label) {
    str_appendf(c->str, "  %*s ", c->label, label);
    if (c->ascii)
        str_append(c->str, label[0] != '\0' ? "+" : "|");
    else
        str_append(c->str, label[0] != '\0' ? "┤" : "│");
}

/* Money, as short as tells the ends of the axis apart. */
static void money_label(char *buffer, double value, double range) {
    if (fabs(value) >= 1e9 || (range > 0.0 && range < 0.1)) {
        snprintf(buffer, LABEL_MAX, "%.*g", range < 0.1 ? 10 : 5, value);
        return;
    }
    text_money(buffer, LABEL_MAX, value);
    if (range >= 10.0 || fabs(value) >= 1e6) {
        text_money(buffer, LABEL_MAX, nearbyint(value));
        buffer[strlen(buffer) - 3] = '\0';
    }
}

/* One line of equity, `line` lines above the lowest. */
static void append_equity_line(struct canvas *c, int line, int rows) {
    for (int i = 0; i < c->count; i++) {
        const struct column *column = &c->columns[i];
        int solid = eighths_in(level_of(column->lowest, c->bottom, c->top, 8 * rows), line);
        int light = eighths_in(level_of(column->highest, c->bottom, c->top, 8 * rows), line);
        if (solid == 0 && light > 0)
            str_append(c->str, c->ascii ? ":" : "░");
        else
            str_append(c->str, solid_cell(solid, c->ascii));
    }
    while (c->str->data[c->str->len - 1] == ' ')
        c->str->data[--c->str->len] = '\0';
    str_append_char(c->str, '\n');
}

static void append_equity(struct canvas *c, double initial, int rows, char (*labels)[LABEL_MAX]) {
    bool is_inside = initial > c->bottom && initial < c->top;
    int start = is_inside ? (level_of(initial, c->bottom, c->top, 8 * rows) - 1) / 8 : 0;
    bool is_flat = !(c->top > c->bottom);
    for (int line = rows - 1; line >= 0; line--) {
        const char *label = "";
        if (is_flat)
            label = line == (4 * rows - 1) / 8 ? labels[0] : "";
        else if (line == rows - 1)
            label = labels[0];
        else if (line == 0)
            label = labels[2];
        else if (line == start && is_inside)
            label = labels[1];
        append_label(c, label);
        append_equity_line(c, line, rows);
    }
}

static void append_drawdown(struct canvas *c) {
    char deepest[LABEL_MAX];
    snprintf(deepest, sizeof(deepest), "%.1f %%", 100.0 * c->drawdown);
    for (int line = DRAWDOWN_ROWS - 1; line >= 0; line--) {
        append_label(c, line == DRAWDOWN_ROWS - 1 ? deepest : "0 %");
        for (int i = 0; i < c->count; i++) {
            double depth = c->drawdown < 0.0 ? c->columns[i].drawdown / c->drawdown : 0.0;
            int level = (int)lrint(depth * 8 * DRAWDOWN_ROWS);
            level = level == 0 && depth > 0.0 ? 1 : level;
            str_append(c->str, solid_cell(eighths_in(level, line), c->ascii));
        }
        while (c->str->data[c->str->len - 1] == ' ')
            c->str->data[--c->str->len] = '\0';
        str_append_char(c->str, '\n');
    }
}

/* ---- the axis of time ---- */

/* "2013-03-01", or with hours and minutes when all is within two days. Rows are closes of bars: a
 * day's at midnight is of the day that ends there. */
static int time_label(char *buffer, int64_t time, bool is_short) {
    char text[TIME_ISO_MAX];
    if (is_short) {
        time_format_iso(text, sizeof(text), time);
        text[10] = ' ';
        return snprintf(buffer, LABEL_MAX, "%.16s", text);
    }
    text_bar_time(text, sizeof(text), time, TIME_DAY);
    return snprintf(buffer, LABEL_MAX, "%.10s", text);
}

static void append_times(const struct account_series *s, struct canvas *c) {
    char first[LABEL_MAX], middle[LABEL_MAX], last[LABEL_MAX];
    int64_t begin = s->time[0], end = s->time[s->count - 1];
    bool is_daily = begin % TIME_DAY == 0 && end % TIME_DAY == 0;
    bool is_short = end - begin < 2 * TIME_DAY && !is_daily;
    int size = time_label(first, s->time[0], is_short);
    time_label(middle, s->time[first_row(s->count, c->count / 2, c->count)], is_short);
    time_label(last, s->time[s->count - 1], is_short);
    str_appendf(c->str, "  %*s %s", c->label, "", c->ascii ? "+" : "└");
    if (c->count < 2 * size + 2) {
        str_appendf(c->str, "%s\n", first);
        return;
    }
    bool has_middle = c->count >= 3 * size + 8;
    int before = c->count / 2 - size / 2 - size; /* spaces between the labels */
    str_append(c->str, first);
    if (has_middle)
        str_appendf(c->str, "%*s%s", before, "", middle);
    else
        before = -size;
    str_appendf(c->str, "%*s%s\n", c->count - size - before - size - size, "", last);
}

void picture_equity(const struct account_series *series, double initial, int width, int rows,
                    bool ascii, struct str *str) {
    struct canvas c = {.ascii = ascii, .str = str};
    char labels[3][LABEL_MAX];
    if (series->count < 2)
        return;
    width = width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
    rows = rows < 1 ? 1 : rows > ROWS_MAX ? ROWS_MAX : rows;
    measure(series, &c); /* for the labels' width */
    const double values[] = {c.top, initial, c.bottom};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        money_label(labels[i], values[i], c.top - c.bottom);
        int size = (int)strlen(labels[i]);
        c.label = size > c.label ? size : c.label;
    }
    c.label = c.label < 8 ? 8 : c.label; /* "-100.0 %" */
    fill_columns(series, initial, width - 4 - c.label, &c);
    append_equity(&c, initial, rows, labels);
    append_times(series, &c);
    append_drawdown(&c);
}

void picture_range_add(const struct account_series *series, struct picture_range *range) {
    for (int64_t i = 0; i < series->count; i++) {
        double equity = series->equity[i];
        range->bottom = range->has_any ? fmin(range->bottom, equity) : equity;
        range->top = range->has_any ? fmax(range->top, equity) : equity;
        range->has_any = true;
    }
}

void picture_line(const struct account_series *series, const struct picture_range *range, int width,
                  bool ascii, struct str *str) {
    static const char plain[] = "_.:-=+*#";
    struct canvas c = {0};
    if (series->count == 0 || width < 1)
        return;
    fill_columns(series, 0.0, width > WIDTH_MAX ? WIDTH_MAX : width, &c);
    double bottom = INFINITY, top = -INFINITY;
    for (int i = 0; i < c.count; i++) {
        bottom = fmin(bottom, c.columns[i].close);
        top = fmax(top, c.columns[i].close);
    }
    if (range) {
        bottom = range->bottom;
        top = range->top;
    }
    for (int i = 0; i < c.count; i++) {
        int level = level_of(c.columns[i].close, bottom, top, 8);
        if (ascii)
            str_append_char(str, plain[level - 1]);
        else
            str_append(str, solid_cell(level, false));
    }
}
