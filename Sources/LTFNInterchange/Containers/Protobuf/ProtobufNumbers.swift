import LTFNBytes
import LTFNCheckpoint

/// Numbers of a repeated field, packed or one by one, in the order in which they stand.
struct ProtobufNumbers {
    /// How one number is written.
    enum Coding {
        case varint, fixed32, fixed64
    }

    /// What is known of them before they are read.
    struct Outline {
        var count: UInt64
        var storedByteCount: UInt64
        var place: Range<UInt64>?
    }

    let message: ProtobufMessage
    let field: Int
    let coding: Coding

    init(_ message: ProtobufMessage, field: Int, coding: Coding) {
        self.message = message
        self.field = field
        self.coding = coding
    }

    /// Where the numbers stand as they would in memory, when they do: packed, in one piece, each of
    /// a fixed width.
    ///
    /// - Returns: also how many there are, and how many bytes they take.
    /// - Throws: `corrupt` when one is cut off; `io`, `truncated`.
    func outline() throws(FormatError) -> Outline {
        var count: UInt64 = 0
        var stored: UInt64 = 0
        var places: [Range<UInt64>] = []
        var isPacked = true
        try message.forEachField { field, reader throws(FormatError) in
            guard field.number == self.field else { return }
            switch (field.value, coding) {
            case (.varint, .varint), (.fixed32, .fixed32), (.fixed64, .fixed64):
                count += 1
                // At least: with the number of its field, a number takes more.
                stored += 2
                isPacked = false
            case (.bytes(let range), .varint):
                stored += range.upperBound - range.lowerBound
                count += try Self.varintCount(of: range, reader)
                isPacked = false
            case (.bytes(let range), _):
                let width: UInt64 = coding == .fixed32 ? 4 : 8
                let byteCount = range.upperBound - range.lowerBound
                guard byteCount % width == 0 else {
                    throw reader.error(
                        .corrupt, at: field.offset,
                        "\(byteCount) bytes are no whole number of values of \(width) bytes.")
                }
                count += byteCount / width
                stored += byteCount
                if byteCount > 0, places.count < 2 { places.append(range) }
            default: break
            }
        }
        return Outline(
            count: count, storedByteCount: stored,
            place: isPacked && places.count == 1 ? places[0] : nil)
    }

    /// How many numbers there are: as many as bytes that end one.
    private static func varintCount(
        of range: Range<UInt64>, _ reader: ProtobufReader
    ) throws(FormatError) -> UInt64 {
        var count: UInt64 = 0
        var last: UInt8 = 0
        try forEachPiece(
            of: reader.source, at: range.lowerBound,
            byteCount: Int(range.upperBound - range.lowerBound)
        ) { piece throws(FormatError) in
            for byte in piece where byte < 0x80 { count += 1 }
            last = piece.last ?? 0
        }
        guard last < 0x80 else {
            throw reader.error(
                .truncated, at: range.upperBound, "Packed values end within a number.")
        }
        return count
    }
}

/// Goes through `ProtobufNumbers` from front to back.
struct ProtobufNumberIterator {
    private let numbers: ProtobufNumbers
    private var pieces: ArraySlice<Range<UInt64>>
    private var fields: ProtobufReader?
    /// Within a field of packed numbers.
    private var packed: ProtobufReader?

    init(_ numbers: ProtobufNumbers) {
        self.numbers = numbers
        pieces = numbers.message.pieces[...]
    }

    /// The bits of the next number; nil at the end.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func next() throws(FormatError) -> UInt64? {
        while true {
            if let number = try nextPacked() { return number }
            packed = nil
            guard let field = try nextField() else { return nil }
            guard field.number == numbers.field else { continue }
            switch (field.value, numbers.coding) {
            case (.varint(let bits), .varint): return bits
            case (.fixed32(let bits), .fixed32): return UInt64(bits)
            case (.fixed64(let bits), .fixed64): return bits
            case (.bytes(let range), _):
                let message = numbers.message
                packed = try ProtobufReader(message.source, range, format: message.format)
            default: continue
            }
        }
    }

    private mutating func nextPacked() throws(FormatError) -> UInt64? {
        switch numbers.coding {
        case .varint: try packed?.nextPacked() ?? nil
        case .fixed32: try packed?.nextPackedFixed(byteCount: 4) ?? nil
        case .fixed64: try packed?.nextPackedFixed(byteCount: 8) ?? nil
        }
    }

    private mutating func nextField() throws(FormatError) -> ProtobufField? {
        while true {
            if let field = try fields?.next() { return field }
            guard let piece = pieces.popFirst() else { return nil }
            let message = numbers.message
            fields = try ProtobufReader(message.source, piece, format: message.format)
        }
    }
}
