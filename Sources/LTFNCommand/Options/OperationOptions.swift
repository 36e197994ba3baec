import ArgumentParser
import LTFNBytes

/// `--max-operations COUNT`: how much work a network may ask for.
public struct OperationOptions: ParsableArguments {
    @Option(
        name: .customLong("max-operations"), parsing: .unconditional,
        help: ArgumentHelp(
            "How many operations (multiply-adds) the network may take for one image: 500M, 20G. "
                + "(default: 4G, or 65,536 for each byte of the file)",
            valueName: "count"))
    var maximum: OperationCount?

    public init() {}

    /// nil: by the length of the file.
    public var maximumCount: Double? { maximum?.count }

    /// Work from here on takes minutes: it is told before it begins.
    private static let longCount = 1e13

    /// Tells how much work a run is, when it is much.
    public func announce(_ count: Double, _ notes: Notes) {
        guard count >= Self.longCount else { return }
        notes.note(
            "This takes \(NumberText.significant(count / 1e12, 3)) trillion operations: minutes, or "
                + "more.")
    }
}

/// A number as people write it: `4000`, `500M`, `20G`; k, M, G and T are powers of 1,000.
public struct OperationCount: Hashable, Sendable, ExpressibleByArgument {
    public var count: Double

    public init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let unit = argument.dropFirst(digits.count).lowercased()
        guard let number = Double(digits), number > 0,
            let power = ["", "k", "m", "g", "t"].firstIndex(of: unit)
        else { return nil }
        count = (0..<power).reduce(number) { product, _ in product * 1_000 }
    }
}
