/// The values below which shares of many numbers lie, by linear interpolation between the two that
/// are nearest, as NumPy's `percentile` has it.
///
/// Up to 65,536 numbers are sorted. More are counted in `FloatPlace`s, 12 MiB whatever their count,
/// and those in a place are taken to stand evenly between the least and the largest that was seen
/// there: float16, bfloat16 and narrower dtypes come out as they are, others within 2^-11 of
/// themselves.
struct QuantileCollector: Sendable {
    private static let sortedCount = 65_536
    private var numbers: [Double] = []
    private var places: [Place] = []
    private var count = 0

    /// What is known of the numbers in a place.
    private struct Place {
        var count = 0
        var least = UInt16.max
        var largest = UInt16.min

        mutating func add(_ offset: UInt16, count added: Int) {
            count += added
            least = min(least, offset)
            largest = max(largest, offset)
        }
    }

    /// Adds a finite number.
    mutating func add(_ number: Double, count added: Int = 1) {
        let (total, overflow) = count.addingReportingOverflow(added)
        guard !overflow else { return }
        count = total
        if places.isEmpty {
            if total <= Self.sortedCount {
                for _ in 0..<added { numbers.append(number) }
                return
            }
            places = [Place](repeating: Place(), count: FloatPlace.count)
            for number in numbers { addToPlace(number, count: 1) }
            numbers = []
        }
        addToPlace(number, count: added)
    }

    private mutating func addToPlace(_ number: Double, count added: Int) {
        let place = FloatPlace(of: number)
        places[place.index].add(place.offset, count: added)
    }

    /// - Parameters:
    ///   - shares: 0 to 1.
    ///   - low: the least of the numbers.
    ///   - high: the largest.
    /// - Returns: a number for each share; none without numbers.
    func values(at shares: [Double], from low: Double, to high: Double) -> [Double] {
        guard count > 0 else { return [] }
        let ranks = shares.map { $0 * Double(count - 1) }
        let wanted = ranks.flatMap { rank in
            let below = min(Int(rank), count - 1)
            return [below, min(below + 1, count - 1)]
        }
        let found = places.isEmpty ? sorted(wanted) : counted(wanted, low, high)
        return ranks.indices.map { index in
            let (a, b) = (found[2 * index], found[2 * index + 1])
            let part = ranks[index] - ranks[index].rounded(.down)
            // From the nearer end, as NumPy does it; halves, as the distance may overflow.
            let step = b / 2 - a / 2
            return part < 0.5 ? a + step * part * 2 : b - step * (1 - part) * 2
        }
    }

    private func sorted(_ ranks: [Int]) -> [Double] {
        let sorted = numbers.sorted()
        return ranks.map { sorted[$0] }
    }

    private func counted(_ ranks: [Int], _ low: Double, _ high: Double) -> [Double] {
        var found = [Double](repeating: 0, count: ranks.count)
        var (below, next) = (0, 0)
        let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
        for (index, place) in places.enumerated() where place.count > 0 {
            while next < order.count, ranks[order[next]] < below + place.count {
                let share = (Double(ranks[order[next]] - below) + 0.5) / Double(place.count)
                found[order[next]] = Self.value(at: share, place, index, low, high)
                next += 1
            }
            below += place.count
        }
        return found
    }

    /// The number at a share of the way through a place.
    private static func value(
        at share: Double, _ place: Place, _ index: Int, _ low: Double, _ high: Double
    ) -> Double {
        let ends = (
            FloatPlace.number(at: index, place.least), FloatPlace.number(at: index, place.largest)
        )
        // Beyond the range of a float32.
        guard ends.0.isFinite, ends.1.isFinite else { return ends.0 < 0 ? low : high }
        let (start, end) = (min(ends.0, ends.1), max(ends.0, ends.1))
        return min(max(start + (end - start) * share, low), high)
    }
}
