import LTFNBytes
import LTFNFiles

/// A file of so many equal bytes.
enum PlainFile {
    /// - Parameter arguments: `write`, the path, how many bytes, and words.
    static func save(_ arguments: [String]) throws(FormatError) {
        let writer = try DurableFileWriter(
            path: arguments[1], replacingExisting: !arguments.contains("new"))
        let piece = [UInt8](repeating: 0x2E, count: 300_000)
        var left = Int(arguments[2]) ?? 0
        while left > 0 {
            try writer.write(Array(piece.prefix(left)))
            left -= min(left, piece.count)
        }
        if arguments.contains("interrupted") { PendingFiles.removeAll() }
        try writer.commit()
    }
}
