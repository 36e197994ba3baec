import LTFNBytes
import LTFNCheckpoint

/// The chunks of a data set, from which its values are put together.
struct HDF5Chunks: Sendable {
    let grid: HDF5ChunkGrid
    let filters: [HDF5Filter]
    let packsEdges: Bool
    /// In the order of their numbers; what is not among them was never written.
    let chunks: [HDF5Chunk]

    var storedByteCount: UInt64 {
        chunks.reduce(0) { CheckedSize.total($0, $1.byteCount) }
    }

    var codecs: [StoredCodec] {
        let names = filters.map(\.name)
        return [
            StoredCodec(
                names.isEmpty ? "raw" : names.joined(separator: "+"), chunkCount: chunks.count)
        ]
    }

    /// The first axis along which a chunk has more than one element: all chunks of one index of it
    /// make up a slab, whose bytes stand together.
    private var slabAxis: Int {
        grid.chunk.firstIndex { $0 > 1 } ?? max(0, grid.chunk.count - 1)
    }

    /// How many bytes an index of an axis has.
    private func byteCount(ofIndexAlong axis: Int) -> Int {
        grid.shape[(axis + 1)...].reduce(grid.elementByteCount, *)
    }

    /// Whole slabs, so that no chunk is unpacked twice.
    var pieceByteCount: Int {
        guard !grid.shape.isEmpty, !grid.shape.contains(0) else { return foreignPieceByteCount }
        let axis = slabAxis
        let row = byteCount(ofIndexAlong: axis)
        let all = grid.shape[axis] * row
        let slab = min(grid.chunk[axis], grid.shape[axis]) * row
        let unit = all <= foreignPieceByteCount ? all : slab
        return unit * max(1, foreignPieceByteCount / unit)
    }

    /// Puts what was written of a range of the tensor's bytes into `bytes`.
    ///
    /// - Throws: `truncated`, `corrupt`, `checksumMismatch`, `limitExceeded`, `io`.
    func read(
        _ range: Range<Int>, of source: any ByteSource, limits: DecodingLimits,
        into bytes: inout AlignedBytes
    ) throws(FormatError) {
        guard !range.isEmpty, !chunks.isEmpty else { return }
        let axis = slabAxis
        let row = byteCount(ofIndexAlong: axis)
        let perSlab = grid.counts[(axis + 1)...].reduce(1, *)
        /// The slab that a byte is in.
        func slab(of position: Int) -> Int {
            let index = position / row
            return index / grid.shape[axis] * grid.counts[axis]
                + index % grid.shape[axis] / grid.chunk[axis]
        }
        let end = (slab(of: range.upperBound - 1) + 1) * perSlab
        var next = firstIndex(from: slab(of: range.lowerBound) * perSlab)
        while next < chunks.count, chunks[next].number < end {
            try copy(chunks[next], range, of: source, limits: limits, into: &bytes)
            next += 1
        }
    }

    private func firstIndex(from number: Int) -> Int {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func copy(
        _ chunk: HDF5Chunk, _ range: Range<Int>, of source: any ByteSource,
        limits: DecodingLimits, into bytes: inout AlignedBytes
    ) throws(FormatError) {
        let box = grid.box(of: chunk.number)
        let places = BoxPlaces(box, shape: grid.shape, elementByteCount: grid.elementByteCount)
        let first = places.count(before: range.lowerBound)
        let end = places.count(before: range.upperBound)
        guard first < end else { return }
        let values = try unpacked(chunk, box, of: source, limits: limits)
        // At the edges a chunk has more than the data set.
        let own = BoxPlaces(
            TensorBox(starts: box.starts.map { _ in 0 }, lengths: box.lengths), shape: grid.chunk,
            elementByteCount: grid.elementByteCount)
        var place = first
        while place < end {
            let count = min(
                places.runByteCount - place % places.runByteCount,
                own.runByteCount - place % own.runByteCount, end - place)
            let start = own.position(of: place)
            bytes.replaceBytes(
                at: places.position(of: place) - range.lowerBound,
                with: values.rawSpan.extracting(start..<start + count))
            place += count
        }
    }

    private func unpacked(
        _ chunk: HDF5Chunk, _ box: TensorBox, of source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> [UInt8] {
        let isWhole = box.lengths == grid.chunk
        let isPacked = !filters.isEmpty && (packsEdges || isWhole)
        if isPacked {
            _ = try CheckedSize.limited(
                UInt64(grid.byteCount),
                to: limits.packedChunkByteCount(ofFileWith: source.byteCount), of: "a chunk")
        }
        let count = try CheckedSize.int(chunk.byteCount, of: "a chunk")
        try AvailableMemory.expect(
            CheckedSize.add(count, isPacked ? 2 * grid.byteCount : 0, of: "a chunk"))
        let stored = try source.read(at: chunk.address, byteCount: count)
        do throws(FormatError) {
            return try (isPacked ? filters : []).undo(
                stored, mask: chunk.mask, byteCount: grid.byteCount)
        } catch {
            var error = error
            error.offset = chunk.address + (error.offset ?? 0)
            throw error
        }
    }
}
