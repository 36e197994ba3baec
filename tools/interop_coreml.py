#!/usr/bin/env python3
"""Compares ltfn-convert with coremltools on random models, both ways.

usage: tools/interop_coreml.py LTFN-CONVERT [COUNT] [SEED]        200 models, seed 1

Every model is a neural network of layers of all kinds that have weights, in every coding, or an ML program with
values of all types in itself and in its file of weights. It is converted to .ltfn, which tools/ltfn_decode.py
reads: names, types, shapes and bits have to be those that coremltools finds. What is float32 or float16 is written
as .mlmodel, where coremltools has to find the same, and the .ltfn made of that has to be the same file. Random
networks are written as .mlmodel: their layers are compared with the network one by one, their kernels bit for bit,
and what a reference computes of the layers in float64 with the logits of ltfn-eval, which lies beside
LTFN-CONVERT, within 0.0001 of the largest; so is the same model without our records. The tutorial's network, and
its logits on 100 images of MNIST when LTFN_DATA_DIR names its folder, as well. Exits with 1 on a difference.
"""

import csv
import json
import logging
import math
import os
import random
import subprocess
import sys
import tempfile
import warnings

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")

import numpy as np
import coremltools as ct
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import types
from coremltools.libmilstoragepython import _BlobStorageReader as BlobReader
from coremltools.proto import MIL_pb2, Model_pb2, NeuralNetwork_pb2
from safetensors import safe_open
from safetensors.numpy import save_file

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ltfn_decode

NAMES = ["conv%d", "größe %d", "a/b/%d", "x.y:%d", "layer %d", "l%d"]


def run(program, *arguments):
    result = subprocess.run([program, *arguments], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError("%s: exit %d: %s" % (" ".join(arguments), result.returncode, result.stderr.strip()))


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def decoded(path):
    """What the second reader finds in an .ltfn file: name → type, shape, bytes."""
    with open(path, "rb") as file:
        reader = ltfn_decode.Reader(file.read())
    return {v.name: (v.dtype.name, tuple(v.shape), b"".join(reader.pieces(v))) for v in reader.index.variables}


# Neural networks

def fill(rng, weights, count, codings):
    """Random values of one coding, as many as `count`; what is expected of them, less the shape."""
    coding = rng.choice(codings)
    if coding == "float32":
        values = np.array([rng.gauss(0, 1) for _ in range(count)], "<f4")
        weights.floatValue.extend(values)
        return "f32", values.tobytes()
    if coding == "float16":
        weights.float16Value = rng.randbytes(2 * count)
        return "f16", weights.float16Value
    if coding == "int8":
        weights.int8RawValue = rng.randbytes(count)
        return "i8", weights.int8RawValue
    bits = rng.randrange(1, 9)
    weights.rawValue = rng.randbytes((count * bits + 7) // 8)
    weights.quantization.numberOfBits = bits
    if rng.random() < 0.5:
        weights.quantization.linearQuantization.scale.extend([0.5, 2])
        weights.quantization.linearQuantization.bias.extend([1])
    else:
        weights.quantization.lookupTableQuantization.floatValue.extend(range(1 << bits))
    return ("u8" if bits == 8 else "bits8"), weights.rawValue


def shape_of(kind, field, layer, rng):
    """The shape of a weight, whose layer is told that it has it; the facts are those of the specification."""
    few = lambda: rng.randrange(1, 5)
    if kind == "convolution" and field == "weights":
        layer.outputChannels, layer.kernelChannels = 2 * few(), few()
        window = [few(), few()]
        if window != [3, 3] or rng.random() < 0.5:
            layer.kernelSize.extend(window)
        if rng.random() < 0.3:
            layer.isDeconvolution, layer.nGroups = True, 2
            return (layer.kernelChannels, layer.outputChannels // 2, *window)
        return (layer.outputChannels, layer.kernelChannels, *window)
    if kind == "convolution3d" and field == "weights":
        layer.outputChannels, layer.inputChannels, layer.nGroups = 2 * few(), 2 * few(), 2
        layer.kernelDepth, layer.kernelHeight, layer.kernelWidth = few(), few(), few()
        window = (layer.kernelDepth, layer.kernelHeight, layer.kernelWidth)
        if rng.random() < 0.3:
            layer.isDeconvolution = True
            return (layer.outputChannels // 2, layer.inputChannels, *window)
        return (layer.outputChannels, layer.inputChannels // 2, *window)
    pairs = {"innerProduct": ("outputChannels", "inputChannels"), "embedding": ("outputChannels", "inputDim"),
             "embeddingND": ("embeddingSize", "vocabSize"),
             "batchedMatmul": ("weightMatrixSecondDimension", "weightMatrixFirstDimension")}
    if kind in pairs and field == "weights":
        for name in pairs[kind]:
            setattr(layer, name, few())
        return tuple(getattr(layer, name) for name in pairs[kind])
    if "RecursionMatrix" in field or field == "recursionMatrix":
        return (layer.outputVectorSize, layer.outputVectorSize)
    if "WeightMatrix" in field or field == "weightMatrix":
        return (layer.outputVectorSize, layer.inputVectorSize)
    lists = {("scale", "scale"): "shapeScale", ("scale", "bias"): "shapeBias", ("bias", "bias"): "shape",
             ("loadConstant", "data"): "shape", ("loadConstantND", "data"): "shape",
             ("layerNormalization", "gamma"): "normalizedShape", ("layerNormalization", "beta"): "normalizedShape"}
    if (kind, field) in lists:
        stated = getattr(layer, lists[kind, field])
        if not stated:
            stated.extend(few() for _ in range(rng.randrange(1, 4)))
        return tuple(stated)
    return (few(),)


def weight_fields(message, path=()):
    """The fields of a message that hold weights, those of messages within it among them."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is None:
            continue
        if field.message_type.name == "WeightParams":
            yield path, field
        elif field.name in ("weightParams", "PReLU", "parametricSoftplus"):
            inner = getattr(message, field.name)
            inner = NeuralNetwork_pb2.LSTMWeightParams() if field.is_repeated else inner
            yield from weight_fields(inner, path + (field,))


KINDS = [field.name for field in NeuralNetwork_pb2.NeuralNetworkLayer.DESCRIPTOR.fields
         if field.message_type is not None and list(weight_fields(field.message_type._concrete_class()))]


def random_layer(rng, layer, path, expected):
    kind = rng.choice(KINDS)
    body = getattr(layer, kind)
    body.SetInParent()
    for name in ("inputVectorSize", "outputVectorSize"):
        if name in body.DESCRIPTOR.fields_by_name:
            setattr(body, name, rng.randrange(1, 5))
    codings = rng.choice([["float32"], ["float32", "float16"], ["float32", "float16", "int8", "raw"]])
    activation = rng.choice(["PReLU", "parametricSoftplus"])
    for way, field in weight_fields(body):
        owners = [(body, path + layer.name + ".")]
        if way:
            wanted = activation if kind == "activation" else "weightParams"
            if way[0].name != wanted:
                continue
            if way[0].is_repeated:
                while len(body.weightParams) < 2:
                    body.weightParams.add()
                owners = [(part, "%s%s.weightParams.%d." % (path, layer.name, number))
                          for number, part in enumerate(body.weightParams)]
            else:
                owners = [(getattr(body, way[0].name), "%s%s.%s." % (path, layer.name, way[0].name))]
        elif rng.random() < 0.2 and not kind.startswith("loadConstant"):
            continue
        for owner, place in owners:
            shape = shape_of(kind, field.name, body, rng)
            targets = [(getattr(owner, field.name), place + field.name)]
            if kind.startswith("loadConstant"):
                targets = [(targets[0][0], path + layer.name)]
            if field.is_repeated:
                targets = [(owner.weights.add(), "%sweights.%d" % (place, k)) for k in range(rng.randrange(3))]
            for weights, name in targets:
                dtype, data = fill(rng, weights, math.prod(shape), codings)
                vector = len(shape) == 1 and not kind.startswith(("loadConstant", "scale", "bias", "layerNorm"))
                if dtype == "bits8" or dtype == "u8" and vector:
                    shape_found = (len(data),)
                elif weights.quantization.numberOfBits and vector:
                    shape_found = (len(data),)
                else:
                    shape_found = shape
                if vector and weights.quantization.numberOfBits:
                    dtype = "u8"
                expected[name] = (dtype, shape_found, data)


def random_network_model(rng, path):
    spec, expected = Model_pb2.Model(), {}
    spec.specificationVersion = rng.randrange(1, 11)
    spec.description.metadata.shortDescription = rng.choice(["", "made ü"])
    spec.description.metadata.userDefined["key"] = "Wert ü\n"
    network = rng.choice([spec.neuralNetwork, spec.neuralNetworkClassifier, spec.neuralNetworkRegressor])
    network.SetInParent()

    def fill_network(network, way, depth):
        used = set()
        for _ in range(rng.randrange(1, 9)):
            layer = network.layers.add()
            name = rng.choice(NAMES) % rng.randrange(1000)
            if name in used:
                continue
            used.add(name)
            layer.name = name
            if depth < 2 and rng.random() < 0.1:
                if rng.random() < 0.5:
                    fill_network(layer.branch.ifBranch, "%s%s.ifBranch." % (way, name), depth + 1)
                    fill_network(layer.branch.elseBranch, "%s%s.elseBranch." % (way, name), depth + 1)
                else:
                    fill_network(layer.loop.bodyNetwork, "%s%s.bodyNetwork." % (way, name), depth + 1)
            else:
                random_layer(rng, layer, way, expected)

    fill_network(network, "", 0)
    if rng.random() < 0.1:
        inner = Model_pb2.Model()
        inner.CopyFrom(spec)
        spec = Model_pb2.Model()
        spec.specificationVersion = 4
        spec.pipeline.models.add().CopyFrom(inner)
        spec.pipeline.names.append("first")
        expected = {"first/" + name: value for name, value in expected.items()}
    ct.utils.save_spec(spec, path)
    return expected


# ML programs

WIDTHS = {MIL_pb2.FLOAT16: "f16", MIL_pb2.FLOAT32: "f32", MIL_pb2.FLOAT64: "f64", MIL_pb2.INT8: "i8",
          MIL_pb2.UINT8: "u8", MIL_pb2.INT16: "i16", MIL_pb2.UINT16: "u16", MIL_pb2.INT32: "i32", MIL_pb2.INT64: "i64",
          MIL_pb2.BOOL: "bool", MIL_pb2.UINT4: "u4", MIL_pb2.INT4: "i4", MIL_pb2.UINT2: "u2", MIL_pb2.UINT1: None,
          MIL_pb2.UINT3: None, MIL_pb2.UINT6: None}
NUMPY = {"f16": "<f2", "f32": "<f4", "f64": "<f8", "i8": "i1", "u8": "u1", "i16": "<i2", "u16": "<u2", "i32": "<i4",
         "i64": "<i8", "bool": "?"}
BITS = {"u4": 4, "i4": 4, "u2": 2, MIL_pb2.UINT1: 1, MIL_pb2.UINT3: 3, MIL_pb2.UINT6: 6}


def random_program(rng, path):
    numbers = np.random.default_rng(rng.randrange(1 << 32))
    shape = lambda: tuple(rng.randrange(1, 6) for _ in range(rng.randrange(1, 5)))

    @mb.program(input_specs=[mb.TensorSpec(shape=(2, 3))], opset_version=ct.target.iOS18)
    def build(x):
        outputs = [mb.relu(x=x)]
        for number in range(rng.randrange(1, 8)):
            kind = rng.choice(["float32", "float16", "int32", "int8", "uint8", "int16", "uint16", "uint4", "int4",
                               "uint2", "uint1", "uint3", "uint6", "lut"])
            extents = shape()
            name = rng.choice(["weight_%d", "op_%d_to_fp16"]) % number
            if kind.startswith("float"):
                value = mb.const(val=numbers.normal(size=extents).astype(kind), name=name)
            elif kind in ("int32", "int8", "uint8", "int16", "uint16"):
                value = mb.const(val=numbers.integers(0, 100, extents).astype(kind), name=name)
            elif kind in ("uint4", "int4"):
                packed = numbers.integers(0, 8, extents).astype(np.int8)
                packed = packed.astype(getattr(types, "np_%s_dtype" % kind))
                scale = numbers.normal(size=(1,) * len(extents)).astype(np.float16)
                value = mb.constexpr_blockwise_shift_scale(data=packed, scale=scale, name=name)
            else:
                bits = int(kind[4:]) if kind != "lut" else 8
                packed = numbers.integers(0, 1 << bits, extents).astype(np.uint8)
                if bits < 8:
                    packed = packed.astype(getattr(types, "np_uint%d_dtype" % bits))
                table = numbers.normal(size=(1,) * len(extents) + (1 << bits, 1)).astype(np.float16)
                value = mb.constexpr_lut_to_dense(indices=packed, lut=table, name=name)
            del value  # What nothing uses stays, where no pass takes it out.
        return tuple(outputs)

    build.skip_all_passes = True
    model = ct.convert(build, convert_to="mlprogram", minimum_deployment_target=ct.target.iOS18,
                       compute_precision=ct.precision.FLOAT32, skip_model_load=True,
                       pass_pipeline=ct.PassPipeline.EMPTY)
    model.save(path)
    return expected_of_program(path)


def expected_of_program(path):
    spec = ct.utils.load_spec(path)
    weights = os.path.join(path, "Data/com.apple.CoreML/weights/weight.bin")
    expected = {}
    block, = spec.mlProgram.functions["main"].block_specializations.values()
    for operation in block.operations:
        name = operation.outputs[0].name
        values = dict(operation.attributes)
        for key, argument in operation.inputs.items():
            for binding in argument.arguments:
                if binding.WhichOneof("binding") == "value":
                    values[key] = binding.value
        for key, value in values.items():
            tensor = value.type.tensorType
            if operation.type != "const" and key == "name" or tensor.dataType == MIL_pb2.STRING:
                continue
            if operation.type == "const" and key != "val":
                continue
            place = name if operation.type == "const" else "%s.%s" % (name, key)
            expected[place] = program_value(tensor, value, weights)
    return expected


def program_value(tensor, value, weights):
    shape = tuple(dimension.constant.size for dimension in tensor.dimensions)
    dtype = WIDTHS[tensor.dataType]
    bits = BITS.get(dtype or tensor.dataType)
    if value.HasField("blobFileValue"):
        offset = value.blobFileValue.offset
        with open(weights, "rb") as file:
            file.seek(offset)
            record = file.read(64)
            file.seek(int.from_bytes(record[16:24], "little"))
            data = file.read(int.from_bytes(record[8:16], "little"))
        if dtype in ("f32", "f16"):
            blobs = BlobReader(weights)
            read = blobs.read_float_data if dtype == "f32" else blobs.read_fp16_data
            expect(np.asarray(read(offset)).tobytes() == data, "coremltools reads other values")
    else:
        held = value.immediateValue.tensor
        kind = held.WhichOneof("value")
        values = getattr(held, kind).values
        data = values if kind == "bytes" else np.array(values, NUMPY[dtype]).tobytes()
    if dtype is None:
        return "bits8", (len(data),), data
    expect(bits is None or len(data) == (math.prod(shape) * bits + 7) // 8, "sub-bytes are packed")
    return dtype, shape, data


def check_model(program, rng, folder):
    path = {name: os.path.join(folder, name) for name in ("a.mlmodel", "a.mlpackage", "a.ltfn", "b.mlmodel", "b.ltfn",
                                                           "c.ltfn")}
    if rng.random() < 0.25:
        source = path["a.mlpackage"]
        expected = random_program(rng, source)
    else:
        source = path["a.mlmodel"]
        expected = random_network_model(rng, source)
    run(program, source, "-o", path["a.ltfn"], "--allow-loss", "tie")
    found = decoded(path["a.ltfn"])
    expect(set(found) == set(expected), "names: %s" % sorted(set(found) ^ set(expected)))
    for name, value in expected.items():
        expect(found[name][:2] == value[:2], "%s: %s is not %s" % (name, found[name][:2], value[:2]))
        expect(found[name][2] == value[2], "%s: other bits (%s)" % (name, value[0]))
    kept = {name: value for name, value in expected.items() if value[0] in ("f32", "f16")}
    if not kept:
        return len(expected)
    chosen = [] if len(kept) == len(expected) else [word for name in kept for word in ("--variable", name)]
    run(program, path["a.ltfn"], "-o", path["b.ltfn"], *chosen)
    run(program, path["b.ltfn"], "-o", path["b.mlmodel"])
    spec = ct.utils.load_spec(path["b.mlmodel"])
    expect(spec.specificationVersion == 4, "version 4 is written")
    written = {layer.name: layer.loadConstantND for layer in spec.neuralNetwork.layers}
    expect(set(written) == set(kept), "names of what was written")
    for name, (dtype, shape, data) in kept.items():
        weights = written[name].data
        raw = weights.float16Value if dtype == "f16" else np.array(weights.floatValue, "<f4").tobytes()
        expect(tuple(written[name].shape) == shape and raw == data, "%s: other values were written" % name)
    run(program, path["b.mlmodel"], "-o", path["c.ltfn"])
    with open(path["b.ltfn"], "rb") as one, open(path["c.ltfn"], "rb") as other:
        expect(one.read() == other.read(), "the file is another after the way there and back")
    return len(expected)


# Networks

def save_network(path, graph, tensors, layout=None):
    record = {"schema": "ltfn.manifest/1", "graph": graph}
    save_file(tensors, path, metadata={"ltfn.manifest": json.dumps(record)} | (layout or {}))


def random_network(rng, numbers):
    size = [rng.randrange(6, 16), rng.randrange(6, 16), rng.choice([1, 1, 1, 3, 2])]
    shape, layers, tensors = list(size), [], {}
    for number in range(rng.randrange(1, 5)):
        padding, strides = rng.choice(["same", "valid"]), [rng.randrange(1, 4), rng.randrange(1, 4)]
        window = [rng.randrange(1, 5), rng.randrange(1, 5)]
        if padding == "valid" and (window[0] > shape[0] or window[1] > shape[1]):
            continue
        for axis in (0, 1):
            covered = shape[axis] if padding == "same" else shape[axis] - window[axis] + 1
            shape[axis] = -(-covered // strides[axis])
        layer = {"name": "layer%d" % number, "padding": padding, "strides": strides}
        if rng.random() < 0.3:
            layer |= {"operation": "max_pool2d", "window": window}
        else:
            outputs = rng.randrange(1, 7)
            layer |= {"operation": "convolution2d", "weights": "k%d" % number}
            scale = 1 / math.sqrt(window[0] * window[1] * shape[2])
            tensors["k%d" % number] = (numbers.normal(size=(*window, shape[2], outputs)) * scale).astype(np.float32)
            if rng.random() < 0.7:
                layer["bias"] = "b%d" % number
                tensors["b%d" % number] = numbers.normal(size=outputs).astype(np.float32)
            shape[2] = outputs
        layers.append(layer)
        if rng.random() < 0.6:
            layers.append({"name": "relu%d" % number, "operation": "relu"})
    layers.append({"name": "flatten", "operation": "flatten"})
    count = math.prod(shape)
    for number in range(rng.randrange(1, 3)):
        outputs = rng.randrange(2, 6)
        tensors["d%d" % number] = (numbers.normal(size=(count, outputs)) / math.sqrt(count)).astype(np.float32)
        tensors["e%d" % number] = numbers.normal(size=outputs).astype(np.float32)
        layers.append({"name": "dense%d" % number, "operation": "dense", "weights": "d%d" % number,
                       "bias": "e%d" % number})
        count = outputs
    graph = {"name": "random", "input": {"shape": size, "scale": 1 / 255, "offset": -0.25}, "layers": layers}
    return graph, tensors, size, count


def windows(values, window, strides, same, fill):
    """The windows of an image [C, H, W]: [C, H', W', h, w], by the rules of Core ML's specification."""
    if same:
        pads = []
        for axis in (0, 1):
            extent, stride = values.shape[1 + axis], strides[axis]
            zeros = max(0, (-(-extent // stride) - 1) * stride + window[axis] - extent)
            pads.append((zeros // 2, zeros - zeros // 2))
        values = np.pad(values, [(0, 0), *pads], constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(values, window, (1, 2))
    return view[:, ::strides[0], ::strides[1]]


def weights_of(params):
    return np.array(params.floatValue, np.float32).astype(np.float64)


def reference(spec, images):
    """What the layers of a model make of images [N, C, H, W] of raw values, in float64."""
    network, results = spec.neuralNetwork, []
    blobs = {}
    for image in images.astype(np.float64):
        name = spec.description.input[0].name
        if network.preprocessing:
            scaler = network.preprocessing[0].scaler
            bias = scaler.grayBias if image.shape[0] == 1 else np.array(
                [scaler.redBias, scaler.greenBias, scaler.blueBias])[:, None, None]
            image = image * scaler.channelScale + bias
        blobs = {name: image}
        for layer in network.layers:
            value, kind = blobs[layer.input[0]], layer.WhichOneof("layer")
            body = getattr(layer, kind)
            if kind == "convolution":
                kernel = weights_of(body.weights).reshape(
                    body.outputChannels, body.kernelChannels, *body.kernelSize)
                view = windows(value, tuple(body.kernelSize), body.stride, body.HasField("same"), 0)
                value = np.einsum("chwij,ocij->ohw", view, kernel)
                if body.hasBias:
                    value = value + weights_of(body.bias)[:, None, None]
            elif kind == "pooling":
                value = windows(value, tuple(body.kernelSize), body.stride, body.HasField("same"), -np.inf).max((3, 4))
            elif kind == "activation":
                which = body.WhichOneof("NonlinearityType")
                value = np.maximum(value, 0) if which == "ReLU" else value * body.linear.alpha + body.linear.beta
            elif kind == "flatten":
                expect(body.mode == 0, "flattened with channels first")
                value = value.reshape(-1)
            elif kind == "innerProduct":
                kernel = weights_of(body.weights).reshape(body.outputChannels, body.inputChannels)
                value = kernel @ value + (weights_of(body.bias) if body.hasBias else 0)
            elif kind == "softmax":
                value = np.exp(value - value.max())
                value = value / value.sum()
            else:
                raise AssertionError("a layer of another kind was written: " + kind)
            blobs[layer.output[0]] = value
        logits, probabilities = (blobs[output.name] for output in spec.description.output)
        expect(abs(probabilities.sum() - 1) < 1e-9, "probabilities")
        results.append(logits)
    return np.array(results)


def expected_kernels(graph, tensors):
    """The kernels as Core ML has them, by layers: convolutions OIHW, dense ones [out, in] of maps C, H, W."""
    height, width, channels = graph["input"]["shape"]
    kernels, shape = {}, [height, width, channels]
    flattened = False
    for layer in graph["layers"]:
        kind = layer["operation"]
        if kind in ("convolution2d", "max_pool2d"):
            window = tensors[layer["weights"]].shape[:2] if kind == "convolution2d" else layer["window"]
            for axis in (0, 1):
                covered = shape[axis] if layer["padding"] == "same" else shape[axis] - window[axis] + 1
                shape[axis] = -(-covered // layer["strides"][axis])
        if kind == "convolution2d":
            kernels[layer["name"]] = tensors[layer["weights"]].transpose(3, 2, 0, 1)
            shape[2] = tensors[layer["weights"]].shape[3]
        if kind == "dense":
            kernel = tensors[layer["weights"]]
            if not flattened:
                kernel = kernel.reshape(*shape, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
            kernels[layer["name"]] = kernel.T
            flattened = True
    return kernels


def compare_layers(spec, graph, tensors):
    kernels = expected_kernels(graph, tensors)
    layers = [layer for layer in spec.neuralNetwork.layers if layer.name not in ("scale", "softmax")]
    expect([layer.name for layer in layers] == [layer["name"] for layer in graph["layers"]], "the layers")
    for layer, wanted in zip(layers, graph["layers"]):
        body = getattr(layer, layer.WhichOneof("layer"))
        if "weights" in wanted:
            found = np.array(body.weights.floatValue, np.float32)
            kernel = np.ascontiguousarray(kernels[layer.name])
            expect(found.tobytes() == kernel.tobytes(), "the kernel of " + layer.name)
            expect(body.hasBias == ("bias" in wanted), "whether %s has a bias" % layer.name)
        if "bias" in wanted:
            found = np.array(body.bias.floatValue, np.float32)
            expect(found.tobytes() == tensors[wanted["bias"]].tobytes(), "the bias of " + layer.name)
        if "padding" in wanted:
            expect(body.HasField(wanted["padding"]), "the padding of " + layer.name)
            expect(list(body.stride) == wanted["strides"], "the strides of " + layer.name)


def our_logits(evaluate, folder, model, images):
    """The logits of ltfn-eval less that of the predicted class: it tells the probability of that one alone, and
    a class is the predicted one in a network that has only it and one whose logit is 0."""
    path, result = os.path.join(folder, "two.safetensors"), os.path.join(folder, "two.csv")
    with safe_open(model, "np") as file:
        record = json.loads(file.metadata()["ltfn.manifest"])
        layout = {"ltfn.layout": file.metadata()["ltfn.layout"]}
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    last = record["graph"]["layers"][-1]
    columns = []
    for k in range(tensors[last["weights"]].shape[0]):
        two = dict(tensors)
        row = tensors[last["weights"]][k] / 8
        two[last["weights"]] = np.stack([row, np.zeros_like(row)])
        if "bias" in last:
            two[last["bias"]] = np.array([tensors[last["bias"]][k] / 8, 0], np.float32)
        save_network(path, record["graph"], two, layout)
        run(evaluate, path, images, "--predictions", result, "--force", "--quiet")
        with open(result, newline="") as file:
            rows = list(csv.DictReader(file))
        probabilities = np.array([float(row["probability"]) for row in rows])
        sign = np.array([1 if row["predicted"] == "0" else -1 for row in rows])
        columns.append(8 * sign * np.log(probabilities / (1 - probabilities)))
    return np.stack(columns, 1)


def write_images(path, pixels):
    with open(path, "wb") as file:
        file.write((0x803).to_bytes(4, "big"))
        for extent in pixels.shape:
            file.write(extent.to_bytes(4, "big"))
        file.write(pixels.tobytes())


def compare_network(programs, folder, graph, tensors, pixels):
    """`pixels` are [N, H, W], or nothing for networks of several channels, which ltfn-eval takes no such files of."""
    convert, evaluate = programs
    path = {name: os.path.join(folder, name) for name in (
        "net.safetensors", "net.mlmodel", "bare.mlmodel", "back.safetensors", "read.safetensors", "images.idx")}
    save_network(path["net.safetensors"], graph, tensors)
    run(convert, path["net.safetensors"], "-o", path["net.mlmodel"], "--force")
    spec = ct.utils.load_spec(path["net.mlmodel"])
    compare_layers(spec, graph, tensors)
    run(convert, path["net.mlmodel"], "-o", path["back.safetensors"], "--layout", "tensorflow", "--force")
    with safe_open(path["back.safetensors"], "np") as file:
        for name, tensor in tensors.items():
            expect(file.get_tensor(name).tobytes() == tensor.tobytes(), "%s after the way there and back" % name)
        expect(json.loads(file.metadata()["ltfn.manifest"])["graph"] == graph, "the graph after the way there and back")
    bare = Model_pb2.Model()
    bare.CopyFrom(spec)
    bare.description.metadata.userDefined.clear()
    ct.utils.save_spec(bare, path["bare.mlmodel"])
    worst = 0.0
    for source in ("net.mlmodel", "bare.mlmodel"):
        run(convert, path[source], "-o", path["read.safetensors"], "--force")
        with safe_open(path["read.safetensors"], "np") as file:
            found = json.loads(file.metadata()["ltfn.manifest"])["graph"]
        operations = [{key: layer[key] for key in layer if key not in ("weights", "bias", "padding")}
                      for layer in found["layers"]]
        wanted = [{key: layer[key] for key in layer if key not in ("weights", "bias", "padding")}
                  for layer in graph["layers"]]
        expect(operations == wanted, "the layers of %s" % source)
        expect(np.float32(found["input"]["scale"]) == np.float32(graph["input"]["scale"]), "the scale of " + source)
        if pixels is None:
            continue
        write_images(path["images.idx"], pixels)
        ours = our_logits(evaluate, folder, path["read.safetensors"], path["images.idx"])
        theirs = reference(spec, pixels[:, None])
        worst = max(worst, float(np.abs(ours - theirs).max() / max(1, np.abs(theirs).max())))
        expect(worst <= 1e-4, "logits of %s differ by %g of the largest" % (source, worst))
    return worst


def check_networks(programs, rng, count):
    numbers = np.random.default_rng(rng.randrange(1 << 32))
    worst = 0.0
    for number in range(count):
        graph, tensors, size, _ = random_network(rng, numbers)
        pixels = numbers.integers(0, 256, (8, *size[:2]), dtype=np.uint8) if size[2] == 1 else None
        with tempfile.TemporaryDirectory() as folder:
            try:
                worst = max(worst, compare_network(programs, folder, graph, tensors, pixels))
            except AssertionError as error:
                raise AssertionError("network %d: %s" % (number, error)) from error
    return worst


def check_tutorial(programs, data):
    import gzip
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with gzip.open(os.path.join(data, "t10k-images-idx3-ubyte.gz")) as file:
        file.read(16)
        pixels = np.frombuffer(file.read(100 * 784), np.uint8).reshape(100, 28, 28)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tutorial.safetensors")
        run(programs[0], os.path.join(root, "Fixtures/models/tutorial.ltfn"), "-o", path)
        with safe_open(path, "np") as file:
            graph = json.loads(file.metadata()["ltfn.manifest"])["graph"]
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        return compare_network(programs, folder, graph, tensors, pixels)


def check(program, count=200, seed=1):
    """Raises AssertionError on a difference."""
    rng = random.Random(seed)
    tensors = 0
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                tensors += check_model(program, random.Random(rng.randrange(1 << 62)), folder)
            except AssertionError as error:
                raise AssertionError("model %d of seed %d: %s" % (number, seed, error)) from error
    line = "coreml %s: %d models both ways, %d tensors, bit for bit" % (ct.__version__, count, tensors)
    evaluate = os.path.join(os.path.dirname(os.path.abspath(program)), "ltfn-eval")
    if os.path.exists(evaluate):
        networks = max(5, count // 4)
        line += "; %d networks layer by layer, their logits within %.1g" % (
            networks, check_networks((program, evaluate), rng, networks))
        data = os.environ.get("LTFN_DATA_DIR")
        if data:
            line += ", of the tutorial's on 100 images within %.1g" % check_tutorial((program, evaluate), data)
    print(line)


def main():
    if len(sys.argv) < 2 or len(sys.argv) > 4:
        sys.exit(__doc__)
    try:
        check(sys.argv[1], *(int(argument) for argument in sys.argv[2:]))
    except AssertionError as error:
        sys.exit("coreml: %s" % error)


if __name__ == "__main__":
    main()
