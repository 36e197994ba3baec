import ArgumentParser
import LTFNCheckpoint

/// `--max-expanded SIZE`: how much a file may ask for that it does not hold.
public struct ExpansionOptions: ParsableArguments {
    @Option(
        name: .customLong("max-expanded"), parsing: .unconditional,
        help: ArgumentHelp(
            "How many bytes of values a file may ask for that it does not store (initial values, "
                + "constants): 512M, 16G; to run a network it may take twice as many. "
                + "(default: 64M; never less than 1,032 times the file)",
            valueName: "size"), transform: ByteSize.parse)
    var maximum: ByteSize?

    public init() {}

    /// The limits for reading.
    public var limits: DecodingLimits {
        var limits = DecodingLimits.standard
        if let maximum { limits.expandedByteCount = maximum.byteCount }
        return limits
    }
}

/// A number of bytes as people write it: `4096`, `64M`, `16G`; K, M, G and T are powers of 1,024.
public struct ByteSize: Hashable, Sendable, ExpressibleByArgument {
    public var byteCount: Int

    /// - Throws: `ValidationError`: what is expected.
    public static func parse(_ text: String) throws -> ByteSize {
        guard let size = ByteSize(argument: text) else {
            throw ValidationError("expected a number of bytes such as 500K, 64M or 2G.")
        }
        return size
    }

    public init?(argument: String) {
        let text = argument.lowercased()
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        var unit = String(text.dropFirst(digits.count))
        if unit.hasSuffix("ib") {
            unit.removeLast(2)
        } else if unit.hasSuffix("b") {
            unit.removeLast()
        }
        guard let number = Int(digits), let power = ["", "k", "m", "g", "t"].firstIndex(of: unit)
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << (10 * power))
        guard !overflow, number > 0 else { return nil }
        byteCount = product
    }
}
