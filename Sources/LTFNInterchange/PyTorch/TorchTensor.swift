import LTFNBytes
import LTFNCheckpoint

/// Values of a file that tensors are views of.
struct TorchStorage: Sendable {
    /// Where the bytes are.
    enum Place: Sendable {
        /// With the CRC-32 of all of them; nil: the file says none.
        case range(offset: UInt64, crc32: UInt32?)
        /// A member of an archive that has to be unpacked.
        case packed(ZipMember)
    }

    var place: Place
    var byteCount: Int
    var isBigEndian = false

    /// What reading a range of it costs.
    var access: StridedGathering.Access {
        switch place {
        case .range: .random
        case .packed: .sequential
        }
    }
}

/// A storage as a pickle names it.
struct TorchStorageKey: Hashable {
    /// What the storage is called in the file.
    var key: String
    /// Of the whole.
    var byteCount: Int
    /// The part of it that tensors count from: where it begins.
    var viewOffset = 0
    /// How long that part is; nil: all of it.
    var viewByteCount: Int?

    /// How many bytes tensors can lie in.
    var usableByteCount: Int { viewByteCount ?? byteCount }
}

/// A tensor as a pickle describes it.
struct TorchTensor: Hashable {
    var storage: TorchStorageKey
    var info: TensorInfo
    /// In elements, from the beginning of the storage.
    var offset: Int
    /// In elements, one for each axis.
    var strides: [Int]

    /// Where the first element is, in bytes from the beginning of the whole storage; 0 when there
    /// is none.
    var byteOffset: Int {
        info.byteCount == 0 ? 0 : storage.viewOffset + offset * (info.dtype.bitCount / 8)
    }

    /// The same for two tensors that are the same view.
    var view: TorchTensor {
        var view = self
        // How far apart neighbours are counts only where there are two.
        for (axis, count) in info.shape.dimensions.enumerated() where count == 1 {
            view.strides[axis] = 0
        }
        return view
    }

    /// Makes sure that the storage has all elements.
    ///
    /// - Throws: `corrupt`.
    func expectInside(format: String) throws(FormatError) {
        guard offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
            throw FormatError(
                .corrupt, format: format,
                "The tensor begins at the element \(offset) with the strides \(strides); neither "
                    + "can be negative.")
        }
        guard info.shape.elementCount > 0 else { return }
        var end = offset
        var overflowed = false
        for (count, stride) in zip(info.shape.dimensions, strides) {
            let (extent, first) = stride.multipliedReportingOverflow(by: count - 1)
            let (sum, second) = end.addingReportingOverflow(extent)
            overflowed = overflowed || first || second
            end = sum
        }
        let elementByteCount = info.dtype.bitCount / 8
        let (byteCount, third) = (end &+ 1).multipliedReportingOverflow(by: elementByteCount)
        guard !overflowed, !third, end < .max, byteCount <= storage.usableByteCount else {
            throw FormatError(
                .corrupt, format: format,
                "The tensor \(info.shape), from the element \(offset) on with the strides "
                    + "\(strides), leads out of its storage \"\(storage.key.prefix(40))\" of "
                    + "\(storage.usableByteCount) bytes.")
        }
    }
}
