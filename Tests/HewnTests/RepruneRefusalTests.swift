import Foundation
import Hewn
import ONNXFormat
import ONNXTestSupport
import TestSupport
import Testing

/// What cannot be re-pruned, and arguments that do not fit.
@Suite struct RepruneRefusalTests {
  let files: RepruneCase

  init() throws { files = try RepruneCase() }

  private func expectRefusal(
    _ words: String, code: HewnError.Code = .invalidArgument, _ body: () throws -> Void
  ) {
    let error = #expect(throws: HewnError.self, "\(words)") { try body() }
    #expect(error?.code == code, "\(words): \(error as Any)")
    #expect(error?.description.contains(words) == true, "\(words): \(error as Any)")
  }

  @Test func models() throws {
    let model = try files.model()
    let plan = files.path("net.hewn")
    _ = try model.compile(CompileOptions(batch: 1), writingTo: plan)
    expectRefusal("net.hewn is a plan file") { _ = try Repruner(Model(contentsOf: plan)) }
    expectRefusal("the device reference has no costs") {
      _ = try Repruner(model, RepruneCase.options { $0.compile.device = .reference })
    }
    expectRefusal("no layer of the network") {
      _ = try Repruner(Model(bytes: TinyModel.sum), RepruneCase.options())
    }
    expectRefusal("no segments of 1024 rows") {
      _ = try Repruner(model, RepruneCase.options { $0.leastHeight = 1024 })
    }
    expectRefusal("warm-up and duration") {
      let options = RepruneCase.options { $0.benchmark.duration = .nan }
      _ = try Repruner(model, options).reprune(to: .zeros(50), calibration: nil)
    }
  }

  /// Before anything takes long, and without leaving anything.
  @Test func pathsThatCannotBeWritten() throws {
    let repruner = try Repruner(files.model(), RepruneCase.options())
    let (net, out) = (files.path("net.onnx"), files.path("out.onnx"))
    expectRefusal("is the model itself") { try repruner.checkPaths(output: net) }
    expectRefusal("is the model itself") { try repruner.checkPaths(output: out, masks: net) }
    expectRefusal("both the model and the masks") {
      try repruner.checkPaths(output: out, masks: out)
    }
    expectRefusal("No such file", code: .io) {
      try repruner.checkPaths(output: files.path("missing/out.onnx"))
    }
    expectRefusal("is a folder", code: .io) {
      try repruner.checkPaths(output: out, masks: files.folder)
    }
    try repruner.checkPaths(output: out, masks: files.path("out.safetensors"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.folder) == ["net.onnx"])
  }

  @Test func budgets() throws {
    let model = try files.model()
    let repruner = try Repruner(model, RepruneCase.options())
    let evaluation = try RepruneCase.evaluation(labelledBy: model)
    for (budget, words) in [
      (.accuracyDrop(.nan), "a drop of nan points"), (.accuracyDrop(-0.1), "give 0 to 100"),
      (.accuracyDrop(101), "give 0 to 100"), (.error(.nan), "an error of nan"),
      (.error(-1), "give 0 or more"), (.error(.infinity), "give 0 or more"),
      (.speedup(.nan), "a speed-up of nan"), (.speedup(0.5), "give 1 to 1000"),
      (.speedup(.infinity), "give 1 to 1000"), (.zeros(.nan), "nan % of zeros"),
      (.zeros(100.5), "give 0 to 100"), (.zeros(-1), "give 0 to 100"),
    ] as [(RepruneBudget, String)] {
      expectRefusal(words) {
        _ = try repruner.reprune(to: budget, calibration: nil, evaluation: evaluation)
      }
    }
    expectRefusal("whose classes are known") {
      _ = try repruner.reprune(
        to: .accuracyDrop(1), calibration: nil, evaluation: RepruneCase.calibration())
    }
  }

  @Test func images() throws {
    let model = try files.model()
    let repruner = try Repruner(model, RepruneCase.options())
    let good = try RepruneCase.calibration()
    let small = try RepruneImages([Tensor.random(shape: [4, 3, 7, 8], seed: 1)])
    let bytes = try RepruneImages([
      Tensor.random(shape: [4, 3, 8, 8], elementType: .uint8, seed: 1)
    ])
    for (calibration, evaluation, words) in [
      (small, nil, "4 images are float32[4×3×7×8]; input \"x\" takes"), (good, small, "4×3×7×8"),
      (bytes, nil, "uint8"), (try RepruneImages([]), nil, "no images"),
      (good, try RepruneImages([]), "no images"),
      (good, good.labelled([Int](repeating: 10, count: 24)), "an image has label 10"),
      (good, good.labelled([-1] + [Int](repeating: 0, count: 23)), "an image has label -1"),
      (good, good.labelled([Int](repeating: 10, count: 24)), "--loss squares"),
      (good, good.labelled([0, 1]), "2 labels for 24 images"),
    ] as [(RepruneImages, RepruneImages?, String)] {
      expectRefusal(words) {
        _ = try repruner.reprune(to: .zeros(50), calibration: calibration, evaluation: evaluation)
      }
    }
    let image = try RepruneCase.tensor(RepruneCase.pixels(2, seed: 1))
    expectRefusal("1 labels for 2 images") { _ = try RepruneImages([image], labels: [1]) }
    expectRefusal("the same extents") {
      _ = try RepruneImages([image, Tensor.random(shape: [4, 3, 7, 8], seed: 1)])
    }
    let nans = try RepruneImages([
      Tensor(shape: [2, 3, 8, 8], floats: [Float](repeating: .nan, count: 384))
    ])
    expectRefusal("not finite", code: .failedCheck) {
      _ = try repruner.reprune(to: .zeros(50), calibration: nans)
    }
  }

  /// Labels need class scores, and so do divergences.
  @Test func losses() throws {
    let model = try files.model()
    let squares = try Repruner(model, RepruneCase.options { $0.loss = .squares })
    let evaluation = try RepruneCase.evaluation(labelledBy: model)
    expectRefusal("by squares none is compared as such") {
      _ = try squares.reprune(to: .accuracyDrop(1), calibration: nil, evaluation: evaluation)
    }
    let map = RepruneCase.network().with { $0.graph.output = [ONNXValueInfoProto("c.r", nil)] }
    let images = try RepruneCase.calibration()
    let divergence = try Repruner(files.model(map), RepruneCase.options { $0.loss = .divergence })
    #expect(divergence.classOutput == nil)
    for evaluation in [nil, images] {
      expectRefusal("no output holds class scores") {
        _ = try divergence.reprune(to: .zeros(50), calibration: images, evaluation: evaluation)
      }
    }
    let byShape = try Repruner(files.model(map), RepruneCase.options())
    expectRefusal("--loss squares") {
      _ = try byShape.reprune(to: .zeros(50), calibration: images, evaluation: evaluation)
    }
  }

  /// Two inputs: images cannot be for both, but magnitudes need none.
  @Test func networksWithSeveralInputs() throws {
    let network = RepruneCase.network().with {
      $0.graph.input.append(ONNXValueInfoProto("z", ["N", "10"]))
      $0.graph.node.append(ONNXNodeProto("Add", ["scores", "z"], ["sum"], name: "sum"))
      $0.graph.output = [ONNXValueInfoProto("sum", nil)]
    }
    let repruner = try Repruner(files.model(network), RepruneCase.options())
    expectRefusal("the network has 2 inputs") { _ = try repruner.imageShape() }
    expectRefusal("1 tensors for 2 inputs") {
      _ = try repruner.reprune(to: .zeros(60), calibration: RepruneCase.calibration())
    }
    #expect(try repruner.reprune(to: .zeros(60), calibration: nil).report.budget?.isMet == true)
    let single = try Repruner(files.model(), RepruneCase.options())
    #expect(try single.imageShape() == [1, 3, 8, 8])
  }

  @Test func paths() throws {
    let model = try files.model()
    let before = try files.bytes("net.onnx")
    var found = try Repruner(model, RepruneCase.options()).reprune(to: .zeros(70), calibration: nil)
    let (net, out) = (files.path("net.onnx"), files.path("out.onnx"))
    expectRefusal("is the model itself") { try found.write(to: net) }
    expectRefusal("is the model itself") { try found.write(to: out, masks: net) }
    expectRefusal("both the model and the masks") { try found.write(to: out, masks: out) }
    #expect(!FileManager.default.fileExists(atPath: out))
    try found.write(to: out)
    let other = "\(files.folder)/./out.onnx"
    expectRefusal("both the model and the masks") { try found.write(to: out, masks: other) }
    #expect(try files.bytes("net.onnx") == before)
    expectRefusal("none/out.onnx", code: .io) { try found.write(to: files.path("none/out.onnx")) }
    #expect(found.report.file == out && found.report.masks == nil)
  }
}

extension RepruneImages {
  fileprivate func labelled(_ labels: [Int]) -> RepruneImages {
    RepruneImages(count: count, labels: labels, source: source, tensor: tensor)
  }
}
