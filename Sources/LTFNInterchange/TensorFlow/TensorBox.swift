import LTFNBytes

/// A part of a tensor: where it begins along each axis, and how far it goes.
struct TensorBox {
    var starts: [Int]
    var lengths: [Int]

    /// Whether the boxes are all of a tensor of `shape`, each element once. All are within.
    ///
    /// - Throws: `unsupportedFeature` for many boxes that are cut along several axes.
    static func cover(_ boxes: [TensorBox], _ shape: [Int]) throws(FormatError) -> Bool {
        let cut = shape.indices.filter { axis in
            boxes.contains { $0.lengths[axis] != shape[axis] }
        }
        if cut.count <= 1 {
            guard let axis = cut.first else { return boxes.count == 1 || shape.contains(0) }
            var position = 0
            for box in boxes.sorted(by: {
                ($0.starts[axis], $0.lengths[axis]) < ($1.starts[axis], $1.lengths[axis])
            }) {
                guard box.starts[axis] == position else { return false }
                position += box.lengths[axis]
            }
            return position == shape[axis]
        }
        // Every pair is compared.
        guard boxes.count <= 2048 else {
            throw FormatError(
                .unsupportedFeature,
                "The variable is cut along several axes into \(boxes.count) slices; 2048 can be put "
                    + "together.")
        }
        var total = 0
        for (number, box) in boxes.enumerated() {
            guard !boxes[..<number].contains(where: box.overlaps) else { return false }
            total += box.elementCount
        }
        return total == shape.reduce(1, *)
    }

    /// All boxes are within a shape whose elements have been counted.
    private var elementCount: Int { lengths.contains(0) ? 0 : lengths.reduce(1, *) }

    private func overlaps(_ other: TensorBox) -> Bool {
        starts.indices.allSatisfy { axis in
            starts[axis] < other.starts[axis] + other.lengths[axis]
                && other.starts[axis] < starts[axis] + lengths[axis]
        }
    }
}

/// Where the bytes of a box stand among those of its tensor, both row-major.
struct BoxPlaces {
    /// The shape of the tensor, and the box, with the bytes of an element as the last axis.
    private let shape: [Int]
    private let box: TensorBox
    /// How many bytes of the box stand together in the tensor.
    let runByteCount: Int
    let byteCount: Int

    init(_ box: TensorBox, shape: [Int], elementByteCount: Int) {
        self.shape = shape + [elementByteCount]
        self.box = TensorBox(starts: box.starts + [0], lengths: box.lengths + [elementByteCount])
        let lengths = self.box.lengths
        let first = zip(lengths, self.shape).map { $0 != $1 }.lastIndex(of: true) ?? 0
        byteCount = lengths.contains(0) ? 0 : lengths.reduce(1, *)
        runByteCount = byteCount == 0 ? 0 : lengths[first...].reduce(1, *)
    }

    /// How many bytes of the box stand before byte `place` of the tensor.
    func count(before place: Int) -> Int {
        guard byteCount > 0 else { return 0 }
        var rest = place
        var units = 1
        var coordinates = shape
        for axis in shape.indices.reversed().dropLast() {
            coordinates[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        coordinates[0] = rest
        var count = 0
        var isInside = true
        units = byteCount
        for axis in shape.indices where isInside {
            units /= box.lengths[axis]
            let inner = coordinates[axis] - box.starts[axis]
            count += min(max(inner, 0), box.lengths[axis]) * units
            isInside = inner >= 0 && inner < box.lengths[axis]
        }
        return count
    }

    /// Where byte `place` of the box stands in the tensor.
    func position(of place: Int) -> Int {
        var rest = place
        var units = 1
        var position = 0
        for axis in shape.indices.reversed() {
            position += (rest % box.lengths[axis] + box.starts[axis]) * units
            rest /= box.lengths[axis]
            units *= shape[axis]
        }
        return position
    }
}
