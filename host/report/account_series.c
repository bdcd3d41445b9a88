/* Columns in one growth step; the sum walks all parts side by side. */
#include "report/account_series.h"

#include <math.h>
#include <stdbool.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/time.h"

void account_series_init(struct account_series *series) { *series = (struct account_series){0}; }

void account_series_fini(struct account_series *series) {
    mem_free(series->time);
    mem_free(series->equity);
    mem_free(series->low);
    mem_free(series->high);
    mem_free(series->gross);
    *series = (struct account_series){0};
}

/* So that no sum of them overflows; false for NaN. */
static bool is_money(double value) { return fabs(value) <= 1e100; }

static void more_room(struct account_series *s) {
    s->cap = s->cap == 0 ? 256 : 2 * s->cap;
    size_t n = (size_t)s->cap;
    s->time = mem_realloc_array(s->time, n, sizeof(*s->time));
    s->equity = mem_realloc_array(s->equity, n, sizeof(*s->equity));
    s->low = mem_realloc_array(s->low, n, sizeof(*s->low));
    s->high = mem_realloc_array(s->high, n, sizeof(*s->high));
    s->gross = mem_realloc_array(s->gross, n, sizeof(*s->gross));
}

static void append(struct account_series *s, const struct account_row *row) {
    if (s->count == s->cap)
        more_room(s);
    int64_t at = s->count++;
    s->time[at] = row->time;
    s->equity[at] = row->equity;
    s->low[at] = row->low;
    s->high[at] = row->high;
    s->gross[at] = row->gross;
}

static void merge_last(struct account_series *s, const struct account_row *row) {
    int64_t last = s->count - 1;
    s->equity[last] = row->equity;
    s->low[last] = fmin(s->low[last], row->low);
    s->high[last] = fmax(s->high[last], row->high);
    s->gross[last] = fmax(s->gross[last], row->gross);
}

int account_series_add(struct account_series *s, const struct account_row *row, struct err *err) {
    if (!is_money(row->equity) || !is_money(row->low) || !is_money(row->high) ||
        !is_money(row->gross))
        return err_set(err, ERR_FORMAT, "journal: an account with a number that is no money");
    if (s->count > 0 && row->time == s->time[s->count - 1]) {
        merge_last(s, row);
        return 0;
    }
    if (s->count > 0 && row->time < s->time[s->count - 1]) {
        char now[TIME_ISO_MAX], before[TIME_ISO_MAX];
        time_format_iso(now, sizeof(now), row->time);
        time_format_iso(before, sizeof(before), s->time[s->count - 1]);
        return err_set(err, ERR_FORMAT, "journal: an account at %s after one at %s", now, before);
    }
    if (s->count >= SERIES_ROWS_MAX)
        return err_set(err, ERR_LIMIT, "journal: an account of more than %d instants",
                       SERIES_ROWS_MAX);
    append(s, row);
    return 0;
}

/* The earliest time that some part has not given yet; false when all are through. */
static bool next_time(const struct account_series *parts, const int64_t *next, int64_t count,
                      int64_t *ret) {
    bool found = false;
    for (int64_t i = 0; i < count; i++) {
        if (next[i] == parts[i].count)
            continue;
        int64_t time = parts[i].time[next[i]];
        if (!found || time < *ret)
            *ret = time;
        found = true;
    }
    return found;
}

void account_series_sum(const struct account_series *parts, const double *initial, int64_t count,
                        struct account_series *ret) {
    int64_t *next = mem_zalloc((size_t)count, sizeof(*next)); /* the first row not yet reached */
    int64_t time = 0;
    account_series_init(ret);
    while (next_time(parts, next, count, &time)) {
        struct account_row sum = {.time = time};
        for (int64_t i = 0; i < count; i++) {
            const struct account_series *part = &parts[i];
            bool is_new = next[i] < part->count && part->time[next[i]] == time;
            next[i] += is_new;
            int64_t row = next[i] - 1;
            double equity = row >= 0 ? part->equity[row] : initial[i];
            sum.equity += equity;
            sum.low += is_new ? part->low[row] : equity;
            sum.high += is_new ? part->high[row] : equity;
            sum.gross += row >= 0 ? part->gross[row] : 0.0;
        }
        append(ret, &sum);
    }
    mem_free(next);
}
