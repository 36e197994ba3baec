/// A square of pixels that strokes are drawn on.
struct DigitCanvas {
    static let side = 28
    /// For every pixel, the square of its distance to the nearest stroke, when that is short.
    private var squares = [Float](repeating: .infinity, count: side * side)

    /// Draws the straight line from `a` to `b`, coordinates in pixels; what lies farther than
    /// `reach` from it is left alone.
    mutating func line(_ a: Point, _ b: Point, reach: Float) {
        let columns = Self.pixels(min(a.x, b.x) - reach, max(a.x, b.x) + reach)
        let rows = Self.pixels(min(a.y, b.y) - reach, max(a.y, b.y) + reach)
        let dx = b.x - a.x
        let dy = b.y - a.y
        let length = dx * dx + dy * dy
        let inverse: Float = length > 0 ? 1 / length : 0
        for row in rows {
            let py = Float(row) + 0.5 - a.y
            for column in columns {
                let px = Float(column) + 0.5 - a.x
                let along = min(max((px * dx + py * dy) * inverse, 0), 1)
                let ex = px - along * dx
                let ey = py - along * dy
                let index = row * Self.side + column
                squares[index] = min(squares[index], ex * ex + ey * ey)
            }
        }
    }

    /// Draws a quadratic Bézier curve as `pieces` straight lines.
    mutating func curve(_ a: Point, _ control: Point, _ b: Point, pieces: Int, reach: Float) {
        var last = a
        for piece in 1...pieces {
            let t = Float(piece) / Float(pieces)
            let s = 1 - t
            let next = Point(
                s * s * a.x + 2 * s * t * control.x + t * t * b.x,
                s * s * a.y + 2 * s * t * control.y + t * t * b.y)
            line(last, next, reach: reach)
            last = next
        }
    }

    /// Calls `body` with every pixel's number and how much of it ink covers, where that is not 0.
    ///
    /// A pixel is covered in full `radius - 0.5` from the middle of the stroke, and not at all from
    /// `radius + 0.5` on.
    func forEachInked(radius: Float, _ body: (_ pixel: Int, _ coverage: Float) -> Void) {
        let limit = (radius + 0.5) * (radius + 0.5)
        for pixel in squares.indices where squares[pixel] < limit {
            body(pixel, min(radius + 0.5 - squares[pixel].squareRoot(), 1))
        }
    }

    /// The pixels whose middle lies between two coordinates.
    private static func pixels(_ low: Float, _ high: Float) -> Range<Int> {
        let first = max(0, Int((low - 0.5).rounded(.up)))
        let last = min(side - 1, Int((high - 0.5).rounded(.down)))
        return first <= last ? first..<last + 1 : 0..<0
    }
}
