import LTFNBytes
import LTFNCheckpoint

/// All data sets of a file by their paths, found by one walk over its groups.
struct HDF5Content: Sendable {
    /// A way to a data set. Several may lead to the same.
    struct Entry: Sendable {
        var path: String
        /// Which of `dataSets` it is.
        var dataSet: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var dataSets: [HDF5DataSet] = []
    /// What cannot be read, by its path.
    private(set) var failures: [(path: String, error: FormatError)] = []
    /// What the groups say, by their paths; the root's is empty.
    private(set) var attributes: [ByteString: [(name: String, value: MetadataValue?)]] = [:]
    /// How many bytes after its end are none of the file's.
    let tailByteCount: UInt64
    /// From the superblock on.
    let source: any ByteSource

    private var objects: [UInt64: Object] = [:]
    /// How many members all groups have that were read.
    private var linkCount = 0
    private var followedCount = 0

    private enum Object: Sendable {
        case group([HDF5Link])
        case dataSet(Int)
        /// A type, or what has neither members nor values.
        case nothing
        case failure(FormatError)
    }

    /// How deep groups may be within groups.
    private static let depthLimit = 256

    /// - Throws: `notThisFormat`, `unsupportedVersion`, `unsupportedFeature`, `corrupt`,
    ///   `truncated`, `checksumMismatch`, `limitExceeded`, `io`.
    init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        var file = try HDF5File(source, limits: limits)
        self.source = file.source
        tailByteCount = file.tailByteCount
        let root = try object(at: file.superblock.root, path: "", in: &file)
        guard case .group(let links) = root else {
            if case .failure(let error) = root { throw error }
            throw FormatError(
                .corrupt, format: HDF5File.format, offset: file.superblock.root,
                "The root of the file is no group.")
        }
        try walk(links, in: &file)
        try file.expectDisjoint()
    }

    /// A group on the way to where the walk is.
    private struct Step {
        var address: UInt64
        var path: String
        var links: [HDF5Link]
        var next = 0
    }

    private mutating func walk(
        _ links: [HDF5Link], in file: inout HDF5File
    ) throws(FormatError) {
        var way = [Step(address: file.superblock.root, path: "", links: links)]
        var open: Set<UInt64> = [file.superblock.root]
        while let step = way.last {
            guard step.next < step.links.count else {
                open.remove(step.address)
                way.removeLast()
                continue
            }
            way[way.count - 1].next += 1
            let link = step.links[step.next]
            let path = step.path.isEmpty ? link.name : step.path + "/" + link.name
            try count(path, in: &file)
            guard case .object(let address) = link.target else {
                if case .elsewhere(let what) = link.target {
                    failures.append(
                        (path, Self.unsupported("It is \(what): it cannot be followed.")))
                }
                continue
            }
            guard !open.contains(address) else {
                failures.append(
                    (path, Self.unsupported("The group leads back to one that it is within.")))
                continue
            }
            switch try object(at: address, path: path, in: &file) {
            case .nothing: continue
            case .failure(let error): failures.append((path, error))
            case .dataSet(let index):
                guard entries.count < file.limits.variableCount else {
                    throw FormatError(
                        .limitExceeded, format: HDF5File.format,
                        "The file holds more than the \(file.limits.variableCount) data sets that are "
                            + "allowed.")
                }
                try entries.makeRoomForOne()
                entries.append(Entry(path: path, dataSet: index))
            case .group(let links):
                guard way.count < Self.depthLimit else {
                    throw FormatError(
                        .limitExceeded, format: HDF5File.format,
                        "Groups are within groups more than \(Self.depthLimit) deep.")
                }
                open.insert(address)
                way.append(Step(address: address, path: path, links: links))
            }
        }
    }

    /// Counts a member. Groups that are members of several groups are gone through several times,
    /// which must not become a bomb.
    private mutating func count(_ path: String, in file: inout HDF5File) throws(FormatError) {
        followedCount += 1
        guard followedCount <= 64 * linkCount + 4096 else {
            throw FormatError(
                .limitExceeded, format: HDF5File.format,
                "There are \(linkCount) links, and more than \(followedCount - 1) ways through them."
            )
        }
        try file.keep(path.utf8.count + MemoryLayout<Entry>.stride)
    }

    private static func unsupported(_ message: String) -> FormatError {
        FormatError(.unsupportedFeature, format: HDF5File.format, message)
    }

    private mutating func object(
        at address: UInt64, path: String, in file: inout HDF5File
    ) throws(FormatError) -> Object {
        if let known = objects[address] { return known }
        let object: Object
        do throws(FormatError) {
            object = try read(address, path: path, in: &file)
        } catch {
            if error.code == .io || error.code == .limitExceeded { throw error }
            object = .failure(error)
        }
        objects[address] = object
        return object
    }

    private mutating func read(
        _ address: UInt64, path: String, in file: inout HDF5File
    ) throws(FormatError) -> Object {
        let header = try HDF5ObjectHeader(at: address, in: &file)
        if let group = try HDF5Group(header, in: &file) {
            let said = try HDF5Attribute.all(of: header, in: &file).map { ($0.name, $0.value) }
            if !said.isEmpty { attributes[ByteString(path)] = said }
            linkCount += group.links.count
            return .group(group.links)
        }
        guard let dataSet = try HDF5DataSet(header, in: &file) else { return .nothing }
        try file.keep(MemoryLayout<HDF5DataSet>.stride)
        try dataSets.makeRoomForOne()
        dataSets.append(dataSet)
        return .dataSet(dataSets.count - 1)
    }
}
