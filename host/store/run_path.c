/* A run's number is its file's name; there is no counter to go wrong. */
#include "store/run_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

#define TRIES 1000
#define SUFFIX ".qsj"

int project_find(const char *start, struct str *ret, struct err *err) {
    struct str found;
    if (start == NULL)
        start = ".";
    str_init(&found);
    char *folder = NULL;
    if (fs_find_upward(start, ".quasar", &found) && fs_is_dir(str_text(&found)))
        folder = fs_dirname(str_text(&found));
    else
        folder = realpath(start, NULL);
    str_fini(&found);
    if (folder == NULL)
        return err_errno(err, "find the project folder", start);
    str_clear(ret);
    str_append(ret, folder);
    mem_free(folder);
    return 0;
}

static void runs_folder(const char *project, struct str *ret) {
    str_clear(ret);
    fs_join(ret, project, ".quasar/runs");
}

static void run_file(const char *project, int64_t number, struct str *ret) {
    runs_folder(project, ret);
    str_appendf(ret, "/%06" PRId64 SUFFIX, number);
}

int64_t run_path_number(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t digits = strspn(name, "0123456789");
    int64_t number;
    if (digits < 6 || strcmp(name + digits, SUFFIX) != 0 || !str_parse_i64_n(name, digits, &number))
        return 0;
    return number;
}

int run_path_range(const char *project, int64_t *ret_first, int64_t *ret_last, struct err *err) {
    struct str folder;
    int64_t first = 0, last = 0;
    str_init(&folder);
    runs_folder(project, &folder);
    DIR *dir = opendir(str_text(&folder));
    if (dir == NULL && errno != ENOENT) {
        int rc = err_errno(err, "list", str_text(&folder));
        str_fini(&folder);
        return rc;
    }
    str_fini(&folder);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        int64_t number = run_path_number(entry->d_name);
        if (number > 0 && (first == 0 || number < first))
            first = number;
        last = max_i64(last, number);
    }
    if (dir != NULL)
        closedir(dir);
    *ret_first = first;
    *ret_last = last;
    return 0;
}

static int reserve(const char *project, struct str *path, int64_t *ret_number, struct err *err) {
    int64_t first, last;
    int rc = run_path_range(project, &first, &last, err);
    if (rc != 0)
        return rc;
    for (int64_t number = last + 1; number <= last + TRIES; number++) {
        run_file(project, number, path);
        int fd = open(str_text(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            close(fd);
            *ret_number = number;
            return 0;
        }
        if (errno != EEXIST)
            return err_errno(err, "create", str_text(path));
    }
    return err_set(err, ERR_BUSY, "reserve a run in %s: %d numbers after %" PRId64 " were taken",
                   project, TRIES, last);
}

int run_path_new(const char *project, struct str *ret_path, int64_t *ret_number, struct err *err) {
    struct str path;
    str_init(&path);
    runs_folder(project, &path);
    int rc = fs_mkdir_all(str_text(&path), err);
    if (rc == 0)
        rc = reserve(project, &path, ret_number, err);
    if (rc == 0) {
        str_clear(ret_path);
        str_append(ret_path, str_text(&path));
    }
    str_fini(&path);
    return rc;
}

/* A run by its number; 0 is "last". */
static int find_number(const char *project, int64_t number, struct str *ret_path, struct err *err) {
    int64_t first, last;
    int rc = run_path_range(project, &first, &last, err);
    if (rc != 0)
        return rc;
    if (last == 0)
        return err_set(err, ERR_NOT_FOUND,
                       "there are no runs in %s yet (qshost backtest makes one)", project);
    struct str path;
    str_init(&path);
    run_file(project, number == 0 ? last : number, &path);
    if (!fs_exists(str_text(&path)))
        rc = err_set(err, ERR_NOT_FOUND,
                     "run %" PRId64 ": there is none in %s (the runs there: %" PRId64 " to %" PRId64
                     ")",
                     number, project, first, last);
    if (rc == 0) {
        str_clear(ret_path);
        str_append(ret_path, str_text(&path));
    }
    str_fini(&path);
    return rc;
}

int run_path_find(const char *project, const char *name, struct str *ret_path, struct err *err) {
    int64_t number;
    if (str_eq(name, "last"))
        return find_number(project, 0, ret_path, err);
    if (strspn(name, "0123456789") == strlen(name) && str_parse_i64(name, &number) && number > 0)
        return find_number(project, number, ret_path, err);
    if (!fs_exists(name)) {
        if (strchr(name, '/') != NULL || str_ends_with(name, SUFFIX))
            return err_set(err, ERR_NOT_FOUND, "run %s: there is no such file", name);
        return err_set(err, ERR_NOT_FOUND,
                       "run '%s': expected a number, 'last' or the path of a " SUFFIX " file",
                       name);
    }
    str_clear(ret_path);
    str_append(ret_path, name);
    return 0;
}
