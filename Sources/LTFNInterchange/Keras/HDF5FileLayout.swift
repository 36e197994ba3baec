import LTFNBytes
import LTFNCheckpoint

/// Where everything is in a file that is written: superblock, object headers, strings, values.
struct HDF5FileLayout {
    /// All but the values.
    private(set) var head: [UInt8] = []
    /// For every variable where its values begin.
    private(set) var offsets: [UInt64] = []

    private let manifest: Manifest
    private let objects: HDF5Objects
    /// Where each object's header begins.
    private var addresses: [UInt64]
    /// Where the strings of each object are.
    private var texts: [[HDF5HeapWriter.Place]]

    /// Values begin at multiples of it, so that they can be mapped.
    private static let alignment: UInt64 = 64

    /// - Throws: `limitExceeded` when the file would be longer than there are numbers for.
    init(_ manifest: Manifest, order: [Int]) throws(FormatError) {
        self.manifest = manifest
        objects = HDF5Objects(manifest)
        addresses = Array(repeating: 0, count: objects.count)
        offsets = Array(repeating: 0, count: manifest.variables.count)
        let nowhere = HDF5HeapWriter.Place(address: 0, index: 0, byteCount: 0)
        texts = objects.texts.map { $0.map { _ in nowhere } }
        // The length of a header does not depend on the addresses in it.
        var position = UInt64(HDF5Encoder.superblockByteCount)
        for object in 0..<objects.count {
            addresses[object] = position
            position += UInt64(header(of: object).count)
        }
        position = (position + 7) / 8 * 8
        let heapStart = position
        var heap = HDF5HeapWriter(at: heapStart)
        for object in 0..<objects.count {
            texts[object] = objects.texts[object].map { heap.add($0.value) }
        }
        heap.finish()
        position += UInt64(heap.bytes.count)
        let headEnd = position
        for index in order {
            position = try CheckedSize.alignUp(position, to: Self.alignment, code: .limitExceeded)
            offsets[index] = position
            position = try CheckedSize.add(
                position, UInt64(manifest.variables[index].tensor.byteCount), of: "the file",
                code: .limitExceeded)
        }
        var writer = ByteWriter(reservingCapacity: Int(clamping: headEnd))
        writer.append(HDF5Encoder.superblock(root: addresses[0], end: position))
        for object in 0..<objects.count { writer.append(header(of: object)) }
        writer.pad(toMultipleOf: 8)
        writer.append(heap.bytes)
        head = writer.bytes
    }

    private func header(of object: Int) -> [UInt8] {
        var messages: [HDF5Encoder.Message]
        switch objects[object] {
        case .group(let members):
            messages = [HDF5Encoder.linkInfo()]
            messages += members.map { HDF5Encoder.link($0.name, to: addresses[$0.object]) }
        case .dataSet(let index):
            let tensor = manifest.variables[index].tensor
            messages = [
                HDF5Encoder.Message(
                    type: .dataspace, content: HDF5Encoder.dataspace(tensor.shape.dimensions)),
                HDF5Encoder.Message(
                    type: .datatype,
                    content: HDF5Encoder.datatype(tensor.dtype) ?? ByteWriter()),
                HDF5Encoder.fillValue(),
                HDF5Encoder.layout(at: offsets[index], byteCount: tensor.byteCount),
            ]
        }
        messages += zip(objects.texts[object], texts[object]).map {
            HDF5Encoder.attribute($0.key, $1)
        }
        return HDF5Encoder.objectHeader(messages)
    }
}

/// The groups and data sets of a file that is written, and what they say of themselves.
struct HDF5Objects {
    typealias Member = (name: String, object: Int)

    enum Object {
        case group([Member])
        /// The number of the variable.
        case dataSet(Int)
    }

    private var objects: [Object] = [.group([])]
    /// What each object says, in the order that it is written in.
    private(set) var texts: [[(key: String, value: String)]]

    init(_ manifest: Manifest) {
        let paths = HDF5Paths(manifest)
        texts = [Self.strings(manifest, paths)]
        var groups: [ByteString: Int] = [:]
        var dataSets: [Int: Int] = [:]
        // What is tied comes after what it is tied to.
        let indices = manifest.variables.indices
        for index in indices.filter({ manifest.variables[$0].tiedTo == nil })
            + indices.filter({ manifest.variables[$0].tiedTo != nil })
        {
            let variable = manifest.variables[index]
            let owner = variable.tiedTo.flatMap { manifest.index(of: $0) } ?? index
            let (group, name) = makeGroups(of: paths.paths[index], &groups)
            let object: Int
            if let known = dataSets[owner] {
                object = known
            } else {
                object = add(.dataSet(owner))
                dataSets[owner] = object
                if let word = HDF5Encoder.opaqueNames[variable.tensor.dtype] {
                    texts[object] = [(HDF5DataSet.typeAttribute, word)]
                }
            }
            addMember((name, object), to: group)
        }
        for variable in manifest.variables {
            guard let target = variable.tiedTo, let owner = manifest.index(of: target),
                let object = dataSets[owner],
                !texts[object].contains(where: { $0.key == HDF5Variables.ownerAttribute })
            else { continue }
            texts[object].append((HDF5Variables.ownerAttribute, paths.paths[owner]))
        }
    }

    var count: Int { objects.count }

    subscript(object: Int) -> Object { objects[object] }

    private mutating func add(_ object: Object) -> Int {
        objects.append(object)
        texts.append([])
        return objects.count - 1
    }

    private mutating func addMember(_ member: Member, to group: Int) {
        guard case .group(var members) = objects[group] else { return }
        // The array is not to be copied for every member.
        objects[group] = .group([])
        members.append(member)
        objects[group] = .group(members)
    }

    /// - Returns: the group that the last step of `path` is a member of.
    private mutating func makeGroups(
        of path: String, _ groups: inout [ByteString: Int]
    ) -> (group: Int, name: String) {
        let steps = path.unicodeScalars.split(separator: "/").map { String($0) }
        var group = 0
        var way = ""
        for step in steps.dropLast() {
            way += "/" + step
            if let known = groups[ByteString(way)] {
                group = known
            } else {
                let new = add(.group([]))
                groups[ByteString(way)] = new
                addMember((step, new), to: group)
                group = new
            }
        }
        return (group, steps.last ?? path)
    }

    /// What the root says.
    private static func strings(
        _ manifest: Manifest, _ paths: HDF5Paths
    ) -> [(key: String, value: String)] {
        var strings = EmbeddedManifest.strings(of: manifest, isForLoaders: false)
            .filter { HDF5Paths.isAttribute($0.key) }
        if !paths.renamed.isEmpty {
            let names = paths.renamed.map { JSONMember($0.path, .string($0.name)) }
            strings.append((HDF5Paths.attribute, JSONValue.object(names).rendered()))
        }
        return strings
    }
}
