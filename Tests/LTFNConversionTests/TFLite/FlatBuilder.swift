import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// Parts of FlatBuffers, also such as no tool writes: tables before what they lead to.
indirect enum FlatPart: Sendable {
    case table([Int: FlatPart])
    case u8(UInt8)
    case u32(UInt32)
    case u64(UInt64)
    case text(String)
    case bytes([UInt8])
    case numbers([Int32])
    case tables([FlatPart])
    /// So many offsets to one table.
    case repeated(FlatPart, Int)
    /// An offset that leads as many bytes on.
    case offset(UInt32)

    /// A file whose root this is.
    var file: [UInt8] {
        var bytes = [8, 0, 0, 0] + Array("TFL3".utf8)
        append(to: &bytes)
        return bytes
    }

    /// The model with these subgraphs' tensors and buffers.
    static func model(tensors: FlatPart, buffers: [FlatPart]) -> FlatPart {
        .table([
            0: .u32(3), 2: .tables([.table([0: tensors])]), 4: .tables(buffers),
        ])
    }

    /// A tensor of float32 with the values of a buffer.
    static func tensor(
        _ name: String = "w", _ shape: [Int32] = [2], type: UInt8 = 0, buffer: UInt32 = 1,
        more: [Int: FlatPart] = [:]
    ) -> FlatPart {
        let fields: [Int: FlatPart] = [
            0: .numbers(shape), 1: .u8(type), 2: .u32(buffer), 3: .text(name),
        ]
        return .table(fields.merging(more) { $1 })
    }

    static let buffers: [FlatPart] = [.table([:]), .table([0: .bytes(Array(1...8))])]

    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .table(let fields): Self.append(fields, to: &bytes)
        case .text(let text): FlatPart.bytes(Array(text.utf8)).append(to: &bytes)
        case .bytes(let values):
            Self.append(UInt32(values.count), to: &bytes)
            bytes += values
        case .numbers(let numbers):
            Self.append(UInt32(numbers.count), to: &bytes)
            for number in numbers { Self.append(UInt32(bitPattern: number), to: &bytes) }
        case .tables(let parts):
            let start = Self.appendOffsets(parts.count, to: &bytes)
            for (index, part) in parts.enumerated() {
                Self.lead(from: start + 4 * index, to: bytes.count, in: &bytes)
                part.append(to: &bytes)
            }
        case .repeated(let part, let count):
            let start = Self.appendOffsets(count, to: &bytes)
            for index in 0..<count {
                Self.lead(from: start + 4 * index, to: bytes.count, in: &bytes)
            }
            part.append(to: &bytes)
        case .u8, .u32, .u64, .offset: break
        }
    }

    private static func append(_ fields: [Int: FlatPart], to bytes: inout [UInt8]) {
        // The distance back to the list of fields comes first: the list follows the table.
        let start = bytes.count
        let count = (fields.keys.max() ?? -1) + 1
        var places = [UInt16](repeating: 0, count: count)
        append(UInt32(0), to: &bytes)
        for (index, part) in fields.sorted(by: { $0.key < $1.key }) {
            places[index] = UInt16(bytes.count - start)
            switch part {
            case .u8(let number): bytes.append(number)
            case .u64(let number):
                append(UInt32(truncatingIfNeeded: number), to: &bytes)
                append(UInt32(truncatingIfNeeded: number >> 32), to: &bytes)
            case .u32(let number), .offset(let number): append(number, to: &bytes)
            default: append(UInt32(0), to: &bytes)
            }
        }
        let end = bytes.count
        put(UInt32(bitPattern: Int32(start - end)), at: start, in: &bytes)
        for number in [UInt16(4 + 2 * count), UInt16(end - start)] + places {
            bytes += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
        }
        for (index, part) in fields.sorted(by: { $0.key < $1.key }) {
            switch part {
            case .u8, .u32, .u64, .offset: break
            default:
                lead(from: start + Int(places[index]), to: bytes.count, in: &bytes)
                part.append(to: &bytes)
            }
        }
    }

    private static func appendOffsets(_ count: Int, to bytes: inout [UInt8]) -> Int {
        append(UInt32(count), to: &bytes)
        let start = bytes.count
        bytes += [UInt8](repeating: 0, count: 4 * count)
        return start
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        bytes += [0, 0, 0, 0]
        put(number, at: bytes.count - 4, in: &bytes)
    }

    private static func put(_ number: UInt32, at place: Int, in bytes: inout [UInt8]) {
        for step in 0..<4 {
            bytes[place + step] = UInt8(truncatingIfNeeded: number >> UInt32(8 * step))
        }
    }

    private static func lead(from place: Int, to target: Int, in bytes: inout [UInt8]) {
        put(UInt32(target - place), at: place, in: &bytes)
    }
}
