import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import LTFNInitializers

/// The codecs on kept models: how small the whole file is, and how fast it is written and read.
extension Benchmark {
    static func files(_ settings: BenchmarkSettings) -> [Benchmark] {
        let folder = settings.modelsPath
        var result = cases("tutorial-5000", folder + "/tutorial.ltfn", KeptForm.allCases)
        result += cases("tutorial-1000", folder + "/tutorial-1000.ltfn", [.trained])
        if let path = settings.weightsPath { result += cases("weights", path, KeptForm.allCases) }
        return result
    }

    private static func cases(
        _ name: String, _ path: String, _ forms: [KeptForm]
    ) -> [Benchmark] {
        forms.flatMap { form in
            let content: @Sendable (BenchmarkSettings) throws -> Checkpoint = { _ in
                let reader = try NativeFormat().open(FileSource(path: path), limits: .standard)
                return try form.made(from: Checkpoint(reading: reader))
            }
            let name = "file/\(name)/\(form.rawValue)"
            return [
                encoding("\(name)/encode", 1, peers: ["encode/zipnn"], content),
                decoding("\(name)/decode", 1, peers: ["decode/zipnn", "decode/zlib"], content),
            ].map { benchmark in
                var benchmark = benchmark
                benchmark.file = path
                return benchmark
            }
        }
    }
}

/// What is made of a kept model before it is written.
enum KeptForm: String, CaseIterable, Sendable {
    /// As it is, with its initializers.
    case trained
    /// The same values, of unknown origin: a converted checkpoint.
    case bare
    /// Values and initial values rounded to bfloat16.
    case bfloat16
    /// The same without initializers.
    case bareBFloat16 = "bare-bfloat16"

    func made(from checkpoint: Checkpoint) throws -> Checkpoint {
        let isRounded = self == .bfloat16 || self == .bareBFloat16
        let isBare = self == .bare || self == .bareBFloat16
        let tensors =
            isRounded ? try checkpoint.tensors.map { try rounded($0) } : checkpoint.tensors
        var variables = checkpoint.manifest.variables
        for index in variables.indices {
            let info = tensors[index].info
            variables[index].tensor = info
            let spec = isBare ? nil : variables[index].initializer
            variables[index].initializer = try spec.map { spec in
                // Initial values of another dtype have another digest.
                isRounded
                    ? try Initializer.record(
                        recipe: spec.recipe, seed: spec.seed, stream: spec.stream, info: info)
                    : spec
            }
        }
        let old = checkpoint.manifest
        let manifest = try Manifest(variables: variables, metadata: old.metadata, graph: old.graph)
        return try Checkpoint(manifest: manifest, tensors: tensors)
    }

    private func rounded(_ tensor: TensorData) throws -> TensorData {
        guard tensor.info.dtype == .f32 else { return tensor }
        let info = try TensorInfo(dtype: .bf16, shape: tensor.info.shape)
        let values = tensor.bytes.floats
        var bytes: [UInt8] = []
        bytes.reserveCapacity(info.byteCount)
        for index in values.indices {
            let bits = BFloat16(values[index]).bitPattern
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
        }
        return try TensorData(info: info, bytes: AlignedBytes(copying: bytes.rawSpan))
    }
}
