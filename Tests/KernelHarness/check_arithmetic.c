// The kernels of networks against simple loops in double precision, within the bound for sums in any
// order: |found − exact| ≤ γₙ · Σ |x|·|w|.
#include "harness.h"

/// Element (n, y, x) of a window's input: 1 when it is inside, with its first channel in `at`.
static int inside(const ck_window *w, int64_t n, int64_t y, int64_t x, int64_t *at) {
    *at = ((n * w->in_h + y) * w->in_w + x) * w->in_c;
    return y >= 0 && y < w->in_h && x >= 0 && x < w->in_w;
}

static double product(const tensors *t, float a, float b) {
    return t->magnitude ? fabs((double)a * b) : (double)a * b;
}

/// One input pixel under one tap of one output pixel.
static void add_tap(tensors *t, int64_t in, int64_t out, int64_t tap) {
    for (int64_t c = 0; c < t->w->in_c; c++)
        for (int64_t o = 0; o < t->w->out_c; o++) {
            int64_t weight = tap + c * t->w->out_c + o;
            if (t->y)
                t->y[out + o] += product(t, t->x[in + c], t->kernel[weight]);
            if (t->dx)
                t->dx[in + c] += product(t, t->dy[out + o], t->kernel[weight]);
            if (t->dw)
                t->dw[weight] += product(t, t->dy[out + o], t->x[in + c]);
        }
}

void convolve(tensors *t, int64_t images) {
    const ck_window *w = t->w;
    for (int64_t n = 0; n < images; n++)
        for (int64_t y = 0; y < w->out_h; y++)
            for (int64_t x = 0; x < w->out_w; x++)
                for (int64_t i = 0; i < w->kernel_h; i++)
                    for (int64_t j = 0; j < w->kernel_w; j++) {
                        int64_t in, out = ((n * w->out_h + y) * w->out_w + x) * w->out_c;
                        if (inside(w, n, y * w->stride_h + i - w->pad_top,
                                   x * w->stride_w + j - w->pad_left, &in))
                            add_tap(t, in, out, (i * w->kernel_w + j) * w->in_c * w->out_c);
                    }
}

static int64_t in_count(const ck_window *w) { return (int64_t)w->in_h * w->in_w * w->in_c; }
static int64_t out_count(const ck_window *w) { return (int64_t)w->out_h * w->out_w * w->out_c; }

static int64_t panels(int64_t columns) { return (columns + CK_PANEL - 1) / CK_PANEL * CK_PANEL; }

static void check_convolution(int32_t cpu, ck_window w, int64_t images) {
    int64_t patch = (int64_t)w.kernel_h * w.kernel_w * w.in_c, weights = patch * w.out_c;
    int64_t inputs = images * in_count(&w), outputs = images * out_count(&w);
    float *x = some_floats(1, inputs), *kernel = some_floats(2, weights);
    float *dy = some_floats(3, outputs), *bias = some_floats(4, w.out_c);
    float *y = allocate(outputs * 4), *dx = allocate(inputs * 4), *dw = allocate(weights * 4);
    float *scratch = allocate(ck_convolution_scratch(&w) * 4);
    float *packed = allocate(patch * panels(w.out_c) * 4), *transposed = allocate(w.out_c * panels(patch) * 4);
    tensors exact = {.w = &w, .x = x, .kernel = kernel, .dy = dy};
    tensors sizes = exact;
    for (int magnitude = 0; magnitude < 2; magnitude++) {
        tensors *t = magnitude ? &sizes : &exact;
        t->magnitude = magnitude;
        t->y = doubles(outputs), t->dx = doubles(inputs), t->dw = doubles(weights);
        for (int64_t i = 0; i < outputs; i++)
            t->y[i] = magnitude ? fabsf(bias[i % w.out_c]) : bias[i % w.out_c];
        convolve(t, images);
    }
    ck_pack(cpu, patch, w.out_c, kernel, w.out_c, 1, packed);
    ck_convolution(cpu, &w, images, x, packed, bias, 0, y, scratch);
    expect_near("convolution", cpu, y, exact.y, sizes.y, outputs, patch + 1);
    digest("convolution", cpu, y, outputs * 4);
    ck_pack(cpu, w.out_c, patch, kernel, 1, w.out_c, transposed);
    ck_convolution_input_gradient(cpu, &w, images, dy, transposed, NULL, dx, scratch);
    int64_t taps = (int64_t)w.kernel_h * w.kernel_w;
    expect_near("input gradient", cpu, dx, exact.dx, sizes.dx, inputs, taps * (w.out_c + 1));
    digest("input-gradient", cpu, dx, inputs * 4);
    ck_convolution_kernel_gradient(cpu, &w, images, x, dy, 0, dw, scratch);
    int64_t pixels = images * w.out_h * w.out_w;
    expect_near("kernel gradient", cpu, dw, exact.dw, sizes.dw, weights, pixels);
    digest("kernel-gradient", cpu, dw, weights * 4);
}

static void check_gemm(int32_t cpu, int64_t m, int64_t n, int64_t k) {
    float *a = some_floats(1, m * k), *b = some_floats(2, k * n), *bias = some_floats(3, n);
    float *packed = allocate(k * panels(n) * 4), *c = allocate(m * n * 4);
    double *exact = doubles(m * n), *magnitude = doubles(m * n);
    for (int64_t i = 0; i < m * n; i++) {
        exact[i] = bias[i % n], magnitude[i] = fabsf(bias[i % n]);
        for (int64_t j = 0; j < k; j++) {
            double term = (double)a[i / n * k + j] * b[j * n + i % n];
            exact[i] += term, magnitude[i] += fabs(term);
        }
    }
    ck_pack(cpu, k, n, b, n, 1, packed);
    ck_gemm(cpu, m, n, k, a, k, packed, bias, 0, c, n);
    expect_near("gemm", cpu, c, exact, magnitude, m * n, k + 1);
    digest("gemm", cpu, c, m * n * 4);
    ck_gemm(cpu, m, n, k, a, k, packed, bias, CK_RELU, c, n);
    for (int64_t i = 0; i < m * n; i++)
        exact[i] = fmax(exact[i], 0);
    expect_near("gemm with ReLU", cpu, c, exact, magnitude, m * n, k + 1);
}

static void check_transposed(int32_t cpu, int64_t m, int64_t n, int64_t k) {
    float *a = some_floats(1, k * m), *b = some_floats(2, k * n), *c = some_floats(3, m * n);
    float *sums = allocate(n * 4);
    double *exact = doubles(m * n), *magnitude = doubles(m * n);
    for (int64_t i = 0; i < m * n; i++) {
        exact[i] = c[i], magnitude[i] = fabsf(c[i]);
        for (int64_t j = 0; j < k; j++) {
            double term = (double)a[j * m + i / n] * b[j * n + i % n];
            exact[i] += term, magnitude[i] += fabs(term);
        }
    }
    ck_gemm_transposed(cpu, m, n, k, a, m, b, n, CK_ACCUMULATE, c, n);
    expect_near("gemm transposed", cpu, c, exact, magnitude, m * n, k + 1);
    digest("gemm-transposed", cpu, c, m * n * 4);
    ck_bias_gradient(cpu, k, n, b, 0, sums);
    for (int64_t i = 0; i < n; i++) {
        exact[i] = magnitude[i] = 0;
        for (int64_t j = 0; j < k; j++)
            exact[i] += b[j * n + i], magnitude[i] += fabsf(b[j * n + i]);
    }
    expect_near("bias gradient", cpu, sums, exact, magnitude, n, k);
    digest("bias-gradient", cpu, sums, n * 4);
    ck_add_parts(cpu, n, k, n, b, sums);
    expect_near("parts", cpu, sums, exact, magnitude, n, k);
    digest("parts", cpu, sums, n * 4);
}

static void check_pooling(int32_t cpu, ck_window w, int64_t images) {
    int64_t inputs = images * in_count(&w), outputs = images * out_count(&w);
    float *x = some_floats(1, inputs), *dy = some_floats(2, outputs);
    float *y = allocate(outputs * 4), *dx = allocate(inputs * 4), *expected = allocate(inputs * 4);
    ck_max_pool(cpu, &w, images, x, y);
    for (int64_t at = 0; at < outputs; at++) {
        int64_t c = at % w.out_c, column = at / w.out_c % w.out_w;
        int64_t row = at / w.out_c / w.out_w % w.out_h, n = at / out_count(&w), best = -1;
        for (int64_t i = 0; i < w.kernel_h; i++)
            for (int64_t j = 0; j < w.kernel_w; j++) {
                int64_t in;
                if (inside(&w, n, row * w.stride_h + i - w.pad_top,
                           column * w.stride_w + j - w.pad_left, &in))
                    best = best < 0 || x[in + c] > x[best] ? in + c : best;
            }
        expect("max-pool", cpu, y[at] == x[best]);
        expected[best] += dy[at];
    }
    ck_max_pool_gradient(cpu, &w, images, x, y, dy, 0, dx);
    double *exact = doubles(inputs), *magnitude = doubles(inputs);
    for (int64_t i = 0; i < inputs; i++)
        exact[i] = expected[i], magnitude[i] = 4;
    expect_near("max-pool gradient", cpu, dx, exact, magnitude, inputs, 8);
    digest("max-pool-gradient", cpu, dx, inputs * 4);
}

static void check_elements(int32_t cpu, int64_t count) {
    float *x = some_floats(1, count), *y = allocate(count * 4), *dy = some_floats(2, count);
    float *dx = allocate(count * 4), *values = some_floats(3, count);
    uint8_t *bytes = some_bytes(4, count);
    if (count > 2)
        x[1] = NAN, x[2] = -0.0f;
    ck_relu(cpu, count, x, y);
    ck_relu_gradient(cpu, count, y, dy, dx);
    for (int64_t i = 0; i < count; i++) {
        float wanted = x[i] < 0 ? 0 : x[i], passed = y[i] > 0 ? dy[i] : 0;
        expect("relu", cpu, memcmp(&wanted, y + i, 4) == 0);
        expect("relu gradient", cpu, dx[i] == passed);
    }
    float *moved = allocate(count * 4);
    double *exact = doubles(count), *magnitude = doubles(count);
    memcpy(moved, values, count * 4);
    ck_descend(cpu, count, 0.1f, dy, moved);
    for (int64_t i = 0; i < count; i++) {
        exact[i] = values[i] - (double)0.1f * dy[i];
        magnitude[i] = fabsf(values[i]) + fabs((double)0.1f * dy[i]);
    }
    expect_near("descend", cpu, moved, exact, magnitude, count, 2);
    digest("descend", cpu, moved, count * 4);
    ck_scale_bytes(cpu, count, bytes, 1 / 255.0f, -0.5f, moved);
    for (int64_t i = 0; i < count; i++) {
        exact[i] = bytes[i] * (double)(1 / 255.0f) - 0.5;
        magnitude[i] = bytes[i] * (double)(1 / 255.0f) + 0.5;
    }
    expect_near("scaled bytes", cpu, moved, exact, magnitude, count, 2);
}

void check_arithmetic(int32_t cpu) {
    static const int64_t sizes[][3] = {{1, 1, 1},   {5, 33, 7},   {13, 31, 64}, {48, 64, 17},
                                       {25, 10, 129}, {12, 96, 1}, {7, 35, 300}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_gemm(cpu, sizes[i][0], sizes[i][1], sizes[i][2]),
            check_transposed(cpu, sizes[i][0], sizes[i][1], sizes[i][2]);
    // in_h, in_w, in_c, out_h, out_w, out_c, kernel, stride, padding
    static const ck_window windows[] = {
        {7, 5, 1, 7, 5, 64, 3, 3, 1, 1, 1, 1},  {9, 11, 17, 9, 11, 33, 3, 3, 1, 1, 1, 1},
        {8, 6, 16, 4, 6, 35, 3, 3, 2, 1, 0, 1}, {13, 7, 5, 3, 3, 16, 5, 3, 3, 2, 0, 0},
        {1, 9, 3, 1, 9, 2, 1, 4, 1, 1, 0, 1},   {3, 2, 2, 2, 1, 49, 7, 7, 2, 3, 3, 2},
    };
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        check_convolution(cpu, windows[i], 3);
    static const ck_window pools[] = {
        {7, 5, 3, 4, 3, 3, 2, 2, 2, 2, 0, 0},    {8, 6, 17, 4, 3, 17, 2, 2, 2, 2, 0, 0},
        {9, 11, 16, 5, 6, 16, 3, 3, 2, 2, 1, 1}, {5, 7, 33, 3, 5, 33, 3, 3, 1, 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
        check_pooling(cpu, pools[i], 2);
    for (int64_t count = 0; count < 70; count += 23)
        check_elements(cpu, count);
    check_elements(cpu, 1001);
}
