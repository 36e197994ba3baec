import LTFNBytes

/// A message with gaps: its long fields are known by their lengths alone, and their bytes come when
/// the message is written.
struct ProtobufDraft {
    /// A field whose bytes come later.
    struct Gap {
        /// What stands before it, from the gap before on.
        var before: [UInt8]
        /// By which it is known.
        var index: Int
    }

    private(set) var gaps: [Gap] = []
    /// What stands after the last gap.
    private(set) var tail: [UInt8] = []
    /// Of all, with what goes into the gaps.
    private(set) var byteCount: UInt64 = 0

    /// Adds fields that are whole.
    mutating func add(_ fields: ProtobufWriter) {
        tail += fields.bytes
        byteCount = CheckedSize.total(byteCount, UInt64(fields.bytes.count))
    }

    /// Adds a field whose bytes come later.
    mutating func gap(_ number: Int, index: Int, byteCount count: Int) {
        addHead(number, byteCount: UInt64(count))
        gaps.append(Gap(before: tail, index: index))
        tail = []
        byteCount = CheckedSize.total(byteCount, UInt64(count))
    }

    /// Adds a message with its gaps.
    mutating func message(_ number: Int, _ inner: ProtobufDraft) {
        addHead(number, byteCount: inner.byteCount)
        byteCount = CheckedSize.total(byteCount, inner.byteCount)
        guard let first = inner.gaps.first else {
            tail += inner.tail
            return
        }
        gaps.append(Gap(before: tail + first.before, index: first.index))
        gaps += inner.gaps.dropFirst()
        tail = inner.tail
    }

    private mutating func addHead(_ number: Int, byteCount count: UInt64) {
        var head = ProtobufWriter()
        head.head(number, byteCount: Int(clamping: count))
        add(head)
    }
}

extension ProtobufWriter {
    /// Whole numbers in one field.
    mutating func packed(_ number: Int, _ values: [Int]) {
        var inner: [UInt8] = []
        for value in values {
            var rest = UInt64(bitPattern: Int64(value))
            while rest >= 0x80 {
                inner.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            inner.append(UInt8(rest))
        }
        bytes(number, inner)
    }
}
