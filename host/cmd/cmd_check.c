#include "cmd/cmd_check.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "plugin/registry.h"
#include "proc/probe.h"

static const char help[] =
    "Usage: qshost check [--json] FILE.so|ID\n"
    "\n"
    "Says whether a strategy's build would be taken, and if not, why: looks at the file as bytes,\n"
    "loads it in a process of its own and reads what it declares.\n"
    "\n"
    "      --json   the same as JSON\n"
    "      --help   this text\n"
    "\n"
    "Exit code: 0 taken, 1 refused, 2 wrong usage.\n"
    "Environment: QS_DEADLINE_MS (default 10000), QS_CACHE (default ~/.cache/quasar)\n"
    "\n"
    "Example: qshost check plugins/ema_cross.so\n";

struct options {
    const char *file;
    bool json;
};

/* -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct options *ret) {
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct options options = {0};
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (c == 'h')
            return strategy_text_print(help);
        if (c != 'j') {
            LOG_ERROR("check: unknown option %s (qshost check --help)",
                      usage_bad_option(argv, (char[3]){0}));
            return 2;
        }
        options.json = true;
    }
    if (argc - optind != 1) {
        LOG_ERROR("check: expected one FILE.so, found %d arguments (qshost check --help)",
                  argc - optind);
        return 2;
    }
    options.file = argv[optind];
    *ret = options;
    return -1;
}

/* A file as it stands; what is none and looks like an id is one of the registry. */
static int find(const char *word, char ret_path[PATH_MAX], struct err *err) {
    CHECK(word != NULL);
    if (fs_exists(word) || strchr(word, '/') || str_ends_with(word, ".so")) {
        if (!str_copy_fixed(ret_path, PATH_MAX, word))
            return err_set(err, ERR_USAGE, "%.64s...: path too long", word);
        return 0;
    }
    struct registry *registry = registry_create(probe_registry_reader());
    struct descriptor *ignored = mem_zalloc(1, sizeof *ignored);
    registry_add_default_folders(registry);
    int rc = registry_find(registry, word, ret_path, ignored, err);
    mem_free(ignored);
    registry_destroy(&registry);
    return rc;
}

static struct jv *to_json(const char *path, int rc, const struct err *err,
                          const struct descriptor *desc, const struct probe_report *report) {
    struct jv *o = jv_object();
    jv_put_bool(o, "ok", rc == 0);
    jv_put_str(o, "file", path);
    jv_put_str(o, "build", report->build.sha[0] ? report->build.sha : NULL);
    if (rc == 0)
        jv_put_null(o, "error");
    else
        jv_put_json(o, "error", strategy_text_error(err));
    struct jv *warnings = jv_put_array(o, "warnings");
    for (size_t i = 0; i < report->elf.warning_count; i++)
        jv_push_str(warnings, report->elf.warnings[i]);
    jv_put_str_n(o, "output", str_text(&report->output), report->output.len);
    jv_put_i64(o, "output_dropped", (int64_t)report->output_dropped);
    if (rc == 0)
        jv_put_json(o, "schema", descriptor_to_json(desc));
    else
        jv_put_null(o, "schema");
    return o;
}

static void to_text(const struct descriptor *desc, const struct probe_report *report,
                    struct str *str) {
    strategy_text(desc, str);
    str_append_char(str, '\n');
    for (size_t i = 0; i < report->elf.warning_count; i++)
        str_appendf(str, "warning: %s\n", report->elf.warnings[i]);
    strategy_text_output(str_text(&report->output), report->output.len, report->output_dropped,
                         str);
    str_append(str, "ok: this build is taken\n");
}

static int check(const struct options *options, const char *path) {
    struct probe_report report = {0};
    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    struct str text = {0};
    struct err err = {0};
    int code = 0;
    int rc = probe_read(path, desc, &report, &err);
    if (options->json) {
        code = strategy_text_print_json(to_json(path, rc, &err, desc, &report));
    } else if (rc == 0) {
        to_text(desc, &report, &text);
        code = strategy_text_print(str_text(&text));
    }
    if (rc != 0) {
        LOG_ERROR("%s", err.text);
        strategy_text_output(str_text(&report.output), report.output.len, report.output_dropped,
                             &text);
        if (!options->json)
            (void)fputs(str_text(&text), stderr);
        code = rc == ERR_USAGE ? 2 : 1;
    }
    str_fini(&text);
    mem_free(desc);
    probe_report_fini(&report);
    return code;
}

int cmd_check(int argc, char **argv) {
    struct options options = {0};
    char path[PATH_MAX];
    struct err err;
    int code = parse(argc, argv, &options);
    if (code >= 0)
        return code;
    int rc = find(options.file, path, &err);
    if (rc != 0) {
        LOG_ERROR("%s", err.text);
        return rc == ERR_USAGE ? 2 : 1;
    }
    return check(&options, path);
}
