/*
 * data/timeframe.h - how long the bars of a file are, and what its stamps therefore mean.
 *
 * A timeframe is a fixed duration ("5m", "1d", "1w") or whole calendar months ("1mo"), whose bars
 * end where the next month begins. Stamps are the opens or the closes of the bars; the other end is
 * one timeframe away. Months keep the day of the stamp (clipped to the month's length), or, in a
 * file whose stamps are all the last day of their month, stay on the last day. The timeframe
 * contradicts a file in which a step is shorter than it: bars would overlap. Only bars of whole
 * days may be one hour short (local midnights where the clocks go forward).
 */
#ifndef DATA_TIMEFRAME_H
#define DATA_TIMEFRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct timeframe {
    char name[16];  /* canonical: "1h" for "60m" */
    int64_t ns;     /* of months: a twelfth of the mean Gregorian year for each */
    int32_t months; /* 0: a fixed duration */
};

enum bar_stamp { BAR_STAMP_OPEN, BAR_STAMP_CLOSE };

/* "30s" "5m" "4h" "1d" "2w" "1mo" "3mo", up to ten years. false (ret untouched) for anything else.
 */
bool timeframe_parse(const char *text, struct timeframe *ret);

/* The most frequent step of the stamps (ascending; of equally frequent ones the shortest); steps of
 * a calendar month make "1mo". path is for the sentence: ERR_FORMAT when there are fewer than two.
 */
int timeframe_infer(const char *path, const int64_t *stamps, int64_t count, struct timeframe *ret,
                    struct err *err) NODISCARD;

/* Refuses with both stamps and the line when a step is shorter than the timeframe, and when not one
 * of ten or more steps is as long as it. Row i is said to stand in line i + 2. */
int timeframe_check(const char *path, const struct timeframe *timeframe, const int64_t *stamps,
                    int64_t count, struct err *err) NODISCARD;

/* The other end of every bar: closes when the stamps are opens, opens when they are closes. Call it
 * only for what timeframe_check accepted: then the ends ascend strictly. */
void timeframe_other_ends(const struct timeframe *timeframe, enum bar_stamp stamp,
                          const int64_t *stamps, int64_t count, int64_t *ret_ends);

#endif
