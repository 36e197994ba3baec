import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers
import LTFNInspection
import Testing

/// An open file that holds `checkpoint`.
func openFile(_ checkpoint: Checkpoint) throws -> NativeReader {
    let sink = MemorySink()
    try NativeFormat().write(checkpoint, to: sink)
    return try NativeReader(MemorySource(sink.bytes))
}

/// A side of a comparison.
func compared(_ reader: NativeReader, _ name: String) -> ComparedCheckpoint {
    ComparedCheckpoint(
        reader.manifest, reader, name: name, formatName: "ltfn",
        budget: ExpansionBudget(.standard, fileByteCount: 1 << 30))
}

@Suite("Differences of checkpoints")
struct DifferenceTests {
    private static let base: [(name: String, floats: [Float])] = [
        ("a", [1, 2, 3]), ("b", [0, -1]),
    ]

    private func checkpoint(
        _ variables: [(name: String, floats: [Float])] = base, metadata: Metadata = [:],
        tie: Bool = false
    ) throws -> Checkpoint {
        let tensors = try variables.map {
            try TensorData(shape: [$0.floats.count], floats: $0.floats)
        }
        var infos = try zip(variables, tensors).map {
            try VariableInfo(name: VariableName($0.name), tensor: $1.info)
        }
        if tie { infos[1].tiedTo = infos[0].name }
        return try Checkpoint(
            manifest: Manifest(variables: infos, metadata: metadata), tensors: tensors)
    }

    private func difference(
        _ first: Checkpoint, _ second: Checkpoint,
        _ tolerance: ComparisonTolerance = ComparisonTolerance(),
        ignoring ignored: Set<ComparisonPart> = []
    ) throws -> CheckpointDifference {
        try CheckpointDifference(
            compared(openFile(first), "first"), compared(openFile(second), "second"),
            tolerance: tolerance, ignoring: ignored)
    }

    @Test("The same is equal, and what is missing or of another shape is not")
    func structure() throws {
        let base = try checkpoint()
        let same = try difference(base, base)
        #expect(same.isEqual && same.variables.isEmpty && same.comparedCount == 5)
        let less = try difference(base, checkpoint([("a", [1, 2, 3]), ("c", [0])]))
        #expect(!less.isEqual)
        #expect(less.onlyFirst.map(\.name.string) == ["b"])
        #expect(less.onlySecond.map(\.name.string) == ["c"])
        let longer = try difference(base, checkpoint([("a", [1, 2, 3, 4]), ("b", [0, -1])]))
        #expect(!longer.isEqual && longer.variables.first?.obstacle == .shape)
    }

    @Test(
        "Values within a tolerance are equal",
        arguments: [
            (ComparisonTolerance(), false), (ComparisonTolerance(absolute: 0.25), true),
            (ComparisonTolerance(absolute: 0.2499), false),
            (ComparisonTolerance(relative: 0.125), true),
            (ComparisonTolerance(relative: 0.1), false),
            // 2 and 2.25 are 2^20 float32 values apart.
            (ComparisonTolerance(ulps: 1 << 20), true), (ComparisonTolerance(ulps: 1 << 19), false),
        ])
    func tolerances(tolerance: ComparisonTolerance, isEqual: Bool) throws {
        let moved = try checkpoint([("a", [1, 2.25, 3]), ("b", [0, -1])])
        let found = try difference(checkpoint(), moved, tolerance)
        #expect(found.isEqual == isEqual)
        #expect(found.differentCount == 1 && found.beyondCount == (isEqual ? 0 : 1))
    }

    @Test("Signs of zeros and payloads of NaN count without a tolerance, and with one they do not")
    func bits() throws {
        let one = try checkpoint([("a", [0, .nan, .infinity])])
        let other = try checkpoint([("a", [-0.0, Float(nan: 5, signaling: false), .infinity])])
        #expect(try difference(one, other).beyondCount == 2)
        #expect(try difference(one, other, ComparisonTolerance(ulps: 1)).isEqual)
        let number = try checkpoint([("a", [0, 1, 3])])
        let found = try difference(one, number, ComparisonTolerance(absolute: 1e30))
        #expect(found.beyondCount == 2 && found.variables.first?.values?.nonFiniteCount == 2)
    }

    @Test("Integers of 64 bits are as far apart as they are")
    func wideIntegers() throws {
        let numbers: [[Int64]] = [[1 << 60, .min], [1 << 60 + 1, .max]]
        let sides = try numbers.map { numbers in
            let bytes = numbers.flatMap { number in
                (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            }
            let values = try tensor(.i64, [2], bytes)
            let info = try VariableInfo(name: VariableName("n"), tensor: values.info)
            return try Checkpoint(manifest: Manifest(variables: [info]), tensors: [values])
        }
        let found = try difference(sides[0], sides[1], ComparisonTolerance(absolute: 1))
        #expect(found.differentCount == 2 && found.beyondCount == 1)
        #expect(found.variables.first?.values?.largest?.distance == 0x1p64)
    }

    @Test("What only one file records makes no difference, what both record otherwise does")
    func records() throws {
        let tied = [("a", [1, 2] as [Float]), ("b", [1, 2])]
        let noted: Metadata = ["steps": .i64(1), "run": .map(["seed": .i64(1), "host": .i64(2)])]
        let plain = try difference(checkpoint(tied), checkpoint(tied, metadata: noted, tie: true))
        #expect(plain.isEqual && plain.unrecorded == [.metadata, .ties])
        let other: Metadata = ["steps": .i64(2), "run": .map(["seed": .i64(1), "host": .i64(3)])]
        let found = try difference(checkpoint(metadata: noted), checkpoint(metadata: other))
        #expect(!found.isEqual && found.metadata.map(\.key) == ["run.host", "steps"])
        let ignored = try difference(
            checkpoint(metadata: noted), checkpoint(metadata: other), ignoring: [.metadata])
        #expect(ignored.isEqual)
    }

    @Test("Variables that began with the same values tell how far each has moved")
    func drifts() throws {
        func trained(_ seed: UInt64, by step: Float) throws -> Checkpoint {
            let recipe = InitializerRecipe.normal(mean: 0, standardDeviation: 1)
            let initializer = try Initializer(
                recipe: recipe, seed: seed, stream: 1, fans: nil, dtype: .f32)
            let initial = try initializer.sample(0..<100)
            let spec = InitializerSpec(
                recipe: recipe, seed: seed, stream: 1,
                evidence: .reproducible(
                    algorithmVersion: 1, digest: try initializer.digest(elementCount: 100)))
            let values = try TensorData(
                info: TensorInfo(dtype: .f32, shape: TensorShape([100])), bytes: initial)
            let moved = try TensorData(
                shape: [100], floats: values.floats().map { $0 * (1 + step) })
            let info = try VariableInfo(
                name: VariableName("w"), tensor: moved.info, initializer: spec)
            return try Checkpoint(manifest: Manifest(variables: [info]), tensors: [moved])
        }
        let same = try difference(trained(1, by: 0.25), trained(1, by: -0.5))
        #expect(same.starts == [.same: 1])
        let drifts = try #require(same.variables.first?.drifts)
        #expect(isClose(drifts.first.relative, 0.25, 1e-6))
        #expect(isClose(drifts.second.relative, 0.5, 1e-6))
        #expect(same.text(TextLayout()).contains("same seed, so the same start: 1 variable\n"))
        let other = try difference(trained(1, by: 0), trained(2, by: 0))
        #expect(other.starts == [.otherSeed: 1] && other.variables.first?.drifts == nil)
        #expect(other.seeds == CheckpointDifference.Seeds(first: 1, second: 2))
        #expect(other.text(TextLayout()).contains("another start (seed 1 in A, 2 in B)"))
    }

    @Test("Names and values out of a file are harmless in the text", arguments: [40, 80, 100])
    func hostile(width: Int) throws {
        let name = "\u{202E}red\u{2028}" + String(repeating: "層", count: 40)
        let metadata: Metadata = ["\u{1B}]0;x\u{7}": .string("\u{9B}2J")]
        let others: Metadata = ["\u{1B}]0;x\u{7}": .string("\u{9B}3J")]
        let found = try difference(
            checkpoint([(name, [1]), ("a\u{202D}", [1])], metadata: metadata),
            checkpoint([(name, [2]), ("a\u{202C}", [1])], metadata: others))
        let text = found.text(TextLayout(width: width))
        #expect(
            text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x9B })
        #expect(!text.unicodeScalars.contains("\u{202E}"))
        let json = found.json.rendered(.pretty)
        #expect(
            json.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x9B })
    }

    @Test("The table is no wider than the place", arguments: [40, 60, 80, 100])
    func fits(width: Int) throws {
        let found = try difference(
            checkpoint([("block.0.attention.weight", [1, 2]), ("b", [1e-30, 5])]),
            checkpoint([("block.0.attention.weight", [3, 4]), ("b", [1e30, .nan])]))
        let text = found.text(TextLayout(width: width))
        #expect(
            text.split(separator: "\n").allSatisfy { TerminalText.columns(String($0)) <= width })
        #expect(text.contains("max |a-b|"))
        // Where another program reads it, everything is there.
        let whole = found.text(TextLayout(width: width, mayCut: false))
        #expect(whole.contains("max ULP") && whole.contains("block.0.attention.weight"))
    }
}
