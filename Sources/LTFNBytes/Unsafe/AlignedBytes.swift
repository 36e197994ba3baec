#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A block of bytes on the heap, 64-byte aligned and zeroed, with value semantics (copied on the
/// first write to a shared block).
public struct AlignedBytes: Sendable {
    private var storage: Storage

    /// A zeroed block. Complexity: O(`byteCount`).
    ///
    /// For a few bytes, or as many as the caller has asked `AvailableMemory` for: a failed
    /// allocation stops the process.
    public init(byteCount: Int) {
        storage = Storage(byteCount: byteCount)
    }

    /// A zeroed block as long as a file or an option says. Complexity: O(`byteCount`).
    ///
    /// - Throws: `io` when memory is short.
    public init(reserving byteCount: Int) throws(FormatError) {
        try AvailableMemory.expect(byteCount)
        guard let storage = Storage(zeroed: byteCount) else {
            throw AvailableMemory.shortage(byteCount)
        }
        self.storage = storage
    }

    /// A block that is not zeroed: the caller writes every byte before anybody reads one.
    ///
    /// For a few bytes, or as many as the caller has asked `AvailableMemory` for.
    @unsafe public init(unfilledByteCount byteCount: Int) {
        storage = Storage(unfilledByteCount: byteCount)
    }

    /// A block as long as a file or an option says, that is not zeroed: the caller writes every
    /// byte before anybody reads one.
    ///
    /// - Throws: `io` when memory is short.
    @unsafe public init(reservingUnfilled byteCount: Int) throws(FormatError) {
        try AvailableMemory.expect(byteCount)
        guard let storage = Storage(unfilled: byteCount) else {
            throw AvailableMemory.shortage(byteCount)
        }
        self.storage = storage
    }

    /// A copy of `bytes`.
    public init(copying bytes: RawSpan) {
        storage = Storage(unfilledByteCount: bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            unsafe storage.buffer.copyMemory(from: source)
        }
    }

    public var byteCount: Int { unsafe storage.buffer.count }

    /// The bytes, for reading.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(storage.buffer))
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes, for writing. Complexity: O(`byteCount`) when the block is shared, else O(1).
    public var mutableBytes: MutableRawSpan {
        @_lifetime(&self)
        mutating get {
            makeUnique()
            let span = unsafe MutableRawSpan(_unsafeBytes: storage.buffer)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    /// The bytes as `byteCount / 4` float32 values in the machine's byte order.
    public var floats: Span<Float> {
        @_lifetime(borrow self)
        get {
            let span = unsafe Span<Float>(
                _unsafeElements: UnsafeBufferPointer(storage.buffer.bindMemory(to: Float.self)))
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes as `byteCount / 4` float32 values, for writing.
    public var mutableFloats: MutableSpan<Float> {
        @_lifetime(&self)
        mutating get {
            makeUnique()
            let span = unsafe MutableSpan<Float>(
                _unsafeElements: storage.buffer.bindMemory(to: Float.self))
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) {
            storage = Storage(copying: storage)
        }
    }

    /// `@unchecked Sendable`: the block is only written through `AlignedBytes`, which first makes
    /// sure that it holds the one reference, so no two threads can meet a write.
    @safe private final class Storage: @unchecked Sendable {
        private let block: UnsafeMutableRawPointer
        let buffer: UnsafeMutableRawBufferPointer

        convenience init(byteCount: Int) {
            unsafe self.init(expecting: Self.zeroed(byteCount), byteCount)
        }

        convenience init(unfilledByteCount byteCount: Int) {
            unsafe self.init(expecting: Self.unfilled(byteCount), byteCount)
        }

        convenience init?(zeroed byteCount: Int) {
            guard let block = unsafe Self.zeroed(byteCount) else { return nil }
            unsafe self.init(block, byteCount)
        }

        convenience init?(unfilled byteCount: Int) {
            guard let block = unsafe Self.unfilled(byteCount) else { return nil }
            unsafe self.init(block, byteCount)
        }

        private static func zeroed(_ byteCount: Int) -> UnsafeMutableRawPointer? {
            // `calloc` knows when the system's pages are zero already, which spares a large block
            // one of two passes.
            byteCount > Int.max - 63 ? nil : unsafe calloc(byteCount + 63, 1)
        }

        private static func unfilled(_ byteCount: Int) -> UnsafeMutableRawPointer? {
            byteCount > Int.max - 63 ? nil : unsafe malloc(byteCount + 63)
        }

        private convenience init(expecting block: UnsafeMutableRawPointer?, _ byteCount: Int) {
            guard let block = unsafe block else { fatalError("no memory for \(byteCount) bytes") }
            unsafe self.init(block, byteCount)
        }

        /// - Parameter block: has 63 bytes more, in which the first multiple of 64 lies.
        private init(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
            unsafe self.block = block
            let start = unsafe block.alignedUp(toMultipleOf: 64)
            unsafe buffer = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
            unsafe Storage.askForLargePages(buffer)
        }

        /// Filling a large block page by page costs more than what is written to it.
        private static func askForLargePages(_ buffer: UnsafeMutableRawBufferPointer) {
            #if canImport(Glibc) || canImport(Musl)
                guard buffer.count >= 4 << 20, let start = buffer.baseAddress else { return }
                let page = unsafe start.alignedUp(toMultipleOf: 4096)
                let rest = unsafe buffer.count - (page - start)
                // Only a wish: where it is not granted nothing changes.
                _ = unsafe madvise(page, rest / 4096 * 4096, Int32(MADV_HUGEPAGE))
            #endif
        }

        convenience init(copying other: Storage) {
            unsafe self.init(unfilledByteCount: other.buffer.count)
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(other.buffer))
        }

        deinit {
            unsafe free(block)
        }
    }
}
