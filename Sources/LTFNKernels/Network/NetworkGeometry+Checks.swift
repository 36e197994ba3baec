import LTFNBytes

extension NetworkGeometry {
    /// How many images `batch` holds.
    ///
    /// - Throws: `corrupt` when its values are not whole images.
    public func imageCount(of batch: ImageBatch) throws(FormatError) -> Int {
        let (count, rest) = batch.valueCount.quotientAndRemainder(dividingBy: input.elementCount)
        guard rest == 0 else {
            throw FormatError(
                .corrupt,
                "\(batch.valueCount) values are not whole images of \(input) values each.")
        }
        return count
    }
}

extension NetworkPlan {
    /// The parameters of all layers one after the other, each kernel followed by its bias.
    ///
    /// - Throws: `corrupt` when they are not as many as the layers ask for.
    func flattened(_ parameters: [LayerParameters]) throws(FormatError) -> AlignedBytes {
        guard parameters.count == geometry.layers.count else {
            throw FormatError(
                .corrupt,
                "\(geometry.layers.count) layers need as many parameters, "
                    + "found \(parameters.count).")
        }
        var result = try AlignedBytes(reserving: max(parameterCount, 1) * 4)
        var values = result.mutableFloats
        var at = 0
        for (index, layer) in geometry.layers.enumerated() {
            let (kernel, bias) = (parameters[index].kernel, parameters[index].bias)
            guard kernel.count == layer.kernelCount, bias.count == layer.biasCount else {
                throw FormatError(
                    .corrupt,
                    "Layer \(index) needs a kernel of \(layer.kernelCount) values and a bias of "
                        + "\(layer.biasCount), found \(kernel.count) and \(bias.count).")
            }
            for part in [kernel, bias] {
                for value in part {
                    values[at] = value
                    at += 1
                }
            }
        }
        return result
    }
}
