#include "include/ckernels_cpu.h"
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"portable", "neon", "avx2", "avx512"};

const char *ck_cpu_name(int32_t cpu) {
    return cpu >= 0 && cpu <= CK_CPU_AVX512 ? names[cpu] : "unknown";
}

int32_t ck_cpu_supported(int32_t cpu) {
    switch (cpu) {
    case CK_CPU_PORTABLE:
        return 1;
#if defined(__aarch64__)
    case CK_CPU_NEON:
        return 1;
#elif defined(__x86_64__)
    case CK_CPU_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CK_CPU_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("fma");
#endif
    default:
        return 0;
    }
}

int32_t ck_cpu_selected(void) {
    static int32_t chosen = -1;
    int32_t cpu = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (cpu >= 0)
        return cpu;
    const char *wish = getenv("LTFN_CPU");
    for (cpu = CK_CPU_AVX512; cpu > CK_CPU_PORTABLE; cpu--) {
        int wanted = wish == NULL || *wish == 0 || strcmp(wish, names[cpu]) == 0;
        if (wanted && ck_cpu_supported(cpu))
            break;
    }
    __atomic_store_n(&chosen, cpu, __ATOMIC_RELAXED);
    return cpu;
}
