import LTFNBytes
import LTFNCheckpoint

/// A file of HDF5 whose structures are being read, each of them once.
///
/// Read is the part of the format that Keras and h5py write. Values stay where they are.
struct HDF5File {
    static let format = "hdf5"

    /// From the superblock on.
    let source: any ByteSource
    let superblock: HDF5Superblock
    let limits: DecodingLimits
    /// How many bytes after its end are none of the file's.
    let tailByteCount: UInt64
    private var extents: HDF5Extents
    private var heaps: [UInt64: HDF5GlobalHeap] = [:]
    /// What may be made out of strings that are told several times.
    private var texts: ExpansionBudget
    private var tally = AvailableMemory.Tally()

    var sizes: HDF5Sizes { superblock.sizes }

    /// - Throws: `notThisFormat`, `unsupportedVersion`, `unsupportedFeature`, `truncated`,
    ///   `corrupt`, `checksumMismatch`, `io`.
    init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        let start = try HDF5Superblock.place(in: source)
        let part = try SourcePart(source, at: start, byteCount: source.byteCount - start)
        let superblock = try HDF5Superblock(part)
        self.source = WindowedSource(part)
        self.superblock = superblock
        self.limits = limits
        tailByteCount = part.byteCount - superblock.end
        try Self.expectNoSecondFile(part, at: superblock.end)
        extents = HDF5Extents(end: superblock.end)
        texts = ExpansionBudget(limits, fileByteCount: source.byteCount)
        try extents.claim(0, byteCount: UInt64(superblock.byteCount), "the superblock")
    }

    private static func expectNoSecondFile(
        _ source: any ByteSource, at end: UInt64
    ) throws(FormatError) {
        let signature = HDF5Superblock.signature
        guard source.byteCount - end >= UInt64(signature.count),
            try source.read(at: end, byteCount: signature.count) == signature
        else { return }
        throw FormatError(
            .corrupt, format: format, offset: end,
            "After the end of the file a second one begins; expected one.")
    }

    /// Takes bytes that nothing else may take.
    mutating func claim(
        _ start: UInt64, byteCount: UInt64, _ what: StaticString
    ) throws(FormatError) {
        try extents.claim(start, byteCount: byteCount, what)
    }

    func expectDisjoint() throws(FormatError) { try extents.expectDisjoint() }

    /// Counts what is kept of the file in memory.
    mutating func keep(_ byteCount: Int) throws(FormatError) { try tally.add(byteCount) }

    /// A structure, all of whose bytes are taken.
    mutating func structure(
        at address: UInt64, byteCount: some FixedWidthInteger, _ what: StaticString
    ) throws(FormatError) -> HDF5Cursor {
        HDF5Cursor(
            try bytes(at: address, byteCount: byteCount, what), at: address, sizes)
    }

    /// A structure whose last four bytes are the checksum of all others.
    ///
    /// - Returns: a cursor over all others.
    mutating func checkedStructure(
        at address: UInt64, byteCount: some FixedWidthInteger, _ what: StaticString
    ) throws(FormatError) -> HDF5Cursor {
        let bytes = try bytes(at: address, byteCount: byteCount, what)
        return HDF5Cursor(try Self.checked(bytes[...], at: address, what), at: address, sizes)
    }

    /// What stands before the checksum at the end.
    static func checked(
        _ bytes: ArraySlice<UInt8>, at offset: UInt64, _ what: StaticString
    ) throws(FormatError) -> [UInt8] {
        guard bytes.count >= 4 else {
            throw FormatError(
                .corrupt, format: format, offset: offset,
                "\(what) has \(bytes.count) bytes; expected a checksum of 4 in it.")
        }
        let content = bytes.dropLast(4)
        let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard HDF5Checksum.lookup3(content) == stored else {
            throw FormatError(
                .checksumMismatch, format: format, offset: offset,
                "The checksum of \(what) is wrong: its bytes are not those that were written.")
        }
        return Array(content)
    }

    private mutating func bytes(
        at address: UInt64, byteCount: some FixedWidthInteger, _ what: StaticString
    ) throws(FormatError) -> [UInt8] {
        let count = try CheckedSize.int(byteCount, of: "\(what)")
        guard count >= 0 else {
            throw FormatError(
                .corrupt, format: Self.format, offset: address, "\(what) has no length.")
        }
        try claim(address, byteCount: UInt64(count), what)
        try AvailableMemory.expect(count)
        return try source.read(at: address, byteCount: count)
    }

    /// A string of variable length.
    ///
    /// - Throws: as `HDF5GlobalHeap`.
    mutating func text(_ reference: HDF5HeapReference) throws(FormatError) -> [UInt8] {
        guard let address = reference.address, reference.byteCount > 0 else { return [] }
        let heap: HDF5GlobalHeap
        if let known = heaps[address] {
            heap = known
        } else {
            heap = try HDF5GlobalHeap(at: address, in: &self)
            heaps[address] = heap
        }
        let object = try heap.object(reference)
        try texts.charge(UInt64(object.count))
        try AvailableMemory.expect(object.count)
        return try source.read(at: object.lowerBound, byteCount: object.count)
    }
}
