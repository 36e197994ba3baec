// Initial values: bit for bit the same on every machine.
#include "harness.h"

void check_sampling(int32_t cpu) {
    static const size_t sizes[] = {2, 2, 4, 8};
    static const uint64_t starts[] = {0, 1, 5, (1ull << 32) - 3};
    for (int32_t draw = CK_DRAW_UNIFORM; draw <= CK_DRAW_TRUNCATED_NORMAL; draw++)
        for (int32_t element = CK_ELEMENT_F16; element <= CK_ELEMENT_F64; element++)
            for (int start = 0; start < 4; start++) {
                ck_sampling sampling = {.seed = 7, .stream = 3, .offset = 0.25, .scale = 0.5,
                                        .ceiling = INFINITY, .factor = 1, .draw = draw,
                                        .element = element};
                size_t count = 1003, size = sizes[element];
                uint8_t *whole = allocate(count * size), *parts = allocate(count * size);
                ck_sample(cpu, &sampling, starts[start], count, whole);
                // Any cut gives the same values.
                ck_sample(cpu, &sampling, starts[start], 7, parts);
                ck_sample(cpu, &sampling, starts[start] + 7, count - 7, parts + 7 * size);
                expect("sampling in parts", cpu, memcmp(whole, parts, count * size) == 0);
                digest("sampling", cpu, whole, count * size);
            }
}
