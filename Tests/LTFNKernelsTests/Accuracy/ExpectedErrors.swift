import LTFNKernels

extension Sample {
    /// The errors to expect relative to the norms, after each layer and of each layer's gradients.
    ///
    /// Each layer's own error is added to what comes in, which no layer makes larger relative to
    /// the norm: white noise grows as white data do. The softmax makes of a relative error e of the
    /// logits one of at most 2 · max |logit| · e.
    ///
    /// - Parameter tiles: the outputs of the tiles that Winograd's convolution may be cut into.
    func expectedErrors(tiles: [Int]) -> (layers: [Double], gradients: [Double]) {
        var layers: [Double] = []
        var error = 0.0
        for layer in geometry.layers {
            error += Rounding.forward(layer, tiles: tiles)
            layers.append(error)
        }
        let logits = reference.forward(images, count: labels.count).last ?? []
        let largest = logits.reduce(1) { max($0, abs($1)) }
        var gradients = [Double](repeating: 0, count: layers.count)
        var back = 2 * largest * error + Rounding.unit
        for index in geometry.layers.indices.reversed() {
            let layer = geometry.layers[index]
            let input = index > 0 ? layers[index - 1] : 0
            gradients[index] =
                back + input + Rounding.kernelGradient(layer, images: labels.count, tiles: tiles)
            back += Rounding.inputGradient(layer, tiles: tiles)
        }
        return (layers, gradients)
    }
}
