import LTFNBytes

extension ImageSet {
    /// The IDX file of these images: one byte for each pixel of `[N, H, W]`, row-major; of several
    /// channels `[N, H, W, C]`.
    static func idx(
        of pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int = 1
    ) -> [UInt8] {
        idxFile([count, height, width] + (channels == 1 ? [] : [channels]), pixels)
    }
}

extension LabelSet {
    /// The IDX file of these classes.
    static func idx(of classes: [UInt8]) -> [UInt8] {
        idxFile([classes.count], classes)
    }
}

/// - Parameter dimensions: each below 2³².
private func idxFile(_ dimensions: [Int], _ elements: [UInt8]) -> [UInt8] {
    var file = ByteWriter()
    file.append([0, 0, IDXHeader.unsignedByte, UInt8(dimensions.count)])
    for dimension in dimensions { file.u32BigEndian(UInt32(clamping: dimension)) }
    file.append(elements)
    return file.bytes
}
