import LTFNBytes

extension JSONOptions {
    /// Where the document goes, opened before any work is done: a file that cannot be written is found at
    /// once.
    ///
    /// - Throws: `io`.
    public func open() throws(FormatError) -> JSONOutput {
        switch destination {
        case .standardOutput: .standardOutput
        case .file(let path): .file(try DurableFileWriter(path: path))
        case nil: .none
        }
    }

    /// Writes a result that took no work to speak of.
    ///
    /// - Throws: `io`.
    public func write(_ document: JSONValue, text: () -> String) throws(FormatError) {
        try open().write(document, text: text)
    }
}

/// A place for a document, and for the text beside it.
public enum JSONOutput {
    /// No document is wanted.
    case none
    /// The document takes the place of the text.
    case standardOutput
    case file(DurableFileWriter)

    /// Writes a result: the document where it was asked for, the text unless the document takes its
    /// place.
    ///
    /// - Throws: `io` when the file cannot be written.
    public func write(
        _ document: JSONValue, to output: Output = .stdout, text: () -> String
    ) throws(FormatError) {
        try write(to: output) { _, json in json?(document.rendered(.pretty) + "\n") }
        if case .standardOutput = self { return }
        output.write(text())
    }

    /// Writes document and text piece by piece: `body` calls what it is given, where it is wanted.
    ///
    /// - Throws: `io` when the file cannot be written; it is then as before.
    public func write(
        to output: Output = .stdout,
        _ body: (_ text: ((String) -> Void)?, _ json: ((String) -> Void)?) -> Void
    ) throws(FormatError) {
        switch self {
        case .none: body({ output.write($0) }, nil)
        case .standardOutput: body(nil, { output.write($0) })
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
            body({ output.write($0) }, json)
            if let failure { throw failure }
            try writer.commit()
        }
    }
}

/// Writes `text` to the file at `path`, which is afterwards either wholly there or as before.
///
/// - Throws: `io`.
public func writeFile(_ text: String, to path: String) throws(FormatError) {
    let writer = try DurableFileWriter(path: path)
    try writer.write(Array(text.utf8))
    try writer.commit()
}
