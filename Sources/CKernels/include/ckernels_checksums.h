// Checksums: CRC-32C and the compression function of SHA-256.
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

/// The body for SHA-256 on this machine; portable when `LTFN_CPU` asks for it.
int32_t ck_sha256_selected(void);

/// Whether this machine has `body` for SHA-256.
int32_t ck_sha256_supported(int32_t body);

/// Compresses `count` blocks of 64 bytes into `state` (FIPS 180-4, section 6.2). `body` must be
/// supported; `state` holds 8 words, in the machine's byte order.
void ck_sha256(int32_t body, uint32_t *state, const uint8_t *blocks, size_t count);
