import LTFNBytes
import LTFNFormat

private let three = Draft.three

/// `three` with another record in the chunk table.
private func recording(_ record: [UInt8]) -> Draft {
    changing(three) { $0.table = [record] }
}

/// Sixteen f32 values in a chunk with those stored bytes.
private func planed(_ stored: [UInt8], codec: UInt8 = 2) -> Draft {
    .single(
        dtype: 16, shape: [16], values: [UInt8](repeating: 0, count: 64), codec: codec,
        stored: stored)
}

private func planeHead(_ mode: UInt32, _ count: UInt32) -> [UInt8] { Draft.u32(mode << 30 | count) }

/// Four planes of which the first has that head and body, and the others are zero.
private func firstPlane(_ head: [UInt8], _ body: [UInt8]) -> Draft {
    planed(
        head + (0..<3).flatMap { _ in planeHead(1, 1) } + body + [0, 0, 0])
}

/// Sixteen f32 values, all zero at first, with those stored bytes as residual.
private func changed(_ stored: [UInt8]) -> Draft {
    let zeros = SHA256.digest([UInt8](repeating: 0, count: 64)).bytes
    return .single(
        dtype: 16, shape: [16], values: [UInt8](repeating: 0, count: 64), codec: 4,
        stored: stored, initializer: Draft.initializer(1, digest: zeros), features: 1)
}

/// `three` with its values in a base file.
private let relative = changing(three) {
    $0.chunks = []
    $0.bases = [[UInt8](repeating: 1, count: 32)]
    $0.table = [Draft.chunk(5)]
    $0.features = 2
}

extension InvalidCase {
    static let chunks = [
        InvalidCase(
            "D1", "codec", .unsupportedFeature, at: three.tableOffset,
            recording(Draft.chunk(8, [1, 2, 3], at: 64))),
        InvalidCase(
            "D2", "reserved", at: three.tableOffset,
            recording(Draft.chunk(0, [1, 2, 3], at: 64, reserved: 1))),
        InvalidCase(
            "D2", "base-of-a-raw-chunk", at: three.tableOffset,
            recording(Draft.chunk(0, [1, 2, 3], at: 64, base: 1))),
        InvalidCase(
            "D2", "no-such-base", at: three.tableOffset,
            changing(three) {
                $0.chunks = []
                $0.table = [Draft.chunk(5)]
                $0.features = 2
            }
        ).moved(by: -3),
        InvalidCase(
            "D3", "raw-byte-count", at: three.tableOffset,
            recording(Draft.chunk(0, [1, 2], at: 64))),
        InvalidCase(
            "D3", "constant-byte-count", at: three.tableOffset,
            recording(Draft.chunk(1, [1, 2], at: 64))),
        InvalidCase(
            "D3", "planes-not-smaller", at: three.tableOffset,
            recording(Draft.chunk(2, [1, 2, 3], at: 64))),
        InvalidCase(
            "D3", "planes-without-bytes", at: three.tableOffset, recording(Draft.chunk(2, at: 64))),
        InvalidCase(
            "D3", "huge", at: three.tableOffset,
            recording(Draft.chunk(0, [1, 2, 3], at: 64, byteCount: .max))),
        InvalidCase(
            "D3", "initial-with-offset", at: Draft.untrained.tableOffset + 1,
            changing(Draft.untrained) {
                $0.variables[0].storage = [0, 20]
                $0.table = [Draft.chunk(3, at: 64)]
            }),
        InvalidCase(
            "D4", "no-such-chunk", at: three.tableOffset - 3,
            changing(three) {
                $0.chunks = []
                $0.table = [Draft.chunk(7, at: 1)]
            }),
        InvalidCase(
            "D4", "itself", at: three.tableOffset - 3,
            changing(three) {
                $0.chunks = []
                $0.table = [Draft.chunk(7, at: 0)]
            }),
        InvalidCase(
            "D4", "another-byte-count", at: three.tableOffset + 54 + 24,
            changing(three) {
                $0.variables.append(Draft.variable(Array("x".utf8), shape: [4]))
                $0.table.append(Draft.chunk(7, at: 0))
            }
        ).moved(by: -6),
        InvalidCase(
            "D4", "relative-to-a-base", at: relative.tableOffset + 24,
            changing(relative) {
                $0.variables.append(Draft.variable(Array("x".utf8)))
                $0.table.append(Draft.chunk(7, at: 0))
            }
        ).moved(by: Draft.variable(Array("x".utf8)).byteCount),
        InvalidCase(
            "D5", "no-initial-values", at: three.tableOffset - 3,
            changing(three) {
                $0.chunks = []
                $0.table = [Draft.chunk(3)]
            }),
        InvalidCase(
            "D6", "stored-bytes", .checksumMismatch, at: 64, .read,
            changing(three) { $0.chunks = [1, 2, 4] }),
        InvalidCase(
            "D7", "behind-the-index", at: three.tableOffset,
            recording(Draft.chunk(0, [1, 2, 3], at: 1 << 40))),
        InvalidCase(
            "D7", "overflow", at: three.tableOffset,
            recording(Draft.chunk(0, [1, 2, 3], at: .max))),
        InvalidCase(
            "D8", "expansion", .limitExceeded, at: nil, .read,
            .single(
                dtype: 10, shape: [1 << 20], values: [7], codec: 1, stored: [7])
        ).limited(["expandedByteCount": 1000]),
    ]

    static let codecs = [
        InvalidCase("C2", "mode-3", at: 64, .read, firstPlane(planeHead(3, 1), [0])),
        InvalidCase("C2", "raw-byte-count", at: 64, .read, firstPlane(planeHead(0, 15), [0])),
        InvalidCase(
            "C2", "constant-byte-count", at: 64, .read, firstPlane(planeHead(1, 2), [0, 0])),
        InvalidCase(
            "C2", "deflate-not-smaller", at: 64, .read,
            firstPlane(planeHead(2, 16), [UInt8](repeating: 0, count: 16))),
        InvalidCase(
            "C3", "not-deflate", at: 80, .read,
            firstPlane(planeHead(2, 4), [0xFF, 0xFF, 0xFF, 0xFF])),
        // 0x4B 0x04 0x00: a fixed block that holds one "a".
        InvalidCase(
            "C3", "too-few-bytes", at: 80, .read, firstPlane(planeHead(2, 3), [0x4B, 0x04, 0x00])),
        InvalidCase(
            "C4", "heads-cut", at: 64, .read, planed([0, 0, 0, 0])),
        InvalidCase(
            "C4", "left-over", at: 64, .read,
            planed((0..<4).flatMap { _ in planeHead(1, 1) } + [0, 0, 0, 0, 0])),
        InvalidCase(
            "C4", "residual-cut", at: 64, .read, changed(planeHead(0, 16) + [0, 0])),
        InvalidCase(
            "C6", "symbol", at: 64, .read, changed(planeHead(1, 1) + [33])),
        InvalidCase(
            "C7", "tails-missing", at: 69, .read, changed(planeHead(1, 1) + [9])),
        InvalidCase(
            "C7", "tails-left-over", at: 69, .read, changed(planeHead(1, 1) + [1, 0])),
        InvalidCase(
            "C7", "unused-bits", at: 84, .read,
            changed(
                planeHead(0, 16) + [2] + [UInt8](repeating: 0, count: 15) + [2])),
        InvalidCase(
            "C9", "no-base", .unsupportedFeature, at: nil, .read,
            changing(three) {
                $0.bases = [[UInt8](repeating: 1, count: 32)]
                $0.chunks = []
                $0.table = []
                $0.variables = [Draft.variable(Array("w".utf8), storage: [2, 0, 0])]
                $0.features = 2
            }),
    ]

    private func moved(by distance: Int) -> InvalidCase {
        var copy = self
        copy.offset = offset.map { $0 + distance }
        return copy
    }
}
