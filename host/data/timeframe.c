/* Steps are counted in a small hash table; months are the only ones that need a calendar. */
#include "data/timeframe.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"

#define MONTHS_MAX 120
#define DURATION_MAX (3660 * TIME_DAY)
#define MONTH_NS (INT64_C(2629746) * TIME_SECOND) /* 365.2425 days / 12 */
#define CLOCK_CHANGE TIME_HOUR                    /* what a local day may be short of 24 hours */
#define STEPS_ENOUGH 10 /* from here on one of the steps must be as long as the timeframe */

bool timeframe_parse(const char *text, struct timeframe *ret) {
    struct timeframe timeframe = {.months = 0};
    size_t len = strlen(text);
    if (len > 2 && str_ends_with(text, "mo")) {
        int64_t months;
        if (text[0] < '1' || text[0] > '9' || !str_parse_i64_n(text, len - 2, &months) ||
            months > MONTHS_MAX)
            return false;
        timeframe.months = (int32_t)months;
        timeframe.ns = months * MONTH_NS;
        snprintf(timeframe.name, sizeof(timeframe.name), "%dmo", timeframe.months);
    } else {
        char name[TIME_ISO_MAX];
        if (!time_parse_duration(text, &timeframe.ns) || timeframe.ns > DURATION_MAX)
            return false;
        time_format_duration(name, sizeof(name), timeframe.ns);
        if (!str_copy_fixed(timeframe.name, sizeof(timeframe.name), name))
            return false;
    }
    *ret = timeframe;
    return true;
}

static bool is_month_end(int64_t time) {
    struct civil_time civil;
    time_to_civil(time, &civil);
    return civil.day == time_days_in_month(civil.year, civil.month);
}

static bool all_month_ends(const int64_t *stamps, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (!is_month_end(stamps[i]))
            return false;
    return true;
}

static int64_t add_months(int64_t time, int32_t months, bool to_month_end) {
    struct civil_time civil;
    time_to_civil(time, &civil);
    int month = civil.year * 12 + civil.month - 1 + months;
    civil.year = month / 12;
    civil.month = month % 12 + 1;
    if (civil.year < TIME_YEAR_MIN || civil.year > TIME_YEAR_MAX)
        return time + months * MONTH_NS; /* beyond the calendar; such a bar ends nowhere */
    int days = time_days_in_month(civil.year, civil.month);
    if (to_month_end || civil.day > days)
        civil.day = days;
    return time_from_civil(civil.year, civil.month, civil.day, civil.hour, civil.minute,
                           civil.second, civil.ns);
}

/* How often each step occurs: open addressing, never more than half full. */
struct step_count {
    int64_t step; /* 0: free */
    int64_t count;
};
struct step_table {
    struct step_count *slots;
    size_t cap, used;
};

static struct step_count *find_slot(struct step_table *table, int64_t step) {
    size_t at = (size_t)(((uint64_t)step * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (table->cap - 1);
    while (table->slots[at].step != 0 && table->slots[at].step != step)
        at = (at + 1) & (table->cap - 1);
    return &table->slots[at];
}

static void grow(struct step_table *table) {
    struct step_table bigger = {.cap = table->cap == 0 ? 64 : table->cap * 2, .used = table->used};
    bigger.slots = mem_zalloc(bigger.cap, sizeof(*bigger.slots));
    for (size_t i = 0; i < table->cap; i++)
        if (table->slots[i].step != 0)
            *find_slot(&bigger, table->slots[i].step) = table->slots[i];
    mem_free(table->slots);
    *table = bigger;
}

static void count_step(struct step_table *table, int64_t step, int64_t times) {
    if (table->used * 2 >= table->cap)
        grow(table);
    struct step_count *slot = find_slot(table, step);
    table->used += slot->step == 0;
    slot->step = step;
    slot->count += times;
}

static int64_t most_frequent_step(const int64_t *stamps, int64_t count) {
    struct step_table table = {0};
    int64_t run_step = stamps[1] - stamps[0], run = 0;
    for (int64_t i = 1; i < count; i++) {
        int64_t step = stamps[i] - stamps[i - 1];
        if (step != run_step) {
            count_step(&table, run_step, run);
            run_step = step;
            run = 0;
        }
        run++;
    }
    count_step(&table, run_step, run);
    struct step_count best = {0};
    for (size_t i = 0; i < table.cap; i++) {
        const struct step_count *slot = &table.slots[i];
        if (slot->count > best.count || (slot->count == best.count && slot->step < best.step))
            best = *slot;
    }
    mem_free(table.slots);
    return best.step;
}

/* The first step that is too short for the timeframe, as the place of its second stamp; count when
 * there is none. */
static int64_t find_short_step(const struct timeframe *timeframe, const int64_t *stamps,
                               int64_t count) {
    if (timeframe->months == 0) {
        int64_t least = timeframe->ns - (timeframe->ns % TIME_DAY == 0 ? CLOCK_CHANGE : 0);
        for (int64_t i = 1; i < count; i++)
            if (stamps[i] - stamps[i - 1] < least)
                return i;
        return count;
    }
    bool to_month_end = all_month_ends(stamps, count);
    for (int64_t i = 1; i < count; i++)
        if (stamps[i] < add_months(stamps[i - 1], timeframe->months, to_month_end) - CLOCK_CHANGE)
            return i;
    return count;
}

/* So that no difference of stamps, and no other end of a bar, leaves an int64. */
static int check_span(const char *path, int64_t length, const int64_t *stamps, int64_t count,
                      struct err *err) {
    if (count == 0)
        return 0;
    int64_t span, first, last;
    int64_t most = length + MONTH_NS;
    if (!__builtin_sub_overflow(stamps[count - 1], stamps[0], &span) &&
        !__builtin_sub_overflow(stamps[0], most, &first) &&
        !__builtin_add_overflow(stamps[count - 1], most, &last))
        return 0;
    char from[TIME_ISO_MAX], to[TIME_ISO_MAX];
    time_format_date(from, sizeof(from), stamps[0]);
    time_format_date(to, sizeof(to), stamps[count - 1]);
    return err_set(
        err, ERR_FORMAT,
        "%s: time: %s to %s: more than 292 years, or at the end of what time can hold (split "
        "the file)",
        path, from, to);
}

int timeframe_infer(const char *path, const int64_t *stamps, int64_t count, struct timeframe *ret,
                    struct err *err) {
    if (count < 2)
        return err_set(err, ERR_FORMAT,
                       "%s: timeframe: one row has no step to tell it from (say it: timeframe: 1d)",
                       path);
    int error = check_span(path, 0, stamps, count, err);
    if (error != 0)
        return error;
    int64_t step = most_frequent_step(stamps, count);
    struct timeframe month;
    CHECK(timeframe_parse("1mo", &month));
    if (step >= 28 * TIME_DAY && step <= 31 * TIME_DAY &&
        find_short_step(&month, stamps, count) == count) {
        *ret = month;
        return 0;
    }
    struct timeframe timeframe = {.ns = step};
    char name[TIME_ISO_MAX];
    time_format_duration(name, sizeof(name), step);
    if (!str_copy_fixed(timeframe.name, sizeof(timeframe.name), name) || step % TIME_SECOND != 0)
        return err_set(
            err, ERR_FORMAT,
            "%s: timeframe: %s: the most frequent step is no timeframe (say it: timeframe: "
            "1m)",
            path, name);
    *ret = timeframe;
    return 0;
}

/* Some step is exactly as long as the timeframe (days: to the hour, months: any). */
static bool has_whole_step(const struct timeframe *timeframe, const int64_t *stamps,
                           int64_t count) {
    int64_t slack = timeframe->ns % TIME_DAY == 0 ? CLOCK_CHANGE : 0;
    for (int64_t i = 1; i < count; i++)
        if (stamps[i] - stamps[i - 1] <= timeframe->ns + slack || timeframe->months != 0)
            return true;
    return false;
}

int timeframe_check(const char *path, const struct timeframe *timeframe, const int64_t *stamps,
                    int64_t count, struct err *err) {
    int error = check_span(path, timeframe->ns, stamps, count, err);
    if (error != 0)
        return error;
    int64_t i = find_short_step(timeframe, stamps, count);
    if (i < count) {
        char before[TIME_ISO_MAX], at[TIME_ISO_MAX], step[TIME_ISO_MAX];
        time_format_iso(before, sizeof(before), stamps[i - 1]);
        time_format_iso(at, sizeof(at), stamps[i]);
        time_format_duration(step, sizeof(step), stamps[i] - stamps[i - 1]);
        return err_set(err, ERR_FORMAT,
                       "%s:%lld: time: %s: %s after line %lld (%s), shorter than the timeframe %s "
                       "(correct the row, or say another timeframe)",
                       path, (long long)i + 2, at, step, (long long)i + 1, before, timeframe->name);
    }
    if (count > STEPS_ENOUGH && !has_whole_step(timeframe, stamps, count)) {
        char step[TIME_ISO_MAX];
        time_format_duration(step, sizeof(step), most_frequent_step(stamps, count));
        return err_set(err, ERR_FORMAT,
                       "%s: timeframe: %s: no two rows are this close, most are %s apart (say the "
                       "timeframe of the file)",
                       path, timeframe->name, step);
    }
    return 0;
}

void timeframe_other_ends(const struct timeframe *timeframe, enum bar_stamp stamp,
                          const int64_t *stamps, int64_t count, int64_t *ret_ends) {
    int sign = stamp == BAR_STAMP_OPEN ? 1 : -1;
    if (timeframe->months == 0) {
        int64_t offset = sign * timeframe->ns;
        for (int64_t i = 0; i < count; i++)
            ret_ends[i] = stamps[i] + offset;
        return;
    }
    bool to_month_end = all_month_ends(stamps, count);
    for (int64_t i = 0; i < count; i++)
        ret_ends[i] = add_months(stamps[i], sign * timeframe->months, to_month_end);
}
