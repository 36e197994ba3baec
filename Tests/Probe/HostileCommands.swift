// What files cost, for tests and for tools/hostile.

import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat

func run(_ arguments: [String]) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var process = pid_t()
    let start = ContinuousClock.now
    guard unsafe posix_spawn(&process, arguments[0], &actions, nil, &argv, environ) == 0 else {
        fail("\(arguments[0]) cannot be started")
    }
    var status: Int32 = 0
    var usage = rusage()
    guard unsafe wait4(process, &status, 0, &usage) == process else { fail("wait failed") }
    let time = ContinuousClock.now - start
    #if canImport(Darwin)
        let unit = 1
    #else
        let unit = 1024
    #endif
    // A signal is told as shells do.
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    let passed =
        Int(time.components.seconds) * 1000
        + Int(time.components.attoseconds / 1_000_000_000_000_000)
    // Where others have the processor, what has passed says nothing of the program.
    let milliseconds = min(passed, milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime))
    print(code, usage.ru_maxrss * unit, milliseconds)
}

private func milliseconds(_ time: timeval) -> Int {
    Int(time.tv_sec) * 1000 + Int(time.tv_usec) / 1000
}

func load(_ path: String) throws(FormatError) {
    let source = try FileSource(path: path)
    let limits = DecodingLimits.standard
    let reader = try NativeReader(source, limits: limits)
    let checkpoint = try Checkpoint(
        reading: reader, memoryLimit: limits.expansion(ofFileWith: source.byteCount))
    print("loaded \(checkpoint.tensors.count) variables")
}

func writeHostileFiles(to folder: String) throws(FormatError) {
    func write(_ bytes: [UInt8], _ name: String) throws(FormatError) {
        let writer = try DurableFileWriter(path: folder + "/" + name)
        try writer.write(bytes)
        try writer.commit()
    }
    for file in try HostileFiles.all() { try write(file.bytes, file.name + ".ltfn") }
    for file in HostileFiles.archives() { try write(file.bytes, file.name + ".npz") }
    for related in try HostileFiles.related() {
        try write(related.file.bytes, related.file.name + ".relative")
        for (number, base) in related.bases.enumerated() {
            try write(base, related.file.name + ".base\(number)")
        }
    }
}

func writeMany(_ count: Int, to path: String) throws(FormatError) {
    let tensor = try TensorInfo(dtype: .u8, shape: TensorShape([4]))
    let variables = try (0..<count).map { number throws(FormatError) in
        let name = "layer\(number / 1000)/block\(number % 1000)/weights"
        return VariableInfo(name: try VariableName(name), tensor: tensor)
    }
    let sink = try DurableFileWriter(path: path)
    let manifest = try Manifest(variables: variables)
    try NativeFormat().write(manifest, to: sink) { number, range throws(FormatError) in
        let bytes = range.map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        return AlignedBytes(copying: bytes.rawSpan)
    }
    try sink.commit()
}
