import CSystem
import LTFNBytes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SystemCalls {
    /// Copies bytes from file to file without bringing them into this process.
    ///
    /// - Returns: how many were copied to where `target` stands; 0 at the end of the file, and
    ///   where the system cannot do it: then they are to be read and written.
    static func copy(
        _ source: Int32, at offset: UInt64, byteCount: Int, to target: Int32
    ) throws(SystemError) -> Int {
        #if os(Linux)
            guard var position = Int64(exactly: offset) else {
                throw SystemError(number: EOVERFLOW)
            }
            do throws(SystemError) {
                return try retrying {
                    unsafe ltfn_copy_file_range(source, &position, target, UInt(byteCount))
                }
            } catch {
                if [EINVAL, ENOSYS, EOPNOTSUPP, EXDEV, EBADF].contains(error.number) { return 0 }
                throw error
            }
        #else
            return 0
        #endif
    }
}
