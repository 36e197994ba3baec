#!/usr/bin/env python3
"""Random checkpoints, written by TensorFlow and read here, and the other way round.

usage: interop_tensorflow.py CONVERT_PROGRAM [COUNT] [SEED]

Needs the packages tensorflow, numpy and ml_dtypes. Prints one line; exits with 1 after a difference.
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import ml_dtypes
import numpy as np
import tensorflow as tf

NAMES = {
    "F32": np.float32, "F64": np.float64, "F16": np.float16, "BF16": ml_dtypes.bfloat16,
    "I64": np.int64, "I32": np.int32, "I16": np.int16, "I8": np.int8, "U8": np.uint8,
    "U16": np.uint16, "U32": np.uint32, "U64": np.uint64, "BOOL": np.bool_, "C64": np.complex64,
    "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2,
    "F8_E4M3FNUZ": ml_dtypes.float8_e4m3fnuz, "F8_E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
}  # fmt: skip
# TensorFlow puts slices of these together; of others it says that it cannot.
SLICED = {np.dtype(t) for t in (np.float32, np.float64, np.int64, np.int32, np.int16, np.int8, np.uint8)}
LETTERS = "abcxyz_0189./-ÄöЖ名 :"


def read_safetensors(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    values = data[8 + length :]
    return {
        name: np.frombuffer(values[slice(*entry["data_offsets"])], NAMES[entry["dtype"]]).reshape(
            entry["shape"]
        )
        for name, entry in header.items()
    }


def write_safetensors(path, tensors):
    codes = {np.dtype(dtype): code for code, dtype in NAMES.items()}
    header, position = {}, 0
    for name, array in tensors.items():
        end = position + array.nbytes
        header[name] = {
            "dtype": codes[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [position, end],
        }
        position = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(array.tobytes())


def random_array(draw, dtype=None):
    dtype = np.dtype(dtype or draw.choice(list(NAMES.values())))
    shape = [draw.choice([0, 1, 2, 3, 5, 8]) for _ in range(draw.choice([0, 1, 1, 2, 2, 3, 4, 5]))]
    count = int(np.prod(shape)) * dtype.itemsize
    data = draw.randbytes(count)
    if dtype == np.bool_:
        data = bytes(byte & 1 for byte in data)
    return np.frombuffer(data, dtype).reshape(shape)


def random_tensors(draw):
    tensors = {}
    for _ in range(draw.choice([0, 1, 2, 5, 9, 40])):
        name = "".join(draw.choice(LETTERS) for _ in range(draw.randint(1, 24)))
        tensors[name] = random_array(draw)
    return tensors


def same(found, expected):
    assert set(found) == set(expected), sorted(set(found) ^ set(expected))
    for name, array in expected.items():
        other = found[name]
        assert other.dtype == array.dtype, (name, other.dtype, array.dtype)
        assert other.shape == array.shape, (name, other.shape, array.shape)
        assert other.tobytes() == np.ascontiguousarray(array).tobytes(), name


def checkpoint_arrays(prefix):
    """What TensorFlow restores. The readers of Python lack half of the dtypes."""
    dtypes = tf.train.load_checkpoint(prefix).get_variable_to_dtype_map()
    names = [name for name, dtype in dtypes.items() if dtype not in (tf.string, tf.variant)]
    if not names:
        return {}
    restored = tf.raw_ops.RestoreV2(
        prefix=prefix,
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        dtypes=[dtypes[name] for name in names],
    )
    return {name: np.asarray(value.numpy()) for name, value in zip(names, restored)}


def cuts(draw, shape):
    """Slices of a tensor, all along one axis, or along several."""
    boxes = [[(0, length) for length in shape]]
    for _ in range(draw.choice([1, 1, 2])):
        axis = draw.randrange(len(shape))
        parts = []
        for box in boxes:
            start, length = box[axis]
            if length < 2:
                parts.append(box)
                continue
            middle = draw.randint(1, length - 1)
            for piece in [(start, middle), (start + middle, length - middle)]:
                parts.append(box[:axis] + [piece] + box[axis + 1 :])
        boxes = parts
    return boxes


def save_names(draw, prefix):
    """By names, some of the tensors in slices, and perhaps in several files."""
    names, slices, values = [], [], []
    for name, array in random_tensors(draw).items():
        is_cut = array.ndim and array.dtype in SLICED and draw.random() < 0.4
        boxes = cuts(draw, array.shape) if is_cut else []
        if len(boxes) < 2 or array.size == 0:
            names.append(name)
            slices.append("")
            values.append(tf.constant(array))
            continue
        shape = " ".join(str(length) for length in array.shape)
        for box in boxes:
            places = tuple(slice(start, start + length) for start, length in box)
            names.append(name)
            extents = (
                "-" if (start, length) == (0, whole) else f"{start},{length}"
                for (start, length), whole in zip(box, array.shape)
            )
            slices.append(shape + " " + ":".join(extents))
            values.append(tf.constant(np.ascontiguousarray(array[places])))
    if draw.random() < 0.3:
        names.append("a text")
        slices.append("")
        values.append(tf.constant("some words"))
    count = draw.choice([1, 1, 2, 3])
    if not names or count == 1:
        return save(prefix, names, slices, values)
    parts = []
    for number in range(count):
        chosen = [place for place, name in enumerate(names) if hash_of(name) % count == number]
        if not chosen:
            continue
        part = f"{prefix}_part{number}"
        save(part, *([column[place] for place in chosen] for column in (names, slices, values)))
        parts.append(part)
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=prefix)


def hash_of(name):
    return sum(name.encode())


def save(prefix, names, slices, values):
    if not names:
        names, slices, values = ["nothing"], [""], [tf.constant(0)]
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=names, shape_and_slices=slices, tensors=values
    )


def random_objects(draw, filled=True):
    """Modules in a module, in a dictionary, and what an optimizer keeps of a variable."""
    root = tf.Module()
    root.named = {}
    for number in range(draw.randint(1, 6)):
        dtype = draw.choice([np.float32, np.float64, np.int64, np.int32, np.bool_])
        array = random_array(draw, dtype)
        child = tf.Module()
        child.weights = tf.Variable(array if filled else np.zeros_like(array))
        if draw.random() < 0.3:
            root.named[draw.choice(["a/b", "c.d", "..", "e/.S"]) + str(number)] = child
        else:
            setattr(root, f"layer{number}", child)
    start = draw.random()
    root.kernel = tf.Variable([start] if filled else [0.0])
    root.optimizer = tf.compat.v1.train.AdamOptimizer(0.1)
    root.optimizer.apply_gradients([(tf.constant([start if filled else 0.0]), root.kernel)])
    return tf.train.Checkpoint(model=root, step=tf.Variable(7 if filled else 0, dtype=tf.int64))


def save_objects(draw, prefix):
    """As tf.train.Checkpoint does."""
    random_objects(draw).write(prefix)


def convert(program, *arguments):
    run = subprocess.run([program, *arguments, "--quiet"], capture_output=True, text=True)
    assert run.returncode == 0, f"exit {run.returncode}: {run.stderr}"


def to_here(program, draw, folder):
    prefix = os.path.join(folder, "model")
    draw.choice([save_names, save_names, save_objects])(draw, prefix)
    out = os.path.join(folder, "out.safetensors")
    convert(program, draw.choice([prefix, prefix + ".index"]), "-o", out)
    same(read_safetensors(out), checkpoint_arrays(prefix))


def from_here(program, draw, folder):
    tensors = random_tensors(draw)
    source = os.path.join(folder, "in.safetensors")
    write_safetensors(source, tensors)
    prefix = os.path.join(folder, "made")
    more = ["--shard-size", "64"] if draw.random() < 0.3 else []
    convert(program, source, "-o", prefix, "--to", "tensorflow", *more)
    found = checkpoint_arrays(prefix)
    same(found, tensors)
    back = os.path.join(folder, "back.safetensors")
    convert(program, prefix + ".index", "-o", back)
    same(read_safetensors(back), tensors)


def objects_back(program, draw, folder):
    """What tf.train.Checkpoint wrote restores in it after it was here."""
    prefix, made = os.path.join(folder, "model"), os.path.join(folder, "made")
    again = random.Random()
    again.setstate(draw.getstate())
    random_objects(draw).write(prefix)
    middle = os.path.join(folder, "middle.ltfn")
    convert(program, prefix, "-o", middle)
    convert(program, middle, "-o", made, "--to", "tensorflow")
    other = random_objects(again, filled=False)
    other.read(made).assert_existing_objects_matched().assert_consumed()
    copy = os.path.join(folder, "copy")
    other.write(copy)
    same(checkpoint_arrays(copy), checkpoint_arrays(prefix))


def main(program, count=200, seed=1):
    differences = 0
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")
        for direction in (to_here, from_here, objects_back):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    direction(program, draw, folder)
                except AssertionError as error:
                    differences += 1
                    print(f"tensorflow: model {number}, {direction.__name__}: {error}", file=sys.stderr)
    print(
        f"tensorflow: {count} random models each way and {count} there and back, "
        f"{differences} differences"
    )
    return differences


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(1 if main(sys.argv[1], *map(int, sys.argv[2:4])) else 0)
