import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInspection

/// An open model file.
struct ModelFile {
    let path: String
    let byteCount: UInt64
    let reader: any CheckpointReader
    let content: ContentIdentity
    let limits: DecodingLimits

    /// How much may be made out of the file, over all its variables.
    var budget: ExpansionBudget {
        ExpansionBudget(limits, fileByteCount: byteCount, reader: reader)
    }

    /// - Parameters:
    ///   - bases: the files that it may be stored relative to.
    ///   - readsValues: whether all those have to be there.
    init(
        _ path: String, bases: [String], limits: DecodingLimits, readsValues: Bool = true
    ) throws(FormatError) {
        let bases = try BaseFiles(paths: bases, limits: limits).readers
        let source = try FileSource(path: path)
        self.path = path
        self.limits = limits
        byteCount = source.byteCount
        let reader = try FormatError.about(path) { () throws(FormatError) in
            let reader = try NativeReader(source, limits: limits, bases: bases)
            if readsValues { try reader.expectBases() }
            return reader
        }
        self.reader = reader
        content = ContentIdentity(digest: reader.contentDigest, bases: reader.baseDigests)
    }
}
