import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFiles
import LTFNFormat
import LTFNInterchange
import TestSupport
import Testing

/// What was written here, read by the programs that own the formats.
@Suite(
    "NumPy and the safetensors package read what was written",
    .enabled(if: Programs.python != nil, "LTFN_PYTHON names no Python with both"))
struct PeerTests {
    private let directory = TemporaryFolder()

    /// Every specimen in one run: starting Python is what takes time.
    private func lines(
        _ format: any CheckpointFormat, _ suffix: String
    ) throws -> (found: [String], expected: [String]) {
        var paths: [String] = []
        var expected: [String] = []
        for (index, specimen) in Specimen.all.enumerated() {
            let checkpoint = specimen.checkpoint
            let native = NativeFormat()
            let conversion = Conversion(
                of: MemoryReader(checkpoint), from: native, to: format,
                allowing: Set(FormatLoss.Subject.allCases))
            guard conversion.plan.isExecutable, let target = conversion.plan.target else {
                continue
            }
            let path = directory.path("\(index).\(suffix)")
            let writer = try DurableFileWriter(path: path)
            #expect(try conversion.write(to: SingleFileSink(writer)) != nil)
            try writer.commit()
            paths.append(path)
            for index in format.writingOrder(of: target) {
                expected.append(
                    try line(target.variables[index], checkpoint.tensors[index], suffix))
            }
            if suffix == "safetensors",
                try isRewritten(target, #require(directory.get("\(index).\(suffix)")))
            {
                expected.append("same")
            }
        }
        let python = try #require(Programs.python)
        let script = Fixtures.directory.deletingLastPathComponent()
            .appendingPathComponent("tools/read_foreign.py").path
        let result = Programs.run(python, [script] + paths)
        #expect(result.errors == "")
        #expect(result.status == 0)
        return (result.lines, expected)
    }

    /// Whether the package writes the file again: it has no 4- and 6-bit types to write, and puts
    /// several metadata in any order.
    private func isRewritten(_ manifest: Manifest, _ file: [UInt8]) throws -> Bool {
        let length = file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try JSONReader.read(Array(file[8..<8 + length]))
        var metadataCount = 0
        if case .object(let members) = header["__metadata__"] { metadataCount = members.count }
        return manifest.variables.allSatisfy { $0.tensor.dtype.bitCount >= 8 }
            && metadataCount < 2
    }

    private func line(
        _ variable: VariableInfo, _ tensor: TensorData, _ suffix: String
    ) throws -> String {
        let digits = tensor.array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let dtype = suffix == "safetensors" ? safetensorsName : numpyName
        // NumPy knows members by what they are called in the archive.
        let member = NPZMemberName.member(of: variable.name.string).dropLast(4)
        let name = try JSONSerialization.data(
            withJSONObject: [suffix == "npz" ? String(member) : variable.name.string],
            options: [.withoutEscapingSlashes])
        let python = String(decoding: name, as: UTF8.self).dropFirst().dropLast()
        return [
            escaped(String(python)), dtype[variable.tensor.dtype] ?? "?",
            variable.tensor.shape.description, digits,
        ].joined(separator: "\t")
    }

    /// As Python's json has it: everything beyond ASCII as UTF-16 in hexadecimal.
    private func escaped(_ text: String) -> String {
        text.utf16.map { unit in
            if unit < 0x7F { return String(Unicode.Scalar(UInt8(unit))) }
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    private let safetensorsName: [DType: String] = [
        .bool: "BOOL", .i8: "I8", .u8: "U8", .i16: "I16", .u16: "U16", .i32: "I32", .u32: "U32",
        .i64: "I64", .u64: "U64", .f16: "F16", .bf16: "BF16", .f32: "F32", .f64: "F64", .c64: "C64",
        .f8e4m3fn: "F8_E4M3", .f8e4m3fnuz: "F8_E4M3FNUZ", .f8e5m2: "F8_E5M2",
        .f8e5m2fnuz: "F8_E5M2FNUZ", .f8e8m0: "F8_E8M0", .f6e2m3: "F6_E2M3", .f6e3m2: "F6_E3M2",
        .f4e2m1: "F4",
    ]

    private let numpyName: [DType: String] = [
        .bool: "|b1", .i8: "|i1", .u8: "|u1", .i16: "<i2", .u16: "<u2", .i32: "<i4", .u32: "<u4",
        .i64: "<i8", .u64: "<u8", .f16: "<f2", .f32: "<f4", .f64: "<f8", .c64: "<c8",
        .c128: "<c16", .bits8: "|V1", .bits16: "|V2", .bits32: "|V4", .bits64: "|V8",
        .bits128: "|V16",
    ]

    /// - Parameter least: how many tensors there are, so that nothing is compared with nothing.
    private func compare(_ format: any CheckpointFormat, _ suffix: String, least: Int) throws {
        let (found, expected) = try lines(format, suffix)
        #expect(expected.count >= least)
        #expect(found.count == expected.count)
        // In the order of the file where the reader keeps it, in any where it does not.
        for (found, expected) in zip(found.sorted(), expected.sorted()) where found != expected {
            Issue.record("found \(found.prefix(200)), expected \(expected.prefix(200))")
        }
    }

    @Test("safetensors: every bit, and the same file when the package writes it again")
    func safetensors() throws {
        try compare(SafetensorsFormat(), "safetensors", least: 1000)
    }

    @Test("npz: every bit") func npz() throws {
        try compare(NPZFormat(), "npz", least: 1000)
    }

    @Test("npy: every bit") func npy() throws {
        try compare(NPYFormat(), "npy", least: 20)
    }
}
