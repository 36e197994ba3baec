import LTFNBytes
import LTFNCheckpoint

extension Fans {
    /// The fans of a kernel of `shape`: `[in, out]`, or `[…, in, out]` with the receptive field
    /// before, so that `[H, W, I, O]` has fan in H·W·I and fan out H·W·O.
    ///
    /// A vector has its length as both, a scalar 1.
    ///
    /// - Throws: `limitExceeded` when a product has no UInt64.
    public init(shape: TensorShape) throws(FormatError) {
        let dimensions = shape.dimensions.map { UInt64($0) }
        guard let last = dimensions.last else {
            self.init(fanIn: 1, fanOut: 1)
            return
        }
        var fanIn = dimensions.count > 1 ? dimensions[dimensions.count - 2] : last
        var fanOut = last
        for dimension in dimensions.dropLast(2) {
            let (input, inputOverflow) = fanIn.multipliedReportingOverflow(by: dimension)
            let (output, outputOverflow) = fanOut.multipliedReportingOverflow(by: dimension)
            guard !inputOverflow, !outputOverflow else {
                throw FormatError(
                    .limitExceeded, rule: "LTFN-I33", "The fans of shape \(shape) pass 2^64 - 1.")
            }
            (fanIn, fanOut) = (input, output)
        }
        self.init(fanIn: fanIn, fanOut: fanOut)
    }
}
