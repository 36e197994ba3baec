#!/usr/bin/env python3
"""Compares ltfn-convert with the gguf package on files that were damaged.

usage: tools/mutants_gguf.py LTFN-CONVERT [COUNT] [SEED]        2,000 mutants, seed 1

Bytes of small files are changed, removed and doubled, and the numbers in their headers replaced: counts, lengths,
types, axes, offsets, the alignment. No mutant may end the program by a signal or keep it busy for 20 seconds; what
both read has to have the same bits. Prints how many both read, we alone refuse and they alone refuse, and the
reasons of what we alone refuse. Exits with 1 on a difference.
"""

import collections
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import warnings

import gguf

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import interop_gguf
import ltfn_decode

warnings.filterwarnings("ignore")
NUMBERS = [0, 1, 2, 3, 4, 8, 9, 13, 31, 32, 33, 64, 255, 256, 257, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1,
           1 << 32, 1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]


def sources(rng, folder):
    """Small files of every kind."""
    found = []
    for number in range(24):
        path = os.path.join(folder, "source.gguf")
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


def byte_level(rng, data):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        choice, place = rng.randrange(6), rng.randrange(len(data) + 1)
        place = rng.choice([place, place % (len(data) // 4 + 1)])
        if choice == 0 and place < len(data):
            data[place] ^= 1 << rng.randrange(8)
        elif choice == 1 and place < len(data):
            data[place] = rng.randrange(256)
        elif choice == 2:
            data[place:place] = bytes(rng.randrange(256) for _ in range(rng.choice([1, 8, 32])))
        elif choice == 3:
            del data[place:place + rng.choice([1, 8, 32])]
        elif choice == 4:
            end = place + rng.randrange(64)
            data[place:place] = data[place:end]
        elif rng.random() < 0.3:
            del data[rng.randrange(len(data) + 1):]
    return bytes(data)


def theirs(path):
    """What gguf reads: names, shapes and bits; None when it refuses."""
    try:
        found = {}
        for tensor in gguf.GGUFReader(path).tensors:
            data = tensor.data.tobytes()
            if len(data) != tensor.n_bytes:
                return None
            found[tensor.name] = data
        return found
    except Exception:
        return None


def ours(program, path, output):
    """Names and bits, or the reason of the refusal."""
    result = subprocess.run([program, path, "-o", output, "--force", "--from", "gguf", "--allow-loss", "all"],
                            capture_output=True, text=True, errors="replace", timeout=20)
    if result.returncode < 0 or result.returncode >= 128:
        raise AssertionError("the program ended with %d: %s" % (result.returncode, result.stderr[-500:]))
    if result.returncode:
        return result.stderr.strip().split("\n")[-1]
    with open(output, "rb") as file:
        reader = ltfn_decode.Reader(file.read())
    variables = {v.name: v for v in reader.index.variables}
    return {name: b"".join(reader.pieces(variables[getattr(v, "tied_to", None) or name]))
            for name, v in variables.items()}


def check(program, count=2000, seed=1):
    rng = random.Random(seed)
    counts, reasons, failures = collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        files = sources(rng, folder)
        path, output = os.path.join(folder, "m.gguf"), os.path.join(folder, "m.ltfn")
        for number in range(count):
            whole = rng.choice(files)
            data = structural(rng, whole) if rng.random() < 0.6 else byte_level(rng, whole)
            with open(path, "wb") as file:
                file.write(data or b"G")
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
                    reasons[re.sub(r'"[^"]*"|[0-9]+|\[[^\]]*\]|^.*?m\.gguf: ', "#", here)[:100]] += 1
                else:
                    counts["both refuse"] += 1
            except (AssertionError, subprocess.TimeoutExpired, ltfn_decode.LtfnError) as error:
                failures += 1
                kept = os.path.join(tempfile.gettempdir(), "mutant-%d-%d.gguf" % (seed, number))
                with open(kept, "wb") as file:
                    file.write(data)
                print("mutant %d (%s): %s" % (number, kept, error))
    print("gguf: %d mutants: %s" % (count, ", ".join("%d %s" % (n, kind) for kind, n in counts.most_common())))
    for reason, n in reasons.most_common():
        print("  we alone refuse %d: %s" % (n, reason))
    return failures


def main():
    if len(sys.argv) < 2 or len(sys.argv) > 4:
        sys.exit(__doc__)
    sys.exit(1 if check(sys.argv[1], *(int(argument) for argument in sys.argv[2:])) else 0)


if __name__ == "__main__":
    main()
