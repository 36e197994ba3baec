import LTFNBytes
import LTFNCheckpoint

extension PlacedReader {
    /// An open model of TensorFlow Lite.
    ///
    /// - Throws: as `TFLiteContent` and `TFLiteVariables`.
    init(
        tflite source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        let content = try TFLiteContent(source, limits: limits)
        let found = try TFLiteVariables(content, selection: selection)
        let manifest: Manifest
        do throws(FormatError) {
            manifest = try Manifest(variables: found.variables, metadata: content.metadata)
        } catch {
            throw error.named(TFLiteFormat.name)
        }
        self.init(
            source, format: TFLiteFormat.name, limits: limits, manifest, pieces: found.pieces,
            losses: found.losses, notes: content.notes)
    }
}

extension TFLiteContent {
    /// What of the model is not read.
    var notes: [String] {
        let parts = [
            (textCount, "text constant"), (operatorCount, "operator"),
            (metadataCount, "metadata buffer"),
        ].filter { $0.0 > 0 }.map { NumberText.counted($0.0, $0.1) }
        return parts.isEmpty ? [] : [LeftOutNote.text(parts)]
    }
}

/// The constant tensors of a model as variables.
struct TFLiteVariables {
    private(set) var variables: [VariableInfo] = []
    private(set) var pieces: [VariableName: [PlacedReader.Piece]] = [:]
    private(set) var losses: [FormatLoss] = []

    /// What tensors with the values of one buffer have in common.
    private struct Values: Hashable {
        var buffer: Int
        var tensor: TensorInfo
    }

    /// - Throws: `corrupt` and `unsupportedFeature` for tensors that cannot be read, unless
    ///   `selection` leaves them out.
    init(_ content: TFLiteContent, selection: ReadingSelection) throws(FormatError) {
        let names = Self.names(content.tensors)
        var foreign = ForeignNames(names)
        var unreadable = UnreadableParts(selection, kind: "tensor")
        var holders: [Values: VariableName] = [:]
        for (tensor, name) in zip(content.tensors, names) where selection.includes(name) {
            do throws(FormatError) {
                let info = try Self.info(tensor)
                var variable = VariableInfo(
                    name: try foreign.variableName(name, format: TFLiteFormat.name),
                    tensor: info, metadata: tensor.metadata)
                let values = Values(buffer: tensor.buffer, tensor: info)
                variable.tiedTo = holders[values]
                if variable.tiedTo == nil { holders[values] = variable.name }
                pieces[variable.name] = [tensor.piece]
                try variables.makeRoomForOne()
                variables.append(variable)
            } catch {
                if error.code == .io || error.code == .limitExceeded { throw error }
                unreadable.add(
                    error.named(TFLiteFormat.name, variable: String(name.prefix(100))), named: name)
            }
        }
        losses = try unreadable.losses(remainingCount: variables.count) + foreign.losses
    }

    /// The names of the file; one that is taken gets a number.
    private static func names(_ tensors: [TFLiteContent.Tensor]) -> [String] {
        var taken = Set(tensors.map { ByteString($0.name) })
        var counts: [ByteString: Int] = [:]
        return tensors.map { tensor in
            let name = ByteString(tensor.name)
            var count = counts[name, default: 0] + 1
            defer { counts[name] = count }
            if count == 1 { return tensor.name }
            while !taken.insert(ByteString("\(tensor.name)~\(count)")).inserted { count += 1 }
            return "\(tensor.name)~\(count)"
        }
    }

    private static func info(_ tensor: TFLiteContent.Tensor) throws(FormatError) -> TensorInfo {
        guard let dtype = TFLiteElementType.dtype(tensor.type) else {
            throw FormatError(
                .unsupportedFeature,
                "Its type has the number \(tensor.type), which is not known or has no numbers.")
        }
        if tensor.isSparse {
            throw FormatError(
                .unsupportedFeature,
                "It is a sparse tensor, of which only some values are stored; expected all of them."
            )
        }
        if tensor.isOutside {
            throw FormatError(
                .unsupportedFeature,
                "Its values are in another file; expected them in the model itself.")
        }
        let info = try TensorInfo(
            dtype: dtype, shape: TensorShape(tensor.dimensions.map { Int($0) }))
        guard info.byteCount == tensor.piece.byteCount else {
            throw FormatError(
                .corrupt,
                "Its values have \(tensor.piece.byteCount) bytes; \(dtype.rawValue) \(info.shape) "
                    + "takes \(info.byteCount).")
        }
        return info
    }
}
