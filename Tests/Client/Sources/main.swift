import LTFN

// Carries out the tasks of the documentation in the folder that is named, and says what came out.
guard CommandLine.arguments.count == 2 else { fatalError("usage: client FOLDER") }
let folder = CommandLine.arguments[1]

try writeCheckpoint(to: folder + "/new.ltfn")
let values = try readTensor(at: folder + "/new.ltfn")
let (tensors, _) = try readAll(at: folder + "/new.ltfn")
let stored = try view(at: folder + "/new.ltfn")
print("read", values.count, tensors.count, stored.info.shape)

// Images of a bright row or column, whose place is the class.
var pixels = [UInt8](repeating: 0, count: 1_000 * 64)
let labels = (0..<1_000).map { UInt8($0 * 7 % 10) }
for (image, label) in labels.enumerated() {
    for step in 0..<8 {
        let place = label < 5 ? Int(label) * 8 + step : step * 8 + Int(label) - 5
        pixels[image * 64 + place] = UInt8(150 + (image * 13 + step * 29) % 100)
    }
}
try trainNetwork(pixels: pixels, labels: labels, savingTo: folder + "/mine.ltfn")
let image = Array(pixels[999 * 64..<1_000 * 64])
let label = try classify(image, withModelAt: folder + "/mine.ltfn")
print("class", label, "of", labels[999])
