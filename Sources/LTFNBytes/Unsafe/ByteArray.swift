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
}
