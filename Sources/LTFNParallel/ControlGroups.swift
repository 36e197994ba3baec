/// The control groups of Linux that this process is in, those that share out the cores.
struct ControlGroups {
    private var groups: [Group] = []

    /// A group of one of the two versions that there are.
    private struct Group {
        var isUnified: Bool
        /// Where the groups of its kind are mounted.
        var mount: String
        /// The names that lead from there to the group.
        var path: [Substring]
    }

    /// - Parameter file: the text of a file; nil where there is none.
    init(file: (String) -> String?) {
        let mounts = Mount.all(in: file("/proc/self/mountinfo") ?? "")
        for line in (file("/proc/self/cgroup") ?? "").split(separator: "\n") {
            // 0::/user.slice or 4:cpu,cpuacct:/user.slice
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[0] == "0" && fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("cpu") else { continue }
            let mount =
                mounts.first { isUnified ? $0.isUnified : $0.sharesCores }
                ?? Mount(conventional: isUnified)
            groups.append(
                Group(
                    isUnified: isUnified, mount: mount.point,
                    path: mount.names(to: fields[2])))
        }
    }

    /// The smallest quota of the groups and those that they are in, in cores; nil: there is none.
    func coreQuota(file: (String) -> String?) -> Double? {
        groups.flatMap { group in
            (0...group.path.count).compactMap { depth in
                let folder = ([Substring(group.mount)] + group.path.prefix(depth))
                    .joined(separator: "/")
                return group.isUnified
                    ? Self.quota(file(folder + "/cpu.max"))
                    : Self.quota(
                        file(folder + "/cpu.cfs_quota_us"), file(folder + "/cpu.cfs_period_us"))
            }
        }.min()
    }

    /// `150000 100000`, or `max 100000` where there is no limit; microseconds.
    private static func quota(_ text: String?) -> Double? {
        let fields = (text ?? "").split(whereSeparator: \.isWhitespace)
        return fields.count == 2 ? quota(String(fields[0]), String(fields[1])) : nil
    }

    /// Microseconds of computing in each period; -1: no limit.
    private static func quota(_ quota: String?, _ period: String?) -> Double? {
        guard let quota = quota.flatMap(microseconds), let period = period.flatMap(microseconds)
        else { return nil }
        return quota / period
    }

    private static func microseconds(_ text: String) -> Double? {
        let number = text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 0
        return number > 0 ? Double(number) : nil
    }
}

/// Where control groups are to be seen: a line of `/proc/self/mountinfo`.
private struct Mount {
    var point: String
    /// The group that is seen there.
    var root: Substring
    var isUnified: Bool
    /// Whether the groups of this kind, of the first version, share out cores.
    var sharesCores: Bool

    /// Where they are by custom.
    init(conventional isUnified: Bool) {
        self.isUnified = isUnified
        point = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu"
        root = "/"
        sharesCores = !isUnified
    }

    private init?(_ line: Substring) {
        // 36 35 0:29 ROOT POINT OPTIONS … - TYPE SOURCE OPTIONS
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3,
            ["cgroup", "cgroup2"].contains(fields[dash + 1])
        else { return nil }
        root = fields[3]
        point = String(fields[4])
        isUnified = fields[dash + 1] == "cgroup2"
        sharesCores = !isUnified && fields[dash + 3].split(separator: ",").contains("cpu")
    }

    static func all(in text: String) -> [Mount] {
        text.split(separator: "\n").compactMap { Mount($0) }
    }

    /// The names that lead from the mount to the group at `path`; none when it is not seen there.
    func names(to path: Substring) -> [Substring] {
        let (above, names) = (root.split(separator: "/"), path.split(separator: "/"))
        guard names.starts(with: above), !names.contains("..") else { return [] }
        return Array(names.dropFirst(above.count))
    }
}
