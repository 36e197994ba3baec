// What the parts of the kernel harness share.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

/// Numbers that look random and are the same in every run and on every machine.
static inline uint64_t next_number(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t mixed = *state ^ (*state >> 33);
    mixed *= 0xFF51AFD7ED558CCDu;
    return mixed ^ (mixed >> 33);
}

/// `count` values in ±1, freed by the caller.
float *some_floats(uint64_t seed, int64_t count);
uint8_t *some_bytes(uint64_t seed, size_t count);
/// Zeroed memory, at an address that no vector is aligned to but for its elements.
void *allocate(size_t bytes);
/// Zeroed doubles.
double *doubles(int64_t count);

/// Prints what all machines have to agree on: `NAME SET DIGEST`.
void digest(const char *name, int32_t cpu, const void *bytes, size_t count);

/// Counts and prints a failure when |found − exact| is over `roundings` roundings of `magnitude`.
void expect_near(const char *name, int32_t cpu, const float *found, const double *exact,
                 const double *magnitude, int64_t count, int64_t roundings);
/// Counts and prints a failure unless `condition`.
void expect(const char *name, int32_t cpu, int condition);

void check_bytes(int32_t cpu);
void check_sampling(int32_t cpu);
void check_arithmetic(int32_t cpu);
void check_tiles(int32_t cpu);

/// Prints the measured errors of every tile size as a Markdown table.
void print_tile_errors(void);

/// A convolution and its gradients in double precision, or with `magnitude` the sums of the magnitudes of
/// the same products; what is null is left out.
typedef struct {
    const ck_window *w;
    const float *x, *kernel, *dy;
    double *y, *dx, *dw;
    int magnitude;
} tensors;

/// Adds the products of all pixels that meet to what is in `y`, `dx` and `dw`.
void convolve(tensors *t, int64_t images);
