#!/usr/bin/env python3
"""Writes Tests/LTFNTrainingTests/Optimizers/OptimizerVectors.swift.

The trajectories are computed from the papers' formulas in exact fractions, with square roots of 60
digits, and know nothing of our code.

    tools/make_optimizer_vectors.py           writes the file
    tools/make_optimizer_vectors.py --keras   also compares with Keras, where it is installed
"""

import sys
from decimal import Decimal as D
from decimal import getcontext
from pathlib import Path

getcontext().prec = 60
FILE = (Path(__file__).resolve().parent.parent / "Tests" / "LTFNTrainingTests" / "Optimizers"
        / "OptimizerVectors.swift")

START = [D("1"), D("-0.5"), D("0.25"), D("3")]
# All of these are float32 numbers. The last variable meets zeros and a tiny gradient.
GRADIENTS = [
    [D("0.5"), D("-0.25"), D("8"), D("0")],
    [D("0.375"), D("0.75"), D("-8"), D("0")],
    [D("-0.5"), D("1.5"), D("0.0625"), D(2) ** -20],
    [D("0.25"), D("-2"), D("16"), D("0")],
    [D("1"), D("0.125"), D("-0.5"), D("0.5")],
]
# A power of two each, the rate of a step.
RATES = [D("0.125"), D("0.125"), D("0.0625"), D("0.0625"), D("0.03125")]
MU, BETA1, BETA2, EPSILON, DECAY = D("0.9"), D("0.9"), D("0.999"), D("1e-8"), D("0.0625")


def sgd(theta, g, slots, t, rate):
    return theta - rate * g


def momentum(theta, g, slots, t, rate):
    slots[0] = MU * slots[0] + g
    return theta - rate * slots[0]


def nesterov(theta, g, slots, t, rate):
    slots[0] = MU * slots[0] + g
    return theta - rate * (g + MU * slots[0])


def adam_direction(g, slots, t):
    slots[0] = BETA1 * slots[0] + (1 - BETA1) * g
    slots[1] = BETA2 * slots[1] + (1 - BETA2) * g * g
    first = slots[0] / (1 - BETA1 ** t)
    second = slots[1] / (1 - BETA2 ** t)
    return first / (second.sqrt() + EPSILON)


def adam(theta, g, slots, t, rate):
    return theta - rate * adam_direction(g, slots, t)


def adamw(theta, g, slots, t, rate):
    return theta - rate * (adam_direction(g, slots, t) + DECAY * theta)


RULES = {"sgd": sgd, "momentum": momentum, "nesterov": nesterov, "adam": adam, "adamw": adamw}


def trajectory(rule, rates):
    theta = list(START)
    slots = [[D(0), D(0)] for _ in theta]
    rows = []
    for t, (gradient, rate) in enumerate(zip(GRADIENTS, rates), start=1):
        theta = [rule(*row, t, rate) for row in zip(theta, gradient, slots)]
        rows.append(list(theta))
    return rows


def numbers(row):
    return "[" + ", ".join(repr(float(x)) for x in row) + "]"


def table(name, rows, indent="    "):
    lines = ",\n".join(f"{indent}    {numbers(row)}" for row in rows)
    return f"{indent}static let {name}: [[Double]] = [\n{lines},\n{indent}]\n"


def swift():
    text = "// Written by tools/make_optimizer_vectors.py.\n\n"
    text += "/// Five steps of each optimizer, computed from the papers' formulas with 60 digits.\n"
    text += "enum OptimizerVectors {\n"
    text += f"    static let start: [Double] = {numbers(START)}\n"
    text += f"    static let rates: [Double] = {numbers(RATES)}\n"
    text += table("gradients", GRADIENTS)
    for name, rule in RULES.items():
        text += table(name, trajectory(rule, RATES))
    return text + "}\n"


def compare_with_keras():
    import keras
    import numpy as np
    rate = 0.0625
    makers = {
        "sgd": lambda: keras.optimizers.SGD(rate),
        "momentum": lambda: keras.optimizers.SGD(rate, momentum=0.9),
        "nesterov": lambda: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
        "adam": lambda: keras.optimizers.Adam(rate, epsilon=1e-8),
        "adamw": lambda: keras.optimizers.AdamW(rate, epsilon=1e-8, weight_decay=float(DECAY)),
    }
    for name, make in makers.items():
        variable = keras.Variable(np.array([float(x) for x in START], "float32"))
        optimizer = make()
        # Keras adds its epsilon before the correction, which shows where gradients are tiny: the
        # last variable is left out for Adam.
        count = 3 if name.startswith("adam") else 4
        rows = trajectory(RULES[name], [D(rate)] * len(GRADIENTS))
        for gradient, row in zip(GRADIENTS, rows):
            optimizer.apply(
                [keras.ops.convert_to_tensor(np.array([float(x) for x in gradient], "float32"))],
                [variable])
            found = keras.ops.convert_to_numpy(variable)[:count]
            expected = np.array([float(x) for x in row])[:count]
            worst = np.max(np.abs(found - expected))
            assert worst < 2e-6, (name, found, expected)
        print(f"{name}: as Keras {keras.__version__}, within {worst:.1e}")


FILE.write_text(swift())
if "--keras" in sys.argv[1:]:
    compare_with_keras()
