/// How a command ends, for the shell: the codes of `sysexits.h` where there is one.
public enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
    /// Done; or: yes, equal, healthy.
    case success = 0
    /// The answer is no: files differ, the accuracy is too low.
    case no = 1
    /// The command line is wrong.
    case usage = 64
    /// The input is not valid: damaged, of another format, of another kind.
    case invalidInput = 65
    /// The input cannot be opened.
    case inputNotOpened = 66
    /// The input needs a feature that is not built in.
    case featureMissing = 69
    /// A mistake in the program itself.
    case internalError = 70
    /// The output cannot be created.
    case outputNotCreated = 73
    /// Reading or writing failed midway.
    case readOrWriteFailed = 74
    /// Stopped by SIGHUP, after saving.
    case hungUp = 129
    /// Stopped by SIGINT, after saving.
    case interrupted = 130
    /// Stopped by SIGTERM, after saving.
    case terminated = 143
}
