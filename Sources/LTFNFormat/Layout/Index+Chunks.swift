import LTFNBytes
import LTFNCheckpoint

extension Index {
    /// Reads the chunk table and checks each record against its place.
    ///
    /// - Parameter indexOffset: where the index stands in the file.
    mutating func readChunks(
        from reader: inout RecordReader, count: Int, indexOffset: UInt64
    ) throws(FormatError) {
        chunks.reserveCapacity(count)
        for variable in storages.indices {
            guard case .chunks(let exponent, _) = storages[variable] else { continue }
            let dtype = manifest.variables[variable].tensor.dtype
            let grid = ChunkGrid(
                byteCount: manifest.variables[variable].tensor.byteCount, exponent: exponent)
            do {
                for position in 0..<grid.count {
                    let start = reader.offset
                    let record = try ChunkRecord.read(from: &reader)
                    let check = ChunkCheck(
                        record: record, dtype: dtype,
                        hasInitialValues: record.codec.usesInitialValues
                            && hasInitialValues(variable),
                        decodedByteCount: grid.range(of: position).count, number: chunks.count,
                        recordOffset: start)
                    try check.checkForm(baseCount: bases.count, indexOffset: indexOffset)
                    chunks.append(record)
                }
            } catch {
                throw error.naming(manifest.variables[variable].name.string)
            }
        }
    }

    private func hasInitialValues(_ variable: Int) -> Bool {
        let info = manifest.variables[variable]
        return info.initializer?.isReproducible == true && info.tensor.dtype.bitCount >= 8
    }

    /// Every reference leads to a chunk that holds its bytes, or makes them from initial values.
    func checkReferences(tableOffset: UInt64) throws(FormatError) {
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
                chunks[target].codec != .reference, !chunks[target].codec.usesBase,
                decoded[target] == decoded[number]
            else {
                throw FormatError(
                    .corrupt, format: NativeFormat.formatName, rule: "LTFN-D4",
                    offset: tableOffset + UInt64(number * ChunkRecord.byteCount),
                    variable: manifest.variables[owners[number]].name.string,
                    "Chunk \(number) refers to chunk \(record.offset), which does not exist, is "
                        + "itself a reference or relative to a base, or has another byte count.")
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
