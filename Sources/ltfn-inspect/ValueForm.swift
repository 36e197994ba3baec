import ArgumentParser
import LTFNBytes
import LTFNCommand

/// The forms that values are written in.
enum ValueForm: String, CaseIterable, ExpressibleByArgument {
    case npy, csv, json, png, text

    /// The one that the name of a file ends with; nil: none.
    init?(path: String) {
        let ending = path.lowercased().split(separator: ".", omittingEmptySubsequences: false).last
        guard let form = ending.flatMap({ ValueForm(rawValue: String($0)) }), form != .text,
            path.contains(".")
        else { return nil }
        self = form
    }
}

/// Where values go, and in which form.
struct ValueTarget {
    /// nil: they are printed.
    let path: String?
    let form: ValueForm

    init(path: String?, form: ValueForm) {
        self.path = path
        self.form = form
    }

    /// - Parameters:
    ///   - output: as the option says it.
    ///   - form: as an option says it; nil: none does.
    init(output: String?, form: ValueForm?, json: JSONOptions) {
        let isPrinted = output == nil || output == "-"
        let printed = json.destination == .standardOutput ? ValueForm.json : .text
        let chosen = form ?? output.flatMap(ValueForm.init(path:)) ?? printed
        // An image or an array is no text to be printed.
        let isBinary = chosen == .npy || chosen == .png
        path = isPrinted ? (isBinary ? "/dev/stdout" : nil) : output
        self.form = chosen
    }

    /// The file, if it is one.
    var files: [FileRoles.File] { path.map { [FileRoles.File("the output", $0)] } ?? [] }
}
