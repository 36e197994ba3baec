#!/usr/bin/env python3
"""Reads .ltfn files: a second implementation, written from Spec/ltfn-format.md alone.

usage: ltfn_decode.py FILE [--base FILE]… [--values DIR] [--check] [--initial]

Checks every rule of the specification and prints what the file says as JSON. --check only checks;
--values writes every variable as .npy; --initial samples every reproducible initializer and
compares it with its digest. Dtypes that NumPy lacks become integers of the same bits, those below
8 bits one integer for each element.

Exit codes: 0, 64 (usage), 65 (the file is not valid), 66 (it cannot be opened).
"""

import argparse
import json
import mmap
import os
import sys
import urllib.parse

try:
    import numpy as np
except ImportError:
    sys.exit("ltfn_decode: NumPy is missing: python3 -m pip install numpy")

import ltfn_sampling
from ltfn_codecs import LtfnError, crc32c, decode_planes, decode_residual
from ltfn_digest import ValueHash
from ltfn_fields import corrupt
from ltfn_index import CODECS, FEATURES, RETIRED, STORAGES, Limits, parse

NUMPY = {"f16": "<f2", "f32": "<f4", "f64": "<f8", "c64": "<c8", "c128": "<c16"}


class Reader:
    """An open file: its index, checked, and its values on demand. `bases` are bytes of files.

    `data` may be a memory map: a large file is then read where it is needed.
    """

    def __init__(self, data, bases=(), limits=None, depth=0):
        self.data = data if isinstance(data, mmap.mmap) else bytes(data)
        self.limits, self.depth = limits or Limits(), depth
        self.index = parse(self.data, self.limits)
        self.given, self.opened, self.recent = bases, {}, (None, b"")

    # Values

    def pieces(self, variable):
        """The bytes of a variable's values, piece by piece."""
        self._check_size(variable)
        owner, last = self._owner(variable), b""
        if owner.storage == 0:
            for number in range(owner.first_chunk, owner.first_chunk + owner.chunk_count):
                last = self._chunk(number)
                yield last
        else:
            if owner.byte_count == 0 and owner.storage == 2:
                yield self.read(owner, 0, 0)
            for start in range(0, owner.byte_count, 1 << 20):
                last = self.read(owner, start, min(1 << 20, owner.byte_count - start))
                yield last
        self._check_spare_bits(owner, last)

    def read(self, variable, start, count):
        """`count` bytes of a variable's values from byte `start` on."""
        owner = self._owner(variable)
        if owner.storage == 1:
            return self._initial(owner, start, count)
        if owner.storage == 2:
            return self._base(owner, owner.base, start, count)
        result = b""
        while count > len(result):
            number, skipped = divmod(start + len(result), 1 << owner.exponent)
            chunk = self._chunk(owner.first_chunk + number)
            result += chunk[skipped:skipped + count - len(result)]
        return result

    def initial_digest(self, variable):
        """The digest of the values that a reproducible initializer gives."""
        self._check_size(variable)
        state = ValueHash()
        for piece in self._sampled(variable, 0, variable.elements):
            state.update(piece)
        return state.hexdigest()

    def _owner(self, variable):
        return variable if variable.target is None else self.index.variables[variable.target]

    def _check_size(self, variable):
        expanded = max(self.limits.expanded_bytes, 1032 * self._backing())
        if variable.byte_count > min(self.limits.variable_bytes, expanded):
            raise LtfnError("limitExceeded", "D8", None, "'%s' has %d bytes"
                            % (variable.name, variable.byte_count))

    def _backing(self):
        """The byte count of the file and of the base files that were given for it."""
        files, pending = {}, [self]
        while pending:
            reader = pending.pop()
            if reader.index.digest not in files:
                files[reader.index.digest] = len(reader.data)
                pending += filter(None, map(reader._find_base, reader.index.bases))
        return sum(files.values())

    def _check_packed_size(self, chunk):
        if chunk.decoded > max(self.limits.expanded_bytes // 8, 16 * len(self.data)):
            raise LtfnError("limitExceeded", "D8", None, "a chunk of '%s' decodes to %d bytes"
                            % (chunk.variable.name, chunk.decoded))

    def _check_spare_bits(self, variable, last):
        used = variable.elements * variable.dtype.bits % 8
        if used and last[-1] >> used:
            at = self._place(variable.first_chunk + variable.chunk_count - 1, variable)
            raise corrupt("V14", at, "bits behind the last element of '%s' are not zero"
                          % variable.name)

    def _place(self, number, variable):
        """Where the stored bytes of one of a variable's chunks begin, if it has any."""
        if variable.chunk_count == 0 or self.index.chunks[number].stored == 0:
            return None
        return self.index.chunks[number].offset

    # Chunks

    def _chunk(self, number):
        if self.recent[0] != number:
            self.recent = number, self._decode(self.index.chunks[number])
        return self.recent[1]

    def _decode(self, chunk):
        if chunk.codec in (2, 4, 6):
            self._check_packed_size(chunk)
        stored = self._stored(chunk)
        dtype, count = chunk.variable.dtype, chunk.decoded
        if chunk.codec == 0:
            return stored
        if chunk.codec == 1:
            return (stored * (count // len(stored) + 1))[:count]
        if chunk.codec == 2:
            return decode_planes(stored, count, dtype, chunk.offset)
        if chunk.codec == 7:
            return self._decode(self.index.chunks[chunk.offset])
        original = self._original(chunk)
        if chunk.codec in (3, 5):
            return original
        return decode_residual(stored, original, dtype, chunk.offset)

    def _stored(self, chunk):
        if chunk.stored == 0:
            return b""
        if chunk.codec == 0:
            self._check_padding(chunk.offset)
        stored = self.data[chunk.offset:chunk.offset + chunk.stored]
        if crc32c(stored) != chunk.crc:
            raise LtfnError("checksumMismatch", "D6", chunk.offset, "a chunk of '%s' is damaged"
                            % chunk.variable.name)
        return stored

    def _check_padding(self, region):
        start = self.index.paddings.get(region, region)
        for offset in range(start, region):
            if self.data[offset]:
                raise corrupt("R3", offset, "padding is not zero")

    def _original(self, chunk):
        if chunk.codec in (3, 4):
            return self._initial(chunk.variable, chunk.start, chunk.decoded)
        return self._base(chunk.variable, chunk.base, chunk.start, chunk.decoded)

    # Initial values and bases

    def _initial(self, variable, start, count):
        size = variable.dtype.bits // 8
        return b"".join(self._sampled(variable, start // size, count // size))

    def _sampled(self, variable, first, count):
        """The bytes of initial elements, piece by piece."""
        if count == 0:
            return
        record = variable.initializer
        try:
            if record["version"] != ltfn_sampling.VERSION:
                raise ltfn_sampling.NotRepresentable("sampling rules %d" % record["version"])
            with np.errstate(all="ignore"):
                yield from ltfn_sampling.pieces(record, variable.dtype.name, first, count)
        except ltfn_sampling.NotRepresentable as error:
            raise LtfnError("unsupportedFeature", "N6", None, "initial values of '%s': %s"
                            % (variable.name, error)) from None

    def _base(self, variable, number, start, count):
        reader = self._open_base(self.index.bases[number])
        for other in reader.index.variables:
            if (other.name, other.dtype, other.shape) == (
                    variable.name, variable.dtype, variable.shape):
                return reader.read(other, start, count)
        raise corrupt("C9", None, "the base has no such '%s'" % variable.name)

    def _open_base(self, digest):
        reader = self._find_base(digest)
        if reader:
            return reader
        raise LtfnError("unsupportedFeature", "C9", None, "the base with content digest %s is needed"
                        % digest.hex())

    def _find_base(self, digest):
        if digest in self.opened:
            return self.opened[digest]
        if self.depth == self.limits.bases:
            raise LtfnError("limitExceeded", "C10", None, "too many bases of bases")
        for data in self.given:
            reader = Reader(data, self.given, self.limits, self.depth + 1)
            if reader.index.digest == digest:
                break
        else:
            reader = None
        self.opened[digest] = reader
        return reader

    # Verification

    def values(self, variable):
        """All bytes of a variable's values, checked against its digest."""
        result = b"".join(self.pieces(variable))
        self._check_values(self._owner(variable), ValueHash(result))
        return result

    def check_values(self, variable):
        """Reads all values of a variable piece by piece, and compares them with their digest."""
        state = ValueHash()
        for piece in self.pieces(variable):
            state.update(piece)
        self._check_values(self._owner(variable), state)

    def _check_values(self, variable, state):
        if state.digest() != variable.digest:
            rule = "N7" if variable.storage == 1 else "V13"
            raise LtfnError("checksumMismatch", rule, self._place(variable.first_chunk, variable),
                            "the values of '%s' do not have its digest" % variable.name)

    def verify_retired(self):
        for offset, size, crc, _ in self.index.retired:
            self._check_padding(offset)
            if crc32c(self.data[offset:offset + size]) != crc:
                raise LtfnError("checksumMismatch", "X10", offset, "a retired region is damaged")

    def verify_initial(self):
        """Samples every reproducible initializer (LTFN-I10)."""
        for variable in self.index.variables:
            if (variable.reproducible()
                    and self.initial_digest(variable) != variable.initializer["digest"]):
                raise LtfnError("checksumMismatch", "N7", None,
                                "the initial values of '%s' do not have their digest"
                                % variable.name)

    def verify(self):
        """Checks what opening does not: the values, padding and retired regions."""
        for variable in self.index.variables:
            if variable.target is None:
                self.check_values(variable)
        self.verify_retired()


# Arrays

def _unpacked(data, dtype, elements):
    """Elements of 2, 4 or 6 bits as one integer each, i2 and i4 with their sign."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    rows = bits[:elements * dtype.bits].reshape(-1, dtype.bits)
    codes = np.zeros(elements, np.uint8)
    for k in range(dtype.bits):
        codes |= rows[:, k] << k
    if dtype.name in ("i2", "i4"):
        half = 1 << dtype.bits - 1
        return (codes.astype(np.int8) ^ half) - np.int8(half)
    return codes


def to_array(data, variable):
    """A variable's bytes as an array; flat where NumPy has no such shape."""
    dtype, shape = variable.dtype, variable.shape
    if dtype.bits < 8:
        values = _unpacked(data, dtype, variable.elements)
    elif dtype.bits == 128 and dtype.name != "c128":
        values, shape = np.frombuffer(data, "<u8"), shape + (2,)
    elif dtype.name == "bool" and data.count(0) + data.count(1) == len(data):
        values = np.frombuffer(data, np.bool_)
    else:
        letter = "i" if dtype.name in ("i8", "i16", "i32", "i64") else "u"
        values = np.frombuffer(data, NUMPY.get(dtype.name, "<%s%d" % (letter, dtype.bits // 8)))
    try:
        return values.reshape(shape)
    except ValueError:
        return values


# Manifest

def _chunk_manifest(chunk):
    result = {"codec": CODECS[chunk.codec], "decodedByteCount": chunk.decoded}
    if chunk.codec in (5, 6):
        result["base"] = chunk.base
    if chunk.codec == 7:
        result["chunk"] = chunk.offset
    if chunk.stored:
        result.update(offset=chunk.offset, storedByteCount=chunk.stored)
    return result


def _variable_manifest(variable, index):
    result = {"name": variable.name, "dtype": variable.dtype.name, "shape": list(variable.shape),
              "byteCount": variable.byte_count}
    if variable.initializer is not None:
        result["initializer"] = variable.initializer
    if variable.metadata is not None:
        result["metadata"] = variable.metadata
    if variable.target is not None:
        result["tiedTo"] = index.variables[variable.target].name
        return result
    result.update(digest=variable.digest.hex(), storage=STORAGES[variable.storage])
    if variable.storage == 0:
        result["chunkExponent"] = variable.exponent
        chunks = index.chunks[variable.first_chunk:][:variable.chunk_count]
        result["chunks"] = [_chunk_manifest(chunk) for chunk in chunks]
    if variable.storage == 2:
        result["base"] = variable.base
    return result


def manifest(reader):
    """What a file says, as plain data for JSON."""
    index, footer = reader.index, reader.index.footer
    return {
        "schema": "ltfn.decode/1",
        "version": "%d.%d" % (footer.major, footer.minor),
        "byteCount": footer.file_bytes,
        "contentDigest": index.digest.hex(),
        "requiredFeatures": [n for bit, n in FEATURES.items() if footer.required >> bit & 1],
        "optionalFeatures": footer.optional,
        "metadata": index.metadata,
        "graph": index.graph,
        "bases": [digest.hex() for digest in index.bases],
        "retired": [{"offset": offset, "byteCount": size, "kind": RETIRED[kind]}
                    for offset, size, _, kind in index.retired],
        "variables": [_variable_manifest(v, index) for v in index.variables],
    }


def decode(data, bases=(), limits=None, initial=False):
    """(manifest, {name: array}) of a file's bytes, with every rule checked. Raises LtfnError."""
    reader = Reader(data, bases, limits)
    arrays = {v.name: to_array(reader.values(v), v) for v in reader.index.variables}
    reader.verify_retired()
    if initial:
        reader.verify_initial()
    return manifest(reader), arrays


# Command

def file_name(variable, number):
    name = urllib.parse.quote(variable.name, safe="")
    return (name if len(name) <= 200 else "%s-%d" % (name[:200], number)) + ".npy"


def write_values(reader, folder):
    os.makedirs(folder, exist_ok=True)
    for number, variable in enumerate(reader.index.variables):
        array = to_array(reader.values(variable), variable)
        np.save(os.path.join(folder, file_name(variable, number)), array)


def _contents(path):
    with open(path, "rb") as file:
        return file.read()


def _run(options):
    data, bases = _contents(options.file), [_contents(path) for path in options.base]
    reader = Reader(data, bases)
    reader.verify()
    if options.initial:
        reader.verify_initial()
    if options.values:
        write_values(reader, options.values)
    if not options.check:
        json.dump(manifest(reader), sys.stdout, indent=1, sort_keys=True)
        print()


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: parser.exit(64, "ltfn_decode: %s\n" % message)
    parser.add_argument("file")
    parser.add_argument("--base", action="append", default=[], metavar="FILE")
    parser.add_argument("--values", metavar="DIR")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--initial", action="store_true")
    return parser.parse_args()


def main():
    options = _options()
    try:
        _run(options)
    except LtfnError as error:
        print("ltfn_decode: %s: %s" % (options.file, error), file=sys.stderr)
        return 65
    except OSError as error:
        print("ltfn_decode: %s" % error, file=sys.stderr)
        return 66
    return 0


if __name__ == "__main__":
    sys.exit(main())
