import Foundation
import TestSupport
import Testing

/// Checkpoints of several runs under one output name.
@Suite("ltfn-train, several runs under one name", .serialized)
struct TrainRunsTests {
    private let place: TrainingFolder

    init() throws {
        place = try TrainingFolder()
    }

    /// Two runs of one name: a copy of run A's checkpoints beside those of run B, in steps of 2 and
    /// 3.
    private func mix() throws {
        for (name, seed, every) in [("a.ltfn", "1", "2"), ("b.ltfn", "2", "3")] {
            let run = place.train(
                "-o", name, "--seed", seed, "--steps", "8", "--checkpoint-every", every)
            #expect(run.status == 0, "\(run.errors)")
        }
        for (from, to) in [("a.step-000004", "b.step-000004"), ("a.ltfn", "b.step-000008.ltfn")] {
            let ending = from.hasSuffix(".ltfn") ? "" : ".ltfn"
            try place.folder.write(place.folder.read(from + ending), to + ending)
        }
        #expect(
            place.names == [
                "a.ltfn", "a.step-000004.ltfn", "a.step-000006.ltfn", "b.ltfn",
                "b.step-000003.ltfn", "b.step-000004.ltfn", "b.step-000006.ltfn",
                "b.step-000008.ltfn",
            ])
    }

    @Test("what a killed run left of a checkpoint goes, whatever the interval is now")
    func leftDrafts() throws {
        let drafts = ["m.step-000010.ltfn", "m.step-0123456.ltfn", "m.ltfn"].map {
            ".\($0).0123456789xyz.ltfn-draft"
        }
        let others = ["m2.step-000010.ltfn", "m.step-00001x.ltfn", "m.step-000010"].map {
            ".\($0).0123456789xyz.ltfn-draft"
        }
        for name in drafts + others { try place.folder.write([1], name) }
        #expect(place.train("-o", "m.ltfn", "--steps", "1").status == 0)
        #expect(place.names == (others + ["m.ltfn"]).sorted())
        for name in drafts { try place.folder.write([1], name) }
        let run = place.train(
            "-o", "m.ltfn", "--resume", "m.ltfn", "--steps", "8", "--checkpoint-every", "7",
            recipe: ["--data", "data"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(place.names == (others + ["m.ltfn", "m.step-000007.ltfn"]).sorted())
    }

    @Test("what stands under a checkpoint's name is called what it is")
    func strangeCheckpoints() throws {
        try FileManager.default.createSymbolicLink(
            atPath: place.folder.path("m.step-000002.ltfn"), withDestinationPath: "nowhere")
        try place.folder.write([1, 2, 3], "n.step-000002.ltfn")
        for (name, what) in [
            ("m", "m.step-000002.ltfn is a link to a file that is not there"),
            ("n", "n.step-000002.ltfn is not a checkpoint that can be read"),
        ] {
            let run = place.train("-o", name + ".ltfn", "--steps", "4", "--checkpoint-every", "2")
            #expect(run.status == 73)
            #expect(run.errors.contains(what), "\(run.errors)")
        }
        #expect(place.names == ["m.step-000002.ltfn", "n.step-000002.ltfn"])
    }

    @Test("a run under nohup goes on when the terminal is gone")
    func ignoredHangUp() throws {
        let run = Programs.shell(
            """
            trap '' HUP
            "$BIN/ltfn-train" -o m.ltfn --data data --model mlp --batch-size 50 --steps 100 > log &
            until grep -q step log; do sleep 0.01; done
            kill -HUP $!
            wait $!
            """, in: place.folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(place.names == ["log", "m.ltfn"])
    }

    @Test("a run does not go on under a name that has checkpoints of another run")
    func otherOutput() throws {
        try mix()
        let before = try place.contents()
        let run = place.train(
            "-o", "a.ltfn", "--resume", "b.ltfn", "--checkpoint-every", "2",
            recipe: ["--data", "data", "--steps", "12"])
        #expect(run.status == 73, "\(run.errors)")
        #expect(
            run.errors.contains(
                "a.step-000004.ltfn is a checkpoint of another run than the one that is to go on; "
                    + "they differ in: seed."))
        #expect(try place.contents() == before)
        #expect(run.output.isEmpty)
    }

    @Test("of two runs' checkpoints, the fall-back takes that of the damaged file's run")
    func fallBack() throws {
        try mix()
        try place.damage("b.ltfn")
        let run = place.train("-o", "c.ltfn", "--resume", "b.ltfn", recipe: ["--data", "data"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("b.step-000008.ltfn is of another run than b.ltfn"))
        #expect(run.errors.contains("resuming from b.step-000006.ltfn instead"))
        #expect(place.train("-o", "whole.ltfn", "--seed", "2", "--steps", "8").status == 0)
        #expect(try place.folder.read("c.ltfn") == place.folder.read("whole.ltfn"))
    }

    @Test("when the damaged file does not say whose it is, checkpoints of two runs are refused")
    func ambiguous() throws {
        try mix()
        // The footer, without which nothing is legible.
        try place.damage("b.ltfn") { $0 - 3 }
        let before = try place.contents()
        let run = place.train("-o", "c.ltfn", "--resume", "b.ltfn", recipe: ["--data", "data"])
        #expect(run.status == 65, "\(run.errors)")
        #expect(
            run.errors.contains("b.step-000008.ltfn and b.step-000006.ltfn are checkpoints of two"))
        #expect(try place.contents() == before)
    }

    @Test(
        "names that others took meanwhile are left alone, by keeping and by pruning, which is said")
    func takenNames() throws {
        try mix()
        // Cut, they do not say whose they are.
        let foreign = try place.folder.read("b.step-000004.ltfn")
        try place.folder.write(Array("not a checkpoint".utf8), "b.step-000009.ltfn")
        try place.folder.write(Array(foreign.dropLast(9)), "b.step-000004.ltfn")
        try place.folder.write(Array(foreign.dropLast(3)), "b.step-000008.ltfn")
        let before = try place.contents()
        let run = place.train(
            "-o", "b.ltfn", "--resume", "b.ltfn", "--steps", "14", "--checkpoint-every", "3",
            "--keep", "1", recipe: ["--data", "data"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.errors.contains(
                "warning: b.step-000009.ltfn is not a sound checkpoint of this run: it was left"))
        #expect(run.output.contains("kept: b.step-000012.ltfn"))
        let after = try place.contents()
        // Of its own, the newest is left; what cannot be told to be its own stays.
        #expect(
            after.keys.filter { $0.hasPrefix("b.step") }.sorted() == [
                "b.step-000004.ltfn", "b.step-000008.ltfn", "b.step-000009.ltfn",
                "b.step-000012.ltfn",
            ])
        for name in ["b.step-000004.ltfn", "b.step-000008.ltfn", "b.step-000009.ltfn"] {
            #expect(after[name] == before[name], "\(name)")
        }
        #expect(place.train("-o", "whole.ltfn", "--seed", "2", "--steps", "14").status == 0)
        #expect(after["b.ltfn"] == (try place.folder.read("whole.ltfn")))
    }

    /// `m.ltfn` and its newest checkpoint hold what differs from `base.ltfn`, which is damaged.
    private func spoilBase() throws {
        #expect(place.train("-o", "base.ltfn", "--steps", "2").status == 0)
        let run = place.train(
            "-o", "m.ltfn", "--steps", "6", "--checkpoint-every", "2", "--keep", "2")
        #expect(run.status == 0, "\(run.errors)")
        for name in ["m.ltfn", "m.step-000004.ltfn"] {
            let stored = Programs.shell(
                "$BIN/ltfn-convert \(name) -o difference --to ltfn --relative-to base.ltfn "
                    + "&& mv difference \(name)", in: place.folder)
            #expect(stored.status == 0, "\(stored.errors)")
        }
        let good = place.train(
            "-o", "c.ltfn", "--resume", "m.ltfn", "--base", "base.ltfn",
            recipe: ["--data", "data", "--steps", "7"])
        #expect(good.status == 0, "\(good.errors)")
        try place.damage("base.ltfn")
    }

    @Test(
        "a damaged base is named, and no older checkpoint is taken for it",
        arguments: [false, true])
    func damagedBase(fileToo: Bool) throws {
        try spoilBase()
        if fileToo { try place.damage("m.ltfn") { $0 - 3 } }
        let before = try place.contents()
        let run = place.train(
            "-o", "m.ltfn", "--resume", "m.ltfn", "--base", "base.ltfn",
            recipe: ["--data", "data", "--steps", "9"])
        #expect(run.status == 65, "\(run.errors)")
        #expect(run.errors.contains("ltfn-train: error: base.ltfn: "), "\(run.errors)")
        #expect(run.errors.contains("m.ltfn: ltfn: ") == fileToo, "\(run.errors)")
        #expect(try place.contents() == before)
    }

    /// A run with checkpoints after 2, 4 and 6 of its 7 steps.
    private func runWithThree() throws {
        let run = place.train(
            "-o", "m.ltfn", "--steps", "7", "--checkpoint-every", "2", "--keep", "3")
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("in place of a damaged checkpoint an older one is taken, none that is further on")
    func olderOnly() throws {
        try runWithThree()
        try place.damage("m.step-000004.ltfn")
        let run = place.train(
            "-o", "c.ltfn", "--resume", "m.step-000004.ltfn",
            recipe: ["--data", "data", "--steps", "7"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("resuming from m.step-000002.ltfn instead"), "\(run.errors)")
        #expect(try place.folder.read("c.ltfn") == place.folder.read("m.ltfn"))
    }

    @Test("going back, a run removes none of its checkpoints that are further on")
    func furtherOn() throws {
        try runWithThree()
        let run = place.train(
            "-o", "m.ltfn", "--resume", "m.step-000002.ltfn", "--checkpoint-every", "2", "--keep",
            "1", recipe: ["--data", "data", "--steps", "5"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(place.names == ["m.ltfn", "m.step-000004.ltfn", "m.step-000006.ltfn"])
    }

    @Test("a file of the run that has another step's name is left alone")
    func misnamed() throws {
        try runWithThree()
        let own = try place.folder.read("m.ltfn")
        try place.folder.write(own, "m.step-000008.ltfn")
        let run = place.train(
            "-o", "m.ltfn", "--resume", "m.ltfn", "--checkpoint-every", "2",
            recipe: ["--data", "data", "--steps", "9"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("m.step-000008.ltfn is not a sound checkpoint of this run"))
        #expect(try place.folder.read("m.step-000008.ltfn") == own)
    }

    @Test("a file that is missing is said to be so once")
    func missing() throws {
        let run = place.train("-o", "c.ltfn", "--resume", "nowhere.ltfn", recipe: [])
        #expect(run.status == 66)
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
}
