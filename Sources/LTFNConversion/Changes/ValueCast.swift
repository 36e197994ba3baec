import LTFNBytes
import LTFNCheckpoint

/// Gives floating-point values another dtype: each becomes the nearest there is, of two as near the
/// even one.
package struct ValueCast {
    let source: DType
    let target: DType

    package init(source: DType, target: DType) {
        self.source = source
        self.target = target
    }

    /// - Parameters:
    ///   - bytes: whole elements of `source`.
    ///   - error: takes what the values lose.
    /// - Throws: `io` when memory is short.
    package func cast(
        _ bytes: AlignedBytes, error: inout RoundingError
    ) throws(FormatError) -> AlignedBytes {
        let count = bytes.byteCount / (source.bitCount / 8)
        // Small as they are: numbers are made of a piece.
        var result = try AlignedBytes(reserving: count * (target.bitCount / 8))
        switch (source, target) {
        case (.f32, .bf16):
            let values = bytes.elements(as: Float.self)
            fill(
                &result, count, value: { values[$0] }, code: { BFloat16($0).bitPattern },
                noting: { error.note(values[$0], Float(BFloat16(bitPattern: $1))) })
        case (.f32, .f16):
            let values = bytes.elements(as: Float.self)
            fill(
                &result, count, value: { values[$0] }, code: { MiniFloat.halfCode($0) },
                noting: { error.note(values[$0], Float(MiniFloat.half($1))) })
        default:
            let info = try TensorInfo(dtype: source, shape: TensorShape([count]))
            let values = try TensorData(info: info, bytes: bytes).doubles()
            cast(values, &result, &error)
        }
        return result
    }

    private func cast(
        _ values: [Double], _ result: inout AlignedBytes, _ error: inout RoundingError
    ) {
        switch target {
        case .f16:
            fill(
                &result, values.count, value: { values[$0].roundedToOdd },
                code: { MiniFloat.halfCode($0) },
                noting: { error.note(values[$0], MiniFloat.half($1)) })
        case .bf16:
            fill(
                &result, values.count, value: { values[$0].roundedToOdd },
                code: { BFloat16($0).bitPattern },
                noting: { error.note(values[$0], Double(Float(BFloat16(bitPattern: $1)))) })
        case .f32:
            fill(
                &result, values.count, value: { Float(values[$0]) }, code: { $0.bitPattern },
                noting: { error.note(values[$0], Double(Float(bitPattern: $1))) })
        default:
            fill(
                &result, values.count, value: { values[$0] }, code: { $0.bitPattern },
                noting: { _, _ in })
        }
    }

    @inline(__always)
    private func fill<Value, Code: BitwiseCopyable>(
        _ result: inout AlignedBytes, _ count: Int, value: (Int) -> Value,
        code: (Value) -> Code, noting note: (Int, Code) -> Void
    ) {
        var codes = result.mutableElements(as: Code.self)
        for index in 0..<count {
            let element = code(value(index))
            codes[index] = element
            note(index, element)
        }
    }
}

/// How far values are from those they were rounded from.
public struct RoundingError: Hashable, Sendable {
    /// The largest distance of two finite values.
    public private(set) var largest = 0.0
    /// The largest distance by the size of the value itself.
    public private(set) var largestRelative = 0.0
    /// A finite value that became infinite.
    public private(set) var overflow: Double?

    package init() {}

    @inline(__always)
    mutating func note(_ before: Float, _ after: Float) {
        if before != after { add(Double(before), Double(after)) }
    }

    @inline(__always)
    mutating func note(_ before: Double, _ after: Double) {
        if before != after { add(before, after) }
    }

    private mutating func add(_ before: Double, _ after: Double) {
        guard before.isFinite else { return }
        guard after.isFinite else {
            overflow = overflow.map { abs($0) >= abs(before) ? $0 : before } ?? before
            return
        }
        let distance = abs(before - after)
        largest = max(largest, distance)
        largestRelative = max(largestRelative, distance / abs(before))
    }

    mutating func add(_ other: RoundingError) {
        largest = max(largest, other.largest)
        largestRelative = max(largestRelative, other.largestRelative)
        overflow = overflow ?? other.overflow
    }
}

extension Double {
    /// A float32 beside the value, the odd one when there are two: rounded once more to a shorter
    /// type, it gives what the value itself would.
    fileprivate var roundedToOdd: Float {
        let near = Float(self)
        guard Double(near) != self, !isNaN else { return near }
        // Of the two neighbours the one nearer to zero; beyond the largest it is the largest.
        let low =
            near.magnitude > Float.greatestFiniteMagnitude
                || Double(near.magnitude) > magnitude ? near.bitPattern - 1 : near.bitPattern
        return Float(bitPattern: low | 1)
    }
}

extension DType {
    /// Whether values can be given another dtype.
    var isCastable: Bool { isFloatingPoint && bitCount >= 8 }
}
