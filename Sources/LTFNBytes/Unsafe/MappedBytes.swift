/// A range of a file as memory: nothing is copied, and nothing is read before it is touched.
///
/// The range is mapped as long as a copy of this value lives, also when the file has lost its name
/// or another one has taken its place, which is how `DurableFileWriter` replaces files. But a
/// process that cuts the file itself takes the mapped bytes away: touching them then ends this
/// process (SIGBUS), which no check beforehand can rule out. Whoever has to expect that reads
/// copies.
///
/// `@unchecked Sendable`: nothing is written through the pointer, which the owner keeps valid.
@safe public struct MappedBytes: @unchecked Sendable {
    private let buffer: UnsafeRawBufferPointer
    private let owner: (any AnyObject & Sendable)?

    /// - Parameter owner: keeps the bytes where they are as long as it lives.
    package init(_ bytes: UnsafeRawBufferPointer, owner: (any AnyObject & Sendable)?) {
        unsafe buffer = bytes
        self.owner = owner
    }

    public var byteCount: Int { unsafe buffer.count }

    /// Whether the bytes stand in memory at a multiple of `alignment`: where the offset in the file
    /// is a multiple of it, they do, up to the size of a page.
    public func isAligned(to alignment: Int) -> Bool {
        unsafe Int(bitPattern: buffer.baseAddress) % alignment == 0
    }

    /// The bytes, for reading.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(RawSpan(_unsafeBytes: buffer), borrowing: self) }
    }
}
