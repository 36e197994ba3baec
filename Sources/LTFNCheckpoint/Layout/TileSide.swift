import LTFNBytes

/// The rows or the columns of all tiles of a box: some axes whole, and equal parts of the last.
///
/// Equal parts have the same places, which are listed once; only the last part may be shorter.
struct TileSide {
    typealias Places = (source: ElementPlaces, target: ElementPlaces)

    struct Part {
        /// Where it begins.
        var source: Int
        var target: Int
        var places: Places
    }

    let parts: [Part]

    /// - Parameters:
    ///   - axes: the first of them fastest.
    ///   - limit: how many places a part has at most, if the axes but the last have no more.
    init(_ axes: [StridedBox.Axis], limit: Int) {
        guard let last = axes.last else {
            parts = [Part(source: 0, target: 0, places: Self.places([]))]
            return
        }
        let unit = axes.dropLast().reduce(1) { $0 * $1.count }
        let partCount = (last.count - 1) / max(1, limit / unit) + 1
        let count = (last.count - 1) / partCount + 1
        func places(_ count: Int) -> Places {
            var axes = axes
            axes[axes.count - 1].count = count
            return Self.places(axes)
        }
        let whole = places(count)
        let rest = last.count % count == 0 ? whole : places(last.count % count)
        parts = stride(from: 0, to: last.count, by: count).map { first in
            Part(
                source: first * last.source, target: first * last.target,
                places: first + count <= last.count ? whole : rest)
        }
    }

    private static func places(_ axes: [StridedBox.Axis]) -> Places {
        var (source, target) = ([0], [0])
        for axis in axes {
            let unit = source.count
            for step in 1..<max(axis.count, 1) {
                for place in 0..<unit {
                    source.append(source[place] + step * axis.source)
                    target.append(target[place] + step * axis.target)
                }
            }
        }
        return (ElementPlaces(source), ElementPlaces(target))
    }
}
