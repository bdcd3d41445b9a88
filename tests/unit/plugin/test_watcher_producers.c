/* Every way that files are written by: each ends in exactly one change, handed out once quiet. */
#include "watching.h"

TestSuite(watcher_producers, .init = watching_setup, .fini = watching_teardown);

/* Runs the command, which changes w/NAME alone, and expects just that. */
static void expect_one_change(const char *name, const char *command) {
    pump();
    EXPECT_NONE();
    sh("%s", command);
    pump_event();
    after(WATCHER_DEBOUNCE_MS - 1);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE(name, false);
    EXPECT_SILENCE();
}

/* A library that is there already, and a source of it beside the folder. */
static void setup_library(void) {
    sh("echo 'int answer(void) { return 42; }' > a.c && cc -shared -fPIC -o w/x.so a.c");
    add(watched, objects, WATCHER_DEBOUNCE_MS, false, false);
}

Test(watcher_producers, a_new_library_linked_by_cc) {
    setup_library();
    expect_one_change("y.so", "cc -shared -fPIC -o w/y.so a.c");
}

Test(watcher_producers, a_library_linked_again_by_cc) {
    setup_library();
    expect_one_change("x.so", "cc -shared -fPIC -o w/x.so a.c");
}

Test(watcher_producers, a_library_linked_again_by_gold) {
    setup_library();
    if (system("command -v ld.gold >/dev/null") != 0)
        cr_skip_test("no gold here");
    expect_one_change("x.so", "cc -fuse-ld=gold -shared -fPIC -o w/x.so a.c");
}

Test(watcher_producers, a_library_linked_again_by_lld) {
    setup_library();
    if (system("command -v ld.lld >/dev/null") != 0)
        cr_skip_test("no lld here");
    expect_one_change("x.so", "cc -fuse-ld=lld -shared -fPIC -o w/x.so a.c");
}

Test(watcher_producers, a_library_stripped_in_place) {
    setup_library();
    expect_one_change("x.so", "strip w/x.so");
}

Test(watcher_producers, a_failed_link_is_a_library_that_is_gone) {
    setup_library();
    sh("echo 'int other(void); int answer(void) { return other(); }' > b.c");
    sh("if cc -shared -fPIC -Wl,-z,defs -o w/x.so b.c 2>/dev/null; then exit 1; fi; test ! -e w/x.so");
    pump_event();
    after(1999);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE("x.so", true);
    EXPECT_SILENCE();
}

Test(watcher_producers, a_failed_link_and_a_good_one_are_one_change) {
    setup_library();
    sh("echo 'int other(void); int answer(void) { return other(); }' > b.c");
    sh("if cc -shared -fPIC -Wl,-z,defs -o w/x.so b.c 2>/dev/null; then exit 1; fi");
    pump_event();
    after(1500);
    sh("cc -shared -fPIC -o w/x.so a.c");
    pump_event();
    after(300);
    EXPECT_ONE("x.so", false);
    EXPECT_SILENCE();
}

static void setup_source(void) {
    sh("echo one > w/x.c && echo two > new.c");
    add_sources();
}

Test(watcher_producers, cp_over_a_file) {
    setup_source();
    expect_one_change("x.c", "cp new.c w/x.c");
}

Test(watcher_producers, cp_of_a_new_file) {
    setup_source();
    expect_one_change("y.c", "cp new.c w/y.c");
}

Test(watcher_producers, mv_within_a_file_system) {
    setup_source();
    expect_one_change("x.c", "mv new.c w/x.c");
}

Test(watcher_producers, mv_from_another_file_system) {
    setup_source();
    if (access("/dev/shm", W_OK) != 0)
        cr_skip_test("no other file system here");
    char command[200];
    snprintf(command, sizeof command, "cp new.c /dev/shm/qs_%d.c && mv /dev/shm/qs_%d.c w/x.c",
             getpid(), getpid());
    expect_one_change("x.c", command);
}

Test(watcher_producers, install) {
    setup_source();
    expect_one_change("x.c", "install -m 644 new.c w/x.c");
}

Test(watcher_producers, sed_in_place) {
    setup_source();
    expect_one_change("x.c", "sed -i s/one/three/ w/x.c");
}

Test(watcher_producers, touch_is_handed_out_for_its_reader_to_hash) {
    setup_source();
    expect_one_change("x.c", "touch w/x.c");
}

Test(watcher_producers, touch_of_a_new_file) {
    setup_source();
    expect_one_change("y.c", "touch w/y.c");
}

Test(watcher_producers, a_symbolic_link_new_and_replaced) {
    setup_source();
    sh("echo three > third.c");
    expect_one_change("l.c", "ln -s ../new.c w/l.c");
    expect_one_change("l.c", "ln -sfn ../third.c w/l.c");
}

Test(watcher_producers, the_target_of_a_symbolic_link_is_seen_by_the_scan) {
    sh("echo one > target.c && ln -s ../target.c w/l.c");
    add_sources();
    sh("echo three > target.c");
    after(4999);
    EXPECT_NONE();
    after(1);
    EXPECT_NONE();
    after(300);
    EXPECT_ONE("l.c", false);
    EXPECT_SILENCE();
}

Test(watcher_producers, a_hard_link) {
    setup_source();
    expect_one_change("h.c", "ln new.c w/h.c");
}

Test(watcher_producers, vim_by_rename_and_create) {
    setup_source();
    expect_one_change("x.c", "touch w/.x.c.swp w/4913 && rm w/4913 && mv w/x.c w/x.c~ && "
                             "echo four > w/x.c && chmod 644 w/x.c && rm w/x.c~ w/.x.c.swp");
}

Test(watcher_producers, vim_itself) {
    setup_source();
    if (system("command -v vim >/dev/null") != 0)
        cr_skip_test("no vim here");
    expect_one_change("x.c", "vim -u NONE -N -es -c 'set backup backupcopy=no' -c 's/one/five/' "
                             "-c wq w/x.c </dev/null >/dev/null 2>&1");
}

Test(watcher_producers, emacs_by_lock_autosave_and_backup) {
    setup_source();
    expect_one_change("x.c", "ln -s me@here.1:2 w/.#x.c && echo a > 'w/#x.c#' && "
                             "cp -p w/x.c w/x.c~ && echo six > w/x.c && rm 'w/#x.c#' w/.#x.c");
}

Test(watcher_producers, a_rename_is_one_gone_and_one_new) {
    setup_source();
    sh("mv w/x.c w/y.c");
    pump_event();
    after(300);
    EXPECT_ONE("y.c", false);
    after(1700);
    EXPECT_ONE("x.c", true);
    EXPECT_SILENCE();
}

Test(watcher_producers, temporaries_and_strange_files_are_nobodys_business) {
    setup_source();
    sh("mkfifo w/f.c && mkdir w/d.c && echo a > w/x.c~ && echo a > w/.x.c && echo a > w/x.c.tmp12 "
       "&& echo a > w/4913 && echo a > w/st12ab && echo a > w/x.cc && echo a > w/c && "
       "ln -s nowhere w/dangling.c && ln -s . w/folder.c && "
       "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"w/s.c\")'");
    pump_event();
    EXPECT_SILENCE();
}
