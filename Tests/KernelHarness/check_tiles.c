// Winograd's convolution and its gradients, each tile size by itself, against double precision: the error
// relative to the norm beside the one that the matrices of the tiles let expect
// (Spec/decisions/0004-tiles-and-rounding.md).
#include "harness.h"

/// A convolution, forward, to its input and to its kernel.
enum { FORWARD, INPUT, KERNEL, PASSES };
static const char *const passes[PASSES] = {"forward", "input gradient", "kernel gradient"};

/// A tile size: 0 for the direct kernels. Tiles of 6 and 7 are cut in the forward pass alone.
typedef struct {
    int tile;
    double amplification, gradient_amplification;
} tile_size;

static const tile_size tile_sizes[] = {
    {0, 1, 1}, {4, 5.020833, 5.020833}, {6, 20.631944, 0}, {7, 65.706364, 0}};
enum { TILE_SIZES = sizeof tile_sizes / sizeof *tile_sizes };

typedef struct {
    ck_window window;
    int32_t images, mosaic_h, mosaic_w;
    /// Inputs as a ReLU leaves them, and weights of He's size, in place of values in ±1.
    int as_in_a_network;
} problem;

static ck_window square(int32_t h, int32_t w, int32_t in_c, int32_t out_c, int32_t padding) {
    return (ck_window){h, w, in_c, h + 2 * padding - 2, w + 2 * padding - 2, out_c, 3, 3, 1, 1,
                       padding, padding};
}

static ck_winograd cut(const problem *p, int tile, int transposed) {
    const ck_window *w = &p->window;
    ck_winograd c = {.in_h = w->in_h, .in_w = w->in_w, .in_c = w->in_c, .out_h = w->out_h,
                     .out_w = w->out_w, .out_c = w->out_c, .pad_top = w->pad_top,
                     .pad_left = w->pad_left, .tile = tile, .mosaic_h = p->mosaic_h,
                     .mosaic_w = p->mosaic_w, .chunk = 36};
    if (transposed) {
        c.in_h = w->out_h, c.in_w = w->out_w, c.in_c = w->out_c;
        c.out_h = w->in_h, c.out_w = w->in_w, c.out_c = w->in_c;
        c.pad_top = 2 - w->pad_top, c.pad_left = 2 - w->pad_left;
    }
    int32_t below = c.out_h + 2 - c.in_h - c.pad_top, right = c.out_w + 2 - c.in_w - c.pad_left;
    c.pitch_h = c.in_h + (c.pad_top > below ? c.pad_top : below);
    c.pitch_w = c.in_w + (c.pad_left > right ? c.pad_left : right);
    c.tiles_h = ((c.mosaic_h - 1) * c.pitch_h + c.out_h + tile - 1) / tile;
    c.tiles_w = ((c.mosaic_w - 1) * c.pitch_w + c.out_w + tile - 1) / tile;
    return c;
}

static int passes_of(const tile_size *size) { return size->tile > 4 ? 1 : PASSES; }

/// The tensors of a problem: what goes in, what is exact, and memory for what is found.
typedef struct {
    problem p;
    int64_t counts[PASSES];
    tensors exact;
    float *found[PASSES];
} instance;

static instance make(problem p) {
    const ck_window *w = &p.window;
    instance t = {.p = p};
    t.counts[FORWARD] = (int64_t)p.images * w->out_h * w->out_w * w->out_c;
    t.counts[INPUT] = (int64_t)p.images * w->in_h * w->in_w * w->in_c;
    t.counts[KERNEL] = (int64_t)9 * w->in_c * w->out_c;
    float *x = some_floats(1, t.counts[INPUT]), *kernel = some_floats(2, t.counts[KERNEL]);
    if (p.as_in_a_network) {
        float scale = sqrtf(6.0f / (9 * w->in_c));
        for (int64_t i = 0; i < t.counts[INPUT]; i++)
            x[i] = x[i] < 0 ? 0 : x[i];
        for (int64_t i = 0; i < t.counts[KERNEL]; i++)
            kernel[i] *= scale;
    }
    t.exact = (tensors){.x = x, .kernel = kernel, .dy = some_floats(3, t.counts[FORWARD])};
    t.exact.y = doubles(t.counts[FORWARD]);
    t.exact.dx = doubles(t.counts[INPUT]);
    t.exact.dw = doubles(t.counts[KERNEL]);
    for (int pass = 0; pass < PASSES; pass++)
        t.found[pass] = allocate(t.counts[pass] * 4);
    tensors run = t.exact;
    run.w = w;
    convolve(&run, p.images);
    return t;
}

static void run_direct(int32_t cpu, instance *t) {
    ck_window w = t->p.window;
    int64_t patch = (int64_t)9 * w.in_c, columns = (w.out_c + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
    int64_t rows = (patch + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
    float *packed = allocate(patch * columns * 4), *transposed = allocate(w.out_c * rows * 4);
    float *scratch = allocate(ck_convolution_scratch(&w) * 4);
    ck_pack(cpu, patch, w.out_c, t->exact.kernel, w.out_c, 1, packed);
    ck_convolution(cpu, &w, t->p.images, t->exact.x, packed, NULL, 0, t->found[FORWARD], scratch);
    ck_pack(cpu, w.out_c, patch, t->exact.kernel, 1, w.out_c, transposed);
    ck_convolution_input_gradient(cpu, &w, t->p.images, t->exact.dy, transposed, NULL, t->found[INPUT],
                                  scratch);
    ck_convolution_kernel_gradient(cpu, &w, t->p.images, t->exact.x, t->exact.dy, 0,
                                   t->found[KERNEL], scratch);
}

static void run_forward(int32_t cpu, instance *t, int tile) {
    ck_winograd w = cut(&t->p, tile, 0);
    float *scratch = allocate(ck_winograd_scratch(&w, t->p.images) * 4);
    float *u = allocate(ck_winograd_kernel_count(&w) * 4);
    ck_winograd_kernel(cpu, &w, 0, w.in_c, t->exact.kernel, u);
    ck_winograd_convolution(cpu, &w, t->p.images, t->exact.x, u, NULL, 0, NULL, t->found[FORWARD],
                            NULL, scratch);
}

static void run_backward(int32_t cpu, instance *t) {
    ck_winograd w = cut(&t->p, 4, 0), transposed = cut(&t->p, 4, 1);
    int64_t images = t->p.images, count = ck_winograd_scratch(&w, images);
    if (ck_winograd_scratch(&transposed, images) > count)
        count = ck_winograd_scratch(&transposed, images);
    float *scratch = allocate(count * 4), *sum = allocate((int64_t)36 * w.in_c * w.out_c * 4);
    float *back = allocate(ck_winograd_kernel_count(&transposed) * 4);
    ck_winograd_transposed_kernel(cpu, &transposed, 0, transposed.in_c, t->exact.kernel, back);
    ck_winograd_convolution(cpu, &transposed, images, t->exact.dy, back, NULL, 0, NULL, t->found[INPUT],
                            NULL, scratch);
    ck_winograd_kernel_gradient(cpu, &w, images, t->exact.x, t->exact.dy, 0, sum, scratch);
    ck_winograd_finish_gradient(cpu, &w, sum, t->found[KERNEL]);
}

/// ‖found − exact‖ / ‖exact‖.
static double distance(const instance *t, int pass) {
    const double *exact[] = {t->exact.y, t->exact.dx, t->exact.dw};
    double difference = 0, norm = 0;
    for (int64_t i = 0; i < t->counts[pass]; i++) {
        double error = t->found[pass][i] - exact[pass][i];
        difference += error * error;
        norm += exact[pass][i] * exact[pass][i];
    }
    return sqrt(difference / norm);
}

/// The error to expect: half a rounding of the result for each product that is added, and those of the
/// transforms, each with a variance of u²/3, as often amplified as the matrices say.
static double expected(const instance *t, int pass, const tile_size *size) {
    const ck_window *w = &t->p.window;
    double taps = size->tile ? 1 : 9, pixels = (double)t->p.images * w->out_h * w->out_w;
    // The sum over tiles: those of a tile are taken in its transform.
    pixels /= size->tile ? size->tile * size->tile : 1;
    double terms = pass == FORWARD ? taps * w->in_c : pass == INPUT ? taps * w->out_c : pixels;
    double others = size->tile ? 2 * (5 + size->tile) : 2;
    double amplification = pass == KERNEL ? size->gradient_amplification : size->amplification;
    return 0x1p-24 * amplification * sqrt((terms / 2 + others) / 3);
}

static void run(int32_t cpu, instance *t, int tile) {
    if (tile)
        run_forward(cpu, t, tile);
    else
        run_direct(cpu, t);
    if (tile == 4)
        run_backward(cpu, t);
}

/// Pooling within the tiles, and back.
static void check_pooled(int32_t cpu, problem p, int tile) {
    instance t = make(p);
    ck_winograd w = cut(&p, tile, 0);
    float *u = allocate(ck_winograd_kernel_count(&w) * 4);
    float *scratch = allocate(ck_winograd_scratch(&w, p.images) * 4), *bias = some_floats(4, w.out_c);
    ck_winograd_kernel(cpu, &w, 0, w.in_c, t.exact.kernel, u);
    float *y = t.found[FORWARD];
    ck_winograd_convolution(cpu, &w, p.images, t.exact.x, u, bias, CK_RELU, NULL, y, NULL, scratch);
    w.pool_h = w.out_h / 2, w.pool_w = w.out_w / 2;
    int64_t cells = (int64_t)p.images * w.pool_h * w.pool_w * w.out_c;
    float *pooled = allocate(cells * 4), *dy = some_floats(5, cells), *dx = allocate(t.counts[FORWARD] * 4);
    float *back = allocate(t.counts[FORWARD] * 4);
    uint8_t *winners = allocate(cells);
    ck_winograd_convolution(cpu, &w, p.images, t.exact.x, u, bias, CK_RELU, NULL, pooled, winners,
                            scratch);
    for (int64_t at = 0; at < cells; at++) {
        int64_t c = at % w.out_c, column = at / w.out_c % w.pool_w;
        int64_t row = at / w.out_c / w.pool_w % w.pool_h, n = at / w.out_c / w.pool_w / w.pool_h;
        int64_t corner = ((n * w.out_h + 2 * row) * w.out_w + 2 * column) * w.out_c + c, best = 0;
        int64_t offsets[] = {0, w.out_c, w.out_w * w.out_c, (w.out_w + 1) * w.out_c};
        for (int i = 1; i < 4; i++)
            best = y[corner + offsets[i]] > y[corner + offsets[best]] ? i : best;
        float largest = y[corner + offsets[best]];
        expect("pooled", cpu, pooled[at] == largest);
        expect("winner", cpu, winners[at] == (largest > 0 ? best : CK_NO_WINNER));
        if (largest > 0)
            back[corner + offsets[best]] = dy[at];
    }
    ck_unpool(cpu, &w, p.images, dy, winners, dx);
    expect("unpooled", cpu, memcmp(dx, back, t.counts[FORWARD] * 4) == 0);
}

void check_tiles(int32_t cpu) {
    const problem problems[] = {
        {square(7, 5, 16, 32, 1), 3, 1, 1, 0},  {square(9, 12, 32, 16, 0), 5, 2, 3, 0},
        {square(14, 14, 16, 48, 1), 4, 1, 2, 1}, {square(4, 6, 48, 16, 1), 7, 2, 2, 0},
        {square(3, 3, 16, 16, 0), 1, 1, 1, 0},
    };
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        instance t = make(problems[i]);
        for (int size = 0; size < TILE_SIZES; size++) {
            run(cpu, &t, tile_sizes[size].tile);
            for (int pass = 0; pass < passes_of(&tile_sizes[size]); pass++) {
                double most = 3 * expected(&t, pass, &tile_sizes[size]);
                expect(passes[pass], cpu, distance(&t, pass) < most);
                digest("tiled", cpu, t.found[pass], t.counts[pass] * 4);
            }
            if (tile_sizes[size].tile && problems[i].window.out_h > 1)
                check_pooled(cpu, problems[i], tile_sizes[size].tile);
        }
    }
}

void print_tile_errors(void) {
    const struct { const char *name; problem p; } rows[] = {
        {"64→64, 28×28, ±1", {square(28, 28, 64, 64, 1), 2, 1, 1, 0}},
        {"64→64, 28×28, as trained", {square(28, 28, 64, 64, 1), 2, 1, 1, 1}},
        {"128→128, 14×14, as trained", {square(14, 14, 128, 128, 1), 4, 1, 1, 1}},
    };
    printf("| convolution | pass | tile | expected / u |");
    for (int32_t cpu = CK_CPU_PORTABLE; cpu <= CK_CPU_AVX512; cpu++)
        if (ck_cpu_supported(cpu))
            printf(" %s |", ck_cpu_name(cpu));
    printf("\n|---|---|---|---|");
    for (int32_t cpu = CK_CPU_PORTABLE; cpu <= CK_CPU_AVX512; cpu++)
        if (ck_cpu_supported(cpu))
            printf("---|");
    printf("\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        instance t = make(rows[i].p);
        double found[TILE_SIZES][CK_CPU_AVX512 + 1][PASSES];
        for (int size = 0; size < TILE_SIZES; size++)
            for (int32_t cpu = CK_CPU_PORTABLE; cpu <= CK_CPU_AVX512; cpu++) {
                if (!ck_cpu_supported(cpu))
                    continue;
                run(cpu, &t, tile_sizes[size].tile);
                for (int pass = 0; pass < passes_of(&tile_sizes[size]); pass++)
                    found[size][cpu][pass] = distance(&t, pass);
            }
        for (int pass = 0; pass < PASSES; pass++)
            for (int size = 0; size < TILE_SIZES; size++) {
                const tile_size *each = &tile_sizes[size];
                if (pass >= passes_of(each))
                    continue;
                printf("| %s | %s | ", rows[i].name, passes[pass]);
                if (each->tile)
                    printf("%d×%d | ", each->tile, each->tile);
                else
                    printf("none | ");
                printf("%.1f |", expected(&t, pass, each) / 0x1p-24);
                for (int32_t cpu = CK_CPU_PORTABLE; cpu <= CK_CPU_AVX512; cpu++)
                    if (ck_cpu_supported(cpu))
                        printf(" %.1f |", found[size][cpu][pass] / 0x1p-24);
                printf("\n");
            }
    }
}
