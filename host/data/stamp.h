/*
 * data/stamp.h - the times of a file's rows: ISO-8601, or epoch seconds, milliseconds, microseconds
 * or nanoseconds told apart by their size.
 *
 * The first stamp decides the form for the whole file; a later one of another form is refused. The
 * unit of an epoch is the coarsest in which the stamp lies within +-9.2e9 seconds of 1970 (so until
 * 2261): there is one answer for each number. Whole numbers that read as a date without dashes
 * (20130301) are refused as a first stamp. Epochs may have a fraction.
 */
#ifndef DATA_STAMP_H
#define DATA_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stamp_form {
    STAMP_UNKNOWN, /* before the first row */
    STAMP_ISO,
    STAMP_SECONDS,
    STAMP_MILLIS,
    STAMP_MICROS,
    STAMP_NANOS
};

/* Zeroed before the first stamp of a file. */
struct stamp_reader {
    enum stamp_form form;
    char day_text[10]; /* the date read last, and its midnight */
    int64_t day;
};

/* One stamp, all len bytes of it, as ns UTC. false when it is none or of another form than the ones
 * before; stamp_why has the reason. */
bool stamp_read(struct stamp_reader *reader, const char *text, size_t len, int64_t *ret);

/* Room for every result of stamp_why. */
#define STAMP_WHY_MAX 160

/* Why stamp_read said no to this text: "why (what to do)". */
void stamp_why(const struct stamp_reader *reader, const char *text, size_t len,
               char ret_text[STAMP_WHY_MAX]);

#endif
