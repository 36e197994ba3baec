"""Tests of ltfn_decode.py on files that ltfn_build.py makes: python3 tools/test_ltfn_decode.py"""

import random
import struct
import unittest
from unittest import mock

import numpy as np

import ltfn_build as b
import ltfn_codecs
import ltfn_decode
import ltfn_index
import ltfn_sampling
from ltfn_codecs import DTYPES, LtfnError
from ltfn_digest import ValueHash

F32 = DTYPES[16]
RNG = np.random.default_rng(20)


def digest_of(data):
    return ValueHash(data).digest()


def random_bytes(count):
    return RNG.integers(0, 256, count, dtype=np.uint8).tobytes()


def nearby(data, every=7):
    """The data with a low byte changed here and there."""
    return bytes(x ^ (k % 3 + 1 if k % every == 0 else 0) for k, x in enumerate(data))


def normal_record(digest=None, fans=(9, 64), **options):
    """truncated_normal(0, 0.5) with a seed and a stream, and what ltfn_sampling takes for it."""
    raw = b.initializer(6, struct.pack("<dd", 0, 0.5), 77, 5, fans, digest, **options)
    return raw, {"kind": "truncated_normal", "mean": 0.0, "sd": 0.5, "seed": 77, "stream": 5}


def initial_variable(name="w", count=1000, **options):
    initial = ltfn_sampling.sample(normal_record()[1], "f32", 0, count)
    raw, _ = normal_record(digest_of(initial))
    return initial, dict(name=name, dtype="f32", shape=(count,), initializer=raw, exponent=10,
                         **options)


def cut(data, exponent):
    return [data[at:at + (1 << exponent)] for at in range(0, len(data), 1 << exponent)]


def small_file(**options):
    """Two variables, metadata, padding, a tied variable."""
    values = struct.pack("<5f", 1, -2, 0.5, 0, 3)
    return b.build([
        b.Variable("a", "f32", (5,), values, [(b.RAW, values, 0)]),
        b.Variable("b", "u8", (3, 2), b"\5" * 6, [(b.CONSTANT, b"\5", 0)],
                   metadata=b.metadata({"note": ("string", "x")})),
        b.Variable("c", "f32", (5,), target=0),
    ], b.metadata({"n": ("i64", -1), "l": ("list", [("bool", 1), ("map", {"f": ("f64", 2.5)})])}),
        **options)


GRAPH_HEAD = b.string("net") + b"\3" + struct.pack("<3Q2d", 28, 28, 1, 1 / 255, 0)


def graph(*layers):
    return GRAPH_HEAD + struct.pack("<Q", len(layers)) + b"".join(layers)


PAIR = struct.pack("<2Q", 2, 2)
CONVOLUTION = b.string("l1") + b"\1" + b.string("a") + b"\1" + b.string("b") + PAIR + b"\0"


class RuleTest(unittest.TestCase):
    def fails(self, data, code, rule, offset, **options):
        with self.assertRaises(LtfnError) as caught:
            ltfn_decode.decode(data, initial=True, **options)
        error = caught.exception
        self.assertEqual((error.code, error.rule, error.offset), (code, rule, offset), error)


class Codecs(unittest.TestCase):
    def test_crc32c(self):
        self.assertEqual(ltfn_codecs.crc32c(b"123456789"), 0xE3069283)
        for count in (0, 1, 2047, 2048, 2049, 3072, 5000, 1024 * 7, 1024 * 11 + 5):
            data, register = random_bytes(count), 0xFFFFFFFF
            for byte in data:
                register ^= byte
                for _ in range(8):
                    register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
            self.assertEqual(ltfn_codecs.crc32c(data), register ^ 0xFFFFFFFF)

    def test_planes_and_residuals_of_every_dtype(self):
        for dtype in DTYPES.values():
            for n in (1, 2, 17, 200):
                original = random_bytes(n * dtype.word)
                others = (original, nearby(original), random_bytes(len(original)),
                          bytes(len(original)), b"\xff" * len(original))
                for values, mode in ((v, m) for v in others for m in (None, 0, 1, 2)):
                    with self.subTest(dtype=dtype.name, n=n, mode=mode):
                        stored = b.planes(values, dtype, mode)
                        self.assertEqual(
                            ltfn_codecs.decode_planes(stored, len(values), dtype, 0), values)
                        stored = b.residual(values, original, dtype, mode)
                        self.assertEqual(
                            ltfn_codecs.decode_residual(stored, original, dtype, 0), values)

    def test_residuals_longer_than_a_piece(self):
        original = random_bytes(4000)
        stored = b.residual(nearby(original), original, F32)
        with mock.patch.object(ltfn_codecs, "PIECE", 64):
            self.assertEqual(ltfn_codecs.decode_residual(stored, original, F32, 0),
                             nearby(original))

    def test_damaged_stored_bytes_raise_only_their_error(self):
        chance = random.Random(3)
        for dtype in (DTYPES[n] for n in (5, 14, 16, 17, 25, 32)):
            original = random_bytes(40 * dtype.word)
            for make, read in (
                    (lambda: b.planes(bytes(len(original)), dtype, 2),
                     lambda s: ltfn_codecs.decode_planes(s, len(original), dtype, 0)),
                    (lambda: b.residual(nearby(original), original, dtype),
                     lambda s: ltfn_codecs.decode_residual(s, original, dtype, 0))):
                stored = make()
                for _ in range(300):
                    wrong = bytearray(stored[:chance.randrange(1, len(stored) + 1)])
                    wrong[chance.randrange(len(wrong))] = chance.randrange(256)
                    try:
                        read(bytes(wrong))
                    except LtfnError as error:
                        self.assertIn(error.rule, ("C2", "C3", "C4", "C6", "C7"))


class Valid(unittest.TestCase):
    def test_small_file(self):
        manifest, arrays = ltfn_decode.decode(small_file())
        self.assertEqual(arrays["a"].tolist(), [1, -2, 0.5, 0, 3])
        self.assertEqual(arrays["b"].tolist(), [[5, 5]] * 3)
        self.assertEqual(arrays["c"].tolist(), arrays["a"].tolist())
        self.assertEqual(manifest["metadata"]["n"], {"i64": -1})
        self.assertEqual(manifest["variables"][2]["tiedTo"], "a")

    def test_the_smallest_file_has_224_bytes(self):
        self.assertEqual(len(b.build([])), 224)
        self.assertEqual(ltfn_decode.decode(b.build([]))[1], {})

    def test_every_dtype_and_shape(self):
        for dtype in DTYPES.values():
            for shape in ((), (3,), (1, 5, 1), (0,), (0, 1 << 62, 1 << 62), (7, 1)):
                elements = int(np.prod(shape, dtype=object))
                used = elements * dtype.bits
                values = int.to_bytes(random.Random(1).getrandbits(used) if used else 0,
                                      (used + 7) // 8, "little")
                chunks = [(b.RAW, values, 0)] if values else []
                variable = b.Variable("v", dtype.name, shape, values, chunks)
                manifest, arrays = ltfn_decode.decode(b.build([variable]))
                self.assertEqual(manifest["variables"][0]["shape"], list(shape))
                self.assertEqual(arrays["v"].size, elements * (1 + (dtype.name == "bits128")))
                if dtype.bits >= 8:
                    self.assertEqual(arrays["v"].tobytes(), values)

    def test_narrow_elements_are_unpacked(self):
        for name, raw, expected in (("i4", b"\x8f\x07", [-1, -8, 7]), ("u2", b"\x1b", [3, 2, 1]),
                                    ("f6e2m3", b"\x41\x30\x00", [1, 1, 3])):
            variable = b.Variable("v", name, (3,), raw, [(b.RAW, raw, 0)])
            self.assertEqual(ltfn_decode.decode(b.build([variable]))[1]["v"].tolist(), expected)

    def test_initial_values_and_residuals(self):
        initial, options = initial_variable()
        trained = nearby(initial)
        chunks = [(b.RESIDUAL, b.residual(t, i, F32), 0)
                  for t, i in zip(cut(trained, 10), cut(initial, 10))]
        chunks[2] = (b.RAW, cut(trained, 10)[2], 0)
        data = b.build([b.Variable(values=trained, chunks=chunks, **options)], required=1)
        self.assertEqual(ltfn_decode.decode(data, initial=True)[1]["w"].tobytes(), trained)
        partly = cut(trained, 10)[0] + initial[1024:]
        chunks = [chunks[0]] + [(b.INITIAL, b"", 0)] * 3
        data = b.build([b.Variable(values=partly, chunks=chunks, **options)], required=1)
        self.assertEqual(ltfn_decode.decode(data)[1]["w"].tobytes(), partly)
        data = b.build([b.Variable(values=initial, storage=1, **options)], required=1)
        self.assertEqual(ltfn_decode.decode(data, initial=True)[1]["w"].tobytes(), initial)

    def test_bases(self):
        old, new = random_bytes(4096), None
        new = nearby(old)[:1024] + old[1024:2048] + nearby(old)[2048:]
        chunks = [(b.RAW, old, 0)]
        first = b.build([b.Variable("same", "u8", (3,), b"abc", [(b.RAW, b"abc", 0)]),
                         b.Variable("w", "f16", (2048,), old, chunks)])
        digest = bytes.fromhex(ltfn_decode.decode(first)[0]["contentDigest"])
        part = [b.residual(n, o, DTYPES[14]) for n, o in zip(cut(new, 10), cut(old, 10))]
        second = b.build(
            [b.Variable("same", "u8", (3,), b"abc", storage=2),
             b.Variable("w", "f16", (2048,), new, exponent=10, chunks=[
                 (b.BASE_RESIDUAL, part[0], 0), (b.BASE, b"", 0), (b.BASE_RESIDUAL, part[2], 0),
                 (b.BASE_RESIDUAL, part[3], 0)])], bases=[digest], required=2)
        arrays = ltfn_decode.decode(second, bases=[small_file(), first])[1]
        self.assertEqual(arrays["w"].tobytes(), new)
        self.assertEqual(arrays["same"].tobytes(), b"abc")

    def test_references(self):
        values = random_bytes(1024)
        data = b.build([
            b.Variable("a", "u8", (2048,), values * 2, [(b.RAW, values, 0), (b.REFERENCE, b"", 0)],
                       exponent=10),
            b.Variable("b", "f32", (256,), values, [(b.REFERENCE, b"", 0)])])
        arrays = ltfn_decode.decode(data)[1]
        self.assertEqual(arrays["a"].tobytes() + arrays["b"].tobytes(), values * 3)

    def test_an_appended_file(self):
        old = b.build([b.Variable("a", "u8", (4,), b"abcd", [(b.RAW, b"abcd", 0)])])
        new = b.appended(old, [b.Variable("b", "u8", (5,), b"efghi", [(b.RAW, b"efghi", 0)])],
                         dropped=[(64, 4, 3)])
        manifest, arrays = ltfn_decode.decode(new)
        self.assertEqual([r["kind"] for r in manifest["retired"]], ["chunks", "index", "footer"])
        self.assertEqual(arrays["b"].tobytes(), b"efghi")

    def test_graph(self):
        layers = [CONVOLUTION, b.string("") + b"\2", b.string("p") + b"\3" + PAIR * 2 + b"\1",
                  b.string("f") + b"\4", b.string("d") + b"\5" + b.string("a") + b"\0"]
        layers = ltfn_decode.decode(b.build([], graph=graph(*layers)))[0]["graph"]["layers"]
        self.assertEqual([layer["operation"] for layer in layers],
                         ["convolution", "relu", "maxPooling", "flatten", "dense"])
        self.assertEqual((layers[0]["bias"], layers[4]["bias"]), ("b", None))

    def test_minor_versions_and_optional_features_are_ignored(self):
        ltfn_decode.decode(b.build([], minor=0, optional=1 << 63 | 5))
        data = b.header(3) + b.build([])[64:-64]
        whole = data[64:]
        ltfn_decode.decode(data + b.footer(whole, 64, 0, minor=7))


class Damage(unittest.TestCase):
    def test_every_flipped_bit_and_every_truncation_is_an_error(self):
        initial, options = initial_variable(count=64)
        stored = b.residual(nearby(initial), initial, F32)
        residual = b.build([b.Variable(values=nearby(initial), chunks=[(b.RESIDUAL, stored, 0)],
                                       **options)], required=1, graph=graph(CONVOLUTION))
        appended = b.appended(b.build([]), [])
        for data in (b.build([]), small_file(), appended, residual):
            for bit in range(8 * len(data)):
                wrong = bytearray(data)
                wrong[bit // 8] ^= 1 << bit % 8
                with self.assertRaises(LtfnError, msg=bit):
                    ltfn_decode.decode(bytes(wrong))
            for end in range(len(data)):
                if data is appended and end == len(b.build([])):
                    continue  # the file before the addition (LTFN-R4)
                with self.assertRaises(LtfnError, msg=end):
                    ltfn_decode.decode(data[:end])
            for more in (b"\0", data, b"x" * 64):
                self.assertRaises(LtfnError, ltfn_decode.decode, data + more)
                self.assertRaises(LtfnError, ltfn_decode.decode, more + data)

    def test_wrong_fields_under_right_checksums_raise_nothing_else(self):
        chance, initial = random.Random(4), initial_variable()[0]
        _, options = initial_variable()
        start = [b.Variable(values=initial, storage=1, **options)]
        files = (small_file(graph=graph(CONVOLUTION)), b.build(start, required=1),
                 b.appended(small_file(), []))
        limits = ltfn_index.Limits(variable_bytes=1 << 20)
        with mock.patch.object(ltfn_index, "_check_digest"):
            for data in files:
                first, = struct.unpack("<Q", data[-64:-56])
                for at in range(first, len(data) - 8):
                    for byte in (0, 1, 0x7F, 0xFF, chance.randrange(256)):
                        wrong = bytearray(data)
                        wrong[at] = byte
                        try:
                            ltfn_decode.decode(b.sealed(wrong), limits=limits, initial=True)
                        except LtfnError:
                            pass


def patched(data, offset, replacement):
    """The bytes at an offset replaced (from the end when it is negative), checksums right."""
    data = bytearray(data)
    offset = offset if offset >= 0 else len(data) + offset
    data[offset:offset + len(replacement)] = replacement
    if offset < 60:
        data[60:64] = struct.pack("<I", ltfn_codecs.crc32c(data[:60]))
    return b.sealed(data)


class HeaderAndFooter(RuleTest):
    def test_header(self):
        data = small_file()
        self.fails(b"", "truncated", "H1", 0)
        self.fails(data[:5], "truncated", "H1", 5)
        self.fails(b"PK\3\4" + data[4:], "notThisFormat", "H1", 0)
        self.fails(data[:223], "truncated", "H5", 223)
        self.fails(data[:20] + b"\1" + data[21:], "checksumMismatch", "H2", 0)
        self.fails(patched(data, 8, b"\2"), "unsupportedVersion", "H3", 8)
        self.fails(patched(data, 31, b"\2"), "corrupt", "H4", 31)

    def test_footer(self):
        data, at = small_file(), len(small_file()) - 64
        self.fails(data + bytes(8), "truncated", "F1", len(data))
        self.fails(data[:-50] + b"\xee" + data[-49:], "checksumMismatch", "F2", at)
        self.fails(patched(data, -20, b"\2"), "unsupportedVersion", "F3", at + 44)
        self.fails(patched(data, 10, b"\2"), "corrupt", "F3", at + 46)
        for count in (0, len(data) - 1, len(data) + 1, (1 << 64) - 1):
            self.fails(patched(data, -48, struct.pack("<Q", count)), "corrupt", "F4", at + 16)
        self.fails(data + data, "corrupt", "F4", len(data) + at + 16)
        self.fails(patched(data, -40, b"\4"), "unsupportedFeature", "F5", at + 24)
        self.fails(patched(data, -13, b"\2"), "corrupt", "F6", at + 48)
        self.fails(patched(data, -64, struct.pack("<Q", 63)), "corrupt", "F7", at)
        self.fails(small_file(required=1), "corrupt", "F9", at + 24)
        self.fails(small_file(required=2), "corrupt", "F9", at + 24)


class IndexRules(RuleTest):
    def at(self, data):
        return struct.unpack("<Q", data[-64:-56])[0]

    def test_index(self):
        data = small_file()
        at = self.at(data)
        wrong = data[:at + 100] + b"\xee" + data[at + 101:]
        self.fails(wrong, "checksumMismatch", "X1", at)
        self.fails(patched(data, at, b"X"), "corrupt", "X2", at)
        self.fails(patched(data, at + 56, b"\xff" * 8), "corrupt", "X3", at)
        self.fails(patched(data, at + 8, bytes(32)), "corrupt", "X5", at + 8)
        limits = ltfn_index.Limits(variables=2)
        self.fails(data, "limitExceeded", "X8", at + 40, limits=limits)
        limits = ltfn_index.Limits(index_bytes=100)
        self.fails(data, "limitExceeded", "X8", len(data) - 56, limits=limits)
        self.fails(b.build([], metadata=bytes(11)), "corrupt", "X4", 64 + 96)
        self.fails(b.build([], graph=graph() + b"\0"), "corrupt", "X4", 64 + 96 + len(graph()))
        one = b.Variable("a", "u8", (1,), b"x", [(b.RAW, b"x", 0)] * 2)
        self.fails(b.build([one]), "corrupt", "X7", 129 + 48)

    def test_structures_end_within_their_section(self):
        self.fails(b.build([], metadata=bytes(7), graph=graph()), "corrupt", "A2", 64 + 88)
        self.fails(b.build([], metadata=struct.pack("<Q", 1)), "corrupt", "A2", 64 + 88)
        huge = struct.pack("<QQBB", 1, 1 << 63, 0, 0)
        self.fails(b.build([], metadata=huge), "corrupt", "A2", 64 + 96)

    def test_strings(self):
        wrong = struct.pack("<QQ", 1, 2) + b"\xc0\x80\1\0"
        self.fails(b.build([], metadata=wrong), "corrupt", "A3", 64 + 104)

    def test_bases(self):
        variable = [b.Variable("a", "u8", (1,), b"x", storage=2)]
        at = 64 + 96
        self.fails(b.build(variable, bases=[b"a" * 32, b"b" * 32], required=2),
                   "corrupt", "X6", at + 32)
        two = variable + [b.Variable("b", "u8", (1,), b"x", storage=2, base=1)]
        for second in (b"a", b"b"):
            self.fails(b.build(two, bases=[b"b" * 32, second * 32], required=2),
                       "corrupt", "X6", at + 32)
        self.fails(b.build(two, bases=[b"a" * 32], required=2), "corrupt", "V12",
                   64 + 96 + 32 + len(variable[0].described) * 2 + 3 + 1)
        self.fails(b.build(variable, bases=[b"a" * 32], required=2), "unsupportedFeature", "C9",
                   None)

    def test_base_without_the_variable(self):
        other = small_file()
        digest = bytes.fromhex(ltfn_decode.decode(other)[0]["contentDigest"])
        data = b.build([b.Variable("a", "u8", (1,), b"x", storage=2)], bases=[digest], required=2)
        self.fails(data, "corrupt", "C9", None, bases=[other])

    def test_bases_of_bases(self):
        files = [b.build([b.Variable("a", "u8", (1,), b"x", [(b.RAW, b"x", 0)])])]
        for k in range(3):
            digest = bytes.fromhex(ltfn_index.parse(files[-1]).digest.hex())
            data = b.build([b.Variable("a", "u8", (1,), b"x", storage=2)], bases=[digest],
                           required=2, metadata=b.metadata({"k": ("i64", k)}))
            files.append(data)
        self.assertEqual(ltfn_decode.decode(data, bases=files)[1]["a"].tolist(), [ord("x")])
        self.fails(data, "limitExceeded", "C10", None, bases=files,
                   limits=ltfn_index.Limits(bases=2))

    def test_retired_regions(self):
        record = struct.pack("<QQII", 64, 10, ltfn_codecs.crc32c(b"0123456789"), 3)
        good = dict(before=b.header() + b"0123456789", retired=record)
        ltfn_decode.decode(b.build([], **good))
        at = 74 + 96
        for field, value in ((8, bytes(8)), (20, b"\0"), (20, b"\4")):
            self.fails(patched(b.build([], **good), at + field, value), "corrupt", "X9", at)
        twice = dict(good, retired=record * 2)
        self.fails(b.build([], **twice), "corrupt", "X9", at + 24)
        self.fails(patched(b.build([], **good), 70, b"x"), "checksumMismatch", "X10", 64)

    def test_layout(self):
        record = struct.pack("<QQII", 64, 10, ltfn_codecs.crc32c(b"0123456789"), 3)
        data = b.build([], before=b.header() + b"0123456789", retired=record)
        for field, value, rule, offset in (
                (0, 65, "X9", 170), (0, 63, "R1", 63), (8, 9, "R1", 74), (8, 11, "X9", 170),
                (8, 1 << 63, "X9", 170), (0, 1 << 63, "X9", 170)):
            wrong = patched(data, 74 + 96 + field, struct.pack("<Q", value))
            self.fails(wrong, "corrupt", rule, offset)
        one = b.build([b.Variable("a", "u8", (70,), b"x" * 70, [(b.RAW, b"x" * 70, 0)])])
        two = b.build([b.Variable("a", "u8", (9,), b"y" * 9, [(b.CONSTANT, b"y", 0)]),
                       b.Variable("b", "u8", (9,), b"x" * 9, [(b.RAW, b"x" * 9, 0)])])
        ltfn_decode.decode(two)
        self.fails(patched(two, 127, b"!"), "corrupt", "R3", 127)
        chunk = len(two) - 64 - 24
        self.fails(patched(two, chunk + 8, struct.pack("<Q", 65)), "corrupt", "R2", 65)
        self.fails(patched(two, chunk + 8, struct.pack("<Q", 64)), "corrupt", "R1", 64)
        chunk = len(one) - 64 - 24
        self.fails(patched(one, chunk + 8, struct.pack("<Q", 128)), "corrupt", "D7", chunk)


class MetadataAndGraph(RuleTest):
    def metadata(self, raw, rule, offset):
        self.fails(b.build([], metadata=raw), "corrupt", rule, 64 + 88 + offset)

    def test_metadata(self):
        entry = b.string("k") + b"\1\1"
        for keys in ("kk", "kj"):
            raw = struct.pack("<Q", 2) + b"".join(b.string(k) + b"\1\1" for k in keys)
            self.metadata(raw, "M1", 8 + len(entry))
        for tag in (0, 9, 255):
            self.metadata(struct.pack("<Q", 1) + b.string("k") + bytes([tag, 0]), "M2", 17)
        self.metadata(struct.pack("<Q", 1) + b.string("k") + b"\1\2", "M3", 18)

    def test_nesting(self):
        def nested(depth):
            value = ("bool", 0)
            for _ in range(depth):
                value = ("list", [value])
            return b.metadata({"k": value})
        ltfn_decode.decode(b.build([], metadata=nested(64)))
        self.metadata(nested(65), "M4", 17 + 64 * 9)

    def graph(self, raw, code, rule, offset):
        self.fails(b.build([], graph=raw), code, rule, 64 + 96 + offset)

    def test_graph(self):
        at = len(GRAPH_HEAD) + 8
        unknown = b.string("x") + b"\6"
        self.graph(graph(unknown), "unsupportedFeature", "G1", at + 9)
        for field, where in ((3, 11 + 1 + 24), (4, 11 + 1 + 32)):
            numbers = [28, 28, 1, 1.0, 0.0]
            numbers[field] = float("inf")
            head = b.string("net") + b"\3" + struct.pack("<3Q2d", *numbers)
            self.graph(head + bytes(8), "corrupt", "G2", where)
        self.graph(graph(CONVOLUTION[:-1] + b"\2"), "corrupt", "G3", at + len(CONVOLUTION) - 1)
        dense = b.string("d") + b"\5" + b.string("a")
        self.graph(graph(dense + b"\2"), "corrupt", "G3", at + len(dense))
        for wrong in (0, 1 << 63):
            pool = b.string("p") + b"\3" + struct.pack("<4Q", 1, 2, 3, wrong) + b"\0"
            self.graph(graph(pool), "corrupt", "G4", at + 10 + 24)
        head = b.string("net") + b"\2" + struct.pack("<2Q2d", 1 << 32, 1 << 32, 1, 0)
        self.graph(head + bytes(8), "corrupt", "G4", 11)
        head = b.string("net") + b"\2" + struct.pack("<2Q2d", 0, 1 << 63, 1, 0)
        self.graph(head + bytes(8), "corrupt", "G4", 12 + 8)
        self.graph(graph(b.string("d") + b"\5" + b.string("a\0") + b"\0"), "corrupt", "G5", at + 10)


class VariableRules(RuleTest):
    AT = 64 + 96

    def variable(self, code, rule, offset, *arguments, required=0, **options):
        variable = b.Variable(*arguments, **options)
        self.fails(b.build([variable], required=required), code, rule, offset)

    def test_names(self):
        for name in ("", "a\0", "a\x1f", "\x7f", "a\u0085", "x" * 1025, b"\xff", b"\xed\xa0\x80"):
            self.variable("corrupt", "V1", self.AT, name, "u8", (0,))
        ltfn_decode.decode(b.build([b.Variable("é" * 512, "u8", (0,))]))
        a, z = b.Variable("a", "u8", (0,)), b.Variable("b", "u8", (0,))
        at = self.AT + len(z.described) + 2
        self.fails(b.build([z, a]), "corrupt", "V2", at)
        self.fails(b.build([a, a]), "corrupt", "V2", at)
        ltfn_decode.decode(b.build([b.Variable("\uffff", "u8", (0,)),
                                    b.Variable("\U00010000", "u8", (0,))]))

    def test_dtypes_and_shapes(self):
        for dtype in (0, 33):
            self.variable("unsupportedFeature", "V3", self.AT + 3, "a", dtype, (0,))
        many = b.build([b.Variable("a", "u8", (0,) * 255)])
        ltfn_decode.decode(many)
        self.fails(many, "limitExceeded", "V4", self.AT + 4,
                   limits=ltfn_index.Limits(dimensions=254))
        for dtype, shape in (("u8", (1 << 63,)), ("u8", (0, 1 << 63)), ("f32", (1 << 61,)),
                             ("u2", (1 << 32, 1 << 31)), ("u8", (1 << 32, 1 << 32))):
            self.variable("corrupt", "V5", self.AT + 4, "a", dtype, shape)

    def test_presence_storage_and_metadata(self):
        at = self.AT + 13
        data = b.build([b.Variable("a", "u8", (0,))])
        self.fails(patched(data, at, b"\10"), "corrupt", "V6", at)
        self.fails(patched(data, at + 33, b"\3"), "corrupt", "V9", at + 33)
        for exponent in (5, 31):
            self.fails(patched(data, at + 34, bytes([exponent])), "corrupt", "V11", at + 34)
        self.variable("corrupt", "V8", at + 33, "a", "u8", (0,), metadata=bytes(8))

    def test_ties(self):
        a = b.Variable("a", "u8", (0,))
        at = self.AT + len(a.described) + 2 + 14
        for name, dtype, shape, target in (("b", "u8", (0,), 2), ("b", "u8", (0,), 1),
                                           ("b", "i8", (0,), 0), ("b", "u8", (0, 0), 0)):
            wrong = b.Variable(name, dtype, shape, target=target)
            place = at + 8 * (len(shape) - 1)
            self.fails(b.build([a, wrong]), "corrupt", "V7", place)

    def test_initial_storage(self):
        initial, options = initial_variable()
        raw = options.pop("initializer")
        at = self.AT + 2 + 1 + 1 + 1 + 8 + 1 + 32
        self.variable("corrupt", "V10", at, values=initial, storage=1, required=1, **options)
        plain = normal_record()[0]
        self.variable("corrupt", "V10", at + len(plain), values=initial, storage=1, required=1,
                      initializer=plain, **options)
        self.variable("corrupt", "V10", at + len(raw), values=b"", storage=1, required=1,
                      initializer=raw, **options)
        zeros = b.initializer(1, digest=digest_of(bytes(1)))
        self.variable("corrupt", "V10", at + len(zeros), "a", "u4", (2,), bytes(1), storage=1,
                      required=1, initializer=zeros)

    def test_digests(self):
        self.variable("checksumMismatch", "V13", 64, "a", "u8", (1,), chunks=[(b.RAW, b"x", 0)],
                      digest=digest_of(b"y"))
        self.variable("checksumMismatch", "V13", None, "a", "u8", (0,), digest=digest_of(b"y"))
        raw, _ = normal_record(digest_of(b""))
        self.variable("checksumMismatch", "N7", None, "a", "f32", (9,), initializer=raw,
                      digest=digest_of(b""), storage=1, required=1)
        self.variable("checksumMismatch", "N7", None, "a", "f32", (1,), b"abcd",
                      [(b.RAW, b"abcd", 0)], initializer=raw)

    def test_spare_bits(self):
        for dtype, values in (("u4", b"\0\x10"), ("u2", b"\x40"), ("f6e2m3", b"\0\0\4")):
            self.variable("corrupt", "V14", 64, "a", dtype, (3,), values, [(b.RAW, values, 0)])

    def test_initializers(self):
        at = self.AT + 2 + 1 + 1 + 1 + 1 + 32
        for raw, code, rule, offset in (
                (b.initializer(0), "unsupportedFeature", "N1", 0),
                (b.initializer(16), "unsupportedFeature", "N1", 0),
                (b"\1\4" + bytes(16), "corrupt", "N2", 1),
                (b.initializer(3, struct.pack("<d", float("nan"))), "corrupt", "N3", 2),
                (b.initializer(5, struct.pack("<dd", 0, float("inf"))), "corrupt", "N3", 10),
                (b.initializer(8, struct.pack("<dBB", 1, 3, 0)), "corrupt", "N4", 10),
                (b.initializer(8, struct.pack("<dBB", 1, 0, 4)), "corrupt", "N4", 11),
                (b.initializer(15, b.string("x") + bytes(8), digest=digest_of(b"")), "corrupt", "N5", 1)):
            self.variable(code, rule, at + offset, "a", "f32", (), initializer=raw)

    def test_what_cannot_be_sampled(self):
        raw, _ = normal_record(digest_of(b""), version=2)
        options = dict(required=1, storage=1, digest=digest_of(b""))
        for dtype, record in (("f32", raw), ("i32", normal_record(digest_of(b""))[0]),
                              ("f32", b.initializer(11, digest=digest_of(b"")))):
            self.variable("unsupportedFeature", "N6", None, "a", dtype, (1,), initializer=record,
                          **options)

    def test_zeros_of_every_dtype_that_has_them(self):
        for dtype in DTYPES.values():
            if dtype.name == "f8e8m0":
                continue
            values = bytes(dtype.byte_count(5))
            record = b.initializer(1, digest=digest_of(values))
            data = b.build([b.Variable("a", dtype.name, (5,), values, [(b.RAW, values, 0)],
                                       initializer=record)])
            ltfn_decode.decode(data, initial=True)


class ChunkRules(RuleTest):
    def chunk(self, code, rule, offset, field, value, data=None, **options):
        """Breaks a field of the only chunk's record; an offset below 24 is one in the record."""
        data = data or b.build([b.Variable("a", "f32", (32,), bytes(128), [
            (b.PLANES, b.planes(bytes(128), F32), 0)])])
        record = len(data) - 64 - 24
        self.fails(patched(data, record + field, value), code, rule, record, **options)

    def test_records(self):
        self.chunk("unsupportedFeature", "D1", 0, 0, b"\10")
        self.chunk("corrupt", "D2", 0, 1, b"\1")
        self.chunk("corrupt", "D2", 0, 2, b"\1")
        self.chunk("corrupt", "D2", 0, 0, b"\5")
        for codec in (0, 1, 3, 7):
            self.chunk("corrupt", "D3", 0, 0, bytes([codec]))
        for size in (0, 128, 1 << 63):
            self.chunk("corrupt", "D3", 0, 16, struct.pack("<Q", size))
        self.chunk("corrupt", "D5", 0, 0, b"\4")
        for offset in (1000, (1 << 64) - 1):
            self.chunk("corrupt", "D7", 0, 8, struct.pack("<Q", offset))
        zero = b.build([b.Variable("a", "f32", (1,), bytes(4), [(b.RAW, bytes(4), 0)])])
        self.chunk("corrupt", "D3", 0, 0, b"\1", data=zero)

    def test_references(self):
        def two(first, second):
            return b.build([b.Variable("a", "u8", (65,), b"x" * 65, [first, second], exponent=6)])
        raw, tail = (b.RAW, b"x" * 64, 0), (b.RAW, b"x", 0)
        refers = lambda number: (b.REFERENCE, b"", number)
        for data, back in ((two(raw, refers(0)), 1), (two(raw, refers(1)), 1),
                           (two(raw, refers(2)), 1), (two(refers(1), tail), 2)):
            self.fails(data, "corrupt", "D4", len(data) - 64 - 24 * back)

    def test_stored_bytes(self):
        data = small_file()
        self.fails(data[:64] + b"\7" + data[65:], "checksumMismatch", "D6", 64)
        big = b.build([b.Variable("a", "u8", (1 << 30,), digest=bytes(32), exponent=30,
                                  chunks=[(b.CONSTANT, b"x", 0)])])
        self.fails(big, "limitExceeded", "D8", None,
                   limits=ltfn_index.Limits(expanded_bytes=1 << 20))
        self.fails(big, "limitExceeded", "D8", None,
                   limits=ltfn_index.Limits(variable_bytes=1 << 20))

    def stored(self, rule, offset, stored, codec=b.PLANES):
        initial, options = initial_variable(count=100)
        self.fails(b.build([b.Variable(values=initial, chunks=[(codec, stored, 0)], **options)],
                           required=int(codec == b.RESIDUAL)), "corrupt", rule, 64 + offset)

    def test_planes(self):
        head = struct.pack("<I", 1 << 30 | 1)
        good = head * 4 + b"abcd"
        for wrong in (3 << 30 | 1, 1 << 30 | 2, 99, 2 << 30 | 100, 2 << 30):
            self.stored("C2", 4, head + struct.pack("<I", wrong) + head * 2 + b"abcd")
        for wrong in (good + b"e", good[:-1], head * 3):
            self.stored("C4", 0, wrong)
        for body in (b"\7", b.deflated(bytes(99)), b.deflated(bytes(101)),
                     b.deflated(bytes(100)) + b"\0", b.deflated(bytes(100))[:-1]):
            stored = head + struct.pack("<I", 2 << 30 | len(body)) + head * 2 + b"a" + body + b"cd"
            self.stored("C3", 16 + 1, stored)

    def test_residuals(self):
        initial, _ = initial_variable(count=100)
        good = b.residual(nearby(initial), initial, F32)
        symbols = 4 + (struct.unpack("<I", good[:4])[0] & 0x3FFFFFFF)
        self.stored("C2", 0, struct.pack("<I", 3 << 30 | 1) + good[4:], b.RESIDUAL)
        self.stored("C3", 4, struct.pack("<I", 2 << 30 | 3) + b"\7\7\7", b.RESIDUAL)
        self.stored("C4", 0, good[:3], b.RESIDUAL)
        self.stored("C4", 0, good[:symbols - 1], b.RESIDUAL)
        for symbol in (1, 255):
            self.stored("C6", 0, struct.pack("<I", 1 << 30 | 1) + bytes([symbol]), b.RESIDUAL)
        self.stored("C7", symbols, good[:-1], b.RESIDUAL)
        self.stored("C7", symbols, good + b"\0", b.RESIDUAL)

    def test_unused_bits_of_tails(self):
        original = bytes(8)
        stored = b.residual(struct.pack("<2I", 5, 3), original, DTYPES[12])
        self.assertLess(stored[-1], 128)
        wrong = stored[:-1] + bytes([stored[-1] | 128])
        with self.assertRaises(LtfnError) as caught:
            ltfn_codecs.decode_residual(wrong, original, DTYPES[12], 0)
        self.assertEqual((caught.exception.rule, caught.exception.offset), ("C7", 4 + 2))


if __name__ == "__main__":
    unittest.main()
