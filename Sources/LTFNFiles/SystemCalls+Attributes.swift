import CSystem
import LTFNBytes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// Extended attributes: access lists, security labels, notes of users.
extension SystemCalls {
    /// The names of the attributes of the file at `path`; none where the file system has no
    /// attributes.
    static func attributeNames(path: String) -> [String] {
        let bytes = unsafe attribute { buffer, count in
            #if canImport(Darwin)
                unsafe listxattr(path, buffer, count, 0)
            #else
                unsafe listxattr(path, buffer, count)
            #endif
        }
        return (bytes ?? []).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// - Returns: nil for an attribute that cannot be read.
    static func attribute(_ name: String, path: String) -> [UInt8]? {
        unsafe attribute { buffer, count in
            #if canImport(Darwin)
                unsafe getxattr(path, name, buffer, count, 0, 0)
            #else
                unsafe getxattr(path, name, buffer, count)
            #endif
        }
    }

    static func setAttribute(
        _ descriptor: Int32, _ name: String, _ value: [UInt8]
    ) throws(SystemError) {
        let result = unsafe value.withUnsafeBytes { bytes in
            #if canImport(Darwin)
                unsafe fsetxattr(descriptor, name, bytes.baseAddress, bytes.count, 0, 0)
            #else
                unsafe fsetxattr(descriptor, name, bytes.baseAddress, bytes.count, 0)
            #endif
        }
        if result != 0 { throw SystemError(number: errno) }
    }

    /// What `call` writes into a buffer that is as long as it says first.
    private static func attribute(
        _ call: (_ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int
    ) -> [UInt8]? {
        let length = call(nil, 0)
        guard length > 0 else { return length < 0 ? nil : [] }
        var got = -1
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            got = unsafe call(
                UnsafeMutableRawPointer(buffer.baseAddress!).assumingMemoryBound(
                    to: CChar.self), length)
            count = min(max(got, 0), length)
        }
        return got < 0 ? nil : bytes
    }
}
