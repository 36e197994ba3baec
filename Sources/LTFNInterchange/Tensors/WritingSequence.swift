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

    /// - Throws: `corrupt` when `tensor` is not what comes next.
    mutating func expect(_ tensor: TensorData, at index: Int) throws(FormatError) {
        guard next < order.count, order[next] == index else {
            throw FormatError(.corrupt, "Variable \(index) was written out of turn.")
        }
        let variable = manifest.variables[index]
        guard tensor.info == variable.tensor else {
            throw FormatError(
                .corrupt, variable: variable.name.string,
                "It is described as \(variable.tensor.dtype.rawValue) \(variable.tensor.shape), "
                    + "found \(tensor.info.dtype.rawValue) \(tensor.info.shape).")
        }
        next += 1
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
