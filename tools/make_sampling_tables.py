#!/usr/bin/env python3
"""Computes the coefficients of the normal quantile (Spec/initializers.md, "Normal quantile").

Each polynomial interpolates the quantile, evaluated with 60 digits by mpmath, at the Chebyshev
nodes of its interval; its coefficients are then rounded to float64. The tables are written as bit
patterns to Spec/initializers-tables.json, and from there into the Swift and C sources, so that
the three can only agree.

    tools/make_sampling_tables.py           writes the three files
    tools/make_sampling_tables.py --check   exits with 1 when a file is not what it would write
"""

import json
import pathlib
import struct
import sys

from mpmath import atanh, cos, erfc, erfinv, exp, log, lu_solve, matrix, mp, mpf, pi, sqrt

mp.dps = 60
ROOT = pathlib.Path(__file__).resolve().parent.parent
HALF = mpf(1) / 2
CENTRAL_DEGREE, TAIL_DEGREE, LOG_DEGREE = 14, 15, 7
TAIL_CENTERS = (mpf("3.84375"), mpf("6.015625"))
LOG_CENTER = mpf("1.40625")


def upper_quantile(p):
    """The z > 0 with P(Z > z) = p, for 0 < p < 1/2."""
    if p > mpf("0.01"):
        return sqrt(2) * erfinv(1 - 2 * p)
    y = sqrt(-log(2 * p)) * mpf("0.9")
    while True:  # Halley's iteration on erfc(y) = 2p
        step = (erfc(y) - 2 * p) / (-2 / sqrt(pi) * exp(-y * y))
        following = y - step / (1 + step * y)
        if abs(following - y) < mpf(10) ** -55 * y:
            return sqrt(2) * following
        y = following


def interpolate(function, low, high, degree):
    """Coefficients, constant first, of the polynomial through the Chebyshev nodes."""
    count = degree + 1
    nodes = [
        (low + high) / 2 + (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * count))
        for i in range(count)
    ]
    powers = matrix(count, count)
    for row, node in enumerate(nodes):
        for column in range(count):
            powers[row, column] = node**column
    solution = lu_solve(powers, matrix([function(node) for node in nodes]))
    return [float(solution[i]) for i in range(count)]


def central(segment):
    """z / (1/2 - p) for p in segment s of 16, as a polynomial in x of [-1/2, 1/2)."""
    exponent, upper = divmod(0x7EC + segment, 2)

    def function(x):
        p = mpf(2) ** (exponent - 1023) * (1 + mpf(upper) / 2 + (x + HALF) / 2)
        return upper_quantile(p) / (HALF - p)

    return interpolate(function, -HALF, HALF, CENTRAL_DEGREE)


def tail(center, low, high):
    """z for L = -log2(p) in [low, high], as a polynomial in sqrt(L) - center."""
    return interpolate(
        lambda y: upper_quantile(mpf(2) ** (-((y + center) ** 2))),
        sqrt(mpf(low)) - center, sqrt(mpf(high)) - center, TAIL_DEGREE)


def logarithm():
    """log2((1 + s) / (1 - s)) / s as a polynomial in s squared, for |s| <= 0.1744."""
    return interpolate(
        lambda v: 2 * atanh(sqrt(v)) / sqrt(v) / log(2), mpf(0), mpf("0.0304"), LOG_DEGREE)


def bits(value):
    return "0x%016x" % struct.unpack("<Q", struct.pack("<d", value))[0]


def tables():
    return {
        "central": [[bits(c) for c in central(segment)] for segment in range(16)],
        "tail_near": [bits(c) for c in tail(TAIL_CENTERS[0], 9, 22)],
        "tail_far": [bits(c) for c in tail(TAIL_CENTERS[1], 22, mpf("54.01"))],
        "logarithm": [bits(c) for c in logarithm()],
        "logarithm_offset": bits(float(-log(LOG_CENTER, 2))),
        "truncation_half_width": bits(float(half_width())),
        "truncated_standard_deviation": bits(float(truncated_deviation())),
    }


def half_width():
    """Phi(2) - 1/2."""
    return HALF - erfc(sqrt(mpf(2))) / 2


def truncated_deviation():
    """The standard deviation of a standard normal cut at +-2."""
    density = exp(mpf(-2)) / sqrt(2 * pi)
    return sqrt(1 - 4 * density / (2 * half_width()))


def rows(values, indent, per_row, suffix):
    lines = []
    for start in range(0, len(values), per_row):
        lines.append(indent + ", ".join(v + suffix for v in values[start:start + per_row]) + ",")
    return "\n".join(lines)


def swift_source(t):
    flat = [c for row in t["central"] for c in row]

    def digits(values):
        return [v[:6] + "_" + v[6:10] + "_" + v[10:14] + "_" + v[14:] for v in values]

    def array(name, doc, values):
        body = rows(digits(values), "        ", 3, "")
        return f"    /// {doc}\n    static let {name}: [UInt64] = [\n{body}\n    ]\n"

    def scalar(name, doc, value):
        return f"    /// {doc}\n    static let {name}: UInt64 = {digits([value])[0]}\n"

    return "\n".join([
        "// Written by tools/make_sampling_tables.py. Bit patterns of float64 numbers.",
        "",
        "/// The coefficients of the normal quantile (`Spec/initializers.md`).",
        "enum QuantileTables {",
        array("central", "16 segments of 15 coefficients, constant first.", flat),
        array("tailNear", "16 coefficients, constant first, for L < 22.", t["tail_near"]),
        array("tailFar", "16 coefficients, constant first, for L ≥ 22.", t["tail_far"]),
        array("logarithm", "8 coefficients, constant first.", t["logarithm"]),
        scalar("logarithmOffset", "-log2(1.40625)", t["logarithm_offset"]),
        scalar("truncationHalfWidth", "Φ(2) - 1/2", t["truncation_half_width"]),
        scalar(
            "truncatedStandardDeviation", "That of a standard normal cut at ±2.",
            t["truncated_standard_deviation"]) + "}\n",
    ])


def c_source(t):
    # Coefficient-major, and rotated so that the low four bits of a segment's number index it.
    rotated = [t["central"][(lane + 4) % 16] for lane in range(16)]
    lines = [
        "// Written by tools/make_sampling_tables.py. Bit patterns of float64 numbers.",
        "#pragma once",
        "#include <stdint.h>",
        "",
        "// One row a coefficient, constant first; the column is (bits of p >> 51) & 15.",
        "static const uint64_t ck_quantile_central[15][16] __attribute__((aligned(64))) = {",
    ]
    for k in range(15):
        lines.append("    {\n" + rows([row[k] for row in rotated], "        ", 4, "") + "\n    },")
    lines.append("};")
    lines.append("// The same, one row a segment, with a last coefficient of zero.")
    lines.append("static const uint64_t ck_quantile_segments[16][16] __attribute__((aligned(64))) = {")
    for row in rotated:
        padded = row + [bits(0.0)]
        lines.append("    {\n" + rows(padded, "        ", 4, "") + "\n    },")
    lines.append("};")
    for name, key in (("near", "tail_near"), ("far", "tail_far")):
        lines.append(f"static const uint64_t ck_quantile_tail_{name}[16] = {{")
        lines.append(rows(t[key], "    ", 4, "") + "\n};")
    lines.append("static const uint64_t ck_quantile_logarithm[8] = {")
    lines.append(rows(t["logarithm"], "    ", 4, "") + "\n};")
    lines.append(f"static const uint64_t ck_quantile_logarithm_offset = {t['logarithm_offset']};")
    lines.append(f"static const uint64_t ck_truncation_half_width = {t['truncation_half_width']};")
    return "\n".join(lines) + "\n"


def main():
    t = tables()
    files = {
        "Spec/initializers-tables.json": json.dumps(t, indent=1) + "\n",
        "Sources/LTFNInitializers/Sampling/QuantileTables.swift": swift_source(t),
        "Sources/CKernels/sampling_tables.h": c_source(t),
    }
    differs = False
    for name, text in files.items():
        path = ROOT / name
        if "--check" in sys.argv[1:]:
            same = path.exists() and path.read_text() == text
            differs = differs or not same
            print(("same    " if same else "DIFFERS ") + name)
        else:
            path.write_text(text)
            print("wrote", name)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
