import LTFNBytes

/// Which file a path means, however it is spelled: `model.ltfn`, `./model.ltfn` and a symbolic link
/// to it are one.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    /// Of a file that is not there yet; its directory is then what device and inode mean.
    private let name: String

    /// - Returns: nil for what is no regular file: nothing is lost when two write to `/dev/null`.
    public init?(path: String) {
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        if let info = try? SystemCalls.info(path: path) {
            guard info.kind == .regular else { return nil }
            (device, inode, name) = (info.device, info.inode, "")
            return
        }
        let place = try? OutputPlace(path: path)
        if case .descriptor(let number)? = place {
            guard let info = try? SystemCalls.info(number), info.kind == .regular else {
                return nil
            }
            (device, inode, name) = (info.device, info.inode, "")
            return
        }
        // A symbolic link may lead to a name that is not there yet either.
        guard case .file(let directory, let name, _)? = place,
            let info = try? SystemCalls.info(path: directory), info.kind == .directory
        else { return nil }
        (device, inode, self.name) = (info.device, info.inode, name)
    }

    /// The file that this process holds open as `descriptor`; nil for what is no regular file.
    public init?(descriptor: Int32) {
        guard let info = try? SystemCalls.info(descriptor), info.kind == .regular else {
            return nil
        }
        (device, inode, name) = (info.device, info.inode, "")
    }

    /// How long the file is that this process holds open as `descriptor`; 0 for what is no regular
    /// file.
    public static func byteCount(descriptor: Int32) -> UInt64 {
        guard let info = try? SystemCalls.info(descriptor), info.kind == .regular else { return 0 }
        return info.byteCount
    }

    /// Whether the name is there, and what it leads to is not.
    public static func isDanglingLink(_ path: String) -> Bool {
        guard let target = try? SystemCalls.linkTarget(path: path), !target.isEmpty else {
            return false
        }
        do throws(SystemError) {
            _ = try SystemCalls.info(path: path)
            return false
        } catch {
            return error.number == SystemError.missing
        }
    }

    /// Whether two paths mean the same regular file.
    public static func same(_ path: String, _ other: String) -> Bool {
        if path == other { return true }
        guard let identity = FileIdentity(path: path) else { return false }
        return identity == FileIdentity(path: other)
    }
}
