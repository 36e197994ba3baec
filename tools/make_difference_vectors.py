#!/usr/bin/env python3
"""Writes Tests/LTFNInspectionTests/DifferenceVectors.swift.

How far pairs of small tensors are apart, computed by NumPy and SciPy: random, close, equal, with NaN and
infinities, signed zeros, subnormal, huge, tiny, of two dtypes, and empty.

    tools/make_difference_vectors.py
"""

from pathlib import Path

import numpy as np
from scipy import stats
from scipy.spatial import distance

FILE = (Path(__file__).resolve().parent.parent / "Tests" / "LTFNInspectionTests"
        / "DifferenceVectors.swift")
COUNT = 13
RANDOM = np.random.default_rng(5)
KINDS = {"f16": np.float16, "f32": np.float32, "f64": np.float64, "i8": np.int8, "i16": np.int16,
         "i32": np.int32, "i64": np.int64, "u8": np.uint8, "u64": np.uint64, "bool": np.bool_}


def stored(dtype, values):
    """The bytes of `values`, and the numbers that they then are."""
    with np.errstate(all="ignore"):
        if dtype == "bf16":
            words = (np.asarray(values, np.float32).view(np.uint32) >> 16).astype("<u2")
            return words.tobytes(), (words.astype(np.uint32) << 16).view(np.float32)
        array = np.asarray(values).astype(KINDS[dtype])
    return array.astype(array.dtype.newbyteorder("<")).tobytes(), array


def scaled(x):
    """Float64 values whose squares are harmless, and the power of two that they are less by."""
    largest = np.abs(x).max(initial=0.0)
    power = int(np.frexp(largest)[1]) if largest > 0 else 0
    return np.ldexp(x, -power), power


def field(value):
    return "-" if value is None or not np.isfinite(value) else repr(float(value))


def ulps(dtype, a, b):
    """How many numbers of the dtype a value is away from the other. NumPy's own count overflows where the
    signs differ; where they are the same, it is compared with this one."""
    if dtype not in ("f16", "bf16", "f32", "f64"):
        return None
    width = {"f16": 2, "bf16": 4, "f32": 4, "f64": 8}[dtype]
    shift = 16 if dtype == "bf16" else 0
    def place(x):
        word = int.from_bytes(x.tobytes(), "little") >> shift
        sign = 1 << (8 * width - shift - 1)
        return word if word < sign else sign - word
    counts = [abs(place(x) - place(y)) for x, y in zip(a, b)]
    for x, y, count in zip(a, b, counts):
        if dtype in ("f32", "f64") and np.signbit(x) == np.signbit(y):
            theirs = np.testing.assert_array_max_ulp(x, y, maxulp=1e19)
            assert np.isclose(float(np.max(theirs)), count, rtol=1e-6), (x, y, count)
    return max(counts)


def differences(dtypes, data, arrays):
    a, b = arrays
    isSame = dtypes[0] == dtypes[1]
    width = len(data[0]) // max(len(a), 1)
    if isSame:
        pairs = zip(*(np.frombuffer(x, "V%d" % width) if width else [] for x in data))
        different = sum(x.tobytes() != y.tobytes() for x, y in pairs)
    else:
        different = int((~((a == b) | (np.isnan(a) & np.isnan(b)))).sum())
    x, y = a.astype(np.float64), b.astype(np.float64)
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    finite = np.isfinite(x) & np.isfinite(y)
    result = [different, int((~finite & ~same).sum())]
    if not finite.any():
        return result + ["-"] * 7
    if a.dtype.kind in "iu" and isSame:
        gaps = [abs(int(p) - int(q)) for p, q in zip(a, b)]
        place = int(np.argmax(gaps))
        gap = float(gaps[place])
        relative = max(g / max(abs(int(p)), abs(int(q)), 1) for g, p, q in zip(gaps, a, b))
    else:
        gaps = np.where(finite, np.abs(np.where(finite, x, 0) - np.where(finite, y, 0)), -1)
        place = int(np.argmax(gaps))
        gap = gaps[place]
        sizes = np.maximum(np.abs(x), np.abs(y))[finite]
        parts = gaps[finite] / np.where(sizes == 0, 1, sizes)
        relative = parts.max()
    x, y = x[finite], y[finite]
    (u, p), (v, q) = scaled(x), scaled(y)
    w, r = scaled(x - y)
    norm, cosine = np.linalg.norm(v), None
    relative_l2 = float(np.ldexp(np.linalg.norm(w) / norm, r - q)) if norm > 0 else None
    if norm > 0 and np.linalg.norm(u) > 0:
        cosine = 1 - distance.cosine(u, v)
    ks = stats.ks_2samp(x, y, method="asymp").statistic
    count = ulps(dtypes[0], a[finite], b[finite]) if isSame else None
    return result + [field(gap), place, field(relative), "-" if count is None else count,
                     field(relative_l2), field(cosine), field(ks)]


def cases():
    unit, other = RANDOM.uniform(-1, 1, (2, COUNT))
    for dtype, largest, least in (("f16", 65504.0, 2.0 ** -24), ("bf16", 3.0e38, 2.0 ** -133),
                                  ("f32", 3.0e38, 2.0 ** -149), ("f64", 1e308, 5e-324)):
        pair = (dtype, dtype)
        yield pair, "random", unit, other
        yield pair, "close", 1 + np.arange(COUNT) * 2.0 ** -7, 1 + np.arange(COUNT) * 2.0 ** -6
        yield pair, "equal", unit, unit
        strange = np.where(np.arange(COUNT) % 3 == 0, np.nan, unit)
        yield pair, "nan", strange, np.where(np.arange(COUNT) % 2 == 0, np.inf, other)
        yield pair, "same-nan", strange, np.where(np.isnan(strange), np.nan, other)
        yield pair, "only-nan", np.full(3, np.nan), np.full(3, -np.inf)
        yield pair, "zeros", np.copysign(0.0, unit), np.zeros(COUNT)
        yield pair, "subnormal", np.rint(unit * 50) * least, np.rint(other * 50) * least
        yield pair, "huge", np.abs(unit) * largest, np.abs(other) * largest
        yield pair, "empty", np.zeros(0), np.zeros(0)
    yield ("f64", "f64"), "tiny", unit * 1e-200, other * 1e-200
    yield ("f64", "f64"), "far", unit * 1e-200, other * 1e200
    yield ("f32", "f64"), "random", unit, unit
    yield ("f32", "bf16"), "rounded", unit, unit
    yield ("f16", "i8"), "random", np.rint(unit * 9), np.rint(other * 9)
    for dtype in ("i8", "i16", "i32", "i64", "u8", "u64"):
        low, high = np.iinfo(KINDS[dtype]).min, np.iinfo(KINDS[dtype]).max
        one, two = RANDOM.integers(low, high, (2, COUNT), KINDS[dtype], endpoint=True)
        yield (dtype, dtype), "random", one, two
        near = np.array([high - 3] * 5, KINDS[dtype])
        yield (dtype, dtype), "near", near, near + np.arange(1, 6).astype(KINDS[dtype]) % 4
    yield ("bool", "bool"), "random", unit > 0, other > 0


def main():
    lines = []
    for dtypes, name, *values in cases():
        data, arrays = zip(*(stored(dtype, each) for dtype, each in zip(dtypes, values)))
        fields = list(dtypes) + [name] + [each.hex() or "-" for each in data]
        lines.append("        " + " ".join(str(x) for x in fields + differences(dtypes, data, arrays)))
    FILE.write_text("""// Written by tools/make_difference_vectors.py.
// swift-format-ignore-file

/// How far pairs of small tensors are apart, computed by NumPy and SciPy.
enum DifferenceVectors {
    /// A line for each pair: dtypes, name, bytes of both; how many pairs differ, and how many of
    /// these are not finite; the largest distance, its place, the largest relative one, that in
    /// ULP; relative L2 distance, cosine and Kolmogorov–Smirnov distance; `-`: there is none.
    static let text = \"\"\"
""" + "\n".join(lines) + '\n        """\n}\n')


main()
