import CKernels

/// How a 3×3 convolution with stride 1 is cut into Winograd's tiles.
struct WinogradPlan {
    let forward: ck_winograd
    /// The convolution with the transposed kernel that makes the gradient to the input.
    let transposed: ck_winograd

    /// Whether the kernels can do the convolution this way.
    static func suits(_ geometry: ConvolutionGeometry) -> Bool {
        let channels = Int(CK_WINOGRAD_CHANNELS)
        return [geometry.vertical, geometry.horizontal].allSatisfy {
            $0.extent == 3 && $0.stride == 1
        } && geometry.input.channels % channels == 0 && geometry.output.channels % channels == 0
    }

    /// Whether the kernels can do the pooling with the convolution before it.
    static func suits(_ pooling: PoolingGeometry) -> Bool {
        [pooling.vertical, pooling.horizontal].allSatisfy {
            $0.extent == 2 && $0.stride == 2 && $0.before == 0 && $0.after == 0
        }
    }

    /// - Parameters:
    ///   - pooling: one that `suits`, which follows at once.
    ///   - images: those that go through together.
    init(
        _ geometry: ConvolutionGeometry, pooling: PoolingGeometry?,
        _ purpose: NetworkPlan.Purpose, images: Int
    ) {
        let shape = ck_winograd(geometry)
        var transposed = shape
        (transposed.in_h, transposed.in_w, transposed.in_c) = (
            shape.out_h, shape.out_w, shape.out_c
        )
        (transposed.out_h, transposed.out_w, transposed.out_c) = (
            shape.in_h, shape.in_w, shape.in_c
        )
        (transposed.pad_top, transposed.pad_left) = (2 - shape.pad_top, 2 - shape.pad_left)
        // Tiles of 6 and 7 make a few times the rounding error of tiles of 4: not while training.
        let tiles: [Int32] = purpose == .gradients ? [4] : [4, 6, 7]
        var forward = shape.cut(tiles, images: images)
        if let pooling {
            forward.pool_h = Int32(pooling.output.height)
            forward.pool_w = Int32(pooling.output.width)
        }
        self.forward = forward
        self.transposed = transposed.cut(tiles, images: images)
    }
}

extension ck_winograd {
    fileprivate init(_ geometry: ConvolutionGeometry) {
        let window = ck_window(geometry)
        self.init()
        (in_h, in_w, in_c) = (window.in_h, window.in_w, window.in_c)
        (out_h, out_w, out_c) = (window.out_h, window.out_w, window.out_c)
        (pad_top, pad_left) = (window.pad_top, window.pad_left)
    }

    /// The cut with the fewest multiplications for `images` images.
    fileprivate func cut(_ tiles: [Int32], images: Int) -> ck_winograd {
        var best = cut(tile: tiles[0], height: 1, width: 1)
        var least = best.multiplications(images: images)
        for tile in tiles {
            for height: Int32 in 1...4 {
                for width: Int32 in 1...6 where Int(height * width) < 2 * images {
                    let candidate = cut(tile: tile, height: height, width: width)
                    let cost = candidate.multiplications(images: images)
                    if cost < least { (best, least) = (candidate, cost) }
                }
            }
        }
        return best
    }

    private func cut(tile: Int32, height: Int32, width: Int32) -> ck_winograd {
        var result = self
        result.tile = tile
        (result.mosaic_h, result.mosaic_w) = (height, width)
        // The padding after is out + 2 − in − the padding before.
        result.pitch_h = in_h + max(pad_top, out_h + 2 - in_h - pad_top)
        result.pitch_w = in_w + max(pad_left, out_w + 2 - in_w - pad_left)
        result.tiles_h = ((height - 1) * result.pitch_h + out_h + tile - 1) / tile
        result.tiles_w = ((width - 1) * result.pitch_w + out_w + tile - 1) / tile
        // As many tiles as leave their points in a second-level cache, but enough to make it worth
        // while to read the kernel.
        let bytes = 4 * Int(tile + 2) * Int(tile + 2) * (Int(in_c) + Int(out_c))
        result.chunk = Int32(min(max(900_000 / bytes, 16), 48))
        return result
    }

    /// Multiplications for each pair of channels, in the tiles that touch any of the images.
    private func multiplications(images: Int) -> Int {
        let each = Int(mosaic_h * mosaic_w)
        let (whole, rest) = images.quotientAndRemainder(dividingBy: each)
        let points = Int(tile + 2) * Int(tile + 2)
        return points * (whole * tiles(touching: each) + (rest > 0 ? tiles(touching: rest) : 0))
    }

    /// Tiles of one mosaic that touch its first `images` images.
    private func tiles(touching images: Int) -> Int {
        let rows = firstImages(tiles_h, pitch_h, out_h)
        let columns = firstImages(tiles_w, pitch_w, out_w)
        return rows.reduce(0) { sum, row in
            sum + columns.count { row * Int(mosaic_w) + $0 < images }
        }
    }

    /// The first image that each tile along one axis touches.
    private func firstImages(_ tiles: Int32, _ pitch: Int32, _ length: Int32) -> [Int] {
        (0..<tiles).map { index in
            let start = index * tile
            return Int(start % pitch < length ? start / pitch : start / pitch + 1)
        }
    }

    var kernelCount: Int {
        var copy = self
        return Int(unsafe ck_winograd_kernel_count(&copy))
    }

    func scratchCount(images: Int) -> Int {
        var copy = self
        return Int(unsafe ck_winograd_scratch(&copy, Int64(images)))
    }

    /// Floats of the sums of the gradient to the kernel.
    var sumCount: Int { Int(tile + 2) * Int(tile + 2) * Int(in_c) * Int(out_c) }
}
