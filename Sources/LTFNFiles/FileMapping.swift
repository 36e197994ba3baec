import LTFNBytes

/// A range of a file that stands in memory until this is released.
///
/// `@unchecked Sendable`: nothing is written through the mapping, whose address never changes.
@safe final class FileMapping: @unchecked Sendable {
    private let pages: UnsafeRawBufferPointer

    private init(_ pages: UnsafeRawBufferPointer) {
        unsafe self.pages = pages
    }

    deinit {
        unsafe SystemCalls.unmap(pages)
    }

    /// - Parameter offset: the range lies in the file behind `descriptor`, which may be closed
    ///   afterwards.
    static func bytes(
        _ descriptor: Int32, at offset: UInt64, byteCount: Int
    ) throws(SystemError) -> MappedBytes {
        // The system maps no empty range.
        guard byteCount > 0 else {
            return unsafe MappedBytes(UnsafeRawBufferPointer(start: nil, count: 0), owner: nil)
        }
        // Mappings begin at a page.
        let excess = Int(offset % UInt64(SystemCalls.pageByteCount))
        let pages = unsafe try SystemCalls.map(
            descriptor, at: offset - UInt64(excess), byteCount: byteCount + excess)
        let owner = unsafe FileMapping(pages)
        return unsafe MappedBytes(UnsafeRawBufferPointer(rebasing: pages[excess...]), owner: owner)
    }
}
