import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

/// Every way of damaging every valid vector.
@Suite("Damaged vectors")
struct VectorDamageTests {
    /// A file, and the file that it may be stored relative to.
    struct Vector {
        var name: String
        var file: [UInt8]
        var bases: [NativeReader]

        /// The error that `bytes` give in place of the file: everything is read and verified.
        func outcome(_ bytes: [UInt8], tailByteCount: UInt64 = 65_536) -> FormatError? {
            failure {
                let reader = try NativeReader(
                    MemorySource(bytes), bases: bases, threadCount: 1, tailByteCount: tailByteCount)
                try reader.verify()
            }
        }
    }

    static func vectors() throws -> [Vector] {
        var readers: [String: NativeReader] = [:]
        var vectors: [Vector] = []
        for valid in try ValidCase.all() {
            let bases = valid.base.flatMap { readers[$0] }.map { [$0] } ?? []
            readers[valid.name] = try NativeReader(MemorySource(valid.file), bases: bases)
            vectors.append(Vector(name: valid.name, file: valid.file, bases: bases))
        }
        #expect(vectors.count >= 30)
        return vectors
    }

    @Test("Every flip of a single bit of a vector is an error (LTFN-H2 LTFN-F2 LTFN-X1 LTFN-D6)")
    func flips() throws {
        for vector in try Self.vectors() {
            #expect(vector.outcome(vector.file) == nil)
            var bytes = vector.file
            var silent: [Int] = []
            for bit in 0..<bytes.count * 8 {
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                if vector.outcome(bytes) == nil { silent.append(bit) }
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            #expect(silent == [], "\(vector.name)")
        }
    }

    @Test("Every truncation of a vector is an error, but where it was added to (LTFN-F1 LTFN-R4)")
    func truncations() throws {
        for vector in try Self.vectors() {
            let sound = (0..<vector.file.count).filter {
                vector.outcome(Array(vector.file.prefix($0))) == nil
            }
            #expect(sound.count == (vector.name == "appended" ? 1 : 0), "\(vector.name) \(sound)")
        }
    }

    @Test("Anything after the end of a vector is an error (LTFN-F4)")
    func appends() throws {
        var random = TestBytes(seed: 12)
        for vector in try Self.vectors() {
            for count in 1...64 {
                for more in [[UInt8](repeating: 0, count: count), random.bytes(count)] {
                    #expect(vector.outcome(vector.file + more) != nil, "\(vector.name) \(count)")
                }
            }
            #expect(vector.outcome(vector.file + vector.file)?.rule == "LTFN-F4")
        }
    }

    @Test("What a file is does not depend on how much is read at a time (LTFN-F1 LTFN-X1 LTFN-X8)")
    func readSizes() throws {
        func check(_ vector: Vector, _ bytes: [UInt8]) {
            let whole = vector.outcome(bytes)
            // The footer alone, part of the index with it, all but the first byte.
            let count = bytes.count
            for size in [0, 64, 65, 100, 200, max(count - 1, 0), count, count + 1] {
                let found = vector.outcome(bytes, tailByteCount: UInt64(size))
                #expect(found == whole, "\(vector.name): \(size) of \(count) bytes")
            }
        }
        for vector in try Self.vectors() {
            check(vector, vector.file)
            var random = TestBytes(seed: 13)
            for _ in 0..<100 {
                var bytes = vector.file
                let numbers = random.bytes(3).map(Int.init)
                let place = (numbers[0] << 8 | numbers[1]) % bytes.count
                bytes[place] ^= 1 << UInt8(numbers[2] % 8)
                check(vector, bytes)
                check(vector, Array(vector.file.prefix(place)))
            }
        }
        for invalid in InvalidCase.all {
            let bytes = invalid.parts.flatMap(\.bytes)
            check(Vector(name: invalid.fileName, file: bytes, bases: []), bytes)
        }
    }

    @Test("A file whose head, index and tail are read apart is as well guarded (LTFN-X1 LTFN-F2)")
    func large() throws {
        var random = TestBytes(seed: 14)
        // The index is before the tail, which is within the footer's part of it.
        let note = String(repeating: "long ", count: 20_000)
        let variables = [try variable("w", .u8, [70_000], metadata: ["note": .string(note)])]
        let file = try write(
            Checkpoint(
                manifest: Manifest(variables: variables),
                tensors: [try tensor(variables[0].tensor, random.bytes(70_000))]),
            options(codecs: [.raw]))
        let vector = Vector(name: "large", file: file, bases: [])
        #expect(file.count > 65_536 * 2 && vector.outcome(file) == nil)
        let source = RandomAccessTests.RecordingSource(file)
        _ = try NativeReader(source)
        #expect(source.takeByteCount() < file.count - 70_000 + 65_536 + 200)
        let indexStart = file.count - 64 - 100_200
        var places = Array(0..<64) + Array(file.count - 200..<file.count)
        places += stride(from: 64, to: indexStart, by: 4_001)
        places += stride(from: indexStart, to: file.count - 200, by: 997)
        for place in places {
            var bytes = file
            bytes[place] ^= 1 << UInt8(place % 8)
            #expect(vector.outcome(bytes) != nil, "byte \(place)")
            #expect(vector.outcome(Array(file.prefix(place)))?.code == .truncated)
        }
        for count in 1...64 { #expect(vector.outcome(file + random.bytes(count)) != nil) }
    }
}
