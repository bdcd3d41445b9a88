#include "proc/sdk.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "proc/compile_command.h"

#define PC_MAX ((size_t)64 << 10)
#define LEVELS_UP 3 /* build/tests/bin/x -> build */
#define PKG_CONFIG_DEADLINE_MS 5000

/* ---- one .pc file ---- */

struct pc {
    const char *path; /* of the file, for sentences */
    char *text;
    char *folder;
};

static int pc_open(struct pc *pc, const char *path, struct err *err) {
    pc->path = path;
    int rc = fs_read_all(path, PC_MAX, &pc->text, NULL, err);
    if (rc == 0)
        pc->folder = fs_dirname(path);
    return rc;
}

static void pc_close(struct pc *pc) {
    mem_free(pc->text);
    mem_free(pc->folder);
    *pc = (struct pc){0};
}

/* What stands behind "name=" or "name:" at the start of a line; NULL when there is none. */
static const char *pc_raw(const struct pc *pc, const char *name, size_t name_len, char separator,
                          size_t *ret_len) {
    for (const char *line = pc->text; line;) {
        const char *end = strchr(line, '\n');
        if (strncmp(line, name, name_len) == 0 && line[name_len] == separator) {
            line += name_len + 1;
            line += strspn(line, " \t");
            *ret_len = end ? (size_t)(end - line) : strlen(line);
            return line;
        }
        line = end ? end + 1 : NULL;
    }
    return NULL;
}

/* Appends the value with its ${variables} put in; false when one of them is not there. */
static bool pc_expand(const struct pc *pc, const char *value, size_t len, int depth,
                      struct str *str) {
    for (const char *end = value + len; value < end;) {
        const char *close =
            value[0] == '$' && value[1] == '{' ? memchr(value, '}', (size_t)(end - value)) : NULL;
        if (!close) {
            str_append_char(str, *value++);
            continue;
        }
        const char *name = value + 2, *inner;
        size_t name_len = (size_t)(close - name), inner_len = 0;
        value = close + 1;
        if (name_len == strlen("pcfiledir") && strncmp(name, "pcfiledir", name_len) == 0) {
            str_append(str, pc->folder);
            continue;
        }
        inner = pc_raw(pc, name, name_len, '=', &inner_len);
        if (!inner || depth == 0 || !pc_expand(pc, inner, inner_len, depth - 1, str))
            return false;
    }
    return true;
}

/* A variable (separator '=') or a field (':'). ERR_FORMAT when it is missing or longer than cap. */
static int pc_get(const struct pc *pc, const char *name, char separator, char *ret, size_t cap,
                  struct err *err) {
    struct str value = {0};
    size_t len = 0;
    const char *raw = pc_raw(pc, name, strlen(name), separator, &len);
    int rc = 0;
    if (!raw || !pc_expand(pc, raw, len, 8, &value) || !str_copy_fixed(ret, cap, str_text(&value)))
        rc = err_set(err, ERR_FORMAT,
                     "%s: expected %s%c and a value, found none that can be read (is it the "
                     "quasar.pc of this qshost? install the SDK once more)",
                     pc->path, name, separator);
    str_fini(&value);
    return rc;
}

/* The words of Cflags without the folders of headers: those come from the variable. */
static void drop_includes(char *flags) {
    char *from = mem_strdup(flags), *save = NULL;
    struct str kept = {0};
    for (char *word = strtok_r(from, " \t", &save); word; word = strtok_r(NULL, " \t", &save))
        if (word[0] == '-' && !str_starts_with(word, "-I"))
            str_appendf(&kept, "%s%s", kept.len > 0 ? " " : "", word);
    memcpy(flags, str_text(&kept), kept.len + 1); /* never longer than it was */
    str_fini(&kept);
    mem_free(from);
}

/* ---- an SDK ---- */

static int read_main(const char *path, struct sdk *sdk, struct err *err) {
    struct pc pc = {0};
    char header[PATH_MAX + 32];
    int rc = pc_open(&pc, path, err);
    if (rc == 0)
        rc = pc_get(&pc, "includedir", '=', sdk->include, sizeof sdk->include, err);
    if (rc == 0)
        rc = pc_get(&pc, "Cflags", ':', sdk->cflags, sizeof sdk->cflags, err);
    if (rc == 0)
        rc = pc_get(&pc, "Libs", ':', sdk->libs, sizeof sdk->libs, err);
    if (rc == 0)
        rc = pc_get(&pc, "templatedir", '=', sdk->template_, sizeof sdk->template_, err);
    if (rc == 0) {
        drop_includes(sdk->cflags);
        if (!fs_is_dir(sdk->template_))
            sdk->template_[0] = '\0';
        (void)snprintf(header, sizeof header, "%s/quasar/strategy.h", sdk->include);
        if (!fs_is_regular(header))
            rc = err_set(err, ERR_NOT_FOUND,
                         "%s: the SDK's headers are not in %s (was it moved? install it once more, "
                         "or say where it is with QS_SDK)",
                         path, sdk->include);
    }
    pc_close(&pc);
    return rc;
}

/* Where the harness is built; without it strategies build all the same. */
static void read_harness(struct sdk *sdk) {
    char path[PATH_MAX + 32];
    struct pc pc = {0};
    struct err ignored;
    (void)snprintf(path, sizeof path, "%s/quasar-harness.pc", sdk->pkgconfig);
    if (pc_open(&pc, path, &ignored) == 0 &&
        pc_get(&pc, "libdir", '=', sdk->library, sizeof sdk->library, &ignored) == 0) {
        (void)snprintf(path, sizeof path, "%s/libquasar-harness.a", sdk->library);
        if (!fs_is_regular(path))
            sdk->library[0] = '\0';
    } else {
        sdk->library[0] = '\0';
    }
    pc_close(&pc);
}

static int read_sdk(const char *pc_path, struct sdk *ret, struct err *err) {
    struct sdk *sdk = mem_zalloc(1, sizeof *sdk);
    char *folder = fs_dirname(pc_path);
    int rc = read_main(pc_path, sdk, err);
    if (rc == 0 && !realpath(folder, sdk->pkgconfig))
        rc = err_errno(err, "the SDK", folder);
    if (rc == 0) {
        read_harness(sdk);
        *ret = *sdk;
    }
    mem_free(folder);
    mem_free(sdk);
    return rc;
}

/* ---- where it is ---- */

/* quasar.pc of an installation's prefix or of a build folder. */
static bool find_below(const char *prefix, char ret_pc[PATH_MAX]) {
    static const char *const folders[] = {"lib", "lib64", "lib/*-linux-*"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        struct str pattern = {0};
        glob_t found = {0};
        for (const char *c = prefix; *c; c++) { /* a prefix is no pattern */
            if (strchr("*?[\\", *c))
                str_append_char(&pattern, '\\');
            str_append_char(&pattern, *c);
        }
        str_appendf(&pattern, "/%s/pkgconfig/quasar.pc", folders[i]);
        bool is_found = glob(str_text(&pattern), 0, NULL, &found) == 0 &&
                        str_copy_fixed(ret_pc, PATH_MAX, found.gl_pathv[0]);
        globfree(&found);
        str_fini(&pattern);
        if (is_found)
            return true;
    }
    return false;
}

static bool find_beside_binary(char ret_pc[PATH_MAX]) {
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0)
        return false;
    path[len] = '\0';
    for (int up = 0; up < LEVELS_UP; up++) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path)
            return false;
        *slash = '\0';
        if (up > 0 && find_below(path, ret_pc))
            return true;
    }
    return false;
}

static bool ask_pkg_config(char ret_pc[PATH_MAX]) {
    static const char *const argv[] = {"pkg-config", "--variable=pcfiledir", "quasar", NULL};
    char program[PATH_MAX];
    struct str words = {0};
    struct err ignored;
    int exit_code = 1;
    bool is_found = false;
    if (command_find(argv[0], program)) {
        struct command_spec spec = {.program = program,
                                    .argv = argv,
                                    .words_max = PATH_MAX,
                                    .deadline_ms = PKG_CONFIG_DEADLINE_MS};
        if (command_run(&spec, &words, &exit_code, &ignored) == 0 && exit_code == 0 &&
            words.len > 1) {
            words.data[strcspn(words.data, "\n")] = '\0';
            is_found = snprintf(ret_pc, PATH_MAX, "%s/quasar.pc", words.data) < PATH_MAX &&
                       fs_is_regular(ret_pc);
        }
    }
    str_fini(&words);
    return is_found;
}

int sdk_find(struct sdk *ret, struct err *err) {
    char pc[PATH_MAX];
    const char *said = getenv("QS_SDK");
    if (said && *said) {
        if (!find_below(said, pc))
            return err_set(err, ERR_NOT_FOUND,
                           "QS_SDK=%s: no lib/pkgconfig/quasar.pc in it (name the prefix that "
                           "Quasar is installed in, or a build folder of its sources)",
                           said);
        return read_sdk(pc, ret, err);
    }
    if (!find_beside_binary(pc) && !ask_pkg_config(pc))
        return err_set(err, ERR_NOT_FOUND,
                       "no SDK found: no lib/pkgconfig/quasar.pc beside this qshost, and "
                       "pkg-config knows none (cmake --install build --prefix DIR installs it; "
                       "QS_SDK=DIR says where it is)");
    return read_sdk(pc, ret, err);
}
