#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/rng.h"

static void assert_sha(const uint8_t digest[SHA256_SIZE], const char *expected) {
    char hex[SHA256_HEX_SIZE];
    sha256_hex(digest, hex);
    cr_assert_str_eq(hex, expected);
}

/* The examples of FIPS 180-4. */
#define SHA_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_MILLION_A "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

Test(hash, sha256_gives_the_standard_s_examples) {
    uint8_t digest[SHA256_SIZE];
    sha256_of("", 0, digest);
    assert_sha(digest, SHA_EMPTY);
    sha256_of("abc", 3, digest);
    assert_sha(digest, SHA_ABC);
    struct sha256 sha;
    sha256_init(&sha);
    for (int i = 0; i < 1000; i++) {
        char block[1000];
        memset(block, 'a', sizeof(block));
        sha256_update(&sha, block, sizeof(block));
    }
    sha256_final(&sha, digest);
    assert_sha(digest, SHA_MILLION_A);
}

Test(hash, sha256_of_a_file) {
    char path[] = "/tmp/qs_hash_XXXXXX";
    int fd = mkstemp(path);
    for (int i = 0; i < 1000; i++) {
        char block[1000];
        memset(block, 'a', sizeof(block));
        cr_assert_eq(write(fd, block, sizeof(block)), 1000);
    }
    close(fd);
    uint8_t digest[SHA256_SIZE];
    struct err err;
    cr_assert_eq(sha256_file(path, digest, &err), 0);
    assert_sha(digest, SHA_MILLION_A);
    unlink(path);
    cr_assert_eq(sha256_file(path, digest, &err), ERR_NOT_FOUND);
    cr_assert_not_null(strstr(err.text, path));
    cr_assert_eq(sha256_file("/tmp", digest, &err), ERR_IO);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(sha256_file(path, digest, &err), ERR_IO); /* and does not wait for a writer */
    unlink(path);
    assert_sha(digest, SHA_MILLION_A); /* untouched by the failures */
}

Test(hash, sha256_can_be_given_up) {
    struct sha256 sha = {0};
    sha256_fini(&sha);
    sha256_init(&sha);
    sha256_update(&sha, "x", 1);
    sha256_fini(&sha);
    sha256_fini(&sha);
}

Test(hash, xxh3_of_nothing_is_the_published_value) {
    char hex[HASH128_HEX_SIZE];
    hash128_hex(hash128("", 0), hex);
    cr_assert_str_eq(hex, "99aa06d3014798d86001c324468d497f");
}

Test(hash, streaming_equals_one_shot_at_every_length_and_cut) {
    uint8_t data[3000];
    struct rng rng;
    rng_seed(&rng, 9);
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)rng_u64(&rng);
    struct xxh128_state *state = hash128_create();
    for (size_t len = 0; len <= sizeof(data); len += 1 + len / 16) {
        hash128_reset(state);
        for (size_t at = 0; at < len;) {
            size_t step = min_size(len - at, 1 + rng_below(&rng, 300));
            hash128_update(state, data + at, step);
            at += step;
        }
        hash128_update(state, NULL, 0);
        cr_assert(hash128_eq(hash128_digest(state), hash128(data, len)), "%zu", len);
        cr_assert(hash128_eq(hash128_digest(state), hash128(data, len)), "twice");
    }
    hash128_destroy(&state);
    cr_assert_null(state);
    hash128_destroy(&state);
}

Test(hash, hash128_hex_has_the_high_half_first) {
    char hex[HASH128_HEX_SIZE];
    struct hash128 h = {.lo = 0x0123456789abcdef, .hi = 0xfedcba9876543210};
    hash128_hex(h, hex);
    cr_assert_str_eq(hex, "fedcba98765432100123456789abcdef");
    cr_assert_not(hash128_eq(h, (struct hash128){.lo = h.lo, .hi = 0}));
}

Test(hash, aborts_on_an_update_after_final, .signal = SIGABRT) {
    struct sha256 sha;
    uint8_t digest[SHA256_SIZE];
    sha256_init(&sha);
    sha256_final(&sha, digest);
    sha256_update(&sha, "x", 1);
}
