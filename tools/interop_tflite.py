#!/usr/bin/env python3
"""Compares ltfn-convert with TensorFlow's schema classes on random models of TensorFlow Lite.

usage: tools/interop_tflite.py LTFN-CONVERT [COUNT] [SEED]        200 models, seed 1

Every model has subgraphs with tensors of all types, quantized ones, tensors of one buffer, and values after the
FlatBuffer. It is converted to .ltfn, which tools/ltfn_decode.py reads: names, shapes and bits have to be those that
the schema classes read from the file. Exits with 1 on a difference.
"""

import math
import os
import random
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ltfn_decode
from make_tflite_fixtures import BITS, NAMES

SHAPES = [(), (1,), (5,), (3, 4), (2, 3, 4, 5), (1, 7, 1), (30, 41)]
TEXTS = ["kernel", "model/dense_%d/MatMul", "größe", "", "x;y;z"]


def random_model(rng):
    model = schema.ModelT()
    model.version, model.description = 3, rng.choice(["", "random"])
    model.buffers, model.subgraphs = [schema.BufferT()], []
    outside = []
    for _ in range(rng.randrange(1, 4)):
        graph = schema.SubGraphT()
        graph.name, graph.tensors = "graph", []
        for _ in range(rng.randrange(1, 8)):
            graph.tensors.append(random_tensor(rng, model, outside))
        model.subgraphs.append(graph)
    if not outside:
        return packed(model)
    # The offsets take no other room when they are known.
    for buffer, raw in outside:
        buffer.offset, buffer.size = 1 << 40, len(raw)
    position = -(-len(packed(model)) // 16) * 16
    tail = b""
    for buffer, raw in outside:
        buffer.offset = position + len(tail)
        tail += raw + bytes(-len(raw) % 16)
    head = packed(model)
    return head + bytes(position - len(head)) + tail


def packed(model):
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def random_tensor(rng, model, outside):
    tensor = schema.TensorT()
    name = rng.choice(TEXTS)
    tensor.name = name % rng.randrange(9) if "%d" in name else name
    tensor.type, shape = rng.choice(list(BITS)), rng.choice(SHAPES)
    tensor.shape = np.array(shape, np.int32)
    if rng.random() < 0.2:
        tensor.buffer = 0
        return tensor
    raw = rng.randbytes(-(-math.prod(shape) * BITS[tensor.type] // 8))
    if tensor.type == 6:
        raw = bytes(byte % 2 for byte in raw)
    if BITS[tensor.type] < 8:
        # Bits after the last element are zeros.
        used = math.prod(shape) * BITS[tensor.type] % 8
        raw = raw[:-1] + bytes([raw[-1] & ((1 << used) - 1)]) if used else raw
    buffer = schema.BufferT()
    if rng.random() < 0.3:
        outside.append((buffer, raw))
    else:
        buffer.data = np.frombuffer(raw, np.uint8)
    model.buffers.append(buffer)
    tensor.buffer = len(model.buffers) - 1
    if rng.random() < 0.3:
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = [rng.random() for _ in range(rng.randrange(1, 4))]
        tensor.quantization.zeroPoint = [rng.randrange(-128, 128) for _ in tensor.quantization.scale]
    return tensor


def theirs(data):
    """Type, shape and bits of the tensors with values, in their order, and their names."""
    model, found = schema.Model.GetRootAs(data, 0), []
    for index in range(model.SubgraphsLength()):
        graph = model.Subgraphs(index)
        for number in range(graph.TensorsLength()):
            tensor = graph.Tensors(number)
            buffer = model.Buffers(tensor.Buffer())
            raw = b""
            if buffer.DataLength():
                raw = buffer.DataAsNumpy().tobytes()
            elif buffer.Offset() > 1:
                raw = data[buffer.Offset():buffer.Offset() + buffer.Size()]
            if raw:
                shape = tuple(tensor.ShapeAsNumpy().tolist()) if tensor.ShapeLength() else ()
                found.append(((tensor.Name() or b"").decode(), NAMES[tensor.Type()], shape, raw))
    return found


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def check_model(program, rng, folder):
    path, output = os.path.join(folder, "m.tflite"), os.path.join(folder, "m.ltfn")
    data = random_model(rng)
    with open(path, "wb") as file:
        file.write(data)
    result = subprocess.run([program, path, "-o", output, "--allow-loss", "name"], capture_output=True, text=True)
    expect(result.returncode == 0, "exit %d: %s" % (result.returncode, result.stderr.strip()))
    with open(output, "rb") as file:
        reader = ltfn_decode.Reader(file.read())
    found = {v.name: (v.dtype.name, tuple(v.shape), b"".join(reader.pieces(v))) for v in reader.index.variables}
    expected, counts = {}, {}
    for name, *value in theirs(data):
        counts[name] = counts.get(name, 0) + 1
        numbered = name if counts[name] == 1 else "%s~%d" % (name, counts[name])
        expected[numbered or "unnamed"] = tuple(value)
    expect(found.keys() == expected.keys(), "names: %s" % (found.keys() ^ expected.keys()))
    for name, value in expected.items():
        expect(found[name] == value, "%s is another tensor: %s" % (name, value[:2]))


def main(program, count=200, seed=1):
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                check_model(program, random.Random(seed * 1_000_003 + number), folder)
            except AssertionError as error:
                print("tflite: model %d of seed %d: %s" % (number, seed, error))
                return 1
    print("tflite: %d random models, bit for bit the same" % count)
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(0 if len(sys.argv) > 1 else 64)
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
