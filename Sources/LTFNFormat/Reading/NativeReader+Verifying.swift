import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNParallel

extension NativeReader {
    /// Reads the whole file and checks everything that can be checked: the values against their
    /// digests, and what earlier versions left behind.
    ///
    /// Memory: a few chunks for each thread.
    ///
    /// - Throws: `checksumMismatch` and whatever reading throws, for the first thing that is wrong.
    public func verify() throws(FormatError) {
        for number in manifest.variables.indices { try verify(number) }
        try verifyRest()
    }

    public var valueProof: ValueProof { .sha256 }

    /// Checks what belongs to no variable: padding, and what earlier versions left behind.
    public func verifyRest() throws(FormatError) {
        var end = UInt64(Header.byteCount)
        for region in index.regionsInOrder() {
            if region.chunk == nil { try checkPadding(from: end, to: region.start) }
            end = region.start + region.byteCount
        }
        for region in index.retired { try verify(region) }
    }

    /// Checks the values of one variable against their digest.
    ///
    /// - Returns: the digest; for a tied variable that of its target, which is not read.
    @discardableResult
    public func verify(_ number: Int) throws(FormatError) -> SHA256Digest {
        let info = manifest.variables[number]
        do {
            try checkAllowance(info.tensor, 0..<info.tensor.byteCount)
            guard let expected = index.digest(number) else { return recordedDigest(number) }
            let decoder = VariableDecoder(self, variable: number)
            var hash = ValueHash()
            let byteCount = info.tensor.byteCount
            // A variable without values needs its base file, too.
            if byteCount == 0 { _ = try decoder.decode(0..<0) }
            for start in stride(from: 0, to: byteCount, by: pieceByteCount(number)) {
                let end = start + min(pieceByteCount(number), byteCount - start)
                hash.update(try decoder.decode(start..<end), on: parallelism)
            }
            try compare(hash.finalize(), expected, number)
            return expected
        } catch {
            throw error.naming(info.name.string)
        }
    }

    public func check(_ digest: SHA256Digest, of number: Int) throws(FormatError) {
        do {
            try compare(digest, recordedDigest(number), holder(of: number))
        } catch {
            throw error.naming(manifest.variables[number].name.string)
        }
    }

    private func recordedDigest(_ number: Int) -> SHA256Digest {
        // Only tied variables have none of their own, and their targets are not tied.
        index.digest(number) ?? index.digest(holder(of: number)) ?? ValueHash.digest([])
    }

    /// The bytes that are in memory together: a few chunks for each thread.
    public func pieceByteCount(_ number: Int) -> Int {
        let exponent = chunkExponent(number)
        return parallelism.threadCount * max(1, min(4, (32 << 20) >> exponent)) << exponent
    }

    func chunkExponent(_ number: Int) -> Int {
        let holder = holder(of: number)
        switch index.storages[holder] {
        case .chunks(let exponent, _): return Int(exponent)
        case .base(let number):
            let origin = try? original(of: manifest.variables[holder], base: number)
            return origin.map { $0.base.chunkExponent($0.variable) } ?? 20
        case .initial, .tied: return 20
        }
    }

    private func compare(
        _ found: SHA256Digest, _ expected: SHA256Digest, _ number: Int
    ) throws(FormatError) {
        guard found != expected else { return }
        try checkBases(of: number)
        let isReplayed = index.storages[number] == .initial
        throw FormatError(
            .checksumMismatch, format: NativeFormat.formatName,
            rule: isReplayed ? "LTFN-N7" : "LTFN-V13",
            offset: isReplayed ? nil : firstOffset(of: number),
            "The values have the digest \(found), the file says \(expected).")
    }

    /// Finds out whether it is a base that has other values than it says, for a variable with the
    /// wrong ones.
    ///
    /// - Throws: what is wrong with the base, which is named.
    private func checkBases(of number: Int) throws(FormatError) {
        let chunks = index.chunkRange(number).map { index.chunks[$0] }
        var used = Set(chunks.filter(\.codec.usesBase).map(\.base))
        if case .base(let base) = index.storages[number] { used.insert(base) }
        for place in used.sorted() {
            let (base, variable) = try original(of: manifest.variables[number], base: place)
            try FormatError.about(base.name) { () throws(FormatError) in
                _ = try base.verify(base.holder(of: variable))
            }
        }
    }

    /// Where the first chunk of a variable stands, if it has bytes of its own.
    private func firstOffset(of number: Int) -> UInt64? {
        guard let first = index.chunkRange(number).first, !index.chunks[first].codec.storesNothing
        else { return nil }
        return index.chunks[first].offset
    }

    private func checkPadding(from start: UInt64, to end: UInt64) throws(FormatError) {
        guard start < end else { return }
        // At most 63 bytes: the regions have been checked.
        let bytes = try source.read(at: start, byteCount: Int(end - start))
        if let position = bytes.firstIndex(where: { $0 != 0 }) {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-R3",
                offset: start + UInt64(position), "A byte of padding is not zero.")
        }
    }

    private func verify(_ region: RetiredRegion) throws(FormatError) {
        var checksum = CRC32C()
        var offset = region.offset
        let end = region.offset + region.byteCount
        while offset < end {
            let count = min(end - offset, 1 << 20)
            checksum.update(try source.read(at: offset, byteCount: Int(count)))
            offset += count
        }
        guard checksum.value == region.checksum else {
            throw FormatError(
                .checksumMismatch, format: NativeFormat.formatName, rule: "LTFN-X10",
                offset: region.offset,
                "The checksum of a retired region of \(region.byteCount) bytes does not match.")
        }
    }
}
