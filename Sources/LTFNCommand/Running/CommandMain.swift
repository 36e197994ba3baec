import ArgumentParser
import LTFNBytes

/// The frame around every command: parses, runs, says what went wrong, exits.
public enum CommandMain {
    /// What to do about an error, in a sentence; nil: nothing more than what it says.
    public typealias Advice = (FormatError) -> String?

    /// Runs the command line of this process.
    public static func run<Root: ParsableCommand>(
        _ root: Root.Type, advising advice: Advice = { _ in nil }
    ) -> Never {
        WriteSignals.turnIntoErrors()
        let arguments = SystemCalls.arguments
        let ending =
            if let shortage = memoryShortage {
                Ending(status: .readOrWriteFailed, message: shortage)
            } else if let complaint = processorComplaint(environmentVariable("LTFN_CPU")) {
                Ending(status: .usage, message: complaint)
            } else { ending(of: root, arguments, advising: advice) }
        Output.stdout.flush()
        SystemCalls.exit(finish(ending, name: Root._commandName, arguments).rawValue)
    }

    /// Why there is too little memory to begin with; nil: there is enough.
    private static var memoryShortage: String? {
        do throws(FormatError) {
            try MemoryRoom.expectReserve()
            return nil
        } catch {
            return error.message
        }
    }

    /// What is wrong with an instruction set that is asked for; nil: nothing.
    private static func processorComplaint(_ name: String?) -> String? {
        let known = InstructionSetNames.supported
        guard let name, !name.isEmpty, !known.contains(name) else { return nil }
        return "LTFN_CPU is \"\(TerminalText.escaped(name))\"; expected one of those that this "
            + "machine has: \(known.joined(separator: ", "))."
    }

    /// How a command line ended.
    package struct Ending: Equatable {
        package var status: ExitStatus
        /// What goes to standard output.
        package var output: String
        /// What stands behind `error: `.
        package var message: String?
        /// What follows the error as it is.
        package var advice: String

        package init(
            status: ExitStatus, output: String = "", message: String? = nil, advice: String = ""
        ) {
            self.status = status
            self.output = output
            self.message = message
            self.advice = advice
        }
    }

    package static func ending<Root: ParsableCommand>(
        of root: Root.Type, _ arguments: [String], advising advice: Advice = { _ in nil }
    ) -> Ending {
        do {
            var command = try parse(root, JSONOptions.rewriting(arguments))
            try command.run()
            return Ending(status: .success)
        } catch let failure as CommandFailure {
            return Ending(status: failure.status, message: failure.message)
        } catch let error as FormatError {
            let failure = CommandFailure(error)
            let sentences = [failure.message, advice(error).map { TerminalText.escaped($0) }]
            return Ending(
                status: failure.status,
                message: sentences.compactMap(\.self).joined(separator: " "))
        } catch {
            return ending(of: root, parserError: error)
        }
    }

    /// The command that the arguments mean. The parser wants the name of a subcommand first; options, and
    /// whatever else can only be the subcommand's, may stand before it as well.
    private static func parse<Root: ParsableCommand>(
        _ root: Root.Type, _ arguments: [String]
    ) throws -> any ParsableCommand {
        do {
            return try Root.parseAsRoot(arguments)
        } catch {
            let names = Root.configuration.subcommands.map { $0._commandName }
            let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
            guard Root.exitCode(for: error) == .validationFailure,
                let place = arguments[..<end].firstIndex(where: names.contains), place > 0,
                let command = try? Root.parseAsRoot(
                    [arguments[place]] + arguments[..<place] + arguments[(place + 1)...])
            else { throw error }
            return command
        }
    }

    private static func ending<Root: ParsableCommand>(
        of root: Root.Type, parserError error: any Error
    ) -> Ending {
        let code = Root.exitCode(for: error)
        if code == .success {
            // A request for help, for the version, for a completion script.
            return Ending(status: .success, output: helpText(root, Root.fullMessage(for: error)))
        }
        if code == .validationFailure {
            let text = Root.fullMessage(for: error).split(
                separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let advice = shortened(text.count > 1 ? String(text[1]) : "", Root._commandName)
            return Ending(status: .usage, message: Root.message(for: error), advice: advice)
        }
        if let status = (error as? ExitCode).flatMap({ ExitStatus(rawValue: $0.rawValue) }) {
            return Ending(status: status)
        }
        return Ending(
            status: .internalError,
            message: "An unexpected error, which is a mistake in the program: \(error)")
    }

    /// Where the parser follows an error with the whole help, the usage alone.
    private static func shortened(_ advice: String, _ name: String) -> String {
        let mark = "USAGE: "
        let lines = advice.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix(mark) }) else { return advice }
        let usage = lines[start...].prefix { !$0.isEmpty }.joined(separator: "\n")
        return "Usage: " + usage.dropFirst(mark.count)
            + "\n  See '\(name) --help' for more information."
    }

    /// The help that the parser wrote, with the examples of the command it is about.
    private static func helpText<Root: ParsableCommand>(
        _ root: Root.Type, _ message: String
    ) -> String {
        for command in [root as any ParsableCommand.Type] + Root.configuration.subcommands {
            guard let described = command as? any CommandWithExamples.Type else { continue }
            for help in [
                Root.helpMessage(for: command), Root.helpMessage(for: command, includeHidden: true),
            ] where isSame(help, message) {
                return message + (message.hasSuffix("\n") ? "" : "\n")
                    + Example.section(described.examples)
            }
        }
        return message
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.split(separator: "\n") == right.split(separator: "\n")
    }

    private static func finish(
        _ ending: Ending, name: String, _ arguments: [String]
    ) -> ExitStatus {
        if !ending.output.isEmpty {
            Output.stdout.write(
                ending.output.hasSuffix("\n") ? ending.output : ending.output + "\n")
            Output.stdout.flush()
        }
        let color = ColorChoice(scanning: arguments)
        let terminal = Terminal(.stderr, color: color)
        if let message = ending.message {
            report(message, name: name, on: terminal, isError: ending.status != .no)
            Output.stderr.write(ending.advice.isEmpty ? "" : ending.advice + "\n")
            return ending.status
        }
        if let reason = Output.stdout.failure, ending.status == .success {
            report(
                "Standard output cannot be written: \(reason).", name: name, on: terminal,
                isError: true)
            return .readOrWriteFailed
        }
        return ending.status
    }

    /// - Parameter isError: false when the answer is no.
    private static func report(
        _ message: String, name: String, on terminal: Terminal, isError: Bool
    ) {
        let head = terminal.styled(name + ":", .bold)
        let kind = isError ? " " + terminal.styled("error:", .boldRed) : ""
        Output.stderr.write("\(head)\(kind) \(message)\n")
    }
}
