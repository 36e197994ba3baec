import Foundation
import LTFNKernels
import LTFNParallel

/// What a report has to say about where and when it was made.
struct Machine {
    /// `AMD EPYC`, or what the system calls its processor.
    let processor: String
    let coreCount: Int
    /// `2026-11-24`
    let date: String

    static var current: Machine {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            in: TimeZone(identifier: "UTC") ?? .current, from: Date())
        let numbers = [parts.year, parts.month, parts.day].map { number in
            let text = String(number ?? 0)
            return text.count < 2 ? "0" + text : text
        }
        return Machine(
            processor: processorName() ?? "unknown processor", coreCount: Parallelism.coreCount,
            date: numbers.joined(separator: "-"))
    }

    private static func processorName() -> String? {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
            return nil
        }
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    /// `AMD EPYC, 2 cores, avx512`
    var description: String {
        "\(processor), \(coreCount) cores, \(InstructionSet.selected.rawValue)"
    }
}
