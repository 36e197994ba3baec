/// Where elements stand, in bytes from the front: `rows[r] + columns[c]` for every r and c.
public struct ElementPlaces: Sendable {
    public var rows: [Int]
    public var columns: [Int]

    public init(rows: [Int], columns: [Int]) {
        self.rows = rows
        self.columns = columns
    }

    /// The same places, with rows for columns.
    fileprivate var turned: ElementPlaces { ElementPlaces(rows: columns, columns: rows) }

    /// Whether every element of `byteCount` bytes is within the first `limit` bytes.
    fileprivate func areWithin(_ limit: Int, byteCount: Int) -> Bool {
        if rows.isEmpty || columns.isEmpty { return true }
        let (last, overflow) = Self.largest(rows).addingReportingOverflow(Self.largest(columns))
        return !overflow && byteCount <= limit && last <= UInt(limit - byteCount)
    }

    /// What is negative is larger than all that is not.
    private static func largest(_ places: [Int]) -> UInt {
        places.reduce(0) { max($0, UInt(bitPattern: $1)) }
    }
}

extension AlignedBytes {
    /// Copies elements from their places in `source` to theirs here, of which there are as many rows and
    /// columns; all of them lie within the bytes.
    ///
    /// - Parameter byteCount: of an element; 1, 2, 4, 8 and 16 are fast.
    public mutating func copyElements(
        ofByteCount byteCount: Int, from source: RawSpan, at sources: ElementPlaces,
        to targets: ElementPlaces
    ) {
        precondition(byteCount > 0)
        precondition(sources.rows.count == targets.rows.count)
        precondition(sources.columns.count == targets.columns.count)
        precondition(sources.areWithin(source.byteCount, byteCount: byteCount))
        precondition(targets.areWithin(self.byteCount, byteCount: byteCount))
        // The inner loop is the longer one.
        let (sources, targets) =
            sources.rows.count > sources.columns.count
            ? (sources.turned, targets.turned) : (sources, targets)
        var output = mutableBytes
        unsafe source.withUnsafeBytes { from in
            unsafe output.withUnsafeMutableBytes { to in
                guard let from = from.baseAddress, let to = to.baseAddress else { return }
                switch byteCount {
                case 1: unsafe copyEach(UInt8.self, from, sources, to, targets)
                case 2: unsafe copyEach(UInt16.self, from, sources, to, targets)
                case 4: unsafe copyEach(UInt32.self, from, sources, to, targets)
                case 8: unsafe copyEach(UInt64.self, from, sources, to, targets)
                case 16: unsafe copyEach(SIMD2<UInt64>.self, from, sources, to, targets)
                default:
                    for (row, target) in zip(sources.rows, targets.rows) {
                        for (column, place) in zip(sources.columns, targets.columns) {
                            unsafe (to + target + place).copyMemory(
                                from: from + row + column, byteCount: byteCount)
                        }
                    }
                }
            }
        }
    }
}

/// All places are within the bytes.
@inline(__always)
private func copyEach<T: BitwiseCopyable>(
    _ type: T.Type, _ source: UnsafeRawPointer, _ sources: ElementPlaces,
    _ target: UnsafeMutableRawPointer, _ targets: ElementPlaces
) {
    unsafe sources.columns.withUnsafeBufferPointer { sourceColumns in
        unsafe targets.columns.withUnsafeBufferPointer { targetColumns in
            for (row, targetRow) in zip(sources.rows, targets.rows) {
                let (from, to) = unsafe (source + row, target + targetRow)
                for column in 0..<sourceColumns.count {
                    unsafe to.storeBytes(
                        of: from.loadUnaligned(fromByteOffset: sourceColumns[column], as: type),
                        toByteOffset: targetColumns[column], as: type)
                }
            }
        }
    }
}

extension AlignedBytes {
    /// Turns the bytes of every whole group round: big-endian to little-endian and back.
    ///
    /// - Parameter byteCount: of a group: 2, 4 or 8; other groups stay as they are.
    public mutating func reverseGroups(ofByteCount byteCount: Int) {
        var output = mutableBytes
        unsafe output.withUnsafeMutableBytes { bytes in
            switch byteCount {
            case 2: unsafe reverseEach(UInt16.self, bytes)
            case 4: unsafe reverseEach(UInt32.self, bytes)
            case 8: unsafe reverseEach(UInt64.self, bytes)
            default: break
            }
        }
    }
}

@inline(__always)
private func reverseEach<T: FixedWidthInteger>(
    _ type: T.Type, _ bytes: UnsafeMutableRawBufferPointer
) {
    // Blocks begin at multiples of 64 bytes.
    let words = unsafe bytes.bindMemory(to: type)
    for index in words.indices { unsafe words[index] = words[index].byteSwapped }
}
