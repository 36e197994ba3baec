#!/usr/bin/env python3
"""Compares ltfn-convert with the gguf package on files that were damaged.

usage: tools/mutants_gguf.py LTFN-CONVERT [COUNT] [SEED]        2,000 mutants, seed 1

Bytes of small files are changed, removed and doubled, and the numbers in their headers replaced: counts, lengths,
types, axes, offsets, the alignment. ltfn-convert has to end in time, with the status 0, 65, 69 or 70, and
what both read has to have the same bits. Prints how often both read, one alone refuses, and why ltfn-convert does.
Exits with 1 on a difference.
"""

import os
import random
import struct
import sys
import tempfile
import warnings

import gguf

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import interop_gguf
import mutants

warnings.filterwarnings("ignore")
NUMBERS = [0, 1, 2, 3, 4, 8, 9, 13, 31, 32, 33, 64, 255, 256, 257, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1,
           1 << 32, 1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]


def sources():
    """Small files of every kind."""
    rng, found = random.Random(1), []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "source.gguf")
        for number in range(24):
            kinds = list(gguf.GGMLQuantizationType) if number % 2 else list(interop_gguf.PLAIN)
            interop_gguf.write_model(rng, path, kinds)
            with open(path, "rb") as file:
                data = file.read()
            if len(data) < 20_000:
                found.append(data)
    return found


def header_numbers(data):
    """Where numbers of the header stand: (place, bytes)."""
    places, position = [(4, 4), (8, 8), (16, 8)], 24

    def number(width):
        nonlocal position
        places.append((position, width))
        position += width
        return int.from_bytes(data[position - width:position], "little")

    def text():
        nonlocal position
        length = number(8)
        position += length

    def value(kind):
        nonlocal position
        if kind == 8:
            text()
        elif kind == 9:
            kind, count = number(4), number(8)
            for _ in range(count):
                value(kind)
        else:
            position += {0: 1, 1: 1, 7: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4}.get(kind, 8)

    tensors, keys = struct.unpack_from("<QQ", data, 8)
    for _ in range(keys):
        text()
        value(number(4))
    for _ in range(tensors):
        text()
        for _ in range(number(4)):
            number(8)
        number(4)
        number(8)
    return places


def structural(rng, data):
    places = header_numbers(data)
    data = bytearray(data)
    for _ in range(rng.randrange(1, 3)):
        place, width = rng.choice(places)
        old = int.from_bytes(data[place:place + width], "little")
        new = rng.choice([rng.choice(NUMBERS), old + 1, old - 1, old * 2, old + 32, old - 32, rng.randrange(48)])
        data[place:place + width] = (new % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(data)


def mutant(rng, folder):
    whole = rng.choice(SOURCES)
    data = structural(rng, whole) if rng.random() < 0.6 else mutants.changed(rng, whole, 32)
    (folder / "m.gguf").write_bytes(data or b"G")
    return folder / "m.gguf"


def theirs(path):
    """What gguf reads: names and bits; None when it refuses."""
    try:
        found = {}
        for tensor in gguf.GGUFReader(path).tensors:
            data = tensor.data.tobytes()
            if len(data) != tensor.n_bytes:
                return None
            found[tensor.name] = data.hex()
        return found
    except Exception:
        return None


def ours(program, path, folder):
    output = folder / "m.ltfn"
    conversion = mutants.Conversion(program, path, output, "--from", "gguf", "--allow-loss", "all")
    if conversion.status:
        return conversion, None
    return conversion, {name: bits for name, (_, bits) in mutants.native_values(output).items()}


def difference(found, expected):
    expected = mutants.possible_names(found, expected)
    return mutants.difference({name: found[name] for name in expected}, expected)


if __name__ == "__main__":
    SOURCES = sources()
    mutants.main(__doc__, mutant, ours, theirs, count=2000, difference=difference)
