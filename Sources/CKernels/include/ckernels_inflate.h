// A deflate decoder for streams of literals, as Huffman-only compression writes them.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What ck_inflate_literals needs beside its arguments. Contents need no preparation.
typedef struct {
    uint64_t table[2048];
    uint16_t symbols[288];
    uint16_t counts[16];
} ck_inflate_workspace;

/// Decodes the raw deflate stream `input` (RFC 1951) into exactly `output_count` bytes.
///
/// Returns 1 when the stream is valid, ends with its last input byte, holds no matches and gives
/// exactly `output_count` bytes. Returns 0 for every other stream, which may still be valid: a
/// complete decoder has to say. `output` may then hold anything. `input` and `output` do not overlap.
int32_t ck_inflate_literals(
    const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count,
    ck_inflate_workspace *workspace);
