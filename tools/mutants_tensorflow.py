#!/usr/bin/env python3
"""Gives damaged checkpoints of TensorFlow to ltfn-convert and to TensorFlow.

usage: tools/mutants_tensorflow.py LTFN-CONVERT [COUNT] [SEED]        1,000 mutants, seed 1

Mutants are changed bytes of an index or of values, and indexes put together anew, with checksums that fit, around
changed entries: other dtypes, shapes, places and slices, other blocks, packed with snappy, of the other byte order.
ltfn-convert has to end in time, with the status 0, 65, 69 or 70, or 66 when a file is named that is not there, and
where both read a checkpoint, names and bits have to be the same. Exits with 1 when that does not hold; prints how
often both read, one alone refuses, and why ltfn-convert does.
"""

import json
import os
import pathlib
import select
import struct
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutants  # noqa: E402

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/tensorflow"
SOURCES = [("dtypes", 1), ("partitioned", 1), ("shards", 3), ("objects/ckpt-2", 1)]
MARK = 0xDB4775248B80FB57
NUMBERS = [0, 1, 2, 3, 4, 6, 7, 24, 127, 128, 255, 1 << 20, 1 << 31, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]

TABLE = []
for number in range(256):
    for _ in range(8):
        number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
    TABLE.append(number)


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(number):
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def read_varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return number, at
        shift += 7


def block_entries(data):
    (count,) = struct.unpack("<I", data[-4:])
    end, at, key = len(data) - 4 - 4 * count, 0, b""
    while at < end:
        shared, at = read_varint(data, at)
        more, at = read_varint(data, at)
        length, at = read_varint(data, at)
        key = key[:shared] + data[at : at + more]
        at += more
        yield key, data[at : at + length]
        at += length


def table_entries(data):
    _, at = read_varint(data[-48:], 0)
    _, at = read_varint(data[-48:], at)
    offset, at = read_varint(data[-48:], at)
    size, _ = read_varint(data[-48:], at)
    for _, handle in block_entries(data[offset : offset + size]):
        start, at = read_varint(handle, 0)
        size, _ = read_varint(handle, at)
        yield from block_entries(data[start : start + size])


def snappy(draw, data):
    """Literals, and copies of what came before where it repeats."""
    out, at, literal = bytearray(varint(len(data))), 0, bytearray()

    def flush():
        while literal:
            part = literal[:60]
            out.append(len(part) - 1 << 2)
            out.extend(part)
            del literal[:60]

    while at < len(data):
        place = data.rfind(data[at : at + 4], 0, at) if at + 4 <= len(data) else -1
        if place >= 0 and draw.random() < 0.8:
            count = 4
            while count < 11 and at + count < len(data) and data[place + count] == data[at + count]:
                count += 1
            distance = at - place
            flush()
            if distance < 2048 and draw.random() < 0.5:
                out += bytes([1 | count - 4 << 2 | distance >> 8 << 5, distance & 255])
            elif distance < 65536 and draw.random() < 0.7:
                out += bytes([2 | count - 1 << 2]) + struct.pack("<H", distance)
            else:
                out += bytes([3 | count - 1 << 2]) + struct.pack("<I", distance)
            at += count
        else:
            literal.append(data[at])
            at += 1
    flush()
    return bytes(out)


def block(entries, interval):
    out, restarts, last = bytearray(), [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % interval == 0:
            restarts.append(len(out))
        else:
            shared = len(os.path.commonprefix([last, key]))
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    restarts = restarts or [0]
    return bytes(out) + struct.pack(f"<{len(restarts)}I", *restarts) + struct.pack("<I", len(restarts))


def table(draw, entries):
    """A sound table of any blocks, now and then with a handle or a trailer that lies."""
    file, index, left = bytearray(), [], list(entries)
    packs, lies = draw.random() < 0.3, draw.random() < 0.15

    def put(data, packed):
        kind = 0
        if packed:
            data, kind = snappy(draw, data), 1
            if lies and draw.random() < 0.3:
                data = mutants.changed(draw, data)
        if lies and draw.random() < 0.1:
            kind = draw.randrange(4)
        handle = varint(len(file)) + varint(len(data))
        file.extend(data + bytes([kind]) + struct.pack("<I", masked(data + bytes([kind]))))
        return handle

    while left:
        count = draw.choice([1, 2, 5, 1000])
        part, left = left[:count], left[count:]
        data = block(part, draw.choice([1, 2, 16]))
        if lies and draw.random() < 0.2:
            data = mutants.changed(draw, data)
        index.append((part[-1][0], put(data, packs)))
    if lies and index and draw.random() < 0.5:
        place = draw.randrange(len(index))
        handle = draw.choice([index[0][1], varint(len(file)) + varint(20), varint(draw.choice(NUMBERS)) + varint(24)])
        index[place] = (index[place][0], handle)
    footer = put(block([], 1), False) + put(block(index, 1), packs and draw.random() < 0.5)
    return bytes(file + footer.ljust(40, b"\0") + struct.pack("<Q", MARK))


def changed_entry(draw, value):
    from tensorflow.core.protobuf import tensor_bundle_pb2

    entry = tensor_bundle_pb2.BundleEntryProto()
    entry.ParseFromString(value)
    kind = draw.randrange(9)
    signed = [struct.unpack("<q", struct.pack("<Q", number))[0] for number in NUMBERS]
    if kind == 0:
        entry.dtype = draw.choice([*range(0, 36), 101, 107, 200])
    elif kind == 1:
        entry.shard_id = draw.choice([-1, 0, 1, 2, 3, 1 << 30])
    elif kind == 2:
        entry.offset = draw.choice(signed)
    elif kind == 3:
        entry.size = draw.choice(signed)
    elif kind == 4 and entry.shape.dim:
        draw.choice(entry.shape.dim).size = draw.choice(signed)
    elif kind == 5:
        entry.shape.dim.add().size = draw.choice([-1, 0, 1, 1, 1, 2])
    elif kind == 6 and entry.slices:
        extents = draw.choice(entry.slices).extent
        if extents:
            draw.choice(extents).start = draw.choice(signed)
    elif kind == 7 and entry.slices:
        if draw.random() < 0.5:
            del entry.slices[draw.randrange(len(entry.slices))]
        else:
            entry.slices.add().CopyFrom(entry.slices[0])
    elif kind == 8:
        entry.crc32c ^= draw.choice([0, 0, 1])
    else:
        return mutants.changed(draw, value)
    return entry.SerializeToString()


def rebuilt(draw, index):
    entries = list(table_entries(index))
    for _ in range(draw.choice([0, 0, 1, 1, 2])):
        place = draw.randrange(len(entries))
        key, value = entries[place]
        kind = draw.randrange(8)
        if kind == 0:
            value = mutants.changed(draw, value)
        elif kind == 1:
            key = mutants.changed(draw, key)
        elif kind == 2 and place:
            del entries[place]
            continue
        elif kind == 3:
            other = draw.randrange(len(entries))
            entries[place], entries[other] = entries[other], entries[place]
            continue
        elif kind == 4:
            _, value = entries[draw.randrange(len(entries))]
        elif place:
            value = changed_entry(draw, value)
        elif kind == 5:
            value = draw.choice([
                b"\x08\x01\x10\x01\x1a\x02\x08\x01", b"\x08\x03\x1a\x02\x08\x01", b"\x08\x01\x1a\x04\x08\x01\x10\x02",
                b"\x08\x01", b"\x08\x00\x1a\x02\x08\x01", b"\x08\x01\x10\x02\x1a\x02\x08\x01",
            ])  # fmt: skip
        entries[place] = (key, value)
    if draw.random() < 0.85:
        entries = sorted(dict(entries).items())
    return table(draw, entries)


def mutant(draw, folder):
    """Writes a checkpoint called `m`."""
    name, count = draw.choice(SOURCES)
    for number in range(count):
        data = (FIXTURES / f"{name}.data-{number:05}-of-{count:05}").read_bytes()
        if draw.random() < 0.1:
            data = mutants.changed(draw, data)
        (folder / f"m.data-{number:05}-of-{count:05}").write_bytes(data)
    index = (FIXTURES / f"{name}.index").read_bytes()
    kind = draw.randrange(8)
    if kind == 0:
        index = mutants.changed(draw, index)
    elif kind < 7:
        index = rebuilt(draw, index)
    (folder / "m.index").write_bytes(index)
    return folder / "m.index"


def worker():
    """Reads prefixes, and answers with the tensors that TensorFlow reads, or `null`."""
    import numpy as np
    import tensorflow as tf

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        found = {}
        try:
            prefix = line.strip()
            # Names that are no UTF-8 are not given to Python.
            dtypes = tf.train.load_checkpoint(prefix).get_variable_to_dtype_map()
            for name, dtype in dtypes.items():
                # The texts that are no metadata are not looked at by either.
                if dtype in (tf.string, tf.variant, tf.resource):
                    continue
                array = tf.raw_ops.RestoreV2(
                    prefix=prefix, tensor_names=[name], shape_and_slices=[""], dtypes=[dtype]
                )[0].numpy()
                array = np.ascontiguousarray(np.asarray(array)).reshape(np.asarray(array).shape)
                found[name] = [array.dtype.name, list(array.shape), array.tobytes().hex()]
        except Exception:
            found = None
        print(json.dumps(found), file=answers, flush=True)


class TensorFlow:
    """A process that reads checkpoints; a mutant may end it."""

    def __init__(self):
        self.process = None

    def read(self, prefix):
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, os.path.abspath(__file__), "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        try:
            self.process.stdin.write(prefix + "\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], 120)
            line = self.process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        self.process.kill()
        self.process.wait()
        self.process = None
        return None


def ours(program, path, folder):
    import numpy as np

    target = folder / "m.npz"
    conversion = mutants.Conversion(program, path, target, "--allow-loss", "all")
    if conversion.status:
        return conversion, None
    with np.load(target) as file:
        arrays = {name: file[name] for name in file.files}
    return conversion, {name: [list(a.shape), a.tobytes().hex()] for name, a in arrays.items()}


def difference(found, expected):
    known = {name: entry[1:] for name, entry in expected.items() if possible(name)}
    return mutants.difference({name: found[name] for name in found if name in known}, known)


def possible(name):
    """Whether a variable can be called so; others get names of their own."""
    if "\0" in name or any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name):
        return False
    return 0 < len(name.encode()) <= 1024


if __name__ == "__main__":
    if sys.argv[1:] == ["--worker"]:
        worker()
    else:
        reader = TensorFlow()
        mutants.main(
            __doc__, mutant, ours, lambda path: reader.read(path.removesuffix(".index")), difference=difference,
            statuses=(0, 65, 66, 69, 70),
        )  # fmt: skip
