import LTFNBytes

/// What a file has besides its bytes: kept by the file that takes its place, shared by the one that
/// is kept beside it.
struct FileTraits {
    let permissions: UInt32
    let owner: UInt32
    let group: UInt32
    /// How many names the file has.
    let nameCount: UInt64
    private let attributes: [(name: String, value: [UInt8]?)]

    /// Attributes that the kernel makes of the bytes, which will be others.
    private static let made = ["security.capability", "security.evm", "security.ima"]

    init(_ info: SystemCalls.FileInfo, path: String) {
        permissions = info.permissions
        owner = info.owner
        group = info.group
        nameCount = info.nameCount
        attributes = SystemCalls.attributeNames(path: path).filter { !Self.made.contains($0) }
            .map { ($0, SystemCalls.attribute($0, path: path)) }
    }

    /// - Returns: nil for what is no regular file.
    init?(path: String) {
        guard let info = try? SystemCalls.info(path: path), info.kind == .regular else {
            return nil
        }
        self.init(info, path: path)
    }

    /// Gives all of it to another file, as far as this process may.
    ///
    /// - Returns: what could not be kept, in words.
    /// - Throws: when the file would be open to others than the first one was.
    func give(to descriptor: Int32) throws(SystemError) -> [String] {
        let new = try SystemCalls.info(descriptor)
        var lost: [String] = []
        var permissions = permissions
        if new.owner != owner || new.group != group,
            (try? SystemCalls.setOwner(descriptor, owner: owner, group: group)) == nil
        {
            if new.owner != owner { lost.append("its owner (user \(owner))") }
            if new.group != group,
                (try? SystemCalls.setOwner(descriptor, owner: nil, group: group)) == nil
            {
                lost.append("its group (\(group))")
                // What its group was allowed is not for another group, except what all may do.
                permissions &= 0o707 | (permissions & 0o007) << 3
            }
        }
        // The umask has no say in a file that existed before.
        try SystemCalls.setPermissions(descriptor, permissions)
        for (name, value) in attributes {
            guard let value, (try? SystemCalls.setAttribute(descriptor, name, value)) != nil else {
                lost.append("its attribute \(name)")
                continue
            }
        }
        return lost
    }
}
