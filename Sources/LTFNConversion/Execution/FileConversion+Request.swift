import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import LTFNFormats

extension FileConversion {
    /// What is wanted.
    public struct Request: Hashable, Sendable {
        public var input: String
        public var output: String
        /// The names of formats; nil: by content and name of the file.
        public var sourceFormat: String?
        public var targetFormat: String?
        /// What may be lost.
        public var allowedLosses: Set<FormatLoss.Subject> = []
        /// What the values of a dtype are known to be instead.
        public var retyping: [Retyping] = []
        /// What is changed on the way.
        public var changes = Changes()
        /// What of the input is read.
        public var selection = ReadingSelection.everything
        /// Files that `.ltfn` files may be stored relative to, in any order.
        public var bases: [String] = []
        /// An ONNX model: the output is a copy of it, with the values of the input in place of its
        /// own.
        public var model: String?
        /// What an `.ltfn` output is stored relative to.
        public var relativeTo: String?
        /// The most bytes of values in a file, where the target can be kept in several; nil: as the
        /// format has it.
        public var shardByteCount: UInt64?
        /// The values of a safetensors output begin at a multiple of so many bytes; nil: as the
        /// format has it.
        public var alignment: Int?
        /// Whether an `.ltfn` input whose end is missing is read by its last whole index.
        public var recovers = false
        /// Whether a file that stands at `output` is replaced.
        public var replacesOutput = false
        public var verification = Verification.bits

        /// How the output is compared with the input.
        public enum Verification: String, Hashable, Sendable, CaseIterable {
            /// Not at all.
            case none
            /// Every bit of the values, their axes put back, and all that is said of them.
            case bits
            /// That, and what the network makes of sample images on both sides, layer by layer.
            case forward
        }

        public init(input: String, output: String) {
            self.input = input
            self.output = output
        }
    }
}

extension NativeFormat {
    /// - Throws: all that opening the base files throws.
    init(
        for request: FileConversion.Request, limits: DecodingLimits
    ) throws(FormatError) {
        self.init(bases: try BaseFiles(paths: request.bases, limits: limits).readers)
        guard let path = request.relativeTo else { return }
        base = try FormatError.about(path) { [bases] () throws(FormatError) in
            let reader = try NativeReader(
                FileSource(path: path), limits: limits, bases: bases)
            try reader.expectBases()
            return reader
        }
    }
}

extension ModelFile.Options {
    init(for request: FileConversion.Request, limits: DecodingLimits) {
        self.init(
            format: request.sourceFormat, bases: request.bases, limits: limits,
            selection: request.selection, recovers: request.recovers)
    }
}
