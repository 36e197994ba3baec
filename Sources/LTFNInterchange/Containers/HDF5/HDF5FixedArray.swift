import LTFNBytes

/// An array of a length that does not change (`FAHD`): one element for each chunk.
struct HDF5FixedArray {
    private let header: UInt64
    private let elementByteCount: Int
    private let pageElementCount: UInt64
    private let count: UInt64
    private let block: UInt64?

    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `io`.
    init(at address: UInt64, in file: inout HDF5File) throws(FormatError) {
        header = address
        var cursor = try file.checkedStructure(
            at: address, byteCount: 12 + file.sizes.length + file.sizes.offset,
            "the header of an array of chunks")
        try cursor.expect("FAHD", version: 0)
        try cursor.skip(1)
        elementByteCount = try cursor.u8()
        let bits = try cursor.u8()
        count = try cursor.length()
        block = try cursor.address()
        guard (1...62).contains(bits), elementByteCount >= file.sizes.offset else {
            throw cursor.error(
                .corrupt,
                "An array of chunks has elements of \(elementByteCount) bytes in pages of 2^\(bits)."
            )
        }
        pageElementCount = 1 << UInt64(bits)
    }

    /// Calls `body` for every element.
    ///
    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `io`, and what `body` throws.
    func forEachElement(
        in file: inout HDF5File,
        _ body: (UInt64, inout HDF5Cursor, inout HDF5File) throws(FormatError) -> Void
    ) throws(FormatError) {
        guard let block, count > 0 else { return }
        let head = 6 + file.sizes.offset
        let elements = try CheckedSize.multiply(
            count, UInt64(elementByteCount), of: "an array of chunks")
        guard count > pageElementCount else {
            let whole = try CheckedSize.add(elements, UInt64(head + 4), of: "an array of chunks")
            var cursor = try file.checkedStructure(
                at: block, byteCount: whole, "an array of chunks")
            try cursor.expect("FADB", version: 0)
            try cursor.skip(head - 5)
            for index in 0..<count {
                var element = try cursor.part(elementByteCount)
                try body(index, &element, &file)
            }
            return
        }
        let pageCount = (count - 1) / pageElementCount + 1
        let bitmapByteCount = (pageCount + 7) / 8
        var cursor = try file.checkedStructure(
            at: block, byteCount: UInt64(head) + bitmapByteCount + 4, "an array of chunks")
        try cursor.expect("FADB", version: 0)
        try cursor.skip(head - 5)
        let bitmap = try cursor.bytes.bytes(Int(bitmapByteCount))
        var address = block + UInt64(head) + bitmapByteCount + 4
        for page in 0..<pageCount {
            let first = page * pageElementCount
            let number = min(pageElementCount, count - first)
            let byteCount = number &* UInt64(elementByteCount) &+ 4
            if bitmap[Int(page / 8)] & 0x80 >> UInt8(page % 8) != 0 {
                var cursor = try file.checkedStructure(
                    at: address, byteCount: byteCount, "a page of an array of chunks")
                for index in first..<first + number {
                    var element = try cursor.part(elementByteCount)
                    try body(index, &element, &file)
                }
            }
            address = try CheckedSize.add(address, byteCount, of: "an array of chunks")
        }
    }
}
