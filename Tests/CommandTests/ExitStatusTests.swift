import LTFNBytes
import LTFNCommand
import Testing

@Suite("Exit status")
struct ExitStatusTests {
    @Test("The codes are those of the shell's convention")
    func codes() {
        let codes = ExitStatus.allCases.map(\.rawValue)
        #expect(codes == [0, 1, 64, 65, 66, 69, 70, 73, 74, 129, 130, 143])
    }

    @Test(
        "Each kind of error has its code",
        arguments: [
            (FormatError.Code.notThisFormat, 65), (.unsupportedVersion, 69),
            (.unsupportedFeature, 69), (.truncated, 65), (.corrupt, 65), (.checksumMismatch, 65),
            (.limitExceeded, 65), (.notRepresentable, 65), (.io, 74),
        ] as [(FormatError.Code, Int32)])
    func formatErrors(code: FormatError.Code, expected: Int32) {
        #expect(ExitStatus(for: FormatError(code, "No.")).rawValue == expected)
    }

    @Test(
        "What the operating system refuses is told apart by what was tried",
        arguments: [
            (FormatError.Operation.open, 66), (.read, 74), (.create, 73), (.write, 74),
            (.sync, 74), (.close, 74), (.rename, 73),
        ] as [(FormatError.Operation, Int32)])
    func operations(operation: FormatError.Operation, expected: Int32) {
        let error = FormatError(.io, operation: operation, "No.")
        #expect(ExitStatus(for: error).rawValue == expected)
    }

    @Test("A directory that was read as a file could not be opened")
    func directory() {
        let error = FormatError(.io, operation: .read, systemError: 21, "Is a directory.")
        #expect(ExitStatus(for: error) == .inputNotOpened)
    }

    @Test("The sentence names file, variable, place and rule, and cannot steer the terminal")
    func sentence() {
        let error = FormatError(
            .corrupt, rule: "LTFN-H4", offset: 12, variable: "w\u{1B}[31m\u{202E}", path: "a\nb",
            "The name is damaged.")
        let message = CommandFailure(error).message
        #expect(
            message
                == #"a\u{A}b: "w\u{1B}[31m\u{202E}": The name is damaged. "#
                + "(at byte 12, rule LTFN-H4)")
    }
}
