import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInspection
import Testing

@Suite("Tables of variables")
struct TableTests {
    private func table(
        _ names: [String], _ style: VariableTableStyle, width: Int = 80, mayCut: Bool = true
    ) throws -> String {
        let tensors = try names.indices.map {
            try TensorData(shape: [$0 + 1], floats: (0...$0).map(Float.init))
        }
        let infos = try zip(names, tensors).map {
            try VariableInfo(name: VariableName($0), tensor: $1.info)
        }
        // Tensors stand in the order of the names.
        let order = infos.indices.sorted { infos[$0].name < infos[$1].name }
        let reader = try openFile(
            Checkpoint(manifest: Manifest(variables: infos), tensors: order.map { tensors[$0] }))
        var report = CheckpointReport(
            of: reader, name: "a.ltfn", formatName: "ltfn", fileByteCount: 1_000,
            depth: InspectionDepth(details: style.needsDetails))
        // A digest has 64 digits, whatever the width.
        report.content = nil
        var text = ""
        _ = report.write(
            style, TextLayout(width: width, mayCut: mayCut), text: { text += $0 }, json: nil)
        return text
    }

    private func names(_ text: String, separator: Character = ",") -> [String] {
        text.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: separator).first.map(String.init)
        }
    }

    @Test("Numbers are sorted from the largest, text from the first, and the other way round")
    func sorting() throws {
        let all = ["w10", "w9", "b"]
        func sorted(_ column: VariableColumn, _ isReversed: Bool = false) throws -> [String] {
            try names(
                table(
                    all,
                    VariableTableStyle(
                        [.name], form: .csv,
                        order: VariableTableStyle.Order(column, isReversed: isReversed))))
        }
        #expect(try sorted(.values) == ["b", "w9", "w10"])
        #expect(try sorted(.values, true) == ["w10", "w9", "b"])
        #expect(try sorted(.name) == ["b", "w9", "w10"])
        #expect(try sorted(.name, true) == ["w10", "w9", "b"])
        // What has no cell in it is last, and what is equal stays as it was.
        #expect(try sorted(.seed) == ["b", "w9", "w10"])
        #expect(try sorted(.max, true) == ["w10", "w9", "b"])
    }

    @Test("Comma-separated values have every digit, and no formula out of a name")
    func csv() throws {
        let style = VariableTableStyle(
            [.name, .shape, .values, .mean, .std, .minAt], form: .csv)
        let text = try table(["=cmd()", "a,\"b", "plain", "-1\u{202E}"], style)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "name,shape,values,mean,std,min_at")
        #expect(lines.contains { $0.hasPrefix(#"\u{3D}cmd(),[1],1,0.0,0.0,[0]"#) })
        #expect(lines.contains { $0.hasPrefix("\"a,\"\"b\",[2],2,0.5,0.5,[0]") })
        #expect(lines.contains { $0.hasPrefix("plain,[3],3,1.0,0.816496580927726,[0]") })
        #expect(lines.contains { $0.hasPrefix(#"\u{2D}1\u{202E},[4],4"#) })
    }

    @Test("Names are text in Markdown, whatever they look like")
    func markdown() throws {
        let style = VariableTableStyle([.name, .values], form: .markdown)
        let text = try table(
            ["layer1_weights", "a|b", "_x_ <b>", "[l](http://x)", "`c` *d*"], style)
        #expect(text.hasPrefix("| variable | values |\n| --- | ---: |\n"))
        for line in [
            "| layer1_weights | 1 |", #"| a\|b | 2 |"#, #"| \_x\_ \<b\> | 3 |"#,
            #"| \[l\](http\://x) | 4 |"#, #"| \`c\` \*d\* | 5 |"#,
        ] { #expect(text.contains(line + "\n"), "\(line) in \(text)") }
    }

    @Test("A tree has the sums of what is below each beginning")
    func tree() throws {
        let style = VariableTableStyle([.name, .shape, .values, .share], isTree: true)
        let text = try table(
            ["net.0.w", "net.0.b", "net.1.w", "head.w", "head.bn.a.x", "head.bn.a.y"], style)
        let lines = text.split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
        let start = try #require(lines.firstIndex { $0.hasPrefix("variable") })
        #expect(
            Array(lines[(start + 1)...]) == [
                "head. 3 variables 15 71.4 %", "bn.a. 2 variables 11 52.4 %",
                "x [5] 5 23.8 %", "y [6] 6 28.6 %", "w [4] 4 19.0 %",
                "net. 3 variables 6 28.6 %", "0. 2 variables 3 14.3 %", "b [2] 2 9.5 %",
                "w [1] 1 4.8 %", "1.w [3] 3 14.3 %",
            ])
    }

    @Test("Hostile names make no deep tree, and do not leave their column", arguments: [40, 80])
    func hostile(width: Int) throws {
        let deep = String(repeating: "a.", count: 500)
        let style = VariableTableStyle([.name, .shape, .values, .share], isTree: true)
        let text = try table(
            [deep + "x", deep + "y", "a.", "a.\u{202E}", "a"], style, width: width)
        #expect(!text.unicodeScalars.contains("\u{202E}"))
        #expect(
            text.split(separator: "\n").allSatisfy { TerminalText.columns(String($0)) <= width })
        #expect(text.contains("5 variables") || text.contains("4 variables"))
    }

    @Test("What there is no room for is told", arguments: [(40, true), (100, false)])
    func narrow(width: Int, isNarrow: Bool) throws {
        let style = VariableTableStyle([.name, .shape, .values, .mean, .std, .min, .max])
        let text = try table(["some.long.name.of.a.variable", "b"], style, width: width)
        #expect(text.contains("too narrow for:") == isNarrow)
        #expect(
            text.split(separator: "\n").allSatisfy { TerminalText.columns(String($0)) <= width })
        // Where another program reads it, everything is there.
        let whole = try table(["b"], style, width: 40, mayCut: false)
        #expect(whole.contains("max") && !whole.contains("too narrow"))
    }
}
