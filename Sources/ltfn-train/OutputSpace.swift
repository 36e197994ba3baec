import LTFNBytes
import LTFNCommand
import LTFNFiles

/// The space that a trained network will need where it goes to.
enum OutputSpace {
    /// Random, so that file systems that compress do not make nothing of it.
    private static let block = (0..<1 << 18).map { _ in UInt8.random(in: .min ... .max) }

    /// Tries out whether a file of `byteCount` bytes can be written at `path`, and removes it
    /// again: that also tells of quotas and limits of the file's size.
    ///
    /// Trained values take nearly as many bytes as they have; half of them would be too few for
    /// sure.
    ///
    /// - Parameter byteCount: of the values, uncompressed.
    /// - Throws: `io` when half of it does not fit; when less than all fits, there is a warning.
    static func check(_ path: String, byteCount: Int, notes: Notes) throws(FormatError) {
        guard try DurableFileWriter.makesFile(at: path) else { return }
        let writer = try DurableFileWriter(path: path)
        defer { writer.abandon() }
        var written = 0
        do throws(FormatError) {
            while written < byteCount {
                let count = min(block.count, byteCount - written)
                try writer.write(Array(block.prefix(count)))
                written += count
            }
            // What is to be read has left the buffer.
            _ = try writer.draftSource()
        } catch {
            let size = NumberText.counted(UInt64(byteCount), "byte")
            guard written >= byteCount / 2 else {
                var error = error
                error.message +=
                    " The trained network takes up to \(size) there: nothing was begun."
                throw error
            }
            notes.warn(
                "\(error) The trained network takes up to \(size) there, and may not fit.")
        }
    }
}
