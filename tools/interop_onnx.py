#!/usr/bin/env python3
"""Compares ltfn-convert with the onnx package and ONNX Runtime on random models, both ways.

usage: tools/interop_onnx.py LTFN-CONVERT [COUNT] [SEED]        200 models, seed 1

Every model has tensors of all types, raw, typed or in files beside it, constants, and graphs in graphs. It is
converted to .ltfn, which tools/ltfn_decode.py reads, and back to .onnx, which onnx reads: names and bits have to
be those of onnx.numpy_helper each time, and the .ltfn made of that has to be the same file. Random networks, and
the tutorial's on 1,000 images of MNIST when LTFN_DATA_DIR names its folder, have to give in ONNX Runtime the
logits of ltfn-eval, which lies beside LTFN-CONVERT, within 0.0001 of the largest. Exits with 1 on a difference.
"""

import csv
import gzip
import json
import math
import os
import random
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open
from safetensors.numpy import save_file

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ltfn_decode

DTYPES = {
    1: "f32", 2: "u8", 3: "i8", 4: "u16", 5: "i16", 6: "i32", 7: "i64", 9: "bool", 10: "f16", 11: "f64", 12: "u32",
    13: "u64", 14: "c64", 15: "c128", 16: "bf16", 17: "f8e4m3fn", 18: "f8e4m3fnuz", 19: "f8e5m2",
    20: "f8e5m2fnuz", 21: "u4", 22: "i4", 23: "f4e2m1", 24: "f8e8m0", 25: "u2", 26: "i2", 27: "f6e2m3", 28: "f6e3m2",
}
BITS = {21: 4, 22: 4, 23: 4, 25: 2, 26: 2, 27: 6, 28: 6}
WIDTH = {1: 4, 6: 4, 7: 8, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 4: 2, 5: 2, 10: 2, 16: 2}
SHAPES = [(), (0,), (1,), (5,), (3, 4), (2, 0, 3), (2, 3, 4, 5), (1, 7, 1), (8, 3, 3, 3), (2,) * 7, (300, 41)]
NAMES = ["weight", "bias", "layer.%d.w", "größe %d", "a b", "/x/y:%d", "onnx::Conv_%d", "m%d", "w~2"]


def packed(codes, bits):
    """Codes of so many bits, one after the other, the first in the lowest bits."""
    total = "".join(format(int(code), "0%db" % bits)[::-1] for code in codes)
    total += "0" * (-len(total) % 8)
    return bytes(int(total[k:k + 8][::-1], 2) for k in range(0, len(total), 8))


def tensor_bytes(tensor, folder):
    """What onnx reads, packed as checkpoints are."""
    array = numpy_helper.to_array(tensor, folder)
    if tensor.data_type in BITS:
        bits = BITS[tensor.data_type]
        return packed(np.ascontiguousarray(array).reshape(-1).view(np.uint8) & ((1 << bits) - 1), bits)
    return np.ascontiguousarray(array).tobytes()


def random_tensor(rng, name, folder, may_be_outside=True):
    tensor = TensorProto(name=name, data_type=rng.choice(list(DTYPES)), dims=rng.choice(SHAPES))
    count, code = math.prod(tensor.dims), tensor.data_type
    if code in BITS:
        raw = packed([rng.randrange(1 << BITS[code]) for _ in range(count)], BITS[code])
    elif code == 9:
        raw = bytes(rng.randrange(2) for _ in range(count))
    else:
        raw = rng.randbytes(count * WIDTH.get(code, 1))
    kind = rng.choice(["raw", "typed", "outside"] if may_be_outside else ["raw", "typed"])
    if kind == "typed":
        fill_typed(rng, tensor, raw, count)
    else:
        tensor.raw_data = raw
    if kind == "outside" and raw:
        location = rng.choice(["weights.bin", "one file of %s" % rng.randrange(3)])
        place = os.path.join(folder, location)
        with open(place, "ab") as file:
            file.write(bytes(rng.randrange(9)))
            offset = file.tell()
            file.write(raw)
        onnx.external_data_helper.set_external_data(tensor, location, offset, len(raw))
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
    return tensor


def fill_typed(rng, tensor, raw, count):
    code = tensor.data_type
    if code in (1, 14):
        tensor.float_data.extend(np.array([rng.gauss(0, 1) for _ in range(count * (2 if code == 14 else 1))], "<f4"))
    elif code in (11, 15):
        tensor.double_data.extend(rng.gauss(0, 1) for _ in range(count * (2 if code == 15 else 1)))
    elif code == 7:
        tensor.int64_data.extend(np.frombuffer(raw, "<i8"))
    elif code in (12, 13):
        tensor.uint64_data.extend(np.frombuffer(raw, "<u4" if code == 12 else "<u8"))
    elif code == 6:
        tensor.int32_data.extend(np.frombuffer(raw, "<i4"))
    elif code in (27, 28):
        tensor.int32_data.extend(rng.randrange(64) for _ in range(count))
    else:
        letter = "<i%d" if code in (3, 5) else "<u%d"
        tensor.int32_data.extend(np.frombuffer(raw, letter % WIDTH.get(code, 1)))


def constant(rng, name, folder):
    """A node, and the type, shape and bytes of its value."""
    kind = rng.randrange(5)
    if kind == 0:
        tensor = random_tensor(rng, "", folder, False)
        value = (tensor.data_type, tuple(tensor.dims), tensor_bytes(tensor, folder))
        return helper.make_node("Constant", [], [name], value=tensor), value
    count = rng.randrange(1, 40)
    if kind in (1, 2):
        numbers = [float(np.float32(rng.gauss(0, 1))) for _ in range(count if kind == 2 else 1)]
        raw = np.array(numbers, "<f4").tobytes()
    else:
        numbers = [rng.randrange(-1 << 63, 1 << 63) for _ in range(count if kind == 4 else 1)]
        raw = np.array(numbers, "<i8").tobytes()
    field = {1: "value_float", 2: "value_floats", 3: "value_int", 4: "value_ints"}[kind]
    node = helper.make_node("Constant", [], [name], **{field: numbers if kind in (2, 4) else numbers[0]})
    return node, (1 if kind < 3 else 7, (len(numbers),) if kind in (2, 4) else (), raw)


def random_graph(rng, folder, path, expected, depth=0):
    names, nodes, initializers = set(), [], []

    def new_name():
        name = rng.choice(NAMES)
        name = name % rng.randrange(1000) if "%d" in name else name
        while name in names or name in expected:
            name += "_"
        names.add(name)
        return name

    for _ in range(rng.randrange(1, 9)):
        tensor = random_tensor(rng, new_name(), folder)
        initializers.append(tensor)
        expected[path + tensor.name] = (tensor.data_type, tuple(tensor.dims), tensor_bytes(tensor, folder))
    for _ in range(rng.randrange(4)):
        name = new_name()
        node, value = constant(rng, name, folder)
        nodes.append(node)
        expected[path + name] = value
    if depth < 3 and rng.random() < 0.4:
        name = "if_%d" % depth
        branches = {branch: random_graph(rng, folder, "%s%s/%s/" % (path, name, branch), expected, depth + 1)
                    for branch in ("then_branch", "else_branch")}
        nodes.append(helper.make_node("If", ["condition"], ["out_%d" % depth], name, **branches))
    return helper.make_graph(nodes, "graph", [], [], initializers)


def random_model(rng, folder):
    expected = {}
    graph = random_graph(rng, folder, "", expected)
    model = helper.make_model(
        graph, producer_name=rng.choice(["pytorch", "tf2onnx", ""]), ir_version=rng.randrange(3, 15),
        opset_imports=[helper.make_opsetid("", rng.randrange(7, 29))])
    metadata = {}
    for number in range(rng.randrange(3)):
        metadata["key%d" % number] = rng.choice(["", "value", "Wert ü\n"])
    helper.set_model_props(model, metadata)
    return model, expected, metadata


def run(program, *arguments):
    result = subprocess.run([program, *arguments], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError("%s: exit %d: %s" % (" ".join(arguments), result.returncode, result.stderr.strip()))


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def check_model(program, rng, folder):
    model, expected, metadata = random_model(rng, folder)
    path = {name: os.path.join(folder, name) for name in ("a.onnx", "a.ltfn", "b.onnx", "b.ltfn")}
    onnx.save(model, path["a.onnx"])
    run(program, path["a.onnx"], "-o", path["a.ltfn"], "--allow-loss", "tie")
    with open(path["a.ltfn"], "rb") as file:
        reader = ltfn_decode.Reader(file.read())
    found = {v.name: (v.dtype.name, tuple(v.shape), b"".join(reader.pieces(v))) for v in reader.index.variables}
    expect(set(found) == set(expected), "names: %s" % (set(found) ^ set(expected)))
    for name, (code, shape, raw) in expected.items():
        expect(found[name][:2] == (DTYPES[code], shape), "%s: %s is not %s" % (name, found[name][:2], (code, shape)))
        expect(found[name][2] == raw, "%s: other bits (%s)" % (name, DTYPES[code]))
    run(program, path["a.ltfn"], "-o", path["b.onnx"])
    again = onnx.load(path["b.onnx"])
    onnx.checker.check_model(again)
    expect({t.name for t in again.graph.initializer} == set(expected), "names of what was written")
    for tensor in again.graph.initializer:
        code, shape, raw = expected[tensor.name]
        expect((tensor.data_type, tuple(tensor.dims)) == (code, shape), "%s: another tensor" % tensor.name)
        expect(tensor_bytes(tensor, folder) == raw, "%s: other bits were written" % tensor.name)
    expect(metadata.items() <= {p.key: p.value for p in again.metadata_props}.items(), "metadata")
    run(program, path["b.onnx"], "-o", path["b.ltfn"])
    with open(path["a.ltfn"], "rb") as one, open(path["b.ltfn"], "rb") as other:
        expect(one.read() == other.read(), "the file is another after the way there and back")


# Networks

def write_images(path, pixels):
    with open(path, "wb") as file:
        count, height, width = pixels.shape
        file.write((0x803).to_bytes(4, "big"))
        for extent in (count, height, width):
            file.write(extent.to_bytes(4, "big"))
        file.write(pixels.tobytes())


def read_images(path, count):
    with gzip.open(path) as file:
        head = file.read(16)
        height, width = int.from_bytes(head[8:12], "big"), int.from_bytes(head[12:16], "big")
        return np.frombuffer(file.read(count * height * width), np.uint8).reshape(count, height, width)


def save_network(path, graph, tensors, layout=None):
    record = {"schema": "ltfn.manifest/1", "graph": graph}
    save_file(tensors, path, metadata={"ltfn.manifest": json.dumps(record)} | (layout or {}))


def our_logits(evaluate, folder, graph, tensors, images, class_count, layout=None):
    """The logits of ltfn-eval, which tells only the most probable class: for every class a network is run that
    has it and one whose logit is zero, and both small, so that the probability tells the logit."""
    kernel, bias = graph["layers"][-1]["weights"], graph["layers"][-1].get("bias")
    columns, path, result = [], os.path.join(folder, "two.safetensors"), os.path.join(folder, "two.csv")
    for k in range(class_count):
        two = dict(tensors)
        row = (tensors[kernel][k] if layout else tensors[kernel][:, k]) / 8
        two[kernel] = np.stack([row, np.zeros_like(row)], 0 if layout else 1)
        if bias:
            two[bias] = np.array([tensors[bias][k] / 8, 0], np.float32)
        save_network(path, graph, two, layout)
        run(evaluate, path, images, "--predictions", result, "--force", "--quiet")
        with open(result, newline="") as file:
            rows = list(csv.DictReader(file))
        probabilities = np.array([float(row["probability"]) for row in rows])
        sign = np.array([1 if row["predicted"] == "0" else -1 for row in rows])
        columns.append(8 * sign * np.log(probabilities / (1 - probabilities)))
    return np.stack(columns, 1)


def runtime_logits(path, graph, pixels):
    import onnxruntime
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    scaled = pixels.astype(np.float32) * np.float32(graph["input"]["scale"]) + np.float32(graph["input"]["offset"])
    logits, probabilities = session.run(None, {session.get_inputs()[0].name: scaled[..., None]})
    expect(np.allclose(probabilities.sum(1), 1, atol=1e-5), "probabilities")
    return logits


def compare_logits(programs, folder, graph, tensors, pixels, class_count):
    convert, evaluate = programs
    source, exported = os.path.join(folder, "net.safetensors"), os.path.join(folder, "net.onnx")
    back, images = os.path.join(folder, "back.safetensors"), os.path.join(folder, "images.idx")
    save_network(source, graph, tensors)
    write_images(images, pixels)
    run(convert, source, "-o", exported, "--force")
    ours = our_logits(evaluate, folder, graph, tensors, images, class_count)
    theirs = runtime_logits(exported, graph, pixels)
    difference = float(np.abs(ours - theirs).max() / max(1, np.abs(theirs).max()))
    expect(difference <= 1e-4, "logits differ by %g of the largest" % difference)
    run(convert, exported, "-o", back, "--force")
    with safe_open(back, "np") as file:
        for name, tensor in tensors.items():
            expect(file.get_tensor(name).tobytes() == tensor.tobytes(), "%s after the way there and back" % name)
        expect(json.loads(file.metadata()["ltfn.manifest"])["graph"] == graph, "the graph after the way there and back")
    return difference


def random_network(rng, numbers):
    height, width, channels = rng.randrange(6, 20), rng.randrange(6, 20), 1
    size, layers, tensors = [height, width, channels], [], {}
    for number in range(rng.randrange(1, 5)):
        padding, strides = rng.choice(["same", "valid"]), [rng.randrange(1, 4), rng.randrange(1, 4)]
        window = [rng.randrange(1, 5), rng.randrange(1, 5)]
        if padding == "valid" and (window[0] > size[0] or window[1] > size[1]):
            continue
        for axis in (0, 1):
            covered = size[axis] if padding == "same" else size[axis] - window[axis] + 1
            size[axis] = -(-covered // strides[axis])
        layer = {"name": "layer%d" % number, "padding": padding, "strides": strides}
        if rng.random() < 0.3:
            layer |= {"operation": "max_pool2d", "window": window}
        else:
            outputs = rng.randrange(1, 7)
            layer |= {"operation": "convolution2d", "weights": "k%d" % number}
            scale = 1 / math.sqrt(window[0] * window[1] * size[2])
            tensors["k%d" % number] = (numbers.normal(size=(*window, size[2], outputs)) * scale).astype(np.float32)
            if rng.random() < 0.7:
                layer["bias"] = "b%d" % number
                tensors["b%d" % number] = numbers.normal(size=outputs).astype(np.float32)
            size[2] = outputs
        layers.append(layer)
        if rng.random() < 0.6:
            layers.append({"name": "relu%d" % number, "operation": "relu"})
    layers.append({"name": "flatten", "operation": "flatten"})
    count = math.prod(size)
    for number in range(rng.randrange(1, 3)):
        outputs = rng.randrange(2, 6)
        tensors["d%d" % number] = (numbers.normal(size=(count, outputs)) / math.sqrt(count)).astype(np.float32)
        tensors["e%d" % number] = numbers.normal(size=outputs).astype(np.float32)
        layers.append({"name": "dense%d" % number, "operation": "dense", "weights": "d%d" % number,
                       "bias": "e%d" % number})
        count = outputs
    graph = {"name": "random", "input": {"shape": [height, width, 1], "scale": 1 / 255, "offset": -0.25},
             "layers": layers}
    return graph, tensors, (height, width), count


def foreign_network(graph, tensors, size):
    """The same network as PyTorch exports it: OIHW, [out, in], a flattened map in the order C, H, W."""
    nodes, kernels, value = [], {}, "input"
    shape = [1, *size]
    for layer in graph["layers"]:
        inputs, attributes, kind = [value], {}, layer["operation"]
        value = layer["name"] + "_out"
        if kind in ("convolution2d", "max_pool2d"):
            window = tensors[layer["weights"]].shape[:2] if kind == "convolution2d" else layer["window"]
            before, after = [0, 0], [0, 0]
            for axis in (0, 1):
                extent, stride = shape[1 + axis], layer["strides"][axis]
                if layer["padding"] == "same":
                    zeros = max(0, (-(-extent // stride) - 1) * stride + window[axis] - extent)
                    before[axis], after[axis] = zeros // 2, zeros - zeros // 2
                extent += before[axis] + after[axis]
                shape[1 + axis] = (extent - window[axis]) // stride + 1
            attributes = {"kernel_shape": list(window), "strides": layer["strides"], "pads": before + after}
        if kind == "convolution2d":
            kernels[layer["weights"]] = np.ascontiguousarray(tensors[layer["weights"]].transpose(3, 2, 0, 1))
            shape[0] = kernels[layer["weights"]].shape[0]
        if kind == "dense":
            kernel = tensors[layer["weights"]]
            if kernel.shape[0] == math.prod(shape) and len(shape) == 3:
                kernel = kernel.reshape(shape[1], shape[2], shape[0], -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
            kernels[layer["weights"]] = np.ascontiguousarray(kernel.T)
            attributes, shape = {"transB": 1}, [kernel.shape[1]]
        inputs += [layer[key] for key in ("weights", "bias") if key in layer]
        names = {"convolution2d": "Conv", "max_pool2d": "MaxPool", "relu": "Relu", "flatten": "Flatten", "dense": "Gemm"}
        nodes.append(helper.make_node(names[kind], inputs, [value], layer["name"], **attributes))
    kernels = {name: kernels.get(name, tensor) for name, tensor in tensors.items()}
    model = helper.make_model(
        helper.make_graph(
            nodes, graph["name"],
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 1, *size])],
            [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["N", shape[0]])],
            [numpy_helper.from_array(tensor, name) for name, tensor in kernels.items()]),
        ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    helper.set_model_props(model, {"Image.NominalPixelRange": "Normalized_0_1"})
    return model


def unpadded(graph):
    """The graph without the rules of padding."""
    if graph is None:
        return None
    layers = [{key: value for key, value in layer.items() if key != "padding"} for layer in graph["layers"]]
    return graph | {"layers": layers}


def compare_foreign(programs, folder, graph, tensors, pixels, class_count):
    import onnxruntime
    graph = graph | {"input": graph["input"] | {"scale": 1 / 255, "offset": 0.0}}
    model = foreign_network(graph, tensors, pixels.shape[1:])
    path, converted = os.path.join(folder, "foreign.onnx"), os.path.join(folder, "foreign.safetensors")
    images = os.path.join(folder, "images.idx")
    onnx.save(model, path)
    write_images(images, pixels)
    run(programs[0], path, "-o", converted, "--force")
    with safe_open(converted, "np") as file:
        record = json.loads(file.metadata()["ltfn.manifest"])
        kernels = {name: file.get_tensor(name) for name in file.keys()}
        # Where nothing is padded both rules are the same; the logits below tell them apart.
        expect(unpadded(record.get("graph")) == unpadded(graph), "the graph of a foreign network")
        expect(file.metadata().get("ltfn.layout") == "pytorch", "the layout of a foreign network")
    ours = our_logits(programs[1], folder, graph, kernels, images, class_count, {"ltfn.layout": "pytorch"})
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    scaled = pixels.astype(np.float32)[:, None] * np.float32(1 / 255)
    theirs = session.run(None, {"input": scaled})[0]
    difference = float(np.abs(ours - theirs).max() / max(1, np.abs(theirs).max()))
    expect(difference <= 1e-4, "logits of a foreign network differ by %g of the largest" % difference)
    return difference


def check_networks(programs, rng, count):
    numbers = np.random.default_rng(rng.randrange(1 << 32))
    worst = 0.0
    for _ in range(count):
        graph, tensors, size, classes = random_network(rng, numbers)
        pixels = numbers.integers(0, 256, (20, *size), dtype=np.uint8)
        with tempfile.TemporaryDirectory() as folder:
            worst = max(worst, compare_logits(programs, folder, graph, tensors, pixels, classes),
                        compare_foreign(programs, folder, graph, tensors, pixels, classes))
    return worst


def check_tutorial(programs, data):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    pixels = read_images(os.path.join(data, "t10k-images-idx3-ubyte.gz"), 1000)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tutorial.safetensors")
        run(programs[0], os.path.join(root, "Fixtures/models/tutorial.ltfn"), "-o", path)
        with safe_open(path, "np") as file:
            graph = json.loads(file.metadata()["ltfn.manifest"])["graph"]
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        return compare_logits(programs, folder, graph, tensors, pixels, 10)


def check(program, count=200, seed=1):
    """Raises AssertionError on a difference."""
    rng = random.Random(seed)
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                check_model(program, random.Random(rng.randrange(1 << 62)), folder)
            except AssertionError as error:
                raise AssertionError("model %d of seed %d: %s" % (number, seed, error)) from error
    line = "onnx %s: %d models both ways, %d types, bit for bit" % (onnx.__version__, count, len(DTYPES))
    evaluate = os.path.join(os.path.dirname(os.path.abspath(program)), "ltfn-eval")
    if os.path.exists(evaluate):
        networks = max(5, count // 10)
        line += "; logits of %d networks, written and read, in ONNX Runtime within %.1g" % (
            networks, check_networks((program, evaluate), rng, networks))
        data = os.environ.get("LTFN_DATA_DIR")
        if data:
            line += ", of the tutorial's on 1,000 images within %.1g" % check_tutorial((program, evaluate), data)
    print(line)


def main():
    if len(sys.argv) < 2 or len(sys.argv) > 4:
        sys.exit(__doc__)
    try:
        check(sys.argv[1], *(int(argument) for argument in sys.argv[2:]))
    except AssertionError as error:
        sys.exit("onnx: %s" % error)


if __name__ == "__main__":
    main()
