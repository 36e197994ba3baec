#include "include/ckernels_peak.h"
#include "include/ckernels_cpu.h"

#define CK_LANES 4
#define CK(name) name##_portable
#include "peak_body.inc"

#if defined(__x86_64__)

#define CK_LANES 8
#define CK(name) name##_avx2
#define CK_FMA
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "peak_body.inc"
#pragma clang attribute pop

#define CK_LANES 16
#define CK(name) name##_avx512
#define CK_FMA
#pragma clang attribute push(__attribute__((target("avx512f,fma"))), apply_to = function)
#include "peak_body.inc"
#pragma clang attribute pop

#elif defined(__aarch64__)

#define CK_LANES 4
#define CK(name) name##_neon
#define CK_FMA
#include "peak_body.inc"

#endif

int64_t ck_peak(int32_t cpu, int64_t rounds, float *values) {
    switch (cpu) {
#if defined(__x86_64__)
    case CK_CPU_AVX2:
        return peak_avx2(rounds, values);
    case CK_CPU_AVX512:
        return peak_avx512(rounds, values);
#elif defined(__aarch64__)
    case CK_CPU_NEON:
        return peak_neon(rounds, values);
#endif
    default:
        return peak_portable(rounds, values);
    }
}
