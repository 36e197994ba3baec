#!/usr/bin/env python3
"""Writes Fixtures/frameworks/standard-deviations.json.

Fills a kernel with every initializer of Keras and PyTorch that has a recipe here, and measures the
values. Needs keras, tensorflow and torch, which the tests do not: they compare with the file.

    tools/make_framework_moments.py           writes the file
    tools/make_framework_moments.py --check   exits with 1 when the packages' values are others now
"""

import json
import math
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FILE = (Path(__file__).resolve().parent.parent / "Fixtures" / "frameworks"
        / "standard-deviations.json")
# 3,000,000 values: a standard deviation is measured to within 0.04 %, its standard error.
FAN_IN, FAN_OUT = 2000, 1500
TOLERANCE = 0.002


def keras_cases():
    import keras

    of = keras.initializers
    for recipe, initializer in {
        "he_normal": of.HeNormal(seed=1),
        "he_uniform": of.HeUniform(seed=2),
        "glorot_normal": of.GlorotNormal(seed=3),
        "glorot_uniform": of.GlorotUniform(seed=4),
        "lecun_normal": of.LecunNormal(seed=5),
        "lecun_uniform": of.LecunUniform(seed=6),
        "variance_scaling": of.VarianceScaling(seed=7),
        "variance_scaling:2,fan_out,truncated_normal":
            of.VarianceScaling(2.0, "fan_out", "truncated_normal", seed=8),
        "variance_scaling:1.5,fan_avg,untruncated_normal":
            of.VarianceScaling(1.5, "fan_avg", "untruncated_normal", seed=9),
        "variance_scaling:0.5,fan_in,uniform":
            of.VarianceScaling(0.5, "fan_in", "uniform", seed=10),
        "truncated_normal:0.05": of.TruncatedNormal(0.0, 0.05, seed=11),
        "normal:0.05": of.RandomNormal(0.0, 0.05, seed=12),
        "uniform:-0.05,0.05": of.RandomUniform(-0.05, 0.05, seed=13),
    }.items():
        yield recipe, keras.ops.convert_to_numpy(initializer((FAN_IN, FAN_OUT)))


def tensorflow_cases():
    """tf.contrib.layers is gone; this is the draw that its variance_scaling_initializer makes."""
    import tensorflow

    deviation = math.sqrt(1.3 * 2.0 / FAN_IN)
    yield "tf1_variance_scaling", tensorflow.random.truncated_normal(
        (FAN_IN, FAN_OUT), 0.0, deviation, seed=14).numpy()


def torch_cases():
    import torch

    of = torch.nn.init
    for seed, (recipe, fill) in enumerate({
        "kaiming_normal": of.kaiming_normal_,
        "kaiming_uniform": of.kaiming_uniform_,
        "xavier_normal": of.xavier_normal_,
        "xavier_uniform": of.xavier_uniform_,
        "normal:0.02": lambda weights: of.normal_(weights, 0.0, 0.02),
        "uniform:-0.1,0.3": lambda weights: of.uniform_(weights, -0.1, 0.3),
        "truncated_normal": lambda weights: of.trunc_normal_(weights, 0.0, 1.0, -2.0, 2.0),
    }.items()):
        torch.manual_seed(seed)
        # PyTorch's kernels are [out, in].
        yield recipe, fill(torch.empty(FAN_OUT, FAN_IN)).numpy()


def measured(framework, cases):
    for recipe, values in cases:
        values = values.astype("float64")
        yield {"framework": framework, "recipe": recipe,
               "standard_deviation": float(values.std()),
               "least": float(values.min()), "greatest": float(values.max())}


def document():
    import keras
    import tensorflow
    import torch

    return {
        "what": "Measured on a kernel that the framework filled; recipes as ltfn-train takes them.",
        "packages": {package.__name__: package.__version__.partition("+")[0]
                     for package in (keras, tensorflow, torch)},
        "fan_in": FAN_IN, "fan_out": FAN_OUT,
        "recipes": [*measured("Keras", keras_cases()),
                    *measured("TensorFlow 1", tensorflow_cases()),
                    *measured("PyTorch", torch_cases())],
    }


def same(kept, found):
    deviations = [{(row["framework"], row["recipe"]): row["standard_deviation"]
                   for row in rows["recipes"]} for rows in (kept, found)]
    return deviations[0].keys() == deviations[1].keys() and all(
        abs(deviations[1][key] / value - 1) < TOLERANCE for key, value in deviations[0].items())


def main():
    found = document()
    if "--check" in sys.argv[1:]:
        is_same = same(json.loads(FILE.read_text()), found)
        print("same" if is_same else "DIFFERS", FILE.name)
        return 0 if is_same else 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(found, indent=1) + "\n")
    print("wrote", FILE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
