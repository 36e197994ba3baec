import LTFNBytes
import LTFNCheckpoint

extension ModelGraph {
    /// Makes sure that the network takes images of this shape.
    ///
    /// - Throws: `corrupt` when it takes others.
    public func checkInput(height: Int, width: Int, channels: Int) throws(FormatError) {
        guard input.shape.dimensions == [height, width, channels] else {
            throw FormatError(
                .corrupt,
                "The images have shape [\(height), \(width), \(channels)], the network takes "
                    + "\(input.shape).")
        }
    }
}
