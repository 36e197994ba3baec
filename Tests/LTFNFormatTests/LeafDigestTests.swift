import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("Digests of values that are leaves")
struct LeafDigestTests {
    @Test("values that are the digests of other values' leaves are not taken for those (LTFN-V13)")
    func confusion() throws {
        var random = TestBytes(seed: 92)
        let long = random.bytes(2 * ValueHash.leafByteCount)
        let digests =
            SHA256.digest(Array(long[..<4096])).bytes + SHA256.digest(Array(long[4096...])).bytes
        #expect(ValueHash.digest(long) == ValueHash.digest(digests))
        let values = [long, digests, digests]
        var infos: [VariableInfo] = []
        var tensors: [TensorData] = []
        for (name, bytes) in zip(["a", "b", "c"], values) {
            let info = try TensorInfo(dtype: .u8, shape: TensorShape([bytes.count]))
            infos.append(VariableInfo(name: try VariableName(name), tensor: info))
            tensors.append(try TensorData(info: info, bytes: AlignedBytes(copying: bytes.rawSpan)))
        }
        let checkpoint = try Checkpoint(manifest: Manifest(variables: infos), tensors: tensors)
        for threads in [1, 2] {
            let file = try write(checkpoint, options(threads: threads))
            let reader = try NativeReader(MemorySource(file))
            try reader.verify()
            for (number, bytes) in values.enumerated() {
                let found = try reader.read(number)
                #expect([UInt8](copying: found.bytes.bytes) == bytes)
            }
            // The third is the second again.
            #expect(reader.index.chunks[reader.index.chunkRange(2).lowerBound].codec == .reference)
        }
    }

    @Test(
        "the digest does not depend on chunks, longer or shorter than leaves (LTFN-V13)",
        arguments: [6, 9, 11, 12, 13, 20], [1, 3])
    func chunks(exponent: Int, threads: Int) throws {
        var random = TestBytes(seed: 93)
        for count in [0, 1, 4096, 4097, 70_001] {
            let bytes = random.bytes(count)
            let file = try write(
                Samples.single(.u8, [count], bytes),
                options(chunk: 1 << exponent, threads: threads))
            let reader = try NativeReader(MemorySource(file))
            #expect(reader.index.digest(0) == ValueHash.digest(bytes))
            try reader.verify()
        }
    }
}
