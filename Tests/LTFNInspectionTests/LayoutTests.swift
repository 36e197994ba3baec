import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInspection
import Testing

@Suite("Layout of listings")
struct LayoutTests {
    /// What is shown of a file with one float32 for each name.
    private func text(
        _ names: [String], statistics: Bool = false, _ layout: TextLayout = TextLayout()
    ) throws -> String {
        let tensors = try names.map { _ in try TensorData(shape: [2], floats: [1, 2]) }
        let variables = try zip(names, tensors).map {
            try VariableInfo(name: VariableName($0), tensor: $1.info)
        }
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(manifest: Manifest(variables: variables), tensors: tensors), to: sink)
        let reader = try NativeReader(MemorySource(sink.bytes))
        var report = CheckpointReport(
            of: reader, name: "a.ltfn", formatName: "ltfn", fileByteCount: 1,
            depth: statistics ? InspectionDepth() : .index)
        report.content = ContentIdentity(
            digest: reader.contentDigest, bases: [reader.contentDigest])
        return report.text(layout)
    }

    private func names(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.contains("  f32") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    @Test("Numbers in names are counted, not spelled", arguments: [true, false])
    func naturalOrder(statistics: Bool) throws {
        let written = [
            "layers.10.w", "layers.7.w", "layers.007.w", "b2c10", "b2c9", "b10c1", "x", "x1",
            "layers.18446744073709551617.w", "layers.18446744073709551616.w",
        ]
        #expect(
            try names(text(written, statistics: statistics)) == [
                "b2c9", "b2c10", "b10c1", "layers.007.w", "layers.7.w", "layers.10.w",
                "layers.18446744073709551616.w", "layers.18446744073709551617.w", "x", "x1",
            ])
    }

    @Test("So are long numbers, and those after a long beginning")
    func longNaturalOrder() throws {
        let beginning = String(repeating: "b.", count: 20)
        let ordered = [
            beginning, beginning + "2", beginning + "02.w", beginning + "2.x", beginning + "10",
            "n0", "n00", "n99999999", "n100000000", "n100000001", "n1000000000", "n1000000000.w",
        ]
        let found = try names(text(ordered.reversed(), TextLayout(mayCut: false)))
        #expect(found == ordered)
    }

    @Test("A name is cut where a person reads it, never where a program does")
    func longNames() throws {
        let name = "encoder." + String(repeating: "block.", count: 30) + "weight"
        #expect(try !text([name]).contains(name))
        #expect(try text([name], TextLayout(mayCut: false)).contains("\n\(name)  f32 "))
    }

    @Test("Elements stand below each other where their row is folded")
    func foldedElements() throws {
        let floats = (0..<12).map { Float($0 * $0 * $0) }
        let tensor = try TensorData(shape: [12], floats: floats)
        let info = try VariableInfo(name: VariableName("w"), tensor: tensor.info)
        let reader = try openFile(
            Checkpoint(manifest: Manifest(variables: [info]), tensors: [tensor]))
        var values = try SlicedValues(
            .whole, of: 0, in: reader, budget: ExpansionBudget(.standard, fileByteCount: 1 << 20))
        var text = ""
        try values.write(as: .table(width: 40)) {
            text += $0
            return true
        }
        let rows = text.split(separator: "\n").map(Array.init)
        #expect(rows.count == 3 && rows.allSatisfy { $0.count <= 40 })
        let ends = rows.map { row in
            Set(row.indices.filter { $0 + 1 == row.count || row[$0 + 1] == " " && row[$0] != " " })
        }
        #expect(ends.allSatisfy { $0.isSubset(of: ends[0]) }, "\(text)")
    }

    @Test("Columns stand below each other whatever the names are written in")
    func wideNames() throws {
        let names = ["weights", "層の重み", "e\u{301}te\u{301}", "👩‍👩‍👧/🇩🇪", "각", "ｗ", "नमस्ते"]
        let rows = try text(names).split(separator: "\n").filter { $0.contains("  f32") }
        let places = rows.compactMap { row in
            row.firstRange(of: "  f32").map { TerminalText.columns(String(row[..<$0.lowerBound])) }
        }
        #expect(places.count == names.count && Set(places).count == 1)
        // With statistics the facts end at the edge.
        let heads = try text(names, statistics: true).split(separator: "\n").filter {
            $0.contains("  f32")
        }
        #expect(heads.allSatisfy { TerminalText.columns(String($0)) == 80 })
    }

    @Test("A wide name is cut by its columns")
    func wideCut() throws {
        let name = String(repeating: "層", count: 40)
        let row = try #require(
            try text([name]).split(separator: "\n").first { $0.contains("  f32") })
        #expect(TerminalText.columns(String(row)) <= 80 && row.hasPrefix("層") && row.contains("層…"))
    }

    @Test("Digests of the content and of bases fit in 80 columns")
    func digests() throws {
        let lines = try text(["x"]).split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("  digest       ") } == 1)
        #expect(lines.count { $0.hasPrefix("  relative to  ") } == 1)
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test("Everything but digests fits in 40 columns, and columns that do not are left out")
    func narrow() throws {
        var report = try sampleReport()
        func lines(_ width: Int) -> [String] {
            report.text(TextLayout(width: width)).split(separator: "\n").map(String.init)
                .filter { !$0.hasPrefix("  digest ") }
        }
        for width in [40, 52, 64, 80] {
            #expect(lines(width).allSatisfy { TerminalText.columns($0) <= width })
        }
        report = try sampleReport(statistics: false)
        for width in [40, 52, 64, 80] {
            #expect(lines(width).allSatisfy { TerminalText.columns($0) <= width })
        }
        func titles(_ width: Int) -> [Substring] {
            lines(width).first { $0.hasPrefix("variable ") }?.split(separator: " ") ?? []
        }
        #expect(titles(80).count == 6)
        #expect(titles(40).starts(with: ["variable", "dtype", "shape"]) && titles(40).count < 6)
    }

    @Test("Enough digits to tell the least from the largest")
    func digits() throws {
        var report = try sampleReport()
        report.variables = [report.variables[0]]
        for (values, expected) in [
            ([1, 1.0000001], "min 1.0000000  max 1.0000001\n"),
            ([-1.0000001, -1], "min -1.0000001  max -1.0000000\n"),
            ([0.001234, 0.001235], "min 0.001234  max 0.001235\n"),
            ([12, 13], "min 12.0  max 13.0\n"),
        ] as [([Float], String)] {
            report.variables[0].statistics = of(values)
            #expect(report.text(TextLayout(width: 100)).contains(expected))
        }
    }

    @Test("Integers have all their digits, in JSON as text where a float64 has not")
    func integers() throws {
        var report = try sampleReport()
        report.variables = [report.variables[0]]
        var bytes = ByteWriter()
        for value in [UInt64(bitPattern: .min), 5, UInt64(Int64.max)] { bytes.u64(value) }
        report.variables[0].statistics = ValueStatistics(try tensor(.i64, [3], bytes.bytes))
        #expect(
            report.text(TextLayout(width: 100))
                .contains("min -9223372036854775808  max 9223372036854775807\n"))
        let json = report.json
        #expect(json.contains("\"max\": \"9223372036854775807\""))
        #expect(json.contains("\"min\": \"-9223372036854775808\""))
    }

    @Test("NaN in complex numbers is counted")
    func complex() throws {
        var report = try sampleReport()
        report.variables = [report.variables[0]]
        var bytes = ByteWriter()
        for value in [1, .nan, .infinity, 2, 0, 0] as [Float] { bytes.f32(value) }
        report.variables[0].statistics = ValueStatistics(try tensor(.c64, [3], bytes.bytes))
        let text = report.text(TextLayout(width: 100))
        #expect(text.contains("complex numbers: no mean, no range  1 zero\n"))
        #expect(text.contains("not finite: 1 NaN, 1 infinite\n"))
        #expect(text.hasSuffix("2 values not finite (NaN or infinite)\n"))
    }
}
