/*
 * Whole commands: `qshost backtest` with ema_cross on 1 M synthetic minute bars, recorded, from
 * fork to the page on its stdout:
 *   backtest_cold  with an empty QS_CACHE: the CSV is read and its columns are kept
 *   backtest_warm  with the columns of an earlier run
 * against reading the file, in this run and in turns: a loop of getline, time_parse_iso and strtod,
 * and `cat FILE >/dev/null`. The file is in the page cache for all of them; the database is new
 * each time. Best of ROUNDS. The shares are those of the best run: prepare, run and record as it
 * says itself, the rest is starting, logs, the page and closing the database; cpu_seconds adds up
 * its processes (on a busy machine they are what to compare), peak_mib is the largest of them.
 * Arguments: [all|cold|warm] [ROWS]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "data/csv.h"

#define ROUNDS 7
#define QSHOST QS_BUILD_DIR "/bin/qshost"
#define STRATEGY QS_PLUGIN_DIR "/ema_cross.so"

enum rival { COLD, WARM, GETLINE, CAT, RIVALS };

struct measured {
    double seconds, cpu_seconds, prepare, run, record, peak_mib;
};

static char folder[] = "/tmp/qs_bench_commands_XXXXXX";
static char csv_path[80], page_path[80];
static volatile double sink; /* what is read is used */

static double seconds_on(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double now_seconds(void) { return seconds_on(CLOCK_MONOTONIC); }

static void remove_folder(void) {
    char command[80];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        fprintf(stderr, "bench_commands: %s is left behind\n", folder);
}

_Noreturn static void die(const char *what, const char *why) {
    fprintf(stderr, "bench_commands: %s: %s\n", what, why);
    remove_folder();
    exit(1);
}

static void shell(const char *command) {
    if (system(command) != 0)
        die(command, "failed");
}

static double seconds_of(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

/* Seconds from fork to exit; what it prints goes to out. */
static double run_command(const char *const argv[], const char *out, struct rusage *ret) {
    double begin = now_seconds();
    pid_t child = fork();
    if (child == 0) {
        int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
            execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    int status;
    if (child < 0 || wait4(child, &status, 0, ret) != child || status != 0)
        die(argv[0], "failed");
    return now_seconds() - begin;
}

/* ---- the command ---- */

static void read_page(struct measured *m) {
    char line[512];
    FILE *page = fopen(page_path, "r");
    bool found = false;
    while (page && !found && fgets(line, sizeof line, page))
        found = sscanf(line, " prepare %lf s, run %lf s, record %lf s", &m->prepare, &m->run,
                       &m->record) == 3;
    if (page)
        fclose(page);
    if (!found)
        die("qshost backtest", "its page says no times");
}

static struct measured backtest(bool is_cold) {
    char command[320], db[80];
    const char *const argv[] = {QSHOST,   "backtest", "--strategy", STRATEGY, "--data",
                                csv_path, "--db",     db,           NULL};
    struct rusage usage;
    struct measured m;
    snprintf(db, sizeof db, "%s/quasar.sqlite", folder);
    snprintf(command, sizeof command, "rm -rf %s %s-* %s/.quasar %s%s", db, db, folder,
             is_cold ? getenv("QS_CACHE") : "", is_cold ? "/*" : "");
    shell(command);
    m.seconds = run_command(argv, page_path, &usage);
    m.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    m.peak_mib = (double)usage.ru_maxrss / 1024.0;
    read_page(&m);
    return m;
}

/* ---- reading the file ---- */

/* What one would write without thinking of speed: columns of the same kind, no checks. */
static void read_getline(int64_t rows) {
    FILE *file = fopen(csv_path, "r");
    char *line = NULL;
    size_t cap = 0;
    int64_t *times = malloc((size_t)rows * sizeof *times), count = 0;
    double *columns = malloc((size_t)rows * 5 * sizeof *columns);
    if (!file || !times || !columns || getline(&line, &cap, file) < 0)
        die(csv_path, "cannot be read");
    while (count < rows && getline(&line, &cap, file) > 0) {
        char *at = strchr(line, ',');
        if (!at || !time_parse_iso(line, (size_t)(at - line), &times[count]))
            die(csv_path, "a row without a time");
        for (int k = 0; k < 5; k++)
            columns[k * rows + count] = strtod(at + 1, &at);
        count++;
    }
    sink = columns[3 * rows + count - 1] + (double)times[count - 1];
    if (count != rows)
        die(csv_path, "not all rows");
    free(times);
    free(columns);
    free(line);
    fclose(file);
}

static struct measured measure(enum rival rival, int64_t rows) {
    struct measured m = {0};
    struct rusage usage;
    if (rival == COLD || rival == WARM)
        return backtest(rival == COLD);
    double begin = now_seconds(), cpu = seconds_on(CLOCK_PROCESS_CPUTIME_ID);
    if (rival == GETLINE)
        read_getline(rows);
    else
        run_command((const char *const[]){"cat", csv_path, NULL}, "/dev/null", &usage);
    m.seconds = now_seconds() - begin;
    m.cpu_seconds = seconds_on(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return m;
}

/* ---- */

static void make_bars(int64_t rows) {
    char command[240];
    struct timespec pause = {.tv_nsec = 200000000}; /* so that the file's times can be trusted */
    if (!mkdtemp(folder))
        die(folder, "cannot be made");
    snprintf(csv_path, sizeof csv_path, "%s/X_1m.csv", folder);
    snprintf(page_path, sizeof page_path, "%s/page", folder);
    snprintf(command, sizeof command, "%s/cache", folder);
    setenv("QS_CACHE", command, 1); /* columns and builds: nothing of the user's is touched */
    snprintf(command, sizeof command,
             QSHOST " data synth --seed 1 --timeframe 1m --bars %lld -o %s >/dev/null",
             (long long)rows, csv_path);
    shell(command);
    nanosleep(&pause, NULL);
}

static void print(const char *name, const struct measured *m, const struct measured *all,
                  int64_t rows) {
    printf("{\"bench\":\"%s\",\"ratio\":%.3f,\"against\":\"getline+strtod\",\"ratio_to_cat\":%.1f,"
           "\"n\":%lld,\"seconds\":%.4f,\"getline_seconds\":%.4f,\"cat_seconds\":%.4f,"
           "\"prepare\":%.4f,\"run\":%.4f,\"record\":%.4f,\"rest\":%.4f,\"cpu_seconds\":%.4f,"
           "\"getline_cpu_seconds\":%.4f,\"peak_mib\":%.0f}\n",
           name, m->seconds / all[GETLINE].seconds, m->seconds / all[CAT].seconds, (long long)rows,
           m->seconds, all[GETLINE].seconds, all[CAT].seconds, m->prepare, m->run, m->record,
           m->seconds - m->prepare - m->run - m->record, m->cpu_seconds, all[GETLINE].cpu_seconds,
           m->peak_mib);
}

int main(int argc, char **argv) {
    const char *which = argc > 1 ? argv[1] : "all";
    int64_t rows = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000;
    bool wanted[RIVALS] = {[GETLINE] = true, [CAT] = true};
    struct measured best[RIVALS];
    wanted[COLD] = strcmp(which, "warm") != 0;
    wanted[WARM] = strcmp(which, "cold") != 0;
    if (rows < 2 || (wanted[COLD] && wanted[WARM] && strcmp(which, "all") != 0))
        die("usage", "bench_commands [all|cold|warm] [ROWS]");
    make_bars(rows);
    if (!wanted[COLD])
        (void)backtest(true); /* fills the cache */
    for (int i = 0; i < RIVALS; i++)
        best[i].seconds = 1e9;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < RIVALS; i++) {
            if (!wanted[i])
                continue;
            struct measured m = measure((enum rival)i, rows);
            if (m.seconds < best[i].seconds)
                best[i] = m;
        }
    if (wanted[COLD])
        print("backtest_cold", &best[COLD], best, rows);
    if (wanted[WARM])
        print("backtest_warm", &best[WARM], best, rows);
    remove_folder();
    return 0;
}
