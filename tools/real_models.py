"""Converts real model files to safetensors and compares names and bits with what their owners' readers give.

usage: tools/real_models.py LTFN-CONVERT FOLDER          every model file in the folders within FOLDER

Called by tools/real-models, which fetches the files. Needs torch, onnx, tensorflow, h5py and safetensors;
with coremltools packages of Core ML are looked at as well.
"""

import collections
import importlib.util
import os
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
from safetensors import safe_open

ENDINGS = (".pt", ".pth", ".jit", ".onnx", ".index", ".safetensors", ".hdf5", ".tflite")


def array_bits(array):
    array = np.asarray(array)
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    return tuple(array.shape), np.ascontiguousarray(array).tobytes()


def tensor_bits(tensor):
    import torch
    tensor = tensor.detach().cpu().contiguous()
    flat = tensor.reshape(-1)
    data = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return tuple(tensor.shape), data


def flattened(value, name=""):
    """The tensors of nested dictionaries and lists, keys joined by dots."""
    import torch
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, collections.abc.Mapping):
        for key, element in value.items():
            yield from flattened(element, (name + "." if name else "") + str(key))
    elif isinstance(value, (list, tuple)):
        for index, element in enumerate(value):
            yield from flattened(element, (name + "." if name else "") + str(index))


def read_torch(path):
    import torch
    if path.endswith(".jit"):
        return {name: tensor_bits(tensor)
                for name, tensor in torch.jit.load(path, map_location="cpu").state_dict().items()}
    content = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor_bits(tensor) for name, tensor in flattened(content)}


def read_onnx(path):
    import onnx
    from onnx import numpy_helper
    model = onnx.load(path)
    return {tensor.name: array_bits(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}


def read_tensorflow(path):
    import tensorflow as tf
    reader = tf.train.load_checkpoint(path[:-len(".index")])
    types = reader.get_variable_to_dtype_map()
    return {name: array_bits(reader.get_tensor(name))
            for name in reader.get_variable_to_shape_map() if types[name] != tf.string}


def read_safetensors(path):
    tensors = {}
    with safe_open(path, framework="pt") as file:
        for name in file.keys():
            tensors[name] = tensor_bits(file.get_tensor(name))
    return tensors


def read_hdf5(path):
    import h5py
    tensors = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "biufc":
            tensors[name] = array_bits(item[()])

    with h5py.File(path) as file:
        file.visititems(visit)
    return tensors


def read_tflite(path):
    from tensorflow.lite.python import schema_py_generated as schema
    with open(path, "rb") as file:
        model = schema.ModelT.InitFromPackedBuf(file.read())
    tensors, seen = {}, collections.Counter()
    for tensor in model.subgraphs[0].tensors:
        data = model.buffers[tensor.buffer].data
        name = tensor.name.decode()
        seen[name] += 1
        # Texts are no tensors elsewhere.
        if data is not None and len(data) and tensor.type != schema.TensorType.STRING:
            shape = () if tensor.shape is None else tuple(map(int, tensor.shape))
            tensors[name] = shape, np.asarray(data, np.uint8).tobytes()
    # Of several tensors with one name, all but one are called otherwise.
    return {name: value for name, value in tensors.items() if seen[name] == 1}


def read_coreml(path):
    import interop_coreml
    return {name: value[1:] for name, value in interop_coreml.expected_of_program(path).items()}


READERS = {".onnx": read_onnx, ".index": read_tensorflow, ".safetensors": read_safetensors,
           ".hdf5": read_hdf5, ".tflite": read_tflite, ".mlpackage": read_coreml}


def check(program, path, folder):
    """A line about the file, and whether all is as it should be."""
    output = os.path.join(folder, "out.safetensors")
    start = time.monotonic()
    result = subprocess.run(
        [program, path, "-o", output, "--allow-loss", "tie", "--force"], capture_output=True, text=True)
    seconds = time.monotonic() - start
    if result.returncode != 0:
        return "status %d: %s" % (result.returncode, result.stderr.strip()), False
    expected = READERS.get(os.path.splitext(path)[1], read_torch)(path)
    found = read_safetensors(output)
    wrong = [name for name in expected if found.get(name) != expected[name]]
    if wrong:
        return "%d of %d tensors differ, %s first" % (len(wrong), len(expected), wrong[0]), False
    rest = len(found) - len(expected)
    return "%d tensors, equal%s, %.2f s" % (
        len(expected), ", and %d others" % rest if rest else "", seconds), True


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, root = os.path.abspath(sys.argv[1]), sys.argv[2]
    paths = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names
        if name.endswith(ENDINGS))
    if importlib.util.find_spec("coremltools"):
        paths += sorted(
            os.path.join(folder, name) for folder, names, _ in os.walk(root) for name in names
            if name.endswith(".mlpackage"))
    if not paths:
        sys.exit("real_models.py: there are no model files in " + root)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            line, is_right = check(program, path, folder)
            failures += not is_right
            print("%s %s: %s" % ("ok  " if is_right else "FAIL", os.path.relpath(path, root), line), flush=True)
    print("%d passed, %d failed" % (len(paths) - failures, failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
