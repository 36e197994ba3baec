import LTFNBytes
import LTFNCheckpoint
import LTFNFormats

/// What `--list-formats` prints.
struct FormatList {
    private let traits: [FormatTraits]

    init(_ registry: FormatRegistry) {
        traits = registry.formats.map(\.traits)
    }

    var text: String {
        var table = TextTable(["format", "", "files", "what it is"])
        for traits in traits {
            table.append([
                traits.name,
                [traits.canRead ? "reads" : nil, traits.canWrite ? "writes" : nil]
                    .compactMap { $0 }.joined(separator: ", "),
                traits.fileExtensions.map { "." + $0 }.joined(separator: " "), traits.summary,
            ])
        }
        return table.text
    }

    var json: JSONValue {
        [
            "schema": "ltfn.convert.formats/1",
            "formats": .array(
                traits.map { traits in
                    [
                        "name": .string(traits.name), "summary": .string(traits.summary),
                        "file_extensions": .array(traits.fileExtensions.map { .string($0) }),
                        "reads": .bool(traits.canRead), "writes": .bool(traits.canWrite),
                        "dtypes": .array(
                            DType.allCases.filter(traits.dtypes.contains)
                                .map { .string($0.rawValue) }),
                    ]
                }),
        ]
    }
}

/// Columns of text, as wide as they need to be.
struct TextTable {
    private var rows: [[String]]

    init(_ head: [String]) {
        rows = [head]
    }

    mutating func append(_ row: [String]) {
        rows.append(row.map { TerminalText.escaped($0) })
    }

    var text: String {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { $0[column].columns }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell.padded(width + 2)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
