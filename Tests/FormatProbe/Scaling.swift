import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers

/// Takes everything, and keeps nothing.
private final class Drain: ByteSink {
    private(set) var position: UInt64 = 0

    func write(_ bytes: [UInt8]) throws(FormatError) {
        position += UInt64(bytes.count)
    }
}

/// What more threads give, in one run: medians of work done in turns.
enum Scaling {
    private static let valueCount = 48 << 20
    private static let roundCount = 7

    static func measure(threadCount: Int) throws(FormatError) {
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([valueCount]))
        let spec = try Initializer.record(
            recipe: .normal(mean: 0, standardDeviation: 0.05), seed: 3, stream: 4, info: info)
        let initial = try Initializer.sample(spec, info: info)
        for (name, initializer) in [("planes", nil), ("residuals", spec)] {
            let variable = VariableInfo(
                name: try VariableName("w"), tensor: info, initializer: initializer)
            let values = initializer == nil ? initial : trained(initial)
            try measure(
                name, Checkpoint(manifest: Manifest(variables: [variable]), tensors: [values]),
                [1, threadCount])
        }
    }

    /// The initial values, a thousandth further.
    private static func trained(_ initial: TensorData) -> TensorData {
        var result = initial
        var values = result.bytes.mutableFloats
        var state: UInt32 = 1
        for index in 0..<values.count {
            state = state &* 1_664_525 &+ 1_013_904_223
            values[index] += (Float(state >> 8) / Float(1 << 24) - 0.5) * 1e-3
        }
        return result
    }

    private static func measure(
        _ name: String, _ checkpoint: Checkpoint, _ threadCounts: [Int]
    ) throws(FormatError) {
        var encoding = threadCounts.map { _ in [Double]() }
        var decoding = encoding
        var verifying = encoding
        for _ in 0..<roundCount {
            for (place, threadCount) in threadCounts.enumerated() {
                var options = NativeFormat.WritingOptions()
                options.threadCount = threadCount
                let format = NativeFormat(options: options)
                try encoding[place].append(
                    seconds { () throws(FormatError) in
                        try format.write(checkpoint, to: Drain())
                    })
                let sink = MemorySink()
                try format.write(checkpoint, to: sink)
                let reader = try NativeReader(MemorySource(sink.bytes), threadCount: threadCount)
                try decoding[place].append(
                    seconds { () throws(FormatError) in
                        _ = try reader.read(0)
                    })
                try verifying[place].append(
                    seconds { () throws(FormatError) in
                        try reader.verify(0)
                    })
            }
        }
        report("encode \(name)", encoding, threadCounts)
        report("decode \(name)", decoding, threadCounts)
        report("verify \(name)", verifying, threadCounts)
    }

    private static func seconds(
        _ work: () throws(FormatError) -> Void
    ) throws(FormatError) -> Double {
        let start = ContinuousClock.now
        try work()
        let duration = start.duration(to: .now).components
        return Double(duration.seconds) + Double(duration.attoseconds) / 1e18
    }

    private static func report(_ name: String, _ samples: [[Double]], _ threadCounts: [Int]) {
        let medians = samples.map { $0.sorted()[$0.count / 2] }
        let rates = zip(threadCounts, medians).map { count, median in
            "\(count): \(Int(Double(valueCount * 4) / median / 1e6)) MB/s"
        }
        let gain = medians[0] / medians[1]
        print("\(name): \(rates.joined(separator: ", ")), × \((gain * 100).rounded() / 100)")
    }
}
