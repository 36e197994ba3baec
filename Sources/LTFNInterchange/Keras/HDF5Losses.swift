import LTFNBytes
import LTFNCheckpoint

/// What HDF5 has no place for.
enum HDF5Losses {
    static func losses(writing manifest: Manifest) -> [FormatLoss] {
        var losses =
            manifest.variables.compactMap(values) + EmbeddedManifest.losses(writing: manifest)
        let strings = manifest.metadata.entries.filter {
            if case .string = $0.value { true } else { false }
        }
        if manifest.metadata[HDF5Paths.attribute] != nil {
            losses.append(
                FormatLoss(.metadata, "The key \"\(HDF5Paths.attribute)\" is taken."))
        }
        if let key = strings.first(where: { !HDF5Paths.isAttribute($0.key.string) })?.key {
            losses.append(
                FormatLoss(
                    .metadata,
                    "HDF5 has no attribute called \"\(key.string.prefix(80))\": a name has 1 to "
                        + "\(HDF5Paths.longestAttribute) bytes, none of them zero."))
        }
        if strings.count > HDF5Paths.attributeLimit {
            losses.append(
                FormatLoss(
                    .metadata,
                    "A file has \(HDF5Paths.attributeLimit) attributes at most, found "
                        + "\(strings.count) strings."))
        }
        return losses
    }

    private static func values(_ variable: VariableInfo) -> FormatLoss? {
        if HDF5Encoder.datatype(variable.tensor.dtype) == nil {
            return .unstorable(variable, in: "HDF5")
        }
        guard variable.tensor.shape.rank > HDF5Dataspace.rankLimit else { return nil }
        return FormatLoss(
            .values, variable: variable.name,
            "HDF5 has \(HDF5Dataspace.rankLimit) axes at most, found "
                + "\(variable.tensor.shape.rank).")
    }

    /// What whoever opens the file with other programs should know.
    static func notes(writing manifest: Manifest) -> [String] {
        let paths = HDF5Paths(manifest)
        var notes: [String] = []
        if paths.isKeras {
            notes.append(
                "The weights of the network are where load_weights of Keras looks for them, such as "
                    + "layers/conv2d/vars/0; on the way back they have their names.")
        }
        let spelled = paths.renamed.filter {
            $0.path.utf8.contains(UInt8(ascii: "%")) || !paths.isKeras
        }
        if let first = spelled.first {
            notes.append(
                "In the file, \"\(first.name.prefix(80))\" is called \"\(first.path.prefix(80))\""
                    + (spelled.count == 1
                        ? ""
                        : ", and \(NumberText.counted(spelled.count - 1, "other")) otherwise, too")
                    + ": HDF5 has no path that is called so. On the way back it is undone.")
        }
        return notes
    }
}
