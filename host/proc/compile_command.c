#include "proc/compile_command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/child.h"
#include "proc/clock.h"

#define NOT_RUN 127 /* exit code of a child that could not become the tool */

bool command_find(const char *name, char ret_path[PATH_MAX]) {
    if (strchr(name, '/'))
        return access(name, X_OK) == 0 && fs_is_regular(name) && realpath(name, ret_path);
    const char *list = getenv("PATH");
    for (const char *at = list ? list : "/usr/bin:/bin"; *at;) {
        size_t len = strcspn(at, ":");
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%.*s/%s", (int)min_size(len, PATH_MAX), at, name);
        if (len > 0 && n > 0 && n < PATH_MAX && access(path, X_OK) == 0 && fs_is_regular(path)) {
            memcpy(ret_path, path, (size_t)n + 1);
            return true;
        }
        at += len + (at[len] == ':');
    }
    return false;
}

/* ---- the child's side ---- */

/* Becomes the tool. What it says goes where a worker's results go: that stream begins with its
 * first byte and is read to the last one. */
static int become(void *arg, int out_fd, struct child_status *status) {
    (void)status;
    const struct command_spec *spec = arg;
    sigset_t none;
    (void)sigemptyset(&none);
    if (dup2(out_fd, STDOUT_FILENO) < 0 || dup2(out_fd, STDERR_FILENO) < 0)
        _exit(NOT_RUN);
    (void)close(out_fd);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setenv("LC_ALL", "C", 1);
    (void)unsetenv("LANGUAGE");
    if (spec->temp)
        (void)setenv("TMPDIR", spec->temp, 1);
    char *const *argv;
    memcpy(&argv, &spec->argv, sizeof argv); /* execv does not write, whatever its type says */
    (void)execv(spec->program, argv);
    (void)dprintf(STDERR_FILENO, "%s", strerror(errno));
    _exit(NOT_RUN);
}

/* ---- ours ---- */

struct listener {
    const struct command_spec *spec;
    struct str *words;
    size_t said;
    int64_t begin_ms;
};

static int hung(const struct command_spec *spec, struct err *err) {
    int ms = spec->shown_ms > 0 ? spec->shown_ms : spec->deadline_ms;
    return err_set(err, ERR_HANG, "%s: no end after %g s (killed with all that it started)",
                   spec->argv[0], ms / 1000.0);
}

static int listen_to(void *arg, const void *data, size_t len, struct err *err) {
    struct listener *l = arg;
    size_t kept = min_size(l->said, l->spec->words_max);
    str_append_n(l->words, data, min_size(len, l->spec->words_max - kept));
    l->said += len;
    if (l->said > COMMAND_FLOOD_MAX)
        return err_set(err, ERR_LIMIT, "%s: said more than %zu MiB (killed)", l->spec->argv[0],
                       COMMAND_FLOOD_MAX >> 20);
    if (steady_ms() - l->begin_ms > l->spec->deadline_ms) /* one that talks is not silent for it */
        return hung(l->spec, err);
    return 0;
}

static int judge(const struct command_spec *spec, const struct child_result *result,
                 struct str *words, size_t before, int *ret_exit_code, struct err *err) {
    char buf[24];
    switch (result->end) {
    case CHILD_HUNG:
        return hung(spec, err);
    case CHILD_CANCELLED:
        return err_set(err, ERR_BUSY, "%s: stopped, the build was cancelled", spec->argv[0]);
    case CHILD_INTERRUPTED:
        return err_set(err, ERR_BUSY, "%s: stopped by %s", spec->argv[0],
                       child_signal_name(result->signal, buf));
    case CHILD_CRASHED:
        return err_set(err, ERR_CRASH, "%s: killed by %s", spec->argv[0],
                       child_signal_name(result->signal, buf));
    default:
        break;
    }
    if (result->exit_code > 125) {
        struct str why = {0};
        child_clean_text(str_text(words) + before, words->len - before, &why);
        int rc = err_set(err, ERR_IO, "%s: cannot be run: %.200s", spec->program,
                         why.len > 0 ? str_text(&why) : "no reason given");
        str_fini(&why);
        return rc;
    }
    *ret_exit_code = result->exit_code;
    return 0;
}

int command_run(const struct command_spec *spec, struct str *words, int *ret_exit_code,
                struct err *err) {
    CHECK(spec->deadline_ms > 0);
    struct command_spec copy = *spec; /* for the child, which gets no const */
    struct listener listener = {.spec = spec, .words = words, .begin_ms = steady_ms()};
    struct child_result result = {0};
    struct child_spec child = {.work = become,
                               .arg = &copy,
                               .on_bytes = listen_to,
                               .bytes_arg = &listener,
                               .deadline_ms = spec->deadline_ms,
                               .cancelled = spec->cancelled,
                               .cancel_arg = spec->self,
                               .cancel_fd = spec->cancel_fd};
    size_t before = words->len;
    int rc = child_run(&child, &result, err);
    if (rc == 0)
        rc = judge(spec, &result, words, before, ret_exit_code, err);
    if (rc != 0 && listener.said > spec->words_max)
        str_append(words, "\n... (it said more)\n");
    child_result_fini(&result);
    return rc;
}
