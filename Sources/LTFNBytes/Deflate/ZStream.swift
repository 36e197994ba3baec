private import CZlib

/// zlib's stream, on the heap, where zlib's own pointer back to it stays valid.
///
/// Input and output are borrowed for one call each; zlib keeps no pointer to them in between that
/// it would follow.
@safe final class ZStream {
    enum Purpose {
        case inflating
        case deflating(level: Int, strategy: DeflateStrategy)
    }

    enum Status {
        /// The compressed stream is complete.
        case end
        /// The input is used up, or the output full.
        case more
        /// The input is not what it should be; zlib's words for it.
        case failed(String)
    }

    struct Progress {
        var consumed = 0
        var produced = 0
        var status = Status.more
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private let isInflating: Bool

    init(_ purpose: Purpose, framing: DeflateFraming) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let byteCount = unsafe Int32(MemoryLayout<z_stream>.size)
        let result: Int32
        switch purpose {
        case .inflating:
            isInflating = true
            result = unsafe inflateInit2_(stream, framing.windowBits, ZLIB_VERSION, byteCount)
        case .deflating(let level, let strategy):
            isInflating = false
            // Memory level 9: the longest blocks, so the fewest code tables.
            result = unsafe deflateInit2_(
                stream, Int32(clamping: level), Z_DEFLATED, framing.windowBits, 9,
                strategy.number, ZLIB_VERSION, byteCount)
        }
        // All arguments are in range: what remains is memory, whose lack stops Swift too.
        precondition(result == Z_OK, "zlib could not be started")
    }

    deinit {
        _ = unsafe isInflating ? inflateEnd(stream) : deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Makes the stream ready for new input.
    func reset() {
        _ = unsafe isInflating ? inflateReset(stream) : deflateReset(stream)
    }

    /// Goes on until the stream ends or fails, the input is used up or the output full. When
    /// deflating, `input` is all there is.
    func run(_ input: RawSpan, into output: inout MutableRawSpan) -> Progress {
        unsafe input.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target in
                unsafe run(source, into: target)
            }
        }
    }

    private func run(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Progress {
        var progress = Progress()
        while true {
            let before = progress
            let windows = unsafe (
                UnsafeRawBufferPointer(rebasing: input[progress.consumed...]),
                UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...])
            )
            unsafe step(windows.0, windows.1, &progress)
            guard case .more = progress.status else { return progress }
            let stuck =
                progress.consumed == before.consumed && progress.produced == before.produced
            if stuck { return progress }
        }
    }

    /// zlib counts with 32 bits: one call sees at most 1 GiB of each side.
    private func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer,
        _ progress: inout Progress
    ) {
        let (inputCount, outputCount) = (min(input.count, 1 << 30), min(output.count, 1 << 30))
        // zlib refuses null pointers, even for nothing.
        var nothing: UInt8 = 0
        let result = unsafe withUnsafeMutablePointer(to: &nothing) { nothing in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    ?? UnsafePointer(nothing))
            unsafe stream.pointee.next_out =
                output.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing
            unsafe stream.pointee.avail_in = UInt32(inputCount)
            unsafe stream.pointee.avail_out = UInt32(outputCount)
            let flush = inputCount == input.count ? Z_FINISH : Z_NO_FLUSH
            return unsafe isInflating
                ? inflate(stream, outputCount == output.count ? flush : Z_NO_FLUSH)
                : deflate(stream, flush)
        }
        unsafe progress.consumed += inputCount - Int(stream.pointee.avail_in)
        unsafe progress.produced += outputCount - Int(stream.pointee.avail_out)
        switch result {
        case Z_STREAM_END: progress.status = .end
        case Z_OK, Z_BUF_ERROR: progress.status = .more
        case Z_NEED_DICT: progress.status = .failed("a preset dictionary is asked for")
        default:
            let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            progress.status = .failed(words ?? "zlib reports error \(result)")
        }
    }
}

extension DeflateFraming {
    fileprivate var windowBits: Int32 {
        switch self {
        case .raw: -15
        case .zlib: 15
        case .gzip: 31
        }
    }
}

extension DeflateStrategy {
    fileprivate var number: Int32 {
        switch self {
        case .default: Z_DEFAULT_STRATEGY
        case .huffmanOnly: Z_HUFFMAN_ONLY
        case .rle: Z_RLE
        }
    }
}
