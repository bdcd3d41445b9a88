/* Rounds with printf, then groups digits by hand: no locale. */
#include "report/text_value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"

void text_money(char *buffer, size_t cap, double value) {
    char plain[64];
    if (!(fabs(value) < 1e15)) {
        snprintf(buffer, cap, "%.3g", value);
        return;
    }
    snprintf(plain, sizeof(plain), "%.2f", fabs(value));
    size_t digits = strcspn(plain, "."), out = 0;
    char grouped[96];
    if (value < 0.0 && strcmp(plain, "0.00") != 0)
        grouped[out++] = '-';
    for (size_t i = 0; plain[i] != '\0'; i++) {
        if (i > 0 && i < digits && (digits - i) % 3 == 0)
            grouped[out++] = ',';
        grouped[out++] = plain[i];
    }
    grouped[out] = '\0';
    snprintf(buffer, cap, "%s", grouped);
}

void text_count(struct str *str, int64_t count) {
    char text[64];
    text_money(text, sizeof(text), (double)count);
    text[strcspn(text, ".")] = '\0';
    str_append(str, text);
}

void text_span(char *buffer, size_t cap, double seconds) {
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{365.25 * 86400.0, "y"}, {86400.0, "d"}, {3600.0, "h"}, {60.0, "min"}};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (seconds >= 2.0 * units[i].seconds) {
            snprintf(buffer, cap, "%.1f %s", seconds / units[i].seconds, units[i].name);
            return;
        }
    }
    snprintf(buffer, cap, "%.3g s", seconds);
}

void text_metric(char *buffer, size_t cap, const struct metric *metric) {
    if (metric->reason != NULL) {
        snprintf(buffer, cap, "- (%s)", metric->reason);
        for (char *at = buffer; *at != '\0'; at++)
            *at = *at == '_' ? ' ' : *at;
        return;
    }
    switch (metric->unit_kind) {
    case METRIC_FRACTION:
        snprintf(buffer, cap, fabs(metric->value) < 1e4 ? "%.2f %%" : "%.3g %%",
                 100.0 * metric->value);
        return;
    case METRIC_RATIO:
        snprintf(buffer, cap, fabs(metric->value) < 1e6 ? "%.3f" : "%.3g", metric->value);
        return;
    case METRIC_MONEY:
        text_money(buffer, cap, metric->value);
        return;
    case METRIC_SECONDS:
        text_span(buffer, cap, metric->value);
        return;
    }
}

void text_time(char *buffer, size_t cap, int64_t time) {
    if (time % TIME_DAY == 0)
        time_format_date(buffer, cap, time);
    else
        time_format_iso(buffer, cap, time);
}

void text_bar_time(char *buffer, size_t cap, int64_t time, int64_t timeframe) {
    if (timeframe >= TIME_DAY && time > INT64_MIN)
        time_format_date(buffer, cap, time - 1);
    else
        text_time(buffer, cap, time);
}

static void open_time(char *buffer, size_t cap, int64_t time, int64_t timeframe) {
    if (timeframe >= TIME_DAY)
        time_format_date(buffer, cap, time);
    else
        text_time(buffer, cap, time);
}

void text_fill_time(char *buffer, size_t cap, int64_t time, int64_t known, int64_t timeframe) {
    if (time == known)
        text_bar_time(buffer, cap, time, timeframe);
    else
        open_time(buffer, cap, time, timeframe);
}

void text_bars_span(char *buffer, size_t cap, int64_t first_open, int64_t last_close,
                    int64_t timeframe) {
    char first[TIME_ISO_MAX], last[TIME_ISO_MAX];
    open_time(first, sizeof(first), first_open, timeframe);
    text_bar_time(last, sizeof(last), last_close, timeframe);
    snprintf(buffer, cap, "%s to %s", first, last);
}
