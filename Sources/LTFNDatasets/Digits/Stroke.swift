/// A point of a drawing; x to the right, y down.
struct Point {
    var x: Float
    var y: Float

    init(_ x: Float, _ y: Float) {
        self.x = x
        self.y = y
    }
}

/// One movement of the pen: a start, and curves that each continue the one before.
struct Stroke {
    /// Where the pen is set down, then for every curve its control point and its end.
    let points: [Point]

    /// A curve for each pair of `curves`: control point and end; a line has its middle as control.
    init(_ start: (Float, Float), _ curves: [Curve]) {
        var points = [Point(start.0, start.1)]
        for curve in curves {
            let last = points[points.count - 1]
            switch curve {
            case .line(let x, let y):
                points.append(Point((last.x + x) * 0.5, (last.y + y) * 0.5))
                points.append(Point(x, y))
            case .bend(let controlX, let controlY, let x, let y):
                points.append(Point(controlX, controlY))
                points.append(Point(x, y))
            }
        }
        self.points = points
    }

    enum Curve {
        case line(Float, Float)
        /// A quadratic Bézier curve: control point, end.
        case bend(Float, Float, Float, Float)
    }
}

/// The ways in which each digit is written, in a box from (0, 0) to (1, 1).
enum DigitShapes {
    /// Ten lists; every list holds the ways to write one digit, each a list of strokes.
    static let all: [[[Stroke]]] = [
        zero, one, two, three, four, five, six, seven, eight, nine,
    ]

    private static let zero: [[Stroke]] = [
        [
            Stroke(
                (0.5, 0),
                [
                    .bend(0.12, 0, 0.12, 0.5), .bend(0.12, 1, 0.5, 1), .bend(0.88, 1, 0.88, 0.5),
                    .bend(0.88, 0, 0.5, 0),
                ])
        ],
        [
            Stroke(
                (0.62, 0.04),
                [
                    .bend(0.2, 0.02, 0.14, 0.52), .bend(0.12, 1, 0.48, 1),
                    .bend(0.86, 0.98, 0.88, 0.48), .bend(0.88, 0.06, 0.5, 0.08),
                ])
        ],
    ]

    private static let one: [[Stroke]] = [
        [Stroke((0.5, 0), [.line(0.5, 1)])],
        [Stroke((0.3, 0.2), [.line(0.54, 0), .line(0.54, 1)])],
        [
            Stroke((0.3, 0.22), [.line(0.52, 0), .line(0.52, 1)]),
            Stroke((0.28, 1), [.line(0.76, 1)]),
        ],
    ]

    private static let two: [[Stroke]] = [
        [
            Stroke(
                (0.14, 0.25),
                [
                    .bend(0.2, 0, 0.5, 0), .bend(0.86, 0.02, 0.82, 0.32),
                    .bend(0.76, 0.6, 0.12, 1), .line(0.9, 1),
                ])
        ],
        [
            Stroke(
                (0.16, 0.2),
                [
                    .bend(0.3, 0, 0.54, 0), .bend(0.86, 0.04, 0.78, 0.36),
                    .bend(0.66, 0.72, 0.36, 0.94), .bend(0.1, 1.06, 0.14, 0.84),
                    .bend(0.24, 0.68, 0.5, 0.88), .bend(0.72, 1.04, 0.94, 0.9),
                ])
        ],
    ]

    private static let three: [[Stroke]] = [
        [
            Stroke(
                (0.16, 0.14),
                [
                    .bend(0.3, 0, 0.5, 0), .bend(0.84, 0.02, 0.8, 0.26),
                    .bend(0.76, 0.48, 0.4, 0.48), .bend(0.88, 0.48, 0.88, 0.74),
                    .bend(0.86, 1, 0.48, 1), .bend(0.24, 1, 0.1, 0.84),
                ])
        ],
        [
            Stroke(
                (0.14, 0.02),
                [
                    .line(0.8, 0.02), .line(0.44, 0.42), .bend(0.88, 0.4, 0.88, 0.72),
                    .bend(0.86, 1, 0.48, 1), .bend(0.24, 1, 0.1, 0.86),
                ])
        ],
    ]

    private static let four: [[Stroke]] = [
        [
            Stroke((0.22, 0.02), [.bend(0.16, 0.3, 0.12, 0.54), .line(0.9, 0.54)]),
            Stroke((0.74, 0.02), [.line(0.7, 1)]),
        ],
        [Stroke((0.68, 1), [.line(0.68, 0), .line(0.1, 0.66), .line(0.94, 0.66)])],
    ]

    private static let five: [[Stroke]] = [
        [
            Stroke(
                (0.84, 0.02),
                [
                    .line(0.26, 0.02), .line(0.2, 0.44), .bend(0.46, 0.32, 0.66, 0.42),
                    .bend(0.9, 0.56, 0.82, 0.8), .bend(0.7, 1.04, 0.4, 1),
                    .bend(0.22, 0.98, 0.12, 0.86),
                ])
        ],
        [
            Stroke(
                (0.28, 0.06),
                [
                    .line(0.24, 0.46), .bend(0.84, 0.36, 0.82, 0.7), .bend(0.78, 1.02, 0.44, 1),
                    .bend(0.24, 0.98, 0.14, 0.9),
                ]),
            Stroke((0.28, 0.06), [.line(0.88, 0.03)]),
        ],
    ]

    private static let six: [[Stroke]] = [
        [
            Stroke(
                (0.72, 0),
                [
                    .bend(0.24, 0.16, 0.14, 0.62), .bend(0.12, 1, 0.5, 1),
                    .bend(0.86, 1, 0.86, 0.72), .bend(0.84, 0.48, 0.52, 0.48),
                    .bend(0.24, 0.5, 0.15, 0.7),
                ])
        ],
        [
            Stroke(
                (0.36, 0),
                [
                    .bend(0.12, 0.4, 0.16, 0.72), .bend(0.22, 1, 0.52, 1),
                    .bend(0.84, 1, 0.82, 0.74), .bend(0.74, 0.5, 0.48, 0.58),
                    .bend(0.26, 0.66, 0.24, 0.86),
                ])
        ],
    ]

    private static let seven: [[Stroke]] = [
        [Stroke((0.1, 0.04), [.line(0.88, 0.04), .bend(0.54, 0.5, 0.42, 1)])],
        [Stroke((0.12, 0.16), [.line(0.14, 0.03), .line(0.86, 0.03), .line(0.44, 1)])],
        [
            Stroke((0.12, 0.04), [.line(0.86, 0.04), .bend(0.6, 0.46, 0.44, 1)]),
            Stroke((0.32, 0.5), [.line(0.84, 0.48)]),
        ],
    ]

    private static let eight: [[Stroke]] = [
        [
            Stroke(
                (0.5, 0.46),
                [
                    .bend(0.16, 0.38, 0.2, 0.2), .bend(0.24, 0, 0.5, 0), .bend(0.78, 0, 0.8, 0.2),
                    .bend(0.82, 0.38, 0.5, 0.46), .bend(0.12, 0.56, 0.14, 0.76),
                    .bend(0.18, 1, 0.5, 1), .bend(0.84, 1, 0.86, 0.76),
                    .bend(0.86, 0.56, 0.5, 0.46),
                ])
        ],
        [
            Stroke(
                (0.8, 0.12),
                [
                    .bend(0.6, -0.04, 0.36, 0.04), .bend(0.1, 0.2, 0.4, 0.42),
                    .bend(0.9, 0.62, 0.8, 0.86), .bend(0.66, 1.04, 0.34, 0.98),
                    .bend(0.08, 0.86, 0.3, 0.62), .bend(0.56, 0.4, 0.82, 0.1),
                ])
        ],
    ]

    private static let nine: [[Stroke]] = [
        [
            Stroke(
                (0.82, 0.26),
                [
                    .bend(0.78, 0, 0.5, 0), .bend(0.16, 0.02, 0.16, 0.3),
                    .bend(0.18, 0.54, 0.48, 0.54), .bend(0.76, 0.52, 0.82, 0.24),
                    .line(0.76, 1),
                ])
        ],
        [
            Stroke(
                (0.82, 0.2),
                [
                    .bend(0.7, -0.02, 0.46, 0.02), .bend(0.14, 0.08, 0.16, 0.34),
                    .bend(0.22, 0.56, 0.5, 0.5), .bend(0.78, 0.42, 0.82, 0.18),
                    .bend(0.92, 0.64, 0.66, 0.92), .bend(0.5, 1.04, 0.28, 0.96),
                ])
        ],
    ]
}
