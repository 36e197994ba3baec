// Byte planes and residuals of weights (Spec/ltfn-format.md, "Codecs").
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What is done to a word before it is cut into byte planes.
enum {
    CK_WORD_IDENTITY = 0,
    CK_WORD_ROTATION = 1,
    CK_WORD_WIDE_EXPONENT = 2,
    CK_WORD_ZIGZAG = 3,
};

/// How the words of a residual are ordered and scaled.
typedef struct {
    /// 1, 2, 4 or 8.
    int32_t word_bytes;
    /// 1: words are ordered as floating-point numbers; 0: as unsigned integers.
    int32_t floating;
    /// The exponent field is (word >> shift) & mask; less bias, not below 0, not above limit.
    uint32_t shift;
    uint32_t mask;
    uint32_t bias;
    uint32_t limit;
} ck_residual;

/// Cuts `count` words into planes of `count` bytes each: plane k, the lowest is 0, goes to `planes[k]`
/// unless that is null. `planes` has `word_bytes` places; nothing overlaps.
void ck_planes_split(int32_t cpu, int32_t transform, int32_t word_bytes, size_t count,
                     const uint8_t *words, uint8_t *const *planes);

/// The inverse: `planes[k]` are the `count` bytes of plane k. Nothing overlaps.
void ck_planes_join(int32_t cpu, int32_t transform, int32_t word_bytes, size_t count,
                    const uint8_t *const *planes, uint8_t *words);

/// Writes the symbol of every word's change to `symbols` (`count` bytes) and the tails to `tails`,
/// which has room for `count` · `word_bytes` + 8 bytes; the bits after the last tail are zero up
/// to the next byte. Nothing overlaps.
///
/// Returns the number of bits in `tails`.
uint64_t ck_residual_encode(int32_t cpu, const ck_residual *residual, size_t count,
                            const uint8_t *origins, const uint8_t *words, uint8_t *symbols,
                            uint8_t *tails);

/// The number of bits that the tails of `symbols` take, given the origins in `words`; UINT64_MAX when
/// a symbol has no meaning.
uint64_t ck_residual_tail_bits(int32_t cpu, const ck_residual *residual, size_t count,
                               const uint8_t *words, const uint8_t *symbols);

/// Turns the origins in `words` into the words that the residual leads to. The symbols have been
/// checked by ck_residual_tail_bits, and the `tail_bytes` bytes of `tails` hold that many bits. Nothing
/// overlaps.
void ck_residual_decode(int32_t cpu, const ck_residual *residual, size_t count,
                        const uint8_t *symbols, const uint8_t *tails, size_t tail_bytes,
                        uint8_t *words);

/// Adds to `counts` (256 of them) how often each byte occurs. `count` is below 2^32.
void ck_histogram(const uint8_t *bytes, size_t count, uint32_t *counts);

/// Repeats `period` bytes (1 or more) over `count` bytes; they do not overlap.
void ck_repeat(const uint8_t *pattern, size_t period, size_t count, uint8_t *out);

/// Whether `count` bytes are equal; they may overlap, and be null when there are none.
int32_t ck_equal(const void *a, const void *b, size_t count);

/// Writes the codes of `count` bytes to `out`, the lowest bit first, after the `held` (below 8) bits
/// of `pending`. `codes[byte]` is the reversed code in the upper 24 bits and its length (1 to 15) in
/// the lower 8. `out` has room for (15 · `count` + 7) / 8 + 16 bytes.
///
/// Returns the number of bits in `out`, `held` included; the last byte is filled up with zeros.
uint64_t ck_pack_literals(const uint32_t *codes, const uint8_t *bytes, size_t count,
                          uint64_t pending, uint32_t held, uint8_t *out);
