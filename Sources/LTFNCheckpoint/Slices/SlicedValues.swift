import LTFNBytes

/// The elements of a slice of a variable, read from front to back with a few pieces in memory.
public struct SlicedValues {
    public let region: SliceRegion
    public let dtype: DType
    private let reader: any CheckpointReader
    private let index: Int
    private let name: String
    /// What is read at a time: whole elements.
    private let windowByteCount: Int
    private let byteCount: Int
    /// What may still be made out of the file.
    public private(set) var budget: ExpansionBudget
    private var window = AlignedBytes(byteCount: 0)
    private var range = 0..<0
    /// Of all bytes up to a place, where all are read.
    private var hash = ValueHash()
    private var hashedByteCount = 0

    /// What is read at a time where the values stand in the file as they are.
    private static let storedWindowByteCount = 1 << 18

    /// - Parameters:
    ///   - index: of the variable in the reader's manifest.
    ///   - budget: how much may be made out of the file.
    ///   - allowsBlocks: whether what is packed in blocks may be read as its bytes.
    /// - Throws: `corrupt` when the slice does not fit the variable; `notRepresentable` when its
    ///   elements are packed in blocks; as reading.
    public init(
        _ slice: TensorSlice, of index: Int, in reader: any CheckpointReader,
        budget: ExpansionBudget, allowsBlocks: Bool = false
    ) throws(FormatError) {
        let info = reader.manifest.variables[index]
        name = info.name.string
        if let blocks = info.blocks, !allowsBlocks {
            throw FormatError(
                .notRepresentable, variable: info.name.string,
                "Its elements are packed in blocks of \(blocks.type.rawValue), which are no numbers as "
                    + "they stand.", remedy: .dequantize)
        }
        do throws(FormatError) {
            region = try SliceRegion(slice, of: info.tensor.shape)
            let isStored = try reader.stored(index) != nil
            let wanted =
                isStored ? Self.storedWindowByteCount : max(1, reader.pieceByteCount(index))
            // 16 bytes are whole elements where these are whole bytes, else 48 are.
            let unit = info.tensor.dtype.bitCount % 8 == 0 ? 16 : 48
            windowByteCount = max(unit, wanted / unit * unit)
        } catch {
            throw error.naming(info.name.string)
        }
        dtype = info.tensor.dtype
        byteCount = info.tensor.byteCount
        self.reader = reader
        self.index = index
        self.budget = budget
    }

    /// The elements `range` of the slice in row-major order, packed.
    ///
    /// - Parameter range: best one after the other; as many as may be in memory.
    /// - Throws: as `CheckpointReader.read(_:bytes:)`; `limitExceeded`.
    public mutating func elements(_ wanted: Range<Int>) throws(FormatError) -> TensorData {
        let wanted = wanted.clamped(to: 0..<region.shape.elementCount)
        do throws(FormatError) {
            let info = try TensorInfo(dtype: dtype, shape: TensorShape([wanted.count]))
            var bytes = try AlignedBytes(reserving: info.byteCount)
            var done = 0
            // A copy, so that reading may change what the walk does not look at.
            let region = region
            try region.forEachRow(wanted) { row throws(FormatError) in
                try copy(row, to: &bytes, at: done)
                done += row.count
            }
            return try TensorData(info: info, bytes: bytes)
        } catch {
            throw error.naming(name)
        }
    }

    /// Makes sure that all values are those that the file says they are, where all have been read;
    /// of a part it says nothing.
    ///
    /// - Throws: `checksumMismatch`; as reading.
    public mutating func finish() throws(FormatError) {
        do throws(FormatError) {
            // What is wrong with no values at all is found by reading them.
            if byteCount == 0 { _ = try reader.read(index, bytes: 0..<0) }
            guard region.isWhole else { return }
            while hashedByteCount < byteCount { try fetch(hashedByteCount) }
            try reader.check(hash.finalize(), of: index)
        } catch {
            throw error.naming(name)
        }
    }

    /// Makes the window the one that the byte at `position` lies in.
    private mutating func fetch(_ position: Int) throws(FormatError) {
        guard !range.contains(position) else { return }
        let start = position - position % windowByteCount
        let next = start..<start + min(windowByteCount, byteCount - start)
        try budget.charge(UInt64(next.count))
        // One at a time: the old one is given back first.
        window = AlignedBytes(byteCount: 0)
        range = 0..<0
        let bytes = try reader.read(index, bytes: next)
        window = bytes
        range = next
        guard region.isWhole, next.lowerBound == hashedByteCount else { return }
        hash.update(bytes.bytes)
        hashedByteCount = next.upperBound
    }

    /// Copies elements to `bytes`, from the place of its element `first` on.
    private mutating func copy(
        _ row: SliceRegion.Row, to bytes: inout AlignedBytes, at first: Int
    ) throws(FormatError) {
        let bits = dtype.bitCount
        guard bits % 8 == 0 else { return try copyCodes(row, to: &bytes, at: first) }
        let width = bits / 8
        var done = 0
        while done < row.count {
            // Within the tensor, whose bytes have a count.
            let place = (row.start + done * row.step) * width
            try fetch(place)
            let space = (range.upperBound - place) / width
            let count = min(row.count - done, (space - 1) / row.step + 1)
            let (from, to) = (place - range.lowerBound, (first + done) * width)
            if count == 1 || row.step == 1 {
                bytes.replaceBytes(
                    at: to, with: window.bytes.extracting(from..<from + count * width))
            } else {
                let step = row.step * width
                bytes.copyElements(
                    ofByteCount: width, from: window.bytes,
                    at: ElementGrid(
                        start: from, rows: ElementPlaces([0]),
                        columns: ElementPlaces((0..<count).map { $0 * step })),
                    to: ElementGrid(
                        start: to, rows: ElementPlaces([0]),
                        columns: ElementPlaces((0..<count).map { $0 * width })))
            }
            done += count
        }
    }

    /// The same for elements that share bytes.
    private mutating func copyCodes(
        _ row: SliceRegion.Row, to bytes: inout AlignedBytes, at first: Int
    ) throws(FormatError) {
        let bits = dtype.bitCount
        for number in 0..<row.count {
            let element = row.start + number * row.step
            // Eight elements are `bits` bytes: their count has an Int where that of bits has none.
            let place = element / 8 * bits + element % 8 * bits / 8
            try fetch(place)
            let shift = element % 8 * bits % 8
            let codes = window.elements(as: UInt8.self)
            var code = Int(codes[place - range.lowerBound]) >> shift
            if shift + bits > 8 { code |= Int(codes[place - range.lowerBound + 1]) << (8 - shift) }
            code &= 1 << bits - 1
            let bit = (first + number) * bits
            var output = bytes.mutableElements(as: UInt8.self)
            output[bit / 8] |= UInt8(truncatingIfNeeded: code << (bit % 8))
            if bit % 8 + bits > 8 {
                output[bit / 8 + 1] |= UInt8(truncatingIfNeeded: code >> (8 - bit % 8))
            }
        }
    }
}
