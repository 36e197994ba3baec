import LTFNBytes

extension Manifest {
    /// About how many bytes of memory the variables take, without their metadata.
    package var variableFootprint: Int { variables.count * VariableInfo.footprint }

    /// About how many bytes the metadata take, those of the variables included.
    ///
    /// Complexity: O(values in them).
    package var metadataFootprint: Int {
        variables.reduce(metadata.footprint) { $0 + $1.metadata.footprint }
    }
}

extension VariableInfo {
    /// Its place in a list, its name and its shape, each of these with a block of its own.
    fileprivate static let footprint = MemoryLayout<VariableInfo>.stride + 2 * 64
}

extension Metadata {
    fileprivate var footprint: Int {
        entries.reduce(0) {
            $0 + MemoryLayout<Entry>.stride + $1.key.string.blockByteCount + $1.value.footprint
        }
    }
}

extension MetadataValue {
    /// Every value has a block of its own, and a place in a list.
    private static let blockByteCount = 56

    fileprivate var footprint: Int {
        switch self {
        case .bool, .i64, .u64, .f64: Self.blockByteCount
        case .string(let text): Self.blockByteCount + text.blockByteCount
        case .bytes(let bytes): Self.blockByteCount + 32 + bytes.count
        case .list(let values): values.reduce(Self.blockByteCount + 32) { $0 + $1.footprint }
        case .map(let metadata): Self.blockByteCount + 32 + metadata.footprint
        }
    }
}

extension String {
    /// What it takes beside itself: what is short stands in the string.
    fileprivate var blockByteCount: Int { utf8.count > 15 ? utf8.count + 48 : 0 }
}
