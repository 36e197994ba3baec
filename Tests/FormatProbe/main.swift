// Works on .ltfn files the way programs do, for tests and scripts that disturb or measure it.
//
//     FormatProbe save PATH [TAG]           writes a file whose values depend on TAG
//     FormatProbe append PATH               adds a variable and metadata to it, in place
//     FormatProbe large PATH GIGABYTES      writes one float32 variable, piece by piece
//     FormatProbe verify PATH               reads everything
//
// Prints `done`, or the error as `code operation errno path`, and ends with status 1.
import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

WriteSignals.turnIntoErrors()
let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 1 else { fatalError("usage: see the source") }

func argument(_ position: Int) -> String {
    arguments.count > position ? arguments[position] : ""
}

do throws(FormatError) {
    switch arguments[0] {
    case "save": try ProbeFile.save(argument(1), tag: UInt8(argument(2)) ?? 0)
    case "append": try ProbeFile.append(to: argument(1))
    case "large": try LargeFile.write(argument(1), gigabytes: Int(argument(2)) ?? 6)
    case "verify": try LargeFile.verify(argument(1))
    default: fatalError("unknown: \(arguments[0])")
    }
    print("done")
} catch {
    print(
        error.code, error.operation.map(\.rawValue) ?? "-", error.systemError ?? 0,
        error.path ?? "-", error.rule ?? "-", error.message)
    exit(1)
}
