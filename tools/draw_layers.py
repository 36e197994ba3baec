#!/usr/bin/env python3
"""Draws how far the values of each layer spread before training, for several initializers.

usage: tools/draw_layers.py NAME:REMARK:REPORT.json … >Fixtures/pictures/layers.svg

Each REPORT is what `ltfn-inspect activations MODEL IMAGES --json` prints of an untrained model:

  ltfn-train -o he.ltfn --steps 0
  ltfn-inspect activations he.ltfn MNIST_data/t10k-images-idx3-ubyte.gz --count 200 --json >he.json

The picture is readable on a light and on a dark page.
"""
import html
import json
import math
import pathlib
import sys

LEFT, RIGHT, TOP, BOTTOM = 70, 400, 40, 250
WIDTH, HEIGHT = 720, 290
COLOURS = ["a", "b", "c"]
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.faint { fill: #656d76 } .grid { stroke: #8c959f; stroke-opacity: .35 }
.a { stroke: #0969da } .b { stroke: #bc4c00 } .c { stroke: #8250df }
circle.a { fill: #0969da } circle.b { fill: #bc4c00 } circle.c { fill: #8250df }
path { fill: none; stroke-width: 2.5 } .name { font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .faint { fill: #9198a1 }
  .a { stroke: #58a6ff } .b { stroke: #f0883e } .c { stroke: #bc8cff }
  circle.a { fill: #58a6ff } circle.b { fill: #f0883e } circle.c { fill: #bc8cff }
}"""


def main(arguments):
    cases = [argument.rsplit(":", 2) for argument in arguments]
    if not cases or any(len(case) != 3 for case in cases) or len(cases) > len(COLOURS):
        sys.exit(__doc__)
    series = []
    for _, _, path in cases:
        layers = json.loads(pathlib.Path(path).read_text())["layers"]
        series.append([layer["statistics"]["std"] for layer in layers])
    names = [layer["name"] for layer in layers]
    names[-1] = "logits"
    logs = [math.log10(value) for values in series for value in values]
    low, high = math.floor(min(logs)), math.ceil(max(logs))

    def place(index, value):
        x = LEFT + index * (RIGHT - LEFT) / (len(names) - 1)
        return x, BOTTOM - (math.log10(value) - low) * (BOTTOM - TOP) / (high - low)

    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img">')
    print("<title>Standard deviation of the values of each layer of an untrained network</title>")
    print(f"<style>{STYLE}\n</style>")
    text(8, 20, "standard deviation of each layer’s values before training", "faint")
    for power in range(low, high + 1, 2):
        y = place(0, 10.0 ** power)[1]
        print(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        text(LEFT - 14, y + 4, "10" + superscript(power) if power else "1", "faint", "end")
    for index, name in enumerate(names):
        text(place(index, 1)[0], BOTTOM + 24, name.replace("layer", "layer "), "faint", "middle")
    for (name, remark, _), values, colour in zip(cases, series, COLOURS):
        points = [place(index, value) for index, value in enumerate(values)]
        print(f'<path class="{colour}" d="M' + " L".join(f"{x:.1f} {y:.1f}" for x, y in points) + '"/>')
        for x, y in points:
            print(f'<circle class="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        text(RIGHT + 18, points[-1][1], name, "name")
        text(RIGHT + 18, points[-1][1] + 17, remark, "faint")
    print("</svg>")


def superscript(power):
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def text(x, y, words, style, anchor="start"):
    words = html.escape(words)
    print(f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>')


main(sys.argv[1:])
