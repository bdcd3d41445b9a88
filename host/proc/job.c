#include "proc/job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fs.h"
#include "base/mem.h"
#include "engine/journal.h"
#include "proc/child.h"

#define FRAME_MAGIC 0x4a46u
#define FRAME_MAX (4u << 20)

enum frame_kind { FRAME_RECORDS = 1, FRAME_RESULT = 2, FRAME_ERROR = 3 };

struct frame_head {
    uint16_t magic, kind;
    uint32_t length;
};

struct frame_error {
    int32_t code;
    char text[sizeof((struct err *)0)->text];
};

/* ---- in the worker ---- */

static int send_frame(int fd, enum frame_kind kind, const void *bytes, size_t len,
                      struct err *err) {
    struct frame_head head = {FRAME_MAGIC, (uint16_t)kind, (uint32_t)len};
    int r = fs_write_exact(fd, &head, sizeof head, err);
    return r < 0 ? r : fs_write_exact(fd, bytes, len, err);
}

static int send_records(void *self, const void *bytes, size_t len, struct err *err) {
    return send_frame(*(int *)self, FRAME_RECORDS, bytes, len, err);
}

static int load_and_run(const struct job_spec *job, struct sink_port *sink,
                        struct journal_memory *memory, struct progress *progress,
                        struct backtest_result *ret, struct err *err) {
    struct plugin *plugins;
    int r = backtest_load(job->plan, progress, &plugins, err);
    if (r < 0)
        return r;
    r = backtest_run(&(struct backtest_spec){.plan = job->plan,
                                             .plugins = plugins,
                                             .sink = sink,
                                             .memory = memory,
                                             .progress = progress,
                                             .port = job->port,
                                             .cut_after = job->cut_after},
                     ret, err);
    mem_free(plugins);
    return r;
}

struct worker {
    const struct job_spec *job;
    struct journal_memory *memory; /* shared */
};

static int work(void *arg, int out_fd, struct child_status *status) {
    const struct worker *w = arg;
    struct err err = {0};
    struct sink_port sink = {.self = &out_fd, .write = send_records};
    struct backtest_result result;
    int r = load_and_run(w->job, &sink, w->memory, &status->progress, &result, &err);
    if (r == 0)
        return send_frame(out_fd, FRAME_RESULT, &result, sizeof result, &err) < 0 ? 2 : 0;
    struct frame_error told = {.code = err.code};
    memcpy(told.text, err.text, sizeof told.text);
    (void)!send_frame(out_fd, FRAME_ERROR, &told, sizeof told, &err);
    return 1;
}

/* ---- in the parent ---- */

struct receiver {
    const struct job_spec *job;
    uint8_t *bytes;
    size_t len, cap;
    uint64_t taken; /* bytes of records */
    bool has_result, has_error;
    struct backtest_result result;
    struct frame_error error;
};

/* The worker's sentence may go to a terminal. */
static void clean_error(struct frame_error *error) {
    struct str clean;
    str_init(&clean);
    child_clean_text(error->text, strnlen(error->text, sizeof error->text), &clean);
    (void)str_copy_fixed(error->text, sizeof error->text, str_text(&clean));
    str_fini(&clean);
}

static int take_frame(struct receiver *rx, const struct frame_head *head, const void *payload,
                      struct err *err) {
    if (rx->has_result || rx->has_error)
        return err_set(err, ERR_FORMAT, "the worker went on after its last word");
    switch (head->kind) {
    case FRAME_RECORDS:
        rx->taken += head->length;
        return rx->job->take(rx->job->self, payload, head->length, err);
    case FRAME_RESULT:
        if (head->length != sizeof rx->result)
            break;
        memcpy(&rx->result, payload, sizeof rx->result);
        rx->has_result = true;
        return 0;
    case FRAME_ERROR:
        if (head->length != sizeof rx->error)
            break;
        memcpy(&rx->error, payload, sizeof rx->error);
        clean_error(&rx->error);
        rx->has_error = true;
        return 0;
    default:
        break;
    }
    return err_set(err, ERR_FORMAT, "the worker sent a frame of kind %u with %u bytes", head->kind,
                   head->length);
}

static void keep(struct receiver *rx, const void *data, size_t len) {
    if (rx->len + len > rx->cap) {
        rx->cap = (rx->len + len) * 2;
        rx->bytes = mem_realloc_array(rx->bytes, rx->cap, 1);
    }
    memcpy(rx->bytes + rx->len, data, len);
    rx->len += len;
}

static int on_bytes(void *arg, const void *data, size_t len, struct err *err) {
    struct receiver *rx = arg;
    struct frame_head head;
    size_t at = 0;
    keep(rx, data, len);
    while (rx->len - at >= sizeof head) {
        memcpy(&head, rx->bytes + at, sizeof head);
        if (head.magic != FRAME_MAGIC || head.length > FRAME_MAX)
            return err_set(err, ERR_FORMAT, "the worker sent bytes that are no frame");
        if (rx->len - at < sizeof head + head.length)
            break;
        int r = take_frame(rx, &head, rx->bytes + at + sizeof head, err);
        if (r < 0)
            return r;
        at += sizeof head + head.length;
    }
    memmove(rx->bytes, rx->bytes + at, rx->len - at);
    rx->len -= at;
    return 0;
}

/* What a worker that is dead had not sent: the whole records of its block, unless that came
 * already. Others may still write there (it may have had children), so only a copy is looked at;
 * what is wrong in it changes nothing about how the worker ended. */
static void take_rest(struct receiver *rx, const struct journal_memory *memory) {
    size_t used = journal_used(memory), whole = 0, size;
    struct journal_record record;
    struct err ignored;
    if (used > JOURNAL_BLOCK || atomic_load(&memory->bytes) != rx->taken)
        return;
    uint8_t *bytes = mem_alloc(used);
    memcpy(bytes, memory->block, used);
    while (journal_next(bytes + whole, used - whole, &record, &size, &ignored) == 1)
        whole += size;
    if (whole > 0)
        (void)!rx->job->take(rx->job->self, bytes, whole, &ignored);
    mem_free(bytes);
}

/* The sentence for a worker that did not end well. */
static int explain(const struct job_spec *spec, const struct receiver *rx,
                   const struct child_result *child, struct err *err) {
    if (rx->has_error)
        return err_set(err, rx->error.code < 0 ? rx->error.code : ERR_INTERNAL, "%s",
                       rx->error.text);
    if (child_describe(child, err) == 0)
        return err_set(err, ERR_INTERNAL, "the worker ended without a result");
    int32_t i =
        child->instance >= 0 && child->instance < spec->plan->strategy_count ? child->instance : 0;
    return err_prepend(err, "strategy %s (%s): ", spec->plan->strategies[i].conf->name,
                       spec->plan->strategies[i].build.source);
}

static int watch_worker(struct worker *worker, struct job_result *ret, struct err *err) {
    const struct job_spec *spec = worker->job;
    struct receiver rx = {.job = spec};
    struct child_result child = {0};
    struct child_spec how = {.work = work,
                             .arg = worker,
                             .on_bytes = on_bytes,
                             .bytes_arg = &rx,
                             .tick = spec->tick,
                             .tick_arg = spec->tick_self,
                             .cancelled = spec->cancelled,
                             .cancel_arg = spec->cancel_self,
                             .cancel_fd = spec->cancel_fd};
    int r = child_run(&how, &child, err);
    if (r == 0 && child.end != CHILD_OK)
        take_rest(&rx, worker->memory);
    if (r == 0 && (child.end != CHILD_OK || !rx.has_result))
        r = explain(spec, &rx, &child, err);
    if (r == 0)
        ret->run = rx.result;
    child_clean_text(child.output.data, child.output.len, &ret->output);
    ret->output_dropped = child.output_dropped;
    child_result_fini(&child);
    mem_free(rx.bytes);
    return r;
}

static int run_child(const struct job_spec *spec, struct job_result *ret, struct err *err) {
    struct worker worker = {.job = spec};
    size_t size = sizeof(struct journal_memory);
    worker.memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (worker.memory == MAP_FAILED)
        return err_errno(err, "cannot map memory for a worker", NULL);
    int r = watch_worker(&worker, ret, err);
    (void)munmap(worker.memory, size);
    return r;
}

int job_run(const struct job_spec *spec, struct job_result *ret, struct err *err) {
    memset(ret, 0, sizeof *ret);
    str_init(&ret->output);
    if (!spec->is_inline)
        return run_child(spec, ret, err);
    struct sink_port sink = {.self = spec->self, .write = spec->take};
    return load_and_run(spec, &sink, NULL, NULL, &ret->run, err);
}

void job_result_fini(struct job_result *ret) {
    str_fini(&ret->output);
    memset(ret, 0, sizeof *ret);
}
