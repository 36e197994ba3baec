import LTFNInitializers
import Testing

@Suite("Normal quantile")
struct QuantileTests {
    private struct Document: Decodable {
        let relativeTolerance: Double
        let quantiles: [[String]]
    }

    @Test(
        "LTFN-I21 LTFN-I22 LTFN-I23 LTFN-I24: within 3.5e-16 of quantiles computed with 60 digits")
    func agreesWithExactQuantiles() throws {
        let document = try vectors("quantiles.json", as: Document.self)
        #expect(document.quantiles.count > 500)
        #expect(document.relativeTolerance == 3.5e-16)
        for row in document.quantiles {
            let distance = Double(bitPattern: try #require(UInt64(row[0], radix: 16)))
            let exact = Double(bitPattern: try #require(UInt64(row[1], radix: 16)))
            let error = ((NormalQuantile.quantile(distance: distance) - exact) / exact).magnitude
            #expect(error <= document.relativeTolerance, "N(\(distance)), exactly \(exact)")
        }
    }

    @Test("The quantile is odd and nowhere falls by more than its error")
    func isOddAndMonotone() {
        var previous = -Double.infinity
        for step in 1..<20_000 {
            let distance = (Double(step) - 9_999.5) * 0x1p-15 * 1.638
            let z = NormalQuantile.quantile(distance: distance)
            #expect(z == -NormalQuantile.quantile(distance: -distance))
            #expect(z > previous)
            previous = z
        }
    }
}
