import LTFNBytes

/// The rows or the columns of all tiles of a box: some axes whole, and equal parts of the last.
///
/// Equal parts have the same places, which are listed once; only the last part may be shorter.
struct TileSide {
    typealias Places = (before: ElementPlaces, behind: ElementPlaces)

    struct Part {
        /// Where it begins.
        var before: Int
        var behind: Int
        var places: Places
    }

    let parts: [Part]

    /// - Parameters:
    ///   - axes: the first of them fastest.
    ///   - limit: how many places a part has at most, if the axes but the last have no more.
    init(_ axes: [TurnedBox.Axis], limit: Int) {
        guard let last = axes.last else {
            parts = [Part(before: 0, behind: 0, places: Self.places([]))]
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
                before: first * last.before, behind: first * last.behind,
                places: first + count <= last.count ? whole : rest)
        }
    }

    private static func places(_ axes: [TurnedBox.Axis]) -> Places {
        var (before, behind) = ([0], [0])
        for axis in axes {
            let unit = before.count
            for step in 1..<max(axis.count, 1) {
                for place in 0..<unit {
                    before.append(before[place] + step * axis.before)
                    behind.append(behind[place] + step * axis.behind)
                }
            }
        }
        return (ElementPlaces(before), ElementPlaces(behind))
    }
}
