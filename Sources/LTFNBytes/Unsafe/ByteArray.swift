#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension [UInt8] {
    /// The bytes, for reading.
    public var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get {
            // A byte has no padding: its raw form is initialized.
            unsafe span.bytes
        }
    }

    /// A copy of `bytes`.
    public init(copying bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }

    /// Adds a copy of `bytes`.
    public mutating func append(copying bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// The bytes, for writing.
    public var mutableRawSpan: MutableRawSpan {
        @_lifetime(&self)
        mutating get {
            var span = mutableSpan
            let raw = unsafe MutableRawSpan(
                _unsafeBytes: span.withUnsafeMutableBufferPointer {
                    UnsafeMutableRawBufferPointer($0)
                })
            return unsafe _overrideLifetime(raw, mutating: &self)
        }
    }

    /// The first byte that is not the same in both; nil: they are equal.
    public func firstDifference(from other: [UInt8]) -> Int? {
        let length = Swift.min(count, other.count)
        let isSame = unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { theirs in
                guard let one = mine.baseAddress, let two = theirs.baseAddress else { return true }
                return unsafe memcmp(one, two, length) == 0
            }
        }
        if isSame { return count == other.count ? nil : length }
        return indices.first { self[$0] != other[$0] }
    }

    /// The little-endian integer at `offset`, which must lie in the array with all its bytes.
    func littleEndian<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T {
        precondition(offset >= 0 && count - offset >= MemoryLayout<T>.size)
        return unsafe withUnsafeBytes {
            unsafe T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
    }
}
