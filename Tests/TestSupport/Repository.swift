import Foundation

/// Where the files of this project lie that tests look at.
public enum Repository {
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file or folder, by its path from the root on: `Spec/vectors`.
    public static func url(_ path: String) -> URL { root.appendingPathComponent(path) }

    public static func path(_ path: String) -> String { url(path).path }
}
