// What this machine's arithmetic reaches at most: the measure of the kernels of ckernels_compute.h.
#pragma once
#include <stdint.h>

enum {
    /// Floats that `ck_peak` reads and writes.
    CK_PEAK_COUNT = 16,
};

/// Runs `rounds` rounds of independent multiply-adds on the calling thread, from and to registers.
///
/// `values`, CK_PEAK_COUNT floats, holds the factor, the term and the first sum, which the compiler
/// cannot know, and gets the last sums, so that nothing is left out. With a factor below 1 the sums stay
/// finite. Returns the floating-point operations done: a multiply-add counts as two.
int64_t ck_peak(int32_t cpu, int64_t rounds, float *values);
