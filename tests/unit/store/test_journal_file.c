/* The file of a run: round trip, what a crash leaves at every length, foreign and damaged files. */
#include "store/journal_file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

static char folder[] = "/tmp/qs_journal_XXXXXX";
static char path[64];

static void make_folder(void) {
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/1.qsj", folder);
}

static void drop_folder(void) {
    unlink(path);
    rmdir(folder);
}

/* `count` EQUITY records, times 1, 2, 3 ..., in frames of `per_frame`. Returns the journal's hash.
 */
static struct hash128 write_run(int count, int per_frame, bool finish) {
    struct journal_writer writer;
    struct sink_port sink = {&writer, journal_file_sink};
    struct journal journal;
    struct err err;
    cr_assert_eq(journal_file_create(path, &writer, &err), 0, "%s", err.text);
    journal_init(&journal, &sink);
    for (int i = 1; i <= count; i++) {
        journal_put_equity(&journal, &(struct j_equity){.time = i, .cash = 100.0 + i});
        if (i % per_frame == 0)
            cr_assert_eq(journal_flush(&journal, &err), 0, "%s", err.text);
    }
    struct hash128 hash = journal_hash(&journal);
    journal_fini(&journal);
    if (finish)
        cr_assert_eq(journal_file_finish(&writer, "{\"run\":7}", true, &err), 0, "%s", err.text);
    else
        journal_file_drop(&writer);
    return hash;
}

/* Reads all; returns the number of records, or the error. */
static int read_run(struct journal_reader *reader, struct err *err) {
    struct journal_record record;
    struct j_equity equity;
    int rc = journal_file_open(path, reader, err);
    if (rc != 0)
        return rc;
    int count = 0;
    while ((rc = journal_file_next(reader, &record, err)) == 1) {
        cr_assert_eq(record.kind, JOURNAL_EQUITY);
        journal_read(&record, &equity);
        count++;
        cr_assert_eq(equity.time, count);
        cr_assert_eq(equity.cash, 100.0 + count);
    }
    return rc < 0 ? rc : count;
}

Test(journal_file, reads_back_what_was_written, .init = make_folder, .fini = drop_folder) {
    struct journal_reader reader;
    struct err err;
    struct hash128 hash = write_run(1000, 37, true);
    cr_assert_eq(read_run(&reader, &err), 1000);
    cr_assert(reader.complete);
    cr_assert_not(reader.running);
    cr_assert_str_eq(reader.meta, "{\"run\":7}");
    cr_assert_str_eq(reader.why, "");
    cr_assert_eq(reader.records, 1000);
    cr_assert(hash128_eq(hash, journal_file_hash(&reader)));
    cr_assert_eq(journal_file_next(&reader, &(struct journal_record){0}, &err), 0,
                 "stays at the end");
    journal_file_close(&reader);
    journal_file_close(&reader);
}

Test(journal_file, splits_an_append_over_the_frame_limit_between_records, .init = make_folder,
     .fini = drop_folder) {
    struct journal_writer writer;
    struct journal_reader reader;
    struct err err;
    enum { COUNT = 40000, SIZE = 72 }; /* 2.9 MB in one append */
    uint8_t *all = mem_alloc((size_t)COUNT * SIZE);
    for (uint64_t i = 0; i < COUNT; i++) {
        struct j_equity equity = {.time = (int64_t)i + 1, .cash = 101.0 + (double)i};
        uint64_t header = SIZE | (uint64_t)JOURNAL_EQUITY << 32;
        memcpy(all + i * SIZE, &header, 8);
        memcpy(all + i * SIZE + 8, &equity, SIZE - 8);
    }
    cr_assert_eq(journal_file_create(path, &writer, &err), 0);
    cr_assert_eq(journal_file_append(&writer, all, (size_t)COUNT * SIZE, &err), 0);
    cr_assert_eq(writer.sequence, 3); /* 2.75 MiB */
    cr_assert_eq(journal_file_finish(&writer, NULL, false, &err), 0);
    cr_assert_eq(read_run(&reader, &err), COUNT);
    cr_assert(reader.complete);
    cr_assert_null(reader.meta);
    cr_assert(hash128_eq(hash128(all, (size_t)COUNT * SIZE), journal_file_hash(&reader)));
    journal_file_close(&reader);
    mem_free(all);
}

Test(journal_file, is_interrupted_without_a_trailer, .init = make_folder, .fini = drop_folder) {
    struct journal_reader reader;
    struct err err;
    write_run(10, 4, false);
    cr_assert_eq(read_run(&reader, &err), 10);
    cr_assert_not(reader.complete);
    cr_assert_not(reader.running);
    cr_assert_str_eq(reader.why, "interrupted after 10 records: the file ends without a trailer");
    journal_file_close(&reader);
}

Test(journal_file, tells_a_run_that_goes_on_from_a_dead_one, .init = make_folder,
     .fini = drop_folder) {
    struct journal_writer writer, second;
    struct journal_reader reader;
    struct err err;
    cr_assert_eq(journal_file_create(path, &writer, &err), 0);
    cr_assert_eq(read_run(&reader, &err), 0);
    cr_assert(reader.running);
    cr_assert_str_eq(reader.why, "running after 0 records: it is still being written");
    journal_file_close(&reader);
    cr_assert_eq(journal_file_create(path, &second, &err), ERR_BUSY);
    cr_assert(strstr(err.text, "another process is writing this run") != NULL, "%s", err.text);
    journal_file_drop(&writer);
    journal_file_drop(&writer);
}

/* Cut at every length: whole frames are read, and it never fails nor claims to be complete. */
Test(journal_file, can_be_cut_at_any_byte, .init = make_folder, .fini = drop_folder) {
    struct journal_reader reader;
    struct err err;
    write_run(6, 2, true);
    char *whole;
    size_t len;
    cr_assert_eq(fs_read_all(path, 1 << 20, &whole, &len, &err), 0);
    /* head 16; 3 frames of 16 + 2 * 72 + 16; trailer 16 + 9 + 16 */
    cr_assert_eq(len, 16 + 3 * 176 + 41);
    for (size_t cut = 0; cut < len; cut++) {
        cr_assert_eq(truncate(path, (off_t)cut), 0);
        int count = read_run(&reader, &err);
        if (cut < 16) {
            cr_assert_eq(count, ERR_FORMAT, "at %zu", cut);
        } else {
            cr_assert_eq(count, (int)(cut - 16) / 176 * 2, "at %zu", cut);
            cr_assert_not(reader.complete);
            cr_assert(strncmp(reader.why, "interrupted after ", 18) == 0);
            journal_file_close(&reader);
        }
        cr_assert_eq(fs_write_atomic(path, whole, len, 0666, &err), 0);
    }
    mem_free(whole);
}

/* Any byte changed anywhere behind the head: fewer records or a refusal, never complete. */
Test(journal_file, notices_every_changed_byte, .init = make_folder, .fini = drop_folder) {
    struct journal_reader reader;
    struct err err;
    write_run(6, 2, true);
    char *whole;
    size_t len;
    cr_assert_eq(fs_read_all(path, 1 << 20, &whole, &len, &err), 0);
    for (size_t at = 0; at < len; at++) {
        int fd = open(path, O_WRONLY);
        uint8_t bad = (uint8_t)(whole[at] ^ (1 << at % 8));
        cr_assert_eq(pwrite(fd, &bad, 1, (off_t)at), 1);
        int count = read_run(&reader, &err);
        if (at < 16) {
            cr_assert_eq(count, ERR_FORMAT, "at %zu", at);
        } else {
            cr_assert_eq(count, (int)(at - 16) / 176 * 2, "at %zu", at);
            cr_assert_not(reader.complete, "at %zu", at);
            journal_file_close(&reader);
        }
        cr_assert_eq(pwrite(fd, whole + at, 1, (off_t)at), 1);
        close(fd);
    }
    mem_free(whole);
}

static void expect_refusal(const void *bytes, size_t len, const char *sentence) {
    struct journal_reader reader;
    struct err err;
    cr_assert_eq(fs_write_atomic(path, bytes, len, 0666, &err), 0);
    cr_assert_eq(read_run(&reader, &err), ERR_FORMAT);
    cr_assert(strstr(err.text, path) != NULL, "%s", err.text);
    cr_assert(strstr(err.text, sentence) != NULL, "%s", err.text);
}

Test(journal_file, refuses_foreign_newer_and_empty_files, .init = make_folder,
     .fini = drop_folder) {
    struct journal_reader reader;
    struct err err;
    expect_refusal("", 0, "empty: the run ended before it wrote anything");
    expect_refusal("Date,Open,High,Low,Close\n", 25, "not the journal of a run");
    expect_refusal("QSJ1", 4, "not the journal of a run");
    expect_refusal("QSJ1\2\0\0\0\0\0\0\0\0\0\0\0", 16, "a journal of version 2");
    unlink(path);
    cr_assert_eq(journal_file_open(path, &reader, &err), ERR_NOT_FOUND);
    cr_assert_eq(journal_file_open("/tmp", &reader, &err), ERR_IO);
}

Test(journal_file, refuses_bad_records_in_a_good_frame_with_their_number, .init = make_folder,
     .fini = drop_folder) {
    struct journal_writer writer;
    struct journal_reader reader;
    struct err err;
    uint64_t records[] = {16 | (uint64_t)999 << 32, 0};
    cr_assert_eq(journal_file_create(path, &writer, &err), 0);
    cr_assert_eq(journal_file_append(&writer, records, sizeof(records), &err), 0);
    cr_assert_eq(journal_file_finish(&writer, "{}", false, &err), 0);
    cr_assert_eq(read_run(&reader, &err), ERR_FORMAT);
    cr_assert(strstr(err.text, "record 1: journal: unknown record number 999") != NULL, "%s",
              err.text);
    journal_file_close(&reader);
}

Test(journal_file, refuses_bytes_after_the_end, .init = make_folder, .fini = drop_folder) {
    struct journal_reader reader;
    struct err err;
    write_run(2, 2, true);
    FILE *file = fopen(path, "ab");
    fputc('x', file);
    fclose(file);
    cr_assert_eq(read_run(&reader, &err), ERR_FORMAT);
    cr_assert(strstr(err.text, "more bytes after the end") != NULL, "%s", err.text);
    journal_file_close(&reader);
}

Test(journal_file, says_when_the_disk_is_full) {
    struct journal_writer writer = {.fd = open("/dev/full", O_WRONLY),
                                    .path = mem_strdup("/dev/full"),
                                    .hash = hash128_create()};
    struct err err;
    uint64_t record[] = {16 | UINT64_C(9) << 32, 0};
    cr_assert_eq(journal_file_append(&writer, record, sizeof(record), &err), ERR_IO);
    cr_assert(strstr(err.text, "No space left on device") != NULL, "%s", err.text);
    journal_file_drop(&writer);
}
