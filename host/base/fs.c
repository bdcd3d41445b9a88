#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

/* Opens what must be a regular file; never waits for a pipe's other end. Returns the fd. */
static int open_regular(const char *path, struct stat *st, struct err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_errno(err, "open", path);
    int rc = 0;
    if (fstat(fd, st) < 0)
        rc = err_errno(err, "read", path);
    else if (S_ISDIR(st->st_mode))
        rc = err_set(err, ERR_IO, "read %s: it is a folder", path);
    else if (!S_ISREG(st->st_mode))
        rc = err_set(err, ERR_IO, "read %s: not a regular file", path);
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

/* To the end, however long the size was said to be: files of /proc say 0, others grow. */
static int read_to_end(int fd, const char *path, size_t guess, size_t max, struct str *text,
                       struct err *err) {
    size_t cap = min_size(guess, max) + 2; /* one to see the end, one for the terminator */
    text->data = mem_alloc(cap);
    text->cap = cap;
    for (;;) {
        if (text->len + 1 == text->cap) {
            text->cap *= 2;
            text->data = mem_realloc_array(text->data, text->cap, 1);
        }
        ssize_t got = read(fd, text->data + text->len, text->cap - 1 - text->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, "read", path);
        text->len += (size_t)got;
        text->data[text->len] = '\0';
        if (text->len > max)
            return err_set(err, ERR_LIMIT, "read %s: longer than the %zu bytes allowed", path, max);
        if (got == 0)
            return 0;
    }
}

int fs_read_all(const char *path, size_t max, char **ret, size_t *ret_len, struct err *err) {
    CHECK(max < SIZE_MAX / 4);
    struct stat st;
    int fd = open_regular(path, &st, err);
    if (fd < 0)
        return fd;
    struct str text;
    str_init(&text);
    int rc = 0;
    if (st.st_size > (off_t)max)
        rc = err_set(err, ERR_LIMIT, "read %s: %lld bytes, %zu are allowed", path,
                     (long long)st.st_size, max);
    if (rc == 0)
        rc = read_to_end(fd, path, (size_t)st.st_size, max, &text, err);
    close(fd);
    if (rc == 0) {
        if (ret_len != NULL)
            *ret_len = text.len;
        *ret = str_take(&text);
    }
    str_fini(&text);
    return rc;
}

int fs_write_exact(int fd, const void *data, size_t len, struct err *err) {
    size_t at = 0;
    while (at < len) {
        ssize_t put = write(fd, (const uint8_t *)data + at, len - at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return err_errno(err, "write", NULL);
        at += (size_t)put;
    }
    return 0;
}

/* A new file in folder, hidden, with a name that nobody else uses; its path is appended to ret. */
static int create_beside(const char *folder, const char *base, mode_t mode, struct str *ret,
                         struct err *err) {
    static _Atomic unsigned counter;
    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned number = atomic_fetch_add(&counter, 1);
        str_clear(ret);
        fs_join(ret, folder, "");
        str_appendf(ret, ".%s.%ld.%u.tmp", base, (long)getpid(), number);
        int fd = open(str_text(ret), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            return err_errno(err, "create", str_text(ret));
    }
    return err_set(err, ERR_BUSY, "create %s: old temporary files are in the way (remove them)",
                   str_text(ret));
}

/* The rename is durable only when the folder is. Some file systems cannot sync one: EINVAL. */
static int sync_folder(const char *folder, struct err *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "open", folder);
    int rc = 0;
    if (fsync(fd) < 0 && errno != EINVAL)
        rc = err_errno(err, "sync", folder);
    close(fd);
    return rc;
}

static int fill_and_close(int fd, const char *path, const void *data, size_t len, struct err *err) {
    int rc = fs_write_exact(fd, data, len, err);
    if (rc < 0)
        err_prepend(err, "%s: ", path);
    else if (fsync(fd) < 0)
        rc = err_errno(err, "sync", path);
    if (close(fd) < 0 && rc == 0)
        rc = err_errno(err, "close", path);
    return rc;
}

int fs_write_atomic(const char *path, const void *data, size_t len, mode_t mode, struct err *err) {
    char *folder = fs_dirname(path);
    char *base = fs_basename(path);
    struct str temporary;
    str_init(&temporary);
    int rc = create_beside(folder, base, mode, &temporary, err);
    if (rc >= 0) {
        rc = fill_and_close(rc, str_text(&temporary), data, len, err);
        if (rc == 0 && rename(str_text(&temporary), path) < 0)
            rc = err_errno(err, "write", path);
        if (rc < 0)
            unlink(str_text(&temporary));
        else
            rc = sync_folder(folder, err);
    }
    str_fini(&temporary);
    mem_free(base);
    mem_free(folder);
    return rc;
}

/* One level; fine when it is there, whatever mkdir says first (a read-only disk says EROFS). */
static int make_dir(const char *path, struct err *err) {
    if (mkdir(path, 0777) == 0 || fs_is_dir(path))
        return 0;
    if (errno == EEXIST || errno == ENOTDIR)
        return err_set(err, ERR_IO, "make folder %s: a file is in its place", path);
    return err_errno(err, "make folder", path);
}

int fs_mkdir_all(const char *path, struct err *err) {
    char *prefix = mem_strdup(path);
    int rc = 0;
    for (char *at = prefix; *at != '\0' && rc == 0; at++) {
        if (*at != '/' || at == prefix)
            continue;
        *at = '\0';
        rc = make_dir(prefix, err);
        *at = '/';
    }
    if (rc == 0)
        rc = make_dir(prefix, err);
    mem_free(prefix);
    return rc;
}

bool fs_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

bool fs_is_dir(const char *path) {
    int saved_errno = errno;
    struct stat st;
    bool is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    errno = saved_errno;
    return is;
}

bool fs_is_regular(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

int fs_map_open(const char *path, struct fs_map *ret, struct err *err) {
    struct stat st;
    int fd = open_regular(path, &st, err);
    if (fd < 0)
        return fd;
    int rc = 0;
    void *data = NULL;
    if (st.st_size > 0) {
        data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED)
            rc = err_errno(err, "map", path);
    }
    close(fd);
    if (rc == 0)
        *ret = (struct fs_map){
            .data = data,
            .len = (size_t)st.st_size,
            .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
            .device = st.st_dev,
            .inode = st.st_ino,
        };
    return rc;
}

void fs_map_close(struct fs_map *map) {
    if (map->data != NULL)
        CHECK(munmap((void *)(uintptr_t)map->data, map->len) == 0);
    *map = (struct fs_map){0};
}
