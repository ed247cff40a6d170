import Hewn
import TestSupport
import Testing

@Suite struct EvaluationTests {
  private func plan(batch: Int) throws -> Plan {
    try Model(bytes: TinyModel.bytes).compile(CompileOptions(device: .reference, batch: batch))
  }

  /// The class with the greatest score, the first of equal ones.
  private func bestClass(of x: [Float]) -> Int {
    let scores = TinyModel.scores(of: x)
    return scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) } ?? 0
  }

  @Test(arguments: [1, 4, 7, 10, 16], [1, 3, 10])
  func countsWhateverTheBatch(batch: Int, chunk: Int) throws {
    let count = 10
    let images = try Tensor.random(shape: [count, 3], seed: 5)
    let items = (0..<count).map { Array(images.floats[(3 * $0)..<(3 * $0 + 3)]) }
    let labels = items.enumerated().map { $0 % 3 == 0 ? ($0 + 1) % 4 : bestClass(of: $1) }
    let want = zip(items, labels).count { bestClass(of: $0) == $1 }
    #expect((1..<count).contains(want))

    var evaluation = try Evaluation(plan(batch: batch))
    for start in stride(from: 0, to: count, by: chunk) {
      let end = min(start + chunk, count)
      try evaluation.add(
        Tensor(shape: [end - start, 3], floats: items[start..<end].flatMap { $0 }),
        labels: Array(labels[start..<end]))
    }
    let report = evaluation.report(source: "set", skippedCount: 2)
    #expect(report.top1 == Proportion(count: want, of: count))
    #expect(report.top5 == nil, "there are four classes")
    #expect(report.images == .init(source: "set", count: count, skippedCount: 2))
    #expect(report.classCount == 4 && report.output == "scores" && report.plan.batch == batch)
    #expect((report.millisecondsPerImage ?? -1) >= 0)
  }

  @Test func reportsNothingOfNoImages() throws {
    let evaluation = try Evaluation(plan(batch: 2))
    let report = evaluation.report()
    #expect(report.top1 == Proportion(count: 0, of: 0))
    #expect(report.millisecondsPerImage == nil && report.images.source == nil)
  }

  @Test func countsScoresThatAreNotFinite() throws {
    var evaluation = try Evaluation(plan(batch: 2))
    try evaluation.add(
      Tensor(shape: [3, 3], floats: [.nan, 0, 0, 0, 0, 0, .infinity, 0, 0]), labels: [0, 0, 0])
    // Scores of the first are no numbers; the bias makes class 0 the best of the second.
    let report = evaluation.report()
    #expect(report.images.nonFiniteCount == 2 && report.top1.count >= 1)
  }

  @Test(arguments: [
    ([2, 3], [0], "1 labels for 2 images"), ([1, 3], [4], "label 4 is outside"),
    ([1, 3], [-1], "label -1"), ([1, 4], [0], "do not fit input \"x\""), ([3], [0], "do not fit"),
  ]) func refusesImagesThatDoNotFit(shape: [Int], labels: [Int], words: String) throws {
    var evaluation = try Evaluation(plan(batch: 2))
    let images = try Tensor.random(shape: shape, seed: 1)
    var caught: HewnError?
    do { try evaluation.add(images, labels: labels) } catch { caught = error as? HewnError }
    #expect(caught?.code == .invalidArgument)
    #expect(caught?.message.contains(words) == true, "\(caught?.message ?? "")")
    let count = evaluation.imageCount
    #expect(count == 0)
  }

  @Test func refusesOtherOutputs() throws {
    let plan = try plan(batch: 2)
    let evaluation = try Evaluation(plan, output: "scores")
    let output = evaluation.output
    #expect(output == "scores")
    var caught: HewnError?
    do { _ = try Evaluation(plan, output: "score") } catch { caught = error as? HewnError }
    #expect(caught?.message.contains("\"scores\" (2×4)") == true, "\(caught?.message ?? "")")
  }

  @Test(arguments: [
    (0, 10, 0, 0, 0.277533), (10, 10, 1, 0.722467, 1), (84, 100, 0.84, 0.755797, 0.899047),
    (1, 3, 0.333333, 0.061492, 0.79234), (0, 0, 0, 0, 1),
  ]) func estimates(count: Int, total: Int, accuracy: Double, lower: Double, upper: Double) {
    let got = Proportion(count: count, of: total)
    #expect(got.accuracy == accuracy)
    #expect(abs(got.lower - lower) < 1e-6 && abs(got.upper - upper) < 1e-6, "\(got)")
  }
}
