import CKernels
import LTFNParallel
import Synchronization

/// The most arithmetic that this machine does with an instruction set: what kernels are measured
/// by.
public enum PeakArithmetic {
    /// Multiply-adds between registers, on every thread at once.
    ///
    /// - Parameter rounds: of a few dozen instructions each, on each thread.
    /// - Returns: the floating-point operations of all threads together; a multiply-add counts as
    ///   two.
    public static func run(
        rounds: Int, parallelism: Parallelism, instructionSet: InstructionSet
    ) -> Int {
        let total = Atomic<Int>(0)
        parallelism.forEach(parallelism.threadCount) { _ in
            var values = [Float](repeating: 0.5, count: Int(CK_PEAK_COUNT))
            let done = unsafe values.withUnsafeMutableBufferPointer { buffer in
                unsafe ck_peak(instructionSet.code, Int64(max(0, rounds)), buffer.baseAddress!)
            }
            // The sums are 1 when the work was done: x · ½ + ½.
            total.wrappingAdd(values[0].isFinite ? Int(done) : 0, ordering: .relaxed)
        }
        return total.load(ordering: .relaxed)
    }
}
