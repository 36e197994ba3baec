import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNInterchange
import TestSupport
import Testing

@Suite(
    "NumPy turns column-major arrays to the same bytes",
    .enabled(if: Programs.python != nil, "LTFN_PYTHON names no Python with NumPy"))
struct ColumnMajorPeerTests {
    /// Shapes of several pieces, and such whose axes end beside the edges of tiles.
    private static let arrays: [(dtype: String, shape: [Int])] = [
        ("|u1", [3, 3_000_001]), ("|u1", [3_000_001, 3]), ("|u1", [3001, 3203]),
        ("|u1", [401, 130, 190]), ("|i1", [2048, 4096]), ("<f2", [513, 64, 193]),
        (">f2", [3, 2_100_001]), ("<f4", [257, 129, 65]), (">f4", [1500, 1, 1501]),
        ("<f8", [1025, 1027]), ("<c16", [601, 603]), (">c16", [2, 3, 5, 7, 11, 257]),
        ("|u1", [Int](repeating: 2, count: 22)), ("|u1", [Int](repeating: 3, count: 14)),
        ("<f4", [1, 9, 1, 7]), ("<f8", [8, 8]),
    ]

    private static let script = """
        import numpy, sys
        generator = numpy.random.default_rng(5)
        for number, line in enumerate(sys.argv[2:]):
            dtype, *shape = line.split()
            shape = tuple(map(int, shape))
            size = numpy.dtype(dtype).itemsize * int(numpy.prod(shape))
            values = numpy.frombuffer(generator.bytes(size), dtype).reshape(shape, order="F")
            numpy.save(f"{sys.argv[1]}/{number}.npy", values)
            little = values.astype(values.dtype.newbyteorder("<"), order="C")
            open(f"{sys.argv[1]}/{number}.raw", "wb").write(little.tobytes())
        """

    @Test("whole, and in the pieces that are best asked for") func values() throws {
        let folder = TemporaryFolder()
        let lines = Self.arrays.map { array in
            array.dtype + array.shape.map { " \($0)" }.joined()
        }
        let python = try #require(Programs.python)
        let result = Programs.run(python, ["-c", Self.script, folder.path("")] + lines)
        #expect(result.status == 0, "\(result.errors)")
        for (number, line) in lines.enumerated() {
            let expected = try [UInt8](
                Data(contentsOf: URL(fileURLWithPath: folder.path("\(number).raw"))))
            let reader = try NPYFormat().open(
                FileSource(path: folder.path("\(number).npy")), limits: .standard)
            #expect(try reader.read(0).array == expected, "\(line)")
            let most = reader.pieceByteCount(0)
            var found: [UInt8] = []
            while found.count < expected.count {
                let count = min(most, expected.count - found.count)
                let piece = try reader.read(0, bytes: found.count..<found.count + count)
                found += piece.copy(of: 0..<count)
            }
            #expect(found == expected, "\(line) in pieces of \(most)")
        }
    }
}
