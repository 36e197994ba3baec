import LTFNBytes

/// Reads tables, vectors and strings of a FlatBuffer, whose offsets a file may give any value.
///
/// Tables are found by offsets, and many offsets may lead to one table. What is visited is charged,
/// so that a file cannot ask for more than a few times what it has bytes.
struct FlatBuffer {
    private let source: any ByteSource
    private let format: String
    private var budget: UInt64

    init(_ source: any ByteSource, format: String) {
        self.source = WindowedSource(source)
        self.format = format
        budget = CheckedSize.total(4096, source.byteCount)
        budget = CheckedSize.total(budget, CheckedSize.total(budget, budget))
    }

    /// A table, and where its fields are, counted from its start; 0: a field is missing.
    struct Table: Hashable {
        var position: UInt64
        fileprivate var fields: [UInt16]
    }

    /// A vector of `count` elements, the first of which stands at `start`.
    struct Vector: Hashable {
        var start: UInt64
        var count: Int

        fileprivate init(start: UInt64, count: Int) {
            self.start = start
            self.count = count
        }
    }

    func error(
        _ code: FormatError.Code, at offset: UInt64, _ message: String
    ) -> FormatError {
        FormatError(code, format: format, offset: offset, message)
    }

    private mutating func charge(_ cost: UInt64, at offset: UInt64) throws(FormatError) {
        guard cost <= budget else {
            throw error(
                .corrupt, at: offset,
                "The offsets of the file lead to the same parts again and again.")
        }
        budget -= cost
    }
}

// Numbers.
extension FlatBuffer {
    private func expect(_ byteCount: UInt64, at offset: UInt64) throws(FormatError) {
        guard offset <= source.byteCount, byteCount <= source.byteCount - offset else {
            throw error(
                .truncated, at: min(offset, source.byteCount),
                "\(byteCount) bytes from byte \(offset) on were expected; the file has "
                    + "\(source.byteCount).")
        }
    }

    private func number<T: FixedWidthInteger>(
        at offset: UInt64, as type: T.Type = T.self
    ) throws(FormatError) -> T {
        let byteCount = T.bitWidth / 8
        try expect(UInt64(byteCount), at: offset)
        let bytes = try source.read(at: offset, byteCount: byteCount)
        return bytes.reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }

    /// Where the offset that stands at `position` leads.
    private func target(at position: UInt64) throws(FormatError) -> UInt64 {
        let distance: UInt32 = try number(at: position)
        guard distance > 0 else {
            throw error(.corrupt, at: position, "An offset leads to itself.")
        }
        return position + UInt64(distance)
    }
}

// Tables.
extension FlatBuffer {
    /// The table that the file begins with.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func root() throws(FormatError) -> Table { try table(at: target(at: 0)) }

    private mutating func table(at position: UInt64) throws(FormatError) -> Table {
        let distance: Int32 = try number(at: position)
        let vtable = Int64(clamping: position) - Int64(distance)
        guard let start = UInt64(exactly: vtable) else {
            throw error(.corrupt, at: position, "The fields of a table stand before the file.")
        }
        let byteCount: UInt16 = try number(at: start)
        let tableByteCount: UInt16 = try number(at: start + 2)
        guard byteCount >= 4, byteCount % 2 == 0, tableByteCount >= 4 else {
            throw error(
                .corrupt, at: start,
                "A table of \(tableByteCount) bytes with a list of fields of \(byteCount) is none.")
        }
        try expect(UInt64(byteCount), at: start)
        try expect(UInt64(tableByteCount), at: position)
        // A list of fields may be that of many tables, which are told by few of them.
        try charge(4 + UInt64(byteCount) / 8, at: position)
        let bytes = try source.read(at: start + 4, byteCount: Int(byteCount) - 4)
        var fields: [UInt16] = []
        for place in stride(from: 0, to: bytes.count, by: 2) {
            let field = UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
            guard field == 0 || field >= 4 && field < tableByteCount else {
                throw error(
                    .corrupt, at: start + 4 + UInt64(place),
                    "A field stands at byte \(field) of a table of \(tableByteCount).")
            }
            fields.append(field)
        }
        return Table(position: position, fields: fields)
    }

    /// Where a field stands; nil: the table has none.
    private func place(_ field: Int, of table: Table) -> UInt64? {
        guard field < table.fields.count, table.fields[field] > 0 else { return nil }
        return table.position + UInt64(table.fields[field])
    }

    /// A number; `other` when the table has none.
    ///
    /// - Throws: `truncated`, `io`.
    func number<T: FixedWidthInteger>(
        _ field: Int, of table: Table, else other: T = 0
    ) throws(FormatError) -> T {
        guard let place = place(field, of: table) else { return other }
        return try number(at: place)
    }

    /// A table within a table.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func table(_ field: Int, of table: Table) throws(FormatError) -> Table? {
        guard let place = place(field, of: table) else { return nil }
        return try self.table(at: target(at: place))
    }
}

// Vectors.
extension FlatBuffer {
    /// A vector of elements of so many bytes, which lie within the file.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    func vector(
        _ field: Int, of table: Table, elementByteCount: UInt64
    ) throws(FormatError) -> Vector? {
        guard let place = place(field, of: table) else { return nil }
        let start = try target(at: place)
        let count: UInt32 = try number(at: start)
        // Below 2⁶⁴: both have at most 33 bits.
        try expect(UInt64(count) * elementByteCount, at: start + 4)
        return Vector(start: start + 4, count: Int(count))
    }

    /// A vector of tables.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    func tables(_ field: Int, of table: Table) throws(FormatError) -> Vector? {
        try vector(field, of: table, elementByteCount: 4)
    }

    /// A table of a vector of them.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func table(_ index: Int, in vector: Vector) throws(FormatError) -> Table {
        precondition(index < vector.count)
        return try table(at: target(at: vector.start + 4 * UInt64(index)))
    }

    /// All numbers of a vector of them; none when it is missing.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func numbers<T: FixedWidthInteger>(
        _ field: Int, of table: Table, as type: T.Type = T.self
    ) throws(FormatError) -> [T] {
        let width = T.bitWidth / 8
        guard let vector = try vector(field, of: table, elementByteCount: UInt64(width)) else {
            return []
        }
        let byteCount = vector.count * width
        try charge(UInt64(byteCount), at: vector.start)
        try AvailableMemory.expect(2 * byteCount)
        let bytes = try source.read(at: vector.start, byteCount: byteCount)
        return stride(from: 0, to: byteCount, by: width).map { start in
            bytes[start..<start + width].reversed().reduce(0) {
                $0 << 8 | T(truncatingIfNeeded: $1)
            }
        }
    }

    /// A text; nil when it is missing.
    ///
    /// - Throws: `truncated`, `corrupt` when it is not valid UTF-8, `io`.
    mutating func string(_ field: Int, of table: Table) throws(FormatError) -> String? {
        guard let vector = try vector(field, of: table, elementByteCount: 1) else { return nil }
        try charge(UInt64(vector.count), at: vector.start)
        try AvailableMemory.expect(vector.count)
        let bytes = try source.read(at: vector.start, byteCount: vector.count)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw error(.corrupt, at: vector.start, "A string is not valid UTF-8.")
        }
        return text
    }
}
