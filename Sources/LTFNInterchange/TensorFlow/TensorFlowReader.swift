import LTFNBytes
import LTFNCheckpoint

/// An open checkpoint of TensorFlow.
struct TensorFlowReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    let otherFiles: [String]
    let otherByteCount: UInt64
    private let data: BundleData
    private let limits: DecodingLimits
    /// In the order of the manifest.
    private let stored: [BundleIndex.Variable]

    /// - Parameters:
    ///   - name: of the index in the folder.
    ///   - isNamed: whether the index is the main file, and none of the others.
    init(
        index source: any ByteSource, named name: String, isNamed: Bool, _ files: any FileSet,
        _ selection: ReadingSelection, limits: DecodingLimits
    ) throws(FormatError) {
        let index = try BundleIndex(source, limits: limits, selection: selection)
        let entries =
            index.variables.flatMap { $0.slices.isEmpty ? [$0.entry] : $0.slices.map(\.entry) }
        data = try BundleData(
            files, prefix: BundleNames.prefix(ofIndex: name), index.header,
            entries + index.texts.map(\.entry))
        for variable in index.variables {
            do throws(FormatError) {
                if variable.slices.isEmpty { try data.expect(variable.entry) }
                for slice in variable.slices { try data.expect(slice.entry) }
            } catch {
                throw error.named(TensorFlowFormat.name, variable: variable.name.string)
            }
        }
        let texts = try BundleTexts(index.texts, data)
        let unread = try index.unreadable.losses(remainingCount: index.variables.count)
        var restored: RestoredManifest
        do throws(FormatError) {
            restored = try RestoredManifest(
                Manifest(
                    variables: index.variables.map {
                        VariableInfo(name: $0.name, tensor: $0.tensor)
                    }), strings: texts.strings(beside: index.header.strings),
                leftOut: index.leftOut)
        } catch {
            throw error.named(TensorFlowFormat.name)
        }
        restored.expectWholeGraph()
        manifest = restored.manifest
        losses = unread + index.losses + restored.losses
        notes = index.notes + texts.notes
        stored = index.variables.sorted { $0.name < $1.name }
        otherFiles = (isNamed ? [] : [name]) + data.names
        otherByteCount = CheckedSize.total(isNamed ? 0 : source.byteCount, data.byteCount)
        self.limits = limits
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        let variable = stored[index]
        do throws(FormatError) {
            _ = try CheckedSize.limited(range.count, to: limits.tensorByteCount, of: "the tensor")
            guard variable.slices.isEmpty else { return try assemble(variable, range) }
            return try inGroups(variable.tensor, range) { range, group throws(FormatError) in
                try data.read(variable.entry, range, group: group)
            }
        } catch {
            throw error.named(TensorFlowFormat.name, variable: variable.name.string)
        }
    }

    /// Takes from every slice what it has of `range`: those bytes stand together in it.
    private func assemble(
        _ variable: BundleIndex.Variable, _ range: Range<Int>
    ) throws(FormatError) -> AlignedBytes {
        var result = try AlignedBytes(reserving: range.count)
        let (shape, dtype) = (variable.tensor.shape.dimensions, variable.tensor.dtype)
        for slice in variable.slices {
            let places = BoxPlaces(
                slice.box, shape: shape, elementByteCount: dtype.bitCount / 8)
            let first = places.count(before: range.lowerBound)
            let end = places.count(before: range.upperBound)
            // What is wrong with no values at all is found by reading them.
            guard first < end || places.byteCount == 0 else { continue }
            let bytes = try inGroups(
                try TensorInfo(dtype: dtype, shape: TensorShape(slice.box.lengths)), first..<end
            ) {
                range, group throws(FormatError) in
                try data.read(slice.entry, range, group: group)
            }
            var place = first
            while place < end {
                let count = min(
                    places.runByteCount - place % places.runByteCount, end - place)
                result.replaceBytes(
                    at: places.position(of: place) - range.lowerBound,
                    with: bytes.bytes.extracting(place - first..<place - first + count))
                place += count
            }
        }
        return result
    }

    /// Widens a range to whole elements where their bytes may have to be reversed.
    private func inGroups(
        _ tensor: TensorInfo, _ range: Range<Int>,
        _ body: (Range<Int>, Int) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        let group = tensor.dtype.swapByteCount
        let start = range.lowerBound - range.lowerBound % group
        let end = range.upperBound + (group - range.upperBound % group) % group
        let bytes = try body(start..<end, group)
        if start..<end == range { return bytes }
        return AlignedBytes(
            copying: bytes.bytes.extracting(
                range.lowerBound - start..<range.upperBound - start))
    }

    func map(_ index: Int) throws(FormatError) -> MappedBytes? {
        let variable = stored[index]
        guard variable.slices.isEmpty else { return nil }
        do throws(FormatError) {
            return try data.map(variable.entry, group: variable.tensor.dtype.swapByteCount)
        } catch {
            throw error.named(TensorFlowFormat.name, variable: variable.name.string)
        }
    }

    var valueProof: ValueProof { .crc32 }

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let variable = stored[index]
        let sliced = variable.slices.isEmpty ? [] : ["\(variable.slices.count) slices"]
        return StorageInfo(
            storedByteCount: UInt64(variable.tensor.byteCount), codec: "raw",
            layout: sliced + data.layout(group: variable.tensor.dtype.swapByteCount))
    }
}
