import LTFNBytes
import TestSupport
import Testing

@Suite("Copying elements between grids") struct ElementGridTests {
    /// Where the rows or columns of a grid are.
    enum Layout: CaseIterable {
        case even, uneven, far
    }

    static let extents = [
        (1, 1), (1, 40), (40, 1), (7, 8), (8, 7), (8, 8), (9, 17), (16, 24), (33, 65), (70, 9),
    ]
    static let cases = [1, 2, 3, 4, 8, 16].flatMap { size in extents.map { (size, $0) } }

    @Test("each element comes to its place, and nothing beside it changes", arguments: cases)
    func places(byteCount: Int, extent: (rows: Int, columns: Int)) {
        for before in Layout.allCases {
            for behind in Layout.allCases {
                check(byteCount, extent, before, behind)
            }
        }
    }

    /// From columns that stand together, as far as `before` allows it, to rows.
    private func check(
        _ byteCount: Int, _ extent: (rows: Int, columns: Int), _ before: Layout, _ behind: Layout
    ) {
        let inner = places(extent.rows, byteCount, before)
        let outer = places(extent.columns, inner.last! + byteCount + 3, .even)
        let across = places(extent.columns, byteCount, behind)
        // Without a gap, so that the tile of an even grid may be the target itself.
        let gap = behind == .even ? 0 : 5
        let down = places(extent.rows, across.last! + byteCount + gap, .even)
        var noise = TestBytes(seed: 1)
        let source = (0..<outer.last! + inner.last! + byteCount + 11).map { _ in
            UInt8.random(in: 0...255, using: &noise)
        }
        let start = 7
        let limit = start + down.last! + across.last! + byteCount + 2
        var expected = [UInt8](repeating: 0xA5, count: limit)
        for row in 0..<extent.rows {
            for column in 0..<extent.columns {
                for byte in 0..<byteCount {
                    expected[start + down[row] + across[column] + byte] =
                        source[11 + inner[row] + outer[column] + byte]
                }
            }
        }
        var target = AlignedBytes(byteCount: limit)
        target.replaceBytes(at: 0, with: [UInt8](repeating: 0xA5, count: limit))
        target.copyElements(
            ofByteCount: byteCount, from: source.rawSpan,
            at: ElementGrid(
                start: 11, rows: ElementPlaces(inner), columns: ElementPlaces(outer)),
            to: ElementGrid(
                start: start, rows: ElementPlaces(down), columns: ElementPlaces(across)))
        #expect(
            target.copy(of: 0..<limit) == expected,
            "\(byteCount) bytes, \(extent), \(before) to \(behind)")
    }

    private func places(_ count: Int, _ distance: Int, _ layout: Layout) -> [Int] {
        switch layout {
        case .even: (0..<count).map { $0 * distance }
        case .uneven: (0..<count).map { $0 * distance + $0 / 3 * 2 }
        case .far: (0..<count).map { $0 * (distance + 40) }
        }
    }

    @Test("no elements are copied from and to nowhere") func empty() {
        var target = AlignedBytes(byteCount: 0)
        let none = ElementPlaces([])
        target.copyElements(
            ofByteCount: 4, from: [UInt8]().rawSpan,
            at: ElementGrid(rows: none, columns: ElementPlaces([0, 4])),
            to: ElementGrid(rows: none, columns: ElementPlaces([0, 4])))
        #expect(target.byteCount == 0)
    }

    @Test("places outside of the bytes stop the process") func outside() async {
        await #expect(processExitsWith: .failure) {
            var target = AlignedBytes(byteCount: 8)
            let pair = ElementPlaces([0, 4])
            target.copyElements(
                ofByteCount: 4, from: [UInt8](repeating: 0, count: 8).rawSpan,
                at: ElementGrid(rows: pair, columns: ElementPlaces([0])),
                to: ElementGrid(start: 1, rows: pair, columns: ElementPlaces([0])))
        }
        await #expect(processExitsWith: .failure) {
            var target = AlignedBytes(byteCount: 8)
            let pair = ElementPlaces([0, 4])
            target.copyElements(
                ofByteCount: 4, from: [UInt8](repeating: 0, count: 8).rawSpan,
                at: ElementGrid(start: -4, rows: pair, columns: ElementPlaces([0])),
                to: ElementGrid(rows: pair, columns: ElementPlaces([0])))
        }
    }
}
