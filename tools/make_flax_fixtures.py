#!/usr/bin/env python3
"""Makes Fixtures/flax with flax.serialization: files that tests read without it.

usage: tools/make_flax_fixtures.py [FOLDER]        Fixtures beside this folder

The values of every array are 37 * k + 11 modulo 256 at byte k, or modulo 2 those of bool. flax 0.12.8 made the files
that are kept.
"""

import os
import sys

import ml_dtypes
import msgpack
import numpy as np
from flax import serialization

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
          "float64", "complex64", "complex128", "bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
          "float8_e5m2fnuz", "float8_e8m0fnu"]


def array(name, shape):
    dtype = np.dtype(getattr(ml_dtypes, name, name))
    count = int(np.prod(shape))
    if name == "bool":
        return np.array([k % 2 == 1 for k in range(count)]).reshape(shape)
    raw = bytes((37 * k + 11) % 256 for k in range(count * dtype.itemsize))
    return np.frombuffer(raw, dtype).reshape(shape)


def packed(value):
    return serialization.msgpack_serialize(value)


def main():
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Fixtures")
    folder = os.path.join(sys.argv[1] if len(sys.argv) > 1 else beside, "flax")
    os.makedirs(folder, exist_ok=True)

    def write(name, data):
        with open(os.path.join(folder, name + ".msgpack"), "wb") as file:
            file.write(data)

    write("types", packed({"of " + name: array(name, (3, 8)) for name in DTYPES}))
    write("tree", packed({
        "params": {"Dense_0": {"kernel": array("float32", (3, 4)), "bias": array("float32", (4,))},
                   "Norm": {"scale": array("float32", ())}},
        "layers": {"0": array("int32", (2,)), "1": array("int32", (0, 2))},
        "step": 7, "rate": 0.1, "name": "größe", "done": True, "nothing": None, "phase": 1 + 2j,
        "scalar": np.float32(array("float32", (1,))[0])}))
    limit, serialization.MAX_CHUNK_SIZE = serialization.MAX_CHUNK_SIZE, 100
    write("chunked", packed({"params": {"big": array("float32", (7, 11)), "small": array("int8", (5,))}}))
    serialization.MAX_CHUNK_SIZE = limit
    write("refused-int4", packed({"w": np.zeros((2, 3), ml_dtypes.int4)}))
    inner = msgpack.packb(((2, 3), "float32", bytes(20)), use_bin_type=True)
    write("refused-length", msgpack.packb({"w": msgpack.ExtType(1, inner)}))
    write("refused-tail", packed({"w": array("float32", (2,))}) + b"\0")


if __name__ == "__main__":
    main()
