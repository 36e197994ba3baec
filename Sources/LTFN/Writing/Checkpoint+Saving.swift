import LTFNBytes
import LTFNConversion
import LTFNFiles

extension Checkpoint {
    /// Writes the checkpoint into a file, which is either wholly there and on the disk, or not
    /// there at all: until the end, what stood at `path` stays. The kernels of a network go into
    /// the order of the format where programs run it in no other: in that of Core ML.
    ///
    /// - Parameters:
    ///   - path: the format is that of the name: `.ltfn`, `.safetensors`, `.npz`, …
    ///   - format: the name of a format in place of that.
    ///   - replacing: whether a file that stands there is replaced.
    ///   - losses: what may be left out where the format has no place for it. `.ltfn` holds all.
    /// - Throws: `notRepresentable` when more would be lost; `unsupportedFeature` for a format that
    ///   is not known, or cannot be written; `io`.
    public func save(
        to path: String, as format: String? = nil, replacing: Bool = true,
        losing losses: Set<FormatLoss.Subject> = []
    ) throws(FormatError) {
        let target = try FormatRegistry.standard.target(forPath: path, named: format)
        try FormatError.about(path) { () throws(FormatError) in
            let conversion = try conversion(to: target, losses)
            let writer = try DurableFileSetWriter(path: path, replacingExisting: replacing)
            defer { writer.abandon() }
            try conversion.write(to: writer)
            try writer.commit()
        }
    }

    /// The bytes of an `.ltfn` file that holds the checkpoint.
    ///
    /// - Throws: `notRepresentable` when a record has no place in the format; `io` when memory is
    ///   short.
    public func encoded() throws(FormatError) -> [UInt8] {
        let sink = MemorySink()
        try NativeFormat().write(self, to: sink)
        return sink.bytes
    }

    private func conversion(
        to target: any CheckpointFormat, _ losses: Set<FormatLoss.Subject>
    ) throws(FormatError) -> Conversion {
        let conversion = Conversion(
            of: target.traits.laidOut(MemoryReader(self)), from: NativeFormat(), to: target,
            allowing: losses)
        guard let problem = conversion.plan.problems.first else { return conversion }
        throw FormatError(.notRepresentable, format: target.traits.name, Self.sentence(problem))
    }
}

extension Checkpoint {
    private static func sentence(_ problem: ConversionPlan.Problem) -> String {
        switch problem {
        case .notRepresentable(let loss): loss.reason
        case .notAllowed(let subject, let losses):
            "The \(subject.rawValue) would be lost, which was not allowed: "
                + (losses.first?.reason ?? "")
        case .selection(let sentence, _): sentence
        case .change(let problem): problem.sentence
        case .expansion(let error), .output(let error): error.message
        }
    }
}

/// A checkpoint in memory, read as if it were a file.
private struct MemoryReader: CheckpointReader {
    let checkpoint: Checkpoint

    init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
    }

    var manifest: Manifest { checkpoint.manifest }

    func read(_ index: Int) throws(FormatError) -> TensorData { checkpoint.tensors[index] }

    func storage(_ index: Int) -> StorageInfo {
        StorageInfo(
            storedByteCount: UInt64(checkpoint.tensors[index].info.byteCount), codec: "memory")
    }
}
