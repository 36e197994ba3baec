import LTFNBytes
import LTFNCheckpoint

/// A tensor whose values lie in chunks: boxes that fill it without overlapping.
struct DistributedTensor: Sendable {
    let info: TensorInfo
    private let chunks: [Part]

    /// A chunk as runs of bytes that stand together in the tensor, and one after the other in the
    /// chunk.
    private struct Part: Sendable {
        var reader: TorchReader
        var runByteCount: Int
        var runCount: Int
        /// The axes over which runs follow each other, the last fastest: how many indices they
        /// have, and how many bytes of the tensor lie between neighbours.
        var axes: [(count: Int, distance: Int)]
        /// Where the first run begins in the tensor.
        var start: Int

        /// Where a run begins in the tensor.
        func begin(_ run: Int) -> Int {
            var rest = run
            var place = start
            for axis in axes.reversed() {
                place += rest % axis.count * axis.distance
                rest /= axis.count
            }
            return place
        }

        /// The first run that ends after `position`.
        func firstRun(endingAfter position: Int) -> Int {
            var (low, high) = (0, runCount)
            while low < high {
                let middle = (low + high) / 2
                if begin(middle) + runByteCount > position {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            return low
        }
    }

    /// More chunks than this can only be rows of the first axis.
    private static let boxLimit = 1024

    /// - Parameter readers: one for each chunk, of a file with one tensor.
    /// - Throws: `corrupt`, `limitExceeded`.
    init(
        shape: [Int], chunks: [DistributedIndex.Chunk], readers: [TorchReader]
    ) throws(FormatError) {
        let shape = try TensorShape(shape)
        let dtypes = Set(readers.compactMap { $0.manifest.variables.first?.tensor.dtype })
        guard let dtype = dtypes.first, dtypes.count == 1 else {
            throw Self.error("The chunks of the tensor are not all of one dtype.")
        }
        info = try TensorInfo(dtype: dtype, shape: shape)
        var parts: [Part] = []
        var elementCount = 0
        for (chunk, reader) in zip(chunks, readers) {
            guard reader.manifest.variables.count == 1,
                reader.manifest.variables[0].tensor.shape.dimensions == chunk.sizes,
                Self.isInside(chunk, shape)
            else {
                throw Self.error(
                    "A chunk of \(chunk.sizes) at \(chunk.offsets) is not what its file holds, or "
                        + "leads out of the tensor \(shape).")
            }
            let count = reader.manifest.variables[0].tensor.shape.elementCount
            elementCount = try CheckedSize.add(elementCount, count, of: "the chunks")
            if count > 0 { parts.append(Self.part(chunk, reader, info)) }
        }
        guard elementCount == shape.elementCount, try Self.areApart(chunks) else {
            throw Self.error(
                "The chunks of the tensor \(shape) overlap, or leave a part of it open.")
        }
        self.chunks = parts
    }

    private static func isInside(_ chunk: DistributedIndex.Chunk, _ shape: TensorShape) -> Bool {
        guard chunk.offsets.count == shape.rank, chunk.sizes.count == shape.rank else {
            return false
        }
        return zip(shape.dimensions, zip(chunk.offsets, chunk.sizes)).allSatisfy { count, box in
            box.0 >= 0 && box.1 >= 0 && box.0 <= count && box.1 <= count - box.0
        }
    }

    private static func areApart(_ all: [DistributedIndex.Chunk]) throws(FormatError) -> Bool {
        let chunks = all.filter { !$0.sizes.contains(0) }
            .sorted { $0.offsets.lexicographicallyPrecedes($1.offsets) }
        if chunks.count <= boxLimit {
            return !chunks.indices.contains { one in
                chunks[(one + 1)...].contains { overlap(chunks[one], $0) }
            }
        }
        let areRows = chunks.allSatisfy { $0.offsets.dropFirst().allSatisfy { $0 == 0 } }
        guard areRows else {
            throw FormatError(
                .limitExceeded, format: DistributedFormat.name,
                "The tensor has \(chunks.count) chunks; \(boxLimit) are allowed.")
        }
        return chunks.indices.dropFirst().allSatisfy { !overlap(chunks[$0 - 1], chunks[$0]) }
    }

    private static func overlap(
        _ one: DistributedIndex.Chunk, _ other: DistributedIndex.Chunk
    ) -> Bool {
        one.offsets.indices.allSatisfy { axis in
            one.offsets[axis] < other.offsets[axis] + other.sizes[axis]
                && other.offsets[axis] < one.offsets[axis] + one.sizes[axis]
        }
    }

    /// - Parameter chunk: within the tensor, and not empty.
    private static func part(
        _ chunk: DistributedIndex.Chunk, _ reader: TorchReader, _ info: TensorInfo
    ) -> Part {
        let dimensions = info.shape.dimensions
        var run = info.dtype.bitCount / 8
        var distance = run
        var start = 0
        var axes: [(count: Int, distance: Int)] = []
        var isOneRun = true
        for axis in dimensions.indices.reversed() {
            start += chunk.offsets[axis] * distance
            if isOneRun {
                run = chunk.sizes[axis] * distance
                isOneRun = chunk.sizes[axis] == dimensions[axis]
            } else {
                axes.append((chunk.sizes[axis], distance))
            }
            distance *= dimensions[axis]
        }
        let count = axes.reduce(1) { $0 * $1.count }
        return Part(
            reader: reader, runByteCount: run, runCount: count, axes: axes.reversed(), start: start)
    }

    private static func error(_ message: String) -> FormatError {
        FormatError(.corrupt, format: DistributedFormat.name, message)
    }

    /// - Throws: as `TorchReader`.
    func read(_ range: Range<Int>) throws(FormatError) -> AlignedBytes {
        var bytes = try AlignedBytes(reserving: range.count)
        for part in chunks {
            let first = part.firstRun(endingAfter: range.lowerBound)
            let size = part.runByteCount
            guard first < part.runCount, part.begin(first) < range.upperBound else { continue }
            let last = part.firstRun(endingAfter: range.upperBound - 1)
            let isLastIn = last < part.runCount && part.begin(last) < range.upperBound
            let end = isLastIn ? last + 1 : last
            // Of a run that is cut by the range, no more than that.
            let skipped = max(0, range.lowerBound - part.begin(first))
            let spare = max(0, part.begin(end - 1) + size - range.upperBound)
            let stored = try part.reader.read(0, bytes: first * size + skipped..<end * size - spare)
            for run in first..<end {
                let begin = max(part.begin(run), range.lowerBound)
                let stop = min(part.begin(run) + size, range.upperBound)
                let from = (run - first) * size - skipped + begin - part.begin(run)
                bytes.replaceBytes(
                    at: begin - range.lowerBound, with: stored.copy(of: from..<from + stop - begin))
            }
        }
        return bytes
    }
}
