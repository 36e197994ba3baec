import FuzzSupport

#if canImport(Glibc)
    import Glibc
#endif

/// libFuzzer's own changes, in place: returns the new byte count.
@_silgen_name("LLVMFuzzerMutate")
private func libFuzzerMutate(
    _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ maximum: Int
) -> Int

/// The foreign format that LTFN_FUZZ_FORMAT names; nil: `.ltfn` is looked at.
private let foreign: ForeignClaims? = {
    guard let name = unsafe getenv("LTFN_FUZZ_FORMAT") else { return nil }
    guard let claims = unsafe ForeignClaims(String(cString: name)) else {
        fatalError("There is no format of that name.")
    }
    return claims
}()

/// Looks at one file. A claim that does not hold ends the process, and libFuzzer keeps the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    let broken =
        if let foreign { foreign.firstBroken(by: bytes) } else { Claims.firstBroken(by: bytes) }
    if let sentence = broken { fatalError(sentence) }
    return 0
}

/// Changes a file so that its checksums are mostly right.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
    _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ maximum: Int, _ seed: UInt32
) -> Int {
    if foreign != nil { return unsafe libFuzzerMutate(data, count, maximum) }
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    var mutator = Mutator(
        seed: UInt64(seed), maximumByteCount: maximum, changeBytes: changeBytes)
    return unsafe store(mutator.mutate(bytes), data, maximum)
}

/// Makes one file out of two.
@_cdecl("LLVMFuzzerCustomCrossOver")
public func cross(
    _ first: UnsafePointer<UInt8>, _ firstCount: Int, _ second: UnsafePointer<UInt8>,
    _ secondCount: Int, _ output: UnsafeMutablePointer<UInt8>, _ maximum: Int, _ seed: UInt32
) -> Int {
    let file = unsafe [UInt8](UnsafeBufferPointer(start: first, count: firstCount))
    let other = unsafe [UInt8](UnsafeBufferPointer(start: second, count: secondCount))
    var mutator = Mutator(
        seed: UInt64(seed), maximumByteCount: maximum, changeBytes: changeBytes)
    return unsafe store(mutator.cross(file, with: other), output, maximum)
}

private func changeBytes(_ bytes: [UInt8], _ maximum: Int) -> [UInt8] {
    guard maximum > 0 else { return bytes }
    var target = bytes + [UInt8](repeating: 0, count: max(0, maximum - bytes.count))
    let count = unsafe target.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return 0 }
        return unsafe libFuzzerMutate(start, min(bytes.count, maximum), maximum)
    }
    return Array(target.prefix(count))
}

private func store(
    _ bytes: [UInt8], _ output: UnsafeMutablePointer<UInt8>, _ maximum: Int
) -> Int {
    let count = min(bytes.count, maximum)
    for index in 0..<count { unsafe output[index] = bytes[index] }
    return count
}
