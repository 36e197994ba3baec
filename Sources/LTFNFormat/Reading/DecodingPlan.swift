import LTFNBytes
import LTFNCheckpoint
import Synchronization

/// How bytes of a variable are decoded: in parts that wait for nothing.
struct DecodingPlan: Sendable {
    let decoder: VariableDecoder
    /// What is wanted of the bytes of the variable.
    let wanted: Range<Int>
    /// Cover `wanted`, the first byte of which is number 0, in order.
    let parts: [Range<Int>]

    /// Whether every part begins where a leaf of the digest of all values does.
    var isCutAtLeaves: Bool {
        wanted.lowerBound == 0
            && parts.allSatisfy { $0.lowerBound % ValueHash.leafByteCount == 0 }
    }

    /// Writes all bytes of a part.
    func fill(_ number: Int, _ part: inout MutableRawSpan) throws(FormatError) {
        try decoder.decode(from: wanted.lowerBound + parts[number].lowerBound, into: &part)
    }
}

extension NativeReader {
    /// What the plans give, decoded at the same time.
    func decode(_ plans: [DecodingPlan]) throws(FormatError) -> [AlignedBytes] {
        var places: [BlockPart] = []
        for (block, plan) in plans.enumerated() {
            for (number, range) in plan.parts.enumerated() {
                places.append(BlockPart(block: block, number: number, range: range))
            }
        }
        return try parallelism.fill(blocksOf: plans.map { $0.wanted.count }, parts: places) {
            (place, part) throws(FormatError) in
            try plans[place.block].fill(place.number, &part)
        }
    }

    /// All values of variables, as the plans give them, and the digest of each: whoever decodes a
    /// part hashes it.
    private func decodeAll(
        _ plans: [DecodingPlan]
    ) throws(FormatError) -> [(bytes: AlignedBytes, digest: SHA256Digest)] {
        var places: [BlockPart] = []
        var firstPlaces: [Int] = []
        for (block, plan) in plans.enumerated() {
            firstPlaces.append(places.count)
            for (number, range) in plan.parts.enumerated() {
                places.append(BlockPart(block: block, number: number, range: range))
            }
        }
        let isHashedByPart = plans.map(\.isCutAtLeaves)
        let starts = firstPlaces
        let leaves = Mutex([ValueHash.Leaves?](repeating: nil, count: places.count))
        let blocks = try parallelism.fill(blocksOf: plans.map { $0.wanted.count }, parts: places) {
            (place, part) throws(FormatError) in
            try plans[place.block].fill(place.number, &part)
            guard isHashedByPart[place.block] else { return }
            let own = ValueHash.Leaves(of: part.bytes)
            leaves.withLock { $0[starts[place.block] + place.number] = own }
        }
        let all = leaves.withLock { $0 }
        return blocks.enumerated().map { block, bytes in
            var hash = ValueHash()
            if isHashedByPart[block] {
                for number in plans[block].parts.indices {
                    if let part = all[starts[block] + number] { hash.add(part) }
                }
            } else {
                hash.update(bytes, on: parallelism)
            }
            return (bytes, hash.finalize())
        }
    }

    /// The bytes `range` of a variable, decoded over memory that holds `filler`, for tests: every
    /// byte of it is written.
    package func decode(
        _ number: Int, bytes range: Range<Int>, over filler: UInt8
    ) throws(FormatError) -> AlignedBytes {
        let plan = VariableDecoder(self, variable: holder(of: number)).plan(range)
        var block = try AlignedBytes(reserving: range.count)
        var all = block.mutableBytes
        ByteKernels.fill(&all, with: filler)
        for (number, range) in plan.parts.enumerated() {
            var part = all._mutatingExtracting(range)
            try plan.fill(number, &part)
        }
        return block
    }

    /// The values of several variables, more of which are decoded at the same time than one by one.
    ///
    /// All of a variable's values have been compared with their digest.
    public func read(_ numbers: [Int]) throws(FormatError) -> [TensorData] {
        var tensors: [TensorData] = []
        tensors.reserveCapacity(numbers.count)
        var next = 0
        while next < numbers.count {
            var plans: [DecodingPlan] = []
            var byteCount = 0
            repeat {
                let number = numbers[next + plans.count]
                plans.append(try plan(number))
                byteCount += manifest.variables[number].tensor.byteCount
            } while byteCount < Self.batchByteCount && next + plans.count < numbers.count
            for (bytes, digest) in try decodeAll(plans) {
                try check(digest, of: numbers[next])
                let info = manifest.variables[numbers[next]].tensor
                tensors.append(try TensorData(info: info, bytes: bytes))
                next += 1
            }
        }
        return tensors
    }

    /// A batch of variables has no more than this and the last of them.
    private static let batchByteCount = 1 << 26

    /// The plan for all values of a variable.
    private func plan(_ number: Int) throws(FormatError) -> DecodingPlan {
        let info = manifest.variables[number]
        do {
            let wanted = 0..<info.tensor.byteCount
            try checkAllowance(info.tensor, wanted)
            return VariableDecoder(self, variable: holder(of: number)).plan(wanted)
        } catch {
            throw error.naming(info.name.string)
        }
    }
}
