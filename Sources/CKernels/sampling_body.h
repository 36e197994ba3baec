// The sampling kernels for one instruction set: included once for each by sampling.c, which defines
// CK_LANES (float64 lanes of a vector), CK_NAME, and CK_PERMUTE where two registers can be a table of
// 16 numbers.

#define LANES CK_LANES
// Vectors in flight: a Horner step waits for the one before.
#define UNROLL 4
#define GROUP (UNROLL * LANES)
#define UNROLLED _Pragma("clang loop unroll(full)")

#define u64v CK_NAME(u64v)
#define f64v CK_NAME(f64v)
#define u32v CK_NAME(u32v)
#define f32v CK_NAME(f32v)
#define u16v CK_NAME(u16v)
typedef uint64_t u64v __attribute__((vector_size(8 * LANES)));
typedef double f64v __attribute__((vector_size(8 * LANES)));
typedef uint32_t u32v __attribute__((vector_size(4 * LANES)));
typedef float f32v __attribute__((vector_size(4 * LANES)));
typedef uint16_t u16v __attribute__((vector_size(2 * LANES)));

// Less zero, not plus: adding +0 would turn -0 into +0.
INLINE f64v CK_NAME(splat)(double value) { return value - (f64v){0}; }
INLINE f32v CK_NAME(splat32)(float value) { return value - (f32v){0}; }

INLINE f64v CK_NAME(magnitude)(f64v value) {
    return (f64v)((u64v)value & (uint64_t)0x7FFFFFFFFFFFFFFF);
}

// Philox4x32-10 of LANES counters; block `b` is words 4b … 4b + 3 of `out`.
INLINE void CK_NAME(philox)(const ck_sampling *sampling, uint64_t block, uint32_t *out) {
    const uint64_t low = 0xFFFFFFFF;
    u64v counter = (u64v){0} + block;
    for (int lane = 0; lane < LANES; lane++)
        counter[lane] += (uint64_t)lane;
    u64v c0 = counter & low, c1 = counter >> 32;
    u64v c2 = (u64v){0} + (sampling->stream & low);
    u64v c3 = (u64v){0} + (sampling->stream >> 32);
    uint32_t k0 = (uint32_t)sampling->seed, k1 = (uint32_t)(sampling->seed >> 32);
    UNROLLED for (int round = 0; round < 10; round++) {
        u64v product0 = (c0 & low) * (uint64_t)0xD2511F53;
        u64v product1 = (c2 & low) * (uint64_t)0xCD9E8D57;
        c0 = (product1 >> 32) ^ c1 ^ (uint64_t)k0;
        c1 = product1;
        c2 = (product0 >> 32) ^ c3 ^ (uint64_t)k1;
        c3 = product0;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    u64v front = (c0 & low) | c1 << 32, back = (c2 & low) | c3 << 32;
#if CK_LANES == 8
    u64v first = __builtin_shufflevector(front, back, 0, 8, 1, 9, 2, 10, 3, 11);
    u64v second = __builtin_shufflevector(front, back, 4, 12, 5, 13, 6, 14, 7, 15);
#elif CK_LANES == 4
    u64v first = __builtin_shufflevector(front, back, 0, 4, 1, 5);
    u64v second = __builtin_shufflevector(front, back, 2, 6, 3, 7);
#else
    u64v first = __builtin_shufflevector(front, back, 0, 2);
    u64v second = __builtin_shufflevector(front, back, 1, 3);
#endif
    memcpy(out, &first, sizeof first);
    memcpy(out + 2 * LANES, &second, sizeof second);
}

// u - 1/2 of LANES elements, exactly, from one word each or, where `wide`, from two.
INLINE f64v CK_NAME(distance)(int wide, const uint32_t *words) {
    if (wide) {
        typedef int64_t i64v __attribute__((vector_size(8 * LANES)));
        u64v word;
        memcpy(&word, words, sizeof word);
        i64v odd = (i64v)(word >> 11 << 1) + 1 - ((int64_t)1 << 53);
        return __builtin_convertvector(odd, f64v) * 0x1p-54;
    }
    u32v narrow;
    memcpy(&narrow, words, sizeof narrow);
    u64v word = __builtin_convertvector(narrow, u64v);
    // 1 + u, spelled as a float64, less 3/2.
    return (f64v)(word << 20 | (uint64_t)0x3FF0000000080000) - 1.5;
}

// Coefficients k … k + LANES - 1 of each lane's segment.
INLINE void CK_NAME(coefficients)(int k, u64v index, f64v *out) {
#if defined(CK_PERMUTE)
    UNROLLED for (int i = 0; i < LANES && k + i < 15; i++) {
        const uint64_t *row = ck_quantile_central[k + i];
        out[i] = _mm512_permutex2var_pd(
            _mm512_load_pd(row), (__m512i)index, _mm512_load_pd(row + 8));
    }
#else
    f64v rows[LANES];
    UNROLLED for (int lane = 0; lane < LANES; lane++)
        memcpy(&rows[lane], &ck_quantile_segments[index[lane]][k], sizeof rows[lane]);
#if CK_LANES == 4
    f64v a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 2, 6);
    f64v b = __builtin_shufflevector(rows[0], rows[1], 1, 5, 3, 7);
    f64v c = __builtin_shufflevector(rows[2], rows[3], 0, 4, 2, 6);
    f64v d = __builtin_shufflevector(rows[2], rows[3], 1, 5, 3, 7);
    out[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    out[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    out[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    out[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
#else
    out[0] = __builtin_shufflevector(rows[0], rows[1], 0, 2);
    out[1] = __builtin_shufflevector(rows[0], rows[1], 1, 3);
#endif
#endif
}

// Overwrites u - 1/2 by the normal quantile of u where min(u, 1 - u) >= 2^-9, elsewhere by
// a number without meaning.
INLINE void CK_NAME(central_quantiles)(f64v *distance) {
    u64v index[UNROLL];
    f64v x[UNROLL], sum[UNROLL];
    UNROLLED for (int i = 0; i < UNROLL; i++) {
        u64v bits = (u64v)(0.5 - CK_NAME(magnitude)(distance[i]));
        index[i] = bits >> 51 & 15;
        u64v mantissa = bits << 1 & (uint64_t)0x000FFFFFFFFFFFFF;
        x[i] = (f64v)(mantissa | (uint64_t)0x3FF0000000000000) - 1.5;
    }
    UNROLLED for (int k = 16 - LANES; k >= 0; k -= LANES) {
        f64v c[UNROLL][LANES];
        UNROLLED for (int i = 0; i < UNROLL; i++)
            CK_NAME(coefficients)(k, index[i], c[i]);
        UNROLLED for (int j = LANES - 1; j >= 0; j--) {
            UNROLLED for (int i = 0; i < UNROLL; i++) {
                if (k + j == 14)
                    sum[i] = c[i][j];
                else if (k + j < 14)
                    sum[i] = sum[i] * x[i] + c[i][j];
            }
        }
    }
    UNROLLED for (int i = 0; i < UNROLL; i++)
        distance[i] = distance[i] * sum[i];
}

// Redoes the draws of u < 2^-9 and u > 1 - 2^-9, found by the upper word of each element.
INLINE void CK_NAME(tails)(int wide, const uint32_t *words, size_t count, double *draws) {
    const size_t stride = wide ? 2 : 1;
    const uint32_t *upper = words + (wide ? 1 : 0);
    for (size_t i = 0; i < count; i += 16) {
        uint32_t found = 0;
        for (size_t j = i; j < i + 16; j++)
            found |= (uint32_t)(upper[stride * j] + 0x00800000u < 0x01000000u);
        if (__builtin_expect(found == 0, 1))
            continue;
        for (size_t j = i; j < i + 16; j++) {
            if (upper[stride * j] + 0x00800000u >= 0x01000000u)
                continue;
            uint64_t word = upper[stride * j];
            if (wide) {
                word = (word << 32 | words[2 * j]) >> 11;
                draws[j] = signed_tail_quantile(
                    (double)((int64_t)(word << 1) + 1 - ((int64_t)1 << 53)) * 0x1p-54);
            } else {
                draws[j] = signed_tail_quantile(((double)word - 2147483647.5) * 0x1p-32);
            }
        }
    }
}

INLINE void CK_NAME(draw)(
    int wide, int32_t draw, const uint32_t *words, size_t count, double *draws) {
    const double width = 2.0 * number(ck_truncation_half_width);
    for (size_t i = 0; i < count; i += GROUP) {
        f64v value[UNROLL];
        UNROLLED for (int j = 0; j < UNROLL; j++) {
            value[j] = CK_NAME(distance)(wide, words + (i + j * LANES) * (wide ? 2 : 1));
            if (draw == CK_DRAW_UNIFORM)
                value[j] = value[j] + 0.5;
            if (draw == CK_DRAW_TRUNCATED_NORMAL)
                value[j] = value[j] * width;
        }
        if (draw != CK_DRAW_UNIFORM)
            CK_NAME(central_quantiles)(value);
        memcpy(draws + i, value, sizeof value);
    }
    if (draw == CK_DRAW_NORMAL)
        CK_NAME(tails)(wide, words, count, draws);
}

static void CK_NAME(draws32)(int32_t kind, const uint32_t *words, size_t count, double *draws) {
    if (kind == CK_DRAW_UNIFORM)
        CK_NAME(draw)(0, CK_DRAW_UNIFORM, words, count, draws);
    else if (kind == CK_DRAW_NORMAL)
        CK_NAME(draw)(0, CK_DRAW_NORMAL, words, count, draws);
    else
        CK_NAME(draw)(0, CK_DRAW_TRUNCATED_NORMAL, words, count, draws);
}

static void CK_NAME(draws64)(int32_t kind, const uint32_t *words, size_t count, double *draws) {
    if (kind == CK_DRAW_UNIFORM)
        CK_NAME(draw)(1, CK_DRAW_UNIFORM, words, count, draws);
    else if (kind == CK_DRAW_NORMAL)
        CK_NAME(draw)(1, CK_DRAW_NORMAL, words, count, draws);
    else
        CK_NAME(draw)(1, CK_DRAW_TRUNCATED_NORMAL, words, count, draws);
}

INLINE f64v CK_NAME(choose)(u64v condition, f64v yes, f64v no) {
    return (f64v)((condition & (u64v)yes) | (~condition & (u64v)no));
}

INLINE f64v CK_NAME(limited)(f64v value, f64v limit) {
    return CK_NAME(choose)((u64v)(value > limit), limit, value);
}

// R of a type with `mantissa` stored bits and exponents up to `bias`, as float64; what is beyond the
// type's range stays beyond it.
INLINE f64v CK_NAME(round_to)(int mantissa, int bias, f64v value) {
    u64v exponent = (u64v)value & (uint64_t)0x7FF0000000000000;
    const u64v least = (u64v){0} + ((uint64_t)(1023 + 1 - bias) << 52);
    const u64v most = (u64v){0} + ((uint64_t)(1023 + 2 + bias) << 52);
    exponent = (u64v)CK_NAME(choose)((u64v)(exponent < least), (f64v)least, (f64v)exponent);
    exponent = (u64v)CK_NAME(choose)((u64v)(exponent > most), (f64v)most, (f64v)exponent);
    // Adding 1.5 × 2^52 quanta leaves no room for a smaller part: the sum is rounded to quanta.
    u64v shift = exponent + ((uint64_t)(52 - mantissa) << 52);
    f64v magic = (f64v)(shift | (uint64_t)0x0008000000000000);
    f64v result = (value + magic) - magic;
    return (f64v)((u64v)result | ((u64v)value & (uint64_t)0x8000000000000000));
}

// The bits of a value that `round_to` gave.
INLINE u64v CK_NAME(encode)(int mantissa, int bias, f64v value) {
    const f64v end = CK_NAME(splat)(number((uint64_t)(1023 + bias + 1) << 52));
    const double quanta = number((uint64_t)(1023 + bias - 1 + mantissa) << 52);
    u64v sign = (u64v)value >> 63 << (mantissa + (bias == 15 ? 5 : 8));
    f64v size = CK_NAME(limited)(CK_NAME(magnitude)(value), end);
    u64v normal = ((u64v)size - ((uint64_t)(1023 - bias) << 52)) >> (52 - mantissa);
    u64v small = (u64v)(size * quanta + 0x1p52) & 0xFFFF;
    u64v is_small = (u64v)(size < number((uint64_t)(1023 + 1 - bias) << 52));
    return sign | (is_small & small) | (~is_small & normal);
}

INLINE void CK_NAME(write_16)(
    int mantissa, int bias, const ck_sampling *s, const double *draws, size_t count, char *out) {
    const f64v offset = CK_NAME(splat)(s->offset), scale = CK_NAME(splat)(s->scale);
    const f64v ceiling = CK_NAME(splat)(s->ceiling), factor = CK_NAME(splat)(s->factor);
    for (size_t i = 0; i < count; i += LANES) {
        f64v draw;
        memcpy(&draw, draws + i, sizeof draw);
        f64v value = CK_NAME(round_to)(mantissa, bias, offset + scale * draw);
        value = CK_NAME(limited)(value, ceiling) * factor;
        if (s->factor != 1.0)
            value = CK_NAME(round_to)(mantissa, bias, value);
        u16v bits = __builtin_convertvector(CK_NAME(encode)(mantissa, bias, value), u16v);
        store(out + 2 * i, &bits, sizeof bits, 2 * (count - i));
    }
}

static void CK_NAME(write_f16)(
    const ck_sampling *s, const double *draws, size_t count, char *out) {
    CK_NAME(write_16)(10, 15, s, draws, count, out);
}

static void CK_NAME(write_bf16)(
    const ck_sampling *s, const double *draws, size_t count, char *out) {
    CK_NAME(write_16)(7, 127, s, draws, count, out);
}

static void CK_NAME(write_f32)(
    const ck_sampling *s, const double *draws, size_t count, char *out) {
    const f64v offset = CK_NAME(splat)(s->offset), scale = CK_NAME(splat)(s->scale);
    const f32v ceiling = CK_NAME(splat32)((float)s->ceiling);
    const f32v factor = CK_NAME(splat32)((float)s->factor);
    for (size_t i = 0; i < count; i += LANES) {
        f64v draw;
        memcpy(&draw, draws + i, sizeof draw);
        f32v value = __builtin_convertvector(offset + scale * draw, f32v);
        u32v above = (u32v)(value > ceiling);
        value = (f32v)((above & (u32v)ceiling) | (~above & (u32v)value)) * factor;
        store(out + 4 * i, &value, sizeof value, 4 * (count - i));
    }
}

static void CK_NAME(write_f64)(
    const ck_sampling *s, const double *draws, size_t count, char *out) {
    const f64v offset = CK_NAME(splat)(s->offset), scale = CK_NAME(splat)(s->scale);
    const f64v ceiling = CK_NAME(splat)(s->ceiling), factor = CK_NAME(splat)(s->factor);
    for (size_t i = 0; i < count; i += LANES) {
        f64v draw;
        memcpy(&draw, draws + i, sizeof draw);
        f64v value = CK_NAME(limited)(offset + scale * draw, ceiling) * factor;
        store(out + 8 * i, &value, sizeof value, 8 * (count - i));
    }
}

static void CK_NAME(sample)(const ck_sampling *s, uint64_t first, size_t count, char *out) {
    uint32_t words[2 * (PIECE + SLACK)] __attribute__((aligned(64)));
    double draws[PIECE + SLACK] __attribute__((aligned(64)));
    const uint64_t per_block = s->element == CK_ELEMENT_F64 ? 2 : 4;
    // What lies past the piece is computed with and thrown away.
    memset(words, 0, sizeof words);
    while (count > 0) {
        uint64_t skip = first % per_block;
        size_t piece = PIECE - (size_t)skip;
        if (piece > count)
            piece = count;
        uint64_t block = first / per_block;
        size_t blocks = (size_t)((skip + piece + per_block - 1) / per_block);
        for (size_t i = 0; i < blocks; i += LANES)
            CK_NAME(philox)(s, block + i, words + 4 * i);
        const uint32_t *start = words + skip * (4 / per_block);
        if (s->element == CK_ELEMENT_F64) {
            CK_NAME(draws64)(s->draw, start, piece, draws);
            CK_NAME(write_f64)(s, draws, piece, out);
            out += 8 * piece;
        } else {
            CK_NAME(draws32)(s->draw, start, piece, draws);
            if (s->element == CK_ELEMENT_F32)
                CK_NAME(write_f32)(s, draws, piece, out);
            else if (s->element == CK_ELEMENT_F16)
                CK_NAME(write_f16)(s, draws, piece, out);
            else
                CK_NAME(write_bf16)(s, draws, piece, out);
            out += (s->element == CK_ELEMENT_F32 ? 4 : 2) * piece;
        }
        first += piece;
        count -= piece;
    }
}

#undef u64v
#undef f64v
#undef u32v
#undef f32v
#undef u16v
#undef LANES
#undef UNROLL
#undef UNROLLED
#undef GROUP
