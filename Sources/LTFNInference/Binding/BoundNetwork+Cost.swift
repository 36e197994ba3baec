import LTFNBytes
public import LTFNCheckpoint
import LTFNKernels

/// What a network out of a file may take to run: a graph of a few hundred bytes can ask for any
/// amount of memory and of work.
public struct RunningLimits: Hashable, Sendable {
    /// In bytes, the parameters among them: twice what may be made of values.
    public var memory: Int
    /// Multiplications, comparisons and the like for one image.
    public var operationCount: Double

    /// No limit.
    public static let none = RunningLimits(memory: .max, operationCount: .infinity)

    public init(memory: Int, operationCount: Double) {
        self.memory = memory
        self.operationCount = operationCount
    }

    /// What may be asked for.
    ///
    /// - Parameters:
    ///   - fileByteCount: the length of the file that `reader` opened.
    ///   - operationCount: nil: 4,000,000,000, or 65,536 for each byte of the files. A convolution
    ///     uses each of its parameters once for every pixel, so large networks stay below.
    public init(
        _ limits: DecodingLimits, fileByteCount: UInt64, reader: any CheckpointReader,
        operationCount: Double? = nil
    ) {
        let (product, overflow) = reader.expansion(limits, fileByteCount: fileByteCount)
            .multipliedReportingOverflow(by: 2)
        memory = overflow ? .max : Int(clamping: product)
        let byteCount = Double(fileByteCount) + Double(reader.baseByteCount)
        self.operationCount = operationCount ?? max(4e9, 0x1p16 * byteCount)
    }
}

extension BoundNetwork {
    /// What running one image takes, by the direct methods: a multiply-add or a comparison counts
    /// as one, and a value that is written as 16, which is what memory costs where arithmetic is
    /// little.
    public var operationCount: Double {
        zip(geometry.layers, geometry.outputCounts).reduce(0) {
            $0 + $1.0.operationCount(outputs: $1.1) + 16 * Double($1.1)
        }
    }

    /// Makes sure that one image takes no more than `limit` operations.
    ///
    /// - Throws: `limitExceeded`.
    func checkOperations(limit: Double) throws(FormatError) {
        let need = operationCount
        guard need <= limit else {
            throw FormatError(
                .limitExceeded,
                "The network takes \(NumberText.significant(need, 3)) operations for one image, more "
                    + "than the \(NumberText.significant(limit, 3)) that are allowed.",
                remedy: .raiseOperationLimit)
        }
    }

    /// Makes sure that parameters and predictions take no more than `limit` bytes, before they are
    /// made; what images take on the way, the engine checks.
    ///
    /// - Returns: what is left for the images.
    /// - Throws: `limitExceeded`.
    func checkMemory(limit: Int) throws(FormatError) -> Int {
        // Many layers may use one variable. No product overflows: a layer has at most 2^31 values
        // of each kind.
        let parameters = geometry.layers.reduce(0.0) { $0 + $1.parameterByteCount }
        // A logit, a counter, and what both become in a document.
        let need = parameters + 64 * Double(geometry.classCount)
        guard need <= Double(limit) else {
            // Beyond what has a number it does not matter by how much.
            let bytes = UInt64(min(need, 0x1p62))
            throw FormatError(
                .limitExceeded,
                "The network takes \(bytes) bytes of memory for its parameters and "
                    + "\(geometry.classCount) classes, more than the \(limit) that are allowed.",
                remedy: .raiseExpansionLimit)
        }
        return limit == .max ? limit : limit - Int(need)
    }
}

extension LayerGeometry {
    /// The values as they are read, layer by layer, one after the other, and as the kernels take
    /// them: transformed in tiles of 8×8, a kernel of 3×3 becomes 64/9 times as large.
    fileprivate var parameterByteCount: Double {
        var packed = 1.0
        if case .convolution(let geometry) = self, geometry.kernelShape.prefix(2) == [3, 3] {
            packed = 64 / 9
        }
        return 4 * ((3 + packed) * Double(kernelCount) + 4 * Double(biasCount))
    }

    fileprivate func operationCount(outputs: Int) -> Double {
        switch self {
        case .convolution(let geometry):
            Double(geometry.output.height) * Double(geometry.output.width)
                * Double(geometry.kernelCount)
        case .dense: Double(kernelCount)
        case .maxPool(let geometry):
            Double(outputs) * Double(min(geometry.vertical.extent, geometry.input.height))
                * Double(min(geometry.horizontal.extent, geometry.input.width))
        case .relu: 0
        }
    }
}
