import FuzzSupport
import LTFNBytes

/// Builds pickles from their instructions, broken ones too.
enum Pickle {
    typealias Code = [UInt8]

    static func file(_ value: Code) -> Code { [0x80, 2] + value + ascii(".") }

    static func ascii(_ text: String) -> Code { Array(text.utf8) }

    static func global(_ module: String, _ name: String) -> Code { ascii("c\(module)\n\(name)\n") }

    static func text(_ text: String) -> Code {
        ascii("X") + little(UInt32(text.utf8.count)) + ascii(text)
    }

    static func int(_ value: Int64) -> Code { [0x8A, 8] + little(UInt64(bitPattern: value)) }

    static func tuple(_ values: [Code]) -> Code { ascii("(") + values.flatMap { $0 } + ascii("t") }

    static func list(_ values: [Code]) -> Code { ascii("](") + values.flatMap { $0 } + ascii("e") }

    static func dict(_ pairs: [(String, Code)]) -> Code {
        ascii("}(") + pairs.flatMap { text($0.0) + $0.1 } + ascii("u")
    }

    static func call(_ module: String, _ name: String, _ arguments: [Code]) -> Code {
        global(module, name) + tuple(arguments) + ascii("R")
    }

    static func storage(
        _ key: String = "0", type: String = "FloatStorage", count: Int64 = 6, view: Code? = nil
    ) -> Code {
        tuple(
            [text("storage"), global("torch", type), text(key), text("cpu"), int(count)]
                + (view.map { [$0] } ?? [])) + ascii("Q")
    }

    static func tensor(
        _ storage: Code = storage(), offset: Int64 = 0, shape: [Int64] = [2, 3],
        strides: [Int64] = [3, 1]
    ) -> Code {
        call(
            "torch._utils", "_rebuild_tensor_v2",
            [
                storage, int(offset), tuple(shape.map(int)), tuple(strides.map(int)), [0x89],
                call("collections", "OrderedDict", []),
            ])
    }

    /// An archive with the pickle of one value, and storages of bytes.
    static func archive(
        _ value: Code, _ storages: [(String, Code)] = [("0", six)], byteOrder: String = "little",
        and others: [ZipBuilder.Member] = []
    ) -> Code {
        var members = [ZipBuilder.Member("m/data.pkl", file(value))]
        members.append(ZipBuilder.Member("m/byteorder", ascii(byteOrder)))
        members += storages.map { ZipBuilder.Member("m/data/\($0.0)", $0.1) }
        return ZipBuilder(members + others).bytes
    }

    /// A file of the form from before 1.6, with its storages as they stand after the pickles.
    static func legacy(_ value: Code, keys: [String] = ["0"], _ storages: Code) -> Code {
        let magic: Code = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
        return file([0x8A, 10] + magic) + file(int(1001)) + file(dict([])) + file(value)
            + file(list(keys.map(text))) + storages
    }

    /// The values of six float32.
    static let six = Code((0..<24).map { UInt8($0) })

    static func little(_ value: some FixedWidthInteger) -> Code {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
