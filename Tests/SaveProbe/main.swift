// Saves a file the way every command does, for tests that disturb the process while it works.
//
//     SaveProbe PATH BYTE-COUNT [new] [quiet] [interrupted]
//
// Prints `saved`, or the error as `code operation errno path`, and ends with status 1.
import Foundation
import LTFNBytes

let arguments = CommandLine.arguments
guard arguments.count >= 3, let byteCount = Int(arguments[2]) else {
    fatalError("usage: SaveProbe PATH BYTE-COUNT [new] [quiet] [interrupted]")
}
WriteSignals.turnIntoErrors()

func save() throws(FormatError) {
    let writer = try DurableFileWriter(
        path: arguments[1], replacingExisting: !arguments.contains("new"))
    let piece = [UInt8](repeating: 0x2E, count: 300_000)
    var left = byteCount
    while left > 0 {
        try writer.write(Array(piece.prefix(left)))
        left -= min(left, piece.count)
    }
    if arguments.contains("interrupted") { PendingFiles.removeAll() }
    try writer.commit()
}

do throws(FormatError) {
    try save()
    if !arguments.contains("quiet") { print("saved") }
} catch {
    print(
        error.code, error.operation.map(\.rawValue) ?? "-", error.systemError ?? 0,
        error.path ?? "-")
    exit(1)
}
