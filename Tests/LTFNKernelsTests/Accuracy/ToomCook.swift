/// The matrices of Winograd's tiles in double precision: y = Aᵀ[(G w) ⊙ (Bᵀ d)] in one dimension.
///
/// Bᵀ has the coefficients of Π (x − other points), G the powers 0…2 of each point over
/// Π (point − other points), A the powers 0…m − 1; the last row belongs to the point at infinity.
struct ToomCook {
    let outputCount: Int
    /// `[points][…]`
    let a, g, b: [[Double]]

    /// The finite points of each tile size, by the outputs of a tile.
    static let points: [Int: [Double]] = {
        let half = 0.5.squareRoot()
        return [
            2: [0, 1, -1], 4: [0, half, -half, 2 * half, -2 * half],
            6: [0, 1, -1, 2, -2, 0.5, -0.5],
            7: [0, 0.875, -0.875, 1.375, -1.375, 0.4375, -0.4375, 3.5],
        ]
    }()

    /// Roundings on the way of a value through the three transforms, each done twice: products with
    /// rounded coefficients, and sums of at most `outputCount + 2` of them.
    static func roundingCount(_ outputCount: Int) -> Int { 2 * (3 + 2 + outputCount) }

    init(outputCount m: Int) {
        outputCount = m
        let points = Self.points[m] ?? []
        var (a, g, b) = ([[Double]](), [[Double]](), [[Double]]())
        for (index, point) in points.enumerated() {
            var others = points
            others.remove(at: index)
            let scale = others.reduce(1) { $0 * (point - $1) }
            b.append(Self.coefficients(roots: others) + [0])
            g.append(Self.powers(point, 3).map { $0 / scale })
            a.append(Self.powers(point, m))
        }
        b.append(Self.coefficients(roots: points))
        g.append([0, 0, 1])
        a.append([Double](repeating: 0, count: m - 1) + [1])
        (self.a, self.g, self.b) = (a, g, b)
    }

    private static func powers(_ base: Double, _ count: Int) -> [Double] {
        var result = [1.0]
        while result.count < count { result.append(result[result.count - 1] * base) }
        return result
    }

    /// Of the polynomial with these roots, the lowest first.
    private static func coefficients(roots: [Double]) -> [Double] {
        var result = [1.0]
        for root in roots {
            let shifted = [0] + result
            for index in result.indices { result[index] *= -root }
            result = zip(shifted, result + [0]).map(+)
        }
        return result
    }

    /// How much larger than the result the numbers are that are added in two dimensions, in the
    /// root mean square over white data and all places of a tile: √(‖A∘A‖…‖G∘G‖…‖B∘B‖ / taps).
    ///
    /// After the bounds in norms of A, G and B by Barabasz, Anderson, Soodhalter and Gregg, Error
    /// Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks, ACM
    /// TOMS 46, 2020.
    var amplification: Double {
        let weights = zip(Self.squares(g), Self.squares(b)).map { $0 * $1 }
        return Self.mean(a, weights) / 3
    }

    /// The same for the gradient to the kernel, Gᵀ[(A dY Aᵀ) ⊙ (Bᵀ X B)]G.
    var gradientAmplification: Double {
        let weights = zip(Self.squares(a), Self.squares(b)).map { $0 * $1 }
        return Self.mean(g, weights) / Double(outputCount)
    }

    /// The largest amplification that any data and any place can have, by the sums of magnitudes.
    var worstAmplification: Double {
        let weights = zip(Self.magnitudes(g), Self.magnitudes(b)).map { $0 * $1 }
        let columns = (0..<outputCount).map { column in
            weights.indices.reduce(0) { $0 + abs(a[$1][column]) * weights[$1] }
        }
        let largest = columns.max() ?? 0
        return largest * largest / 9
    }

    /// The sum of the squares of each row.
    private static func squares(_ rows: [[Double]]) -> [Double] {
        rows.map { $0.reduce(0) { $0 + $1 * $1 } }
    }

    private static func magnitudes(_ rows: [[Double]]) -> [Double] {
        rows.map { $0.reduce(0) { $0 + abs($1) } }
    }

    /// The mean over the columns of Σ row² · weight: squared in two dimensions, of which this is
    /// the root.
    private static func mean(_ rows: [[Double]], _ weights: [Double]) -> Double {
        let columnCount = rows[0].count
        var sum = 0.0
        for (row, weight) in zip(rows, weights) {
            sum += weight * row.reduce(0) { $0 + $1 * $1 }
        }
        return sum / Double(columnCount)
    }
}
