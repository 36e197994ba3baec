import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// NumPy arrays in memory, opened and read as tensors: column-major ones are transposed to
/// row-major, as their peer copies them.
extension Benchmark {
    static let arrays = [
        reading("row-major/f32-matrix", "<f4", [3000, 4000], isColumnMajor: false),
        reading("column-major/f32-matrix", "<f4", [3000, 4000]),
        reading("column-major/u8-cube", "|u1", [256, 256, 512]),
        reading("column-major/f16-narrow", "<f2", [3, 8_000_000]),
    ]

    private static func reading(
        _ name: String, _ descriptor: String, _ shape: [Int], isColumnMajor: Bool = true
    ) -> Benchmark {
        Benchmark(name: "arrays/\(name)", unit: .bytes, peers: ["\(name)/numpy"]) { _ in
            let byteCount = shape.reduce(descriptor.last?.wholeNumberValue ?? 1, *)
            let header = npyHeader(descriptor, shape, isColumnMajor: isColumnMajor)
            let source = MemorySource(
                header + (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) })
            return try Work(repeating: Double(byteCount)) {
                _ = try NPYFormat().open(source, limits: .standard).read(0)
            }
        }
    }

    private static func npyHeader(
        _ descriptor: String, _ shape: [Int], isColumnMajor: Bool
    ) -> [UInt8] {
        let extents = shape.map { "\($0), " }.joined()
        let order = isColumnMajor ? "True" : "False"
        let text =
            "{'descr': '\(descriptor)', 'fortran_order': \(order), 'shape': (\(extents))}\n"
        var writer = ByteWriter()
        writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        return writer.bytes
    }
}
