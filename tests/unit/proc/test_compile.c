#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/compile.h"

static char folder[64];
static struct sdk sdk;
static struct compile_result result;
static struct err err;

static const char good[] = "#include <quasar/strategy.h>\n"
                           "static void on_bar(qs_ctx *c) { qs_buy(c, 1.0); }\n"
                           "QS_STRATEGY(.id = \"my\", .version = \"1.0.0\", .on_bar = on_bar)\n";

static void setup(void) {
    strcpy(folder, "/tmp/qs_compile_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(mkdir("custom", 0777), 0);
    cr_assert_eq(mkdir("out", 0777), 0);
    unsetenv("QS_SDK");
    unsetenv("CC");
    unsetenv("CXX");
    unsetenv("QS_COMPILE_DEADLINE_MS");
    cr_assert_eq(sdk_find(&sdk, &err), 0, "%s", err.text);
}

static void teardown(void) {
    char command[100];
    compile_result_fini(&result);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(compile, .init = setup, .fini = teardown);

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fclose(file);
}

static int build_as(const char *source, const char *output) {
    struct compile_spec spec = {.sdk = &sdk, .source = source, .output = output, .cancel_fd = -1};
    return compile_run(&spec, &result, &err);
}

static int build(const char *source) { return build_as(source, "out/.my.so"); }

static int count(const char *path) {
    int entries = -2; /* . and .. */
    DIR *dir = opendir(path);
    cr_assert_not_null(dir);
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries;
}

/* Nothing in the output folder but what was there before. */
static void refused(const char *source, int code, const char *sentence) {
    int fds = count("/proc/self/fd"), files = count("out");
    cr_expect_eq(build(source), code, "%s: %s", source, err.text);
    cr_expect_str_eq(err.text, sentence);
    cr_expect_eq(count("out"), files, "%s: files left in out", source);
    cr_expect_eq(count("/proc/self/fd"), fds, "%s: fds left", source);
}

static bool same_bytes(const char *a, const char *b) {
    char *x, *y;
    size_t x_len, y_len;
    cr_assert_eq(fs_read_all(a, 1 << 20, &x, &x_len, &err), 0, "%s", err.text);
    cr_assert_eq(fs_read_all(b, 1 << 20, &y, &y_len, &err), 0, "%s", err.text);
    bool same = x_len == y_len && memcmp(x, y, x_len) == 0;
    mem_free(x);
    mem_free(y);
    return same;
}

static void fake_compiler(const char *text) {
    write_file("cc.sh", text);
    cr_assert_eq(chmod("cc.sh", 0755), 0);
    char path[200];
    snprintf(path, sizeof path, "%s/cc.sh", folder);
    setenv("CC", path, 1);
}

Test(compile, makes_one_file_and_leaves_nothing_else) {
    write_file("custom/my.c", good);
    cr_assert_eq(build("custom/my.c"), 0, "%s", err.text);
    cr_expect(fs_is_regular("out/.my.so"));
    cr_expect_eq(count("out"), 1);
    cr_expect_str_eq(str_text(&result.words), "");
    cr_expect_gt(result.seconds, 0.0);
    cr_expect(str_starts_with(str_text(&result.depends), "custom/my.c\n"), "%s",
              str_text(&result.depends));
    cr_expect_not_null(strstr(str_text(&result.depends), "/quasar/strategy.h\n"));
    cr_expect_null(strstr(str_text(&result.depends), "stdint.h"));
}

Test(compile, names_the_line_of_a_syntax_error) {
    write_file("custom/my.c", "int a;\nint b = ;\n");
    refused("custom/my.c", ERR_FORMAT,
            "custom/my.c:2:9: error: expected expression before ';' token");
    cr_expect_not_null(strstr(str_text(&result.words), "custom/my.c:2:9: error"));
    cr_expect_str_eq(str_text(&result.depends), "custom/my.c\n");
}

Test(compile, names_the_line_of_an_undefined_symbol) {
    write_file("custom/my.c", "extern int nowhere(void);\nint f(void);\nint f(void) {\n"
                              "    return nowhere() + 1;\n}\n");
    cr_assert_eq(build("custom/my.c"), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "custom/my.c:4: undefined reference to `nowhere'"), "%s",
                       err.text);
    cr_expect_null(strstr(str_text(&result.words), ".build."), "%s", str_text(&result.words));
    cr_expect_eq(count("out"), 0);
    cr_assert_eq(chdir("out"), 0); /* the same from elsewhere */
    cr_assert_eq(build_as("../custom/my.c", ".my.so"), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "../custom/my.c:4: undefined"), "%s", err.text);
}

Test(compile, shows_warnings_and_is_content) {
    write_file("custom/my.c", "int f(void);\nint f(void) {\n    int unused;\n    return 1;\n}\n");
    cr_assert_eq(build("custom/my.c"), 0, "%s", err.text);
    cr_expect_not_null(
        strstr(str_text(&result.words), "custom/my.c:3:9: warning: unused variable"));
    cr_expect_null(strchr(str_text(&result.words), '\033'));
}

Test(compile, takes_a_folder_without_its_tests) {
    char name[NAME_MAX + 1];
    cr_assert_eq(mkdir("custom/my", 0777), 0);
    write_file("custom/my/my.c",
               "#include \"half.h\"\nint f(void);\nint f(void) { return half(2); }\n");
    write_file("custom/my/half.c", "#include \"half.h\"\nint half(int x) { return x / 2; }\n");
    write_file("custom/my/half.h", "int half(int x);\n");
    write_file("custom/my/test_my.c", "#error a test\n");
    write_file("custom/my/.hidden.c", "#error an editor's\n");
    write_file("custom/my/run.yaml", "strategy: my\n");
    cr_assert_eq(build("custom/my/"), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&result.depends),
                     "custom/my/half.c\ncustom/my/half.h\ncustom/my/my.c\n");
    cr_expect_eq(compile_name("custom/my/", name, &err), 0);
    cr_expect_str_eq(name, "my");
    cr_expect_eq(compile_name("custom/my/my.c", name, &err), 0);
    cr_expect_str_eq(name, "my");
    cr_assert_eq(chdir("custom/my"), 0);
    cr_expect_eq(compile_name(".", name, &err), 0);
    cr_expect_str_eq(name, "my");
    write_file("half.c", "#include \"half.h\"\nint half(int x) { return y / 2; }\n");
    cr_expect_eq(build_as(".", "../../out/.my.so"), ERR_FORMAT);
    cr_expect(str_starts_with(err.text, "./half.c:2:26: error: 'y' undeclared"), "%s", err.text);
}

Test(compile, takes_cxx) {
    write_file(
        "custom/trend.cpp",
        "#include <quasar/strategy.h>\n"
        "namespace { void on_bar(qs_ctx *c) { qs_buy(c, 1.0); } }\n"
        "QS_STRATEGY_CXX(s) { s.id = \"trend\"; s.version = \"1.0.0\"; s.on_bar = on_bar; }\n");
    cr_assert_eq(build("custom/trend.cpp"), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&result.words), "");
    cr_expect_eq(system("readelf -d out/.my.so | grep -q stdc++"), 1 << 8);
    write_file("custom/trend.cpp", "int f() { return class; }\n");
    cr_expect_eq(build("custom/trend.cpp"), ERR_FORMAT);
    cr_expect(str_starts_with(err.text, "custom/trend.cpp:1:"), "%s", err.text);
}

Test(compile, makes_the_same_bytes_wherever_and_from_wherever) {
    cr_assert_eq(mkdir("else where", 0777), 0);
    cr_assert_eq(mkdir("else where/custom", 0777), 0);
    write_file("custom/my.c", good);
    write_file("else where/custom/my.c", good);
    cr_assert_eq(build_as("custom/my.c", "out/.a.so"), 0, "%s", err.text);
    cr_assert_eq(build_as("custom/my.c", "out/.b.so"), 0, "%s", err.text);
    cr_assert_eq(build_as("else where/custom/my.c", "else where/.c.so"), 0, "%s", err.text);
    cr_assert_eq(chdir("custom"), 0);
    cr_assert_eq(build_as("my.c", "../out/.d.so"), 0, "%s", err.text);
    cr_assert_eq(chdir(".."), 0);
    cr_expect(same_bytes("out/.a.so", "out/.b.so"), "another hidden name");
    cr_expect(same_bytes("out/.a.so", "else where/.c.so"), "another project");
    cr_expect(same_bytes("out/.a.so", "out/.d.so"), "another current folder");
    cr_expect_eq(system("readelf --debug-dump=info out/.a.so | grep -q ': custom/my.c'"), 0);
    cr_expect_eq(system("strings out/.a.so | grep -q /tmp/"), 1 << 8);
    write_file("custom/my.c", "int other;\n");
    cr_assert_eq(build_as("custom/my.c", "out/.b.so"), 0, "%s", err.text);
    cr_expect(!same_bytes("out/.a.so", "out/.b.so"), "another source");
}

Test(compile, takes_paths_with_spaces_and_quotes) {
    const char *odd = "a 'b' \"c\" $d (e) #f \\g=h";
    char source[200], output[200], wanted[300];
    cr_assert_eq(mkdir(odd, 0777), 0);
    snprintf(source, sizeof source, "%s/my strat.c", odd);
    snprintf(output, sizeof output, "%s/.my.so", odd);
    write_file(source, good);
    cr_assert_eq(build_as(source, output), 0, "%s", err.text);
    cr_expect(fs_is_regular(output));
    snprintf(wanted, sizeof wanted, "%s\n", source);
    cr_expect(str_starts_with(str_text(&result.depends), wanted), "%s", str_text(&result.depends));
    write_file(source, "int x\n");
    cr_assert_eq(build_as(source, output), ERR_FORMAT);
    cr_expect(str_starts_with(err.text, source), "%s", err.text);
    cr_expect(fs_is_regular(output), "the old one stays");
}

Test(compile, kills_a_compiler_that_hangs_with_all_that_it_started) {
    write_file("custom/my.c", good);
    fake_compiler("#!/bin/sh\ntouch \"$TMPDIR/x\"\nsleep 98765 &\necho $! > pid\nsleep 98765\n");
    setenv("QS_COMPILE_DEADLINE_MS", "300", 1);
    char sentence[200];
    snprintf(sentence, sizeof sentence,
             "%s/cc.sh: no end after 0.3 s (killed with all that it started)", folder);
    refused("custom/my.c", ERR_HANG, sentence);
    int pid = 0;
    FILE *file = fopen("pid", "r");
    cr_assert(file && fscanf(file, "%d", &pid) == 1 && pid > 0);
    fclose(file);
    char state[64] = "gone";
    snprintf(sentence, sizeof sentence, "/proc/%d/stat", pid);
    for (int i = 0; i < 200 && kill(pid, 0) == 0 && state[0] != 'Z'; i++) {
        file = fopen(sentence, "r"); /* a zombie waits for init, which may be slow */
        if (!file || fscanf(file, "%*d %*s %1s", state) != 1)
            strcpy(state, "gone");
        if (file)
            fclose(file);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    cr_expect(kill(pid, 0) != 0 || state[0] == 'Z', "%d lives in state %s", pid, state);
}

Test(compile, says_which_compiler_is_missing_and_the_cure) {
    write_file("custom/my.c", good);
    write_file("custom/my.cpp", good);
    setenv("CC", "no-such-cc -m64", 1);
    refused("custom/my.c", ERR_NOT_FOUND,
            "no-such-cc: no such compiler (install one, on Debian: apt install gcc libc6-dev; or "
            "name yours with CC)");
    unsetenv("CC");
    setenv("CXX", "/no/such/c++", 1);
    refused("custom/my.cpp", ERR_NOT_FOUND,
            "/no/such/c++: no such compiler (install one, on Debian: apt install g++; or name "
            "yours with CXX)");
    write_file("cc.sh", "garbage that no kernel runs");
    fake_compiler("\177ELF but not really");
    char sentence[200];
    snprintf(sentence, sizeof sentence, "%s/cc.sh: cannot be run: Exec format error", folder);
    refused("custom/my.c", ERR_IO, sentence);
}

Test(compile, takes_words_in_cc) {
    write_file("custom/my.c", "#ifndef SAID\n#error no\n#endif\nint x;\n");
    setenv("CC", " cc  -DSAID ", 1);
    cr_expect_eq(build("custom/my.c"), 0, "%s", err.text);
    unsetenv("CC");
    const char *more[] = {"-DSAID", NULL};
    struct compile_spec spec = {
        .sdk = &sdk, .source = "custom/my.c", .output = "out/x.so", .more = more};
    cr_expect_eq(compile_run(&spec, &result, &err), 0, "%s", err.text);
}

Test(compile, keeps_the_first_words_of_a_flood_and_ends_it) {
    write_file("custom/my.c", good);
    fake_compiler("#!/bin/sh\necho 'my.c:1:1: error: first'\nyes '\033[31mmore'\n");
    char sentence[200];
    snprintf(sentence, sizeof sentence, "%s/cc.sh: said more than 16 MiB (killed)", folder);
    refused("custom/my.c", ERR_LIMIT, sentence);
    cr_expect(str_starts_with(str_text(&result.words), "my.c:1:1: error: first\n?[31mmore\n"));
    cr_expect_lt(result.words.len, COMPILE_OUTPUT_MAX + 100);
    cr_expect(str_ends_with(str_text(&result.words), "... (it said more)\n"));
}

Test(compile, says_so_when_the_compiler_fails_without_a_word_or_dies) {
    char sentence[200];
    write_file("custom/my.c", good);
    fake_compiler("#!/bin/sh\nexit 3\n");
    snprintf(sentence, sizeof sentence,
             "custom/my.c: %s/cc.sh failed with exit code 3 and said nothing", folder);
    refused("custom/my.c", ERR_FORMAT, sentence);
    fake_compiler("#!/bin/sh\nkill -SEGV $$\n");
    snprintf(sentence, sizeof sentence, "%s/cc.sh: killed by SIGSEGV", folder);
    refused("custom/my.c", ERR_CRASH, sentence);
}

static bool stop(void *self) {
    char c;
    return read(*(int *)self, &c, 1) == 1;
}

Test(compile, stops_when_it_is_cancelled) {
    int fds[2];
    write_file("custom/my.c", good);
    fake_compiler("#!/bin/sh\nsleep 98765\n");
    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], "x", 1), 1);
    struct compile_spec spec = {.sdk = &sdk,
                                .source = "custom/my.c",
                                .output = "out/.my.so",
                                .cancelled = stop,
                                .self = &fds[0],
                                .cancel_fd = fds[0]};
    cr_expect_eq(compile_run(&spec, &result, &err), ERR_BUSY);
    cr_expect_not_null(strstr(err.text, "cancelled"), "%s", err.text);
    cr_expect_eq(count("out"), 0);
}

static void note_signal(int number) {
    (void)number;
    int fd = open("stopped", O_CREAT | O_WRONLY, 0666);
    if (fd >= 0)
        close(fd);
    if (access("out/.my.so", F_OK) == 0 || rmdir("out") != 0) /* empty when it arrives */
        _exit(55);
}

Test(compile, clears_away_before_an_interrupt_arrives) {
    write_file("custom/my.c", good);
    fake_compiler("#!/bin/sh\nkill -INT $PPID\nsleep 98765\n");
    signal(SIGINT, note_signal);
    cr_expect_eq(build("custom/my.c"), ERR_BUSY);
    cr_expect_not_null(strstr(err.text, "stopped by SIGINT"), "%s", err.text);
    cr_expect(fs_exists("stopped"));
    cr_expect(!fs_exists("out"));
}

Test(compile, needs_a_source_and_a_place) {
    char name[NAME_MAX + 1];
    write_file("custom/notes.txt", "x");
    refused("custom/none.c", ERR_NOT_FOUND, "source custom/none.c: No such file or directory");
    refused("custom/notes.txt", ERR_USAGE,
            "custom/notes.txt: no source (a strategy is a .c, .cc or .cpp file)");
    refused("custom", ERR_USAGE,
            "custom: no source in it (a strategy is .c, .cc or .cpp files; test_* are its tests)");
    refused("", ERR_USAGE, "source: expected a file or folder, found nothing");
    cr_expect_eq(compile_name("custom", name, &err), ERR_USAGE);
    cr_expect_eq(compile_name("/dev/null", name, &err), ERR_USAGE);
    write_file("custom/my.c", good);
    cr_expect_eq(build_as("custom/my.c", "nowhere/my.so"), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text, "cannot write a build into nowhere: No such file or directory");
    cr_expect_eq(build_as("custom/my.c", "/dev/null/my.so"), ERR_IO);
    cr_expect(str_starts_with(err.text, "cannot write a build into /dev/null: "), "%s", err.text);
    setenv("QS_COMPILE_DEADLINE_MS", "soon", 1);
    refused("custom/my.c", ERR_USAGE,
            "QS_COMPILE_DEADLINE_MS: expected 1 to 86400000, found \"soon\" (unset it for 60000)");
}
