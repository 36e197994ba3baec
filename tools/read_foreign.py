#!/usr/bin/env python3
"""Prints what NumPy or the safetensors package reads from a file, one tensor a line.

    python3 tools/read_foreign.py FILE...

A line is the name, the dtype, the shape and the bytes in hexadecimal, separated by tabs; the name is
JSON. For safetensors one more line tells whether the package writes the same file again. The tests of
the converters compare this with what they wrote.
"""

import json
import sys

import numpy as np
from safetensors import TensorSpec, deserialize, safe_open, serialize

# What the package calls a dtype when it writes.
SPELLINGS = {
    "BOOL": "bool", "I8": "int8", "U8": "uint8", "I16": "int16", "U16": "uint16", "I32": "int32",
    "U32": "uint32", "I64": "int64", "U64": "uint64", "F16": "float16", "BF16": "bfloat16",
    "F32": "float32", "F64": "float64", "C64": "complex64", "F8_E4M3": "float8_e4m3fn",
    "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2": "float8_e5m2",
    "F8_E5M2FNUZ": "float8_e5m2fnuz", "F8_E8M0": "float8_e8m0fnu",
}


def show(name, dtype, shape, data):
    print(json.dumps(name), dtype, json.dumps(list(shape)), bytes(data).hex(), sep="\t")


def parts(whole):
    """Header and values; the blanks between them, which move the values to a multiple, do not count."""
    end = 8 + int.from_bytes(whole[:8], "little")
    return whole[8:end].rstrip(b" "), whole[end:]


def read_safetensors(path):
    with open(path, "rb") as file:
        whole = file.read()
    tensors = deserialize(whole)
    for name, tensor in tensors:
        show(name, tensor["dtype"], tensor["shape"], tensor["data"])
    with safe_open(path, framework="np") as file:
        metadata = file.metadata()
    if all(tensor["dtype"] in SPELLINGS for _, tensor in tensors) and len(metadata or {}) < 2:
        buffers = {name: np.frombuffer(bytes(t["data"]) + b"\0", np.uint8) for name, t in tensors}
        specs = {
            name: TensorSpec(
                dtype=SPELLINGS[t["dtype"]], shape=t["shape"],
                data_ptr=buffers[name].ctypes.data, data_len=len(t["data"]))
            for name, t in tensors
        }
        again = bytes(serialize(specs, metadata=metadata))
        print("same" if parts(again) == parts(whole) else "different")


def read_numpy(path):
    loaded = np.load(path, allow_pickle=False)
    arrays = {"arr_0": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    for name, array in arrays.items():
        show(name, array.dtype.str, array.shape, array.tobytes())


for path in sys.argv[1:]:
    (read_safetensors if path.endswith(".safetensors") else read_numpy)(path)
