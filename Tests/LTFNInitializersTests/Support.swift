import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import TestSupport
import Testing

/// A file of `Spec/vectors/initializers/`.
func vectors<Document: Decodable>(_ name: String, as type: Document.Type) throws -> Document {
    let url = Repository.url("Spec/vectors/initializers/\(name)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: url))
}

/// The values of `count` elements, as float64.
func values(
    _ recipe: InitializerRecipe, dtype: DType = .f32, seed: UInt64 = 1, stream: UInt64 = 0,
    fans: Fans? = nil, first: UInt64 = 0, count: Int
) throws -> [Double] {
    let initializer = try Initializer(
        recipe: recipe, seed: seed, stream: stream, fans: fans, dtype: dtype)
    let element = try #require(ElementType(dtype))
    var bytes = AlignedBytes(byteCount: count * element.byteCount)
    var span = bytes.mutableBytes
    try initializer.fill(&span, from: first)
    let array = bytes.array
    return (0..<count).map { index in
        let start = index * element.byteCount
        var bits: UInt64 = 0
        for offset in 0..<element.byteCount {
            bits |= UInt64(array[start + offset]) << (8 * offset)
        }
        switch element {
        case .f32: return Double(Float(bitPattern: UInt32(bits)))
        case .f64: return Double(bitPattern: bits)
        case .bf16: return Double(Float(BFloat16(bitPattern: UInt16(bits))))
        case .f16: return float16(UInt16(bits))
        }
    }
}

func float16(_ bits: UInt16) -> Double {
    let magnitude = Int(bits & 0x7FFF)
    let exponent = magnitude >> 10
    let fraction = Double(magnitude & 0x3FF)
    let value =
        exponent == 0
        ? fraction * 0x1p-24
        : exponent == 31 ? .infinity : (1024 + fraction) * exp2(Double(exponent - 25))
    return bits >> 15 == 1 ? -value : value
}

extension AlignedBytes {
    var array: [UInt8] { copy(of: 0..<byteCount) }
}

struct Moments {
    var mean = 0.0
    var deviation = 0.0

    init(_ values: [Double]) {
        mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        deviation = (squares / Double(values.count)).squareRoot()
    }
}
