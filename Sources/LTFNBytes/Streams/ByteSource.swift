/// Bytes that can be read anywhere: a file, memory, an object in a store.
///
/// Safe to use from several threads at once.
public protocol ByteSource: Sendable {
    /// How many bytes there are.
    var byteCount: UInt64 { get }

    /// Exactly `byteCount` bytes from `offset` on.
    ///
    /// - Throws: `truncated` when the source ends before, `io` when reading fails.
    func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8]

    /// The same bytes in place of those that `buffer` holds, whose memory is used again where that
    /// is possible.
    ///
    /// - Throws: as `read(at:byteCount:)`; what `buffer` holds then is of no meaning.
    func read(at offset: UInt64, byteCount: Int, into buffer: inout [UInt8]) throws(FormatError)

    /// The same bytes without a copy; nil, the default, where they cannot be had so.
    ///
    /// - Throws: as `read(at:byteCount:)`.
    func map(at offset: UInt64, byteCount: Int) throws(FormatError) -> MappedBytes?
}

extension ByteSource {
    public func read(
        at offset: UInt64, byteCount: Int, into buffer: inout [UInt8]
    ) throws(FormatError) {
        buffer = try read(at: offset, byteCount: byteCount)
    }

    public func map(at offset: UInt64, byteCount: Int) throws(FormatError) -> MappedBytes? { nil }
}

/// A place that bytes are written to, once, from front to back.
public protocol ByteSink: AnyObject {
    /// How many bytes have been written.
    var position: UInt64 { get }

    /// Writes all of `bytes`.
    ///
    /// - Throws: `io`.
    func write(_ bytes: [UInt8]) throws(FormatError)

    /// Writes `byteCount` bytes of `source` from `offset` on.
    ///
    /// - Parameter observer: told how many bytes are done.
    /// - Throws: `truncated`, `io`.
    func copy(
        from source: any ByteSource, at offset: UInt64, byteCount: Int, observer: (Int) -> Void
    ) throws(FormatError)
}

extension ByteSink {
    public func copy(
        from source: any ByteSource, at offset: UInt64, byteCount: Int, observer: (Int) -> Void
    ) throws(FormatError) {
        let pieceByteCount = 1 << 20
        var buffer: [UInt8] = []
        for start in stride(from: 0, to: byteCount, by: pieceByteCount) {
            let count = min(pieceByteCount, byteCount - start)
            try source.read(at: offset + UInt64(start), byteCount: count, into: &buffer)
            try write(buffer)
            observer(start + count)
        }
    }
}

extension ByteSource {
    /// Makes sure that a range lies in the source, before anything is allocated for it.
    ///
    /// - Throws: `truncated`; `corrupt` when `byteCount` is negative.
    public func expectRange(at offset: UInt64, byteCount: Int) throws(FormatError) {
        guard let length = UInt64(exactly: byteCount) else {
            throw FormatError(.corrupt, offset: offset, "A length of \(byteCount) is negative.")
        }
        if offset > self.byteCount || length > self.byteCount - offset {
            throw FormatError(
                .truncated, offset: min(offset, self.byteCount),
                "\(length) bytes were expected from byte \(offset) on, the file ends at byte "
                    + "\(self.byteCount).")
        }
    }
}
