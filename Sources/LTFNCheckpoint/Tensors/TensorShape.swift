import LTFNBytes

/// The extent of a tensor along each axis, the slowest axis first.
///
/// `[]` is a scalar. A shape whose number of elements overflows cannot be made.
public struct TensorShape: Hashable, Sendable {
    public let dimensions: [Int]
    /// The product of the dimensions; 1 for a scalar.
    public let elementCount: Int

    /// - Throws: `corrupt` for a negative dimension, `limitExceeded` when the product of the
    ///   dimensions has no Int.
    public init(_ dimensions: [Int]) throws(FormatError) {
        var count = 1
        var overflowed = false
        for dimension in dimensions {
            guard dimension >= 0 else {
                throw FormatError(
                    .corrupt, "Shape \(dimensions) has a negative dimension; expected 0 or more.")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            overflowed = overflowed || overflow
            count = product
        }
        // A zero anywhere makes the tensor empty, whatever the other dimensions multiply to.
        if dimensions.contains(0) {
            count = 0
        } else if overflowed {
            throw FormatError(
                .limitExceeded, "Shape \(dimensions) has more elements than 2^63 - 1.")
        }
        self.dimensions = dimensions
        self.elementCount = count
    }

    private init() {
        dimensions = []
        elementCount = 1
    }

    /// The shape of a single number.
    public static let scalar = TensorShape()

    public var rank: Int { dimensions.count }

    /// Where the element at `position` in row-major order stands along each axis.
    package func indices(of position: Int) -> [Int] {
        guard 0..<elementCount ~= position else { return [] }
        var rest = position
        let indices = dimensions.reversed().map { extent in
            defer { rest /= extent }
            return rest % extent
        }
        return indices.reversed()
    }
}

extension TensorShape: CustomStringConvertible {
    /// `[3, 3, 64, 128]`
    public var description: String {
        "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
    }
}
