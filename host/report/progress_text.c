/*
 * The rate is a mean in which old speeds fade: a share of dt / (dt + 2 s) goes to the newest one.
 * It starts as the mean since the beginning.
 */
#include "report/progress_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "report/text_value.h"

#define SMOOTH_SECONDS 2.0
#define SAMPLE_SECONDS 0.05 /* nearer samples are noise */
#define FIRST_SECONDS 0.2   /* before that the beginning is most of it */
#define BAR_MIN 8
#define BAR_MAX 40

static void update(struct progress_rate *r, int64_t done, double seconds) {
    double passed = seconds - r->seconds;
    if (done < r->done || passed < 0.0)
        *r = (struct progress_rate){0};
    if (r->rate == 0.0) {
        if (seconds < FIRST_SECONDS || done <= 0)
            return;
        r->rate = (double)done / seconds;
    } else if (passed >= SAMPLE_SECONDS) {
        double newest = (double)(done - r->done) / passed;
        r->rate += (newest - r->rate) * (passed / (passed + SMOOTH_SECONDS));
    } else {
        return;
    }
    r->done = done;
    r->seconds = seconds;
}

static void append_count(struct str *str, int64_t count) {
    char text[64];
    text_money(text, sizeof(text), (double)count);
    for (int i = 0; text[i] != '\0'; i++)
        if (text[i] == '.')
            text[i] = '\0';
    str_append(str, text);
}

static void append_rate(struct str *str, double rate) {
    static const char *const units[] = {"", " k", " M", " G"};
    size_t unit = 0;
    while (rate >= 999.5 && unit + 1 < ARRAY_LEN(units)) {
        rate /= 1000.0;
        unit++;
    }
    str_appendf(str, rate < 9.95 ? "%.1f%s bars/s" : "%.0f%s bars/s", rate, units[unit]);
}

static void append_left(struct str *str, double seconds) {
    char text[64];
    if (seconds < 9.95)
        snprintf(text, sizeof(text), "%.1f s", seconds);
    else if (seconds < 120.0)
        snprintf(text, sizeof(text), "%.0f s", seconds);
    else
        text_span(text, sizeof(text), seconds);
    str_appendf(str, "%s left", text);
}

/* Two spaces and the part, where both fit; whether they did. */
static bool append_part(struct str *line, const struct str *part, int width) {
    if (part->len == 0 || line->len + 2 + part->len > (size_t)width)
        return false;
    str_append(line, "  ");
    str_append(line, str_text(part));
    return true;
}

/* `cells` characters between two marks, an eighth of a cell at a time. */
static void append_bar(struct str *str, double part, int cells) {
    static const char *const blocks[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    int eighths = (int)(part * 8.0 * cells);
    str_append(str, "▕");
    for (int i = 0; i < cells; i++) {
        int here = eighths - 8 * i;
        str_append(str, blocks[here < 0 ? 0 : here > 8 ? 8 : here]);
    }
    str_append(str, "▏");
}

void progress_text(struct progress_rate *rate, int64_t done, int64_t total, double seconds,
                   int width, struct str *str) {
    struct str line, part;
    bool has_total = total > 0 && done <= total; /* else whoever told was wrong */
    str_init(&line);
    str_init(&part);
    update(rate, done, seconds);
    str_append(&line, "  ");
    append_count(&line, done);
    if (has_total) {
        str_append(&line, " of ");
        append_count(&line, total);
    }
    str_append(&line, " bars");
    double share = has_total ? (double)done / (double)total : 0.0;
    if (has_total) {
        str_appendf(&part, "%d %%", (int)(100.0 * share));
        append_part(&line, &part, width);
    }
    str_clear(&part);
    if (rate->rate > 0.0)
        append_rate(&part, rate->rate);
    append_part(&line, &part, width);
    str_clear(&part);
    if (has_total && rate->rate > 0.0 && done < total)
        append_left(&part, (double)(total - done) / rate->rate);
    append_part(&line, &part, width);
    int room = width - (int)line.len - 2 - 2;
    if ((int)line.len > width) {
        str_append_n(str, str_text(&line), width > 0 ? (size_t)width : 0);
    } else {
        str_append(str, str_text(&line));
        if (has_total && room >= BAR_MIN) {
            str_append(str, "  ");
            append_bar(str, share, room < BAR_MAX ? room : BAR_MAX);
        }
    }
    str_fini(&part);
    str_fini(&line);
}
