import LTFNBytes
import LTFNCheckpoint

/// The safetensors format.
///
/// What the format has no place for (initializers, the model graph, metadata that are no strings)
/// is kept in its free-form metadata, under the key `ltfn.manifest`.
public struct SafetensorsFormat: SelectiveFormat {
    static let name = "safetensors"

    public var selection: ReadingSelection
    /// The values of a file that is written begin at a multiple of so many bytes, so that they can
    /// be mapped. The reference writer's files have 8.
    public var alignment: Int

    /// What is written unless told otherwise: a line of the cache.
    public static let defaultAlignment = 64

    public init(
        selection: ReadingSelection = .everything, alignment: Int = defaultAlignment
    ) {
        self.selection = selection
        self.alignment = alignment
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "with initializers and graph in its metadata",
            fileExtensions: ["safetensors"], dtypes: SafetensorsElementType.dtypes)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        guard prefix.count > 9 else { return false }
        let length = prefix[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let text = prefix[8...].drop(while: SafetensorsHeader.blanks.contains)
        guard text.first == UInt8(ascii: "{") else { return false }
        // An object begins with a key, or ends.
        let second = text.dropFirst().first { !SafetensorsHeader.blanks.contains($0) }
        return length <= SafetensorsHeader.maximumTextByteCount && length <= byteCount - 8
            && (second == UInt8(ascii: "\"") || second == UInt8(ascii: "}"))
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try SafetensorsReader(source, limits: limits, selection: selection)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        manifest.variables.flatMap(losses) + EmbeddedManifest.losses(writing: manifest)
    }

    private func losses(of variable: VariableInfo) -> [FormatLoss] {
        var losses: [FormatLoss] = []
        let tensor = variable.tensor
        if SafetensorsElementType.name(of: tensor.dtype) == nil {
            losses.append(.unstorable(variable, in: "safetensors"))
        } else if !SafetensorsHeader.endsAtWholeByte(tensor) {
            losses.append(
                FormatLoss(
                    .values, variable: variable.name,
                    "\(tensor.shape.elementCount) elements of \(tensor.dtype.bitCount) bits do "
                        + "not end at a whole byte, as safetensors wants it."))
        }
        if !Self.canMultiply(tensor.shape) {
            losses.append(
                FormatLoss(
                    .values, variable: variable.name,
                    "safetensors has no tensors of shape \(tensor.shape): up to its first zero, its "
                        + "elements would be more than 2^64 - 1."))
        }
        if variable.name.string == SafetensorsHeader.metadataKey {
            losses.append(
                FormatLoss(
                    .values, variable: variable.name,
                    "safetensors keeps this name for its metadata."))
        }
        if let target = variable.tiedTo {
            losses.append(
                .tie(of: variable, to: target))
        }
        return losses
    }

    /// Whether the reference reader finds out how many elements there are: it multiplies from the
    /// front.
    private static func canMultiply(_ shape: TensorShape) -> Bool {
        var count: UInt64 = 1
        for dimension in shape.dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(dimension))
            if overflow { return false }
            count = product
        }
        return true
    }

    public func writingOrder(of manifest: Manifest) -> [Int] {
        Self.order(Array(manifest.variables.indices), of: manifest)
    }

    /// The order in which the variables at `positions`, which ascend, stand in a file.
    static func order(_ positions: [Int], of manifest: Manifest) -> [Int] {
        // Within a dtype the order is that of the names, which is that of the positions.
        positions.sorted { left, right in
            let ranks = [left, right].map {
                SafetensorsElementType.rank(of: manifest.variables[$0].tensor.dtype)
            }
            return (ranks[0], left) < (ranks[1], right)
        }
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return try SafetensorsWriter(
            sink, manifest: manifest, order: writingOrder(of: manifest), alignment: alignment)
    }
}
