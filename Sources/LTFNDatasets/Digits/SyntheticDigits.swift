import LTFNBytes

/// Digits drawn by strokes with jitter: what there is to train on when there is no data.
///
/// Every image depends on nothing but its number and the seed, and is the same on every platform:
/// additions, multiplications, divisions and square roots alone make it.
public struct SyntheticDigits: Sendable {
    public let seed: UInt64

    /// The version of the drawing: images of one version never change.
    public static let version = 1
    /// The same counts as MNIST's.
    public static let trainingCount = 60_000
    public static let testCount = 10_000
    /// Test images are numbered from here on, far after all training images.
    private static let firstTestImage: UInt64 = 1 << 40

    public init(seed: UInt64 = 1) {
        self.seed = seed
    }

    /// The first `count` training images: `[count, 28, 28] uint8`. Complexity: O(`count`), about
    /// 10 µs an image in a release build.
    public func training(count: Int = trainingCount) -> LabelledImages {
        draw(count, from: 0)
    }

    /// The first `count` test images: `[count, 28, 28] uint8`.
    public func test(count: Int = testCount) -> LabelledImages {
        draw(count, from: Self.firstTestImage)
    }

    private func draw(_ count: Int, from first: UInt64) -> LabelledImages {
        precondition(count > 0, "a data set has at least one image")
        let side = DigitCanvas.side
        var images = ByteWriter(reservingCapacity: 16 + count * side * side)
        for value in [0x0803, UInt32(count), UInt32(side), UInt32(side)] {
            images.u32BigEndian(value)
        }
        var labels = ByteWriter(reservingCapacity: 8 + count)
        for value in [0x0801, UInt32(count)] { labels.u32BigEndian(value) }
        for index in 0..<UInt64(count) {
            var random = CounterRandom(seed: seed, stream: first + index)
            let digit = random.below(10)
            labels.u8(UInt8(digit))
            images.append(Self.image(of: digit, &random))
        }
        do {
            return try LabelledImages(
                images: ImageSet(idx: images.bytes), labels: LabelSet(idx: labels.bytes))
        } catch {
            preconditionFailure("the digits drawn are not a data set: \(error)")
        }
    }

    /// `[28, 28] uint8`
    private static func image(of digit: Int, _ random: inout CounterRandom) -> [UInt8] {
        let ways = DigitShapes.all[digit]
        let strokes = ways[random.below(ways.count)]
        let placement = Placement(&random)
        let radius = 1.25 + 0.55 * random.bell()
        let wobble = random.uniform(0.01, 0.045)
        var canvas = DigitCanvas()
        for stroke in strokes {
            let points = stroke.points.map { point in
                placement.pixel(
                    Point(
                        point.x + wobble * 2 * random.bell(), point.y + wobble * 2 * random.bell()))
            }
            for first in stride(from: 0, to: points.count - 1, by: 2) {
                canvas.curve(
                    points[first], points[first + 1], points[first + 2], pieces: 5,
                    reach: radius + 0.5)
            }
        }
        return ink(canvas, radius: radius, &random)
    }

    /// Turns coverage into brightness, uneven as ink is, and adds a few specks.
    private static func ink(
        _ canvas: DigitCanvas, radius: Float, _ random: inout CounterRandom
    ) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: DigitCanvas.side * DigitCanvas.side)
        let brightness = random.uniform(190, 255)
        for _ in 0..<random.below(7) {
            pixels[random.below(pixels.count)] = UInt8(20 + random.below(90))
        }
        // One 64-bit number is noise for eight pixels.
        var bits: UInt64 = 0
        var left = 0
        canvas.forEachInked(radius: radius) { pixel, coverage in
            if left == 0 {
                bits = random.next()
                left = 8
            }
            let noise = Float(bits & 0xFF) * (60.0 / 256) - 30
            bits >>= 8
            left -= 1
            let value = brightness * coverage + noise * coverage
            pixels[pixel] = max(pixels[pixel], UInt8(min(max(value, 0), 255)))
        }
        return pixels
    }

    /// Where a digit stands, how large it is and how it leans.
    private struct Placement {
        let width: Float
        let height: Float
        let slant: Float
        let tilt: Float
        let centre: Point

        init(_ random: inout CounterRandom) {
            width = 14 + 6 * random.bell()
            height = 18.5 + 3 * random.bell()
            slant = 0.12 + 0.35 * random.bell()
            tilt = 0.18 * random.bell()
            let x = 14 + 4 * random.bell()
            // As far from the middle as the digit stays clear of the edge.
            let reach = max(0, 14 - (0.53 * height + 0.5 * abs(tilt) * width + 2.2))
            let y = 14 + min(max(4 * random.bell(), -reach), reach)
            centre = Point(x, y)
        }

        /// From the box (0, 0) … (1, 1) to pixels.
        func pixel(_ point: Point) -> Point {
            let x = (point.x - 0.5) * width
            let y = (point.y - 0.5) * height
            return Point(centre.x + x - slant * y, centre.y + y + tilt * x)
        }
    }
}
