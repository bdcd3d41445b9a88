/* data/column_cache, mostly through series_open: the same columns whatever is or happens to the
 * cache. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/hash.h"
#include "base/rng.h"
#include "data/column_cache.h"
#include "data/series.h"
#include "data_files.h"

#define ROWS 300

static const char *folder;
static char path[128], columns[160];

/* A source that was last written an hour ago, so that its times can be trusted. */
static void write_source(const char *file, int variant) {
    FILE *out = fopen(file, "w");
    fputs("time,open,high,low,close,volume\n", out);
    for (int i = 0; i < ROWS; i++)
        fprintf(out, "%d,%d.5,%d,%d,%d.25,%d\n", 1500000000 + i * 60, i + 2, i + 3, i + 1, i + 2,
                (i + variant) % 10);
    fclose(out);
    struct timespec hour_ago[2] = {{.tv_sec = time(NULL) - 3600}, {.tv_sec = time(NULL) - 3600}};
    cr_assert_eq(utimensat(AT_FDCWD, file, hour_ago, 0), 0);
}

static void setup(void) {
    folder = new_folder();
    snprintf(path, sizeof(path), "%s/src_1m.csv", folder);
    snprintf(columns, sizeof(columns), "%s/cache/columns", folder);
    char cache[160];
    snprintf(cache, sizeof(cache), "%s/cache", folder);
    setenv("QS_CACHE", cache, 1);
    write_source(path, 0);
}

static void teardown(void) { remove_folder(folder); }

TestSuite(column_cache, .init = setup, .fini = teardown);

/* The one file of the cache; false when it has none, and a failure when it has several. */
static bool find_column_file(char ret_file[512]) {
    DIR *dir = opendir(columns);
    int count = 0;
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.') {
            snprintf(ret_file, 512, "%s/%s", columns, entry->d_name);
            count++;
        }
    if (dir != NULL)
        closedir(dir);
    cr_assert_leq(count, 1);
    return count == 1;
}

/* What the bars must be, from arithmetic alone. */
static void expect_bars(const struct series *series, int variant) {
    cr_assert_eq(series->bars.count, ROWS);
    for (int i = 0; i < ROWS; i++) {
        cr_assert_eq(series->bars.open_time[i], (INT64_C(1500000000) + i * 60) * 1000000000);
        cr_assert_eq(series->bars.close_time[i], (INT64_C(1500000060) + i * 60) * 1000000000);
        cr_assert_eq(series->bars.open[i], i + 2.5);
        cr_assert_eq(series->bars.high[i], i + 3);
        cr_assert_eq(series->bars.low[i], i + 1);
        cr_assert_eq(series->bars.close[i], i + 2.25);
        cr_assert_eq(series->bars.volume[i], (i + variant) % 10);
    }
    cr_assert(hash128_eq(series->bars_hash, series_hash_bars(&series->bars)));
}

/* Opens, checks all, and says whether the cache served it. */
static bool open_cached(int variant) {
    struct series_spec spec = {.path = path};
    struct series *series;
    struct err err = {0};
    cr_assert_eq(series_open(&spec, &series, &err), 0, "%s", err.text);
    expect_bars(series, variant);
    cr_assert_str_eq(series->symbol, "SRC");
    cr_assert_str_eq(series->timeframe.name, "1m");
    char bytes[32768];
    FILE *file = fopen(path, "rb");
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert(hash128_eq(series->source_hash, hash128(bytes, len)));
    bool cached = series->cached;
    series_close(&series);
    return cached;
}

/* Makes the column file look older than its source's change is recent: trusted by identity. */
static void let_time_pass(void) {
    char file[512];
    cr_assert(find_column_file(file));
    struct timespec later[2] = {{.tv_sec = time(NULL) + 60}, {.tv_sec = time(NULL) + 60}};
    cr_assert_eq(utimensat(AT_FDCWD, file, later, 0), 0);
}

Test(column_cache, the_second_opening_is_served_from_it) {
    char file[512];
    cr_assert_not(find_column_file(file));
    cr_expect_not(open_cached(0));
    cr_assert(find_column_file(file));
    struct stat st;
    cr_assert_eq(stat(file, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    cr_expect(open_cached(0));
    cr_expect(open_cached(0));
}

/* Whether the first page of the source is in the page cache. */
static bool is_resident(void) {
    int fd = open(path, O_RDONLY);
    unsigned char resident = 0;
    void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    cr_assert_neq(map, MAP_FAILED);
    cr_assert_eq(mincore(map, 4096, &resident), 0);
    munmap(map, 4096);
    close(fd);
    return resident & 1;
}

static void drop_from_page_cache(void) {
    int fd = open(path, O_RDONLY);
    cr_assert_eq(fsync(fd), 0);
    cr_assert_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    close(fd);
}

Test(column_cache, with_the_same_identity_the_source_is_not_read) {
    struct column_key key = {path, BAR_STAMP_OPEN, "1m"};
    struct column_file found;
    cr_expect_not(open_cached(0));
    drop_from_page_cache();
    if (is_resident())
        cr_skip("a file system without a page cache of its own");
    cr_assert(
        column_cache_find(&key, &found)); /* written just now: not trusted, read, stored again */
    column_file_close(&found);
    cr_expect(is_resident());
    let_time_pass();
    drop_from_page_cache();
    cr_assert(column_cache_find(&key, &found));
    cr_expect_eq(found.columns.count, ROWS);
    column_file_close(&found);
    cr_expect_not(is_resident());
}

Test(column_cache, a_changed_source_is_read_again) {
    cr_expect_not(open_cached(0));
    let_time_pass();
    write_source(path, 1); /* the same size and mtime, other volumes */
    cr_expect_not(open_cached(1));
    cr_expect(open_cached(1));
    let_time_pass();
    cr_expect(open_cached(1));
    FILE *file = fopen(path, "a");
    fputs("\n", file);
    fclose(file);
    cr_expect_not(open_cached(1));
}

Test(column_cache, a_source_changed_in_the_same_tick_is_read_again) {
    for (int variant = 0; variant < 10; variant++) {
        write_source(path, variant); /* ctime is now: too near to the column file to be believed */
        cr_expect_not(open_cached(variant));
        cr_expect(open_cached(variant));
    }
}

Test(column_cache, a_touched_source_is_known_by_its_hash) {
    cr_expect_not(open_cached(0));
    write_source(path, 0); /* another ctime, the same bytes */
    cr_expect(open_cached(0));
    char copy[160];
    snprintf(copy, sizeof(copy), "%s.copy", path);
    write_source(copy, 0);
    cr_assert_eq(rename(copy, path), 0); /* another inode */
    cr_expect(open_cached(0));
    let_time_pass();
    cr_expect(open_cached(0));
}

Test(column_cache, stamp_and_timeframe_have_columns_of_their_own) {
    struct series_spec specs[] = {{.path = path},
                                  {.path = path, .stamp = BAR_STAMP_CLOSE},
                                  {.path = path, .stamp = BAR_STAMP_CLOSE},
                                  {.path = path, .timeframe = "1m"}};
    static const int64_t open_shift[] = {0, -60, -60, 0};
    static const bool first_cached[] = {false, false, true, true};
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 4; i++) {
            struct series *series;
            struct err err;
            cr_assert_eq(series_open(&specs[i], &series, &err), 0);
            cr_expect_eq(series->cached, round == 1 || first_cached[i]);
            cr_expect_eq(series->bars.open_time[0],
                         (INT64_C(1500000000) + open_shift[i]) * 1000000000);
            cr_expect_eq(series->bars.close_time[0] - series->bars.open_time[0],
                         INT64_C(60000000000));
            series_close(&series);
        }
}

Test(column_cache, no_cache_leaves_no_trace) {
    struct series_spec spec = {.path = path, .no_cache = true};
    struct series *series;
    struct err err;
    cr_assert_eq(series_open(&spec, &series, &err), 0);
    expect_bars(series, 0);
    series_close(&series);
    char file[512];
    cr_expect_not(find_column_file(file));
}

Test(column_cache, ranges_are_cut_from_the_same_columns) {
    cr_expect_not(open_cached(0));
    int64_t start = INT64_C(1500000600) * 1000000000;
    struct series_spec spec = {.path = path, .start = start, .end = INT64_MAX};
    struct series *cached, *read;
    struct err err;
    cr_assert_eq(series_open(&spec, &cached, &err), 0);
    spec.no_cache = true;
    cr_assert_eq(series_open(&spec, &read, &err), 0);
    cr_expect(cached->cached);
    cr_expect_eq(cached->bars.count, ROWS - 10);
    cr_expect(hash128_eq(cached->bars_hash, read->bars_hash));
    cr_expect_eq(cached->first_line, read->first_line);
    series_close(&cached);
    series_close(&read);
}

static size_t read_file(const char *file, char *bytes, size_t cap) {
    FILE *in = fopen(file, "rb");
    size_t len = fread(bytes, 1, cap, in);
    fclose(in);
    return len;
}

Test(column_cache, damaged_files_are_replaced) {
    static char good[65536], bad[65536 + 64];
    char file[512];
    open_cached(0);
    cr_assert(find_column_file(file));
    size_t len = read_file(file, good, sizeof(good));
    cr_assert_lt(len, sizeof(good));
    struct rng rng;
    rng_seed(&rng, 21);
    for (int run = 0; run < 300; run++) {
        memcpy(bad, good, len);
        size_t bad_len = len;
        if (run % 4 == 0)
            bad_len = rng_below(&rng, len); /* cut */
        else if (run % 4 == 1)
            bad_len = len + 1 + rng_below(&rng, 60); /* longer */
        else if (run % 4 == 2)
            bad[rng_below(&rng, run % 8 == 2 ? 240 : len)] ^= (char)(1 << rng_below(&rng, 8));
        else
            for (size_t i = rng_below(&rng, len); i < bad_len; i++)
                bad[i] = (char)rng_u64(&rng);
        write_bytes(file, bad, bad_len);
        bool is_padding = memcmp(bad, good, bad_len < len ? bad_len : len) == 0 && bad_len == len;
        /* A bit between the header and the columns may flip: nothing is stored there. */
        bool cached = open_cached(0);
        if (cached && !is_padding)
            for (size_t i = 0; i < len; i++)
                cr_assert(bad[i] == good[i] || (i >= 168 && i < 4096), "run %d byte %zu", run, i);
        open_cached(0);
        write_bytes(file, good, len);
    }
    char found[512];
    cr_assert(find_column_file(found));
    cr_expect_str_eq(found, file);
}

Test(column_cache, a_file_of_another_source_is_not_taken) {
    char file[512], other[160], saved[200];
    open_cached(0);
    cr_assert(find_column_file(file));
    snprintf(saved, sizeof(saved), "%s/saved", folder);
    cr_assert_eq(rename(file, saved), 0);
    snprintf(other, sizeof(other), "%s/other_1m.csv", folder);
    write_source(other, 5);
    struct series_spec spec = {.path = other};
    struct series *series;
    struct err err;
    cr_assert_eq(series_open(&spec, &series, &err), 0);
    series_close(&series);
    cr_assert(find_column_file(file));
    cr_assert_eq(rename(saved, file), 0);
    cr_assert_eq(series_open(&spec, &series, &err), 0);
    cr_expect_not(series->cached);
    expect_bars(series, 5);
    series_close(&series);
}

Test(column_cache, a_place_that_cannot_be_written_means_no_cache) {
    char cache[160];
    snprintf(cache, sizeof(cache), "%s/file", folder);
    write_text(cache, "in the way");
    setenv("QS_CACHE", cache, 1);
    cr_expect_not(open_cached(0));
    cr_expect_not(open_cached(0));
    setenv("QS_CACHE", "/proc/nowhere", 1);
    cr_expect_not(open_cached(0));
    unsetenv("QS_CACHE");
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    cr_expect_not(open_cached(0));
}

Test(column_cache, the_folder_follows_the_environment) {
    char home[160], expected[200];
    snprintf(home, sizeof(home), "%s/home", folder);
    unsetenv("QS_CACHE");
    setenv("XDG_CACHE_HOME", home, 1);
    open_cached(0);
    snprintf(expected, sizeof(expected), "%s/quasar/columns", home);
    cr_expect_eq(access(expected, F_OK), 0);
    unsetenv("XDG_CACHE_HOME");
    setenv("HOME", home, 1);
    open_cached(0);
    snprintf(expected, sizeof(expected), "%s/.cache/quasar/columns", home);
    cr_expect_eq(access(expected, F_OK), 0);
}

Test(column_cache, a_full_disk_means_no_cache) {
    /* A limit on the size of files is what a full disk looks like to write(2). */
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {5000, 5000};
        setrlimit(RLIMIT_FSIZE, &limit);
        struct series_spec spec = {.path = path};
        struct series *series;
        struct err err;
        _exit(series_open(&spec, &series, &err) == 0 && !series->cached &&
                      series->bars.count == ROWS
                  ? 7
                  : 8);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(WEXITSTATUS(status), 7);
    char file[512];
    cr_expect_not(find_column_file(file)); /* nothing half written is left */
}

/* In a child: no assertions there. */
static void remove_column_files(void) {
    DIR *dir = opendir(columns);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir != NULL)
        closedir(dir);
}

static int open_often(void) {
    for (int round = 0; round < 40; round++) {
        struct series_spec spec = {.path = path};
        struct series *series;
        struct err err;
        if (series_open(&spec, &series, &err) != 0 || series->bars.count != ROWS ||
            series->bars.close[ROWS - 1] != ROWS + 1.25)
            return 1;
        series_close(&series);
        if (round % 3 == 0)
            remove_column_files();
    }
    return 0;
}

Test(column_cache, many_processes_may_write_at_once) {
    pid_t children[8];
    for (int i = 0; i < 8; i++)
        if ((children[i] = fork()) == 0)
            _exit(open_often());
    for (int i = 0; i < 8; i++) {
        int status;
        cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
        cr_expect_eq(status, 0);
    }
    open_cached(0);
    cr_expect(open_cached(0));
}
