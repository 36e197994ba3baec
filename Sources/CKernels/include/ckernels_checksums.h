// Checksums: CRC-32C, CRC-32 and the compression function of SHA-256.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The bodies of a checksum: the same result, at different speeds.
enum {
    CK_CHECKSUM_PORTABLE = 0,
    /// The instructions for it: SSE4.2 and PCLMULQDQ, ARMv8 CRC; SHA-NI.
    CK_CHECKSUM_HARDWARE = 1,
};

/// The body for CRC-32C on this machine; portable when `LTFN_CPU` asks for it.
int32_t ck_crc32c_selected(void);

/// Whether this machine has `body` for CRC-32C.
int32_t ck_crc32c_supported(int32_t body);

/// The CRC-32C (Castagnoli polynomial, reflected, inverted before and after) of the bytes that
/// gave `crc` (0: none) followed by these. `body` must be supported.
uint32_t ck_crc32c(int32_t body, uint32_t crc, const uint8_t *bytes, size_t count);

/// The CRC-32 (of zip and gzip, inverted before and after) of the bytes that gave `crc` (0: none)
/// followed by these. The machine must have CK_CHECKSUM_HARDWARE for CRC-32C: the instructions are
/// the same. Below 64 bytes zlib is faster.
uint32_t ck_crc32(uint32_t crc, const uint8_t *bytes, size_t count);

/// The body for SHA-256 on this machine; portable when `LTFN_CPU` asks for it.
int32_t ck_sha256_selected(void);

/// Whether this machine has `body` for SHA-256.
int32_t ck_sha256_supported(int32_t body);

/// Compresses `count` blocks of 64 bytes into `state` (FIPS 180-4, section 6.2). `body` must be
/// supported; `state` holds 8 words, in the machine's byte order.
void ck_sha256(int32_t body, uint32_t *state, const uint8_t *blocks, size_t count);

enum {
    /// The bytes of a leaf.
    CK_SHA256_LEAF = 4096,
};

/// The bodies of the hashing of leaves: the same digests, at different speeds.
enum {
    /// Four leaves at a time, without special instructions.
    CK_LEAVES_FOUR = 0,
    /// One leaf after the other, by CK_CHECKSUM_HARDWARE.
    CK_LEAVES_HARDWARE = 1,
    /// Eight leaves at a time: AVX2.
    CK_LEAVES_EIGHT = 2,
    /// Sixteen leaves at a time: AVX-512.
    CK_LEAVES_SIXTEEN = 3,
};

/// The body for leaves on this machine, of the instruction set that `LTFN_CPU` asks for.
int32_t ck_sha256_leaves_selected(void);

/// Whether this machine has `body` for leaves.
int32_t ck_sha256_leaves_supported(int32_t body);

/// The SHA-256 of each of `count` leaves of CK_SHA256_LEAF bytes that stand one after the other: 32 bytes
/// each in `digests`. `body` must be supported.
void ck_sha256_leaves(int32_t body, const uint8_t *leaves, size_t count, uint8_t *digests);
