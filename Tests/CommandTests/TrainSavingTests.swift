import Foundation
import TestSupport
import Testing

/// Runs whose files cannot be written where they are wanted.
@Suite("ltfn-train, saving", .serialized)
struct TrainSavingTests {
    private let place: TrainingFolder

    init() throws {
        place = try TrainingFolder()
    }

    private func makePipe(_ name: String) {
        _ = Programs.run("/usr/bin/env", ["mkfifo", place.folder.path(name)])
    }

    @Test(
        "a run that is asked to stop does not wait for a reader of its output",
        .timeLimit(.minutes(10)))
    func unreadPipe() {
        makePipe("p.ltfn")
        // Once in the middle of the run, and once after it, where it waits for the reader.
        for (steps, moment, status) in [
            ("100000000", "", Int32(74)), ("1", "; sleep 3", 143),
        ] {
            let run = Programs.shell(
                """
                "$BIN/ltfn-train" -o p.ltfn --data data --model mlp --batch-size 5 --steps \(steps) >log &
                until grep -q 'step ' log || ! kill -0 $!; do sleep 0.01; done\(moment)
                kill -TERM $!
                wait $!
                """, in: place.folder)
            #expect(run.status == status, "\(run.errors)")
            #expect(run.errors.contains("nobody reads from the pipe") == (status == 74))
        }
    }

    @Test(
        "a pipe under a name that the program makes is not waited for",
        .timeLimit(.minutes(10)))
    func pipes() throws {
        makePipe("m.step-000002.ltfn")
        let taken = place.train("-o", "m.ltfn", "--steps", "4", "--checkpoint-every", "2")
        #expect(taken.status == 73, "\(taken.errors)")
        #expect(taken.errors.contains("m.step-000002.ltfn: The file cannot be created: a pipe"))

        #expect(place.train("-o", "n.ltfn", "--steps", "3").status == 0)
        makePipe("n.step-000006.ltfn")
        let later = place.train(
            "-o", "n.ltfn", "--resume", "n.ltfn", "--steps", "7", "--checkpoint-every", "2",
            recipe: ["--data", "data"])
        #expect(later.status == 0, "\(later.errors)")
        #expect(later.errors.contains("n.step-000006.ltfn is not a sound checkpoint of this run"))

        makePipe("d.last-finite.ltfn")
        let apart = place.train("-o", "d.ltfn", "--steps", "50", "--learning-rate", "1e20")
        #expect(apart.status == 1, "\(apart.errors)")
        #expect(apart.errors.contains("its last usable weights are lost"), "\(apart.errors)")
        #expect(apart.errors.contains("could not be saved"), "\(apart.errors)")

        try FileManager.default.createDirectory(
            atPath: place.folder.path("copy"), withIntermediateDirectories: true)
        makePipe("copy/t10k-labels-idx1-ubyte")
        let copies = place.train("-o", "c.ltfn", "--steps", "1", "--save-data", "copy")
        #expect(copies.status == 73, "\(copies.errors)")
        #expect(!place.names.contains("c.ltfn"))
    }

    @Test("a network goes to a pipe when that is asked for", .timeLimit(.minutes(10)))
    func outputPipe() throws {
        makePipe("pipe")
        let run = Programs.shell(
            """
            cat pipe > read.ltfn &
            "$BIN/ltfn-train" -o pipe --data data --model mlp --batch-size 5 --steps 2
            status=$?
            wait
            exit $status
            """, in: place.folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(place.train("-o", "m.ltfn", "--steps", "2").status == 0)
        #expect(try place.folder.read("read.ltfn") == place.folder.read("m.ltfn"))
    }

    @Test("a checkpoint that cannot be written does not end the run, which then ends with 74")
    func unkeptCheckpoint() throws {
        #expect(place.train("-o", "m.ltfn", "--steps", "3").status == 0)
        try FileManager.default.createSymbolicLink(
            atPath: place.folder.path("m.step-000006.ltfn"), withDestinationPath: "none/there")
        let run = place.train(
            "-o", "m.ltfn", "--resume", "m.ltfn", "--steps", "9", "--checkpoint-every", "2",
            recipe: ["--data", "data"])
        #expect(run.status == 74, "\(run.errors)")
        #expect(run.errors.contains("the checkpoint after 6 steps could not be kept, and the run"))
        #expect(run.errors.contains("error: 1 checkpoint could not be kept"), "\(run.errors)")
        #expect(run.errors.contains("m.ltfn is saved whole."))
        #expect(run.output.contains("kept: m.step-000008.ltfn"))
        #expect(place.train("-o", "whole.ltfn", "--steps", "9").status == 0)
        #expect(try place.folder.read("m.ltfn") == place.folder.read("whole.ltfn"))
    }

    @Test("what would find no room is told before the first step, and leaves nothing")
    func space() throws {
        // In blocks of 512 bytes; the network takes 3.6 MB, and untrained a few kilobytes.
        for (blocks, status) in [("1000", Int32(74)), ("5000", 0)] {
            let run = Programs.shell(
                "ulimit -f \(blocks); \"$BIN/ltfn-train\" -o m.ltfn --data data --model mlp "
                    + "--batch-size 5 --steps 2", in: place.folder)
            #expect(run.errors.contains("The trained network takes up to 3,594,040 bytes there"))
            #expect(run.output.contains("step 0") == (status == 0))
            #expect(run.status == 74 || status == 0, "\(run.errors)")
            #expect(place.names.filter { $0 != "m.ltfn" }.isEmpty)
        }
        let untrained = Programs.shell(
            "ulimit -f 1000; \"$BIN/ltfn-train\" -o u.ltfn --data data --model mlp "
                + "--batch-size 5 --steps 0", in: place.folder)
        #expect(untrained.status == 0, "\(untrained.errors)")
    }

    @Test(
        "a folder of copies may not be made where a file of the run goes",
        arguments: ["m.ltfn", "./m.ltfn/", "m.last-finite.ltfn", "m.step-000004.ltfn", "m.json//"])
    func folderInTheWay(folder: String) throws {
        let run = place.train(
            "-o", "m.ltfn", "--json=m.json", "--steps", "5", "--checkpoint-every", "2",
            "--save-data", folder)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains("expected a file of its own for each"), "\(run.errors)")
        #expect(place.names.isEmpty)
    }
}
