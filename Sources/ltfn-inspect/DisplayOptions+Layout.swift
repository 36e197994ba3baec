import LTFNBytes
import LTFNCommand
import LTFNInspection

extension DisplayOptions {
    /// How reports are laid out on standard output.
    var layout: TextLayout {
        let terminal = outputTerminal
        // Lines longer than this are hard to read.
        var layout = TextLayout(
            width: min(terminal.width, 100), isUnicode: terminal.isUnicode,
            mayCut: terminal.isInteractive
        ) { text, role in
            switch role {
            case .heading: terminal.styled(text, .bold)
            case .quiet: terminal.styled(text, .dim)
            case .graph: terminal.styled(text, .cyan)
            case .good: terminal.styled(text, .green)
            case .warning: terminal.styled(text, .yellow)
            case .bad: terminal.styled(text, .boldRed)
            }
        }
        layout.remedyText = { $0.inOptions }
        return layout
    }
}
