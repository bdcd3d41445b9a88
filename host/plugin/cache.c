/*
 * read (stable) -> elf_check -> SHA-256 -> temporary file -> rename. A file counts as stable when
 * identity, size and times are the same after the read as before, and as many bytes came as fstat
 * promised. A copy that is there already is read and hashed, never trusted by its name; one that
 * differs (somebody damaged it) is replaced by the rename, which leaves processes that have it
 * mapped alone.
 */
#include "plugin/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "plugin/elf.h"

#define READ_TRIES 5
#define SHA_PREFIX 16 /* hex digits in the file's name */
#define STEM_MAX 64

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* ---- the user's file ---- */

static int check_kind(const char *path, const struct stat *st, struct err *err) {
    if (S_ISDIR(st->st_mode))
        return err_set(err, ERR_FORMAT, "%s: expected a .so file, found a folder (name the file)",
                       path);
    if (!S_ISREG(st->st_mode))
        return err_set(err, ERR_FORMAT,
                       "%s: expected a regular file, found a device, pipe or socket "
                       "(name the .so file)",
                       path);
    if ((uint64_t)st->st_size > CACHE_FILE_MAX)
        return err_set(err, ERR_LIMIT,
                       "%s: expected at most %zu MiB, found %lld bytes (link less "
                       "into it)",
                       path, CACHE_FILE_MAX >> 20, (long long)st->st_size);
    return 0;
}

/* Up to len bytes; fewer when the file ends. Negative errno. */
static ssize_t read_up_to(int fd, char *bytes, size_t len) {
    size_t got = 0;
    while (got < len) {
        ssize_t n = read(fd, bytes + got, len - got);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return -errno;
        got += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)got;
}

/* One try. *ret_stable says whether the bytes are one state of the file. */
static int read_once(const char *path, char **ret_bytes, size_t *ret_len, bool *ret_stable,
                     struct err *err) {
    struct stat before, after;
    char *bytes = NULL;
    int rc = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, ERR_NOT_FOUND, "%s: no such file (build it, or look at the path)",
                       path);
    if (fd < 0)
        return err_errno(err, "cannot read", path);
    if (fstat(fd, &before) != 0) {
        rc = err_errno(err, "cannot read", path);
        goto out;
    }
    rc = check_kind(path, &before, err);
    if (rc != 0)
        goto out;
    size_t len = (size_t)before.st_size;
    bytes = mem_alloc(len + 1);
    ssize_t got = read_up_to(fd, bytes, len + 1); /* one more: did it grow? */
    if (got < 0 || fstat(fd, &after) != 0) {
        errno = got < 0 ? (int)-got : errno;
        rc = err_errno(err, "cannot read", path);
        goto out;
    }
    *ret_stable = (size_t)got == len && same_file(&before, &after);
    *ret_bytes = bytes;
    *ret_len = len;
    bytes = NULL;
out:
    mem_free(bytes);
    close(fd);
    return rc;
}

int cache_read(const char *path, char **ret_bytes, size_t *ret_len, struct err *err) {
    for (int i = 0; i < READ_TRIES; i++) {
        char *bytes;
        size_t len;
        bool stable;
        int rc = read_once(path, &bytes, &len, &stable, err);
        if (rc != 0)
            return rc;
        if (stable) {
            *ret_bytes = bytes;
            *ret_len = len;
            return 0;
        }
        mem_free(bytes);
    }
    return err_set(err, ERR_BUSY,
                   "%s: expected a finished file, found one that changed during each "
                   "of %d reads (wait until it is written)",
                   path, READ_TRIES);
}

/* ---- our folder ---- */

static int folder_name(struct str *ret, struct err *err) {
    const char *own = getenv("QS_CACHE");
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    if (own && own[0])
        str_append(ret, own);
    else if (xdg && xdg[0] == '/')
        fs_join(ret, xdg, "quasar");
    else if (home && home[0])
        fs_join(ret, home, ".cache/quasar");
    else
        return err_set(err, ERR_USAGE,
                       "no cache folder: QS_CACHE, XDG_CACHE_HOME and HOME are not "
                       "set (set QS_CACHE)");
    str_append(ret, "/builds");
    return 0;
}

static int check_folder(const char *path, struct err *err) {
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(err, "cannot use the cache folder", path);
    if (st.st_uid != geteuid())
        return err_set(err, ERR_IO,
                       "cache folder %s: expected it to be yours, found owner %u (set "
                       "QS_CACHE to a folder of yours)",
                       path, (unsigned)st.st_uid);
    if ((st.st_mode & 022) != 0)
        return err_set(err, ERR_IO,
                       "cache folder %s: expected mode 0700, found %04o: others could "
                       "change what is loaded (chmod 700 it)",
                       path, (unsigned)(st.st_mode & 07777));
    return 0;
}

int cache_folder(char ret_path[PATH_MAX], struct err *err) {
    struct str name = {0};
    char *parent = NULL;
    char real[PATH_MAX];
    int rc = folder_name(&name, err);
    if (rc != 0)
        goto out;
    parent = fs_dirname(str_text(&name));
    rc = fs_mkdir_all(parent, err);
    if (rc == 0 && mkdir(str_text(&name), 0700) != 0 && errno != EEXIST)
        rc = err_errno(err, "cannot make", str_text(&name));
    if (rc != 0) {
        (void)err_prepend(err, "cache folder (set QS_CACHE to one that can be written): ");
        goto out;
    }
    rc = check_folder(str_text(&name), err);
    if (rc == 0 && !realpath(str_text(&name), real))
        rc = err_errno(err, "cannot use the cache folder", str_text(&name));
    if (rc == 0)
        memcpy(ret_path, real, sizeof real);
out:
    mem_free(parent);
    str_fini(&name);
    return rc;
}

/* ---- the copy ---- */

/* "sma" of "/x/sma.so"; what could surprise in a file name becomes '_'. */
static void stem_of(const char *path, char stem[STEM_MAX + 1]) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    size_t len = strlen(name);
    if (str_ends_with(name, ".so"))
        len -= 3;
    len = min_size(len, STEM_MAX);
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-';
        stem[i] = c;
        if (!plain)
            stem[i] = '_';
    }
    stem[len] = '\0';
}

/* Whether `path` is a regular file with exactly that hash. */
static bool holds(const char *path, const char *sha) {
    uint8_t digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    struct stat st;
    struct err ignored;
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    if (sha256_file(path, digest, &ignored) != 0)
        return false;
    sha256_hex(digest, hex);
    return strcmp(hex, sha) == 0;
}

static int write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Bytes into path by way of a temporary file in the same folder. */
static int put_copy(const char *folder, const char *path, const char *bytes, size_t len,
                    struct err *err) {
    char temporary[PATH_MAX];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s/.half-XXXXXX", folder) >=
        sizeof temporary)
        return err_set(err, ERR_LIMIT, "cache folder %s: path too long (set QS_CACHE)", folder);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        int rc = err_errno(err, "cannot write in", folder);
        (void)err_prepend(err, "cache folder (set QS_CACHE to one that can be written): ");
        return rc;
    }
    bool ok = write_all(fd, bytes, len) == 0 && fchmod(fd, 0444) == 0;
    int saved = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        saved = errno;
    }
    if (ok && rename(temporary, path) != 0) {
        ok = false;
        saved = errno;
    }
    if (ok)
        return 0;
    (void)unlink(temporary);
    errno = saved;
    int rc = err_errno(err, "cannot write", path);
    (void)err_prepend(err, "cache folder (make room there, or set QS_CACHE to another): ");
    return rc;
}

static int name_copy(const char *source, struct build *build, struct err *err) {
    char folder[PATH_MAX], stem[STEM_MAX + 1];
    int rc = cache_folder(folder, err);
    if (rc != 0)
        return rc;
    stem_of(source, stem);
    if ((size_t)snprintf(build->path, sizeof build->path, "%s/%s.%.*s.so", folder, stem, SHA_PREFIX,
                         build->sha) >= sizeof build->path)
        return err_set(err, ERR_LIMIT, "cache folder %s: path too long (set QS_CACHE)", folder);
    return 0;
}

/* The bytes in the copy's place, unless they are there; names it in build->path. */
static int keep_copy(const char *source, const char *bytes, size_t len, struct build *build,
                     struct err *err) {
    int rc = name_copy(source, build, err);
    if (rc == 0 && !holds(build->path, build->sha)) {
        char *folder = fs_dirname(build->path);
        rc = put_copy(folder, build->path, bytes, len, err);
        mem_free(folder);
    }
    return rc;
}

static int store(const char *source, const char *bytes, size_t len, struct build *ret,
                 struct err *err) {
    uint8_t digest[SHA256_SIZE];
    struct build build = {.size = (int64_t)len};
    sha256_of(bytes, len, digest);
    sha256_hex(digest, build.sha);
    if (!realpath(source, build.source))
        return err_errno(err, "cannot read", source);
    int rc = keep_copy(source, bytes, len, &build, err);
    if (rc == 0)
        *ret = build;
    return rc;
}

int cache_take(const char *path, struct elf_report *report, struct build *ret, struct err *err) {
    struct elf_report elf;
    char *bytes;
    size_t len;
    int rc = cache_read(path, &bytes, &len, err);
    if (rc != 0)
        return rc;
    rc = elf_check(bytes, len, &elf, err);
    if (rc != 0)
        (void)err_prepend(err, "%s: ", path);
    else
        rc = store(path, bytes, len, ret, err);
    if (rc == 0 && report)
        *report = elf;
    mem_free(bytes);
    return rc;
}

int cache_find(const char *source, const char *sha, struct build *ret, struct err *err) {
    struct build build = {0};
    struct stat st;
    if (!str_copy_fixed(build.sha, sizeof build.sha, sha) ||
        strlen(build.sha) != SHA256_HEX_SIZE - 1 ||
        strspn(build.sha, "0123456789abcdef") != SHA256_HEX_SIZE - 1)
        return err_set(err, ERR_FORMAT, "'%.80s' is not the SHA-256 of a build", sha);
    int rc = name_copy(source, &build, err);
    if (rc != 0)
        return rc;
    if (!str_copy_fixed(build.source, sizeof build.source, source) || lstat(build.path, &st) != 0 ||
        !holds(build.path, build.sha))
        return err_set(err, ERR_NOT_FOUND, "%s: its build %.12s is not kept any more", source, sha);
    build.size = st.st_size;
    *ret = build;
    return 0;
}

int cache_restore(const char *source, const char *sha, const char *bytes, size_t len,
                  struct build *ret, struct err *err) {
    uint8_t digest[SHA256_SIZE];
    struct build build = {.size = (int64_t)len};
    sha256_of(bytes, len, digest);
    sha256_hex(digest, build.sha);
    if (strcmp(build.sha, sha) != 0)
        return err_set(err, ERR_FORMAT, "%s: what was kept of its build %.12s are other bytes",
                       source, sha);
    if (!str_copy_fixed(build.source, sizeof build.source, source))
        return err_set(err, ERR_LIMIT, "%.64s...: path too long", source);
    struct elf_report elf;
    int rc = elf_check(bytes, len, &elf, err);
    if (rc != 0)
        return err_prepend(err, "%s: ", source);
    rc = keep_copy(source, bytes, len, &build, err);
    if (rc == 0)
        *ret = build;
    return rc;
}
