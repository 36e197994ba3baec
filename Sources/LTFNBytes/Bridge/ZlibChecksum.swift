private import CZlib

/// CRC-32 as zlib computes it.
enum ZlibChecksum {
    static func crc32(_ bytes: RawSpan, continuing crc: UInt32) -> UInt32 {
        unsafe bytes.withUnsafeBytes { buffer in
            // A null pointer would ask zlib for the start value instead.
            guard let start = buffer.baseAddress, buffer.count > 0 else { return crc }
            // `buffer` lives until this returns; zlib reads `buffer.count` bytes and keeps nothing.
            let result = unsafe crc32_z(
                uLong(crc), start.assumingMemoryBound(to: Bytef.self), z_size_t(buffer.count))
            return UInt32(truncatingIfNeeded: result)
        }
    }
}
