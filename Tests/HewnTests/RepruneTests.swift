import Foundation
import Hewn
import ONNXFormat
import PlanFiles
import struct Tensors.SplitMix64
import Testing

/// Networks that are re-pruned, and the files that are written of them.
@Suite struct RepruneTests {
  let files: RepruneCase

  init() throws { files = try RepruneCase() }

  private static let budgets: [RepruneBudget] = [
    .accuracyDrop(10), .error(0.02), .speedup(1), .zeros(80),
  ]

  @Test(arguments: budgets) func meetsBudgets(_ budget: RepruneBudget) throws {
    let report = try files.reprune(to: budget)
    let result = try #require(report.result)
    let reached = try #require(report.budget)
    #expect(report.unchanged?.accuracy == 1)
    // Whether a measured time is met is not for a test to say.
    if budget != .speedup(1) { #expect(reached.isMet) }
    switch budget {
    case .accuracyDrop(let points):
      #expect(reached.kind == "accuracy-drop" && reached.asked == points)
      #expect(reached.reached <= points && (result.accuracy ?? 0) >= 1 - points / 100)
      #expect(result.zeros > report.unchanged?.zeros ?? 1, "nothing was dropped")
    case .error(let error):
      #expect(reached.kind == "error" && reached.reached <= error)
      #expect(result.measuredLoss == reached.reached && result.measuredLoss ?? 0 > 0)
      #expect(result.zeros > report.unchanged?.zeros ?? 1, "nothing was dropped")
    case .speedup:
      #expect(reached.kind == "speedup" && reached.reached > 0)
    case .zeros(let percent):
      #expect(reached.kind == "zeros" && reached.reached >= percent)
      #expect(result.zeros >= percent / 100)
    }
    #expect(report.calibration?.count == 24 && report.calibration?.source == "waves")
    #expect(report.evaluation?.count == 40 && report.evaluation?.hasLabels == true)
    #expect(report.layers.map(\.weights) == RepruneCase.weights)
    let name = report.leftAlone.first?.name
    #expect(report.leftAlone.count == 1 && name == "Gemm \"fc\"", "\(report.leftAlone)")
    #expect(report.result?.networkMilliseconds ?? 0 > 0)
    #expect(try JSONDecoder().decode(RepruneReport.self, from: Data(report.json().utf8)) == report)
  }

  /// What was written computes what the report says.
  @Test(arguments: [.error(0.05), .zeros(85)] as [RepruneBudget])
  func writesWhatItReports(_ budget: RepruneBudget) throws {
    let report = try files.reprune(to: budget)
    #expect(report.file == files.path("out.onnx"))
    #expect(report.masks == files.path("out.safetensors"))
    let result = try #require(report.result)
    let model = try Model(contentsOf: files.path("out.onnx"))
    let original = try RepruneCase.scores(of: Model(contentsOf: files.path("net.onnx")))
    let changed = try RepruneCase.scores(of: model)
    let loss = RepruneCase.divergence(original, changed)
    #expect(loss > 0 && abs(loss - (result.measuredLoss ?? 0)) <= 1e-3 * loss)
    let right = zip(original, changed).count {
      RepruneCase.bestClass($0) == RepruneCase.bestClass($1)
    }
    #expect(abs((result.accuracy ?? 0) - Double(right) / Double(original.count)) < 1e-6)
    #expect(report.accuracy?.bothCount == right && report.accuracy?.modelOnlyCount == 0)

    let (before, after) = (try files.read("net.onnx").model, try files.read("out.onnx").model)
    var (zeros, all) = (0, 0)
    for layer in report.layers {
      let old = try #require(before.template.constants[layer.weights]).floats()
      let new = try #require(after.template.constants[layer.weights]).floats()
      let pairs = Array(zip(old, new))
      #expect(new.count == layer.filters * layer.taps)
      #expect(layer.zeroCount == old.count { $0 == 0 })
      #expect(layer.droppedCount == pairs.count { $0 != 0 && $1 == 0 }, "\(layer.name)")
      #expect(layer.filledCount == pairs.count { $0 == 0 && $1 != 0 }, "\(layer.name)")
      #expect(layer.refittedCount == pairs.count { $0 != 0 && $1 != 0 && $0 != $1 })
      zeros += new.count { $0 == 0 }
      all += new.count
    }
    #expect(abs(result.zeros - Double(zeros) / Double(all)) < 1e-6)
  }

  /// Biases go to where the file has them; all else stays as it is.
  @Test func changesWeightsAndBiasesAlone() throws {
    let report = try files.reprune(to: .zeros(85))
    #expect(report.layers.allSatisfy { $0.refittedCount > 0 }, "refitted in order")
    let (before, after) = (try files.read("net.onnx"), try files.read("out.onnx"))
    let changing = Set(RepruneCase.weights + ["a.mean", "b.b"])
    var added = after.proto.graph.initializer
    for tensor in before.proto.graph.initializer {
      let index = try #require(added.firstIndex { $0.name == tensor.name })
      let isSame = added[index].rawData == tensor.rawData
      #expect(isSame != changing.contains(tensor.name), "\(tensor.name)")
      #expect(added[index].dims == tensor.dims)
      added.remove(at: index)
    }
    let bias = try #require(added.first)
    #expect(added.count == 1 && bias.dims == [16])
    let nodes = zip(before.proto.graph.node, after.proto.graph.node)
    #expect(before.proto.graph.node.count == after.proto.graph.node.count)
    for (before, after) in nodes {
      #expect(after.input == before.input + (before.name == "c" ? [bias.name] : []))
      #expect(after.attribute == before.attribute && after.output == before.output)
    }
    #expect(after.proto.graph.input == before.proto.graph.input)
  }

  /// Nothing is refitted without compensation: weights go or stay as they are.
  @Test func dropsAloneWithoutCompensation() throws {
    let report = try files.reprune(
      to: .zeros(80), RepruneCase.options { $0.compensation = .none })
    #expect(report.budget?.isMet == true && !report.method.refitsInOrder)
    for layer in report.layers {
      #expect(layer.filledCount == 0 && layer.refittedCount == 0, "\(layer.name)")
    }
    let (before, after) = (try files.read("net.onnx").proto, try files.read("out.onnx").proto)
    #expect(after.graph.initializer.count == before.graph.initializer.count)
    for name in ["a.mean", "b.b"] {
      let old = before.graph.initializer.first { $0.name == name }
      #expect(after.graph.initializer.first { $0.name == name } == old)
    }
  }

  @Test func masksHoldAllWeights() throws {
    let report = try files.reprune(to: .zeros(80))
    let (masks, model) = (try files.masks(), try files.read("out.onnx").model)
    #expect(masks.layers.map(\.weights) == RepruneCase.weights)
    for (mask, layer) in zip(masks.layers, report.layers) {
      let weights = try #require(model.template.constants[mask.weights])
      #expect(mask.shape == weights.shape)
      let outside = zip(mask.mask, weights.floats()).count { !$0 && $1 != 0 }
      #expect(outside == 0, "\(mask.weights)")
      let kept = mask.mask.count { $0 }
      #expect(kept < mask.mask.count, "\(mask.weights)")
      // What is not in a segment is a leaf.
      if layer.form == "repruned" {
        let isAll = kept == layer.leafCount
        #expect(isAll == layer.segments.isEmpty && kept >= layer.leafCount, "\(mask.weights)")
      }
    }
  }

  /// Every kept weight lies in a segment: a run of rows in the order of the mask.
  @Test func keepsWeightsInSegments() throws {
    let report = try files.reprune(
      to: .zeros(70), RepruneCase.options { $0.leastHeight = 4 })
    #expect(report.method.leastHeight == 4)
    var repruned = 0
    for (mask, layer) in zip(try files.masks().layers, report.layers)
    where layer.form == "repruned" {
      repruned += 1
      let order = mask.order[0]
      for tap in 0..<layer.taps {
        for first in stride(from: 0, to: layer.filters, by: 4) {
          let run = Set((first..<first + 4).map { mask.mask[order[$0] * layer.taps + tap] })
          #expect(run.count == 1, "\(layer.name), tap \(tap), rows from \(first)")
        }
      }
      #expect(layer.leafCount == 0 && layer.segments.keys.allSatisfy { Int($0) ?? 0 >= 4 })
    }
    #expect(repruned > 0)
  }

  @Test(arguments: [.accuracyDrop(10), .error(0.05), .zeros(80)] as [RepruneBudget])
  func doesNotDependOnThreads(_ budget: RepruneBudget) throws {
    var (written, units) = ([Data](), [[Double]]())
    for (threads, seed) in [(1, 0), (2, 0), (1, 0), (2, 1)] as [(Int, UInt64)] {
      let report = try files.reprune(
        to: budget, RepruneCase.options(threads: threads) { $0.seed = seed })
      written.append(try files.bytes("out.onnx") + files.bytes("out.safetensors"))
      units.append(report.layers.map(\.lossPerError))
    }
    #expect(written[1] == written[0] && written[2] == written[0])
    #expect(units[1] == units[0] && units[2] == units[0])
    #expect(units[3] != units[0], "the seed changes nothing")
  }

  @Test func goesByMagnitudesWithoutImages() throws {
    let model = try files.model()
    let repruner = try Repruner(model, RepruneCase.options())
    var found = try repruner.reprune(to: .zeros(75), calibration: nil)
    let report = found.report
    #expect(report.budget?.isMet == true && report.result?.zeros ?? 0 >= 0.75)
    #expect(report.calibration == nil && report.evaluation == nil && report.accuracy == nil)
    #expect(report.method.importance == .magnitude && report.method.compensation == .none)
    #expect(!report.method.refitsInOrder && report.result?.isInOrder == false)
    #expect(report.result?.measuredLoss == nil && report.result?.accuracy == nil)
    #expect(report.notes.contains { $0.contains("accuracy is not known") }, "\(report.notes)")
    try found.write(to: files.path("out.onnx"))
    #expect(found.report.masks == nil)
    // Of each layer the least weights are dropped, up to what segments take along.
    #expect(report.layers.allSatisfy { $0.refittedCount == 0 && $0.filledCount == 0 })
    #expect(try repruner.reprune(to: .speedup(1), calibration: nil).report.budget != nil)
    for budget in [.accuracyDrop(1), .error(0.1)] as [RepruneBudget] {
      #expect(throws: HewnError.self) { try repruner.reprune(to: budget, calibration: nil) }
    }
    // Images may judge what they do not fit.
    let judged = try repruner.reprune(
      to: .zeros(75), calibration: nil, evaluation: RepruneCase.evaluation(labelledBy: model)
    ).report
    #expect(judged.result?.measuredLoss ?? 0 > 0 && judged.accuracy != nil)
    #expect(!judged.notes.contains { $0.contains("not known") }, "\(judged.notes)")
  }

  @Test func reportsBudgetsThatAreNotMet() throws {
    let report = try files.reprune(to: .speedup(1000))
    #expect(report.budget?.isMet == false && report.budget?.reached ?? 1000 < 1000)
    #expect(report.result != nil && report.file != nil)
    let predicted = report.result?.predictedMilliseconds ?? .infinity
    #expect(predicted <= report.unchanged?.predictedMilliseconds ?? 0)
    // No layer may lose anything, so that none does.
    let strict = try files.reprune(to: .error(0))
    #expect(strict.budget?.isMet == true && strict.budget?.reached == 0)
    #expect(strict.result?.zeros == strict.unchanged?.zeros)
    let (before, after) = (try files.read("net.onnx").proto, try files.read("out.onnx").proto)
    #expect(after.graph == before.graph)
  }

  /// The images of a run decide what fits into memory, not what is found.
  @Test(arguments: [1, 5, 64]) func imagesRunInAnyBatch(_ batch: Int) throws {
    let usual = try files.reprune(to: .zeros(80))
    let report = try files.reprune(
      to: .zeros(80), RepruneCase.options { $0.calibrationBatch = batch })
    #expect(report.budget?.isMet == true && report.unchanged?.accuracy == 1)
    #expect(report.evaluation?.count == RepruneCase.evaluationCount)
    let (found, want) = (report.result?.measuredLoss ?? 0, usual.result?.measuredLoss ?? 0)
    #expect(want > 0 && abs(found - want) < 0.2 * want, "\(found), \(want)")
  }

  /// A network that takes no other batch than its own runs with that.
  @Test func batchesOfTheFileStay() throws {
    let network = RepruneCase.network().with {
      let extents = ["4"] + RepruneCase.imageShape.map(String.init)
      $0.graph.input = [ONNXValueInfoProto("x", extents)]
      // Says how many images there are.
      $0.graph.node.append(
        ONNXNodeProto("Reshape", ["scores", "shape"], ["shaped"], name: "reshape"))
      $0.graph.initializer.append(
        ONNXTensorProto("shape", type: 7, [2], raw: [4, 10].flatMap { [$0, 0, 0, 0, 0, 0, 0, 0] }))
      $0.graph.output = [ONNXValueInfoProto("shaped", ["4", "10"])]
    }
    let model = try files.model(network)
    let found = try Repruner(model, RepruneCase.options()).reprune(
      to: .zeros(80), calibration: RepruneCase.calibration(),
      evaluation: RepruneCase.images(10, seed: 2))
    #expect(found.report.budget?.isMet == true && found.report.evaluation?.count == 10)
    #expect(found.report.result?.measuredLoss ?? 0 > 0)
  }

  /// Where all weights of a layer go, its outputs over the sum of them are 0 / 0, which nothing can be fitted to.
  @Test func goesOnWhereAChangedNetworkIsNotFinite() throws {
    let network = ONNXModelProto(
      outputs: ["scores"],
      initializers: [
        RepruneCase.tensor("a.w", [6, 8], density: 0.5),
        RepruneCase.tensor("b.w", [8, 3], density: 0.5),
      ],
      [
        ONNXNodeProto("MatMul", ["x", "a.w"], ["a.y"], name: "a"),
        ONNXNodeProto("ReduceL1", ["a.y"], ["sum"], ["axes": .ints([1])], name: "sum"),
        ONNXNodeProto("Div", ["a.y", "sum"], ["share"], name: "share"),
        ONNXNodeProto("MatMul", ["share", "b.w"], ["scores"], name: "b"),
      ]
    ).with { $0.graph.input = [ONNXValueInfoProto("x", ["N", "6"])] }
    var random = SplitMix64(seed: 3)
    let values = (0..<20 * 6).map { _ in random.uniform() }
    let images = try RepruneImages([Hewn.Tensor(shape: [20, 6], floats: values)])
    let repruner = try Repruner(files.model(network), RepruneCase.options())
    let all = try repruner.reprune(to: .zeros(100), calibration: images, evaluation: images)
    #expect(all.report.budget?.isMet == true && all.report.result?.zeros == 1)
    #expect(all.report.method.refitsInOrder && all.report.result?.isInOrder == false)
    // Networks that compute something are found as ever.
    let some = try repruner.reprune(to: .error(0.5), calibration: images, evaluation: images)
    #expect(some.report.budget?.isMet == true && some.report.result?.measuredLoss != nil)
  }

  @Test func findsFrontiers() throws {
    let model = try files.model()
    let repruner = try Repruner(model, RepruneCase.options())
    let report = try repruner.frontier(
      count: 4, calibration: RepruneCase.calibration(),
      evaluation: RepruneCase.evaluation(labelledBy: model))
    #expect((2...5).contains(report.points.count), "\(report.points.count) points")
    #expect(report.result == nil && report.budget == nil && report.layers.isEmpty)
    #expect(report.unchanged?.lambda == nil && report.unchanged?.accuracy == 1)
    for (point, next) in zip(report.points, report.points.dropFirst()) {
      #expect(next.predictedMilliseconds <= point.predictedMilliseconds)
      #expect(next.predictedLoss >= point.predictedLoss && next.measuredLoss != nil)
    }
    #expect(throws: HewnError.self) { try repruner.frontier(count: 1, calibration: nil) }
  }

  @Test func prunesDenseLayersWhereAsked() throws {
    let dense = RepruneCase.network(density: 1)
    let model = try files.model(dense)
    let error = #expect(throws: HewnError.self) { try Repruner(model, RepruneCase.options()) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("no layer of the network can be re-pruned") == true)
    #expect(error?.message.contains("dense layers were not asked for") == true)
    let report = try files.reprune(
      to: .zeros(50), RepruneCase.options { $0.prunesDense = true }, dense)
    #expect(report.budget?.isMet == true && report.method.prunesDense)
    #expect(report.layers.map(\.weights) == RepruneCase.weights + ["fc.w"])
    #expect(report.leftAlone.isEmpty && report.unchanged?.zeros == 0)
  }
}
