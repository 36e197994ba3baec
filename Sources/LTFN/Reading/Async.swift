import LTFNBytes
import LTFNParallel

// The same reads for sources that are slow, a store behind a network among them: they wait on a
// thread of their own, and hold up no task of Swift's.

extension ModelFile {
    /// Opens a file that a slow source gives.
    ///
    /// - Throws: as `init(source:name:_:)`.
    public static func open(
        source: any ByteSource, name: String, _ options: Options = Options()
    ) async throws(FormatError) -> ModelFile {
        try await onOwnThread { () throws(FormatError) in
            try ModelFile(source: source, name: name, options)
        }
    }

    /// Opens the file at a path, which may lie on a slow disk.
    ///
    /// - Throws: as `init(_:_:registry:)`.
    public static func open(
        _ path: String, _ options: Options = Options()
    ) async throws(FormatError) -> ModelFile {
        try await onOwnThread { () throws(FormatError) in try ModelFile(path, options) }
    }

    /// `tensors()`, on a thread of its own.
    ///
    /// - Throws: as `tensors()`.
    public func tensors() async throws(FormatError) -> [String: TensorData] {
        try await onOwnThread { () throws(FormatError) in
            let tensors: () throws(FormatError) -> [String: TensorData] = tensors
            return try tensors()
        }
    }
}

extension StoredTensor {
    /// `tensor()`, on a thread of its own.
    ///
    /// - Throws: as `tensor()`.
    public func tensor() async throws(FormatError) -> TensorData {
        try await onOwnThread { () throws(FormatError) in
            let read: () throws(FormatError) -> TensorData = tensor
            return try read()
        }
    }

    /// `floats()`, on a thread of its own.
    ///
    /// - Throws: as `floats()`.
    public func floats() async throws(FormatError) -> [Float] {
        try await onOwnThread { () throws(FormatError) in
            let read: () throws(FormatError) -> [Float] = floats
            return try read()
        }
    }
}

/// Where no thread is to be had, `body` runs where it stands.
private func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws(FormatError) -> Value
) async throws(FormatError) -> Value {
    let result = await withCheckedContinuation { continuation in
        let work: @Sendable () -> Void = {
            do throws(FormatError) {
                continuation.resume(returning: Result<Value, FormatError>.success(try body()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        if !Workers.shared.start(work) { work() }
    }
    return try result.get()
}
