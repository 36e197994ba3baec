import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// Arrays in NumPy's files whose elements are numbers from 0 to 255, such as images and labels.
public enum ByteArrays {
    /// Finds the array that has one of `names`, or the only one there is.
    ///
    /// - Parameters:
    ///   - file: the bytes of an npz or npy file.
    ///   - byteLimit: how many bytes the array may take.
    /// - Returns: its elements in row-major order.
    /// - Throws: `corrupt` when there is no such array, or for a number out of range;
    ///   `unsupportedFeature` for elements that are no integers; as NumPy's formats.
    public static func read(
        _ file: [UInt8], names: [String], byteLimit: Int
    ) throws(FormatError) -> (name: String, shape: [Int], elements: [UInt8]) {
        var limits = DecodingLimits.standard
        limits.tensorByteCount = byteLimit
        let source = MemorySource(file)
        let format: any CheckpointFormat =
            NPYFormat().recognizes(prefix: Array(file.prefix(64)), byteCount: source.byteCount)
            ? NPYFormat() : NPZFormat()
        let reader = try format.open(source, limits: limits)
        let variables = reader.manifest.variables
        let wanted =
            names.lazy.compactMap { name in
                variables.firstIndex { $0.name.string == name }
            }.first ?? (variables.count == 1 ? 0 : nil)
        guard let index = wanted else {
            let found = variables.prefix(8).map(\.name.string).joined(separator: ", ")
            throw FormatError(
                .corrupt, format: format.traits.name,
                "Found the arrays \(found.isEmpty ? "(none)" : found); expected "
                    + names.joined(separator: " or ") + ", or a single array.")
        }
        let info = variables[index].tensor
        let elements: [UInt8]
        do throws(FormatError) {
            let stored = try reader.read(index).bytes.copy(of: 0..<info.byteCount)
            elements = try narrowed(stored, info.dtype)
        } catch {
            throw error.naming(variables[index].name.string)
        }
        return (variables[index].name.string, info.shape.dimensions, elements)
    }

    /// Little-endian integers as bytes.
    private static func narrowed(
        _ bytes: [UInt8], _ dtype: DType
    ) throws(FormatError) -> [UInt8] {
        let integers: Set<DType> = [.u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64]
        guard integers.contains(dtype) else {
            throw FormatError(
                .unsupportedFeature,
                "The elements are \(dtype.rawValue); expected integers from 0 to 255. Store images "
                    + "as they were before they were scaled.")
        }
        if dtype == .u8 { return bytes }
        let width = dtype.bitCount / 8
        var elements: [UInt8] = []
        elements.reserveCapacity(bytes.count / width)
        for start in stride(from: 0, to: bytes.count, by: width) {
            let isByte =
                dtype == .i8
                ? bytes[start] < 0x80
                : bytes[start + 1..<start + width].allSatisfy { $0 == 0 }
            guard isByte else {
                throw FormatError(
                    .corrupt,
                    "Element \(start / width) is out of range; expected integers from 0 to 255.")
            }
            elements.append(bytes[start])
        }
        return elements
    }
}
