import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import LTFNInitializers

/// Files that are larger than memory should have to be.
enum LargeFile {
    /// One float32 variable of normal numbers, which are coded in planes, and a small one after
    /// it.
    static func write(_ path: String, gigabytes: Int) throws(FormatError) {
        let count = gigabytes * 1_000_000_000 / 4
        let few = try TensorInfo(dtype: .f32, shape: TensorShape([16]))
        let recipe = try Initializer.record(
            recipe: .normal(mean: 0, standardDeviation: 0.05), seed: 7, stream: 1, info: few)
        let initializer = try Initializer(recipe, dtype: .f32)
        let manifest = try Manifest(variables: [
            VariableInfo(
                name: try VariableName("large"),
                tensor: try TensorInfo(dtype: .f32, shape: TensorShape([count]))),
            VariableInfo(
                name: try VariableName("small"), tensor: few),
        ])
        let writer = try DurableFileWriter(path: path)
        defer { writer.abandon() }
        try NativeFormat().write(manifest, to: writer) { _, range throws(FormatError) in
            var bytes = AlignedBytes(byteCount: range.count)
            var span = bytes.mutableBytes
            try initializer.fill(&span, from: UInt64(range.lowerBound / 4))
            return bytes
        }
        try writer.commit()
    }

    static func verify(_ path: String) throws(FormatError) {
        let reader = try NativeReader(FileSource(path: path))
        for (number, variable) in reader.manifest.variables.enumerated() {
            let storage = reader.storage(number)
            print(
                variable.name, variable.tensor.byteCount, storage.storedByteCount, storage.text)
        }
        try reader.verify()
        // A slice at the very end, and one across the border of 32-bit numbers.
        guard let large = reader.manifest.index(of: try VariableName("large")) else { return }
        let end = reader.manifest.variables[large].tensor.byteCount
        for start in [end - 64, 1 << 32 - 32] where start >= 0 && start + 64 <= end {
            let before = reader.decodedChunkCount
            let slice = try reader.read(large, bytes: start..<start + 64)
            let decoded = reader.decodedChunkCount - before
            print("slice", start, SHA256.digest(slice.bytes), "of", decoded, "chunks")
        }
    }
}
