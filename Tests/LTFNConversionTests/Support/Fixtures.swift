import Foundation
import LTFNBytes
import LTFNCheckpoint
import TestSupport

/// The files under `Fixtures/`, made by the tools that own the formats.
enum Fixtures {
    static let directory = Repository.url("Fixtures")

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: directory.appendingPathComponent(name)))
    }

    static func source(_ name: String) throws -> MemorySource {
        MemorySource(try bytes(name))
    }

    /// All files of a folder: `numpy`.
    static func names(in folder: String) -> [String] {
        let url = directory.appendingPathComponent(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.sorted().map { folder + "/" + $0 }
    }

    /// The values that tools/make_foreign_fixtures.py puts into every array.
    static func pattern(_ info: TensorInfo) -> [UInt8] {
        (0..<info.byteCount).map {
            info.dtype == .bool
                ? UInt8($0 % 2) : UInt8(truncatingIfNeeded: 37 &* $0 &+ 11)
        }
    }
}

extension TensorData {
    /// All bytes of the values.
    var array: [UInt8] { bytes.copy(of: 0..<bytes.byteCount) }

    /// - Parameter values: as many as the tensor takes.
    init(_ info: TensorInfo, values: [UInt8]) throws(FormatError) {
        var bytes = AlignedBytes(byteCount: values.count)
        bytes.replaceBytes(at: 0, with: values)
        try self.init(info: info, bytes: bytes)
    }
}
