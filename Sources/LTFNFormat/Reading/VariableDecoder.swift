import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// Decodes the values of one variable, or a part of them.
struct VariableDecoder {
    private let reader: NativeReader
    private let variable: Int
    private let info: VariableInfo
    /// What is wrong with it is said where initial values are needed, not before.
    private let initializer: Result<Initializer, FormatError>?

    /// - Parameter variable: one that is not tied.
    init(_ reader: NativeReader, variable: Int) {
        self.reader = reader
        self.variable = variable
        info = reader.manifest.variables[variable]
        initializer = Self.initializer(of: info)
    }

    private static func initializer(of info: VariableInfo) -> Result<Initializer, FormatError>? {
        do {
            return try info.replayable().map { .success($0) }
        } catch {
            return .failure(error)
        }
    }

    /// The bytes of `range`.
    func decode(_ range: Range<Int>) throws(FormatError) -> AlignedBytes {
        try reader.decode([plan(range)])[0]
    }

    /// How the bytes of `range` are decoded.
    func plan(_ range: Range<Int>) -> DecodingPlan {
        switch reader.index.storages[variable] {
        case .chunks(let exponent, _):
            let grid = ChunkGrid(byteCount: info.tensor.byteCount, exponent: exponent)
            let parts = grid.positions(of: range).map { position in
                let wanted = grid.range(of: position).clamped(to: range)
                return wanted.lowerBound - range.lowerBound..<wanted.upperBound - range.lowerBound
            }
            return DecodingPlan(decoder: self, wanted: range, parts: parts)
        // The base has to be there for no bytes, too.
        case .base(let number):
            let parts = reader.partsInBase(of: info, base: number, range) ?? [0..<range.count]
            return DecodingPlan(decoder: self, wanted: range, parts: parts)
        // A variable that is tied has been left for its target.
        case .initial, .tied:
            let grid = ChunkGrid(byteCount: range.count, exponent: 20)
            let parts = (0..<grid.count).map { grid.range(of: $0) }
            return DecodingPlan(decoder: self, wanted: range, parts: parts)
        }
    }

    /// Decodes a part of a plan.
    ///
    /// - Parameter start: the first byte of the part among those of the variable.
    func decode(from start: Int, into part: inout MutableRawSpan) throws(FormatError) {
        switch reader.index.storages[variable] {
        case .chunks(let exponent, let first):
            try decode(from: start, first: first, exponent: exponent, into: &part)
        case .base(let number):
            try reader.decodeBase(of: info, base: number, from: start, into: &part)
        case .initial, .tied: try replay(from: start, into: &part)
        }
    }

    /// Makes initial values.
    ///
    /// - Parameter start: the first byte of the part among those of the variable.
    func replay(from start: Int, into part: inout MutableRawSpan) throws(FormatError) {
        guard let initializer = try initializer?.get() else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-V10",
                variable: info.name.string, "The variable has no initial values.")
        }
        let element = info.tensor.dtype.bitCount / 8
        let excess = start % element
        guard excess > 0 || part.byteCount % element > 0 else {
            return try initializer.fill(&part, from: UInt64(start / element))
        }
        let elementCount = (excess + part.byteCount + element - 1) / element
        var whole = try AlignedBytes(reserving: elementCount * element)
        var target = whole.mutableBytes
        try initializer.fill(&target, from: UInt64(start / element))
        ByteKernels.copy(whole.bytes.extracting(excess..<excess + part.byteCount), to: &part)
    }

    /// Decodes a chunk, or a part of it.
    private func decode(
        from start: Int, first: Int, exponent: UInt8, into part: inout MutableRawSpan
    ) throws(FormatError) {
        let position = start >> Int(exponent)
        let grid = ChunkGrid(byteCount: info.tensor.byteCount, exponent: exponent)
        let chunk = grid.range(of: position)
        if part.byteCount == chunk.count {
            try decodeChunk(first + position, start: chunk.lowerBound, into: &part)
        } else {
            try decodePart(of: first + position, chunk, from: start, into: &part)
        }
    }

    /// Decodes a part of a chunk, the whole of it where it takes others to know the part.
    ///
    /// - Parameters:
    ///   - chunk: its bytes among those of the variable.
    ///   - start: the first byte of the part among them.
    private func decodePart(
        of number: Int, _ chunk: Range<Int>, from start: Int, into part: inout MutableRawSpan
    ) throws(FormatError) {
        if let pattern = try repeatedPattern(ofChunk: number) {
            let turn = (start - chunk.lowerBound) % pattern.count
            ByteKernels.fill(&part, repeating: Array(pattern[turn...] + pattern[..<turn]))
            let record = reader.index.chunks[number]
            return try checkLastBits(
                of: part.bytes, end: start + part.byteCount,
                at: record.codec == .constant ? record.offset : nil)
        }
        let record = reader.index.chunks[number]
        switch record.codec {
        case .initial: return try replay(from: start, into: &part)
        case .base:
            try reader.decodeBase(of: info, base: record.base, from: start, into: &part)
            return try checkLastBits(of: part.bytes, end: start + part.byteCount, at: nil)
        default: break
        }
        let whole = try reader.recent.bytes(ofChunk: number) { () throws(FormatError) in
            var whole = try AlignedBytes(reserving: chunk.count)
            var output = whole.mutableBytes
            try decodeChunk(number, start: chunk.lowerBound, into: &output)
            return whole
        }
        let place = start - chunk.lowerBound
        ByteKernels.copy(whole.bytes.extracting(place..<place + part.byteCount), to: &part)
    }

    /// Decodes a whole chunk of this variable.
    private func decodeChunk(
        _ number: Int, start: Int, into output: inout MutableRawSpan
    ) throws(FormatError) {
        let record = reader.index.chunks[number]
        if record.codec == .reference {
            // The reader has checked that the chunk exists and is no reference itself.
            let target = Int(record.offset)
            guard let owner = reader.owners.variable(ofChunk: target),
                case .chunks(let exponent, let first) = reader.index.storages[owner]
            else {
                throw FormatError(
                    .corrupt, format: NativeFormat.formatName, rule: "LTFN-D4",
                    variable: info.name.string, "A reference leads to no chunk.")
            }
            try VariableDecoder(reader, variable: owner).decodeChunk(
                target, start: (target - first) << Int(exponent), into: &output)
            // The owner may be of a dtype that has no spare bits.
            try checkLastBits(of: output.bytes, end: start + output.byteCount, at: nil)
            return
        }
        try reader.checkPackedChunk(record.codec, byteCount: output.byteCount)
        var scratch = reader.scratchPool.take()
        var stored = exchange(&scratch.stored, with: [])
        defer {
            scratch.stored = stored
            reader.scratchPool.putBack(scratch)
        }
        try reader.readStoredBytes(of: number, variable: info.name, into: &stored)
        if record.codec.usesBase {
            try reader.decodeBase(of: info, base: record.base, from: start, into: &output)
        }
        let initializer = record.codec.usesInitialValues ? try initializer?.get() : nil
        do {
            try ChunkDecoder(record: record, variable: info, start: start).decode(
                stored, initializer: initializer, with: &scratch, into: &output)
        } catch {
            throw error.naming(info.name.string)
        }
        reader.counter.increment()
        try checkLastBits(
            of: output.bytes, end: start + output.byteCount,
            at: record.codec.storesNothing ? nil : record.offset)
    }

    /// The bytes that a constant chunk repeats, or the initial values when they are all the same;
    /// nil for other chunks. A reference may lead to a variable whose elements are of another
    /// length.
    func repeatedPattern(ofChunk number: Int) throws(FormatError) -> [UInt8]? {
        let index = reader.index
        let record = index.chunks[number]
        let isReference = record.codec == .reference
        switch record.resolved(in: index).codec {
        case .constant:
            return try reader.storedBytes(
                of: isReference ? Int(record.offset) : number, variable: info.name)
        case .initial where !isReference: return repeatedInitialUnit
        default: return nil
        }
    }

    /// Whether all elements of a chunk are the same, as far as its record tells.
    func isRepeated(chunk number: Int) -> Bool {
        let record = reader.index.chunks[number]
        if record.codec == .initial { return repeatedInitialUnit != nil }
        let holder = record.resolved(in: reader.index)
        // A constant chunk stores what it repeats.
        return holder.codec == .constant
            && info.tensor.dtype.unitByteCount % Int(holder.storedByteCount) == 0
    }

    /// The bytes of the element that a chunk repeats, when all are the same.
    func repeatedUnit(ofChunk number: Int) throws(FormatError) -> [UInt8]? {
        guard isRepeated(chunk: number), let pattern = try repeatedPattern(ofChunk: number) else {
            return nil
        }
        return (0..<info.tensor.dtype.unitByteCount).map { pattern[$0 % pattern.count] }
    }

    /// The bytes of every initial value, when they are all the same.
    var repeatedInitialUnit: [UInt8]? {
        guard case .success(let initializer) = initializer,
            case .repeated(let pattern) = initializer.content
        else { return nil }
        let unitByteCount = info.tensor.dtype.unitByteCount
        return (0..<unitByteCount).map { pattern[$0 % pattern.count] }
    }

    /// The stored bytes of a raw chunk, or of one that refers to a raw chunk, after they were
    /// checked: they are values.
    func checkedRawChunk(_ number: Int) throws(FormatError) -> [UInt8] {
        let record = reader.index.chunks[number]
        let isReference = record.codec == .reference
        let stored = try reader.storedBytes(
            of: isReference ? Int(record.offset) : number, variable: info.name)
        let isLast = number == reader.index.chunkRange(variable).upperBound - 1
        guard isLast else { return stored }
        try checkLastBits(
            of: stored.rawSpan, end: info.tensor.byteCount, at: isReference ? nil : record.offset)
        return stored
    }

    /// Bits of the last byte that belong to no element are zero.
    private func checkLastBits(
        of output: RawSpan, end: Int, at offset: UInt64?
    ) throws(FormatError) {
        let bits = info.tensor.dtype.bitCount
        guard bits < 8, end == info.tensor.byteCount, !output.isEmpty else { return }
        let used = info.tensor.shape.elementCount % 8 * bits % 8
        guard used == 0 || ByteKernels.lastByte(of: output) >> UInt8(used) == 0 else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-V14", offset: offset,
                variable: info.name.string,
                "Bits of the last byte that belong to no element are not zero.")
        }
    }
}

extension NativeReader {
    /// The stored bytes of a chunk, after their checksum and the padding before them were checked.
    func storedBytes(of number: Int, variable: VariableName) throws(FormatError) -> [UInt8] {
        var bytes: [UInt8] = []
        try readStoredBytes(of: number, variable: variable, into: &bytes)
        return bytes
    }

    /// The same in place of what `bytes` holds.
    func readStoredBytes(
        of number: Int, variable: VariableName, into bytes: inout [UInt8]
    ) throws(FormatError) {
        let record = index.chunks[number]
        guard !record.codec.storesNothing else { return bytes.removeAll(keepingCapacity: true) }
        let gap = Int(gaps[number])
        // The stored byte count is at most the decoded one, which has an Int.
        try source.read(
            at: record.offset - UInt64(gap), byteCount: gap + Int(record.storedByteCount),
            into: &bytes)
        if gap > 0 {
            if let position = bytes[..<gap].firstIndex(where: { $0 != 0 }) {
                throw FormatError(
                    .corrupt, format: NativeFormat.formatName, rule: "LTFN-R3",
                    offset: record.offset - UInt64(gap - position), variable: variable.string,
                    "A byte of padding before chunk \(number) is not zero.")
            }
            bytes.removeFirst(gap)
        }
        guard CRC32C.checksum(bytes) == record.checksum else {
            throw FormatError(
                .checksumMismatch, format: NativeFormat.formatName, rule: "LTFN-D6",
                offset: record.offset, variable: variable.string,
                "The checksum of chunk \(number) does not match: the file is damaged there.")
        }
    }
}
