import ArgumentParser

/// `--base FILE`: what a file that holds only differences is stored relative to.
public struct BaseOptions: ParsableArguments {
    @Option(
        name: .customLong("base"),
        help: ArgumentHelp(
            "A file that the .ltfn file, or another base, may be stored relative to; it is told by "
                + "its content. Can be repeated.", valueName: "file"),
        completion: .file(extensions: ["ltfn"]))
    public var paths: [String] = []

    public init() {}

    public func validate() throws {
        if paths.contains("") { throw ValidationError("--base takes the name of a file.") }
    }
}
