import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

extension HostileFiles {
    static func metadata() throws(FormatError) -> [Case] {
        var nested = MetadataValue.list([])
        for _ in 0..<63 { nested = .list([nested]) }
        let values: [(String, Metadata)] = [
            ("deep", ["a": nested]),
            ("wide", ["a": .list([MetadataValue](repeating: .bool(true), count: 45_000))]),
            ("lists", ["a": .list([MetadataValue](repeating: .list([]), count: 11_000))]),
            (
                "maps",
                ["a": .list([MetadataValue](repeating: .map(["": .bool(true)]), count: 5_000))]
            ),
            ("escapes", ["a": .string(String(repeating: "\u{1B}[2J\u{202E}", count: 14_000))]),
            ("bytes", ["a": .bytes([UInt8](repeating: 0xFF, count: 99_000))]),
            ("numbers", ["a": .list([MetadataValue](repeating: .f64(-.infinity), count: 11_000))]),
        ]
        var cases: [Case] = []
        for (name, metadata) in values {
            var draft = HostileDraft()
            draft.metadata = metadata
            cases.append(try one("metadata-\(name)", draft))
        }
        return cases
    }

    /// Graphs that would take memory to run; the first variable is their weights.
    ///
    /// Their digests are true, so that it is not these they are refused for; made once, since that
    /// takes sampling.
    static let graphs = Result { () throws(FormatError) in try makeGraphs() }

    private static func makeGraphs() throws(FormatError) -> [Case] {
        let first = try VariableName("v000000")
        func convolution(_ strides: Layer.Size2D = .init(1, 1)) -> Layer.Operation {
            .convolution2D(.init(weights: first, bias: nil, strides: strides, padding: .same))
        }
        let dense = Layer.Operation.dense(weights: first, bias: nil)
        let pool = Layer.Operation.maxPool2D(
            window: .init(Int.max, 1 << 62), strides: .init(Int.max, 1), padding: .same)
        let whole = Layer.Operation.maxPool2D(
            window: .init(28, 28), strides: .init(28, 28), padding: .valid)
        let image = [28, 28, 1]
        let cases: [(String, [Int], [Int], [Layer.Operation])] = [
            ("many-channels", [1, 1, 1, 1 << 21], image, [convolution(), whole, .flatten]),
            ("wide-channels", [1, 1, 1, 1 << 24], [1, 1, 1], [convolution(), .flatten]),
            ("many-classes", [784, 21_000], image, [.flatten, dense]),
            ("thousands-of-classes", [784, 8_000], image, [.flatten, dense]),
            ("millions-of-classes", [1, 1 << 24], image, [whole, .flatten, dense]),
            ("large-input", [1, 1, 1, 1], [1 << 15, 1 << 15, 1], [convolution(), .flatten]),
            ("largest-input", [1, 1, 1, 1], [Int.max, 1, 1], [convolution(), .flatten]),
            ("windows", [1, 1, 1, 1], image, [pool, .flatten]),
            (
                "same-weights", [3, 3, 1000, 1000], image,
                [Layer.Operation](repeating: convolution(), count: 1_500)
            ),
            (
                "hours-of-work", [7, 7, 1, 1], [256, 256, 1],
                [Layer.Operation](repeating: convolution(), count: 1_400) + [.flatten]
            ),
            ("relus", [1, 1, 1, 1], image, [Layer.Operation](repeating: .relu, count: 5_000)),
            (
                "long-chain", [1, 1, 1, 1], [1024, 1024, 1],
                [Layer.Operation](repeating: convolution(), count: 1_500)
            ),
        ]
        var files: [Case] = []
        for (name, shape, input, operations) in cases {
            var draft = HostileDraft()
            try draft.addRecipe(.heNormal, .f32, shape, isTrue: true)
            draft.graph = ModelGraph(
                name: name, input: .init(shape: try TensorShape(input)),
                layers: operations.map { Layer(name: "l", operation: $0) })
            files.append(try one("graph-\(name)", draft))
        }
        return files
    }

    /// Numbers that are not true, and files that are none.
    static func claims() throws(FormatError) -> [Case] {
        var three = HostileDraft()
        try three.addChunks(.raw, .u8, [3], exponent: 20, stored: [1, 2, 3])
        var cases: [Case] = []
        for (name, offset) in [
            ("variables", 40), ("chunks", 48), ("metadata", 56), ("graph", 64), ("records", 72),
            ("metadata-entries", 88),
        ] {
            for value in [1 << 40, 1 << 62, UInt64.max] {
                var draft = three
                draft.changes = [(offset, 8, value)]
                cases.append(try one("claim-\(name)-\(value)", draft))
            }
        }
        var draft = three
        draft.area = [UInt8](repeating: 0, count: 2_900)
        draft.variables = []
        draft.storages = []
        draft.chunks = []
        let zero = CRC32C.checksum([0])
        draft.retired = (0..<2_900).map {
            RetiredRegion(offset: 64 + $0, byteCount: 1, checksum: zero, kind: .chunks)
        }
        cases.append(try one("retired-regions", draft))
        let good = try three.file
        cases += [
            Case(name: "zeros", bytes: [UInt8](repeating: 0, count: maximumByteCount)),
            Case(
                name: "header-and-zeros",
                bytes: good.prefix(64) + [UInt8](repeating: 0, count: 9_000)),
            Case(name: "two-files", bytes: good + good),
            Case(name: "footer-alone", bytes: Array(good.suffix(64))),
            Case(name: "magic-alone", bytes: Array(good.prefix(8))),
        ]
        return cases
    }
}
