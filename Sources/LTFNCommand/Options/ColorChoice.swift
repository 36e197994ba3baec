import ArgumentParser

/// When to use colour.
public enum ColorChoice: String, Hashable, Sendable, CaseIterable, ExpressibleByArgument {
    /// On a terminal that is not `dumb`, unless `NO_COLOR` is set.
    case auto
    case always
    case never
}

extension ColorChoice {
    /// The choice that stands on a command line, whether or not the rest of it can be parsed.
    init(scanning arguments: [String]) {
        self = .auto
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return }
            if argument.hasPrefix("--color=") {
                self = ColorChoice(rawValue: String(argument.dropFirst(8))) ?? self
            } else if argument == "--color", index + 1 < arguments.count {
                self = ColorChoice(rawValue: arguments[index + 1]) ?? self
            }
        }
    }
}
