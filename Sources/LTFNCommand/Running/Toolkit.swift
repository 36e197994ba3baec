/// What every command says of the toolkit it belongs to.
public enum Toolkit {
    /// The version of the programs.
    public static let version = "0.1.0"

    /// The text of `--version`: program, format version, codecs, CPU target, a line each.
    ///
    /// - Parameters:
    ///   - formatVersion: the newest version of the `.ltfn` format that is read and written: `1.0`.
    ///   - codecs: the names of the codecs that are built in.
    ///   - cpu: the instruction set that the kernels run with: `avx512`.
    public static func versionText(
        program: String, formatVersion: String, codecs: [String], cpu: String
    ) -> String {
        """
        \(program) \(version)
        format:  ltfn \(formatVersion)
        codecs:  \(codecs.joined(separator: ", "))
        cpu:     \(cpu)
        """
    }
}
