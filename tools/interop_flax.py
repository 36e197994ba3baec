#!/usr/bin/env python3
"""Compares ltfn-convert with flax.serialization on random trees.

usage: tools/interop_flax.py LTFN-CONVERT [COUNT] [SEED]        200 trees, seed 1

Every tree has arrays of all dtypes, scalars, lists, and arrays that are cut into pieces. It is converted to .ltfn,
which tools/ltfn_decode.py reads: names, shapes and bits have to be those of msgpack_restore. Exits with 1 on a
difference.
"""

import math
import os
import random
import subprocess
import sys
import tempfile

import ml_dtypes
import numpy as np
from flax import serialization

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ltfn_decode

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
          "float64", "complex64", "complex128", "bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
          "float8_e5m2fnuz", "float8_e8m0fnu"]
SHAPES = [(), (0,), (1,), (5,), (3, 4), (2, 0, 3), (2, 3, 4, 5), (1, 7, 1), (30, 41)]
KEYS = ["params", "Dense_%d", "kernel", "bias", "größe", "a b", "batch_stats", "layers_%d"]


def random_array(rng):
    name, shape = rng.choice(DTYPES), rng.choice(SHAPES)
    dtype = np.dtype(getattr(ml_dtypes, name, name))
    count = math.prod(shape)
    if name == "bool":
        return np.array([rng.random() < 0.5 for _ in range(count)], bool).reshape(shape)
    return np.frombuffer(rng.randbytes(count * dtype.itemsize), dtype).reshape(shape)


def random_tree(rng, depth=0):
    tree = {}
    for _ in range(rng.randrange(1, 6)):
        key = rng.choice(KEYS)
        key = key % rng.randrange(30) if "%d" in key else key
        kind = rng.random()
        if kind < 0.3 and depth < 4:
            tree[key] = random_tree(rng, depth + 1)
        elif kind < 0.4:
            tree[key] = rng.choice([7, -1, 1 << 63, 0.5, "text", True, None, 1j, {}])
        elif kind < 0.5:
            tree[key] = [random_array(rng) for _ in range(rng.randrange(1, 12))]
        elif kind < 0.6:
            tree[key] = np.float32(rng.random())
        else:
            tree[key] = random_array(rng)
    return tree


def leaves(tree, path=""):
    """Arrays and scalars of NumPy by the keys that lead to them."""
    found = {}
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        name = "%s/%s" % (path, key) if path else str(key)
        if isinstance(value, (dict, list, tuple)):
            found |= leaves(value, name)
        elif isinstance(value, (np.ndarray, np.generic)):
            found[name] = np.asarray(value)
    return found


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def check_tree(program, rng, folder):
    path, output = os.path.join(folder, "t.msgpack"), os.path.join(folder, "t.ltfn")
    limit, serialization.MAX_CHUNK_SIZE = serialization.MAX_CHUNK_SIZE, rng.choice([64, 1000, 1 << 30])
    data = serialization.msgpack_serialize(random_tree(rng))
    serialization.MAX_CHUNK_SIZE = limit
    with open(path, "wb") as file:
        file.write(data)
    result = subprocess.run([program, path, "-o", output, "--from", "flax"], capture_output=True, text=True)
    expect(result.returncode == 0, "exit %d: %s" % (result.returncode, result.stderr.strip()))
    with open(output, "rb") as file:
        reader = ltfn_decode.Reader(file.read())
    found = {v.name: (tuple(v.shape), b"".join(reader.pieces(v))) for v in reader.index.variables}
    expected = leaves(serialization.msgpack_restore(data))
    expect(found.keys() == expected.keys(), "names: %s" % (found.keys() ^ expected.keys()))
    for name, array in expected.items():
        expect(found[name] == (array.shape, array.tobytes()), "%s is another array" % name)


def main(program, count=200, seed=1):
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                check_tree(program, random.Random(seed * 1_000_003 + number), folder)
            except AssertionError as error:
                print("flax: tree %d of seed %d: %s" % (number, seed, error))
                return 1
    print("flax: %d random trees, bit for bit the same" % count)
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(0 if len(sys.argv) > 1 else 64)
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
