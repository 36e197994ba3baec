import LTFNBytes
import LTFNFormat
import Testing

@Suite("Invalid files")
struct InvalidFileTests {
    static func check(_ invalid: InvalidCase) {
        guard let (stage, error) = invalid.outcome() else {
            Issue.record("\(invalid) is accepted")
            return
        }
        #expect(stage == invalid.stage, "\(error)")
        #expect(error.rule == invalid.rule, "\(error)")
        #expect(error.code == invalid.code, "\(error)")
        #expect(error.offset.map(Int.init) == invalid.offset, "\(error)")
        #expect(error.format == "ltfn")
    }

    @Test(
        "A header that breaks a rule is refused (LTFN-H1 LTFN-H2 LTFN-H3 LTFN-H4 LTFN-H5)",
        arguments: InvalidCase.all("H"))
    func headers(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "A footer that breaks a rule is refused (LTFN-F1 LTFN-F2 LTFN-F3 LTFN-F4 LTFN-F5 LTFN-F6 LTFN-F7 LTFN-F9)",
        arguments: InvalidCase.all("F"))
    func footers(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "Regions that overlap or leave a hole are refused (LTFN-R1 LTFN-R2 LTFN-R3)",
        arguments: InvalidCase.all("R"))
    func regions(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "An index that breaks a rule is refused (LTFN-X1 LTFN-X2 LTFN-X3 LTFN-X4 LTFN-X5 LTFN-X6 LTFN-X7 LTFN-X8 LTFN-X9 LTFN-X10)",
        arguments: InvalidCase.all("X"))
    func indexes(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "Metadata that breaks a rule is refused (LTFN-A2 LTFN-A3 LTFN-M1 LTFN-M2 LTFN-M3 LTFN-M4)",
        arguments: InvalidCase.all("M") + InvalidCase.all("A"))
    func metadata(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "A graph that breaks a rule is refused (LTFN-G1 LTFN-G2 LTFN-G3 LTFN-G4 LTFN-G5)",
        arguments: InvalidCase.all("G"))
    func graphs(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "A variable that breaks a rule is refused (LTFN-V1 LTFN-V2 LTFN-V3 LTFN-V4 LTFN-V5 LTFN-V6 LTFN-V7 LTFN-V8 LTFN-V9 LTFN-V10 LTFN-V11 LTFN-V12 LTFN-V13 LTFN-V14)",
        arguments: InvalidCase.all("V"))
    func variables(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "An initializer that breaks a rule is refused (LTFN-N1 LTFN-N2 LTFN-N3 LTFN-N4 LTFN-N5 LTFN-N6 LTFN-N7)",
        arguments: InvalidCase.all("N"))
    func initializers(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "A chunk record that breaks a rule is refused (LTFN-D1 LTFN-D2 LTFN-D3 LTFN-D4 LTFN-D5 LTFN-D6 LTFN-D7 LTFN-D8 LTFN-C1)",
        arguments: InvalidCase.all("D"))
    func chunks(_ invalid: InvalidCase) { Self.check(invalid) }

    @Test(
        "Stored bytes that break a rule are refused (LTFN-C2 LTFN-C3 LTFN-C4 LTFN-C6 LTFN-C7 LTFN-C9)",
        arguments: InvalidCase.all("C"))
    func codecs(_ invalid: InvalidCase) { Self.check(invalid) }
}
