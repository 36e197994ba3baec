// CRC-32C. The remainder is linear over XOR: that gives the tables of the portable body, and lets
// the other bodies run three streams at once and join them.
#include "include/ckernels_checksums.h"
#include "include/ckernels_cpu.h"
#include <string.h>

// Portable: slicing by 8 (Kounavis and Berry, 2008). tables[k][i] is byte i followed by k zero
// bytes. Every entry is the XOR of the entries of its bits, which stand in the macro calls below.

#define BIT(i, n, value) (((i) >> (n)) & 1 ? (value) : 0)
#define ENTRY(i, a, b, c, d, e, f, g, h) \
    (BIT(i, 0, a) ^ BIT(i, 1, b) ^ BIT(i, 2, c) ^ BIT(i, 3, d) ^ BIT(i, 4, e) ^ BIT(i, 5, f) ^ \
     BIT(i, 6, g) ^ BIT(i, 7, h))
#define ROW4(i, ...) \
    ENTRY(i, __VA_ARGS__), ENTRY(i + 1, __VA_ARGS__), ENTRY(i + 2, __VA_ARGS__), \
        ENTRY(i + 3, __VA_ARGS__)
#define ROW16(i, ...) \
    ROW4(i, __VA_ARGS__), ROW4(i + 4, __VA_ARGS__), ROW4(i + 8, __VA_ARGS__), \
        ROW4(i + 12, __VA_ARGS__)
#define ROW64(i, ...) \
    ROW16(i, __VA_ARGS__), ROW16(i + 16, __VA_ARGS__), ROW16(i + 32, __VA_ARGS__), \
        ROW16(i + 48, __VA_ARGS__)
#define TABLE(...) \
    { ROW64(0, __VA_ARGS__), ROW64(64, __VA_ARGS__), ROW64(128, __VA_ARGS__), \
      ROW64(192, __VA_ARGS__) }

static const uint32_t tables[8][256] = {
    TABLE(0xF26B8303u, 0xE13B70F7u, 0xC79A971Fu, 0x8AD958CFu,
          0x105EC76Fu, 0x20BD8EDEu, 0x417B1DBCu, 0x82F63B78u),
    TABLE(0x13A29877u, 0x274530EEu, 0x4E8A61DCu, 0x9D14C3B8u,
          0x3FC5F181u, 0x7F8BE302u, 0xFF17C604u, 0xFBC3FAF9u),
    TABLE(0xA541927Eu, 0x4F6F520Du, 0x9EDEA41Au, 0x38513EC5u,
          0x70A27D8Au, 0xE144FB14u, 0xC76580D9u, 0x8B277743u),
    TABLE(0xDD45AAB8u, 0xBF672381u, 0x7B2231F3u, 0xF64463E6u,
          0xE964B13Du, 0xD725148Bu, 0xABA65FE7u, 0x52A0C93Fu),
    TABLE(0x38116FACu, 0x7022DF58u, 0xE045BEB0u, 0xC5670B91u,
          0x8F2261D3u, 0x1BA8B557u, 0x37516AAEu, 0x6EA2D55Cu),
    TABLE(0xEF306B19u, 0xDB8CA0C3u, 0xB2F53777u, 0x6006181Fu,
          0xC00C303Eu, 0x85F4168Du, 0x0E045BEBu, 0x1C08B7D6u),
    TABLE(0x68032CC8u, 0xD0065990u, 0xA5E0C5D1u, 0x4E2DFD53u,
          0x9C5BFAA6u, 0x3D5B83BDu, 0x7AB7077Au, 0xF56E0EF4u),
    TABLE(0x493C7D27u, 0x9278FA4Eu, 0x211D826Du, 0x423B04DAu,
          0x847609B4u, 0x0D006599u, 0x1A00CB32u, 0x34019664u),
};

static uint32_t portable_byte(uint32_t crc, uint8_t byte) {
    return tables[0][(crc ^ byte) & 0xFF] ^ (crc >> 8);
}

static uint32_t portable(uint32_t crc, const uint8_t *bytes, size_t count) {
    for (; count >= 8; bytes += 8, count -= 8) {
        uint32_t low = crc ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
                              (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^
              tables[5][low >> 16 & 0xFF] ^ tables[4][low >> 24] ^ tables[3][bytes[4]] ^
              tables[2][bytes[5]] ^ tables[1][bytes[6]] ^ tables[0][bytes[7]];
    }
    for (; count > 0; bytes++, count--)
        crc = portable_byte(crc, *bytes);
    return crc;
}

// With instructions: three streams at a time (crc_streams.inc).

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("sse4.2,pclmul"))), apply_to = function)

// x^(8n - 33) mod P: the carry-less product of two reflected words comes out multiplied by x, and
// the reducing instruction multiplies by x^32.
#define SHIFT_LONG 0x82F89C77u
#define SHIFT_TWO_LONG 0x54A86326u
#define SHIFT_SHORT 0xDD7E3B0Cu
#define SHIFT_TWO_SHORT 0x170076FAu

static inline uint32_t step64(uint32_t crc, uint64_t word) {
    return (uint32_t)_mm_crc32_u64(crc, word);
}

static inline uint32_t step8(uint32_t crc, uint8_t byte) { return _mm_crc32_u8(crc, byte); }

// The remainder of the stream of `crc` followed by as many zero bytes as `shift` says.
static inline uint32_t shifted(uint32_t crc, uint32_t shift) {
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)crc), _mm_cvtsi32_si128((int)shift), 0);
    return step64(0, (uint64_t)_mm_cvtsi128_si64(product));
}
#define HAS_HARDWARE 1
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#pragma clang attribute push(__attribute__((target("crc"))), apply_to = function)

// x^(8n) mod P.
#define SHIFT_LONG 0x35D73A62u
#define SHIFT_TWO_LONG 0x28461564u
#define SHIFT_SHORT 0x74C360A4u
#define SHIFT_TWO_SHORT 0xE4172B16u

static inline uint32_t step64(uint32_t crc, uint64_t word) { return __crc32cd(crc, word); }

static inline uint32_t step8(uint32_t crc, uint8_t byte) { return __crc32cb(crc, byte); }

// The product of two reflected polynomials mod P.
static inline uint32_t shifted(uint32_t crc, uint32_t shift) {
    uint32_t product = 0;
    for (int bit = 31; bit >= 0; bit--) {
        product ^= -(crc >> bit & 1) & shift;
        shift = shift >> 1 ^ (-(shift & 1) & 0x82F63B78u);
    }
    return product;
}
#define HAS_HARDWARE 1
#endif

#if HAS_HARDWARE
#include "crc_streams.inc"
#pragma clang attribute pop
#endif

int32_t ck_crc32c_supported(int32_t body) {
    if (body == CK_CHECKSUM_PORTABLE)
        return 1;
    if (body != CK_CHECKSUM_HARDWARE)
        return 0;
#if defined(__x86_64__)
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
#elif defined(__aarch64__) && defined(__linux__)
    return (getauxval(AT_HWCAP) >> 7 & 1) != 0; // HWCAP_CRC32
#elif defined(__aarch64__) && defined(__APPLE__)
    return 1;
#else
    return 0;
#endif
}

int32_t ck_crc32c_selected(void) {
    static int32_t chosen = -1;
    int32_t body = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (body < 0) {
        body = ck_cpu_selected() != CK_CPU_PORTABLE && ck_crc32c_supported(CK_CHECKSUM_HARDWARE);
        __atomic_store_n(&chosen, body, __ATOMIC_RELAXED);
    }
    return body;
}

uint32_t ck_crc32c(int32_t body, uint32_t crc, const uint8_t *bytes, size_t count) {
#if HAS_HARDWARE
    if (body == CK_CHECKSUM_HARDWARE)
        return ~hardware(~crc, bytes, count);
#endif
    (void)body;
    return ~portable(~crc, bytes, count);
}
