import LTFNBytes

/// How NumPy's files are read: by whom, this target does not know.
public struct ArrayArchives: Sendable {
    /// An array of numbers from 0 to 255 in row-major order.
    public typealias ByteArray = (name: String, shape: [Int], elements: [UInt8])

    /// Finds, in the bytes of a file, the array that has one of the names, or the only one there
    /// is.
    public typealias Read =
        @Sendable (
            _ file: [UInt8], _ names: [String], _ byteLimit: Int
        ) throws(FormatError) -> ByteArray

    private let read: Read?

    public init(read: @escaping Read) {
        self.read = read
    }

    private init() {
        read = nil
    }

    /// NumPy's files are refused.
    public static let none = ArrayArchives()

    var areRead: Bool { read != nil }

    /// Whether a file that begins with `head` would be read.
    func accepts(_ head: [UInt8]) -> Bool {
        read != nil && Self.signatures.contains { head.starts(with: $0) }
    }

    /// A zip archive, and a single array.
    private static let signatures: [[UInt8]] = [
        [0x50, 0x4B, 0x03, 0x04], [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59],
    ]

    /// One part of a data set as an IDX file.
    ///
    /// - Returns: the name of the array too.
    /// - Throws: `corrupt` for an array of another shape; what reading throws.
    func idx(
        _ part: DatasetPart, in file: [UInt8], byteLimit: Int
    ) throws(FormatError) -> (name: String, bytes: [UInt8]) {
        guard let read else {
            throw FormatError(.unsupportedFeature, "NumPy's files are not read.")
        }
        let array = try read(file, part.arrayNames, byteLimit)
        var shape = array.shape
        // One channel, one column.
        if shape.count == part.content.rank + 1, shape.last == 1 { shape.removeLast() }
        guard shape.count == part.content.rank,
            shape.allSatisfy({ $0 > 0 && $0 <= Int(UInt32.max) })
        else {
            let found = array.shape.map(String.init).joined(separator: ", ")
            let expected = part.content == .images ? "[N, height, width]" : "[N]"
            throw FormatError(
                .corrupt, format: "npz", variable: array.name,
                "The array has the shape [\(found)]; expected \(part.content.rawValue), \(expected)."
            )
        }
        let bytes =
            switch part.content {
            case .images:
                ImageSet.idx(
                    of: array.elements, count: shape[0], height: shape[1], width: shape[2])
            case .labels: LabelSet.idx(of: array.elements)
            }
        return (array.name, bytes)
    }
}
