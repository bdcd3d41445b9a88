/* Folders that come, go, move and cannot be read; many files; events that the kernel lost. */
#include "watching.h"

#include <sys/prctl.h>
#include <sys/wait.h>

TestSuite(watcher_folders, .init = watching_setup, .fini = watching_teardown);

Test(watcher_folders, a_folder_removed_and_made_again) {
    save(in_watched("x.c"), "one");
    save(in_watched("y.c"), "one");
    add_sources();
    sh("rm -rf w");
    pump_event();
    after(500);
    sh("mkdir w && echo two > w/x.c");
    pump_event();
    after(300);
    EXPECT_ONE("x.c", false);
    after(1200);
    EXPECT_ONE("y.c", true);
    save(in_watched("z.c"), "three"); /* the new folder is watched, not only scanned */
    pump_event();
    after(300);
    EXPECT_ONE("z.c", false);
    EXPECT_SILENCE();
}

Test(watcher_folders, a_folder_removed_and_made_again_unseen) {
    save(in_watched("x.c"), "one");
    add_sources();
    for (int i = 0; i < 5; i++) { /* file systems give inodes again */
        sh("rm -rf w && mkdir w && echo %d > w/x.c", i);
        pump_event();
        after(300);
        EXPECT_ONE("x.c", false);
        save(in_watched("x.c"), "by an event");
        cr_assert(is_readable(5000));
        pump();
        after(300);
        EXPECT_ONE("x.c", false);
    }
}

Test(watcher_folders, a_folder_moved_away_and_another_in_its_place) {
    save(in_watched("x.c"), "one");
    add_sources();
    sh("mv w old");
    pump_event();
    sh("echo no > old/x.c; mkdir w && echo new > w/y.c");
    pump_event();
    after(300);
    EXPECT_ONE("y.c", false);
    after(1700);
    EXPECT_ONE("x.c", true);
    pump(); /* the kernel's word that the old watch is dropped */
    sh("echo no > old/z.c && echo no > old/x.c");
    cr_expect_not(is_readable(0));
    sh("echo yes > w/z.c");
    pump_event();
    after(300);
    EXPECT_ONE("z.c", false);
    EXPECT_SILENCE();
}

Test(watcher_folders, scans_do_not_make_a_quiet_file_wait) {
    sh("echo one > target.c && ln -s ../target.c w/l.c");
    add_sources();
    sh("echo three > target.c");
    after(5000); /* seen by the scan */
    after(200);
    sh("chmod 700 w"); /* scanned again */
    pump_event();
    after(99);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE("l.c", false);
}

Test(watcher_folders, folders_swapped_by_one_rename_are_seen) {
    sh("mkdir other && echo one > w/x.c && echo two > other/x.c");
    add_sources();
    sh("mv w gone && mv other w");
    pump_event();
    after(300);
    EXPECT_ONE("x.c", false);
    EXPECT_SILENCE();
}

Test(watcher_folders, a_folder_and_its_parents_that_come_later) {
    char deep[200];
    snprintf(deep, sizeof deep, "%s/a/b/c", root);
    add(deep, sources, WATCHER_DEBOUNCE_MS, false, false);
    sh("mkdir a");
    pump_event();
    sh("mkdir -p a/b");
    pump_event();
    sh("mkdir a/b/c && echo one > a/b/c/x.c");
    pump_event();
    after(300);
    cr_assert(next_change());
    cr_expect_str_eq(change.folder, deep);
    cr_expect(strstr(change.path, "/a/b/c/x.c") != NULL);
    EXPECT_SILENCE();
    sh("rm -rf a && mkdir -p a/b/c && echo two > a/b/c/x.c");
    pump_event();
    after(300);
    cr_expect_eq(count_changes(), 1);
    EXPECT_SILENCE();
}

Test(watcher_folders, a_folder_that_cannot_be_read_is_missing_until_it_can) {
    save(in_watched("x.c"), "one");
    cr_assert_eq(chmod(root, 0777), 0);
    if (geteuid() == 0) {
        cr_assert_eq(chown(watched, 65534, 65534), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    add_sources();
    cr_assert_eq(chmod(watched, 0), 0);
    pump_event();
    after(2000);
    EXPECT_ONE("x.c", true);
    cr_assert_eq(chmod(watched, 0755), 0);
    pump_event();
    after(300);
    EXPECT_ONE("x.c", false);
    EXPECT_SILENCE();
    if (getuid() == 0) {
        cr_assert_eq(seteuid(0), 0);
        prctl(PR_SET_DUMPABLE, 1); /* or LeakSanitizer cannot look */
    }
}

Test(watcher_folders, a_folder_given_with_a_slash_keeps_it_as_its_name) {
    char slashed[100];
    snprintf(slashed, sizeof slashed, "%s/", watched);
    add(slashed, sources, WATCHER_DEBOUNCE_MS, false, false);
    save(in_watched("x.c"), "one");
    pump_event();
    after(300);
    cr_assert(next_change());
    cr_expect_str_eq(change.path, in_watched("x.c"));
    cr_expect_str_eq(change.folder, slashed);
    struct watcher_folder again = {watched, objects, 0, false};
    cr_expect_eq(watcher_add(watcher, &again, false, now, &err), ERR_USAGE);
    cr_expect(strstr(err.text, "watched already") != NULL, "%s", err.text);
}

Test(watcher_folders, two_folders_may_be_one_and_a_parent_may_be_watched_too) {
    sh("ln -s w link && mkdir w/in");
    char link[100], in[100];
    snprintf(link, sizeof link, "%s/link", root);
    snprintf(in, sizeof in, "%s/in", watched);
    add_sources();
    add(link, objects, WATCHER_DEBOUNCE_MS, false, false);
    add(in, sources, WATCHER_DEBOUNCE_MS, false, false);
    sh("echo a > w/x.c && echo a > w/x.so && echo a > w/in/y.c");
    pump_event();
    after(300);
    cr_expect_eq(count_changes(), 3);
    sh("rm -rf w/in && mkdir w/in && echo b > w/in/y.c && rm link");
    pump_event();
    after(300);
    cr_expect_eq(count_changes(), 1);
    after(1700);
    cr_assert(next_change());
    cr_expect(change.is_gone && strstr(change.path, "/link/x.so") != NULL);
    EXPECT_SILENCE();
}

Test(watcher_folders, a_subfolder_with_a_file_made_at_once) {
    add(watched, sources, WATCHER_DEBOUNCE_MS, true, false);
    sh("mkdir w/mine && echo one > w/mine/x.c && mkdir w/mine/deeper w/.git && "
       "echo no > w/mine/deeper/y.c && echo no > w/.git/z.c");
    pump_event();
    after(300);
    EXPECT_ONE("mine/x.c", false);
    save(in_watched("mine/x.c"), "two");
    pump_event();
    after(300);
    EXPECT_ONE("mine/x.c", false);
    sh("mv w/mine w/yours");
    pump_event();
    after(300);
    EXPECT_ONE("yours/x.c", false);
    after(1700);
    EXPECT_ONE("mine/x.c", true);
    sh("rm -rf w/yours");
    pump_event();
    after(2000);
    EXPECT_ONE("yours/x.c", true);
    EXPECT_SILENCE();
}

/* ---- many ---- */

Test(watcher_folders, a_thousand_files_in_a_hundred_subfolders) {
    add(watched, sources, WATCHER_DEBOUNCE_MS, true, false);
    sh("cd w && for i in $(seq 100); do mkdir d$i; for j in $(seq 10); do : > d$i/f$j.c; done; "
       "done");
    pump_event();
    after(300);
    cr_expect_eq(count_changes(), 1000);
    EXPECT_SILENCE();
    sh("rm -rf w/d?");
    pump_event();
    after(1999);
    EXPECT_NONE();
    after(1);
    cr_expect_eq(count_changes(), 90);
    EXPECT_SILENCE();
}

/* More events than the kernel keeps: what was lost is found by the scan. */
Test(watcher_folders, an_overflow_is_made_up_for_by_a_scan) {
    enum { FILES = 3000 }; /* CREATE, ATTRIB, CLOSE_WRITE: 3 events each, three times over */
    add_sources();
    save(in_watched("first.c"), "one");
    for (int i = 0; i < 3; i++)
        sh("cd w && seq -f f%%g.c %d | xargs touch", FILES);
    sh("cd w && echo last > last.c");
    pump_event();
    after(300);
    cr_expect_eq(count_changes(), FILES + 2);
    EXPECT_SILENCE();
}

Test(watcher_folders, an_overflow_that_hides_the_end_of_the_folder) {
    add_sources();
    sh("cd w && for i in 1 2 3; do seq -f f%%g.c 3000 | xargs touch; done");
    sh("rm -rf w && mkdir w && echo one > w/x.c");
    pump_event();
    after(300);
    EXPECT_ONE("x.c", false);
    save(in_watched("x.c"), "two");
    cr_assert(is_readable(5000)); /* watched again */
    pump();
    after(300);
    EXPECT_ONE("x.c", false);
    EXPECT_SILENCE();
}

/* ---- whatever happens ---- */

enum { FOLDERS = 3, NAMES = 4, TEXT = 16 };

static const char *place(int folder, int name) {
    static const char *const folders[FOLDERS] = {"", "one/", "two/"};
    static char path[64];
    snprintf(path, sizeof path, "%s%c.c", folders[folder], 'a' + name);
    return path;
}

/* Somebody else's process that does what it likes with the folder. */
static void havoc(unsigned seed) {
    char other[200];
    for (int step = 0; step < 3000; step++) {
        int folder = rand_r(&seed) % FOLDERS, name = rand_r(&seed) % NAMES;
        char text[TEXT];
        snprintf(text, sizeof text, "%d", step);
        snprintf(other, sizeof other, "%s",
                 in_watched(place(rand_r(&seed) % FOLDERS, rand_r(&seed) % NAMES)));
        const char *path = in_watched(place(folder, name));
        int what = rand_r(&seed) % 100;
        int fd = what < 70 ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
        if (fd >= 0 && write(fd, text, strlen(text)) > 0)
            close(fd);
        else if (what < 80)
            rename(path, other);
        else if (what < 90)
            unlink(path);
        else if (what < 98)
            mkdir(in_watched(what % 2 ? "one" : "two"), 0755);
        else if (what == 98)
            rename(in_watched("one"), in_watched("two"));
        else if (system("rm -rf \"$W\" && mkdir \"$W\"") != 0)
            _exit(1);
        if (step % 8 == 0)
            usleep(500);
    }
    _exit(0);
}

static void read_text(const char *path, char text[TEXT]) {
    memset(text, 0, TEXT);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        snprintf(text, TEXT, "gone");
    else if (read(fd, text, TEXT - 1) >= 0)
        close(fd);
}

static void believe(char seen[FOLDERS][NAMES][TEXT]) {
    while (next_change())
        for (int i = 0; i < FOLDERS * NAMES; i++)
            if (strcmp(change.path, in_watched(place(i / NAMES, i % NAMES))) == 0)
                read_text(change.path, seen[i / NAMES][i % NAMES]);
}

/* Who looks at what is handed out, and at nothing else, knows in the end what is there. */
Test(watcher_folders, who_follows_the_changes_knows_all_after_any_havoc) {
    char seen[FOLDERS][NAMES][TEXT];
    for (int i = 0; i < FOLDERS * NAMES; i++)
        strcpy(seen[i / NAMES][i % NAMES], "gone");
    setenv("W", watched, 1);
    add(watched, sources, 20, true, false);
    for (unsigned seed = 1; seed <= 5; seed++) {
        pid_t pid = fork();
        if (pid == 0)
            havoc(seed);
        int status;
        while (waitpid(pid, &status, WNOHANG) == 0) {
            (void)is_readable(1);
            after(5);
            believe(seen);
        }
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        for (int i = 0; i < 30; i++) {
            after(100);
            believe(seen);
        }
        for (int i = 0; i < FOLDERS * NAMES; i++) {
            char text[TEXT];
            const char *path = in_watched(place(i / NAMES, i % NAMES));
            read_text(path, text);
            cr_expect_str_eq(seen[i / NAMES][i % NAMES], text, "seed %u: %s", seed, path);
        }
    }
}
