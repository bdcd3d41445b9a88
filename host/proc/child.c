/*
 * The parent's side and the fork; what the child does before and after its work is child_side.c.
 *
 * All signals are blocked around the fork, so that none is handled between fork and set-up. Those
 * that stop a program stay blocked while the child lives and come through a signalfd instead. The
 * end of the child is its pidfd turning readable; then its group is killed (what it forked must go
 * too), what lies in the pipes is read, and only then it is reaped: until that its number can't be
 * somebody else's.
 */
#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "proc/child_side.h"
#include "proc/clock.h"

#define PIECE 65536
#define DEADLINE_MAX_MS 86400000
#define LOOKS_PER_DEADLINE 8 /* how finely a standstill is noticed */

enum { WATCH_RESULTS, WATCH_OUTPUT, WATCH_END, WATCH_SIGNALS, WATCH_CANCEL, WATCH_COUNT };

struct watch {
    const struct child_spec *spec;
    struct child_result *result;
    struct child_status *status;
    struct err *err;
    int fds[WATCH_COUNT]; /* -1 = closed */
    pid_t pid;
    char *piece;
    uint64_t seen;    /* progress.count when it last moved */
    int64_t alive_ns; /* when that was */
    bool decided;     /* result->end was chosen by us, and the child killed */
    bool dead;
    int64_t ticked_ns; /* when tick was called last */
    int refusal;       /* code of on_bytes */
    int stop_signal;   /* that came for the parent */
};

static void close_fd(int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static int find_deadline(const struct child_spec *spec, int *ret_ms, struct err *err) {
    const char *text = getenv("QS_DEADLINE_MS");
    int64_t ms = CHILD_DEADLINE_MS;
    if (spec->deadline_ms > 0)
        ms = spec->deadline_ms;
    else if (text && (!str_parse_i64(text, &ms) || ms < 1 || ms > DEADLINE_MAX_MS))
        return err_set(err, ERR_USAGE,
                       "QS_DEADLINE_MS: expected 1 to %d, found \"%s\" (unset it for "
                       "%d)",
                       DEADLINE_MAX_MS, text, CHILD_DEADLINE_MS);
    *ret_ms = (int)ms;
    return 0;
}

/* ---- what comes in ---- */

static void kill_group(const struct watch *w) {
    (void)kill(-w->pid, SIGKILL);
    (void)kill(w->pid, SIGKILL); /* it is not reaped yet, so the number is its own */
}

/* Chooses the end, once, and kills. */
static void decide(struct watch *w, enum child_end end) {
    if (w->decided || w->dead)
        return;
    w->decided = true;
    w->result->end = end;
    kill_group(w);
}

/* The last CHILD_OUTPUT_MAX bytes are kept; up to twice as many are held in between. */
static void keep_output(struct child_result *result, const char *data, size_t len, size_t limit) {
    struct str *out = &result->output;
    str_append_n(out, data, len);
    if (out->len <= limit)
        return;
    size_t drop = out->len - CHILD_OUTPUT_MAX;
    memmove(out->data, out->data + drop, CHILD_OUTPUT_MAX + 1);
    out->len = CHILD_OUTPUT_MAX;
    result->output_dropped += drop;
}

static void take_piece(struct watch *w, int which, size_t len) {
    if (which == WATCH_OUTPUT) {
        keep_output(w->result, w->piece, len, 2 * CHILD_OUTPUT_MAX);
        return;
    }
    if (w->refusal == 0 && w->spec->on_bytes)
        w->refusal = w->spec->on_bytes(w->spec->bytes_arg, w->piece, len, w->err);
    if (w->refusal != 0)
        decide(w, CHILD_REFUSED);
    w->alive_ns = steady_now(); /* on_bytes may have been slow, and the child waited for us */
}

static void read_piece(struct watch *w, int which) {
    ssize_t n = read(w->fds[which], w->piece, PIECE);
    if (n > 0)
        take_piece(w, which, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        close_fd(&w->fds[which]);
}

/* All that lay in the pipe when the child was dead: what its own children may still add is not
 * waited for. */
static void drain(struct watch *w, int which) {
    int left = 0;
    if (w->fds[which] < 0 || ioctl(w->fds[which], FIONREAD, &left) != 0)
        return;
    while (left > 0) {
        ssize_t n = read(w->fds[which], w->piece, min_size(PIECE, (size_t)left));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        take_piece(w, which, (size_t)n);
        left -= (int)n;
    }
}

static void read_signal(struct watch *w) {
    struct signalfd_siginfo info;
    if (read(w->fds[WATCH_SIGNALS], &info, sizeof info) != (ssize_t)sizeof info)
        return;
    w->stop_signal = (int)info.ssi_signo;
    decide(w, CHILD_INTERRUPTED);
}

/* Milliseconds until the next look; decides for a hang when the deadline is over. */
static int look(struct watch *w) {
    int64_t now = steady_now();
    int64_t deadline_ns = (int64_t)w->result->deadline_ms * 1000000;
    uint64_t count = atomic_load_explicit(&w->status->progress.count, memory_order_relaxed);
    if (count != w->seen) {
        w->seen = count;
        w->alive_ns = now;
    }
    if (now - w->alive_ns >= deadline_ns) {
        decide(w, CHILD_HUNG);
        return -1; /* until its end */
    }
    int64_t left_ms = (deadline_ns - (now - w->alive_ns)) / 1000000 + 1;
    return (int)min_i64(left_ms, w->result->deadline_ms / LOOKS_PER_DEADLINE + 1);
}

/* Milliseconds until the next tick, or `wait` when that is sooner. */
static int tick(struct watch *w, int wait) {
    if (!w->spec->tick || wait < 0)
        return wait;
    int64_t now = steady_now(), passed_ms = (now - w->ticked_ns) / 1000000;
    if (passed_ms < CHILD_TICK_MS)
        return (int)min_i64(wait, CHILD_TICK_MS - passed_ms);
    w->ticked_ns = now;
    w->spec->tick(w->spec->tick_arg, &w->status->progress);
    return (int)min_i64(wait, CHILD_TICK_MS);
}

/* Until the child is dead. */
static void watch_child(struct watch *w) {
    struct pollfd polls[WATCH_COUNT];
    w->alive_ns = w->ticked_ns = steady_now();
    while (!w->dead) {
        for (int i = 0; i < WATCH_COUNT; i++)
            polls[i] = (struct pollfd){.fd = w->fds[i], .events = POLLIN};
        int timeout = w->decided ? -1 : tick(w, look(w));
        int n = poll(polls, WATCH_COUNT, w->decided ? -1 : timeout);
        CHECK(n >= 0 || errno == EINTR || errno == ENOMEM);
        if (n <= 0)
            continue;
        if (polls[WATCH_CANCEL].revents && w->spec->cancelled(w->spec->cancel_arg))
            decide(w, CHILD_CANCELLED);
        if (polls[WATCH_RESULTS].revents)
            read_piece(w, WATCH_RESULTS);
        if (polls[WATCH_OUTPUT].revents)
            read_piece(w, WATCH_OUTPUT);
        if (polls[WATCH_SIGNALS].revents)
            read_signal(w);
        w->dead = polls[WATCH_END].revents != 0;
    }
    kill_group(w);
    drain(w, WATCH_RESULTS);
    drain(w, WATCH_OUTPUT);
    keep_output(w->result, "", 0, CHILD_OUTPUT_MAX);
}

/* ---- the end ---- */

static void read_status(struct watch *w) {
    struct child_result *r = w->result;
    struct child_status *s = w->status;
    uint32_t phase = atomic_load(&s->progress.phase);
    r->phase = phase < PROGRESS_PHASE_COUNT ? (enum progress_phase)phase : PROGRESS_START;
    r->instance = atomic_load(&s->progress.instance);
    r->bar = atomic_load(&s->progress.bar);
    r->time = atomic_load(&s->progress.time);
    if (r->end == CHILD_CRASHED && atomic_load(&s->fault.signal) == r->signal) {
        r->has_address = atomic_load(&s->fault.has_address) != 0;
        r->address = atomic_load(&s->fault.address);
        r->pc = atomic_load(&s->fault.pc);
    }
}

static void reap(struct watch *w) {
    int status = 0;
    pid_t got;
    do
        got = waitpid(w->pid, &status, 0);
    while (got < 0 && errno == EINTR);
    CHECKF(got == w->pid, "waitpid: %s", strerror(errno));
    struct child_result *r = w->result;
    bool finished = atomic_load(&w->status->finished) != 0;
    if (!w->decided && WIFSIGNALED(status)) {
        r->end = CHILD_CRASHED;
        r->signal = WTERMSIG(status);
    } else if (!w->decided) {
        r->exit_code = WEXITSTATUS(status);
        r->end = !finished ? CHILD_EXITED : r->exit_code != 0 ? CHILD_FAILED : CHILD_OK;
        if (r->end == CHILD_OK && w->refusal != 0)
            r->end = CHILD_REFUSED;
    } else if (r->end == CHILD_INTERRUPTED) {
        r->signal = w->stop_signal;
    }
    read_status(w);
}

/* ---- the beginning ---- */

/* The signals that stop the parent, as far as nobody ignores them. */
static void stop_signals(sigset_t *set) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    (void)sigemptyset(set);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            (void)sigaddset(set, numbers[i]);
    }
}

static int open_pipe(int *ret_read, int *ret_write, struct err *err) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_errno(err, "cannot make a pipe for a child process", NULL);
    (void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
    *ret_read = fds[0];
    *ret_write = fds[1];
    return 0;
}

/* Forks and watches. `before` is the caller's mask, for the child; `watching` the parent's while
 * the child lives. */
static int fork_and_watch(struct watch *w, const sigset_t *before, const sigset_t *stops,
                          struct err *err) {
    sigset_t watching;
    (void)sigorset(&watching, before, stops);
    struct child_side side = {w->spec, w->status, getpid(), -1, -1, *before};
    int rc = open_pipe(&w->fds[WATCH_RESULTS], &side.results_fd, err);
    if (rc == 0)
        rc = open_pipe(&w->fds[WATCH_OUTPUT], &side.output_fd, err);
    if (rc != 0)
        goto out;
    w->fds[WATCH_SIGNALS] = signalfd(-1, stops, SFD_CLOEXEC | SFD_NONBLOCK);
    if (w->fds[WATCH_SIGNALS] < 0) {
        rc = err_errno(err, "cannot watch signals", NULL);
        goto out;
    }
    (void)fflush(NULL); /* else the child would print it once more */
    w->pid = fork();
    if (w->pid == 0)
        child_side_run(&side);
    if (w->pid < 0) {
        rc = err_errno(err, "cannot start a child process", NULL);
        goto out;
    }
    (void)setpgid(w->pid, w->pid); /* whoever comes first */
    (void)sigprocmask(SIG_SETMASK, &watching, NULL);
    close_fd(&side.results_fd);
    close_fd(&side.output_fd);
    w->fds[WATCH_END] = pidfd_open(w->pid, 0);
    if (w->fds[WATCH_END] < 0) {
        rc = err_errno(err, "cannot watch a child process", NULL);
        decide(w, CHILD_INTERRUPTED);
    } else {
        watch_child(w);
    }
    reap(w);
out:
    close_fd(&side.results_fd);
    close_fd(&side.output_fd);
    w->fds[WATCH_CANCEL] = -1; /* the caller's */
    for (int i = 0; i < WATCH_COUNT; i++)
        close_fd(&w->fds[i]);
    return rc;
}

int child_run(const struct child_spec *spec, struct child_result *ret, struct err *err) {
    struct child_result result = {0};
    int rc = find_deadline(spec, &result.deadline_ms, err);
    if (rc != 0)
        return rc;
    struct child_status *status =
        mmap(NULL, sizeof *status, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (status == MAP_FAILED)
        return err_errno(err, "cannot map memory for a child process", NULL);
    progress_init(&status->progress);

    struct watch watch = {.spec = spec,
                          .result = &result,
                          .status = status,
                          .err = err,
                          .fds = {-1, -1, -1, -1, spec->cancelled ? spec->cancel_fd : -1},
                          .piece = mem_alloc(PIECE)};
    struct sigaction keep_children = {.sa_handler = SIG_DFL}, old_children;
    sigset_t all, before, stops;
    (void)sigfillset(&all);
    stop_signals(&stops);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    (void)sigaction(SIGCHLD, &keep_children, &old_children); /* ignored, it would reap for us */
    rc = fork_and_watch(&watch, &before, &stops, err);
    (void)sigaction(SIGCHLD, &old_children, NULL);
    if (watch.stop_signal != 0)
        (void)raise(watch.stop_signal); /* blocked still; comes with the next line */
    (void)sigprocmask(SIG_SETMASK, &before, NULL);

    mem_free(watch.piece);
    (void)munmap(status, sizeof *status);
    child_result_fini(ret);
    *ret = result;
    return rc == 0 && ret->end == CHILD_REFUSED ? watch.refusal : rc;
}

void child_result_fini(struct child_result *result) {
    str_fini(&result->output);
    *result = (struct child_result){0};
}
