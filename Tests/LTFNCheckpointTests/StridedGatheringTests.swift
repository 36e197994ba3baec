import LTFNBytes
import LTFNCheckpoint
import Testing

/// Tensors that are taken out of their source span by span.
@Suite("Strided gathering")
struct StridedGatheringTests {
    /// A shape, the strides of its axes in elements, and what an element takes.
    struct View: Sendable {
        var shape: [Int]
        var strides: [Int]
        var width: Int
    }

    private static let views = [
        View(shape: [7, 5], strides: [1, 7], width: 4),
        View(shape: [2, 900], strides: [1, 2], width: 2),
        View(shape: [900, 2], strides: [1, 900], width: 8),
        View(shape: [3, 4, 5, 6], strides: [1, 3, 12, 60], width: 1),
        View(shape: [6, 3, 5], strides: [15, 1, 3], width: 4),
        // With gaps, with one value for a whole axis, and with values that several elements share.
        View(shape: [5, 8, 3], strides: [400, 1, 20], width: 2),
        View(shape: [4, 6, 9], strides: [0, 9, 1], width: 4),
        View(shape: [10, 10], strides: [1, 1], width: 4),
        View(shape: [1, 1, 17], strides: [99, 98, 3], width: 16),
    ]

    @Test("any range, from spans of any length, is what the whole gives", arguments: views)
    func equal(view: View) throws {
        let shape = try TensorShape(view.shape)
        let order = try StridedOrder(
            shape: shape, strides: view.strides, elementByteCount: view.width)
        let elements = (0..<order.sourceByteCount).map { UInt8($0 % 251) }
        var source = AlignedBytes(byteCount: elements.count)
        source.replaceBytes(at: 0, with: elements)
        let byteCount = shape.elementCount * view.width
        for access in [StridedGathering.Access.random, .sequential] {
            for span in [1, 40, 64, 1000, 1 << 20] {
                let gathering = StridedGathering(
                    order, access, holdsWhole: false, panelByteCount: 100, spanByteCount: span)
                let piece = gathering.pieceByteCount
                #expect(piece % view.width == 0 && piece > 0)
                for start in stride(from: 0, to: byteCount, by: piece) {
                    let range = start..<min(byteCount, start + piece)
                    let bytes = try gathering.take(range) { range throws(FormatError) in
                        #expect(range.count <= max(span, view.width))
                        return AlignedBytes(copying: source.bytes.extracting(range))
                    }
                    let expected = try order.take(range, from: source.bytes)
                    #expect([UInt8](copying: bytes.bytes) == [UInt8](copying: expected.bytes))
                }
            }
        }
    }

    @Test("where any range can be read, no more than four times what is wanted is read")
    func sparse() throws {
        let order = try StridedOrder(
            shape: TensorShape([3, 1000]), strides: [1, 100_000], elementByteCount: 4)
        let gathering = StridedGathering(
            order, .random, holdsWhole: false, panelByteCount: 1 << 20)
        var readCount = 0
        let bytes = try gathering.take(0..<12_000) { range throws(FormatError) in
            readCount += range.count
            return AlignedBytes(byteCount: range.count)
        }
        #expect(bytes.byteCount == 12_000)
        #expect(readCount <= 4 * 12_000)
    }

    @Test("what is small is held whole")
    func small() throws {
        let order = StridedOrder(columnMajor: try TensorShape([500, 300]), elementByteCount: 4)
        for access in [StridedGathering.Access.random, .sequential] {
            let gathering = StridedGathering(order, access)
            #expect(gathering.holdsWhole)
            #expect(gathering.pieceByteCount == order.pieceByteCount)
        }
    }

    @Test("what is large is taken in panels, for which its source is gone through once")
    func large() throws {
        let order = StridedOrder(
            columnMajor: try TensorShape([50_000, 30_000]), elementByteCount: 4)
        let gathering = StridedGathering(order, .random)
        #expect(!gathering.holdsWhole)
        #expect(gathering.pieceByteCount % 120_000 == 0)
        #expect(gathering.pieceByteCount <= 64 << 20)
    }
}
