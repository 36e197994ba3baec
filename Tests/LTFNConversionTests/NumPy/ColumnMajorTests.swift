import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Column-major arrays") struct ColumnMajorTests {
    @Test(
        "are transposed to row-major order, whatever the shape and wherever the pieces end",
        arguments: [
            ([2, 3], "<f4", 4), ([1, 5, 1], "<f8", 8), ([4, 1, 3, 2], "|V16", 16), ([5], "|u1", 1),
            ([], "<f4", 4), ([3, 0, 2], "<f4", 4), ([3, 70_000, 2], "<c8", 8),
            ([2, 3, 2, 2, 1, 2, 2, 3, 2, 2, 2, 5], "|u1", 1), ([100, 1, 130], "<i2", 2),
            ([5, 300, 600], "|V16", 16), ([600_000, 1, 2], "|V16", 16), ([2, 600_000], "|V16", 16),
            ([129, 3, 127], "|u1", 1), ([2, 2, 65, 2, 2, 67], "|b1", 1),
            ([3, 9, 9, 2, 257], "<f2", 2), ([64, 64, 64], "|i1", 1), ([17, 1, 31, 8], "<f8", 8),
            ([9, 260_000], "|u1", 1),
        ])
    func order(shape: [Int], descriptor: String, byteCount: Int) throws {
        let list = shape.map { "\($0)," }.joined(separator: " ")
        let text = "{'descr': '\(descriptor)', 'fortran_order': True, 'shape': (\(list))}\n"
        var writer = ByteWriter()
        writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        let count = shape.reduce(1, *)
        var random = Random(seed: 3)
        let values = random.bytes(count * byteCount)
        writer.append(values)
        let reader = try NPYFormat().open(MemorySource(writer.bytes), limits: .standard)
        let found = try reader.read(0).array
        let middle = found.count / 3..<found.count - found.count / 5
        let part = try reader.read(0, bytes: middle)
        #expect(part.copy(of: 0..<part.byteCount) == Array(found[middle]))
        #expect(try pieces(of: reader) == found)

        // Element by element, by the definition.
        var expected: [UInt8] = []
        for element in 0..<count {
            var rest = element
            var position = 0
            for axis in shape.indices {
                let below = shape[(axis + 1)...].reduce(1, *)
                position += rest / below * shape[..<axis].reduce(1, *)
                rest %= below
            }
            expected += values[position * byteCount..<(position + 1) * byteCount]
        }
        #expect(found == expected)
    }

    @Test("that are read twice in pieces are taken out of the file once") func again() throws {
        let text = "{'descr': '<f4', 'fortran_order': True, 'shape': (30, 40)}\n"
        var writer = ByteWriter()
        writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        var random = Random(seed: 5)
        writer.append(random.bytes(4_800))
        let source = WatchedSource(writer.bytes)
        let reader = try NPYFormat().open(source, limits: .standard)
        let first = try pieces(of: reader)
        let readByteCount = source.readByteCount
        #expect(try pieces(of: reader) == first)
        #expect(source.readByteCount == readByteCount)
        // Whoever reads all at once has the values, and no others are kept beside them.
        #expect(try reader.read(0).array == first)
        #expect(source.readByteCount == readByteCount + 4_800)
        #expect(try pieces(of: reader) == first)
        #expect(source.readByteCount == readByteCount + 9_600)
    }

    /// All values in pieces that begin and end anywhere.
    private func pieces(of reader: any CheckpointReader) throws -> [UInt8] {
        let byteCount = reader.manifest.variables[0].tensor.byteCount
        var random = Random(seed: 4)
        var bytes: [UInt8] = []
        while bytes.count < byteCount {
            let most = min(byteCount - bytes.count, byteCount / 5 + 1)
            let count = Int.random(in: 1...most, using: &random)
            let piece = try reader.read(0, bytes: bytes.count..<bytes.count + count)
            bytes += piece.copy(of: 0..<count)
        }
        return bytes
    }
}
