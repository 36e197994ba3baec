private import CKernels

/// The instruction sets that the kernels are built for, by their names.
public enum InstructionSetNames {
    /// Those that this machine has: the values of `LTFN_CPU` that mean something here.
    public static var supported: [String] {
        (Int32(CK_CPU_PORTABLE)...Int32(CK_CPU_AVX512)).filter { ck_cpu_supported($0) != 0 }
            .map { unsafe String(cString: ck_cpu_name($0)) }
    }
}
