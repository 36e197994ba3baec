import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNConversion
import LTFNFiles

/// What is changed on the way: `--rename`, `--map`, `--preset`, `--dtype`, `--layout`, `--set`.
struct ChangeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Rename a variable; a * on each side stands for the same characters: model.*=*. Can be "
                + "repeated.",
            valueName: "old=new"), transform: NameRule.parse)
    var rename: [NameRule] = []

    @Option(
        help: ArgumentHelp(
            "Rules for names out of a JSON object, {\"old\": \"new\"}, after those of --rename.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var map: [String] = []

    @Option(
        help: ArgumentHelp(
            "Read a known network's checkpoint from another program: give its variables our names and "
                + "add the graph.",
            valueName: "network"), completion: .list(Preset.allCases.map(\.rawValue)))
    var preset: Preset?

    @Flag(
        help: ArgumentHelp(
            "Turn blocks of quantized values into float32: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K and Q6_K "
                + "of GGUF."))
    var dequantize = false

    @Option(
        help: ArgumentHelp(
            "Round floating-point values to f16, bf16, f32 or f64, rounding to nearest, ties to even; "
                + "with @ only the variables whose names fit the pattern. Can be repeated; the first "
                + "rule that fits counts.",
            valueName: "dtype[@pattern]"), transform: DTypeRule.parse)
    var dtype: [DTypeRule] = []

    @Flag(help: "Let values beyond the range of their new dtype become infinite.")
    var allowOverflow = false

    @Option(
        help: ArgumentHelp(
            "Put the axes of kernels in the order of tensorflow (HWIO, [in, out]), pytorch (OIHW, [out, in]), "
                + "mlx (OHWI, [out, in]), onnx-matmul or onnx-matmul-nhwc (OIHW, [in, out]); FROM is "
                + "needed only where the file does not say it. Also called: tf, keras, flax, jax, hwio, "
                + "nhwc; torch, onnx, coreml, oihw, nchw; ohwi.",
            valueName: "[from:]to"), completion: .list(KernelLayout.allCases.map(\.rawValue)),
        transform: LayoutRequest.parse)
    var layout: LayoutRequest?

    @Option(
        help: ArgumentHelp(
            "For a file without a graph: the dense kernels that take a flattened feature map of that height, "
                + "width and channels, or none. Can be repeated.",
            valueName: "HxWxC@pattern"), transform: FlattenChoice.parse)
    var flatten: [FlattenChoice] = []

    @Option(
        name: .customLong("no-kernel"),
        help: ArgumentHelp(
            "For a file without a graph: variables that are not kernels, such as embeddings. Can be "
                + "repeated.",
            valueName: "pattern"))
    var kept: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write this into the metadata of the file: format=pt. Can be repeated.",
            valueName: "key=value"), transform: MetadataRule.parse)
    var set: [MetadataRule] = []

    func validate() throws {
        if layout == nil {
            if !flatten.isEmpty {
                throw ValidationError("--flatten needs --layout.")
            }
            if !kept.isEmpty {
                throw ValidationError("--no-kernel needs --layout.")
            }
        }
        if flatten.contains(.none), flatten.count > 1 {
            throw ValidationError("--flatten none cannot stand beside another --flatten.")
        }
        if allowOverflow, dtype.isEmpty {
            throw ValidationError("--allow-overflow needs --dtype.")
        }
        let keys = set.map(\.key)
        if let key = keys.first(where: { key in keys.count { $0 == key } > 1 }) {
            throw ValidationError("--set gives \"\(key)\" two values.")
        }
    }

    /// What is read besides the checkpoint.
    var files: [FileRoles.File] { map.map { FileRoles.File("rules for names", $0) } }

    /// - Throws: what reading a file of rules throws.
    func changes() throws(FormatError) -> Changes {
        var changes = Changes()
        changes.preset = preset
        changes.names = rename
        for path in map {
            changes.names += try FormatError.about(path) { () throws(FormatError) in
                try NameRule.rules(
                    json: WholeFile.read(path: path, limit: 1 << 24))
            }
        }
        changes.dequantizes = dequantize
        changes.dtypes = dtype
        changes.allowsOverflow = allowOverflow
        changes.layout = layout
        if !flatten.isEmpty {
            changes.layout?.flattens = flatten.compactMap {
                if case .rule(let rule) = $0 { rule } else { nil }
            }
        }
        changes.layout?.kept = kept.map { GlobPattern($0) }
        changes.metadata = set
        return changes
    }
}

extension Preset: ExpressibleByArgument {}

/// `--flatten`: a rule, or that there is none.
enum FlattenChoice: Hashable {
    case none
    case rule(FlattenRule)
}
