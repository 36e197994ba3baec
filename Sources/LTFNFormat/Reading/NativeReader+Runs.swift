import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNParallel

extension NativeReader {
    /// Calls `body` with all values of a variable from front to back. A run holds whole elements.
    ///
    /// Memory: a few chunks, whatever the variable takes; what is the same again and again is not
    /// made. The caller decides how much a file may ask for in all.
    ///
    /// - Parameter isChecked: whether the digest of all values is compared at the end, for which
    ///   what is the same again and again is hashed in a 128th of the time that its bytes would
    ///   take.
    /// - Throws: as `read(_:)`, and what `body` throws.
    public func forEachRun(
        of number: Int, isChecked: Bool, _ body: (ValueRun) throws(FormatError) -> Void
    ) throws(FormatError) {
        let holder = holder(of: number)
        var hash = ValueHash()
        do {
            let decoder = VariableDecoder(self, variable: holder)
            try forEachRun(of: holder, decoder) { run throws(FormatError) in
                if isChecked {
                    switch run {
                    case .values(let bytes): hash.update(bytes, on: parallelism)
                    case .repeated(let unit, let byteCount):
                        hash.update(repeating: unit, byteCount: byteCount)
                    }
                }
                try body(run)
            }
            if isChecked { try check(hash.finalize(), of: number) }
        } catch {
            throw error.naming(manifest.variables[number].name.string)
        }
    }

    /// How many of a variable's bytes are not the same again and again: those that have to be made.
    ///
    /// Complexity: O(chunks); nothing is read.
    public func distinctByteCount(of number: Int) -> Int {
        let holder = holder(of: number)
        let tensor = manifest.variables[holder].tensor
        let decoder = VariableDecoder(self, variable: holder)
        switch index.storages[holder] {
        case .initial: return decoder.repeatedInitialUnit == nil ? tensor.byteCount : 0
        case .tied, .base: return tensor.byteCount
        case .chunks where tensor.dtype.bitCount < 8: return tensor.byteCount
        case .chunks(let exponent, let first):
            let grid = ChunkGrid(byteCount: tensor.byteCount, exponent: exponent)
            return (0..<grid.count).reduce(0) { sum, position in
                sum
                    + (decoder.isRepeated(chunk: first + position)
                        ? 0 : grid.range(of: position).count)
            }
        }
    }

    /// The bytes that are made at a time: a whole number of any element.
    private static let runByteCount = 3 << 18
    /// A whole number of any element of 8 bits or more.
    private static let longestRun = 8 << 20

    private func forEachRun(
        of holder: Int, _ decoder: VariableDecoder, _ body: (ValueRun) throws(FormatError) -> Void
    ) throws(FormatError) {
        let tensor = manifest.variables[holder].tensor
        switch index.storages[holder] {
        case .initial:
            if let unit = decoder.repeatedInitialUnit {
                return try body(.repeated(unit, byteCount: tensor.byteCount))
            }
        // Chunks do not end with whole elements of 6 bits.
        case .chunks(let exponent, let first) where tensor.dtype.bitCount >= 8:
            let grid = ChunkGrid(byteCount: tensor.byteCount, exponent: exponent)
            return try forEachChunkRun(grid, first: first, decoder, body)
        case .chunks, .tied, .base: break
        }
        // A variable without values is looked at, too.
        if tensor.byteCount == 0 { _ = try decoder.decode(0..<0) }
        for start in stride(from: 0, to: tensor.byteCount, by: Self.runByteCount) {
            let range = start..<min(start + Self.runByteCount, tensor.byteCount)
            try body(.values(try decoder.decode(range)))
        }
    }

    private func forEachChunkRun(
        _ grid: ChunkGrid, first: Int, _ decoder: VariableDecoder,
        _ body: (ValueRun) throws(FormatError) -> Void
    ) throws(FormatError) {
        var next = 0
        // Chunks that are decoded, a few at the same time.
        var pending = 0..<0
        func finish() throws(FormatError) {
            let range = pending
            pending = pending.upperBound..<pending.upperBound
            // A chunk that stores nothing may be as long as its variable.
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.longestRun) {
                let end = min(start + Self.longestRun, range.upperBound)
                try body(.values(try decoder.decode(start..<end)))
            }
        }
        while next < grid.count {
            let range = grid.range(of: next)
            if let unit = try decoder.repeatedUnit(ofChunk: first + next) {
                try finish()
                try body(.repeated(unit, byteCount: range.count))
                pending = range.upperBound..<range.upperBound
            } else {
                pending = pending.lowerBound..<range.upperBound
                if pending.count >= Self.runByteCount * parallelism.threadCount { try finish() }
            }
            next += 1
        }
        try finish()
    }
}
