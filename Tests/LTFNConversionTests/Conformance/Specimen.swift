import FuzzSupport
import LTFNBytes
import LTFNCheckpoint

/// A checkpoint that every format has to hold, or to say that it cannot.
struct Specimen: Sendable, CustomStringConvertible {
    let description: String
    let checkpoint: Checkpoint

    init(
        _ description: String, metadata: Metadata = [:], graph: ModelGraph? = nil,
        _ variables: [VariableInfo], seed: UInt64 = 1
    ) throws {
        self.description = description
        let manifest = try Manifest(variables: variables, metadata: metadata, graph: graph)
        var random = Random(seed: seed)
        var tensors: [VariableName: TensorData] = [:]
        for variable in manifest.variables where variable.tiedTo == nil {
            tensors[variable.name] = try TensorData(
                variable.tensor, values: random.bytes(variable.tensor))
        }
        checkpoint = try Checkpoint(
            manifest: manifest,
            tensors: manifest.variables.map { tensors[$0.tiedTo ?? $0.name]! })
    }
}

extension Random {
    /// Bits that a tensor may have: booleans are 0 or 1, bits after the last element 0.
    fileprivate mutating func bytes(_ tensor: TensorInfo) -> [UInt8] {
        var bytes = bytes(tensor.byteCount)
        if tensor.dtype == .bool { bytes = bytes.map { $0 & 1 } }
        let used = tensor.shape.elementCount * tensor.dtype.bitCount % 8
        if used > 0, !bytes.isEmpty { bytes[bytes.count - 1] &= UInt8(1 << used - 1) }
        return bytes
    }
}

/// Describes a variable in few words.
func variable(
    _ name: String, _ dtype: DType = .f32, _ shape: [Int] = [2, 3],
    initializer: InitializerSpec? = nil, metadata: Metadata = [:], tiedTo: String? = nil
) throws -> VariableInfo {
    VariableInfo(
        name: try VariableName(name),
        tensor: try TensorInfo(dtype: dtype, shape: TensorShape(shape)),
        initializer: initializer, metadata: metadata,
        tiedTo: try tiedTo.map { try VariableName($0) })
}

extension Specimen {
    /// Everything that the suite writes and reads.
    static let all: [Specimen] = try! shapes() + dtypes() + names() + provenance()

    /// A few kilobytes with a bit of everything that a file without loss may hold.
    static let small = try! Specimen(
        "small",
        [
            variable("a", .f32, [2, 3]), variable("b", .u8, [5]), variable("c", .i64, []),
            variable("d", .f64, [0, 2]),
        ])

    /// One array, for formats that hold no more.
    static let single = try! Specimen("single", [variable("arr_0", .f32, [2, 3])])

    private static func shapes() throws -> [Specimen] {
        [
            try Specimen("no variables", []),
            single, small,
            try Specimen("scalar", [variable("arr_0", .f32, [])]),
            try Specimen("no elements", [variable("arr_0", .f32, [0])]),
            try Specimen("no elements along one axis", [variable("arr_0", .i16, [4, 0, 3])]),
            try Specimen("trailing ones", [variable("arr_0", .f32, [3, 1, 1])]),
            try Specimen(
                "a dozen axes", [variable("arr_0", .u8, Array(repeating: 1, count: 11) + [2])]),
            try Specimen("more than one piece", [variable("arr_0", .f32, [700, 1000])]),
            try Specimen(
                "only tensors without elements",
                [
                    variable("a", .f32, [0]), variable("b", .f32, [0]), variable("c", .u8, [0, 7]),
                ]),
            try Specimen(
                "a thousand variables",
                (0..<1000).map { try variable("layer\($0)/weights", .f32, [$0 % 3, 2]) }),
        ]
    }

    private static func dtypes() throws -> [Specimen] {
        try DType.allCases.map {
            try Specimen("every bit of \($0.rawValue)", [variable("arr_0", $0, [3, 8])])
        }
            + [
                Specimen(
                    "all dtypes at once",
                    DType.allCases.map { try variable("of " + $0.rawValue, $0, [8]) }),
                Specimen("bytes that end inside", [variable("arr_0", .f4e2m1, [3])]),
            ]
    }

    private static func names() throws -> [Specimen] {
        let odd = [
            "a/b/c:0", "größe", "gro\u{0308}ße", "gr\u{00F6}ße", "名前", "with space", "quo\"te",
            "apos'trophe", "back\\slash",
            "..", "../up", "/root", "a.npy", "con", "__metadata__x", "😀", "\u{202E}evil", "{}",
            "%s", "a,b",
            String(repeating: "n", count: VariableName.maximumByteCount),
        ]
        return [
            try Specimen(
                "odd names",
                Set(odd.map { ByteString($0) }).map { try variable($0.string, .u8, [1]) }),
            try Specimen(
                "a name like a suffix", [variable("x", .u8, [1]), variable("x.npy", .u8, [1])]),
            try Specimen("a name like metadata", [variable("__metadata__", .u8, [1])]),
        ]
    }
}
