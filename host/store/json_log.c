/*
 * Lines gather in memory; a flush opens the file, appends all of them with one write and closes it,
 * so a log may be moved or deleted at any time. The lock is for the renaming: of two processes that
 * find the file too long, one renames it and the other sees that its file has another name now.
 */
#include "store/json_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"

#define BUFFER_MAX 262144
#define FILE_MAX ((off_t)64 * 1024 * 1024)
#define TRIES 100

static const char *const file_names[JSON_LOG_STREAMS] = {
    [JSON_LOG_TRADES] = "trades.log",
    [JSON_LOG_ORDERS] = "orders.log",
    [JSON_LOG_PERFORMANCE] = "performance.log",
    [JSON_LOG_ERRORS] = "errors.log",
};

struct json_log {
    char *folder;
    bool is_made;      /* the folder was there at the last flush */
    int64_t timestamp; /* of the newest line, and as text */
    char time[TIME_ISO_MAX];
    struct {
        struct str lines;
        bool is_torn; /* the last write was cut: the next one begins on a new line */
    } streams[JSON_LOG_STREAMS];
};

struct json_log *json_log_create(const char *db_path) {
    struct json_log *log = mem_zalloc(1, sizeof(*log));
    char *folder = fs_dirname(db_path);
    struct str path;
    str_init(&path);
    fs_join(&path, folder, ".quasar/logs");
    mem_free(folder);
    log->folder = str_take(&path);
    time_format_iso(log->time, sizeof(log->time), log->timestamp);
    return log;
}

/* ---- the file ---- */

/* 1 with a locked file that has room, 0 when it has to be opened again, negative an error. */
static int open_once(const char *path, int *ret_fd, struct err *err) {
    struct stat ours, named;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0)
        return err_errno(err, "open", path);
    if (flock(fd, LOCK_EX) != 0 || fstat(fd, &ours) != 0) {
        int rc = err_errno(err, "lock", path);
        close(fd);
        return rc;
    }
    int rc = 1;
    if (stat(path, &named) != 0 || ours.st_ino != named.st_ino || ours.st_dev != named.st_dev) {
        rc = 0;
    } else if (S_ISREG(ours.st_mode) && ours.st_size > FILE_MAX) {
        struct str old;
        str_init(&old);
        str_appendf(&old, "%s.1", path);
        rc = rename(path, str_text(&old)) == 0 ? 0 : err_errno(err, "rename", path);
        str_fini(&old);
    }
    if (rc == 1)
        *ret_fd = fd;
    else
        close(fd);
    return rc;
}

static int open_log(const char *path, int *ret_fd, struct err *err) {
    int rc = 0;
    for (int i = 0; i < TRIES && rc == 0; i++)
        rc = open_once(path, ret_fd, err);
    if (rc == 0)
        return err_set(err, ERR_BUSY, "open %s: it is moved away again and again", path);
    return rc < 0 ? rc : 0;
}

/* All of it or not: what is left after a short write is lost. */
static int append(int fd, const char *path, const struct str *lines, bool *is_torn,
                  struct err *err) {
    ssize_t got;
    if (*is_torn && write(fd, "\n", 1) != 1)
        return err_errno(err, "write", path);
    *is_torn = false;
    do
        got = write(fd, lines->data, lines->len);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_errno(err, "write", path);
    if ((size_t)got == lines->len)
        return 0;
    *is_torn = got > 0 && lines->data[got - 1] != '\n';
    return err_set(err, ERR_IO, "write %s: the disk is full (free some space)", path);
}

/* The folder is made when it is not there: before the first time, or because somebody took it. */
static int open_in_folder(struct json_log *log, const char *path, int *ret_fd, struct err *err) {
    if (log->is_made && open_log(path, ret_fd, NULL) == 0)
        return 0;
    int rc = fs_mkdir_all(log->folder, err);
    log->is_made = rc == 0;
    return rc == 0 ? open_log(path, ret_fd, err) : rc;
}

static int flush_stream(struct json_log *log, enum json_log_stream stream, struct err *err) {
    struct str *lines = &log->streams[stream].lines;
    struct str path;
    int fd = -1;
    if (lines->len == 0)
        return 0;
    str_init(&path);
    fs_join(&path, log->folder, file_names[stream]);
    int rc = open_in_folder(log, str_text(&path), &fd, err);
    if (rc == 0) {
        rc = append(fd, str_text(&path), lines, &log->streams[stream].is_torn, err);
        close(fd);
    }
    str_clear(lines); /* also when it failed: a log must not grow in memory */
    str_fini(&path);
    return rc;
}

/* ---- lines ---- */

static void put_text(struct str *line, const char *before, const char *text) {
    struct jv *value = jv_str(text);
    str_append(line, before);
    jv_append(line, value, 0);
    jv_free(value);
}

int json_log_text(struct json_log *log, enum json_log_stream stream, int64_t timestamp,
                  const char *component, const char *level, const char *message,
                  const char *context, struct err *err) {
    CHECK((int)stream >= 0 && stream < JSON_LOG_STREAMS);
    struct str *lines = &log->streams[stream].lines;
    if (timestamp != log->timestamp)
        time_format_iso(log->time, sizeof(log->time), timestamp);
    log->timestamp = timestamp;
    str_append(lines, "{\"timestamp\":\"");
    str_append(lines, log->time);
    put_text(lines, "\",\"component\":", component);
    put_text(lines, ",\"level\":", level);
    put_text(lines, ",\"message\":", message);
    str_append(lines, ",\"context\":");
    str_append(lines, context);
    str_append(lines, "}\n");
    return lines->len >= BUFFER_MAX ? flush_stream(log, stream, err) : 0;
}

int json_log_line(struct json_log *log, enum json_log_stream stream, int64_t timestamp,
                  const char *component, const char *level, const char *message, struct jv *context,
                  struct err *err) {
    char *text = context != NULL ? jv_dump(context, 0) : NULL;
    int rc = json_log_text(log, stream, timestamp, component, level, message,
                           text != NULL ? text : "{}", err);
    mem_free(text);
    jv_free(context);
    return rc;
}

int json_log_flush(struct json_log *log, struct err *err) {
    int first = 0;
    for (int i = 0; i < JSON_LOG_STREAMS; i++) {
        int rc = flush_stream(log, (enum json_log_stream)i, first == 0 ? err : NULL);
        if (first == 0)
            first = rc;
    }
    return first;
}

void json_log_destroy(struct json_log **log) {
    if (*log == NULL)
        return;
    for (int i = 0; i < JSON_LOG_STREAMS; i++) {
        if (flush_stream(*log, (enum json_log_stream)i, NULL) != 0)
            continue; /* said by an earlier flush, or nobody listens any more */
    }
    for (int i = 0; i < JSON_LOG_STREAMS; i++)
        str_fini(&(*log)->streams[i].lines);
    mem_free((*log)->folder);
    mem_free(*log);
    *log = NULL;
}
