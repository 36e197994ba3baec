import LTFNBytes
import LTFNCheckpoint

/// Which variables go into which file of a set.
struct ShardPlan {
    /// The positions of the variables of each file, in the order of the manifest.
    let shards: [[Int]]

    /// Fills one file after the other; a variable that is longer than a file may be gets its own.
    ///
    /// - Parameter byteCount: the most bytes of values in a file.
    init(_ manifest: Manifest, shardByteCount byteCount: UInt64) {
        var shards: [[Int]] = [[]]
        var filled: UInt64 = 0
        for (index, variable) in manifest.variables.enumerated() {
            let own = UInt64(variable.tensor.byteCount)
            let total = CheckedSize.total(filled, own)
            if total > byteCount, shards.last?.isEmpty == false {
                shards.append([])
                filled = own
            } else {
                filled = total
            }
            shards[shards.count - 1].append(index)
        }
        self.shards = shards
    }

    /// `model-00002-of-00003.safetensors`, for the index `model.safetensors.index.json`.
    func fileName(_ shard: Int, index: String) -> String {
        let stem =
            index.hasSuffix(ShardIndex.ending)
            ? String(index.dropLast(ShardIndex.ending.count)) : index
        return "\(stem)-\(Self.digits(shard + 1))-of-\(Self.digits(shards.count)).safetensors"
    }

    private static func digits(_ number: Int) -> String {
        String(number).aligned(5, with: "0")
    }

    /// `model` for `model-00002-of-00003.safetensors`; nil for a name that no part of a set has.
    static func stem(ofPart name: String) -> String? {
        guard name.hasSuffix(".safetensors") else { return nil }
        var rest = name.dropLast(".safetensors".count)
        for mark in ["-of-", "-"] {
            let digits = rest.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
            guard digits >= 5 else { return nil }
            rest = rest.dropLast(digits)
            guard rest.hasSuffix(mark) else { return nil }
            rest = rest.dropLast(mark.count)
        }
        return rest.isEmpty ? nil : String(rest)
    }
}
