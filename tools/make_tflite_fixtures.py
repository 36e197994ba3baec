#!/usr/bin/env python3
"""Makes Fixtures/tflite with the schema classes and the converter of TensorFlow: models that tests read without it.

usage: tools/make_tflite_fixtures.py [FOLDER]        Fixtures beside this folder

The values of every tensor but those of network.tflite are 37 * k + 11 modulo 256 at byte k, or modulo 2 those of
bool. TensorFlow 2.21 made the files that are kept.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

BITS = {0: 32, 1: 16, 2: 32, 3: 8, 4: 64, 6: 8, 7: 16, 8: 64, 9: 8, 10: 64, 11: 128, 12: 64, 15: 32, 16: 16, 17: 4,
        18: 16, 19: 2, 20: 4}
NAMES = {0: "f32", 1: "f16", 2: "i32", 3: "u8", 4: "i64", 6: "bool", 7: "i16", 8: "c64", 9: "i8", 10: "f64",
         11: "c128", 12: "u64", 15: "u32", 16: "u16", 17: "i4", 18: "bf16", 19: "i2", 20: "u4"}


def pattern(code, count):
    if code == 6:
        return bytes(k % 2 for k in range(count))
    return bytes((37 * k + 11) % 256 for k in range(count * BITS[code] // 8))


class Model:
    """A model that is put together tensor by tensor."""

    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "made for tests"
        self.model.buffers = [schema.BufferT()]
        self.model.subgraphs = []

    def subgraph(self, name):
        graph = schema.SubGraphT()
        graph.name, graph.tensors = name, []
        self.model.subgraphs.append(graph)

    def buffer(self, data, offset=0, size=0):
        buffer = schema.BufferT()
        if data is not None:
            buffer.data = np.frombuffer(data, np.uint8)
        buffer.offset, buffer.size = offset, size
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def tensor(self, name, code, shape, buffer=None):
        tensor = schema.TensorT()
        tensor.name, tensor.type, tensor.shape = name, code, np.array(shape, np.int32)
        tensor.buffer = self.buffer(pattern(code, int(np.prod(shape)))) if buffer is None else buffer
        self.model.subgraphs[-1].tensors.append(tensor)
        return tensor

    def data(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def types():
    model = Model()
    model.subgraph("main")
    for code, name in NAMES.items():
        model.tensor("of " + name, code, [3, 8])
    model.tensor("scalar", 0, [])
    model.tensor("input", 0, [1, 28, 28, 1], buffer=0)
    return model.data()


def quantized():
    model = Model()
    model.subgraph("main")
    tensor = model.tensor("kernel", 9, [2, 3, 3, 4])
    quantization = schema.QuantizationParametersT()
    quantization.scale, quantization.zeroPoint = [0.5, 0.1], [0, -3]
    quantization.min, quantization.max = [-1.0], [1.0]
    tensor.quantization = quantization
    one = model.tensor("bias", 17, [5], buffer=model.buffer(bytes([0x21, 0x43, 0x05])))
    quantization = schema.QuantizationParametersT()
    quantization.scale, quantization.zeroPoint, quantization.quantizedDimension = [0.25], [0], 0
    one.quantization = quantization
    return model.data()


def subgraphs():
    model = Model()
    model.subgraph("main")
    first = model.tensor("w", 0, [2, 2])
    model.tensor("alias", 0, [2, 2], buffer=first.buffer)
    model.tensor("bits", 2, [4], buffer=first.buffer)
    model.subgraph("body")
    model.tensor("w", 0, [2, 2], buffer=first.buffer)
    model.tensor("w", 7, [3])
    model.tensor("text", 5, [1], buffer=model.buffer(b"\1\0\0\0\f\0\0\0\r\0\0\0a"))
    return model.data()


def outside():
    """Values after the FlatBuffer, as in models above 2 GB."""
    def build(offset):
        model = Model()
        model.subgraph("main")
        for name in ("a", "b"):
            model.tensor(name, 0, [4, 4], buffer=model.buffer(None, offset, 64))
            offset += 64
        return model.data()

    start = -(-len(build(64)) // 16) * 16
    data = build(start)
    return data + bytes(start - len(data)) + pattern(0, 16) + pattern(0, 16)


def refused(kind):
    model = Model()
    model.subgraph("main")
    tensor = model.tensor("w", 0, [2, 2])
    if kind == "sparse":
        tensor.sparsity = schema.SparsityParametersT()
        tensor.sparsity.traversalOrder = [0, 1]
    elif kind == "length":
        tensor.shape = np.array([2, 3], np.int32)
    elif kind == "buffer":
        tensor.buffer = 7
    elif kind == "shape":
        tensor.shape = np.array([-1, 4], np.int32)
    return model.data()


def network():
    import tensorflow as tf
    tf.random.set_seed(1)

    class Network(tf.Module):
        def __init__(self):
            self.kernel = tf.Variable(tf.random.normal([3, 3, 1, 4]), name="kernel")
            self.dense = tf.Variable(tf.random.normal([64, 24]), name="dense")

        @tf.function(input_signature=[tf.TensorSpec([1, 4, 4, 1])])
        def __call__(self, images):
            maps = tf.nn.relu(tf.nn.conv2d(images, self.kernel, 1, "SAME"))
            return tf.reshape(maps, [1, 64]) @ self.dense

    module = Network()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([module.__call__.get_concrete_function()], module)
    return converter.convert()


def main():
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Fixtures")
    folder = os.path.join(sys.argv[1] if len(sys.argv) > 1 else beside, "tflite")
    os.makedirs(folder, exist_ok=True)
    files = {"types": types, "quantized": quantized, "subgraphs": subgraphs, "outside": outside, "network": network}
    files |= {"refused-" + kind: lambda kind=kind: refused(kind) for kind in ("sparse", "length", "buffer", "shape")}
    for name, make in files.items():
        with open(os.path.join(folder, name + ".tflite"), "wb") as file:
            file.write(make())


if __name__ == "__main__":
    main()
