/// The Kolmogorov–Smirnov distance of two distributions, of as many numbers each: the largest
/// distance of their distribution functions.
///
/// Up to 32,768 numbers are sorted. Of more, the functions are taken at the ends of `FloatPlace`s,
/// in 8 MiB whatever their count: that is exact for float16, bfloat16 and narrower floats; else it
/// is at most too small by the share of the numbers that are in one place.
struct DistributionDistance {
    /// So many are sorted.
    static let sortedCount = 32_768
    private var numbers: ([Double], [Double]) = ([], [])
    /// How many numbers of the first side, less those of the second, are in each place.
    private var balance: [Int] = []
    private var count = 0

    /// Adds a finite number to each side.
    mutating func add(_ first: Double, _ second: Double) {
        count += 1
        guard count > Self.sortedCount else {
            numbers.0.append(first)
            numbers.1.append(second)
            return
        }
        if balance.isEmpty { countSorted() }
        balance[FloatPlace(of: first).index] += 1
        balance[FloatPlace(of: second).index] -= 1
    }

    private mutating func countSorted() {
        balance = [Int](repeating: 0, count: FloatPlace.count)
        for number in numbers.0 { balance[FloatPlace(of: number).index] += 1 }
        for number in numbers.1 { balance[FloatPlace(of: number).index] -= 1 }
        numbers = ([], [])
    }

    /// nil without numbers.
    var distance: Double? {
        guard count > 0 else { return nil }
        var (sum, largest) = (0, 0)
        if balance.isEmpty {
            let (a, b) = (numbers.0.sorted(), numbers.1.sorted())
            var (i, j) = (0, 0)
            while i < a.count, j < b.count {
                let next = min(a[i], b[j])
                while i < a.count, a[i] == next { i += 1 }
                while j < b.count, b[j] == next { j += 1 }
                largest = max(largest, abs(i - j))
            }
        }
        for step in balance {
            sum += step
            largest = max(largest, abs(sum))
        }
        return Double(largest) / Double(count)
    }
}
