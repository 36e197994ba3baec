"""Builds .ltfn files for tests, valid ones and wrong ones, from Spec/ltfn-format.md alone.

Codecs are written word by word with plain integers, to check the vectorized ltfn_codecs.py. The
files may use what no writer chooses: any codec for any dtype, retired regions, odd chunk orders.
"""

import hashlib
import struct
import zlib

from ltfn_codecs import DTYPES, crc32c
from ltfn_digest import ValueHash
from ltfn_index import END_MAGIC, INDEX_MAGIC, MAGIC

NUMBERS = {dtype.name: number for number, dtype in DTYPES.items()}
RAW, CONSTANT, PLANES, INITIAL, RESIDUAL, BASE, BASE_RESIDUAL, REFERENCE = range(8)


# Codecs

def to_words(data, size):
    return [int.from_bytes(data[at:at + size], "little") for at in range(0, len(data), size)]


def deflated(data):
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


def packed(plane, mode=None):
    """(head, body) of a plane; without a mode the smallest."""
    bodies = {0: plane, 2: deflated(plane)}
    if len(set(plane)) == 1:
        bodies[1] = plane[:1]
    if len(bodies[2]) >= len(plane):
        del bodies[2]
    if mode not in bodies:
        mode = min(bodies, key=lambda m: len(bodies[m]))
    return struct.pack("<I", mode << 30 | len(bodies[mode])), bodies[mode]


def zigzag(x, bits):
    """The shift, exclusive-or and arithmetic shift that integers and residuals share."""
    return (x << 1 ^ (-1 if x >> bits - 1 else 0)) & (1 << bits) - 1


def plane_word(x, dtype):
    bits = 8 * dtype.word
    if dtype.planes == "rotate":
        return (x << 1 | x >> bits - 1) & (1 << bits) - 1
    if dtype.planes == "zigzag":
        return zigzag(x, bits)
    if dtype.planes == "split":
        exponent, sign, mantissa = x >> 52 & 2047, x >> 63, x & (1 << 52) - 1
        return (exponent & 255) << 56 | exponent >> 8 << 53 | sign << 52 | mantissa
    return x


def planes(data, dtype, mode=None):
    words = [plane_word(x, dtype) for x in to_words(data, dtype.word)]
    parts = [packed(bytes(y >> 8 * k & 255 for y in words), mode)
             for k in range(dtype.word - 1, -1, -1)]
    return b"".join(head for head, _ in parts) + b"".join(body for _, body in parts)


def order(x, dtype):
    if dtype.order == "as is":
        return x
    top = 1 << 8 * dtype.word - 1
    return x ^ 2 * top - 1 if x & top else x | top


def scale(a, dtype):
    if dtype.name == "f16":
        return a >> 10 & 31
    if dtype.name == "bf16":
        return min(a >> 7 & 255, 191)
    if dtype.name in ("f32", "c64"):
        return min(a >> 23 & 255, 191)
    if dtype.name in ("f64", "c128"):
        return max(0, min((a >> 52 & 2047) - 896, 191))
    return 0


def residual(data, original, dtype, mode=None):
    bits, symbols, tails, count = 8 * dtype.word, bytearray(), 0, 0
    for x, a in zip(to_words(data, dtype.word), to_words(original, dtype.word)):
        z = zigzag((order(x, dtype) - order(a, dtype)) & (1 << bits) - 1, bits)
        length = z.bit_length()
        symbols.append(length + scale(a, dtype) if length else 0)
        if length >= 2:
            tails |= (z & (1 << length - 1) - 1) << count
            count += length - 1
    head, body = packed(bytes(symbols), mode)
    return head + body + tails.to_bytes((count + 7) // 8, "little")


# Records

def string(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(pair):
    """A metadata value given as (type, value)."""
    kind, what = pair
    forms = {"bool": (1, "<B"), "i64": (2, "<q"), "u64": (3, "<Q"), "f64": (4, "<d")}
    if kind in forms:
        return bytes([forms[kind][0]]) + struct.pack(forms[kind][1], what)
    if kind in ("string", "bytes"):
        return bytes([5 if kind == "string" else 6]) + string(what)
    if kind == "list":
        return b"\7" + struct.pack("<Q", len(what)) + b"".join(value(v) for v in what)
    return b"\10" + metadata(what)


def metadata(entries):
    """A map, its keys sorted."""
    pairs = sorted(entries.items(), key=lambda pair: pair[0].encode())
    return struct.pack("<Q", len(pairs)) + b"".join(string(k) + value(v) for k, v in pairs)


def initializer(kind, parameters=b"", seed=0, stream=0, fans=None, digest=None, version=1):
    presence = (fans is not None) | (digest is not None) << 1
    result = bytes([kind, presence]) + parameters + struct.pack("<QQ", seed, stream)
    if fans is not None:
        result += struct.pack("<QQ", *fans)
    return result + (struct.pack("<I", version) + digest if digest is not None else b"")


class Variable:
    """A record and the chunks of its values: (codec, stored bytes, base or chunk number)."""

    def __init__(self, name, dtype, shape, values=b"", chunks=(), exponent=20, storage=0, base=0,
                 initializer=b"", metadata=b"", target=None, digest=None):
        self.name, self.chunks = name, list(chunks)
        presence = bool(initializer) | bool(metadata) << 1 | (target is not None) << 2
        raw = name if isinstance(name, bytes) else name.encode()
        what = struct.pack("<Q", target) if target is not None else (
            digest or ValueHash(values).digest())
        self.described = (
            struct.pack("<H", len(raw)) + raw
            + bytes([dtype if isinstance(dtype, int) else NUMBERS[dtype], len(shape)])
            + struct.pack("<%dQ" % len(shape), *shape) + bytes([presence])
            + what + initializer + metadata)
        self.stored = {0: bytes([0, exponent]), 2: b"\2" + struct.pack("<H", base)}.get(
            storage, bytes([storage]))
        if target is not None:
            self.stored = b""


# Files

def header(minor=0):
    result = MAGIC + struct.pack("<HH", 1, minor) + bytes(48)
    return result + struct.pack("<I", crc32c(result))


def footer(index, offset, required, optional=0, minor=0, major=1):
    result = struct.pack("<QQQQQIHHI", offset, len(index), offset + len(index) + 64, required,
                         optional, crc32c(index), major, minor, 0)
    return result + struct.pack("<I", crc32c(result)) + END_MAGIC


def index(variables, table, metadata=bytes(8), graph=b"", bases=(), retired=b""):
    described = b"".join(v.described for v in variables)
    count = struct.pack("<Q", len(variables))
    digest = hashlib.sha256(
        b"ltfn content 1\0\0" + string(metadata) + string(graph) + count + described).digest()
    records = b"".join(v.described + v.stored for v in variables)
    return (INDEX_MAGIC + digest + count + struct.pack(
        "<QQQQII", len(table) // 24, len(metadata), len(graph), len(records), len(bases),
        len(retired) // 24) + metadata + graph + b"".join(bases) + retired + records + table)


def chunk_record(codec, stored, offset, base=0, reserved=0):
    crc = crc32c(stored) if stored else 0
    return struct.pack("<BBHIQQ", codec, reserved, base, crc, offset, len(stored))


def build(variables, metadata=bytes(8), graph=b"", bases=(), required=0, optional=0, minor=0,
          before=b"", retired=b""):
    """A file of variables in the given order. `before` (at least a header) goes first."""
    body, table = bytearray(before or header(minor)), b""
    for variable in variables:
        for codec, stored, number in variable.chunks:
            if codec == RAW:
                body += bytes(-len(body) % 64)
            offset = number if codec == REFERENCE else len(body) if stored else 0
            base = number if codec in (BASE, BASE_RESIDUAL) else 0
            table += chunk_record(codec, stored, offset, base)
            body += stored
    whole = index(variables, table, metadata, graph, bases, retired)
    return bytes(body) + whole + footer(whole, len(body), required, optional, minor)


def appended(old, variables, dropped=(), **options):
    """A file made of `old`, all of whose chunks are kept or in `dropped`, and more variables."""
    offset, size = struct.unpack("<QQ", old[-64:-48])
    regions = list(dropped) + [(offset, size, 1), (len(old) - 64, 64, 2)]
    retired = b"".join(struct.pack("<QQII", at, count, crc32c(old[at:at + count]), kind)
                       for at, count, kind in sorted(regions))
    return build(variables, before=old, retired=retired, **options)


def sealed(data):
    """The same file with the content digest and the checksums of index and footer made right.

    None if the index is too damaged to find what the digest covers.
    """
    data = bytearray(data)
    start, size = struct.unpack("<QQ", data[-64:-48])
    data[-24:-20] = struct.pack("<I", crc32c(data[start:start + size]))
    data[-12:-8] = struct.pack("<I", crc32c(data[-64:-12]))
    return bytes(data)
