#include "include/ckernels_inflate.h"
#include <string.h>

// A table entry describes the next TABLE_BITS bits of the stream: up to MAX_LITERALS whole literals in
// the low 48 bits, the number of bits they take in bits 48…53, their count in bits 56…58. Count 0: the
// next code is longer than the table's index, or no literal.
enum { TABLE_BITS = 11, MAX_LITERALS = 6, MAX_CODE_BITS = 15, END_OF_BLOCK = 256 };

typedef struct {
    const uint8_t *next;
    const uint8_t *end;
    uint64_t bits;
    // How many of `bits` are from the stream; those above may be, too.
    uint32_t count;
} bit_reader;

static inline uint64_t load64(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, 8);
    return value;
}

// Leaves at least 56 bits unless the stream ends before.
static inline void refill(bit_reader *r) {
    if (r->end - r->next >= 8) {
        r->bits |= load64(r->next) << r->count;
        r->next += (63 - r->count) >> 3;
        r->count |= 56;
    } else {
        while (r->count <= 56 && r->next < r->end) {
            r->bits |= (uint64_t)*r->next++ << r->count;
            r->count += 8;
        }
    }
}

static inline void drop(bit_reader *r, uint32_t n) {
    r->bits >>= n;
    r->count -= n;
}

// -1 when the stream ends before.
static inline int32_t take(bit_reader *r, uint32_t n) {
    if (r->count < n)
        refill(r);
    if (r->count < n)
        return -1;
    int32_t value = (int32_t)(r->bits & ((1u << n) - 1));
    drop(r, n);
    return value;
}

// Sorts the symbols by code (RFC 1951 §3.2.2). Returns 0 unless the code is complete.
static int sort_symbols(
    const uint8_t *lengths, uint32_t count, uint16_t *symbols, uint16_t *counts) {
    memset(counts, 0, 16 * sizeof *counts);
    for (uint32_t i = 0; i < count; i++)
        counts[lengths[i]]++;
    counts[0] = 0;
    int32_t left = 1;
    uint16_t offsets[16] = {0};
    for (uint32_t n = 1; n <= MAX_CODE_BITS; n++) {
        left = 2 * left - counts[n];
        if (left < 0)
            return 0;
        if (n < MAX_CODE_BITS)
            offsets[n + 1] = offsets[n] + counts[n];
    }
    for (uint32_t i = 0; i < count; i++)
        if (lengths[i] != 0)
            symbols[offsets[lengths[i]]++] = (uint16_t)i;
    return left == 0;
}

// One symbol, bit by bit; -1 when the stream ends before.
static int32_t take_symbol(bit_reader *r, const uint16_t *symbols, const uint16_t *counts) {
    int32_t code = 0, first = 0, index = 0;
    for (uint32_t n = 1; n <= MAX_CODE_BITS; n++) {
        int32_t bit = take(r, 1);
        if (bit < 0)
            return -1;
        code |= bit;
        if (code - counts[n] < first)
            return symbols[index + (code - first)];
        index += counts[n];
        first = (first + counts[n]) << 1;
        code <<= 1;
    }
    return -1;
}

static uint32_t reversed(uint32_t code, uint32_t bits) {
    uint32_t result = 0;
    for (uint32_t i = 0; i < bits; i++, code >>= 1)
        result = result << 1 | (code & 1);
    return result;
}

static inline uint64_t entry(uint64_t literals, uint32_t count, uint32_t bits) {
    return literals | (uint64_t)bits << 48 | (uint64_t)count << 56;
}

static inline uint32_t entry_bits(uint64_t e) { return (uint32_t)(e >> 48) & 63; }
static inline uint32_t entry_count(uint64_t e) { return (uint32_t)(e >> 56); }

// Fills the table: first with single symbols, then, from short rests to long ones, with the runs of
// literals that fit the index.
static void build_table(ck_inflate_workspace *w) {
    uint64_t *table = w->table;
    memset(table, 0, sizeof w->table);
    uint32_t code = 0, index = 0;
    for (uint32_t n = 1; n <= TABLE_BITS; n++, code <<= 1) {
        for (uint32_t k = 0; k < w->counts[n]; k++, code++, index++) {
            if (w->symbols[index] >= END_OF_BLOCK)
                continue;
            uint64_t single = entry(w->symbols[index], 1, n);
            for (uint32_t i = reversed(code, n); i < 1u << TABLE_BITS; i += 1u << n)
                table[i] = single;
        }
    }
    // What follows a first literal of n bits is described by the entry of the index shifted down by
    // n, as far as it lies within the bits that the index has. That entry is complete already when
    // the smaller index was visited before, which ascending order ensures.
    for (uint32_t i = 0; i < 1u << TABLE_BITS; i++) {
        uint64_t e = table[i];
        if (entry_count(e) == 0)
            continue;
        uint32_t used = entry_bits(e), count = 1;
        uint64_t literals = e & 0xFF;
        while (count < MAX_LITERALS) {
            uint64_t next = table[i >> used];
            if (entry_count(next) == 0)
                break;
            // Only the first literal of `next` is sure to lie within the bits at hand.
            uint32_t bits = entry_count(next) == 1 ? entry_bits(next) : (uint32_t)(next >> 59);
            if (used + bits > TABLE_BITS)
                break;
            literals |= (next & 0xFF) << (8 * count);
            used += bits;
            count++;
        }
        uint32_t first = entry_bits(e);
        table[i] = entry(literals, count, used) | (uint64_t)first << 59;
    }
}

static int read_lengths(bit_reader *r, ck_inflate_workspace *w, uint8_t *lengths, uint32_t *total) {
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    int32_t literals = take(r, 5), distances = take(r, 5), codes = take(r, 4);
    if (literals < 0 || distances < 0 || codes < 0 || literals > 29 || distances > 29)
        return 0;
    uint8_t code_lengths[19] = {0};
    for (int32_t i = 0; i < codes + 4; i++) {
        int32_t n = take(r, 3);
        if (n < 0)
            return 0;
        code_lengths[order[i]] = (uint8_t)n;
    }
    if (!sort_symbols(code_lengths, 19, w->symbols, w->counts))
        return 0;
    uint32_t wanted = (uint32_t)(literals + 257 + distances + 1), have = 0;
    while (have < wanted) {
        int32_t symbol = take_symbol(r, w->symbols, w->counts);
        if (symbol < 0)
            return 0;
        if (symbol < 16) {
            lengths[have++] = (uint8_t)symbol;
            continue;
        }
        int32_t repeat = take(r, symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
        if (repeat < 0 || (symbol == 16 && have == 0))
            return 0;
        repeat += symbol == 18 ? 11 : 3;
        if ((uint32_t)repeat > wanted - have)
            return 0;
        memset(lengths + have, symbol == 16 ? lengths[have - 1] : 0, (size_t)repeat);
        have += (uint32_t)repeat;
    }
    *total = (uint32_t)literals + 257;
    // The distances are never used, but a code that is not complete makes the stream doubtful.
    return sort_symbols(lengths + *total, wanted - *total, w->symbols, w->counts);
}

static int prepare_block(bit_reader *r, int32_t type, ck_inflate_workspace *w) {
    uint8_t lengths[288 + 32];
    uint32_t count = 288;
    if (type == 1) {
        memset(lengths, 8, 144);
        memset(lengths + 144, 9, 112);
        memset(lengths + 256, 7, 24);
        memset(lengths + 280, 8, 8);
    } else if (!read_lengths(r, w, lengths, &count)) {
        return 0;
    }
    if (lengths[END_OF_BLOCK] == 0 || !sort_symbols(lengths, count, w->symbols, w->counts))
        return 0;
    build_table(w);
    return 1;
}

static int copy_stored(bit_reader *r, uint8_t **out, const uint8_t *out_end) {
    drop(r, r->count & 7);
    int32_t low = take(r, 16), check = take(r, 16);
    if (low < 0 || check < 0 || (low ^ check) != 0xFFFF)
        return 0;
    // Give back the whole bytes that were read ahead.
    r->next -= r->count >> 3;
    r->bits = 0;
    r->count = 0;
    if (low > r->end - r->next || low > out_end - *out)
        return 0;
    memcpy(*out, r->next, (size_t)low);
    r->next += low;
    *out += low;
    return 1;
}

// Decodes up to and with the end of the block.
static int decode_block(
    bit_reader *r, uint8_t **output, const uint8_t *out_end, const ck_inflate_workspace *w) {
    const uint64_t *table = w->table;
    const uint64_t mask = (1u << TABLE_BITS) - 1;
    uint8_t *out = *output;
    for (;;) {
        // Five look-ups take at most 55 of the 56 bits and write at most 30 bytes, 8 at a time.
        while (out_end - out >= 32 && r->end - r->next >= 8) {
            refill(r);
            uint64_t bits = r->bits;
            uint32_t used = 0, stop = 0;
            for (int k = 0; k < 5; k++) {
                uint64_t e = table[bits & mask];
                uint32_t n = entry_bits(e), literals = entry_count(e) & 7;
                if (__builtin_expect(literals == 0, 0)) {
                    stop = 1;
                    break;
                }
                memcpy(out, &e, 8);
                out += literals;
                bits >>= n;
                used += n;
            }
            r->bits = bits;
            r->count -= used;
            if (stop)
                break;
        }
        int32_t symbol = take_symbol(r, w->symbols, w->counts);
        if (symbol == END_OF_BLOCK) {
            *output = out;
            return 1;
        }
        if (symbol < 0 || symbol > END_OF_BLOCK || out == out_end)
            return 0;
        *out++ = (uint8_t)symbol;
    }
}

int32_t ck_inflate_literals(
    const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count,
    ck_inflate_workspace *workspace) {
    bit_reader r = {input, input + input_count, 0, 0};
    const uint8_t *out_end = output + output_count;
    int32_t last = 0;
    while (!last) {
        last = take(&r, 1);
        int32_t type = take(&r, 2);
        if (last < 0 || type < 0 || type == 3)
            return 0;
        if (type == 0) {
            if (!copy_stored(&r, &output, out_end))
                return 0;
        } else if (!prepare_block(&r, type, workspace) ||
                   !decode_block(&r, &output, out_end, workspace)) {
            return 0;
        }
    }
    // Nothing may follow but the unused bits of the last byte.
    r.next -= r.count >> 3;
    return output == out_end && r.next == r.end;
}
