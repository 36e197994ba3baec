import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport

extension Programs {
    /// Runs a program of this build, without a terminal and in a UTF-8 locale.
    static func run(_ program: String, _ arguments: String..., in folder: TemporaryFolder? = nil)
        -> Outcome
    {
        run(program, arguments, in: folder)
    }

    static func run(_ program: String, _ arguments: [String], in folder: TemporaryFolder?)
        -> Outcome
    {
        launch(product(program), arguments, in: folder)
    }

    /// Runs a line of the shell in which `$BIN` is the folder of this build's programs.
    static func shell(_ line: String, in folder: TemporaryFolder) -> Outcome {
        launch("/bin/sh", ["-c", line], in: folder)
    }

    private static func launch(
        _ path: String, _ arguments: [String], in folder: TemporaryFolder?
    ) -> Outcome {
        run(
            path, arguments, in: folder?.url,
            environment: ["LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "BIN": directory.path])
    }
}

/// A classifier of 4×4 images in three classes: class c is the one whose pixel c is the brightest.
enum TinyModel {
    static let side = 4

    static func checkpoint(graph hasGraph: Bool = true, side: Int = side) throws -> Checkpoint {
        let weights = try VariableName("weights")
        let bias = try VariableName("bias")
        var values = [Float](repeating: 0, count: side * side * 3)
        for index in 0..<min(3, side * side) { values[index * 3 + index] = 8 }
        let tensors = [
            try TensorData(shape: [3], floats: [0, 0, 0]),
            try TensorData(shape: [side * side, 3], floats: values),
        ]
        let graph = ModelGraph(
            name: "tiny", input: .init(shape: try TensorShape([side, side, 1]), scale: 1.0 / 255),
            layers: [
                Layer(name: "flatten", operation: .flatten),
                Layer(name: "logits", operation: .dense(weights: weights, bias: bias)),
            ])
        let manifest = try Manifest(
            variables: [
                VariableInfo(
                    name: bias, tensor: tensors[0].info,
                    initializer: InitializerSpec(recipe: .zeros)),
                VariableInfo(name: weights, tensor: tensors[1].info),
            ], graph: hasGraph ? graph : nil)
        return try Checkpoint(manifest: manifest, tensors: tensors)
    }

    /// The bytes of an `.ltfn` file.
    static func file(graph: Bool = true, side: Int = side) throws -> [UInt8] {
        let sink = MemorySink()
        try NativeFormat().write(checkpoint(graph: graph, side: side), to: sink)
        return sink.bytes
    }

    /// An IDX file of images, each of the class given.
    static func images(_ classes: [Int], side: Int = side) -> [UInt8] {
        var file = ByteWriter()
        file.append([0, 0, 8, 3])
        for extent in [classes.count, side, side] { file.u32BigEndian(UInt32(extent)) }
        for index in classes {
            var pixels = [UInt8](repeating: 10, count: side * side)
            pixels[index] = 250
            file.append(pixels)
        }
        return file.bytes
    }

    /// An IDX file of labels.
    static func labels(_ classes: [UInt8]) -> [UInt8] {
        var file = ByteWriter()
        file.append([0, 0, 8, 1])
        file.u32BigEndian(UInt32(classes.count))
        file.append(classes)
        return file.bytes
    }

    /// A folder with a model, ten images and their labels, one of them wrong.
    static func folder() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        try folder.write(file(), "model.ltfn")
        try folder.write(images([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]), "test-images.idx")
        try folder.write(labels([0, 1, 2, 0, 1, 2, 0, 1, 2, 1]), "test-labels.idx")
        return folder
    }
}
