import LTFNBytes
import LTFNCheckpoint

/// The filters of a kernel as a sheet of images: one for each pair of an input and an output, all
/// on one scale of grays.
public struct FilterSheet: Sendable {
    /// How many images are on the sheet, and their extents.
    public let imageCount: Int
    public let imageHeight: Int
    public let imageWidth: Int
    /// The extents of the sheet in pixels.
    public var height: Int { image.height }
    public var width: Int { image.width }
    /// What is black, and what is white; zero is in the middle, unless no value is below it.
    public let black: Double
    public let white: Double
    /// How many values are not finite: these are red.
    public let nonFiniteCount: Int
    private let image: PNGImage

    /// The bytes of a PNG file.
    public var file: [UInt8] { image.file }

    private static let grayCount = 253
    private static let gapColor: UInt8 = 253
    private static let red: UInt8 = 254
    private static let palette =
        (0..<grayCount).map { [UInt8](repeating: UInt8(($0 * 255 + 126) / 252), count: 3) }
        + [[38, 70, 110], [220, 40, 40]]
    /// Small sheets are enlarged, so that people see the filters.
    private static let wantedExtent = 768
    private static let maximumScale = 16

    /// - Parameters:
    ///   - values: a slice of real numbers, of 1 to 4 axes.
    ///   - layout: which axes are those of the images, if it is a kernel of a convolution; else
    ///     they are the last two.
    /// - Throws: `notRepresentable` for complex numbers, opaque bits, more than 4 axes and no
    ///   elements; `limitExceeded` for too many pixels; as reading.
    public init(
        of values: inout SlicedValues, layout: KernelLayout
    ) throws(FormatError) {
        let tiles = try Tiles(values.region, layout)
        let numbers = try Self.numbers(of: &values)
        var (low, high, bad) = (Double.infinity, -Double.infinity, 0)
        for number in numbers {
            guard number.isFinite else {
                bad += 1
                continue
            }
            (low, high) = (min(low, number), max(high, number))
        }
        nonFiniteCount = bad
        let largest = max(-low, high)
        white = largest.isFinite && largest > 0 ? largest : 1
        black = low < 0 ? -white : 0
        let scale = tiles.scale(reaching: Self.wantedExtent, atMost: Self.maximumScale)
        (imageCount, imageHeight, imageWidth) = (tiles.count, tiles.height, tiles.width)
        var image = try PNGImage(
            width: tiles.extent(tiles.columnCount, tiles.width, scale),
            height: tiles.extent(tiles.rowCount, tiles.height, scale), palette: Self.palette)
        for tile in 0..<tiles.rowCount * tiles.columnCount {
            let top = tiles.place(tile / tiles.columnCount, tiles.height, scale)
            let left = tiles.place(tile % tiles.columnCount, tiles.width, scale)
            for row in 0..<tiles.height * scale {
                for column in 0..<tiles.width * scale {
                    image[top + row, left + column] =
                        tile < tiles.count
                        ? Self.color(
                            numbers[tiles.element(tile, row / scale, column / scale)],
                            black: black, white: white)
                        : Self.gapColor
                }
            }
        }
        tiles.drawGaps(scale, in: &image, Self.gapColor)
        self.image = image
    }

    private static func color(_ number: Double, black: Double, white: Double) -> UInt8 {
        guard number.isFinite else { return red }
        // Halves first: the range of the largest numbers is no number.
        let share = (number / 2 - black / 2) / (white / 2 - black / 2)
        let gray = (share * Double(grayCount - 1)).rounded()
        // The halves of the smallest numbers may be zero.
        return gray.isFinite ? UInt8(min(max(gray, 0), Double(grayCount - 1))) : 0
    }

    private static func numbers(
        of values: inout SlicedValues
    ) throws(FormatError) -> [Double] {
        let count = values.region.shape.elementCount
        guard count <= PNGImage.maximumPixelCount else {
            throw FormatError(
                .limitExceeded,
                "The slice has \(NumberText.grouped(count)) elements; expected at most "
                    + "\(NumberText.grouped(PNGImage.maximumPixelCount)) for an image. Take a smaller "
                    + "slice.")
        }
        try AvailableMemory.expect(count * MemoryLayout<Double>.stride)
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        while numbers.count < count {
            let next = min(numbers.count + 65_536, count)
            numbers += try values.elements(numbers.count..<next).doubles()
        }
        try values.finish()
        return numbers
    }
}

/// Where the images of a sheet stand, and their elements among those of the slice.
private struct Tiles {
    var height = 1
    var width = 1
    /// How far apart the elements of neighbouring rows and columns of an image are.
    private var rowStep = 0
    private var columnStep = 0
    /// The axes that tell images from one another, the slowest first: extents and steps.
    private var others: [(count: Int, step: Int)] = []
    private(set) var count = 1
    private(set) var rowCount = 1
    private(set) var columnCount = 1

    init(_ region: SliceRegion, _ layout: KernelLayout) throws(FormatError) {
        let shape = region.shape
        guard shape.elementCount > 0, shape.rank <= 4 else {
            throw FormatError(
                .notRepresentable,
                "A sheet of images is made of 1 to 4 axes with elements; found the shape \(shape). Take "
                    + "a slice of it.")
        }
        let images = Self.imageAxes(region, layout)
        var step = 1
        for (axis, extent) in shape.dimensions.enumerated().reversed() {
            if axis == images.last {
                (width, columnStep) = (extent, step)
            } else if axis == images.first {
                (height, rowStep) = (extent, step)
            } else {
                others.insert((extent, step), at: 0)
            }
            step *= extent
        }
        count = others.reduce(1) { $0 * $1.count }
        // An axis of one element tells nothing apart.
        let long = others.filter { $0.count > 1 }
        if long.count == 2 {
            (rowCount, columnCount) = (long[0].count, long[1].count)
        } else {
            columnCount = Int(Double(count).squareRoot().rounded(.up))
            rowCount = (count + columnCount - 1) / columnCount
        }
    }

    /// The axes of the slice that are those of an image.
    private static func imageAxes(_ region: SliceRegion, _ layout: KernelLayout) -> [Int] {
        let kept = region.keptAxes
        let last = Array(kept.indices.suffix(2))
        guard region.source.rank == 4 else { return last }
        let letters = Array(layout.convolutionAxes)
        let spatial = kept.indices.filter { letters[kept[$0]] == "H" || letters[kept[$0]] == "W" }
        return spatial.count == 2 ? spatial : last
    }

    func element(_ tile: Int, _ row: Int, _ column: Int) -> Int {
        var place = row * rowStep + column * columnStep
        var rest = tile
        for axis in others.reversed() {
            place += rest % axis.count * axis.step
            rest /= axis.count
        }
        return place
    }

    /// How many pixels wide and high an element is.
    func scale(reaching extent: Int, atMost maximum: Int) -> Int {
        let least = max(columnCount * (width + 1), rowCount * (height + 1))
        return min(max(extent / least, 1), maximum)
    }

    /// Images are apart, and from the border, by a line.
    private func gap(_ scale: Int) -> Int { count > 1 ? max(scale / 4, 1) : 0 }

    func extent(_ number: Int, _ length: Int, _ scale: Int) -> Int {
        place(number, length, scale)
    }

    func place(_ number: Int, _ length: Int, _ scale: Int) -> Int {
        gap(scale) + number * (length * scale + gap(scale))
    }

    func drawGaps(_ scale: Int, in image: inout PNGImage, _ color: UInt8) {
        let gap = gap(scale)
        for number in 0...rowCount {
            for row in place(number, height, scale) - gap..<place(number, height, scale) {
                for column in 0..<image.width { image[row, column] = color }
            }
        }
        for number in 0...columnCount {
            for column in place(number, width, scale) - gap..<place(number, width, scale) {
                for row in 0..<image.height { image[row, column] = color }
            }
        }
    }
}
