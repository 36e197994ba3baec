import LTFNBytes
import LTFNCheckpoint

/// Where the values of a data set are, all places of a file looked up.
enum HDF5Storage: Sendable {
    case inline([UInt8])
    case range(UInt64)
    case chunks(HDF5Chunks)
    /// Nothing was ever written.
    case none

    /// - Throws: `corrupt`, `truncated`, `unsupportedFeature`, `limitExceeded`, `io`.
    init(
        _ layout: HDF5Layout, _ info: TensorInfo, elementByteCount: Int, _ space: HDF5Dataspace,
        _ header: HDF5ObjectHeader, in file: inout HDF5File
    ) throws(FormatError) {
        var filters: [HDF5Filter] = []
        if let message = header.first(.filters) {
            var cursor = message.content
            filters = try HDF5Filter.all(&cursor)
        }
        switch layout {
        case .compact(let bytes):
            try Self.expect(UInt64(bytes.count), info)
            self = .inline(bytes)
        case .contiguous(let address, let byteCount):
            // Where nothing was written the length may be that of nothing.
            guard let address, info.byteCount > 0 else {
                self = .none
                return
            }
            try Self.expect(byteCount, info)
            try file.claim(address, byteCount: byteCount, "the values of a data set")
            self = .range(address)
        case .chunked(let chunking):
            for case .other(let name) in filters {
                throw FormatError(
                    .unsupportedFeature, format: HDF5File.format,
                    "Its chunks are packed with \(name); deflate, shuffle and fletcher32 can be read."
                )
            }
            let grid = try HDF5ChunkGrid(
                shape: info.shape.dimensions, chunking, elementByteCount: elementByteCount)
            let index = try HDF5ChunkIndex(
                chunking.index, grid, limits: space.limits, isPacked: !filters.isEmpty, in: &file)
            self = .chunks(
                HDF5Chunks(
                    grid: grid, filters: filters, packsEdges: chunking.packsEdges,
                    chunks: index.chunks))
        }
    }

    private static func expect(_ byteCount: UInt64, _ info: TensorInfo) throws(FormatError) {
        guard byteCount == UInt64(info.byteCount) else {
            throw FormatError(
                .corrupt, format: HDF5File.format,
                "Its values have \(byteCount) bytes; \(info.dtype.rawValue) \(info.shape) takes "
                    + "\(info.byteCount).")
        }
    }
}

/// The values of a data set in the order that checkpoints hold them in.
struct HDF5Values: Sendable {
    let info: TensorInfo
    let isBigEndian: Bool
    let storage: HDF5Storage
    /// One element as it is stored, which stands for what was never written; empty: zeros.
    let fill: [UInt8]

    private var swapByteCount: Int { isBigEndian ? info.dtype.swapByteCount : 1 }

    /// Where the values stand just as they are read; nil: they do not.
    var place: UInt64? {
        guard swapByteCount == 1, case .range(let address) = storage else { return nil }
        return address
    }

    var pieceByteCount: Int {
        if case .chunks(let chunks) = storage { return chunks.pieceByteCount }
        return foreignPieceByteCount
    }

    /// How they are stored, in words.
    var stored: StorageInfo {
        let layout = swapByteCount > 1 ? ["big-endian"] : []
        switch storage {
        case .inline, .range:
            return StorageInfo(
                storedByteCount: UInt64(info.byteCount), codec: "raw", layout: layout)
        case .none: return StorageInfo(storedByteCount: 0, codec: "fill", layout: layout)
        case .chunks(let chunks):
            return StorageInfo(
                storedByteCount: chunks.storedByteCount, codecs: chunks.codecs, layout: layout)
        }
    }

    /// - Throws: `truncated`, `corrupt`, `checksumMismatch`, `limitExceeded`, `io`.
    func read(
        _ range: Range<Int>, of source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> AlignedBytes {
        // Whole elements, from which the range is cut.
        let group = swapByteCount
        let start = range.lowerBound - range.lowerBound % group
        let end = range.upperBound + (group - range.upperBound % group) % group
        var bytes = try storedBytes(start..<end, of: source, limits: limits)
        if group > 1 { bytes.reverseGroups(ofByteCount: group) }
        if start..<end == range { return bytes }
        try AvailableMemory.expect(range.count)
        return AlignedBytes(
            copying: bytes.bytes.extracting(range.lowerBound - start..<range.upperBound - start))
    }

    private func storedBytes(
        _ range: Range<Int>, of source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> AlignedBytes {
        switch storage {
        case .range(let address):
            return try readAligned(
                source, at: address + UInt64(range.lowerBound), byteCount: range.count)
        case .inline(let bytes):
            return AlignedBytes(copying: bytes.rawSpan.extracting(range))
        case .none: return try filled(range)
        case .chunks(let chunks):
            var bytes = try filled(range)
            try chunks.read(range, of: source, limits: limits, into: &bytes)
            return bytes
        }
    }

    private func filled(_ range: Range<Int>) throws(FormatError) -> AlignedBytes {
        var bytes = try AlignedBytes(reserving: range.count)
        guard !fill.isEmpty, !range.isEmpty else { return bytes }
        let first = range.lowerBound % fill.count
        let pattern = (0..<max(1, 4096 / fill.count) * fill.count).map {
            fill[(first + $0) % fill.count]
        }
        for start in stride(from: 0, to: range.count, by: pattern.count) {
            let count = min(pattern.count, range.count - start)
            bytes.replaceBytes(
                at: start, with: count == pattern.count ? pattern : Array(pattern[..<count]))
        }
        return bytes
    }
}
