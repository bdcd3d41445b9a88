/* A watcher on a folder of its own, and a clock that the test moves. */
#ifndef QS_TESTS_WATCHING_H
#define QS_TESTS_WATCHING_H

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/watcher.h"

#define MS INT64_C(1000000)

static const char *const sources[] = {".c", ".h", NULL};
static const char *const objects[] = {".so", NULL};

static char root[64]; /* made by mkdtemp, removed afterwards */
static char watched[80];
static struct watcher *watcher;
static struct watcher_change change;
static struct err err;
static int64_t now;

static const char *in_watched(const char *name) {
    static char paths[8][200];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", watched, name);
    return path;
}

/* In the watched folder; each command line must succeed. */
__attribute__((format(printf, 1, 2))) static void sh(const char *fmt, ...) {
    char command[1000], line[1200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    snprintf(line, sizeof line, "cd %s && %s", root, command);
    int rc = system(line);
    cr_assert_eq(rc, 0, "%s: %d", line, rc);
}

static inline void save(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    cr_assert_geq(fd, 0, "%s: %s", path, strerror(errno));
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void watching_setup(void) {
    strcpy(root, "/tmp/qs_watcher_XXXXXX");
    cr_assert_not_null(mkdtemp(root));
    snprintf(watched, sizeof watched, "%s/w", root);
    cr_assert_eq(mkdir(watched, 0755), 0);
    now = 1000 * MS;
    cr_assert_eq(watcher_create(&watcher, &err), 0, "%s", err.text);
}

static void watching_teardown(void) {
    char command[300];
    watcher_destroy(&watcher);
    snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", root, root);
    cr_assert_eq(system(command), 0);
}

static void add(const char *path, const char *const *suffixes, int debounce_ms, bool is_deep,
                bool report_present) {
    struct watcher_folder folder = {path, suffixes, debounce_ms, is_deep};
    cr_assert_eq(watcher_add(watcher, &folder, report_present, now, &err), 0, "%s", err.text);
}

static void add_sources(void) { add(watched, sources, WATCHER_DEBOUNCE_MS, false, false); }

static bool is_readable(int limit_ms) {
    struct pollfd fd = {.fd = watcher_fd(watcher), .events = POLLIN};
    return poll(&fd, 1, limit_ms) == 1;
}

/* What is queued now, seen at this moment. Events of finished calls are queued already. */
static void pump(void) { cr_assert_eq(watcher_pump(watcher, now, &err), 0, "%s", err.text); }

static void pump_event(void) {
    cr_assert(is_readable(5000));
    pump();
}

static void after(int64_t ms) {
    now += ms * MS;
    pump();
}

static bool next_change(void) { return watcher_next(watcher, now, &change); }

static inline int count_changes(void) {
    int n = 0;
    while (next_change())
        n++;
    return n;
}

/* Exactly one change is due, and it is this. */
#define EXPECT_ONE(name, gone)                                                                     \
    do {                                                                                           \
        cr_assert(next_change(), "nothing was handed out");                                        \
        cr_expect_str_eq(change.path, in_watched(name));                                           \
        cr_expect_str_eq(change.folder, watched);                                                  \
        cr_expect_eq(change.is_gone, (gone));                                                      \
        cr_expect_not(next_change(), "%s is too much", change.path);                               \
    } while (0)

#define EXPECT_NONE() cr_expect_not(next_change(), "%s is too much", change.path)

/* Nothing more comes of it, not even by scans. */
#define EXPECT_SILENCE()                                                                           \
    do {                                                                                           \
        for (int i = 0; i < 4; i++) {                                                              \
            after(2600);                                                                           \
            EXPECT_NONE();                                                                         \
        }                                                                                          \
    } while (0)

#endif
