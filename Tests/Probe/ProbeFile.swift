import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat

/// A file that is saved and added to.
enum ProbeFile {
    private static let byteCount = 1_500_000

    private static func variable(_ name: String) throws(FormatError) -> VariableInfo {
        VariableInfo(
            name: try VariableName(name),
            tensor: try TensorInfo(dtype: .u8, shape: TensorShape([byteCount])))
    }

    private static func values(_ tag: UInt8) -> [UInt8] {
        var state = UInt64(tag) | 1 << 40
        return (0..<byteCount).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    static func save(_ path: String, tag: UInt8) throws(FormatError) {
        let info = try variable("kept")
        let checkpoint = try Checkpoint(
            manifest: Manifest(variables: [info], metadata: ["tag": .u64(UInt64(tag))]),
            tensors: [
                TensorData(info: info.tensor, bytes: AlignedBytes(copying: values(tag).rawSpan))
            ])
        let writer = try DurableFileWriter(path: path)
        defer { writer.abandon() }
        try NativeFormat().write(checkpoint, to: writer)
        try writer.commit()
    }

    static func append(to path: String) throws(FormatError) {
        let addition = NativeFormat.Addition(
            variables: [try variable("added")], metadata: ["tag": .u64(255)])
        let bytes = values(255)
        try NativeFormat().append(addition, toFileAt: path) { info throws(FormatError) in
            try TensorData(info: info.tensor, bytes: AlignedBytes(copying: bytes.rawSpan))
        }
    }
}
