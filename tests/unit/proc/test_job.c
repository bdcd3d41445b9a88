/*
 * Whole backtests in a worker, on 40 daily bars from 2024-01-01: bar 30 closes at
 * 2024-01-31T00:00Z. The forger is a strategy that is compiled here: at bar 3 it writes to the
 * worker's pipe, fd 3.
 */
#include "proc/job.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "proc/probe.h"
#include "run/recorder.h"

static char folder[64];
static struct run_conf *conf;
static struct plan *plan;
static struct job_result result;
static struct str records; /* as they came */
static struct err err;

static void setup(void) {
    char path[128];
    snprintf(folder, sizeof folder, "/tmp/qs_job_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("QS_CACHE", folder, 1);
    setenv("QS_DEADLINE_MS", "5000", 1);
    snprintf(path, sizeof path, "%s/aaa_1d.csv", folder);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    fputs("time,open,high,low,close,volume\n", file);
    for (int i = 0; i < 40; i++) { /* up and down by 5 around 100 */
        int price = 100 + (i % 10 < 5 ? i % 10 : 10 - i % 10);
        fprintf(file, "2024-%02d-%02d,%d,%d,%d,%d,100\n", 1 + i / 31, 1 + i % 31, price, price + 2,
                price - 2, price + 1);
    }
    cr_assert_eq(fclose(file), 0);
}

static void teardown(void) {
    char command[100];
    job_result_fini(&result);
    plan_destroy(&plan);
    run_conf_destroy(&conf);
    str_fini(&records);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}
TestSuite(job, .init = setup, .fini = teardown);

static int find_by_path(void *self, const char *path, struct descriptor *ret_descriptor,
                        struct build *ret_build, struct err *out) {
    (void)self;
    int r = probe_read(path, ret_descriptor, NULL, out);
    return r < 0 ? r : cache_take(path, NULL, ret_build, out);
}

static void plan_for(const char *so_path, const char *rest) {
    char yaml[8192];
    snprintf(yaml, sizeof yaml, "strategy: %s\ndata: [{file: aaa_1d.csv}]\n%s", so_path, rest);
    plan_destroy(&plan);
    run_conf_destroy(&conf);
    cr_assert_eq(run_conf_parse(yaml, strlen(yaml), "run.yaml", folder, &conf, &err), 0, "%s",
                 err.text);
    cr_assert_eq(plan_create(conf, (struct plan_finder){find_by_path, NULL}, &plan, &err), 0, "%s",
                 err.text);
}

static void plan_double(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/doubles/%s.so", QS_BUILD_DIR, name);
    plan_for(path, "");
}

static void plan_ema_cross(void) {
    char path[4096];
    snprintf(path, sizeof path, "%s/ema_cross.so", QS_PLUGIN_DIR);
    plan_for(path, "params: {fast: 2, slow: 4}\n");
}

static int keep(void *self, const void *bytes, size_t len, struct err *out) {
    (void)out;
    str_append_n(self, bytes, len);
    return 0;
}

static int run_as(bool is_inline, enum backtest_port port) {
    job_result_fini(&result);
    str_clear(&records);
    return job_run(
        &(struct job_spec){
            .plan = plan, .port = port, .is_inline = is_inline, .take = keep, .self = &records},
        &result, &err);
}

static int run(void) { return run_as(false, BACKTEST_DIRECT); }

static int count_fds(void) {
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    cr_assert_not_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* Fails with the strategy's name, its file, and words; leaves no process and no fd. */
static void fails(int code, const char *words) {
    char start[PATH_MAX + 200];
    int before = count_fds();
    cr_expect_eq(run(), code, "%s", err.text);
    snprintf(start, sizeof start, "strategy %s (%s): %s", plan->strategies[0].conf->name,
             plan->strategies[0].build.source, words);
    cr_expect_str_eq(err.text, start);
    cr_expect_eq(count_fds(), before);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- law 1 ---- */

Test(job, gives_the_same_journal_in_a_worker_inline_and_over_the_loopback) {
    struct str first = {0};
    struct hash128 hash;
    plan_ema_cross();
    cr_assert_eq(run(), 0, "%s", err.text);
    hash = result.run.journal;
    cr_expect(hash128_eq(hash, hash128(records.data, records.len)));
    cr_expect_eq(result.run.instants, 40);
    cr_expect_eq(result.run.bars, 40);
    str_append_n(&first, records.data, records.len);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(run_as(false, i ? BACKTEST_LOOPBACK : BACKTEST_DIRECT), 0, "%s", err.text);
        cr_expect(hash128_eq(result.run.journal, hash));
        cr_expect_eq(records.len, first.len);
        cr_expect_eq(memcmp(records.data, first.data, first.len), 0);
    }
    cr_assert_eq(run_as(true, BACKTEST_DIRECT), 0, "%s", err.text);
    cr_expect(hash128_eq(result.run.journal, hash));
    cr_expect_eq(memcmp(records.data, first.data, first.len), 0);
    cr_expect_eq(result.run.instants, 40);
    str_fini(&first);
}

Test(job, trades_in_that_run) {
    struct journal_record record;
    size_t size;
    int fills = 0;
    plan_ema_cross();
    cr_assert_eq(run(), 0, "%s", err.text);
    for (size_t at = 0; at < records.len; at += size) {
        cr_assert_eq(
            journal_next((uint8_t *)records.data + at, records.len - at, &record, &size, &err), 1);
        fills += record.kind == JOURNAL_FILL;
    }
    cr_expect_geq(fills, 6); /* four waves of ten bars: a cross up and a cross down each */
}

Test(job, plays_only_as_many_instants_as_asked) {
    plan_ema_cross();
    struct job_spec spec = {.plan = plan, .cut_after = 7, .take = keep, .self = &records};
    cr_assert_eq(job_run(&spec, &result, &err), 0, "%s", err.text);
    cr_expect_eq(result.run.instants, 7);
}

Test(job, leaves_nothing_behind_a_good_run) {
    plan_ema_cross();
    int before = count_fds();
    cr_assert_eq(run(), 0, "%s", err.text);
    cr_expect_eq(count_fds(), before);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}

Test(job, passes_its_own_recorder) {
    struct recorder recorder;
    plan_ema_cross();
    cr_assert_eq(recorder_init(&recorder, plan, NULL, NULL, &err), 0);
    struct job_spec spec = {.plan = plan, .take = recorder_take, .self = &recorder};
    cr_assert_eq(job_run(&spec, &result, &err), 0, "%s", err.text);
    cr_expect(hash128_eq(recorder_hash(&recorder), result.run.journal));
    recorder_fini(&recorder);
}

/* ---- faults of the plugin ---- */

Test(job, tells_where_a_strategy_crashed) {
    plan_double("bar_crash");
    fails(ERR_CRASH, "crashed with SIGSEGV at address 0x0 in on_bar at bar 30 "
                     "(2024-01-31T00:00:00Z)");
}

Test(job, tells_of_a_crash_before_the_first_bar) {
    plan_double("init_crash");
    fails(ERR_CRASH, "crashed with SIGSEGV at address 0x0 in on_init");
}

Test(job, tells_where_a_strategy_hangs) {
    plan_double("bar_hang");
    setenv("QS_DEADLINE_MS", "300", 1);
    fails(ERR_HANG, "hung in on_bar at bar 30 (2024-01-31T00:00:00Z): no answer in 0.3 s");
}

Test(job, takes_no_exit_for_an_end) {
    plan_double("bar_exit");
    fails(ERR_CRASH, "exited by itself (exit code 0) in on_bar at bar 30 (2024-01-31T00:00:00Z)");
}

/* Records of a kind among those that came; fails when they end inside one. */
static int count_records(uint16_t kind) {
    struct journal_record record;
    size_t size;
    int count = 0;
    for (size_t at = 0; at < records.len; at += size) {
        cr_assert_eq(
            journal_next((uint8_t *)records.data + at, records.len - at, &record, &size, &err), 1);
        count += record.kind == kind;
    }
    return count;
}

/* What came is how a run of the first `bars` bars begins, which ends well. */
static void has_recorded(int bars) {
    struct str whole = {0};
    struct job_spec spec = {.plan = plan, .cut_after = bars, .take = keep, .self = &whole};
    cr_expect_eq(count_records(JOURNAL_EQUITY), bars);
    cr_expect_eq(count_records(JOURNAL_END), 0);
    job_result_fini(&result);
    cr_assert_eq(job_run(&spec, &result, &err), 0, "%s", err.text);
    cr_expect_lt(records.len, whole.len);
    cr_expect_eq(memcmp(records.data, whole.data, records.len), 0);
    str_fini(&whole);
}

Test(job, has_all_records_before_the_bar_at_which_a_strategy_died) {
    static const char *const names[] = {"bar_crash", "bar_divides", "bar_exit"};
    for (int i = 0; i < 3; i++) {
        plan_double(names[i]);
        cr_expect_eq(run(), ERR_CRASH, "%s", err.text);
        has_recorded(29);
    }
    plan_double("bar_hang");
    setenv("QS_DEADLINE_MS", "300", 1);
    cr_expect_eq(run(), ERR_HANG, "%s", err.text);
    has_recorded(29);
}

Test(job, passes_on_what_the_worker_says_of_its_own_failure) {
    plan_double("init_refuses");
    cr_expect_lt(run(), 0);
    int code = err.code;
    char text[sizeof err.text];
    memcpy(text, err.text, sizeof text);
    cr_expect_not_null(strstr(text, "init_refuses"), "%s", text);
    cr_expect_eq(run_as(true, BACKTEST_DIRECT), code); /* and says the same inline */
    cr_expect_str_eq(err.text, text);
}

Test(job, goes_on_where_a_strategy_asks_for_nonsense) {
    static const char *const names[] = {"bar_garbage", "bar_floods"};
    for (int i = 0; i < 2; i++) {
        struct recorder recorder;
        plan_double(names[i]);
        cr_assert_eq(recorder_init(&recorder, plan, NULL, NULL, &err), 0);
        struct job_spec spec = {.plan = plan, .take = recorder_take, .self = &recorder};
        job_result_fini(&result);
        cr_expect_eq(job_run(&spec, &result, &err), 0, "%s: %s", names[i], err.text);
        cr_expect_eq(result.run.instants, 40);
        recorder_fini(&recorder);
    }
}

Test(job, keeps_what_a_strategy_prints_out_of_the_journal) {
    plan_double("bar_prints");
    cr_assert_eq(run(), 0, "%s", err.text);
    cr_expect_eq(strncmp(str_text(&result.output), "bar 1\nbar 2\n", 12), 0, "%s",
                 str_text(&result.output));
    cr_expect_not_null(strstr(str_text(&result.output), "bar 40\n"));
    cr_expect(hash128_eq(result.run.journal, hash128(records.data, records.len)));
}

/* ---- a parent that refuses ---- */

static int take_nothing(void *self, const void *bytes, size_t len, struct err *out) {
    (void)self, (void)bytes, (void)len;
    return err_set(out, ERR_IO, "the disk is full");
}

Test(job, ends_with_the_sentence_of_whoever_takes_the_records) {
    plan_double("bar_garbage");
    for (int is_inline = 0; is_inline < 2; is_inline++) {
        int before = count_fds();
        struct job_spec spec = {.plan = plan, .is_inline = is_inline, .take = take_nothing};
        job_result_fini(&result);
        cr_expect_eq(job_run(&spec, &result, &err), ERR_IO);
        cr_expect_str_eq(err.text, "the disk is full");
        cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
        cr_expect_leq(count_fds(), before + is_inline); /* inline the build stays mapped */
    }
}

/* ---- a worker that lies ---- */

static const char forger[] =
    "#include <quasar/strategy.h>\n"
    "#include <signal.h>\n"
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "#include <string.h>\n"
    "#include <unistd.h>\n"
    "struct params { int64_t act, lines; };\n"
    "struct head { uint16_t magic, kind; uint32_t length; };\n"
    "static void put(uint16_t magic, uint16_t kind, uint32_t length, uint32_t payload, int fill) {\n"
    "    static char bytes[8192];\n"
    "    struct head head = {magic, kind, length};\n"
    "    memset(bytes, fill, sizeof bytes);\n"
    "    memcpy(bytes, &head, sizeof head);\n"
    "    if (write(3, bytes, sizeof head + payload) < 0)\n"
    "        abort();\n"
    "}\n"
    /* what the parent shares: bytes used, bytes sent before, the block */
    "static uint64_t *find_shared(void) {\n"
    "    char line[512];\n"
    "    FILE *maps = fopen(\"/proc/self/maps\", \"r\");\n"
    "    while (maps && fgets(line, sizeof line, maps)) {\n"
    "        char *end;\n"
    "        uint64_t from = strtoull(line, &end, 16), to = strtoull(end + 1, NULL, 16);\n"
    "        if (strstr(line, \" rw-s \") && to - from >= 65536 && to - from < 131072)\n"
    "            return (uint64_t *)from;\n"
    "    }\n"
    "    abort();\n"
    "}\n"
    "static void on_bar(qs_ctx *c) {\n"
    "    const struct params *p = qs_params(c);\n"
    "    uint64_t *shared = p->act > 10 ? find_shared() : NULL;\n"
    "    for (int64_t i = 0; i < p->lines; i++)\n"
    "        qs_note(c, \"line\", \"of several words, so that a block is full now and then\");\n"
    "    if (c->view->bars != (p->lines ? 39 : 3))\n"
    "        return;\n"
    "    switch (p->act) {\n"
    "    case 1: put(0x7878, 0x7878, 0x78787878, 64, 'x'); break;\n" /* no frame at all */
    "    case 2: put(0x4a46, 9, 0, 0, 0); break;\n"                  /* an unknown kind */
    "    case 3: put(0x4a46, 2, 4, 4, 0); break;\n"                  /* a result of a wrong size */
    "    case 4: put(0x4a46, 1, 0xffffffff, 64, 0); break;\n"        /* 4 GiB to come */
    "    case 5: put(0x4a46, 2, SIZE_RESULT, SIZE_RESULT, 1); break;\n" /* a result, then goes on */
    "    case 6: put(0x4a46, 2, SIZE_RESULT, SIZE_RESULT, 1); _exit(0);\n"
    "    case 7: put(0x4a46, 3, SIZE_ERROR, SIZE_ERROR, 'e'); _exit(1);\n" /* text without an end */
    "    case 8: put(0x4a46, 1, 64, 64, 'x'); break;\n"   /* records that are none */
    "    case 9: put(0x4a46, 1, 4096, 8, 0); _exit(0);\n" /* half a frame */
    "    case 10: kill(getpid(), SIGKILL);\n"
    "    case 11: shared[0] = 65537; _exit(0);\n"
    "    case 12: shared[1] += 8; _exit(0);\n"
    "    case 13: shared[1] -= shared[1]; _exit(0);\n"
    "    case 14: memset(shared + 2, 'x', 65536); _exit(0);\n"
    "    case 15: memset((char *)(shared + 2) + shared[0], 'x', 64); shared[0] += 64; _exit(0);\n"
    "    }\n"
    "}\n"
    "QS_STRATEGY(.id = \"forger\", .version = \"1.0.0\",\n"
    "            .inputs = QS_INPUTS(QS_INT(struct params, act, 0, 0, 15),\n"
    "            QS_INT(struct params, lines, 0, 0, 1000)), .on_bar = on_bar)\n";

static void plan_forger_that_talks(int act, int lines) {
    char path[100], command[4096], params[64];
    const char *cc = getenv("CC") ? getenv("CC") : "cc";
    snprintf(path, sizeof path, "%s/forger.c", folder);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    fputs(forger, file);
    cr_assert_eq(fclose(file), 0);
    size_t error_size = sizeof(int32_t) + sizeof err.text;
    snprintf(command, sizeof command,
             "%s -std=c11 -O1 -D_GNU_SOURCE -DSIZE_RESULT=%zu -DSIZE_ERROR=%zu -ffp-contract=off "
             "-fvisibility=hidden -fPIC -shared -I'%s/sdk/include' -o '%s/forger.so' '%s' -lm",
             cc, sizeof(struct backtest_result), error_size, QS_SOURCE_DIR, folder, path);
    cr_assert_eq(system(command), 0);
    snprintf(path, sizeof path, "%s/forger.so", folder);
    snprintf(params, sizeof params, "params: {act: %d, lines: %d}\n", act, lines);
    plan_for(path, params);
}

static void plan_forger(int act) { plan_forger_that_talks(act, 0); }

static void refuses_forgery(int act, const char *sentence) {
    plan_forger(act);
    int before = count_fds();
    cr_expect_eq(run(), ERR_FORMAT, "%d %s", err.code, err.text);
    cr_expect_str_eq(err.text, sentence);
    cr_expect_eq(count_fds(), before);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}

Test(job, lets_a_forger_run_that_forges_nothing) {
    plan_forger(0);
    cr_expect_eq(run(), 0, "%s", err.text);
}
Test(job, refuses_bytes_that_are_no_frame) {
    refuses_forgery(1, "the worker sent bytes that are no frame");
}
Test(job, refuses_a_frame_of_an_unknown_kind) {
    refuses_forgery(2, "the worker sent a frame of kind 9 with 0 bytes");
}
Test(job, refuses_a_result_of_another_size) {
    refuses_forgery(3, "the worker sent a frame of kind 2 with 4 bytes");
}
Test(job, refuses_a_frame_that_would_never_fit) {
    refuses_forgery(4, "the worker sent bytes that are no frame");
}
Test(job, refuses_a_result_before_the_end) {
    refuses_forgery(5, "the worker went on after its last word");
}

Test(job, believes_no_result_of_a_worker_that_left) {
    plan_forger(6);
    fails(ERR_CRASH, "exited by itself (exit code 0) in on_bar at bar 3 (2024-01-04T00:00:00Z)");
}

Test(job, ends_an_endless_sentence) {
    plan_forger(7);
    cr_expect_eq(run(), ERR_INTERNAL, "%d", err.code); /* 0x65656565 is no code */
    cr_expect_eq(strnlen(err.text, sizeof err.text), sizeof err.text - 1);
    cr_expect_eq(err.text[0], 'e');
}

Test(job, gives_forged_records_to_the_recorder_which_refuses_them) {
    struct recorder recorder;
    plan_forger(8);
    cr_assert_eq(recorder_init(&recorder, plan, NULL, NULL, &err), 0);
    struct job_spec spec = {.plan = plan, .take = recorder_take, .self = &recorder};
    cr_expect_eq(job_run(&spec, &result, &err), ERR_FORMAT, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "journal: a record of "), "%s", err.text);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
    recorder_fini(&recorder);
}

Test(job, waits_for_no_half_frame_of_a_worker_that_left) {
    plan_forger(9);
    fails(ERR_CRASH, "exited by itself (exit code 0) in on_bar at bar 3 (2024-01-04T00:00:00Z)");
}

/* ---- what lay in the block of a worker that died ---- */

Test(job, has_all_records_of_a_worker_that_was_killed) {
    plan_forger(10);
    fails(ERR_CRASH, "was killed from outside (SIGKILL; out of memory?) in on_bar at bar 3 "
                     "(2024-01-04T00:00:00Z)");
    has_recorded(2);
}

/* The block has been sent some times: each record comes once, wherever a block ended. */
Test(job, has_each_record_once_after_many_blocks) {
    for (int lines = 10; lines < 300; lines += 37) {
        plan_forger_that_talks(10, lines);
        cr_expect_eq(run(), ERR_CRASH, "%s", err.text);
        has_recorded(38);
        cr_expect_eq(count_records(JOURNAL_NOTE), 38 * lines);
    }
}

Test(job, takes_no_bytes_out_of_a_block_that_contradicts_itself) {
    static const int acts[] = {11, 12, 13, 14};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        plan_forger(acts[i]);
        fails(ERR_CRASH, "exited by itself (exit code 0) in on_bar at bar 3 "
                         "(2024-01-04T00:00:00Z)");
        cr_expect_eq(count_records(JOURNAL_EQUITY), 0, "act %d", acts[i]);
        cr_expect_gt(count_records(JOURNAL_RUN), 0);
    }
}

Test(job, takes_the_whole_records_before_the_first_bad_one) {
    plan_forger(15);
    fails(ERR_CRASH, "exited by itself (exit code 0) in on_bar at bar 3 (2024-01-04T00:00:00Z)");
    has_recorded(2);
}

/* The header, which is sent by itself, and nothing else. */
static int take_once(void *self, const void *bytes, size_t len, struct err *out) {
    (void)bytes, (void)len;
    return ++*(int *)self > 1 ? err_set(out, ERR_FORMAT, "not that") : 0;
}

Test(job, keeps_the_sentence_of_the_crash_when_the_rest_is_refused) {
    plan_double("bar_crash");
    int taken = 0;
    struct job_spec spec = {.plan = plan, .take = take_once, .self = &taken};
    job_result_fini(&result);
    cr_expect_eq(job_run(&spec, &result, &err), ERR_CRASH);
    cr_expect_eq(taken, 2);
    cr_expect_not_null(strstr(err.text, "crashed with SIGSEGV"), "%s", err.text);
}
