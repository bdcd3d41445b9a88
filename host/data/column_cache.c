/*
 * A column file: the header, the source's path, zeros up to a whole page, then the seven columns in
 * the order of struct bar_columns, each of count * 8 bytes. All of it little endian, as in memory.
 */
#include "data/column_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"
#include "data/series.h"

#define MAGIC "QSCOLUMN"
#define VERSION 1
#define COLUMNS 7
#define PAGE 4096
#define PATH_LEN_MAX 4096
/* A source that was written this shortly before its column file may have been written once more in
 * the same tick of the file system's clock: its times prove nothing. */
#define TRUST_AFTER (100 * TIME_MILLI)

struct header {
    char magic[8];
    uint32_t version;
    uint32_t path_len;
    struct hash128 header_hash; /* of header and path, with zeros here */
    struct hash128 source_hash;
    struct hash128 columns_hash;
    struct source_identity source;
    int64_t count;
    char asked[16]; /* the timeframe of the key */
    char timeframe_name[16];
    int64_t timeframe_ns;
    int32_t timeframe_months;
    int32_t stamp;
    uint32_t inferred;
    uint32_t synthetic;
};
_Static_assert(sizeof(struct header) == 168,
               "the header has no holes and its size is in the files");

/* A header with the path behind it, as it lies in the file. */
struct front {
    struct header header;
    char path[PATH_LEN_MAX];
};
_Static_assert(sizeof(struct front) == sizeof(struct header) + PATH_LEN_MAX,
               "no hole before the path");

static size_t columns_offset(size_t path_len) {
    return (sizeof(struct header) + path_len + PAGE - 1) / PAGE * PAGE;
}

bool source_identify(const char *path, struct source_identity *ret) {
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    *ret = (struct source_identity){
        .device = st.st_dev,
        .inode = st.st_ino,
        .size = st.st_size,
        .mtime_ns = (int64_t)st.st_mtim.tv_sec * TIME_SECOND + st.st_mtim.tv_nsec,
        .ctime_ns = (int64_t)st.st_ctim.tv_sec * TIME_SECOND + st.st_ctim.tv_nsec};
    return true;
}

bool source_identity_eq(const struct source_identity *a, const struct source_identity *b) {
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

static struct hash128 hash_front(const struct front *front) {
    struct front copy = *front;
    copy.header.header_hash = (struct hash128){0, 0};
    return hash128(&copy, sizeof(struct header) + copy.header.path_len);
}

/* Appends the cache's folder; false when the environment names none. */
static bool append_folder(struct str *str) {
    const char *cache = getenv("QS_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache != NULL && *cache != '\0')
        str_append(str, cache);
    else if (xdg != NULL && *xdg != '\0')
        str_appendf(str, "%s/quasar", xdg);
    else if (home != NULL && *home != '\0')
        str_appendf(str, "%s/.cache/quasar", home);
    else
        return false;
    str_append(str, "/columns");
    return true;
}

/* The column file's folder and path, and the source's real path (mem_free it). */
struct place {
    struct str folder, path;
    char *source;
};

static void place_fini(struct place *place) {
    str_fini(&place->folder);
    str_fini(&place->path);
    free(place->source);
}

static bool place_init(const struct column_key *key, struct place *ret) {
    struct place place = {.source = realpath(key->path, NULL)};
    if (place.source == NULL || strlen(place.source) >= PATH_LEN_MAX ||
        !append_folder(&place.folder)) {
        place_fini(&place);
        return false;
    }
    struct str name = {0};
    str_append(&name, place.source);
    str_append_char(&name, '\0');
    str_appendf(&name, "%d %s", key->stamp, key->timeframe);
    char hex[HASH128_HEX_SIZE];
    hash128_hex(hash128(name.data, name.len), hex);
    str_appendf(&place.path, "%s/%s.columns", str_text(&place.folder), hex);
    str_fini(&name);
    *ret = place;
    return true;
}

/* The header is whole, of this version, and of this key; no byte beyond the map is looked at. */
static bool is_of_key(const struct fs_map *map, const struct column_key *key, const char *source,
                      struct header *ret) {
    struct front front = {0};
    struct header *header = &front.header;
    if (map->len < sizeof(*header))
        return false;
    memcpy(header, map->data, sizeof(*header));
    if (memcmp(header->magic, MAGIC, sizeof(header->magic)) != 0 || header->version != VERSION ||
        header->path_len >= PATH_LEN_MAX || map->len < columns_offset(header->path_len))
        return false;
    memcpy(front.path, map->data + sizeof(*header), header->path_len);
    if (!hash128_eq(hash_front(&front), header->header_hash))
        return false;
    if (!str_eq(front.path, source) ||
        strncmp(header->asked, key->timeframe, sizeof(header->asked)) != 0 ||
        header->stamp != (int32_t)key->stamp)
        return false;
    size_t bytes = map->len - columns_offset(header->path_len);
    if (header->count < 1 || bytes / (COLUMNS * 8) != (size_t)header->count ||
        bytes % (COLUMNS * 8) != 0)
        return false;
    *ret = *header;
    return true;
}

static struct bar_columns columns_in(const struct fs_map *map, const struct header *header) {
    const void *at[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        at[i] = map->data + columns_offset(header->path_len) + i * 8 * (size_t)header->count;
    return (struct bar_columns){.open_time = at[0],
                                .close_time = at[1],
                                .open = at[2],
                                .high = at[3],
                                .low = at[4],
                                .close = at[5],
                                .volume = at[6],
                                .count = header->count};
}

static bool has_hash(const char *path, struct hash128 hash) {
    struct fs_map map;
    struct err err;
    if (fs_map_open(path, &map, &err) != 0)
        return false;
    bool is_equal = hash128_eq(hash128(map.data, map.len), hash);
    fs_map_close(&map);
    return is_equal;
}

enum freshness { STALE, SAME_BY_HASH, SAME_BY_IDENTITY };

/* written_ns: when the column file was. */
static enum freshness compare_source(const char *path, const struct header *header,
                                     int64_t written_ns) {
    struct source_identity now;
    if (!source_identify(path, &now) || now.size != header->source.size)
        return STALE;
    int64_t changed_ns = max_i64(now.mtime_ns, now.ctime_ns);
    if (source_identity_eq(&now, &header->source) && written_ns - changed_ns > TRUST_AFTER)
        return SAME_BY_IDENTITY;
    struct source_identity after;
    if (!has_hash(path, header->source_hash) || !source_identify(path, &after) ||
        !source_identity_eq(&now, &after))
        return STALE;
    return SAME_BY_HASH;
}

/* A regular file of our own; when there is none, that is no matter for a line. */
static bool is_ours(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
}

static bool open_place(const struct column_key *key, const struct place *place,
                       struct column_file *ret) {
    const char *path = str_text(&place->path);
    struct column_file file = {.map = {0}};
    struct header header;
    struct err err;
    if (!is_ours(path) || fs_map_open(path, &file.map, &err) != 0)
        return false;
    bool is_good = is_of_key(&file.map, key, place->source, &header);
    enum freshness freshness =
        is_good ? compare_source(key->path, &header, file.map.mtime_ns) : STALE;
    if (freshness != STALE) {
        file.columns = columns_in(&file.map, &header);
        is_good = hash128_eq(series_hash_bars(&file.columns), header.columns_hash);
    }
    if (!is_good || freshness == STALE) {
        LOG_DEBUG("column cache: %s: %s", path, is_good ? "the source has changed" : "not whole");
        fs_map_close(&file.map);
        return false;
    }
    file.facts = (struct column_facts){
        .timeframe = {.ns = header.timeframe_ns, .months = header.timeframe_months},
        .inferred = header.inferred != 0,
        .synthetic = header.synthetic != 0,
        .source_hash = header.source_hash,
        .columns_hash = header.columns_hash};
    memcpy(file.facts.timeframe.name, header.timeframe_name, sizeof(header.timeframe_name));
    file.facts.timeframe.name[sizeof(header.timeframe_name) - 1] = '\0';
    *ret = file;
    if (freshness == SAME_BY_HASH) { /* so that the next time need not read the source */
        struct source_identity now;
        if (source_identify(key->path, &now))
            column_cache_store(key, &now, &file.facts, &file.columns);
    }
    return true;
}

bool column_cache_find(const struct column_key *key, struct column_file *ret) {
    struct place place;
    if (!place_init(key, &place))
        return false;
    bool is_found = open_place(key, &place, ret);
    place_fini(&place);
    return is_found;
}

void column_file_close(struct column_file *file) {
    fs_map_close(&file->map);
    *file = (struct column_file){.map = {0}};
}

static void fill_front(struct front *front, const struct column_key *key, const char *source,
                       const struct source_identity *identity, const struct column_facts *facts,
                       int64_t count) {
    struct header *header = &front->header;
    memcpy(header->magic, MAGIC, sizeof(header->magic));
    header->version = VERSION;
    header->path_len = (uint32_t)strlen(source);
    memcpy(front->path, source, header->path_len);
    header->source_hash = facts->source_hash;
    header->columns_hash = facts->columns_hash;
    header->source = *identity;
    header->count = count;
    CHECK(str_copy_fixed(header->asked, sizeof(header->asked), key->timeframe));
    memcpy(header->timeframe_name, facts->timeframe.name, sizeof(header->timeframe_name));
    header->timeframe_ns = facts->timeframe.ns;
    header->timeframe_months = facts->timeframe.months;
    header->stamp = (int32_t)key->stamp;
    header->inferred = facts->inferred;
    header->synthetic = facts->synthetic;
    header->header_hash = hash_front(front);
}

static int write_file(int fd, const struct front *front, const struct bar_columns *c,
                      struct err *err) {
    static const char zeros[PAGE];
    size_t len = sizeof(struct header) + front->header.path_len;
    int error = fs_write_exact(fd, front, len, err);
    if (error == 0)
        error = fs_write_exact(fd, zeros, columns_offset(front->header.path_len) - len, err);
    const void *columns[COLUMNS] = {c->open_time, c->close_time, c->open,  c->high,
                                    c->low,       c->close,      c->volume};
    for (size_t i = 0; i < COLUMNS && error == 0; i++)
        error = fs_write_exact(fd, columns[i], 8 * (size_t)c->count, err);
    return error;
}

/* Aside, then renamed. No sync: what a crash leaves of it is found out by its hashes. */
static int replace_file(const struct place *place, const struct front *front,
                        const struct bar_columns *columns, struct err *err) {
    int error = fs_mkdir_all(str_text(&place->folder), err);
    if (error != 0)
        return error;
    struct str aside = {0};
    str_appendf(&aside, "%s.XXXXXX", str_text(&place->path));
    int fd = mkostemp(aside.data, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        error = err_errno(err, "create", str_text(&aside));
    } else {
        error = write_file(fd, front, columns, err);
        if (close(fd) != 0 && error == 0)
            error = err_errno(err, "close", str_text(&aside));
        if (error == 0 && rename(str_text(&aside), str_text(&place->path)) != 0)
            error = err_errno(err, "rename", str_text(&aside));
        if (error != 0)
            (void)unlink(str_text(&aside));
    }
    str_fini(&aside);
    return error;
}

void column_cache_store(const struct column_key *key, const struct source_identity *source,
                        const struct column_facts *facts, const struct bar_columns *columns) {
    struct place place;
    if (!place_init(key, &place)) {
        LOG_DEBUG("column cache: %s: nowhere to keep columns", key->path);
        return;
    }
    struct front *front = mem_zalloc(1, sizeof(*front));
    fill_front(front, key, place.source, source, facts, columns->count);
    struct err err;
    if (replace_file(&place, front, columns, &err) != 0)
        LOG_DEBUG("column cache: %s: not kept: %s", key->path, err.text);
    mem_free(front);
    place_fini(&place);
}
