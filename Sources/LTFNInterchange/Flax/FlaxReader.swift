import LTFNBytes
import LTFNCheckpoint

extension PlacedReader {
    /// An open file of Flax.
    ///
    /// - Throws: as `FlaxContent`; `unsupportedFeature` for dtypes that cannot be read, unless they
    ///   may be left out.
    init(
        flax source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        let content = try FlaxContent(source, limits: limits)
        var names = ForeignNames(content.leaves.map(\.name))
        var unreadable = UnreadableParts(selection, kind: "array")
        var variables: [VariableInfo] = []
        var pieces: [VariableName: [Piece]] = [:]
        for leaf in content.leaves where selection.includes(leaf.name) {
            do throws(FormatError) {
                let info = try leaf.info()
                let name = try names.variableName(leaf.name, format: FlaxFormat.name)
                try variables.makeRoomForOne()
                variables.append(VariableInfo(name: name, tensor: info))
                pieces[name] = leaf.pieces.map {
                    Piece(offset: $0.values.lowerBound, byteCount: Int(clamping: $0.byteCount))
                }
            } catch {
                if error.code == .io || error.code == .limitExceeded { throw error }
                unreadable.add(
                    error.named(FlaxFormat.name, variable: String(leaf.name.prefix(100))),
                    named: leaf.name)
            }
        }
        let losses = try unreadable.losses(remainingCount: variables.count) + names.losses
        let manifest: Manifest
        do throws(FormatError) {
            manifest = try Manifest(
                variables: variables, metadata: Metadata(unordered: content.metadata))
        } catch {
            throw error.named(FlaxFormat.name)
        }
        self.init(
            source, format: FlaxFormat.name, limits: limits, manifest, pieces: pieces,
            losses: losses, notes: content.notes)
    }
}

extension FlaxContent {
    /// What of the file is not read.
    fileprivate var notes: [String] {
        let parts = [
            (strangerCount, "foreign extension"), (nullCount, "null value"),
        ].filter { $0.0 > 0 }.map { NumberText.counted($0.0, $0.1) }
        return parts.isEmpty ? [] : [LeftOutNote.text(parts)]
    }
}

extension FlaxContent.Leaf {
    /// - Throws: `unsupportedFeature` for other dtypes; `corrupt` when the values are more or fewer
    ///   than the shape says, or pieces are of several dtypes; `limitExceeded`.
    func info() throws(FormatError) -> TensorInfo {
        let info = try pieces[0].info(shape: dimensions)
        var byteCount: UInt64 = 0
        for piece in pieces {
            guard piece.dtypeName == pieces[0].dtypeName else {
                throw FormatError(
                    .corrupt,
                    "Its pieces are of \(pieces[0].dtypeName) and \(piece.dtypeName); expected one "
                        + "dtype.")
            }
            let length = UInt64(try piece.info().byteCount)
            guard length == piece.byteCount else {
                throw FormatError(
                    .corrupt,
                    "Its values have \(piece.byteCount) bytes; \(piece.dtypeName) "
                        + "\(piece.dimensions) takes \(length).")
            }
            byteCount = CheckedSize.total(byteCount, length)
        }
        guard byteCount == UInt64(info.byteCount) else {
            throw FormatError(
                .corrupt,
                "Its pieces have \(byteCount) bytes; \(info.dtype.rawValue) \(info.shape) takes "
                    + "\(info.byteCount).")
        }
        return info
    }
}
