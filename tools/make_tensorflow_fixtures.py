#!/usr/bin/env python3
"""Makes Fixtures/tensorflow with TensorFlow: small checkpoints of every kind that is read.

usage: make_tensorflow_fixtures.py FOLDER

Needs the packages tensorflow, numpy and ml_dtypes. The values of every tensor are the bytes
37 · place + 11 (booleans: place mod 2), so that the tests know them.
"""

import os
import pathlib
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import ml_dtypes
import numpy as np
import tensorflow as tf

DTYPES = [
    np.float32, np.float64, np.float16, ml_dtypes.bfloat16, np.int8, np.int16, np.int32, np.int64,
    np.uint8, np.uint16, np.uint32, np.uint64, np.bool_, np.complex64, np.complex128,
    ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2, ml_dtypes.float8_e4m3fnuz,
    ml_dtypes.float8_e5m2fnuz,
]  # fmt: skip


def pattern(dtype, shape):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape)) * dtype.itemsize
    places = np.arange(count)
    values = places % 2 if dtype == np.bool_ else (37 * places + 11) % 256
    return np.frombuffer(values.astype(np.uint8).tobytes(), dtype).reshape(shape)


def save(prefix, entries):
    names, slices, values = zip(*entries)
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=names, shape_and_slices=slices,
        tensors=[tf.constant(value) for value in values],
    )  # fmt: skip


def main(folder):
    root = pathlib.Path(folder)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)

    entries = [(np.dtype(dtype).name, "", pattern(dtype, [2, 3])) for dtype in DTYPES]
    entries += [
        ("a scalar", "", pattern(np.float32, [])),
        ("none", "", pattern(np.float32, [0, 4])),
        ("a text", "", "some words"),
        ("texts", "", np.array(["one", "two"])),
        ("größe/名前:0", "", pattern(np.int8, [1, 5])),
    ]
    save(str(root / "dtypes"), entries)

    whole = pattern(np.float32, [6, 4])
    cube = pattern(np.int16, [4, 6, 3])
    save(
        str(root / "partitioned"),
        [
            ("rows", "6 4 0,1:-", whole[:1]),
            ("rows", "6 4 1,2:-", whole[1:3]),
            ("rows", "6 4 3,3:-", whole[3:]),
            ("columns", "6 4 -:0,3", whole[:, :3]),
            ("columns", "6 4 -:3,1", whole[:, 3:]),
            ("grid", "4 6 3 0,1:0,6:-", cube[:1]),
            ("grid", "4 6 3 1,3:0,2:-", cube[1:, :2]),
            ("grid", "4 6 3 1,3:2,4:-", cube[1:, 2:]),
            ("long", "300 -", pattern(np.int8, [300])),
            ("whole", "", whole),
        ],
    )

    parts = []
    for number in range(3):
        parts.append(str(root / f"part{number}"))
        save(parts[-1], [(f"w{number}", "", pattern(np.float32, [number + 1, 2]))])
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=parts, destination_prefix=str(root / "shards")
    )

    model = tf.keras.Sequential(
        [tf.keras.Input((3,)), tf.keras.layers.Dense(2, name="first")], name="tiny"
    )
    model.compile(tf.keras.optimizers.Adam(), "mse")
    for variable in model.variables + model.optimizer.variables:
        variable.assign(pattern(variable.dtype, variable.shape))
    objects = root / "objects"
    objects.mkdir()
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(model=model, optimizer=model.optimizer), str(objects), max_to_keep=2
    )
    manager.save(1)
    manager.save(2)

    module = tf.Module()
    module.weights = tf.Variable(pattern(np.float32, [2, 2]), name="weights")
    tf.saved_model.save(module, str(root / "saved"))
    shutil.rmtree(root / "saved" / "assets", ignore_errors=True)
    for name in ["fingerprint.pb"]:
        (root / "saved" / name).unlink(missing_ok=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
