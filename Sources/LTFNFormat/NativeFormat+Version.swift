extension NativeFormat {
    /// The newest version of the format that is read and written: `1.0`.
    public static var version: String { "\(Header.majorVersion).\(Header.minorVersion)" }

    /// The codecs that are built in, in the order of their codes.
    public static var codecNames: [String] { Codec.allCases.map(\.name) }
}
