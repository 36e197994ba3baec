// Which instruction set the kernels run with: chosen once at run time.
//
// What is compiled for several of them stands in NAME_body.inc, which NAME.c includes once for each: before
// it CK(name) puts the set after a name, and CK_LANES says how many lanes a vector has; at its end the
// body takes its macros back.
#pragma once
#include <stdint.h>

enum {
    CK_CPU_PORTABLE = 0,
    CK_CPU_NEON = 1,
    CK_CPU_AVX2 = 2,
    CK_CPU_AVX512 = 3,
};

/// The best instruction set of this machine, or the one `LTFN_CPU` (portable, neon, avx2, avx512)
/// names when this machine has it.
int32_t ck_cpu_selected(void);

/// Whether this machine has the instruction set `cpu`.
int32_t ck_cpu_supported(int32_t cpu);

/// The name of an instruction set, a static string.
const char *ck_cpu_name(int32_t cpu);
