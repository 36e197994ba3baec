/// The classes and functions that checkpoints of PyTorch name.
///
/// What `torch.load(weights_only=True)` allows, and beside it what is harmless and common as long
/// as it stays a name: records of NumPy and of command lines, TorchScript's objects.
enum TorchGlobals {
    static let known = PickleGlobals(
        Set(
            containers + rebuilding + records
                + TorchElementType.names.map { "torch." + $0 }
                + TorchElementType.storages.flatMap { ["torch." + $0, "torch.cuda." + $0] }
                + tensorClasses.flatMap { ["torch." + $0, "torch.cuda." + $0] }),
        prefixes: ["__torch__.", "torch.jit._pickle."],
        summary: "tensors, containers and plain values, as checkpoints of PyTorch have them,",
        advice: "A whole module or an object of another library is read by PyTorch alone: load it "
            + "there if you trust it, and save its state_dict().")

    private static let containers = [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter",
        "collections.deque", "argparse.Namespace", "types.SimpleNamespace",
        "builtins.dict", "builtins.list", "builtins.set", "builtins.frozenset", "builtins.tuple",
        "builtins.int", "builtins.float", "builtins.bool", "builtins.str", "builtins.bytearray",
        "builtins.bytes", "builtins.complex", "builtins.object", "builtins.slice", "builtins.range",
        "__builtin__.set", "__builtin__.frozenset", "__builtin__.bytearray", "__builtin__.complex",
        "__builtin__.object", "__builtin__.dict", "__builtin__.list", "__builtin__.int",
        "__builtin__.float", "__builtin__.bool", "__builtin__.str", "__builtin__.slice",
        "__builtin__.long", "__builtin__.unicode", "__builtin__.xrange", "__builtin__.tuple",
        "__builtin__.bytes",
        "copy_reg._reconstructor", "copyreg._reconstructor", "_codecs.encode",
        "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.WindowsPath",
        "pathlib.PureWindowsPath", "pathlib._local.Path", "pathlib._local.PosixPath",
        "pathlib._local.PurePosixPath", "pathlib._local.WindowsPath",
        "pathlib._local.PureWindowsPath", "datetime.datetime", "datetime.date",
        "datetime.timedelta",
    ]

    private static let rebuilding =
        [
            "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
            "_rebuild_parameter_with_state", "_rebuild_qtensor", "_rebuild_sparse_tensor",
            "_rebuild_sparse_csr_tensor", "_rebuild_nested_tensor",
            "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass",
            "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor",
            "_rebuild_xla_tensor",
        ].map { "torch._utils." + $0 }
        + [
            "torch._tensor._rebuild_from_type_v2", "torch.nn.parameter.Parameter",
            "torch.nn.parameter.Buffer", "torch.Tensor", "torch._tensor.Tensor",
        ]

    private static let records =
        [
            "torch.Size", "torch.device", "torch.serialization._get_layout",
            "torch.storage.UntypedStorage",
            "torch.storage.TypedStorage", "torch.per_tensor_affine", "torch.per_tensor_symmetric",
            "torch.per_channel_affine", "torch.per_channel_symmetric",
            "torch.per_channel_affine_float_qparams", "torch.strided", "torch.contiguous_format",
            "torch.channels_last", "torch.preserve_format",
            "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
            "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
            "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer",
            "numpy.ndarray", "numpy.dtype",
        ]
        + ["float32", "float64", "float16", "int64", "int32", "bool", "bool_"].map { "numpy." + $0 }
        + ["Float32", "Float64", "Float16", "Int64", "Int32", "Int16", "Int8", "UInt8", "Bool"]
        .map { "numpy.dtypes." + $0 + "DType" }

    private static let tensorClasses = [
        "Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool",
    ].map { $0 + "Tensor" }
}
