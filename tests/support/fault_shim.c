/*
 * fault_shim - LD_PRELOAD of tests/e2e/test_crash.py: a disk that fails, or a kill -9, at the k-th
 * call that writes.
 *
 *   QS_FAULT_UNDER   folder; only calls on files in it are counted (nothing without it)
 *   QS_FAULT_LOG     file elsewhere: a line "NUMBER CALL PATH" for each counted call, " !" if it
 * failed QS_FAULT_CALL    number, from 0, of the call that fails; none without it QS_FAULT_WHILE
 * file elsewhere: while it is there, every call fails QS_FAULT_ONLY    file elsewhere: as of
 * QS_FAULT_CALL only calls on files with this in their name QS_FAULT_HOW     ENOSPC, EIO; short:
 * half of the bytes, then ENOSPC; KILL: SIGKILL before the call QS_FAULT_ONCE    the calls after it
 * work again
 *
 * It acts in the process that was started as qshost, not in its forked workers and not in
 * compilers. Not seen: what stdio writes (only that a file is opened), and reading.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))

static struct {
    const char *under, *only, *when;
    long at; /* -1: none */
    int error;
    bool is_once, is_short, is_kill;
    int log_fd;
    pid_t pid;
} set = {.at = -1, .log_fd = -1};

static atomic_long calls;

__attribute__((constructor)) static void set_up(void) {
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = '\0';
    const char *name = strrchr(self, '/');
    if (!name || strcmp(name, "/qshost") != 0 || !getenv("QS_FAULT_UNDER"))
        return;
    const char *at = getenv("QS_FAULT_CALL"), *how = getenv("QS_FAULT_HOW");
    const char *log = getenv("QS_FAULT_LOG");
    how = how ? how : "ENOSPC";
    set.at = at ? strtol(at, NULL, 10) : -1;
    set.only = getenv("QS_FAULT_ONLY");
    set.when = getenv("QS_FAULT_WHILE");
    set.error = strcmp(how, "EIO") == 0 ? EIO : ENOSPC;
    set.is_short = strcmp(how, "short") == 0;
    set.is_kill = strcmp(how, "KILL") == 0;
    set.is_once = getenv("QS_FAULT_ONCE") != NULL;
    if (log)
        set.log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    set.pid = getpid();
    set.under = getenv("QS_FAULT_UNDER"); /* from here on it counts */
}

/* ---- the decision ---- */

static bool is_under(const char *path) {
    size_t len = strlen(set.under);
    return strncmp(path, set.under, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_hit(const char *path, long number) {
    if (set.only && !strstr(path, set.only))
        return false;
    if (set.when && syscall(SYS_access, set.when, F_OK) == 0)
        return true;
    return set.at >= 0 && number >= set.at && (!set.is_once || number == set.at);
}

static void note(long number, const char *call, const char *path, bool hit) {
    char line[PATH_MAX + 60];
    int len = snprintf(line, sizeof line, "%ld %s %s%s\n", number, call, path, hit ? " !" : "");
    if (set.log_fd >= 0 && syscall(SYS_write, set.log_fd, line, (size_t)len) < 0)
        abort();
}

/* True: this call fails, and errno says how. */
static bool is_failing(const char *call, const char *path, long *ret_number) {
    if (!is_under(path))
        return false;
    long number = atomic_fetch_add(&calls, 1);
    bool hit = is_hit(path, number);
    note(number, call, path, hit);
    if (hit && set.is_kill)
        raise(SIGKILL);
    if (hit)
        errno = set.error;
    *ret_number = number;
    return hit;
}

static bool is_on(void) { return set.under && getpid() == set.pid; }

static bool fails_fd(const char *call, int fd, long *ret_number) {
    char link[40], path[PATH_MAX];
    if (!is_on())
        return false;
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (len <= 0)
        return false;
    path[len] = '\0';
    return is_failing(call, path, ret_number);
}

static bool fails_path(const char *call, int folder, const char *path) {
    char whole[PATH_MAX], here[PATH_MAX] = "", link[40] = "/proc/self/cwd";
    long number;
    if (!is_on())
        return false;
    int saved = errno;
    if (path[0] != '/') {
        if (folder != AT_FDCWD)
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t len = readlink(link, here, sizeof here - 1);
        here[len > 0 ? len : 0] = '\0';
    }
    int len = snprintf(whole, sizeof whole, "%s%s%s", here, here[0] ? "/" : "", path);
    errno = saved;
    return len < (int)sizeof whole && is_failing(call, whole, &number);
}

/* ---- the calls ---- */

/* How much a failing write writes all the same; less than 0: nothing, and it fails. */
static ssize_t share_of(size_t len, long number) {
    return set.is_short && number == set.at && len > 1 ? (ssize_t)(len / 2) : -1;
}

#define FIND(type, name, parameters)                                                               \
    static type(*real) parameters;                                                                 \
    if (!real)                                                                                     \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

#define WRITING(name, parameters, ...)                                                             \
    SHOWN ssize_t name parameters {                                                                \
        FIND(ssize_t, name, parameters);                                                           \
        long number;                                                                               \
        if (fails_fd(#name, fd, &number)) {                                                        \
            ssize_t share = share_of(len, number);                                                 \
            if (share < 0)                                                                         \
                return -1;                                                                         \
            len = (size_t)share;                                                                   \
        }                                                                                          \
        return real(__VA_ARGS__);                                                                  \
    }

#define ON_FD(type, name, bad, parameters, ...)                                                    \
    SHOWN type name parameters {                                                                   \
        FIND(type, name, parameters);                                                              \
        long number;                                                                               \
        return fails_fd(#name, fd, &number) ? bad : real(__VA_ARGS__);                             \
    }

#define ON_PATH(name, folder, path, parameters, ...)                                               \
    SHOWN int name parameters {                                                                    \
        FIND(int, name, parameters);                                                               \
        return fails_path(#name, folder, path) ? -1 : real(__VA_ARGS__);                           \
    }

/* The mode is there only where a file may be made; passing it on for nothing does no harm. */
#define OPENING(name, folder, head, ...)                                                           \
    SHOWN int name head {                                                                          \
        FIND(int, name, head);                                                                     \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(rest, mode_t) : 0;                \
        va_end(rest);                                                                              \
        if ((flags & O_CREAT) && fails_path(#name, folder, path))                                  \
            return -1;                                                                             \
        return real(__VA_ARGS__, mode);                                                            \
    }

#define OPENING_STREAM(name)                                                                       \
    SHOWN FILE *name(const char *path, const char *mode) {                                         \
        FIND(FILE *, name, (const char *, const char *));                                          \
        bool writes = mode[0] == 'w' || mode[0] == 'a';                                            \
        return writes && fails_path(#name, AT_FDCWD, path) ? NULL : real(path, mode);              \
    }

/* Only maps of files that are written through: the -shm. */
#define MAPPING(name)                                                                              \
    SHOWN void *name(void *at, size_t len, int prot, int flags, int fd, off_t from) {              \
        FIND(void *, name, (void *, size_t, int, int, int, off_t));                                \
        long number;                                                                               \
        bool writes = fd >= 0 && (prot & PROT_WRITE) && (flags & MAP_SHARED);                      \
        if (writes && fails_fd(#name, fd, &number))                                                \
            return MAP_FAILED;                                                                     \
        return real(at, len, prot, flags, fd, from);                                               \
    }

WRITING(write, (int fd, const void *data, size_t len), fd, data, len)
WRITING(pwrite, (int fd, const void *data, size_t len, off_t at), fd, data, len, at)
WRITING(pwrite64, (int fd, const void *data, size_t len, off_t at), fd, data, len, at)
ON_FD(ssize_t, writev, -1, (int fd, const struct iovec *v, int n), fd, v, n)
ON_FD(ssize_t, pwritev, -1, (int fd, const struct iovec *v, int n, off_t at), fd, v, n, at)
ON_FD(int, fsync, -1, (int fd), fd)
ON_FD(int, fdatasync, -1, (int fd), fd)
ON_FD(int, ftruncate, -1, (int fd, off_t len), fd, len)
ON_FD(int, ftruncate64, -1, (int fd, off_t len), fd, len)
ON_FD(int, fallocate, -1, (int fd, int mode, off_t at, off_t len), fd, mode, at, len)
ON_FD(int, fallocate64, -1, (int fd, int mode, off_t at, off_t len), fd, mode, at, len)
ON_FD(int, posix_fallocate, set.error, (int fd, off_t at, off_t len), fd, at, len)
ON_FD(int, posix_fallocate64, set.error, (int fd, off_t at, off_t len), fd, at, len)
MAPPING(mmap)
MAPPING(mmap64)
OPENING(open, AT_FDCWD, (const char *path, int flags, ...), path, flags)
OPENING(open64, AT_FDCWD, (const char *path, int flags, ...), path, flags)
OPENING(openat, folder, (int folder, const char *path, int flags, ...), folder, path, flags)
OPENING(openat64, folder, (int folder, const char *path, int flags, ...), folder, path, flags)
OPENING_STREAM(fopen)
OPENING_STREAM(fopen64)
ON_PATH(mkstemp, AT_FDCWD, path, (char *path), path)
ON_PATH(mkstemp64, AT_FDCWD, path, (char *path), path)
SHOWN char *mkdtemp(char *path) {
    FIND(char *, mkdtemp, (char *));
    return fails_path("mkdtemp", AT_FDCWD, path) ? NULL : real(path);
}
ON_PATH(mkdir, AT_FDCWD, path, (const char *path, mode_t mode), path, mode)
ON_PATH(rename, AT_FDCWD, to, (const char *from, const char *to), from, to)
ON_PATH(link, AT_FDCWD, to, (const char *from, const char *to), from, to)
ON_PATH(symlink, AT_FDCWD, to, (const char *from, const char *to), from, to)
