import LTFNBytes

/// The shape of one image, or of what a layer makes of it: `[height, width, channels]`.
public struct FeatureMap: Hashable, Sendable {
    public let height: Int
    public let width: Int
    public let channels: Int
    /// `height · width · channels`.
    public let elementCount: Int

    /// The most elements that one feature map may have: offsets into it fit 32 bits.
    public static let maximumElementCount = Int(Int32.max)

    /// - Throws: `corrupt` when an extent is not positive, `limitExceeded` when the product is over
    ///   `maximumElementCount`.
    public init(height: Int, width: Int, channels: Int) throws(FormatError) {
        self.height = height
        self.width = width
        self.channels = channels
        elementCount = try checkedProduct(
            [height, width, channels], "feature map \(height)×\(width)×\(channels)")
    }
}

extension FeatureMap: CustomStringConvertible {
    public var description: String { "\(height)×\(width)×\(channels)" }
}

/// The product of positive extents, at most `FeatureMap.maximumElementCount`.
///
/// - Throws: `corrupt` when an extent is not positive, `limitExceeded` when the product is too
///   large.
func checkedProduct(_ extents: [Int], _ what: String) throws(FormatError) -> Int {
    var product = 1
    for extent in extents {
        guard extent > 0 else {
            throw FormatError(.corrupt, "The \(what) has an extent that is not positive.")
        }
        let (next, overflow) = product.multipliedReportingOverflow(by: extent)
        guard !overflow, next <= FeatureMap.maximumElementCount else {
            throw FormatError(
                .limitExceeded,
                "The \(what) has more than \(FeatureMap.maximumElementCount) elements.")
        }
        product = next
    }
    return product
}
