import LTFN

/// Opens a file of any format of the library, or of the tiny one.
public func openWithTiny(_ path: String) throws -> ModelFile {
    let registry = FormatRegistry(FormatRegistry.standard.formats + [TinyFormat()])
    return try ModelFile(path, registry: registry)
}
