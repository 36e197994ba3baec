#include "include/ckernels_sampling.h"
#include "include/ckernels_cpu.h"
#include "sampling_tables.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "The words of the generator are stored as they lie in a little-endian register."
#endif

// Every operation is rounded on its own: a fused multiply-add would change the bits.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

enum {
    // Elements drawn at a time; the buffers of a piece stay in the first-level cache.
    PIECE = 512,
    // A last group of vectors may write past the piece.
    SLACK = 64,
};

INLINE double number(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

INLINE uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

INLINE double horner(const uint64_t *coefficients, int degree, double x) {
    double sum = number(coefficients[degree]);
    for (int k = degree - 1; k >= 0; k--)
        sum = sum * x + number(coefficients[k]);
    return sum;
}

// The z > 0 that a normal exceeds with probability p < 2^-9. One element in 256 comes here.
static double tail_quantile(double p) {
    uint64_t bits = bits_of(p);
    double exponent = (double)(1023 - (int64_t)(bits >> 52));
    double t = number((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
    double s = (t - 1.40625) / (t + 1.40625);
    double logarithm = s * horner(ck_quantile_logarithm, 7, s * s);
    double l = (exponent + number(ck_quantile_logarithm_offset)) - logarithm;
    double root = __builtin_sqrt(l);
    return l < 22.0 ? horner(ck_quantile_tail_near, 15, root - 3.84375)
                    : horner(ck_quantile_tail_far, 15, root - 6.015625);
}

// `distance` is u - 1/2.
INLINE double signed_tail_quantile(double distance) {
    double z = tail_quantile(0.5 - __builtin_fabs(distance));
    return distance < 0 ? -z : z;
}

// The bits of `value` rounded to a sign, 5 or 8 bits of exponent and `mantissa` bits of mantissa,
// ties to even, in 16 bits.
INLINE uint16_t round_to_16_bits(double value, int mantissa, int bias) {
    uint64_t bits = bits_of(value);
    uint16_t sign = (uint16_t)(bits >> 63 << 15);
    int64_t exponent = (int64_t)(bits >> 52 & 0x7FF) - 1023 + bias;
    int64_t top = 2 * bias + 1;
    if (exponent >= top)
        return (uint16_t)(sign | top << mantissa);
    uint64_t significand = (bits & 0x000FFFFFFFFFFFFF) | 0x0010000000000000;
    int64_t shift = 52 - mantissa;
    if (exponent < 1) {
        shift += 1 - exponent;
        exponent = 1;
    }
    if (shift > 54)
        return sign;
    uint64_t kept = significand >> shift;
    uint64_t lost = significand & (((uint64_t)1 << shift) - 1);
    uint64_t half = (uint64_t)1 << (shift - 1);
    kept += lost > half || (lost == half && (kept & 1));
    // A carry out of the mantissa raises the exponent; the hidden bit raises it by one.
    return (uint16_t)(sign | (((uint64_t)(exponent - 1) << mantissa) + kept));
}

INLINE uint16_t round_to_f16(double value) { return round_to_16_bits(value, 10, 15); }
INLINE uint16_t round_to_bf16(double value) { return round_to_16_bits(value, 7, 127); }

INLINE double widen_f16(uint16_t bits) {
    uint64_t sign = (uint64_t)(bits >> 15) << 63;
    uint64_t rest = bits & 0x7FFF;
    if (rest < 0x0400)
        return number(sign | bits_of((double)rest * 0x1p-24));
    if (rest == 0x7C00)
        return number(sign | 0x7FF0000000000000);
    return number(sign | ((rest << 42) + ((uint64_t)(1023 - 15) << 52)));
}

INLINE double widen_bf16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

#define CK_LANES 2
#define CK_NAME(name) name##_portable
#include "sampling_body.h"
#undef CK_NAME
#undef CK_LANES

#if defined(__x86_64__)
#define CK_LANES 4
#define CK_NAME(name) name##_avx2
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "sampling_body.h"
#pragma clang attribute pop
#undef CK_NAME
#undef CK_LANES

#define CK_LANES 8
#define CK_PERMUTE 1
#define CK_NAME(name) name##_avx512
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "sampling_body.h"
#pragma clang attribute pop
#undef CK_NAME
#undef CK_PERMUTE
#undef CK_LANES
#endif

void ck_sample(int32_t cpu, const ck_sampling *sampling, uint64_t first, size_t count, void *out) {
    switch (cpu) {
#if defined(__x86_64__)
    case CK_CPU_AVX512:
        sample_avx512(sampling, first, count, out);
        return;
    case CK_CPU_AVX2:
        sample_avx2(sampling, first, count, out);
        return;
#endif
    default:
        // NEON is the baseline of 64-bit Arm, so the portable body is compiled for it there.
        sample_portable(sampling, first, count, out);
        return;
    }
}
