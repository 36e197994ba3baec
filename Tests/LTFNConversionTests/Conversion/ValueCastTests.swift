import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import Testing

@Suite("Values of another dtype") struct ValueCastTests {
    /// Bits of every kind, numbers of usual size, and what is halfway between two narrow floats or
    /// beside it.
    private var samples: [Double] {
        var random = Random(seed: 7)
        func word() -> UInt64 {
            random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
        var values: [Double] = [
            0, -0.0, .infinity, -.infinity, .nan, 65504, 65519.99, 65520, 65536,
        ]
        for _ in 0..<20_000 {
            values.append(Double(bitPattern: word()))
            values.append(Double(Int64(bitPattern: word())) * 0x1p-62)
            let narrow = Double(Float(bitPattern: UInt32(truncatingIfNeeded: word()) << 16))
            let half = Double(Float16(bitPattern: UInt16(truncatingIfNeeded: word())))
            for tie in [narrow * (1 + 0x1p-8), half * (1 + 0x1p-11), half * 0x1p-14] {
                values += [tie, tie.nextUp, tie.nextDown]
            }
        }
        return values
    }

    private func cast(_ values: [Double], to dtype: DType) throws -> TensorData {
        var bytes = AlignedBytes(byteCount: values.count * 8)
        for (index, value) in values.enumerated() {
            bytes.replaceBytes(
                at: index * 8,
                with: (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * $0)) })
        }
        var error = RoundingError()
        let result = try ValueCast(source: .f64, target: dtype).cast(bytes, error: &error)
        let info = try TensorInfo(dtype: dtype, shape: TensorShape([values.count]))
        return try TensorData(info: info, bytes: result)
    }

    @Test("float16 out of float64 is what Swift makes of it") func half() throws {
        let codes = try cast(samples, to: .f16).elements(as: Float16.self)
        for (value, code) in zip(samples, codes) {
            let expected = Float16(value)
            #expect(expected.isNaN ? code.isNaN : expected.bitPattern == code.bitPattern)
        }
    }

    @Test("bfloat16 out of float64 is the nearest there is, of two as near the even one")
    func brain() throws {
        let codes = try cast(samples, to: .bf16).elements(as: BFloat16.self)
        for (value, code) in zip(samples, codes) where value.isFinite {
            let found = Double(Float(code))
            #expect(found.sign == value.sign)
            guard found.isFinite else {
                // Halfway between the largest and what would come after it.
                #expect(abs(value) >= 0x1.FFp127)
                continue
            }
            let distance = abs(found - value)
            for neighbour in [code.bitPattern &+ 1, code.bitPattern &- 1] {
                let other = Double(Float(BFloat16(bitPattern: neighbour)))
                // Beyond zero there is no neighbour of the same sign.
                guard other.isFinite, other.sign == found.sign else { continue }
                let isEven = code.bitPattern & 1 == 0
                #expect(distance < abs(other - value) || distance == abs(other - value) && isEven)
            }
        }
    }

    @Test("float32 is rounded once") func single() throws {
        let codes = try cast(samples, to: .f32).elements(as: Float.self)
        for (value, code) in zip(samples, codes) where !value.isNaN {
            #expect(Float(value).bitPattern == code.bitPattern)
        }
    }

    @Test("the error is that of the worst value, and overflow is told") func error() throws {
        let values: [Float] = [1, 1.001, -3, 70000, .infinity]
        var error = RoundingError()
        let tensor = try TensorData(shape: [5], floats: values)
        _ = try ValueCast(source: .f32, target: .f16).cast(tensor.bytes, error: &error)
        #expect(error.overflow == 70000)
        #expect(error.largest == Double(abs(1.001 - Float(Float16(1.001)))))
        #expect(error.largestRelative == error.largest / Double(Float(1.001)))
    }

    @Test("wider floats keep every value", arguments: [DType.f16, .bf16])
    func wider(dtype: DType) throws {
        let codes = (0..<1 << 16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let narrow = try TensorData(dtype: dtype, shape: [1 << 16], bytes: codes)
        var error = RoundingError()
        let wide = try ValueCast(source: dtype, target: .f32).cast(narrow.bytes, error: &error)
        let back = try ValueCast(source: .f32, target: dtype).cast(wide, error: &error)
        let numbers = wide.elements(as: Float.self)
        for (index, code) in back.elements(as: UInt16.self).indices.map({
            ($0, back.elements(as: UInt16.self)[$0])
        }) {
            #expect(numbers[index].isNaN || code == UInt16(index))
        }
        #expect(error.largest == 0)
    }
}
