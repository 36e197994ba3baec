import LTFNParallel
import Testing

@Suite("Cores that a process may use")
struct CoreBudgetTests {
    private func count(
        online: Int = 64, _ environment: [String: String] = [:], _ files: [String: String] = [:]
    ) -> Int {
        CoreBudget(online: online, environment: { environment[$0] }, file: { files[$0] }).count
    }

    private static let mounts = """
        22 1 0:21 / /proc rw - proc proc rw
        30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
        35 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        36 30 0:32 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct

        """

    @Test("are those of the machine where nothing limits them, at least one")
    func machine() {
        #expect(count() == 64)
        #expect(count(online: 0) == 1 && count(online: -1) == 1)
        #expect(Parallelism.coreCount >= 1)
    }

    @Test("are those that taskset leaves")
    func affinity() {
        let status = "Name:\tltfn\nCpus_allowed:\tff,00000000,80000001\nCpus_allowed_list:\t0\n"
        #expect(count([:], ["/proc/self/status": status]) == 10)
        #expect(count([:], ["/proc/self/status": "Cpus_allowed:\t0\n"]) == 64)
        #expect(count([:], ["/proc/self/status": "Name:\tx"]) == 64)
    }

    @Test(
        "are those of the smallest quota above the process",
        arguments: [
            ("max 100000", "max 100000", 64), ("200000 100000", "max 100000", 2),
            ("max 100000", "350000 100000", 4), ("200000 100000", "50000 100000", 1),
            ("0 0", "-1 -1", 64), ("99999999999999999999 1", "x", 64),
            ("9000000000000000000 1", "", 64),
        ])
    func unified(parent: String, own: String, expected: Int) {
        let files = [
            "/proc/self/cgroup": "0::/jobs.slice/train.scope\n",
            "/proc/self/mountinfo": Self.mounts,
            "/sys/fs/cgroup/jobs.slice/cpu.max": parent + "\n",
            "/sys/fs/cgroup/jobs.slice/train.scope/cpu.max": own + "\n",
        ]
        #expect(count([:], files) == expected)
        // Without the list of mounts they are where they are by custom.
        #expect(count([:], files.filter { $0.key != "/proc/self/mountinfo" }) == expected)
    }

    @Test("are those of a container's quota, where its group is seen as the root")
    func container() {
        let files = [
            "/proc/self/mountinfo": Self.mounts, "/sys/fs/cgroup/cpu.max": "300000 100000\n",
        ]
        for path in ["/", "/../other", "/not/seen"] {
            #expect(count([:], files.merging(["/proc/self/cgroup": "0::\(path)\n"]) { $1 }) == 3)
        }
    }

    @Test("are those of a quota of the first version of control groups", arguments: [-1, 150_000])
    func first(quota: Int) {
        let folder = "/sys/fs/cgroup/cpu,cpuacct"
        let files = [
            "/proc/self/cgroup": "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc/task\n",
            "/proc/self/mountinfo": Self.mounts,
            folder + "/task/cpu.cfs_quota_us": "\(quota)\n",
            folder + "/task/cpu.cfs_period_us": "50000\n",
            folder + "/cpu.cfs_quota_us": "800000\n", folder + "/cpu.cfs_period_us": "50000\n",
        ]
        #expect(count([:], files) == (quota < 0 ? 16 : 3))
    }

    @Test("are those that Slurm gave to the task, else to the job on this machine")
    func slurm() {
        #expect(count(["SLURM_CPUS_PER_TASK": "4", "SLURM_CPUS_ON_NODE": "16"]) == 4)
        #expect(count(["SLURM_CPUS_ON_NODE": "16"]) == 16)
        #expect(count(["SLURM_CPUS_PER_TASK": "100"]) == 64)
        for nonsense in ["", "0", "-3", "x", "4(x2)", "99999999999999999999"] {
            #expect(count(["SLURM_CPUS_PER_TASK": nonsense]) == 64)
        }
    }
}
