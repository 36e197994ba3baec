import LTFNBytes
import LTFNCheckpoint

/// How elements are written as text.
public enum ElementForm: Hashable, Sendable {
    /// A line for each row of the last axis, with blanks between the elements.
    ///
    /// - Parameter width: where lines are folded; nil: nowhere.
    case table(width: Int?)
    /// A line for each row of the last axis, with commas between the elements.
    case csv
    /// A document with nested arrays, and what it says of where they are from.
    case json(ElementOrigin)
}

/// Where elements are from, for the document.
public struct ElementOrigin: Hashable, Sendable {
    /// What the file is called.
    public var file: String
    public var variable: VariableName
    /// nil: all elements.
    public var slice: TensorSlice?

    public init(file: String, variable: VariableName, slice: TensorSlice?) {
        self.file = file
        self.variable = variable
        self.slice = slice
    }
}

extension SlicedValues {
    /// How many elements are in memory at a time.
    private static let pieceElementCount = 1 << 14

    /// Writes all elements, each so that it reads back as the same number, piece by piece.
    ///
    /// - Parameter write: returns whether more is wanted.
    /// - Throws: as `elements(_:)` and `finish()`, and what `write` throws.
    public mutating func write(
        as form: ElementForm, to write: (String) throws(FormatError) -> Bool
    ) throws(FormatError) {
        switch form {
        case .table(let width):
            var (text, table) = (ElementText(.plain), ElementTable(region.shape, width: width))
            try forEachPiece { piece throws(FormatError) in
                try write(table.lines(for: text.texts(of: piece)))
            }
        case .csv:
            var (text, csv) = (ElementText(.plain), ElementCSV(region.shape))
            try forEachPiece { piece throws(FormatError) in
                try write(csv.lines(for: text.texts(of: piece)))
            }
        case .json(let origin): try writeDocument(origin, to: write)
        }
    }

    private mutating func writeDocument(
        _ origin: ElementOrigin, to write: (String) throws(FormatError) -> Bool
    ) throws(FormatError) {
        var text = ElementText(.json)
        var pieces = ""
        var document = JSONDocument(
            [
                "schema": .string(InspectionSchema.get), "dtype": .string(dtype.rawValue),
                "file": .string(origin.file),
                "shape": region.shape.document,
                "slice": origin.slice.map { .string($0.description) } ?? .null,
            ]
        ) { pieces += $0 }
        document.beginText("values")
        if region.shape.elementCount == 0 { document.append(text: "[]") { pieces += $0 } }
        var arrays = ElementArrays(region.shape, indent: 1)
        try forEachPiece { piece throws(FormatError) in
            document.append(text: arrays.text(for: try text.texts(of: piece))) { pieces += $0 }
            defer { pieces = "" }
            return try write(pieces)
        }
        document.finish(
            [
                "values_not_finite": [
                    "complex_infinity": .int(Int64(text.complexInfinityCount)),
                    "nan": .int(Int64(text.nanCount)),
                    "negative_infinity": .int(Int64(text.negativeInfinityCount)),
                    "positive_infinity": .int(Int64(text.positiveInfinityCount)),
                ],
                "variable": .string(origin.variable.string),
                "variable_shape": region.source.document,
            ]
        ) { pieces += $0 }
        _ = try write(pieces)
    }

    /// Calls `body` with all elements in turn until no more are wanted.
    private mutating func forEachPiece(
        _ body: (TensorData) throws(FormatError) -> Bool
    ) throws(FormatError) {
        var done = 0
        while done < region.shape.elementCount {
            let count = min(Self.pieceElementCount, region.shape.elementCount - done)
            guard try body(elements(done..<done + count)) else { return }
            done += count
        }
        try finish()
    }
}

extension TensorShape {
    /// For a program that reads reports.
    var document: JSONValue { .array(dimensions.map { .int(Int64($0)) }) }
}
