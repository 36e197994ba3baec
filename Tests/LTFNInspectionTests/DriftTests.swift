import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers
import LTFNInspection
import Testing

@Suite("Drift from the initial values")
struct DriftTests {
    private static let count = 10_000

    /// A report of a file with one variable.
    private func report(_ info: VariableInfo, _ bytes: [UInt8]) throws -> VariableReport {
        let values = try tensor(info.tensor.dtype, info.tensor.shape.dimensions, bytes)
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(manifest: Manifest(variables: [info]), tensors: [values]), to: sink)
        let reader = try NativeReader(MemorySource(sink.bytes))
        let report = CheckpointReport(
            of: reader, name: "a", formatName: "ltfn", fileByteCount: UInt64(sink.bytes.count))
        return try #require(report.variables.first { _ in true })
    }

    private func variable(
        _ dtype: DType, _ recipe: InitializerRecipe
    ) throws -> (info: VariableInfo, initial: [UInt8]) {
        let tensor = try TensorInfo(dtype: dtype, shape: TensorShape([Self.count]))
        let initializer = try Initializer(
            recipe: recipe, seed: 7, stream: 1, fans: nil, dtype: dtype)
        let initial = try initializer.sample(0..<Self.count)
        let specification = InitializerSpec(
            recipe: recipe, seed: 7, stream: 1,
            evidence: .reproducible(
                algorithmVersion: 1, digest: try initializer.digest(elementCount: Self.count)))
        let info = try VariableInfo(
            name: VariableName("w"), tensor: tensor, initializer: specification)
        return (info, initial.copy(of: 0..<initial.byteCount))
    }

    @Test("is measured in every dtype that is sampled", arguments: [DType.f16, .bf16, .f32, .f64])
    func sampled(dtype: DType) throws {
        let (info, initial) = try variable(dtype, .normal(mean: 0, standardDeviation: 1))
        let same = try #require(try report(info, initial).drift)
        #expect(same.distance == 0 && abs(same.initialNorm - 100) < 3)
        // All signs flipped: twice as far as the initial values are from zero.
        var flipped = initial
        for index in stride(from: dtype.bitCount / 8 - 1, to: flipped.count, by: dtype.bitCount / 8)
        {
            flipped[index] ^= 0x80
        }
        let moved = try #require(try report(info, flipped).drift)
        #expect(isClose(moved.relative, 2, 1e-12))
    }

    @Test("is measured from zeros, too", arguments: [DType.bf16, .f64, .i32, .f8e5m2])
    func zeros(dtype: DType) throws {
        let (info, initial) = try variable(dtype, .zeros)
        #expect(try report(info, initial).drift?.distance == 0)
        var moved = initial
        moved[0] = 1
        #expect(try #require(try report(info, moved).drift).distance > 0)
    }

    @Test("of numbers whose squares float64 does not hold", arguments: [1e-170, 1e170])
    func magnitudes(unit: Double) throws {
        let (info, initial) = try variable(.f64, .normal(mean: 0, standardDeviation: unit))
        let found = try #require(
            try report(info, [UInt8](repeating: 0, count: initial.count)).drift)
        #expect(abs(found.initialNorm / unit - 100) < 3)
        #expect(found.relative == 1)
    }
}
