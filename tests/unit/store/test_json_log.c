/* The JSON-lines logs: whole lines, also of several processes and when they are renamed. */
#include "store/json_log.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

static char folder[100], path[150], trades[200];

static void make_folder(void) {
    snprintf(folder, sizeof(folder), "/tmp/qs_log_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/quasar.sqlite", folder);
    snprintf(trades, sizeof(trades), "%s/.quasar/logs/trades.log", folder);
}

static void drop_folder(void) {
    char command[200];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(json_log, .init = make_folder, .fini = drop_folder);

/* 2013-03-01 is day 15765: 43 * 365 days, 11 leap days (1972 to 2012), 31 + 28 of 2013. */
#define MARCH (INT64_C(15765) * 86400 * 1000000000)

static int line(struct json_log *log, enum json_log_stream stream, const char *message,
                struct jv *context) {
    struct err err;
    return json_log_line(log, stream, MARCH, "backtest", "info", message, context, &err);
}

static void expect_file(const char *name, const char *wanted) {
    struct err err;
    char *text = NULL;
    cr_assert_eq(fs_read_all(name, 100000, &text, NULL, &err), 0, "%s", err.text);
    cr_expect_str_eq(text, wanted);
    mem_free(text);
}

Test(json_log, writes_one_object_a_line_when_flushed) {
    struct json_log *log = json_log_create(path);
    struct err err;
    struct jv *context = jv_object();
    char quasar[200], errors[300];
    snprintf(quasar, sizeof(quasar), "%s/.quasar", folder);
    snprintf(errors, sizeof(errors), "%s/logs/errors.log", quasar);
    cr_expect_eq(json_log_flush(log, &err), 0);
    cr_expect(!fs_exists(quasar)); /* nothing before the first line */
    jv_put_i64(context, "run", 3);
    cr_expect_eq(line(log, JSON_LOG_TRADES, "closed \"a\"\n", context), 0);
    cr_expect_eq(line(log, JSON_LOG_TRADES, "more", NULL), 0);
    cr_expect_eq(line(log, JSON_LOG_ERRORS, "bad", NULL), 0);
    cr_expect(!fs_exists(quasar));
    cr_assert_eq(json_log_flush(log, &err), 0, "%s", err.text);
    expect_file(trades,
                "{\"timestamp\":\"2013-03-01T00:00:00Z\",\"component\":\"backtest\","
                "\"level\":\"info\",\"message\":\"closed \\\"a\\\"\\n\",\"context\":{\"run\":3}}\n"
                "{\"timestamp\":\"2013-03-01T00:00:00Z\",\"component\":\"backtest\","
                "\"level\":\"info\",\"message\":\"more\",\"context\":{}}\n");
    expect_file(errors, "{\"timestamp\":\"2013-03-01T00:00:00Z\",\"component\":\"backtest\","
                        "\"level\":\"info\",\"message\":\"bad\",\"context\":{}}\n");
    json_log_destroy(&log);
    cr_expect_null(log);
    json_log_destroy(&log);
}

Test(json_log, appends_and_flushes_at_the_end) {
    for (int i = 0; i < 2; i++) {
        struct json_log *log = json_log_create(path);
        cr_expect_eq(line(log, JSON_LOG_TRADES, "x", NULL), 0);
        json_log_destroy(&log);
    }
    struct stat what;
    cr_assert_eq(stat(trades, &what), 0);
    const char *one = "{\"timestamp\":\"2013-03-01T00:00:00Z\",\"component\":\"backtest\","
                      "\"level\":\"info\",\"message\":\"x\",\"context\":{}}\n";
    cr_expect_eq((size_t)what.st_size, 2 * strlen(one));
}

Test(json_log, lines_of_several_processes_do_not_mix) {
    enum { PROCESSES = 4, EACH = 3000 };
    pid_t children[PROCESSES];
    fflush(NULL);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct json_log *log = json_log_create(path);
            int rc = 0;
            for (int k = 0; k < EACH && rc == 0; k++)
                rc = line(log, JSON_LOG_TRADES, "a message of some length", NULL);
            json_log_destroy(&log);
            _exit(rc != 0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        waitpid(children[i], &status, 0);
        cr_expect_eq(status, 0);
    }
    struct err err;
    char *text = NULL;
    size_t lines = 0;
    cr_assert_eq(fs_read_all(trades, 10000000, &text, NULL, &err), 0, "%s", err.text);
    for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, lines++) {
        struct jv *value = jv_parse(at, (size_t)(end - at), &err);
        cr_assert_not_null(value, "%s", err.text);
        jv_free(value);
    }
    cr_expect_eq(lines, PROCESSES * EACH);
    mem_free(text);
}

Test(json_log, a_file_over_64_mib_is_renamed_before_the_next_line) {
    struct json_log *log = json_log_create(path);
    struct stat what;
    struct err err;
    char old[210];
    snprintf(old, sizeof(old), "%s.1", trades);
    cr_expect_eq(line(log, JSON_LOG_TRADES, "first", NULL), 0);
    cr_assert_eq(json_log_flush(log, &err), 0);
    cr_assert_eq(truncate(trades, 64 * 1024 * 1024), 0);
    cr_expect_eq(line(log, JSON_LOG_TRADES, "second", NULL), 0);
    cr_assert_eq(json_log_flush(log, &err), 0);
    cr_expect(!fs_exists(old)); /* at the limit, not over it; now it is */
    cr_expect_eq(line(log, JSON_LOG_TRADES, "third", NULL), 0);
    cr_assert_eq(json_log_flush(log, &err), 0);
    cr_assert_eq(stat(old, &what), 0);
    cr_expect(what.st_size > 64 * 1024 * 1024);
    expect_file(trades, "{\"timestamp\":\"2013-03-01T00:00:00Z\",\"component\":\"backtest\","
                        "\"level\":\"info\",\"message\":\"third\",\"context\":{}}\n");
    json_log_destroy(&log);
}

Test(json_log, what_cannot_be_written_is_said_and_lost) {
    struct json_log *log = json_log_create(path);
    struct err err;
    char quasar[200];
    snprintf(quasar, sizeof(quasar), "%s/.quasar", folder);
    FILE *file = fopen(quasar, "w"); /* a file where the folder should be */
    fclose(file);
    cr_expect_eq(line(log, JSON_LOG_TRADES, "lost", NULL), 0);
    cr_expect_neq(json_log_flush(log, &err), 0);
    cr_expect(strstr(err.text, ".quasar") != NULL, "%s", err.text);
    cr_expect_eq(json_log_flush(log, &err), 0); /* nothing is left to write */
    cr_assert_eq(unlink(quasar), 0);
    cr_expect_eq(line(log, JSON_LOG_TRADES, "x", NULL), 0);
    cr_expect_eq(json_log_flush(log, &err), 0, "%s", err.text);
    json_log_destroy(&log);
}

Test(json_log, a_full_disk_is_said) {
    struct json_log *log = json_log_create(path);
    struct err err;
    cr_expect_eq(line(log, JSON_LOG_TRADES, "x", NULL), 0);
    cr_assert_eq(json_log_flush(log, &err), 0);
    cr_assert_eq(unlink(trades), 0);
    cr_assert_eq(symlink("/dev/full", trades), 0);
    cr_expect_eq(line(log, JSON_LOG_TRADES, "x", NULL), 0);
    cr_expect_eq(json_log_flush(log, &err), ERR_IO);
    cr_expect(strstr(err.text, "No space left") != NULL, "%s", err.text);
    json_log_destroy(&log);
}
