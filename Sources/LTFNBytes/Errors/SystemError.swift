#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The operating system's error number.
package struct SystemError: Error {
    package let number: Int32
    /// What is more exact than the number, as the end of a sentence.
    package var reason: String?

    package init(number: Int32, reason: String? = nil) {
        self.number = number
        self.reason = reason
    }
}

extension SystemError {
    package static let exists = EEXIST
    package static let noMemory = ENOMEM
    package static let denied = EACCES
    package static let notPermitted = EPERM
    package static let missing = ENOENT
    package static let directory = EISDIR
    package static let notSeekable = ESPIPE
    package static let invalid = EINVAL
    package static let notSupported = ENOTSUP
    package static let readOnly = EROFS
    package static let tooManyLinks = ELOOP
    package static let noReader = ENXIO

    /// What the number means, as the end of a sentence.
    package var explanation: String {
        if let reason { return reason }
        return switch number {
        case ENOENT: "there is no such file or directory"
        case EACCES, EPERM: "permission is denied"
        case EISDIR: "it is a folder"
        case ENOTDIR: "a part of its path is not a folder"
        case ENOSPC: "the disk is full"
        case EDQUOT: "the disk quota is used up"
        case EFBIG: "the file would exceed the size limit"
        case EIO: "the device reports an input/output error"
        case EROFS: "the file system is read-only"
        case EEXIST: "it exists already"
        case ENAMETOOLONG: "the name is too long"
        case ELOOP: "its symbolic links lead round in a circle"
        case EMFILE, ENFILE: "too many files are open"
        case EPIPE: "the reader at the other end has gone"
        case ENXIO: "it is a socket, or a device that is not there"
        case ENODEV: "there is no such device"
        case ETXTBSY: "it is a program that is running"
        case EWOULDBLOCK: "another process is adding to it"
        case EINTR: "signals interrupt it again and again"
        case EBADF: "it is not open"
        case ENOMEM: "memory is short"
        default: "the operating system reports error \(number)"
        }
    }
}
