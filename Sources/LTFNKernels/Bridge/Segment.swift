/// Stages that a few images go through one after the other, before the next few follow, so that
/// what one stage makes is still in the cache when the next one takes it.
struct Segment: Sendable {
    let stages: Range<Int>
    /// Images that go through together; the last of a block may be up to half as many more or
    /// fewer.
    let imageCount: Int

    /// Bytes of the largest tensor that the images of a segment may make together: with its
    /// neighbours and the tiles of a chunk it stays within a second-level cache.
    private static let tensorByteCount = 450_000

    /// Cuts the stages where the images become smaller.
    static func segments(of drafts: [StageDraft], blockCount: Int) -> [Segment] {
        var segments: [Segment] = []
        var first = 0
        for index in drafts.indices {
            let last = index + 1 == drafts.count
            guard last || drafts[index].endsSegment || drafts[index + 1].isDense else { continue }
            segments.append(
                Segment(
                    stages: first..<(index + 1),
                    imageCount: imageCount(drafts[first...index], blockCount: blockCount)))
            first = index + 1
        }
        return segments
    }

    private static func imageCount(_ drafts: ArraySlice<StageDraft>, blockCount: Int) -> Int {
        if drafts.contains(where: \.isDense) { return blockCount }
        let largest = drafts.map(\.largestCount).max() ?? 1
        return min(blockCount, max(1, tensorByteCount / (4 * largest)))
    }

    /// Images that go through together, at most.
    var mostImages: Int { imageCount + imageCount / 2 }

    /// Calls `body` for the images that go through together of `count` images.
    func forEachGroup(of count: Int, _ body: (_ images: Range<Int>) -> Void) {
        var first = 0
        while first < count {
            let left = count - first
            let images = left <= mostImages ? left : imageCount
            body(first..<(first + images))
            first += images
        }
    }
}
