import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormats

/// What `--list-formats` prints.
struct FormatList {
    private let traits: [FormatTraits]

    init(_ registry: FormatRegistry) {
        traits = registry.formats.map(\.traits)
    }

    func text(on terminal: Terminal) -> String {
        var table = TextTable(["format", "", "files", "what it is"])
        for traits in traits {
            table.append([
                traits.name,
                [traits.canRead ? "read" : nil, traits.canWrite ? "write" : nil]
                    .compactMap { $0 }.joined(separator: ", "),
                traits.fileExtensions.map { "." + $0 }.joined(separator: " "), traits.summary,
            ])
        }
        return table.text(on: terminal)
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
