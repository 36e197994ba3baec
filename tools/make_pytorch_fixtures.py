#!/usr/bin/env python3
"""Makes Fixtures/pytorch, Fixtures/pytorch-set, Fixtures/pytorch-dcp and its neighbour with PyTorch.

    python3 tools/make_pytorch_fixtures.py [DIRECTORY]

Byte k of every tensor (row-major, little-endian, whatever its strides are) is (37 k + 11) mod 256, of every
tensor of booleans k mod 2, so that a test knows what to expect without a second file. Run it again only to add
files: those that stand there are what readers are held to.
"""

import io
import json
import pathlib
import pickle
import sys
import tempfile
import warnings
import zipfile
from collections import OrderedDict

import torch
import torch.distributed.checkpoint as dcp
import torch.multiprocessing
from torch.distributed.tensor import Shard, distribute_tensor

warnings.filterwarnings("ignore")

TYPED = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
         torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]
UNTYPED = [torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e4m3fnuz,
           torch.float8_e5m2, torch.float8_e5m2fnuz, torch.float8_e8m0fnu, torch.bits8, torch.bits16]


def tensor(dtype, *shape):
    size = torch.empty(0, dtype=dtype).element_size()
    count = size
    for extent in shape:
        count *= extent
    raw = bytes(k % 2 if dtype == torch.bool else (37 * k + 11) & 0xFF for k in range(count))
    storage = torch.UntypedStorage(count)
    for k, byte in enumerate(raw):
        storage[k] = byte
    return torch.empty(0, dtype=dtype).set_(storage, 0, shape)


def save(path, value, **options):
    if not path.exists():
        torch.save(value, path, **options)


def swap(path, target):
    """The same archive as a machine of the other byte order writes it: float32 and complex64 in groups of 4."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as sink:
        for member in source.infolist():
            data = source.read(member)
            if "/data/" in member.filename:
                data = b"".join(data[k:k + 4][::-1] for k in range(0, len(data), 4))
            if member.filename.endswith("/byteorder"):
                data = b"big"
            sink.writestr(zipfile.ZipInfo(member.filename), data)


def deflate(path, target):
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for member in source.infolist():
            sink.writestr(member.filename, source.read(member))


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(2, 3, bias=False)
        self.first.weight = torch.nn.Parameter(tensor(torch.float32, 3, 2))
        self.register_buffer("mean", tensor(torch.float32, 2))

    def forward(self, x):
        return self.first(x - self.mean)


def python2(value):
    """What Python 2 made of strings."""
    out = io.BytesIO()
    torch.save(value, out, _use_new_zipfile_serialization=False)
    data, result, k = out.getvalue(), b"", 0
    while k < len(data):
        if data[k:k + 1] == b"X" and data[k + 2:k + 5] == b"\0\0\0" and data[k + 1] < 64:
            result += b"U" + data[k + 1:k + 2]
            k += 5
        else:
            result += data[k:k + 1]
            k += 1
    return result


def save_share(rank, where, meeting):
    """The part of a 4 × 6 tensor that one of four processes has: a quarter of it."""
    torch.distributed.init_process_group("gloo", init_method="file://" + meeting, rank=rank, world_size=4)
    mesh = torch.distributed.init_device_mesh("cpu", (2, 2))
    grid = distribute_tensor(tensor(torch.float32, 4, 6), mesh, [Shard(0), Shard(1)])
    dcp.save({"grid": grid}, checkpoint_id=where)
    torch.distributed.destroy_process_group()


def main(folder):
    where = folder / "pytorch"
    where.mkdir(parents=True, exist_ok=True)
    f32 = torch.float32
    save(where / "dtypes.pt", OrderedDict((str(d)[6:], tensor(d, 2, 3)) for d in TYPED))
    save(where / "untyped.pt", OrderedDict((str(d)[6:], tensor(d, 4)) for d in UNTYPED))
    save(where / "shapes.pt", OrderedDict(
        scalar=tensor(f32), empty=tensor(f32, 0), hole=tensor(f32, 2, 0, 3), deep=tensor(f32, 1, 2, 1, 3, 1)))
    shared = tensor(f32, 2, 3)
    save(where / "ties.pt", OrderedDict(b=shared, a=shared, part=shared[:1]))
    whole = tensor(f32, 10)
    save(where / "views.pt", OrderedDict(head=whole[:3], tail=whole[6:]))
    save(where / "strided.pt", OrderedDict(
        transposed=tensor(f32, 3, 4).t().contiguous().t(),
        channels=tensor(torch.float16, 2, 3, 2, 2).contiguous(memory_format=torch.channels_last)))
    save(where / "tensor.pt", tensor(torch.int64, 2))
    save(where / "nested.pt", {
        "epoch": 3, "lr": 0.5, "name": "tiny", "flag": True, "nothing": None,
        "model": OrderedDict(weight=torch.nn.Parameter(tensor(f32, 2, 2))),
        "optimizer": {"state": {0: {"step": tensor(f32), "exp_avg": tensor(f32, 2, 2)}},
                      "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999), "params": [0]}]}})
    save(where / "legacy.pth", OrderedDict(a=tensor(f32, 2, 3), b=tensor(torch.int64, 2), c=tensor(torch.uint8, 5)),
         _use_new_zipfile_serialization=False)
    save(where / "legacy-protocol-4.pth", OrderedDict(a=tensor(f32, 2, 3)),
         _use_new_zipfile_serialization=False, pickle_protocol=4)
    if not (where / "python-2.pth").exists():
        (where / "python-2.pth").write_bytes(python2(OrderedDict(weight=tensor(f32, 2, 3))))
    if not (where / "big-endian.pt").exists():
        torch.save(OrderedDict(a=tensor(f32, 2, 3), b=tensor(torch.complex64, 2)), "/tmp/swapped.pt")
        swap("/tmp/swapped.pt", where / "big-endian.pt")
    if not (where / "deflated.pt").exists():
        torch.save(OrderedDict(a=tensor(f32, 20, 3)), "/tmp/stored.pt")
        deflate("/tmp/stored.pt", where / "deflated.pt")
    if not (where / "script.jit").exists():
        torch.jit.save(torch.jit.script(Model()), str(where / "script.jit"))
    save(where / "refused-quantized.pt", {"w": torch.quantize_per_tensor(torch.ones(2), 0.5, 0, torch.qint8)})
    save(where / "refused-sparse.pt", {"w": torch.eye(2).to_sparse()})
    save(where / "refused-conjugate.pt", {"w": tensor(torch.complex64, 2).conj()})
    save(where / "refused-complex32.pt", {"w": torch.zeros(2, dtype=torch.complex32)})
    save(where / "refused-module.pt", torch.nn.Linear(2, 2))

    where = folder / "pytorch-set"
    where.mkdir(parents=True, exist_ok=True)
    first, second = "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"
    save(where / first, OrderedDict(a=tensor(f32, 2, 3), b=tensor(torch.int64, 2)))
    save(where / second, OrderedDict(c=tensor(torch.bfloat16, 4)))
    index = {"metadata": {"total_size": 48}, "weight_map": {"a": first, "b": first, "c": second}}
    (where / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2) + "\n")

    where = folder / "pytorch-dcp"
    if not (where / ".metadata").exists():
        where.mkdir(parents=True, exist_ok=True)
        dcp.save({"model": {"a": tensor(f32, 2, 3), "b": tensor(torch.int64, 2)}, "epoch": 3}, checkpoint_id=where,
                 no_dist=True)
    where = folder / "pytorch-dcp-grid"
    if not (where / ".metadata").exists():
        meeting = tempfile.mkdtemp() + "/meeting"
        torch.multiprocessing.spawn(save_share, args=(str(where), meeting), nprocs=4)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Fixtures"))
