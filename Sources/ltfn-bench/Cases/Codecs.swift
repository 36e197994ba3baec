import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNTraining

extension Benchmark {
    /// Encoding and decoding of a whole file in memory, on one thread: checksums, digest and index
    /// included.
    static let codecs = [
        encoding("encode/planes", .weights, peers: ["encode/zipnn"]),
        decoding("decode/planes", .weights, peers: ["decode/zipnn", "decode/zlib"]),
        encoding("encode/residual", .trained, peers: []),
        decoding("decode/residual", .trained, peers: []),
    ]

    private enum Content: Sendable {
        /// float32 weights of unknown origin.
        case weights
        /// The same, a little way from a known initializer.
        case trained
    }

    private static func encoding(
        _ name: String, _ content: Content, peers: [String]
    ) -> Benchmark {
        Benchmark(name: name, unit: .bytes, peers: peers) { settings in
            let checkpoint = try checkpoint(content, settings)
            return {
                let seconds = try measure { _ = try encoded(checkpoint) }
                return Sample(seconds: seconds, work: Double(byteCount(checkpoint)))
            }
        }
    }

    private static func decoding(
        _ name: String, _ content: Content, peers: [String]
    ) -> Benchmark {
        Benchmark(name: name, unit: .bytes, peers: peers) { settings in
            let checkpoint = try checkpoint(content, settings)
            let source = MemorySource(try encoded(checkpoint))
            return {
                let seconds = try measure {
                    let reader = try NativeFormat().open(source, limits: .standard)
                    for index in reader.manifest.variables.indices {
                        _ = try reader.read(index)
                    }
                }
                return Sample(seconds: seconds, work: Double(byteCount(checkpoint)))
            }
        }
    }

    private static func encoded(_ checkpoint: Checkpoint) throws -> [UInt8] {
        var options = NativeFormat.WritingOptions()
        options.threadCount = 1
        let sink = MemorySink()
        try NativeFormat(options: options).write(checkpoint, to: sink)
        return sink.bytes
    }

    private static func byteCount(_ checkpoint: Checkpoint) -> Int {
        checkpoint.tensors.reduce(0) { $0 + $1.info.byteCount }
    }

    /// About 51 MB: the tutorial's variables, forty times.
    private static func checkpoint(
        _ content: Content, _ settings: BenchmarkSettings
    ) throws -> Checkpoint {
        if let path = settings.weightsPath {
            let reader = try NativeFormat().open(FileSource(path: path), limits: .standard)
            let checkpoint = try Checkpoint(reading: reader)
            return content == .trained ? checkpoint : try withoutInitializers(checkpoint)
        }
        var infos: [VariableInfo] = []
        var tensors: [TensorData] = []
        for copy in 0..<40 {
            // Values of their own for each copy: equal chunks would be stored once.
            for variable in try tutorialVariables(seed: UInt64(copy + 1)) {
                let name = try VariableName("\(copy + 10)/\(variable.name)")
                infos.append(
                    VariableInfo(
                        name: name, tensor: variable.tensor.info,
                        initializer: content == .trained ? variable.spec : nil))
                tensors.append(content == .trained ? nudged(variable.tensor) : variable.tensor)
            }
        }
        let order = infos.indices.sorted { infos[$0].name < infos[$1].name }
        return try Checkpoint(
            manifest: Manifest(variables: order.map { infos[$0] }),
            tensors: order.map { tensors[$0] })
    }

    /// Each value moved by up to 2^-9 of itself: about as far as a thousand steps move a weight.
    private static func nudged(_ tensor: TensorData) -> TensorData {
        var result = tensor
        var values = result.bytes.mutableFloats
        var state: UInt32 = 1
        for index in values.indices {
            state = state &* 1_664_525 &+ 1_013_904_223
            let step = Float(Int32(bitPattern: state)) * 0x1p-31
            values[index] += values[index] * step * 0x1p-9
        }
        return result
    }

    private static func withoutInitializers(_ checkpoint: Checkpoint) throws -> Checkpoint {
        let bare = checkpoint.manifest.variables.map { variable in
            var copy = variable
            copy.initializer = nil
            return copy
        }
        return try Checkpoint(manifest: Manifest(variables: bare), tensors: checkpoint.tensors)
    }
}
