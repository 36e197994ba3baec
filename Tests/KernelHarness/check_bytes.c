// Checksums, byte planes, residuals: the same bytes on every machine.
#include "harness.h"

#include <sys/mman.h>

enum { COUNTS = 9 };
static const size_t counts[COUNTS] = {0, 1, 3, 7, 31, 64, 257, 1000, 4099};

static uint32_t simple_crc(uint32_t polynomial, const uint8_t *bytes, size_t count) {
    uint32_t crc = ~0u;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
    }
    return ~crc;
}

static void check_checksums(int32_t cpu) {
    for (int body = CK_CHECKSUM_PORTABLE; body <= CK_CHECKSUM_HARDWARE; body++) {
        for (int i = 0; i <= COUNTS && ck_crc32c_supported(body); i++) {
            // The last is for the longest streams.
            size_t count = i < COUNTS ? counts[i] : 3 * 4096 + 7;
            uint8_t *bytes = some_bytes(i, count);
            expect("crc32c", cpu,
                   ck_crc32c(body, 0, bytes, count) == simple_crc(0x82F63B78u, bytes, count));
            if (body == CK_CHECKSUM_HARDWARE)
                expect("crc32", cpu,
                       ck_crc32(0, bytes, count) == simple_crc(0xEDB88320u, bytes, count));
        }
        if (!ck_sha256_supported(body))
            continue;
        // FIPS 180-4's example: one block, "abc".
        uint8_t block[64] = {'a', 'b', 'c', 0x80};
        block[63] = 24;
        uint32_t state[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                             0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
        static const uint32_t expected[8] = {0xBA7816BF, 0x8F01CFEA, 0x414140DE, 0x5DAE2223,
                                             0xB00361A3, 0x96177A9C, 0xB410FF61, 0xF20015AD};
        ck_sha256(body, state, block, 1);
        expect("sha256", cpu, memcmp(state, expected, sizeof expected) == 0);
        uint8_t *bytes = some_bytes(5, 64 * 33);
        ck_sha256(body, state, bytes, 33);
        digest("sha256", cpu, state, sizeof state);
    }
}

static void check_leaves(int32_t cpu) {
    enum { LEAVES = 37 };
    uint8_t *bytes = some_bytes(6, LEAVES * CK_SHA256_LEAF);
    uint8_t *expected = allocate(LEAVES * 32), *found = allocate(LEAVES * 32);
    for (size_t leaf = 0; leaf < LEAVES; leaf++) {
        uint32_t state[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                             0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
        uint8_t padding[64] = {0x80, [62] = CK_SHA256_LEAF * 8 >> 8};
        ck_sha256(CK_CHECKSUM_PORTABLE, state, bytes + leaf * CK_SHA256_LEAF, CK_SHA256_LEAF / 64);
        ck_sha256(CK_CHECKSUM_PORTABLE, state, padding, 1);
        for (int k = 0; k < 32; k++)
            expected[32 * leaf + k] = (uint8_t)(state[k / 4] >> (24 - 8 * (k % 4)));
    }
    for (int body = CK_LEAVES_FOUR; body <= CK_LEAVES_SIXTEEN; body++)
        for (size_t count = 0; count <= LEAVES && ck_sha256_leaves_supported(body); count++) {
            memset(found, 0, LEAVES * 32);
            ck_sha256_leaves(body, bytes, count, found);
            expect("leaves", cpu, memcmp(found, expected, 32 * count) == 0);
            expect("leaves", cpu, count == LEAVES || found[32 * count] == 0);
        }
    digest("leaves", cpu, expected, LEAVES * 32);
}

static void check_planes(int32_t cpu, int32_t transform, int32_t width) {
    for (int i = 0; i < COUNTS; i++) {
        size_t count = counts[i];
        uint8_t *words = some_bytes(i + width, count * width);
        uint8_t *planes = allocate(count * width), *back = allocate(count * width);
        uint8_t *places[8];
        for (int32_t k = 0; k < width; k++)
            places[k] = planes + (size_t)k * count;
        ck_planes_split(cpu, transform, width, count, words, places);
        const uint8_t *each[8];
        for (int plane = 0; plane < width; plane++)
            each[plane] = planes + plane * count;
        ck_planes_join(cpu, transform, width, count, each, back);
        expect("planes", cpu, memcmp(words, back, count * width) == 0);
        digest("planes", cpu, planes, count * width);
        for (size_t at = 0; transform == CK_WORD_IDENTITY && at < count * width; at++)
            expect("planes", cpu, planes[at % width * count + at / width] == words[at]);
    }
}

// A copy whose last byte is the last that may be read: after it memory ends. `count` is below 65536.
static const uint8_t *before_a_wall(const uint8_t *bytes, size_t count) {
    enum { PAGES = 1 << 16 };
    static uint8_t *start;
    if (!start) {
        start = mmap(NULL, 2 * PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
        if (start == MAP_FAILED || mprotect(start + PAGES, PAGES, PROT_NONE) != 0)
            abort();
    }
    memcpy(start + PAGES - count, bytes, count);
    return start + PAGES - count;
}

static void check_residual(int32_t cpu, const ck_residual *residual) {
    int width = residual->word_bytes;
    for (int i = 0; i < COUNTS; i++) {
        size_t count = counts[i], bytes = count * width;
        uint8_t *origins = some_bytes(i, bytes), *words = allocate(bytes), *noise = some_bytes(i + 9, bytes);
        // Two words are anywhere, two are near their origins, and so on; the last third stays, so that
        // blocks without tails follow the last tail.
        for (size_t at = 0; at < bytes; at++) {
            int stays = at / width > count * 2 / 3 || (at / width % 4 > 1 && at % width);
            words[at] = stays ? origins[at] : noise[at];
        }
        uint8_t *symbols = allocate(count), *tails = allocate(bytes + 8), *back = allocate(bytes);
        uint64_t bits = ck_residual_encode(cpu, residual, count, origins, words, symbols, tails);
        expect("residual length", cpu,
               ck_residual_tail_bits(cpu, residual, count, origins, symbols) == bits);
        memcpy(back, origins, bytes);
        size_t tail_bytes = (bits + 7) / 8;
        const uint8_t *bounded = before_a_wall(tails, tail_bytes);
        ck_residual_decode(cpu, residual, count, symbols, bounded, tail_bytes, back);
        expect("residual", cpu, memcmp(back, words, bytes) == 0);
        digest("residual-symbols", cpu, symbols, count);
        digest("residual-tails", cpu, tails, (bits + 7) / 8);
    }
}

void check_bytes(int32_t cpu) {
    check_checksums(cpu);
    check_leaves(cpu);
    for (int width = 1; width <= 8; width *= 2) {
        check_planes(cpu, CK_WORD_IDENTITY, width);
        if (width > 1)
            check_planes(cpu, CK_WORD_ROTATION, width);
        check_planes(cpu, CK_WORD_ZIGZAG, width);
    }
    check_planes(cpu, CK_WORD_WIDE_EXPONENT, 8);
    static const ck_residual residuals[] = {
        {.word_bytes = 4, .floating = 1, .shift = 23, .mask = 255, .bias = 0, .limit = 191},
        {.word_bytes = 2, .floating = 1, .shift = 7, .mask = 255, .bias = 0, .limit = 191},
        {.word_bytes = 2, .floating = 1, .shift = 10, .mask = 31, .bias = 0, .limit = 31},
        {.word_bytes = 8, .floating = 1, .shift = 52, .mask = 2047, .bias = 896, .limit = 191},
        {.word_bytes = 1, .floating = 0}, {.word_bytes = 4, .floating = 0},
    };
    for (size_t i = 0; i < sizeof residuals / sizeof *residuals; i++)
        check_residual(cpu, &residuals[i]);
}
