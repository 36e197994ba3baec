import LTFNBytes
import LTFNCheckpoint

/// The recipe of a variable on disk.
enum InitializerLayout {
    private static let hasFans: UInt8 = 1
    private static let isReproducible: UInt8 = 2

    /// - Throws: `notRepresentable` when a parameter is not finite.
    static func write(
        _ spec: InitializerSpec, to writer: inout ByteWriter
    ) throws(FormatError) {
        var presence: UInt8 = spec.fans == nil ? 0 : hasFans
        if spec.isReproducible { presence |= isReproducible }
        writer.u8(spec.recipe.code)
        writer.u8(presence)
        try writeParameters(of: spec, to: &writer)
        writer.u64(spec.seed)
        writer.u64(spec.stream)
        if let fans = spec.fans {
            writer.u64(fans.fanIn)
            writer.u64(fans.fanOut)
        }
        if case .reproducible(let version, let digest) = spec.evidence {
            writer.u32(version)
            writer.append(digest.bytes)
        }
    }

    private static func writeParameters(
        of spec: InitializerSpec, to writer: inout ByteWriter
    ) throws(FormatError) {
        let numbers = spec.recipe.numbers
        guard numbers.allSatisfy(\.isFinite) else {
            throw FormatError(
                .notRepresentable, format: NativeFormat.formatName, rule: "LTFN-N3",
                "A parameter of the initializer \(spec.recipe.name) is not finite.")
        }
        for number in numbers { writer.f64(number) }
        switch spec.recipe {
        case .varianceScaling(_, let fan, let distribution):
            writer.u8(fan.code)
            writer.u8(distribution.code)
        case .described(let name, let parameters):
            guard !spec.isReproducible else {
                throw FormatError(
                    .notRepresentable, format: NativeFormat.formatName, rule: "LTFN-N5",
                    "The initializer \(name) is only described, and cannot be reproducible.")
            }
            writer.text(name)
            try MetadataLayout.write(parameters, to: &writer)
        default: break
        }
    }

    static func read(from reader: inout RecordReader) throws(FormatError) -> InitializerSpec {
        let start = reader.offset
        let code = try reader.u8()
        guard InitializerRecipe.codes.contains(code) else {
            throw reader.broken(
                "LTFN-N1", .unsupportedFeature, at: start,
                "An initializer is of kind \(code), which this reader does not know: use a newer "
                    + "one.")
        }
        let presence = try reader.u8()
        guard presence & ~(hasFans | isReproducible) == 0 else {
            throw reader.broken(
                "LTFN-N2", at: start + 1,
                "The presence byte of an initializer is \(presence); expected 0 to 3.")
        }
        let reproducible = presence & isReproducible != 0
        guard !reproducible || code != InitializerRecipe.describedCode else {
            throw reader.broken(
                "LTFN-N5", at: start + 1, "A described initializer is said to be reproducible.")
        }
        var spec = InitializerSpec(
            recipe: try InitializerRecipe(code: code, parsing: &reader))
        spec.seed = try reader.u64()
        spec.stream = try reader.u64()
        if presence & hasFans != 0 {
            let fanIn = try reader.u64()
            spec.fans = Fans(fanIn: fanIn, fanOut: try reader.u64())
        }
        if reproducible {
            let version = try reader.u32()
            spec.evidence = .reproducible(
                algorithmVersion: version, digest: try reader.digest())
        }
        return spec
    }
}

extension InitializerRecipe {
    fileprivate static let describedCode: UInt8 = 15
    fileprivate static let codes: ClosedRange<UInt8> = 1...describedCode

    fileprivate var code: UInt8 {
        switch self {
        case .zeros: 1
        case .ones: 2
        case .constant: 3
        case .uniform: 4
        case .normal: 5
        case .truncatedNormal: 6
        case .scaledNormal: 7
        case .varianceScaling: 8
        case .glorotUniform: 9
        case .glorotNormal: 10
        case .heUniform: 11
        case .heNormal: 12
        case .lecunUniform: 13
        case .lecunNormal: 14
        case .described: Self.describedCode
        }
    }

    /// The parameters that are numbers, in the order of the file.
    fileprivate var numbers: [Double] {
        switch self {
        case .constant(let value): [value]
        case .uniform(let low, let high): [low, high]
        case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
            [mean, deviation]
        case .scaledNormal(let factor): [factor]
        case .varianceScaling(let scale, _, _): [scale]
        default: []
        }
    }

    /// Reads the parameters of the kind `code`, which is one of `codes`.
    fileprivate init(code: UInt8, parsing reader: inout RecordReader) throws(FormatError) {
        switch code {
        case 1: self = .zeros
        case 2: self = .ones
        case 3: self = .constant(try Self.number(from: &reader))
        case 4:
            let low = try Self.number(from: &reader)
            self = .uniform(low: low, high: try Self.number(from: &reader))
        case 5:
            let mean = try Self.number(from: &reader)
            self = .normal(mean: mean, standardDeviation: try Self.number(from: &reader))
        case 6:
            let mean = try Self.number(from: &reader)
            self = .truncatedNormal(mean: mean, standardDeviation: try Self.number(from: &reader))
        case 7: self = .scaledNormal(factor: try Self.number(from: &reader))
        case 8:
            let scale = try Self.number(from: &reader)
            let fan: FanMode = try Self.choice(from: &reader)
            self = .varianceScaling(
                scale: scale, fan: fan, distribution: try Self.choice(from: &reader))
        case 9: self = .glorotUniform
        case 10: self = .glorotNormal
        case 11: self = .heUniform
        case 12: self = .heNormal
        case 13: self = .lecunUniform
        case 14: self = .lecunNormal
        default:
            let name = try reader.string()
            self = .described(name: name, parameters: try MetadataLayout.read(from: &reader))
        }
    }

    private static func number(from reader: inout RecordReader) throws(FormatError) -> Double {
        let start = reader.offset
        let value = Double(bitPattern: try reader.u64())
        guard value.isFinite else {
            throw reader.broken(
                "LTFN-N3", at: start, "A parameter of an initializer is \(value).")
        }
        return value
    }

    private static func choice<Choice: Coded>(
        from reader: inout RecordReader
    ) throws(FormatError) -> Choice {
        let start = reader.offset
        let code = try reader.u8()
        guard let choice = Choice.allCases.first(where: { $0.code == code }) else {
            throw reader.broken(
                "LTFN-N4", at: start,
                "The fan or the distribution of an initializer is \(code), which has no meaning.")
        }
        return choice
    }
}

/// A choice among few, as one byte.
private protocol Coded: CaseIterable {
    var code: UInt8 { get }
}

extension InitializerRecipe.FanMode: Coded {
    fileprivate var code: UInt8 {
        switch self {
        case .fanIn: 0
        case .fanOut: 1
        case .fanAverage: 2
        }
    }
}

extension InitializerRecipe.Distribution: Coded {
    fileprivate var code: UInt8 {
        switch self {
        case .untruncatedNormal: 0
        case .uncorrectedTruncatedNormal: 1
        case .correctedTruncatedNormal: 2
        case .uniform: 3
        }
    }
}
