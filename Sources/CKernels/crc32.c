// CRC-32 by instructions; zlib's is the portable one.
#include "include/ckernels_checksums.h"
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("sse4.2,pclmul"))), apply_to = function)

// Folding by carry-less products (Gopal and others, "Fast CRC computation for generic polynomials
// using PCLMULQDQ instruction", Intel 2009). What is carried to bytes `n` bits further on is
// multiplied by x^n mod P; words are reflected, so the constants are too, and a bit to the left.
#define CARRY(far, near) _mm_set_epi64x((long long)(near), (long long)(far))
#define BY_512 CARRY(0x154442BD4u, 0x1C6E41596u) // x^(512 + 32), x^(512 - 32)
#define BY_128 CARRY(0x1751997D0u, 0x0CCAA009Eu) // x^(128 + 32), x^(128 - 32)
#define BY_64 CARRY(0x163CD6124u, 0)             // x^64
#define BARRETT CARRY(0x1DB710641u, 0x1F7011641u) // P, x^64 / P

static inline __m128i load(const uint8_t *bytes) {
    return _mm_loadu_si128((const __m128i *)bytes);
}

static inline __m128i folded(__m128i value, __m128i by, __m128i next) {
    return _mm_xor_si128(next, _mm_xor_si128(_mm_clmulepi64_si128(value, by, 0x00),
                                             _mm_clmulepi64_si128(value, by, 0x11)));
}

// The remainder of 128 bits.
static inline uint32_t reduced(__m128i value) {
    const __m128i low = _mm_setr_epi32(-1, 0, -1, 0);
    value = _mm_xor_si128(_mm_srli_si128(value, 8), _mm_clmulepi64_si128(value, BY_128, 0x10));
    value = _mm_xor_si128(_mm_srli_si128(value, 4),
                          _mm_clmulepi64_si128(_mm_and_si128(value, low), BY_64, 0x00));
    __m128i quotient = _mm_and_si128(
        _mm_clmulepi64_si128(_mm_and_si128(value, low), BARRETT, 0x10), low);
    value = _mm_xor_si128(value, _mm_clmulepi64_si128(quotient, BARRETT, 0x00));
    return (uint32_t)_mm_extract_epi32(value, 1);
}

static inline uint32_t step8(uint32_t crc, uint8_t byte) {
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (-(crc & 1) & 0xEDB88320u);
    return crc;
}

static uint32_t hardware(uint32_t crc, const uint8_t *bytes, size_t count) {
    if (count >= 64) {
        __m128i lanes[4];
        for (int i = 0; i < 4; i++)
            lanes[i] = load(bytes + 16 * i);
        lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)crc));
        for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64)
            for (int i = 0; i < 4; i++)
                lanes[i] = folded(lanes[i], BY_512, load(bytes + 16 * i));
        __m128i value = lanes[0];
        for (int i = 1; i < 4; i++)
            value = folded(value, BY_128, lanes[i]);
        for (; count >= 16; bytes += 16, count -= 16)
            value = folded(value, BY_128, load(bytes));
        crc = reduced(value);
    }
    for (; count > 0; bytes++, count--)
        crc = step8(crc, *bytes);
    return crc;
}
#pragma clang attribute pop
#define HAS_HARDWARE 1
#elif defined(__aarch64__)
#include <arm_acle.h>
#pragma clang attribute push(__attribute__((target("crc"))), apply_to = function)

// x^(8n) mod P.
#define SHIFT_LONG 0x09FE548Fu
#define SHIFT_TWO_LONG 0x83852D0Fu
#define SHIFT_SHORT 0x8E7EA170u
#define SHIFT_TWO_SHORT 0x6427800Eu

static inline uint32_t step64(uint32_t crc, uint64_t word) { return __crc32d(crc, word); }

static inline uint32_t step8(uint32_t crc, uint8_t byte) { return __crc32b(crc, byte); }

// The product of two reflected polynomials mod P.
static inline uint32_t shifted(uint32_t crc, uint32_t shift) {
    uint32_t product = 0;
    for (int bit = 31; bit >= 0; bit--) {
        product ^= -(crc >> bit & 1) & shift;
        shift = shift >> 1 ^ (-(shift & 1) & 0xEDB88320u);
    }
    return product;
}

#include "crc_streams.inc"
#pragma clang attribute pop
#define HAS_HARDWARE 1
#endif

uint32_t ck_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
#if HAS_HARDWARE
    return ~hardware(~crc, bytes, count);
#else
    (void)crc, (void)bytes, (void)count;
    abort();
#endif
}
