import LTFNBytes
import LTFNCheckpoint

/// An open file of PyTorch.
struct TorchReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    /// The names of tensors that cannot be read, wanted or not.
    let leftOut: Set<ByteString>
    private let source: any ByteSource
    /// For members of an archive that have to be unpacked.
    private let cursor: ZipCursor?
    private let limits: DecodingLimits
    private let checked = CheckedStorages()
    /// In the order of the manifest.
    private let tensors: [StoredTensor]

    private struct StoredTensor {
        var storage: TorchStorage
        /// Where the first element is, in bytes from the beginning of the storage.
        var offset: Int
        var values: TorchValues
        /// That of the storage, when the tensor reads all of it from the first byte to the last.
        var checksum: StorageChecksum?
    }

    /// - Throws: as `TorchArchive` and `LegacyTorchFile`; `unsupportedFeature` for tensors that
    ///   cannot be read.
    init(
        _ source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        let format = TorchFormat.name
        let prefix = try source.read(
            at: 0, byteCount: Int(min(source.byteCount, UInt64(FileSetLook.prefixByteCount))))
        let file: any TorchFile
        if prefix.starts(with: [0x50, 0x4B]) {
            let archive = try TorchArchive(source, format: format, limits: limits)
            cursor = ZipCursor(
                archive.members.archive,
                skippedLimit: limits.expansion(ofFileWith: source.byteCount))
            file = archive
        } else {
            guard LegacyTorchFile.mayBegin(prefix) else {
                throw FormatError(
                    .notThisFormat, format: format,
                    "This is not a PyTorch file: it begins neither as a zip archive nor as a pickle."
                )
            }
            file = try LegacyTorchFile(source, format: format, limits: limits)
            cursor = nil
        }
        let content = try TorchContent(
            TorchPickle(graph: file.pickle, format: format, limits: limits), selection: selection)
        let unread = try content.unreadable.losses(remainingCount: content.entries.count)
        let variables = try TorchVariables(content)
        var restored: RestoredManifest
        do throws(FormatError) {
            restored = try RestoredManifest(
                Manifest(variables: variables.infos), strings: file.record,
                leftOut: content.leftOut)
        } catch {
            throw error.named(format)
        }
        restored.expectWholeGraph()
        restored.manifest.metadata = try variables.metadata(restored.manifest.metadata)
        manifest = restored.manifest
        losses = unread + content.losses + variables.losses + restored.losses
        notes = file.notes + content.notes
        leftOut = content.leftOut
        self.source = source
        self.limits = limits
        var stored: [StoredTensor] = []
        // A tensor of many names is kept once.
        var places: [VariableName: Int] = [:]
        for ((name, tensor), info) in zip(variables.tensors, variables.infos) {
            if let known = info.tiedTo.flatMap({ places[$0] }) {
                places[name] = known
                continue
            }
            do throws(FormatError) {
                let storage = try file.storage(tensor.storage)
                let values = try TorchValues(
                    tensor, isBigEndian: storage.isBigEndian, storage.access)
                let isInTurn =
                    values.sourceByteCount == storage.byteCount && !values.isGathered
                places[name] = stored.count
                stored.append(
                    StoredTensor(
                        storage: storage, offset: tensor.byteOffset, values: values,
                        checksum: isInTurn ? StorageChecksum(storage) : nil))
            } catch {
                throw error.named(format, variable: name.string)
            }
        }
        tensors = manifest.variables.compactMap { places[$0.name].map { stored[$0] } }
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        let tensor = tensors[index]
        do throws(FormatError) {
            _ = try CheckedSize.limited(range.count, to: limits.tensorByteCount, of: "the tensor")
            // A view may show the same few values again and again.
            _ = try CheckedSize.limited(
                UInt64(range.count), to: limits.expansion(ofFileWith: source.byteCount),
                of: "the tensor")
            // Spans read out of turn are compared with nothing: all is read for that first.
            if range.lowerBound == 0, tensor.values.isGathered { try check(tensor.storage) }
            return try tensor.values.read(range) { range throws(FormatError) in
                let start = tensor.offset + range.lowerBound
                switch tensor.storage.place {
                case .range(let offset, _):
                    let bytes = try readAligned(
                        source, at: offset + UInt64(start), byteCount: range.count)
                    try tensor.checksum?.note(bytes, at: start)
                    return bytes
                case .packed(let member):
                    guard let cursor else { return AlignedBytes(byteCount: 0) }
                    return try cursor.read(
                        member, start..<start + range.count, behind: 0)
                }
            }
        } catch {
            throw error.named(TorchFormat.name, variable: manifest.variables[index].name.string)
        }
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        let tensor = tensors[index]
        let byteCount = manifest.variables[index].tensor.byteCount
        guard tensor.values.areStoredAsRead,
            case .range(let offset, let crc32) = tensor.storage.place
        else { return nil }
        return StoredValues(
            source, at: offset + UInt64(tensor.offset), byteCount: byteCount,
            crc32: byteCount == tensor.storage.byteCount ? crc32 : nil)
    }

    /// The checksums of archives. PyTorch itself does not look at them.
    var valueProof: ValueProof {
        let areAllChecked = tensors.allSatisfy { tensor in
            switch tensor.storage.place {
            case .packed: true
            case .range(_, let crc32): crc32 != nil || tensor.storage.byteCount == 0
            }
        }
        return areAllChecked && cursor != nil && !tensors.isEmpty ? .crc32 : .none
    }

    /// Storages that no tensor shows from the first byte to the last.
    func verifyRest() throws(FormatError) {
        var known = Set(tensors.compactMap(\.checksum?.offset))
        for (index, tensor) in tensors.enumerated() {
            guard case .range(let offset, _?) = tensor.storage.place,
                known.insert(offset).inserted
            else { continue }
            let name = manifest.variables[index].name.string
            do throws(FormatError) {
                try check(tensor.storage)
            } catch {
                throw error.named(TorchFormat.name, variable: name)
            }
        }
    }

    /// Compares all bytes of a storage with their CRC-32, where the file has one.
    private func check(_ storage: TorchStorage) throws(FormatError) {
        guard case .range(let offset, let crc32?) = storage.place, !checked.contains(offset)
        else { return }
        var checksum = CRC32()
        try forEachPiece(of: source, at: offset, byteCount: storage.byteCount) {
            checksum.update($0)
        }
        try checksum.expect(crc32, at: offset)
        checked.insert(offset)
    }

    func pieceByteCount(_ index: Int) -> Int { tensors[index].values.pieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let variable = manifest.variables[index]
        let byteCount = variable.tiedTo == nil ? tensors[index].storage.byteCount : 0
        var codec = "raw"
        if case .packed = tensors[index].storage.place { codec = "deflate" }
        return StorageInfo(
            storedByteCount: UInt64(min(variable.tensor.byteCount, byteCount)),
            codec: codec, layout: tensors[index].values.layout)
    }
}
