import LTFNBytes

/// The chunks of a data set, row by row.
struct HDF5ChunkGrid: Sendable {
    /// Of the data set.
    let shape: [Int]
    /// Of a chunk.
    let chunk: [Int]
    /// How many chunks there are along each axis.
    let counts: [Int]
    /// How many there are in all.
    let count: Int
    let elementByteCount: Int
    /// Of a chunk.
    let byteCount: Int

    /// - Throws: `corrupt`, `limitExceeded`.
    init(
        shape: [Int], _ chunking: HDF5Chunking, elementByteCount: Int
    ) throws(FormatError) {
        guard chunking.shape.count == shape.count,
            chunking.elementByteCount == elementByteCount
        else {
            throw FormatError(
                .corrupt, format: HDF5File.format,
                "Its chunks are of shape \(chunking.shape), with elements of "
                    + "\(chunking.elementByteCount) bytes; the data set is of shape \(shape), with "
                    + "elements of \(elementByteCount).")
        }
        self.shape = shape
        chunk = chunking.shape
        self.elementByteCount = elementByteCount
        counts = zip(shape, chunk).map { $0 == 0 ? 0 : ($0 - 1) / $1 + 1 }
        count = try CheckedSize.product(of: counts, as: "the chunks", code: .limitExceeded)
        byteCount = try CheckedSize.product(
            of: chunk + [elementByteCount], as: "a chunk", code: .limitExceeded)
    }

    /// The number of the chunk at `place`, counted in chunks along each axis; nil: it is beyond the
    /// end.
    func number(of place: [Int]) -> Int? {
        var number = 0
        for (index, count) in zip(place, counts) {
            guard (0..<count).contains(index) else { return nil }
            number = number * count + index
        }
        return number
    }

    /// Where chunk `number` is.
    func place(of number: Int) -> [Int] {
        var rest = number
        var place = counts
        for axis in counts.indices.reversed() {
            place[axis] = rest % counts[axis]
            rest /= counts[axis]
        }
        return place
    }

    /// Of the data set, what chunk `number` has.
    func box(of number: Int) -> TensorBox {
        let starts = zip(place(of: number), chunk).map { $0 * $1 }
        let lengths = zip(starts, zip(shape, chunk)).map { min($1.1, $1.0 - $0) }
        return TensorBox(starts: starts, lengths: lengths)
    }
}
