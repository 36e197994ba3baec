extension Parallelism {
    /// How many cores this process may use, found out once: fewer than the machine has where it is
    /// bound to some of them (`taskset`), has a quota (cgroups: containers, systemd) or a share of
    /// a job (Slurm).
    public static let coreCount = CoreBudget(
        online: SystemCalls.onlineCoreCount, environment: SystemCalls.environment,
        file: SystemCalls.text(ofFileAt:)
    ).count
}

/// What limits the cores that a process may use.
package struct CoreBudget: Hashable, Sendable {
    /// Those of the machine.
    var online: Int
    /// Those that the process may be scheduled on.
    var affinity: Int?
    /// How many seconds of computing it gets in a second.
    var quota: Double?
    /// Those that Slurm gave to the task, or else to the job on this machine.
    var slurm: Int?

    /// - Parameters:
    ///   - environment: the value of an environment variable.
    ///   - file: the text of a small file; nil where there is none.
    package init(
        online: Int, environment: (String) -> String?, file: (String) -> String?
    ) {
        self.online = online
        affinity = file("/proc/self/status").flatMap(Self.allowedCount)
        quota = ControlGroups(file: file).coreQuota(file: file)
        slurm = ["SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"]
            .compactMap { environment($0).flatMap { Int($0) } }.first { $0 > 0 }
    }

    /// The ones in `Cpus_allowed: ff,ffffffff`, which is what `sched_getaffinity` gives.
    private static func allowedCount(_ status: String) -> Int? {
        let key = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else {
            return nil
        }
        let count = line.dropFirst(key.count).reduce(0) { sum, digit in
            sum + (digit.hexDigitValue?.nonzeroBitCount ?? 0)
        }
        return count > 0 ? count : nil
    }

    /// The least of all limits, at least 1. Of a quota of 1.5 cores both are used, each for a part
    /// of the time.
    package var count: Int {
        let wholeQuota = quota.flatMap { Int(exactly: min($0, 1e6).rounded(.up)) }
        let limits = [affinity, wholeQuota, slurm].compactMap { $0 }
        return limits.reduce(max(online, 1)) { max(1, min($0, $1)) }
    }
}
