/*
 * A lock of an open file description (F_OFD_SETLK), not of a process: the classic fcntl locks are
 * all lost when the process closes any other descriptor of the same file, as a reader in the same
 * process would do.
 */
#include "store/run_live.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define TRIES 100

static struct flock lock_of(int64_t run) {
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = run, .l_len = 1};
}

static void lock_file(const char *db_path, struct str *ret) {
    str_init(ret);
    str_appendf(ret, "%s-live", db_path);
}

/* Somebody may have deleted the file between our open and our lock. */
static bool is_still_there(int fd, const char *path) {
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

static int refuse(const char *path, int number, struct err *err) {
    bool is_rights = number == EACCES || number == EPERM || number == EROFS || number == ELOOP;
    return err_set(err, ERR_IO, "%s: cannot open: %s (it says which runs go on; %s)", path,
                   strerror(number),
                   is_rights ? "make it and its folder writable"
                             : "make room for it, or choose another database with --db");
}

/* 1 locked, 0 the file was deleted meanwhile, negative an error. */
static int try_take(const char *path, int64_t run, int *ret_fd, struct err *err) {
    struct flock lock = lock_of(run);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return refuse(path, errno, err);
    int rc = 1;
    if (fcntl(fd, F_OFD_SETLK, &lock) != 0)
        rc = errno == EAGAIN || errno == EACCES
                 ? err_set(err, ERR_BUSY, "run %" PRId64 ": another process records it (%s)", run,
                           path)
                 : err_set(err, ERR_IO,
                           "%s: cannot lock: %s (does its file system know locks? choose another "
                           "database with --db)",
                           path, strerror(errno));
    else if (!is_still_there(fd, path))
        rc = 0;
    if (rc == 1)
        *ret_fd = fd;
    else
        close(fd);
    return rc;
}

int run_live_take(const char *db_path, int64_t run, int *ret_fd, struct err *err) {
    CHECKF(run > 0, "run %" PRId64, run);
    struct str path;
    int rc = 0;
    lock_file(db_path, &path);
    for (int i = 0; i < TRIES && rc == 0; i++)
        rc = try_take(str_text(&path), run, ret_fd, err);
    if (rc == 0)
        rc = err_set(err, ERR_BUSY, "%s: cannot lock: it is deleted again and again",
                     str_text(&path));
    str_fini(&path);
    return rc == 1 ? 0 : rc;
}

bool run_live_is_held(const char *db_path, int64_t run) {
    struct flock lock = lock_of(run);
    struct str path;
    lock_file(db_path, &path);
    int fd = open(str_text(&path), O_RDONLY | O_CLOEXEC);
    bool is_missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    str_fini(&path);
    if (fd < 0)
        return !is_missing; /* one that may not be read tells nothing: the row stands */
    bool is_held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return is_held;
}
