import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers
import LTFNParallel

/// Encoding and decoding of a whole file in memory: checksums, digests and index included.
extension Benchmark {
    /// Enough values to measure rates with: 50 MB in variables of many chunks.
    static func codecs(_ settings: BenchmarkSettings) -> [Benchmark] {
        threadCounts(settings).flatMap { count in
            let peers = count == 1 ? ["encode/zipnn"] : []
            let readers = count == 1 ? ["decode/zipnn", "decode/zlib"] : []
            return [
                encoding("encode/planes/\(threads(count))", count, peers: peers) { _ in
                    try someWeights(isTrained: false)
                },
                decoding("decode/planes/\(threads(count))", count, peers: readers) { _ in
                    try someWeights(isTrained: false)
                },
                encoding("encode/residual/\(threads(count))", count, peers: []) { _ in
                    try someWeights(isTrained: true)
                },
                decoding("decode/residual/\(threads(count))", count, peers: []) { _ in
                    try someWeights(isTrained: true)
                },
                verifying("verify/planes/\(threads(count))", count) {
                    try someWeights(isTrained: false)
                },
                verifying("verify/residual/\(threads(count))", count) {
                    try someWeights(isTrained: true)
                },
            ]
        }
    }

    static func encoding(
        _ name: String, _ threadCount: Int, peers: [String],
        _ content: @escaping @Sendable (BenchmarkSettings) throws -> Checkpoint
    ) -> Benchmark {
        Benchmark(name: name, unit: .bytes, peers: peers) { settings in
            let checkpoint = try content(settings)
            let amount = checkpoint.rawByteCount
            // Into memory that is there already: the system's work of finding some is not the
            // codec's.
            let (format, sink) = (format(threadCount), MemorySink())
            try format.write(checkpoint, to: sink)
            let stored = sink.bytes.count
            let work = try Work(repeating: Double(amount)) {
                sink.clear()
                try format.write(checkpoint, to: sink)
            }
            return Work(
                peerInput: peers.isEmpty ? nil : PeerInput(checkpoint),
                ratio: Double(stored) / Double(amount), sample: work.sample)
        }
    }

    static func decoding(
        _ name: String, _ threadCount: Int, peers: [String],
        _ content: @escaping @Sendable (BenchmarkSettings) throws -> Checkpoint
    ) -> Benchmark {
        Benchmark(name: name, unit: .bytes, peers: peers) { settings in
            let checkpoint = try content(settings)
            let amount = checkpoint.rawByteCount
            let file = try encoded(checkpoint, threadCount)
            let format = format(threadCount)
            let work = try Work(repeating: Double(amount)) {
                let reader = try format.open(MemorySource(file), limits: .standard)
                _ = try reader.read(Array(reader.manifest.variables.indices))
            }
            return Work(
                peerInput: peers.isEmpty ? nil : PeerInput(checkpoint),
                ratio: Double(file.count) / Double(amount), sample: work.sample)
        }
    }

    /// Decoding, with the digests of the values.
    private static func verifying(
        _ name: String, _ threadCount: Int, _ content: @escaping @Sendable () throws -> Checkpoint
    ) -> Benchmark {
        Benchmark(name: name, unit: .bytes) { _ in
            let checkpoint = try content()
            let file = try encoded(checkpoint, threadCount)
            let format = format(threadCount)
            return try Work(repeating: Double(checkpoint.rawByteCount)) {
                let reader = try format.open(MemorySource(file), limits: .standard)
                for number in reader.manifest.variables.indices { _ = try reader.verify(number) }
            }
        }
    }

    private static func format(_ threadCount: Int) -> NativeFormat {
        var options = NativeFormat.WritingOptions()
        options.threadCount = threadCount
        return NativeFormat(options: options)
    }

    private static func encoded(
        _ checkpoint: Checkpoint, _ threadCount: Int
    ) throws -> [UInt8] {
        let sink = MemorySink()
        try format(threadCount).write(checkpoint, to: sink)
        return sink.bytes
    }

    /// Four dense kernels with the tutorial's two kinds of initializer.
    ///
    /// - Parameter isTrained: whether the values are a little way from a recorded initializer, or
    ///   of unknown origin.
    private static func someWeights(isTrained: Bool) throws -> Checkpoint {
        var infos: [VariableInfo] = []
        var tensors: [TensorData] = []
        for number in 0..<4 {
            let info = try TensorInfo(dtype: .f32, shape: TensorShape([2048, 1536]))
            let spec = try Initializer.record(
                recipe: number % 2 == 0
                    ? .glorotUniform
                    : .varianceScaling(
                        scale: 2.6, fan: .fanIn, distribution: .uncorrectedTruncatedNormal),
                seed: 1, stream: UInt64(number), info: info)
            let initial = try Initializer.sample(spec, info: info)
            infos.append(
                VariableInfo(
                    name: try VariableName("dense\(number)"), tensor: info,
                    initializer: isTrained ? spec : nil))
            tensors.append(isTrained ? nudged(initial) : initial)
        }
        return try Checkpoint(manifest: Manifest(variables: infos), tensors: tensors)
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
}

extension Checkpoint {
    /// Bytes of the values, as they are without any codec.
    var rawByteCount: Int { tensors.reduce(0) { $0 + $1.info.byteCount } }
}
