#!/usr/bin/env python3
"""Makes Fixtures/numpy, Fixtures/safetensors and Fixtures/safetensors-set with the tools that own these formats.

    python3 tools/make_foreign_fixtures.py [DIRECTORY]

Needs numpy, ml_dtypes, safetensors and huggingface_hub. Byte k of every array (row-major, little-endian) is
(37 k + 11) mod 256, of every array of booleans k mod 2, so that a test knows what to expect without
a second file. Run it again only to add files: those that stand there are what readers are held to.
"""

import io
import json
import pathlib
import sys

import ml_dtypes
import numpy as np
from huggingface_hub import split_state_dict_into_shards_factory
from numpy.lib import format as npy
from safetensors import TensorSpec, serialize
from safetensors.numpy import save

NUMPY_TYPES = ["?", "i1", "u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"]
OPAQUE_TYPES = ["V1", "V2", "V4", "V8", "V16"]
# As the safetensors package calls them, with the bits of an element.
SAFETENSORS_TYPES = {
    "bool": 8, "int8": 8, "uint8": 8, "int16": 16, "uint16": 16, "int32": 32, "uint32": 32,
    "int64": 64, "uint64": 64, "float16": 16, "bfloat16": 16, "float32": 32, "float64": 64,
    "complex64": 64, "float8_e4m3fn": 8, "float8_e4m3fnuz": 8, "float8_e5m2": 8,
    "float8_e5m2fnuz": 8, "float8_e8m0fnu": 8, "float4_e2m1fn_x2": 8,
}


def pattern(count):
    return bytes((37 * k + 11) & 0xFF for k in range(count))


def array(dtype, *shape):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    raw = bytes(k % 2 for k in range(count)) if dtype == np.bool_ else pattern(count)
    return np.frombuffer(raw, dtype).reshape(shape)


def big_endian(values):
    return values.byteswap().view(values.dtype.newbyteorder(">"))


class OneWay(io.RawIOBase):
    """A pipe: what is written cannot be changed later."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, piece):
        self.data += piece
        return len(piece)


def numpy_files():
    def saved(values, version=None, **options):
        out = io.BytesIO()
        if version:
            npy.write_array(out, values, version=version, **options)
        else:
            np.save(out, values, **options)
        return out.getvalue()

    def archived(save, arrays, out=None):
        out = out or io.BytesIO()
        save(out, **arrays)
        return bytes(out.data) if isinstance(out, OneWay) else out.getvalue()

    every = {np.dtype(t).str[1:]: array(t, 3, 5) for t in NUMPY_TYPES + OPAQUE_TYPES}
    names = {
        "layer/0/weight:0": array("<f4", 2, 3),
        "größe": array("<f4", 3),
        "名前": array("<i8", 2),
        "dotted.name.npy": array("<f8", 1),
        "with space": array("|u1", 4),
    }
    shapes = {
        "scalar": array("<f4"), "empty": array("<f4", 0), "flat": array("<f4", 4, 0, 3),
        "ones": array("<f4", 1, 1, 1), "long": array("|u1", 4096),
        "deep": array("|u1", *([1] * 31 + [3])),
    }
    yield "dtypes.npz", archived(np.savez, every)
    yield "compressed.npz", archived(np.savez_compressed, every | shapes)
    yield "piped.npz", archived(np.savez, every, OneWay())
    yield "piped-compressed.npz", archived(np.savez_compressed, every, OneWay())
    yield "names.npz", archived(np.savez, names)
    yield "shapes.npz", archived(np.savez, shapes)
    yield "no-arrays.npz", archived(np.savez, {})
    yield "float32.npy", saved(array("<f4", 2, 3))
    yield "scalar.npy", saved(array("<f8"))
    yield "empty.npy", saved(array("<i4", 0, 3))
    yield "column-major.npy", saved(np.asfortranarray(array("<f4", 2, 3, 4)))
    yield "big-endian.npy", saved(big_endian(array("<f8", 3, 2)))
    yield "big-endian-complex.npy", saved(big_endian(array("<c8", 5)))
    yield "big-endian-column-major.npy", saved(np.asfortranarray(big_endian(array("<i2", 3, 4))))
    yield "version-2.npy", saved(array("<f4", 2, 3), version=(2, 0))
    yield "version-3.npy", saved(array("<f4", 2, 3), version=(3, 0))
    yield "bfloat16.npy", saved(array(ml_dtypes.bfloat16, 4))
    yield "refused-objects.npy", saved(np.array([{}, None], object), allow_pickle=True)
    yield "refused-text.npy", saved(np.array(["a", "bc"]))
    yield "refused-bytes.npy", saved(np.array([b"a", b"bc"]))
    yield "refused-dates.npy", saved(np.array(["2020-01-01"], "datetime64[D]"))
    yield "refused-records.npy", saved(np.zeros(2, [("größe", "<f4"), ("b", "<i2")]))
    yield "refused-long-double.npy", saved(np.zeros(2, np.longdouble))


def safetensors_files():
    buffers = []

    def spec(dtype, bits, *shape):
        count = int(np.prod(shape, dtype=np.int64)) * bits // 8
        raw = bytes(k % 2 for k in range(count)) if dtype == "bool" else pattern(count)
        buffer = np.frombuffer(raw + b"\0", np.uint8)
        buffers.append(buffer)
        return TensorSpec(dtype=dtype, shape=shape, data_ptr=buffer.ctypes.data, data_len=count)

    every = {name: spec(name, bits, 3, 5) for name, bits in SAFETENSORS_TYPES.items()}
    yield "dtypes.safetensors", bytes(serialize(every))
    yield "metadata.safetensors", save({"w": array("<f4", 2, 2)}, {"format": "np \"\\\u00e9\n\x7f/"})
    yield "no-tensors.safetensors", save({})
    yield "only-metadata.safetensors", save({}, {"key": "value"})
    yield "shapes.safetensors", save({
        "scalar": array("<f4"), "empty": array("<f4", 0), "flat": array("<f8", 4, 0, 3),
        "ones": array("<i8", 1, 1, 1),
    })
    yield "names.safetensors", save({
        "a\"quoted\\name": array("<f4", 1), "größe": array("<f4", 2), "名前": array("<f4", 3),
        "B": array("|u1", 3), "a": array("|u1", 1),
    })


def set_files():
    """Three files and their index, cut as the hub's own library cuts a model."""
    tensors = {
        f"layers.{k}.{part}": array("<f4", 4, 4 + k) for k in range(3) for part in ("weight", "bias")
    }
    split = split_state_dict_into_shards_factory(
        tensors, get_storage_size=lambda tensor: tensor.nbytes, max_shard_size=200,
        filename_pattern="model{suffix}.safetensors")
    for name, members in split.filename_to_tensors.items():
        yield name, save({member: tensors[member] for member in members}, {"format": "np"})
    index = {"metadata": split.metadata, "weight_map": split.tensor_to_filename}
    yield "model.safetensors.index.json", (json.dumps(index, indent=2, sort_keys=True) + "\n").encode()


def main():
    base = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "Fixtures")
    for folder, files in (("numpy", numpy_files()), ("safetensors", safetensors_files()),
                          ("safetensors-set", set_files())):
        (base / folder).mkdir(parents=True, exist_ok=True)
        for name, data in files:
            (base / folder / name).write_bytes(data)
            print(f"{folder}/{name}: {len(data)} bytes")


main()
