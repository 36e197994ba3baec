import LTFNBytes
import LTFNCheckpoint
import LTFNTraining
import Testing

/// Files that can be read, but whose numbers no run can have.
@Suite("Resuming a run, the numbers of its state")
struct ResumeNumbersTests {
    /// A change of a number of `training`, and what the refusal says of it.
    struct Change: CustomTestStringConvertible, Sendable {
        let path: String
        let value: MetadataValue?
        let sentence: String

        init(_ path: String, _ value: MetadataValue?, _ sentence: String) {
            (self.path, self.value, self.sentence) = (path, value, sentence)
        }

        var testDescription: String { "\(path): \(value.map { "\($0)" } ?? "none")" }
    }

    private static let changes = [
        Change("steps", .u64(5), "last_batch.step is 3, expected 4 to 5"),
        Change("steps", .u64(3), "goes on at image"),
        Change("steps", .u64(27), "training.steps is 27, expected no more than the 26"),
        Change("steps", .u64(1 << 40), "expected no more than the 26"),
        Change("steps_asked", .u64(3), "training.steps is 4"),
        Change("last_batch.step", .u64((1 << 40) - 1), "expected 3 to 4 after 4 steps"),
        Change("last_batch.step", .u64(2), "expected 3 to 4 after 4 steps"),
        Change("last_batch.step", .u64(.max), "cannot be"),
        Change("last_batch.count", .u64(34), "accuracy"),
        Change("batch_size", .u64(7), "last_batch.count is 35, expected the 7 images"),
        Change("last_batch.correct", .u64(36), "accuracy"),
        Change("last_batch.accuracy", .f64(0.123), "accuracy of 0.123"),
        Change("last_batch.cost", .f64(.nan), "cost is nan"),
        Change("last_batch", nil, "no training.last_batch"),
        Change("state.first_batch.step", .u64(1), "expected 0 after 4 steps"),
        Change("state.first_batch.count", .u64(0), "cannot be"),
        Change("state.first_batch.cost", .f64(.infinity), "cost is inf"),
        Change("state.first_batch", nil, "no training.state.first_batch"),
        Change("state.peak_batch.step", .u64(5), "expected 0 to 4 after 4 steps"),
        Change("state.next_image", .u64(1), "cannot be resumed exactly"),
    ]

    @Test("they are checked against one another before a step is done", arguments: changes)
    func contradictions(change: Change) throws {
        let request = try ResumeTests.request("sgd", "constant", shuffled: false)
        let part = try ResumeTests.run(ResumeTests.configuration(request), stopAfter: 4)
        var manifest = part.result.checkpoint.manifest
        manifest.metadata.set("training." + change.path, to: change.value)
        let changed = try Checkpoint(
            manifest: manifest, tensors: part.result.checkpoint.tensors)
        let model = try TrainerTests.model()
        let error = #expect(throws: FormatError.self) {
            let saved = try SavedTraining(changed, models: [model])
            _ = try Trainer(
                configuration: saved.configuration, dataset: TrainerTests.dataset, resuming: saved)
        }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains(change.sentence) == true, "\(error?.message ?? "none")")
    }

    @Test("who asks a run that comes apart to stop gets the weights it has come back to")
    func stoppedWhileComingBack() throws {
        var request = try ResumeTests.request("momentum", "constant", shuffled: true)
        request.learningRate = 1e12
        request.stepCount = 400
        let trainer = try Trainer(
            configuration: ResumeTests.configuration(request), dataset: TrainerTests.dataset)
        let whole = try trainer.run()
        guard case .diverged(let divergence) = whole.ending else {
            Issue.record("It did not diverge.")
            return
        }
        // Asked once before every step, and from then on before every step that is done again.
        var questions = 0
        let cut = try trainer.run(shouldStop: {
            questions += 1
            return questions > divergence.step + 1
        })
        #expect(cut.stepCount < whole.stepCount)
        let saved = try ResumeTests.saved(ResumeTests.file(cut.checkpoint))
        #expect(saved.state.stepCount == cut.stepCount)
    }
}

extension Metadata {
    /// Sets what stands under keys that lead from map to map: `training.state.next_image`.
    fileprivate mutating func set(_ path: String, to value: MetadataValue?) {
        let keys = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard keys.count == 2 else {
            self[path] = value
            return
        }
        guard case .map(var inner)? = self[keys[0]] else { return }
        inner.set(keys[1], to: value)
        self[keys[0]] = .map(inner)
    }
}
