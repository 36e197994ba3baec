#include "include/ckernels_compute.h"
#include "include/ckernels_cpu.h"
#include <math.h>

// Vectors are passed only between functions that are inlined into one another.
#pragma clang diagnostic ignored "-Wpsabi"

typedef struct {
    void (*pack)(int64_t, int64_t, const float *, int64_t, int64_t, float *);
    void (*gemm)(int64_t, int64_t, int64_t, const float *, int64_t, const float *, const float *,
                 int32_t, float *, int64_t);
    void (*gemm_transposed)(int64_t, int64_t, int64_t, const float *, int64_t, const float *,
                            int64_t, int32_t, float *, int64_t);
    void (*convolution)(const ck_window *, int64_t, const float *, const float *, const float *,
                        int32_t, float *, float *);
    void (*convolution_input_gradient)(const ck_window *, int64_t, const float *, const float *,
                                       const float *, float *, float *);
    void (*convolution_kernel_gradient)(const ck_window *, int64_t, const float *, const float *,
                                        int32_t, float *, float *);
    void (*bias_gradient)(int64_t, int64_t, const float *, int32_t, float *);
    void (*max_pool)(const ck_window *, int64_t, const float *, float *);
    void (*max_pool_gradient)(const ck_window *, int64_t, const float *, const float *,
                              const float *, int32_t, float *);
    void (*unpool)(const ck_winograd *, int64_t, const float *, const uint8_t *, float *);
    void (*relu)(int64_t, const float *, float *);
    void (*relu_gradient)(int64_t, const float *, const float *, float *);
    void (*add_parts)(int64_t, int64_t, int64_t, const float *, float *);
    void (*descend)(int64_t, float, const float *, float *);
    void (*winograd)(const ck_winograd *, int64_t, const float *, const float *, const float *, int32_t,
                     const float *, float *, uint8_t *, float *);
    void (*winograd_kernel)(const ck_winograd *, int64_t, int64_t, const float *, float *);
    void (*winograd_transposed_kernel)(const ck_winograd *, int64_t, int64_t, const float *, float *);
    void (*winograd_kernel_gradient)(const ck_winograd *, int64_t, const float *, const float *,
                                     int32_t, float *, float *);
    void (*winograd_finish_gradient)(const ck_winograd *, const float *, float *);
    void (*scale_bytes)(int64_t, const uint8_t *, float, float, float *);
} ck_kernels;

static int64_t points(const ck_winograd *w) { return (int64_t)(w->tile + 2) * (w->tile + 2); }

// Floats of scratch for the tiles of a chunk; what comes after it is bytes.
static int64_t ck_winograd_planes(const ck_winograd *w) {
    int64_t widest = w->in_c > w->out_c ? w->in_c : w->out_c;
    return widest + points(w) * ((int64_t)w->chunk * (w->in_c + w->out_c) + 32);
}

#define CK_LANES 4
#define CK_ROWS 6
#define CK(name) name##_portable
#include "compute_body.inc"

#if defined(__x86_64__)

#define CK_LANES 8
#define CK_ROWS 6
#define CK(name) name##_avx2
#define CK_FMA
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "compute_body.inc"
#pragma clang attribute pop

#define CK_LANES 16
#define CK_ROWS 12
#define CK(name) name##_avx512
#define CK_FMA
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#include "compute_body.inc"
#pragma clang attribute pop

#elif defined(__aarch64__)

#define CK_LANES 4
#define CK_ROWS 12
#define CK(name) name##_neon
#define CK_FMA
#include "compute_body.inc"

#endif

static const ck_kernels *kernels(int32_t cpu) {
    switch (cpu) {
#if defined(__x86_64__)
    case CK_CPU_AVX2:
        return &kernels_avx2;
    case CK_CPU_AVX512:
        return &kernels_avx512;
#elif defined(__aarch64__)
    case CK_CPU_NEON:
        return &kernels_neon;
#endif
    default:
        return &kernels_portable;
    }
}

void ck_pack(int32_t cpu, int64_t k, int64_t n, const float *b, int64_t row, int64_t column,
             float *packed) {
    kernels(cpu)->pack(k, n, b, row, column, packed);
}

void ck_gemm(int32_t cpu, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
             const float *packed, const float *bias, int32_t flags, float *c, int64_t ldc) {
    kernels(cpu)->gemm(m, n, k, a, lda, packed, bias, flags, c, ldc);
}

void ck_gemm_transposed(int32_t cpu, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
                        const float *b, int64_t ldb, int32_t flags, float *c, int64_t ldc) {
    kernels(cpu)->gemm_transposed(m, n, k, a, lda, b, ldb, flags, c, ldc);
}

int64_t ck_convolution_scratch(const ck_window *w) {
    int64_t patches = (int64_t)w->kernel_h * w->kernel_w * w->in_c * CK_PATCH_ROWS;
    int64_t height = (int64_t)(w->out_h - 1) * w->stride_h + w->kernel_h;
    int64_t width = (int64_t)(w->out_w - 1) * w->stride_w + w->kernel_w;
    int64_t padded = height * width * w->in_c;
    return padded > patches ? padded : patches;
}

void ck_convolution(int32_t cpu, const ck_window *window, int64_t images, const float *x,
                    const float *packed, const float *bias, int32_t flags, float *y,
                    float *scratch) {
    kernels(cpu)->convolution(window, images, x, packed, bias, flags, y, scratch);
}

void ck_convolution_input_gradient(int32_t cpu, const ck_window *window, int64_t images,
                                   const float *dy, const float *packed, const float *x, float *dx,
                                   float *scratch) {
    kernels(cpu)->convolution_input_gradient(window, images, dy, packed, x, dx, scratch);
}

void ck_convolution_kernel_gradient(int32_t cpu, const ck_window *window, int64_t images,
                                    const float *x, const float *dy, int32_t flags, float *dw,
                                    float *scratch) {
    kernels(cpu)->convolution_kernel_gradient(window, images, x, dy, flags, dw, scratch);
}

void ck_bias_gradient(int32_t cpu, int64_t rows, int64_t channels, const float *dy, int32_t flags,
                      float *db) {
    kernels(cpu)->bias_gradient(rows, channels, dy, flags, db);
}

void ck_max_pool(int32_t cpu, const ck_window *window, int64_t images, const float *x, float *y) {
    kernels(cpu)->max_pool(window, images, x, y);
}

void ck_max_pool_gradient(int32_t cpu, const ck_window *window, int64_t images, const float *x,
                          const float *y, const float *dy, int32_t relu, float *dx) {
    kernels(cpu)->max_pool_gradient(window, images, x, y, dy, relu, dx);
}

void ck_unpool(int32_t cpu, const ck_winograd *winograd, int64_t images, const float *dy,
               const uint8_t *winners, float *dx) {
    kernels(cpu)->unpool(winograd, images, dy, winners, dx);
}

void ck_relu(int32_t cpu, int64_t count, const float *x, float *y) {
    kernels(cpu)->relu(count, x, y);
}

void ck_relu_gradient(int32_t cpu, int64_t count, const float *y, const float *dy, float *dx) {
    kernels(cpu)->relu_gradient(count, y, dy, dx);
}

void ck_add_parts(int32_t cpu, int64_t count, int64_t parts, int64_t distance, const float *terms,
                  float *sum) {
    kernels(cpu)->add_parts(count, parts, distance, terms, sum);
}

void ck_descend(int32_t cpu, int64_t count, float rate, const float *gradient, float *values) {
    kernels(cpu)->descend(count, rate, gradient, values);
}

void ck_scale_bytes(int32_t cpu, int64_t count, const uint8_t *x, float scale, float offset,
                    float *y) {
    kernels(cpu)->scale_bytes(count, x, scale, offset, y);
}

int64_t ck_winograd_scratch(const ck_winograd *w, int64_t images) {
    int64_t bytes = (int64_t)w->in_h * w->in_w + images * w->out_h * w->out_w;
    return ck_winograd_planes(w) + (bytes + 3) / 4;
}

int64_t ck_winograd_kernel_count(const ck_winograd *w) {
    return points(w) * w->in_c * ((w->out_c + CK_PANEL - 1) / CK_PANEL * CK_PANEL);
}

void ck_winograd_kernel(int32_t cpu, const ck_winograd *winograd, int64_t first, int64_t count,
                        const float *kernel, float *u) {
    kernels(cpu)->winograd_kernel(winograd, first, count, kernel, u);
}

void ck_winograd_transposed_kernel(int32_t cpu, const ck_winograd *winograd, int64_t first,
                               int64_t count, const float *kernel, float *u) {
    kernels(cpu)->winograd_transposed_kernel(winograd, first, count, kernel, u);
}

void ck_winograd_convolution(int32_t cpu, const ck_winograd *winograd, int64_t images,
                             const float *x, const float *u, const float *bias, int32_t flags,
                             const float *mask, float *y, uint8_t *winners, float *scratch) {
    kernels(cpu)->winograd(winograd, images, x, u, bias, flags, mask, y, winners, scratch);
}

void ck_winograd_kernel_gradient(int32_t cpu, const ck_winograd *winograd, int64_t images,
                                 const float *x, const float *dy, int32_t flags, float *sum,
                                 float *scratch) {
    kernels(cpu)->winograd_kernel_gradient(winograd, images, x, dy, flags, sum, scratch);
}

void ck_winograd_finish_gradient(int32_t cpu, const ck_winograd *winograd, const float *sum,
                                 float *dw) {
    kernels(cpu)->winograd_finish_gradient(winograd, sum, dw);
}

double ck_softmax_cross_entropy(int64_t images, int64_t classes, const float *logits,
                                const int32_t *labels, double weight, float *gradient,
                                int64_t *correct) {
    double loss = 0;
    for (int64_t n = 0; n < images; n++) {
        const float *row = logits + n * classes;
        int64_t best = 0;
        double largest = row[0];
        for (int64_t c = 1; c < classes; c++) {
            best = row[c] > row[best] ? c : best;
            largest = row[c] > largest || row[c] != row[c] ? row[c] : largest;
        }
        double total = 0;
        for (int64_t c = 0; c < classes; c++)
            total += exp(row[c] - largest);
        loss += log(total) - (row[labels[n]] - largest);
        *correct += best == labels[n] && row[best] == row[best];
        for (int64_t c = 0; gradient && c < classes; c++) {
            double target = c == labels[n];
            gradient[n * classes + c] = (float)((exp(row[c] - largest) / total - target) * weight);
        }
    }
    return loss;
}
