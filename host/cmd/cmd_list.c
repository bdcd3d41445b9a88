#include "cmd/cmd_list.h"

#include <getopt.h>
#include <stdbool.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/table.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "plugin/registry.h"
#include "proc/probe.h"

static const char help[] =
    "Usage: qshost list [--json]\n"
    "\n"
    "Lists the strategies of the plugin folders, and the files there that are refused. Folders:\n"
    "those of QS_PLUGINS (split at ':'), plugins/ upward from here, plugins/ beside the build,\n"
    "lib/quasar/plugins of an installation.\n"
    "\n"
    "      --json   the same as JSON: {folders, strategies[], refused[]}\n"
    "      --help   this text\n"
    "\n"
    "Example: qshost list\n";

/* -1 to go on, else the exit code. */
static int parse(int argc, char **argv, bool *ret_json) {
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    bool json = false;
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (c == 'h')
            return strategy_text_print(help);
        if (c != 'j') {
            LOG_ERROR("list: unknown option %s (qshost list --help)",
                      usage_bad_option(argv, (char[3]){0}));
            return 2;
        }
        json = true;
    }
    if (optind < argc) {
        LOG_ERROR("list: expected no argument, found %s (qshost list --help)", argv[optind]);
        return 2;
    }
    *ret_json = json;
    return -1;
}

static struct jv *to_json(const struct registry *registry) {
    struct jv *o = jv_object();
    jv_put_str(o, "folders", registry_folders(registry));
    struct jv *strategies = jv_put_array(o, "strategies");
    struct jv *refused = jv_put_array(o, "refused");
    for (size_t i = 0; i < registry_count(registry); i++) {
        struct registry_entry entry = registry_at(registry, i);
        if (!entry.desc) {
            struct jv *item = jv_push_object(refused);
            jv_put_str(item, "path", entry.path);
            jv_put_json(item, "error", strategy_text_error(entry.err));
            continue;
        }
        struct jv *item = jv_push_object(strategies);
        jv_put_str(item, "id", entry.desc->id);
        jv_put_str(item, "version", entry.desc->version);
        jv_put_str(item, "name", entry.desc->name);
        jv_put_str(item, "path", entry.path);
        jv_put_str(item, "build", entry.desc->build);
    }
    return o;
}

static void append_inputs(const struct descriptor *desc, struct str *str) {
    for (uint32_t i = 0; i < desc->input_count; i++) {
        str_appendf(str, "%s%s=", i > 0 ? " " : "", desc->inputs[i].name);
        strategy_text_default(desc, &desc->inputs[i], str);
    }
}

static void to_text(const struct registry *registry, struct str *str) {
    struct table table;
    struct str inputs = {0};
    table_init(&table);
    table_column(&table, "id", TABLE_LEFT);
    table_column(&table, "version", TABLE_LEFT);
    table_column(&table, "name", TABLE_LEFT);
    table_column(&table, "inputs", TABLE_LEFT);
    for (size_t i = 0; i < registry_count(registry); i++) {
        struct registry_entry entry = registry_at(registry, i);
        if (!entry.desc)
            continue;
        str_clear(&inputs);
        append_inputs(entry.desc, &inputs);
        table_cell(&table, entry.desc->id);
        table_cell(&table, entry.desc->version);
        table_cell(&table, entry.desc->name);
        table_cell(&table, str_text(&inputs));
    }
    if (table_rows(&table) > 0)
        table_render(&table, str);
    else
        str_appendf(str, "no strategy in %s (build some: qshost build)\n",
                    registry_folders(registry));
    table_fini(&table);
    str_fini(&inputs);
    for (size_t i = 0; i < registry_count(registry); i++) {
        struct registry_entry entry = registry_at(registry, i);
        if (!entry.desc)
            str_appendf(str, "refused: %s\n", entry.err->text);
    }
}

int cmd_list(int argc, char **argv) {
    bool json = false;
    int code = parse(argc, argv, &json);
    if (code >= 0)
        return code;
    struct err err;
    struct str text = {0};
    struct registry *registry = registry_create(probe_registry_reader());
    registry_add_default_folders(registry);
    if (registry_scan(registry, &err) != 0) {
        LOG_ERROR("%s", err.text);
        code = 1;
    } else if (json) {
        code = strategy_text_print_json(to_json(registry));
    } else {
        to_text(registry, &text);
        code = strategy_text_print(str_text(&text));
    }
    str_fini(&text);
    registry_destroy(&registry);
    return code;
}
