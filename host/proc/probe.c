/*
 * The child answers with one message: magic, kind, float mode, length, then a descriptor or a
 * refusal (its text). Nothing of it is believed: it is collected up to a limit, must be whole,
 * and is decoded as hostile bytes.
 */
#include "proc/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/loader.h"
#include "proc/child.h"

#define MESSAGE_MAX ((size_t)256 << 10)
#define MESSAGE_MAGIC 0x42505351u /* "QSPB" */
#define HEADER_WORDS 4

enum { MESSAGE_DESCRIPTOR = 1, MESSAGE_REFUSAL = 2 };

/* ---- in the child ---- */

static void put_u32(struct str *str, uint32_t value) {
    const char raw[4] = {(char)(value & 0xff), (char)((value >> 8) & 0xff),
                         (char)((value >> 16) & 0xff), (char)(value >> 24)};
    str_append_n(str, raw, sizeof raw);
}

static int work(void *arg, int out_fd, struct child_status *status) {
    const struct build *build = arg;
    struct str body = {0}, message = {0};
    struct plugin *plugin = mem_zalloc(1, sizeof *plugin);
    struct err err;
    int rc = loader_open(build, &status->progress, plugin, &err);
    if (rc == 0)
        descriptor_encode(&plugin->desc, &body);
    else
        str_append(&body, err.text);
    put_u32(&message, MESSAGE_MAGIC);
    put_u32(&message, rc == 0 ? MESSAGE_DESCRIPTOR : MESSAGE_REFUSAL);
    put_u32(&message, plugin->changed_float_mode);
    put_u32(&message, (uint32_t)body.len);
    str_append_n(&message, body.data, body.len);
    return fs_write_exact(out_fd, message.data, message.len, &err) == 0 ? 0 : 1;
}

/* ---- in the parent ---- */

static int collect(void *arg, const void *data, size_t len, struct err *err) {
    struct str *message = arg;
    if (len > MESSAGE_MAX - message->len)
        return err_set(err, ERR_FORMAT,
                       "sent more than %zu bytes as its schema (it must not write "
                       "to file descriptors that are not its own)",
                       MESSAGE_MAX);
    str_append_n(message, data, len);
    return 0;
}

static uint32_t word(const struct str *message, size_t index) {
    const unsigned char *at = (const unsigned char *)message->data + 4 * index;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int take_refusal(const char *body, size_t len, struct err *err) {
    struct str text = {0};
    child_clean_text(body, len, &text);
    int rc = err_set(err, ERR_PLUGIN, "%s", str_text(&text));
    str_fini(&text);
    return rc;
}

static int take_message(const struct str *message, struct descriptor *ret,
                        struct probe_report *report, struct err *err) {
    const size_t header = (size_t)4 * HEADER_WORDS;
    if (message->len < header || word(message, 0) != MESSAGE_MAGIC ||
        word(message, 3) != message->len - header)
        return err_set(err, ERR_FORMAT,
                       "ended without an answer, or with a broken one of %zu bytes "
                       "(it must not write to file descriptors that are not its "
                       "own)",
                       message->len);
    const char *body = message->data + header;
    size_t len = message->len - header;
    report->changed_float_mode = word(message, 2) != 0;
    switch (word(message, 1)) {
    case MESSAGE_DESCRIPTOR:
        return descriptor_decode(body, len, ret, err);
    case MESSAGE_REFUSAL:
        return take_refusal(body, len, err);
    default:
        break;
    }
    return err_set(err, ERR_FORMAT, "sent an answer of unknown kind %u", word(message, 1));
}

/* What an author can do about a child that ended in that phase. */
static const char *cure_of(const struct child_result *result) {
    if (result->end == CHILD_INTERRUPTED)
        return "start it again";
    if (result->end == CHILD_EXITED && result->phase == PROGRESS_START)
        return "close some, or raise ulimit -n";
    switch (result->phase) {
    case PROGRESS_DLOPEN:
        return "look at constructors, C++ globals and what they call";
    case PROGRESS_SCHEMA:
        return "qs_schema may only return the address of one static const struct";
    case PROGRESS_DESCRIPTOR:
        return "a pointer of the schema is wild: look at inputs, variables and texts";
    default:
        return "it must not end the process that loads it";
    }
}

static void warn(struct probe_report *report, const char *text) {
    struct elf_report *elf = &report->elf;
    if (elf->warning_count < ELF_WARNINGS_MAX)
        (void)str_copy_fixed(elf->warnings[elf->warning_count++], sizeof elf->warnings[0], text);
}

static int ask_child(const struct build *build, struct probe_cancel cancel, struct descriptor *ret,
                     struct probe_report *report, struct err *err) {
    struct build argument = *build;
    struct str message = {0};
    struct child_result result = {0};
    struct child_spec spec = {.work = work,
                              .arg = &argument,
                              .on_bytes = collect,
                              .bytes_arg = &message,
                              .cancelled = cancel.cancelled,
                              .cancel_arg = cancel.self,
                              .cancel_fd = cancel.fd};
    int rc = child_run(&spec, &result, err);
    if (rc == 0) {
        rc = child_describe(&result, err);
        if (rc != 0) {
            char text[sizeof err->text];
            (void)str_copy_fixed(text, sizeof text, err ? err->text : "");
            (void)err_set(err, rc, "%s (%s)", text, cure_of(&result));
        }
    }
    child_clean_text(str_text(&result.output), result.output.len, &report->output);
    report->output_dropped = result.output_dropped;
    if (rc == 0)
        rc = take_message(&message, ret, report, err);
    if (report->changed_float_mode)
        warn(report, "its constructor changed the floating-point mode, which the host restored, so "
                     "its results are not those of its author's tests (build without -ffast-math)");
    child_result_fini(&result);
    str_fini(&message);
    return rc;
}

/* What comes after the bytes were looked at. */
static int ask(const struct build *build, const char *name, struct probe_cancel cancel,
               struct descriptor *ret, struct probe_report *report, struct err *err) {
    int rc = ask_child(build, cancel, ret, report, err);
    if (rc != 0)
        return err_prepend(err, "%s: ", name);
    (void)str_copy_fixed(ret->build, sizeof ret->build, build->sha);
    (void)str_copy_fixed(ret->path, sizeof ret->path, build->source);
    return 0;
}

int probe_read(const char *so_path, struct descriptor *ret, struct probe_report *report,
               struct err *err) {
    struct probe_report own = {0};
    struct probe_report *r = report ? report : &own;
    probe_report_fini(r);
    int rc = cache_take(so_path, &r->elf, &r->build, err);
    if (rc == 0)
        rc = ask(&r->build, so_path, (struct probe_cancel){0}, ret, r, err);
    probe_report_fini(&own);
    return rc;
}

int probe_build(const struct build *build, struct descriptor *ret, struct probe_report *report,
                struct err *err) {
    return probe_build_unless(build, (struct probe_cancel){0}, ret, report, err);
}

int probe_build_unless(const struct build *build, struct probe_cancel cancel,
                       struct descriptor *ret, struct probe_report *report, struct err *err) {
    struct probe_report own = {0};
    struct probe_report *r = report ? report : &own;
    probe_report_fini(r);
    int rc = ask(build, build->source, cancel, ret, r, err);
    probe_report_fini(&own);
    return rc;
}

void probe_report_fini(struct probe_report *report) {
    str_fini(&report->output);
    *report = (struct probe_report){0};
}

static int read_for_registry(void *arg, const char *path, struct descriptor *ret, struct err *err) {
    (void)arg;
    return probe_read(path, ret, NULL, err);
}

struct registry_reader probe_registry_reader(void) {
    return (struct registry_reader){.read = read_for_registry, .arg = NULL};
}
