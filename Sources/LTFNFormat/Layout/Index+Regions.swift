import LTFNBytes
import LTFNCheckpoint

extension Index {
    /// Checks what every chunk record says, beyond its form.
    ///
    /// - Parameters:
    ///   - tableOffset: where the chunk table stands in the file.
    ///   - indexOffset: where the index stands in the file.
    func checkChunks(tableOffset: UInt64, indexOffset: UInt64) throws(FormatError) {
        for variable in storages.indices {
            guard case .chunks(let exponent, let first) = storages[variable] else { continue }
            let dtype = manifest.variables[variable].tensor.dtype
            let grid = ChunkGrid(
                byteCount: manifest.variables[variable].tensor.byteCount, exponent: exponent)
            for position in 0..<grid.count {
                let number = first + position
                let record = chunks[number]
                let check = ChunkCheck(
                    record: record, dtype: dtype,
                    hasInitialValues: record.codec.usesInitialValues && hasInitialValues(variable),
                    decodedByteCount: grid.range(of: position).count, number: number,
                    recordOffset: tableOffset + UInt64(number * ChunkRecord.byteCount))
                do {
                    try check.checkForm(baseCount: bases.count, indexOffset: indexOffset)
                } catch {
                    throw error.naming(manifest.variables[variable].name.string)
                }
            }
        }
        try checkReferences(tableOffset: tableOffset)
    }

    private func hasInitialValues(_ variable: Int) -> Bool {
        let info = manifest.variables[variable]
        return info.initializer?.isReproducible == true && info.tensor.dtype.bitCount >= 8
    }

    private func checkReferences(tableOffset: UInt64) throws(FormatError) {
        guard chunks.contains(where: { $0.codec == .reference }) else { return }
        var decoded: [Int] = []
        decoded.reserveCapacity(chunks.count)
        var owners: [Int] = []
        owners.reserveCapacity(chunks.count)
        for variable in storages.indices {
            guard case .chunks(let exponent, let first) = storages[variable] else { continue }
            let grid = ChunkGrid(
                byteCount: manifest.variables[variable].tensor.byteCount, exponent: exponent)
            for number in chunkRange(variable) {
                owners.append(variable)
                decoded.append(
                    grid.range(of: number - first).count)
            }
        }
        for (number, record) in chunks.enumerated() where record.codec == .reference {
            guard let target = Int(exactly: record.offset), target < chunks.count,
                chunks[target].codec != .reference, decoded[target] == decoded[number]
            else {
                throw FormatError(
                    .corrupt, format: NativeFormat.formatName, rule: "LTFN-D4",
                    offset: tableOffset + UInt64(number * ChunkRecord.byteCount),
                    variable: manifest.variables[owners[number]].name.string,
                    "Chunk \(number) refers to chunk \(record.offset), which does not exist, is "
                        + "itself a reference, or has another byte count.")
            }
        }
    }

    /// Makes sure that every byte before the index belongs to one region.
    ///
    /// - Returns: the bytes of padding before each chunk.
    func checkRegions(indexOffset: UInt64) throws(FormatError) -> [UInt8] {
        var gaps = [UInt8](repeating: 0, count: chunks.count)
        var end = UInt64(Header.byteCount)
        func pass(_ region: Region) throws(FormatError) {
            try check(region, behind: end)
            if let chunk = region.chunk { gaps[chunk] = UInt8(region.start - end) }
            end = region.start + region.byteCount
        }
        // Most files need no sorting, and large ones no second list.
        if retired.isEmpty, isAscending {
            for number in chunks.indices where !chunks[number].codec.storesNothing {
                try pass(region(ofChunk: number))
            }
        } else {
            for region in regionsInOrder() { try pass(region) }
        }
        guard end == indexOffset else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-R1", offset: indexOffset,
                "The index begins at byte \(indexOffset), the last region ends at \(end).")
        }
        return gaps
    }

    private var isAscending: Bool {
        var last: UInt64 = 0
        for chunk in chunks where !chunk.codec.storesNothing {
            guard chunk.offset >= last else { return false }
            last = chunk.offset
        }
        return true
    }

    private func region(ofChunk number: Int) -> Region {
        let chunk = chunks[number]
        return Region(
            start: chunk.offset, byteCount: chunk.storedByteCount,
            alignment: chunk.codec == .raw ? .aligned : .packed, chunk: number)
    }

    private func check(_ region: Region, behind end: UInt64) throws(FormatError) {
        let start = region.start
        let aligned = end.addingReportingOverflow(63).partialValue & ~63
        let allowed: Bool =
            switch region.alignment {
            case .packed: start == end
            case .aligned: start == aligned
            case .either: start == end || start == aligned
            }
        guard allowed else {
            let isHole = start < end || start - end >= 64
            throw FormatError(
                .corrupt, format: NativeFormat.formatName,
                rule: isHole ? "LTFN-R1" : "LTFN-R2", offset: start,
                "A region begins at byte \(start), the one before it ends at \(end).")
        }
    }

    struct Region {
        enum Alignment {
            case packed, aligned, either
        }

        var start: UInt64
        /// Already known to end before the index.
        var byteCount: UInt64
        var alignment: Alignment
        var chunk: Int?
    }

    /// The chunks that have bytes and the retired regions, by their offsets.
    func regionsInOrder() -> [Region] {
        var regions: [Region] = []
        regions.reserveCapacity(chunks.count + retired.count)
        for number in chunks.indices where !chunks[number].codec.storesNothing {
            regions.append(region(ofChunk: number))
        }
        for region in retired {
            regions.append(
                Region(start: region.offset, byteCount: region.byteCount, alignment: .either))
        }
        regions.sort { $0.start < $1.start }
        return regions
    }

    /// Retired regions end before the index, so that sums of their fields cannot overflow.
    func checkRetired(at offset: UInt64, indexOffset: UInt64) throws(FormatError) {
        for (number, region) in retired.enumerated() {
            let (end, overflow) = region.offset.addingReportingOverflow(region.byteCount)
            guard !overflow, end <= indexOffset else {
                throw FormatError(
                    .corrupt, format: NativeFormat.formatName, rule: "LTFN-X9",
                    offset: offset + UInt64(number * RetiredRegion.byteCount),
                    "A retired region does not lie before the index.")
            }
        }
    }
}

/// Checks one chunk record against its place.
private struct ChunkCheck {
    let record: ChunkRecord
    let dtype: DType
    let hasInitialValues: Bool
    let decodedByteCount: Int
    let number: Int
    let recordOffset: UInt64

    private func broken(_ rule: String, _ message: String) -> FormatError {
        FormatError(
            .corrupt, format: NativeFormat.formatName, rule: rule, offset: recordOffset,
            "Chunk \(number) (\(record.codec.name)): \(message)")
    }

    func checkForm(baseCount: Int, indexOffset: UInt64) throws(FormatError) {
        let codec = record.codec
        guard codec.usesBase ? Int(record.base) < baseCount : record.base == 0 else {
            throw broken("LTFN-D2", "It names base \(record.base) of \(baseCount).")
        }
        try checkByteCount()
        guard !codec.usesInitialValues || hasInitialValues else {
            throw broken("LTFN-D5", "It needs initial values, which the variable does not have.")
        }
        guard !codec.storesNothing else { return }
        let (end, overflow) = record.offset.addingReportingOverflow(record.storedByteCount)
        guard !overflow, end <= indexOffset else {
            throw broken("LTFN-D7", "Its bytes do not lie before the index.")
        }
    }

    private func checkByteCount() throws(FormatError) {
        let stored = record.storedByteCount
        let decoded = UInt64(decodedByteCount)
        let unit = UInt64(dtype.unitByteCount)
        let allowed: Bool =
            switch record.codec {
            case .raw: stored == decoded
            case .constant: stored == unit && stored < decoded
            case .planes, .initialResidual, .baseResidual: stored > 0 && stored < decoded
            case .reference: stored == 0 && record.checksum == 0
            case .initial, .base: stored == 0 && record.checksum == 0 && record.offset == 0
            }
        guard allowed else {
            throw broken(
                "LTFN-D3",
                "It stores \(stored) bytes with offset \(record.offset) for \(decoded) decoded "
                    + "bytes, which the codec does not allow.")
        }
    }
}
