/*
 * The reading half of journal_file.h. A frame counts only when its length, sequence and hash are
 * right; the first one that is not ends the file as "interrupted", since that is what a crash or a
 * full disk leaves. Within a good frame every byte was written on purpose: what is wrong there is
 * an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/journal_file.h"
#include "store/journal_frame.h"

/* Up to len bytes; fewer only at the end of the file. */
static int read_some(struct journal_reader *reader, void *data, size_t len, size_t *ret_len,
                     struct err *err) {
    size_t done = 0;
    while (done < len) {
        ssize_t got = read(reader->fd, (uint8_t *)data + done, len - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, "read", reader->path);
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret_len = done;
    return 0;
}

static int check_file_head(struct journal_reader *reader, struct err *err) {
    struct file_head head;
    size_t len;
    int rc = read_some(reader, &head, sizeof(head), &len, err);
    if (rc != 0)
        return rc;
    if (len == 0)
        return err_set(err, ERR_FORMAT, "%s: empty: the run ended before it wrote anything",
                       reader->path);
    if (len < sizeof(head) || head.magic != FILE_MAGIC)
        return err_set(err, ERR_FORMAT,
                       "%s: not the journal of a run (it does not begin with QSJ1)", reader->path);
    if (head.version != JOURNAL_FILE_VERSION || head.zero != 0)
        return err_set(err, ERR_FORMAT,
                       "%s: a journal of version %u (this qshost reads %d: made by a newer one?)",
                       reader->path, head.version, JOURNAL_FILE_VERSION);
    reader->chain = hash128(&head, sizeof(head));
    return 0;
}

int journal_file_open(const char *path, struct journal_reader *ret, struct err *err) {
    struct journal_reader reader = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (reader.fd < 0)
        return err_errno(err, "open", path);
    reader.path = mem_strdup(path);
    reader.frame_hash = hash128_create();
    reader.journal_hash = hash128_create();
    reader.frame = mem_alloc(JOURNAL_FILE_FRAME_MAX + sizeof(struct hash128));
    int rc = check_file_head(&reader, err);
    if (rc != 0) {
        journal_file_close(&reader);
        return rc;
    }
    *ret = reader;
    return 0;
}

static int interrupted(struct journal_reader *reader, const char *why) {
    if (flock(reader->fd, LOCK_SH | LOCK_NB) != 0)
        reader->running = errno == EWOULDBLOCK;
    else
        flock(reader->fd, LOCK_UN);
    reader->ended = true;
    if (reader->running)
        why = "it is still being written";
    snprintf(reader->why, sizeof(reader->why), "%s after %" PRIu64 " records: %s",
             reader->running ? "running" : "interrupted", reader->records, why);
    return 0;
}

static int end_of_run(struct journal_reader *reader, struct err *err) {
    char byte;
    size_t len;
    int rc = read_some(reader, &byte, 1, &len, err);
    if (rc != 0)
        return rc;
    if (len != 0)
        return err_set(err, ERR_FORMAT, "%s: more bytes after the end of the run (damaged)",
                       reader->path);
    if (!str_is_utf8((const char *)reader->frame, reader->len, NULL))
        return err_set(err, ERR_FORMAT, "%s: the trailer is no text", reader->path);
    if (reader->len > 0)
        reader->meta = mem_strndup((const char *)reader->frame, reader->len);
    reader->ended = true;
    reader->complete = true;
    reader->at = reader->len = 0;
    return 0;
}

/* 1 with a frame of records at hand, 0 at the end, negative on error. */
static int next_frame(struct journal_reader *reader, struct err *err) {
    struct frame_head head;
    struct hash128 stored;
    size_t len;
    int rc = read_some(reader, &head, sizeof(head), &len, err);
    if (rc != 0)
        return rc;
    if (len < sizeof(head))
        return interrupted(reader, len == 0 ? "the file ends without a trailer"
                                            : "the file ends within a frame");
    if (head.magic != FRAME_RECORDS && head.magic != FRAME_TRAILER)
        return interrupted(reader, "the next bytes are no frame");
    if (head.length > JOURNAL_FILE_FRAME_MAX || head.sequence != reader->sequence)
        return interrupted(reader, "the next frame has a wrong length or number");
    rc = read_some(reader, reader->frame, head.length + sizeof(stored), &len, err);
    if (rc != 0)
        return rc;
    if (len < head.length + sizeof(stored))
        return interrupted(reader, "the file ends within a frame");
    memcpy(&stored, reader->frame + head.length, sizeof(stored));
    reader->chain = frame_chain(reader->frame_hash, reader->chain, &head, reader->frame);
    if (!hash128_eq(stored, reader->chain))
        return interrupted(reader, "the hash of the next frame is wrong");
    reader->sequence++;
    reader->at = 0;
    reader->len = head.length;
    if (head.magic == FRAME_TRAILER)
        return end_of_run(reader, err);
    hash128_update(reader->journal_hash, reader->frame, reader->len);
    reader->bytes += reader->len;
    return 1;
}

int journal_file_next(struct journal_reader *reader, struct journal_record *ret, struct err *err) {
    size_t size = 0;
    while (!reader->ended && reader->at == reader->len) {
        int rc = next_frame(reader, err);
        if (rc < 0)
            return rc;
    }
    if (reader->ended)
        return 0;
    int rc = journal_next(reader->frame + reader->at, reader->len - reader->at, ret, &size, err);
    if (rc == 0)
        rc = err_set(err, ERR_FORMAT, "journal: a record crosses the end of its frame");
    if (rc < 0) {
        err_prepend(err, "%s: record %" PRIu64 ": ", reader->path, reader->records + 1);
        return rc;
    }
    reader->at += size;
    reader->records++;
    return 1;
}

struct hash128 journal_file_hash(const struct journal_reader *reader) {
    return hash128_digest(reader->journal_hash);
}

void journal_file_close(struct journal_reader *reader) {
    if (reader->path == NULL)
        return;
    close(reader->fd);
    mem_free(reader->path);
    mem_free(reader->frame);
    mem_free(reader->meta);
    hash128_destroy(&reader->frame_hash);
    hash128_destroy(&reader->journal_hash);
    *reader = (struct journal_reader){.fd = -1};
}
