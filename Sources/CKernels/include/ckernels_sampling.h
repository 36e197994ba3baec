// Bit-exact sampling of initial weights (Spec/initializers.md).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What an element's word is turned into.
enum {
    CK_DRAW_UNIFORM = 0,
    CK_DRAW_NORMAL = 1,
    CK_DRAW_TRUNCATED_NORMAL = 2,
};

/// What a draw is rounded to.
enum {
    CK_ELEMENT_F16 = 0,
    CK_ELEMENT_BF16 = 1,
    CK_ELEMENT_F32 = 2,
    CK_ELEMENT_F64 = 3,
};

/// value = round(offset + scale × draw), then min(value, ceiling), then round(value × factor).
typedef struct {
    uint64_t seed;
    uint64_t stream;
    double offset;
    double scale;
    /// A value of the element type, or +infinity for none.
    double ceiling;
    /// A value of the element type; 1 for none.
    double factor;
    int32_t draw;
    int32_t element;
} ck_sampling;

/// Writes elements `first` … `first + count - 1` to `out`, which has room for them, at any address.
/// All numbers in `sampling` but `ceiling` are finite, and `first + count` does not overflow.
///
/// Every instruction set gives the same bits; `cpu` is one that this machine supports.
void ck_sample(int32_t cpu, const ck_sampling *sampling, uint64_t first, size_t count, void *out);
