"""What an index of an .ltfn file is made of: metadata, graph and initializers.

Written from Spec/ltfn-format.md alone. ltfn_index.py uses it.
"""

import math
import struct

from ltfn_codecs import LtfnError

MAXIMUM = (1 << 63) - 1
# Bytes of the smallest value, entry of a map, and layer.
VALUE, ENTRY, LAYER = 2, 10, 9
FANS = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("untruncated_normal", "uncorrected_truncated_normal",
                 "corrected_truncated_normal", "uniform")
# The names of kinds and of their f64 parameters are those that ltfn_sampling.py takes.
KINDS = {
    1: ("zeros", ()), 2: ("ones", ()), 3: ("constant", ("value",)), 4: ("uniform", ("low", "high")),
    5: ("normal", ("mean", "sd")), 6: ("truncated_normal", ("mean", "sd")),
    7: ("scaled_normal", ("factor",)), 8: ("variance_scaling", ("scale",)),
    9: ("glorot_uniform", ()), 10: ("glorot_normal", ()), 11: ("he_uniform", ()),
    12: ("he_normal", ()), 13: ("lecun_uniform", ()), 14: ("lecun_normal", ()),
    15: ("described", ()),
}


def corrupt(rule, offset, message):
    return LtfnError("corrupt", rule, offset, message)


class Cursor:
    """Reads one section of the index; offsets are those in the file."""

    def __init__(self, data, start, end):
        self.data, self.at, self.end = data, start, end

    def take(self, count):
        if count > self.end - self.at:
            raise corrupt("A2", self.at, "%d bytes are asked for, %d are left"
                          % (count, self.end - self.at))
        self.at += count
        return bytes(self.data[self.at - count:self.at])

    def number(self, letter):
        form = "<" + letter
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def u8(self):
        return self.number("B")

    def u64(self):
        return self.number("Q")

    def count(self, smallest=1):
        """A number of things that follow, of at least so many bytes each."""
        at, count = self.at, self.u64()
        if count * smallest > self.end - self.at:
            raise corrupt("A2", at, "%d are promised in %d bytes" % (count, self.end - self.at))
        return count

    def bytes(self):
        return self.take(self.count())

    def string(self):
        start = self.at + 8
        try:
            return self.bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise corrupt("A3", start, "a string is not UTF-8") from None

    def ended(self):
        if self.at != self.end:
            raise corrupt("X4", self.at, "%d bytes are left over" % (self.end - self.at))


# Metadata

def _bool(cursor):
    at, byte = cursor.at, cursor.u8()
    if byte > 1:
        raise corrupt("M3", at, "a bool is %d" % byte)
    return bool(byte)


def _f64(cursor):
    """A number as JSON has it, or 16 hexadecimal digits of one that JSON has not."""
    bits = cursor.u64()
    value = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return value if math.isfinite(value) else "%016x" % bits


def _list(cursor, depth):
    return [_value(cursor, depth) for _ in range(cursor.count(VALUE))]


VALUES = {
    1: ("bool", _bool), 2: ("i64", lambda c: c.number("q")), 3: ("u64", Cursor.u64),
    4: ("f64", _f64), 5: ("string", Cursor.string),
    6: ("bytes", lambda c: c.bytes().hex()),
}


def _value(cursor, depth):
    """A value as {type: value}. `depth` lists and maps are around it, but for the outermost map."""
    at, tag = cursor.at, cursor.u8()
    if tag in VALUES:
        name, read = VALUES[tag]
        return {name: read(cursor)}
    if tag not in (7, 8):
        raise corrupt("M2", at, "a value has tag %d" % tag)
    if depth == 64:
        raise corrupt("M4", at, "more than 64 lists and maps are nested")
    return {"list": _list(cursor, depth + 1)} if tag == 7 else {"map": read_map(cursor, depth + 1)}


def read_map(cursor, depth=0):
    result, last = {}, None
    for _ in range(cursor.count(ENTRY)):
        at = cursor.at
        key = cursor.string()
        if last is not None and key.encode() <= last.encode():
            raise corrupt("M1", at, "keys are not in ascending order")
        last = key
        result[key] = _value(cursor, depth)
    return result


# Graph

def valid_name(name):
    return 1 <= len(name.encode()) <= 1024 and not any(
        ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in name)


def _graph_variable(cursor):
    at, name = cursor.at, cursor.string()
    if not valid_name(name):
        raise corrupt("G5", at, "a layer names a variable that cannot be")
    return name


def _choice(cursor, what):
    at, byte = cursor.at, cursor.u8()
    if byte > 1:
        raise corrupt("G3", at, "%s is %d" % (what, byte))
    return byte


def _bias(cursor):
    return _graph_variable(cursor) if _choice(cursor, "the byte before a variable") else None


def _pair(cursor):
    result = []
    for _ in range(2):
        at, number = cursor.at, cursor.u64()
        if not 1 <= number <= MAXIMUM:
            raise corrupt("G4", at, "a stride or window is %d" % number)
        result.append(number)
    return result


def _padding(cursor):
    return ("same", "valid")[_choice(cursor, "a padding")]


OPERATIONS = {
    1: ("convolution", (("weights", _graph_variable), ("bias", _bias), ("strides", _pair),
                        ("padding", _padding))),
    2: ("relu", ()),
    3: ("maxPooling", (("window", _pair), ("strides", _pair), ("padding", _padding))),
    4: ("flatten", ()),
    5: ("dense", (("weights", _graph_variable), ("bias", _bias))),
}


def _layer(cursor):
    name, at = cursor.string(), cursor.at
    operation = cursor.u8()
    if operation not in OPERATIONS:
        raise LtfnError("unsupportedFeature", "G1", at, "a layer has operation %d" % operation)
    kind, fields = OPERATIONS[operation]
    return {"name": name, "operation": kind, **{field: read(cursor) for field, read in fields}}


def _input(cursor):
    start, dimensions = cursor.at, []
    for _ in range(cursor.u8()):
        at, size = cursor.at, cursor.u64()
        if size > MAXIMUM:
            raise corrupt("G4", at, "a dimension of the input is %d" % size)
        dimensions.append(size)
    if math.prod(dimensions) > MAXIMUM:
        raise corrupt("G4", start, "the input has too many elements")
    numbers = []
    for _ in range(2):
        at, number = cursor.at, _f64(cursor)
        if isinstance(number, str):
            raise corrupt("G2", at, "scale or offset is not finite")
        numbers.append(number)
    return {"shape": dimensions, "scale": numbers[0], "offset": numbers[1]}


def read_graph(cursor):
    graph = {"name": cursor.string(), "input": _input(cursor)}
    graph["layers"] = [_layer(cursor) for _ in range(cursor.count(LAYER))]
    return graph


# Initializers

def _parameters(cursor, names):
    result = {}
    for name in names:
        at, value = cursor.at, _f64(cursor)
        if isinstance(value, str):
            raise corrupt("N3", at, "a parameter is not finite")
        result[name] = value
    return result


def _of(cursor, choices):
    at, byte = cursor.at, cursor.u8()
    if byte >= len(choices):
        raise corrupt("N4", at, "a fan or distribution is %d" % byte)
    return choices[byte]


def read_initializer(cursor):
    """A record as ltfn_sampling.py takes it; one that has a "version" is reproducible."""
    at, kind = cursor.at, cursor.u8()
    if kind not in KINDS:
        raise LtfnError("unsupportedFeature", "N1", at, "an initializer has kind %d" % kind)
    at, presence = cursor.at, cursor.u8()
    if presence > 3:
        raise corrupt("N2", at, "undefined bits of the presence byte are set")
    if kind == 15 and presence & 2:
        raise corrupt("N5", at, "what is only described cannot be reproduced")
    name, parameters = KINDS[kind]
    record = {"kind": name, **_parameters(cursor, parameters)}
    if kind == 8:
        record.update(fan=_of(cursor, FANS), distribution=_of(cursor, DISTRIBUTIONS))
    if kind == 15:
        record.update(name=cursor.string(), parameters=read_map(cursor))
    record.update(seed=cursor.u64(), stream=cursor.u64())
    if presence & 1:
        record.update(fan_in=cursor.u64(), fan_out=cursor.u64())
    if presence & 2:
        record.update(version=cursor.number("I"), digest=cursor.take(32).hex())
    return record
