import LTFNBytes
import LTFNFiles

extension JSONOptions {
    /// Where the document goes, opened before any work is done: a file that cannot be written is
    /// found at once.
    ///
    /// - Parameter quiet: whether only the document is wanted, not the text.
    /// - Throws: `io`.
    public func open(quiet: Bool = false) throws(FormatError) -> JSONOutput {
        switch destination {
        case .standardOutput: JSONOutput(place: .standardOutput, isQuiet: quiet)
        case .file(let path):
            JSONOutput(
                place: .file(
                    try DurableFileWriter(path: path, replacingExisting: force)),
                isQuiet: quiet)
        case nil: JSONOutput(place: .none, isQuiet: quiet)
        }
    }

    /// Finds out whether a file can be written, before any work is done.
    ///
    /// - Throws: `io`.
    public func check(path: String) throws(FormatError) {
        try DurableFileWriter.check(path: path, replacingExisting: force)
    }

    /// The same for the document's file, if it goes to one.
    public func check() throws(FormatError) {
        if let path { try check(path: path) }
    }
}

/// A place for a document, and for the text beside it.
public struct JSONOutput {
    enum Place {
        /// No document is wanted.
        case none
        /// The document takes the place of the text.
        case standardOutput
        case file(DurableFileWriter)
    }

    let place: Place
    let isQuiet: Bool

    /// Writes a result: the document where it was asked for, the text unless the document takes its
    /// place.
    ///
    /// - Throws: `io` when the file cannot be written.
    public func write(
        _ document: JSONValue, to output: Output = .stdout, text: () -> String
    ) throws(FormatError) {
        try write(to: output) { _, json in json?(document.rendered(.pretty) + "\n") }
        if case .standardOutput = place { return }
        if !isQuiet { output.write(text()) }
    }

    /// Writes document and text piece by piece: `body` calls what it is given, where it is wanted.
    ///
    /// - Throws: `io` when the file cannot be written; it is then as before.
    public func write(
        to output: Output = .stdout,
        _ body: (_ text: ((String) -> Void)?, _ json: ((String) -> Void)?) -> Void
    ) throws(FormatError) {
        let text = isQuiet ? nil : { (piece: String) in output.write(piece) }
        switch place {
        case .none: body(text, nil)
        case .standardOutput: body(nil, { output.writeDocument($0) })
        case .file(let writer):
            var failure: FormatError?
            let json = { (piece: String) in
                guard failure == nil else { return }
                do throws(FormatError) {
                    try writer.write(Array(piece.utf8))
                } catch {
                    failure = error
                }
            }
            body(text, json)
            if let failure { throw failure }
            try writer.commit()
        }
    }
}

/// Writes `text` to the file at `path`, which is afterwards either wholly there or as before.
///
/// - Throws: `io`, also when a file stands there that is not to be replaced.
public func writeFile(
    _ text: String, to path: String, replacingExisting: Bool
) throws(FormatError) {
    let writer = try DurableFileWriter(path: path, replacingExisting: replacingExisting)
    try writer.write(Array(text.utf8))
    try writer.commit()
}
