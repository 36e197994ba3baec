import ArgumentParser
import LTFNBytes
import LTFNCheckpoint

extension DType {
    /// The dtype called `name` here.
    ///
    /// - Throws: `ValidationError`: which there are, and which may have been meant.
    static func named(_ name: String) throws -> DType {
        if let dtype = DType(rawValue: name) { return dtype }
        let names = DType.allCases.map(\.rawValue)
        let meant = Spelling.suggestion(for: name, among: names, meanings: otherNames)
        throw ValidationError(
            "there is no dtype \"\(name)\"; "
                + (meant.map { "did you mean \($0)? There are " } ?? "expected one of ")
                + names.joined(separator: ", ") + ".")
    }

    /// What dtypes are called elsewhere, without underscores.
    static let otherNames = [
        "float32": "f32", "float": "f32", "fp32": "f32", "single": "f32", "float16": "f16",
        "half": "f16", "fp16": "f16", "bfloat16": "bf16", "bfloat": "bf16", "float64": "f64",
        "double": "f64", "fp64": "f64", "int8": "i8", "int16": "i16", "int32": "i32",
        "int64": "i64", "int": "i32", "long": "i64", "short": "i16", "uint8": "u8", "byte": "u8",
        "uint16": "u16", "uint32": "u32", "uint64": "u64", "boolean": "bool",
        "complex64": "c64", "complex128": "c128", "float8e4m3fn": "f8e4m3fn",
        "float8e4m3": "f8e4m3fn", "f8e4m3": "f8e4m3fn", "float8e4m3fnuz": "f8e4m3fnuz",
        "float8e5m2": "f8e5m2", "float8e5m2fnuz": "f8e5m2fnuz", "float8e8m0fnu": "f8e8m0",
        "float8e8m0": "f8e8m0", "raw8": "bits8", "raw16": "bits16", "raw32": "bits32",
        "void8": "bits8", "void16": "bits16", "v1": "bits8", "v2": "bits16", "v4": "bits32",
    ]
}
