/// A string that is compared, ordered and hashed by its UTF-8 bytes.
///
/// `String` compares by canonical equivalence, under which two different names can be equal.
public struct ByteString: Hashable, Comparable, Sendable {
    public let string: String

    public init(_ string: String) {
        var copy = string
        copy.makeContiguousUTF8()
        self.string = copy
    }

    public static func == (left: ByteString, right: ByteString) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    public static func < (left: ByteString, right: ByteString) -> Bool {
        left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(string.utf8.count)
        for byte in string.utf8 { hasher.combine(byte) }
    }
}

extension ByteString: CustomStringConvertible {
    public var description: String { string }
}
