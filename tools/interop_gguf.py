#!/usr/bin/env python3
"""Compares ltfn-convert with the gguf package on random models, both ways.

usage: tools/interop_gguf.py LTFN-CONVERT [COUNT] [SEED]        200 models, seed 1

Every model has tensors of all types, quantized ones among them, and keys of all types. It is converted to .gguf and
to .ltfn and back, which GGUFReader has to read as the same names, types, bits and metadata; what has no blocks goes
to .safetensors, and what has some that can be decoded goes there by --dequantize and has to be what
gguf.quants.dequantize makes of it, bit for bit. Models of the safetensors package become .gguf, too. Exits with 1
on a difference.
"""

import math
import os
import random
import subprocess
import sys
import tempfile
import warnings

import gguf
import ml_dtypes
import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType as Value
from safetensors import safe_open
from safetensors.numpy import save_file

warnings.filterwarnings("ignore")
PLAIN = {Type.F32: "<f4", Type.F16: "<f2", Type.F64: "<f8", Type.I8: "i1", Type.I16: "<i2", Type.I32: "<i4",
         Type.I64: "<i8"}
DECODED = [Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.Q4_K, Type.Q5_K, Type.Q6_K]
SHAPES = [(), (0,), (1,), (5,), (3, 4), (2, 0, 3), (2, 3, 4, 5), (1, 7, 1), (300, 41), (1,) * 6]
NAMES = ["token_embd.weight", "blk.%d.attn_q.weight", "blk.%d.ffn_up.bias", "größe %d", "a b", "/x/y:%d", "m%d"]
SCALARS = [Value.UINT8, Value.INT8, Value.UINT16, Value.INT16, Value.UINT32, Value.INT32, Value.FLOAT32, Value.BOOL,
           Value.STRING, Value.UINT64, Value.INT64, Value.FLOAT64]
WIDTHS = {Value.UINT8: (0, 8), Value.INT8: (1, 8), Value.UINT16: (0, 16), Value.INT16: (1, 16), Value.UINT32: (0, 32),
          Value.INT32: (1, 32), Value.UINT64: (0, 64), Value.INT64: (1, 64)}


def random_value(rng, kind):
    if kind in WIDTHS:
        signed, bits = WIDTHS[kind]
        low = -(1 << (bits - 1)) if signed else 0
        return rng.choice([low, low + (1 << bits) - 1, low + rng.randrange(1 << bits), 0, 1])
    if kind == Value.BOOL:
        return rng.random() < 0.5
    if kind == Value.STRING:
        return rng.choice(["x", "Wert ü\n", "名前", "a" * 300])
    if kind == Value.FLOAT32:
        return float(np.float32(rng.choice([0.0, -0.0, 1e-5, math.inf, rng.gauss(0, 1)])))
    return rng.choice([0.0, 0.1, -math.inf, 5e-324, rng.gauss(0, 1)])


def add_keys(rng, writer):
    for number in range(rng.randrange(8)):
        kind = rng.choice(SCALARS)
        writer.add_key_value("scalar.%d" % number, random_value(rng, kind), kind)
    for number in range(rng.randrange(5)):
        kind = rng.choice(SCALARS)
        values = [random_value(rng, kind) for _ in range(rng.randrange(1, 20))]
        writer.add_key_value("array.%d" % number, values, Value.ARRAY, sub_type=kind)


def random_tensor(rng, writer, name, types):
    kind = rng.choice(types)
    if kind in PLAIN:
        shape = rng.choice(SHAPES)
        raw = rng.randbytes(math.prod(shape) * np.dtype(PLAIN[kind]).itemsize)
        writer.add_tensor(name, np.frombuffer(raw, PLAIN[kind]).reshape(shape))
        return
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    shape = rng.choice([(1,), (3,), (2, 3), (2, 2, 2), (0, 1), (5, 0), (40, 3)])
    row = shape[-1] * (size if kind != Type.BF16 else 2 * rng.randrange(1, 40))
    shape = (*shape[:-1], row)
    raw = np.frombuffer(rng.randbytes(math.prod(shape)), np.uint8).reshape(shape)
    writer.add_tensor(name, raw, raw_dtype=kind)


def write_model(rng, path, types):
    writer = gguf.GGUFWriter(path, rng.choice(["llama", "clip"]))
    if rng.random() < 0.4:
        writer.add_custom_alignment(rng.choice([8, 16, 64, 256, 4096]))
    add_keys(rng, writer)
    names = set()
    for _ in range(rng.randrange(1, 10)):
        name = rng.choice(NAMES)
        name = name % rng.randrange(100) if "%d" in name else name
        if name not in names:
            names.add(name)
            random_tensor(rng, writer, name, types)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def content(path):
    """What gguf reads: tensors, and keys with their types."""
    reader = gguf.GGUFReader(path)
    tensors = {t.name: (t.tensor_type, tuple(t.shape.tolist()), t.data.tobytes()) for t in reader.tensors}
    fields = {name: ([kind.name for kind in field.types], repr(field.contents()))
              for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    return tensors, fields


def run(program, *arguments):
    result = subprocess.run([program, *arguments, "--force"], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError("%s: exit %d: %s" % (" ".join(arguments), result.returncode, result.stderr.strip()))


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def expect_same(one, other, what):
    (tensors, fields), (found, keys) = one, other
    expect(tensors.keys() == found.keys(), "%s: names: %s" % (what, tensors.keys() ^ found.keys()))
    for name in tensors:
        expect(tensors[name] == found[name], "%s: %s is another tensor" % (what, name))
    keys = {key: value for key, value in keys.items() if key != "ltfn.manifest"}
    expect(fields == keys, "%s: metadata: %s" % (what, {k for k in fields | keys if fields.get(k) != keys.get(k)}))


def check_model(program, rng, folder):
    types = rng.choice([list(Type), list(PLAIN) + [Type.BF16], list(PLAIN) + DECODED])
    path = {name: os.path.join(folder, name) for name in ("a.gguf", "b.gguf", "a.ltfn", "c.gguf", "a.safetensors")}
    write_model(rng, path["a.gguf"], types)
    model = content(path["a.gguf"])
    run(program, path["a.gguf"], "-o", path["b.gguf"])
    expect_same(model, content(path["b.gguf"]), "gguf")
    run(program, path["a.gguf"], "-o", path["a.ltfn"])
    run(program, path["a.ltfn"], "-o", path["c.gguf"])
    with open(path["b.gguf"], "rb") as one, open(path["c.gguf"], "rb") as other:
        expect(one.read() == other.read(), "the way by .ltfn gives another file")
    if any(kind not in PLAIN and kind not in DECODED and kind != Type.BF16 for kind, _, _ in model[0].values()):
        return
    run(program, path["a.gguf"], "-o", path["a.safetensors"], "--dequantize")
    compare_numbers(path["a.gguf"], path["a.safetensors"])
    if all(kind not in DECODED for kind, _, _ in model[0].values()):
        run(program, path["a.safetensors"], "-o", path["c.gguf"])
        expect_same(model, content(path["c.gguf"]), "by safetensors")


def compare_numbers(path, decoded):
    with safe_open(decoded, "np") as file:
        names = set(file.keys())
        for tensor in gguf.GGUFReader(path).tensors:
            expect(tensor.name in names, "%s is missing" % tensor.name)
            found = file.get_tensor(tensor.name)
            expect(found.shape == tuple(reversed(tensor.shape.tolist())), "%s has another shape" % tensor.name)
            if tensor.tensor_type not in DECODED:
                expect(found.tobytes() == tensor.data.tobytes(), "%s: other bits" % tensor.name)
                continue
            expected = gguf.quants.dequantize(tensor.data, tensor.tensor_type) if tensor.data.size else found
            one, other = (np.ascontiguousarray(array).reshape(-1).view("<u4") for array in (found, expected))
            expect((one == other).all(), "%s: other numbers (%s)" % (tensor.name, tensor.tensor_type.name))


def check_export(program, rng, folder):
    """A model of another program, in GGUF."""
    source, exported = os.path.join(folder, "s.safetensors"), os.path.join(folder, "s.gguf")
    tensors = {}
    for number in range(rng.randrange(1, 8)):
        dtype = np.dtype(rng.choice(["<f4", "<f2", "<f8", "i1", "<i2", "<i4", "<i8", ml_dtypes.bfloat16]))
        # gguf does not read bfloat16 without axes.
        shape = rng.choice(SHAPES[1:] if dtype == ml_dtypes.bfloat16 else SHAPES)
        raw = rng.randbytes(math.prod(shape) * dtype.itemsize)
        tensors["t%d" % number] = np.frombuffer(raw, dtype).reshape(shape)
    save_file(tensors, source, metadata={"key": "value"})
    run(program, source, "-o", exported)
    found = {tensor.name: tensor for tensor in gguf.GGUFReader(exported).tensors}
    expect(found.keys() == tensors.keys(), "names of what was written")
    for name, array in tensors.items():
        expect(found[name].data.tobytes() == array.tobytes(), "%s: other bits were written" % name)
        expect(tuple(reversed(found[name].shape.tolist())) == array.shape, "%s: another shape" % name)
    expect(gguf.GGUFReader(exported).fields["key"].contents() == "value", "metadata of what was written")


def main(program, count=200, seed=1):
    for number in range(count):
        rng = random.Random(seed * 1_000_003 + number)
        with tempfile.TemporaryDirectory() as folder:
            try:
                check_model(program, rng, folder)
                check_export(program, rng, folder)
            except AssertionError as error:
                print("gguf: model %d of seed %d: %s" % (number, seed, error))
                return 1
    print("gguf: %d random models, both ways, bit for bit the same" % count)
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(0 if len(sys.argv) > 1 else 64)
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
