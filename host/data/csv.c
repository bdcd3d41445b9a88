/*
 * One pass over the mapped file. read_quickly takes a row in its ordinary form (numbers right
 * between the commas) and touches each byte once; a row that has anything else in it (spaces,
 * quotes, other letters, a mistake) is given to csv_row_read, which is slow and knows all forms and
 * sentences. The hash of the bytes follows in blocks that are still in the processor's cache.
 */
#include "data/csv.h"

#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "data/csv_layout.h"
#include "data/csv_row.h"
#include "data/number.h"
#include "data/stamp.h"

#define HASH_BLOCK ((size_t)256 << 10)
#define STAMP_LEN_MAX 40

struct reader {
    const char *path;
    const char *at, *end; /* of the bytes */
    const char *hashed;   /* up to here */
    struct xxh128_state *hash;
    struct csv_layout layout;
    struct stamp_reader stamps;
    size_t stamp_len; /* of the row before */
    bool careful_only;
    struct csv_bars bars;
};

static void append(struct reader *r, const struct csv_row *row) {
    struct csv_bars *bars = &r->bars;
    int64_t i = bars->count;
    if (UNLIKELY(i == bars->capacity))
        csv_bars_reserve(bars, i * 2);
    bars->time[i] = row->time;
    bars->open[i] = row->value[CSV_OPEN];
    bars->high[i] = row->value[CSV_HIGH];
    bars->low[i] = row->value[CSV_LOW];
    bars->close[i] = row->value[CSV_CLOSE];
    bars->volume[i] = row->value[CSV_VOLUME] + 0.0; /* -0 becomes 0 */
    bars->synthetic = bars->synthetic || row->value[CSV_SYNTHETIC] == 1;
    bars->count = i + 1;
}

/* A stamp right at text, as long as the one before or up to the next comma. Returns its length, 0
 * for anything unusual. */
static size_t stamp_quickly(struct reader *r, const char *text, int64_t *ret) {
    size_t room = (size_t)(r->end - text), len = r->stamp_len;
    if (len < room && (text[len] == ',' || text[len] == '\n') &&
        stamp_read(&r->stamps, text, len, ret))
        return len;
    for (len = 0; len < room && len < STAMP_LEN_MAX && text[len] != ',' && text[len] != '\n'; len++)
        ;
    if (len == room || len == STAMP_LEN_MAX || !stamp_read(&r->stamps, text, len, ret))
        return 0;
    r->stamp_len = len;
    return len;
}

/* Bytes up to the comma or newline; NULL when one of them needs a closer look. */
static const char *skip_quickly(const char *p, const char *end) {
    for (; p < end && *p != ',' && *p != '\n'; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~' || *p == '"')
            return *p == '\r' ? p : NULL;
    return p;
}

/* The row at r->at in its ordinary form, newline included. Returns where the next row begins, NULL
 * for every other form (row may be half written then). */
static inline const char *read_quickly(struct reader *r, struct csv_row *row) {
    const char *p = r->at, *end = r->end;
    int32_t last = r->layout.field_count - 1;
    for (int32_t i = 0; i <= last; i++) {
        unsigned column = r->layout.column[i];
        if (column - CSV_OPEN <= CSV_SYNTHETIC - CSV_OPEN) {
            size_t len = number_parse(p, end, &row->value[column]);
            if (UNLIKELY(len == 0))
                return NULL;
            p += len;
        } else if (column == CSV_TIME) {
            size_t len = stamp_quickly(r, p, &row->time);
            if (UNLIKELY(len == 0))
                return NULL;
            p += len;
        } else if ((p = skip_quickly(p, end)) == NULL) {
            return NULL;
        }
        if (UNLIKELY(p == end))
            return NULL;
        if (i < last && *p++ != ',')
            return NULL;
    }
    if (*p == '\r' && p + 1 < end)
        p++;
    return *p == '\n' ? p + 1 : NULL;
}

static const char *line_end(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline == NULL ? end : newline;
}

/* Without the CR of a CRLF. */
static const char *text_end(const char *begin, const char *newline) {
    return newline > begin && newline[-1] == '\r' ? newline - 1 : newline;
}

static bool is_blank(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    return at == end;
}

/* The row at r->at, in whatever form. 1: a row, 0: only blank lines are left, or an error. */
static int read_carefully(struct reader *r, const struct csv_place *place, struct csv_row *row,
                          struct err *err) {
    const char *newline = line_end(r->at, r->end), *next = newline < r->end ? newline + 1 : newline;
    if (is_blank(r->at, newline)) {
        if (is_blank(r->at, r->end)) {
            r->at = r->end;
            return 0;
        }
        return err_set(err, ERR_FORMAT,
                       "%s:%lld: row: \"\": an empty line between rows (delete it)", r->path,
                       (long long)place->line);
    }
    int error =
        csv_row_read(&r->layout, &r->stamps, place, r->at, text_end(r->at, newline), row, err);
    if (error != 0)
        return error;
    r->at = next;
    return 1;
}

static void hash_up_to(struct reader *r, const char *at) {
    hash128_update(r->hash, r->hashed, (size_t)(at - r->hashed));
    r->hashed = at;
}

static int read_rows(struct reader *r, struct err *err) {
    struct csv_row row = {0};
    int64_t previous_time = INT64_MIN;
    while (r->at < r->end) {
        const char *next = r->careful_only ? NULL : read_quickly(r, &row);
        if (LIKELY(next != NULL && row.time > previous_time && csv_row_is_bar(&row))) {
            r->at = next;
        } else {
            struct csv_place place = {r->path, csv_line_of(r->bars.count), previous_time};
            int found = read_carefully(r, &place, &row, err);
            if (found < 0)
                return found;
            if (found == 0)
                break;
        }
        append(r, &row);
        previous_time = row.time;
        if (UNLIKELY((size_t)(r->at - r->hashed) >= HASH_BLOCK))
            hash_up_to(r, r->at);
    }
    hash_up_to(r, r->end);
    if (r->bars.count == 0)
        return err_set(err, ERR_FORMAT,
                       "%s:2: row: \"\": no rows after the header (an empty file?)", r->path);
    return 0;
}

static int read_header(struct reader *r, struct err *err) {
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    if (r->end - r->at >= 3 && memcmp(r->at, byte_order_mark, 3) == 0)
        r->at += 3;
    const char *newline = line_end(r->at, r->end), *end = text_end(r->at, newline);
    struct csv_place place = {r->path, 1, INT64_MIN};
    int error = csv_row_check_bytes(&place, r->at, end, err);
    if (error != 0)
        return error;
    if (memchr(r->at, '\r', (size_t)(end - r->at)) != NULL)
        return err_set(err, ERR_FORMAT,
                       "%s:1: header: CR: a line end without LF (save it with LF or CRLF)",
                       r->path);
    error = csv_layout_read(r->path, r->at, end, &r->layout, err);
    if (error != 0)
        return error;
    r->at = newline < r->end ? newline + 1 : newline;
    int64_t row_len = line_end(r->at, r->end) - r->at + 1;
    csv_bars_reserve(&r->bars, (r->end - r->at) / row_len * 9 / 8 + 16);
    return 0;
}

/* What is a file, but not text. */
static int refuse_format(const char *path, const struct fs_map *map, struct err *err) {
    static const struct {
        const char *magic;
        size_t len;
        const char *name, *cure;
    } formats[] = {{"\x1f\x8b", 2, "gzip", "decompress it"},
                   {"\x28\xb5\x2f\xfd", 4, "zstd", "decompress it"},
                   {"\xfd"
                    "7zXZ",
                    5, "xz", "decompress it"},
                   {"BZh", 3, "bzip2", "decompress it"},
                   {"PK\x03\x04", 4, "zip", "unpack it"},
                   {"PAR1", 4, "parquet", "export it as CSV"},
                   {"\xff\xfe", 2, "UTF-16", "save it as UTF-8"},
                   {"\xfe\xff", 2, "UTF-16", "save it as UTF-8"}};
    if (map->len == 0 || is_blank((const char *)map->data, (const char *)map->data + map->len))
        return err_set(err, ERR_FORMAT,
                       "%s: file: %zu bytes: empty (write a header and rows: "
                       "time,open,high,low,close,volume)",
                       path, map->len);
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (map->len >= formats[i].len && memcmp(map->data, formats[i].magic, formats[i].len) == 0)
            return err_set(err, ERR_FORMAT, "%s: file: %s: not plain text (%s)", path,
                           formats[i].name, formats[i].cure);
    return 0;
}

static int refuse_changed(const char *path, const struct fs_map *map, struct err *err) {
    struct stat now;
    if (stat(path, &now) != 0)
        return err_errno(err, "cannot look again at", path);
    int64_t mtime_ns = now.st_mtim.tv_sec * INT64_C(1000000000) + now.st_mtim.tv_nsec;
    if ((uint64_t)now.st_ino != map->inode || now.st_size != (off_t)map->len ||
        mtime_ns != map->mtime_ns)
        return err_set(err, ERR_BUSY,
                       "%s: file: changed: somebody wrote it while it was read (try again)", path);
    return 0;
}

static int read_map(const char *path, const struct csv_options *options, const struct fs_map *map,
                    struct csv_bars *ret, struct err *err) {
    int error = refuse_format(path, map, err);
    if (error != 0)
        return error;
    const char *bytes = (const char *)map->data;
    struct reader r = {.path = path,
                       .at = bytes,
                       .end = bytes + map->len,
                       .hashed = bytes,
                       .hash = hash128_create(),
                       .careful_only = options->careful_only};
    error = read_header(&r, err);
    if (error == 0)
        error = read_rows(&r, err);
    if (error == 0)
        error = refuse_changed(path, map, err);
    r.bars.hash = hash128_digest(r.hash);
    hash128_destroy(&r.hash);
    if (error != 0) {
        csv_bars_fini(&r.bars);
        return error;
    }
    *ret = r.bars;
    return 0;
}

static int refuse_size(const char *path, int64_t bytes_max, struct err *err) {
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(err, "cannot read", path);
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_IO, "%s: file: a folder: not a file of bars (name a file in it)",
                       path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_IO, "%s: file: a device, pipe or socket: not a file of bars", path);
    if (st.st_size > bytes_max)
        return err_set(err, ERR_LIMIT, "%s: file: %lld bytes: over the limit of %lld (split it)",
                       path, (long long)st.st_size, (long long)bytes_max);
    return 0;
}

int csv_read(const char *path, const struct csv_options *options, struct csv_bars *ret,
             struct err *err) {
    struct csv_options defaults = {0};
    if (options == NULL)
        options = &defaults;
    CHECK(options->bytes_max >= 0);
    struct fs_map map;
    int error =
        refuse_size(path, options->bytes_max == 0 ? CSV_BYTES_MAX : options->bytes_max, err);
    if (error == 0)
        error = fs_map_open(path, &map, err);
    if (error != 0)
        return error;
    error = read_map(path, options, &map, ret, err);
    fs_map_close(&map);
    return error;
}
