"""Header, footer and index of an .ltfn file, written from Spec/ltfn-format.md alone.

`parse(data)` checks every rule that does not need the values. ltfn_decode.py uses it.
"""

import dataclasses
import hashlib
import itertools
import math
import struct

from ltfn_codecs import DTYPES, LtfnError, crc32c
from ltfn_fields import (
    MAXIMUM, Cursor, corrupt, read_graph, read_initializer, read_map, valid_name)

MAGIC = bytes.fromhex("894c54464e0d0a1a")
INDEX_MAGIC = bytes.fromhex("4c54464e4944580a")
END_MAGIC = bytes.fromhex("4c54464e0a454f46")
HEADER, FOOTER, INDEX, SMALLEST = 64, 64, 88, 224
# Bytes of the smallest record of a variable: tied, of rank 0, with an empty name.
RECORD = 14
FEATURES = {0: "replayed initial values", 1: "base files"}
CODECS = ("raw", "constant", "planes", "initial", "initialResidual", "base", "baseResidual",
          "reference")
STORAGES = ("chunks", "initial", "base")
RETIRED = {1: "index", 2: "footer", 3: "chunks"}


@dataclasses.dataclass
class Limits:
    """What a caller allows (LTFN-X8, V4, D8, C10)."""

    index_bytes: int = 1 << 30
    variables: int = 1 << 24
    dimensions: int = 255
    variable_bytes: int = 1 << 36
    expanded_bytes: int = 1 << 32
    bases: int = 8


# Header and footer

def _check_zero(data, start, end, rule, at=None):
    for offset in range(start, end):
        if data[offset]:
            raise corrupt(rule, offset if at is None else at, "a reserved byte is not zero")


def check_header(data):
    """Checks the header and returns the minor version."""
    if bytes(data[:8]) != MAGIC:
        if MAGIC.startswith(bytes(data[:8])):
            raise LtfnError("truncated", "H1", len(data), "the file ends within the magic")
        raise LtfnError("notThisFormat", "H1", 0, "the file does not begin with the magic")
    if len(data) < SMALLEST:
        raise LtfnError("truncated", "H5", len(data), "the file has %d bytes" % len(data))
    major, minor = struct.unpack("<HH", data[8:12])
    if crc32c(data[:60]) != struct.unpack("<I", data[60:64])[0]:
        raise LtfnError("checksumMismatch", "H2", 0, "the header is damaged")
    if major != 1:
        raise LtfnError("unsupportedVersion", "H3", 8, "version %d.%d" % (major, minor))
    _check_zero(data, 12, 60, "H4")
    return minor


@dataclasses.dataclass
class Footer:
    offset: int
    index_offset: int
    index_bytes: int
    file_bytes: int
    required: int
    optional: int
    index_crc: int
    major: int
    minor: int


def _check_features(footer):
    unknown = ["bit %d" % bit for bit in range(64)
               if footer.required >> bit & 1 and bit not in FEATURES]
    if unknown:
        raise LtfnError("unsupportedFeature", "F5", footer.offset + 24, ", ".join(unknown))


def read_footer(data, header_minor):
    """Checks F1 to F7 in the order that the specification asks for."""
    at = len(data) - FOOTER
    if bytes(data[-8:]) != END_MAGIC:
        raise LtfnError("truncated", "F1", len(data) - 8, "the file does not end with a footer")
    if crc32c(data[at:at + 52]) != struct.unpack("<I", data[at + 52:at + 56])[0]:
        raise LtfnError("checksumMismatch", "F2", at, "the footer is damaged")
    footer = Footer(at, *struct.unpack("<QQQQQIHH", data[at:at + 48]))
    if footer.major != 1:
        raise LtfnError("unsupportedVersion", "F3", at + 44,
                        "version %d.%d" % (footer.major, footer.minor))
    if footer.minor < header_minor:
        raise corrupt("F3", at + 46, "the footer is of an older version than the header")
    if footer.file_bytes != len(data):
        raise corrupt("F4", at + 16, "the file has %d bytes, not %d" % (len(data), footer.file_bytes))
    _check_features(footer)
    _check_zero(data, at + 48, at + 52, "F6", at + 48)
    if footer.index_offset < HEADER or footer.index_offset + footer.index_bytes != at:
        raise corrupt("F7", at, "the index is not between the header and the footer")
    return footer


# Variables

@dataclasses.dataclass
class Variable:
    """One record; `at` is its offset in the file, `described` what the content digest covers."""

    at: int
    name: str = ""
    dtype: object = None
    shape: tuple = ()
    elements: int = 0
    byte_count: int = 0
    target: int = None
    target_at: int = 0
    digest: bytes = b""
    initializer: dict = None
    metadata: dict = None
    described: bytes = b""
    storage: int = None
    exponent: int = None
    base: int = None
    first_chunk: int = 0
    chunk_count: int = 0

    def reproducible(self):
        return self.initializer is not None and "version" in self.initializer


def _name(cursor):
    start = cursor.at
    raw = cursor.take(cursor.number("H"))
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise corrupt("V1", start, "a name is not UTF-8") from None
    if not valid_name(name):
        raise corrupt("V1", start, "a name is empty, too long, or has control characters")
    return name


def _shape(cursor, variable, limits):
    start, rank = cursor.at, cursor.u8()
    if rank > limits.dimensions:
        raise LtfnError("limitExceeded", "V4", start, "%d dimensions" % rank)
    for _ in range(rank):
        variable.shape += (cursor.u64(),)
        if variable.shape[-1] > MAXIMUM:
            raise corrupt("V5", start, "a dimension is above 2^63 - 1")
    variable.elements = math.prod(variable.shape)
    variable.byte_count = variable.dtype.byte_count(variable.elements)
    if max(variable.elements, variable.byte_count) > MAXIMUM:
        raise corrupt("V5", start, "a variable has too many elements")


def _dtype(cursor):
    at, number = cursor.at, cursor.u8()
    if number not in DTYPES:
        raise LtfnError("unsupportedFeature", "V3", at, "a variable has dtype %d" % number)
    return DTYPES[number]


def _storage(cursor, variable, base_count):
    at = cursor.at
    variable.storage = cursor.u8()
    if variable.storage > 2:
        raise corrupt("V9", at, "a variable has storage %d" % variable.storage)
    if variable.storage == 1 and not (
            variable.reproducible() and variable.dtype.bits >= 8
            and variable.initializer["digest"] == variable.digest.hex()):
        raise corrupt("V10", at, "'%s' does not have its initial values" % variable.name)
    at = cursor.at
    if variable.storage == 0:
        variable.exponent = cursor.u8()
        if not 6 <= variable.exponent <= 30:
            raise corrupt("V11", at, "a chunk exponent is %d" % variable.exponent)
        variable.chunk_count = -(-variable.byte_count >> variable.exponent)
    if variable.storage == 2:
        variable.base = cursor.number("H")
        if variable.base >= base_count:
            raise corrupt("V12", at, "there is no base %d" % variable.base)


def _variable(cursor, last, base_count, limits):
    variable = Variable(cursor.at)
    variable.name = _name(cursor)
    if last is not None and variable.name.encode() <= last.name.encode():
        raise corrupt("V2", variable.at, "variables are not in ascending order")
    variable.dtype = _dtype(cursor)
    _shape(cursor, variable, limits)
    at, presence = cursor.at, cursor.u8()
    if presence > 7:
        raise corrupt("V6", at, "undefined bits of the presence byte are set")
    if presence & 4:
        variable.target_at, variable.target = cursor.at, cursor.u64()
    else:
        variable.digest = cursor.take(32)
    if presence & 1:
        variable.initializer = read_initializer(cursor)
    if presence & 2:
        at, variable.metadata = cursor.at, read_map(cursor)
        if not variable.metadata:
            raise corrupt("V8", at, "the map of a variable's metadata is empty")
    variable.described = bytes(cursor.data[variable.at:cursor.at])
    if not presence & 4:
        _storage(cursor, variable, base_count)
    return variable


def _check_ties(variables):
    for variable in variables:
        if variable.target is None:
            continue
        target = variables[variable.target] if variable.target < len(variables) else None
        if (target is None or target.target is not None or target.dtype is not variable.dtype
                or target.shape != variable.shape):
            raise corrupt("V7", variable.target_at, "'%s' is tied to what it is not"
                          % variable.name)


# Chunk table

@dataclasses.dataclass
class Chunk:
    """One record; `at` is its offset in the file, `start` the chunk's place in its variable."""

    at: int
    codec: int
    reserved: int
    base: int
    crc: int
    offset: int
    stored: int
    variable: Variable
    start: int
    decoded: int


def _stored_allowed(chunk):
    if chunk.codec == 0:
        return chunk.stored == chunk.decoded
    if chunk.codec == 1:
        return chunk.stored == chunk.variable.dtype.unit < chunk.decoded
    if chunk.codec in (2, 4, 6):
        return 1 <= chunk.stored < chunk.decoded
    return chunk.stored == 0 and chunk.crc == 0 and (chunk.codec == 7 or chunk.offset == 0)


def _check_chunk(chunk, index):
    if chunk.codec >= len(CODECS):
        raise LtfnError("unsupportedFeature", "D1", chunk.at, "a chunk has codec %d" % chunk.codec)
    if chunk.reserved or chunk.base >= (len(index.bases) if chunk.codec in (5, 6) else 1):
        raise corrupt("D2", chunk.at, "a reserved byte or the base of a chunk is wrong")
    if not _stored_allowed(chunk):
        raise corrupt("D3", chunk.at, "a chunk of codec %d and %d bytes has %d stored bytes"
                      % (chunk.codec, chunk.decoded, chunk.stored))
    if chunk.codec in (3, 4) and not (
            chunk.variable.reproducible() and chunk.variable.dtype.bits >= 8):
        raise corrupt("D5", chunk.at, "'%s' has no initial values" % chunk.variable.name)
    if chunk.stored and chunk.offset + chunk.stored > index.footer.index_offset:
        raise corrupt("D7", chunk.at, "a chunk reaches beyond the beginning of the index")


def _check_references(chunks):
    for chunk in chunks:
        if chunk.codec != 7:
            continue
        other = chunks[chunk.offset] if chunk.offset < len(chunks) else None
        if other is None or other.codec > 4 or other.decoded != chunk.decoded:
            raise corrupt("D4", chunk.at, "a chunk refers to what it cannot be")


def _chunks(data, start, index):
    chunks, at = [], start
    for variable in index.variables:
        variable.first_chunk = len(chunks)
        for k in range(variable.chunk_count):
            place = k << variable.exponent
            decoded = min(1 << variable.exponent, variable.byte_count - place)
            fields = struct.unpack("<BBHIQQ", data[at:at + 24])
            chunks.append(Chunk(at, *fields, variable, place, decoded))
            _check_chunk(chunks[-1], index)
            at += 24
    _check_references(chunks)
    return chunks


# Index

@dataclasses.dataclass
class Index:
    """What a file says; values are read by ltfn_decode.py."""

    footer: Footer
    digest: bytes
    metadata: dict
    graph: dict
    bases: list
    retired: list
    variables: list
    chunks: list
    # Where the padding before a region begins, by the offset of the region.
    paddings: dict


def _retired(data, start, count, end):
    result, last = [], -1
    for at in range(start, start + 24 * count, 24):
        offset, size, crc, kind = struct.unpack("<QQII", data[at:at + 24])
        if offset <= last or size == 0 or kind not in RETIRED or offset + size > end:
            raise corrupt("X9", at, "a retired region is empty, of no kind, or out of place")
        result.append((offset, size, crc, kind))
        last = offset
    return result


def _bases(data, start, end):
    bases = [bytes(data[at:at + 32]) for at in range(start, end, 32)]
    for number in range(1, len(bases)):
        if bases[number - 1] >= bases[number]:
            raise corrupt("X6", start + 32 * number, "a base is out of order")
    return bases


def _check_base_use(index, start):
    used = {v.base for v in index.variables} | {c.base for c in index.chunks if c.codec in (5, 6)}
    for number in range(len(index.bases)):
        if number not in used:
            raise corrupt("X6", start + 32 * number, "a base is not used")


def _check_feature_use(index):
    codecs = {chunk.codec for chunk in index.chunks}
    storages = {variable.storage for variable in index.variables}
    used = bool(codecs & {3, 4} or 1 in storages) | bool(codecs & {5, 6} or 2 in storages) << 1
    if used != index.footer.required:
        raise corrupt("F9", index.footer.offset + 24, "required features are %#x, used %#x"
                      % (index.footer.required, used))


def _check_layout(index):
    """R1: overlaps, and holes of 64 bytes or more; R2: smaller gaps where there is to be none."""
    regions = [(c.offset, c.stored, "raw" if c.codec == 0 else "") for c in index.chunks if c.stored]
    regions += [(offset, size, "retired") for offset, size, _, _ in index.retired]
    end = HEADER
    for offset, size, kind in sorted(regions) + [(index.footer.index_offset, 0, "index")]:
        aligned = end + -end % 64
        allowed = {"": (end,), "raw": (aligned,), "retired": (end, aligned)}.get(kind, (end,))
        if not end <= offset < end + 64 or kind == "index" and offset != end:
            raise corrupt("R1", offset, "a region overlaps another, or follows a hole")
        if offset not in allowed:
            raise corrupt("R2", offset, "a region does not begin where it has to")
        if offset > end:
            index.paddings[offset] = end
        end = offset + size


def _check_digest(data, index, metadata, graph):
    state = hashlib.sha256(b"ltfn content 1\0\0")
    for section in (metadata, graph):
        state.update(struct.pack("<Q", section[1] - section[0]) + data[section[0]:section[1]])
    state.update(struct.pack("<Q", len(index.variables)))
    for variable in index.variables:
        state.update(variable.described)
    if state.digest() != index.digest:
        raise corrupt("X5", index.footer.index_offset + 8, "the content digest is wrong")


def _section(data, span, read):
    cursor = Cursor(data, *span)
    result = read(cursor)
    cursor.ended()
    return result


def _read_variables(cursor, count, base_count, limits):
    variables = []
    for _ in range(count):
        last = variables[-1] if variables else None
        variables.append(_variable(cursor, last, base_count, limits))
    return variables


def _check_index_bytes(data, footer, limits):
    start = footer.index_offset
    if footer.index_bytes > limits.index_bytes:
        raise LtfnError("limitExceeded", "X8", footer.offset + 8,
                        "an index of %d bytes" % footer.index_bytes)
    if crc32c(data[start:footer.offset]) != footer.index_crc:
        raise LtfnError("checksumMismatch", "X1", start, "the index is damaged")


def _fixed_fields(data, footer):
    """The content digest and the numbers in the first 88 bytes of the index."""
    cursor = Cursor(data, footer.index_offset, footer.offset)
    if cursor.take(8) != INDEX_MAGIC:
        raise corrupt("X2", footer.index_offset, "the index does not begin with its magic")
    return [cursor.take(32)] + [cursor.number(letter) for letter in "QQQQQII"]


def _index(data, footer, limits):
    start = footer.index_offset
    _check_index_bytes(data, footer, limits)
    digest, v, c, m, g, w, b, t = _fixed_fields(data, footer)
    sizes = (INDEX, m, g, 32 * b, 24 * t, w, 24 * c)
    if sum(sizes) != footer.index_bytes or v * RECORD > w:
        raise corrupt("X3", start, "the sections do not make up the index")
    if v > limits.variables:
        raise LtfnError("limitExceeded", "X8", start + 40, "%d variables" % v)
    ends = [start + end for end in itertools.accumulate(sizes)]
    spans = list(zip(ends, ends[1:]))
    metadata = _section(data, spans[0], read_map)
    graph = _section(data, spans[1], read_graph) if g else None
    bases = _bases(data, *spans[2])
    retired = _retired(data, spans[3][0], t, footer.index_offset)
    variables = _section(data, spans[4], lambda s: _read_variables(s, v, b, limits))
    _check_ties(variables)
    if sum(variable.chunk_count for variable in variables) != c:
        raise corrupt("X7", start + 48, "the variables do not have %d chunks" % c)
    index = Index(footer, digest, metadata, graph, bases, retired,
                  variables, [], {})
    index.chunks = _chunks(data, spans[5][0], index)
    _check_digest(data, index, spans[0], spans[1])
    _check_base_use(index, spans[2][0])
    _check_layout(index)
    _check_feature_use(index)
    return index


def parse(data, limits=Limits()):
    """The Index of a whole file in memory. Raises LtfnError."""
    minor = check_header(data)
    return _index(data, read_footer(data, minor), limits)
