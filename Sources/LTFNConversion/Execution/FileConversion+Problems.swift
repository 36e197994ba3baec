import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import LTFNInterchange

// What stands in the way, and what is remarked.
extension FileConversion {
    static func problems(
        of plan: ConversionPlan, _ budget: ExpansionBudget
    ) -> [ConversionPlan.Problem] {
        var budget = budget
        do throws(FormatError) {
            try budget.charge(plan.valueByteCount)
            try budget.charge(plan.replayedByteCount)
            return []
        } catch {
            return [.expansion(error)]
        }
    }

    static func problems(
        ofRunning manifest: Manifest, _ request: Request
    ) -> [ConversionPlan.Problem] {
        guard request.verification == .forward, manifest.graph == nil else { return [] }
        return [
            .selection(
                "The input has no graph, so its network cannot be run on sample images.")
        ]
    }

    /// A remark when not all variables can be stored relative to the base.
    static func note(
        _ plan: ConversionPlan, relativeTo base: NativeReader, _ request: Request
    ) -> String? {
        let own = plan.steps.map(\.target).filter { $0.tiedTo == nil }
        let strange = own.filter { base.manifest[$0.name]?.tensor != $0.tensor }
        guard !strange.isEmpty else { return nil }
        let verbs = strange.count == 1 ? ("is not", "it is") : ("are not", "they are")
        return "\(strange.count) of \(NumberText.counted(own.count, "variable")), "
            + "\"\(strange[0].name)\" first, \(verbs.0) in \(request.relativeTo ?? "") with the same "
            + "dtype and shape: \(verbs.1) stored whole."
    }

    /// What opaque bits may be, where they stay what they are in a file whose format has no better
    /// name.
    static func hints(
        _ plan: ConversionPlan, _ format: any CheckpointFormat
    ) -> [Hint] {
        func stay(_ dtype: DType) -> Bool {
            plan.steps.contains {
                $0.source.blocks == nil
                    && $0.source.tensor.dtype == dtype && $0.target.tensor.dtype == dtype
            }
        }
        let (name, dtypes) = (format.traits.name, format.traits.dtypes)
        var hints: [Hint] = []
        if stay(.bits16), !dtypes.contains(.bf16) {
            hints.append(
                Hint(
                    "Values of 16 opaque bits are how \(name) files hold bfloat16.",
                    remedy: .retype(DType.bits16.rawValue, to: [DType.bf16.rawValue])))
        }
        if stay(.bits8), !dtypes.contains(.f8e4m3fn) {
            let narrow: [DType] = [.f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .f8e8m0]
            hints.append(
                Hint(
                    "Values of 8 opaque bits are how \(name) files hold the narrow types of ml_dtypes, "
                        + "which the file cannot tell apart.",
                    remedy: .retype(DType.bits8.rawValue, to: narrow.map(\.rawValue))))
        }
        return hints
    }

    /// What was to be chosen and is not there.
    static func problems(
        of selection: ReadingSelection, _ manifest: Manifest, _ format: any CheckpointFormat
    ) -> [ConversionPlan.Problem] {
        var problems: [ConversionPlan.Problem] = selection.patterns.filter { pattern in
            !manifest.variables.contains { pattern.matches($0.name.string) }
        }.map { .selection("No variable's name fits \"\($0.text)\".") }
        if selection.arrayIndex != nil, !(format is NPYFormat) {
            problems.append(
                .selection(
                    "Arrays are chosen by number in an npy file; the input is "
                        + "\(format.traits.name).", remedy: .chooseVariables))
        }
        return problems
    }

    /// What is wrong with the places of the output, each thing once: a folder that is missing is
    /// missing for every file of a set.
    static func problems(
        at outputs: [String], _ request: Request
    ) -> [ConversionPlan.Problem] {
        var found: [FormatError] = []
        for output in outputs {
            do throws(FormatError) {
                try DurableFileWriter.check(
                    path: output, replacingExisting: request.replacesOutput)
            } catch {
                if !found.contains(where: { $0.message == error.message }) { found.append(error) }
            }
        }
        return found.map { .output($0) }
    }
}
