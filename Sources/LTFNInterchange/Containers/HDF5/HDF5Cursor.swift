import LTFNBytes

/// How many bytes addresses and lengths take in a file.
struct HDF5Sizes: Hashable, Sendable {
    var offset = 8
    var length = 8
}

/// Reads a structure of an HDF5 file front to back.
struct HDF5Cursor {
    var bytes: ByteReader
    let sizes: HDF5Sizes

    init(_ bytes: [UInt8], at offset: UInt64, _ sizes: HDF5Sizes) {
        self.bytes = ByteReader(bytes, at: offset, format: HDF5File.format)
        self.sizes = sizes
    }

    private init(_ bytes: ByteReader, _ sizes: HDF5Sizes) {
        self.bytes = bytes
        self.sizes = sizes
    }

    var remaining: Int { bytes.remaining }

    func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        bytes.error(code, message)
    }

    mutating func u8() throws(FormatError) -> Int { Int(try bytes.u8()) }
    mutating func u16() throws(FormatError) -> Int { Int(try bytes.u16()) }
    mutating func u32() throws(FormatError) -> Int { Int(try bytes.u32()) }
    mutating func u64() throws(FormatError) -> UInt64 { try bytes.u64() }
    mutating func skip(_ byteCount: Int) throws(FormatError) { try bytes.skip(byteCount) }

    /// A number of 0 to 8 bytes.
    mutating func number(_ byteCount: Int) throws(FormatError) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<byteCount {
            let byte = UInt64(try bytes.u8())
            if index < 8 { number |= byte << UInt64(8 * index) }
        }
        return number
    }

    /// Where something is; nil: it is nowhere.
    mutating func address() throws(FormatError) -> UInt64? {
        let number = try number(sizes.offset)
        let nowhere = UInt64.max >> UInt64(64 - 8 * sizes.offset)
        return number == nowhere ? nil : number
    }

    /// Where something is that has to be somewhere.
    mutating func place(of what: String) throws(FormatError) -> UInt64 {
        guard let address = try address() else {
            throw error(.corrupt, "There is no address of \(what); expected one.")
        }
        return address
    }

    mutating func length() throws(FormatError) -> UInt64 { try number(sizes.length) }

    mutating func part(_ byteCount: Int) throws(FormatError) -> HDF5Cursor {
        HDF5Cursor(try bytes.subreader(byteCount), sizes)
    }

    /// Passes over the rest of a multiple of eight bytes, of which `byteCount` are read.
    mutating func pad(after byteCount: Int) throws(FormatError) {
        try skip((8 - byteCount % 8) % 8)
    }

    mutating func rest() throws(FormatError) -> [UInt8] { try bytes.bytes(bytes.remaining) }

    /// Makes sure that the structure begins with `signature`, and is of a version that is known.
    mutating func expect(
        _ signature: String, version: Int? = nil
    ) throws(FormatError) {
        let found = try bytes.bytes(signature.utf8.count)
        guard found.elementsEqual(signature.utf8) else {
            throw bytes.error(
                .corrupt,
                "Here \(signature) was expected, found "
                    + "\(String(decoding: found, as: UTF8.self).debugDescription).")
        }
        guard let version else { return }
        try expect(version: version...version, of: signature)
    }

    /// - Returns: the version.
    @discardableResult
    mutating func expect(
        version: ClosedRange<Int>, of what: String
    ) throws(FormatError) -> Int {
        let found = try u8()
        guard version.contains(found) else {
            let known =
                version.count == 1
                ? "\(version.lowerBound)" : "\(version.lowerBound) to \(version.upperBound)"
            throw bytes.error(
                .unsupportedVersion, "\(what) is of version \(found); \(known) can be read.")
        }
        return found
    }
}
