/// A range of a file as memory: nothing is copied, and nothing is read before it is touched.
///
/// The range is mapped as long as a copy of this value lives, also when the file has lost its name
/// or another one has taken its place, which is how `DurableFileWriter` replaces files. But a
/// process that cuts the file itself takes the mapped bytes away: touching them then ends this
/// process (SIGBUS), which no check beforehand can rule out. Whoever has to expect that reads
/// copies.
public struct MappedBytes: Sendable {
    private let mapping: Mapping?

    /// - Parameter offset: the range lies in the file behind `descriptor`, which may be closed
    ///   afterwards.
    init(_ descriptor: Int32, at offset: UInt64, byteCount: Int) throws(SystemError) {
        // The system maps no empty range.
        mapping = try byteCount > 0 ? Mapping(descriptor, at: offset, byteCount: byteCount) : nil
    }

    public var byteCount: Int { unsafe mapping?.bytes.count ?? 0 }

    /// Whether the bytes stand in memory at a multiple of `alignment`: where the offset in the file
    /// is a multiple of it, they do, up to the size of a page.
    public func isAligned(to alignment: Int) -> Bool {
        unsafe Int(bitPattern: mapping?.bytes.baseAddress) % alignment == 0
    }

    /// The bytes, for reading.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let buffer = unsafe mapping?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
            return unsafe _overrideLifetime(RawSpan(_unsafeBytes: buffer), borrowing: self)
        }
    }

    /// `@unchecked Sendable`: nothing is written through the mapping, whose address never changes.
    @safe private final class Mapping: @unchecked Sendable {
        let bytes: UnsafeRawBufferPointer
        private let pages: UnsafeRawBufferPointer

        /// - Parameter byteCount: more than 0.
        init(_ descriptor: Int32, at offset: UInt64, byteCount: Int) throws(SystemError) {
            // Mappings begin at a page.
            let excess = Int(offset % UInt64(SystemCalls.pageByteCount))
            unsafe pages = try SystemCalls.map(
                descriptor, at: offset - UInt64(excess), byteCount: byteCount + excess)
            unsafe bytes = UnsafeRawBufferPointer(rebasing: pages[excess...])
        }

        deinit {
            unsafe SystemCalls.unmap(pages)
        }
    }
}
