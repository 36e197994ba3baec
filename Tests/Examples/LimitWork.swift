import LTFN

/// Reads a file that a stranger sent.
public func readUpload(_ bytes: [UInt8]) throws -> [String: TensorData] {
    var limits = DecodingLimits()
    limits.variableCount = 10_000
    limits.tensorByteCount = 256 << 20
    limits.expandedByteCount = 16 << 20
    return try ModelFile(bytes: bytes, name: "upload", .init(limits: limits)).tensors()
}

/// Goes through a file one tensor at a time, within what its length allows in all.
public func sumOfEverything(at path: String) throws -> Double {
    let model = try ModelFile(path)
    var budget = model.budget
    var sum = 0.0
    for name in model.names {
        let tensor = try model[name]
        try budget.charge(UInt64(tensor.info.tensor.byteCount))
        sum += try tensor.doubles().reduce(0, +)
    }
    return sum
}

/// What to tell a user about a file.
public func verdict(on path: String) -> String {
    do throws(FormatError) {
        _ = try ModelFile(path).tensors()
        return "This file is sound."
    } catch {
        switch error.code {
        case .notThisFormat: return "This is no model file."
        case .unsupportedVersion, .unsupportedFeature: return "A newer reader is needed."
        case .truncated, .corrupt, .checksumMismatch: return "The file is damaged: \(error)"
        case .limitExceeded: return "The file asks for more than is allowed: \(error)"
        case .notRepresentable, .io: return "\(error)"
        }
    }
}
