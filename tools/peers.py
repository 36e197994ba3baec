#!/usr/bin/env python3
"""Times other people's programs on the tutorial's network, one sample at a time.

usage: peers.py                 lists the cases
       peers.py CASE [RUNS]     prints one JSON line for each sample
       peers.py --serve         reads a case name a line, answers each with one JSON line

ltfn-bench --peers PYTHON drives --serve, so that its samples and these alternate within one run.
Needs what the case needs: numpy, tensorflow-cpu, onnxruntime and onnx, ncnn, zipnn, torch. A case whose
package is missing answers {"case": ..., "skipped": ...}. Float32, LTFN_BENCH_THREADS threads (2), batch 100.
A sample's "seconds" is the time for "work" units: images for train and infer, bytes for the codecs, which
run on one thread over the file that LTFN_BENCH_WEIGHTS names, values of the type LTFN_BENCH_DTYPE, and for
row-major and column-major arrays, which are copied as row-major.
"""
import json
import math
import multiprocessing
import os
import struct
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
THREADS = int(os.environ.get("LTFN_BENCH_THREADS", "2"))
BATCH = 100
CONVOLUTIONS = [("layer1", 1, 64), ("layer2", 64, 64), ("layer3", 64, 128), ("layer4", 128, 128)]
POOLED = ("layer2", "layer4")


def parameters():
    """The tutorial's variables with its initializers: {name: array}, kernels HWIO."""
    import numpy as np

    rng = np.random.default_rng(7)
    values = {}
    for name, inputs, outputs in CONVOLUTIONS:
        draws = rng.standard_normal((3, 3, inputs, outputs))
        while (far := np.abs(draws) > 2).any():
            draws[far] = rng.standard_normal(far.sum())
        values[name + "_weights"] = (draws * math.sqrt(2.6 / (9 * inputs))).astype("f4")
        values[name + "_bias"] = np.zeros(outputs, "f4")
    limit = math.sqrt(6 / (6272 + 10))
    values["fully_connected_weights"] = rng.uniform(-limit, limit, (6272, 10)).astype("f4")
    values["fully_connected_bias"] = np.zeros(10, "f4")
    return values


def codec_input():
    """float32 weights to compress: the file LTFN_BENCH_WEIGHTS names, else 51 MB of the above."""
    import numpy as np

    path = os.environ.get("LTFN_BENCH_WEIGHTS")
    if path:
        with open(path, "rb") as file:
            return file.read()
    return np.concatenate([v.ravel() for v in parameters().values()]).tobytes() * 40


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def repeated(function, work, details, argument=lambda: None):
    """A sample of as many rounds as take a few hundredths of a second.

    Each round takes an argument of its own, made outside the measured time.
    """

    def rounds_of(count):
        arguments = [argument() for _ in range(count)]
        return timed(lambda: [function(each) for each in arguments])

    rounds_of(1)
    rounds = max(1, int(0.04 / max(rounds_of(1), 1e-7)))
    return lambda: (rounds_of(rounds), work * rounds, details)


def tensorflow(train):
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # already running, with the same numbers
    variables = {name: tf.Variable(value) for name, value in parameters().items()}

    def logits(images):
        signal = images
        for name, _, _ in CONVOLUTIONS:
            signal = tf.nn.conv2d(signal, variables[name + "_weights"], 1, "SAME")
            signal = tf.nn.relu(signal + variables[name + "_bias"])
            if name in POOLED:
                signal = tf.nn.max_pool2d(signal, 2, 2, "VALID")
        flat = tf.reshape(signal, [-1, 6272])
        return flat @ variables["fully_connected_weights"] + variables["fully_connected_bias"]

    def step(images, labels):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits(images))
            cost = tf.reduce_mean(losses)
        everything = list(variables.values())
        for variable, gradient in zip(everything, tape.gradient(cost, everything)):
            variable.assign_sub(0.001 * gradient)
        return cost

    images = tf.random.stateless_uniform([BATCH, 28, 28, 1], seed=(1, 2))
    labels = tf.constant([i % 10 for i in range(BATCH)], tf.int64)
    compiled = tf.function(step if train else logits)
    arguments = (images, labels) if train else (images,)
    version = {"version": "tensorflow " + tf.__version__}
    return lambda: (timed(lambda: compiled(*arguments).numpy()), BATCH, version)


def torch_case(train):
    import torch

    torch.set_num_threads(THREADS)
    layers, shapes = [], parameters()
    for name, inputs, outputs in CONVOLUTIONS:
        layer = torch.nn.Conv2d(inputs, outputs, 3, padding=1)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(shapes[name + "_weights"].transpose(3, 2, 0, 1).copy()))
            layer.bias.zero_()
        layers += [layer, torch.nn.ReLU()] + ([torch.nn.MaxPool2d(2)] if name in POOLED else [])
    network = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(6272, 10))
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.001)
    images = torch.rand(BATCH, 1, 28, 28).to(memory_format=torch.channels_last)
    labels = torch.arange(BATCH) % 10

    def step():
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(images), labels).backward()
        optimizer.step()

    def infer():
        with torch.inference_mode():
            network(images)

    version = {"version": "torch " + torch.__version__}
    return lambda: (timed(step if train else infer), BATCH, version)


def onnxruntime():
    import numpy as np
    import onnxruntime as ort
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, signal = [], [], "images"
    for name, value in parameters().items():
        oihw = value.transpose(3, 2, 0, 1).copy() if value.ndim == 4 else value
        constants.append(numpy_helper.from_array(oihw, name))
    for name, _, _ in CONVOLUTIONS:
        inputs = [signal, name + "_weights", name + "_bias"]
        nodes.append(helper.make_node("Conv", inputs, [name], kernel_shape=[3, 3], pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [name], [name + "_relu"]))
        signal = name + "_relu"
        if name in POOLED:
            pooled = name + "_pool"
            nodes.append(
                helper.make_node("MaxPool", [signal], [pooled], kernel_shape=[2, 2], strides=[2, 2]))
            signal = pooled
    nodes.append(helper.make_node("Flatten", [signal], ["flat"]))
    dense = ["flat", "fully_connected_weights", "fully_connected_bias"]
    nodes.append(helper.make_node("Gemm", dense, ["logits"]))
    graph = helper.make_graph(
        nodes, "tutorial",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    images = np.random.default_rng(1).random((BATCH, 1, 28, 28), dtype="f4")
    version = {"version": "onnxruntime " + ort.__version__}
    return lambda: (timed(lambda: session.run(None, {"images": images})), BATCH, version)


def write_ncnn(folder):
    values, lines, signal = parameters(), ["Input images 0 1 images 0=28 1=28 2=1"], "images"
    with open(os.path.join(folder, "net.bin"), "wb") as weights:
        for name, inputs, outputs in CONVOLUTIONS:
            kernel = values[name + "_weights"].transpose(3, 2, 0, 1)
            weights.write(struct.pack("<I", 0) + kernel.tobytes() + values[name + "_bias"].tobytes())
            lines.append(
                f"Convolution {name} 1 1 {signal} {name} "
                f"0={outputs} 1=3 4=1 5=1 6={9 * inputs * outputs} 9=1")
            signal = name
            if name in POOLED:
                lines.append(f"Pooling {name}_pool 1 1 {signal} {name}_pool 0=0 1=2 2=2")
                signal = name + "_pool"
        lines.append(f"InnerProduct dense 1 1 {signal} logits 0=10 1=1 2=62720")
        dense = values["fully_connected_weights"].T
        weights.write(struct.pack("<I", 0) + dense.tobytes())
        weights.write(values["fully_connected_bias"].tobytes())
    with open(os.path.join(folder, "net.param"), "w") as text:
        text.write("\n".join(["7767517", f"{len(lines)} {len(lines)}", *lines]) + "\n")


def ncnn_worker(folder, requests, answers):
    """Answers each number of seconds with (images done, seconds taken)."""
    import ncnn
    import numpy as np

    net = ncnn.Net()
    net.opt.num_threads = 1
    for option in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage"):
        setattr(net.opt, "use_" + option, False)
    net.load_param(os.path.join(folder, "net.param"))
    net.load_model(os.path.join(folder, "net.bin"))
    image = np.random.default_rng(1).random((1, 28, 28), dtype="f4")
    for seconds in iter(requests.get, None):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            extractor = net.create_extractor()
            extractor.input("images", ncnn.Mat(image))
            np.array(extractor.extract("logits")[1])
            count += 1
        answers.put((count, time.perf_counter() - start))


def ncnn():
    import ncnn as package  # a missing package must be noticed here, not in the workers

    folder = tempfile.mkdtemp()
    write_ncnn(folder)
    requests = [multiprocessing.Queue() for _ in range(THREADS)]
    answers = multiprocessing.Queue()
    for queue in requests:
        multiprocessing.Process(
            target=ncnn_worker, args=(folder, queue, answers), daemon=True).start()

    def sample(seconds=1.0):
        for queue in requests:
            queue.put(seconds)
        rates = [count / taken for count, taken in (answers.get() for _ in requests)]
        return 1.0, sum(rates), {"version": f"ncnn {package.__version__}, {THREADS} instances"}

    sample(0.3)
    return sample


def zipnn(encode):
    import importlib.metadata

    import zipnn

    raw = codec_input()
    dtype = os.environ.get("LTFN_BENCH_DTYPE", "float32")
    codec = zipnn.ZipNN(input_format="byte", bytearray_dtype=dtype, threads=1)
    packed = bytes(codec.compress(bytearray(raw)))
    if bytes(codec.decompress(packed)) != raw:
        raise ImportError("zipnn does not give the values back")
    details = {"ratio": len(packed) / len(raw), "version": "zipnn " + importlib.metadata.version("zipnn")}
    if encode:
        # It overwrites the buffer that it is given.
        return repeated(codec.compress, len(raw), details, lambda: bytearray(raw))
    return repeated(lambda _: codec.decompress(packed), len(raw), details)


def zlib_decode():
    import zlib

    raw = codec_input()
    packed = zlib.compress(raw, 6)
    details = {"ratio": len(packed) / len(raw), "version": "zlib " + zlib.ZLIB_RUNTIME_VERSION}
    return repeated(lambda _: zlib.decompress(packed), len(raw), details)


def array(dtype, shape, order):
    """An array of the order in memory, copied as row-major."""
    import numpy as np

    values = np.arange(math.prod(shape)).astype(dtype).reshape(shape, order=order)
    return repeated(
        lambda _: values.copy(order="C"), values.nbytes, {"version": "numpy " + np.__version__})


CASES = {
    "train/tensorflow": lambda: tensorflow(True),
    "train/torch": lambda: torch_case(True),
    "infer/tensorflow": lambda: tensorflow(False),
    "infer/torch": lambda: torch_case(False),
    "infer/onnxruntime": onnxruntime,
    "infer/ncnn": ncnn,
    "encode/zipnn": lambda: zipnn(True),
    "decode/zipnn": lambda: zipnn(False),
    "decode/zlib": zlib_decode,
    "row-major/f32-matrix/numpy": lambda: array("<f4", (3000, 4000), "C"),
    "column-major/f32-matrix/numpy": lambda: array("<f4", (3000, 4000), "F"),
    "column-major/u8-cube/numpy": lambda: array("|u1", (256, 256, 512), "F"),
    "column-major/f16-narrow/numpy": lambda: array("<f2", (3, 8_000_000), "F"),
}


def prepare(case):
    """The function that takes one sample, warmed up."""
    sample = CASES[case]()
    for _ in range(3):
        sample()
    return sample


def answer(case, ready):
    try:
        if case not in ready:
            ready[case] = prepare(case)
        seconds, work, *more = ready[case]()
        return {"case": case, "seconds": seconds, "work": work, **(more[0] if more else {})}
    except ImportError as error:
        return {"case": case, "skipped": str(error)}
    except KeyError:
        return {"case": case, "skipped": "no such case"}


def main(arguments):
    if not arguments:
        print("\n".join(CASES))
    elif arguments[0] == "--serve":
        ready = {}
        for line in sys.stdin:
            print(json.dumps(answer(line.strip(), ready)), flush=True)
    else:
        ready = {}
        for _ in range(int(arguments[1]) if len(arguments) > 1 else 5):
            print(json.dumps(answer(arguments[0], ready)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
