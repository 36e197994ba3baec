import ArgumentParser
import LTFNBytes
import LTFNFiles

/// The frame around every command: parses, runs, says what went wrong, exits.
public enum CommandMain {
    /// The names of the variables in the checkpoint at a path; none when it cannot be read.
    public typealias VariableNames = (String) -> [String]

    /// Runs the command line of this process.
    ///
    /// - Parameter variableNames: completes the names of variables.
    public static func run<Root: ParsableCommand>(
        _ root: Root.Type, variableNames: @escaping VariableNames = { _ in [] }
    ) -> Never {
        WriteSignals.turnIntoErrors()
        SystemCalls.allowManyFiles()
        let arguments = SystemCalls.arguments
        keepErrors(outOfFilesIn: arguments)
        if arguments.first == Completion.request, let description = CommandDescription(root) {
            let completion = Completion(root: description, variableNames: variableNames)
            for answer in completion.answers(to: Array(arguments.dropFirst())) {
                Output.stdout.writeDocument(answer.line + "\n")
            }
            Output.stdout.flush()
            SystemCalls.exit(ExitStatus.success.rawValue)
        }
        let ending =
            if let shortage = memoryShortage {
                Ending(status: .readOrWriteFailed, message: shortage)
            } else if let complaint = processorComplaint(environmentVariable("LTFN_CPU")) {
                Ending(status: .usage, message: complaint)
            } else { ending(of: root, arguments) }
        Output.stdout.flush()
        SystemCalls.exit(finish(ending, name: Root._commandName, arguments).rawValue)
    }

    /// Keeps what goes wrong before the files of the command are known out of them: whatever an
    /// argument names is not written into when standard error is appended to it.
    private static func keepErrors(outOfFilesIn arguments: [String]) {
        guard let target = FileIdentity(descriptor: Output.stderr.descriptor),
            FileIdentity.byteCount(descriptor: Output.stderr.descriptor) > 0
        else { return }
        // `-ofile`, `--option=file`, and `file`.
        let paths = arguments.flatMap { argument in
            let value = argument.drop { $0 != "=" }.dropFirst()
            return [argument, String(argument.dropFirst(2)), String(value)]
        }
        guard paths.contains(where: { FileIdentity(path: $0) == target }) else { return }
        Output.stderr.fallSilent()
    }

    /// Why there is too little memory to begin with; nil: there is enough.
    private static var memoryShortage: String? {
        do throws(FormatError) {
            try AvailableMemory.expectReserve()
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
        /// What stands after `error: `, one line.
        package var message: String?
        /// More of what it says, a line each.
        package var details: [String]
        /// What follows the error: lines of the parser's.
        package var advice: String

        package init(
            status: ExitStatus, output: String = "", message: String? = nil,
            details: [String] = [], advice: String = ""
        ) {
            self.status = status
            self.output = output
            self.message = message
            self.details = details
            self.advice = advice
        }
    }

    package static func ending<Root: ParsableCommand>(
        of root: Root.Type, _ arguments: [String]
    ) -> Ending {
        do {
            if let script = try CompletionScript.requested(
                by: arguments, program: root._commandName, shell: environmentVariable("SHELL"))
            {
                return Ending(status: .success, output: script)
            }
            var command = try CommandLineParser<Root>().command(arguments)
            try command.run()
            return Ending(status: .success)
        } catch let failure as CommandFailure {
            return Ending(
                status: failure.status, message: failure.message, details: failure.details)
        } catch let complaint as ParserComplaint {
            return Ending(
                status: .usage, message: complaint.message, advice: complaint.advice)
        } catch let error as FormatError {
            let description = CommandDescription(root)?.subcommand(of: arguments)
            let failure = CommandFailure(
                error, readsInPart: description?.argument(named: "--skip-unreadable") != nil)
            return Ending(status: failure.status, message: failure.message)
        } catch {
            return ending(of: root, parserError: error)
        }
    }

    private static func ending<Root: ParsableCommand>(
        of root: Root.Type, parserError error: any Error
    ) -> Ending {
        let code = Root.exitCode(for: error)
        if code == .success {
            // A request for help, or for the version.
            return Ending(status: .success, output: helpText(root, Root.fullMessage(for: error)))
        }
        if let status = (error as? ExitCode).flatMap({ ExitStatus(rawValue: $0.rawValue) }) {
            return Ending(status: status)
        }
        return Ending(
            status: .internalError,
            message: "An unexpected error, which is a mistake in the program: \(error)")
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
                return HelpSections(message).text + Example.section(described.examples)
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
            for detail in ending.details { terminal.write(detail, indent: 2) }
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
        terminal.write(
            message, after: isError ? [name + ":", "error:"] : [name + ":"],
            styles: [.bold, .boldRed])
    }
}
