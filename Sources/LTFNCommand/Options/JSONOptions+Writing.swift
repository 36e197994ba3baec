import LTFNBytes

extension JSONOptions {
    /// Writes a result: the document where it was asked for, the text unless the document takes its
    /// place.
    ///
    /// - Throws: `io` when the file cannot be written.
    public func write(_ document: JSONValue, text: () -> String) throws(FormatError) {
        switch destination {
        case .standardOutput:
            Output.stdout.writeLine(document.rendered(.pretty))
        case .file(let path):
            try writeFile(document.rendered(.pretty) + "\n", to: path)
            Output.stdout.write(text())
        case nil:
            Output.stdout.write(text())
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
