// Runs the C kernels on every instruction set of the machine: against simple loops, and printing digests
// that other machines have to print too. tools/check-neon builds it for aarch64 and runs it there.
#include "harness.h"

static int failures;

float *some_floats(uint64_t seed, int64_t count) {
    float *values = allocate((size_t)count * 4);
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)(next_number(&seed) >> 40) * 0x1p-23f - 1;
    return values;
}

uint8_t *some_bytes(uint64_t seed, size_t count) {
    uint8_t *bytes = allocate(count);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(next_number(&seed) >> 56);
    return bytes;
}

void *allocate(size_t bytes) {
    // Never given back: the program is short. Odd multiples of 4 are all that kernels may rely on.
    char *block = calloc(bytes + 80, 1);
    if (!block)
        abort();
    return block + (64 - (uintptr_t)block % 64) % 64 + 4;
}

double *doubles(int64_t count) {
    double *values = calloc((size_t)count + 1, 8);
    if (!values)
        abort();
    return values;
}

void digest(const char *name, int32_t cpu, const void *bytes, size_t count) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    printf("%s %s %016llx\n", name, ck_cpu_name(cpu), (unsigned long long)hash);
}

void expect_near(const char *name, int32_t cpu, const float *found, const double *exact,
                 const double *magnitude, int64_t count, int64_t roundings) {
    double unit = (double)roundings * 0x1p-24, worst = 0;
    for (int64_t i = 0; i < count; i++) {
        double error = fabs(found[i] - exact[i]) / fmax(magnitude[i], 1e-300);
        // Not-a-number is a failure too.
        worst = error <= worst ? worst : error;
    }
    if (worst <= unit / (1 - unit))
        return;
    failures++;
    fprintf(stderr, "%s %s: an error of %g, at most %g is allowed\n", name, ck_cpu_name(cpu), worst,
            unit / (1 - unit));
}

void expect(const char *name, int32_t cpu, int condition) {
    if (condition)
        return;
    failures++;
    fprintf(stderr, "%s %s: wrong\n", name, ck_cpu_name(cpu));
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--tile-errors") == 0) {
        print_tile_errors();
        return 0;
    }
    for (int32_t cpu = CK_CPU_PORTABLE; cpu <= CK_CPU_AVX512; cpu++) {
        if (!ck_cpu_supported(cpu))
            continue;
        check_bytes(cpu);
        check_sampling(cpu);
        check_arithmetic(cpu);
        check_tiles(cpu);
        fprintf(stderr, "%s: done\n", ck_cpu_name(cpu));
    }
    if (failures)
        fprintf(stderr, "%d failures\n", failures);
    return failures != 0;
}
