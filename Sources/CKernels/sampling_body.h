// The sampling kernels for one instruction set: included once for each by sampling.c, which defines
// CK_LANES (float64 lanes of a vector), CK_NAME, and CK_PERMUTE where a register can be a table.

#define UNROLL 4
#define LANES CK_LANES
#define GROUP (UNROLL * LANES)

#define u64v CK_NAME(u64v)
#define f64v CK_NAME(f64v)
#define u32v CK_NAME(u32v)
#define f32v CK_NAME(f32v)
typedef uint64_t u64v __attribute__((vector_size(8 * LANES)));
typedef double f64v __attribute__((vector_size(8 * LANES)));
typedef uint32_t u32v __attribute__((vector_size(4 * LANES)));
typedef float f32v __attribute__((vector_size(4 * LANES)));

// Philox4x32-10 of LANES counters; block `b` is words 4b … 4b + 3 of `out`.
INLINE void CK_NAME(philox)(const ck_sampling *sampling, uint64_t block, uint32_t *out) {
    const u64v low = (u64v){0} + 0xFFFFFFFF;
    u64v counter = (u64v){0} + block;
    for (int lane = 0; lane < LANES; lane++)
        counter[lane] += (uint64_t)lane;
    u64v c0 = counter & low, c1 = counter >> 32;
    u64v c2 = (u64v){0} + (sampling->stream & 0xFFFFFFFF);
    u64v c3 = (u64v){0} + (sampling->stream >> 32);
    uint32_t k0 = (uint32_t)sampling->seed, k1 = (uint32_t)(sampling->seed >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
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

// u - 1/2 of a 32-bit word, exactly: 1 + u is spelled as a float64 and 3/2 taken away.
INLINE f64v CK_NAME(distance)(const uint32_t *words) {
    u32v narrow;
    memcpy(&narrow, words, sizeof narrow);
    u64v wide = __builtin_convertvector(narrow, u64v);
    return (f64v)(wide << 20 | (uint64_t)0x3FF0000000080000) - 1.5;
}

// Coefficient k of each lane's segment.
INLINE f64v CK_NAME(coefficient)(int k, u64v index) {
    const uint64_t *row = ck_quantile_central[k];
#ifdef CK_PERMUTE
    return _mm512_permutex2var_pd(
        _mm512_load_pd(row), (__m512i)index, _mm512_load_pd(row + 8));
#else
    u64v bits;
    for (int lane = 0; lane < LANES; lane++)
        bits[lane] = row[index[lane]];
    return (f64v)bits;
#endif
}

// Overwrites u - 1/2 by the normal quantile of u where min(u, 1 - u) >= 2^-9, elsewhere by
// a number without meaning.
INLINE void CK_NAME(central_quantiles)(f64v *distance) {
    u64v index[UNROLL];
    f64v x[UNROLL], sum[UNROLL];
#pragma clang loop unroll(full)
    for (int i = 0; i < UNROLL; i++) {
        u64v magnitude = (u64v)distance[i] & (uint64_t)0x7FFFFFFFFFFFFFFF;
        u64v bits = (u64v)(0.5 - (f64v)magnitude);
        index[i] = bits >> 51 & 15;
        u64v mantissa = bits << 1 & (uint64_t)0x000FFFFFFFFFFFFF;
        x[i] = (f64v)(mantissa | (uint64_t)0x3FF0000000000000) - 1.5;
        sum[i] = CK_NAME(coefficient)(14, index[i]);
    }
#pragma clang loop unroll(full)
    for (int k = 13; k >= 0; k--) {
#pragma clang loop unroll(full)
        for (int i = 0; i < UNROLL; i++)
            sum[i] = sum[i] * x[i] + CK_NAME(coefficient)(k, index[i]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < UNROLL; i++)
        distance[i] = distance[i] * sum[i];
}

static void CK_NAME(normals32)(const uint32_t *words, size_t count, double *draws) {
    for (size_t i = 0; i < count; i += GROUP) {
        f64v distance[UNROLL];
#pragma clang loop unroll(full)
        for (int j = 0; j < UNROLL; j++)
            distance[j] = CK_NAME(distance)(words + i + j * LANES);
        CK_NAME(central_quantiles)(distance);
        memcpy(draws + i, distance, sizeof distance);
    }
    // The tails: u < 2^-9 or u > 1 - 2^-9, on the words themselves.
    for (size_t i = 0; i < count; i += 16) {
        uint32_t found = 0;
        for (int j = 0; j < 16; j++)
            found |= (uint32_t)(words[i + j] + 0x00800000u < 0x01000000u);
        if (__builtin_expect(found == 0, 1))
            continue;
        for (size_t j = i; j < i + 16; j++) {
            if (words[j] + 0x00800000u < 0x01000000u)
                draws[j] = signed_tail_quantile(((double)words[j] - 2147483647.5) * 0x1p-32);
        }
    }
}

static void CK_NAME(truncated32)(const uint32_t *words, size_t count, double *draws) {
    const double width = 2.0 * number(ck_truncation_half_width);
    for (size_t i = 0; i < count; i += GROUP) {
        f64v distance[UNROLL];
#pragma clang loop unroll(full)
        for (int j = 0; j < UNROLL; j++)
            distance[j] = CK_NAME(distance)(words + i + j * LANES) * width;
        CK_NAME(central_quantiles)(distance);
        memcpy(draws + i, distance, sizeof distance);
    }
}

static void CK_NAME(uniforms32)(const uint32_t *words, size_t count, double *draws) {
    for (size_t i = 0; i < count; i += LANES) {
        f64v u = CK_NAME(distance)(words + i) + 0.5;
        memcpy(draws + i, &u, sizeof u);
    }
}

// u - 1/2 of 64-bit words, of which the upper 53 bits count, exactly.
INLINE void CK_NAME(distances64)(const uint32_t *words, size_t count, double *distances) {
    for (size_t i = 0; i < count; i++) {
        uint64_t word;
        memcpy(&word, words + 2 * i, sizeof word);
        distances[i] = (double)((int64_t)(word >> 11 << 1) + 1 - ((int64_t)1 << 53)) * 0x1p-54;
    }
}

static void CK_NAME(draws64)(int32_t draw, const uint32_t *words, size_t count, double *draws) {
    const double width = 2.0 * number(ck_truncation_half_width);
    CK_NAME(distances64)(words, count, draws);
    for (size_t i = 0; i < count; i += GROUP) {
        f64v distance[UNROLL], quantile[UNROLL];
        memcpy(distance, draws + i, sizeof distance);
        for (int j = 0; j < UNROLL; j++) {
            if (draw == CK_DRAW_TRUNCATED_NORMAL)
                distance[j] *= width;
            quantile[j] = draw == CK_DRAW_UNIFORM ? distance[j] + 0.5 : distance[j];
        }
        if (draw != CK_DRAW_UNIFORM)
            CK_NAME(central_quantiles)(quantile);
        memcpy(draws + i, quantile, sizeof quantile);
        if (draw != CK_DRAW_NORMAL)
            continue;
        for (int j = 0; j < GROUP; j++) {
            double value = distance[j / LANES][j % LANES];
            if (0.5 - __builtin_fabs(value) < 0x1p-9)
                draws[i + j] = signed_tail_quantile(value);
        }
    }
}

static void CK_NAME(round_f32)(const ck_sampling *s, const double *draws, size_t count, char *out) {
    const f64v offset = (f64v){0} + s->offset, scale = (f64v){0} + s->scale;
    const f32v ceiling = (f32v){0} + (float)s->ceiling, factor = (f32v){0} + (float)s->factor;
    for (size_t i = 0; i < count; i += LANES) {
        f64v draw;
        memcpy(&draw, draws + i, sizeof draw);
        f32v value = __builtin_convertvector(offset + scale * draw, f32v);
        u32v above = (u32v)(value > ceiling);
        value = (f32v)((above & (u32v)ceiling) | (~above & (u32v)value)) * factor;
        size_t left = count - i;
        memcpy(out + 4 * i, &value, left < LANES ? left * 4 : sizeof value);
    }
}

static void CK_NAME(round_f64)(const ck_sampling *s, const double *draws, size_t count, char *out) {
    for (size_t i = 0; i < count; i++) {
        double value = s->offset + s->scale * draws[i];
        value = (value > s->ceiling ? s->ceiling : value) * s->factor;
        memcpy(out + 8 * i, &value, sizeof value);
    }
}

static void CK_NAME(round_16)(
    const ck_sampling *s, const double *draws, size_t count, char *out) {
    int half = s->element == CK_ELEMENT_F16;
    for (size_t i = 0; i < count; i++) {
        double exact = s->offset + s->scale * draws[i];
        double value = half ? widen_f16(round_to_f16(exact)) : widen_bf16(round_to_bf16(exact));
        value = (value > s->ceiling ? s->ceiling : value) * s->factor;
        uint16_t bits = half ? round_to_f16(value) : round_to_bf16(value);
        memcpy(out + 2 * i, &bits, sizeof bits);
    }
}

static void CK_NAME(draw)(
    const ck_sampling *sampling, const uint32_t *words, size_t count, double *draws) {
    if (sampling->element == CK_ELEMENT_F64) {
        CK_NAME(draws64)(sampling->draw, words, count, draws);
    } else if (sampling->draw == CK_DRAW_NORMAL) {
        CK_NAME(normals32)(words, count, draws);
    } else if (sampling->draw == CK_DRAW_TRUNCATED_NORMAL) {
        CK_NAME(truncated32)(words, count, draws);
    } else {
        CK_NAME(uniforms32)(words, count, draws);
    }
}

static void CK_NAME(sample)(const ck_sampling *s, uint64_t first, size_t count, void *out) {
    uint32_t words[2 * (PIECE + SLACK)] __attribute__((aligned(64)));
    double draws[PIECE + SLACK] __attribute__((aligned(64)));
    const uint64_t per_block = s->element == CK_ELEMENT_F64 ? 2 : 4;
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
        CK_NAME(draw)(s, words + skip * (4 / per_block), piece, draws);
        if (s->element == CK_ELEMENT_F32) {
            CK_NAME(round_f32)(s, draws, piece, out);
            out = (char *)out + 4 * piece;
        } else if (s->element == CK_ELEMENT_F64) {
            CK_NAME(round_f64)(s, draws, piece, out);
            out = (char *)out + 8 * piece;
        } else {
            CK_NAME(round_16)(s, draws, piece, out);
            out = (char *)out + 2 * piece;
        }
        first += piece;
        count -= piece;
    }
}

#undef u64v
#undef f64v
#undef u32v
#undef f32v
#undef UNROLL
#undef LANES
#undef GROUP
