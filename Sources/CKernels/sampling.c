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

// As much of a vector of `whole` bytes as there is room for.
INLINE void store(char *out, const void *vector, size_t whole, size_t room) {
    if (room >= whole)
        memcpy(out, vector, whole);
    else
        memcpy(out, vector, room);
}

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

#define CK_LANES 2
#define CK(name) name##_portable
#include "sampling_body.inc"

#if defined(__x86_64__)
#define CK_LANES 4
#define CK(name) name##_avx2
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "sampling_body.inc"
#pragma clang attribute pop

#define CK_LANES 8
#define CK_PERMUTE 1
#define CK(name) name##_avx512
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "sampling_body.inc"
#pragma clang attribute pop
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
