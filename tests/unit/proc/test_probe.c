#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "proc/probe.h"

static char folder[64];
static struct descriptor desc;
static struct probe_report report;
static struct err err;

static void setup(void) {
    strcpy(folder, "/tmp/qs_probe_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("QS_CACHE", folder, 1);
    setenv("QS_DEADLINE_MS", "1000", 1);
}

static void teardown(void) {
    char command[100];
    probe_report_fini(&report);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(probe, .init = setup, .fini = teardown);

static int probe(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/doubles/%s.so", QS_BUILD_DIR, name);
    return probe_read(path, &desc, &report, &err);
}

static void refused(const char *name, int code, const char *sentence) {
    char whole[8192];
    snprintf(whole, sizeof whole, "%s/doubles/%s.so: %s", QS_BUILD_DIR, name, sentence);
    cr_expect_eq(probe(name), code, "%s: %s", name, err.text);
    cr_expect_str_eq(err.text, whole);
}

Test(probe, reads_a_good_build) {
    cr_assert_eq(probe("bar_crash"), 0, "%s", err.text);
    cr_expect_str_eq(desc.id, "bar_crash");
    cr_expect_str_eq(desc.build, report.build.sha);
    cr_expect_str_eq(desc.path, report.build.source);
    cr_expect_eq(report.elf.warning_count, 0);
    cr_expect_eq(report.output.len, 0);
}

Test(probe, passes_on_what_the_child_refused) {
    refused("duplicate_inputs", ERR_PLUGIN,
            "inputs[2].name: expected a unique name, found a second \"fast\" (rename one of them)");
}

Test(probe, tells_crashes_exits_and_hangs) {
    refused(
        "wild_inputs", ERR_CRASH,
        "crashed with SIGSEGV at address 0x10 while its schema was read (a pointer of the schema "
        "is wild: look at inputs, variables and texts)");
    refused("ctor_exit", ERR_CRASH,
            "exited by itself (exit code 0) while its constructor ran (look at constructors, C++ "
            "globals and what they call)");
    refused("schema_hang", ERR_HANG,
            "hung in qs_schema: no answer in 1 s (qs_schema may only return the address of one "
            "static const struct)");
}

Test(probe, believes_no_answer_that_the_plugin_forged) {
    refused("ctor_forges", ERR_FORMAT,
            "ended without an answer, or with a broken one of 128 bytes (it must not write to file "
            "descriptors that are not its own)");
    refused("ctor_floods", ERR_FORMAT,
            "sent more than 262144 bytes as its schema (it must not write to file descriptors that "
            "are not its own)");
}

Test(probe, keeps_what_the_plugin_printed) {
    cr_expect_eq(probe("schema_abort"), ERR_CRASH);
    cr_expect_str_eq(str_text(&report.output), "I give up\n");
    cr_expect_eq(probe("chatter"), 0);
    cr_expect_gt(report.output_dropped, 7 << 20);
    cr_expect_not_null(strstr(str_text(&report.output), "the last word"));
}

Test(probe, warns_of_fast_math) {
    cr_assert_eq(probe("fast_math"), 0, "%s", err.text);
#if defined(__x86_64__)
    cr_expect(report.changed_float_mode);
    cr_assert_eq(report.elf.warning_count, 1);
    cr_expect_not_null(strstr(report.elf.warnings[0], "build without -ffast-math"));
#endif
}

Test(probe, does_not_wait_for_processes_that_a_plugin_left) {
    cr_expect_eq(probe("ctor_fork"), 0, "%s", err.text);
}

Test(probe, works_without_a_report) {
    char path[4096];
    snprintf(path, sizeof path, "%s/doubles/bar_crash.so", QS_BUILD_DIR);
    cr_expect_eq(probe_read(path, &desc, NULL, &err), 0);
    struct registry_reader reader = probe_registry_reader();
    cr_expect_eq(reader.read(reader.arg, path, &desc, &err), 0);
}

static int count_fds(void) {
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

Test(probe, leaves_no_fd_and_no_zombie_after_any_double) {
    char name[512];
    snprintf(name, sizeof name, "%s/doubles", QS_BUILD_DIR);
    int before = count_fds(), probed = 0;
    DIR *dir = opendir(name);
    cr_assert_not_null(dir);
    for (const struct dirent *e; (e = readdir(dir));) {
        char path[1024];
        if (!strstr(e->d_name, ".so") || strstr(e->d_name, "_hang"))
            continue;
        snprintf(path, sizeof path, "%s/%s", name, e->d_name);
        int rc = probe_read(path, &desc, NULL, &err);
        cr_expect(rc == 0 || strstr(err.text, path), "no path in: %s", err.text);
        probed++;
    }
    closedir(dir);
    cr_expect_gt(probed, 40);
    cr_expect_eq(count_fds(), before);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}
