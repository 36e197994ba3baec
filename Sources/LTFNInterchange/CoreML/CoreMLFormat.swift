import LTFNBytes
import LTFNCheckpoint

/// Models of Core ML: `.mlmodel` files and `.mlpackage` folders.
///
/// Its variables are the weights of the layers of a neural network, called as the layer and the
/// field that they stand in, or the constants of an ML program, called as the program calls them.
/// What is written is a neural network in a file, as apps run it where the graph is known and its
/// kernels are in the layout of Core ML; other variables are constants of it.
public struct CoreMLFormat: SelectiveFormat {
    static let name = "coreml"

    public var selection: ReadingSelection

    /// What a message of protocol buffers may have.
    static let longestModel: UInt64 = 0x7FFF_FFFF
    /// What a model compiled for a device has in its folder.
    private static let compiledName = "coremldata.bin"

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "Core ML, neural networks and ML programs",
            fileExtensions: ["mlmodel", "mlpackage"], dtypes: [.f32, .f16],
            kernelLayout: CoreMLGraphWriter.layout, needsKernelLayout: true,
            readOnlyExtensions: ["mlpackage": "Packages of Core ML"])
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        CoreMLPrefix(prefix, byteCount: byteCount).isModel
    }

    public func recognizes(_ look: FileSetLook) -> Bool {
        guard let prefix = look.prefix else {
            return look.names.contains(CoreMLPackage.manifestName)
                && (look.names.contains("Data") || look.name.lowercased().hasSuffix(".mlpackage"))
                || look.names.contains(Self.compiledName)
        }
        return recognizes(prefix: prefix, byteCount: look.byteCount)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try open(SingleFile(source), limits: limits)
    }

    public func open(
        _ files: any FileSet, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        if let main = files.main {
            return try Self.reader(
                CoreMLModelFiles(model: main, files), limits: limits, selection: selection)
        }
        let names = try files.names()
        guard names.contains(CoreMLPackage.manifestName) else {
            throw FormatError(
                .unsupportedFeature, format: Self.name,
                names.contains(Self.compiledName)
                    ? "This is a compiled model, which only devices read; name the .mlmodel or "
                        + ".mlpackage that it was made of."
                    : "This folder is no package of Core ML: it has no \(CoreMLPackage.manifestName)."
            )
        }
        return try CoreMLReader(
            CoreMLModelFiles(package: files), limits: limits, selection: selection)
    }

    /// - Throws: as the reader; `notThisFormat` instead where nothing is as in a model.
    private static func reader(
        _ files: CoreMLModelFiles, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) -> CoreMLReader {
        do throws(FormatError) {
            return try CoreMLReader(files, limits: limits, selection: selection)
        } catch {
            let model = files.model
            let prefix = try model.read(
                at: 0, byteCount: Int(min(model.byteCount, UInt64(FileSetLook.prefixByteCount))))
            guard [.corrupt, .truncated].contains(error.code), error.path == nil,
                !CoreMLPrefix(prefix, byteCount: model.byteCount).isModel
            else { throw error }
            // A file that ends within its description still begins as one.
            let isCut = error.code == .truncated && prefix.first == 0x08
            if isCut { throw error }
            throw FormatError(.notThisFormat, format: name, "This is not a model of Core ML.")
        }
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        var losses = manifest.variables.flatMap { variable -> [FormatLoss] in
            if !traits.dtypes.contains(variable.tensor.dtype) {
                return [.unstorable(variable, in: "Core ML")]
            }
            return variable.tiedTo.map { [.tie(of: variable, to: $0)] } ?? []
        }
        if manifest.metadata[CoreMLHeader.namesKey] != nil {
            losses.append(
                FormatLoss(.metadata, "The key \"\(CoreMLHeader.namesKey)\" is taken."))
        }
        let embedded = EmbeddedManifest.losses(writing: manifest)
        if !losses.contains(where: { $0.subject == .values }) {
            let byteCount = CoreMLFileLayout(manifest).byteCount
            if byteCount > Self.longestModel {
                losses.append(
                    FormatLoss(
                        .values,
                        "A model may have \(Self.longestModel) bytes; it would have \(byteCount).",
                        remedy: .chooseOthers))
            }
        }
        return losses + embedded
    }

    public func notes(writing manifest: Manifest) -> [String] {
        guard let obstacle = CoreMLGraphWriter(manifest).obstacle else { return [] }
        return ["Core ML cannot run the model, which only holds values: \(obstacle)."]
    }

    public func writingOrder(of manifest: Manifest) -> [Int] {
        CoreMLFileLayout(manifest).order
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return try CoreMLWriter(sink, manifest)
    }
}
