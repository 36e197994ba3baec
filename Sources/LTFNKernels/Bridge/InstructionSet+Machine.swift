import CKernels

extension InstructionSet {
    /// The best one this machine has, or the one that the environment variable `LTFN_CPU` names.
    public static var selected: InstructionSet {
        allCases.first { $0.code == ck_cpu_selected() } ?? .portable
    }

    /// Those that this machine has.
    public static var supported: [InstructionSet] {
        allCases.filter { ck_cpu_supported($0.code) != 0 }
    }

    var code: Int32 {
        switch self {
        case .portable: Int32(CK_CPU_PORTABLE)
        case .neon: Int32(CK_CPU_NEON)
        case .avx2: Int32(CK_CPU_AVX2)
        case .avx512: Int32(CK_CPU_AVX512)
        }
    }
}
