import LTFNBytes
import LTFNCheckpoint

extension MetadataValue {
    /// The value on one line of at most `width` columns, the middle left out where it is longer.
    func inWords(width: Int) -> String {
        // As much of it as can be on the line: values have up to megabytes.
        let text = String(text.unicodeScalars.prefix(4 * max(width, 0) + 4_096))
        return TerminalText.cut(TerminalText.escaped(text), to: max(width, 8), mark: "..")
    }

    /// Strings as they are, all else as JSON has it.
    fileprivate var text: String {
        if case .string(let text) = self { text } else { document.rendered() }
    }
}

extension Metadata {
    /// All keys and values: keys within maps have those of the maps before them.
    var lines: [(key: String, value: String)] {
        var lines: [(key: String, value: String)] = []
        var stack = entries.reversed().map { (key: $0.key.string, value: $0.value) }
        while let (key, value) = stack.popLast() {
            guard case .map(let map) = value, !map.entries.isEmpty else {
                lines.append((key, value.text))
                continue
            }
            stack += map.entries.reversed().map {
                (key: key + "." + $0.key.string, value: $0.value)
            }
        }
        return lines
    }
}
