#!/usr/bin/env python3
"""Gives damaged files of HDF5 to ltfn-convert and to h5py.

usage: tools/mutants_hdf5.py LTFN-CONVERT [COUNT] [SEED]        1,000 mutants, seed 1

Mutants are changed bytes and numbers of small files, old and new; addresses are replaced by others of the same file,
and checksums of structures made to fit again. ltfn-convert has to end in time, with the status 0, 65, 69 or 70, and
where both read a file, names and bits have to be the same. Exits with 1 when that does not hold; prints how often
both read, one alone refuses, and why ltfn-convert does.
"""

import io
import os
import resource
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutants  # noqa: E402


def lookup3(data):
    """The checksum of structures."""
    mask = 0xFFFFFFFF

    def rot(x, k):
        return (x << k | x >> (32 - k)) & mask

    a = b = c = (0xDEADBEEF + len(data)) & mask
    position = 0
    while len(data) - position > 12:
        a = (a + int.from_bytes(data[position:position + 4], "little")) & mask
        b = (b + int.from_bytes(data[position + 4:position + 8], "little")) & mask
        c = (c + int.from_bytes(data[position + 8:position + 12], "little")) & mask
        for count, order in ((4, "acb"), (6, "bac"), (8, "cba"), (16, "acb"), (19, "bac"), (4, "cba")):
            words = {"a": a, "b": b, "c": c}
            x, y, z = order
            words[x] = ((words[x] - words[y]) & mask) ^ rot(words[y], count)
            words[y] = (words[y] + words[z]) & mask
            a, b, c = words["a"], words["b"], words["c"]
        position += 12
    rest = bytes(data[position:]) + bytes(12)
    if position < len(data):
        a = (a + int.from_bytes(rest[0:4], "little")) & mask
        b = (b + int.from_bytes(rest[4:8], "little")) & mask
        c = (c + int.from_bytes(rest[8:12], "little")) & mask
        c = ((c ^ b) - rot(b, 14)) & mask
        a = ((a ^ c) - rot(c, 11)) & mask
        b = ((b ^ a) - rot(a, 25)) & mask
        c = ((c ^ b) - rot(b, 16)) & mask
        a = ((a ^ c) - rot(c, 4)) & mask
        b = ((b ^ a) - rot(a, 14)) & mask
        c = ((c ^ b) - rot(b, 24)) & mask
    return c


def structures(data):
    """Ranges with a checksum after them: found by trying, in a sound file."""
    found = []
    for signature in (b"OHDR", b"OCHK", b"BTHD", b"BTLF", b"BTIN", b"FRHP", b"FHIB", b"FAHD", b"FADB", b"EAHD",
                      b"EAIB", b"EASB", b"EADB", b"\x89HDF"):
        start = data.find(signature)
        while start >= 0:
            for end in range(start + 8, min(len(data) - 3, start + 3000)):
                if lookup3(data[start:end]) == int.from_bytes(data[end:end + 4], "little"):
                    found.append((start, end))
                    break
            start = data.find(signature, start + 1)
    return found


def sources():
    """Small files, old and new, and where each has structures with a checksum."""
    files = []
    values = np.arange(12, dtype="f4")
    for low, high in (("earliest", "v108"), ("latest", "latest")):
        for kind in range(6):
            out = io.BytesIO()
            with h5py.File(out, "w", libver=(low, high)) as file:
                if kind == 0:
                    file["a"] = values
                    file["g/b"] = values[:3].astype(">i2")
                    file["t"] = file["a"]
                elif kind == 1:
                    file.create_dataset("c", data=values, chunks=(5,), compression="gzip", shuffle=True)
                elif kind == 2:
                    file.create_dataset("c", data=values.reshape(3, 4), chunks=(2, 3), maxshape=(None, 4),
                                        fletcher32=True)
                elif kind == 3:
                    for number in range(12):
                        file["m%d" % number] = np.uint8(number)
                elif kind == 4:
                    file.attrs["k"] = "text"
                    file["a"] = values
                    file["a"].attrs["n"] = 3
                    file["s"] = "word"
                else:
                    file.create_dataset("c", data=values.reshape(3, 4), chunks=(1, 1), maxshape=(None, None))
                    file.create_dataset("u", shape=(3,), dtype="i4", fillvalue=7)
            data = out.getvalue()
            files.append((data, structures(data) if low == "latest" else []))
    return files


EDGES = [0, 1, 2, 3, 8, 0x7F, 0xFF, 0xFFFF, 1 << 31, (1 << 32) - 1, 1 << 62, 1 << 63, (1 << 64) - 1]


def mutant(rng, folder):
    whole, ranges = rng.choice(SOURCES)
    data = bytearray(whole)
    for _ in range(rng.randrange(1, 3)):
        at = rng.randrange(len(whole))
        if ranges and rng.randrange(4):
            start, end = rng.choice(ranges)
            at = rng.randrange(start + 4, end)
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.randrange(256)
        elif kind == 2:
            width = rng.choice([1, 2, 4, 8])
            value = (rng.choice(EDGES) + rng.randrange(3) - 1) % (1 << 8 * width)
            data[at:at + width] = value.to_bytes(width, "little")
        elif kind == 3:
            at -= at % 8
            other = rng.randrange(0, len(data) - 8, 8)
            data[at:at + 8] = data[other:other + 8]
        elif kind == 4:
            data[at - at % 8:at - at % 8 + 8] = rng.randrange(0, len(data), 8).to_bytes(8, "little")
        else:
            count = rng.choice([-1, 1])
            data[at] = (data[at] + count) % 256
    data = data[:len(whole)]
    for start, end in ranges:
        if data[start:end] != whole[start:end]:
            data[end:end + 4] = lookup3(data[start:end]).to_bytes(4, "little")
    (folder / "m.h5").write_bytes(data)
    return folder / "m.h5"


def content(path):
    """Names, shapes and bits of the arrays in a file, by h5py."""
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    found = {}
    open_now = []

    def walk(group, way):
        if len(open_now) > 50:
            raise ValueError("too deep")
        open_now.append(group)
        for name in group:
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise ValueError("a link elsewhere")
            value, place = group[name], way + name
            if isinstance(value, h5py.Group):
                walk(value, place + "/")
            elif isinstance(value, h5py.Dataset) and value.shape is not None:
                if value.nbytes > 1 << 20:
                    raise ValueError("too long")
                if value.dtype.kind in "biufcV":
                    array = np.asarray(value[()])
                    if array.dtype.byteorder == ">":
                        array = array.astype(array.dtype.newbyteorder("<"))
                    found[place] = [tuple(array.shape), np.ascontiguousarray(array).tobytes().hex()]
        open_now.pop()

    with h5py.File(path) as file:
        list(file.attrs.items())
        walk(file, "")
    return found


def theirs(path):
    return mutants.in_child(lambda: content(path))


def ours(program, path, folder):
    target = folder / "m.npz"
    conversion = mutants.Conversion(program, path, target, "--allow-loss", "all")
    if conversion.status:
        return conversion, None
    with np.load(target) as archive:
        return conversion, {name: [tuple(archive[name].shape), archive[name].tobytes().hex()]
                            for name in archive.files}


if __name__ == "__main__":
    SOURCES = sources()
    mutants.main(__doc__, mutant, ours, theirs)
