/// The counter-based generator Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, §4.3).
package struct Philox: Sendable {
    /// The low and the high word.
    let key: (UInt32, UInt32)

    package init(seed: UInt64) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    }

    /// The four words at a counter of 128 bits, `low` first.
    package func block(low: UInt64, high: UInt64) -> [UInt32] {
        var counter = [low & 0xFFFF_FFFF, low >> 32, high & 0xFFFF_FFFF, high >> 32]
            .map { UInt32($0) }
        var key = key
        for _ in 0..<10 {
            let first = counter[0].multipliedFullWidth(by: 0xD251_1F53)
            let second = counter[2].multipliedFullWidth(by: 0xCD9E_8D57)
            counter = [
                second.high ^ counter[1] ^ key.0, second.low,
                first.high ^ counter[3] ^ key.1, first.low,
            ]
            key.0 &+= 0x9E37_79B9
            key.1 &+= 0xBB67_AE85
        }
        return counter
    }
}
