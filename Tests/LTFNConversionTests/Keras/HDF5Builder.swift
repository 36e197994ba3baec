import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// Builds files of HDF5 in its oldest form, in which nothing has a checksum, with anything in the
/// place of anything.
struct HDF5Builder {
    private var bytes = [UInt8](repeating: 0, count: 96)
    static let nowhere = UInt64.max

    /// Where the next structure begins.
    var end: UInt64 { UInt64(bytes.count) }

    /// - Returns: where the structure begins.
    mutating func place(_ body: (inout ByteWriter) -> Void) -> UInt64 {
        let start = end
        var writer = ByteWriter()
        body(&writer)
        writer.pad(toMultipleOf: 8)
        bytes += writer.bytes
        return start
    }

    /// The file that a builder has placed, with its superblock.
    ///
    /// - Parameter root: placed before the builder is looked at.
    static func file(root: UInt64, in builder: HDF5Builder) -> [UInt8] {
        var writer = ByteWriter()
        writer.append([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
        writer.append([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0] as [UInt8])
        for address in [0, nowhere, builder.end, nowhere, 0, root] { writer.u64(address) }
        writer.zeros(24)
        return writer.bytes + builder.bytes[96...]
    }

    /// An object with messages.
    mutating func object(_ messages: [(type: UInt16, content: [UInt8])]) -> UInt64 {
        place { writer in
            writer.u16(1)
            writer.u16(UInt16(messages.count))
            writer.u32(1)
            writer.u32(UInt32(messages.reduce(0) { $0 + 8 + ($1.content.count + 7) / 8 * 8 }))
            writer.u32(0)
            Self.add(messages, to: &writer)
        }
    }

    static func add(_ messages: [(type: UInt16, content: [UInt8])], to writer: inout ByteWriter) {
        for message in messages {
            writer.u16(message.type)
            writer.u16(UInt16((message.content.count + 7) / 8 * 8))
            writer.u32(0)
            writer.append(message.content)
            writer.zeros((8 - message.content.count % 8) % 8)
        }
    }

    static func numbers(_ numbers: UInt64...) -> [UInt8] {
        var writer = ByteWriter()
        for number in numbers { writer.u64(number) }
        return writer.bytes
    }

    /// A group of members in one node.
    mutating func group(_ members: [(name: String, object: UInt64)]) -> UInt64 {
        var names: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
        var entries: [(offset: UInt64, object: UInt64)] = []
        for member in members {
            entries.append((UInt64(names.count), member.object))
            names += Array(member.name.utf8) + [0]
        }
        return group(tree: tree(nodes: [node(entries)]), heap: heap(names))
    }

    mutating func group(tree: UInt64, heap: UInt64) -> UInt64 {
        object([(0x11, Self.numbers(tree, heap))])
    }

    mutating func heap(_ names: [UInt8]) -> UInt64 {
        let segment = place { $0.append(names) }
        return place { writer in
            writer.string("HEAP")
            writer.u32(0)
            writer.append(Self.numbers(UInt64(names.count), Self.nowhere, segment))
        }
    }

    mutating func node(_ entries: [(offset: UInt64, object: UInt64)]) -> UInt64 {
        place { writer in
            writer.string("SNOD")
            writer.u16(1)
            writer.u16(UInt16(entries.count))
            for entry in entries {
                writer.append(Self.numbers(entry.offset, entry.object))
                writer.zeros(24)
            }
        }
    }

    mutating func tree(level: UInt8 = 0, nodes: [UInt64]) -> UInt64 {
        place { writer in
            writer.string("TREE")
            writer.u8(0)
            writer.u8(level)
            writer.u16(UInt16(nodes.count))
            writer.append(Self.numbers(Self.nowhere, Self.nowhere))
            for node in nodes { writer.append(Self.numbers(0, node)) }
            writer.u64(0)
        }
    }

    /// The messages of a data set of bytes.
    static func dataSet(
        _ dimensions: [UInt64], _ layout: [UInt8]
    ) -> [(type: UInt16, content: [UInt8])] {
        var space = ByteWriter()
        space.append([1, UInt8(dimensions.count), 0, 0, 0, 0, 0, 0])
        for dimension in dimensions { space.u64(dimension) }
        let type: [UInt8] = [0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]
        return [(0x01, space.bytes), (0x03, type), (0x08, layout)]
    }

    static func contiguous(_ address: UInt64, _ byteCount: UInt64) -> [UInt8] {
        [3, 1] + numbers(address, byteCount)
    }

    /// Chunks of two bytes, found by a tree.
    static func chunked(tree: UInt64) -> [UInt8] {
        [3, 2, 2] + numbers(tree) + [2, 0, 0, 0, 1, 0, 0, 0]
    }

    mutating func chunkTree(_ chunks: [(start: UInt64, address: UInt64)]) -> UInt64 {
        place { writer in
            writer.string("TREE")
            writer.u8(1)
            writer.u8(0)
            writer.u16(UInt16(chunks.count))
            writer.append(Self.numbers(Self.nowhere, Self.nowhere))
            for chunk in chunks {
                writer.u32(2)
                writer.u32(0)
                writer.append(Self.numbers(chunk.start, 0, chunk.address))
            }
            writer.zeros(24)
        }
    }

    static func error(_ bytes: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in
            try HDF5Format().open(MemorySource(bytes), limits: .standard)
        }
    }
}
