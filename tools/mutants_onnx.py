#!/usr/bin/env python3
"""Compares ltfn-convert with the onnx package on models that were damaged.

usage: tools/mutants_onnx.py LTFN-CONVERT [COUNT] [SEED]        2,000 mutants, seed 1

Bytes and whole fields of small models are changed, removed, doubled and exchanged. No mutant may end the program by
a signal or keep it busy for 20 seconds; what both read has to have the same bits. Prints how many both read, we
alone refuse and they alone refuse, and the reasons of what we alone refuse. Exits with 1 on a difference.
"""

import collections
import os
import random
import re
import subprocess
import sys
import tempfile
import warnings

import onnx
from onnx import numpy_helper

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import interop_onnx
import ltfn_decode

warnings.filterwarnings("ignore")
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Fixtures", "onnx")


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
        return byte_level(rng, data)
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
        inner = byte_level(rng, data[value:end])
        return data[:start] + encoded(varint(data, start)[0]) + encoded(len(inner)) + inner + data[end:]
    return byte_level(rng, data)


def byte_level(rng, data):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        choice = rng.randrange(5)
        place = rng.randrange(len(data) + 1)
        if choice == 0 and place < len(data):
            data[place] ^= 1 << rng.randrange(8)
        elif choice == 1 and place < len(data):
            data[place] = rng.randrange(256)
        elif choice == 2:
            data[place:place] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 4)))
        elif choice == 3:
            del data[place:place + rng.randrange(1, 4)]
        else:
            del data[rng.randrange(len(data) + 1):]
    return bytes(data)


def theirs(path):
    """What onnx reads: names and bits of the main graph; None when it refuses."""
    try:
        model = onnx.load(path)
        if not model.HasField("graph"):
            return None
        found = {}
        for tensor in model.graph.initializer:
            if tensor.data_type == onnx.TensorProto.STRING:
                return None
            found[tensor.name] = (tuple(tensor.dims), interop_onnx.tensor_bytes(tensor, os.path.dirname(path)))
        return found
    except Exception:
        return None


def ours(program, path, output):
    """Names and bits, or the reason of the refusal."""
    result = subprocess.run([program, path, "-o", output, "--force", "--from", "onnx", "--allow-loss", "all"],
                            capture_output=True, text=True, timeout=20)
    if result.returncode < 0 or result.returncode >= 128:
        raise AssertionError("the program ended with %d: %s" % (result.returncode, result.stderr[-500:]))
    if result.returncode:
        return result.stderr.strip().split("\n")[-1]
    with open(output, "rb") as file:
        reader = ltfn_decode.Reader(file.read())
    return {v.name: (tuple(v.shape), b"".join(reader.pieces(v))) for v in reader.index.variables}


def check(program, count=2000, seed=1):
    rng = random.Random(seed)
    sources = []
    for name in sorted(os.listdir(FOLDER)):
        if not name.startswith("refused-"):
            with open(os.path.join(FOLDER, name), "rb") as file:
                sources.append(file.read())
    counts, reasons, failures = collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        path, output = os.path.join(folder, "m.onnx"), os.path.join(folder, "m.ltfn")
        for number in range(count):
            data = rng.choice(sources)
            for _ in range(rng.randrange(1, 3)):
                data = (structural if rng.random() < 0.7 else byte_level)(rng, data)
            with open(path, "wb") as file:
                file.write(data)
            try:
                here, there = ours(program, path, output), theirs(path)
                if isinstance(here, dict) and there is not None:
                    counts["both read"] += 1
                    for name, value in there.items():
                        # Names that are not possible here have others.
                        if name in here and here[name] != value:
                            raise AssertionError("other bits of %s" % name)
                elif isinstance(here, dict):
                    counts["they alone refuse"] += 1
                elif there is not None:
                    counts["we alone refuse"] += 1
                    reasons[re.sub(r'"[^"]*"|[0-9]+|\[[^\]]*\]|^.*?m\.onnx: ', "#", here)[:100]] += 1
                else:
                    counts["both refuse"] += 1
            except (AssertionError, subprocess.TimeoutExpired, ltfn_decode.LtfnError) as error:
                failures += 1
                kept = os.path.join(tempfile.gettempdir(), "mutant-%d-%d.onnx" % (seed, number))
                with open(kept, "wb") as file:
                    file.write(data)
                print("mutant %d (%s): %s" % (number, kept, error))
    print("onnx: %d mutants: %s" % (count, ", ".join("%d %s" % (n, kind) for kind, n in counts.most_common())))
    for reason, n in reasons.most_common():
        print("  we alone refuse %d: %s" % (n, reason))
    return failures


def main():
    if len(sys.argv) < 2 or len(sys.argv) > 4:
        sys.exit(__doc__)
    sys.exit(1 if check(sys.argv[1], *(int(argument) for argument in sys.argv[2:])) else 0)


if __name__ == "__main__":
    main()
