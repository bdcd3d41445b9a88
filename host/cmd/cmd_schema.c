#include "cmd/cmd_schema.h"

#include <getopt.h>
#include <stdbool.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "plugin/registry.h"
#include "proc/probe.h"

static const char help[] =
    "Usage: qshost schema [--json] ID|FILE.so\n"
    "\n"
    "Prints all that a strategy declares: inputs with defaults and ranges, variables, what it needs.\n"
    "\n"
    "      --json   as JSON\n"
    "      --help   this text\n"
    "\n"
    "Example: qshost schema ema_cross --json\n";

/* -1 to go on, else the exit code. */
static int parse(int argc, char **argv, const char **ret_word, bool *ret_json) {
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    bool json = false;
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (c == 'h')
            return strategy_text_print(help);
        if (c != 'j') {
            LOG_ERROR("schema: unknown option %s (qshost schema --help)",
                      usage_bad_option(argv, (char[3]){0}));
            return 2;
        }
        json = true;
    }
    if (argc - optind != 1) {
        LOG_ERROR("schema: expected one ID or FILE.so, found %d arguments (qshost schema --help)",
                  argc - optind);
        return 2;
    }
    *ret_word = argv[optind];
    *ret_json = json;
    return -1;
}

int cmd_schema(int argc, char **argv) {
    const char *word = NULL;
    bool json = false;
    int code = parse(argc, argv, &word, &json);
    if (code >= 0)
        return code;
    struct err err;
    struct str text = {0};
    char path[PATH_MAX];
    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    struct registry *registry = registry_create(probe_registry_reader());
    registry_add_default_folders(registry);
    int rc = registry_find(registry, word, path, desc, &err);
    if (rc != 0) {
        LOG_ERROR("%s", err.text);
        code = rc == ERR_USAGE ? 2 : 1;
    } else if (json) {
        code = strategy_text_print_json(descriptor_to_json(desc));
    } else {
        strategy_text(desc, &text);
        code = strategy_text_print(str_text(&text));
    }
    str_fini(&text);
    mem_free(desc);
    registry_destroy(&registry);
    return code;
}
