#!/usr/bin/env python3
"""Compares ltfn-convert with h5py and Keras on random files and models, both ways.

usage: tools/interop_keras.py LTFN-CONVERT [COUNT] [SEED]        200 files, seed 1

Three of four are files of h5py, old and new, with groups, links, chunks, filters and attributes; the others are models
that Keras saves as .keras, .weights.h5 or .h5. Each is converted to .ltfn and on to .h5. What h5py reads again has the
paths, dtypes, shapes, bits and ties that it had, and load_weights of Keras the weights. Exits with 1 on a difference.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import numpy as np

TYPES = "i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 V1 V2 V4 V8 V16 bool".split()
SHAPES = [(), (0,), (1,), (5,), (3, 4), (2, 0, 3), (2, 3, 4, 5), (1, 7, 1), (2,) * 7, (300, 40), (37,)]
VERSIONS = [("earliest", "v108"), ("v108", "latest"), ("v110", "latest"), ("latest", "latest")]


def random_array(rng, shape=None):
    kind = rng.choice(TYPES)
    shape = rng.choice(SHAPES) if shape is None else shape
    count = int(np.prod(shape))
    if kind == "bool":
        return np.array([rng.randrange(2) for _ in range(count)], bool).reshape(shape)
    dtype = np.dtype(kind if kind[0] == "V" else rng.choice("<>") + kind)
    return np.frombuffer(rng.randbytes(count * dtype.itemsize), dtype).reshape(shape)


def random_name(rng):
    return rng.choice(["kernel:0", "bias", "größe", "a b", "..", "%2F", "x" * rng.randrange(1, 60),
                       "m%d" % rng.randrange(1000), "%d" % rng.randrange(9)])


def random_options(rng, shape):
    if not shape or rng.randrange(2) or 0 in shape:
        return {}
    options = {"chunks": tuple(rng.randrange(1, extent + 1) for extent in shape)}
    if rng.randrange(2):
        options["maxshape"] = tuple(rng.choice([None, extent, extent + 3]) for extent in shape)
    if rng.randrange(2):
        options["compression"] = "gzip"
    options["shuffle"] = bool(rng.randrange(2))
    options["fletcher32"] = bool(rng.randrange(2))
    return options


def fill(rng, group, depth=0):
    for _ in range(rng.choice([1, 3, 5, 5, 40 if depth == 0 else 3])):
        name = random_name(rng)
        if name in group:
            continue
        choice = rng.randrange(10)
        if choice == 0 and depth < 4:
            fill(rng, group.create_group(name), depth + 1)
        elif choice == 1 and len(group):
            group[name] = group[rng.choice(list(group))]
        elif choice == 2:
            shape = rng.choice(SHAPES)
            group.create_dataset(name, shape=shape, dtype=rng.choice(["f4", ">i2"]), fillvalue=rng.randrange(3),
                                 **random_options(rng, shape))
        elif choice == 3:
            shape = (rng.randrange(20, 200), rng.randrange(1, 9))
            chunks = (rng.randrange(1, 4), rng.randrange(1, shape[1] + 1))
            data = group.create_dataset(name, shape=shape, dtype="i4", chunks=chunks,
                                        maxshape=rng.choice([None, (None, shape[1]), (None, None)]))
            first = rng.randrange(shape[0])
            data[first:first + 30] = rng.randrange(1 << 30)
        else:
            array = random_array(rng)
            data = group.create_dataset(name, data=array, **random_options(rng, array.shape))
            for number in range(rng.choice([0, 0, 1, 20])):
                data.attrs["a%d" % number] = rng.choice([1, 2.5, "text", np.uint8(3), [1, 2], True])


def random_file(rng, path):
    with h5py.File(path, "w", libver=rng.choice(VERSIONS), track_order=rng.choice([None, True])) as file:
        fill(rng, file)
        for number in range(rng.choice([0, 1, 3, 12])):
            file.attrs["k%d" % number] = rng.choice(["größe", 3, -1.5, np.bytes_(b"abc"), ["a", "b"], [1, 2], False])


def content(path):
    """The data sets under all their paths: dtype, shape, bits, and which of them are one."""
    found = {}

    def walk(group, way):
        for name in group:
            value, path = group[name], way + name
            if isinstance(value, h5py.Group):
                walk(value, path + "/")
            elif value.shape is not None and value.dtype.kind in "biufcV":
                array = np.asarray(value[()])
                if array.dtype.byteorder == ">":
                    array = array.astype(array.dtype.newbyteorder("<"))
                place = h5py.h5o.get_info(value.id).addr
                found[path] = [array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes(), place]

    with h5py.File(path) as file:
        walk(file, "")
    first = {}
    for path in sorted(found):
        found[path][3] = first.setdefault(found[path][3], path)
    return found


def random_model(rng, keras):
    layers = keras.layers
    size = rng.randrange(8, 13)
    stack = [keras.Input((size, size, rng.randrange(1, 4)))]
    if rng.randrange(2):
        stack.append(layers.Rescaling(1 / 255))
    for _ in range(rng.randrange(1, 4)):
        stack.append(layers.Conv2D(rng.randrange(1, 6), rng.randrange(1, 4), padding=rng.choice(["same", "valid"]),
                                   use_bias=bool(rng.randrange(2)), activation=rng.choice([None, "relu"])))
        if rng.randrange(2):
            stack.append(rng.choice([layers.ReLU(), layers.Dropout(0.5), layers.BatchNormalization(),
                                     layers.MaxPooling2D(2, padding="same")]))
    stack += [layers.Flatten(), layers.Dense(5, activation=rng.choice([None, "relu"])), layers.Dense(3)]
    return keras.Sequential(stack)


def convert(program, source, target):
    result = subprocess.run([program, source, "-o", target, "--force", "--allow-loss", "name"],
                            capture_output=True, text=True)
    return None if result.returncode == 0 else "status %d: %s" % (result.returncode, result.stderr.strip()[:400])


def check_file(rng, program, folder):
    names = [os.path.join(folder, name) for name in ("a.h5", "b.ltfn", "c.h5")]
    random_file(rng, names[0])
    for source, target in zip(names, names[1:]):
        fault = convert(program, source, target)
        if fault:
            return fault
    before, after = content(names[0]), content(names[2])
    wrong = [name for name in sorted(set(before) | set(after)) if before.get(name) != after.get(name)]
    return "differs: %s" % wrong[:3] if wrong else None


def check_model(rng, program, folder, keras):
    model = random_model(rng, keras)
    for weight in model.weights:
        weight.assign(np.frombuffer(rng.randbytes(4 * int(np.prod(weight.shape))), "u4").reshape(
            weight.shape).astype("f4") / 2 ** 31 - 1)
    expected = [np.array(value) for value in model.get_weights()]
    source = os.path.join(folder, "model" + rng.choice([".keras", ".weights.h5", ".h5"]))
    (model.save_weights if source.endswith(".weights.h5") else model.save)(source)
    names = [source, os.path.join(folder, "b.ltfn"), os.path.join(folder, "c.weights.h5")]
    for first, second in zip(names, names[1:]):
        fault = convert(program, first, second)
        if fault:
            return fault
    # Of a model of before .keras that is no network here, weights keep the paths of that form.
    if source.endswith("model.h5") and any(
            type(layer).__name__ == "BatchNormalization" for layer in model.layers):
        return None
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape, "f4"))
    model.load_weights(names[2])
    same = all(np.array_equal(a, b) for a, b in zip(expected, model.get_weights()))
    return None if same else "load_weights gives other weights than %s had" % os.path.basename(source)


def main(arguments):
    import logging
    logging.disable(logging.WARNING)
    program = os.path.abspath(arguments[0])
    count = int(arguments[1]) if len(arguments) > 1 else 200
    seed = int(arguments[2]) if len(arguments) > 2 else 1
    import keras
    failures = 0
    for number in range(count):
        rng = random.Random("%d %d" % (seed, number))
        folder = tempfile.mkdtemp()
        if number % 4 == 3:
            fault = check_model(rng, program, folder, keras)
            keras.backend.clear_session()
        else:
            fault = check_file(rng, program, folder)
        if fault:
            failures += 1
            print("keras: model %d of seed %d %s (%s)" % (number, seed, fault, folder))
        else:
            shutil.rmtree(folder)
    print("keras: %d files and models, %d differ" % (count, failures))
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
