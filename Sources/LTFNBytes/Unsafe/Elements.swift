extension AlignedBytes {
    /// The bytes as whole elements in the machine's byte order; bytes at the end that fill none are
    /// left out.
    ///
    /// - Parameter type: aligned to 64 bytes or less, and valid whatever its bits are.
    @_lifetime(borrow self)
    public func elements<Element: BitwiseCopyable>(as type: Element.Type) -> Span<Element> {
        precondition(MemoryLayout<Element>.alignment <= 64)
        // The block begins at a multiple of 64 bytes, so every element is aligned.
        let elements = unsafe bytes.withUnsafeBytes { unsafe $0.bindMemory(to: type) }
        let span = unsafe Span<Element>(_unsafeElements: elements)
        return unsafe _overrideLifetime(span, borrowing: self)
    }
}

extension AlignedBytes {
    /// `elements(as:)`, for writing.
    @_lifetime(&self)
    package mutating func mutableElements<Element: BitwiseCopyable>(
        as type: Element.Type
    ) -> MutableSpan<Element> {
        precondition(MemoryLayout<Element>.alignment <= 64)
        var bytes = mutableBytes
        let elements = unsafe bytes.withUnsafeMutableBytes { unsafe $0.bindMemory(to: type) }
        let span = unsafe MutableSpan<Element>(_unsafeElements: elements)
        return unsafe _overrideLifetime(span, mutating: &self)
    }
}

extension MappedBytes {
    /// The bytes as whole elements in the machine's byte order, which `isAligned(to:)` has been
    /// asked about; bytes at the end that fill none are left out.
    @_lifetime(borrow self)
    package func elements<Element: BitwiseCopyable>(as type: Element.Type) -> Span<Element> {
        precondition(isAligned(to: MemoryLayout<Element>.alignment))
        let elements = unsafe bytes.withUnsafeBytes { unsafe $0.bindMemory(to: type) }
        let span = unsafe Span<Element>(_unsafeElements: elements)
        return unsafe _overrideLifetime(span, borrowing: self)
    }
}
