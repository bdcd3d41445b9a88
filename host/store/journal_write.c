/* The writing half of journal_file.h: each append is one frame, gone to the kernel when it returns.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/journal_file.h"
#include "store/journal_frame.h"

/* All parts, through short writes. */
static int write_parts(struct journal_writer *writer, struct iovec *parts, int count,
                       struct err *err) {
    while (count > 0) {
        ssize_t got = writev(writer->fd, parts, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, "write", writer->path);
        writer->bytes += (uint64_t)got;
        size_t left = (size_t)got;
        while (count > 0 && left >= parts->iov_len) {
            left -= parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (uint8_t *)parts->iov_base + left;
            parts->iov_len -= left;
        }
    }
    return 0;
}

static struct iovec part(const void *data, size_t len) {
    struct iovec vec = {.iov_len = len};
    memcpy(&vec.iov_base, &data, sizeof(data)); /* writev only reads */
    return vec;
}

/* What is overwritten must be empty, or a journal: not somebody's bars. */
static int refuse_foreign(int fd, const char *path, struct err *err) {
    struct stat what;
    uint32_t magic = 0;
    if (fstat(fd, &what) != 0 || !S_ISREG(what.st_mode))
        return err_set(err, ERR_IO, "%s: not a regular file (a journal is written to one)", path);
    if (what.st_size == 0)
        return 0;
    if (pread(fd, &magic, sizeof magic, 0) != (ssize_t)sizeof magic || magic != FILE_MAGIC)
        return err_set(
            err, ERR_IO,
            "%s: exists and is no journal, so it is not overwritten (choose another name)", path);
    return 0;
}

static int lock_and_clear(struct journal_writer *writer, struct err *err) {
    struct file_head head = {.magic = FILE_MAGIC, .version = JOURNAL_FILE_VERSION};
    if (flock(writer->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return err_set(err, ERR_BUSY, "write %s: another process is writing this run",
                           writer->path);
        return err_errno(err, "lock", writer->path);
    }
    if (ftruncate(writer->fd, 0) != 0)
        return err_errno(err, "empty", writer->path);
    writer->chain = hash128(&head, sizeof(head));
    struct iovec parts[] = {part(&head, sizeof(head))};
    return write_parts(writer, parts, 1, err);
}

int journal_file_create(const char *path, struct journal_writer *ret, struct err *err) {
    struct journal_writer writer = {.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
    if (writer.fd < 0)
        return err_errno(err, "create", path);
    int foreign = refuse_foreign(writer.fd, path, err);
    if (foreign != 0) {
        (void)close(writer.fd);
        return foreign;
    }
    writer.path = mem_strdup(path);
    writer.hash = hash128_create();
    int rc = lock_and_clear(&writer, err);
    if (rc != 0) {
        journal_file_drop(&writer);
        return rc;
    }
    *ret = writer;
    return 0;
}

static int write_frame(struct journal_writer *writer, uint32_t magic, const void *payload,
                       size_t len, struct err *err) {
    CHECK(len <= JOURNAL_FILE_FRAME_MAX);
    struct frame_head head = {
        .magic = magic, .length = (uint32_t)len, .sequence = writer->sequence};
    writer->chain = frame_chain(writer->hash, writer->chain, &head, payload);
    writer->sequence++;
    struct iovec parts[] = {part(&head, sizeof(head)), part(payload, len),
                            part(&writer->chain, sizeof(writer->chain))};
    return write_parts(writer, parts, 3, err);
}

/* The most whole records that fit into one frame. */
static size_t frame_share(const uint8_t *records, size_t len) {
    if (len <= JOURNAL_FILE_FRAME_MAX)
        return len;
    size_t share = 0;
    for (;;) {
        uint32_t size;
        memcpy(&size, records + share, sizeof(size));
        CHECKF(size >= 8 && size <= JOURNAL_RECORD_MAX, "a record of %u bytes", size);
        if (share + size > JOURNAL_FILE_FRAME_MAX)
            return share;
        share += size;
    }
}

int journal_file_append(struct journal_writer *writer, const void *records, size_t len,
                        struct err *err) {
    const uint8_t *at = records;
    while (len > 0) {
        size_t share = frame_share(at, len);
        int rc = write_frame(writer, FRAME_RECORDS, at, share, err);
        if (rc != 0)
            return rc;
        at += share;
        len -= share;
    }
    return 0;
}

int journal_file_sink(void *writer, const void *bytes, size_t len, struct err *err) {
    return journal_file_append(writer, bytes, len, err);
}

int journal_file_sync(struct journal_writer *writer, struct err *err) {
    if (fdatasync(writer->fd) != 0)
        return err_errno(err, "sync", writer->path);
    return 0;
}

int journal_file_finish(struct journal_writer *writer, const char *meta, bool sync,
                        struct err *err) {
    size_t len = meta != NULL ? strlen(meta) : 0;
    int rc = 0;
    if (len > JOURNAL_FILE_FRAME_MAX)
        rc = err_set(err, ERR_LIMIT, "write %s: %zu bytes about the run (at most %d)", writer->path,
                     len, JOURNAL_FILE_FRAME_MAX);
    if (rc == 0)
        rc = write_frame(writer, FRAME_TRAILER, meta, len, err);
    if (rc == 0 && sync)
        rc = journal_file_sync(writer, err);
    journal_file_drop(writer);
    return rc;
}

void journal_file_drop(struct journal_writer *writer) {
    if (writer->path == NULL)
        return;
    close(writer->fd);
    mem_free(writer->path);
    hash128_destroy(&writer->hash);
    *writer = (struct journal_writer){.fd = -1};
}
