#!/usr/bin/env python3
"""Writes StatisticsVectors.swift and DetailVectors.swift in Tests/LTFNInspectionTests.

Statistics of small tensors of every dtype that NumPy has, and of bfloat16: random, constant, with NaN and
infinities, subnormal, huge, tiny, far from zero, and empty. Mean and deviation are computed in exact
fractions and compared with NumPy's wherever NumPy's neither overflow nor vanish. The details are NumPy's and
SciPy's, of numbers that are put in units in which they neither overflow nor vanish; skew and kurtosis are
exact, too.

    tools/make_statistics_vectors.py
"""

from fractions import Fraction
from math import isqrt
from pathlib import Path

import numpy as np
from scipy import stats

FOLDER = Path(__file__).resolve().parent.parent / "Tests" / "LTFNInspectionTests"
SHARES = [0.1, 1, 5, 50, 95, 99, 99.9]
# How often the values of a tensor stand in the longer ones.
TIMES = 700
COUNT = 13
RANDOM = np.random.default_rng(12)
FLOATS = {"f16": np.float16, "bf16": None, "f32": np.float32, "f64": np.float64}
INTEGERS = {name.replace("int", "i").replace("ui", "u"): np.dtype(name)
            for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]}
# Least positive number, least normal number, largest number.
LIMITS = {"f16": (2.0 ** -24, 2.0 ** -14, 65504.0),
          "bf16": (2.0 ** -133, 2.0 ** -126, float(np.uint32(0x7F7F0000).view(np.float32))),
          "f32": (2.0 ** -149, 2.0 ** -126, float(np.finfo(np.float32).max)),
          "f64": (5e-324, 2.0 ** -1022, float(np.finfo(np.float64).max))}


def stored(dtype, values):
    """The bytes of `values`, and the numbers that they then are."""
    if dtype == "bf16":
        with np.errstate(all="ignore"):
            words = (np.asarray(values, np.float32).view(np.uint32) >> 16).astype("<u2")
        return words.tobytes(), (words.astype(np.uint32) << 16).view(np.float32)
    kind = FLOATS.get(dtype) or INTEGERS.get(dtype) or {
        "bool": np.bool_, "c64": np.complex64, "c128": np.complex128}[dtype]
    with np.errstate(all="ignore"):
        array = np.asarray(values).astype(kind)
    return array.astype(array.dtype.newbyteorder("<")).tobytes(), array


def square_root(value):
    """The float64 nearest to the square root of a fraction, but for its last bit."""
    if value == 0:
        return 0.0
    shift = max(0, 240 - value.numerator.bit_length() + value.denominator.bit_length())
    shift += shift % 2
    return float(Fraction(isqrt((value.numerator << shift) // value.denominator), 1 << shift // 2))


def statistics(array):
    count = len(array)
    if np.iscomplexobj(array):
        nan = int(np.isnan(array).sum())
        infinite = int((np.isinf(array) & ~np.isnan(array)).sum())
        return [count, nan, 0, 0, infinite, int((array == 0).sum())] + ["-"] * 4
    wide = array if array.dtype.kind in "iub" else array.astype(np.float64)
    floats = array.astype(np.float64)
    nan, finite = int(np.isnan(floats).sum()), np.isfinite(floats)
    result = [count, nan, int((floats == np.inf).sum()), int((floats == -np.inf).sum()), 0,
              int((array == 0).sum())]
    if not finite.any():
        return result + ["-"] * 4
    exact = [Fraction(x.item()) for x in wide[finite]]
    mean = sum(exact) / len(exact)
    variance = sum((x - mean) ** 2 for x in exact) / len(exact)
    deviation = square_root(variance)
    largest = max(abs(x) for x in exact)
    if largest == 0 or Fraction(1, 10 ** 150) < largest < 10 ** 150:
        with np.errstate(all="ignore"):
            theirs = floats[finite].std()
        scale = max(deviation, 1e-16 * float(largest))
        assert abs(theirs - deviation) <= 1e-9 * scale + 4e-16 * float(largest), (array, theirs)
        assert np.isclose(floats[finite].mean(), float(mean), rtol=1e-9, atol=1e-15 * float(largest))
    ends = [str(int(x)) if array.dtype.kind in "iu" else repr(float(x))
            for x in (min(exact), max(exact))]
    return result + [repr(float(mean)), repr(deviation)] + ends


def moments(exact):
    """Skew and excess kurtosis of fractions; none where all are the same."""
    mean = sum(exact) / len(exact)
    second, third, fourth = (sum((x - mean) ** k for x in exact) / len(exact) for k in (2, 3, 4))
    if second == 0:
        return ["-", "-"]
    skew = float(third ** 2 / second ** 3) ** 0.5
    return [repr(-skew if third < 0 else skew), repr(float(fourth / second ** 2 - 3))]


def details(dtype, array):
    """Where the extremes are, norm, mean magnitude, skew, excess kurtosis, subnormal numbers, percentiles,
    and those of the values `TIMES` times over."""
    floats = array.real.astype(np.float64)
    finite = np.isfinite(floats)
    if np.iscomplexobj(array) or not finite.any():
        return ["-"] * 6 + [0] + ["-"] * 2 * len(SHARES)
    places = [int(np.argmin(np.where(finite, floats, np.inf))),
              int(np.argmax(np.where(finite, floats, -np.inf)))]
    if array.dtype.kind in "iu":
        places = [int(np.argmin(array)), int(np.argmax(array))]
    floats = floats[finite]
    largest = np.abs(floats).max()
    power = int(np.frexp(largest)[1]) if largest > 0 else 0
    scaled = np.ldexp(floats, -power)
    with np.errstate(over="ignore"):
        norm = np.ldexp(np.linalg.norm(scaled), power)
    magnitude = np.ldexp(np.abs(scaled).mean(), power)
    shape = moments([Fraction(x.item()) for x in array[finite]])
    if shape[0] != "-" and 1e-70 < largest < 1e70 and np.ptp(floats) > 1e-6 * largest:
        theirs = [stats.skew(floats), stats.kurtosis(floats)]
        assert np.allclose(theirs, [float(x) for x in shape], rtol=1e-9, atol=1e-9), (array, theirs)
    normal = LIMITS[dtype][1] if dtype in LIMITS else 0
    subnormal = int(((np.abs(floats) < normal) & (floats != 0)).sum())
    percentiles = [repr(float(np.ldexp(x, power))) for times in (1, TIMES)
                   for x in np.percentile(np.tile(scaled, times), SHARES)]
    return places + [repr(float(norm)), repr(float(magnitude))] + shape + [subnormal] + percentiles


def float_cases(dtype):
    least, normal, largest = LIMITS[dtype]
    unit = RANDOM.uniform(-1, 1, COUNT)
    yield "random", RANDOM.normal(0, 0.3, COUNT)
    yield "constant", np.full(COUNT, 0.1)
    yield "nan", np.where(np.arange(COUNT) % 3 == 0, np.nan, unit)
    yield "infinite", np.where(np.arange(COUNT) % 4 == 0, np.copysign(np.inf, unit), unit)
    yield "only-nan", np.full(COUNT, np.nan)
    yield "subnormal", np.rint(unit * 50) * least
    yield "tiny", unit * normal * 64
    yield "huge", unit * largest
    yield "largest", np.copysign(largest, unit)
    yield "far", 1000 + unit
    yield "zeros", np.copysign(0.0, unit)
    yield "empty", np.zeros(0)
    if dtype == "f64":
        for power in (-161, -154, 153, 160):
            yield "1e%d" % power, unit * 10.0 ** power
        yield "mixed", np.where(np.arange(COUNT) % 2 == 0, unit * 1e-200, unit * 1e200)
        yield "close", 1e15 + np.rint(unit * 4)


def integer_cases(kind):
    low, high = np.iinfo(kind).min, np.iinfo(kind).max
    yield "random", RANDOM.integers(low, high, COUNT, kind, endpoint=True)
    yield "extremes", np.array([low, high, high, low + 1, high - 1], kind)
    yield "close", np.array([high, high - 1] * 6 + [high], kind)
    yield "constant", np.full(COUNT, high - 1, kind)
    yield "zeros", np.zeros(COUNT, kind)
    yield "empty", np.zeros(0, kind)


def complex_cases():
    values = RANDOM.normal(0, 1, COUNT) + 1j * RANDOM.normal(0, 1, COUNT)
    yield "random", values
    strange = values.copy()
    strange[[0, 4, 5, 7, 9]] = [complex(np.nan, 1), complex(1, np.nan), complex(np.inf, 0),
                                complex(np.nan, np.inf), 0]
    yield "nan", strange
    yield "empty", values[:0]


def cases():
    for dtype in FLOATS:
        for name, values in float_cases(dtype):
            yield dtype, name, values
    for dtype, kind in INTEGERS.items():
        for name, values in integer_cases(kind):
            yield dtype, name, values
    yield "bool", "random", RANDOM.integers(0, 2, COUNT)
    for dtype in ("c64", "c128"):
        for name, values in complex_cases():
            yield dtype, name, values


def main():
    lines, more = [], []
    for dtype, name, values in cases():
        data, array = stored(dtype, values)
        # An empty tensor has no bytes.
        fields = [dtype, name, data.hex() or "-"] + statistics(array)
        lines.append("        " + " ".join(str(field) for field in fields))
        fields = [dtype, name, data.hex() or "-"] + details(dtype, array)
        more.append("        " + " ".join(str(field) for field in fields))
    (FOLDER / "DetailVectors.swift").write_text("""// Written by tools/make_statistics_vectors.py.
// swift-format-ignore-file

/// Details of the statistics of small tensors, computed by NumPy and SciPy.
enum DetailVectors {
    /// A line for each tensor: dtype, name, bytes; where the least and the largest value stand;
    /// norm, mean magnitude, skew, excess kurtosis, number of subnormal values; the percentiles
    /// 0.1, 1, 5, 50, 95, 99, 99.9; those of the values 700 times over; `-`: there is none.
    static let text = \"\"\"
""" + "\n".join(more) + '\n        """\n}\n')
    (FOLDER / "StatisticsVectors.swift").write_text("""// Written by tools/make_statistics_vectors.py.
// swift-format-ignore-file

/// Statistics of small tensors, computed in exact fractions and checked against NumPy.
enum StatisticsVectors {
    /// A line for each tensor: dtype, name, bytes, then the counts of values, NaN, +infinity,
    /// -infinity, complex infinities and zeros, then mean, deviation, minimum and maximum; `-`:
    /// there is none.
    static let text = \"\"\"
""" + "\n".join(lines) + '\n        """\n}\n')


main()
