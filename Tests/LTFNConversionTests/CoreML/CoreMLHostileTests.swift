import LTFNBytes
import LTFNCheckpoint
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

@Suite("Hostile models of Core ML") struct CoreMLHostileTests {
    private typealias Builder = CoreMLBuilder

    private let four: [Float] = [1, 2, 3, 4]

    @Test("a tensor has as many values as its layer says, in one field")
    func counts() throws {
        func code(_ shape: [UInt64], _ data: @escaping Builder.Fields) -> FormatError.Code? {
            Builder.error(Builder.model(layers: [Builder.constant("w", shape, data)]))?.code
        }
        let floats = Builder.floats(four)
        #expect(code([2, 2], floats) == nil)
        #expect(code([2, 3], floats) == .corrupt)
        #expect(code([], floats) == .corrupt)
        #expect(code([0], { _ in }) == nil)
        #expect(code([1], { _ in }) == .corrupt)
        #expect(code([.max], floats) == .limitExceeded)
        #expect(code([1 << 62, 4], floats) == .limitExceeded)
        #expect(code([1 << 40], floats) == .corrupt)
        #expect(code([UInt64](repeating: 1, count: 65), floats) == .limitExceeded)
        #expect(code([4], { $0.bytes(1, [0, 0, 0]) }) == .corrupt)
        #expect(
            code(
                [4],
                {
                    floats(&$0)
                    $0.bytes(2, [UInt8](repeating: 0, count: 8))
                }) == .corrupt)
    }

    @Test("values may stand in pieces, and one by one") func pieces() throws {
        let model = Builder.model(layers: [
            Builder.constant("w", [4]) { data in
                data.float(1, 1)
                Builder.floats([2, 3])(&data)
                data.varint(50, UInt64(1))
                data.float(1, 4)
            }
        ])
        let reader = try CoreMLFormat().open(MemorySource(model), limits: .standard)
        #expect(try reader.read(0).floats() == four)
        for start in 0...16 {
            let part = try reader.read(0, bytes: start..<16)
            #expect(
                part.copy(of: 0..<part.byteCount)
                    == Array(four.flatMap { Builder.bytes(UInt64($0.bitPattern), 4) }[start...]))
        }
        // So many pieces that their places would take more than the values.
        let many = Builder.model(layers: [
            Builder.constant("w", [100_000]) { data in
                for _ in 0..<100_000 { data.float(1, 1) }
            }
        ])
        #expect(Builder.error(many)?.code == .unsupportedFeature)
    }

    @Test("quantized values say of how many bits they are, and are as many") func quantized() {
        func code(_ bits: UInt64?, _ count: Int) -> FormatError.Code? {
            Builder.error(
                Builder.model(layers: [
                    Builder.constant("w", [10]) { data in
                        data.bytes(30, [UInt8](repeating: 1, count: count))
                        guard let bits else { return }
                        data.message(40) { $0.varint(1, bits) }
                    }
                ]))?.code
        }
        #expect(code(8, 10) == nil)
        #expect(code(3, 4) == nil)
        #expect(code(3, 3) == .corrupt)
        #expect(code(8, 9) == .corrupt)
        #expect(code(nil, 10) == .unsupportedFeature)
        #expect(code(0, 10) == .unsupportedFeature)
        #expect(code(.max, 10) == .unsupportedFeature)
    }

    @Test("networks within layers, models within models and blocks within operations end somewhere")
    func depth() {
        func nested(_ depth: Int) -> [UInt8] {
            var inner: [UInt8] = []
            for _ in 0..<depth {
                var writer = ProtobufWriter()
                writer.message(1) { layer in
                    layer.message(605) { $0.bytes(1, inner) }
                }
                inner = writer.bytes
            }
            var model = ProtobufWriter()
            model.varint(1, UInt64(4))
            model.message(2) { _ in }
            model.bytes(500, inner)
            return model.bytes
        }
        #expect(Builder.error(nested(20)) == nil)
        #expect(Builder.error(nested(5_000))?.code == .limitExceeded)
        func pipeline(_ depth: Int) -> [UInt8] {
            var inner = Builder.model { _ in }
            for _ in 0..<depth {
                var writer = ProtobufWriter()
                writer.varint(1, UInt64(4))
                writer.message(202) { $0.bytes(1, inner) }
                inner = writer.bytes
            }
            return inner
        }
        #expect(Builder.error(pipeline(20)) == nil)
        #expect(Builder.error(pipeline(5_000))?.code == .limitExceeded)
        func blocks(_ depth: Int) -> [UInt8] {
            var inner = ProtobufWriter()
            inner.string(1, "loop")
            for _ in 0..<depth {
                var writer = ProtobufWriter()
                writer.string(1, "loop")
                writer.message(4) { $0.bytes(3, inner.bytes) }
                inner = writer
            }
            return Builder.program([{ $0.append(inner) }])
        }
        #expect(Builder.error(blocks(20)) == nil)
        #expect(Builder.error(blocks(5_000))?.code == .limitExceeded)
    }

    @Test("a file says once what the model is, and of which version") func outline() {
        let model = Builder.model { _ in }
        #expect(Builder.error(model) == nil)
        #expect(Builder.error(model + model)?.code == .corrupt)
        #expect(Builder.error(Array(model.dropLast(3)))?.code == .truncated)
        #expect(Builder.error(Builder.model(version: 0) { _ in })?.code == .notThisFormat)
        var unknown = ProtobufWriter()
        unknown.varint(1, UInt64(4))
        unknown.message(2) { _ in }
        unknown.message(7_777) { _ in }
        #expect(Builder.error(unknown.bytes)?.code == .unsupportedFeature)
        #expect(Builder.error([])?.code != nil)
        let newer = Builder.model(version: 77) { _ in }
        let reader = try? CoreMLFormat().open(MemorySource(newer), limits: .standard)
        #expect(reader?.notes.contains { $0.contains("version 77") } == true)
    }

    @Test("layers of one name have each its own variables, and no graph takes one for the other")
    func duplicates() throws {
        let model = Builder.model(layers: [
            Builder.constant("w", [4], Builder.floats(four)),
            Builder.constant("w", [2], Builder.floats([5, 6])),
            Builder.constant("", [2], Builder.floats([7, 8])),
        ])
        let read = try Builder.read(model)
        #expect(read.manifest.variables.map(\.name.string) == ["layer_2", "w", "w~2"])
    }

    @Test("a record of names that is none, or does not fit, is told or passed over") func records()
        throws
    {
        func read(_ record: String) throws -> (names: [String], losses: [FormatLoss]) {
            let model = Builder.model(
                description: { description in
                    description.message(100) { metadata in
                        metadata.message(100) { entry in
                            entry.string(1, "ltfn.names")
                            entry.string(2, record)
                        }
                    }
                },
                { network in
                    for name in ["a", "b"] {
                        network.message(1, Builder.constant(name, [4], Builder.floats(four)))
                    }
                })
            let reader = try CoreMLFormat().open(MemorySource(model), limits: .standard)
            return (reader.manifest.variables.map(\.name.string), reader.losses)
        }
        #expect(try read(#"{"a": "x"}"#).names == ["b", "x"])
        #expect(try read(#"{"a": "b"}"#).names == ["b", "b~2"])
        #expect(try read(#"{"a": 7, "c": "y"}"#).names == ["a", "b"])
        #expect(try read("{").losses.map(\.subject) == [.name])
        #expect(try read(#"{"a": ""}"#).losses.map(\.subject) == [.name])
    }
}

// Programs and packages.
extension CoreMLHostileTests {
    private var eight: [UInt8] { [1, 2, 3, 4, 5, 6, 7, 8] }

    @Test("values of a program are as many as its shape says, in the field of their type")
    func immediates() throws {
        func code(
            _ type: UInt64, _ shape: [UInt64?], _ value: @escaping Builder.Fields
        ) -> FormatError.Code? {
            Builder.error(Builder.program([Builder.constant("w", type: type, shape, value)]))?.code
        }
        func bytes(_ bytes: [UInt8]) -> Builder.Fields {
            Builder.immediate(7) { $0.bytes(1, bytes) }
        }
        #expect(code(10, [4], bytes(eight)) == nil)
        #expect(code(10, [5], bytes(eight)) == .corrupt)
        #expect(code(10, [nil], bytes(eight)) == .unsupportedFeature)
        #expect(code(99, [4], bytes(eight)) == .unsupportedFeature)
        #expect(code(11, [.max], bytes(eight)) == .limitExceeded)
        #expect(code(38, [10], bytes(eight)) == nil)
        #expect(code(38, [11], bytes(eight)) == .corrupt)
        #expect(code(11, [2], { _ in }) == .corrupt)
        #expect(code(11, [0], { _ in }) == nil)
        let ints = Builder.immediate(2) { $0.bytes(1, [1, 0x80, 1]) }
        #expect(code(23, [2], ints) == nil)
        #expect(code(23, [3], ints) == .corrupt)
        #expect(code(11, [2], ints) == .corrupt)
        let cut = Builder.immediate(2) { $0.bytes(1, [1, 0x80]) }
        #expect(code(23, [2], cut) == .truncated)
        let model = Builder.program([Builder.constant("w", type: 23, [2], ints)])
        #expect(try Builder.read(model).array("w") == [1, 0, 0, 0, 128, 0, 0, 0])
    }

    @Test("the model and the files of weights of a package lie below its folder")
    func outside() {
        let model = Builder.program([])
        for path in ["../a.mlmodel", "a/../../b", "/etc/passwd", "", "a//b", "."] {
            let manifest = Builder.manifest.replacing("com.apple.CoreML/model.mlmodel", with: path)
            let error = Builder.error(package: Builder.package(model, manifest: manifest))
            #expect(error?.code == .corrupt, "\(path)")
        }
        let (weights, offsets) = Builder.weights([(1, eight)])
        for file in [
            "@model_path/../x", "@model_path//x", "@model_path/", "@model_path/../../../etc/passwd",
        ] {
            let model = Builder.program([
                Builder.constant("w", type: 10, [4], Builder.blob(offsets[0], file))
            ])
            let error = Builder.error(package: Builder.package(model, weights: weights))
            #expect(error?.code == .corrupt, "\(file)")
        }
        for file in ["/etc/passwd", "weights/weight.bin", ""] {
            let model = Builder.program([
                Builder.constant("w", type: 10, [4], Builder.blob(offsets[0], file))
            ])
            let error = Builder.error(package: Builder.package(model, weights: weights))
            #expect(error?.code == .unsupportedFeature, "\(file)")
        }
    }

    @Test(
        "a manifest that does not lead to a model is refused",
        arguments: [
            "", "[]", "{}", #"{"fileFormatVersion": "1.0.0"}"#,
            #"{"fileFormatVersion": "1.0.0", "rootModelIdentifier": "a", "itemInfoEntries": {}}"#,
            #"{"fileFormatVersion": "1.0.0", "rootModelIdentifier": 7, "itemInfoEntries": {}}"#,
            #"{"fileFormatVersion": "2.0.0", "rootModelIdentifier": "a"}"#,
        ])
    func manifests(manifest: String) {
        let error = Builder.error(
            package: Builder.package(Builder.program([]), manifest: manifest))
        #expect(error != nil)
        #expect(error?.path == "Manifest.json")
        #expect([.corrupt, .truncated, .unsupportedVersion].contains(error?.code))
    }

    @Test("values of a file of weights are within it, as described, and apart or the same")
    func blobs() throws {
        let (weights, offsets) = Builder.weights([(1, eight), (2, eight)])
        func error(
            _ places: [(UInt64, type: UInt64)], _ weights: [UInt8]
        ) -> FormatError? {
            let model = Builder.program(
                places.enumerated().map { number, place in
                    Builder.constant(
                        "w\(number)", type: place.type, [place.type == 10 ? 4 : 2],
                        Builder.blob(place.0))
                })
            return Builder.error(package: Builder.package(model, weights: weights))
        }
        #expect(error([(offsets[0], 10), (offsets[1], 11)], weights) == nil)
        #expect(error([(offsets[0], 10), (offsets[0], 10)], weights) == nil)
        #expect(error([(offsets[0], 11)], weights)?.code == .corrupt)
        #expect(error([(0, 10)], weights)?.code == .corrupt)
        #expect(error([(65, 10)], weights)?.code == .corrupt)
        #expect(error([(.max, 10)], weights)?.code == .truncated)
        #expect(error([(UInt64(weights.count), 10)], weights)?.code == .truncated)
        #expect(error([(offsets[0], 10)], Array(weights.prefix(80)))?.code == .truncated)
        #expect(error([(offsets[0], 10)], [])?.code == .truncated)
        var other = weights
        other[4] = 1
        #expect(error([(offsets[0], 10)], other)?.code == .unsupportedVersion)
        let overlap =
            Array(weights[..<192])
            + Builder.record(type: 1, byteCount: 8, start: offsets[0] + 68)
            + [UInt8](repeating: 0, count: 64)
        #expect(error([(offsets[0], 10), (192, 10)], overlap)?.code == .corrupt)
        let far =
            Array(weights[..<192]) + Builder.record(type: 1, byteCount: 8, start: .max)
        #expect(error([(192, 10)], far)?.code == .truncated)
        let long =
            Array(weights[..<192]) + Builder.record(type: 1, byteCount: .max, start: 64)
        #expect(error([(192, 10)], long)?.code == .truncated)
        #expect(error([(offsets[0], 10)], weights)?.path == nil)
        let missing = Builder.program([Builder.constant("w", type: 10, [4], Builder.blob(64))])
        #expect(Builder.error(package: Builder.package(missing))?.code == .io)
    }

    @Test("tensors of one record are tied") func ties() throws {
        let (weights, offsets) = Builder.weights([(1, eight)])
        let model = Builder.program(
            ["a", "b"].map { Builder.constant($0, type: 10, [4], Builder.blob(offsets[0])) })
        let read = try Builder.read(package: Builder.package(model, weights: weights))
        #expect(read.manifest[try VariableName("b")]?.tiedTo?.string == "a")
        #expect(try read.array("a") == eight)
    }

    @Test("a compiled model is refused, and what to name instead is said") func compiled() {
        let files = MemoryFileSet(["coremldata.bin": [1], "model.espresso.net": []], name: "x")
        let error = formatError { () throws(FormatError) in
            try ModelFile(files)
        }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains(".mlpackage") == true)
    }
}
