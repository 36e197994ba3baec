import LTFNBytes
import LTFNCheckpoint

/// Makes sure that a writer gets every tensor it expects, once, in order and as described.
struct WritingSequence {
    private let manifest: Manifest
    private let order: [Int]
    private var next = 0

    init(manifest: Manifest, order: [Int]) {
        self.manifest = manifest
        self.order = order
    }

    /// - Returns: what is described at `index`.
    /// - Throws: `corrupt` when that is not what comes next.
    mutating func expect(at index: Int) throws(FormatError) -> VariableInfo {
        guard next < order.count, order[next] == index else {
            throw FormatError(.corrupt, "Variable \(index) was written out of turn.")
        }
        next += 1
        return manifest.variables[index]
    }

    /// - Throws: `corrupt` when `tensor` is not what is described at `index`.
    func expect(_ tensor: TensorData, at index: Int) throws(FormatError) {
        guard manifest.variables.indices.contains(index) else { return }
        let variable = manifest.variables[index]
        guard tensor.info != variable.tensor else { return }
        throw FormatError(
            .corrupt, variable: variable.name.string,
            "It is described as \(variable.tensor.dtype.rawValue) \(variable.tensor.shape), "
                + "found \(tensor.info.dtype.rawValue) \(tensor.info.shape).")
    }

    /// - Throws: `corrupt` when a tensor is missing.
    func expectEnd() throws(FormatError) {
        guard next == order.count else {
            throw FormatError(
                .corrupt, variable: manifest.variables[order[next]].name.string,
                "The variable was not written; \(next) of \(order.count) were.")
        }
    }
}

/// A writer of a foreign format: whole tensors are written as values that come range by range.
protocol SequentialWriter: CheckpointWriter {
    var sequence: WritingSequence { get }
}

extension SequentialWriter {
    mutating func write(_ tensor: TensorData, at index: Int) throws(FormatError) {
        try sequence.expect(tensor, at: index)
        try write(at: index) { range in
            AlignedBytes(copying: tensor.bytes.bytes.extracting(range))
        }
    }
}
