extension Index {
    /// Puts the chunk table in the order of the variables; references follow.
    mutating func orderChunks() {
        var moved = [Int](repeating: 0, count: chunks.count)
        var ordered: [ChunkRecord] = []
        ordered.reserveCapacity(chunks.count)
        var isOrdered = true
        for variable in storages.indices {
            guard case .chunks(let exponent, let first) = storages[variable] else { continue }
            let range = chunkRange(variable)
            if first != ordered.count { isOrdered = false }
            storages[variable] = .chunks(exponent: exponent, first: ordered.count)
            for number in range {
                moved[number] = ordered.count
                ordered.append(chunks[number])
            }
        }
        guard !isOrdered else { return }
        for number in ordered.indices where ordered[number].codec == .reference {
            ordered[number].offset = UInt64(moved[Int(ordered[number].offset)])
        }
        chunks = ordered
    }
}
