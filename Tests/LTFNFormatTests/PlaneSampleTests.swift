import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

/// Of many words only samples are looked at before a plane is taken for noise.
@Suite("Samples of planes")
struct PlaneSampleTests {
    private static let byteCount = 1 << 20

    /// The length of the file that holds `bytes`, which come back from it.
    private static func length(_ bytes: [UInt8]) throws -> Int {
        let checkpoint = try Samples.single(.u8, [bytes.count], bytes)
        let file = try write(checkpoint)
        let same = areEqual(checkpoint, try load(file))
        #expect(same)
        let bound = try NativeFormat().maximumByteCount(of: checkpoint.manifest)
        #expect(UInt64(file.count) <= bound)
        return file.count
    }

    /// `noise` where `isNoise` says so, elsewhere bytes of 2 bits.
    private static func bytes(_ isNoise: (Int) -> Bool) -> [UInt8] {
        var random = TestBytes(seed: 71)
        return random.bytes(byteCount).enumerated().map { isNoise($0) ? $1 : $1 & 3 }
    }

    @Test("Noise in the samples alone, or everywhere else, keeps to the bound (LTFN-W2 LTFN-C5)")
    func samples() throws {
        var isSample = [Bool](repeating: false, count: Self.byteCount)
        let samples = PlaneSample.places(of: Self.byteCount)
        #expect(samples.count == 16)
        for place in samples.joined() { isSample[place] = true }
        let misled = try Self.length(Self.bytes { isSample[$0] })
        // Taken for noise, the bytes stay as they are: room is lost, no value.
        #expect(misled >= Self.byteCount)
        let other = try Self.length(Self.bytes { !isSample[$0] })
        #expect(other >= Self.byteCount * 15 / 16)
    }

    @Test("Matrices with some columns of noise profit, however long their rows are (LTFN-C5)")
    func columns() throws {
        for rowByteCount in [4096, 8192, 16_384, 65_536] {
            let length = try Self.length(
                Self.bytes { $0 % rowByteCount < max(2048, rowByteCount / 8) })
            #expect(length < Self.byteCount * 3 / 4, "rows of \(rowByteCount)")
        }
    }
}
