#!/usr/bin/env python3
"""Makes Fixtures/onnx and Fixtures/onnx-external with the onnx package: models that tests read without it.

usage: tools/make_onnx_fixtures.py [FOLDER]        Fixtures beside this folder

The values of every tensor are 37 * k + 11 modulo 256 at byte k, or modulo 2 those of bool; what is written as
numbers has the same values. onnx 1.23 made the files that are kept.
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = [code for code in range(1, 29) if code != 8]
BITS = {2: [25, 26], 4: [21, 22, 23], 6: [27, 28], 8: [2, 3, 9, 17, 18, 19, 20, 24], 16: [4, 5, 10, 16],
        32: [1, 6, 12], 64: [7, 11, 13, 14], 128: [15]}
WIDTH = {code: bits for bits, codes in BITS.items() for code in codes}


def pattern(code, count):
    raw = bytes((37 * k + 11) % 256 for k in range(count * WIDTH[code] // 8))
    return bytes(k % 2 for k in range(count)) if code == 9 else raw


def raw_tensor(name, code, shape):
    return TensorProto(name=name, data_type=code, dims=shape, raw_data=pattern(code, int(np.prod(shape))))


def typed_tensor(name, code, shape):
    """The same values one by one."""
    raw = pattern(code, int(np.prod(shape)))
    tensor = TensorProto(name=name, data_type=code, dims=shape)
    if code in (1, 14):
        tensor.float_data.extend(np.frombuffer(raw, "<f4"))
    elif code in (11, 15):
        tensor.double_data.extend(np.frombuffer(raw, "<f8"))
    elif code == 7:
        tensor.int64_data.extend(np.frombuffer(raw, "<i8"))
    elif code in (12, 13):
        tensor.uint64_data.extend(np.frombuffer(raw, "<u%d" % (WIDTH[code] // 8)))
    elif code in (27, 28):
        total = int.from_bytes(raw, "little")
        tensor.int32_data.extend(total >> 6 * k & 63 for k in range(int(np.prod(shape))))
    else:
        letter = "i" if code in (3, 5, 6) else "u"
        tensor.int32_data.extend(np.frombuffer(raw, "<%s%d" % (letter, max(8, WIDTH[code]) // 8)))
    return tensor


def save(folder, name, graph, opset=13, ir_version=8, **fields):
    model = helper.make_model(
        graph, ir_version=ir_version, opset_imports=[helper.make_opsetid("", opset)], **fields)
    onnx.save(model, os.path.join(folder, name))


def weights(*tensors):
    return helper.make_graph([], "weights", [], [], tensors)


def graphs():
    """Constants and initializers in graphs within the graph."""
    inner = helper.make_graph(
        [helper.make_node("Constant", [], ["k"], value=raw_tensor("", 1, [2]))], "inner", [], [],
        [raw_tensor("w", 1, [3])])
    outer = helper.make_graph(
        [helper.make_node("If", ["c"], ["d"], "second", then_branch=inner, else_branch=inner)], "outer", [], [], [])
    nodes = [
        helper.make_node("Constant", [], ["w"], value=raw_tensor("", 6, [2])),
        helper.make_node("Constant", [], ["number"], value_float=0.5),
        helper.make_node("Constant", [], ["numbers"], value_floats=[1.0, 2.0]),
        helper.make_node("Constant", [], ["integer"], value_int=-1),
        helper.make_node("Constant", [], ["integers"], value_ints=[1 << 40, -2]),
        helper.make_node("Constant", [], ["text"], value_string="nothing"),
        helper.make_node("ConstantOfShape", ["integers"], ["zeros"], value=raw_tensor("", 1, [1])),
        helper.make_node("If", ["c"], ["e"], then_branch=outer, else_branch=inner),
    ]
    return helper.make_graph(nodes, "graphs", [], [], [raw_tensor("w", 1, [4])])


def integers(name, numbers):
    """A node that makes a list of integers, or of a number one alone."""
    array = np.array(numbers, np.int64)
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name))


def flatten(computed):
    """What PyTorch exports for a flatten: of today, of view(x.size(0), -1), and of a product of extents."""
    reshape = helper.make_node("Reshape", ["c", "shape"], ["d"], "reshape")
    if computed == "today":
        reshape.attribute.append(helper.make_attribute("allowzero", 1))
        return [integers("shape", [-1, 32]), reshape]
    if computed == "extents":
        nodes = [integers("axis%d" % axis, axis) for axis in range(4)]
        for axis in range(4):
            nodes.append(helper.make_node("Shape", ["c"], ["shape%d" % axis]))
            nodes.append(helper.make_node("Gather", ["shape%d" % axis, "axis%d" % axis], ["size%d" % axis], axis=0))
        nodes.append(helper.make_node("Mul", ["size1", "size2"], ["product"]))
        nodes.append(helper.make_node("Mul", ["product", "size3"], ["count"]))
        nodes.append(integers("zero", [0]))
        nodes.append(helper.make_node("Unsqueeze", ["size0", "zero"], ["images"]))
        nodes.append(helper.make_node("Unsqueeze", ["count", "zero"], ["counts"]))
        return nodes + [helper.make_node("Concat", ["images", "counts"], ["shape"], axis=0), reshape]
    value = "c" if computed == "size" else "input"
    return [
        helper.make_node("Shape", [value], ["extents"]), integers("axis", 0),
        helper.make_node("Gather", ["extents", "axis"], ["size"], axis=0), integers("zero", [0]),
        helper.make_node("Unsqueeze", ["size", "zero"], ["images"]), integers("rest", [-1]),
        helper.make_node("Concat", ["images", "rest"], ["shape"], axis=0), reshape]


def network(transposed=1, channels_last=False, stride=1, computed=None):
    """A network as PyTorch exports it; its dense kernel as it is or transposed; or as TensorFlow's are exported."""
    first = "moved" if channels_last else "input"
    features = 32 // stride ** 2
    nodes = [
        helper.make_node("Conv", [first, "conv.weight", "conv.bias"], ["a"], "conv", kernel_shape=[3, 3],
                         pads=[1, 1, 1, 1], strides=[stride, stride], dilations=[1, 1], group=1),
        helper.make_node("Relu", ["a"], ["b"], "relu"),
        helper.make_node("MaxPool", ["b"], ["c"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Constant", [], ["shape"], value_ints=[-1, features]),
        helper.make_node("Reshape", ["c", "shape"], ["d"], "reshape"),
        helper.make_node("Gemm", ["d", "fc.weight", "fc.bias"], ["e"], "fc", transB=transposed),
        helper.make_node("Softmax", ["e"], ["output"], "softmax", axis=1),
    ]
    if computed:
        nodes[3:5] = flatten(computed)
        if computed == "input":
            # The extents of the images, before anything is made of them.
            nodes[:0] = [nodes.pop(3), nodes.pop(3), nodes.pop(3)]
    if channels_last:
        nodes[3:6] = [
            helper.make_node("Transpose", ["c"], ["t"], "transpose", perm=[0, 2, 3, 1]),
            helper.make_node("Constant", [], ["shape"], value_ints=[-1, features]),
            helper.make_node("Reshape", ["t", "shape"], ["d"], "reshape"),
            helper.make_node("MatMul", ["d", "fc.weight"], ["m"], "fc"),
            helper.make_node("Add", ["m", "fc.bias"], ["e"], "add"),
        ]
        nodes[:0] = [
            helper.make_node("Constant", [], ["image"], value_ints=[-1, 1, 8, 8]),
            helper.make_node("Reshape", ["input", "image"], ["moved"], "move"),
        ]
    numbers = np.random.default_rng(1)
    shapes = {"conv.weight": [2, 1, 3, 3], "conv.bias": [2],
              "fc.weight": [3, features] if transposed else [features, 3], "fc.bias": [3]}
    initializers = [
        numpy_helper.from_array((numbers.integers(-8, 9, shape) / 8).astype(np.float32), name)
        for name, shape in shapes.items()]
    return helper.make_graph(
        nodes, "network", [helper.make_tensor_value_info(
            "input", TensorProto.FLOAT, ["N", 8, 8, 1] if channels_last else ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["N", 3])], initializers)


def logits(folder, name):
    """What ONNX Runtime makes of an image whose pixels are 7 * k modulo 256."""
    import onnxruntime
    model = onnx.load(os.path.join(folder, name))
    model.graph.output.append(helper.make_tensor_value_info("e", TensorProto.FLOAT, ["N", 3]))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    pixels = (np.arange(64) * 7 % 256).astype(np.float32) * np.float32(1 / 255)
    pixels = pixels.reshape([1] + [axis.dim_value for axis in model.graph.input[0].type.tensor_type.shape.dim[1:]])
    print("logits of", name, session.run(["e"], {"input": pixels})[0].tolist())


def external(folder):
    tensors = [raw_tensor("a", 1, [4]), raw_tensor("b", 7, [3]), raw_tensor("c", 1, [4])]
    with open(os.path.join(folder, "weights.bin"), "wb") as file:
        for tensor in tensors[:2]:
            file.write(bytes(-file.tell() % 16))
            onnx.external_data_helper.set_external_data(tensor, "weights.bin", file.tell(), len(tensor.raw_data))
            file.write(tensor.raw_data)
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
    # The values of the first once more.
    tensors[2].CopyFrom(tensors[0])
    tensors[2].name = "c"
    save(folder, "model.onnx", weights(*tensors))


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Fixtures")
    folder, beside = os.path.join(root, "onnx"), os.path.join(root, "onnx-external")
    os.makedirs(folder, exist_ok=True)
    os.makedirs(beside, exist_ok=True)
    name = {code: TensorProto.DataType.Name(code).lower() for code in TYPES}
    save(folder, "raw.onnx", weights(*(raw_tensor(name[code], code, [3, 8]) for code in TYPES)), 28, 14)
    save(folder, "typed.onnx", weights(*(typed_tensor(name[code], code, [3, 8]) for code in TYPES)), 28, 14)
    save(folder, "shapes.onnx", weights(
        raw_tensor("scalar", 1, []), raw_tensor("none", 1, [0]), raw_tensor("axes", 2, [1] * 11 + [2]),
        raw_tensor("no/values", 7, [3, 0])))
    save(folder, "graphs.onnx", graphs())
    save(folder, "network.onnx", network(), producer_name="pytorch", producer_version="2")
    save(folder, "untransposed.onnx", network(0))
    save(folder, "channels-last.onnx", network(0, channels_last=True))
    for computed in ("today", "size", "input", "extents"):
        save(folder, "flatten-%s.onnx" % computed, network(computed=computed), 14)
    # Pads of one before and after every second pixel are neither of TensorFlow's rules.
    save(folder, "padded.onnx", network(stride=2))
    for name in ("network.onnx", "untransposed.onnx", "channels-last.onnx", "flatten-today.onnx",
                 "flatten-size.onnx", "flatten-input.onnx", "flatten-extents.onnx"):
        logits(folder, name)
    save(folder, "refused-text.onnx", weights(helper.make_tensor("t", TensorProto.STRING, [1], [b"text"])))
    both = raw_tensor("both", 1, [1])
    both.float_data.append(1)
    save(folder, "refused-both.onnx", weights(both))
    save(folder, "refused-length.onnx", weights(TensorProto(name="l", data_type=1, dims=[3], raw_data=bytes(8))))
    save(folder, "refused-negative.onnx", weights(TensorProto(name="n", data_type=1, dims=[-1, 2], raw_data=b"")))
    save(folder, "refused-twice.onnx", weights(raw_tensor("a", 1, [1]), raw_tensor("a", 1, [2])))
    external(beside)


if __name__ == "__main__":
    main()
