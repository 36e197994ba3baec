import LTFNBytes
import LTFNCheckpoint

/// A file of PyTorch: its pickle, and where the storages are that the pickle names.
protocol TorchFile {
    var pickle: PickleGraph { get }
    /// The record of ours that the file carries: strings by their keys.
    var record: [JSONMember] { get }
    /// Remarks, a sentence each.
    var notes: [String] { get }

    /// Where the values of a storage are.
    ///
    /// - Throws: `corrupt`, `truncated`, `unsupportedFeature`.
    func storage(_ key: TorchStorageKey) throws(FormatError) -> TorchStorage
}
