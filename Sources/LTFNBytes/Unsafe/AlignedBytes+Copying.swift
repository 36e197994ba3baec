extension AlignedBytes {
    /// The bytes of `range`, which lies within `0..<byteCount`, as an array.
    public func copy(of range: Range<Int>) -> [UInt8] {
        let span = bytes.extracting(range)
        return unsafe span.withUnsafeBytes { source in unsafe Array(source) }
    }

    /// Overwrites as many bytes as there are in `replacement`, from `offset` on; all of them lie
    /// within `0..<byteCount`.
    public mutating func replaceBytes(at offset: Int, with replacement: [UInt8]) {
        precondition(offset >= 0 && replacement.count <= byteCount - offset)
        var span = mutableBytes
        unsafe span.withUnsafeMutableBytes { whole in
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: whole[offset...])
            unsafe replacement.withUnsafeBytes { source in
                unsafe target.copyMemory(from: source)
            }
        }
    }

    /// Overwrites as many bytes as there are in `replacement`, from `offset` on; all of them lie
    /// within `0..<byteCount`.
    public mutating func replaceBytes(at offset: Int, with replacement: RawSpan) {
        precondition(offset >= 0 && replacement.byteCount <= byteCount - offset)
        var span = mutableBytes
        unsafe span.withUnsafeMutableBytes { whole in
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: whole[offset...])
            unsafe replacement.withUnsafeBytes { source in
                unsafe target.copyMemory(from: source)
            }
        }
    }
}
