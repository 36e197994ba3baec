"""Checksums and codecs of the .ltfn format, written from Spec/ltfn-format.md alone.

A second implementation with the standard library and NumPy, to check the first one. ltfn_decode.py
uses it.
"""

import zlib

import numpy as np

# Words that one step of a residual works on: bounds its memory.
PIECE = 1 << 20


class LtfnError(Exception):
    """What is wrong with a file: the error's name, the rule that is broken, where (or None)."""

    def __init__(self, code, rule, offset, message):
        super().__init__(code, rule, offset, message)
        self.code, self.rule, self.offset, self.message = code, rule, offset, message

    def __str__(self):
        place = "" if self.offset is None else " at byte %d" % self.offset
        return "%s (LTFN-%s)%s: %s" % (self.code, self.rule, place, self.message)


class Dtype:
    """One row of the tables of dtypes: bits per element, bytes per word, the tables' families."""

    def __init__(self, name, bits, word, planes="as is", order="as is", scale="none"):
        self.name, self.bits, self.word = name, bits, word
        self.planes, self.order, self.scale = planes, order, scale
        self.unit = {2: 1, 4: 1, 6: 3}.get(bits, bits // 8)

    def byte_count(self, elements):
        return (elements * self.bits + 7) // 8


def _dtypes():
    def floating(name, bits, scale):
        word = 8 if scale == "wide" else min(bits // 8, 4)
        planes = "split" if scale == "wide" else "rotate"
        return Dtype(name, bits, word, planes, "complement", scale)

    def signed(bits):
        return Dtype("i%d" % bits, bits, bits // 8, "zigzag")

    bytes_ = [Dtype(n, 8, 1) for n in
              ("f8e4m3fn", "f8e4m3fnuz", "f8e5m2", "f8e5m2fnuz", "f8e8m0")]
    narrow = [Dtype("f6e2m3", 6, 1), Dtype("f6e3m2", 6, 1), Dtype("f4e2m1", 4, 1)]
    opaque = [Dtype("bits%d" % b, b, min(b // 8, 8)) for b in (8, 16, 32, 64, 128)]
    rows = [
        Dtype("bool", 8, 1), Dtype("i2", 2, 1), Dtype("i4", 4, 1), Dtype("i8", 8, 1),
        signed(16), signed(32), signed(64),
        Dtype("u2", 2, 1), Dtype("u4", 4, 1), Dtype("u8", 8, 1),
        Dtype("u16", 16, 2), Dtype("u32", 32, 4), Dtype("u64", 64, 8),
        floating("f16", 16, "half"), floating("bf16", 16, "single"),
        floating("f32", 32, "single"), floating("f64", 64, "wide"),
        floating("c64", 64, "single"), floating("c128", 128, "wide"),
    ] + bytes_ + narrow + opaque
    return {number: row for number, row in enumerate(rows, 1)}


DTYPES = _dtypes()


# CRC-32C

def _crc_tables():
    """`[4, 256]`: what a byte does to the register, followed by 0 to 3 bytes of zero."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = table >> np.uint32(1) ^ np.uint32(0x82F63B78) * (table & np.uint32(1))
    tables = [table]
    for _ in range(3):
        tables.append(table[tables[-1] & np.uint32(255)] ^ tables[-1] >> np.uint32(8))
    return np.array(tables)


CRC = _crc_tables()
CRC_BYTES = CRC[0].tolist()
LANE = 1024


def _map(tables, registers):
    """A linear map of 32-bit registers, given by a table for each of their bytes, lowest first."""
    low = np.uint32(255)
    return (tables[0][registers & low] ^ tables[1][registers >> np.uint32(8) & low]
            ^ tables[2][registers >> np.uint32(16) & low] ^ tables[3][registers >> np.uint32(24)])


def _after_zeros():
    """Tables of the maps that 1024, 2048, 4096 … bytes of zero are, one after another."""
    tables = CRC[::-1]
    for _ in range(8):
        tables = np.array([_map(tables, t) for t in tables])
    while True:
        yield tables
        tables = np.array([_map(tables, t) for t in tables])


def _crc_lanes(data):
    """The register after a multiple of 1024 bytes, from zero: lanes side by side, then joined."""
    words = np.frombuffer(data, "<u4").reshape(-1, LANE // 4).T.astype(np.uint32)
    lanes = np.zeros(words.shape[1], np.uint32)
    for row in words:
        lanes = _map(CRC[::-1], lanes ^ row)
    for tables in _after_zeros():
        if len(lanes) == 1:
            return int(lanes[0])
        if len(lanes) % 2:
            lanes = np.concatenate([np.zeros(1, np.uint32), lanes])
        lanes = _map(tables, lanes[0::2]) ^ lanes[1::2]


def crc32c(data):
    """CRC-32C of bytes; "123456789" gives E3069283."""
    data = bytes(data)
    register, start = 0xFFFFFFFF, 0
    if len(data) >= 2 * LANE:
        start = len(data) - len(data) % LANE
        first = int.from_bytes(data[:4], "little") ^ register
        register = _crc_lanes(first.to_bytes(4, "little") + data[4:start])
    for byte in data[start:]:
        register = CRC_BYTES[(register ^ byte) & 255] ^ register >> 8
    return register ^ 0xFFFFFFFF


# Planes

def _check_head(head, n, offset):
    mode, count = head >> 30, head & 0x3FFFFFFF
    allowed = {0: count == n, 1: count == 1, 2: 1 <= count < n}
    if not allowed.get(mode, False):
        raise LtfnError("corrupt", "C2", offset, "a plane of %d bytes has mode %d and %d bytes"
                        % (n, mode, count))
    return mode, count


def _inflate(body, n, offset):
    stream = zlib.decompressobj(-15)
    try:
        result = stream.decompress(body, n + 1)
    except zlib.error as error:
        raise LtfnError("corrupt", "C3", offset, str(error)) from None
    if not stream.eof or stream.unused_data or len(result) != n:
        raise LtfnError("corrupt", "C3", offset, "a deflate stream does not end with its plane")
    return result


def _plane(mode, body, n, offset):
    """`[n]` bytes of a packed plane."""
    if mode == 1:
        return np.full(n, body[0], np.uint8)
    return np.frombuffer(body if mode == 0 else _inflate(body, n, offset), np.uint8)


def _heads(stored, planes, n, offset):
    if len(stored) < 4 * planes:
        raise LtfnError("corrupt", "C4", offset, "the stored bytes end within the heads")
    words = np.frombuffer(stored, "<u4", planes).tolist()
    return [_check_head(head, n, offset + 4 * k) for k, head in enumerate(words)]


def _words(data, size):
    """Little-endian words of 1, 2, 4 or 8 bytes, in the machine's order."""
    return np.frombuffer(data, "<u%d" % size).astype("=u%d" % size)


def _bytes(words):
    return words.astype(words.dtype.newbyteorder("<"), copy=False).tobytes()


def _from_planes_word(y, family):
    """The x that a word y of planes stands for."""
    of, top = y.dtype.type, 8 * y.itemsize - 1
    if family == "rotate":
        return y >> of(1) | y << of(top)
    if family == "zigzag":
        return y >> of(1) ^ (of(0) - (y & of(1)))
    if family == "split":
        exponent = y >> of(56) | (y >> of(53) & of(7)) << of(8)
        sign = y >> of(52) & of(1)
        return sign << of(63) | exponent << of(52) | y & of((1 << 52) - 1)
    return y


def decode_planes(stored, decoded_count, dtype, offset):
    """What a chunk of codec 2 decodes to. `offset` is that of the chunk in the file."""
    n = decoded_count // dtype.word
    heads = _heads(stored, dtype.word, n, offset)
    at = 4 * dtype.word
    if at + sum(count for _, count in heads) != len(stored):
        raise LtfnError("corrupt", "C4", offset, "the planes do not fill the stored bytes")
    y = np.empty((n, dtype.word), np.uint8)
    for k, (mode, count) in enumerate(heads):
        y[:, dtype.word - 1 - k] = _plane(mode, stored[at:at + count], n, offset + at)
        at += count
    return _bytes(_from_planes_word(_words(y.tobytes(), dtype.word), dtype.planes))


# Residuals

def _order(x, family):
    if family == "as is":
        return x
    top = x.dtype.type(1 << 8 * x.itemsize - 1)
    return np.where(x & top, ~x, x | top)


def _unorder(o, family):
    if family == "as is":
        return o
    top = o.dtype.type(1 << 8 * o.itemsize - 1)
    return np.where(o & top, o ^ top, ~o)


def _scale(a, dtype):
    of = a.dtype.type
    if dtype.scale == "half":
        return (a >> of(10) & of(31)).astype(np.int64)
    if dtype.scale == "single":
        mantissa = 8 * a.itemsize - 9
        return np.minimum((a >> of(mantissa) & of(255)).astype(np.int64), 191)
    if dtype.scale == "wide":
        return np.clip((a >> of(52) & of(2047)).astype(np.int64) - 896, 0, 191)
    return np.zeros(a.shape, np.int64)


def _lengths(symbols, a, dtype, offset):
    """L of each word (C6), one byte each."""
    lengths = symbols.astype(np.int64) - _scale(a, dtype)
    bad = (lengths < 1) | (lengths > 8 * a.itemsize)
    if (bad & (symbols != 0)).any():
        raise LtfnError("corrupt", "C6", offset, "a symbol stands for no length")
    return np.where(symbols == 0, 0, lengths).astype(np.uint8)


def _fields(padded, positions, widths):
    """Bit fields of 0 to 63 bits at bit positions; `padded` has 9 bytes more than they need."""
    loads = np.ndarray(len(padded) - 8, "<u8", padded, strides=(1,))
    at, shift = positions >> 3, (positions & 7).astype(np.uint64)
    ninth = np.frombuffer(padded, np.uint8)[at + 8].astype(np.uint64)
    # A shift by 64 has no meaning, so the ninth byte moves in two steps.
    bits = loads[at] >> shift | ninth << (np.uint64(63) - shift) << np.uint64(1)
    return bits & ((np.uint64(1) << widths.astype(np.uint64)) - np.uint64(1))


def _changed(a, lengths, bit, tails, dtype):
    """Words a changed by residuals of these lengths, whose tails begin at this bit; the next bit."""
    widths = np.maximum(lengths.astype(np.int64) - 1, 0)
    ends = bit + np.cumsum(widths)
    z = _fields(tails, ends - widths, widths)
    z |= np.where(lengths > 0, np.uint64(1) << widths.astype(np.uint64), np.uint64(0))
    of = a.dtype.type
    z = z.astype(a.dtype)
    d = z >> of(1) ^ (of(0) - (z & of(1)))
    return _unorder(_order(a, dtype.order) + d, dtype.order), int(ends[-1])


def _check_tails(tails, bit_count, offset):
    spare = -bit_count % 8
    if len(tails) != (bit_count + 7) // 8:
        raise LtfnError("corrupt", "C7", offset, "%d bytes of tails where %d bits are asked for"
                        % (len(tails), bit_count))
    if spare and tails[-1] >> 8 - spare:
        raise LtfnError("corrupt", "C7", offset, "unused bits of the tails are not zero")


def decode_residual(stored, original, dtype, offset):
    """`original` bytes changed by a residual (codecs 4 and 6). `offset` is that of the chunk."""
    a = _words(original, dtype.word)
    (mode, count), = _heads(stored, 1, len(a), offset)
    if 4 + count > len(stored):
        raise LtfnError("corrupt", "C4", offset, "the stored bytes end within the symbols")
    symbols = _plane(mode, stored[4:4 + count], len(a), offset + 4)
    cuts = [slice(at, at + PIECE) for at in range(0, len(a), PIECE)]
    lengths = np.concatenate([_lengths(symbols[cut], a[cut], dtype, offset) for cut in cuts])
    tails = stored[4 + count:]
    bits = int(lengths.sum(dtype=np.int64)) - int(np.count_nonzero(lengths))
    _check_tails(tails, bits, offset + 4 + count)
    padded, bit, result = tails + bytes(9), 0, np.empty_like(a)
    for cut in cuts:
        result[cut], bit = _changed(a[cut], lengths[cut], bit, padded, dtype)
    return _bytes(result)
