import CKernels

/// The C bodies of the sampler.
package enum FastSampler {
    /// One instruction set of this machine.
    package struct InstructionSet: Hashable, Sendable, CustomStringConvertible {
        let id: Int32
        package var description: String { unsafe String(cString: ck_cpu_name(id)) }
    }

    /// Those that this machine supports, the portable one first.
    package static var instructionSets: [InstructionSet] {
        [CK_CPU_PORTABLE, CK_CPU_NEON, CK_CPU_AVX2, CK_CPU_AVX512]
            .map { Int32($0) }
            .filter { ck_cpu_supported($0) != 0 }
            .map { InstructionSet(id: $0) }
    }

    /// The one that the kernels of this process run with.
    package static var selected: InstructionSet {
        InstructionSet(id: ck_cpu_selected())
    }

    /// Fills `bytes` with elements from number `first` on; bytes past the last whole element stay.
    ///
    /// The caller has checked that the last element's number does not overflow.
    package static func fill(
        _ bytes: inout MutableRawSpan, with plan: SamplingPlan, from first: UInt64,
        on instructionSet: InstructionSet = selected
    ) {
        let count = bytes.byteCount / plan.element.byteCount
        guard count > 0 else { return }
        var sampling = ck_sampling(
            seed: plan.seed, stream: plan.stream, offset: plan.offset, scale: plan.scale,
            ceiling: plan.ceiling, factor: plan.factor, draw: plan.draw.code,
            element: plan.element.code)
        // The kernel writes `count` elements and asks nothing of the address.
        unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe ck_sample(instructionSet.id, &sampling, first, count, buffer.baseAddress)
        }
    }
}

extension SamplingPlan.Draw {
    fileprivate var code: Int32 {
        switch self {
        case .uniform: Int32(CK_DRAW_UNIFORM)
        case .normal: Int32(CK_DRAW_NORMAL)
        case .truncatedNormal: Int32(CK_DRAW_TRUNCATED_NORMAL)
        }
    }
}

extension ElementType {
    fileprivate var code: Int32 {
        switch self {
        case .f16: Int32(CK_ELEMENT_F16)
        case .bf16: Int32(CK_ELEMENT_BF16)
        case .f32: Int32(CK_ELEMENT_F32)
        case .f64: Int32(CK_ELEMENT_F64)
        }
    }
}
