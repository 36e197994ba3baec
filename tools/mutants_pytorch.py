#!/usr/bin/env python3
"""Gives damaged files of PyTorch to ltfn-convert and to torch.load(weights_only=True).

usage: tools/mutants_pytorch.py LTFN-CONVERT [COUNT] [SEED]        1,000 mutants, seed 1

Mutants are changed bytes of whole files, and archives and legacy files put together anew around a changed pickle,
so that checksums and lengths still fit. ltfn-convert has to end in time, with the status 0, 65, 69 or 70, and
where both read a file, names and bits have to be the same. Exits with 1 when that does not hold; prints how often
both read, one alone refuses, and why ltfn-convert does.
"""

import collections
import io
import os
import pickle
import pickletools
import random
import sys
import warnings
import zipfile
from urllib.parse import unquote

import torch
from safetensors import safe_open

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutants  # noqa: E402
from interop_pytorch import bits, flat, random_tensor  # noqa: E402

warnings.filterwarnings("ignore")
WORDS = [b"\x80\x02", b"}", b"]", b"(", b"t", b"R", b"b", b"Q", b"u", b"s", b"e", b"a", b".", b"N", b"\x85", b"\x86", b"h\x00",
         b"h\x01", b"q\x00", b"K\x00", b"K\x01", b"K\xff", b"J\xff\xff\xff\xff", b"M\xff\xff", b"\x8a\x01\xff",
         b"X\x01\x00\x00\x00a", b"ctorch\nFloatStorage\n", b"ctorch\nLongStorage\n", b"ccollections\nOrderedDict\n",
         b"ctorch._utils\n_rebuild_tensor_v2\n", b"cos\nsystem\n", b"0", b"1", b"2", b"cuda", b"cpu"]


def sources():
    """Small models, and whether each is in the form from before 1.6."""
    rng, files = random.Random(1), []
    for legacy in False, True:
        for kind in range(4):
            a = random_tensor(rng, torch.float32, (2, 3))
            model = [
                {"w": a}, collections.OrderedDict(a=a, b=a, c=a.t(), d=a[1:]),
                {"model": {"x": random_tensor(rng, torch.int64, (2,)), "y": [a, a]}, "epoch": 3, "lr": 0.5},
                a][kind]
            out = io.BytesIO()
            torch.save(model, out, _use_new_zipfile_serialization=not legacy)
            files.append((out.getvalue(), legacy))
    return files


def changed(rng, data):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data)) if data else 0
        kind = rng.randrange(6)
        if kind == 0 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and data:
            data[at] = rng.randrange(256)
        elif kind == 2:
            data[at:at + rng.randrange(1, 9)] = b""
        elif kind == 3:
            data[at:at] = rng.choice(WORDS)
        elif kind == 4:
            word = rng.choice(WORDS)
            data[at:at + len(word)] = word
        else:
            end = min(len(data), at + rng.randrange(1, 33))
            target = rng.randrange(len(data) + 1)
            data[target:target] = data[at:end]
    return bytes(data)


def retold(rng, data):
    """A pickle of which one instruction is changed, left out, doubled or moved."""
    ops = [(op, arg, at) for op, arg, at in pickletools.genops(data)]
    ends = [at for _, _, at in ops[1:]] + [len(data)]
    codes = [data[at:end] for (_, _, at), end in zip(ops, ends)]
    at = rng.randrange(1, len(codes) - 1)
    kind = rng.randrange(6)
    if kind < 3 and ops[at][0].name in ("BININT1", "BININT2", "BININT", "LONG1"):
        codes[at] = pickle.dumps(rng.choice([0, 1, 2, 3, 5, 6, 7, 24, 255, 1 << 31, 1 << 62, -1]), 2)[2:-1]
    elif kind < 3 and ops[at][0].name in ("BINUNICODE", "GLOBAL", "BINGET", "BINPUT"):
        same = [k for k, op in enumerate(ops) if op[0].name == ops[at][0].name]
        codes[at] = codes[rng.choice(same)]
    elif kind == 3:
        del codes[at]
    elif kind == 4:
        codes.insert(at, codes[at])
    else:
        other = rng.randrange(1, len(codes) - 1)
        codes[at], codes[other] = codes[other], codes[at]
    return b"".join(codes)


def rebuilt(rng, whole):
    """The same archive around a changed pickle, or a changed length of a storage."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(out, "w") as sink:
        for member in source.infolist():
            data = source.read(member)
            if member.filename.endswith("/data.pkl"):
                data = retold(rng, data) if rng.randrange(4) else changed(rng, data)
            elif "/data/" in member.filename and rng.randrange(8) == 0:
                data = data[:rng.randrange(len(data) + 1)] + bytes(rng.randrange(9))
            elif member.filename.endswith("/byteorder") and rng.randrange(8) == 0:
                data = rng.choice([b"big", b"little", b"middle"])
            sink.writestr(zipfile.ZipInfo(member.filename), data)
    return out.getvalue()


def mutant(rng, folder):
    whole, legacy = rng.choice(SOURCES)
    data = rebuilt(rng, whole) if not legacy and rng.randrange(4) else changed(rng, whole)
    (folder / "m.pt").write_bytes(data)
    return folder / "m.pt"


def has_names(value):
    """Whether every key on the way to a tensor is a word or a number: a tensor as a key has no name to compare."""
    if isinstance(value, dict):
        return all(not isinstance(key, torch.Tensor) and has_names(inner) for key, inner in value.items())
    return all(map(has_names, value)) if isinstance(value, (list, tuple)) else True


def theirs(path):
    """The tensors that PyTorch reads; None when it refuses; {} without names."""
    def read():
        model = torch.load(path, weights_only=True, map_location="cpu")
        found = dict(flat(model)) if has_names(model) else {}
        return {name: described(tensor) for name, tensor in found.items()}

    return mutants.in_child(read)


def described(tensor):
    return [str(tensor.dtype), tuple(tensor.shape), bits(tensor).hex()]


def ours(program, path, folder):
    target = folder / "m.safetensors"
    conversion = mutants.Conversion(program, path, target, "--allow-loss", "tie,name")
    if conversion.status:
        return conversion, None
    with safe_open(target, framework="pt") as file:
        return conversion, {name: described(file.get_tensor(name)) for name in file.keys()}


def difference(found, expected):
    # A tensor that is a key has no name to compare. Control characters in names are spelled, which the option allows.
    if expected == {} or {unquote(name): value for name, value in found.items()} == expected:
        return None
    return mutants.difference(found, expected)


if __name__ == "__main__":
    torch.set_num_threads(1)
    SOURCES = sources()
    mutants.main(__doc__, mutant, ours, theirs, difference=difference)
