extension Reference {
    /// The largest value under each window; padding never wins, not-a-number does.
    ///
    /// - Parameter input: `[images, height, width, channels]`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func maxPool<Scalar: ReferenceScalar>(
        _ input: [Scalar], images: Int, _ geometry: PoolingGeometry
    ) -> [Scalar] {
        winners(input, images: images, geometry).map { input[$0] }
    }

    /// The gradient to the input of `maxPool`: each output's gradient goes to the first of the
    /// largest values in row-major order, as in TensorFlow.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func maxPoolGradient<Scalar: ReferenceScalar>(
        input: [Scalar], outputGradient: [Scalar], images: Int, _ geometry: PoolingGeometry
    ) -> [Scalar] {
        var gradient = [Scalar](repeating: 0, count: input.count)
        for (at, winner) in winners(input, images: images, geometry).enumerated() {
            gradient[winner] += outputGradient[at]
        }
        return gradient
    }

    /// For each output element the index of the input element it takes.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    private static func winners<Scalar: ReferenceScalar>(
        _ input: [Scalar], images: Int, _ geometry: PoolingGeometry
    ) -> [Int] {
        let (from, to) = (geometry.input, geometry.output)
        var result: [Int] = []
        result.reserveCapacity(images * to.elementCount)
        for n in 0..<images {
            for y in 0..<to.height {
                for x in 0..<to.width {
                    for c in 0..<to.channels {
                        var best: Int?
                        for i in 0..<geometry.vertical.extent {
                            guard let row = geometry.vertical.inputPosition(of: y, tap: i) else {
                                continue
                            }
                            for j in 0..<geometry.horizontal.extent {
                                guard
                                    let column = geometry.horizontal.inputPosition(of: x, tap: j)
                                else { continue }
                                let at =
                                    ((n * from.height + row) * from.width + column) * from.channels
                                    + c
                                if let leader = best, !beats(input[at], input[leader]) { continue }
                                best = at
                            }
                        }
                        result.append(best!)
                    }
                }
            }
        }
        return result
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    private static func beats<Scalar: ReferenceScalar>(_ value: Scalar, _ leader: Scalar) -> Bool {
        value > leader || (value.isNaN && !leader.isNaN)
    }
}
