import LTFNBytes

/// How much may be made of what a pickle uses again and again: steps on the way, names and texts.
///
/// A value that stands in several places is gone through in each. Honest files have few.
struct TorchBudget {
    private let format: String
    private var stepsLeft: Int
    private var bytesLeft: Int

    init(_ pickle: TorchPickle) {
        format = pickle.format
        stepsLeft = 1 << 20 + 16 * pickle.graph.valueCount
        bytesLeft = 16 << 20 + 64 * pickle.graph.valueCount
    }

    /// - Throws: `limitExceeded`.
    mutating func step(_ count: Int = 1) throws(FormatError) {
        stepsLeft -= count
        guard stepsLeft >= 0 else {
            throw FormatError(
                .limitExceeded, format: format,
                "The pickle uses the same values again and again: read out, they would be many "
                    + "times as many as are stored.")
        }
    }

    /// Counts the bytes of a name or a text, before it is made.
    ///
    /// - Throws: `limitExceeded`.
    mutating func spend(_ byteCount: Int) throws(FormatError) {
        bytesLeft -= byteCount
        guard bytesLeft >= 0 else {
            throw FormatError(
                .limitExceeded, format: format,
                "Names and texts of the pickle would be many times as long as they are stored.")
        }
    }
}

/// Things that are left out: how many, and the first of them.
struct TorchRemainder {
    private(set) var count = 0
    private(set) var first = ""

    mutating func add(_ name: @autoclosure () -> String, _ kind: @autoclosure () -> String) {
        count += 1
        guard count == 1 else { return }
        let name = name().prefix(80)
        let kind = kind().prefix(80)
        first = name.isEmpty ? String(kind) : "\"\(name)\", \(kind)"
    }
}
