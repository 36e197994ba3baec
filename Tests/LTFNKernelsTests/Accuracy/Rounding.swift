import LTFNKernels

/// How far float32 arithmetic may be from exact arithmetic.
/// `Spec/decisions/0004-tiles-and-rounding.md` has the derivations.
enum Rounding {
    /// The unit roundoff of float32.
    static let unit = 0x1p-24

    /// γₙ = n·u / (1 − n·u): n roundings of a product, or of a sum in any order, change it by at
    /// most γₙ times the sum of the magnitudes (Higham, Accuracy and Stability of Numerical
    /// Algorithms, 2nd edition, 2002, lemma 3.1 and section 3.1). Fused multiply-adds round less
    /// often.
    static func gamma(_ count: Int) -> Double {
        let product = Double(count) * unit
        return product / (1 - product)
    }

    /// The error to expect relative to the norm of the result when `termCount` products are added
    /// one after the other and `otherCount` more roundings lie on the way.
    ///
    /// Roundings are taken as independent and without bias (Higham and Mary, A New Approach to
    /// Probabilistic Rounding Error Analysis, SIAM J. Sci. Comput. 41, 2019), each with a variance
    /// of u²/3. The kth partial sum has k/n of the variance of the whole, so n sums count as n/2
    /// roundings of the result. `amplification` says how much larger than the result are the
    /// numbers that are rounded.
    static func expected(
        termCount: Int, otherCount: Int = 2, amplification: Double = 1
    ) -> Double {
        unit * amplification * ((Double(termCount) / 2 + Double(otherCount)) / 3).squareRoot()
    }

    /// What a test allows of the expected error: three deviations of a sum of many, and what the
    /// model leaves out.
    static let allowance = 3.0

    /// The error to expect of the layer forward; 0 where nothing is rounded.
    static func forward(_ layer: LayerGeometry, tiles: [Int]) -> Double {
        switch layer {
        case .convolution(let geometry):
            guard isTiled(geometry) else { return expected(termCount: geometry.patchCount) }
            return tiles.map { tile in
                expected(
                    termCount: geometry.input.channels, otherCount: ToomCook.roundingCount(tile),
                    amplification: ToomCook(outputCount: tile).amplification)
            }.max() ?? 0
        case .dense(let inputs, _): return expected(termCount: inputs)
        case .maxPool, .relu: return 0
        }
    }

    /// The error to expect of the gradient to the layer's input, given that to its output.
    static func inputGradient(_ layer: LayerGeometry, tiles: [Int]) -> Double {
        switch layer {
        case .convolution(let geometry):
            guard isTiled(geometry) else {
                return expected(
                    termCount: geometry.kernelCount / geometry.input.channels)
            }
            return tiles.map { tile in
                expected(
                    termCount: geometry.output.channels, otherCount: ToomCook.roundingCount(tile),
                    amplification: ToomCook(outputCount: tile).amplification)
            }.max() ?? 0
        case .dense(_, let outputs): return expected(termCount: outputs)
        case .maxPool, .relu: return 0
        }
    }

    /// The error to expect of the gradient to the layer's kernel over a number of images.
    static func kernelGradient(_ layer: LayerGeometry, images: Int, tiles: [Int]) -> Double {
        switch layer {
        case .convolution(let geometry):
            let pixels = images * geometry.output.height * geometry.output.width
            guard isTiled(geometry) else { return expected(termCount: pixels) }
            return tiles.map { tile in
                // The sum over the tiles; that over a tile is taken in its transform.
                expected(
                    termCount: pixels / (tile * tile), otherCount: ToomCook.roundingCount(tile),
                    amplification: ToomCook(outputCount: tile).gradientAmplification)
            }.max() ?? 0
        case .dense: return expected(termCount: images)
        case .maxPool, .relu: return 0
        }
    }

    /// Whether the kernels may cut the convolution into Winograd's tiles.
    static func isTiled(_ geometry: ConvolutionGeometry) -> Bool {
        [geometry.vertical, geometry.horizontal].allSatisfy { $0.extent == 3 && $0.stride == 1 }
            && geometry.input.channels % 16 == 0 && geometry.output.channels % 16 == 0
    }
}
