import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormats

extension ParsableCommand {
    /// Opens the model, and says what is odd about it.
    ///
    /// - Parameters:
    ///   - patterns: what the names of the variables fit that are read; empty: all.
    ///   - outputs: what is going to be written, and must be none of its files.
    ///   - readsValues: whether the files that it is stored relative to have to be there.
    func open(
        _ path: String, _ base: BaseOptions, _ reading: ReadingOptions,
        _ expansion: ExpansionOptions, _ display: DisplayOptions, patterns: [String] = [],
        outputs: [FileRoles.File], readsValues: Bool = true
    ) throws -> ModelFile {
        let model = try ModelFile(
            path,
            ModelFile.Options(
                bases: base.paths, limits: expansion.limits, selection: reading.selection(patterns),
                readsValues: readsValues))
        try FileRoles(
            inputs: model.otherPaths.map { FileRoles.File("a part of the model", $0) },
            outputs: outputs
        ).expectDistinct()
        let notes = display.notes(program: "ltfn-inspect")
        for note in model.notes { notes.note(TerminalText.escaped(note)) }
        for loss in model.lossNotes { notes.tellLoss(TerminalText.escaped(loss)) }
        return model
    }
}
