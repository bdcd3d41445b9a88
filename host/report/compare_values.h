/*
 * report/compare_values.h - the plots, variables and notes of two sights, name by name.
 *
 * Inside of report/compare*. A name that comes several times meets itself in order.
 */
#ifndef REPORT_COMPARE_VALUES_H
#define REPORT_COMPARE_VALUES_H

#include <stdint.h>

#include "report/compare.h"

struct compare_value {
    const char *name, *before, *after; /* NULL where a side has none; into `text` */
};

struct compare_values {
    struct compare_value *items; /* as they came before, then those that are only after */
    int64_t count, cap;
    char *text[2];
};

/* Sights may be NULL. */
void compare_values_make(const struct compare_sight *before, const struct compare_sight *after,
                         struct compare_values *ret);
void compare_values_fini(struct compare_values *values);

#endif
