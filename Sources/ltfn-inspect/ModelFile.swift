import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// An open model file.
struct ModelFile {
    let path: String
    let byteCount: UInt64
    let reader: any CheckpointReader

    init(_ path: String) throws(FormatError) {
        let source = try FileSource(path: path)
        self.path = path
        byteCount = source.byteCount
        reader = try about(path) { () throws(FormatError) in
            try NativeFormat().open(source, limits: .standard)
        }
    }
}

/// Runs `body`; errors that name no file are about the one at `path`.
func about<Value>(
    _ path: String, _ body: () throws(FormatError) -> Value
) throws(FormatError) -> Value {
    do throws(FormatError) {
        return try body()
    } catch {
        var copy = error
        copy.path = error.path ?? path
        throw copy
    }
}
