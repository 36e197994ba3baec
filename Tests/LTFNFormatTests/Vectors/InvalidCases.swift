import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Testing

/// A file that breaks one rule, and the error that a reader gives.
struct InvalidCase: Sendable, CustomTestStringConvertible {
    enum Stage: String, Sendable {
        /// Opening finds it.
        case open
        /// Reading the values finds it.
        case read
        /// Only verifying the whole file finds it.
        case verify
    }

    var rule: String
    var name: String
    var code: FormatError.Code
    var offset: Int?
    var stage: Stage
    /// The bytes with names, in order.
    var parts: [(name: String, bytes: [UInt8])]
    /// What the caller allows, when it is less than usual.
    var limits: [String: Int] = [:]

    init(
        _ rule: String, _ name: String, _ code: FormatError.Code = .corrupt, at offset: Int?,
        _ draft: Draft
    ) {
        self.init(rule, name, code, at: offset, .open, parts: draft.parts)
    }

    init(
        _ rule: String, _ name: String, _ code: FormatError.Code = .corrupt, at offset: Int?,
        _ stage: Stage, _ draft: Draft
    ) {
        self.init(rule, name, code, at: offset, stage, parts: draft.parts)
    }

    init(
        _ rule: String, _ name: String, _ code: FormatError.Code, at offset: Int?, _ stage: Stage,
        parts: [(name: String, bytes: [UInt8])]
    ) {
        self.rule = "LTFN-" + rule
        self.name = name
        self.code = code
        self.offset = offset
        self.stage = stage
        self.parts = parts
    }

    var file: [UInt8] { parts.flatMap(\.bytes) }
    /// `LTFN-M1-order`
    var fileName: String { rule + "-" + name }
    var testDescription: String { fileName }

    func limited(_ limits: [String: Int]) -> InvalidCase {
        var copy = self
        copy.limits = limits
        return copy
    }

    var decodingLimits: DecodingLimits {
        var result = DecodingLimits()
        if let count = limits["variableCount"] { result.variableCount = count }
        if let count = limits["indexByteCount"] { result.indexByteCount = count }
        if let rank = limits["rank"] { result.rank = rank }
        if let count = limits["expandedByteCount"] { result.expandedByteCount = count }
        return result
    }

    /// What a reader makes of it.
    func outcome() -> (stage: Stage, error: FormatError)? {
        do {
            let reader = try NativeReader(MemorySource(file), limits: decodingLimits)
            do {
                for number in reader.manifest.variables.indices { _ = try reader.read(number) }
            } catch {
                return (.read, error)
            }
            do {
                try reader.verify()
            } catch {
                return (.verify, error)
            }
            return nil
        } catch {
            return (.open, error)
        }
    }

    static func all(_ section: Character) -> [InvalidCase] {
        all.filter { $0.rule.dropFirst(5).first == section }
    }

    static let all =
        container + index + metadata + graph + variables + initializers + chunks + codecs
        + orders
}

/// A draft after a change.
func changing(_ draft: Draft, _ change: (inout Draft) -> Void) -> Draft {
    var copy = draft
    change(&copy)
    return copy
}

/// The parts with the bytes from `offset` on replaced.
func overwriting(
    _ parts: [(name: String, bytes: [UInt8])], at offset: Int, with bytes: [UInt8]
) -> [(name: String, bytes: [UInt8])] {
    var position = 0
    return parts.map { part in
        var part = part
        for place in part.bytes.indices {
            let number = position + place - offset
            if number >= 0, number < bytes.count { part.bytes[place] = bytes[number] }
        }
        position += part.bytes.count
        return part
    }
}
