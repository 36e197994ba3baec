import LTFNBytes

/// A sticky folder, like `/tmp`, in which strangers may put names where others expect theirs.
///
/// Linux has these rules as settings (`fs.protected_symlinks`, `protected_regular`,
/// `protected_fifos`), which not every machine has on, and which cannot see links that a program
/// resolves itself: see `may_follow_link` and `may_create_in_sticky` in its `fs/namei.c`.
struct SharedFolder {
    private let folder: SystemCalls.FileInfo
    private let isForAll: Bool

    /// - Returns: nil for a folder that is not sticky.
    init?(_ path: String) throws(SystemError) {
        let info = try SystemCalls.info(path: path)
        guard info.isSticky else { return nil }
        folder = info
        isForAll = info.permissions & 0o002 != 0
    }

    /// Makes sure that a symbolic link is this user's, or of the folder's owner.
    func expectFollowable(linkAt path: String) throws(SystemError) {
        try expectOwn(
            try SystemCalls.infoOfLink(path: path),
            "it is a symbolic link that another user has put into a folder for all; give the name that "
                + "it leads to")
    }

    /// Makes sure that a file or pipe is this user's, or of the folder's owner.
    func expectWritable(_ info: SystemCalls.FileInfo) throws(SystemError) {
        try expectOwn(
            info, "another user has put it into a folder for all; choose another name")
    }

    private func expectOwn(
        _ info: SystemCalls.FileInfo, _ reason: String
    ) throws(SystemError) {
        guard isForAll, info.owner != SystemCalls.user, info.owner != folder.owner else { return }
        throw SystemError(number: SystemError.denied, reason: reason)
    }

    /// Makes sure that a rename may take the name of a file away.
    func expectReplaceable(_ info: SystemCalls.FileInfo) throws(SystemError) {
        if SystemCalls.user == 0 || isRemovable(fileOf: info.owner) { return }
        throw SystemError(
            number: SystemError.notPermitted,
            reason: "only its owner may replace it in this folder, which is sticky")
    }

    /// Whether this process may surely take a name away from a file.
    func isRemovable(fileOf owner: UInt32) -> Bool {
        [owner, folder.owner].contains(SystemCalls.user)
    }
}
