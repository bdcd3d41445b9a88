/* Reads the bars and the golden columns that lie beside the repository (QS_SHARED, else ../shared
 * of the sources). Enough of CSV for those files: no quotes, an empty cell is NaN. */
#ifndef QS_TESTS_TA_SHARED_CSV_H
#define QS_TESTS_TA_SHARED_CSV_H

#include "unit/ta/series.h"

#ifdef QS_SOURCE_DIR
#define TA_SHARED_USUAL QS_SOURCE_DIR "/../shared"
#else
#define TA_SHARED_USUAL "../shared"
#endif

/* NULL, with a line on stderr, where the file is absent. */
static inline FILE *shared_open(const char *folder, const char *name) {
    char path[4096];
    const char *root = getenv("QS_SHARED");
    snprintf(path, sizeof path, "%s/%s/%s.csv", root ? root : TA_SHARED_USUAL, folder, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        fprintf(stderr, "%s is not there: skipped\n", path);
    return file;
}

/* Numbers behind the first column of a line; returns how many. */
static inline int csv_numbers(const char *line, double *values, int max) {
    int count = 0;
    const char *cell = strchr(line, ',');
    while (cell != NULL && count < max) {
        cell++;
        char *end;
        double value = strtod(cell, &end);
        values[count++] = end == cell ? NAN : value;
        cell = strchr(cell, ',');
    }
    return count;
}

/* Columns of `name`, each with room for `max` rows; returns the rows, -1 where it is absent. */
static inline int64_t shared_columns(const char *folder, const char *name, int columns,
                                     double *const *out, int64_t max) {
    FILE *file = shared_open(folder, name);
    if (file == NULL)
        return -1;
    char line[4096];
    double values[32];
    int64_t rows = 0;
    cr_assert(fgets(line, sizeof line, file) != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        cr_assert(rows < max);
        cr_assert_eq(csv_numbers(line, values, 32), columns, "%s row %lld", name, (long long)rows);
        for (int j = 0; j < columns; j++)
            out[j][rows] = values[j];
        rows++;
    }
    fclose(file);
    return rows;
}

#define TA_SHARED_ROWS 20000

/* 1 with the bars of data/<name>.csv in s; 0 where the file is absent. */
static inline int shared_bars(const char *name, struct series *s) {
    series_init(s, TA_SHARED_ROWS);
    int64_t rows = shared_columns("data", name, TA_FIELD_COUNT, s->col, TA_SHARED_ROWS);
    if (rows < 0)
        series_fini(s);
    s->n = rows;
    return rows >= 0;
}

#endif
