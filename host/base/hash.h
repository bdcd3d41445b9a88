/*
 * Two hashes: SHA-256 for identity (builds, data files: an enemy may try), XXH3-128 for equality
 * (journals, views, state: only chance may try, and it runs at memory speed).
 *
 * This is the only door to libcrypto and xxhash. Both give the same result on every machine.
 */
#ifndef QS_BASE_HASH_H
#define QS_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SHA256_SIZE 32
#define SHA256_HEX_SIZE 65 /* with the terminator */

struct sha256 {
    void *ctx;
};

/* init, update as often as needed, then final, which also frees. sha256_fini is for giving up in
 * between; it accepts a zeroed or finished one. */
void sha256_init(struct sha256 *sha);
void sha256_update(struct sha256 *sha, const void *data, size_t len);
void sha256_final(struct sha256 *sha, uint8_t ret_digest[SHA256_SIZE]);
void sha256_fini(struct sha256 *sha);

void sha256_of(const void *data, size_t len, uint8_t ret_digest[SHA256_SIZE]);

/* Of a regular file's content, to its end. */
int sha256_file(const char *path, uint8_t ret_digest[SHA256_SIZE], struct err *err) NODISCARD;

/* 64 lower-case hex digits and a terminator. */
void sha256_hex(const uint8_t digest[SHA256_SIZE], char ret_text[SHA256_HEX_SIZE]);

struct hash128 {
    uint64_t lo;
    uint64_t hi;
};

#define HASH128_HEX_SIZE 33 /* with the terminator */

struct xxh128_state; /* opaque, on the heap */

struct xxh128_state *hash128_create(void) NODISCARD;
/* Back to the empty state, without allocating. */
void hash128_reset(struct xxh128_state *state);
void hash128_update(struct xxh128_state *state, const void *data, size_t len);
/* Of all bytes so far; more may follow. */
struct hash128 hash128_digest(const struct xxh128_state *state);
/* Frees and clears the caller's pointer; *state may be NULL. */
void hash128_destroy(struct xxh128_state **state);

/* In one go; equal to create, update, digest of the same bytes. */
struct hash128 hash128(const void *data, size_t len);

bool hash128_eq(struct hash128 a, struct hash128 b);
/* xxhash's canonical text: 32 lower-case hex digits, the high half first. */
void hash128_hex(struct hash128 hash, char ret_text[HASH128_HEX_SIZE]);

#endif
