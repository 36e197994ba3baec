// What tests and scripts run in a process of its own, to disturb or to measure it.
//
//     Probe write PATH BYTE-COUNT [new] [quiet] [interrupted]
//                                   writes a file as every command does
//     Probe save PATH [TAG]         writes an .ltfn file whose values depend on TAG
//     Probe append PATH             adds a variable and metadata to it, in place
//     Probe large PATH GIGABYTES    writes one float32 variable, piece by piece
//     Probe verify PATH             reads everything
//     Probe run PROGRAM ARGUMENT…   runs a program, its output thrown away, and prints its status,
//                                   the most memory it had (bytes resident) and its time
//                                   (milliseconds, of its processors where that is less)
//     Probe load FILE               loads a file as a library does, and prints what came of it
//     Probe nothing                 does nothing: what a process takes
//     Probe files FOLDER            writes the hostile files
//     Probe many COUNT FILE         writes a file of COUNT variables of four bytes
//
// What fails is printed: by those that write as `code operation errno path`, with status 1; by the
// others as a sentence, with status 65.
import Foundation
import LTFNBytes
import LTFNFiles

let arguments = Array(CommandLine.arguments.dropFirst())

func argument(_ position: Int) -> String {
    arguments.count > position ? arguments[position] : ""
}

func fail(_ message: String) -> Never {
    print(message)
    exit(2)
}

/// Does the work, and prints `word`, or what went wrong.
func report(_ word: String, isLong: Bool = true, _ work: () throws(FormatError) -> Void) {
    WriteSignals.turnIntoErrors()
    do throws(FormatError) {
        try work()
        if !word.isEmpty { print(word) }
    } catch {
        let facts =
            "\(error.code) \(error.operation?.rawValue ?? "-") \(error.systemError ?? 0) "
            + (error.path ?? "-")
        print(isLong ? "\(facts) \(error.rule ?? "-") \(error.message)" : facts)
        exit(1)
    }
}

do throws(FormatError) {
    switch (arguments.first, arguments.count) {
    case ("write", 3...):
        report(arguments.contains("quiet") ? "" : "saved", isLong: false) {
            () throws(FormatError) in try PlainFile.save(arguments)
        }
    case ("save", 2...):
        report("done") { () throws(FormatError) in
            try ProbeFile.save(argument(1), tag: UInt8(argument(2)) ?? 0)
        }
    case ("append", 2...):
        report("done") { () throws(FormatError) in try ProbeFile.append(to: argument(1)) }
    case ("large", 2...):
        report("done") { () throws(FormatError) in
            try LargeFile.write(argument(1), gigabytes: Int(argument(2)) ?? 6)
        }
    case ("verify", 2):
        report("done") { () throws(FormatError) in try LargeFile.verify(argument(1)) }
    case ("run", 2...): run(Array(arguments.dropFirst()))
    case ("load", 2): try load(argument(1))
    case ("nothing", 1): break
    case ("files", 2): try writeHostileFiles(to: argument(1))
    case ("many", 3): try writeMany(Int(argument(1)) ?? 0, to: argument(2))
    default: fail("usage: see the source")
    }
} catch {
    print(error)
    exit(65)
}
