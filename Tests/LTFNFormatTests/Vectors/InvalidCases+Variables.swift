import LTFNBytes
import LTFNFormat

private let three = Draft.three
private let letter = Array("w".utf8)

/// `three` with another variable.
private func replacing(_ variable: Draft.Variable) -> Draft {
    changing(three) { $0.variables = [variable] }
}

/// Two variables, the second tied to number `target`.
private func tied(to target: UInt64, dtype: UInt8 = 10, shape: [UInt64] = [3]) -> Draft {
    changing(three) {
        $0.variables.append(
            Draft.variable(
                Array("x".utf8), dtype: dtype, shape: shape, holder: Draft.u64(target)))
    }
}

/// Where the fields of a record with a name of one byte stand.
private let dtypeOffset = three.variablesOffset + 3
private let rankOffset = dtypeOffset + 1
private let presenceOffset = rankOffset + 1 + 8
private let storageOffset = presenceOffset + 1 + 32

/// `three` with an initializer's record.
private func recipe(_ record: [UInt8], digest: [UInt8] = []) -> Draft {
    replacing(Draft.variable(letter, initializer: record))
}

private let zeros = SHA256.digest([0, 0, 0]).bytes

extension InvalidCase {
    static let variables: [InvalidCase] = names + tensors + storages

    private static let names = [
        InvalidCase("V1", "empty", at: three.variablesOffset, replacing(Draft.variable([]))),
        InvalidCase(
            "V1", "too-long", at: three.variablesOffset,
            replacing(Draft.variable([UInt8](repeating: 0x61, count: 1025)))),
        InvalidCase("V1", "nul", at: three.variablesOffset, replacing(Draft.variable([0x61, 0]))),
        InvalidCase(
            "V1", "escape", at: three.variablesOffset, replacing(Draft.variable([0x1B, 0x5B]))),
        InvalidCase(
            "V1", "c1-control", at: three.variablesOffset, replacing(Draft.variable([0xC2, 0x9B]))),
        InvalidCase(
            "V1", "not-utf-8", at: three.variablesOffset, replacing(Draft.variable([0xC0, 0x80]))),
        InvalidCase(
            "V2", "order", at: three.variableOffset(1),
            changing(three) { $0.variables.append(Draft.variable(Array("v".utf8))) }),
        InvalidCase(
            "V2", "double", at: three.variableOffset(1),
            changing(three) { $0.variables.append($0.variables[0]) }),
    ]

    private static let tensors = [
        InvalidCase(
            "V3", "dtype-0", .unsupportedFeature, at: dtypeOffset,
            replacing(Draft.variable(letter, dtype: 0))),
        InvalidCase(
            "V3", "dtype-33", .unsupportedFeature, at: dtypeOffset,
            replacing(Draft.variable(letter, dtype: 33))),
        InvalidCase(
            "V4", "rank", .limitExceeded, at: rankOffset,
            replacing(Draft.variable(letter, shape: [3, 1, 1]))
        ).limited(["rank": 2]),
        InvalidCase(
            "V5", "dimension", at: rankOffset, replacing(Draft.variable(letter, shape: [1 << 63]))),
        InvalidCase(
            "V5", "product", at: rankOffset,
            replacing(Draft.variable(letter, shape: [1 << 32, 1 << 32]))),
        InvalidCase(
            "V5", "byte-count", at: rankOffset,
            replacing(Draft.variable(letter, dtype: 17, shape: [1 << 61]))),
        InvalidCase(
            "V6", "presence", at: presenceOffset, replacing(Draft.variable(letter, presence: 8))),
        InvalidCase("V7", "no-such-variable", at: tieOffset, tied(to: 2)),
        InvalidCase("V7", "itself", at: tieOffset, tied(to: 1)),
        InvalidCase("V7", "huge", at: tieOffset, tied(to: .max)),
        InvalidCase("V7", "dtype", at: tieOffset, tied(to: 0, dtype: 4)),
        InvalidCase("V7", "shape", at: tieOffset + 8, tied(to: 0, shape: [1, 3])),
        InvalidCase(
            "V8", "empty-metadata", at: storageOffset,
            replacing(Draft.variable(letter, metadata: Draft.u64(0)))),
    ]

    private static let tieOffset = three.tableOffset + 14

    private static let storages = [
        InvalidCase(
            "V9", "storage", at: storageOffset, replacing(Draft.variable(letter, storage: [3]))),
        InvalidCase(
            "V10", "no-initializer", at: storageOffset - 3,
            changing(replacing(Draft.variable(letter, storage: [1]))) {
                $0.table = []
                $0.chunks = []
            }),
        InvalidCase(
            "V10", "another-digest", at: Draft.untrained.storageOffset(0),
            changing(Draft.untrained) {
                let last = $0.variables[0].content.count - 1
                $0.variables[0].content[last] ^= 1
            }),
        InvalidCase(
            "V11", "exponent-5", at: storageOffset + 1,
            replacing(Draft.variable(letter, storage: [0, 5]))),
        InvalidCase(
            "V11", "exponent-31", at: storageOffset + 1,
            replacing(Draft.variable(letter, storage: [0, 31]))),
        InvalidCase(
            "V12", "base", at: storageOffset + 1,
            replacing(Draft.variable(letter, storage: [2, 0, 0]))),
        InvalidCase(
            "V13", "digest", .checksumMismatch, at: 64, .read,
            replacing(Draft.variable(letter, holder: [UInt8](repeating: 1, count: 32)))),
        InvalidCase(
            "V14", "unused-bits", at: 64, .read,
            .single(dtype: 9, shape: [3], values: [0x21, 0x13], codec: 0, stored: [0x21, 0x13])),
        InvalidCase(
            "V13", "digest-of-a-reference", .checksumMismatch, at: nil, .read,
            referring(
                Draft.variable(Array("x".utf8), holder: [UInt8](repeating: 1, count: 32)))),
        InvalidCase(
            "V14", "unused-bits-of-a-reference", at: nil, .read,
            referring(
                Draft.variable(
                    Array("x".utf8), dtype: 9, shape: [5],
                    holder: SHA256.digest([1, 2, 0x13]).bytes))),
    ]

    /// "w" with the bytes 01 02 13, and another variable that refers to them.
    private static func referring(_ other: Draft.Variable) -> Draft {
        changing(three) {
            $0.chunks = [1, 2, 0x13]
            $0.variables = [
                Draft.variable(
                    Array("w".utf8), holder: SHA256.digest([1, 2, 0x13]).bytes), other,
            ]
            $0.table = [
                Draft.chunk(0, [1, 2, 0x13], at: 64), Draft.chunk(7, at: 0, checksum: 0),
            ]
        }
    }

    private static let initializerOffset = storageOffset

    static let initializers = [
        InvalidCase(
            "N1", "kind", .unsupportedFeature, at: initializerOffset,
            recipe(Draft.initializer(16))),
        InvalidCase(
            "N2", "presence", at: initializerOffset + 1,
            recipe(Draft.initializer(1, presence: 4))),
        InvalidCase(
            "N3", "not-a-number", at: initializerOffset + 2,
            recipe(Draft.initializer(3, parameters: Draft.f64(.nan)))),
        InvalidCase(
            "N3", "infinite", at: initializerOffset + 10,
            recipe(Draft.initializer(4, parameters: Draft.f64(0) + Draft.f64(.infinity)))),
        InvalidCase(
            "N4", "fan", at: initializerOffset + 10,
            recipe(Draft.initializer(8, parameters: Draft.f64(2) + [3, 0]))),
        InvalidCase(
            "N4", "distribution", at: initializerOffset + 11,
            recipe(Draft.initializer(8, parameters: Draft.f64(2) + [0, 4]))),
        InvalidCase(
            "N5", "described-and-reproducible", at: initializerOffset + 1,
            recipe(
                Draft.initializer(
                    15, parameters: Draft.text("orthogonal") + Draft.u64(0), digest: zeros))),
        InvalidCase(
            "N6", "algorithm-version", .unsupportedFeature, at: nil, .read,
            changing(Draft.untrained) {
                let version = $0.variables[0].content.count - 36
                $0.variables[0].content[version] = 99
            }),
        InvalidCase(
            "N7", "digest", .checksumMismatch, at: nil, .read,
            changing(Draft.untrained) {
                let other = [UInt8](repeating: 9, count: 32)
                $0.variables = [
                    Draft.variable(
                        letter, dtype: 16, shape: [4], holder: other,
                        initializer: Draft.initializer(1, digest: other), storage: [1])
                ]
            }),
    ]
}
