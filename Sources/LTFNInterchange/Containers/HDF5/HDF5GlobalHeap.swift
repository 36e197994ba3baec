import LTFNBytes

/// Where a value of variable length is.
struct HDF5HeapReference: Hashable, Sendable {
    var byteCount: Int
    var address: UInt64?
    var index: Int

    /// - Throws: `truncated`.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        byteCount = try cursor.u32()
        address = try cursor.address()
        if address == 0 { address = nil }
        index = try cursor.u32()
    }
}

/// A collection of values of variable length (`GCOL`).
struct HDF5GlobalHeap {
    private let address: UInt64
    private var objects: [Int: Range<UInt64>] = [:]

    /// - Throws: `corrupt`, `truncated`, `io`.
    init(at address: UInt64, in file: inout HDF5File) throws(FormatError) {
        self.address = address
        var head = HDF5Cursor(
            try file.source.read(at: address, byteCount: 8 + file.sizes.length), at: address,
            file.sizes)
        try head.expect("GCOL", version: 1)
        try head.skip(3)
        let byteCount = try head.length()
        let headByteCount = 8 + file.sizes.length
        guard byteCount >= UInt64(headByteCount) else {
            throw head.error(.corrupt, "A heap of strings has \(byteCount) bytes.")
        }
        var cursor = try file.structure(
            at: address, byteCount: byteCount, "the heap of strings")
        try cursor.skip(headByteCount)
        let objectHead = 8 + file.sizes.length
        while cursor.remaining >= objectHead {
            let index = try cursor.u16()
            try cursor.skip(6)
            let length = try cursor.length()
            // The rest is free.
            guard index != 0 else { break }
            guard length <= UInt64(cursor.remaining) else {
                throw cursor.error(
                    .corrupt, "A string of \(length) bytes goes beyond the end of its heap.")
            }
            let start = cursor.bytes.offset
            guard objects.updateValue(start..<start + length, forKey: index) == nil else {
                throw cursor.error(
                    .corrupt, "The number \(index) of a heap of strings stands twice.")
            }
            try file.keep(MemoryLayout<Range<UInt64>>.stride)
            try cursor.skip(Int(length))
            try cursor.skip(min((8 - Int(length % 8)) % 8, cursor.remaining))
        }
    }

    /// Where the bytes of a value are.
    ///
    /// - Throws: `corrupt`.
    func object(_ reference: HDF5HeapReference) throws(FormatError) -> Range<UInt64> {
        guard let range = objects[reference.index], range.count >= reference.byteCount else {
            throw FormatError(
                .corrupt, format: HDF5File.format, offset: address,
                "A string has the number \(reference.index) of a heap and \(reference.byteCount) bytes, "
                    + "and the heap has no such string.")
        }
        return range.lowerBound..<range.lowerBound + UInt64(reference.byteCount)
    }
}
