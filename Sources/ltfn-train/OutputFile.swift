import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// The file that a trained network goes to.
enum OutputFile {
    /// Makes sure that a file can be created at `path`; what stands there is not touched.
    ///
    /// - Returns: what a file that is replaced cannot leave to the new one, a sentence each.
    /// - Throws: `io`.
    static func check(_ path: String) throws(FormatError) -> [String] {
        guard try DurableFileWriter.makesFile(at: path) else { return [] }
        let writer = try DurableFileWriter(path: path)
        writer.abandon()
        return writer.notes
    }

    /// The same for a name that the program made, where only a file may stand.
    static func checkDerived(_ path: String) throws(FormatError) {
        try DurableFileWriter.expectFile(at: path)
        _ = try check(path)
    }

    /// Writes `checkpoint` in place of what stands at `path`.
    ///
    /// - Parameters:
    ///   - replacingExisting: as for `DurableFileWriter`.
    ///   - reader: as for `DurableFileWriter`.
    ///   - output: the file that this one is kept beside, and is as private as.
    /// - Returns: the length of the file in bytes.
    /// - Throws: `io`; what stood there before is then still there.
    static func write(
        _ checkpoint: Checkpoint, to path: String, replacingExisting: Bool = true,
        reader: PipeReader = .expectedSoon, beside output: String? = nil
    ) throws(FormatError) -> UInt64 {
        let writer = try DurableFileWriter(
            path: path, replacingExisting: replacingExisting, asPrivateAs: output,
            reader: reader)
        try NativeFormat().write(checkpoint, to: writer)
        try writer.commit()
        return writer.position
    }

    /// `model.ltfn` → `model.last-finite.ltfn`
    static func lastFinitePath(for path: String) -> String {
        CheckpointFiles(output: path).path(mark: ".last-finite")
    }
}
