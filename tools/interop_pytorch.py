#!/usr/bin/env python3
"""Compares ltfn-convert with PyTorch on random models, both ways.

usage: tools/interop_pytorch.py LTFN-CONVERT [COUNT] [SEED]        200 models, seed 1

Every model is saved by torch.save (as an archive, in the form from before 1.6, or as a set with an index), as
TorchScript, or by torch.distributed.checkpoint, and converted to .ltfn and on to .pt, .safetensors; what
torch.load(weights_only=True) reads again, also mapped, has the names, dtypes, shapes, bits and ties that it had. When
LTFN_DATA_DIR names a folder with MNIST, the tutorial's network gives in PyTorch, by the guide's module, the logits of
ltfn-eval, which lies beside LTFN-CONVERT, within 0.0001 of the largest. Exits with 1 on a difference.
"""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import OrderedDict

import numpy as np
import torch
import torch.distributed.checkpoint as dcp
from safetensors import safe_open

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
warnings.filterwarnings("ignore")

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
          torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]
UNTYPED = [torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e4m3fnuz,
           torch.float8_e5m2, torch.float8_e5m2fnuz, torch.float8_e8m0fnu]
SHAPES = [(), (0,), (1,), (5,), (3, 4), (2, 0, 3), (2, 3, 4, 5), (1, 7, 1), (8, 3, 3, 3), (2,) * 7, (300, 40)]


def bits(tensor):
    """All bytes, row-major."""
    flat = tensor.detach().clone(memory_format=torch.contiguous_format)
    if flat.numel() == 0:
        return b""
    return bytes(flat.as_strided((flat.numel(),), (1,)).view(torch.uint8).numpy())


def random_tensor(rng, dtype, shape):
    count = 1
    for extent in shape:
        count *= extent
    if dtype == torch.bool:
        raw = bytes(rng.randrange(2) for _ in range(count))
    else:
        raw = rng.randbytes(count * torch.empty(0, dtype=dtype).element_size())
    if not count:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(bytearray(raw), dtype=dtype).clone().reshape(shape)


def strided(rng, tensor):
    """A view of the tensor, or of a larger one, whose elements stand in another order."""
    kind = rng.randrange(7)
    if kind == 0 and tensor.dim() == 4 and tensor.numel():
        return tensor.contiguous(memory_format=torch.channels_last)
    if kind == 1 and tensor.dim() >= 2:
        return tensor.transpose(rng.randrange(tensor.dim()), rng.randrange(tensor.dim()))
    if kind == 2 and tensor.dim() >= 1:
        return tensor[..., ::2]
    if kind == 3 and tensor.dim() >= 1:
        return tensor.unsqueeze(0).expand(3, *tensor.shape)
    if kind == 4 and tensor.dim() >= 1 and tensor.shape[0] > 1:
        return tensor[1:]
    if kind == 5 and tensor.dim():
        return tensor.permute(rng.sample(range(tensor.dim()), tensor.dim()))
    return tensor


def random_name(rng):
    return rng.choice(["weight", "bias", "layer.%d.w" % rng.randrange(9), "größe", "a b", "x/y:0", "%d" % rng.randrange(99),
                       "m%d" % rng.randrange(1000)])


def random_model(rng, dtypes, depth=0):
    kind = rng.choice([dict, OrderedDict])
    model = kind()
    for _ in range(rng.randrange(1, 7)):
        name = random_name(rng)
        choice = rng.randrange(12)
        if choice == 0 and depth < 4:
            model[name] = random_model(rng, dtypes, depth + 1)
        elif choice == 1:
            model[name] = [random_tensor(rng, rng.choice(dtypes), rng.choice(SHAPES)) for _ in range(3)]
        elif choice == 2:
            model[rng.randrange(1000)] = random_tensor(rng, rng.choice(dtypes), rng.choice(SHAPES))
        elif choice == 3:
            model[name + "!"] = rng.choice([1, 2.5, "text", None, True, [1, 2, 3], (0.9, 0.999), {}, 1 << 70])
        else:
            dtype = rng.choice(dtypes)
            tensor = random_tensor(rng, dtype, rng.choice(SHAPES))
            if rng.randrange(3) == 0:
                tensor = strided(rng, tensor)
            if rng.randrange(4) == 0 and tensor.dtype.is_floating_point:
                tensor = torch.nn.Parameter(tensor, requires_grad=dtype in DTYPES and bool(rng.randrange(2)))
            model[name] = tensor
            if rng.randrange(5) == 0:
                model[name + " tied"] = tensor
            if rng.randrange(8) == 0 and tensor.dim():
                model[name + " part"] = tensor[:1]
    return model


def flat(value, path=None):
    """The tensors below a value, under the names that the way to them spells."""
    if isinstance(value, torch.Tensor):
        yield path or "tensor", value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, str(key) if path is None else "%s.%s" % (path, key))
    elif isinstance(value, (list, tuple)):
        for key, inner in enumerate(value):
            yield from flat(inner, str(key) if path is None else "%s.%s" % (path, key))


def view(tensor):
    strides = tuple(0 if n == 1 else s for n, s in zip(tensor.shape, tensor.stride()))
    return tensor.untyped_storage()._cdata, tensor.storage_offset(), tuple(tensor.shape), strides, tensor.dtype


class Script(torch.nn.Module):
    """A program with layers, buffers, and two names for the same layer."""

    def __init__(self, rng):
        super().__init__()
        width = rng.randrange(1, 9)
        self.first = torch.nn.Linear(width, width, bias=bool(rng.randrange(2)))
        self.layers = torch.nn.Sequential(torch.nn.Linear(width, 3), torch.nn.ReLU(), torch.nn.BatchNorm1d(3))
        self.register_buffer("mean", random_tensor(rng, torch.float32, (width,)))

    def forward(self, x):
        return self.layers(self.first(x) - self.mean)


def save_set(rng, path, state):
    """Two files and their index."""
    names, place = list(state), {}
    rng.shuffle(names)
    half = len(names) // 2
    os.makedirs(path, exist_ok=True)
    for number, part in enumerate([names[:half], names[half:]]):
        file = "pytorch_model-%05d-of-00002.bin" % (number + 1)
        torch.save({name: state[name] for name in part}, os.path.join(path, file))
        place.update({name: file for name in part})
    with open(os.path.join(path, "pytorch_model.bin.index.json"), "w") as index:
        json.dump({"metadata": {"total_size": 0}, "weight_map": place}, index)


class Comparison:
    def __init__(self, program, folder):
        self.program, self.folder, self.differences = program, folder, 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def convert(self, source, target, *options):
        result = subprocess.run([self.program, self.path(source), "-o", self.path(target), "--force", *options],
                                capture_output=True, timeout=120)
        if result.returncode:
            self.differ("%s to %s: %s" % (source, target, result.stderr.decode()[-400:]))
        return result.returncode == 0

    def differ(self, what):
        self.differences += 1
        print("interop_pytorch: " + what, file=sys.stderr)

    def compare(self, what, expected, found):
        if expected.keys() != found.keys():
            return self.differ("%s: names differ: %s" % (what, sorted(expected.keys() ^ found.keys())[:5]))
        for name, tensor in expected.items():
            other = found[name]
            if (tensor.dtype, tensor.shape) != (other.dtype, other.shape) or bits(tensor) != bits(other):
                self.differ("%s: \"%s\" differs: %s %s" % (what, name, tensor.dtype, tuple(tensor.shape)))

    def ties(self, what, expected, found):
        def groups(tensors):
            owners = {}
            for name, tensor in tensors.items():
                owners.setdefault(view(tensor), set()).add(name)
            return {frozenset(names) for names in owners.values() if len(names) > 1}
        if groups(expected) != groups(found):
            self.differ("%s: ties differ" % what)

    def check(self, number, expected, source="in.pt", has_ties=True):
        what = "model %d" % number
        if not self.convert(source, "a.ltfn") or not self.convert("a.ltfn", "b.pt"):
            return
        for mapped in False, True:
            found = torch.load(self.path("b.pt"), weights_only=True, mmap=mapped)
            self.compare(what + " as .pt", expected, found)
            if has_ties:
                self.ties(what, expected, found)
        if any(tensor.dtype == torch.complex128 for tensor in expected.values()):
            return
        if self.convert(source, "c.safetensors", "--allow-loss", "tie"):
            with safe_open(self.path("c.safetensors"), framework="pt") as file:
                self.compare(what + " as .safetensors", expected, {n: file.get_tensor(n) for n in file.keys()})


def tutorial_difference(program, data):
    """How far the logits of ltfn-eval, which lies beside the program, are from those of the guide's module in PyTorch:
    the tutorial's network on 1,000 images of MNIST, by the largest logit; None when it does not come back as it was."""
    import interop_onnx
    root = pathlib.Path(__file__).resolve().parent.parent
    model = root / "Fixtures/models/tutorial.ltfn"
    guide = (root / "Sources/LTFN/LTFN.docc/PyTorchFiles.md").read_text()
    module = next(block for block in re.findall(r"```python\n(.*?)```", guide, re.S) if "def logits" in block)
    pixels = interop_onnx.read_images(os.path.join(data, "t10k-images-idx3-ubyte.gz"), 1000)
    with tempfile.TemporaryDirectory() as folder:
        def convert(source, target, *options):
            subprocess.run([program, source, "-o", os.path.join(folder, target), *options], check=True,
                           capture_output=True)
            return os.path.join(folder, target)
        written = convert(model, "model.pt", "--layout", "pytorch")
        back = convert(written, "back.ltfn", "--layout", "tensorflow")
        if pathlib.Path(back).read_bytes() != model.read_bytes():
            return None
        names = {}
        exec(module.replace('"model.pt"', repr(written)), names)
        theirs = names["logits"](torch.from_numpy(pixels.astype(np.float32)[:, None] / 255)).numpy()
        plain, images = convert(model, "plain.safetensors"), os.path.join(folder, "images.idx")
        with safe_open(plain, "np") as file:
            graph = json.loads(file.metadata()["ltfn.manifest"])["graph"]
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        interop_onnx.write_images(images, pixels)
        evaluate = os.path.join(os.path.dirname(os.path.abspath(program)), "ltfn-eval")
        ours = interop_onnx.our_logits(evaluate, folder, graph, tensors, images, 10)
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def run(program, count=200, seed=1):
    rng = random.Random(seed)
    forms = {"archive": 0, "legacy": 0, "TorchScript": 0, "set": 0, "distributed": 0}
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(os.path.abspath(program), folder)
        for number in range(count):
            form = rng.choice(["archive", "archive", "archive", "legacy", "legacy", "TorchScript", "set", "distributed"])
            forms[form] += 1
            path = comparison.path("in.pt")
            if form in ("set", "distributed"):
                expected = dict(flat(random_model(rng, DTYPES + UNTYPED)))
                where = comparison.path("folder")
                shutil.rmtree(where, ignore_errors=True)
                if form == "set":
                    save_set(rng, where, expected)
                else:
                    expected = {name: tensor.detach() for name, tensor in expected.items()}
                    dcp.save(expected, checkpoint_id=where, no_dist=True)
                comparison.check(number, expected, "folder", has_ties=False)
                continue
            if form == "TorchScript":
                module = torch.jit.script(Script(rng))
                torch.jit.save(module, path)
                expected = dict(torch.jit.load(path).state_dict())
            else:
                dtypes = DTYPES + (UNTYPED if form == "archive" else [])
                model = random_model(rng, dtypes)
                if rng.randrange(20) == 0:
                    model = random_tensor(rng, rng.choice(dtypes), rng.choice(SHAPES))
                archive = form == "archive"
                torch.save(model, path, _use_new_zipfile_serialization=archive,
                           pickle_protocol=2 if rng.randrange(3) else rng.randrange(2, 6))
                expected = dict(flat(torch.load(path, weights_only=False)))
            comparison.check(number, expected)
    print("pytorch: %d models (%s), %d differences"
          % (count, ", ".join("%d %s" % (n, f) for f, n in forms.items()), comparison.differences))
    data = os.environ.get("LTFN_DATA_DIR")
    if not data:
        return comparison.differences
    difference = tutorial_difference(os.path.abspath(program), data)
    print("pytorch: " + (
        "the tutorial's network does not come back as it was" if difference is None else
        "logits of the tutorial's network on 1,000 images within %.1g of the largest" % difference))
    return comparison.differences + (difference is None or difference > 1e-4)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(1 if run(sys.argv[1], *map(int, sys.argv[2:4])) else 0)
