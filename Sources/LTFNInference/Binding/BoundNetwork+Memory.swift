import LTFNBytes
import LTFNCheckpoint
import LTFNKernels

extension BoundNetwork {
    /// Makes sure that parameters and metrics take no more than `limit` bytes, before they are made; what
    /// images take on the way, the engine checks.
    ///
    /// - Throws: `limitExceeded`.
    func checkMemory(limit: Int) throws(FormatError) {
        // The values as they are read, layer by layer, and in the order of the kernels. Many layers may
        // use one variable. No product overflows: a layer has at most 2^31 values of each kind.
        let parameters = geometry.layers.reduce(0.0) {
            $0 + 3 * 4 * (Double($1.kernelCount) + Double($1.biasCount))
        }
        // How often each class was taken for which.
        let classes = Double(geometry.classCount)
        let need = parameters + 8 * classes * classes
        guard need <= Double(limit) else {
            // Beyond what has a number it does not matter by how much.
            let bytes = UInt64(min(need, 0x1p62))
            throw FormatError(
                .limitExceeded,
                "The network takes \(bytes) bytes of memory for its parameters and "
                    + "\(geometry.classCount) classes, more than the \(limit) that are allowed; "
                    + "--max-expanded SIZE allows more.")
        }
    }
}
