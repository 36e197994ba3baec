import LTFNBytes
import LTFNCheckpoint

/// Units of a layer that have the same weights.
enum WeightSymmetry {
    /// How many units of a kernel have the weights of an earlier one, bit for bit.
    ///
    /// Complexity: O(n) on average.
    ///
    /// - Parameter kernel: `[…, units] float32`
    /// - Returns: nil for other tensors, and where a unit has one weight, which many may share.
    static func duplicateCount(_ kernel: TensorData) -> Int? {
        let dimensions = kernel.info.shape.dimensions
        guard kernel.info.dtype == .f32, let units = dimensions.last, units > 1,
            kernel.info.shape.elementCount / units > 1
        else { return nil }
        let values = kernel.bytes.floats
        var hashes = [UInt64](repeating: 0xcbf2_9ce4_8422_2325, count: units)
        var unit = 0
        for index in values.indices {
            hashes[unit] = (hashes[unit] ^ UInt64(values[index].bitPattern)) &* 0x100_0000_01b3
            hashes[unit] ^= hashes[unit] >> 29
            unit = unit + 1 == units ? 0 : unit + 1
        }
        // Units whose hashes are the same are compared with the first of them.
        var first: [UInt64: Int] = [:]
        var count = 0
        for unit in 0..<units {
            guard let other = first[hashes[unit]] else {
                first[hashes[unit]] = unit
                continue
            }
            let isSame = stride(from: 0, to: values.count, by: units).allSatisfy {
                values[$0 + unit].bitPattern == values[$0 + other].bitPattern
            }
            if isSame { count += 1 }
        }
        return count
    }
}
