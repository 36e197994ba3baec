import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Hostile files of HDF5") struct HDF5HostileTests {
    private typealias Builder = HDF5Builder

    private func names(_ names: String...) -> [UInt8] {
        [0, 0, 0, 0, 0, 0, 0, 0] + names.flatMap { Array($0.utf8) + [0] }
    }

    @Test("a sound file is read") func sound() throws {
        var builder = Builder()
        let values = builder.place { $0.append([1, 2, 3] as [UInt8]) }
        let data = builder.object(Builder.dataSet([3], Builder.contiguous(values, 3)))
        let root = builder.group([("a", data), ("b", data)])
        let reader = try HDF5Format().open(
            MemorySource(Builder.file(root: root, in: builder)), limits: .standard)
        #expect(reader.manifest.variables.map(\.name.string) == ["a", "b"])
        #expect(try reader.read(1).array == [1, 2, 3])
    }

    @Test("a tree that leads back to itself is refused") func treeLoop() {
        var builder = Builder()
        let heap = builder.heap(names())
        let tree = builder.tree(level: 1, nodes: [builder.end])
        let error = Builder.error(
            Builder.file(root: builder.group(tree: tree, heap: heap), in: builder))
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("leads back") == true)
    }

    @Test("levels of a tree go down") func treeLevels() {
        var builder = Builder()
        let heap = builder.heap(names())
        let inner = builder.tree(level: 1, nodes: [])
        let tree = builder.tree(level: 1, nodes: [inner])
        let error = Builder.error(
            Builder.file(root: builder.group(tree: tree, heap: heap), in: builder))
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("level") == true)
    }

    @Test("structures that overlap are refused") func overlap() {
        var builder = Builder()
        let values = builder.place { $0.zeros(16) }
        let first = builder.object(Builder.dataSet([8], Builder.contiguous(values, 8)))
        let second = builder.object(Builder.dataSet([8], Builder.contiguous(values + 4, 8)))
        let error = Builder.error(
            Builder.file(root: builder.group([("a", first), ("b", second)]), in: builder))
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("overlaps") == true)
    }

    @Test("values are within the file") func outside() {
        for address: UInt64 in [1 << 20, .max - 8, 1 << 63] {
            var builder = Builder()
            let data = builder.object(Builder.dataSet([8], Builder.contiguous(address, 8)))
            let error = Builder.error(Builder.file(root: builder.group([("a", data)]), in: builder))
            #expect(error?.code == .truncated)
        }
        var builder = Builder()
        let root = builder.group([("a", 1 << 40)])
        #expect(Builder.error(Builder.file(root: root, in: builder))?.code == .truncated)
        #expect(Builder.error(Builder.file(root: .max - 1, in: builder))?.code == .truncated)
    }

    @Test("continuations that lead back are refused") func continuations() {
        var builder = Builder()
        let loop = builder.end
        _ = builder.place {
            HDF5Builder.add([(0x10, HDF5Builder.numbers(loop, 24))], to: &$0)
        }
        let root = builder.object([(0x10, Builder.numbers(loop, 24))])
        let error = Builder.error(Builder.file(root: root, in: builder))
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("leads back") == true)
    }

    @Test("a group is not within itself") func groupLoop() {
        var builder = Builder()
        let heap = builder.heap(names("a"))
        // The group follows the tree, and the tree the node.
        let group = builder.end + 8 + 40 + 24 + 24
        let node = builder.node([(8, group)])
        let tree = builder.tree(nodes: [node])
        #expect(builder.group(tree: tree, heap: heap) == group)
        let error = Builder.error(Builder.file(root: group, in: builder))
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.variable == "a")
    }

    @Test("many ways through few groups are no bomb") func diamonds() {
        var builder = Builder()
        var group = builder.group([])
        for _ in 0..<40 { group = builder.group([("a", group), ("b", group)]) }
        #expect(Builder.error(Builder.file(root: group, in: builder))?.code == .limitExceeded)
    }

    @Test("groups are not endlessly deep") func depth() {
        var builder = Builder()
        var group = builder.group([])
        for _ in 0..<5_000 { group = builder.group([("a", group)]) }
        #expect(Builder.error(Builder.file(root: group, in: builder))?.code == .limitExceeded)
    }

    @Test("names end within their heap, are apart, and can be steps of a path") func badNames() {
        func code(
            _ names: [UInt8], _ offsets: [UInt64]
        ) -> FormatError.Code? {
            var builder = Builder()
            let data = builder.object(Builder.dataSet([0], Builder.contiguous(.max, 0)))
            let heap = builder.heap(names)
            let node = builder.node(offsets.map { ($0, data) })
            let root = builder.group(tree: builder.tree(nodes: [node]), heap: heap)
            return Builder.error(Builder.file(root: root, in: builder))?.code
        }
        #expect(code(names("a", "b"), [8, 10]) == nil)
        #expect(code(names("a"), [8, 8]) == .corrupt)
        #expect(code(names("a"), [9_000]) == .corrupt)
        #expect(code(names("a"), [.max]) == .corrupt)
        #expect(code(Array("12345678a".utf8), [8]) == .corrupt)
        #expect(code(names("a/b"), [8]) == .corrupt)
        #expect(code(names("."), [8]) == .corrupt)
        #expect(code(names(""), [8]) == .corrupt)
        #expect(code(names("") + [0xFF, 0], [9]) == .corrupt)
        // Many names that end together.
        let long = [UInt8](repeating: 0x61, count: 4_000) + [0]
        #expect(code(long, (0..<2_000).map { UInt64($0) }) == .corrupt)
    }

    @Test("shapes that no tensor has are refused") func shapes() {
        func code(_ dimensions: [UInt64], _ byteCount: UInt64) -> FormatError.Code? {
            var builder = Builder()
            let values = builder.place { $0.zeros(8) }
            let data = builder.object(
                Builder.dataSet(dimensions, Builder.contiguous(values, byteCount)))
            return Builder.error(Builder.file(root: builder.group([("a", data)]), in: builder))?
                .code
        }
        #expect(code([8], 8) == nil)
        #expect(code([2, 4], 8) == nil)
        #expect(code([7], 8) == .corrupt)
        #expect(code([9], 8) == .corrupt)
        #expect(code([.max], 8) == .limitExceeded)
        #expect(code([1 << 40, 1 << 40], 8) == .limitExceeded)
        #expect(code([UInt64](repeating: 1, count: 33), 1) == .corrupt)
    }

    @Test("chunks are where chunks can be, each once") func chunks() throws {
        func error(_ starts: [UInt64], distance: UInt64 = 8) -> FormatError? {
            var builder = Builder()
            let values = builder.place { $0.zeros(64) }
            let tree = builder.chunkTree(
                starts.enumerated().map { ($0.element, values + UInt64($0.offset) * distance) })
            let data = builder.object(Builder.dataSet([6], Builder.chunked(tree: tree)))
            return Builder.error(Builder.file(root: builder.group([("a", data)]), in: builder))
        }
        #expect(error([0, 2, 4])?.code == nil)
        // Beyond the end, as after a data set was made smaller.
        #expect(error([0, 6])?.code == nil)
        #expect(error([0, 0])?.code == .corrupt)
        #expect(error([2, 0])?.code == .corrupt)
        #expect(error([1])?.code == .corrupt)
        #expect(error([.max])?.code == .corrupt)
        #expect(error([0, 2], distance: 1)?.code == .corrupt)
        #expect(error([0, 2], distance: 0)?.code == .corrupt)
    }

    @Test("what was never written is no bomb") func unwritten() throws {
        var builder = Builder()
        let data = builder.object(
            Builder.dataSet([1 << 40], Builder.contiguous(Builder.nowhere, 1 << 40)))
        let bytes = Builder.file(root: builder.group([("a", data)]), in: builder)
        let reader = try HDF5Format().open(MemorySource(bytes), limits: .standard)
        let error = formatError { () throws(FormatError) in try reader.read(0) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("a string is in its heap, and one that is told again and again no bomb") func texts() {
        func code(_ count: Int, index: UInt32, byteCount: UInt32) -> FormatError.Code? {
            var builder = Builder()
            let heap = builder.place { writer in
                writer.string("GCOL")
                writer.u32(1)
                writer.u64((32 + 1 << 16))
                writer.u16(1)
                writer.zeros(6)
                writer.u64(1 << 16)
                writer.zeros(1 << 16)
            }
            var attribute = ByteWriter()
            attribute.append([1, 0, 2, 0, 20, 0, 16, 0, 0x61, 0, 0, 0, 0, 0, 0, 0])
            attribute.append([0x19, 1, 0, 0, 16, 0, 0, 0] as [UInt8])
            attribute.append([0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0] as [UInt8])
            attribute.append([1, 1, 0, 0, 0, 0, 0, 0] as [UInt8])
            attribute.u64(UInt64(count))
            for _ in 0..<count {
                attribute.u32(byteCount)
                attribute.u64(heap)
                attribute.u32(index)
            }
            let group = builder.group([])
            _ = group
            let tree = builder.tree(nodes: [])
            let names = builder.heap([0, 0, 0, 0, 0, 0, 0, 0])
            let root = builder.object([
                (0x11, Builder.numbers(tree, names)), (0x0C, attribute.bytes),
            ])
            return Builder.error(Builder.file(root: root, in: builder))?.code
        }
        #expect(code(3, index: 1, byteCount: 5) == nil)
        #expect(code(1, index: 2, byteCount: 5) == .corrupt)
        #expect(code(1, index: 1, byteCount: 1 << 17) == .corrupt)
        #expect(code(4_000, index: 1, byteCount: 1 << 16) == .limitExceeded)
    }
}
