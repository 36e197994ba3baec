#!/usr/bin/env python3
"""Compares ltfn-convert with the messages of coremltools on models that were damaged.

usage: tools/mutants_coreml.py LTFN-CONVERT [COUNT] [SEED]        2,000 mutants, seed 1

Bytes of small models are changed, removed and doubled. ltfn-convert has to end in time, with the status 0, 65, 69
or 70, and of what both read, kernels of float32 have to have the same bits under the same names. Prints how often
both read, one alone refuses, and why ltfn-convert does. Exits with 1 on a difference.
"""

import collections
import os
import random
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import interop_coreml
import make_coreml_fixtures
import mutants
from coremltools.proto import Model_pb2


def sources():
    """Small models of every kind."""
    rng, found = random.Random(1), []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "source.mlmodel")
        for _ in range(24):
            interop_coreml.random_network_model(rng, path)
            with open(path, "rb") as file:
                data = file.read()
            if len(data) < 4_000:
                found.append(data)
    return found + [spec.SerializeToString() for spec in (
        make_coreml_fixtures.network(image=True), make_coreml_fixtures.quantized(), make_coreml_fixtures.pipeline())]


def in_place(rng, data):
    """The data with other bytes, as many as before: of nested messages no other change leaves much to read."""
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(data))
        data[place] = rng.choice([data[place] ^ 1 << rng.randrange(8), rng.randrange(256), 0, 255])
    return bytes(data)


def mutant(rng, folder):
    whole = rng.choice(SOURCES)
    data = in_place(rng, whole) if rng.random() < 0.8 else mutants.changed(rng, whole)
    (folder / "m.mlmodel").write_bytes(data or b"\x08")
    return folder / "m.mlmodel"


def theirs(path):
    """Kernels of float32 by name, of layers whose names are theirs alone; None when it is no model."""
    spec = Model_pb2.Model()
    try:
        with open(path, "rb") as file:
            spec.ParseFromString(file.read())
    except Exception:
        return None
    kind = spec.WhichOneof("Type")
    if kind is None:
        return None
    layers = getattr(spec, kind).layers if kind.startswith("neuralNetwork") else []
    names = collections.Counter(layer.name for layer in layers)
    found = {}
    for layer in layers:
        which = layer.WhichOneof("layer")
        if which in ("convolution", "innerProduct") and names[layer.name] == 1 and layer.name:
            values = getattr(layer, which).weights.floatValue
            if values:
                found[layer.name + ".weights"] = np.array(values, "<f4").tobytes().hex()
    return found


def ours(program, path, folder):
    output = folder / "m.ltfn"
    conversion = mutants.Conversion(program, path, output, "--from", "coreml", "--allow-loss", "all")
    if conversion.status:
        return conversion, None
    return conversion, {name: bits for name, (_, bits) in mutants.native_values(output).items()}


def difference(found, expected):
    expected = mutants.possible_names(found, expected)
    return mutants.difference({name: found[name] for name in expected}, expected)


if __name__ == "__main__":
    SOURCES = sources()
    mutants.main(__doc__, mutant, ours, theirs, count=2000, difference=difference)
