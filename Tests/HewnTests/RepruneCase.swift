import Foundation
import Hewn
import ONNXFormat
import ONNXTestSupport
import PlanFiles
import struct Tensors.SplitMix64
import Testing

/// A small sparse network, and images for it.
///
///     x → a (BatchNormalization, no bias) → b (bias) → c (no bias) → mean → fc → scores
///
/// `fc` has no zeros.
final class RepruneCase {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "hewn-reprune-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }

  // MARK: Network

  static let (channels, classCount) = (16, 10)
  static let imageShape = [3, 8, 8]
  /// The weights that may be re-pruned.
  static let weights = ["a.w", "b.w", "c.w"]

  static func tensor(
    _ name: String, _ dims: [Int], density: Float = 1, in range: ClosedRange<Float> = -1...1,
    scale: Float = 1
  ) -> ONNXTensorProto {
    // Seeded by the name, whose hash value differs from run to run.
    var random = SplitMix64(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    let (middle, radius) = (
      (range.lowerBound + range.upperBound) / 2, (range.upperBound - range.lowerBound) / 2
    )
    let values = (0..<dims.reduce(1, *)).map { _ in
      let (value, draw) = (random.uniform(), (random.uniform() + 1) / 2)
      return draw < density ? scale * (middle + radius * value) : 0
    }
    return ONNXTensorProto(
      name, type: 1, dims,
      raw: values.flatMap { value in withUnsafeBytes(of: value.bitPattern) { Array($0) } })
  }

  /// - Parameter density: the share of the convolutions' weights that are not zero.
  static func network(density: Float = 0.5) -> ONNXModelProto {
    let m = channels
    return ONNXModelProto(
      outputs: ["scores"],
      initializers: [
        tensor("a.w", [m, 3, 3, 3], density: density, scale: 0.3),
        tensor("a.scale", [m], in: 0.5...1.5), tensor("a.shift", [m]),
        tensor("a.mean", [m], in: -0.2...0.2), tensor("a.variance", [m], in: 0.2...1),
        tensor("b.w", [m, m, 3, 3], density: density, scale: 0.15), tensor("b.b", [m]),
        tensor("c.w", [m, m, 1, 1], density: density, scale: 0.5),
        tensor("fc.w", [classCount, m]), tensor("fc.b", [classCount], in: -0.1...0.1),
      ],
      [
        ONNXNodeProto("Conv", ["x", "a.w"], ["a.y"], ["pads": .ints([1, 1, 1, 1])], name: "a"),
        ONNXNodeProto(
          "BatchNormalization", ["a.y", "a.scale", "a.shift", "a.mean", "a.variance"], ["a.n"],
          name: "a.bn"),
        ONNXNodeProto("Relu", ["a.n"], ["a.r"], name: "a.relu"),
        ONNXNodeProto(
          "Conv", ["a.r", "b.w", "b.b"], ["b.y"], ["pads": .ints([1, 1, 1, 1])], name: "b"),
        ONNXNodeProto("Relu", ["b.y"], ["b.r"], name: "b.relu"),
        ONNXNodeProto("Conv", ["b.r", "c.w"], ["c.y"], name: "c"),
        ONNXNodeProto("Relu", ["c.y"], ["c.r"], name: "c.relu"),
        ONNXNodeProto("GlobalAveragePool", ["c.r"], ["pooled"], name: "pool"),
        ONNXNodeProto("Flatten", ["pooled"], ["flat"], name: "flatten"),
        ONNXNodeProto(
          "Gemm", ["flat", "fc.w", "fc.b"], ["scores"], ["transB": .int(1)], name: "fc"),
      ]
    ).with { $0.graph.input = [ONNXValueInfoProto("x", ["N"] + imageShape.map(String.init))] }
  }

  /// The network as a file of the folder.
  func model(_ network: ONNXModelProto = network()) throws -> Model {
    try network.serializedData().write(to: URL(fileURLWithPath: path("net.onnx")))
    return try Model(contentsOf: path("net.onnx"))
  }

  // MARK: Images

  /// Smooth images of seeded frequencies.
  static func pixels(_ count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count * imageShape[0]).flatMap { _ in
      let (level, u, v) = (random.uniform(), 3 * random.uniform(), 3 * random.uniform())
      return (0..<64).map { place in
        let wave = Double(u) * Double(place / 8) / 8 + Double(v) * Double(place % 8) / 8
        return level + Float(sin(6.28 * wave)) + 0.3 * random.uniform()
      }
    }
  }

  static func tensor(_ pixels: [Float]) throws -> Hewn.Tensor {
    try Hewn.Tensor(shape: [pixels.count / 192] + imageShape, floats: pixels)
  }

  static func images(_ count: Int, seed: UInt64, labels: [Int]? = nil) throws -> RepruneImages {
    try RepruneImages([tensor(pixels(count, seed: seed))], labels: labels, source: "waves")
  }

  /// The images that layers are fitted to.
  static func calibration() throws -> RepruneImages { try images(24, seed: 1) }

  static let evaluationCount = 40
  /// Those that judge the result.
  static var evaluationPixels: [Float] { pixels(evaluationCount, seed: 2) }

  /// The same, each with the class that a model finds.
  static func evaluation(labelledBy model: Model) throws -> RepruneImages {
    try images(
      evaluationCount, seed: 2, labels: scores(of: model).map { bestClass($0) })
  }

  static func bestClass(_ scores: [Float]) -> Int {
    scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) } ?? 0
  }

  /// A model's scores for the evaluation images.
  static func scores(of model: Model) throws -> [[Float]] {
    let plan = try model.compile(CompileOptions(batch: evaluationCount, threads: 1))
    var session = try plan.makeSession()
    let all = try session.run(["x": tensor(evaluationPixels)])["scores"]?.floats ?? []
    return stride(from: 0, to: all.count, by: classCount).map { Array(all[$0..<$0 + classCount]) }
  }

  /// The mean divergence KL(P ‖ Q) in nats, P and Q the softmax of scores, by its definition.
  static func divergence(_ original: [[Float]], _ changed: [[Float]]) -> Double {
    let sum = zip(original, changed).reduce(0.0) { sum, scores in
      let (p, q) = (softmax(scores.0), softmax(scores.1))
      return sum + zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    }
    return sum / Double(original.count)
  }

  private static func softmax(_ scores: [Float]) -> [Double] {
    let powers = scores.map { exp(Double($0)) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  // MARK: Runs

  /// Options under which little is measured.
  static func options(
    threads: Int = 2, _ change: (inout RepruneOptions) -> Void = { _ in }
  ) -> RepruneOptions {
    var options = RepruneOptions()
    options.compile = CompileOptions(threads: threads, costs: .builtIn)
    options.benchmark.warmup = 0
    options.benchmark.duration = 0
    options.benchmark.minimumIterations = 1
    change(&options)
    return options
  }

  /// Re-prunes the network, and writes `out.onnx` and `out.safetensors`.
  @discardableResult func reprune(
    to budget: RepruneBudget, _ options: RepruneOptions = RepruneCase.options(),
    _ network: ONNXModelProto = network(),
    progress: Repruner.ProgressUpdate = { _, _ in }
  ) throws -> RepruneReport {
    let model = try model(network)
    var found = try Repruner(model, options).reprune(
      to: budget, calibration: Self.calibration(),
      evaluation: Self.evaluation(labelledBy: model), progress: progress)
    try found.write(to: path("out.onnx"), masks: path("out.safetensors"))
    return found.report
  }

  /// A file of the folder, as its protocol buffer and as Hewn reads it.
  func read(_ name: String) throws -> (proto: ONNXModelProto, model: ONNXModel) {
    (
      try ONNXModelProto(serializedBytes: bytes(name)),
      try ONNXModel.read(contentsOf: path(name))
    )
  }

  func masks(_ name: String = "out.safetensors") throws -> WeightMasks {
    try WeightMasks(contentsOf: path(name))
  }
}
