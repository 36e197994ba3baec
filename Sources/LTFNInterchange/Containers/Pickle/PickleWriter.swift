import LTFNBytes
import LTFNCheckpoint

/// Writes a pickle of protocol 2, instruction by instruction.
///
/// Names of classes and strings that come again are kept and recalled.
struct PickleWriter {
    private var writer = ByteWriter()
    private var kept: [ByteString: UInt32] = [:]

    init() {
        op(.proto)
        writer.u8(2)
    }

    /// The pickle, which ends with the value on top of the stack.
    var bytes: [UInt8] { writer.bytes + [PickleOpcode.stop.rawValue] }

    mutating func op(_ opcode: PickleOpcode) {
        writer.u8(opcode.rawValue)
    }

    mutating func bool(_ value: Bool) {
        op(value ? .newTrue : .newFalse)
    }

    /// - Parameter value: 0 or more.
    mutating func int(_ value: Int) {
        if let value = UInt8(exactly: value) {
            op(.binInt1)
            writer.u8(value)
        } else if let value = UInt16(exactly: value) {
            op(.binInt2)
            writer.u16(value)
        } else if let value = Int32(exactly: value) {
            op(.binInt)
            writer.u32(UInt32(bitPattern: value))
        } else {
            op(.long1)
            writer.u8(8)
            writer.u64(UInt64(bitPattern: Int64(value)))
        }
    }

    mutating func text(_ text: String) {
        op(.binUnicode)
        writer.u32(UInt32(truncatingIfNeeded: text.utf8.count))
        writer.string(text)
    }

    /// A text that comes again.
    mutating func word(_ text: String) {
        keep(text) { $0.text(text) }
    }

    mutating func global(_ module: String, _ name: String) {
        keep("\(module)\n\(name)\n") {
            $0.op(.global)
            $0.writer.string("\(module)\n\(name)\n")
        }
    }

    mutating func ints(_ values: [Int]) {
        op(.mark)
        for value in values { int(value) }
        op(.tuple)
    }

    private mutating func keep(_ key: String, _ write: (inout PickleWriter) -> Void) {
        let key = ByteString(key)
        if let number = kept[key] {
            op(.longBinGet)
            writer.u32(number)
            return
        }
        write(&self)
        let number = UInt32(kept.count)
        kept[key] = number
        op(.longBinPut)
        writer.u32(number)
    }
}
