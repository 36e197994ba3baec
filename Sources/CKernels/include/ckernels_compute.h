// Convolution, pooling, dense layers and their gradients in float32.
//
// Tensors are row-major: activations NHWC, convolution kernels HWIO, dense kernels [in, out]. Every
// function runs on the calling thread and takes the instruction set (`cpu`, see ckernels_cpu.h) that it
// shall use, which the machine must have. No two arguments overlap unless a comment allows it. A sum
// is always taken in an order that the shapes alone decide, with the same operations at every
// optimization level.
#pragma once
#include <stdint.h>

/// The shapes of a 2-D convolution, or of a 2-D pooling (`in_c == out_c`).
typedef struct {
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t pad_top, pad_left;
} ck_window;

/// A 3×3 convolution with stride 1 in Winograd's way.
///
/// Images are laid side by side as a mosaic, `pitch` apart so that the padding lies between them, and
/// the mosaic is cut into tiles; few tiles then hang over an edge.
typedef struct {
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t pad_top, pad_left;
    /// Cells of 2×2 outputs whose largest value is kept, from the top left corner on; 0 without pooling.
    int32_t pool_h, pool_w;
    /// Outputs a side of a tile: 4, 6 or 7; 4 for whatever has to do with gradients.
    int32_t tile;
    /// Images of a mosaic, from top to bottom and from left to right.
    int32_t mosaic_h, mosaic_w;
    int32_t pitch_h, pitch_w;
    /// Tiles of a mosaic.
    int32_t tiles_h, tiles_w;
    /// Tiles that are transformed at a time, at most CK_WINOGRAD_CHUNK.
    int32_t chunk;
} ck_winograd;

enum {
    /// Columns of a packed matrix are padded to a multiple of this.
    CK_PANEL = 32,
    /// Output pixels that the general convolution gathers at a time.
    CK_PATCH_ROWS = 48,

    /// Tiles that Winograd's convolution transforms at a time, at most.
    CK_WINOGRAD_CHUNK = 64,
    /// Winograd's convolution takes channels in multiples of this.
    CK_WINOGRAD_CHANNELS = 16,

    CK_ACCUMULATE = 1,
    CK_RELU = 2,
    /// Winograd's convolution: where all inputs of an output are 0, the sum is exactly 0.
    CK_EXACT_BLANKS = 4,

    /// A cell's winner where a ReLU lets nothing through.
    CK_NO_WINNER = 4,
};

/// Packs the [k, n] matrix b, element (i, j) at `b[i * row + j * column]`, for `ck_gemm`: room for
/// `k * (n rounded up to CK_PANEL)` floats.
void ck_pack(int32_t cpu, int64_t k, int64_t n, const float *b, int64_t row, int64_t column,
             float *packed);

/// c[m, n] = a[m, k] · b[k, n] (+ bias[n], or + c with CK_ACCUMULATE), then ReLU with CK_RELU.
/// `lda` and `ldc` are the distances of rows; `bias` may be null.
void ck_gemm(int32_t cpu, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
             const float *packed, const float *bias, int32_t flags, float *c, int64_t ldc);

/// c[m, n] = aᵀ · b (+ c with CK_ACCUMULATE), with a [k, m] and b [k, n] row-major.
void ck_gemm_transposed(int32_t cpu, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
                        const float *b, int64_t ldb, int32_t flags, float *c, int64_t ldc);

/// Floats of scratch that the three general convolutions need.
int64_t ck_convolution_scratch(const ck_window *window);

/// Any convolution: `packed` is the kernel as a [kernel_h · kernel_w · in_c, out_c] matrix.
void ck_convolution(int32_t cpu, const ck_window *window, int64_t images, const float *x,
                    const float *packed, const float *bias, int32_t flags, float *y,
                    float *scratch);

/// The gradient to the input; `packed` is the transposed kernel matrix. Where `x` is given and not
/// positive, the result is 0.
void ck_convolution_input_gradient(int32_t cpu, const ck_window *window, int64_t images,
                                   const float *dy, const float *packed, const float *x, float *dx,
                                   float *scratch);

/// The gradient to the kernel, [kernel_h · kernel_w · in_c, out_c], added to `dw` with CK_ACCUMULATE.
void ck_convolution_kernel_gradient(int32_t cpu, const ck_window *window, int64_t images,
                                    const float *x, const float *dy, int32_t flags, float *dw,
                                    float *scratch);

/// Floats of scratch that `ck_winograd_convolution` and `ck_winograd_kernel_gradient` need for so many
/// images.
int64_t ck_winograd_scratch(const ck_winograd *winograd, int64_t images);

/// Floats of a kernel in Winograd's form.
int64_t ck_winograd_kernel_count(const ck_winograd *winograd);

/// Brings the kernel [3, 3, in_c, out_c] into the form that `ck_winograd_convolution` takes; only for
/// `count` inputs from `first` on.
void ck_winograd_kernel(int32_t cpu, const ck_winograd *winograd, int64_t first, int64_t count,
                        const float *kernel, float *u);

/// The same with the kernel rotated by 180° and its inputs and outputs exchanged: `winograd` describes the
/// convolution that makes the gradient to the input, `kernel` is [3, 3, out_c, in_c] in its terms.
void ck_winograd_transposed_kernel(int32_t cpu, const ck_winograd *winograd, int64_t first,
                               int64_t count, const float *kernel, float *u);

/// y = x * u + bias (may be null), then ReLU with CK_RELU; where `mask` (may be null) is not positive,
/// y is 0. With pooling, y is [pool_h, pool_w, out_c] and `winners` (may be null) gets which of a cell's
/// pixels was the first largest, 0…3 in rows, or CK_NO_WINNER; there is no mask then.
void ck_winograd_convolution(int32_t cpu, const ck_winograd *winograd, int64_t images,
                             const float *x, const float *u, const float *bias, int32_t flags,
                             const float *mask, float *y, uint8_t *winners, float *scratch);

/// The gradient to the kernel in Winograd's form, [(tile + 2)², in_c, out_c], added to `sum` with
/// CK_ACCUMULATE.
void ck_winograd_kernel_gradient(int32_t cpu, const ck_winograd *winograd, int64_t images,
                                 const float *x, const float *dy, int32_t flags, float *sum,
                                 float *scratch);

/// The gradient to the kernel, [3, 3, in_c, out_c], from its sums.
void ck_winograd_finish_gradient(int32_t cpu, const ck_winograd *winograd, const float *sum,
                                 float *dw);

/// The sum of the rows of dy [rows, channels], added to db with CK_ACCUMULATE.
void ck_bias_gradient(int32_t cpu, int64_t rows, int64_t channels, const float *dy, int32_t flags,
                      float *db);

void ck_max_pool(int32_t cpu, const ck_window *window, int64_t images, const float *x, float *y);

/// Sends each output's gradient to the first of its largest inputs. With `relu`, an input that is not
/// positive gets 0.
void ck_max_pool_gradient(int32_t cpu, const ck_window *window, int64_t images, const float *x,
                          const float *y, const float *dy, int32_t relu, float *dx);

/// Undoes the pooling of `ck_winograd_convolution` for gradients: dy [pool_h, pool_w, out_c] to
/// dx [out_h, out_w, out_c].
void ck_unpool(int32_t cpu, const ck_winograd *winograd, int64_t images, const float *dy,
               const uint8_t *winners, float *dx);

/// y = x < 0 ? 0 : x. `x == y` is allowed.
void ck_relu(int32_t cpu, int64_t count, const float *x, float *y);

/// dx = y > 0 ? dy : 0. `dy == dx` is allowed.
void ck_relu_gradient(int32_t cpu, int64_t count, const float *y, const float *dy, float *dx);

/// The sum over the images of the cross-entropy of softmax, and how many labels are the first largest
/// logit. `gradient` (may be null) gets `(softmax - one-hot) * weight`.
double ck_softmax_cross_entropy(int64_t images, int64_t classes, const float *logits,
                                const int32_t *labels, double weight, float *gradient,
                                int64_t *correct);

/// sum = the sum of `parts` rows of `count` terms, `distance` apart, in their order.
void ck_add_parts(int32_t cpu, int64_t count, int64_t parts, int64_t distance, const float *terms,
                  float *sum);

/// values -= rate · gradient.
void ck_descend(int32_t cpu, int64_t count, float rate, const float *gradient, float *values);

/// y = x · scale + offset.
void ck_scale_bytes(int32_t cpu, int64_t count, const uint8_t *x, float scale, float offset, float *y);
