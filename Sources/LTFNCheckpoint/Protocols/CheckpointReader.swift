import LTFNBytes

/// An open checkpoint, from which variables are read one at a time.
///
/// Safe to use from several threads at once.
public protocol CheckpointReader: Sendable {
    var manifest: Manifest { get }

    /// What the file holds and `manifest` does not: parts that were left out, names that were
    /// changed.
    var losses: [FormatLoss] { get }

    /// Remarks about the file, a sentence each.
    var notes: [String] { get }

    /// The values of `manifest.variables[index]`; for a tied variable those of its target. When the
    /// file says what their digest is, they have it.
    ///
    /// - Throws: `truncated`, `corrupt`, `checksumMismatch`, `limitExceeded`, `io`.
    func read(_ index: Int) throws(FormatError) -> TensorData

    /// The bytes `range` of what `read(_:)` gives.
    ///
    /// Ranges that follow one another from front to back are read in one pass, and what the
    /// container says of the whole is checked with the last byte. The digest of all values says
    /// nothing about a part: who puts parts together has `check(_:of:)`.
    ///
    /// - Throws: as `read(_:)`.
    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes

    /// How many bytes are best read at a time: fewer would be decoded again and again.
    func pieceByteCount(_ index: Int) -> Int

    /// Reads all values, and makes sure that they are what the file says of them.
    ///
    /// - Returns: their digest, as `ValueHash` makes it.
    /// - Throws: as `read(_:)`.
    func verify(_ index: Int) throws(FormatError) -> SHA256Digest

    /// Calls `body` with all values of a variable from front to back. A run holds whole elements.
    ///
    /// Memory: a few pieces, whatever the variable takes; what is the same again and again need not
    /// be made. The caller decides how much a file may ask for in all.
    ///
    /// - Parameter isChecked: whether the digest of all values is compared at the end, when the
    ///   file says what it is; what is the same again and again is hashed for that, too.
    /// - Throws: as `read(_:)`, and what `body` throws.
    func forEachRun(
        of index: Int, isChecked: Bool, _ body: (ValueRun) throws(FormatError) -> Void
    ) throws(FormatError)

    /// How many of a variable's bytes `forEachRun(of:_:)` makes: all that do not come as repeated
    /// ones.
    func distinctByteCount(of index: Int) -> Int

    /// Where the values stand in the file just as they are read; nil, as by default, where they do
    /// not.
    ///
    /// - Throws: as `read(_:)`.
    func stored(_ index: Int) throws(FormatError) -> StoredValues?

    /// The values as they stand in the file, without a copy; nil where that cannot be had.
    ///
    /// - Throws: as `read(_:)`.
    func map(_ index: Int) throws(FormatError) -> MappedBytes?

    /// Makes sure that the file does not say that its values have another digest.
    ///
    /// - Throws: `checksumMismatch`.
    func check(_ digest: SHA256Digest, of index: Int) throws(FormatError)

    /// What the values of all variables are compared with when they are read whole.
    var valueProof: ValueProof { get }

    /// Checks what belongs to no variable.
    ///
    /// - Throws: `checksumMismatch`, `corrupt`, `truncated`, `io`.
    func verifyRest() throws(FormatError)

    /// What other files know this one by; nil: the format has no such thing.
    var content: ContentIdentity? { get }

    /// The values of several variables, in that order.
    ///
    /// - Throws: as for one.
    func read(_ indices: [Int]) throws(FormatError) -> [TensorData]

    /// How `manifest.variables[index]` is stored.
    func storage(_ index: Int) -> StorageInfo

    /// The names of the files of a set, seen from its folder, other than one that was named itself.
    var otherFiles: [String] { get }

    /// The length of the files of a set, other than the main one.
    var otherByteCount: UInt64 { get }

    /// The length of the other files that values are read from, when these are stored relative to
    /// them.
    var baseByteCount: UInt64 { get }

    /// Makes sure that the other files that values are read from are there.
    ///
    /// - Throws: `io`.
    func expectBases() throws(FormatError)
}

// A reader that has only whole tensors, which the file says nothing about.
extension CheckpointReader {
    public var losses: [FormatLoss] { [] }

    public var notes: [String] { [] }

    public func read(
        _ index: Int, bytes range: Range<Int>
    ) throws(FormatError) -> AlignedBytes {
        let whole = try read(index).bytes
        if range == 0..<whole.byteCount { return whole }
        return AlignedBytes(copying: whole.bytes.extracting(range))
    }

    public func pieceByteCount(_ index: Int) -> Int {
        max(1, manifest.variables[index].tensor.byteCount)
    }

    public func verify(_ index: Int) throws(FormatError) -> SHA256Digest {
        let byteCount = manifest.variables[index].tensor.byteCount
        var hash = ValueHash()
        // A variable without values is looked at, too.
        if byteCount == 0 { _ = try read(index, bytes: 0..<0) }
        for start in stride(from: 0, to: byteCount, by: pieceByteCount(index)) {
            let end = start + min(pieceByteCount(index), byteCount - start)
            let piece = try read(index, bytes: start..<end)
            hash.update(piece.bytes)
        }
        let digest = hash.finalize()
        try check(digest, of: index)
        return digest
    }

    public func check(_ digest: SHA256Digest, of index: Int) throws(FormatError) {}

    public func forEachRun(
        of index: Int, isChecked: Bool, _ body: (ValueRun) throws(FormatError) -> Void
    ) throws(FormatError) {
        let byteCount = manifest.variables[index].tensor.byteCount
        // A variable without values is looked at, too.
        if byteCount == 0 { _ = try read(index, bytes: 0..<0) }
        for range in wholeElementRanges(of: index, byteCount: byteCount) {
            try body(.values(try read(index, bytes: range)))
        }
    }

    /// Pieces as they are best read, of whole elements: 48 bytes are that for every dtype.
    private func wholeElementRanges(
        of index: Int, byteCount: Int
    ) -> some Sequence<Range<Int>> {
        let piece = max(48, pieceByteCount(index) / 48 * 48)
        return stride(from: 0, to: byteCount, by: piece).lazy.map {
            $0..<$0 + min(piece, byteCount - $0)
        }
    }

    public func distinctByteCount(of index: Int) -> Int {
        manifest.variables[index].tensor.byteCount
    }

    public func stored(_ index: Int) throws(FormatError) -> StoredValues? { nil }

    public func map(_ index: Int) throws(FormatError) -> MappedBytes? {
        guard let stored = try stored(index) else { return nil }
        do throws(FormatError) {
            return try stored.source.map(at: stored.offset, byteCount: stored.byteCount)
        } catch {
            throw error.naming(manifest.variables[index].name.string)
        }
    }

    public var valueProof: ValueProof { .none }

    public func verifyRest() throws(FormatError) {}

    public var content: ContentIdentity? { nil }
}

extension CheckpointReader {
    /// `forEachRun(of:isChecked:_:)`, checked.
    public func forEachRun(
        of index: Int, _ body: (ValueRun) throws(FormatError) -> Void
    ) throws(FormatError) {
        try forEachRun(of: index, isChecked: true, body)
    }

    public func read(_ indices: [Int]) throws(FormatError) -> [TensorData] {
        var tensors: [TensorData] = []
        for index in indices { tensors.append(try read(index)) }
        return tensors
    }

    public var otherFiles: [String] { [] }

    public var otherByteCount: UInt64 { 0 }

    public var baseByteCount: UInt64 { 0 }

    public func expectBases() throws(FormatError) {}

    /// How many bytes of values may be made out of the files that are read.
    ///
    /// - Parameter fileByteCount: the length of the file that was opened.
    public func expansion(_ limits: DecodingLimits, fileByteCount: UInt64) -> UInt64 {
        let (sum, overflow) = fileByteCount.addingReportingOverflow(baseByteCount)
        return limits.expansion(ofFileWith: overflow ? .max : sum)
    }
}
