/*
 * dlopen compares path strings first, so a name that is loaded already would hand back the old
 * object: RTLD_NOLOAD asserts that it is not. RTLD_NOW makes a missing symbol an error here instead
 * of a crash in a callback.
 */
#include "plugin/loader.h"

#include <dlfcn.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define REFUSE(err, ...) err_set(err, ERR_PLUGIN, __VA_ARGS__)

typedef const struct qs_strategy *schema_function(void);

/* dlerror's text without the path in front of it, which the caller gives. */
static const char *why(const char *path) {
    const char *text = dlerror();
    if (!text)
        return "no reason given";
    size_t len = strlen(path);
    if (strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
        return text + len + 2;
    return text;
}

static const char *cure_of(const char *reason) {
    if (strstr(reason, "undefined symbol"))
        return "define it, or link it in: -Wl,-z,defs finds this when you build";
    if (strstr(reason, "failed to map segment") || strstr(reason, "cannot enable executable"))
        return "is the cache on a noexec mount? set QS_CACHE to another folder";
    return "build it again";
}

static int open_build(const struct build *build, struct plugin *plugin, struct err *err) {
    uint32_t mode = float_mode_get();
    plugin->handle = dlopen(build->path, RTLD_NOW | RTLD_LOCAL);
    plugin->changed_float_mode = float_mode_get() != mode;
    float_mode_set(mode);
    if (plugin->handle)
        return 0;
    const char *reason = why(build->path);
    return REFUSE(err, "cannot be loaded: %s (%s)", reason, cure_of(reason));
}

static int ask_schema(struct plugin *plugin, struct err *err) {
    void *symbol = dlsym(plugin->handle, "qs_schema");
    if (!symbol)
        return REFUSE(err,
                      "expected the exported function qs_schema, found none (define the schema "
                      "with QS_STRATEGY)");
    schema_function *function;
    memcpy(&function, &symbol, sizeof function);
    uint32_t mode = float_mode_get();
    const struct qs_strategy *first = function();
    const struct qs_strategy *second = function();
    plugin->changed_float_mode = plugin->changed_float_mode || float_mode_get() != mode;
    float_mode_set(mode);
    if (first != second)
        return REFUSE(err, "qs_schema: expected the same pointer at every call, found two (return "
                           "the address of one static const struct)");
    plugin->schema = first;
    return 0;
}

int loader_open(const struct build *build, struct progress *progress, struct plugin *ret,
                struct err *err) {
    if (dlopen(build->path, RTLD_LAZY | RTLD_NOLOAD))
        return err_set(err, ERR_INTERNAL,
                       "%s is loaded in this process already (use what was "
                       "loaded)",
                       build->path);
    struct plugin *plugin = mem_zalloc(1, sizeof *plugin);
    progress_enter(progress, PROGRESS_DLOPEN);
    int rc = open_build(build, plugin, err);
    if (rc == 0) {
        progress_enter(progress, PROGRESS_SCHEMA);
        rc = ask_schema(plugin, err);
    }
    if (rc == 0) {
        progress_enter(progress, PROGRESS_DESCRIPTOR);
        rc = descriptor_check(plugin->schema, &plugin->desc, err);
    }
    if (rc == 0) {
        (void)str_copy_fixed(plugin->desc.build, sizeof plugin->desc.build, build->sha);
        (void)str_copy_fixed(plugin->desc.path, sizeof plugin->desc.path, build->source);
        *ret = *plugin;
    }
    progress_enter(progress, PROGRESS_RUNNING);
    mem_free(plugin);
    return rc;
}
