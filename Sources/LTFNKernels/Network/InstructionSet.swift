/// The instruction set that kernels run with.
///
/// One instruction set gives the same bits on every machine, for every number of threads and in
/// every build. Two of them may differ in the last bits of a result: their vectors and fused
/// multiply-adds round differently.
public enum InstructionSet: String, Hashable, Sendable, CaseIterable {
    case portable, neon, avx2, avx512
}
