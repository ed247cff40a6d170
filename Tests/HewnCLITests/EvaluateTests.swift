import Foundation
import Hewn
import HewnCLI
import TestSupport
import Testing

/// `hewn evaluate` on sets and a network made in the test.
///
/// The network's scores are x / 255 and 1 − x / 255 of the only pixel, so that bright pictures are of
/// class 0.
@Suite struct EvaluateTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(TinyModel.brightness, to: "brightness.onnx")
  }

  private func evaluate(_ arguments: String...) -> Captured {
    Captured.run(
      ["evaluate", workspace.file("brightness.onnx"), "--device", "reference", "--threads", "2"]
        + ["--preprocess", "unit", "--channels", "gray"] + arguments)
  }

  private func entry(_ name: String, _ values: [UInt8]) -> TinyZIP.Entry {
    TinyZIP.Entry(
      name, TinyPNG.bytes(width: values.count, height: 1, channels: 1, samples: values))
  }

  /// Five pictures of class 0, two of them dark, and four of class 1, one of them bright.
  private var entries: [TinyZIP.Entry] {
    let bright = [200, 255, 140, 20, 3].enumerated().map { ("bright/\($0)", UInt8($1)) }
    let dark = [0, 100, 129, 50].enumerated().map { ("dark/\($0)", UInt8($1)) }
    return (bright + dark).map { entry("\($0).png", [$1]) }
  }

  private func write(_ entries: [TinyZIP.Entry], to name: String = "set.zip") throws -> String {
    try workspace.write(TinyZIP(entries).bytes, to: name)
    return workspace.file(name)
  }

  @Test(arguments: ["1", "2", "4", "9", "50"]) func countsInBatches(_ batch: String) throws {
    let path = try write(entries)
    let result = evaluate("--images", path, "--batch", batch, "--json")
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let report = try JSONDecoder().decode(EvaluateReport.self, from: Data(result.output.utf8))
    #expect(report.top1 == Proportion(count: 6, of: 9))
    #expect(report.images == .init(source: "set.zip", count: 9))
    #expect(report.plan.batch == Int(batch) && report.top5 == nil)
    #expect((report.seconds ?? 0) > 0)
  }

  @Test func choosesTheBatch() throws {
    let path = try write(entries)
    let free = try Workspace.json(evaluate("--images", path, "--json").output)
    #expect((free["plan"] as? [String: Any])?["batch"] as? Int == 9, "as many as there are images")
    let fixed = try Workspace.json(
      evaluate("--images", path, "--json", "--shape", "x=3x1x1x1").output)
    #expect((fixed["plan"] as? [String: Any])?["batch"] as? Int == 3)
  }

  @Test func evaluatesFoldersListsAndArrays() throws {
    for entry in entries {
      let folder = entry.name.hasPrefix("b") ? "set/bright" : "set/dark"
      try FileManager.default.createDirectory(
        atPath: workspace.file(folder), withIntermediateDirectories: true)
      try workspace.write(entry.stored, to: "set/" + entry.name)
    }
    let folder = evaluate("--images", workspace.file("set"))
    #expect(folder.status == 0, "\(folder.errors)")
    for words in ["9 images of set, 2 classes", "top-1", "66.7 %", "batch 9", "ms per image"] {
      #expect(folder.output.contains(words), "\(words) in \(folder.output)")
    }
    try workspace.write(Array("dark\nbright\n".utf8), to: "classes.txt")
    let named = evaluate(
      "--images", workspace.file("set"), "--classes", workspace.file("classes.txt"), "--json")
    #expect(try Workspace.json(named.output)["top1"] as? [String: Any] != nil)
    #expect(named.output.contains("\"count\" : 3"), "\(named.output)")

    try workspace.write(Array("0 bright/0.png\n1 bright/1.png\n".utf8), to: "labels.txt")
    let listed = evaluate(
      "--images", workspace.file("set"), "--labels", workspace.file("labels.txt"), "--json")
    #expect(listed.errors.contains("7 images without a label"), "\(listed.errors)")
    #expect(try Workspace.json(listed.output)["top1"] as? [String: Any] != nil)
    #expect(listed.output.contains("\"accuracy\" : 0.5"))

    let x = try Tensor(shape: [4, 1, 1], elementType: .uint8, bytes: [255, 0, 255, 255])
    let y = try Tensor(shape: [4], elementType: .uint8, bytes: [0, 1, 0, 1])
    let arrays = try write(
      [TinyZIP.Entry("x.npy", x.npy()), TinyZIP.Entry("y.npy", y.npy())], to: "set.npz")
    #expect(evaluate("--images", arrays, "--json").output.contains("\"accuracy\" : 0.75"))
  }

  @Test func limitsEvenly() throws {
    let json = try Workspace.json(
      evaluate("--images", try write(entries), "--limit", "3", "--json").output)
    // bright/0, bright/3 and dark/1.
    #expect((json["top1"] as? [String: Any])?["count"] as? Int == 2)
    #expect((json["images"] as? [String: Any])?["count"] as? Int == 3)
  }

  @Test func skipsBadImagesWhereAsked() throws {
    var bad = entries
    bad[0].stored[40] ^= 1
    bad[8].stored = Array("nonsense".utf8)
    bad[8].byteCount = 8
    bad[8].storedByteCount = 8
    bad[8].checksum = Checksum.crc32(bad[8].stored)
    let path = try write(bad)
    let strict = evaluate("--images", path)
    #expect(strict.status == 3)
    #expect(strict.errors.contains("bright/0.png: "), "\(strict.errors)")
    let lenient = evaluate("--images", path, "--skip-bad", "--json")
    #expect(lenient.status == 0)
    #expect(lenient.errors.contains("left out: \(path), dark/3.png: "), "\(lenient.errors)")
    #expect(lenient.errors.contains("2 of 9 images cannot be decoded"), "\(lenient.errors)")
    let images = try Workspace.json(lenient.output)["images"] as? [String: Any]
    #expect(images?["count"] as? Int == 7 && images?["skipped"] as? Int == 2)

    let none = evaluate("--images", try write([bad[0], bad[8]]), "--skip-bad")
    #expect(none.status == 3)
    #expect(none.errors.contains("none of the images can be decoded"), "\(none.errors)")
  }

  @Test func explainsWhatDoesNotFit() throws {
    let model = workspace.file("brightness.onnx")
    let set = try write(entries)
    let third = try write(entries + [entry("third/0.png", [1])], to: "third.zip")
    let unlabelled = try write([entry("a.png", [1])], to: "unlabelled.zip")
    try workspace.write(Array("2 bright/0.png".utf8), to: "labels.txt")
    let cases: [([String], Int32, String)] = [
      ([model], 2, "--images"),
      ([model, "--images", workspace.file("none.zip"), "--channels", "gray"], 5, "none.zip"),
      ([model, "--images", model, "--channels", "gray"], 3, "not a ZIP archive"),
      ([model, "--images", unlabelled, "--channels", "gray"], 2, "--labels FILE"),
      ([model, "--images", third, "--channels", "gray"], 2, "3 folders for the 2 classes"),
      (
        [model, "--images", set, "--channels", "gray", "--labels", workspace.file("labels.txt")],
        2, "bright/0.png has label 2"
      ),
      ([model, "--images", set], 2, "--channels gray"),
      ([model, "--images", set, "--channels", "gray", "--output", "z"], 2, "no output \"z\""),
      ([model, "--images", set, "--channels", "gray", "--crop", "2"], 2, "bright/0.png"),
      ([model, "--images", set, "--limit", "0"], 2, "--limit"),
      ([model, "--images", set, "--labels", "a", "--classes", "b"], 2, "not both"),
      ([workspace.model, "--images", set], 2, "N×C×H×W"),
    ]
    for (arguments, status, words) in cases {
      let result = Captured.run(["evaluate"] + arguments + ["--device", "reference"])
      #expect(result.status == status, "\(arguments): \(result)")
      #expect(result.errors.contains(words), "\(arguments): \(result.errors)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func keepsChunksInMemory() {
    #expect(EvaluateCommand.chunkCount(batch: 1, inputByteCount: 1000) == 64)
    #expect(EvaluateCommand.chunkCount(batch: 48, inputByteCount: 1000) == 96)
    #expect(EvaluateCommand.chunkCount(batch: 200, inputByteCount: 1000) == 200)
    #expect(EvaluateCommand.chunkCount(batch: 2, inputByteCount: 1 << 26) == 4)
    #expect(EvaluateCommand.chunkCount(batch: 2, inputByteCount: 1 << 40) == 2)
  }
}
