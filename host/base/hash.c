#include "base/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/hash_wide.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/mem.h"

#define FILE_BLOCK ((size_t)1 << 16)

void sha256_init(struct sha256 *sha) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    CHECK(ctx != NULL);
    CHECK(EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
    sha->ctx = ctx;
}

void sha256_update(struct sha256 *sha, const void *data, size_t len) {
    CHECK(sha->ctx != NULL);
    CHECK(EVP_DigestUpdate(sha->ctx, data, len) == 1);
}

void sha256_final(struct sha256 *sha, uint8_t ret_digest[SHA256_SIZE]) {
    unsigned len = 0;
    CHECK(sha->ctx != NULL);
    CHECK(EVP_DigestFinal_ex(sha->ctx, ret_digest, &len) == 1);
    CHECK(len == SHA256_SIZE);
    sha256_fini(sha);
}

void sha256_fini(struct sha256 *sha) {
    EVP_MD_CTX_free(sha->ctx);
    sha->ctx = NULL;
}

void sha256_of(const void *data, size_t len, uint8_t ret_digest[SHA256_SIZE]) {
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, data, len);
    sha256_final(&sha, ret_digest);
}

static int hash_fd(int fd, const char *path, struct sha256 *sha, struct err *err) {
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_errno(err, "read", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_IO, "read %s: not a regular file", path);
    uint8_t *block = mem_alloc(FILE_BLOCK);
    int rc = 0;
    for (;;) {
        ssize_t got = read(fd, block, FILE_BLOCK);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            rc = err_errno(err, "read", path);
        if (got <= 0)
            break;
        sha256_update(sha, block, (size_t)got);
    }
    mem_free(block);
    return rc;
}

int sha256_file(const char *path, uint8_t ret_digest[SHA256_SIZE], struct err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not make it wait */
    if (fd < 0)
        return err_errno(err, "open", path);
    struct sha256 sha;
    sha256_init(&sha);
    int rc = hash_fd(fd, path, &sha, err);
    if (rc == 0)
        sha256_final(&sha, ret_digest);
    sha256_fini(&sha);
    close(fd);
    return rc;
}

static void to_hex(const uint8_t *bytes, size_t n, char *ret_text) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        ret_text[2 * i] = hex[bytes[i] >> 4];
        ret_text[2 * i + 1] = hex[bytes[i] & 15];
    }
    ret_text[2 * n] = '\0';
}

void sha256_hex(const uint8_t digest[SHA256_SIZE], char ret_text[SHA256_HEX_SIZE]) {
    to_hex(digest, SHA256_SIZE, ret_text);
}

/* struct xxh128_state is xxhash's own state by another name. */
static XXH3_state_t *inner(struct xxh128_state *state) {
    CHECK(state != NULL);
    return (XXH3_state_t *)(void *)state;
}

static struct hash128 from_xxh(XXH128_hash_t hash) {
    return (struct hash128){.lo = hash.low64, .hi = hash.high64};
}

struct xxh128_state *hash128_create(void) {
    XXH3_state_t *state = XXH3_createState();
    CHECK(state != NULL);
    CHECK(XXH3_128bits_reset(state) == XXH_OK);
    return (struct xxh128_state *)(void *)state;
}

void hash128_reset(struct xxh128_state *state) {
    CHECK(XXH3_128bits_reset(inner(state)) == XXH_OK);
}

void hash128_update(struct xxh128_state *state, const void *data, size_t len) {
    static int wide = -1;
    if (UNLIKELY(wide < 0))
        wide = hash_wide_available() && XXH_versionNumber() == XXH_VERSION_NUMBER;
    if (len == 0)
        return;
    if (wide)
        hash_wide_update(inner(state), data, len);
    else
        CHECK(XXH3_128bits_update(inner(state), data, len) == XXH_OK);
}

struct hash128 hash128_digest(const struct xxh128_state *state) {
    CHECK(state != NULL);
    return from_xxh(XXH3_128bits_digest((const XXH3_state_t *)(const void *)state));
}

void hash128_destroy(struct xxh128_state **state) {
    if (*state != NULL)
        XXH3_freeState(inner(*state));
    *state = NULL;
}

struct hash128 hash128(const void *data, size_t len) {
    return from_xxh(XXH3_128bits(data, len));
}

bool hash128_eq(struct hash128 a, struct hash128 b) { return a.lo == b.lo && a.hi == b.hi; }

void hash128_hex(struct hash128 hash, char ret_text[HASH128_HEX_SIZE]) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, (XXH128_hash_t){.low64 = hash.lo, .high64 = hash.hi});
    to_hex(canonical.digest, sizeof(canonical.digest), ret_text);
}
