#!/usr/bin/env python3
"""Makes Fixtures/gguf with the gguf package: files that tests read without it.

usage: tools/make_gguf_fixtures.py [FOLDER]        Fixtures beside this folder

The bytes of every tensor are 37 * k + 11 modulo 256, blocks too. Beside the blocks that can be decoded stands what
gguf.quants.dequantize makes of them, as dequantized.bin: for each type, in the order of their names, the float32 of
its tensor. gguf 0.19.0 made the files that are kept.
"""

import os
import struct
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType as Value

PLAIN = {"f32": "<f4", "f16": "<f2", "f64": "<f8", "i8": "i1", "i16": "<i2", "i32": "<i4", "i64": "<i8"}
DECODED = [Type.Q4_0, Type.Q4_1, Type.Q4_K, Type.Q5_0, Type.Q5_1, Type.Q5_K, Type.Q6_K, Type.Q8_0]


def pattern(count):
    return bytes((37 * k + 11) % 256 for k in range(count))


def write(path, fill, alignment=None, architecture="llama"):
    writer = gguf.GGUFWriter(path, architecture)
    if alignment:
        writer.add_custom_alignment(alignment)
    fill(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def plain(writer):
    writer.add_tensor("scalar", np.array(np.frombuffer(pattern(8), "<i8")[0]))
    writer.add_tensor("empty", np.zeros((2, 0), "<f4"))
    writer.add_tensor("of bf16", np.frombuffer(pattern(48), np.uint8).reshape(2, 3, 8), raw_dtype=Type.BF16)
    # The last has no padding after it, whose loss would be none.
    for name, dtype in reversed(PLAIN.items()):
        writer.add_tensor("of " + name, np.frombuffer(pattern(24 * np.dtype(dtype).itemsize), dtype).reshape(2, 3, 4))


def blocks(writer):
    for kind in sorted(Type, key=lambda kind: kind.name):
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        if elements > 1:
            raw = np.frombuffer(pattern(2 * size), np.uint8).reshape(2, size)
            writer.add_tensor("of " + kind.name, raw, raw_dtype=kind)


def keys(writer):
    for kind, value in ((Value.UINT8, 255), (Value.INT8, -128), (Value.UINT16, 65535), (Value.INT16, -32768),
                        (Value.UINT32, 2 ** 32 - 1), (Value.INT32, -2 ** 31), (Value.UINT64, 2 ** 64 - 1),
                        (Value.INT64, -2 ** 63), (Value.FLOAT32, 0.5), (Value.FLOAT64, 0.1), (Value.BOOL, True),
                        (Value.STRING, "größe")):
        writer.add_key_value("one " + kind.name.lower(), value, kind)
        writer.add_key_value("many " + kind.name.lower(), [value, value], Value.ARRAY, sub_type=kind)
    writer.add_tensor("w", np.frombuffer(pattern(32), "<f4"))


def nested(writer):
    writer.add_key_value("nested", [[1, 2], [3]], Value.ARRAY, sub_type=Value.ARRAY)
    writer.add_tensor("w", np.frombuffer(pattern(32), "<f4"))


def main():
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Fixtures")
    root = sys.argv[1] if len(sys.argv) > 1 else beside
    folder = os.path.join(root, "gguf")
    os.makedirs(folder, exist_ok=True)

    def path(name):
        return os.path.join(folder, name)

    write(path("plain.gguf"), plain)
    write(path("blocks.gguf"), blocks, alignment=64)
    write(path("keys.gguf"), keys)
    write(path("nested.gguf"), nested)
    small = lambda writer: writer.add_tensor("w", np.frombuffer(pattern(64), "<f4").reshape(4, 4))
    write(path("aligned.gguf"), small, alignment=8)
    with open(path("aligned.gguf"), "rb") as file:
        data = file.read()
    with open(path("version-2.gguf"), "wb") as file:
        file.write(data[:4] + struct.pack("<I", 2) + data[8:])
    with open(path("refused-version-1.gguf"), "wb") as file:
        file.write(data[:4] + struct.pack("<I", 1) + data[8:])
    with open(path("refused-type.gguf"), "wb") as file:
        place = data.index(b"w" + struct.pack("<IQQ", 2, 4, 4)) + 21
        file.write(data[:place] + struct.pack("<I", 99) + data[place + 4:])
    writer = gguf.GGUFWriter(path("refused-big-endian.gguf"), "llama", endianess=gguf.GGUFEndian.BIG)
    small(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    decoded = os.path.join(root, "gguf-decoded")
    os.makedirs(decoded, exist_ok=True)
    with open(os.path.join(decoded, "dequantized.bin"), "wb") as file:
        for kind in sorted(DECODED, key=lambda kind: kind.name):
            raw = np.frombuffer(pattern(2 * gguf.GGML_QUANT_SIZES[kind][1]), np.uint8).reshape(2, -1)
            file.write(gguf.quants.dequantize(raw, kind).astype("<f4").tobytes())


if __name__ == "__main__":
    main()
