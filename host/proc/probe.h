/*
 * The trial of a build before anything trusts it: bytes looked at here, loaded and asked for its
 * schema in a child process, the answer checked as hostile bytes.
 *
 * No bar is run here. Costs a fork and a load, some 1 ms.
 */
#ifndef QS_PROC_PROBE_H
#define QS_PROC_PROBE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "plugin/cache.h"
#include "plugin/descriptor.h"
#include "plugin/elf.h"
#include "plugin/registry.h"

/* What else there is to know of it. */
struct probe_report {
    struct build build;    /* sha "" when the file did not get so far */
    struct elf_report elf; /* warnings from the bytes, then those of the load */
    bool changed_float_mode;
    struct str output; /* what it printed while it was loaded */
    uint64_t output_dropped;
};

/* ERR_NOT_FOUND, ERR_FORMAT, ERR_PLUGIN, ERR_CRASH, ERR_HANG ...: "path: what: why (cure)". ret
 * gets build and path. report may be NULL; else it must be zeroed or finished, is filled as far as
 * the probe came (also on failure) and wants probe_report_fini. */
int probe_read(const char *so_path, struct descriptor *ret, struct probe_report *report,
               struct err *err) NODISCARD;
/* The same for a copy that was taken already (report->build is not filled); the sentence names its
 * source. */
int probe_build(const struct build *build, struct descriptor *ret, struct probe_report *report,
                struct err *err) NODISCARD;

/* As in struct child_spec: asked whenever fd is readable; true gives the check up. */
struct probe_cancel {
    bool (*cancelled)(void *self); /* NULL: nobody cancels */
    void *self;
    int fd;
};
/* probe_build that can be cancelled: then ERR_BUSY. */
int probe_build_unless(const struct build *build, struct probe_cancel cancel,
                       struct descriptor *ret, struct probe_report *report,
                       struct err *err) NODISCARD;
void probe_report_fini(struct probe_report *report);

/* A reader for registry_create: probe_read without a report. */
struct registry_reader probe_registry_reader(void);

#endif
