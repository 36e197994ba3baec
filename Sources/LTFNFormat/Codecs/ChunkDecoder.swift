import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// Turns the stored bytes of one chunk into those of the tensor.
struct ChunkDecoder {
    let record: ChunkRecord
    let variable: VariableInfo
    /// The first byte of the chunk among those of the variable.
    let start: Int

    /// - Parameters:
    ///   - stored: the stored bytes, whose checksum is right.
    ///   - initializer: of a variable that can be replayed.
    ///   - scratch: memory for what is needed on the way.
    ///   - output: as many bytes as the chunk decodes to; for codecs that use a base, its bytes.
    func decode(
        _ stored: [UInt8], initializer: Initializer?, with scratch: inout DecodingScratch,
        into output: inout MutableRawSpan
    ) throws(FormatError) {
        let coding = WordCoding(variable.tensor.dtype)
        switch record.codec {
        case .raw: ByteKernels.copy(stored.rawSpan, to: &output)
        case .constant: ByteKernels.fill(&output, repeating: stored)
        case .planes:
            try PlanesCodec.decode(stored, at: record.offset, coding, with: &scratch, into: &output)
        case .initial: try fill(&output, from: initializer)
        case .initialResidual:
            try fill(&output, from: initializer)
            try ResidualCodec.decode(
                stored, at: record.offset, coding, with: &scratch, changing: &output)
        case .base: break
        case .baseResidual:
            try ResidualCodec.decode(
                stored, at: record.offset, coding, with: &scratch, changing: &output)
        case .reference:
            // The reader has put the chunk that is referred to in its place.
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-D4",
                variable: variable.name.string, "A reference refers to a reference.")
        }
    }

    private func fill(
        _ output: inout MutableRawSpan, from initializer: Initializer?
    ) throws(FormatError) {
        guard let initializer else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-D5",
                variable: variable.name.string, "The variable has no initial values.")
        }
        let element = start / (variable.tensor.dtype.bitCount / 8)
        try initializer.fill(&output, from: UInt64(element))
    }
}
