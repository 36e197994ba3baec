/// The lengths of a Huffman code (Huffman 1952), none above a limit.
enum HuffmanLengths {
    /// - Parameters:
    ///   - counts: how often each symbol occurs; those that do not occur get no code.
    ///   - limit: enough for all symbols that occur.
    /// - Returns: a complete code when two symbols or more occur; a lone symbol gets 1 bit.
    static func lengths(_ counts: [UInt32], limit: Int) -> [UInt8] {
        var lengths = [UInt8](repeating: 0, count: counts.count)
        // Rarest first; equal ones by number, so that the code depends on nothing else.
        let symbols = counts.indices.filter { counts[$0] > 0 }.sorted {
            (counts[$0], $0) < (counts[$1], $1)
        }
        guard symbols.count > 1 else {
            if let only = symbols.first { lengths[only] = 1 }
            return lengths
        }
        let numbers = limited(depths(symbols.map { UInt64(counts[$0]) }), limit: limit)
        var position = 0
        // The rarest get the longest codes.
        for length in stride(from: limit, through: 1, by: -1) {
            for _ in 0..<numbers[length] {
                lengths[symbols[position]] = UInt8(length)
                position += 1
            }
        }
        return lengths
    }

    /// How many leaves of the Huffman tree there are at each depth.
    ///
    /// - Parameter weights: ascending, two or more.
    private static func depths(_ weights: [UInt64]) -> [Int] {
        // Two queues: leaves, and inner nodes, which come about in ascending order too.
        let leafCount = weights.count
        var nodeWeights = weights
        var parents = [Int](repeating: 0, count: 2 * leafCount - 1)
        var nextLeaf = 0
        var nextInner = leafCount
        func takeSmallest() -> Int {
            let isLeaf =
                nextLeaf < leafCount
                && (nextInner >= nodeWeights.count
                    || nodeWeights[nextLeaf] <= nodeWeights[nextInner])
            defer { if isLeaf { nextLeaf += 1 } else { nextInner += 1 } }
            return isLeaf ? nextLeaf : nextInner
        }
        while nodeWeights.count < 2 * leafCount - 1 {
            let (a, b) = (takeSmallest(), takeSmallest())
            parents[a] = nodeWeights.count
            parents[b] = nodeWeights.count
            nodeWeights.append(nodeWeights[a] + nodeWeights[b])
        }
        var depth = [Int](repeating: 0, count: parents.count)
        var numbers = [Int](repeating: 0, count: leafCount)
        for node in stride(from: parents.count - 2, through: 0, by: -1) {
            depth[node] = depth[parents[node]] + 1
            if node < leafCount { numbers[depth[node]] += 1 }
        }
        return numbers
    }

    /// Raises leaves that are too deep, and lowers others to make room for them.
    private static func limited(_ depths: [Int], limit: Int) -> [Int] {
        var numbers = [Int](repeating: 0, count: limit + 1)
        for (depth, number) in depths.enumerated() { numbers[min(depth, limit)] += number }
        // In units of the deepest leaf: a complete code has 2^limit.
        var used = (1...limit).reduce(0) { $0 + numbers[$1] << (limit - $1) }
        while used > 1 << limit {
            guard let depth = (1..<limit).last(where: { numbers[$0] > 0 }) else { break }
            numbers[depth] -= 1
            numbers[depth + 1] += 1
            used -= 1 << (limit - depth - 1)
        }
        // Lowering one leaf may free more than was needed.
        while used < 1 << limit {
            let free = 1 << limit - used
            guard
                let depth = (2...limit).first(where: {
                    numbers[$0] > 0 && 1 << (limit - $0) <= free
                })
            else { break }
            numbers[depth] -= 1
            numbers[depth - 1] += 1
            used += 1 << (limit - depth)
        }
        return numbers
    }

    /// The codes of deflate (RFC 1951, §3.2.2) for those lengths, with their bits reversed.
    static func reversedCodes(_ lengths: [UInt8]) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: 16)
        for length in lengths where length > 0 { numbers[Int(length)] += 1 }
        var next = [UInt32](repeating: 0, count: 16)
        for length in 1..<16 { next[length] = (next[length - 1] + numbers[length - 1]) << 1 }
        var codes = [UInt32](repeating: 0, count: lengths.count)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            codes[symbol] = reversed(next[Int(length)], bitCount: UInt32(length))
            next[Int(length)] += 1
        }
        return codes
    }

    private static func reversed(_ code: UInt32, bitCount: UInt32) -> UInt32 {
        var result: UInt32 = 0
        for bit in 0..<bitCount where code >> bit & 1 == 1 { result |= 1 << (bitCount - 1 - bit) }
        return result
    }
}
