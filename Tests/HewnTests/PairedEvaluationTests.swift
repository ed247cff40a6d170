import Foundation
import Hewn
import TestSupport
import Testing

/// Pairs of networks made in the test, on the reference device.
@Suite struct PairedEvaluationTests {
  private func plan(
    _ bytes: [UInt8], name: String = "tiny.onnx", batch: Int = 4
  ) throws -> Plan {
    try Model(bytes: bytes, name: name).compile(CompileOptions(device: .reference, batch: batch))
  }

  /// The weights of `TinyModel.bytes`, two of them changed.
  private static var otherWeights: [Float] {
    var weights = TinyModel.weights
    weights[0] = 0.25
    weights[11] = 1
    return weights
  }

  private static func scores(_ x: [Float], _ weights: [Float]) -> [Double] {
    var scores = TinyModel.bias
    for (row, value) in x.enumerated() {
      for column in 0..<4 { scores[column] += value * weights[row * 4 + column] }
    }
    return scores.map(Double.init)
  }

  private static func best(_ scores: [Double]) -> Int {
    scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) } ?? 0
  }

  private static func softmax(_ scores: [Double]) -> [Double] {
    let sum = scores.reduce(0) { $0 + exp($1) }
    return scores.map { exp($0) / sum }
  }

  /// Random items of three numbers, and labels of which neither network finds all.
  private static func set(_ count: Int) throws -> (items: [[Float]], labels: [Int]) {
    let floats = try Tensor.random(shape: [count, 3], seed: 11).floats
    let items = (0..<count).map { Array(floats[(3 * $0)..<(3 * $0 + 3)]) }
    let labels = items.enumerated().map { index, x in
      switch index % 3 {
      case 0: best(scores(x, TinyModel.weights))
      case 1: best(scores(x, otherWeights))
      default: index % 4
      }
    }
    return (items, labels)
  }

  private func add(
    _ items: [[Float]], labels: [Int]?, chunk: Int, to pair: inout PairedEvaluation
  ) throws {
    for start in stride(from: 0, to: items.count, by: chunk) {
      let range = start..<min(start + chunk, items.count)
      try pair.add(
        Tensor(shape: [range.count, 3], floats: items[range].flatMap { $0 }),
        labels: labels.map { Array($0[range]) })
    }
  }

  @Test(arguments: [(1, 23), (4, 5), (16, 23), (32, 7)])
  func comparesWhateverTheBatch(batch: Int, chunk: Int) throws {
    let (items, labels) = try Self.set(23)
    var pair = try PairedEvaluation(
      plan(TinyModel.bytes, batch: batch),
      other: plan(TinyModel.linear(Self.otherWeights), name: "other.onnx", batch: batch))
    try add(items, labels: labels, chunk: chunk, to: &pair)
    let report = pair.report(source: "set", skippedCount: 2)

    let model = items.map { Self.scores($0, TinyModel.weights) }
    let other = items.map { Self.scores($0, Self.otherWeights) }
    let right = zip(zip(model, other), labels).map { scores, label in
      [Self.best(scores.0) == label, Self.best(scores.1) == label]
    }
    let top1 = try #require(report.accuracy?.top1)
    #expect(top1.bothCount == right.count { $0 == [true, true] })
    #expect(top1.modelOnlyCount == right.count { $0 == [true, false] })
    #expect(top1.otherOnlyCount == right.count { $0 == [false, true] })
    #expect(top1.neitherCount == right.count { $0 == [false, false] })
    #expect(top1.bothCount > 0 && top1.modelOnlyCount > 0 && top1.otherOnlyCount > 0)
    #expect(top1.model == Proportion(count: right.count { $0[0] }, of: 23))
    #expect(top1.other == Proportion(count: right.count { $0[1] }, of: 23))
    let points = try #require(top1.differencePoints)
    let want = 100 * Double(top1.modelOnlyCount - top1.otherOnlyCount) / 23
    #expect(abs(points.mean - want) < 1e-3)
    #expect(points.lower < points.mean && points.mean < points.upper)
    #expect(report.accuracy?.top5 == nil, "there are four classes")
    #expect(report.noAccuracyReason == nil)

    let fidelity = try #require(report.outputs["scores"])
    #expect(fidelity.shape == [batch, 4] && fidelity.psnr == nil && fidelity.nonFiniteCount == 0)
    func expectMean(_ got: Estimate?, _ values: [Double], _ label: String) {
      let want = values.reduce(0, +) / Double(values.count)
      #expect(abs((got?.mean ?? .nan) - want) < 1e-5 * want, "\(label): \(want)")
      if let got { #expect(got.lower < got.mean && got.mean < got.upper, "\(label): \(got)") }
    }
    let pairs = Array(zip(model, other))
    let agreements = pairs.map { got, want in Self.best(got) == Self.best(want) ? 1.0 : 0 }
    expectMean(fidelity.top1Agreement, agreements, "agreement")
    let divergences = pairs.map { got, want in
      zip(Self.softmax(want), Self.softmax(got)).reduce(0.0) { $0 + $1.0 * log($1.0 / $1.1) }
    }
    expectMean(fidelity.divergence?.nats, divergences, "divergence")
    #expect(fidelity.divergence?.modelSoftmax == true && fidelity.divergence?.otherSoftmax == true)
    let relative: [Double] = pairs.map { got, want in
      let worst = zip(got, want).map { abs($0 - $1) }.max() ?? 0
      return worst / (want.map(abs).max() ?? 1)
    }
    expectMean(fidelity.meanRelative, relative, "relative error")
    #expect(abs((fidelity.maxRelative ?? .nan) - (relative.max() ?? 0)) < 1e-5)
    #expect(fidelity.relativeSquares == nil, "scores are compared by their divergence")

    #expect(report.images == .init(source: "set", count: 23, skippedCount: 2))
    #expect(report.model.file == "tiny.onnx" && report.other.model.file == "other.onnx")
    #expect(report.resampling == .init(count: PairedEvaluation.resampleCount, seed: 0))
    #expect(report == pair.report(source: "set", skippedCount: 2), "the seed decides")
    #expect((report.millisecondsPerImage ?? -1) >= 0)
    #expect((report.other.millisecondsPerImage ?? -1) >= 0)
  }

  @Test func findsNoDifferenceBetweenEqualModels() throws {
    let (items, labels) = try Self.set(20)
    var pair = try PairedEvaluation(plan(TinyModel.bytes), other: plan(TinyModel.bytes))
    try add(items, labels: labels, chunk: 20, to: &pair)
    let report = pair.report()
    let nothing = Estimate(mean: 0, lower: 0, upper: 0)
    let top1 = try #require(report.accuracy?.top1)
    #expect(top1.differencePoints == nothing && top1.mcnemarP == 1 && top1.model == top1.other)
    #expect(top1.modelOnlyCount == 0 && top1.otherOnlyCount == 0)
    let fidelity = try #require(report.outputs["scores"])
    #expect(fidelity.top1Agreement == Estimate(mean: 1, lower: 1, upper: 1))
    #expect(fidelity.divergence?.nats == nothing)
    #expect(fidelity.maxRelative == 0 && fidelity.meanRelative == nothing)
  }

  @Test func needsNoLabels() throws {
    let (items, labels) = try Self.set(9)
    var pair = try PairedEvaluation(plan(TinyModel.bytes), other: plan(TinyModel.bytes))
    try add(items, labels: nil, chunk: 9, to: &pair)
    let report = pair.report()
    #expect(report.accuracy == nil && report.noAccuracyReason == "the images have no labels")
    #expect(report.outputs["scores"]?.top1Agreement?.mean == 1)
    // Those that have labels count for accuracy.
    try add(Array(items[..<4]), labels: Array(labels[..<4]), chunk: 4, to: &pair)
    let both = pair.report()
    #expect(both.accuracy?.top1.model.count == right(items[..<4], labels[..<4]))
    let top1 = try #require(both.accuracy?.top1)
    #expect(top1.bothCount + top1.neitherCount == 4 && both.images.count == 13)
  }

  private func right(_ items: ArraySlice<[Float]>, _ labels: ArraySlice<Int>) -> Int {
    zip(items, labels).count { Self.best(Self.scores($0, TinyModel.weights)) == $1 }
  }

  @Test func reportsNothingOfNoImages() throws {
    let pair = try PairedEvaluation(plan(TinyModel.bytes), other: plan(TinyModel.bytes))
    let report = pair.report()
    #expect(report.accuracy == nil && report.images.count == 0)
    let fidelity = try #require(report.outputs["scores"])
    #expect(fidelity.maxRelative == nil && fidelity.meanRelative == nil)
    #expect(fidelity.top1Agreement == nil && fidelity.divergence?.nats == nil)
    #expect(report.millisecondsPerImage == nil)
    #expect(try !report.json().isEmpty)
  }

  @Test func saysWhoseSoftmaxIsTaken() throws {
    let (items, _) = try Self.set(12)
    var pair = try PairedEvaluation(plan(TinyModel.bytes), other: plan(TinyModel.probabilities))
    try add(items, labels: nil, chunk: 12, to: &pair)
    let divergence = try #require(pair.report().outputs["scores"]?.divergence)
    #expect(divergence.modelSoftmax && !divergence.otherSoftmax)
    #expect((divergence.nats?.mean ?? 1) < 1e-10)
  }

  @Test func measuresPicturesAndScoresApart() throws {
    let floats = try Tensor.random(shape: [6, 1, 2, 2], seed: 2).floats.map { ($0 + 1) / 2 }
    let images = try Tensor(shape: [6, 1, 2, 2], floats: floats)
    var pair = try PairedEvaluation(
      plan(TinyModel.picture(gain: 0.875)), other: plan(TinyModel.picture(gain: 1)))
    try pair.add(images, labels: [0, 1, 2, 3, 0, 1])
    let report = pair.report(peak: 1)
    #expect(report.outputs.keys.sorted() == ["picture", "scores"])
    let picture = try #require(report.outputs["picture"])
    #expect(picture.top1Agreement == nil && picture.divergence == nil)
    // Errors are an eighth of the elements.
    let decibels: [Double] = (0..<6).map { image in
      let errors = floats[(4 * image)..<(4 * image + 4)].map { Double($0) / 8 }
      return -10 * log10(errors.reduce(0) { $0 + $1 * $1 } / 4)
    }
    #expect(abs((picture.psnr?.decibels?.mean ?? .nan) - decibels.reduce(0, +) / 6) < 1e-3)
    #expect(picture.psnr?.peak == 1 && picture.psnr?.identicalCount == 0)
    #expect(abs((picture.maxRelative ?? .nan) - 0.125) < 1e-5)
    #expect(abs((picture.relativeSquares ?? .nan) - 1.0 / 64) < 1e-7)
    let scores = try #require(report.outputs["scores"])
    #expect(scores.psnr == nil && scores.top1Agreement?.mean == 1)
    #expect(report.accuracy?.output == "scores" && report.accuracy?.top1.otherOnlyCount == 0)
    let range = Double(floats.max() ?? 0) - Double(floats.min() ?? 0)
    let peak = pair.report().outputs["picture"]?.psnr?.peak ?? .nan
    #expect(abs(peak - range) < 1e-5)

    var same = try PairedEvaluation(
      plan(TinyModel.picture(gain: 1)), other: plan(TinyModel.picture(gain: 1)))
    try same.add(images)
    let psnr = try #require(same.report().outputs["picture"]?.psnr)
    #expect(psnr.identicalCount == 6 && psnr.decibels == nil)
  }

  @Test func readsTheNamedOutputAloneAsScores() throws {
    let plan = try plan(TinyModel.picture(gain: 1))
    let pair = try PairedEvaluation(plan, other: plan, output: "scores")
    #expect(pair.output == "scores" && pair.classCount == 4)
    #expect(throws: HewnError.self) {
      _ = try PairedEvaluation(plan, other: plan, output: "picture")
    }
  }

  /// By squares nothing is read as scores, and labels do not matter.
  @Test(arguments: [1, 4]) func comparesBySquares(batch: Int) throws {
    let (items, _) = try Self.set(11)
    var pair = try PairedEvaluation(
      plan(TinyModel.bytes, batch: batch),
      other: plan(TinyModel.linear(Self.otherWeights), batch: batch), loss: .squares)
    #expect(pair.output == nil && pair.classCount == nil)
    try add(items, labels: items.indices.map { 50 - 10 * $0 }, chunk: 4, to: &pair)
    let report = pair.report()
    #expect(report.accuracy == nil && report.noAccuracyReason?.contains("by squares") == true)
    let fidelity = try #require(report.outputs["scores"])
    #expect(fidelity.top1Agreement == nil && fidelity.divergence == nil)
    let (model, other) = (
      items.flatMap { Self.scores($0, TinyModel.weights) },
      items.flatMap { Self.scores($0, Self.otherWeights) }
    )
    let errors = zip(model, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let want = errors / other.reduce(0) { $0 + $1 * $1 }
    #expect(abs((fidelity.relativeSquares ?? .nan) - want) < 1e-5 * want)
    #expect((fidelity.maxRelative ?? 0) > 0)
  }

  @Test func refusesMeasuresThatDoNotFit() throws {
    let linear = try plan(TinyModel.bytes)
    let same = try PairedEvaluation(linear, other: linear, loss: .divergence)
    #expect(same.output == "scores")
    let error = #expect(throws: HewnError.self) {
      _ = try PairedEvaluation(linear, other: linear, output: "scores", loss: .squares)
    }
    #expect(error?.code == .invalidArgument && error?.message.contains("by squares") == true)
    let transposed = try plan(TinyModel.transposed, batch: 1)
    let none = #expect(throws: HewnError.self) {
      _ = try PairedEvaluation(transposed, other: transposed, loss: .divergence)
    }
    #expect(none?.message.contains("no output holds class scores") == true, "\(none as Any)")
  }

  @Test func setsImagesThatAreNotFiniteApart() throws {
    var pair = try PairedEvaluation(
      plan(TinyModel.bytes), other: plan(TinyModel.linear(Self.otherWeights)))
    try pair.add(
      Tensor(shape: [3, 3], floats: [.nan, 0, 0, 1, 0, 0, 0, .infinity, 0]), labels: [0, 2, 0])
    let report = pair.report()
    #expect(report.images.count == 3 && report.images.nonFiniteCount == 2)
    let fidelity = try #require(report.outputs["scores"])
    #expect(fidelity.nonFiniteCount == 2)
    // The scores of the image that is left are 1.25, 0, 1, 0 and 0.5, 0, 1, 0.
    #expect(fidelity.maxRelative == 0.75)
    #expect(fidelity.meanRelative == Estimate(mean: 0.75, lower: 0.75, upper: 0.75))
    #expect(report.accuracy?.top1.otherOnlyCount == 1)
    #expect(try !report.json().isEmpty)
  }

  @Test func refusesModelsThatDoNotFit() throws {
    let tiny = try plan(TinyModel.bytes)
    let cases: [(model: Plan, other: Plan, words: String)] = [
      (tiny, try plan(TinyModel.brightness, name: "o.onnx"), "tiny.onnx and o.onnx do not take"),
      (tiny, try plan(TinyModel.bytes, batch: 8), "(float32 4×3), of the latter"),
      (tiny, try plan(TinyModel.directions), "do not have the same outputs"),
      (tiny, try plan(TinyModel.sum), "\"z\" (float32 4×3)"),
      (try plan(TinyModel.sum), tiny, "models are compared that have one input"),
      (
        try plan(TinyModel.transposed), try plan(TinyModel.transposed),
        "does not have one part for each of the 4 images"
      ),
    ]
    for (model, other, words) in cases {
      var caught: HewnError?
      do {
        _ = try PairedEvaluation(model, other: other)
      } catch {
        caught = error as? HewnError
      }
      #expect(caught?.code == .invalidArgument)
      #expect(caught?.message.contains(words) == true, "\(words): \(caught?.message ?? "")")
    }
    // With one image in a batch, all of the output is that image's.
    let single = try plan(TinyModel.transposed, batch: 1)
    var pair = try PairedEvaluation(single, other: single)
    try pair.add(Tensor(shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]))
    let report = pair.report()
    #expect(report.outputs["scores"]?.maxRelative == 0)
    #expect(report.noAccuracyReason?.contains("no output holds class scores") == true)
  }

  @Test func comparesTheOnlyOutputsWhateverTheirNames() throws {
    // Scores of both are x and 1 − x.
    var pair = try PairedEvaluation(
      plan(TinyModel.brightness), other: plan(TinyModel.brightness(threshold: 0.5, output: "y")))
    try pair.add(Tensor(shape: [2, 1, 1, 1], floats: [0.25, 0.75]), labels: [1, 0])
    let report = pair.report()
    #expect(report.outputs.keys.sorted() == ["scores"])
    #expect(report.accuracy?.top1.bothCount == 2)
  }

  @Test(
    arguments: [
      ([2, 3], [0], "1 labels for 2 images"), ([1, 3], [4], "label 4 is outside"),
      ([1, 4], nil, "do not fit input \"x\""),
    ] as [([Int], [Int]?, String)])
  func refusesImagesThatDoNotFit(shape: [Int], labels: [Int]?, words: String) throws {
    var pair = try PairedEvaluation(plan(TinyModel.bytes), other: plan(TinyModel.bytes))
    let images = try Tensor.random(shape: shape, seed: 1)
    var caught: HewnError?
    do { try pair.add(images, labels: labels) } catch { caught = error as? HewnError }
    #expect(caught?.message.contains(words) == true, "\(caught?.message ?? "")")
    let count = pair.imageCount
    #expect(count == 0)
  }
}
