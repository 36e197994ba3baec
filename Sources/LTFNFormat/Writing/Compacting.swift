import LTFNBytes
import LTFNCheckpoint

extension NativeFormat {
    /// Writes a file anew without what earlier versions of it left behind. Chunks are copied as
    /// they are stored, so nothing is decoded and no base is needed.
    ///
    /// Memory: the index and one chunk.
    ///
    /// - Throws: `checksumMismatch` and `corrupt` for a damaged chunk, `io`.
    public static func compact(
        _ reader: NativeReader, to sink: any ByteSink
    ) throws(FormatError) {
        var index = reader.index
        index.retired = []
        let isDone = index.storages.map { _ in true }
        var writer = try NativeWriter(
            sink, index: index, isDone: isDone, options: WritingOptions(), base: nil)
        try writer.copyChunks(of: reader)
        try writer.finish()
    }
}
