import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFiles
import LTFNFormats
import LTFNInspection

/// Writes the values of a slice to where they are wanted.
struct ValuePrinter {
    let origin: ElementOrigin
    let layout: KernelLayout
    let display: DisplayOptions

    /// - Parameter isAnnounced: whether a line tells what a file has got.
    /// - Throws: as reading, and `io`; a file is then as before.
    func write(
        _ values: SlicedValues, to target: ValueTarget, replacingExisting: Bool,
        isAnnounced: Bool = true
    ) throws(FormatError) {
        var values = values
        guard let path = target.path else {
            return try values.write(as: form(target.form, isPrinted: true)) {
                text throws(FormatError) in
                Output.stdout.writeDocument(text)
                return !Output.stdout.isClosed
            }
        }
        let writer = try DurableFileWriter(path: path, replacingExisting: replacingExisting)
        var facts = "\(values.dtype.rawValue) \(values.region.shape)"
        switch target.form {
        case .npy:
            try ArrayFile.write(&values, to: writer)
            let dtype = ArrayFile.dtype(holding: values.dtype)
            if dtype != values.dtype { facts += " as \(dtype.rawValue)" }
        case .png:
            let sheet = try FilterSheet(of: &values, layout: layout)
            try writer.write(sheet.file)
            facts += ", " + words(sheet)
        case .csv, .json, .text:
            try values.write(as: form(target.form, isPrinted: false)) { text throws(FormatError) in
                try writer.write(Array(text.utf8))
                return true
            }
        }
        let byteCount = writer.position
        try writer.commit()
        guard isAnnounced, !display.quiet, !Output.isStandard(path: path) else { return }
        Output.beside(fileAt: path).writeLine(
            "\(path): \(facts), \(NumberText.byteCount(byteCount, unit: .decimal))")
    }

    private func form(_ form: ValueForm, isPrinted: Bool) -> ElementForm {
        let terminal = display.outputTerminal
        switch form {
        case .csv: return .csv
        case .json: return .json(origin)
        case .text, .npy, .png:
            return .table(width: isPrinted && terminal.isInteractive ? terminal.width : nil)
        }
    }

    /// `64 images of 3 x 3, black is -0.5, white 0.5`
    private func words(_ sheet: FilterSheet) -> String {
        let number = { NumberText.significant($0, 3) }
        return NumberText.counted(sheet.imageCount, "image")
            + " of \(sheet.imageHeight) x \(sheet.imageWidth)"
            + ", black is \(number(sheet.black)), white \(number(sheet.white))"
            + (sheet.nonFiniteCount > 0
                ? ", red \(NumberText.counted(sheet.nonFiniteCount, "value")) not finite" : "")
    }
}
