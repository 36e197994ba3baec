import LTFNBytes

/// Archives of NumPy arrays that are short and stand for as much as deflate can make of them.
extension HostileFiles {
    public static func archives() -> [Case] {
        let most = 98_000_000
        // 3^15 bytes and more, one way and the other, in axes that no two of which can be taken
        // together.
        let many = [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 6]
        let pairs = [Int](repeating: 2, count: 26)
        return [
            archive("npz-row-major", [("|u1", false, [most])]),
            archive("npz-big-endian", [(">f8", false, [most / 8])]),
            archive("npz-column-major-matrix", [("|u1", true, [9_800, 10_000])]),
            archive("npz-column-major-narrow", [("|u1", true, [3, most / 3])]),
            archive("npz-column-major-tall", [("|u1", true, [most / 3, 3])]),
            archive("npz-column-major-cube", [("|u1", true, [1_024, 1_024, 93])]),
            archive("npz-column-major-float64", [("<f8", true, [3_500, 3_500])]),
            archive("npz-column-major-big-endian-narrow", [(">f2", true, [3, most / 6])]),
            archive("npz-column-major-pairs", [("|u1", true, pairs)]),
            archive("npz-column-major-triples", [("|u1", true, many)]),
            archive(
                "npz-column-major-big-endian", [(">c16", true, [2, 2, 2, 2, 2, 2, most / 1024])]),
            archive(
                "npz-many", (0..<200).map { _ in ("|u1", true, [300, 1_000]) }),
        ]
    }

    private typealias Array = (descriptor: String, isColumnMajor: Bool, shape: [Int])

    /// An archive of zeros.
    private static func archive(_ name: String, _ arrays: [Array]) -> Case {
        let members = arrays.enumerated().map { number, array in
            let data = npy(array)
            var member = ZipBuilder.Member("v\(number).npy", data)
            member.method = 8
            member.stored = Deflate.compress(data, level: 9)
            return member
        }
        return Case(name: name, bytes: ZipBuilder(members).bytes)
    }

    private static func npy(_ array: Array) -> [UInt8] {
        let shape = array.shape.map { "\($0), " }.joined()
        let order = array.isColumnMajor ? "True" : "False"
        let text =
            "{'descr': '\(array.descriptor)', 'fortran_order': \(order), 'shape': (\(shape))}\n"
        var writer = ByteWriter()
        writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        let width = Int(array.descriptor.dropFirst(2)) ?? 1
        writer.append([UInt8](repeating: 0, count: array.shape.reduce(width, *)))
        return writer.bytes
    }
}
