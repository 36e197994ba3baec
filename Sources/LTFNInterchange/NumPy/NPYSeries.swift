import LTFNBytes
import LTFNCheckpoint

/// The arrays of an npy file: one, or several that were written to it one after the other.
enum NPYSeries {
    struct StoredArray {
        var outline: NPYOutline
        /// Where its header begins.
        var offset: UInt64
    }

    /// The only array of a file, or the one that is chosen.
    ///
    /// Every byte of the file has to belong to an array.
    ///
    /// - Throws: `corrupt` when there are several and none is chosen, or not as many as the choice
    ///   needs; `truncated`, and what reading a header throws.
    static func array(
        of source: any ByteSource, at index: Int?, limits: DecodingLimits
    ) throws(FormatError) -> StoredArray {
        var arrays: [StoredArray] = []
        var position: UInt64 = 0
        repeat {
            let array = StoredArray(outline: try outline(source, at: position), offset: position)
            if arrays.isEmpty, try !isFollowed(array, in: source) {
                // What it is counts for more than how long it is.
                _ = try array.outline.header(at: 0, limits: limits)
            }
            guard let end = try end(of: array, in: source, isFirst: arrays.isEmpty) else {
                if arrays.count == index ?? 0 { return array }
                if let index, index < arrays.count { return arrays[index] }
                throw error(
                    .unsupportedFeature, at: position,
                    "Array \(arrays.count) is \(array.outline.description), whose length the file does "
                        + "not tell: what stands after it cannot be found.")
            }
            guard arrays.count < limits.variableCount else {
                throw error(
                    .limitExceeded, at: position,
                    "The file has more than the \(limits.variableCount) arrays that are allowed.")
            }
            arrays.append(array)
            position = end
        } while position < source.byteCount
        return try chosen(arrays, index)
    }

    private static func chosen(
        _ arrays: [StoredArray], _ index: Int?
    ) throws(FormatError) -> StoredArray {
        if let index {
            guard arrays.indices.contains(index) else {
                let count = NumberText.counted(arrays.count, "array")
                throw error(
                    .corrupt, at: 0,
                    "The file has \(count), counted from 0: there is no array \(index).")
            }
            return arrays[index]
        }
        guard arrays.count == 1 else {
            let list = arrays.prefix(4).enumerated().map { "\($0): \($1.outline.description)" }
            throw error(
                .corrupt, at: arrays[1].offset,
                "The file has \(arrays.count) arrays one after the other ("
                    + list.joined(separator: ", ") + (arrays.count > 4 ? ", …" : "")
                    + "), of which numpy.load reads the first.",
                remedy: .chooseArray(count: arrays.count))
        }
        return arrays[0]
    }

    /// Whether another array stands right after.
    private static func isFollowed(
        _ array: StoredArray, in source: any ByteSource
    ) throws(FormatError) -> Bool {
        let start = array.offset + UInt64(array.outline.byteCount)
        guard let count = array.outline.valueByteCount.map({ UInt64($0) }),
            count < source.byteCount - start
        else { return false }
        return try isArray(source, at: start + count)
    }

    private static func outline(
        _ source: any ByteSource, at position: UInt64
    ) throws(FormatError) -> NPYOutline {
        let isExpected = position == 0 ? true : try isArray(source, at: position)
        guard isExpected else {
            throw error(
                .corrupt, at: position,
                "\(source.byteCount - position) bytes that are no array follow the last one.")
        }
        return try NPYOutline(at: position) { count throws(FormatError) in
            try source.read(at: position, byteCount: count)
        }
    }

    /// Where the array ends; nil when the file does not tell.
    private static func end(
        of array: StoredArray, in source: any ByteSource, isFirst: Bool
    ) throws(FormatError) -> UInt64? {
        guard let expected = array.outline.valueByteCount.map({ UInt64($0) }) else { return nil }
        let start = array.offset + UInt64(array.outline.byteCount)
        let found = source.byteCount - start
        guard expected <= found else {
            throw error(
                .truncated, at: start,
                "The header tells of \(expected) bytes of values, found \(found).")
        }
        if isFirst, expected < found, !(try isArray(source, at: start + expected)) {
            throw error(
                .corrupt, at: start,
                "The header tells of \(expected) bytes of values, found \(found).")
        }
        return start + expected
    }

    private static func isArray(
        _ source: any ByteSource, at position: UInt64
    ) throws(FormatError) -> Bool {
        let count = Int(min(UInt64(NPYOutline.magic.count), source.byteCount - position))
        return try source.read(at: position, byteCount: count) == NPYOutline.magic
    }

    private static func error(
        _ code: FormatError.Code, at offset: UInt64, _ message: String,
        remedy: FormatError.Remedy? = nil
    ) -> FormatError {
        FormatError(code, format: NPYFormat.name, offset: offset, message, remedy: remedy)
    }
}
