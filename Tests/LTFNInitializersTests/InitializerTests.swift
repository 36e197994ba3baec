import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import Testing

@Suite("Initializer")
struct InitializerTests {
    private func error(_ body: () throws(FormatError) -> Void) -> FormatError? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }

    private func expect(
        _ code: FormatError.Code, _ rule: String, _ recipe: InitializerRecipe,
        fans: Fans? = Fans(fanIn: 4, fanOut: 8), dtype: DType = .f32,
        location: SourceLocation = #_sourceLocation
    ) {
        let error = error { () throws(FormatError) in
            _ = try Initializer(recipe: recipe, seed: 1, stream: 1, fans: fans, dtype: dtype)
        }
        #expect(error?.code == code, "\(recipe)", sourceLocation: location)
        #expect(error?.rule == rule, "\(recipe)", sourceLocation: location)
    }

    @Test("LTFN-I1: any cut of a variable into pieces gives the same bytes")
    func cuts() throws {
        for dtype in [DType.f16, .bf16, .f32, .f64, .c64] {
            let recipe: InitializerRecipe = dtype == .c64 ? .ones : .heNormal
            let fans = Fans(fanIn: 9, fanOut: 9)
            let initializer = try Initializer(
                recipe: recipe, seed: 7, stream: 9, fans: fans, dtype: dtype)
            let whole = try initializer.sample(0..<5_000).array
            for size in [1, 7, 64, 1_023] {
                var joined: [UInt8] = []
                for start in stride(from: 0, to: 5_000, by: size) {
                    joined += try initializer.sample(start..<min(start + size, 5_000)).array
                }
                #expect(joined == whole, "\(dtype) by \(size)")
            }
        }
    }

    @Test("LTFN-I3: an unknown version of the rules is refused")
    func version() throws {
        let digest = ValueHash.digest([])
        let spec = InitializerSpec(
            recipe: .zeros, evidence: .reproducible(algorithmVersion: 2, digest: digest))
        let error = error { () throws(FormatError) in _ = try Initializer(spec, dtype: .f32) }
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.rule == "LTFN-I3")
    }

    @Test("LTFN-I4: a description is not sampled")
    func descriptions() {
        expect(.notRepresentable, "LTFN-I4", .described(name: "orthogonal", parameters: .init()))
        let spec = InitializerSpec(recipe: .zeros, evidence: .descriptive)
        let error = error { () throws(FormatError) in _ = try Initializer(spec, dtype: .f32) }
        #expect(error?.code == .notRepresentable)
        #expect(error?.rule == "LTFN-I4")
    }

    @Test("LTFN-I5: parameters that cannot be sampled are refused")
    func parameters() {
        let huge = Double.greatestFiniteMagnitude
        let recipes: [InitializerRecipe] = [
            .uniform(low: 1, high: 1), .uniform(low: 1, high: 0), .uniform(low: .nan, high: 0),
            .uniform(low: -huge, high: huge), .uniform(low: 0, high: .infinity),
            .normal(mean: .nan, standardDeviation: 1), .normal(mean: 0, standardDeviation: -1),
            .normal(mean: 0, standardDeviation: .infinity),
            .truncatedNormal(mean: .infinity, standardDeviation: 1),
            .truncatedNormal(mean: 0, standardDeviation: .nan),
            .scaledNormal(factor: .nan), .scaledNormal(factor: -.infinity),
            .varianceScaling(scale: -1, fan: .fanIn, distribution: .uncorrectedTruncatedNormal),
            .varianceScaling(scale: -1, fan: .fanIn, distribution: .uniform),
            .varianceScaling(scale: .infinity, fan: .fanIn, distribution: .untruncatedNormal),
        ]
        for recipe in recipes { expect(.notRepresentable, "LTFN-I5", recipe, dtype: .f64) }
    }

    @Test("LTFN-I6: only the four float dtypes are sampled")
    func dtypes() throws {
        for dtype in DType.allCases {
            if ElementType(dtype) == nil {
                expect(
                    .notRepresentable, "LTFN-I6", .normal(mean: 0, standardDeviation: 1),
                    dtype: dtype)
            } else {
                _ = try Initializer(
                    recipe: .scaledNormal(factor: 1), seed: 0, stream: 0, fans: nil, dtype: dtype)
            }
        }
    }

    @Test("LTFN-I8: constants are rounded to floats and held exactly by integers")
    func constants() throws {
        let cases: [(Double, DType, [UInt8]?)] = [
            (0.1, .f32, [0xCD, 0xCC, 0xCC, 0x3D]), (0.1, .bf16, [0xCD, 0x3D]),
            (0.1, .f16, [0x66, 0x2E]), (65_519, .f16, [0xFF, 0x7B]), (65_520, .f16, [0x00, 0x7C]),
            (.nan, .f16, [0x00, 0x7E]), (-.nan, .f32, [0, 0, 0xC0, 0x7F]),
            (-0.0, .f32, [0, 0, 0, 0x80]), (1, .c64, [0, 0, 0x80, 0x3F, 0, 0, 0, 0]),
            (-2, .c128, [0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0]),
            (-2, .i16, [0xFE, 0xFF]), (255, .u8, [255]), (1, .bool, [1]), (0, .f4e2m1, [0]),
            (256, .u8, nil), (0.5, .i32, nil), (-1, .u64, nil), (0x1p64, .u64, nil),
            (2, .bool, nil), (1, .f8e4m3fn, nil), (0, .f8e8m0, nil), (-0.0, .bits8, nil),
            (.nan, .i8, nil), (1, .i4, nil),
        ]
        for (value, dtype, pattern) in cases {
            guard let pattern else {
                expect(.notRepresentable, "LTFN-I8", .constant(value), dtype: dtype)
                continue
            }
            let initializer = try Initializer(
                recipe: .constant(value), seed: 0, stream: 0, fans: nil, dtype: dtype)
            for count in [2, 7, 16, 45] {
                let elements = dtype.bitCount < 8 ? 2 * count : count
                let expected = (0..<count).flatMap { _ in pattern }
                #expect(try initializer.sample(3..<3 + elements).array == expected, "\(dtype)")
            }
        }
    }

    @Test("LTFN-I9: what is asked for is checked before it is allocated")
    func limits() throws {
        let initializer = try Initializer(
            recipe: .zeros, seed: 0, stream: 0, fans: nil, dtype: .f64)
        var limits = DecodingLimits.standard
        limits.tensorByteCount = 799
        for range in [0..<100, 0..<Int.max] {
            let error = error { () throws(FormatError) in
                _ = try initializer.sample(range, limits: limits)
            }
            #expect(error?.code == .limitExceeded)
            #expect(error?.rule == "LTFN-I9")
        }
        #expect(try initializer.sample(0..<99, limits: limits).byteCount == 792)
    }

    @Test("Ranges and pieces without meaning are refused")
    func meaningless() throws {
        let initializer = try Initializer(
            recipe: .uniform(low: 0, high: 1), seed: 0, stream: 0, fans: nil, dtype: .f32)
        #expect(error { () throws(FormatError) in _ = try initializer.sample(-1..<4) } != nil)
        for (byteCount, first) in [(6, 0), (8, UInt64.max - 1)] {
            var bytes = AlignedBytes(byteCount: byteCount)
            let error = error { () throws(FormatError) in
                var span = bytes.mutableBytes
                try initializer.fill(&span, from: first)
            }
            #expect(error?.code == .corrupt)
        }
        #expect(try initializer.sample(7..<7).byteCount == 0)
    }

    @Test("LTFN-I10: a record carries the digest of its initial bytes, and a wrong one is noticed")
    func records() throws {
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([3, 3, 64, 128]))
        var spec = try Initializer.record(recipe: .heNormal, seed: 5, stream: 6, info: info)
        #expect(spec.fans == Fans(fanIn: 576, fanOut: 1152))
        let tensor = try Initializer.sample(spec, info: info)
        #expect(
            spec.evidence
                == .reproducible(algorithmVersion: 1, digest: ValueHash.digest(tensor.bytes.bytes)))
        try Initializer.verify(spec, info: info)
        spec.seed = 4
        let error = error { () throws(FormatError) in try Initializer.verify(spec, info: info) }
        #expect(error?.code == .checksumMismatch)
        #expect(error?.rule == "LTFN-I10")
    }

    @Test("LTFN-I2: without elements there is nothing to sample, whatever the record asks for")
    func empty() throws {
        let evidence = InitializerSpec.Evidence.reproducible(
            algorithmVersion: 7, digest: ValueHash.digest([]))
        for recipe in [
            InitializerRecipe.uniform(low: 1, high: 1), .uniform(low: -1e-60, high: 1e-60),
            .scaledNormal(factor: 1e300), .heNormal, .constant(0.5),
        ] {
            for dtype in [DType.f32, .f16, .bool, .i64, .f8e8m0] {
                let info = try TensorInfo(dtype: dtype, shape: TensorShape([3, 0]))
                let spec = InitializerSpec(recipe: recipe, evidence: evidence)
                try Initializer.verify(spec, info: info)
            }
        }
    }

    @Test("LTFN-I27 LTFN-I29: ranges and factors that a dtype cannot hold are refused")
    func rangesOfDTypes() {
        expect(.notRepresentable, "LTFN-I27", .uniform(low: 1, high: 1 + 0x1p-20), dtype: .f16)
        expect(.notRepresentable, "LTFN-I27", .uniform(low: 0, high: 70_000), dtype: .f16)
        expect(.notRepresentable, "LTFN-I29", .scaledNormal(factor: 70_000), dtype: .f16)
    }

    @Test("LTFN-I32: fans that are missing or zero are refused where they divide")
    func missingFans() {
        let none = Fans(fanIn: 0, fanOut: 0)
        for recipe in [
            InitializerRecipe.heNormal, .glorotUniform,
            .varianceScaling(scale: 1, fan: .fanOut, distribution: .uniform),
        ] {
            expect(.notRepresentable, "LTFN-I32", recipe, fans: nil)
            expect(.notRepresentable, "LTFN-I32", recipe, fans: none)
        }
    }

    @Test("LTFN-I33: fans of shapes")
    func fans() throws {
        let cases: [([Int], UInt64, UInt64)] = [
            ([], 1, 1), ([10], 10, 10), ([6272, 10], 6272, 10), ([3, 3, 1, 64], 9, 576),
            ([3, 3, 64, 128], 576, 1152), ([5, 64, 32], 320, 160), ([3, 0, 4], 0, 12),
        ]
        for (shape, fanIn, fanOut) in cases {
            let fans = try Fans(shape: TensorShape(shape))
            #expect(fans == Fans(fanIn: fanIn, fanOut: fanOut), "\(shape)")
        }
        let huge = try TensorShape([Int.max, Int.max, 0, 4])
        #expect(
            error { () throws(FormatError) in _ = try Fans(shape: huge) }?.code == .limitExceeded)
    }

    @Test("Expected moments of TensorFlow 1's and Keras' recipes")
    func expectedMoments() throws {
        let fans = Fans(fanIn: 576, fanOut: 1152)
        let old = InitializerRecipe.varianceScaling(
            scale: 2.6, fan: .fanIn, distribution: .uncorrectedTruncatedNormal)
        let new = InitializerRecipe.varianceScaling(
            scale: 2, fan: .fanIn, distribution: .correctedTruncatedNormal)
        let oldMoments = try #require(ExpectedMoments(recipe: old, fans: fans))
        let newMoments = try #require(ExpectedMoments(recipe: new, fans: fans))
        // σ = √(1.3 · 2 / 576), of which the cut leaves 0.87962566103423978.
        #expect(abs(oldMoments.standardDeviation - 0.0590980733) < 1e-9)
        #expect(abs(oldMoments.maximum - 2 * 0.0671854812) < 1e-9)
        #expect(abs(newMoments.standardDeviation - (2.0 / 576).squareRoot()) < 1e-15)
        let glorot = try #require(ExpectedMoments(recipe: .glorotUniform, fans: fans))
        #expect(abs(glorot.maximum - (6.0 / 1728).squareRoot()) < 1e-15)
        #expect(abs(glorot.standardDeviation - (2.0 / 1728).squareRoot()) < 1e-15)
        let none = InitializerRecipe.described(name: "orthogonal", parameters: .init())
        #expect(ExpectedMoments(recipe: none, fans: fans) == nil)
    }
}
