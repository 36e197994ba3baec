extension AlignedBytes {
    /// The bytes as whole words in the machine's byte order; bytes at the end that fill none are
    /// left out.
    @_lifetime(borrow self)
    public func words<Word: FixedWidthInteger & BitwiseCopyable>(
        as type: Word.Type
    ) -> Span<Word> {
        // The block begins at a multiple of 64 bytes, so every word is aligned.
        let words = unsafe bytes.withUnsafeBytes { unsafe $0.bindMemory(to: type) }
        let span = unsafe Span<Word>(_unsafeElements: words)
        return unsafe _overrideLifetime(span, borrowing: self)
    }
}
