#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/str.h"
#include "proc/sdk.h"

static char folder[64];
static struct sdk sdk;
static struct err err;

static void setup(void) {
    strcpy(folder, "/tmp/qs_sdk_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    unsetenv("QS_SDK");
}

static void teardown(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(sdk, .init = setup, .fini = teardown);

/* Makes <folder>/lib/pkgconfig/quasar.pc. */
static void write_pc(const char *text) {
    char path[200];
    snprintf(path, sizeof path, "%s/lib/pkgconfig", folder);
    cr_assert_eq(fs_mkdir_all(path, &err), 0);
    snprintf(path, sizeof path, "%s/lib/pkgconfig/quasar.pc", folder);
    cr_assert_eq(fs_write_atomic(path, text, strlen(text), 0666, &err), 0);
    setenv("QS_SDK", folder, 1);
}

static const char whole[] = "prefix=${pcfiledir}/../..\n"
                            "includedir=${prefix}/in c\n"
                            "templatedir=${prefix}/template\n"
                            "\n"
                            "Cflags: -I${includedir} -O2   -fPIC\n"
                            "Libs: -shared -lm\n";

Test(sdk, is_the_one_that_this_binary_was_built_with) {
    cr_assert_eq(sdk_find(&sdk, &err), 0, "%s", err.text);
    cr_expect_str_eq(sdk.include, QS_SOURCE_DIR "/sdk/include");
    cr_expect_str_eq(sdk.template_, QS_SOURCE_DIR "/sdk/template");
    cr_expect_str_eq(sdk.pkgconfig, QS_BUILD_DIR "/lib/pkgconfig");
    cr_expect_null(strstr(sdk.cflags, "-I"), "%s", sdk.cflags);
    cr_expect_not_null(strstr(sdk.cflags, "-ffp-contract=off"));
}

/* What the real one says is the second opinion. */
Test(sdk, reads_what_pkg_config_reads) {
    char text[2048] = "";
    setenv("PKG_CONFIG_PATH", QS_BUILD_DIR "/lib/pkgconfig", 1);
    FILE *pipe = popen("pkg-config --cflags quasar; pkg-config --libs quasar", "r");
    cr_assert_not_null(pipe);
    text[fread(text, 1, sizeof text - 1, pipe)] = '\0';
    if (pclose(pipe) != 0)
        cr_skip_test("no pkg-config");
    cr_assert_eq(sdk_find(&sdk, &err), 0, "%s", err.text);
    char ours[4096 + 2100];
    snprintf(ours, sizeof ours, "-I%s %s%s", sdk.include, sdk.cflags, sdk.libs);
    struct str theirs = {0}; /* blanks at the ends of its lines do not count */
    for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n"))
        str_append(&theirs, word);
    char *to = ours;
    for (const char *from = ours; *from; from++)
        if (*from != ' ')
            *to++ = *from;
    *to = '\0';
    cr_expect_str_eq(ours, str_text(&theirs));
    str_fini(&theirs);
}

Test(sdk, is_what_the_environment_says) {
    char path[200];
    write_pc(whole);
    snprintf(path, sizeof path, "%s/in c/quasar", folder);
    cr_assert_eq(fs_mkdir_all(path, &err), 0);
    snprintf(path, sizeof path, "%s/in c/quasar/strategy.h", folder);
    cr_assert_eq(fs_write_atomic(path, "", 0, 0666, &err), 0);
    cr_assert_eq(sdk_find(&sdk, &err), 0, "%s", err.text);
    snprintf(path, sizeof path, "%s/lib/pkgconfig/../../in c", folder);
    cr_expect_str_eq(sdk.include, path);
    cr_expect_str_eq(sdk.cflags, "-O2 -fPIC");
    cr_expect_str_eq(sdk.libs, "-shared -lm");
    cr_expect_str_eq(sdk.template_, "");
    cr_expect_str_eq(sdk.library, "");
}

Test(sdk, says_what_is_wrong_with_it) {
    setenv("QS_SDK", "/nowhere", 1);
    cr_expect_eq(sdk_find(&sdk, &err), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text,
                     "QS_SDK=/nowhere: no lib/pkgconfig/quasar.pc in it (name the prefix that "
                     "Quasar is installed in, or a build folder of its sources)");
    write_pc(whole);
    cr_expect_eq(sdk_find(&sdk, &err), ERR_NOT_FOUND);
    cr_expect_not_null(strstr(err.text, "the SDK's headers are not in"), "%s", err.text);
    write_pc("prefix=/usr\nincludedir=${prefix}/include\n");
    cr_expect_eq(sdk_find(&sdk, &err), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "expected Cflags: and a value"), "%s", err.text);
    write_pc("includedir=${includedir}\nCflags: -O2\nLibs: -lm\n"); /* a loop */
    cr_expect_eq(sdk_find(&sdk, &err), ERR_FORMAT);
    write_pc("");
    cr_expect_eq(sdk_find(&sdk, &err), ERR_FORMAT);
}
