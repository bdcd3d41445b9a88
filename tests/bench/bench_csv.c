/*
 * Reading bars, 1 M rows of a file like eurusd_1m.csv, always against something in the same run:
 *   csv_read     against a loop of getline, time_parse_iso and strtod, and against `wc -l`
 *   csv_cached   opening the series from its column file against opening it from the text
 * Best of ROUNDS, the rivals taking turns. Arguments: [ROWS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/time.h"
#include "data/csv.h"
#include "data/series.h"

#define ROUNDS 9

static double now_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what, const char *why) {
    fprintf(stderr, "bench_csv: %s: %s\n", what, why);
    exit(1);
}

/* Minutes with six decimals and volume 0, as the shared eurusd_1m.csv has them. */
static void write_rows(const char *path, int64_t rows) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        die(path, "cannot be written");
    struct rng rng;
    rng_seed(&rng, 1);
    int64_t price = 1052090; /* millionths */
    fputs("time,open,high,low,close,volume\n", file);
    for (int64_t i = 0; i < rows; i++) {
        int64_t open = price, close = price + (int64_t)rng_below(&rng, 401) - 200;
        price = close < 500000 || close > 2000000 ? open : close;
        int64_t high = max_i64(open, price) + (int64_t)rng_below(&rng, 100);
        int64_t low = min_i64(open, price) - (int64_t)rng_below(&rng, 100);
        char time[TIME_ISO_MAX];
        time_format_iso(time, sizeof(time), (INT64_C(1483340400) + i * 60) * TIME_SECOND);
        const int64_t values[] = {open, high, low, price};
        fputs(time, file);
        for (int k = 0; k < 4; k++)
            fprintf(file, ",%lld.%06lld", (long long)(values[k] / 1000000),
                    (long long)(values[k] % 1000000));
        fputs(",0\n", file);
    }
    if (fclose(file) != 0)
        die(path, "cannot be written");
}

static volatile double sink; /* what is read is used */

static int64_t read_csv(const char *path) {
    struct csv_bars bars;
    struct err err;
    if (csv_read(path, NULL, &bars, &err) != 0)
        die("csv_read", err.text);
    int64_t count = bars.count;
    sink = bars.close[count - 1];
    csv_bars_fini(&bars);
    return count;
}

/* What one would write without thinking of speed: columns of the same kind, no checks. */
static int64_t read_getline(const char *path, int64_t rows) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    int64_t *times = malloc((size_t)rows * sizeof(*times)), count = 0;
    double *columns = malloc((size_t)rows * 5 * sizeof(*columns));
    if (file == NULL || times == NULL || columns == NULL || getline(&line, &cap, file) < 0)
        die(path, "cannot be read");
    while (count < rows && getline(&line, &cap, file) > 0) {
        char *at = strchr(line, ',');
        if (at == NULL || !time_parse_iso(line, (size_t)(at - line), &times[count]))
            die(path, "a row without a time");
        for (int k = 0; k < 5; k++)
            columns[k * rows + count] = strtod(at + 1, &at);
        count++;
    }
    sink = columns[3 * rows + count - 1];
    free(times);
    free(columns);
    free(line);
    fclose(file);
    return count;
}

static void count_lines(const char *path) {
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) != NULL)
            execlp("wc", "wc", "-l", path, (char *)NULL);
        _exit(127);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        die("wc -l", "did not run");
}

static bool open_series(const char *path, bool no_cache) {
    struct series_spec spec = {.path = path, .no_cache = no_cache};
    struct series *series;
    struct err err;
    if (series_open(&spec, &series, &err) != 0)
        die("series_open", err.text);
    bool cached = series->cached;
    sink = series->bars.close[series->bars.count - 1];
    series_close(&series);
    return cached;
}

enum { CSV, GETLINE, WC, SERIES_READ, SERIES_CACHED, KINDS };

static void run(int kind, const char *path, int64_t rows) {
    if (kind == CSV && read_csv(path) != rows)
        die("csv_read", "not all rows");
    if (kind == GETLINE && read_getline(path, rows) != rows)
        die("getline", "not all rows");
    if (kind == WC)
        count_lines(path);
    if (kind == SERIES_READ)
        open_series(path, true);
    if (kind == SERIES_CACHED && !open_series(path, false))
        die("series_open", "not from the cache");
}

static void print(const char *bench, const char *against, double seconds, double other,
                  int64_t rows) {
    printf("{\"bench\":\"%s\",\"ratio\":%.4f,\"against\":\"%s\",\"n\":%lld,\"ns_per_row\":%.1f,"
           "\"against_ns_per_row\":%.1f}\n",
           bench, seconds / other, against, (long long)rows, seconds * 1e9 / (double)rows,
           other * 1e9 / (double)rows);
}

int main(int argc, char **argv) {
    int64_t rows = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000;
    char folder[] = "/tmp/bench_csv_XXXXXX", path[64], command[80];
    if (rows < 2 || mkdtemp(folder) == NULL || setenv("QS_CACHE", folder, 1) != 0)
        die("usage", "bench_csv [ROWS]");
    snprintf(path, sizeof(path), "%s/eurusd_1m.csv", folder);
    write_rows(path, rows);
    struct timespec pause = {.tv_nsec = 200000000}; /* so that the source's times can be trusted */
    nanosleep(&pause, NULL);
    open_series(path, false); /* fills the cache */

    double best[KINDS];
    for (int kind = 0; kind < KINDS; kind++)
        best[kind] = 1e9;
    for (int round = 0; round < ROUNDS; round++)
        for (int kind = 0; kind < KINDS; kind++) {
            double start = now_seconds();
            run(kind, path, rows);
            double seconds = now_seconds() - start;
            best[kind] = seconds < best[kind] ? seconds : best[kind];
        }
    print("csv_read", "getline+strtod", best[CSV], best[GETLINE], rows);
    print("csv_read", "wc -l", best[CSV], best[WC], rows);
    print("csv_cached", "csv_read", best[SERIES_CACHED], best[SERIES_READ], rows);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : 1;
}
