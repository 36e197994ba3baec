import Foundation
import LTFNBytes
import TestSupport
import Testing

@Suite("Numbers and names as text") struct NumberTextTests {
    /// Numbers of every size, and those that rounding finds hard.
    private static let numbers: [Double] = {
        var noise = TestBytes(seed: 3)
        var numbers: [Double] = [
            0, 1, 0.5, 1.5, 2.5, 0.05, 0.15, 0.25, 0.35, 0.125, 0.375, 9.5, 99.5, 9.95, 9.995,
            0.995, 999_999.5, 1e15, 1e16, 1e22, 1e23, 123_456_789.123_456_789, .pi, 0.1, 1e-5,
            1e-4, 9.9999e-5, 0.000_099_999_5, .leastNonzeroMagnitude, .leastNormalMagnitude,
            .greatestFiniteMagnitude, 2.302_585_092_994_046, 1 / 3, 2 / 3, 4.5e-7, 0.07,
            0.000_5, 0.001_5, 1_000_000, 123_456_7, 8.5, 1e100,
        ]
        for _ in 0..<150 {
            // Any bit pattern; quarters, which tie; numbers of everyday size.
            let pattern = Double(bitPattern: noise.next())
            if pattern.isFinite { numbers.append(pattern) }
            numbers.append(Double(noise.next() % 10_000_000) / 1024)
            numbers.append(Double.random(in: -1000...1000, using: &noise))
        }
        return numbers + numbers.map { -$0 }
    }()

    @Test("fixed, scientific and significant digits are those of printf")
    func printf() {
        for number in NumberTextTests.numbers {
            for digits in [0, 1, 2, 4, 9, 17] {
                let fixed = NumberText.fixed(number, digits)
                #expect(fixed == String(format: "%.\(digits)f", number))
                let scientific = NumberText.scientific(number, digits)
                #expect(scientific == String(format: "%.\(digits)e", number))
                let significant = NumberText.significant(number, digits)
                #expect(significant == String(format: "%.\(digits)g", number))
            }
        }
        #expect(NumberText.fixed(3.14159, 4) == "3.1416")
    }

    @Test("numbers that are none") func special() {
        for text in [NumberText.fixed, NumberText.scientific, NumberText.significant] {
            #expect(text(.nan, 3) == "nan")
            #expect(text(-.nan, 3) == "nan")
            #expect(text(.infinity, 3) == "inf")
            #expect(text(-.infinity, 3) == "-inf")
        }
        #expect(NumberText.fixed(1.5, -3) == "2")
    }

    @Test("thousands are grouped") func grouped() {
        let cases: [(Int, String)] = [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (-999, "-999"),
            (1_234_567, "1,234,567"), (Int.min, "-9,223,372,036,854,775,808"),
        ]
        for (number, text) in cases {
            #expect(NumberText.grouped(number) == text)
        }
        #expect(NumberText.grouped(UInt64.max) == "18,446,744,073,709,551,615")
    }

    @Test("byte counts keep three digits") func byteCounts() {
        let cases: [(UInt64, String, String)] = [
            (0, "0 B", "0 B"), (999, "999 B", "999 B"), (1000, "0.98 KiB", "1.00 kB"),
            (1024, "1.00 KiB", "1.02 kB"), (10_230, "9.99 KiB", "10.2 kB"),
            (10_240, "10.0 KiB", "10.2 kB"), (1_290_000, "1.23 MiB", "1.29 MB"),
            (999_499, "976 KiB", "999 kB"), (999_500, "976 KiB", "1.00 MB"),
            (.max, "16.0 EiB", "18.4 EB"),
        ]
        for (count, binary, decimal) in cases {
            #expect(NumberText.byteCount(count) == binary)
            #expect(NumberText.byteCount(count, unit: .decimal) == decimal)
        }
    }

    @Test("names cannot give orders to a terminal") func names() {
        let cases: [(String, String)] = [
            ("conv1/kernel", "conv1/kernel"), ("größe 日本 👩‍🚀", "größe 日本 👩‍🚀"), ("", ""),
            ("\u{1B}[2J", "\\u{1B}[2J"), ("a\nb\0", "a\\u{A}b\\u{0}"), ("\u{7F}", "\\u{7F}"),
            ("\u{9B}31m", "\\u{9B}31m"), ("\u{85}", "\\u{85}"), ("\u{2028}", "\\u{2028}"),
        ]
        for (name, text) in cases {
            #expect(TerminalText.escaped(name) == text)
        }
        let marks: [UInt32] =
            [0x61C, 0x200E, 0x200F] + Array(0x202A...0x202E) + Array(0x2066...0x2069)
        for mark in marks {
            let name = "a" + String(Character(Unicode.Scalar(mark)!)) + "b"
            #expect(
                TerminalText.escaped(name)
                    == "a\\u{" + String(mark, radix: 16, uppercase: true) + "}b")
        }
        #expect(TerminalText.escaped([0x61, 0xFF, 0x62] as [UInt8]) == "a\\u{FFFD}b")
        #expect(
            FormatError(.corrupt, variable: "w\u{1B}[0m", "Bad.").description
                == "Bad. (variable \"w\\u{1B}[0m\")")
    }
}
