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

    /// The little-endian integer at `offset`, which must lie in the array with all its bytes.
    func littleEndian<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T {
        precondition(offset >= 0 && count - offset >= MemoryLayout<T>.size)
        return unsafe withUnsafeBytes {
            unsafe T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
    }
}
