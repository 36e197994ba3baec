import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers
import TestSupport

/// A file that obeys every rule.
struct ValidCase {
    var name: String
    /// The bytes with names, in order.
    var parts: [(name: String, bytes: [UInt8])]
    /// The vector that is the base of this one.
    var base: String?

    var file: [UInt8] { parts.flatMap(\.bytes) }

    init(_ name: String, _ draft: Draft) {
        self.name = name
        parts = draft.parts
    }

    /// - Parameter file: made by the writer; its parts are named coarsely.
    init(_ name: String, file: [UInt8], base: String? = nil) {
        self.name = name
        self.base = base
        let split = FileParts(splitting: file)
        let chunks = split?.chunks.count ?? 0
        let index = split?.index.count ?? 0
        parts = [
            ("header", Array(file[..<64])), ("chunks and padding", Array(file[64..<64 + chunks])),
            ("index: head", Array(file[64 + chunks..<64 + chunks + 88])),
            ("index: sections", Array(file[64 + chunks + 88..<64 + chunks + index])),
            ("footer", Array(file.suffix(64))),
        ].filter { !$0.1.isEmpty }
    }

    static func all() throws -> [ValidCase] {
        try byHand + written()
    }

    /// Put together without the writer.
    private static let byHand = [
        ValidCase("empty", Draft()), ValidCase("three-bytes", Draft.three),
        ValidCase("untrained-zeros", Draft.untrained),
        ValidCase(
            "optional-feature-and-minor-version",
            changing(Draft.three) {
                $0.headerChanges = [10: 3]
                $0.footerChanges = [39: 0x80, 46: 4]
            }),
        ValidCase(
            "names-that-only-bytes-tell-apart",
            changing(Draft.three) {
                $0.variables = ["cafe\u{301}", "caf\u{E9}"].map {
                    Draft.variable(Array($0.utf8), shape: [0])
                }
                for number in 0..<2 {
                    let digest = SHA256.digest([UInt8]()).bytes
                    let count = $0.variables[number].content.count
                    $0.variables[number].content.replaceSubrange(count - 32..<count, with: digest)
                }
                $0.chunks = []
                $0.table = []
            }),
        ValidCase(
            "empty-whatever-the-other-dimensions",
            changing(
                .single(
                    dtype: 17, shape: [1 << 62, 0, 1 << 62], values: [], codec: 0, stored: [])
            ) { $0.table = [] }),
        ValidCase(
            "constant-6-bits",
            .single(
                dtype: 25, shape: [8], values: [0x41, 0x10, 0x04, 0x41, 0x10, 0x04],
                codec: 1, stored: [0x41, 0x10, 0x04])),
        ValidCase(
            "residual-all-lengths-zero",
            .single(
                dtype: 16, shape: [16], values: [UInt8](repeating: 0, count: 64), codec: 4,
                stored: [1, 0, 0, 0x40, 0],
                initializer: Draft.initializer(
                    1, digest: SHA256.digest([UInt8](repeating: 0, count: 64)).bytes),
                features: 1)),
    ]

    private static func written() throws -> [ValidCase] {
        var cases = [
            ValidCase("network", file: try write(Samples.small())),
            ValidCase(
                "network-in-chunks-of-64", file: try write(Samples.small(), options(chunk: 64))),
            ValidCase("appended", file: try AppendingTests.appended()),
            ValidCase("every-initializer", file: try write(initializers())),
            ValidCase("digest-of-one-leaf", file: try write(leaves(4096))),
            ValidCase("digest-of-two-leaves", file: try write(leaves(8192))),
            ValidCase(
                "digest-of-leaves", file: try write(leaves(8195), options(chunk: 4096))),
        ]
        for dtype in [DType.f32, .f64, .f16, .bf16, .i16, .i64, .c64, .u2] {
            let info = try TensorInfo(dtype: dtype, shape: TensorShape([600]))
            let bytes = planesBytes(dtype, info.byteCount)
            cases.append(
                ValidCase(
                    "planes-\(dtype.rawValue)", file: try write(Samples.single(dtype, [600], bytes))
                ))
        }
        for dtype in [DType.f32, .f64, .f16, .bf16] {
            let (initial, trained) = try InitialValueTests.trained(dtype, count: 60, step: 1e-3)
            cases.append(
                ValidCase(
                    "residual-\(dtype.rawValue)", file: try write(trained, options(chunk: 1024))))
            cases.append(ValidCase("untrained-\(dtype.rawValue)", file: try write(initial)))
        }
        return cases + (try baseCases())
    }

    /// Values that are others in each leaf.
    private static func leaves(_ count: Int) throws -> Checkpoint {
        let bytes = (0..<count).map { UInt8($0 / 4096 + 1) }
        return try Samples.single(.u8, [bytes.count], bytes)
    }

    private static func planesBytes(_ dtype: DType, _ byteCount: Int) -> [UInt8] {
        var random = TestBytes(seed: 77)
        switch dtype {
        case .i16, .i64:
            return (0..<600).flatMap { _ in
                let value = Int64(random.normal() * 20)
                return (0..<dtype.bitCount / 8).map {
                    UInt8(truncatingIfNeeded: value >> Int64(8 * $0))
                }
            }
        case .f64:
            return (0..<600).flatMap { _ in Draft.f64(Double(random.normal()) / 3) }
        case .f16, .bf16:
            return (0..<600).flatMap { _ in
                Array(Samples.bytes(random.normal()).suffix(2))
            }
        case .u2: return (0..<byteCount).map { _ in UInt8(random.next() & 0x11) }
        default:
            return (0..<byteCount / 4).flatMap { _ in Samples.bytes(random.normal() / 3) }
        }
    }

    private static func initializers() throws -> Checkpoint {
        var recipes: [InitializerRecipe] = [
            .zeros, .ones, .constant(-0.0), .uniform(low: -1, high: 2),
            .normal(mean: 0.5, standardDeviation: 2),
            .truncatedNormal(mean: 0, standardDeviation: 0.1), .scaledNormal(factor: 0.01),
            .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform, .lecunNormal,
        ]
        for fan in InitializerRecipe.FanMode.allCases {
            for distribution in InitializerRecipe.Distribution.allCases {
                recipes.append(.varianceScaling(scale: 1.3, fan: fan, distribution: distribution))
            }
        }
        var infos: [VariableInfo] = []
        for (number, recipe) in recipes.enumerated() {
            var info = try variable("v\(number / 10)\(number % 10)", .f32, [3, 5])
            info.initializer = try Initializer.record(
                recipe: recipe, seed: 1 << 40, stream: UInt64(number), info: info.tensor)
            infos.append(info)
        }
        let described = try variable(
            "z", .f32, [3, 5],
            initializer: InitializerSpec(
                recipe: .described(name: "orthogonal", parameters: ["gain": .f64(1.0)])))
        let manifest = try Manifest(variables: infos + [described])
        return try Checkpoint(
            manifest: manifest,
            tensors: manifest.variables.map { info in
                guard let spec = info.initializer, spec.isReproducible else {
                    return try tensor(info.tensor, [UInt8](repeating: 1, count: 60))
                }
                return try Initializer.sample(spec, info: info.tensor)
            })
    }

    private static func baseCases() throws -> [ValidCase] {
        var random = TestBytes(seed: 31)
        let values = (0..<600).map { _ in random.normal() }
        let base = try write(
            Samples.single(.f32, [600], values.flatMap(Samples.bytes)), options(chunk: 1024))
        let reader = try NativeReader(MemorySource(base))
        let moved = values.enumerated().map { $0 < 300 ? $1 : $1 + random.normal() * 1e-4 }
        let sink = MemorySink()
        try NativeFormat(options: options(chunk: 1024), base: reader).write(
            Samples.single(.f32, [600], moved.flatMap(Samples.bytes)), to: sink)
        return [
            ValidCase("base", file: base),
            ValidCase("relative-to-base", file: sink.bytes, base: "base"),
        ]
    }
}
