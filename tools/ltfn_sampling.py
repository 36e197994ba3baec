#!/usr/bin/env python3
"""Initial values of variables by the sampling rules of Spec/initializers.md.

A second implementation, written from that page alone with the standard library and NumPy, to check
the first one. A record is a dictionary:

    {"kind": "truncated_normal", "mean": 0.0, "sd": 0.05, "seed": 1, "stream": 2}
    {"kind": "variance_scaling", "scale": 2.6, "fan": "fan_in", "distribution":
     "uncorrected_truncated_normal", "fan_in": 9, "fan_out": 576, "seed": 1, "stream": 2}

    tools/ltfn_sampling.py RECORD.json DTYPE FIRST COUNT      prints the bytes as hexadecimal digits
    tools/ltfn_sampling.py --check      exits with 1 when a published vector is not met
"""

import json
import math
import pathlib
import re
import struct
import sys

import numpy as np

from ltfn_digest import ValueHash

VERSION = 1
PIECE = 1 << 16
SPEC = pathlib.Path(__file__).resolve().parent.parent / "Spec"
TABLES = SPEC / "initializers-tables.json"
VECTORS = SPEC / "vectors" / "initializers"
SAMPLED = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}
INTEGERS = {
    "i8": "<i1", "i16": "<i2", "i32": "<i4", "i64": "<i8",
    "u8": "<u1", "u16": "<u2", "u32": "<u4", "u64": "<u8",
}


class NotRepresentable(ValueError):
    """The record has no values in this dtype."""


def _float64(pattern):
    return struct.unpack("<d", struct.pack("<Q", int(pattern, 16)))[0]


def _load_tables():
    raw = json.loads(TABLES.read_text())
    return {
        name: np.array([[_float64(c) for c in row] for row in value])
        if name == "central" else
        [_float64(c) for c in value] if isinstance(value, list) else _float64(value)
        for name, value in raw.items()
    }


TABLE = _load_tables()


# Generator

def philox(blocks, seed, stream):
    """`[len(blocks), 4]` uint64 holding 32-bit words (LTFN-I14, I15). `blocks` is uint64."""
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1 = blocks & low, blocks >> shift
    c2 = np.full_like(blocks, stream & 0xFFFFFFFF)
    c3 = np.full_like(blocks, stream >> 32)
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1 = (q >> shift) ^ c1 ^ np.uint64(k0), q & low
        c2, c3 = (p >> shift) ^ c3 ^ np.uint64(k1), p & low
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], axis=1)


def distances(record, dtype, first, count):
    """d of elements `first` … (LTFN-I16 to I19)."""
    per_block = 2 if dtype == "f64" else 4
    start = first // per_block
    end = (first + count + per_block - 1) // per_block
    blocks = np.array([start], np.uint64) + np.arange(end - start, dtype=np.uint64)
    words = philox(blocks, record["seed"], record["stream"])
    if dtype == "f64":
        words = words[:, 0::2] | words[:, 1::2] << np.uint64(32)
    words = words.reshape(-1)[first - start * per_block:][:count]
    if dtype != "f64":
        return (words.astype(np.float64) - 2147483647.5) * 2.0**-32
    odd = (words >> np.uint64(11)).astype(np.int64) * 2 + 1 - 2**53
    return odd.astype(np.float64) * 2.0**-54


# Normal quantile

def _horner(coefficients, x):
    s = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        s = s * x + c
    return s


def _mantissa(bits):
    one = np.uint64(0x3FF0000000000000)
    return (bits & np.uint64(0x000FFFFFFFFFFFFF) | one).view(np.float64)


def _central(d, p):
    bits = p.view(np.uint64)
    segment = (bits >> np.uint64(51)).astype(np.int64) - 0x7EC
    x = _mantissa(bits << np.uint64(1)) - 1.5
    rows = TABLE["central"][segment]
    s = rows[:, -1]
    for k in range(rows.shape[1] - 2, -1, -1):
        s = s * x + rows[:, k]
    return d * s


def _tail(p):
    bits = p.view(np.uint64)
    e = 1023.0 - (bits >> np.uint64(52)).astype(np.float64)
    t = _mantissa(bits)
    s = (t - 1.40625) / (t + 1.40625)
    v = s * s
    l = (e + TABLE["logarithm_offset"]) - s * _horner(TABLE["logarithm"], v)
    r = np.sqrt(l)
    near = _horner(TABLE["tail_near"], r - 3.84375)
    far = _horner(TABLE["tail_far"], r - 6.015625)
    return np.where(l < 22, near, far)


def quantile(d):
    """N(d) (LTFN-I21 to I24)."""
    p = 0.5 - np.abs(d)
    result = np.empty_like(d)
    central = p >= 2.0**-9
    result[central] = _central(d[central], p[central])
    tail = ~central
    result[tail] = np.copysign(_tail(p[tail]), d[tail])
    return result


# Rounding

def to_bits(x, dtype):
    """R(x) as the dtype's bits (LTFN-I12)."""
    with np.errstate(over="ignore"):
        if dtype == "f64":
            return x.view(np.uint64)
        if dtype == "f32":
            return x.astype(np.float32).view(np.uint32)
        if dtype == "f16":
            return x.astype(np.float16).view(np.uint16)
    # bf16: to f32 by rounding to odd, which keeps what the second rounding needs to know.
    with np.errstate(over="ignore"):
        near = x.astype(np.float32)
    bits = near.view(np.uint32)
    back = near.astype(np.float64)
    toward_zero = bits - (np.abs(back) > np.abs(x)).astype(np.uint32)
    odd = toward_zero | (back != x).astype(np.uint32)
    rounded = odd + np.uint32(0x7FFF) + (odd >> np.uint32(16) & np.uint32(1))
    result = (rounded >> np.uint32(16)).astype(np.uint16)
    return np.where(np.isinf(x), (bits >> np.uint32(16)).astype(np.uint16), result)


def from_bits(bits, dtype):
    if dtype == "f64":
        return bits.view(np.float64)
    if dtype == "f32":
        return bits.view(np.float32).astype(np.float64)
    if dtype == "f16":
        return bits.view(np.float16).astype(np.float64)
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32).astype(np.float64)


def rounded(x, dtype):
    return from_bits(to_bits(np.atleast_1d(np.float64(x)), dtype), dtype)


def largest_below(b, dtype):
    bits = to_bits(np.array([b]), dtype)
    one = bits.dtype.type(1)
    if b > 0:
        return from_bits(bits - one, dtype)[0]
    if b < 0:
        return from_bits(bits + one, dtype)[0]
    sign = bits.dtype.type(1 << (bits.dtype.itemsize * 8 - 1))
    return from_bits(np.array([sign | one]), dtype)[0]


# Kinds

def _fan(record, mode):
    if "fan_in" not in record or "fan_out" not in record:
        raise NotRepresentable("no fans (LTFN-I32)")
    fan_in, fan_out = float(record["fan_in"]), float(record["fan_out"])
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2,
         "sum": fan_in + fan_out}[mode]
    if n == 0:
        raise NotRepresentable("a fan of 0 (LTFN-I32)")
    return n


NAMED = {
    "glorot_uniform": (6.0, "sum"), "glorot_normal": (2.0, "sum"),
    "he_uniform": (6.0, "fan_in"), "he_normal": (2.0, "fan_in"),
    "lecun_uniform": (3.0, "fan_in"), "lecun_normal": (1.0, "fan_in"),
}


def distribution(record):
    """The record as (kind, parameter, parameter), fans worked in (LTFN-I26 to I32)."""
    kind = record["kind"]
    if kind in ("zeros", "ones", "constant"):
        return "constant", {"zeros": 0.0, "ones": 1.0}.get(kind, record.get("value")), None
    if kind == "uniform":
        low, high = record["low"], record["high"]
        if not (low < high and math.isfinite(high - low)):
            raise NotRepresentable("an empty or infinite range (LTFN-I5)")
        return kind, low, high
    if kind in ("normal", "truncated_normal"):
        mean, sd = record["mean"], record["sd"]
    elif kind == "scaled_normal":
        if not math.isfinite(record["factor"]):
            raise NotRepresentable("a factor that is not finite (LTFN-I5)")
        return kind, record["factor"], None
    elif kind in NAMED:
        numerator, mode = NAMED[kind]
        root = math.sqrt(numerator / _fan(record, mode))
        if kind.endswith("uniform"):
            return "uniform", -root, root
        kind, mean, sd = "truncated_normal", 0.0, root / TABLE["truncated_standard_deviation"]
    elif kind == "variance_scaling":
        n, scale, shape = _fan(record, record["fan"]), record["scale"], record["distribution"]
        if not (math.isfinite(scale) and scale >= 0):
            raise NotRepresentable("a scale below zero (LTFN-I5)")
        if shape == "uniform":
            m = math.sqrt(3.0 * scale / n)
            return "uniform", -m, m
        mean, sd = 0.0, math.sqrt(scale / n)
        if shape == "corrected_truncated_normal":
            sd = sd / TABLE["truncated_standard_deviation"]
        kind = "normal" if shape == "untruncated_normal" else "truncated_normal"
    else:
        raise NotRepresentable("kind %r is only described (LTFN-I4)" % kind)
    if not (math.isfinite(mean) and math.isfinite(sd) and sd >= 0):
        raise NotRepresentable("a parameter that is not finite, or negative (LTFN-I5)")
    return kind, mean, sd


def _bits(dtype):
    """Bits of one element: the first number in the dtype's name."""
    return 8 if dtype == "bool" else int(re.search("[0-9]+", dtype).group())


def _constant(value, dtype):
    if dtype in SAMPLED:
        if math.isnan(value):
            return bytes.fromhex({"f16": "007e", "bf16": "c07f", "f32": "0000c07f",
                                  "f64": "000000000000f87f"}[dtype])
        return to_bits(np.array([value]), dtype).tobytes()
    if dtype in ("c64", "c128"):
        part = {"c64": "f32", "c128": "f64"}[dtype]
        return _constant(value, part) + bytes(SAMPLED[part])
    if dtype == "bool" and value == 1:
        return b"\1"
    if dtype in INTEGERS and math.isfinite(value) and value == int(value):
        limits = np.iinfo(INTEGERS[dtype])
        if limits.min <= int(value) <= limits.max:
            return np.array([int(value)], INTEGERS[dtype]).tobytes()
    if value == 0 and math.copysign(1, value) > 0 and dtype != "f8e8m0":
        return bytes(_bits(dtype) // 8)
    raise NotRepresentable("a constant that %s does not hold (LTFN-I8)" % dtype)


def _piece(record, dtype, first, count):
    kind, a, b = distribution(record)
    d = distances(record, dtype, first, count)
    if kind == "uniform":
        low, high = rounded(a, dtype)[0], rounded(b, dtype)[0]
        if not (low < high and math.isfinite(high - low)):
            raise NotRepresentable("an empty or infinite range (LTFN-I27)")
        value = rounded(low + (high - low) * (d + 0.5), dtype)
        value = np.where(value < high, value, largest_below(high, dtype))
    elif kind == "scaled_normal":
        factor = rounded(a, dtype)[0]
        if not math.isfinite(factor):
            raise NotRepresentable("a factor beyond the dtype (LTFN-I29)")
        value = rounded(quantile(d), dtype) * factor
    else:
        if kind == "truncated_normal":
            d = d * (2.0 * TABLE["truncation_half_width"])
        value = a + b * quantile(d)
    return to_bits(value, dtype).tobytes()


def pieces(record, dtype, first, count):
    """The bytes of elements `first` … `first + count - 1`, little-endian, piece by piece."""
    kind, value, _ = distribution(record)
    if kind != "constant" and dtype not in SAMPLED:
        raise NotRepresentable("kind %r in dtype %s (LTFN-I6)" % (record["kind"], dtype))
    pattern = _constant(value, dtype) if kind == "constant" else None
    while count > 0:
        now = min(count, PIECE)
        if pattern is None:
            yield _piece(record, dtype, first, now)
        else:
            yield pattern * now or bytes((now * _bits(dtype) + 7) // 8)
        first, count = first + now, count - now


def sample(record, dtype, first, count):
    return b"".join(pieces(record, dtype, first, count))


def digest(record, dtype, count):
    """LTFN-I10, as hexadecimal digits."""
    state = ValueHash()
    for piece in pieces(record, dtype, 0, count):
        state.update(piece)
    return state.hexdigest()


# Published vectors

def _check_generator():
    for answer in json.loads((VECTORS / "generator.json").read_text())["answers"]:
        low, high = (int(word, 16) for word in answer["counter_low_high"].split())
        words = philox(np.array([low], np.uint64), int(answer["seed"], 16), high)[0]
        if " ".join("%08x" % word for word in words) != answer["words"]:
            yield "generator with seed " + answer["seed"]


def _check_quantiles():
    document = json.loads((VECTORS / "quantiles.json").read_text())
    pairs = np.array([[_float64(p) for p in row] for row in document["quantiles"]])
    found = quantile(np.ascontiguousarray(pairs[:, 0]))
    errors = np.abs(found - pairs[:, 1]) / np.abs(pairs[:, 1])
    for index in np.flatnonzero(~(errors <= document["relative_tolerance"])):
        yield "quantile of %r" % pairs[index, 0]


def _check_samples():
    for entry in json.loads((VECTORS / "samples.json").read_text())["samples"]:
        record, dtype = entry["record"], entry["dtype"]
        for cut in entry["cuts"]:
            if sample(record, dtype, int(cut["first"]), cut["count"]).hex() != cut["bytes"]:
                yield "%s in %s from %s" % (record["kind"], dtype, cut["first"])
        if digest(record, dtype, entry["elementCount"]) != entry["digest"]:
            yield "digest of %s in %s" % (record["kind"], dtype)


def check():
    """The published vectors that this implementation does not meet, as sentences."""
    return [*_check_generator(), *_check_quantiles(), *_check_samples()]


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        wrong = check()
        print("\n".join(wrong) if wrong else "every vector is met")
        sys.exit(1 if wrong else 0)
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        print(sample(json.load(file), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])).hex())
