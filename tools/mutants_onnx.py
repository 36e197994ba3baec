#!/usr/bin/env python3
"""Compares ltfn-convert with the onnx package on models that were damaged.

usage: tools/mutants_onnx.py LTFN-CONVERT [COUNT] [SEED]        2,000 mutants, seed 1

Bytes and whole fields of small models are changed, removed, doubled and exchanged. ltfn-convert has to
end in time, with the status 0, 65, 69 or 70, and what both read has to have the same bits. Prints how often both
read, one alone refuses, and why ltfn-convert does. Exits with 1 on a difference.
"""

import os
import pathlib
import sys
import warnings

import onnx

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import interop_onnx
import mutants

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/onnx"
SOURCES = [path.read_bytes() for path in sorted(FOLDER.iterdir()) if not path.name.startswith("refused-")]


def fields(data):
    """Where the fields of a message stand: (start, start of the value, end, wire type); None when it is none."""
    position, result = 0, []
    while position < len(data):
        start = position
        tag, position = varint(data, position)
        if tag is None or tag >> 3 == 0:
            return None
        if tag & 7 == 0:
            value, end = position, varint(data, position)[1]
        elif tag & 7 in (1, 5):
            value, end = position, position + (8 if tag & 7 == 1 else 4)
        elif tag & 7 == 2:
            length, value = varint(data, position)
            if length is None:
                return None
            end = value + length
        else:
            return None
        if end is None or end > len(data):
            return None
        result.append((start, value, end, tag & 7))
        position = end
    return result


def varint(data, position):
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            return None, None
        byte = data[position]
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position
    return None, None


def encoded(number):
    result = bytearray()
    while number >= 128:
        result.append(number & 127 | 128)
        number >>= 7
    result.append(number)
    return bytes(result)


def structural(rng, data, depth=0):
    """A message with a field changed, somewhere within."""
    parts = fields(data)
    if not parts:
        return mutants.changed(rng, data)
    start, value, end, kind = rng.choice(parts)
    if kind == 2 and depth < 6 and rng.random() < 0.75 and fields(data[value:end]):
        inner = structural(rng, data[value:end], depth + 1)
        tag = varint(data, start)[0]
        return data[:start] + encoded(tag) + encoded(len(inner)) + inner + data[end:]
    choice = rng.randrange(6)
    if choice == 0:
        return data[:start] + data[end:]
    if choice == 1:
        return data[:end] + data[start:end] + data[end:]
    if choice == 2:
        other = rng.choice(parts)
        return data[:start] + data[other[0]:other[2]] + data[end:]
    if choice == 3 and kind == 0:
        number = rng.choice([0, 1, 2, 7, 8, 9, 127, 128, 1 << 31, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
        return data[:value] + encoded(number) + data[end:]
    if choice == 4:
        tag = varint(data, start)[0]
        return data[:start] + encoded(rng.randrange(1, 30) << 3 | tag & 7) + data[value - (0 if kind != 2 else len(
            encoded(end - value))):]
    if kind == 2:
        inner = mutants.changed(rng, data[value:end])
        return data[:start] + encoded(varint(data, start)[0]) + encoded(len(inner)) + inner + data[end:]
    return mutants.changed(rng, data)


def mutant(rng, folder):
    data = rng.choice(SOURCES)
    for _ in range(rng.randrange(1, 3)):
        data = (structural if rng.random() < 0.7 else mutants.changed)(rng, data)
    (folder / "m.onnx").write_bytes(data)
    return folder / "m.onnx"


def theirs(path):
    """What onnx reads: names, shapes and bits of the main graph; None when it refuses."""
    try:
        model = onnx.load(path)
        if not model.HasField("graph"):
            return None
        found = {}
        for tensor in model.graph.initializer:
            if tensor.data_type == onnx.TensorProto.STRING:
                return None
            raw = interop_onnx.tensor_bytes(tensor, os.path.dirname(path))
            found[tensor.name] = [tuple(tensor.dims), raw.hex()]
        return found
    except Exception:
        return None


def ours(program, path, folder):
    output = folder / "m.ltfn"
    conversion = mutants.Conversion(program, path, output, "--from", "onnx", "--allow-loss", "all")
    return conversion, None if conversion.status else mutants.native_values(output)


def difference(found, expected):
    # Constants are read, too.
    expected = mutants.possible_names(found, expected)
    return mutants.difference({name: found[name] for name in expected}, expected)


if __name__ == "__main__":
    mutants.main(__doc__, mutant, ours, theirs, count=2000, difference=difference)
