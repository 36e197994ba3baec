#!/usr/bin/env python3
"""Makes Fixtures/hdf5 and Fixtures/keras with h5py and Keras: files that tests read without them.

usage: tools/make_hdf5_fixtures.py [FOLDER]        Fixtures beside this folder

The values of every data set are 37 * k + 11 modulo 256 at byte k, or modulo 2 those of bool, but for weights of
Keras. h5py 3.14 (HDF5 1.14.6) and Keras 3.15 made the files that are kept.
"""

import os
import sys
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import ml_dtypes
import numpy as np

TYPES = "i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 V1 V2 V4 V8 V16".split()
OLD, NEW = ("earliest", "v108"), "latest"


def pattern(dtype, shape):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape)) * dtype.itemsize
    if dtype == bool:
        return (np.arange(count) % 2).astype(bool).reshape(shape)
    raw = bytes((37 * k + 11) % 256 for k in range(count))
    array = np.frombuffer(raw, dtype.newbyteorder("<")).reshape(shape)
    return array.astype(dtype) if dtype.byteorder == ">" else array


def create(folder, name, libver=NEW, **options):
    return h5py.File(os.path.join(folder, name), "w", libver=libver, **options)


def dtypes(folder):
    with create(folder, "dtypes.h5") as file:
        for name in TYPES:
            file[name] = pattern("<" + name if name[0] != "V" else name, (3,))
        file["bool"] = pattern(bool, (5,))
        data = file.create_dataset("bf16", data=pattern("V2", (3,)))
        data.attrs["dtype"] = "bfloat16"
        file["enum"] = pattern("u1", (3,)).astype(h5py.enum_dtype({"A": 0, "B": 11}, basetype="u1"))
    with create(folder, "big-endian.h5", OLD) as file:
        for name in "i2 u4 f2 f4 f8 c8".split():
            file[name] = pattern(">" + name, (3,))


def groups(folder):
    with create(folder, "old-groups.h5", OLD) as file:
        for number in range(10):
            file["a/member %d" % number] = pattern("u1", (number,))
        file["b/tie"] = file["a/member 3"]
        file["größe"] = pattern("<f4", ())
    with create(folder, "new-groups.h5") as file:
        file["few/x"] = pattern("<f4", (2, 3))
        file["tied"] = file["few"]
    with create(folder, "dense.h5") as file:
        for number in range(20):
            file["m%d" % number] = pattern("u1", (2,))
    with create(folder, "user-block.h5", OLD, userblock_size=512) as file:
        file["a"] = pattern("<i4", (2,))


def chunks(folder):
    options = {"plain": {}, "deflate": dict(compression="gzip"), "shuffle": dict(compression="gzip", shuffle=True),
               "fletcher32": dict(fletcher32=True),
               "all": dict(compression="gzip", shuffle=True, fletcher32=True)}
    with create(folder, "chunks.h5", OLD) as file:
        for name, filters in options.items():
            file.create_dataset(name, data=pattern("<f4", (5, 7)), chunks=(2, 3), **filters)
    shapes = {"single": ((5, 7), None), "fixed": ((2, 3), None), "extensible": ((2, 3), (None, 7)),
              "extensible-1": ((2, 3), (9, None)), "tree": ((2, 3), (None, None))}
    for name, (chunk, limits) in shapes.items():
        with create(folder, "chunks-%s.h5" % name) as file:
            for kind in ("plain", "all"):
                file.create_dataset(
                    kind, data=pattern("<f4", (5, 7)), chunks=chunk, maxshape=limits, **options[kind])
    with create(folder, "chunks-implicit.h5") as file:
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        settings.set_chunk((4,))
        settings.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        data = h5py.h5d.create(
            file.id, b"plain", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((10,)), settings)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, pattern("<i4", (10,)).copy())
    with create(folder, "compact.h5") as file:
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        settings.set_layout(h5py.h5d.COMPACT)
        data = h5py.h5d.create(
            file.id, b"plain", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((3,)), settings)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, pattern("<i4", (3,)).copy())
    with create(folder, "unwritten.h5") as file:
        file.create_dataset("a", shape=(2, 2), dtype=">f4", fillvalue=1.5)
        file.create_dataset("b", shape=(3,), dtype="i2", chunks=(2,), fillvalue=-2)


def attributes(folder):
    for name, libver in (("attributes.h5", OLD), ("dense-attributes.h5", NEW)):
        with create(folder, name, libver) as file:
            file.attrs.update({"text": "größe", "fixed": np.bytes_(b"abc"), "int": np.int32(-3), "float": 2.5,
                               "flag": True, "unsigned": np.uint64(2**64 - 1), "list": [1, 2], "words": ["x", "yy"],
                               "half": np.float16(1.5)})
            if libver == NEW:
                file.attrs["matrix"] = np.eye(2)
            file["w"] = pattern("u1", (2,))
            file["w"].attrs["unit"] = "m"
            file["title"] = "a word"
            file["nothing"] = h5py.Empty("f4")


def refused(folder):
    def file(name):
        return create(folder, "refused-%s.h5" % name)
    with file("compound") as f:
        f["w"] = np.zeros(2, dtype=[("a", "f4"), ("b", "i4")])
    with file("soft-link") as f:
        f["w"] = h5py.SoftLink("/other")
    with file("external-link") as f:
        f["w"] = h5py.ExternalLink("other.h5", "/w")
    with file("virtual") as f:
        layout = h5py.VirtualLayout(shape=(2,), dtype="f4")
        layout[:] = h5py.VirtualSource("other.h5", "w", shape=(2,))
        f.create_virtual_dataset("w", layout)
    with file("lzf") as f:
        f.create_dataset("w", data=np.zeros(8, "f4"), compression="lzf")
    with file("scaleoffset") as f:
        f.create_dataset("w", data=np.zeros(8, "i4"), scaleoffset=0)
    with file("committed") as f:
        f["type"] = np.dtype("f4")
        f.create_dataset("w", shape=(2,), dtype=f["type"])
    with file("sequences") as f:
        f.create_dataset("w", shape=(2,), dtype=h5py.vlen_dtype("f4"))
    with file("array") as f:
        f.create_dataset("w", shape=(2,), dtype=np.dtype(("f4", (3,))))
    with file("reference") as f:
        f.create_dataset("w", shape=(2,), dtype=h5py.ref_dtype)
    with file("long-double") as f:
        f["w"] = np.zeros(2, np.longdouble)
    with file("external-values") as f:
        f.create_dataset("w", shape=(2,), dtype="f4", external=[("other.bin", 0, 8)])
    with file("loop") as f:
        f["w/again"] = f["/"]


def keras_files(hdf5, folder):
    import keras
    layers = keras.layers
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((6, 6, 1)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(2, 3, padding="same", activation="relu",
                      kernel_initializer=keras.initializers.HeNormal(seed=7)),
        layers.MaxPooling2D(),
        layers.Conv2D(2, 2, use_bias=False),
        layers.ReLU(),
        layers.Dropout(0.5),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ], name="tiny")
    for variable in model.weights:
        size = int(np.prod(variable.shape))
        variable.assign(np.arange(size, dtype="f4").reshape(variable.shape) / 8 - 1)
    model.save(os.path.join(folder, "sequential.keras"))
    model.save(os.path.join(hdf5, "legacy.h5"))
    model.save_weights(os.path.join(hdf5, "sequential.weights.h5"))
    with zipfile.ZipFile(os.path.join(folder, "refused-no-weights.keras"), "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", "{}")
    with zipfile.ZipFile(os.path.join(folder, "refused-no-hdf5.keras"), "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"no HDF5")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))), "Fixtures")
    hdf5, keras = os.path.join(root, "hdf5"), os.path.join(root, "keras")
    os.makedirs(hdf5, exist_ok=True)
    os.makedirs(keras, exist_ok=True)
    for make in (dtypes, groups, chunks, attributes, refused):
        make(hdf5)
    keras_files(hdf5, keras)


if __name__ == "__main__":
    main()
