// The compression function of SHA-256 (FIPS 180-4).
#include "include/ckernels_checksums.h"
#include "include/ckernels_cpu.h"
#include "sha256_constants.h"

static inline uint32_t rotated(uint32_t word, int count) {
    return word >> count | word << (32 - count);
}

static uint32_t next_word(const uint32_t *w, int t) {
    uint32_t a = w[(t - 15) & 15], b = w[(t - 2) & 15];
    uint32_t sigma0 = rotated(a, 7) ^ rotated(a, 18) ^ a >> 3;
    uint32_t sigma1 = rotated(b, 17) ^ rotated(b, 19) ^ b >> 10;
    return sigma1 + w[(t - 7) & 15] + sigma0 + w[t & 15];
}

static void portable(uint32_t *state, const uint8_t *block, size_t count) {
    for (; count > 0; block += 64, count--) {
        uint32_t w[16];
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
#pragma clang loop unroll(full)
        for (int t = 0; t < 64; t++) {
            if (t < 16)
                w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
                       (uint32_t)block[4 * t + 2] << 8 | (uint32_t)block[4 * t + 3];
            else
                w[t & 15] = next_word(w, t);
            uint32_t t1 = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
                          ((e & f) ^ (~e & g)) + sha256_constants[t] + w[t & 15];
            uint32_t t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) +
                          ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("sha,sse4.1,ssse3"))), apply_to = function)

static void hardware(uint32_t *state, const uint8_t *block, size_t count) {
    const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
    // The instructions want the state as {f, e, b, a} and {h, g, d, c}.
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
    __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
    __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
    for (; count > 0; block += 64, count--) {
        __m128i abef_before = abef, cdgh_before = cdgh, w[4];
#pragma clang loop unroll(full)
        for (int t = 0; t < 16; t++) { // four rounds each
            __m128i *now = &w[t & 3];
            const __m128i last = w[(t + 3) & 3];
            if (t < 4) {
                __m128i raw = _mm_loadu_si128((const __m128i *)(block + 16 * t));
                *now = _mm_shuffle_epi8(raw, big_endian);
            } else {
                __m128i sum = _mm_sha256msg1_epu32(*now, w[(t + 1) & 3]);
                sum = _mm_add_epi32(sum, _mm_alignr_epi8(last, w[(t + 2) & 3], 4));
                *now = _mm_sha256msg2_epu32(sum, last);
            }
            __m128i k = _mm_load_si128((const __m128i *)(sha256_constants + 4 * t));
            __m128i sum = _mm_add_epi32(*now, k);
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#pragma clang attribute pop
#endif

int32_t ck_sha256_supported(int32_t body) {
    if (body == CK_CHECKSUM_PORTABLE)
        return 1;
#if defined(__x86_64__)
    unsigned a, b, c, d;
    if (body == CK_CHECKSUM_HARDWARE && __get_cpuid_count(7, 0, &a, &b, &c, &d))
        return (b >> 29 & 1) && __builtin_cpu_supports("sse4.1") &&
               __builtin_cpu_supports("ssse3");
#endif
    return 0;
}

int32_t ck_sha256_selected(void) {
    static int32_t chosen = -1;
    int32_t body = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (body < 0) {
        body = ck_cpu_selected() != CK_CPU_PORTABLE && ck_sha256_supported(CK_CHECKSUM_HARDWARE);
        __atomic_store_n(&chosen, body, __ATOMIC_RELAXED);
    }
    return body;
}

void ck_sha256(int32_t body, uint32_t *state, const uint8_t *blocks, size_t count) {
#if defined(__x86_64__)
    if (body == CK_CHECKSUM_HARDWARE) {
        hardware(state, blocks, count);
        return;
    }
#endif
    (void)body;
    portable(state, blocks, count);
}
