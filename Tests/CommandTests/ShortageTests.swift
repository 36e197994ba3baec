import Foundation
import LTFNBytes
import TestSupport
import Testing

/// Too little memory, too few files, too few threads: one sentence, an ordinary status, nothing
/// left.
@Suite("Shortages", .serialized, .enabled(if: Programs.exists("prlimit")))
struct ShortageTests {
    private let place: TrainingFolder
    private static let lines = [
        "ltfn-inspect model.ltfn", "ltfn-eval model.ltfn test-images.idx",
        "ltfn-convert model.ltfn -o out.npz --allow-loss all --force",
        "ltfn-train -o out.ltfn --data data --steps 1 --batch-size 5",
    ]

    init() throws {
        place = try TrainingFolder()
        try place.folder.write(TinyModel.file(), "model.ltfn")
        try place.folder.write(TinyModel.images([0, 1, 2]), "test-images.idx")
    }

    private func run(_ limits: String, _ line: String) -> Outcome {
        Programs.shell("timeout 60 prlimit \(limits) \"$BIN\"/\(line)", in: place.folder)
    }

    private func expectOrdinary(_ run: Outcome, _ what: String) {
        #expect(run.signal == nil, "\(what)")
        #expect(run.status < 124, "\(what): \(run.status) \(run.errors)")
        if run.status != 0 {
            // Losses are told before.
            let lines = run.errors.split(separator: "\n").filter { $0.contains(" error: ") }
            #expect(lines.count == 1, "\(what): \(run.errors)")
        }
        #expect(!place.folder.names.contains { $0.contains("draft") }, "\(what)")
    }

    @Test("little memory", arguments: lines) func memory(line: String) {
        let name = String(line.prefix { $0 != " " })
        var statuses: Set<Int32> = []
        for mebibytes in stride(from: 24, through: 160, by: 8) {
            let limit = "--as=\(mebibytes << 20)"
            // Below this the program's libraries find no room.
            guard [0, 74].contains(run(limit, "\(name) --version").status) else { continue }
            let outcome = run(limit, line)
            expectOrdinary(outcome, "\(line) with \(mebibytes) MiB")
            #expect([0, 74].contains(outcome.status), "\(outcome.errors)")
            statuses.insert(outcome.status)
        }
        // Both must have been seen, or nothing was short.
        #expect(statuses == [0, 74])
    }

    @Test("metadata of many small values", arguments: ["ltfn-inspect", "ltfn-convert -o new.npz"])
    func metadata(command: String) throws {
        let values = (0..<100_000).map { "[\($0),\"a text that is long enough\"]" }
        let manifest = JSONValue.object([
            JSONMember(
                "ltfn.manifest",
                .string(
                    "{\"schema\":\"ltfn.manifest/1\",\"metadata\":{\"list\":["
                        + values.joined(separator: ",") + "]}}"))
        ]).rendered()
        let text = Array("{\"__metadata__\":\(manifest)}".utf8)
        var file = ByteWriter()
        file.u64(UInt64(text.count))
        file.append(text)
        try place.folder.write(file.bytes, "many.safetensors")
        let made = Programs.run(
            "ltfn-convert", "many.safetensors", "-o", "many.ltfn", in: place.folder)
        try #require(made.status == 0, "\(made.errors)")
        for name in ["many.safetensors", "many.ltfn"] {
            for mebibytes in [48, 64, 96, 128] {
                let outcome = run("--as=\(mebibytes << 20)", command + " " + name)
                expectOrdinary(outcome, "\(command) \(name) with \(mebibytes) MiB")
            }
        }
    }

    @Test("few descriptors", arguments: lines) func descriptors(line: String) {
        for count in 3...9 {
            let outcome = run("--nofile=\(count)", line)
            // With three the program's libraries cannot be opened.
            if outcome.status == 127 { continue }
            expectOrdinary(outcome, "\(line) with \(count) descriptors")
        }
    }

    @Test("a set of more files than a process may open at first") func manyFiles() throws {
        let names = (0..<90).map { "v\($0)" }
        let entries = names.enumerated().map { index, name in
            "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":"
                + "[\(index * 4),\(index * 4 + 4)]}"
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        var file = ByteWriter()
        file.u64(UInt64(header.count))
        file.append(header)
        for index in names.indices { file.u32(Float(index).bitPattern) }
        try place.folder.write(file.bytes, "many.safetensors")
        for line in [
            "ltfn-convert many.safetensors -o s/m.safetensors --shard-size 4 --verify bits",
            "ltfn-convert s -o back.safetensors", "ltfn-inspect verify s",
        ] {
            let outcome = Programs.shell(
                "mkdir -p s; prlimit --nofile=40:4096 \"$BIN\"/\(line)", in: place.folder)
            #expect(outcome.status == 0, "\(line): \(outcome.errors)")
        }
        let compared = Programs.shell(
            "ls s | wc -l; \"$BIN\"/ltfn-convert back.safetensors -o back.npz; "
                + "\"$BIN\"/ltfn-convert many.safetensors -o many.npz; cmp back.npz many.npz",
            in: place.folder)
        #expect(compared.status == 0 && compared.output.hasPrefix("91"), "\(compared)")
    }

    @Test("no other thread", .enabled(if: geteuid() == 0 && Programs.exists("setpriv")))
    func threads() throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: place.folder.url.path)
        for line in Self.lines {
            let outcome = run(
                "--nproc=1 setpriv --reuid=4243 --regid=4243 --clear-groups", line)
            expectOrdinary(outcome, line)
            #expect(outcome.status == 0, "\(line): \(outcome.errors)")
        }
    }

    @Test("a small file that unpacks to a large one") func bomb() throws {
        try place.folder.write(Self.packed(count: 8_000_000), "bomb.gz")
        let whole = run("--as=\(100 << 20)", "ltfn-eval model.ltfn bomb.gz")
        expectOrdinary(whole, "bomb")
        #expect(whole.status == 74)
        #expect(whole.errors.contains("Memory is short"))
        #expect(!whole.errors.contains("damaged"))
        let some = run("--as=\(100 << 20)", "ltfn-eval model.ltfn bomb.gz --count 10")
        #expect(some.status == 0, "\(some.errors)")
    }

    @Test("images beyond --count are not read") func largeFile() throws {
        let count = 400_000_000
        try place.folder.write(Self.header(count: count), "large.idx")
        let handle = try FileHandle(
            forWritingTo: place.folder.url.appendingPathComponent("large.idx"))
        // A hole takes no room on the disk.
        try handle.truncate(atOffset: UInt64(16 + count * 16))
        try handle.close()
        for line in [
            "ltfn-eval model.ltfn large.idx --count 100",
            "ltfn-inspect activations model.ltfn large.idx --count 100",
        ] {
            let outcome = run("--as=\(200 << 20)", line)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(run("--core=0", "ltfn-eval model.ltfn large.idx").status == 65)
        try place.folder.write(Self.header(count: count), "cut.idx")
        let cut = run("--core=0", "ltfn-eval model.ltfn cut.idx --count 100")
        #expect(cut.status == 65)
        #expect(cut.errors.contains("cut off"))
    }

    /// The header of an IDX file of images of 4×4 pixels.
    private static func header(count: Int) -> [UInt8] {
        var file = ByteWriter()
        file.append([0, 0, 8, 3])
        for extent in [count, 4, 4] { file.u32BigEndian(UInt32(extent)) }
        return file.bytes
    }

    /// Black images, packed.
    private static func packed(count: Int) throws -> [UInt8] {
        let images = header(count: count) + [UInt8](repeating: 0, count: count * 16)
        return Deflate.compress(images, level: 1, framing: .gzip)
    }
}
