import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

/// A model whose index and checksums are right, and whose values are others than the index says.
@Suite("Models with other values than they say, with the programs") struct ForgedModelTests {
    /// The file with one value of `variable` changed, its digests as they were.
    private func forge(_ file: [UInt8], _ variable: String) throws -> [UInt8] {
        let checkpoint = try Checkpoint(reading: NativeReader(MemorySource(file)))
        let tensors = try zip(checkpoint.manifest.variables, checkpoint.tensors).map {
            info, tensor in
            guard info.name.string == variable else { return tensor }
            var bytes = tensor.bytes.copy(of: 0..<info.tensor.byteCount)
            bytes[2] ^= 0x40
            return try TensorData(info: info.tensor, bytes: AlignedBytes(copying: bytes.rawSpan))
        }
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(manifest: checkpoint.manifest, tensors: tensors), to: sink)
        return try #require(FileParts.forged(file, valuesOf: sink.bytes))
    }

    @Test("evaluating, looking, verifying and converting say so, with status 65")
    func refused() throws {
        let folder = try TinyModel.folder()
        try folder.write(forge(folder.read("model.ltfn"), "weights"), "model.ltfn")
        for line in [
            "ltfn-eval model.ltfn test-images.idx", "ltfn-inspect model.ltfn",
            "ltfn-inspect activations model.ltfn test-images.idx", "ltfn-inspect verify model.ltfn",
            "ltfn-convert model.ltfn -o copy.ltfn", "ltfn-inspect diff model.ltfn model.ltfn",
            "ltfn-inspect model.ltfn --csv",
        ] {
            let run = Programs.shell("$BIN/\(line)", in: folder)
            #expect(run.status == 65, "\(line): \(run.output)\(run.errors)")
            #expect((run.output + run.errors).contains("LTFN-V13"), "\(line): \(run.errors)")
        }
        #expect(!folder.names.contains("copy.ltfn"))
        #expect(Programs.run("ltfn-inspect", "model.ltfn", "--no-stats", in: folder).status == 0)
    }

    @Test("a run does not go on from them, but from the newest sound checkpoint")
    func resumed() throws {
        let place = try TrainingFolder()
        let run = place.train("-o", "m.ltfn", "--steps", "3", "--checkpoint-every", "2")
        #expect(run.status == 0, "\(run.errors)")
        let original = try place.folder.read("m.ltfn")
        try place.folder.write(forge(original, "layer4_weights"), "m.ltfn")
        let rest = place.train(
            "-o", "n.ltfn", "--resume", "m.ltfn", recipe: ["--data", "data"])
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(rest.errors.contains("LTFN-V13") || rest.errors.contains("have the digest"))
        #expect(rest.errors.contains("resuming from m.step-000002.ltfn instead"))
        #expect(try place.folder.read("n.ltfn") == original)
    }
}
