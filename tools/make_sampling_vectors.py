#!/usr/bin/env python3
"""Writes Spec/vectors/initializers/.

`generator.json` holds the known answers of Philox4x32-10 that its authors publish with Random123.
`quantiles.json` holds quantiles computed with 60 digits by mpmath, and knows nothing of our tables.
`samples.json` is computed by tools/ltfn_sampling.py.

    tools/make_sampling_vectors.py           writes the files
    tools/make_sampling_vectors.py --check   exits with 1 when a file differs from what it would write
"""

import json
import random
import struct
import sys

import ltfn_sampling
import make_sampling_tables
from mpmath import mpf

FOLDER = make_sampling_tables.ROOT / "Spec" / "vectors" / "initializers"
LARGE = 1_000_003

GENERATOR = [
    ("0000000000000000", "0000000000000000 0000000000000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffffffffffff", "ffffffffffffffff ffffffffffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("299f31d0a4093822", "85a308d3243f6a88 0370734413198a2e",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]

FANS = {"fan_in": 576, "fan_out": 1152}
RECORDS = [
    {"kind": "zeros"},
    {"kind": "ones"},
    {"kind": "constant", "value": -0.1},
    {"kind": "uniform", "low": -0.1, "high": 0.3},
    {"kind": "uniform", "low": 1.0, "high": 1.0625},
    {"kind": "normal", "mean": 0.0, "sd": 1.0},
    {"kind": "normal", "mean": -3.0, "sd": 0.02},
    {"kind": "normal", "mean": 0.0, "sd": 3e-8},
    {"kind": "truncated_normal", "mean": 0.5, "sd": 0.25},
    {"kind": "scaled_normal", "factor": 0.01},
    {"kind": "variance_scaling", "scale": 2.6, "fan": "fan_in",
     "distribution": "uncorrected_truncated_normal"},
    {"kind": "variance_scaling", "scale": 1.0, "fan": "fan_out",
     "distribution": "corrected_truncated_normal"},
    {"kind": "variance_scaling", "scale": 1.0, "fan": "fan_avg",
     "distribution": "untruncated_normal"},
    {"kind": "variance_scaling", "scale": 0.5, "fan": "fan_avg", "distribution": "uniform"},
    {"kind": "glorot_uniform"},
    {"kind": "glorot_normal"},
    {"kind": "he_uniform"},
    {"kind": "he_normal"},
    {"kind": "lecun_uniform"},
    {"kind": "lecun_normal"},
    # The sign of zero, in the order of the arithmetic: offset, scale, factor, and what is too small.
    {"kind": "normal", "mean": -0.0, "sd": 0.0},
    {"kind": "truncated_normal", "mean": -0.0, "sd": -0.0},
    {"kind": "normal", "mean": -0.0, "sd": 1e-322},
    {"kind": "scaled_normal", "factor": -0.0},
    {"kind": "scaled_normal", "factor": 0.0},
    {"kind": "scaled_normal", "factor": -1e-320},
    {"kind": "uniform", "low": -1.0, "high": -0.0},
    {"kind": "uniform", "low": -0.0, "high": 1.0},
    {"kind": "constant", "value": -0.0},
]


def pattern(value):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", value))[0]


def distances():
    """d of both signs: every segment's ends and inside, near 0, and the far tail."""
    source = random.Random(20110930)
    p = [2.0**-e * m for e in range(2, 55) for m in (1.0, 1.25, 1.5, 1.75, 2 - 2.0**-20)]
    p += [2.0 ** -source.uniform(1.01, 53.9) for _ in range(400)]
    p = [x for x in p if x < 0.5 and x >= 2.0**-54]
    found = [0.5 - x if x > 2.0**-9 else None for x in p]
    small = [2.0**-e for e in range(2, 54)] + [source.random() * 2.0**-10 for _ in range(20)]
    chosen = sorted({d for d in found if d is not None} | set(small))
    # A tail distance must leave p = 1/2 - d exact: it is a multiple of 2^-54.
    tail = sorted({0.5 - round(x * 2**54) / 2**54 for x in p if x < 2.0**-8})
    return chosen + [d for d in tail if 0.5 - d >= 2.0**-54]


def quantiles():
    rows = []
    for index, d in enumerate(distances()):
        z = float(make_sampling_tables.upper_quantile(mpf(1) / 2 - mpf(d)))
        sign = -1.0 if index % 2 else 1.0
        rows.append([pattern(sign * d), pattern(sign * z)])
    return rows


def samples():
    rows = []
    for index, template in enumerate(RECORDS):
        record = dict(template, seed=0x0123456789ABCDEF + index, stream=(index << 32) + 7)
        if template["kind"] not in ("zeros", "ones", "constant", "uniform", "normal",
                                    "truncated_normal", "scaled_normal"):
            record.update(FANS)
        for dtype in ltfn_sampling.SAMPLED:
            def cut(first, count):
                data = ltfn_sampling.sample(record, dtype, first, count)
                return {"first": str(first), "count": count, "bytes": data.hex()}

            rows.append({
                "record": record, "dtype": dtype, "cuts": [
                    cut(0, 5), cut(LARGE - 5, 5), cut(2**32 - 3, 6), cut(2**34 - 3, 6),
                    cut(2**64 - 6, 5)],
                "elementCount": LARGE, "digest": ltfn_sampling.digest(record, dtype, LARGE),
            })
    return rows


def documents():
    names = ("seed", "counter_low_high", "words")
    return {
        "generator.json": {
            "what": "Philox4x32-10: seed, block number and stream, the four words.",
            "answers": [dict(zip(names, answer)) for answer in GENERATOR]},
        "quantiles.json": {
            "what": "Bit patterns of d and of the float64 nearest to the exact N(d).",
            "relative_tolerance": 3.5e-16, "quantiles": quantiles()},
        "samples.json": {
            "what": "Bytes of some elements, and the digest of the first elementCount.",
            "samples": samples()},
    }


def text(document):
    """JSON with one entry a line."""
    lines = []
    for key, value in document.items():
        if isinstance(value, list):
            body = ",\n".join("  " + json.dumps(entry) for entry in value)
            lines.append(f' "{key}": [\n{body}\n ]')
        else:
            lines.append(f' "{key}": {json.dumps(value)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    differs = False
    for name, document in documents().items():
        path = FOLDER / name
        if "--check" in sys.argv[1:]:
            same = path.exists() and path.read_text() == text(document)
            differs = differs or not same
            print(("same    " if same else "DIFFERS ") + name)
        else:
            path.write_text(text(document))
            print("wrote", name)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
