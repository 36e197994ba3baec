import LTFNBytes

/// Changes a file in ways that its checksums do not give away.
public struct Mutator {
    var random: Random
    let maximumByteCount: Int
    /// Changes some bytes, as libFuzzer does, to at most as many as the number says.
    let changeBytes: ([UInt8], Int) -> [UInt8]

    public init(
        seed: UInt64, maximumByteCount: Int, changeBytes: @escaping ([UInt8], Int) -> [UInt8]
    ) {
        random = Random(seed: seed)
        self.maximumByteCount = maximumByteCount
        self.changeBytes = changeBytes
    }

    /// A change of `file`, mostly one that the checksums of the result fit.
    public mutating func mutate(_ file: [UInt8]) -> [UInt8] {
        guard !random.oneIn(12), var parts = FileParts(splitting: file) else {
            return changeBytes(file, maximumByteCount)
        }
        if random.oneIn(3) {
            restructure(&parts)
        } else {
            for _ in 0...random.below(3) { edit(&parts) }
            if !random.oneIn(10) { parts.sign() }
        }
        if random.oneIn(4) { signValues(&parts) }
        return limited(parts.file, file)
    }

    /// A file with parts of both.
    public mutating func cross(_ file: [UInt8], with other: [UInt8]) -> [UInt8] {
        guard var parts = FileParts(splitting: file), let donor = FileParts(splitting: other) else {
            return file
        }
        if random.oneIn(2) {
            join(&parts, with: donor)
        } else {
            graft(&parts, from: donor)
            parts.sign()
        }
        return limited(parts.file, file)
    }

    private func limited(_ file: [UInt8], _ original: [UInt8]) -> [UInt8] {
        file.count <= maximumByteCount ? file : original
    }

    /// Puts a section of `donor` in the place of that of `parts`.
    private mutating func graft(_ parts: inout FileParts, from donor: FileParts) {
        let (map, other) = (IndexMap(parts.index), IndexMap(donor.index))
        guard map.isWhole, other.isWhole else { return }
        switch random.below(3) {
        case 0: replace(map.metadata, in: &parts, with: donor.index[other.metadata], sizeAt: 56)
        case 1: replace(map.graph, in: &parts, with: donor.index[other.graph], sizeAt: 64)
        default:
            // The content of a record: its storage stays.
            guard !map.records.isEmpty, !other.records.isEmpty else { return }
            let record = map.records[random.below(map.records.count)]
            let new = other.records[random.below(other.records.count)]
            replace(record.content, in: &parts, with: donor.index[new.content], sizeAt: 72)
        }
    }

    /// Changes one thing, whatever that means for the rest.
    private mutating func edit(_ parts: inout FileParts) {
        let map = IndexMap(parts.index)
        switch random.below(10) {
        case 0...4: setField(&parts, map)
        case 5: change(map.metadata, in: &parts, sizeAt: 56)
        case 6: change(map.graph, in: &parts, sizeAt: 64)
        case 7: change(map.variables, in: &parts, sizeAt: 72)
        default: changeChunk(&parts, map)
        }
    }

    private mutating func change(_ range: Range<Int>, in parts: inout FileParts, sizeAt: Int) {
        guard !range.isEmpty else { return setField(&parts, IndexMap(parts.index)) }
        let changed = changeBytes(Array(parts.index[range]), range.count + 64)
        replace(range, in: &parts, with: changed[...], sizeAt: sizeAt)
    }

    /// Replaces a part of a section, whose byte count stands at `sizeAt`.
    private func replace(
        _ range: Range<Int>, in parts: inout FileParts, with bytes: ArraySlice<UInt8>, sizeAt: Int
    ) {
        guard parts.index.count >= IndexMap.headByteCount else { return }
        let count = parts.number(at: sizeAt, byteCount: 8)
        parts.index.replaceSubrange(range, with: bytes)
        parts.set(
            count &- UInt64(range.count) &+ UInt64(bytes.count), at: sizeAt, byteCount: 8)
    }

    private mutating func setField(_ parts: inout FileParts, _ map: IndexMap) {
        guard !map.fields.isEmpty else { return }
        let field = map.fields[random.below(map.fields.count)]
        let value = parts.number(at: field.offset, byteCount: field.byteCount)
        parts.set(
            likely(value, parts, map), at: field.offset, byteCount: field.byteCount)
    }

    private mutating func likely(
        _ value: UInt64, _ parts: FileParts, _ map: IndexMap
    ) -> UInt64 {
        switch random.below(8) {
        case 0: return value &+ 1
        case 1: return value &- 1
        case 2: return UInt64(random.below(33))
        case 3: return value ^ 1 << UInt64(random.below(64))
        case 4:
            let other = map.fields[random.below(map.fields.count)]
            return parts.number(at: other.offset, byteCount: other.byteCount)
        case 5: return UInt64(64 + random.below(parts.chunks.count + 1))
        case 6: return random.next()
        default: return Self.edges[random.below(Self.edges.count)]
        }
    }

    private static let edges: [UInt64] = BoundaryNumbers.around(0, byteCount: 8)

    /// Changes the stored bytes of a chunk, as many as they were.
    private mutating func changeChunk(_ parts: inout FileParts, _ map: IndexMap) {
        let starts = map.recordStarts
        guard !starts.isEmpty,
            let range = parts.storedRange(ofRecordAt: starts[random.below(starts.count)]),
            !range.isEmpty
        else { return }
        if random.oneIn(2) {
            let changed = changeBytes(Array(parts.chunks[range]), range.count)
            let count = min(changed.count, range.count)
            parts.chunks.replaceSubrange(
                range.lowerBound..<range.lowerBound + count, with: changed.prefix(count))
        } else {
            // The heads of planes are at the front.
            let place = range.lowerBound + random.below(min(range.count, 20))
            parts.chunks[place] = UInt8(truncatingIfNeeded: random.next())
        }
    }
}

/// The numbers that have broken readers.
public enum BoundaryNumbers {
    /// - Parameter value: what stood there.
    public static func around(_ value: UInt64, byteCount: Int) -> [UInt64] {
        let mask: UInt64 = byteCount == 8 ? .max : (1 << UInt64(byteCount * 8)) - 1
        let numbers: [UInt64] = [
            0, 1, .max, value &+ 1, value &- 1, (1 << 31) - 1, 1 << 31, (1 << 31) + 1,
            (1 << 32) - 1, 1 << 32, (1 << 32) + 1, (1 << 53) + 1, (1 << 63) - 1, 1 << 63, .max - 1,
        ]
        return Array(Set(numbers.map { $0 & mask })).sorted()
    }
}
