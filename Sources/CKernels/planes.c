#include "include/ckernels_planes.h"
#include "include/ckernels_cpu.h"
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Words are loaded as the file holds them, little-endian."
#endif

#define INLINE static inline __attribute__((always_inline))

struct plane_table {
    void (*split[4])(int32_t, size_t, const uint8_t *, uint8_t *const *);
    void (*join[4])(int32_t, size_t, const uint8_t *const *, uint8_t *);
    uint64_t (*tail_bits[4])(const ck_residual *, size_t, const uint8_t *, const uint8_t *);
    uint64_t (*encode[4])(const ck_residual *, size_t, const uint8_t *, const uint8_t *, uint8_t *,
                          uint8_t *);
    void (*decode[4])(const ck_residual *, size_t, const uint8_t *, const uint8_t *, size_t,
                      uint8_t *);
};

INLINE uint64_t wide(uint64_t x) {
    return (x >> 52 & 0xFF) << 56 | (x >> 60 & 7) << 53 | (x >> 63) << 52 | (x & 0xFFFFFFFFFFFFF);
}

INLINE uint64_t unwide(uint64_t y) {
    return (y >> 52 & 1) << 63 | (y >> 53 & 7) << 60 | (y >> 56) << 52 | (y & 0xFFFFFFFFFFFFF);
}

// `word` without the bits below its exponent.
INLINE uint32_t scale(uint32_t word, ck_residual r) {
    uint32_t field = word & r.mask;
    field = field < r.bias ? 0 : field - r.bias;
    return field < r.limit ? field : r.limit;
}

// Bits from `position` on: 57 at least, and `count` in any case.
INLINE uint64_t bits_at(const uint8_t *tails, uint64_t position, uint32_t count, int bits) {
    uint64_t word;
    memcpy(&word, tails + (position >> 3), 8);
    uint32_t skip = position & 7;
    if (bits == 64 && count + skip > 64)
        // The rest stands in the ninth byte.
        return word >> skip | (uint64_t)tails[(position >> 3) + 8] << (64 - skip);
    return word >> skip;
}

// Bits on their way to memory, the lowest first: fewer than 8 wait between two calls.
struct bits {
    uint8_t *bytes;
    uint64_t pending;
    uint32_t held;
};

// Puts `length` bits, at most 56. Eight bytes are written, and those after the bits again later.
INLINE void put_few(struct bits *out, uint64_t value, uint32_t length) {
    out->pending |= value << out->held;
    out->held += length;
    memcpy(out->bytes, &out->pending, 8);
    out->bytes += out->held >> 3;
    out->pending >>= out->held & ~7u;
    out->held &= 7;
}

// Puts `length` bits, at most 64.
INLINE void put(struct bits *out, uint64_t value, uint32_t length) {
    if (__builtin_expect(length <= 56, 1)) {
        put_few(out, value, length);
    } else {
        put_few(out, value & 0xFFFFFFFF, 32);
        put_few(out, value >> 32, length - 32);
    }
}

// Puts two values of at most 32 bits: mostly at once.
INLINE void put_two(struct bits *out, uint64_t a, uint32_t a_length, uint64_t b,
                    uint32_t b_length) {
    if (__builtin_expect(a_length + b_length <= 56, 1)) {
        put_few(out, a | b << a_length, a_length + b_length);
    } else {
        put_few(out, a, a_length);
        put_few(out, b, b_length);
    }
}

#define CK(name) name##_portable
#include "planes_body.inc"

#if defined(__x86_64__)
#define CK(name) name##_avx2
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt"))), apply_to = function)
#include "planes_body.inc"
#pragma clang attribute pop
#define CK(name) name##_avx512
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,bmi,bmi2,lzcnt,"             \
                          "prefer-256-bit"))),                                                     \
    apply_to = function)
#include "planes_body.inc"
#pragma clang attribute pop
#endif

static const struct plane_table *table(int32_t cpu) {
#if defined(__x86_64__)
    // Whatever has BMI2 has BMI and LZCNT.
    if (cpu == CK_CPU_AVX512 && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("avx512cd"))
        return &table_avx512;
    if ((cpu == CK_CPU_AVX2 || cpu == CK_CPU_AVX512) && __builtin_cpu_supports("bmi2"))
        return &table_avx2;
#endif
    (void)cpu;
    return &table_portable;
}

// 1, 2, 4, 8 → 0, 1, 2, 3
INLINE int width(int32_t word_bytes) { return __builtin_ctz((uint32_t)word_bytes); }

void ck_planes_split(int32_t cpu, int32_t transform, int32_t word_bytes, size_t count,
                     const uint8_t *words, uint8_t *const *planes) {
    table(cpu)->split[width(word_bytes)](transform, count, words, planes);
}

void ck_planes_join(int32_t cpu, int32_t transform, int32_t word_bytes, size_t count,
                    const uint8_t *const *planes, uint8_t *words) {
    table(cpu)->join[width(word_bytes)](transform, count, planes, words);
}

uint64_t ck_residual_tail_bits(int32_t cpu, const ck_residual *residual, size_t count,
                               const uint8_t *words, const uint8_t *symbols) {
    return table(cpu)->tail_bits[width(residual->word_bytes)](residual, count, words, symbols);
}

uint64_t ck_residual_encode(int32_t cpu, const ck_residual *residual, size_t count,
                            const uint8_t *origins, const uint8_t *words, uint8_t *symbols,
                            uint8_t *tails) {
    return table(cpu)->encode[width(residual->word_bytes)](residual, count, origins, words, symbols,
                                                           tails);
}

void ck_residual_decode(int32_t cpu, const ck_residual *residual, size_t count,
                        const uint8_t *symbols, const uint8_t *tails, size_t tail_bytes,
                        uint8_t *words) {
    table(cpu)->decode[width(residual->word_bytes)](residual, count, symbols, tails, tail_bytes,
                                                    words);
}

// Four tables: neighbours that are equal would otherwise wait for each other.
void ck_histogram(const uint8_t *bytes, size_t count, uint32_t *counts) {
    uint32_t tables[4][256] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        tables[0][word & 255]++;
        tables[1][word >> 8 & 255]++;
        tables[2][word >> 16 & 255]++;
        tables[3][word >> 24 & 255]++;
        tables[0][word >> 32 & 255]++;
        tables[1][word >> 40 & 255]++;
        tables[2][word >> 48 & 255]++;
        tables[3][word >> 56]++;
    }
    for (; i < count; i++)
        tables[0][bytes[i]]++;
    for (int byte = 0; byte < 256; byte++)
        counts[byte] += tables[0][byte] + tables[1][byte] + tables[2][byte] + tables[3][byte];
}

void ck_repeat(const uint8_t *pattern, size_t period, size_t count, uint8_t *out) {
    size_t done = period < count ? period : count;
    memcpy(out, pattern, done);
    // What is there doubles.
    while (done < count) {
        size_t more = done < count - done ? done : count - done;
        memcpy(out + done, out, more);
        done += more;
    }
}

int32_t ck_equal(const void *a, const void *b, size_t count) {
    return count == 0 || memcmp(a, b, count) == 0;
}

uint64_t ck_pack_literals(const uint32_t *codes, const uint8_t *bytes, size_t count,
                          uint64_t pending, uint32_t held, uint8_t *out) {
    uint8_t *start = out;
    size_t i = 0;
    // Three codes have at most 45 bits, up to 7 are held: one store takes them all.
    for (; i + 3 <= count; i += 3) {
        uint32_t a = codes[bytes[i]], b = codes[bytes[i + 1]], c = codes[bytes[i + 2]];
        uint32_t ab = (a & 255) + (b & 255);
        uint64_t word = (uint64_t)(a >> 8) | (uint64_t)(b >> 8) << (a & 255) |
                        (uint64_t)(c >> 8) << ab;
        pending |= word << held;
        held += ab + (c & 255);
        memcpy(out, &pending, 8);
        out += held >> 3;
        pending >>= held & ~7u;
        held &= 7;
    }
    for (; i < count; i++) {
        uint32_t a = codes[bytes[i]];
        pending |= (uint64_t)(a >> 8) << held;
        held += a & 255;
        memcpy(out, &pending, 8);
        out += held >> 3;
        pending >>= held & ~7u;
        held &= 7;
    }
    memcpy(out, &pending, 8);
    return (uint64_t)(out - start) * 8 + held;
}
