import ArgumentParser

/// `--base FILE`: what a file that holds only differences is stored relative to.
public struct BaseOptions: ParsableArguments {
    @Option(
        name: .customLong("base"),
        help: ArgumentHelp(
            "A base that the input, or another base, is stored relative to; found by its digest, not "
                + "its name. Can be repeated.", valueName: "file"),
        completion: .file(extensions: ["ltfn"]))
    public var paths: [String] = []

    public init() {}

    public func validate() throws {
        if paths.contains("") { throw ValidationError("--base takes the name of a file.") }
    }
}
