#!/usr/bin/env python3
"""Makes Fixtures/coreml and Fixtures/coreml-package with coremltools: models that tests read without it.

usage: tools/make_coreml_fixtures.py [FOLDER]        Fixtures beside this folder

Element k of a tensor of floats is (k % 251 - 125) / 64, byte k of another one 37 * k + 11 modulo 256. coremltools
9.0 made the files that are kept.
"""

import json
import logging
import os
import shutil
import sys
import tempfile
import warnings

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")

import numpy as np
import coremltools as ct
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import types
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder, quantization_utils
from coremltools.proto import Model_pb2, NeuralNetwork_pb2


def floats(*shape):
    return ((np.arange(int(np.prod(shape))) % 251 - 125) / np.float32(64)).astype(np.float32).reshape(shape)


def pattern(count):
    return bytes((37 * k + 11) % 256 for k in range(count))


def network(shape=(1, 6, 6), image=False):
    """Convolution, ReLU, pooling, flatten, dense and softmax: what graphs here can say."""
    builder = NeuralNetworkBuilder(
        [("image", datatypes.Array(*shape))], [("probabilities", datatypes.Array(3))])
    builder.add_convolution("conv", shape[0], 4, 3, 3, 1, 1, "same", 1, floats(3, 3, shape[0], 4), floats(4), True,
                            input_name="image", output_name="a")
    builder.add_activation("relu", "RELU", "a", "b")
    builder.add_pooling("pool", 2, 2, 2, 2, "MAX", "VALID", "b", "c")
    builder.add_flatten("flatten", 0, "c", "d")
    builder.add_inner_product("fc", floats(3, 36), floats(3), 36, 3, True, "d", "logits")
    builder.add_softmax("softmax", "logits", "probabilities")
    if image:
        builder.set_pre_processing_parameters(image_input_names=["image"], image_scale=1 / 255, gray_bias=-0.5)
    return builder.spec


def every_layer():
    """Every kind of layer that has weights."""
    builder = NeuralNetworkBuilder(
        [("data", datatypes.Array(4, 5, 5)), ("words", datatypes.Array(1))], [("out", datatypes.Array(4, 5, 5))],
        disable_rank5_shape_mapping=True)
    builder.add_convolution("conv", 2, 6, 2, 3, 1, 1, "valid", 2, floats(2, 3, 2, 6), floats(6), True,
                            input_name="data", output_name="o1")
    builder.add_convolution("deconv", 4, 6, 2, 3, 1, 1, "valid", 1, floats(2, 3, 4, 6), None, False, is_deconv=True,
                            input_name="data", output_name="o2")
    builder.add_convolution3d("conv3d", 4, 2, 1, 2, 3, floats(2, 4, 1, 2, 3), floats(2), True, input_name="data",
                              output_name="o3")
    builder.add_activation("prelu", "PRELU", "data", "o4", floats(4))
    builder.add_activation("softplus", "PARAMETRICSOFTPLUS", "data", "o5", [floats(4), floats(4) + 1])
    builder.add_inner_product("dense", floats(3, 4), floats(3), 4, 3, True, "data", "o6")
    builder.add_embedding("embedding", floats(3, 7), floats(3), 7, 3, True, "words", "o7")
    builder.add_embedding_nd("embedding_nd", "words", "o8", 7, 3, floats(3, 7), floats(3))
    builder.add_batchnorm("norm", 4, floats(4), floats(4) + 1, floats(4) + 2, floats(4) + 3, "data", "o9")
    builder.add_scale("scale", floats(4, 1, 1), floats(4), True, "data", "o10", shape_scale=[4, 1, 1], shape_bias=[4])
    builder.add_bias("bias", floats(4), "data", "o11", shape_bias=[4])
    builder.add_load_constant("constant", "o12", floats(2, 3, 1), [2, 3, 1])
    builder.add_load_constant_nd("constant_nd", "o13", floats(2, 1, 3, 2), [2, 1, 3, 2])
    builder.add_simple_rnn("rnn", floats(3, 3), floats(3, 4), floats(3), 3, 4, "TANH",
                           ["data", "h"], ["o14", "h2"])
    builder.add_gru("gru", [floats(3, 3)] * 3, [floats(3, 4)] * 3, [floats(3)] * 3, 3, 4, ["data", "h"], ["o15", "h3"])
    gates = [floats(3, 3)] * 4, [floats(3, 4)] * 4, [floats(3)] * 4
    builder.add_unilstm("lstm", *gates, 3, 4, ["data", "h", "c"], ["o16", "h4", "c4"], peep=[floats(3)] * 3)
    builder.add_bidirlstm("bilstm", *gates, *gates, 3, 4, ["data", "h", "c", "hb", "cb"],
                          ["o17", "h5", "c5", "hb5", "cb5"])
    builder.add_batched_mat_mul("matmul", ["data"], "o18", weight_matrix_rows=5, weight_matrix_columns=2,
                                W=floats(5, 2), bias=floats(2))
    builder.add_layer_normalization("layernorm", "data", "o19", [5], floats(5), floats(5) + 1)
    custom = NeuralNetwork_pb2.CustomLayerParams()
    custom.className = "Mine"
    for count in (3, 2):
        custom.weights.add().floatValue.extend(floats(count))
    builder.add_custom("custom", ["data"], ["o20"], custom)
    branch = builder.add_branch("branch", "words")
    inner = NeuralNetworkBuilder(input_features=None, output_features=None, spec=None,
                                 nn_spec=branch.branch.ifBranch, disable_rank5_shape_mapping=True)
    inner.add_load_constant_nd("inner", "o21", floats(2, 2), [2, 2])
    return builder.spec


def quantized():
    """Values of every coding."""
    builder = NeuralNetworkBuilder([("data", datatypes.Array(4))], [("out", datatypes.Array(2))],
                                   disable_rank5_shape_mapping=True)
    value = "data"
    for bits in range(1, 9):
        for kind in ("linear", "lut"):
            name = "%s%d" % (kind, bits)
            extra = {"quant_scale": floats(2), "quant_bias": floats(2) + 1} if kind == "linear" else \
                {"quant_lut": floats(1 << bits)}
            builder.add_inner_product(name, pattern((12 * bits + 7) // 8), floats(2), 6, 2, True, value, name,
                                      is_quantized_weight=True, quantization_type=kind, nbits=bits, **extra)
    builder.add_inner_product("int8", pattern(12), floats(2), 6, 2, True, value, "int8", int_8_dynamic_quantize=True,
                              is_quantized_weight=True, quantization_type="linear", nbits=8,
                              quant_scale=floats(1) + 3)
    half = builder.add_load_constant_nd("half", "half", floats(3, 2), [3, 2]).loadConstantND.data
    half.float16Value = floats(3, 2).astype(np.float16).tobytes()
    half.ClearField("floatValue")
    return builder.spec


def pipeline():
    """Models within a model, one of them without tensors."""
    spec = Model_pb2.Model()
    spec.specificationVersion = 4
    spec.pipelineClassifier.pipeline.models.add().CopyFrom(network())
    tree = spec.pipelineClassifier.pipeline.models.add()
    tree.specificationVersion = 1
    tree.treeEnsembleClassifier.treeEnsemble.numPredictionDimensions = 2
    spec.pipelineClassifier.pipeline.models.add().CopyFrom(network())
    spec.pipelineClassifier.pipeline.names.extend(["first", "trees"])
    return spec


def tree():
    spec = Model_pb2.Model()
    spec.specificationVersion = 1
    spec.description.input.add().name = "x"
    spec.treeEnsembleRegressor.treeEnsemble.numPredictionDimensions = 1
    return spec


def program(path):
    """An ML program with values in itself and in a file of weights."""
    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4, 8, 8))], opset_version=ct.target.iOS18)
    def build(x):
        kernel = mb.const(val=floats(6, 4, 3, 3), name="kernel")
        bias = mb.const(val=floats(6), name="small_bias")
        x = mb.conv(x=x, weight=kernel, bias=bias, strides=[2, 1], pad_type="valid", name="conv")
        packed = np.array([(5 * k) % 16 for k in range(24)], np.uint8).reshape(6, 4).astype(types.np_uint4_dtype)
        wide = mb.constexpr_blockwise_shift_scale(
            data=packed, scale=floats(6, 1).astype(np.float16) + np.float16(2), name="wide")
        y = mb.reduce_sum(x=wide, axes=[1], name="sum")
        index = mb.const(val=np.arange(40, dtype=np.int32) * 7 - 100, name="index")
        z = mb.gather(x=mb.const(val=floats(300).astype(np.float16), name="half"), indices=mb.mod(
            x=mb.abs(x=index), y=300), axis=0, name="gathered")
        return mb.relu(x=x), y, z

    model = ct.convert(build, convert_to="mlprogram", minimum_deployment_target=ct.target.iOS18,
                       compute_precision=ct.precision.FLOAT32, skip_model_load=True)
    model.short_description = "made for tests"
    model.save(path)
    inner = os.path.join(path, "Data/com.apple.CoreML/model.mlmodel")
    spec = Model_pb2.Model()
    with open(inner, "rb") as file:
        spec.ParseFromString(file.read())
    # Dates and versions are of the day.
    spec.description.metadata.userDefined.clear()
    with open(inner, "wb") as file:
        file.write(spec.SerializeToString(deterministic=True))
    manifest = os.path.join(path, "Manifest.json")
    with open(manifest) as file:
        document = json.load(file)
    # Identifiers are drawn by chance.
    names = {key: "item-%s" % os.path.basename(entry["path"]) for key, entry in document["itemInfoEntries"].items()}
    document["itemInfoEntries"] = {names[key]: entry for key, entry in document["itemInfoEntries"].items()}
    document["rootModelIdentifier"] = names[document["rootModelIdentifier"]]
    with open(manifest, "w") as file:
        json.dump(document, file, indent=1, sort_keys=True)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Fixtures")
    folder, package = os.path.join(root, "coreml"), os.path.join(root, "coreml-package")
    os.makedirs(folder, exist_ok=True)
    described = network(image=True)
    described.description.metadata.author = "somebody"
    described.description.metadata.userDefined["key"] = "value"
    models = {
        "network.mlmodel": network(), "image.mlmodel": described, "layers.mlmodel": every_layer(),
        "quantized.mlmodel": quantized(), "pipeline.mlmodel": pipeline(), "refused-tree.mlmodel": tree(),
    }
    short = network()
    del short.neuralNetwork.layers[0].convolution.weights.floatValue[-1]
    models["refused-short.mlmodel"] = short
    for name, spec in models.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(spec.SerializeToString(deterministic=True))
    with tempfile.TemporaryDirectory() as place:
        program(os.path.join(place, "made.mlpackage"))
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(os.path.join(place, "made.mlpackage"), package)


if __name__ == "__main__":
    main()
