import ArgumentParser
import LTFNBytes
import LTFNCommand
import LTFNFormats

extension ParsableCommand {
    /// Opens the model, and says what is odd about it.
    ///
    /// - Parameter readsValues: whether the files that it is stored relative to have to be there.
    func open(
        _ path: String, _ base: BaseOptions, _ expansion: ExpansionOptions,
        _ display: DisplayOptions, readsValues: Bool = true
    ) throws(FormatError) -> ModelFile {
        let model = try ModelFile(
            path,
            ModelFile.Options(
                bases: base.paths, limits: expansion.limits, readsValues: readsValues))
        let notes = display.notes(program: "ltfn-inspect")
        for note in model.notes { notes.note(note) }
        return model
    }
}
