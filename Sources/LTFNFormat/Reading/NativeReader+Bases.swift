import LTFNBytes
import LTFNCheckpoint

// Values that stand in a base file.
extension NativeReader {
    /// Decodes what a variable of this file has in a base file.
    ///
    /// - Parameter start: the first byte of `output` among those of the variable.
    func decodeBase(
        of info: VariableInfo, base number: UInt16, from start: Int,
        into output: inout MutableRawSpan
    ) throws(FormatError) {
        let (base, variable) = try original(of: info, base: number)
        do {
            try base.decode(variable, from: start, into: &output)
        } catch {
            throw error.about(base.name)
        }
    }

    /// How a range of bytes is cut in a base file; nil when they are not there.
    func partsInBase(
        of info: VariableInfo, base number: UInt16, _ range: Range<Int>
    ) -> [Range<Int>]? {
        guard let (base, variable) = try? original(of: info, base: number) else { return nil }
        return VariableDecoder(base, variable: base.holder(of: variable)).plan(range).parts
    }

    /// The base file with this number, and the variable in it that `info` is relative to.
    func original(
        of info: VariableInfo, base number: UInt16
    ) throws(FormatError) -> (base: NativeReader, variable: Int) {
        guard let base = bases[Int(number)] else {
            throw FormatError(
                .unsupportedFeature, format: NativeFormat.formatName, rule: "LTFN-C9",
                variable: info.name.string, Self.missing(index.bases[Int(number)]),
                remedy: .giveBase)
        }
        guard let variable = base.position(of: info) else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-C9",
                variable: info.name.string,
                "The base file has no such variable of this dtype and shape.")
        }
        return (base, variable)
    }

    /// Decodes bytes of a variable on this thread.
    private func decode(
        _ number: Int, from start: Int, into output: inout MutableRawSpan
    ) throws(FormatError) {
        let holder = holder(of: number)
        let range = start..<start + output.byteCount
        do {
            try checkAllowance(manifest.variables[holder].tensor, range)
            let plan = VariableDecoder(self, variable: holder).plan(range)
            for (number, place) in plan.parts.enumerated() {
                var part = output._mutatingExtracting(place)
                try plan.fill(number, &part)
            }
        } catch {
            throw error.naming(manifest.variables[number].name.string)
        }
    }

    /// The bytes of a variable of this file, for one that is being written; errors name this file.
    func readAsBase(_ number: Int, _ range: Range<Int>) throws(FormatError) -> AlignedBytes {
        try FormatError.about(name) { () throws(FormatError) in
            try read(number, bytes: range)
        }
    }

    /// The number of the variable that has the name, dtype and shape of `info`.
    func position(of info: VariableInfo) -> Int? {
        guard let position = manifest.index(of: info.name),
            manifest.variables[position].tensor == info.tensor
        else { return nil }
        return position
    }
}
