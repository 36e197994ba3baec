// SHA-256 (FIPS 180-4) of leaves: pieces of one length, several of which are hashed at a time, each
// in a lane of its own.
#include "include/ckernels_checksums.h"
#include "include/ckernels_cpu.h"
#include "sha256_constants.h"
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Words are turned from big-endian to little-endian."
#endif

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 64, BLOCKS = CK_SHA256_LEAF / BLOCK };

// The fractional parts of the square roots of the first 8 primes.
static const uint32_t first_state[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                        0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

typedef uint32_t four_words __attribute__((vector_size(16)));
typedef uint8_t sixteen_bytes __attribute__((vector_size(16)));

INLINE void store_word(uint8_t *bytes, uint32_t word) {
    word = __builtin_bswap32(word);
    memcpy(bytes, &word, 4);
}

#define CK(name) name##_four
#define CK_LANES 4
#include "sha256_leaves_body.inc"

#if defined(__x86_64__)
#define CK(name) name##_eight
#define CK_LANES 8
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#include "sha256_leaves_body.inc"
#pragma clang attribute pop
#define CK(name) name##_sixteen
#define CK_LANES 16
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2"))),         \
                             apply_to = function)
#include "sha256_leaves_body.inc"
#pragma clang attribute pop
#endif

static void one_leaf(int32_t body, const uint8_t *leaf, uint8_t *digest) {
    uint8_t padding[BLOCK] = {0x80};
    store_word(padding + BLOCK - 4, CK_SHA256_LEAF * 8);
    uint32_t state[8];
    memcpy(state, first_state, sizeof state);
    ck_sha256(body, state, leaf, BLOCKS);
    ck_sha256(body, state, padding, 1);
    for (int k = 0; k < 8; k++)
        store_word(digest + 4 * k, state[k]);
}

int32_t ck_sha256_leaves_supported(int32_t body) {
    switch (body) {
    case CK_LEAVES_FOUR:
        return 1;
    case CK_LEAVES_HARDWARE:
        return ck_sha256_supported(CK_CHECKSUM_HARDWARE);
#if defined(__x86_64__)
    case CK_LEAVES_EIGHT:
        return ck_cpu_supported(CK_CPU_AVX2) && __builtin_cpu_supports("bmi2");
    case CK_LEAVES_SIXTEEN:
        return ck_cpu_supported(CK_CPU_AVX512) && __builtin_cpu_supports("bmi2");
#endif
    default:
        return 0;
    }
}

int32_t ck_sha256_leaves_selected(void) {
    static int32_t chosen = -1;
    int32_t body = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (body < 0) {
        const int32_t cpu = ck_cpu_selected();
        if (cpu == CK_CPU_AVX512 && ck_sha256_leaves_supported(CK_LEAVES_SIXTEEN))
            body = CK_LEAVES_SIXTEEN;
        else if (ck_sha256_selected() == CK_CHECKSUM_HARDWARE)
            body = CK_LEAVES_HARDWARE;
        else if (cpu == CK_CPU_AVX2 && ck_sha256_leaves_supported(CK_LEAVES_EIGHT))
            body = CK_LEAVES_EIGHT;
        else
            body = CK_LEAVES_FOUR;
        __atomic_store_n(&chosen, body, __ATOMIC_RELAXED);
    }
    return body;
}

void ck_sha256_leaves(int32_t body, const uint8_t *leaves, size_t count, uint8_t *digests) {
    size_t lanes = 1;
    void (*several)(const uint8_t *, size_t, uint8_t *) = NULL;
    if (body == CK_LEAVES_FOUR)
        lanes = 4, several = leaves_four;
#if defined(__x86_64__)
    if (body == CK_LEAVES_EIGHT)
        lanes = 8, several = leaves_eight;
    if (body == CK_LEAVES_SIXTEEN)
        lanes = 16, several = leaves_sixteen;
#endif
    // What all lanes take together is about what two leaves take one by one.
    while (several && count > 2) {
        size_t now = count < lanes ? count : lanes;
        several(leaves, now, digests);
        leaves += now * CK_SHA256_LEAF, digests += now * 32, count -= now;
    }
    int32_t one = body == CK_LEAVES_HARDWARE ? CK_CHECKSUM_HARDWARE : ck_sha256_selected();
    for (; count > 0; leaves += CK_SHA256_LEAF, digests += 32, count--)
        one_leaf(one, leaves, digests);
}
