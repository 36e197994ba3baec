import LTFNBytes
import LTFNCheckpoint
import Synchronization
import Testing

@Suite("Slices")
struct TensorSliceTests {
    @Test(
        "are read as NumPy reads them, and written so",
        arguments: [
            ("[0, :, 3]", "[0, :, 3]"), ("[...]", "[...]"), ("[ -1 ,..., ::2 ]", "[-1, ..., ::2]"),
            ("[1:10:3]", "[1:10:3]"), ("[-5:]", "[-5:]"), ("[:-5:1]", "[:-5]"), ("[]", "[]"),
            ("[+3]", "[3]"),
        ])
    func text(text: String, written: String) throws {
        #expect(try TensorSlice(text).description == written)
    }

    @Test(
        "that are none are refused with one sentence",
        arguments: [
            "", "[", "]", "[0", "0]", "[a]", "[,]", "[1,]", "[1:2:3:4]", "[::0]", "[::-1]", "[1.5]",
            "[..., ...]", "[99999999999999999999]", "[:99999999999999999999]", "[0x1]", "[....]",
            "[\u{1B}]", "(0)",
        ])
    func refused(text: String) {
        let error = #expect(throws: FormatError.self) { try TensorSlice(text) }
        #expect(error?.code == .corrupt)
        #expect(error.map { $0.message.contains("expected") } == true)
    }

    @Test(
        "that do not fit a shape are refused",
        arguments: [
            ("[3]", [3]), ("[-4]", [3]), ("[0, 0]", [3]), ("[0]", []), ("[0]", [0]),
            ("[..., 0, 0, 0]", [2, 2]), ("[9223372036854775807]", [3]),
            ("[-9223372036854775808]", [3]),
        ] as [(String, [Int])])
    func misfit(text: String, shape: [Int]) throws {
        let slice = try TensorSlice(text)
        let shape = try TensorShape(shape)
        let error = #expect(throws: FormatError.self) { try SliceRegion(slice, of: shape) }
        #expect(
            error.map { $0.message.contains("expected") || $0.message.contains("no element") }
                == true)
    }

    @Test("Bounds are clamped as Python clamps them, also the largest there are")
    func clamped() throws {
        for (text, extent, count) in [
            ("[:100]", 5, 5), ("[-100:]", 5, 5), ("[4:2]", 5, 0), ("[5:]", 5, 0), ("[::3]", 7, 3),
            ("[-9223372036854775808:9223372036854775807:9223372036854775807]", 5, 1),
            ("[:]", 0, 0), ("[1:-1:2]", 6, 2),
        ] {
            let region = try SliceRegion(TensorSlice(text), of: TensorShape([extent]))
            #expect(region.shape.dimensions == [count], "\(text)")
        }
        // No product of such extents may trap.
        let huge = try TensorShape([1 << 31, 2, 1 << 30])
        let region = try SliceRegion(TensorSlice("[-1, ..., -1]"), of: huge)
        #expect(region.shape.dimensions == [2])
        #expect(try SliceRegion(TensorSlice("[:0]"), of: huge).shape.elementCount == 0)
    }

    @Test("Names that end as a slice does are names, and what is missing is told")
    func names() throws {
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([2]))
        let manifest = try Manifest(
            variables: ["a", "a[0]", "b[1]"].map {
                VariableInfo(name: try VariableName($0), tensor: info)
            })
        #expect(try manifest.find("a").index == 0)
        #expect(try manifest.find("a[1]").slice.description == "[1]")
        #expect(try manifest.find("a[0]").index == 1)
        #expect(try manifest.find("a[0]").slice == .whole)
        #expect(try manifest.find("a[0][1]").index == 1)
        #expect(try manifest.find("b[1] [:]").index == 2)
        for text in ["c", "", "[0]", "b[0", "a\u{7}"] {
            #expect(throws: FormatError.self) { try manifest.find(text) }
        }
        let sole = try Manifest(variables: [manifest.variables[0]])
        #expect(try sole.find("").slice == .whole)
        #expect(try sole.find("[0]").slice.description == "[0]")
    }

    @Test(
        "give the elements that loops over the indices give, for every width, from small pieces",
        arguments: [DType.i2, .u4, .f6e2m3, .u8, .f16, .f32, .f64, .c128])
    func elements(dtype: DType) throws {
        var random = RandomSlices(seed: UInt64(dtype.bitCount))
        for _ in 0..<60 {
            let shape = try TensorShape(random.shape())
            let slice = try TensorSlice(random.slice(of: shape.dimensions))
            let reader = try PieceReader(dtype: dtype, shape: shape, pieceByteCount: 37)
            var values = try SlicedValues(slice, of: 0, in: reader, budget: .unlimited)
            let wanted = SliceOracle.places(slice, shape.dimensions)
            #expect(values.region.shape.elementCount == wanted.count)
            let cut = wanted.count / 3
            var found: [[Bool]] = []
            for range in [0..<cut, cut..<wanted.count] {
                found += PieceReader.elements(try values.elements(range))
            }
            try values.finish()
            let all = PieceReader.elements(try reader.read(0))
            #expect(found == wanted.map { all[$0] }, "\(shape) \(slice)")
        }
    }

    @Test("A slice reads little, within its budget, and the whole is compared with its digest")
    func reading() throws {
        let shape = try TensorShape([1000, 1000])
        let reader = try PieceReader(dtype: .f32, shape: shape, pieceByteCount: 4000)
        var row = try SlicedValues(TensorSlice("[7]"), of: 0, in: reader, budget: .unlimited)
        _ = try row.elements(0..<1000)
        try row.finish()
        #expect(reader.readByteCount <= 8000)
        var limits = DecodingLimits.standard
        limits.expandedByteCount = 8000
        let small = ExpansionBudget(limits, fileByteCount: 1)
        var column = try SlicedValues(TensorSlice("[:, 0]"), of: 0, in: reader, budget: small)
        let error = #expect(throws: FormatError.self) { try column.elements(0..<1000) }
        #expect(error?.code == .limitExceeded && error?.variable == "v")
        let damaged = try PieceReader(
            dtype: .f32, shape: shape, pieceByteCount: 4000, isDamaged: true)
        var whole = try SlicedValues(.whole, of: 0, in: damaged, budget: .unlimited)
        _ = try whole.elements(0..<10)
        #expect(throws: FormatError.self) { try whole.finish() }
    }
}

extension ExpansionBudget {
    fileprivate static var unlimited: ExpansionBudget {
        ExpansionBudget(.standard, fileByteCount: .max)
    }
}

/// A variable `v` of bytes that follow a rule, which remembers how much of it was read.
private final class PieceReader: CheckpointReader {
    let manifest: Manifest
    private let pieceSize: Int
    private let isDamaged: Bool
    private let total = Mutex(0)

    init(
        dtype: DType, shape: TensorShape, pieceByteCount: Int, isDamaged: Bool = false
    ) throws {
        manifest = try Manifest(variables: [
            VariableInfo(
                name: VariableName("v"), tensor: TensorInfo(dtype: dtype, shape: shape))
        ])
        pieceSize = pieceByteCount
        self.isDamaged = isDamaged
    }

    var readByteCount: Int { total.withLock { $0 } }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[0].tensor
        return try TensorData(info: info, bytes: read(0, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        total.withLock { $0 += range.count }
        let bytes = range.map { UInt8(truncatingIfNeeded: $0 &* 0x9E37_79B1 >> 13) }
        return AlignedBytes(copying: bytes.rawSpan)
    }

    func pieceByteCount(_ index: Int) -> Int { pieceSize }

    func check(_ digest: SHA256Digest, of index: Int) throws(FormatError) {
        if isDamaged { throw FormatError(.checksumMismatch, "It is another one.") }
    }

    func storage(_ index: Int) -> StorageInfo { StorageInfo(storedByteCount: 0, codec: "raw") }

    /// Each element as its bits.
    static func elements(_ tensor: TensorData) -> [[Bool]] {
        let width = tensor.info.dtype.bitCount
        let bytes = tensor.bytes.copy(of: 0..<tensor.bytes.byteCount)
        return (0..<tensor.info.shape.elementCount).map { element in
            (element * width..<(element + 1) * width).map { bytes[$0 / 8] >> ($0 % 8) & 1 == 1 }
        }
    }
}

/// Where the elements of a slice stand, one loop over all indices.
private enum SliceOracle {
    static func places(_ slice: TensorSlice, _ shape: [Int]) -> [Int] {
        var items = slice.items
        let all = TensorSlice.Item.range(start: nil, end: nil, step: 1)
        if let place = items.firstIndex(of: .ellipsis) {
            items.replaceSubrange(
                place...place,
                with: [TensorSlice.Item](repeating: all, count: shape.count - items.count + 1))
        }
        while items.count < shape.count { items.append(all) }
        var places = [0]
        for (item, extent) in zip(items, shape) {
            let taken: [Int] =
                switch item {
                case .index(let index): [index < 0 ? index + extent : index]
                case .range(let start, let end, let step):
                    (0..<extent).filter { place in
                        let first = start.map { $0 < 0 ? max($0 + extent, 0) : $0 } ?? 0
                        let last = end.map { $0 < 0 ? $0 + extent : $0 } ?? extent
                        return place >= first && place < last && (place - first) % step == 0
                    }
                case .ellipsis: []
                }
            places = places.flatMap { outer in taken.map { outer * extent + $0 } }
        }
        return places
    }
}

private struct RandomSlices {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return range.lowerBound + Int(state >> 33) % range.count
    }

    mutating func shape() -> [Int] { (0..<number(0...4)).map { _ in number(1...7) } }

    mutating func slice(of shape: [Int]) -> String {
        var items = shape.prefix(number(0...shape.count)).map { extent -> String in
            switch number(0...3) {
            case 0: "\(number(-extent...extent - 1))"
            case 1: "\(number(-9...9)):\(number(-9...9)):\(number(1...3))"
            case 2: ":\(number(-9...9))"
            default: "::\(number(1...9))"
            }
        }
        if number(0...2) == 0 { items.append("...") }
        return "[" + items.joined(separator: ", ") + "]"
    }
}
