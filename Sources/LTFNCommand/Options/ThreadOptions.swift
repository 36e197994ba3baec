import ArgumentParser

/// How many cores a command uses.
public struct ThreadOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many threads compute; the result is the same for any number. "
                + "(default: one for each core that the process may use)", valueName: "n"))
    public var threads: Int?

    public init() {}

    public func validate() throws {
        guard let threads else { return }
        guard (1...4096).contains(threads) else {
            throw ValidationError("--threads takes a number from 1 to 4096, found \(threads).")
        }
    }
}
